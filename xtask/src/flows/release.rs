//! `release`: from everything that is known of a release to the whole of its steps.
//!
//! The order is what makes it safe: edits; objects that nothing names yet (the commit hooks see the
//! commit); gates on exactly that tree; refs; and only then what leaves this machine.

mod version;

use crate::path::RepoPath;
use crate::plan::{
    About, Action, Base, Check, Commit, FORMAT, FileChange, Gates, HookEdits, Id, Keep, Land,
    Object, Oid, Plan, Push, Ready, RefMove, Step, Tag,
};
use crate::version::Version;
use crate::wording::counted;
pub use version::{counted as counted_from_release, is_taken};

/// What a release is made of.
pub struct Release<'a> {
    /// `studio 1.3.0`, for the log.
    pub title: String,
    pub base: Base,
    /// In the files; `None` where tags alone say versions.
    pub from: Option<&'a Version>,
    pub version: &'a Version,
    pub tag: String,
    /// The edits of the version files.
    pub edits: Vec<FileChange>,
    /// That of the changelog, and who says whether it is right.
    pub changelog: Option<Written>,
    pub guards: Vec<Check>,
    pub commit: Commitment,
    pub tag_message: String,
    pub tagger: String,
    pub sign_tag: crate::plan::Sign,
    /// What must be green.
    pub gates: Gates,
    /// What its record says besides.
    pub about: About,
    /// The version that is written after the release.
    pub next: Option<Next>,
    /// `None` where nothing leaves this machine.
    pub remote: Option<Remote>,
}

/// The change of a changelog.
pub struct Written {
    pub change: FileChange,
    /// What [`section`] says of it.
    pub why: String,
}

/// What is committed.
pub struct Commitment {
    pub ready: Ready,
    pub message: String,
    pub hooks: HookEdits,
    /// Every path of it: what is edited here and what was edited by us before. None where the files
    /// are committed as they are: then the commit that is there gets the tag.
    pub paths: Vec<RepoPath>,
}

/// The version after a release.
pub struct Next {
    pub version: Version,
    pub edits: Vec<FileChange>,
    pub message: String,
}

/// Where it goes.
pub struct Remote {
    pub name: String,
    pub shown: String,
    /// Where the branch is there; `None` where it does not exist.
    pub tip: Option<Oid>,
}

/// What is said of a section: `CHANGELOG.md:8, section [0.3.0] - 2026-11-21, 2 entries`.
pub fn section(path: &RepoPath, line: usize, heading: &str, entries: usize) -> String {
    let title = heading.trim_start_matches('#').trim();
    format!("{path}:{line}, section {title}, {}", entries_of(entries))
}

fn entries_of(number: usize) -> String {
    match number {
        0 => "no entries".to_owned(),
        1 => "1 entry".to_owned(),
        number => format!("{number} entries"),
    }
}

/// The plan of a release straight on the branch that is checked out.
pub fn straight(release: Release<'_>) -> Plan {
    let mut steps = edits(&release);
    let Release { title, base, tag, commit, gates, about, next, remote, .. } = release;
    let Commitment { ready, message, hooks, paths } = commit;
    let branch = ready.branch.clone();
    let released = match paths.is_empty() {
        true => Id::Known(ready.parent.clone()),
        false => Id::Made(0),
    };
    let mut objects = Vec::new();
    if !paths.is_empty() {
        objects.push(Object::Commit(commit_of(
            &ready,
            Id::Known(ready.parent.clone()),
            message,
            hooks,
            paths,
        )));
    }
    let tagged = Id::Made(objects.len());
    objects.push(Object::Tag(Tag {
        name: tag.clone(),
        target: released.clone(),
        message: release.tag_message,
        tagger: release.tagger,
        sign: release.sign_tag,
    }));
    steps.push(build(objects));
    if gates.asks() {
        steps.push(ask(gates));
    }
    let short = branch.trim_start_matches("refs/heads/").to_owned();
    let mut moves = Vec::new();
    if let Id::Made(_) = released {
        moves.push(RefMove::update(&branch, Id::Known(ready.parent.clone()), released.clone()));
    }
    let tag_ref = format!("refs/tags/{tag}");
    moves.push(RefMove::create(&tag_ref, tagged.clone()));
    steps.push(Step {
        why: match released {
            Id::Made(_) => format!("{short} and {tag}"),
            Id::Known(_) => tag.clone(),
        },
        action: Action::Land(Land { moves }),
    });
    let tip = match next {
        Some(next) => {
            let number = steps.iter().map(|step| step.action.objects().len()).sum();
            steps.extend(following(next, &ready, &released, number, hooks));
            Id::Made(number)
        }
        None => released,
    };
    let mut keep = Keep { tag, remote: None, about };
    if let Some(remote) = remote {
        keep.remote = Some(remote.name.clone());
        steps.push(push(remote, &branch, tip, RefMove::create(tag_ref, tagged)));
    }
    steps.push(Step { why: "the record of the release".into(), action: Action::Keep(keep) });
    Plan { format: FORMAT, title: format!("release {title}"), base, steps }
}

/// Branch and tag go to the remote together.
fn push(remote: Remote, branch: &str, tip: Id, tag: RefMove) -> Step {
    let short = branch.trim_start_matches("refs/heads/");
    let name = tag.name.trim_start_matches("refs/tags/");
    let old = remote.tip.map(Id::Known);
    let why = match &old {
        Some(old) if *old == tip => format!("{name} to {}", remote.shown),
        Some(_) => format!("{short} and {name} to {}, both or neither", remote.shown),
        None => format!("{short} (new there) and {name} to {}, both or neither", remote.shown),
    };
    let moves = vec![RefMove { name: branch.to_owned(), old, new: Some(tip) }, tag];
    Step { why, action: Action::Push(Push { remote: remote.name, shown: remote.shown, moves }) }
}

pub(super) fn edits(release: &Release<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let number = release.edits.len();
    if number > 0 {
        let from = release.from.map(|from| format!("{from} -> ")).unwrap_or_default();
        steps.push(Step {
            why: format!("{from}{} in {}", release.version, counted(number, "file")),
            action: Action::Files(release.edits.clone()),
        });
    }
    if let Some(Written { change, why }) = &release.changelog {
        steps.push(Step { why: why.clone(), action: Action::Files(vec![change.clone()]) });
    }
    steps.extend(release.guards.iter().map(|check| Step {
        why: format!("{} says whether it is right", check.name),
        action: Action::Check(check.clone()),
    }));
    steps
}

pub(super) fn commit_of(
    ready: &Ready,
    parent: Id,
    message: String,
    hooks: HookEdits,
    paths: Vec<RepoPath>,
) -> Commit {
    let Ready { author, committer, sign, .. } = ready.clone();
    Commit { parent, message, author, committer, sign, paths, hooks }
}

pub(super) fn build(objects: Vec<Object>) -> Step {
    let why = objects.iter().map(|object| match object {
        Object::Commit(commit) => {
            format!("commit {}", commit.message.lines().next().unwrap_or_default())
        }
        Object::Tag(tag) => format!("tag {}", tag.name),
        Object::Merge(merge) => format!("merge into {}", merge.into),
        Object::Withdrawal(taken) => format!("take out of {}", taken.into),
    });
    Step { why: why.collect::<Vec<_>>().join(", "), action: Action::Build(objects) }
}

pub(super) fn ask(gates: Gates) -> Step {
    let why = match gates.names.is_empty() {
        true => format!("what is kept with the release: {}", gates.values.join(", ")),
        false => format!("{}, on exactly this tree", gates.names.join(" ")),
    };
    Step { why, action: Action::Gates(gates) }
}

/// The commit that writes the next version, on top of the release.
fn following(
    next: Next,
    ready: &Ready,
    released: &Id,
    number: usize,
    hooks: HookEdits,
) -> [Step; 3] {
    let paths: Vec<RepoPath> = next.edits.iter().map(|change| change.path.clone()).collect();
    let files = Step {
        why: format!("{} in {}", next.version, counted(paths.len(), "file")),
        action: Action::Files(next.edits),
    };
    let commit = commit_of(ready, released.clone(), next.message, hooks, paths);
    let moves = vec![RefMove::update(&ready.branch, released.clone(), Id::Made(number))];
    let land = Step {
        why: format!("{} moves on", ready.branch.trim_start_matches("refs/heads/")),
        action: Action::Land(Land { moves }),
    };
    [files, build(vec![Object::Commit(commit)]), land]
}

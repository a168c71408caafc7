//! The ways of a release to main that are not a push of main: a pull request and the tag after it, a
//! release branch that is merged, and what becomes of a push that was refused.
//!
//! Whatever the way, the order is that of [`super::release`]: objects, gates, refs, and last what
//! leaves this machine.

mod finished;
mod hotfix;
mod refused;

pub use finished::{Landed, Left, Tagging, landed};
pub use hotfix::{Beginning, beginning};
pub use refused::{Refused, merged_later, pull_request};

use super::release::{Commitment, Release, ask, build, commit_of, edits};
use crate::config::file::TagOn;
use crate::plan::{
    Action, Base, FORMAT, Gates, Id, Keep, Land, Merge, Object, Oid, Parents, Place, Plan, Pull,
    Push, RefMove, Sign, Step, Switch, Tag, short,
};

/// The branch that a release is prepared on.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its full name.
    pub name: String,
    /// Where it is on the remote; `None` where it is not there.
    pub there: Option<Oid>,
    pub state: State,
}

/// Whether a branch is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It begins at the commit that is checked out.
    New,
    /// It is checked out.
    Here,
}

/// A branch that gets what was released.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its full name.
    pub name: String,
    /// Where it is here and on the remote; `None` where it is not there.
    pub here: Option<Oid>,
    pub there: Option<Oid>,
    /// The newer of both.
    pub tip: Oid,
    pub how: How,
}

/// How a branch gets it.
#[derive(Debug, Clone)]
pub enum How {
    /// It moves on to what was released.
    Forward,
    /// By a commit of its own.
    Commit(Parents),
    /// It takes pull requests only: the merge is offered on a branch (full name) of its own.
    Offered { branch: String, there: Option<Oid>, pull: Box<Pull> },
}

/// Who makes merges.
#[derive(Debug, Clone)]
pub struct Identity {
    pub author: String,
    pub committer: String,
    pub sign: Sign,
}

/// A remote that gets a release.
#[derive(Debug, Clone)]
pub struct Remote {
    pub name: String,
    pub shown: String,
}

/// A release on a branch of its own that is offered for a merge into main; main stays as it is, and
/// the tag comes after the merge.
pub fn offered(release: Release<'_>, branch: &Branch, pull: Option<Pull>) -> Plan {
    let mut steps = begun(&release, branch);
    let base = release.base.clone();
    let ready = release.commit.ready.clone();
    let remote =
        release.remote.as_ref().map(|it| Remote { name: it.name.clone(), shown: it.shown.clone() });
    steps.extend(edits(&release));
    let parent = Id::Known(ready.parent.clone());
    let Release { title, commit, gates, .. } = release;
    let made = commit_of(&ready, parent.clone(), commit.message, commit.hooks, commit.paths);
    steps.push(build(vec![Object::Commit(made)]));
    if gates.asks() {
        steps.push(ask(gates));
    }
    let short = short(&branch.name);
    let moves = vec![RefMove::update(&branch.name, parent, Id::Made(0))];
    steps.push(land(short.to_owned(), moves));
    if branch.state == State::New {
        steps.extend(switch(
            place(Some(branch.name.clone()), Id::Made(0)),
            place(base.branch.clone(), Id::Known(ready.parent)),
        ));
    }
    if let Some(remote) = remote {
        let there = branch.there.clone().map(Id::Known);
        let moves = vec![RefMove { name: branch.name.clone(), old: there, new: Some(Id::Made(0)) }];
        steps.push(push(&remote, format!("{short} to {}", remote.shown), moves));
        steps.extend(pull.map(offer));
    }
    let title = format!("prepare {title} on {short}");
    Plan { format: FORMAT, title, base, steps }
}

/// What is merged where, when a release branch ends.
pub struct End {
    pub branch: Branch,
    /// Main first; none where the tag alone keeps what was released.
    pub targets: Vec<Target>,
    pub author: Identity,
    /// The branch that is checked out in the end (full name); `None`: the release branch where it
    /// stays, else no branch.
    pub then: Option<String>,
    pub keeps: Keeps,
    /// The commit that gets the tag. What a squash leaves behind is on no branch, so it is the
    /// squashed one then.
    pub tag_on: TagOn,
}

/// Whether a release branch stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    Branch,
    Nothing,
}

/// The last commit of a release branch, its tag and its merges, in one transaction.
///
/// The gates see what gets the tag. Where that is the merge, the branch has its last commit first,
/// and the work tree goes to the merge, which no ref names yet.
pub fn merged(release: Release<'_>, end: End) -> Plan {
    let mut steps = begun(&release, &end.branch);
    steps.extend(edits(&release));
    let Release { title, base, tag, commit, gates, about, remote, .. } = release;
    let End { branch, targets, author, then, keeps, tag_on } = end;
    let (mut objects, mut moves, released) = last_of(&branch, commit);
    let from = format!("branch '{}'", short(&branch.name));
    let first = objects.len();
    let joined = Joined::new(&targets, &released, &from, &author, first, then.as_deref());
    let on_branch = place(Some(branch.name.clone()), released.clone());
    let merge = joined.tips.first().filter(|_| tag_on == TagOn::Merge);
    let tested = merge.map_or_else(|| on_branch.clone(), |merge| place(None, merge.clone()));
    if merge.is_some() && !objects.is_empty() {
        steps.push(build(std::mem::take(&mut objects)));
        steps.push(land(short(&branch.name).to_owned(), std::mem::take(&mut moves)));
    }
    let tagged = Id::Made(first + joined.objects.len());
    objects.extend(joined.objects);
    objects.push(Object::Tag(Tag {
        name: tag.clone(),
        target: merge.unwrap_or(&released).clone(),
        message: release.tag_message,
        tagger: release.tagger,
        sign: release.sign_tag,
    }));
    steps.push(build(objects));
    steps.extend(
        switch(on_branch.clone(), tested.clone())
            .map(|step| Step { why: format!("to the merge, which gets {tag}"), ..step }),
    );
    steps.extend(Some(gates).filter(Gates::asks).map(ask));
    moves.extend(joined.here);
    moves.push(RefMove::create(format!("refs/tags/{tag}"), tagged.clone()));
    let named: Vec<&str> = targets.iter().map(|target| short(&target.name)).collect();
    steps.push(land([&named[..], &[&tag]].concat().join(", "), moves));
    let at = targets.iter().position(|target| Some(&target.name) == then.as_ref());
    let last = at.map_or_else(|| released.clone(), |at| joined.tips[at].clone());
    let goes = match (then, keeps) {
        (Some(then), _) => place(Some(then), last),
        (None, Keeps::Branch) => on_branch,
        (None, Keeps::Nothing) => place(None, released.clone()),
    };
    steps.extend(switch(tested, goes));
    let mut there = joined.there;
    there.extend(branch_moves(branch, released, keeps, &mut steps));
    there.push(RefMove::create(format!("refs/tags/{tag}"), tagged));
    let remote = remote.map(|remote| Remote { name: remote.name, shown: remote.shown });
    let keep = Keep { tag, remote: None, about };
    steps.extend(away(remote, Some(keep), &targets, there));
    Plan { format: FORMAT, title: format!("release {title}"), base, steps }
}

/// The last commit of a branch, its move, and where the branch is then: where it was, if nothing is
/// committed.
fn last_of(branch: &Branch, commit: Commitment) -> (Vec<Object>, Vec<RefMove>, Id) {
    let Commitment { ready, message, hooks, paths } = commit;
    let parent = Id::Known(ready.parent.clone());
    if paths.is_empty() {
        return (Vec::new(), Vec::new(), parent);
    }
    let last = commit_of(&ready, parent.clone(), message, hooks, paths);
    let moves = vec![RefMove::update(&branch.name, parent, Id::Made(0))];
    (vec![Object::Commit(last)], moves, Id::Made(0))
}

/// What becomes of a branch on the remote in the end; here it goes in a step of its own.
fn branch_moves(
    branch: Branch,
    released: Id,
    keeps: Keeps,
    steps: &mut Vec<Step>,
) -> Option<RefMove> {
    let known = branch.there.map(Id::Known);
    if keeps == Keeps::Branch {
        let behind = known.filter(|at| *at != released);
        return behind.map(|at| RefMove::update(&branch.name, at, released));
    }
    let moves = vec![RefMove::delete(&branch.name, released)];
    steps.push(land(format!("{} goes", short(&branch.name)), moves));
    known.map(|at| RefMove::delete(&branch.name, at))
}

/// A release branch from the commit that is checked out, with the next version in its files.
pub fn started(release: Release<'_>, branch: &Branch) -> Plan {
    let mut steps = begun(&release, branch);
    steps.extend(edits(&release));
    let Release { title, base, commit, remote, .. } = release;
    let parent = Id::Known(commit.ready.parent.clone());
    let mut tip = parent.clone();
    if !commit.paths.is_empty() {
        tip = Id::Made(0);
        let made =
            commit_of(&commit.ready, parent.clone(), commit.message, commit.hooks, commit.paths);
        steps.push(build(vec![Object::Commit(made)]));
        let moves = vec![RefMove::update(&branch.name, parent, tip.clone())];
        steps.push(land(short(&branch.name).to_owned(), moves));
    }
    if let Some(remote) = remote {
        let moves = vec![RefMove::create(&branch.name, tip)];
        let why = format!("{} to {}", short(&branch.name), remote.shown);
        let remote = Remote { name: remote.name, shown: remote.shown };
        steps.push(push(&remote, why, moves));
    }
    let title = format!("start {title} on {}", short(&branch.name));
    Plan { format: FORMAT, title, base, steps }
}

/// A branch (full name) goes on to `to`, and is checked out.
pub fn forwarded(base: Base, name: &str, here: Option<Oid>, to: &Oid) -> Plan {
    let mut steps = Vec::new();
    let mut from =
        place(base.branch.clone(), base.head.clone().map_or(Id::Known(to.clone()), Id::Known));
    let moves = here.as_ref() != Some(to);
    if moves && base.branch.as_deref() == Some(name) {
        let detached = place(None, from.commit.clone());
        steps.extend(switch(from, detached.clone()));
        from = detached;
    }
    if moves {
        let (old, new) = (here.map(Id::Known), Some(Id::Known(to.clone())));
        let why = format!("{} goes on to {}", short(name), to.short());
        steps.push(land(why, vec![RefMove { name: name.to_owned(), old, new }]));
    }
    steps.extend(switch(from, place(Some(name.to_owned()), Id::Known(to.clone()))));
    Plan { format: FORMAT, title: format!("bring {} up to date", short(name)), base, steps }
}

/// The release branch is made and checked out, unless it is.
fn begun(release: &Release<'_>, branch: &Branch) -> Vec<Step> {
    if branch.state == State::Here {
        return Vec::new();
    }
    let at = Id::Known(release.commit.ready.parent.clone());
    let mut steps = vec![land(
        format!("{} begins", short(&branch.name)),
        vec![RefMove::create(&branch.name, at.clone())],
    )];
    steps.extend(switch(
        place(release.base.branch.clone(), at.clone()),
        place(Some(branch.name.clone()), at),
    ));
    steps
}

/// The merges into some branches, and what moves here and on the remote.
struct Joined {
    objects: Vec<Object>,
    /// Where each target is in the end.
    tips: Vec<Id>,
    here: Vec<RefMove>,
    there: Vec<RefMove>,
}

impl Joined {
    /// `first` is the number of the first object. A branch that is only on the remote is not made
    /// here, unless it is the one that is checked out in the end.
    fn new(
        targets: &[Target],
        source: &Id,
        what: &str,
        author: &Identity,
        first: usize,
        then: Option<&str>,
    ) -> Self {
        let mut joined =
            Self { objects: Vec::new(), tips: Vec::new(), here: Vec::new(), there: Vec::new() };
        for target in targets {
            let tip = joined.tip(target, source, what, author, first);
            let moved = |name: &str, old: &Option<Oid>| {
                let old = old.clone().map(Id::Known);
                RefMove { name: name.to_owned(), old, new: Some(tip.clone()) }
            };
            if let How::Offered { branch, there, .. } = &target.how {
                joined.there.push(moved(branch, there));
            } else {
                let only_there = target.here.is_none() && target.there.is_some();
                if !only_there || then == Some(&target.name) {
                    joined.here.push(moved(&target.name, &target.here));
                }
                joined.there.push(moved(&target.name, &target.there));
            }
            joined.tips.push(tip);
        }
        joined
    }

    fn tip(
        &mut self,
        target: &Target,
        source: &Id,
        what: &str,
        author: &Identity,
        first: usize,
    ) -> Id {
        let parents = match target.how {
            How::Forward => return source.clone(),
            How::Commit(parents) => parents,
            How::Offered { .. } => Parents::Both,
        };
        let Identity { author, committer, sign } = author.clone();
        let into = short(&target.name);
        self.objects.push(Object::Merge(Merge {
            into: into.to_owned(),
            target: Id::Known(target.tip.clone()),
            source: source.clone(),
            parents,
            message: format!("Merge {what} into {into}\n"),
            author,
            committer,
            sign,
        }));
        Id::Made(first + self.objects.len() - 1)
    }
}

/// What leaves this machine in the end.
fn away(
    remote: Option<Remote>,
    keep: Option<Keep>,
    targets: &[Target],
    moves: Vec<RefMove>,
) -> Vec<Step> {
    let name = remote.as_ref().map(|remote| remote.name.clone());
    let mut steps = Vec::new();
    if let Some(remote) = remote {
        let named = moves.iter().map(|wanted| match wanted.new {
            Some(_) => short(&wanted.name).to_owned(),
            None => format!("{} deleted", short(&wanted.name)),
        });
        let named = named.collect::<Vec<_>>().join(", ");
        let why = format!("{named} at {}, all or nothing", remote.shown);
        steps.push(push(&remote, why, moves));
        let pulls = targets.iter().filter_map(|target| match &target.how {
            How::Offered { pull, .. } => Some(offer(Pull::clone(pull))),
            How::Forward | How::Commit(_) => None,
        });
        steps.extend(pulls);
    }
    steps.extend(keep.map(|keep| Step {
        why: "the record of the release".into(),
        action: Action::Keep(Keep { remote: name, ..keep }),
    }));
    steps
}

fn place(branch: Option<String>, commit: Id) -> Place {
    Place { branch, commit }
}

/// Nothing where both ends are the same place.
fn switch(from: Place, to: Place) -> Option<Step> {
    if from.branch.is_some() && from.branch == to.branch {
        return None;
    }
    let why = match &to.branch {
        Some(branch) => format!("to {}", short(branch)),
        None => "off the branch, which moves".to_owned(),
    };
    Some(Step { why, action: Action::Switch(Switch { from, to }) })
}

fn land(why: String, moves: Vec<RefMove>) -> Step {
    Step { why, action: Action::Land(Land { moves }) }
}

fn push(remote: &Remote, why: String, moves: Vec<RefMove>) -> Step {
    let Remote { name, shown } = remote.clone();
    Step { why, action: Action::Push(Push { remote: name, shown, moves }) }
}

fn offer(pull: Pull) -> Step {
    let why = format!("{} into {}", pull.branch, pull.into);
    Step { why, action: Action::Pull(pull) }
}

//! The branch of a hotfix: it begins at a commit that need not be checked out.

use super::{Remote, land, place, push, switch};
use crate::flows::release::{Commitment, Written, build, commit_of};
use crate::path::RepoPath;
use crate::plan::{Action, Base, FORMAT, FileChange, Id, Object, Plan, RefMove, Step, short};
use crate::version::Version;
use crate::wording::counted;

/// What a hotfix begins with.
pub struct Beginning<'b> {
    /// `studio 1.2.1`
    pub title: String,
    pub base: Base,
    /// In the files; `None` where tags alone say versions.
    pub from: Option<&'b Version>,
    pub version: &'b Version,
    /// The edits of the version files, as the commit has them that it begins at.
    pub edits: Vec<FileChange>,
    /// Its open section.
    pub changelog: Option<Written>,
    /// Its first commit; `ready` has the branch and where that begins.
    pub commit: Commitment,
    /// `None` where nothing leaves this machine.
    pub remote: Option<Remote>,
}

/// The branch is made and checked out, with the version and the open section in one commit.
pub fn beginning(beginning: Beginning<'_>) -> Plan {
    let Beginning { title, base, from, version, edits, changelog, commit, remote } = beginning;
    let Commitment { ready, message, hooks, paths } = commit;
    let name = ready.branch.clone();
    let at = Id::Known(ready.parent.clone());
    let begins = format!("{} begins at {}", short(&name), ready.parent.short());
    let mut steps = vec![land(begins, vec![RefMove::create(&name, at.clone())])];
    let here = base.head.clone().map_or_else(|| at.clone(), Id::Known);
    steps.extend(switch(place(base.branch.clone(), here), place(Some(name.clone()), at.clone())));
    steps.extend(files(from, version, edits));
    steps.extend(
        changelog.map(|Written { change, why }| Step { why, action: Action::Files(vec![change]) }),
    );
    let mut tip = at.clone();
    if !paths.is_empty() {
        tip = Id::Made(0);
        let made = commit_of(&ready, at.clone(), message, hooks, paths);
        steps.push(build(vec![Object::Commit(made)]));
        let moves = vec![RefMove::update(&name, at, tip.clone())];
        steps.push(land(short(&name).to_owned(), moves));
    }
    if let Some(remote) = remote {
        let why = format!("{} to {}", short(&name), remote.shown);
        steps.push(push(&remote, why, vec![RefMove::create(&name, tip)]));
    }
    let title = format!("start hotfix {title} on {}", short(&name));
    Plan { format: FORMAT, title, base, steps }
}

fn files(from: Option<&Version>, version: &Version, edits: Vec<FileChange>) -> Option<Step> {
    let paths: Vec<&RepoPath> = edits.iter().map(|change| &change.path).collect();
    if paths.is_empty() {
        return None;
    }
    let from = from.map(|from| format!("{from} -> ")).unwrap_or_default();
    let why = format!("{from}{version} in {}", counted(paths.len(), "file"));
    Some(Step { why, action: Action::Files(edits) })
}

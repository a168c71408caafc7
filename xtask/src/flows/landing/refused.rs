//! What becomes of a release whose push was refused: nothing of it has arrived, and here everything
//! is done.

use super::{Identity, Remote, away, build, land, offer, place, push, switch};
use crate::plan::{
    About, Base, FORMAT, Id, Keep, Merge, Object, Oid, Parents, Plan, Pull, RefMove, Step, short,
};

/// A release that is made here and was refused there.
pub struct Refused {
    /// `studio 1.3.0`
    pub title: String,
    pub base: Base,
    /// The branch that was to be pushed (full name), where it was before, and where it is.
    pub branch: String,
    pub before: Oid,
    pub tip: Oid,
    /// The release commit.
    pub released: Oid,
    /// Its tag, and the object of that.
    pub tag: String,
    pub tagged: Oid,
    pub remote: Remote,
    /// What its record says besides.
    pub about: About,
}

/// The release commit goes to a branch of its own (full name), which is offered for a merge; the
/// tag and the branch that was to be pushed are as they were before.
pub fn pull_request(refused: Refused, on: &str, pull: Pull) -> Plan {
    let Refused { title, base, branch, before, tip, released, tag, tagged, remote, .. } = refused;
    let (now, released) = (Id::Known(tip), Id::Known(released));
    let moves = vec![
        RefMove::create(on, released.clone()),
        RefMove::update(&branch, now.clone(), Id::Known(before.clone())),
        RefMove::delete(format!("refs/tags/{tag}"), Id::Known(tagged)),
    ];
    let why = format!("{} begins, {} goes back, {tag} goes", short(on), short(&branch));
    let mut steps: Vec<Step> = Vec::new();
    let detached = place(None, now.clone());
    steps.extend(switch(place(Some(branch.clone()), now), detached.clone()));
    steps.push(land(why, moves));
    steps.extend(switch(detached, place(Some(branch), Id::Known(before))));
    let why = format!("{} to {}", short(on), remote.shown);
    steps.push(push(&remote, why, vec![RefMove::create(on, released)]));
    steps.push(offer(pull));
    Plan { format: FORMAT, title: format!("prepare {title} on {}", short(on)), base, steps }
}

/// The tested commit and its tag stay, and are merged into the branch as it is on the remote now.
pub fn merged_later(refused: Refused, onto: &Oid, author: Identity) -> Plan {
    let Refused { title, base, branch, tip, tag, tagged, remote, about, .. } = refused;
    let now = Id::Known(tip);
    let Identity { author, committer, sign } = author;
    let merge = Merge {
        into: short(&branch).to_owned(),
        target: Id::Known(onto.clone()),
        source: now.clone(),
        parents: Parents::Both,
        message: format!("Merge tag '{tag}'\n"),
        author,
        committer,
        sign,
    };
    let merged = Id::Made(0);
    let mut steps = vec![build(vec![Object::Merge(merge)])];
    let detached = place(None, now.clone());
    steps.extend(switch(place(Some(branch.clone()), now.clone()), detached.clone()));
    let moves = vec![RefMove::update(&branch, now, merged.clone())];
    steps.push(land(format!("{} goes on to the merge", short(&branch)), moves));
    steps.extend(switch(detached, place(Some(branch.clone()), merged.clone())));
    let moves = vec![
        RefMove::update(&branch, Id::Known(onto.clone()), merged),
        RefMove::create(format!("refs/tags/{tag}"), Id::Known(tagged)),
    ];
    let keep = Keep { tag, remote: None, about };
    steps.extend(away(Some(remote), Some(keep), &[], moves));
    Plan { format: FORMAT, title: format!("release {title}"), base, steps }
}

//! The end of a release whose branch was merged elsewhere.

use super::{Identity, Joined, Remote, Target, ask, away, build, land, place, short, switch};
use crate::plan::{
    About, Base, FORMAT, Gates, Id, Keep, Object, Oid, Place, Plan, RefMove, Sign, Step, Tag,
};

/// A release that has landed on main and has no tag yet.
pub struct Landed {
    /// `studio 1.3.0`
    pub title: String,
    pub base: Base,
    pub tag: String,
    pub tag_message: String,
    pub tagger: String,
    pub sign_tag: Sign,
    /// The commit that gets the tag.
    pub commit: Oid,
    /// What has to be green on exactly that commit, where it is not what was tested.
    pub gates: Option<Gates>,
    /// The branches that get it besides.
    pub targets: Vec<Target>,
    pub author: Identity,
    /// The release branch, where it goes (full name): here, on the remote.
    pub branch: String,
    pub here: Option<Oid>,
    pub there: Option<Oid>,
    pub left: Left,
    pub remote: Option<Remote>,
    /// What its record says besides.
    pub about: About,
}

/// Where the work tree is meanwhile.
pub enum Left {
    /// Where it is.
    Stays,
    /// At the released commit, and in the end on this branch (full name) or where it was.
    Goes { back: Option<(String, Oid)> },
}

/// Its tag, and the merges that come after it.
pub fn landed(landed: Landed) -> Plan {
    let Landed { title, base, tag, commit, gates, targets, author, branch, left, .. } = landed;
    let released = Id::Known(commit.clone());
    let mut steps = Vec::new();
    let was = base.head.clone().map_or_else(|| released.clone(), Id::Known);
    let (start, there) = (place(base.branch.clone(), was), place(None, released.clone()));
    let mut end: Option<(Place, Place)> = None;
    if let Left::Goes { back } = left {
        let back = back.map(|(branch, at)| place(Some(branch), Id::Known(at)));
        end = Some((there.clone(), back.unwrap_or_else(|| start.clone())));
        steps.extend(switch(start, there).map(|step| Step {
            why: format!("to {}, which gets the tag", commit.short()),
            ..step
        }));
    }
    let what = format!("tag '{tag}'");
    let joined = Joined::new(&targets, &released, &what, &author, 0);
    let mut objects = joined.objects;
    let tagged = Id::Made(objects.len());
    objects.push(Object::Tag(Tag {
        name: tag.clone(),
        target: released,
        message: landed.tag_message,
        tagger: landed.tagger,
        sign: landed.sign_tag,
    }));
    steps.push(build(objects));
    steps.extend(gates.filter(Gates::asks).map(ask));
    let tag_ref = RefMove::create(format!("refs/tags/{tag}"), tagged);
    let gone = |at: &Option<Oid>| Some(RefMove::delete(&branch, Id::Known(at.clone()?)));
    let mut moves = joined.here;
    moves.push(tag_ref.clone());
    moves.extend(gone(&landed.here));
    let named: Vec<&str> = moves.iter().map(|wanted| short(&wanted.name)).collect();
    steps.push(land(named.join(", "), moves));
    // A branch that moved meanwhile is where it is: the executor looks.
    steps.extend(end.and_then(|(from, to)| switch(from, to)));
    let mut there = joined.there;
    there.push(tag_ref);
    there.extend(gone(&landed.there));
    let keep = Keep { tag, remote: None, about: landed.about };
    steps.extend(away(landed.remote, keep, &targets, there));
    Plan { format: FORMAT, title: format!("release {title}"), base, steps }
}

//! The end of a release whose branch was merged elsewhere.

use super::{Identity, Joined, Remote, Target, ask, away, build, land, place, switch};
use crate::plan::{
    About, Base, FORMAT, Gates, Id, Keep, Object, Oid, Place, Plan, RefMove, Sign, Step, Tag, short,
};

/// A release that is at one commit, and what is still to be done for it.
pub struct Landed {
    /// `studio 1.3.0`
    pub title: String,
    pub base: Base,
    pub tag: String,
    /// `None` where the tag is there already, and only branches lack it.
    pub tagging: Option<Tagging>,
    /// The commit that has the tag or gets it.
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
}

/// A tag that is made, and what is kept of its release.
pub struct Tagging {
    pub message: String,
    pub tagger: String,
    pub sign: Sign,
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
        steps.extend(
            switch(start, there)
                .map(|step| Step { why: format!("to {}, which is {tag}", commit.short()), ..step }),
        );
    }
    let what = format!("tag '{tag}'");
    let joined = Joined::new(&targets, &released, &what, &author, 0, None);
    let mut objects = joined.objects;
    let (mut moves, mut there) = (joined.here, joined.there);
    let mut keep = None;
    if let Some(Tagging { message, tagger, sign, about }) = landed.tagging {
        let made = RefMove::create(format!("refs/tags/{tag}"), Id::Made(objects.len()));
        objects.push(Object::Tag(Tag {
            name: tag.clone(),
            target: released,
            message,
            tagger,
            sign,
        }));
        moves.push(made.clone());
        there.push(made);
        keep = Some(Keep { tag: tag.clone(), remote: None, about });
    }
    steps.extend((!objects.is_empty()).then(|| build(objects)));
    steps.extend(gates.filter(Gates::asks).map(ask));
    let gone = |at: &Option<Oid>| Some(RefMove::delete(&branch, Id::Known(at.clone()?)));
    moves.extend(gone(&landed.here));
    there.extend(gone(&landed.there));
    let named: Vec<&str> = moves.iter().map(|wanted| short(&wanted.name)).collect();
    let why = named.join(", ");
    steps.extend((!moves.is_empty()).then(|| land(why, moves)));
    // A branch that moved meanwhile is where it is: the executor looks.
    steps.extend(end.and_then(|(from, to)| switch(from, to)));
    let title = match keep {
        Some(_) => format!("release {title}"),
        None if targets.is_empty() => format!("merge {tag}: {} goes", short(&branch)),
        None => format!("merge {tag} into {}", into(&targets)),
    };
    steps.extend(away(landed.remote, keep, &targets, there));
    Plan { format: FORMAT, title, base, steps }
}

/// `main, develop`
fn into(targets: &[Target]) -> String {
    let names: Vec<&str> = targets.iter().map(|target| short(&target.name)).collect();
    names.join(", ")
}

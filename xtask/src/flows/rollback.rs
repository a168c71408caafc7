//! `rollback`: from what is out of a release to the plan that withdraws it.
//!
//! Whatever can be refused is worked out first: the commits that take the release out are objects
//! that nothing names. Then users get the previous release back, then the branches, then the remote,
//! and last what only a person can do. Nothing is reset: what others have seen gets a commit on top.

mod out;
#[cfg(test)]
mod tests;

pub use out::{Class, Out, of_registry};

use super::landing::{Identity, Remote};
use crate::plan::{
    Action, Base, FORMAT, Id, Land, Object, Oid, Person, Place, Plan, Pull, Push, ROLLED_BACK,
    RefMove, Retract, Run, Share, Step, Switch, TakesOut, Withdrawal, short,
};

/// What a rollback consists of.
pub struct Rollback {
    /// `studio 0.3.0`
    pub title: String,
    pub base: Base,
    /// Redeploy, database, verify: those that are wanted, in this order.
    pub runs: Vec<Run>,
    /// What happens to git; `None` where it stays as it is.
    pub git: Option<Withdrawn>,
    /// What only a person can do.
    pub people: Vec<Person>,
}

/// A release that is withdrawn from its branches.
pub struct Withdrawn {
    pub version: String,
    pub tag: String,
    /// The tag itself: the object of an annotated one.
    pub object: Oid,
    /// Main first.
    pub branches: Vec<Branch>,
    /// The branch on which the work is mended; `None` where nothing is taken out.
    pub mend: Option<Mend>,
    pub author: Identity,
    pub remote: Option<Remote>,
    pub deletes: Option<Deletes>,
}

/// A tag that goes, where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletes {
    pub here: bool,
    pub there: bool,
}

/// A branch that gets a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its full name.
    pub name: String,
    /// Where it is here, where it moves along.
    pub here: Option<Oid>,
    /// Where it is on the remote.
    pub there: Option<Oid>,
    /// What the commit is made on.
    pub tip: Oid,
    pub takes_out: Option<TakesOut>,
    /// The commits that brought it.
    pub taken: Vec<Oid>,
    /// The sections of its changelogs that are marked.
    pub retract: Vec<Retract>,
    /// Whether it has what main takes out, and so gets that commit into its history.
    pub follows: bool,
    /// A branch (full name, and where it is there) by which the commit is offered, where this one
    /// takes pull requests only.
    pub offered: Option<(String, Option<Oid>, Pull)>,
}

/// A branch with the work of a release on its own: what was taken out of main, as if it had never been
/// there. So merging it brings the work back, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Its full name.
    pub name: String,
    /// Where the work began, and what it came to.
    pub from: Oid,
    pub to: Oid,
    /// The subjects of its commits, the newest first: later releases tell of them.
    pub subjects: Vec<String>,
}

/// The whole of it.
pub fn plan(rollback: Rollback) -> Plan {
    let Rollback { title, base, runs, git, people } = rollback;
    let mut steps = Vec::new();
    let mut after = Vec::new();
    if let Some(git) = git {
        let Parts { objects, here, there } = parts(&git);
        if !objects.is_empty() {
            steps.push(build(objects));
        }
        steps.extend(runs.into_iter().map(run));
        steps.extend(landed(&base, &git, &here));
        after.extend(away(git, there));
    } else {
        steps.extend(runs.into_iter().map(run));
    }
    steps.extend(after);
    steps.extend(
        people
            .into_iter()
            .map(|person| Step { why: person.text.clone(), action: Action::Person(person) }),
    );
    Plan { format: FORMAT, title: format!("roll back {title}"), base, steps }
}

/// What is made, and what moves.
struct Parts {
    objects: Vec<Object>,
    here: Vec<RefMove>,
    there: Vec<RefMove>,
}

fn parts(git: &Withdrawn) -> Parts {
    let mut parts = Parts { objects: Vec::new(), here: Vec::new(), there: Vec::new() };
    let mut reverted = None;
    let mut withdrawals = Vec::new();
    for branch in &git.branches {
        let made = Id::Made(parts.objects.len());
        // What main took out is in the history of the others, so that merging them into it brings
        // back what they still have.
        let also: Vec<Id> = reverted.iter().filter(|_| branch.follows).cloned().collect();
        parts.objects.push(Object::Withdrawal(withdrawal(git, branch, also)));
        if reverted.is_none() && branch.takes_out.is_some() {
            reverted = Some(made.clone());
        }
        withdrawals.extend(branch.takes_out.iter().map(|_| made.clone()));
        let known = |at: &Option<Oid>| at.clone().map(Id::Known);
        if let Some((name, there, _)) = &branch.offered {
            let (name, old) = (name.clone(), known(there));
            parts.there.push(RefMove { name, old, new: Some(made) });
            continue;
        }
        let to = |old| RefMove { name: branch.name.clone(), old, new: Some(made.clone()) };
        parts.here.extend(branch.here.as_ref().map(|_| to(known(&branch.here))));
        parts.there.push(to(known(&branch.there)));
    }
    if let Some(mend) = &git.mend {
        let made = Id::Made(parts.objects.len());
        parts.objects.push(Object::Withdrawal(mended(git, mend, withdrawals)));
        parts.here.push(RefMove::create(&mend.name, made.clone()));
        parts.there.push(RefMove::create(&mend.name, made));
    }
    let object = || Id::Known(git.object.clone());
    parts.here.push(RefMove::create(burned(&git.tag), object()));
    if let Some(deletes) = &git.deletes {
        let gone = || RefMove::delete(format!("refs/tags/{}", git.tag), object());
        parts.here.extend(deletes.here.then(gone));
        parts.there.extend(deletes.there.then(gone));
    }
    parts
}

/// The ref under which the tag of a release that was rolled back is kept.
pub fn burned(tag: &str) -> String {
    format!("{ROLLED_BACK}{tag}")
}

fn withdrawal(git: &Withdrawn, branch: &Branch, also: Vec<Id>) -> Withdrawal {
    let tag = &git.tag;
    let body = match &branch.takes_out {
        Some(out) => format!(
            "What {tag} brought ({}..{}) is taken out; what came later stays.\n",
            out.from.short(),
            out.to.short()
        ),
        None => format!("{tag} is marked as withdrawn; its code stays.\n"),
    };
    Withdrawal {
        into: short(&branch.name).to_owned(),
        target: Id::Known(branch.tip.clone()),
        takes_out: branch.takes_out.clone(),
        retract: branch.retract.clone(),
        also,
        reverts: branch.taken.iter().cloned().map(Id::Known).collect(),
        message: format!("chore: withdraw {}\n\n{body}", git.version),
        ..blank(git)
    }
}

/// The same the other way round, where the work began: it is there again, without the section of the
/// changelog.
fn mended(git: &Withdrawn, mend: &Mend, withdrawals: Vec<Id>) -> Withdrawal {
    let blank = blank(git);
    let each: Vec<String> = mend.subjects.iter().map(|subject| format!("* {subject}")).collect();
    let message = format!(
        "chore: take {} up again\n\nThe work of {} as it was. Mend it here and merge it.\n\n{}\n",
        git.version,
        git.tag,
        each.join("\n")
    );
    Withdrawal {
        into: short(&mend.name).to_owned(),
        target: Id::Known(mend.from.clone()),
        takes_out: Some(TakesOut { from: mend.to.clone(), to: mend.from.clone() }),
        reverts: withdrawals,
        message,
        // Walks by date meet it before what it takes back.
        committer: a_second_later(&blank.committer),
        ..blank
    }
}

/// `Name <address> seconds zone`, a second later.
fn a_second_later(ident: &str) -> String {
    let mut parts = ident.rsplitn(3, ' ');
    match (parts.next(), parts.next().and_then(|at| at.parse::<i64>().ok()), parts.next()) {
        (Some(zone), Some(at), Some(who)) => format!("{who} {} {zone}", at + 1),
        _ => ident.to_owned(),
    }
}

fn blank(git: &Withdrawn) -> Withdrawal {
    let Identity { author, committer, sign } = git.author.clone();
    Withdrawal {
        into: String::new(),
        target: Id::Known(git.object.clone()),
        takes_out: None,
        retract: Vec::new(),
        also: Vec::new(),
        reverts: Vec::new(),
        message: String::new(),
        author,
        committer,
        sign,
    }
}

fn build(objects: Vec<Object>) -> Step {
    let into = objects.iter().filter_map(|object| match object {
        Object::Withdrawal(withdrawal) => Some(withdrawal.into.as_str()),
        Object::Commit(_) | Object::Tag(_) | Object::Merge(_) => None,
    });
    let why = format!("commits for {}", into.collect::<Vec<_>>().join(", "));
    Step { why, action: Action::Build(objects) }
}

fn run(run: Run) -> Step {
    let commands: Vec<String> = run.commands.iter().map(crate::plan::Command::shown).collect();
    Step { why: commands.join("; "), action: Action::Run(run) }
}

/// Refs here; the work tree leaves a branch that moves and comes back to it.
fn landed(base: &Base, git: &Withdrawn, here: &[RefMove]) -> Vec<Step> {
    if here.is_empty() {
        return Vec::new();
    }
    let own = here.iter().find(|planned| base.branch.as_deref() == Some(planned.name.as_str()));
    let way = own.and_then(|own| {
        let at = Id::Known(base.head.clone()?);
        let there = Place { branch: base.branch.clone(), commit: own.new.clone()? };
        let start = Place { branch: base.branch.clone(), commit: at.clone() };
        Some((start, Place { branch: None, commit: at }, there))
    });
    let own_ref = burned(&git.tag);
    let named = here.iter().map(|planned| planned.name.as_str()).filter(|name| *name != own_ref);
    let named: Vec<&str> = named.map(short).chain([git.tag.as_str()]).collect();
    let why = format!("{} marked as rolled back", named.join(", "));
    let land = Step { why, action: Action::Land(Land { moves: here.to_vec() }) };
    let Some((start, away, back)) = way else { return vec![land] };
    let name = back.branch.as_deref().map(short).unwrap_or_default().to_owned();
    let off = Switch { from: start, to: away.clone() };
    let on = Switch { from: away, to: back };
    vec![
        Step { why: format!("off {name}, which moves"), action: Action::Switch(off) },
        land,
        Step { why: format!("to {name}"), action: Action::Switch(on) },
    ]
}

/// What leaves this machine.
fn away(git: Withdrawn, there: Vec<RefMove>) -> Vec<Step> {
    let Some(remote) = git.remote else { return Vec::new() };
    let mut steps = Vec::new();
    if !there.is_empty() {
        let named = there.iter().map(|planned| match planned.new {
            Some(_) => pushed(&planned.name).to_owned(),
            None => format!("{} deleted", pushed(&planned.name)),
        });
        let why = match there.len() {
            1 => format!("{} to {}", named.collect::<String>(), remote.shown),
            _ => format!("{} to {}, all or nothing", join(named), remote.shown),
        };
        let push = Push { remote: remote.name.clone(), shown: remote.shown.clone(), moves: there };
        steps.push(Step { why, action: Action::Push(push) });
    }
    steps.extend(git.branches.into_iter().filter_map(|branch| branch.offered).map(
        |(_, _, pull)| Step {
            why: format!("{} into {}", pull.branch, pull.into),
            action: Action::Pull(pull),
        },
    ));
    let share = Share { remote: remote.name, refs: vec![burned(&git.tag)] };
    steps.push(Step { why: "other clones learn of it".into(), action: Action::Share(share) });
    steps
}

fn join(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// A ref that is pushed, where the burned ones are among them.
fn pushed(name: &str) -> &str {
    let name = short(name);
    name.strip_prefix("refs/gonogo/").unwrap_or(name)
}

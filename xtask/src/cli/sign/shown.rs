//! Sign-offs for people and programs: who has signed, who has to, and what is void.

use serde_json::{Value, json};

use super::standing::{Standing, shown};
use crate::error::word;
use crate::signoff::judge::{Assessed, Judgement, State, Void};
use crate::signoff::trailer::Trailer;
use crate::ui::{Mark, folded, one_line};
use crate::version::Version;

/// So wide may a line be.
const COLUMNS: usize = 100;

/// A line for each role that has to sign and for every other sign-off, with the reason below it where
/// one is void.
pub(in crate::cli) fn table(standing: &Standing) -> Vec<String> {
    let judged = standing.judged();
    let width = judged.roles.iter().map(|(role, _)| role.name.chars().count()).max();
    let width = width.unwrap_or(0).max(12);
    let row = |mark: Mark, name: &str, what: &str| {
        format!("  {}{} {name:<width$}  {what}", mark.text(), mark.filling())
    };
    let margin = 2 + Mark::width() + 1 + width + 2;
    let room = COLUMNS.saturating_sub(margin).max(40);
    let why = |one: &Assessed| -> Vec<String> {
        let Err(void) = &one.standing else { return Vec::new() };
        let said = folded(&one_line(&format!("void: {}", shown(void))), room);
        said.into_iter().map(|line| format!("{:margin$}{line}", "")).collect()
    };
    let (mut lines, mut told) = (Vec::new(), Vec::new());
    for (role, state) in &judged.roles {
        match state {
            State::Signed(one) => lines.push(row(Mark::Good, &role.name, &line(one))),
            State::Void(one) => {
                lines.push(row(Mark::Failed, &role.name, &line(one)));
                lines.extend(why(one));
            }
            State::Open => {
                let open = format!("open: {}", role.addresses.join(", "));
                lines.push(row(Mark::Unknown, &role.name, &open));
            }
        }
        if let State::Signed(one) | State::Void(one) = state {
            told.push(&one.id);
        }
    }
    for one in standing.all.iter().filter(|one| !told.contains(&&one.id)) {
        let mark = if one.standing.is_ok() { Mark::Good } else { Mark::Warning };
        lines.push(row(mark, one.signoff.role_name(), &line(one)));
        lines.extend(why(one));
    }
    for (place, why) in &standing.unreadable {
        let mark = Mark::Warning;
        lines.push(format!("  {}{} {place}: {why}", mark.text(), mark.filling()));
    }
    let (have, need) = judged.people;
    if need > judged.roles.len() || judged.people_missing() > 0 {
        lines.push(format!("  {have} of {need} different people have signed."));
    }
    lines
}

/// Who, which commit, when, and what else is known.
fn line(one: &Assessed) -> String {
    let signoff = &one.signoff;
    let survived = match one.standing.as_deref() {
        Ok([]) | Err(_) => None,
        Ok([only]) => Some(format!("since then only {only} changed (survives)")),
        Ok([first, ..]) => Some(format!("since then {first} and others changed (all survive)")),
    };
    let (who, commit, when) = (signoff.signer(), signoff.candidate.short(), signoff.at.minute());
    let first = format!("{who}  {commit}  {when}");
    let parts: Vec<String> =
        std::iter::once(first).chain(one.signature.clone()).chain(survived).collect();
    parts.join("; ")
}

/// What stands against a release, for one line: `sign-off QA Lead`.
pub(in crate::cli) fn missing(judged: &Judgement<'_>) -> Vec<String> {
    let roles = judged.missing().map(|(role, _)| format!("sign-off {}", role.name));
    let people = match judged.people_missing() {
        0 => None,
        1 => Some("a sign-off of somebody else".to_owned()),
        more => Some(format!("sign-offs of {more} others")),
    };
    roles.chain(people).collect()
}

/// The command with which the first who is missing signs.
pub(in crate::cli) fn next(judged: &Judgement<'_>, version: &Version) -> String {
    let role = judged.missing().next().map(|(role, _)| role.name.as_str());
    command(role, version)
}

/// The command with which somebody signs, for a role or for none.
pub(in crate::cli) fn command(role: Option<&str>, version: &Version) -> String {
    let role = role.map(|role| format!(" --role {}", word(role))).unwrap_or_default();
    format!("sign{role} --version {}", word(version))
}

/// Everything, for programs.
pub(in crate::cli) fn json(standing: &Standing) -> Value {
    let judged = standing.judged();
    let roles = judged.roles.iter().map(|(role, state)| {
        let (state, by) = match state {
            State::Signed(one) => ("signed", Some(one)),
            State::Void(one) => ("void", Some(one)),
            State::Open => ("open", None),
        };
        json!({ "role": role.name, "state": state, "addresses": role.addresses,
                "signoff": by.map(|one| one.id.as_str()) })
    });
    let unreadable = standing.unreadable.iter();
    json!({
        "go": judged.is_go(),
        "people": { "signed": judged.people.0, "required": judged.people.1 },
        "roles": roles.collect::<Vec<_>>(),
        "signoffs": standing.all.iter().map(one).collect::<Vec<_>>(),
        "unreadable": unreadable.map(|(place, why)| json!({ "ref": place, "why": why }))
            .collect::<Vec<_>>(),
        "reasons": standing.reasons(),
    })
}

fn one(one: &Assessed) -> Value {
    let signoff = &one.signoff;
    let void = one.standing.as_ref().err();
    let witnessed = signoff.witnessed.as_ref();
    let paths = match void {
        Some(Void::Foreign(all)) => all.iter().map(|foreign| foreign.path.as_str()).collect(),
        Some(Void::Because(_)) | None => Vec::new(),
    };
    json!({
        "id": one.id.as_str(), "role": signoff.role, "by": signoff.by.to_string(),
        "at": signoff.at.0, "statement": signoff.statement, "version": signoff.version,
        "candidate": signoff.candidate.as_str(), "tree": signoff.tree.as_str(),
        "for": witnessed.map(|it| &it.person), "evidence": witnessed.map(|it| &it.evidence),
        "signature": one.signature, "counts": void.is_none(), "void": void.map(shown),
        "paths": paths, "survived": one.standing.as_ref().ok(),
        "trailer": Trailer::from(signoff).line(),
    })
}

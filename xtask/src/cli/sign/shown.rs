//! Sign-offs for people and programs: who has signed, who has to, and what is void.

use serde_json::{Value, json};

use super::standing::{Standing, shown};
use crate::error::word;
use crate::signoff::Phase;
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
    let rows = Rows::of(standing);
    let row = |mark: Mark, name: &str, what: &str| rows.row(mark, name, what);
    let (mut lines, mut told) = (Vec::new(), Vec::new());
    for (role, state) in &judged.roles {
        match state {
            State::Signed(one) => lines.push(row(Mark::Good, &role.name, &line(one))),
            State::Void(one) => {
                lines.push(row(Mark::Failed, &role.name, &line(one)));
                lines.extend(rows.why(one));
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
        lines.extend(rows.other(one));
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

/// The same of those that were made after the release, and what is left: a role, and how many boxes
/// that is, in words.
pub(super) fn after(standing: &Standing, left: &[(&str, String)]) -> Vec<String> {
    let rows = Rows::of(standing);
    let signed = standing.after.iter().flat_map(|one| rows.other(one));
    let open =
        |(name, boxes): &(&str, String)| rows.row(Mark::Unknown, name, &format!("open: {boxes}"));
    signed.chain(left.iter().map(open)).collect()
}

/// How the rows of a table are laid out.
struct Rows {
    /// How wide the names of roles are.
    width: usize,
}

impl Rows {
    fn of(standing: &Standing) -> Self {
        let required = standing.required.roles.iter().map(|role| role.name.as_str());
        let after = standing.after.iter().map(|one| one.signoff.role_name());
        let width = required.chain(after).map(|name| name.chars().count()).max();
        Self { width: width.unwrap_or(0).max(12) }
    }

    fn row(&self, mark: Mark, name: &str, what: &str) -> String {
        format!("  {}{} {name:<2$}  {what}", mark.text(), mark.filling(), self.width)
    }

    /// One that stands for itself.
    fn other(&self, one: &Assessed) -> Vec<String> {
        let mark = if one.standing.is_ok() { Mark::Good } else { Mark::Warning };
        let first = self.row(mark, one.signoff.role_name(), &line(one));
        std::iter::once(first).chain(self.why(one)).collect()
    }

    /// Why one is void, below it.
    fn why(&self, one: &Assessed) -> Vec<String> {
        let Err(void) = &one.standing else { return Vec::new() };
        let margin = 2 + Mark::width() + 1 + self.width + 2;
        let room = COLUMNS.saturating_sub(margin).max(40);
        let said = folded(&one_line(&format!("void: {}", shown(void))), room);
        said.into_iter().map(|line| format!("{:margin$}{line}", "")).collect()
    }
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
        "after": standing.after.iter().map(one).collect::<Vec<_>>(),
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
        "trailer": (signoff.phase == Phase::Before).then(|| Trailer::from(signoff).line()),
    })
}

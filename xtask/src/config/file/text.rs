//! The rules of each kind of text.

use super::command;
use super::shape::{Kind, Naming};
use super::template::{one_version, placeholders, reference};
use super::vocabulary::{BUILT_IN, EVERYBODY, VARIABLES};
use super::wrong::{Wrong, shown};
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::doc::Node;
use crate::wording::nearest;

/// The longest time-out has so many digits: a million hours.
const DIGITS: usize = 6;

/// Checks a text under the rules of its kind; `root` is the whole document, for what a name
/// refers to.
///
/// # Errors
/// What is wrong with it.
pub fn check(kind: Kind, text: &str, root: &Node) -> Result<(), Wrong> {
    match kind {
        Kind::Any => plain(text, &['\n', '\r', '\t']),
        Kind::Line => line(text),
        Kind::File => file(text),
        Kind::Glob => glob(text, "matches no file of the repository"),
        Kind::Place => {
            glob(text.strip_prefix('/').unwrap_or(text), "matches no file of the repository")
        }
        Kind::Tags => glob(text, "matches no tag"),
        Kind::KeyPath => key_path(text).map(drop),
        Kind::Pattern => line(text).and_then(|()| one_version(text)),
        Kind::Words(words) => word(text, words),
        Kind::Command => command::split(text).map(drop).and_then(|()| variables(text, root)),
        Kind::Script => said(text).and_then(|()| variables(text, root)),
        Kind::Duration => duration(text),
        Kind::TagFormat(knows) => reference(text, knows).and_then(|()| one_version(text)),
        Kind::Ref(knows) => reference(text, knows),
        Kind::Message(knows) => said(text).and_then(|()| placeholders(text, knows).map(drop)),
        Kind::Title(knows) => line(text).and_then(|()| placeholders(text, knows).map(drop)),
        Kind::Heading => heading(text),
        Kind::Binding => binding(text, root),
        Kind::Gate => gate(text, root),
        Kind::Role => role(text, root, EVERYBODY),
        Kind::Address => address(text),
        Kind::Name(naming) => name(naming, text),
    }
}

/// The regular expression (ECMA 262) of a kind whose texts one describes exactly, but for whether
/// what they name is there.
pub fn expression(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Pattern => Some(concat!(
            r"^((?!\{version\})[^\u0000-\u0008\u000a-\u001f\u007f-\u009f])*\{version\}",
            r"((?!\{version\})[^\u0000-\u0008\u000a-\u001f\u007f-\u009f])*$"
        )),
        Kind::Binding => Some(r"^(gate:.+|role:.+|after:.+|step|rollback|skip:.*\S.*)$"),
        Kind::Duration => Some("^[1-9][0-9]{0,5}[smh]$"),
        Kind::Name(Naming::Gate) => Some("^[A-Za-z0-9][A-Za-z0-9_.-]*$"),
        Kind::Name(Naming::Record) => Some("^[A-Za-z][A-Za-z0-9_-]*$"),
        Kind::Name(Naming::Variable) => Some("^[A-Za-z_][A-Za-z0-9_]*$"),
        Kind::Name(Naming::CommitType) => Some("^[A-Za-z][A-Za-z0-9-]*$"),
        _ => None,
    }
}

/// The keys of a path of keys: `packages."".version`.
///
/// # Errors
/// What TOML's dotted keys do not allow.
pub fn key_path(text: &str) -> Result<Vec<String>, Wrong> {
    let keys = toml_edit::Key::parse(text).map_err(|error| {
        Wrong::new("is no path of keys")
            .at(error.span().map_or(0, |span| span.start))
            .why("Keys stand with dots between them; quote those with other than letters, digits,")
            .why("`_` and `-`: services.api.image, packages.\"\".version, spec.containers.0.image.")
    })?;
    Ok(keys.iter().map(|key| key.get().to_owned()).collect())
}

/// No control characters but these.
fn plain(text: &str, but: &[char]) -> Result<(), Wrong> {
    match text.char_indices().find(|(_, c)| c.is_control() && !but.contains(c)) {
        Some((at, '\n' | '\r')) => Err(Wrong::new("has more than one line").at(at)),
        Some((at, _)) => Err(Wrong::new("holds a control character").at(at)),
        None => Ok(()),
    }
}

fn said(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("says nothing"));
    }
    plain(text, &['\n', '\r', '\t'])
}

fn line(text: &str) -> Result<(), Wrong> {
    said(text)?;
    plain(text, &['\t'])
}

fn file(text: &str) -> Result<(), Wrong> {
    line(text)?;
    match RepoPath::new(text) {
        Some(_) => Ok(()),
        None => Err(Wrong::new("is no file of the repository")
            .why("Paths begin at the top of the repository and do not leave it.")),
    }
}

fn glob(text: &str, what: &str) -> Result<(), Wrong> {
    line(text)?;
    let wrong = |why: &str| Wrong::new(format!("{what}: {why}"));
    let glob = Glob::parse(text).map_err(wrong)?;
    match glob.to_string().split('/').next() {
        Some(first) if first.eq_ignore_ascii_case(".git") => Err(wrong("it lies in `.git`")),
        _ => Ok(()),
    }
}

fn word(text: &str, words: &[&str]) -> Result<(), Wrong> {
    if words.contains(&text) {
        return Ok(());
    }
    let lead = if words.len() == 1 { "It can only be" } else { "It is one of" };
    Err(Wrong::new(format!("cannot be {}", shown(text))).choose(text, lead, words.iter().copied()))
}

fn duration(text: &str) -> Result<(), Wrong> {
    let number = text.strip_suffix(['s', 'm', 'h']).unwrap_or_default();
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (1..=DIGITS).contains(&number.len()) && !number.starts_with('0') {
        return Ok(());
    }
    Err(Wrong::new("is no duration").why("A duration is a number with s, m or h: 30s, 10m, 2h."))
}

fn heading(text: &str) -> Result<(), Wrong> {
    line(text)?;
    let found = placeholders(text, &["version", "date"])?;
    one_version(text)?;
    if found.iter().filter(|word| **word == "date").count() > 1 {
        return Err(Wrong::new("holds {date} twice").at(text.rfind("{date}").unwrap_or(0)));
    }
    let title = text.trim_start_matches('#');
    let level = text.len() - title.len();
    if !(1..=6).contains(&level) || !title.starts_with(' ') {
        return Err(
            Wrong::new("is no heading in Markdown").why("It begins with one to six # and a blank.")
        );
    }
    Ok(())
}

fn binding(text: &str, root: &Node) -> Result<(), Wrong> {
    let shift = |skipped: usize| move |wrong: Wrong| Wrong { at: wrong.at + skipped, ..wrong };
    match text.split_once(':') {
        Some(("gate", id)) => gate(id, root).map_err(shift(5)),
        Some(("role", name)) => role(name, root, &["any"]).map_err(shift(5)),
        Some(("after", name)) => role(name, root, &["any"]).map_err(shift(6)),
        Some(("skip", reason)) if !reason.trim().is_empty() => line(text),
        Some(("skip", _)) => Err(Wrong::new("gives no reason").why("Write `skip:` and why.")),
        None if matches!(text, "step" | "rollback") => Ok(()),
        _ => {
            let head = text.split(':').next().unwrap_or_default();
            let words = ["gate:ID", "role:NAME", "role:any", "after:NAME", "step", "rollback"];
            let all = format!("It is one of {}, skip: REASON.", words.join(", "));
            let heads = ["gate", "role", "after", "step", "rollback", "skip"].into_iter();
            let wrong = Wrong::new(format!("cannot be bound to {}", shown(text)));
            Err(match nearest(head, heads) {
                Some(meant) if meant != head => {
                    wrong.why(format!("Did you mean \"{meant}\"?")).why(all)
                }
                _ => wrong.why(all),
            })
        }
    }
}

fn gate(id: &str, root: &Node) -> Result<(), Wrong> {
    let own = root.get("gates").map(Node::entries).unwrap_or_default();
    let own = own.iter().map(|entry| entry.key.as_str());
    let mut known = BUILT_IN.iter().map(|key| key.name).chain(own.clone());
    if known.any(|known| known == id) {
        return Ok(());
    }
    let added = own.filter(|name| !BUILT_IN.iter().any(|key| key.name == *name));
    Err(Wrong::new(format!("names a gate that does not exist: {}", shown(id))).choose(
        id,
        "The gates are",
        BUILT_IN.iter().map(|key| key.name).chain(added),
    ))
}

fn role(name: &str, root: &Node, everybody: &[&'static str]) -> Result<(), Wrong> {
    let own = root.get("signoff").and_then(|table| table.get("roles"));
    let own = own.map(Node::entries).unwrap_or_default();
    let known = || own.iter().map(|e| e.key.as_str()).chain(everybody.iter().copied());
    if known().any(|known| known == name) {
        return Ok(());
    }
    let wrong = Wrong::new(format!("names a role that does not exist: {}", shown(name)));
    Err(if own.is_empty() {
        wrong.why("There are no roles: [signoff.roles] names them.")
    } else {
        wrong.choose(name, "The roles are", known())
    })
}

fn address(text: &str) -> Result<(), Wrong> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || "<>,;".contains(c);
    let halves = text.split_once('@').filter(|(who, host)| {
        !who.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(blank)
    });
    match halves {
        Some(_) => Ok(()),
        None => Err(Wrong::new("is no e-mail address").why("Just the address: ada@example.com.")),
    }
}

fn name(naming: Naming, text: &str) -> Result<(), Wrong> {
    let wrong = || Wrong::new(format!("is not {}", naming.noun()));
    let made_of = |first: fn(char) -> bool, more: &str| {
        let ok = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        text.starts_with(first) && text.chars().all(ok)
    };
    let letter = |c: char| c.is_ascii_alphabetic();
    match naming {
        Naming::Gate if !made_of(|c| c.is_ascii_alphanumeric(), "_.-") => {
            Err(wrong().why("It is made of letters, digits, `-`, `_` and dots."))
        }
        Naming::Record if !made_of(letter, "_-") => {
            Err(wrong().why("It is made of letters, digits, `-` and `_`, a letter first."))
        }
        Naming::Variable if !made_of(|c| c == '_' || c.is_ascii_alphabetic(), "_") => {
            Err(wrong().why("It is made of letters, digits and `_`, no digit first."))
        }
        Naming::CommitType if !made_of(letter, "-") => {
            Err(wrong().why("It is made of letters, digits and `-`: feat, fix, perf."))
        }
        Naming::Record
            if VARIABLES.contains(&format!("PREVIOUS_{}", command::variable(text)).as_str()) =>
        {
            Err(Wrong::new("has a name that is taken")
                .why(format!("$GONOGO_PREVIOUS_{} says something else.", command::variable(text))))
        }
        Naming::Role | Naming::Package if line(text).is_err() || text.trim() != text => {
            Err(wrong())
        }
        Naming::Role if EVERYBODY.contains(&text) => Err(Wrong::new("has a name that is taken")
            .why(format!("\"{text}\" stands for roles, whichever they are."))),
        _ => Ok(()),
    }
}

fn variables(text: &str, root: &Node) -> Result<(), Wrong> {
    let records = root.get("record").map(Node::entries).unwrap_or_default();
    command::known_variables(text, records.iter().map(|entry| entry.key.as_str()))
}

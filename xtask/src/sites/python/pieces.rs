//! Versions in pieces: `__version_info__ = (1, 2, 3)`, and `MAJOR = 1`, `MINOR = 2`, `PATCH = 3`.

use super::lexer::{Kind, Token};
use super::{Found, Module};
use crate::sites::pieces::{Group, Piece};

/// A version in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// As a person names it: `__version_info__` or `MAJOR, MINOR, PATCH`.
    pub name: String,
    /// Does it say by its name that it is the version in numbers? A mere `VERSION` may be another
    /// one, that of a protocol for example.
    pub kind: Named,
    /// Where the first statement begins.
    pub at: usize,
    /// The name each piece is assigned to, and the piece.
    pub items: Vec<(String, Piece, Found)>,
}

/// What the name of a group says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// `__version_info__`, `version_info`.
    Info,
    /// `VERSION`, `version`.
    Version,
    /// `MAJOR`, `MINOR`, `PATCH`.
    Parts,
}

/// A statement that looks like a version in numbers, in a form that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    pub name: String,
    /// Where the statement begins.
    pub at: usize,
}

/// The words for a phase.
const PHASES: [&str; 5] = ["final", "alpha", "beta", "rc", "candidate"];

/// One of `MAJOR`, `MINOR`, `PATCH`.
struct Part {
    name: String,
    /// The name without its word, lower case: what the names of one set have in common.
    frame: String,
    index: usize,
    at: usize,
    found: Found,
}

impl Pieces {
    /// The texts of its pieces.
    pub fn group(&self) -> Group<'_> {
        Group::new(self.items.iter().map(|(_, piece, found)| (*piece, found.value.as_str())))
    }
}

impl Module<'_> {
    /// Every version in pieces at the top level, and what looks like one but is not understood:
    /// expressions, other words, a name that is assigned twice, an incomplete set.
    pub fn pieces(&self) -> (Vec<Pieces>, Vec<Odd>) {
        let (mut groups, mut parts, mut odd): (Vec<Pieces>, Vec<Part>, Vec<Odd>) =
            Default::default();
        for statement in self.statements() {
            let (targets, value) = self.assignment(statement);
            let at = statement[0].span.start;
            let named = targets.into_iter().find_map(|target| {
                let name = String::from_utf8_lossy(target).into_owned();
                wanted(&name).map(|wanted| (name, wanted))
            });
            let Some((name, wanted)) = named else { continue };
            match wanted {
                Wanted::Group(kind) if let Some(items) = self.tuple(&name, value) => {
                    groups.push(Pieces { name, kind, at, items });
                }
                Wanted::Part(index, frame) if let Some(found) = self.number(value) => {
                    parts.push(Part { name, frame, index, at, found });
                }
                _ if self.is_numeric(value) => odd.push(Odd { name, at }),
                _ => {}
            }
        }
        sets(parts, &mut groups, &mut odd);
        let twice = |group: &Pieces| groups.iter().filter(|g| g.name == group.name).count() > 1;
        let (again, mut groups): (Vec<_>, Vec<_>) = groups.clone().into_iter().partition(twice);
        odd.extend(again.into_iter().map(|Pieces { name, at, .. }| Odd { name, at }));
        groups.sort_by_key(|group| group.at);
        (groups, odd)
    }

    /// The pieces of `(1, 2, 3, "rc", 1)`, in parentheses, in brackets or bare.
    fn tuple(&self, name: &str, value: &[Token]) -> Option<Vec<(String, Piece, Found)>> {
        let inside = match value {
            [open, inside @ .., close] if matches!(self.raw(open), b"(" | b"[") => {
                (close.depth == open.depth).then_some(inside)?
            }
            bare => bare,
        };
        let mut items: Vec<&[Token]> = inside.split(|token| self.raw(token) == b",").collect();
        if items.last().is_some_and(|last| last.is_empty()) {
            items.pop();
        }
        let mut pieces = Vec::new();
        let mut numbers = 0;
        let mut phased = None;
        for item in items {
            let found = self.item(item)?;
            let piece = match phased {
                None if is_number(&found.value) => {
                    numbers += 1;
                    Piece::Number(numbers - 1)
                }
                None if PHASES.contains(&found.value.as_str()) => Piece::Phase,
                Some(Piece::Phase) if is_number(&found.value) => Piece::Serial,
                _ => return None,
            };
            if !matches!(piece, Piece::Number(_)) {
                phased = Some(piece);
            }
            pieces.push((name.to_owned(), piece, found));
        }
        (numbers >= 2).then_some(pieces)
    }

    /// A number, or the inside of a string literal.
    fn item(&self, item: &[Token]) -> Option<Found> {
        match item {
            [token] if token.kind == Kind::Number => {
                let value = String::from_utf8_lossy(self.raw(token)).into_owned();
                is_number(&value).then(|| Found { range: token.span.clone(), value })
            }
            [token] => {
                let found = self.literal(std::slice::from_ref(token))?;
                let raw = self.source.bytes.get(found.range.clone());
                (raw == Some(found.value.as_bytes())).then_some(found)
            }
            _ => None,
        }
    }

    fn number(&self, value: &[Token]) -> Option<Found> {
        self.item(value).filter(|found| is_number(&found.value))
    }

    /// Does a value look like a version in numbers?
    fn is_numeric(&self, value: &[Token]) -> bool {
        let begins =
            |first: &Token| first.kind == Kind::Number || matches!(self.raw(first), b"(" | b"[");
        value.first().is_some_and(begins)
            && value.iter().any(|token| token.kind == Kind::Number)
            && value.iter().all(|token| token.kind != Kind::Name || self.raw(token) == b"None")
    }
}

/// Puts the parts of one set together: `MAJOR` and `MINOR`, and `PATCH` or `MICRO` if it is there.
fn sets(parts: Vec<Part>, groups: &mut Vec<Pieces>, odd: &mut Vec<Odd>) {
    let mut frames: Vec<String> = parts.iter().map(|part| part.frame.clone()).collect();
    frames.sort();
    frames.dedup();
    let mut parts = parts;
    for frame in frames {
        let (mut set, rest): (Vec<Part>, Vec<Part>) =
            parts.into_iter().partition(|part| part.frame == frame);
        parts = rest;
        let at = set.iter().map(|part| part.at).min().unwrap_or(0);
        set.sort_by_key(|part| part.index);
        let whole = set.len() >= 2 && set.iter().enumerate().all(|(i, part)| part.index == i);
        if !whole {
            odd.extend(set.into_iter().map(|Part { name, at, .. }| Odd { name, at }));
            continue;
        }
        let names: Vec<&str> = set.iter().map(|part| part.name.as_str()).collect();
        let name = names.join(", ");
        let piece = |Part { name, index, found, .. }| (name, Piece::Number(index), found);
        let items = set.into_iter().map(piece).collect();
        groups.push(Pieces { name, kind: Named::Parts, at, items });
    }
}

/// What a name promises.
enum Wanted {
    Group(Named),
    /// The index of the number, and the rest of the name.
    Part(usize, String),
}

fn wanted(name: &str) -> Option<Wanted> {
    let lower = name.to_ascii_lowercase();
    match lower.trim_matches('_') {
        "version_info" => return Some(Wanted::Group(Named::Info)),
        "version" => return Some(Wanted::Group(Named::Version)),
        _ => {}
    }
    let words = [("major", 0), ("minor", 1), ("patch", 2), ("micro", 2)];
    words.into_iter().find_map(|(word, index)| {
        let (before, after) = lower.split_once(word)?;
        let framed = matches!(before.trim_start_matches('_'), "" | "version_" | "ver_");
        let framed = framed && matches!(after.trim_end_matches('_'), "" | "_version");
        framed.then(|| Wanted::Part(index, format!("{before}*{after}")))
    })
}

/// A decimal number as a version has them.
fn is_number(text: &str) -> bool {
    let plain = text == "0" || !text.starts_with('0');
    plain && text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u64>().is_ok()
}

//! Python source: string literals that are assigned at the top level, and `setup(...)` calls.

mod encoding;
pub mod environment;
mod lexer;
mod pieces;
mod setup;
#[cfg(test)]
mod tests;

use std::ops::Range;

use lexer::{Kind, Line, Token};

use super::event::Event;
use super::{Found, Source};
use crate::error::Refusal;
pub use encoding::generated_by;
pub use pieces::{Named, Pieces};
pub use setup::Argument;

/// The names under which a Python file may hold the version, the likeliest first.
pub const NAMES: [&str; 3] = ["__version__", "VERSION", "version"];

/// A parsed file.
#[derive(Debug)]
pub struct Module<'a> {
    source: Source<'a>,
    lines: Vec<Line>,
}

/// `from .module import name`, seen from the file it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// How many dots it begins with: 0 for an absolute import, 1 for the own package.
    pub level: usize,
    /// The module behind the dots, possibly empty.
    pub module: String,
    /// What it is called there.
    pub name: String,
}

/// Words that begin a compound statement: what follows on their line is not at the top level.
const COMPOUND: [&[u8]; 12] = [
    b"if", b"elif", b"else", b"for", b"while", b"try", b"except", b"finally", b"with", b"def",
    b"class", b"async",
];

impl<'a> Module<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// Bytes that do not fit the encoding (UTF-8, or what a PEP 263 cookie says), strings and
    /// brackets that are never closed, with their place.
    pub fn parse(source: Source<'a>) -> Result<Self, Refusal> {
        encoding::check(source)?;
        let lines = lexer::lines(source.bytes).map_err(|broken| {
            Refusal::usage(format!("{} cannot be read as Python", source.path))
                .why(broken.why)
                .at(source.place(broken.at))
        })?;
        Ok(Self { source, lines })
    }

    /// The file it was read from.
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// The plain string literal that is assigned to `name` at the top level; `None` when there is
    /// none. Not counted: f-strings, bytes, adjacent literals, anything inside a block.
    ///
    /// # Errors
    /// Two such assignments, or one and a `+=` and the like, with both places.
    pub fn assigned(&self, name: &str) -> Result<Option<Found>, Refusal> {
        let mut all = self.assignments().filter(|(target, _)| *target == name.as_bytes());
        let Some((_, first)) = all.next() else { return Ok(None) };
        let second = all.next().map(|(_, second)| second.range.start);
        if let Some(second) = second.or_else(|| self.augmented(name)) {
            let what = format!("{name} is assigned twice in {}", self.source.path);
            return Err(Refusal::usage(what)
                .why(format!("The other assignment is at {}.", self.source.link(first.range.start)))
                .at(self.source.place(second)));
        }
        Ok(Some(first))
    }

    /// Where `name += value` stands at the top level, with any operator.
    fn augmented(&self, name: &str) -> Option<usize> {
        self.statements().find_map(|statement| match statement {
            [target, operator, ..] if self.raw(target) == name.as_bytes() => {
                is_augmenting(self.raw(operator)).then_some(target.span.start)
            }
            _ => None,
        })
    }

    /// Every name that is assigned a plain string literal at the top level, in the order of the
    /// file; a name twice if it is assigned twice.
    pub fn assigned_names(&self) -> Vec<String> {
        self.assignments().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// The other variable in `name = other` at the top level.
    pub fn alias_of(&self, name: &str) -> Option<String> {
        self.statements().find_map(|statement| {
            let (targets, value) = self.assignment(statement);
            let [token] = value else { return None };
            let alias = token.kind == Kind::Name && targets.contains(&name.as_bytes());
            alias.then(|| String::from_utf8_lossy(self.raw(token)).into_owned())
        })
    }

    fn assignments(&self) -> impl Iterator<Item = (&[u8], Found)> {
        self.statements().flat_map(|statement| {
            let (targets, value) = self.assignment(statement);
            let found = self.literal(value);
            let pair = move |target| found.clone().map(|found| (target, found));
            targets.into_iter().filter_map(pair).collect::<Vec<_>>()
        })
    }

    /// Where `name` comes from when the file imports it at the top level from another module.
    pub fn import_of(&self, name: &str) -> Option<Import> {
        self.statements().find_map(|statement| {
            let words: Vec<&[u8]> = statement.iter().map(|token| self.raw(token)).collect();
            let (first, rest) = words.split_first()?;
            let import = rest.iter().position(|word| *word == b"import")?;
            let (from, items) = (&rest[..import], &rest[import + 1..]);
            if *first != b"from" {
                return None;
            }
            let from = from.concat();
            let level = from.iter().take_while(|b| **b == b'.').count();
            let imported =
                items.split(|w| matches!(*w, b"," | b"(" | b")")).find_map(|item| match item {
                    [single] if *single == name.as_bytes() => Some(*single),
                    [real, b"as", alias] if *alias == name.as_bytes() => Some(*real),
                    _ => None,
                })?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some(Import { level, module: text(&from[level..]), name: text(imported) })
        })
    }

    /// The simple statements of the top level.
    fn statements(&self) -> impl Iterator<Item = &[Token]> {
        let top = self.lines.iter().filter(|line| line.indent == 0 && !self.is_compound(line));
        top.flat_map(|line| self.split(&line.tokens))
    }

    fn is_compound(&self, line: &Line) -> bool {
        line.tokens.first().is_some_and(|first| COMPOUND.contains(&self.raw(first)))
    }

    fn split<'t>(&self, tokens: &'t [Token]) -> impl Iterator<Item = &'t [Token]> {
        let bytes = self.source.bytes;
        let semicolon = move |t: &Token| t.depth == 0 && bytes.get(t.span.clone()) == Some(b";");
        tokens.split(semicolon).filter(|statement| !statement.is_empty())
    }

    /// The names a statement assigns to, and the tokens of the value.
    fn assignment<'t>(&self, statement: &'t [Token]) -> (Vec<&[u8]>, &'t [Token]) {
        let parts: Vec<&[Token]> =
            statement.split(|token| token.depth == 0 && self.raw(token) == b"=").collect();
        let [targets @ .., value] = parts.as_slice() else { return (Vec::new(), &[]) };
        let annotated = targets.len() == 1;
        let names = targets.iter().filter_map(|target| match target {
            [name] => Some(name),
            [name, colon, ..] if annotated && self.raw(colon) == b":" => Some(name),
            _ => None,
        });
        let names = names.filter(|name| name.kind == Kind::Name).map(|name| self.raw(name));
        (names.collect(), value)
    }

    /// The value of a single plain string literal, in parentheses or not.
    fn literal(&self, value: &[Token]) -> Option<Found> {
        let parentheses = value.iter().take_while(|token| self.raw(token) == b"(").count();
        let (_, inside) = value.split_at_checked(parentheses)?;
        let ([token], closing) = inside.split_at_checked(1)? else { return None };
        let closed = closing.len() == parentheses && closing.iter().all(|t| self.raw(t) == b")");
        match &token.kind {
            Kind::Text { inner, raw } if closed => {
                let value = self.resolve(inner, *raw)?;
                Some(Found { range: inner.clone(), value })
            }
            _ => None,
        }
    }

    /// What a string literal means; `None` when it has an escape by name (`\N{...}`) or a bad one.
    fn resolve(&self, inner: &Range<usize>, raw: bool) -> Option<String> {
        let bytes = self.source.bytes.get(inner.clone())?;
        if raw || !bytes.contains(&b'\\') {
            return Some(String::from_utf8_lossy(bytes).into_owned());
        }
        encoding::unescape(&String::from_utf8_lossy(bytes))
    }

    fn raw(&self, token: &Token) -> &'a [u8] {
        self.source.bytes.get(token.span.clone()).unwrap_or_default()
    }

    pub(super) fn events(&self) -> Vec<Event<'_>> {
        let mut events = Vec::new();
        for line in &self.lines {
            events.push(Event::Mark(b"\n"));
            for token in &line.tokens {
                match &token.kind {
                    Kind::Text { inner, raw } if let Some(value) = self.resolve(inner, *raw) => {
                        let quote = &self.source.bytes[token.span.start..inner.start];
                        events.push(Event::Mark(quote));
                        events.push(Event::text(value, inner.clone()));
                    }
                    // A number of a version in pieces: it can be another one, and stays a number.
                    Kind::Number if self.raw(token).iter().all(u8::is_ascii_digit) => {
                        events.push(Event::Mark(b"number"));
                        let digits = String::from_utf8_lossy(self.raw(token));
                        events.push(Event::text(digits, token.span.clone()));
                    }
                    _ => events.push(Event::Mark(self.raw(token))),
                }
            }
        }
        events
    }
}

/// Is it `+=` or one of its kin, not a comparison?
fn is_augmenting(operator: &[u8]) -> bool {
    let compares = matches!(operator, b"==" | b"!=" | b"<=" | b">=" | b":=");
    operator.len() > 1 && operator.ends_with(b"=") && !compares
}

//! What a setup.py tells setuptools: the keywords of its `setup(...)` calls, and the strings near
//! them that may name the file with the version.

use super::lexer::{Kind, Line, Token};
use super::{Found, Module};

/// What a keyword of a `setup(...)` call is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A plain string literal.
    Literal(Found),
    /// A single word, and where it stands: the name of a variable, or `True`.
    Name(String, usize),
    /// Any other expression: its text, and where it begins.
    Expression(String, usize),
}

impl Argument {
    /// Where it stands in the file.
    pub fn at(&self) -> usize {
        match self {
            Self::Literal(found) => found.range.start,
            Self::Name(_, at) | Self::Expression(_, at) => *at,
        }
    }

    /// Is it the word `True`?
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Name(word, _) if word == "True")
    }
}

impl Module<'_> {
    /// Does the file call `setup(...)` anywhere, also inside a function or a block?
    pub fn calls_setup(&self) -> bool {
        self.setup_calls().next().is_some()
    }

    /// What the keyword `key` of the first call that has it is given.
    pub fn setup_argument(&self, key: &str) -> Option<Argument> {
        self.setup_arguments(key).into_iter().next()
    }

    /// What the keyword `key` is given, for each call that has it.
    pub fn setup_arguments(&self, key: &str) -> Vec<Argument> {
        self.keywords(key).filter_map(|value| self.argument(value)).collect()
    }

    /// The pairs of strings in the literal `{"": "lib"}` that the keyword `key` is given.
    pub fn setup_pairs(&self, key: &str) -> Vec<(String, String)> {
        let tokens = self.keywords(key).next().unwrap_or_default();
        let pairs = tokens.windows(3).filter_map(|three| match three {
            [left, colon, right] if self.raw(colon) == b":" => {
                Some((self.text(left)?, self.text(right)?))
            }
            _ => None,
        });
        pairs.collect()
    }

    /// The strings in the literal list or tuple that the keyword `key` is given.
    pub fn setup_texts(&self, key: &str) -> Vec<String> {
        match self.keywords(key).next() {
            Some([open, items @ ..]) if matches!(self.raw(open), b"[" | b"(") => {
                items.iter().filter_map(|token| self.text(token)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where the first value that is assigned to `name` begins, at the top level or in a block.
    pub fn first_value(&self, name: &str) -> Option<usize> {
        self.lines.iter().flat_map(|line| self.split(&line.tokens)).find_map(|statement| {
            let (targets, value) = self.assignment(statement);
            let first = value.first().filter(|_| targets.contains(&name.as_bytes()));
            first.map(|token| token.span.start)
        })
    }

    /// The strings in what the keyword `key` is given, and in the statements that assign the names
    /// it is made of: those that stand side by side (`"pkg", "__init__.py"`) or around a `/`
    /// together.
    pub fn strings_behind(&self, key: &str) -> Vec<Vec<String>> {
        let values: Vec<&[Token]> = self.keywords(key).collect();
        let words = values.iter().flat_map(|value| value.iter());
        let names: Vec<&[u8]> =
            words.filter(|token| token.kind == Kind::Name).map(|token| self.raw(token)).collect();
        let assigns = |statement: &&[Token]| {
            self.assignment(statement).0.iter().any(|target| names.contains(target))
        };
        let statements = self.lines.iter().flat_map(|line| self.split(&line.tokens));
        let tokens = values.iter().copied().chain(statements.filter(assigns));
        tokens.flat_map(|tokens| self.runs(tokens)).collect()
    }

    /// All strings of the file, put together in the same way.
    pub fn strings(&self) -> Vec<Vec<String>> {
        self.lines.iter().flat_map(|line| self.runs(&line.tokens)).collect()
    }

    fn runs(&self, tokens: &[Token]) -> Vec<Vec<String>> {
        let mut runs: Vec<Vec<String>> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let Some(text) = self.text(token) else { continue };
            let beside = match &tokens[at.saturating_sub(2)..at] {
                [before, between] => {
                    let side_by_side = matches!(self.raw(between), b"," | b"/");
                    side_by_side && before.depth == token.depth && self.text(before).is_some()
                }
                _ => false,
            };
            match runs.last_mut() {
                Some(run) if beside => run.push(text),
                _ => runs.push(vec![text]),
            }
        }
        runs
    }

    fn text(&self, token: &Token) -> Option<String> {
        match &token.kind {
            Kind::Text { inner, raw } => self.resolve(inner, *raw),
            _ => None,
        }
    }

    fn argument(&self, value: &[Token]) -> Option<Argument> {
        let (first, last) = (value.first()?, value.last()?);
        if let Some(found) = self.literal(value) {
            return Some(Argument::Literal(found));
        }
        let text = String::from_utf8_lossy(&self.source.bytes[first.span.start..last.span.end]);
        let (text, at) = (text.into_owned(), first.span.start);
        Some(match value {
            [single] if single.kind == Kind::Name => Argument::Name(text, at),
            _ => Argument::Expression(text, at),
        })
    }

    /// The tokens of what `key` is given, for each call that has it.
    fn keywords(&self, key: &str) -> impl Iterator<Item = &[Token]> {
        self.keyword_calls().into_iter().filter_map(move |call| {
            let depth = call.first()?.depth + 1;
            let inside = call.get(1..call.len() - 1)?;
            let mut arguments = inside.split(|t| t.depth == depth && self.raw(t) == b",");
            arguments.find_map(|argument| match argument {
                [name, equals, value @ ..] => {
                    let named = self.raw(name) == key.as_bytes() && self.raw(equals) == b"=";
                    named.then_some(value).filter(|value| !value.is_empty())
                }
                _ => None,
            })
        })
    }

    /// The calls that hold keywords: those of setup, and `dict(...)` where the name it is assigned to
    /// is handed on (`setup(**name)`).
    fn keyword_calls(&self) -> Vec<&[Token]> {
        let mut calls: Vec<&[Token]> = self.setup_calls().collect();
        let star = |token: &Token| self.raw(token) == b"*";
        let handed = |three: &[Token]| match three {
            [one, two, name] if star(one) && star(two) => Some(self.raw(name)),
            _ => None,
        };
        let handed: Vec<&[u8]> =
            calls.iter().flat_map(|call| call.windows(3)).filter_map(handed).collect();
        if handed.is_empty() {
            return calls;
        }
        for statement in self.lines.iter().flat_map(|line| self.split(&line.tokens)) {
            let (targets, value) = self.assignment(statement);
            if let [function, call @ ..] = value
                && self.raw(function) == b"dict"
                && call.first().is_some_and(|open| self.raw(open) == b"(")
                && call.last().is_some_and(|close| self.raw(close) == b")")
                && targets.iter().any(|target| handed.contains(target))
            {
                calls.push(call);
            }
        }
        calls
    }

    /// The tokens of every call from `(` to `)`.
    fn setup_calls(&self) -> impl Iterator<Item = &[Token]> {
        self.lines.iter().flat_map(|Line { tokens, .. }| {
            let opening = |at: &usize| {
                self.raw(&tokens[*at]) == b"(" && self.is_setup(&tokens[at.saturating_sub(6)..*at])
            };
            (0..tokens.len()).filter(opening).filter_map(|open| {
                let depth = tokens[open].depth;
                let closing = |t: &Token| t.depth == depth && self.raw(t) == b")";
                let length = tokens[open..].iter().position(closing)?;
                Some(&tokens[open..=open + length])
            })
        })
    }

    /// Is what these tokens end with the name of setuptools' function, where it is called?
    fn is_setup(&self, before: &[Token]) -> bool {
        let words: Vec<&[u8]> = before.iter().rev().map(|token| self.raw(token)).collect();
        let ([b"setup", b".", b"setuptools", rest @ ..]
        | [b"setup", b".", b"core", b".", b"distutils", rest @ ..]
        | [b"setup", rest @ ..]) = words.as_slice()
        else {
            return false;
        };
        !matches!(rest.first(), Some(&(b"." | b"def" | b"class")))
    }
}

//! What a person is told when gonogo does not go on: what happened, why, where, and the next
//! command to copy. Everything that is *expected* to go wrong is a [`Refusal`]; anything else
//! travels as a plain `anyhow::Error` and ends with exit code 5.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::path::RepoPath;

/// The exit code a failure ends with.
///
/// An operation that stays open overrides them with 4, ctrl-C with 130 (see `cli::exit_code`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 2: wrong arguments, or something in the repository that cannot be read as it should.
    Usage,
    /// 1: a check is red.
    Red,
    /// 3: refused because going on would be unsafe (drift, dirty tree, stale plan, inside a hook).
    Unsafe,
    /// 4: an operation is open: this command met one, or leaves one behind.
    Open,
    /// 130: stopped by ctrl-C or a termination signal.
    Interrupted,
    /// 5: an external command or the operating system failed.
    External,
}

/// A place in a file, as terminals link it: `path:line:column`, with the line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: RepoPath,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// The text of that line, without its line end.
    pub source: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// A command the user can copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// One of ours, without the program: `undo`, `bump 1.3.0`. Shown the way the user called us.
    Ours(String),
    /// One of ours with all that the user typed, `-C` too: `-C p1 bump minor --set-from FILE`.
    Typed(String),
    /// Any other command, shown as it is: `git switch main`.
    Shell(String),
}

/// A text as one word of a shell command, quoted where it has to be: what is shown to be copied
/// must not run anything that a file name says.
pub fn word(text: impl fmt::Display) -> String {
    let text = text.to_string();
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A refusal: nothing (more) is done, and this is why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Box<Parts>);

/// What a [`Refusal`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    pub exit: Exit,
    pub what: String,
    pub why: Vec<String>,
    pub place: Option<Place>,
    /// The commands that lead on, the best one first, each with a few words on what it is for.
    pub next: Vec<(Next, String)>,
}

impl Deref for Refusal {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Refusal {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Refusal {
    fn new(exit: Exit, what: impl Into<String>) -> Self {
        let (what, why, next) = (what.into(), Vec::new(), Vec::new());
        Self(Box::new(Parts { exit, what, why, place: None, next }))
    }

    /// Exit code 2: arguments, configuration, a file that cannot be read as it should.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Exit code 3: it would be unsafe to go on.
    pub fn unsafe_to(what: impl Into<String>) -> Self {
        Self::new(Exit::Unsafe, what)
    }

    /// Exit code 1: a check says no.
    pub fn red(what: impl Into<String>) -> Self {
        Self::new(Exit::Red, what)
    }

    /// Exit code 4: an operation is open.
    pub fn open(what: impl Into<String>) -> Self {
        Self::new(Exit::Open, what)
    }

    /// Exit code 130: ctrl-C.
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// Exit code 5: an external command or the operating system failed.
    pub fn external(what: impl Into<String>) -> Self {
        Self::new(Exit::External, what)
    }

    /// The same refusal with the exit code of an open operation.
    #[must_use]
    pub fn leaves_open(mut self) -> Self {
        self.exit = Exit::Open;
        self
    }

    /// Adds a line of explanation.
    #[must_use]
    pub fn why(mut self, line: impl Into<String>) -> Self {
        self.why.push(line.into());
        self
    }

    /// Says where in which file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same refusal with other ways on.
    #[must_use]
    pub fn leading_to(mut self, next: Vec<(Next, String)>) -> Self {
        self.next = next;
        self
    }

    /// Names one of our own commands as a way on (`undo`, without the program name).
    #[must_use]
    pub fn next(mut self, ours: impl Into<String>, what_for: impl Into<String>) -> Self {
        self.next.push((Next::Ours(ours.into()), what_for.into()));
        self
    }

    /// The same refusal, with this way on where it names none.
    #[must_use]
    pub fn or_next(self, ours: impl Into<String>, what_for: impl Into<String>) -> Self {
        if self.next.is_empty() { self.next(ours, what_for) } else { self }
    }

    /// Names what the user typed, changed a little, as a way on.
    #[must_use]
    pub fn next_typed(mut self, command: impl Into<String>, what_for: impl Into<String>) -> Self {
        self.next.push((Next::Typed(command.into()), what_for.into()));
        self
    }

    /// The same refusal about a package: our commands get the option that chooses it.
    #[must_use]
    pub fn about(mut self, option: &str) -> Self {
        for (next, _) in &mut self.next {
            if let Next::Ours(command) = next
                && command.starts_with("bump ")
                && !command.contains(" -p ")
                && !command.contains("--help")
            {
                command.push_str(option);
            }
        }
        self
    }

    /// Names any other command as a way on.
    #[must_use]
    pub fn next_shell(mut self, command: impl Into<String>, what_for: impl Into<String>) -> Self {
        self.next.push((Next::Shell(command.into()), what_for.into()));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_for_a_shell() {
        for (given, expected) in [
            ("a/b-1.py", "a/b-1.py"),
            ("a b", "'a b'"),
            ("", "''"),
            ("it's", "'it'\\''s'"),
            ("$(rm x)", "'$(rm x)'"),
            ("é", "é"),
        ] {
            assert_eq!(word(given), expected);
        }
    }
}

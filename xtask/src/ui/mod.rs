//! The only code that prints. Results go to stdout, progress and refusals to stderr; the last
//! line is a command to copy, spelled the way the user called us.

mod refusal;
mod rows;

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

pub use refusal::{as_json, shown};
pub use rows::{Row, changed_bytes, rows};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    Quiet,
    Normal,
    Verbose,
}

/// What the output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Json,
}

/// Where and how results are shown.
pub struct Ui {
    /// `cargo xtask`, `cargo gonogo`, `gonogo`.
    pub program: String,
    pub form: Form,
    pub volume: Volume,
}

/// The mark before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Failed,
    Warning,
}

impl Ui {
    /// A line of the result; not in quiet mode or where JSON is asked for.
    pub fn say(&self, line: &str) {
        if self.form == Form::Text && self.volume > Volume::Quiet {
            put(&mut anstream::stdout(), line);
        }
    }

    /// A line of the result that is also shown in quiet mode.
    pub fn answer(&self, line: &str) {
        if self.form == Form::Text {
            put(&mut anstream::stdout(), line);
        }
    }

    /// A line that begins with a mark.
    pub fn mark(&self, mark: Mark, line: &str) {
        self.say(&format!("{} {line}", mark.text()));
    }

    /// The result as JSON, where that is asked for.
    pub fn json(&self, value: &Value) {
        if self.form == Form::Json {
            put(&mut anstream::stdout(), &format!("{value:#}"));
        }
    }

    /// What is going on now, for a person who waits: on stderr, only on a terminal.
    pub fn progress(&self, line: &str) {
        if self.volume > Volume::Quiet && std::io::stderr().is_terminal() {
            put(&mut anstream::stderr(), line);
        }
    }

    /// One of our own commands, spelled the way the user called us.
    pub fn ours(&self, command: &str) -> String {
        format!("{} {command}", self.program)
    }

    /// The refusal, on stderr, or as JSON on stdout.
    pub fn refuse(&self, refusal: &crate::error::Refusal, code: u8) {
        match self.form {
            Form::Text => put(&mut anstream::stderr(), &shown(refusal, &self.program)),
            Form::Json => self.json(&as_json(refusal, &self.program, code)),
        }
    }
}

impl Mark {
    /// The mark in colour; words where the locale has no UTF-8.
    pub fn text(self) -> String {
        let (sign, word, colour) = match self {
            Mark::Failed => ("✗", "FAIL", AnsiColor::Red),
            Mark::Warning => ("!", "!", AnsiColor::Yellow),
        };
        paint(if utf8_locale() { sign } else { word }, colour.on_default().bold())
    }
}

/// Text in a style; the stream takes it off where colours are not wanted.
pub fn paint(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// Bold text.
pub fn bold(text: &str) -> String {
    paint(text, Style::new().bold())
}

fn utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = set.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// A closed pipe is the reader's decision, not an error (`gonogo log | head -1`).
fn put(stream: &mut impl Write, line: &str) {
    let _ = writeln!(stream, "{line}");
}

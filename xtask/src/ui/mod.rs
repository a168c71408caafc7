//! The only code that prints. Results go to stdout, progress and refusals to stderr; the last
//! line is a command to copy, spelled the way the user called us.

mod ask;
mod escape;
mod line;
mod live;
mod refusal;
mod rows;

use std::cell::OnceCell;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

pub use line::{apart, clean, cut, folded, one_line};
pub use live::{Live, width};
pub use refusal::{as_json, shown};
pub use rows::{Row, added, change_of, changed_bytes, rows};

use crate::error::{Next, Refusal};

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

/// How the user called us.
#[derive(Debug, Clone)]
pub struct Program {
    /// `cargo xtask`, `cargo gonogo`, `gonogo`.
    pub name: String,
    /// What was given with `-C`, as a word of a shell command.
    pub folder: Option<String>,
}

/// Where and how results are shown.
pub struct Ui {
    pub program: Program,
    pub form: Form,
    pub volume: Volume,
    stream: Stream,
    /// Why stdout does not take what is said, when it does not.
    unwritten: OnceCell<io::Error>,
}

/// Where lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// Results.
    Out,
    /// What goes on, and what is asked.
    Err,
}

/// The mark before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Good,
    Failed,
    Warning,
    /// What cannot be known from here.
    Unknown,
    /// What was left out.
    Skipped,
}

impl Program {
    /// A command to copy.
    pub fn command(&self, next: &Next) -> String {
        match (next, &self.folder) {
            // It names a folder of its own.
            (Next::Ours(ours), Some(folder)) if !ours.starts_with("-C ") => {
                format!("{} -C {folder} {ours}", self.name)
            }
            (Next::Ours(ours) | Next::Typed(ours), _) => format!("{} {ours}", self.name),
            (Next::Shell(command), _) => command.clone(),
        }
    }
}

impl Ui {
    /// A ui that has said nothing yet.
    pub fn new(program: Program, form: Form, volume: Volume) -> Self {
        let (stream, unwritten) = (Stream::Out, OnceCell::new());
        Self { program, form, volume, stream, unwritten }
    }

    /// The same for what is no result but has to be read before a question or while something runs:
    /// on stderr, as text whatever form the result has.
    pub fn aside(&self) -> Self {
        let (program, volume) = (self.program.clone(), self.volume);
        Self { stream: Stream::Err, ..Self::new(program, Form::Text, volume) }
    }

    /// A line of the result; not in quiet mode or where JSON is asked for.
    pub fn say(&self, line: &str) {
        if self.volume > Volume::Quiet {
            self.answer(line);
        }
    }

    /// A line of the result that is also shown in quiet mode.
    pub fn answer(&self, line: &str) {
        if self.form == Form::Text {
            self.write(&escape::escaped(line));
        }
    }

    /// A line of the result that is shown when more is asked for.
    pub fn detail(&self, line: &str) {
        if self.volume > Volume::Normal {
            self.answer(line);
        }
    }

    /// Bytes of a file as they are, and nothing else; a terminal is shown what it would obey.
    pub fn verbatim(&self, bytes: &[u8]) {
        if self.form == Form::Json {
            return;
        }
        let mut out = io::stdout();
        let written = match out.is_terminal() {
            true => writeln!(out, "{}", escape::escaped(String::from_utf8_lossy(bytes).trim_end())),
            false => out.write_all(bytes).and_then(|()| out.flush()),
        };
        self.note(written);
    }

    /// A remark on the result that is no part of it: on stderr, not in quiet mode.
    pub fn remark(&self, line: &str) {
        if self.volume > Volume::Quiet {
            warn(line);
        }
    }

    /// A line that begins with a mark: part of the result, or all that is said in quiet mode.
    pub fn mark(&self, mark: Mark, line: &str) {
        let line = format!("{} {line}", mark.text());
        match (self.form, self.volume) {
            (Form::Json, _) => {}
            (Form::Text, Volume::Quiet) => warn(&line),
            (Form::Text, _) => self.answer(&line),
        }
    }

    /// The result as JSON, where that is asked for.
    pub fn json(&self, value: &Value) {
        if self.form == Form::Json {
            self.write(&escape::escaped_json(&format!("{value:#}")));
        }
    }

    /// What is going on now, for a person who waits: on stderr, only on a terminal.
    pub fn progress(&self, line: &str) {
        if self.volume > Volume::Quiet && std::io::stderr().is_terminal() {
            warn(line);
        }
    }

    /// Lines on stderr that tell what is going on, for as long as it does.
    pub fn live(&self) -> Live {
        let terminal = std::io::stderr().is_terminal();
        Live::new(self.volume > Volume::Quiet, terminal)
    }

    /// One of our own commands, spelled the way the user called us.
    pub fn ours(&self, command: &str) -> String {
        self.program.command(&Next::Ours(command.to_owned()))
    }

    /// A command with all that the user typed.
    pub fn typed(&self, command: &str) -> String {
        self.program.command(&Next::Typed(command.to_owned()))
    }

    /// Why the result could not be written, when it could not.
    pub fn unwritten(&self) -> Option<Refusal> {
        let error = self.unwritten.get()?;
        let refusal = Refusal::external("the result cannot be written").why(error.to_string());
        Some(refusal.next("log", "shows what was done"))
    }

    fn write(&self, line: &str) {
        match self.stream {
            Stream::Out => self.note(writeln!(anstream::stdout(), "{line}")),
            // Where stderr is closed, nobody can be told.
            Stream::Err => drop(writeln!(anstream::stderr(), "{line}")),
        }
    }

    /// A closed pipe is the reader's decision, not an error (`gonogo log | head -1`).
    fn note(&self, written: io::Result<()>) {
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let _ = self.unwritten.set(error);
            }
            _ => {}
        }
    }

    /// The refusal as text on stderr, whatever is asked for.
    pub fn complain(&self, refusal: &Refusal) {
        warn(&shown(refusal, &self.program));
    }

    /// The refusal, on stderr, or as JSON on stdout.
    pub fn refuse(&self, refusal: &Refusal, code: u8) {
        match self.form {
            Form::Text => self.complain(refusal),
            Form::Json => self.json(&as_json(refusal, &self.program, code)),
        }
    }
}

impl Mark {
    /// The mark in colour; words where the locale has no UTF-8.
    pub fn text(self) -> String {
        let (sign, word, colour) = self.spelled();
        paint(if utf8_locale() { sign } else { word }, colour.on_default().bold())
    }

    /// The blanks after a mark that make all marks equally wide.
    pub fn filling(self) -> &'static str {
        let (_, word, _) = self.spelled();
        if utf8_locale() { "" } else { &"   "[word.len() - 1..] }
    }

    /// The columns a mark takes with its filling.
    pub fn width() -> usize {
        if utf8_locale() { 1 } else { 4 }
    }

    fn spelled(self) -> (&'static str, &'static str, AnsiColor) {
        match self {
            Mark::Good => ("✓", "ok", AnsiColor::Green),
            Mark::Failed => ("✗", "FAIL", AnsiColor::Red),
            Mark::Warning => ("!", "!", AnsiColor::Yellow),
            Mark::Unknown => ("?", "?", AnsiColor::Cyan),
            Mark::Skipped => ("–", "-", AnsiColor::Cyan),
        }
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

/// What stands between facts in one line.
pub fn dot() -> &'static str {
    if utf8_locale() { "·" } else { "-" }
}

fn utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = set.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// A line on stderr; where that is closed, nobody can be told.
fn warn(line: &str) {
    let _ = writeln!(anstream::stderr(), "{}", escape::escaped(line));
}

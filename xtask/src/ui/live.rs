//! Lines on stderr that are written over and over while something runs.

use std::io::{self, Write};

use super::escape::escaped;

/// More lines than these are not kept moving.
const LINES: usize = 12;

/// What a terminal is taken to be where it does not say.
const COLUMNS: usize = 80;

/// What goes on now. Where stderr is no terminal, or a person wants quiet, nothing moves. Dropped,
/// it takes its lines away.
pub struct Live {
    shown: usize,
    how: How,
}

#[derive(PartialEq, Eq)]
enum How {
    Silent,
    /// Lines that stay.
    Plain,
    /// Lines that move.
    Terminal,
}

impl Live {
    pub(super) fn new(wanted: bool, terminal: bool) -> Self {
        let how = match (wanted, terminal) {
            (false, _) => How::Silent,
            (true, false) => How::Plain,
            (true, true) => How::Terminal,
        };
        Self { shown: 0, how }
    }

    /// Shows these lines instead of the last ones, on a terminal.
    pub fn moving(&mut self, lines: &[String]) {
        if self.how != How::Terminal {
            return;
        }
        let width = columns();
        // A line that wraps would be two.
        let cut = |line: &String| escaped(line).chars().take(width - 1).collect::<String>();
        let shown: Vec<String> = lines.iter().take(LINES).map(cut).collect();
        let mut text = self.away();
        for line in &shown {
            text.push_str(line);
            text.push('\n');
        }
        self.shown = shown.len();
        write(&text);
    }

    /// A line that stays, where stderr is no terminal: there a person sees what has ended.
    pub fn staying(&self, line: &str) {
        if self.how == How::Plain {
            write(&format!("{}\n", escaped(line)));
        }
    }

    /// What takes the present lines off a terminal.
    fn away(&mut self) -> String {
        match std::mem::take(&mut self.shown) {
            0 => String::new(),
            // Up, to the first column, and everything from there on cleared (ECMA-48, CPL and ED).
            lines => format!("\u{1b}[{lines}F\u{1b}[J"),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let away = self.away();
        write(&away);
    }
}

/// Where stderr is closed, nobody can be told.
fn write(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// How wide a line may be: as wide as the terminal, at most 100 columns.
pub fn width() -> usize {
    const MOST: usize = 100;
    match std::io::IsTerminal::is_terminal(&io::stderr()) {
        true => columns().min(MOST),
        false => MOST,
    }
}

fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stderr());
    match size.map(|size| usize::from(size.ws_col)) {
        Ok(columns @ 2..) => columns,
        _ => COLUMNS,
    }
}

//! Questions to the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Form, Ui};
use crate::error::Refusal;

impl Ui {
    /// Whether somebody can be asked: not where a program reads the result.
    pub fn can_ask(&self) -> bool {
        self.form == Form::Text && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks until one of these letters is the answer; an empty line is `usual`. The end of the input
    /// is `no`.
    ///
    /// # Errors
    /// The terminal cannot be read; ctrl-C.
    pub fn ask(&self, question: &str, letters: &[char], usual: char) -> Result<char, Refusal> {
        if !self.can_ask() {
            return Ok('n');
        }
        let failed = |error: io::Error| {
            Refusal::external("the terminal cannot be read").why(error.to_string())
        };
        loop {
            let _ = write!(anstream::stderr(), "{}  ", super::escape::escaped(question));
            let _ = io::stderr().flush();
            until_typed()?;
            let mut line = String::new();
            if io::stdin().lock().read_line(&mut line).map_err(failed)? == 0 {
                return Ok('n');
            }
            let Some(letter) = line.trim().chars().next() else { return Ok(usual) };
            let letter = letter.to_ascii_lowercase();
            if letters.contains(&letter) {
                return Ok(letter);
            }
        }
    }

    /// A whole line; empty where nobody can be asked, and at the end of the input.
    ///
    /// # Errors
    /// The terminal cannot be read; ctrl-C.
    pub fn typed_line(&self, question: &str) -> Result<String, Refusal> {
        let mut line = String::new();
        if self.can_ask() {
            let _ = write!(anstream::stderr(), "{} ", super::escape::escaped(question));
            let _ = io::stderr().flush();
            until_typed()?;
            io::stdin().lock().read_line(&mut line).map_err(|error| {
                Refusal::external("the terminal cannot be read").why(error.to_string())
            })?;
        }
        Ok(line)
    }

    /// A yes or a no.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn confirm(&self, question: &str) -> Result<bool, Refusal> {
        Ok(self.ask(&format!("{question} [y/N]"), &['y', 'n'], 'n')? == 'y')
    }
}

/// Waits for a line. Ctrl-C raises a flag and does not end a read; it does end this (poll(2)).
///
/// # Errors
/// Ctrl-C.
fn until_typed() -> Result<(), Refusal> {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdin = io::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::IN)];
    match poll(&mut watched, None) {
        Err(rustix::io::Errno::INTR) => Err(Refusal::interrupted()),
        // Whatever else is wrong, reading tells.
        _ => Ok(()),
    }
}

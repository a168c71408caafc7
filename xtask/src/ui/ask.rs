//! Questions to the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::Ui;
use crate::error::Refusal;

impl Ui {
    /// Whether somebody can be asked.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks until one of these letters is the answer; an empty line is `usual`. The end of the input
    /// is `no`.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn ask(&self, question: &str, letters: &[char], usual: char) -> Result<char, Refusal> {
        let failed = |error: io::Error| {
            Refusal::external("the terminal cannot be read").why(error.to_string())
        };
        loop {
            let _ = write!(anstream::stderr(), "{}  ", super::escape::escaped(question));
            let _ = io::stderr().flush();
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

    /// A yes or a no.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn confirm(&self, question: &str) -> Result<bool, Refusal> {
        Ok(self.ask(&format!("{question} [y/N]"), &['y', 'n'], 'n')? == 'y')
    }
}

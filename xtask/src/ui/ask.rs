//! Questions to a person.

use std::io::{self, IsTerminal, Write};

use super::escape;

/// Whether somebody is there who can be asked: where the question is seen and can be answered.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question at the terminal; only `y` and `yes` are yes, and so is no answer a no.
pub fn agreed(question: &str) -> bool {
    let mut out = anstream::stderr();
    let asked = write!(out, "{} [y/N] ", escape::escaped(question)).and_then(|()| out.flush());
    let mut answer = String::new();
    asked.is_ok()
        && io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

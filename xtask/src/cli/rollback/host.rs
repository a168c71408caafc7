//! What the executor leaves to a rollback: the confirmation of what is destroyed, pull requests, and
//! what is told meanwhile.

use std::cell::RefCell;
use std::time::Duration;

use super::commands::words;
use crate::cli::Context;
use crate::cli::release::{open_pull, told};
use crate::error::Refusal;
use crate::exec;
use crate::journal::{Operation, Tried};
use crate::plan::{Action, Command, Plan, Pull, RefMove, Run, short};
use crate::repo::Repo;
use crate::sys::proc::{Interrupt, mask};
use crate::ui::Mark;

/// The command behind a rollback that is executed.
pub struct Host<'h> {
    repo: &'h Repo,
    context: &'h Context,
    /// The words that were said beforehand.
    confirmed: Option<&'h str>,
    /// The line that a command has not ended yet.
    line: RefCell<Vec<u8>>,
}

impl<'h> Host<'h> {
    /// One that has told nothing yet; `confirmed` is what was said to what is destroyed.
    pub fn new(repo: &'h Repo, context: &'h Context, confirmed: Option<&'h str>) -> Self {
        Self { repo, context, confirmed, line: RefCell::default() }
    }

    fn tell(&self, line: &[u8]) {
        let line = mask(&String::from_utf8_lossy(line));
        self.context.ui.remark(&format!("    {}", line.trim_end()));
    }
}

impl exec::Host for Host<'_> {
    fn progress(&self, what: &str) {
        self.context.ui.progress(&format!("running {what} ..."));
    }

    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        let rest = std::mem::take(&mut *self.line.borrow_mut());
        if !rest.is_empty() {
            self.tell(&rest);
        }
        let ui = &self.context.ui;
        match &plan.steps[step].action {
            // Their commands and what these said stand above.
            Action::Run(run) => ui.aside().mark(Mark::Good, &run.name),
            // The work tree leaves a branch only to come back to it.
            Action::Switch(_) | Action::Share(_) => {}
            Action::Land(land) => {
                let shown = |moved: &&RefMove| !moved.name.starts_with("refs/gonogo/");
                for name in land.moves.iter().filter(shown).map(|moved| short(&moved.name)) {
                    ui.aside().mark(Mark::Good, &format!("{:<8} {name}", "refs"));
                }
            }
            _ => told(ui, self.repo, plan, step, took),
        }
    }

    fn pull(&self, pull: &Pull, interrupt: &Interrupt) -> Result<(), Refusal> {
        open_pull(self.repo, self.context, pull, interrupt)
    }

    fn destroy(&self, run: &Run, _: Tried) -> Result<bool, Refusal> {
        let ui = &self.context.ui;
        let loses = run.loses.as_deref().unwrap_or_default();
        let words = words(loses);
        if let Some(said) = self.confirmed {
            return Ok(said.trim() == words);
        }
        if !ui.can_ask() {
            return Ok(false);
        }
        let aside = ui.aside();
        aside.say("");
        aside.say(&format!("{}: {}", run.name, shown(run)));
        aside.say(&format!("It loses {loses}, for good."));
        let said = ui.typed_line(&format!("Type \"{words}\" to go on:"))?;
        Ok(said.trim() == words)
    }

    fn runs(&self, run: &Run, command: &Command, tried: Tried) {
        let again = match tried {
            Tried::Never => "",
            Tried::Unknown | Tried::Failed | Tried::Done => ", once more",
        };
        let shown = mask(&command.shown());
        self.context.ui.remark(&format!("  {:<9} {shown}{again}", run.name));
    }

    fn prints(&self, bytes: &[u8]) {
        let mut line = self.line.borrow_mut();
        for byte in bytes {
            match byte {
                b'\n' => self.tell(&std::mem::take(&mut *line)),
                byte => line.push(*byte),
            }
        }
    }

    fn record(&self, _: &Operation) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::external("a rollback keeps no record of its own"))
    }
}

fn shown(run: &Run) -> String {
    run.commands.iter().map(|command| mask(&command.shown())).collect::<Vec<_>>().join("; ")
}

//! `log`

use serde_json::{Value, json};

use super::Context;
use crate::journal::{Closed, Direction, Journal, Operation, State};
use crate::repo::Repo;

/// List the operations made in this repository, the newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many
    #[arg(short = 'n', long, default_value_t = 20, value_name = "NUMBER")]
    number: usize,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    let operations = Journal::of(&repo.common_dir).operations()?;
    let newest = operations.iter().rev().take(args.number);
    if operations.is_empty() {
        context.ui.answer("no operation was made here");
    }
    for operation in newest.clone() {
        let begin = operation.begin();
        context.ui.answer(&format!(
            "{:>4}  {}  {:<10}  {}  ({})",
            operation.id,
            begin.at.minute(),
            word(operation.state()),
            begin.plan.title,
            begin.who,
        ));
    }
    context.ui.json(&newest.map(as_json).collect::<Vec<Value>>().into());
    Ok(())
}

fn as_json(operation: &Operation) -> Value {
    let begin = operation.begin();
    json!({
        "id": operation.id, "state": word(operation.state()), "title": begin.plan.title,
        "command": begin.command, "at": begin.at, "who": begin.who, "plan": begin.plan,
    })
}

fn word(state: State) -> &'static str {
    match state {
        State::Open(Direction::Forward | Direction::Back) => "open",
        State::Closed(Closed::Done) => "done",
        State::Closed(Closed::Undone) => "undone",
        State::Closed(Closed::TakenBack) => "taken-back",
        State::Closed(Closed::Replaced) => "replaced",
    }
}

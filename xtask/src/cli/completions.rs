//! `completions`

use clap_complete::Shell;
use serde_json::json;

use super::Context;

/// Print the completions of a shell
///
/// They complete what is typed after `gonogo`. Needs no repository.
///
/// bash:  gonogo completions bash > ~/.local/share/bash-completion/completions/gonogo
///
/// zsh:   gonogo completions zsh > ~/.zfunc/_gonogo   (with ~/.zfunc in $fpath)
///
/// fish:  gonogo completions fish > ~/.config/fish/completions/gonogo.fish
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::command(), "gonogo", &mut script);
    let script = String::from_utf8(script)?;
    context.ui.answer(script.trim_end());
    context.ui.json(&json!({ "shell": args.shell.to_string(), "script": script }));
    Ok(())
}

//! `check-commit-msg`

use std::path::PathBuf;

use super::{Context, settings};
use crate::error::{Refusal, word};
use crate::history::Types;
use crate::history::message::{self, Cleanup, Rules};
use crate::repo::Repo;

pub(super) fn check(context: &Context, files: &[PathBuf]) -> Result<(), Refusal> {
    let [file] = files else {
        return Err(Refusal::usage("check-commit-msg takes the file with the commit message")
            .next("hook check-commit-msg .git/COMMIT_EDITMSG", "in a commit-msg hook: \"$1\""));
    };
    let repo = Repo::of_hook(&context.folder)?;
    if repo.is_merging() {
        return Ok(());
    }
    let path = context.folder.join(file);
    let message = std::fs::read(&path).map_err(|error| {
        let shown = path.display();
        Refusal::external(format!("{shown} cannot be read")).why(error.to_string())
    })?;
    let configuration = repo.configuration()?;
    // git says so where it starts no editor (githooks(5) does not, builtin/commit.c does).
    let edited = std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
    let cleanup = Cleanup::of(configuration.get("commit.cleanup"), edited);
    let comment = configuration.last_of(&["core.commentchar", "core.commentstring"]);
    let settings = settings(&repo)?;
    let types = settings.changelog.types.iter().map(|(name, to)| (name.as_str(), to.as_str()));
    let templates = [&settings.release, &settings.hotfix].map(|table| &table.commit_message);
    let templates: Vec<&str> =
        templates.iter().filter_map(|said| Some(said.as_ref()?.value.as_str())).collect();
    let rules = Rules { types: &Types::with(types), templates: &templates };
    let message = String::from_utf8_lossy(&message);
    message::check(&message::kept(&message, cleanup, comment), &rules).map_err(|refusal| {
        let again = format!("git commit --edit --file={}", word(file.display()));
        refusal.next_shell(again, "opens the message again")
    })
}

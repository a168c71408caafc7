//! `init --hooks`

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Args, Context};
use crate::cli::framework::Framework;
use crate::error::{Refusal, word};
use crate::exec;
use crate::flows::hooks::{self, CHECKS, Manager};
use crate::repo::Repo;
use crate::ui::{Ui, Volume, added};
use crate::wording::counted;

pub(super) fn run(repo: &Repo, args: &Args, context: &Context) -> Result<(), Refusal> {
    let ui = &context.ui;
    let folder = repo.hooks_folder()?;
    if let [framework, ..] = Framework::configured(&repo.top)[..] {
        managed(framework, ui);
        return Ok(());
    }
    let ours = |(name, checks): &&(&str, &[&str])| {
        fs::read(folder.join(name)).is_ok_and(|text| text == hooks::script(checks).as_bytes())
    };
    let (present, missing): (Vec<_>, Vec<_>) = CHECKS.iter().partition(ours);
    if missing.is_empty() {
        ui.say("The hooks are there already: nothing to do.");
        ui.json(&json!({ "hooks": [], "operation": null, "plan": null }));
        return Ok(());
    }
    let foreign = missing.iter().map(|(name, _)| folder.join(name));
    if let Some(foreign) = foreign.into_iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        let refusal = Refusal::unsafe_to(format!("{} is there already", foreign.display()))
            .why("Hooks are never replaced. These lines do the same, added by hand:");
        let cat = format!("cat -- {}", word(foreign.display()));
        return Err(by_hand(None, ui).into_iter().fold(refusal, Refusal::why).next_shell(cat, ""));
    }
    must_be_own(repo, &folder, ui)?;
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    let plan = hooks::into_plan(folder.clone(), &names, repo.head.base());
    for (name, checks) in missing {
        ui.say(&format!("{} (new)", folder.join(name).display()));
        if ui.volume == Volume::Verbose {
            ui.say(&added(&hooks::script(checks)));
        } else {
            for check in checks {
                ui.say(&format!("  {check}"));
            }
        }
    }
    ui.say("");
    if !present.is_empty() {
        ui.say(&format!("{} there already.", counted(present.len(), "hook")));
    }
    let mut operation = None;
    if args.dry_run {
        ui.say("Nothing was changed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
    } else {
        let finished = exec::run(repo, plan.clone(), &[], &context.asked(&|_: &str| ()))?;
        operation = Some(finished.id);
        ui.say(&format!("{} written.", counted(names.len(), "hook")));
        ui.say(&format!("undo: {}", ui.ours("undo")));
    }
    ui.json(&json!({ "hooks": names, "operation": operation, "plan": plan }));
    Ok(())
}

/// Hooks that other repositories have, too, are not ours to write.
fn must_be_own(repo: &Repo, folder: &Path, ui: &Ui) -> Result<(), Refusal> {
    // What does not exist yet lies where its folder does.
    let there = folder.ancestors().find_map(|folder| fs::canonicalize(folder).ok());
    let own = [&repo.top, &repo.common_dir].map(fs::canonicalize);
    let inside = |real: &Path| own.iter().flatten().any(|own| real.starts_with(own));
    if there.is_some_and(|real| inside(&real)) {
        return Ok(());
    }
    let refusal = Refusal::unsafe_to(format!("{} is not in this repository", folder.display()))
        .why("core.hooksPath names it, and other repositories may use it as well.")
        .why("These lines do the same, added by hand:");
    Err(by_hand(None, ui)
        .into_iter()
        .fold(refusal, Refusal::why)
        .next_shell("git config --show-origin core.hooksPath", "shows where that is said"))
}

/// Lines to add, each place before its lines.
fn by_hand(manager: Option<Manager>, ui: &Ui) -> Vec<String> {
    let places = hooks::by_hand(manager, &ui.program.name).into_iter();
    places
        .flat_map(|(place, lines)| {
            let lines = lines.into_iter().map(|line| format!("    {line}"));
            [format!("to {place}:")].into_iter().chain(lines)
        })
        .collect()
}

/// Where a framework manages the hooks, its configuration is the place for them.
fn managed(framework: &Framework, ui: &Ui) {
    ui.say(&format!("{} manages the hooks here. Add these lines", framework.name));
    let lines = by_hand(Some(framework.manager), ui);
    for line in &lines {
        ui.answer(line);
    }
    ui.say("Nothing was changed.");
    ui.say(&format!("next: {}", installs(framework)));
    ui.json(&json!({ "manager": framework.name, "lines": lines, "operation": null }));
}

/// The command that makes the framework install all three hooks.
fn installs(framework: &Framework) -> String {
    let each = CHECKS.map(|(name, _)| format!(" -t {name}")).concat();
    match framework.manager {
        Manager::PreCommit => format!("{}{each}", framework.install),
        Manager::Husky | Manager::Lefthook => framework.install.to_owned(),
    }
}

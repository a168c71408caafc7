//! A pull request: opened with `gh` where it works, else on the page that a person can open.

use std::time::Duration;

use crate::cli::Context;
use crate::error::Refusal;
use crate::plan::Pull;
use crate::repo::Repo;
use crate::sys::fs as write;
use crate::sys::proc::{self, Ended, Interrupt, Watch};
use crate::ui::Mark;

/// One answer of the site takes no longer.
const LIMIT: Duration = Duration::from_mins(2);

/// Opens a pull request, unless there is one for this branch, and says where it is; where that does
/// not work, where to open it.
///
/// # Errors
/// Nobody knows a page, and `gh` does not work; ctrl-C.
pub fn open(
    repo: &Repo,
    context: &Context,
    pull: &Pull,
    interrupt: &Interrupt,
) -> Result<(), Refusal> {
    let ui = &context.ui;
    let Some(page) = &pull.page else {
        let why = format!("{} is no site that is known", pull.remote);
        return Err(Refusal::external(why));
    };
    let site = Site { repo, pull, page: &page.site, interrupt };
    let found = match site.there() {
        Ok(None) => site.opened(),
        found => found,
    };
    match found {
        Ok(Some(url)) => ui.mark(Mark::Good, &format!("{:<9} {url}  {}", "pull", pull.title)),
        Ok(None) => ui.mark(Mark::Unknown, &format!("{:<9} open it: {}", "pull", page.open)),
        Err(why) => {
            ui.mark(Mark::Unknown, &format!("{:<9} open it: {}", "pull", page.open));
            ui.remark(&format!("  (gh did not: {why})"));
        }
    }
    Ok(())
}

struct Site<'s> {
    repo: &'s Repo,
    pull: &'s Pull,
    page: &'s str,
    interrupt: &'s Interrupt,
}

impl Site<'_> {
    /// The address of the one that is open.
    fn there(&self) -> Result<Option<String>, String> {
        let Pull { branch, into, .. } = self.pull;
        let args = ["pr", "list", "--state", "open", "--head", branch, "--base", into];
        let said = self.gh(&[&args[..], &["--json", "url", "--jq", ".[0].url // \"\""]].concat())?;
        Ok(address(&said))
    }

    fn opened(&self) -> Result<Option<String>, String> {
        let Pull { branch, into, title, body, .. } = self.pull;
        // Not an argument: those stand in the list of processes.
        let file = self.repo.common_dir.join("gonogo/pull-request.md");
        let io = |error: std::io::Error| format!("{}: {error}", file.display());
        write::write_private(&file, &[body.as_bytes()]).map_err(io)?;
        let name = file.to_string_lossy().into_owned();
        let args = ["pr", "create", "--base", into, "--head", branch, "--title", title];
        let said = self.gh(&[&args[..], &["--body-file", &name]].concat());
        let _ = write::remove(&file);
        Ok(address(&said?))
    }

    fn gh(&self, args: &[&str]) -> Result<String, String> {
        let (verb, rest) = args.split_at(2);
        let argv = [&["gh"], verb, &["--repo", self.page], rest].concat();
        let argv: Vec<String> = argv.into_iter().map(str::to_owned).collect();
        let quiet =
            [("GH_PROMPT_DISABLED", "1"), ("GH_NO_UPDATE_NOTIFIER", "1"), ("NO_COLOR", "1")];
        let quiet = quiet.map(|(name, value)| (name.to_owned(), Some(value)));
        let loud = ["GH_DEBUG", "DEBUG", "GH_FORCE_TTY", "CLICOLOR_FORCE"];
        let loud = loud.map(|name| (name.to_owned(), None));
        let mut command = proc::command(&argv, &self.repo.top, quiet.into_iter().chain(loud));
        let slow = || ();
        let watch = Watch { limit: LIMIT, interrupt: self.interrupt, slow: &slow };
        let ran = proc::alone(&mut command, &watch).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no program gh".to_owned(),
            _ => error.to_string(),
        })?;
        let text = |bytes: &[u8]| proc::mask(&String::from_utf8_lossy(bytes));
        match ran.ended {
            Ended::By(status) if status.success() => Ok(text(&ran.stdout)),
            Ended::By(_) => {
                let said = text(&ran.stderr);
                Err(said
                    .lines()
                    .find(|line| !line.trim().is_empty())
                    .unwrap_or("it says no")
                    .into())
            }
            Ended::TimedOut => Err("it did not answer within 2 minutes".into()),
            Ended::Stopped => Err("it asks at the terminal".into()),
            Ended::Interrupted => Err("interrupted".into()),
        }
    }
}

/// The address in what gh printed.
fn address(said: &str) -> Option<String> {
    let mut words = said.split_whitespace().rev();
    words.find(|word| word.starts_with("https://")).map(str::to_owned)
}

//! `hooks`: the commit hooks have nothing to say about the commit of this release.

use super::{Answer, BuiltIn, Facts, could_not};
use crate::error::{Exit, Next, Refusal};
use crate::gates::{Finding, Judged};
use crate::path::RepoPath;
use crate::wording::counted;

/// So many files, and lines of what a hook said, are shown.
const NAMED: usize = 8;

pub const GATE: BuiltIn = BuiltIn { name: "hooks", usual: are_installed, ask };

/// The hooks of this clone that see a commit before it is made.
pub struct Hooks<'f> {
    pub installed: Vec<&'static str>,
    /// Shows them the commit of the release, which is not made.
    pub rehearse: &'f dyn Fn() -> Result<Tried, Refusal>,
}

/// What came of the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// There is nothing to commit; why.
    Nothing { why: &'static str },
    /// Tracked files have changes that are not of this release.
    Dirty(Vec<String>),
    Ran {
        /// Why a hook said no in the end.
        refusal: Option<Refusal>,
        /// The files of the release that they would change, with the number of lines.
        changed: Vec<(RepoPath, usize)>,
        /// Other tracked files that they changed; those are not put back.
        beside: Vec<String>,
        /// Where all that the last of them printed stands.
        log: String,
    },
}

fn are_installed(facts: &Facts<'_>) -> bool {
    !facts.hooks.installed.is_empty()
}

fn ask(facts: &Facts<'_>) -> Answer {
    let installed = &facts.hooks.installed;
    if installed.is_empty() {
        return Answer::Now(Judged::skipped("no commit hook is installed"));
    }
    Answer::Now(match (facts.hooks.rehearse)() {
        Ok(tried) => tried.judge(installed.len()),
        Err(refusal) => match refusal.next.first() {
            Some((next, _)) => could_not(&refusal).next(next.clone()),
            None => could_not(&refusal),
        },
    })
}

impl Tried {
    fn judge(&self, hooks: usize) -> Judged {
        let (refusal, changed, beside, log) = match self {
            Self::Nothing { why } => return Judged::skipped(*why),
            Self::Dirty(files) => {
                return Judged::could_not_run("other tracked files have changes")
                    .details(files.iter().take(NAMED).cloned())
                    .details(["Hooks may take them out, and a crash there would lose them.".into()])
                    .next(Next::Shell("git stash".to_owned()));
            }
            Self::Ran { refusal, changed, beside, log } => (refusal, changed, beside, log),
        };
        if !beside.is_empty() {
            let files = beside.join(", ");
            let look = if beside[0] == "HEAD" { "git log" } else { "git diff" };
            return Judged::red(format!("they also changed {files}"))
                .details(["That is not part of the release, and stays as it is now.".to_owned()])
                .next(Next::Shell(look.to_owned()));
        }
        let said = refusal.as_ref().map(|refusal| &refusal.why[..]).unwrap_or_default();
        let said = said.iter().filter(|line| !line.trim().is_empty());
        let said: Vec<String> = said.cloned().collect();
        let mut said = said[said.len().saturating_sub(NAMED)..].to_vec();
        if !said.is_empty() {
            said.push(format!("all of it: {log}"));
        }
        let lines: usize = changed.iter().map(|(_, lines)| lines).sum();
        let would = || {
            let (lines, files) = (counted(lines, "line"), counted(changed.len(), "file"));
            format!("would change {lines} in {files} of this release")
        };
        let files =
            changed.iter().map(|(path, lines)| format!("{path}  {}", counted(*lines, "line")));
        let findings = changed.iter().map(|(path, _)| {
            let text = "the commit hooks would change this file".to_owned();
            Finding { path: path.clone(), line: 1, text }
        });
        let fix = Next::Ours("check hooks --fix".to_owned());
        match (refusal, changed.as_slice()) {
            (None, []) => Judged::green(format!("{hooks} run, nothing changed")),
            (Some(no), []) if no.exit == Exit::External => {
                Judged::red(no.what.clone()).details(said)
            }
            (Some(no), []) => could_not(no),
            (None, _) => Judged::red(would()).details(files).findings(findings).next(fix),
            (Some(no), _) => Judged::red(format!("{}; {} also then", would(), no.what))
                .details(files)
                .details(said)
                .details([
                    "Mend what it says first: the fix is a commit, which it sees, too.".into()
                ])
                .findings(findings)
                .next(Next::Ours("check hooks".to_owned())),
        }
    }
}

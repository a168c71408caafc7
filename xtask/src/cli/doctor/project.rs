//! The project itself: its version files, its releases, room for the journal.

use std::collections::HashSet;

use super::super::project::{Known, Survey};
use super::Finding;
use crate::config::Broken;
use crate::error::{Refusal, word};
use crate::flows::bump;
use crate::path::RepoPath;
use crate::repo::{Configuration, Repo};
use crate::sites;
use crate::sys::fs::free_space;
use crate::ui::Mark;
use crate::wording::counted;

/// Less than this is worth a warning, whatever is needed.
const SCARCE: u64 = 64 << 20;

/// So many releases or files are named.
const NAMED: usize = 8;

pub(super) struct Facts {
    free: Option<u64>,
    /// `core.autocrlf`.
    line_ends: Option<String>,
}

impl Facts {
    pub fn read(repo: &Repo, configuration: &Configuration) -> Self {
        Self {
            free: free_space(&repo.common_dir).ok(),
            line_ends: configuration.get("core.autocrlf").map(str::to_ascii_lowercase),
        }
    }

    pub fn judge(&self, survey: &Result<Survey, Refusal>) -> Vec<Finding> {
        let survey = match survey {
            Ok(survey) => survey,
            Err(refusal) => return vec![Finding::refused("version", refusal)],
        };
        // One package that cannot be bumped does not stop another.
        let several = survey.projects.len() + survey.broken.len() > 1;
        let mild = |found: Finding| match (found.mark, several) {
            (Mark::Failed, true) => found.marked(Mark::Warning),
            _ => found,
        };
        let versions = survey.projects.iter().map(|known| version(survey, known));
        let (mut found, good): (Vec<_>, Vec<_>) =
            versions.map(mild).partition(|found| found.mark != Mark::Good);
        found.splice(0..0, together(good));
        found.extend(survey.broken.iter().map(|Broken { folder, refusal }| {
            let found = Finding::refused("version", refusal).marked(Mark::Warning);
            found.detail(format!("The package in {folder} is left out."))
        }));
        let notes = survey.projects.iter().flat_map(|known| &known.project.notes);
        found.extend(notes.map(|note| Finding::warning("version", note.to_string())));
        found.push(released(survey));
        found.extend(self.rewritten(survey));
        found.extend(self.room(survey));
        found
    }

    /// git turns CRLF into LF when it takes a file that had no CRLF before (gitattributes, eol).
    fn rewritten(&self, survey: &Survey) -> Option<Finding> {
        if self.line_ends.as_deref() != Some("input") {
            return None;
        }
        let crlf = |bytes: &[u8]| bytes.windows(2).any(|two| two == b"\r\n");
        let (path, _) = survey.files.iter().find(|(_, bytes)| crlf(bytes))?;
        let what = format!("{path} has CRLF, and core.autocrlf is input");
        Some(
            Finding::warning("line ends", what)
                .detail("git may turn every line end of it in the commit.")
                .shell(format!("git ls-files --eol -- {}", word(path))),
        )
    }

    /// The journal holds the old bytes, their reserve and the new files for a moment.
    fn room(&self, survey: &Survey) -> Option<Finding> {
        let sizes = survey.files.values().map(|bytes| bytes.len() as u64);
        room(self.free?, 3 * sizes.sum::<u64>() + (1 << 20))
    }
}

fn room(free: u64, needed: u64) -> Option<Finding> {
    let what = format!("{} KiB are free, {} KiB may be needed", free >> 10, needed >> 10);
    match free {
        _ if free < needed => Some(Finding::failed("disk", what).shell("df -h .")),
        _ if free < SCARCE => Some(Finding::warning("disk", what).shell("df -h .")),
        _ => None,
    }
}

fn version(survey: &Survey, known: &Known) -> Finding {
    let held = match bump::held(&known.project, &survey.files) {
        Ok(held) => held,
        Err(refusal) => return Finding::refused("version", &refusal),
    };
    let Some((first, version)) = held.first() else {
        let what = match &known.project.vcs {
            Some(tool) => {
                format!("{}: from git tags ({tool}), so there is nothing to bump", known.name())
            }
            None => format!("{} has none", known.name()),
        };
        let tag = word(bump::next_tag(&survey.facts(known)));
        return Finding::unknown("version", what).shell(format!("git tag -a {tag}"));
    };
    let places = held.iter().filter_map(|(site, version)| {
        let bytes = survey.files.get(&site.path)?;
        let line = sites::place(&site.path, bytes, site.range.start).line;
        Some(format!("{}:{line} {version}", site.path))
    });
    let files: HashSet<&RepoPath> = held.iter().map(|(site, _)| &site.path).collect();
    let agree = held.iter().all(|(_, other)| other.same(version));
    let found = if agree {
        let files = counted(files.len(), "version file");
        Finding::good("version", format!("{} {version} in {files}", known.name()))
    } else {
        disagreeing(known, &first.path)
    };
    found.details(places)
}

fn disagreeing(known: &Known, first: &RepoPath) -> Finding {
    let what = format!("the version files of {} disagree", known.name());
    let mend = format!("bump minor{} --set-from {}", known.option, word(first));
    Finding::failed("version", what).ours(mend)
}

/// Many packages in order are one line.
fn together(good: Vec<Finding>) -> Vec<Finding> {
    if good.len() < 2 {
        return good;
    }
    let each = good.iter().map(|found| found.what.clone());
    let what = format!("{} whose version files agree", counted(good.len(), "package"));
    vec![Finding::good("version", what).details(each.collect::<Vec<_>>())]
}

fn released(survey: &Survey) -> Finding {
    let tags = survey.projects.iter().filter_map(|known| known.releases.newest.as_ref());
    let tags: Vec<&str> = tags.map(|(tag, _)| tag.as_str()).collect();
    match (tags.as_slice(), survey.projects.len()) {
        ([], _) => Finding::unknown("released", "no release tag is reachable from here"),
        ([tag], 1) => Finding::good("released", *tag),
        (tags, all) => {
            let what = format!("{} of {} have a release tag", tags.len(), counted(all, "package"));
            Finding::good("released", what).detail(tags[..tags.len().min(NAMED)].join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fills_up_is_told() {
        for (free, needed, mark) in [
            (1 << 40, 1 << 20, None),
            (32 << 20, 1 << 20, Some(Mark::Warning)),
            (1 << 10, 1 << 20, Some(Mark::Failed)),
            (1 << 30, 1 << 31, Some(Mark::Failed)),
        ] {
            assert_eq!(room(free, needed).map(|found| found.mark), mark, "{free} {needed}");
        }
    }
}

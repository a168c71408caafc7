//! A record as a document: for an auditor, a manager, a folder of releases.

use std::fmt::Write as _;

use super::{Answer, Gate, Landing, Record, Ticked, is_of_people};
use crate::error::word;
use crate::plan::short;
use crate::sys::clock::Timestamp;
use crate::wording::{clock, counted, plain};

/// Digits of the digest of a log.
const DIGITS: usize = 16;

impl Record {
    /// The whole record in Markdown (GitHub's tables). The same record always gives the same
    /// document; nothing in a text of it is Markdown or HTML, but the checklist, which is Markdown and
    /// stands in a quote.
    pub fn markdown(&self) -> String {
        let parts = [
            format!("# {}\n\n{}", plain(&self.title()), self.summary()),
            format!("## Gates\n\n{}", self.gates_table()),
            format!("## Waivers\n\n{}", self.waivers_table()),
            section("Sign-offs", &self.signoffs_table()),
            section("Checklist", &self.checklist.as_ref().map(Ticked::said).unwrap_or_default()),
            section("Changes", &self.section.as_deref().map(fenced).unwrap_or_default()),
            section("Files", &self.files_table()),
            section("Recorded", &self.values_list()),
            section("The way back", &self.rollback.as_deref().map(fenced).unwrap_or_default()),
            section("Notes", &list(self.notes.iter().map(|note| plain(note)))),
            section("Commits", &self.commits_list()),
            format!("## How to verify\n\n{}", self.proof()),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn summary(&self) -> String {
        let mut by = plain(&self.by.name);
        if !self.by.address.is_empty() {
            let _ = write!(by, ", {}", plain(&self.by.address));
        }
        let signed = if self.signed { "signed" } else { "not signed" };
        let landing = match self.landing {
            Landing::Push => "by a push",
            Landing::PullRequest => "by a pull request",
        };
        let branch = self.branch.as_deref().map(|branch| format!("{}, {landing}", plain(branch)));
        let previous = self.previous.as_ref();
        let previous = previous.map(|previous| {
            format!("{}, commit {}", plain(&previous.tag), previous.commit.as_str())
        });
        let rows = [
            ("Version", Some(plain(&self.version))),
            ("Kind", Some(plain(&self.profile))),
            ("Released", Some(plain(&self.at.minute()))),
            ("By", Some(by)),
            ("Tag", Some(format!("{}, {signed}, {}", plain(&self.tag), self.tag_object.as_str()))),
            ("Commit", Some(self.commit.as_str().to_owned())),
            ("Tree", self.tree.as_ref().map(|tree| tree.as_str().to_owned())),
            ("Branch", branch),
            ("Previous release", previous),
            ("Pushed", Some(plain(&self.pushed_in_words()))),
            ("Command", Some(plain(&self.command))),
            ("Made by", Some(plain(&self.tool))),
        ];
        let rows = rows.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let rows = rows.filter(|(_, text)| !text.is_empty());
        rows.fold("| | |\n|---|---|\n".to_owned(), |table, (name, text)| {
            table + "| " + name + " | " + &text + " |\n"
        })
    }

    /// What was pushed where: `main, v1.3.0 to github.com/acme/studio`.
    pub fn pushed_in_words(&self) -> String {
        let each = self.pushed.iter().map(|pushed| {
            let refs = pushed.refs.iter().map(|one| match one.to {
                Some(_) => short(&one.name).to_owned(),
                None => format!("{} (deleted)", short(&one.name)),
            });
            format!("{} to {}", refs.collect::<Vec<_>>().join(", "), pushed.remote)
        });
        let all = each.collect::<Vec<_>>().join("; ");
        if all.is_empty() { "nothing".to_owned() } else { all }
    }

    fn gates_table(&self) -> String {
        if self.gates.is_empty() {
            return "None was asked.\n".to_owned();
        }
        let green = self.gates.iter().filter(|gate| gate.outcome == "green").count();
        let mut table = format!(
            "{}, {green} green, {} waived\n\n\
            | | gate | result | exit | time | tree | log (SHA-256) | command |\n\
            |---|---|---|---:|---:|---|---|---|\n",
            counted(self.gates.len(), "gate"),
            self.waivers.len()
        );
        for gate in &self.gates {
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                gate.mark(),
                plain(&gate.name()),
                plain(&gate.result()),
                gate.exit.map(|exit| exit.to_string()).unwrap_or_default(),
                gate.seconds().map(clock).unwrap_or_default(),
                gate.tree.as_ref().map(|tree| tree.short().to_owned()).unwrap_or_default(),
                plain(&gate.log_digest()),
                plain(gate.command.as_deref().unwrap_or("built in")),
            );
        }
        table
    }

    fn waivers_table(&self) -> String {
        if self.waivers.is_empty() {
            return "None.\n".to_owned();
        }
        let mut table = "| what | reason | |\n|---|---|---|\n".to_owned();
        for waiver in &self.waivers {
            let needed = match (waiver.needed, is_of_people(&waiver.gate)) {
                (true, true) => "it was open",
                (true, false) => "it was not green",
                (false, _) => "it was green all the same",
            };
            let (gate, reason) = (plain(&waiver.gate), plain(&waiver.reason));
            let _ = writeln!(table, "| {gate} | {reason} | {needed} |");
        }
        table
    }

    fn signoffs_table(&self) -> String {
        if self.signoffs.is_empty() {
            return String::new();
        }
        let mut table = "| role | who | when | commit | statement | signature | evidence |\n\
            |---|---|---|---|---|---|---|\n"
            .to_owned();
        for one in &self.signoffs {
            let evidence = one.witnessed.as_ref().map(|(_, evidence)| evidence.as_str());
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} |",
                plain(one.role.as_deref().unwrap_or("any")),
                plain(&one.signer),
                plain(&Timestamp(one.at).minute()),
                one.candidate.short(),
                plain(&one.statement),
                plain(one.signature.as_deref().unwrap_or("none")),
                plain(evidence.unwrap_or_default()),
            );
        }
        table
    }

    fn files_table(&self) -> String {
        if self.files.is_empty() {
            return String::new();
        }
        let mut table = "| place | before | after |\n|---|---|---|\n".to_owned();
        for edit in &self.files {
            let line = edit.line.map(|line| format!(", line {line}")).unwrap_or_default();
            let more = match edit.more {
                0 => String::new(),
                more => format!(" (and {} more)", counted(more, "line")),
            };
            let (old, new) = (plain(edit.old.trim()), plain(edit.new.trim()));
            let _ = writeln!(table, "| {}{line} | {old} | {new}{more} |", plain(&edit.path));
        }
        table
    }

    fn values_list(&self) -> String {
        let each = self.values.iter().map(|(name, value)| {
            let (name, command) = (plain(name), plain(&value.command));
            match &value.answer {
                Answer::Output(output) => format!("{name} ({command}):\n\n{}\n", fenced(output)),
                Answer::Failed(why) => format!("{name} ({command}): no value, {}\n", plain(why)),
            }
        });
        each.collect::<Vec<_>>().join("\n")
    }

    fn commits_list(&self) -> String {
        let commits =
            self.commits.iter().map(|one| format!("{} {}", one.id.short(), plain(&one.subject)));
        let more = (self.more_commits > 0)
            .then(|| format!("and {} before these", counted(self.more_commits, "commit")));
        list(commits.chain(more))
    }

    /// Commands that ask git whether all of this is so, and what they must print.
    fn proof(&self) -> String {
        let tag = format!("refs/tags/{}", self.tag);
        let asked = |name: String, id: &str| format!("git rev-parse {}\n# {id}\n", word(name));
        let mut commands = asked(tag.clone(), self.tag_object.as_str());
        commands.push_str(&asked(format!("{tag}^{{commit}}"), self.commit.as_str()));
        if let Some(tree) = &self.tree {
            commands.push_str(&asked(format!("{tag}^{{tree}}"), tree.as_str()));
        }
        if self.signed {
            let _ = writeln!(commands, "git verify-tag {}", word(&tag));
        }
        let fence = fence(&commands);
        format!("{fence}sh\n{commands}{fence}\n")
    }
}

impl Ticked {
    fn said(&self) -> String {
        let Self { path, boxes, done, text } = self;
        let boxes = match boxes {
            1 => "1 box".to_owned(),
            boxes => format!("{boxes} boxes"),
        };
        let open = "the others are for the days after or for a rollback";
        let path = plain(path);
        format!("{path}: {boxes}, {done} done or not needed; {open}.\n\n{}", quoted(text))
    }
}

impl Gate {
    /// Its id, with the package it ran for.
    pub fn name(&self) -> String {
        let package = self.package.as_ref().map(|package| format!(" ({package})"));
        format!("{}{}", self.id, package.unwrap_or_default())
    }

    /// How it ended, in words.
    pub fn result(&self) -> String {
        let optional = if self.required { "" } else { ", not required" };
        let reused = if self.reused { ", on the same files before" } else { "" };
        let why = self.why.as_deref().filter(|why| !why.is_empty());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        format!("{}{reused}{optional}{why}", self.outcome)
    }

    /// How long it ran.
    pub fn seconds(&self) -> Option<u64> {
        self.millis.map(|millis| millis / 1000)
    }

    /// The first digits of the digest of its log.
    fn log_digest(&self) -> String {
        self.log_digest.iter().flat_map(|digest| digest.chars()).take(DIGITS).collect()
    }

    fn mark(&self) -> &'static str {
        match self.outcome.as_str() {
            "green" => "✓",
            "red" if self.required => "✗",
            "skipped" => "–",
            "could-not-run" => "?",
            _ => "!",
        }
    }
}

/// A part with a heading; nothing where it is empty.
fn section(title: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("## {title}\n\n{text}") }
}

fn list(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |list, line| list + "- " + &line + "\n")
}

/// A text as it is, in a code block that it cannot leave.
fn fenced(text: &str) -> String {
    let shown: String =
        text.chars().filter(|&c| !c.is_control() || c == '\n' || c == '\t').collect();
    let fence = fence(&shown);
    format!("{fence}text\n{}\n{fence}\n", shown.trim_matches('\n'))
}

/// Markdown in a quote that it cannot leave, without HTML.
fn quoted(text: &str) -> String {
    let line = |line: &str| {
        let shown: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        format!("> {}\n", shown.replace('<', "&lt;"))
    };
    text.lines().map(line).collect()
}

/// A fence that is longer than every run of backticks in a text (CommonMark 0.31.2, 4.5).
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

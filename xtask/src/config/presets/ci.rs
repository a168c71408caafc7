//! What the workflows of a repository run.

use crate::config::file::gates::CommandLine;
use crate::config::file::split;
use crate::config::runner;
use crate::path::RepoPath;
use crate::sites::doc::{Kind, Node};
use crate::sites::{File, Source, yaml};

/// A command of a workflow that runs at the top of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub argv: Vec<String>,
    pub needs: Needs,
    /// The workflow, without its folder.
    pub file: String,
}

/// What a command needs to mean the same elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// A shell, or values of the workflow; its words are split at blanks.
    More,
}

/// Words that stand for a machine that nobody watches: a gate does without them.
const REPORTS: [&str; 9] = [
    "--cov-report",
    "--junitxml",
    "--junit-xml",
    "--color",
    "--output-format",
    "--show-diff-on-failure",
    "--format=json",
    "-f=json",
    "--durations",
];

impl Line {
    /// What it runs, whatever runs it.
    pub fn words(&self) -> &[String] {
        runner::called(&self.argv).words
    }

    /// Does it run this tool?
    pub fn runs(&self, tool: &str) -> bool {
        let words = self.words();
        let mut tool = tool.split(' ').enumerate();
        tool.all(|(at, part)| words.get(at).is_some_and(|word| word == part))
    }

    /// Whether something but the environment's own program is asked for.
    pub fn has_runner(&self) -> bool {
        runner::called(&self.argv).runner.is_some()
    }
}

/// A command without what is for machines only.
pub(super) fn plain(words: &[String]) -> String {
    let report = |word: &&String| {
        REPORTS.iter().any(|report| {
            word.strip_prefix(report).is_some_and(|rest| {
                rest.is_empty() && report.contains('=') || rest.starts_with('=')
            })
        })
    };
    let words = words.iter().filter(|word| !report(word)).cloned().collect();
    CommandLine::Argv(words).shown()
}

/// The commands of a workflow of GitHub; none where it cannot be read.
pub(super) fn lines(file: &File) -> Vec<Line> {
    let source = Source::from(file);
    let Ok(doc) = yaml::parse(source) else { return Vec::new() };
    let jobs = doc.root().get("jobs").map(Node::entries).unwrap_or_default();
    let elsewhere = |node: &Node| {
        let run = node.get("defaults").and_then(|defaults| defaults.get("run"));
        run.is_some_and(|run| run.get("working-directory").is_some())
    };
    if elsewhere(doc.root()) {
        return Vec::new();
    }
    let steps = jobs
        .iter()
        .filter(|job| !elsewhere(&job.value))
        .flat_map(|job| job.value.get("steps").map(Node::items).unwrap_or_default());
    let runs = steps
        .filter(|step| step.get("working-directory").is_none())
        .filter_map(|step| step.get("run"));
    runs.flat_map(texts).filter_map(|text| line(&text, &file.path)).collect()
}

fn texts(node: &Node) -> Vec<String> {
    match &node.kind {
        Kind::Text(text) => text.lines().map(str::to_owned).collect(),
        Kind::Lines(lines) => lines.iter().map(|line| line.value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// A line; an assignment or a comment is none.
fn line(text: &str, path: &RepoPath) -> Option<Line> {
    let text = text.trim();
    let plain = !text.contains(['$', '`', '{', '#', '\\']);
    let argv = plain.then(|| split(text).ok()).flatten();
    let needs = if argv.is_some() { Needs::Nothing } else { Needs::More };
    let words = || text.split_whitespace().map(str::to_owned).collect();
    let argv: Vec<String> = argv.unwrap_or_else(words);
    (!argv.is_empty()).then(|| Line { argv, needs, file: path.name().to_owned() })
}

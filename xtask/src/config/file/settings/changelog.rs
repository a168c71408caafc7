//! `[changelog]`

use super::{Said, said, string, texts};
use crate::changelog::cut::Commits;
use crate::config::file::CommandLine;
use crate::path::RepoPath;
use crate::sites::doc::Node;

/// `[changelog]`
#[derive(Debug, Default)]
pub struct ChangelogTable {
    /// The file, from the top of the repository.
    pub file: Option<Said<RepoPath>>,
    /// The heading of a release, with `{version}` and perhaps `{date}`.
    pub heading: Option<Said<String>>,
    /// The sections of a release, in order.
    pub sections: Option<Said<Vec<String>>>,
    /// Types of commits with the section each goes to.
    pub types: Vec<(String, String)>,
    /// How names or addresses of bots begin, beside the usual ones.
    pub bots: Vec<String>,
    pub commits: Commits,
    pub prereleases: Prereleases,
    /// The command that says whether the file is right.
    pub guard: Option<Said<CommandLine>>,
}

/// Where the entries of a pre-release stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prereleases {
    /// They stay in Unreleased until the final release.
    #[default]
    Unreleased,
    /// In a section of its own.
    Section,
}

pub(super) fn changelog(node: Option<&Node>) -> ChangelogTable {
    let get = |key| node.and_then(|node| node.get(key));
    let text = |key| get(key).and_then(Node::text);
    let types = get("types").map(Node::entries).unwrap_or_default().iter();
    ChangelogTable {
        file: said(get("file"), RepoPath::new),
        heading: string(get("heading")),
        sections: texts(get("sections")),
        types: types.filter_map(|t| Some((t.key.clone(), t.value.text()?.to_owned()))).collect(),
        bots: texts(get("bots")).map(|said| said.value).unwrap_or_default(),
        commits: match text("commits") {
            Some("if-empty") => Commits::IfEmpty,
            Some("never") => Commits::Never,
            _ => Commits::Add,
        },
        prereleases: match text("prereleases") {
            Some("section") => Prereleases::Section,
            _ => Prereleases::Unreleased,
        },
        guard: get("guard")
            .and_then(|node| Some(Said { value: CommandLine::of(node)?, at: node.span.start })),
    }
}

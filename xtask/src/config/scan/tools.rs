//! What another bump tool is configured to edit: strong evidence, taken over where it can be said
//! as literal text.

use super::fit::Fitted;
use super::lines::Around;
use super::rules::Told;
use super::{Hit, keys};
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::cfg::Cfg;
use crate::sites::doc::{Doc, Node};
use crate::sites::pattern::Pattern;
use crate::sites::{Source, Tree, toml};

/// A file that another tool edits.
pub(super) struct Claim {
    path: Glob,
    pattern: Option<Pattern>,
    /// Or the keys that lead to the version.
    keys: Option<Vec<String>>,
    why: &'static str,
}

/// Places in the configuration of the tools themselves; they move along, so that both can be used.
const OWN: [(&str, &[&str], &str); 10] = [
    (".bumpversion.cfg", &["bumpversion", "current_version"], "bumpversion"),
    ("setup.cfg", &["bumpversion", "current_version"], "bumpversion"),
    (".bumpversion.toml", &["tool", "bumpversion", "current_version"], "bump-my-version"),
    ("pyproject.toml", &["tool", "bumpversion", "current_version"], "bump-my-version"),
    ("pyproject.toml", &["tool", "commitizen", "version"], "commitizen"),
    (".cz.toml", &["tool", "commitizen", "version"], "commitizen"),
    ("cz.toml", &["tool", "commitizen", "version"], "commitizen"),
    ("tbump.toml", &["version", "current"], "tbump"),
    ("pyproject.toml", &["tool", "tbump", "version", "current"], "tbump"),
    ("pyproject.toml", &["tool", "bumpver", "current_version"], "bumpver"),
];

impl Claim {
    fn is_of(&self, path: &RepoPath) -> bool {
        self.path.matches(path.as_str())
    }

    fn new(path: &str, why: &'static str) -> Option<Self> {
        Some(Self { path: Glob::parse(path).ok()?, pattern: None, keys: None, why })
    }

    /// `__version__ = "{current_version}"`; the version alone is told by what stands around it.
    fn searching(self, text: Option<&str>) -> Self {
        let text = text.map(|text| {
            let text = text.replace("{current_version}", "{version}");
            text.trim_matches(['\n', '\r', ' ']).to_owned()
        });
        let pattern = text.filter(|text| text != "{version}" && text != "v{version}");
        Self { pattern: pattern.and_then(|text| Pattern::parse(&text).ok()), ..self }
    }
}

/// What the tools of this repository edit. A configuration that cannot be read says nothing.
pub(super) fn claims(tree: &dyn Tree, paths: &[RepoPath]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (name, keys, why) in OWN {
        let own = Claim::new(name, why).map(|claim| Claim {
            keys: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
            ..claim
        });
        claims.extend(own);
    }
    let own = |path: &&RepoPath| OWN.iter().any(|(name, ..)| *name == path.as_str());
    for path in paths.iter().filter(own) {
        let Ok(Some(file)) = tree.read(path) else { continue };
        let source = Source { path, bytes: &file.bytes };
        let said = match path.extension() {
            "cfg" => Cfg::parse(source).map(|cfg| of_cfg(&cfg)),
            _ => toml::parse(source).map(|doc| of_toml(&doc)),
        };
        claims.extend(said.unwrap_or_default());
    }
    claims
}

/// `[bumpversion:file:PATH]`, `[bumpversion:file(suffix):PATH]`, also without anything in it.
fn of_cfg(cfg: &Cfg<'_>) -> Vec<Claim> {
    let text = String::from_utf8_lossy(cfg.source().bytes);
    let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
    let claim = |section: &str| {
        let (kind, path) = section.strip_prefix("bumpversion:")?.split_once(':')?;
        let known = kind.starts_with("file") || kind.starts_with("glob");
        let search = cfg.text(section, "search").ok().flatten();
        let claim = Claim::new(path.trim(), "edited by bumpversion, too").filter(|_| known)?;
        Some(claim.searching(search.as_ref().map(|found| found.value.as_str())))
    };
    sections.filter_map(claim).collect()
}

fn of_toml(doc: &Doc<'_>) -> Vec<Claim> {
    let node = |keys: &[&str]| doc.get(keys).ok().flatten();
    let items = |keys: &[&str]| node(keys).map(Node::items).unwrap_or_default();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let mut claims = Vec::new();
    for file in items(&["tool", "bumpversion", "files"]) {
        let path = text(file, "filename").or_else(|| text(file, "glob"));
        let claim = path.and_then(|path| Claim::new(&path, "edited by bump-my-version, too"));
        claims.extend(claim.map(|claim| claim.searching(text(file, "search").as_deref())));
    }
    for files in [items(&["file"]), items(&["tool", "tbump", "file"])] {
        for file in files {
            let claim =
                text(file, "src").and_then(|path| Claim::new(&path, "edited by tbump, too"));
            claims.extend(claim.map(|claim| claim.searching(text(file, "search").as_deref())));
        }
    }
    for file in items(&["tool", "commitizen", "version_files"]) {
        let path = file.text().map(|text| text.split_once(':').map_or(text, |(path, _)| path));
        claims.extend(path.and_then(|path| Claim::new(path, "edited by commitizen, too")));
    }
    for key in ["version_variables", "version_toml"] {
        for file in items(&["tool", "semantic_release", key]) {
            let Some((path, keys)) = file.text().and_then(|text| text.split_once(':')) else {
                continue;
            };
            let keys = keys.split('.').map(str::to_owned).collect();
            let claim = Claim::new(path, "edited by semantic-release, too");
            claims.extend(claim.map(|claim| Claim { keys: Some(keys), ..claim }));
        }
    }
    claims
}

/// The entries that the tools' keys give for a file.
pub(super) fn entries(source: Source<'_>, hits: &[Hit], claims: &[Claim]) -> Vec<Fitted> {
    let own = claims.iter().filter(|claim| claim.is_of(source.path));
    let fitted = own.filter_map(|claim| {
        let keys = claim.keys.as_ref()?;
        keys::fitted(source, hits, keys, None, claim.why)
    });
    fitted.collect()
}

/// The text that a tool looks for around this place.
pub(super) fn searched(path: &RepoPath, around: &Around<'_>, claims: &[Claim]) -> Option<Told> {
    let mut own = claims.iter().filter(|claim| claim.is_of(path));
    own.find_map(|claim| {
        let (head, tail) = claim.pattern.as_ref()?.text().split_once("{version}")?;
        let here = around.before.ends_with(head) && around.after.starts_with(tail);
        here.then_some(Told { back: head.len(), ahead: tail.len(), why: claim.why })
    })
}

/// What a tool edits wherever it stands in a file needs no more evidence: the words beside it.
pub(super) fn everything(path: &RepoPath, around: &Around<'_>, claims: &[Claim]) -> Option<Told> {
    let all = |claim: &&Claim| claim.pattern.is_none() && claim.keys.is_none();
    let claim = claims.iter().filter(|claim| claim.is_of(path)).find(all)?;
    let before = around.before.trim_start();
    let start = before.char_indices().rev().take(24).last().map_or(0, |(at, _)| at);
    let word = before[start..].find(char::is_alphabetic).map_or(before.len(), |at| start + at);
    let ahead = usize::from(around.after.starts_with(['"', '\'', '`']));
    let back = before.len() - word;
    (back > 1).then_some(Told { back, ahead, why: claim.why })
}

//! `init`: from what was found in a repository to a gonogo.toml that says only what cannot be
//! detected, and the alias `cargo xtask`.

mod gates;

use crate::config::scan::Entry;
use crate::path::RepoPath;
use crate::plan::{Action, Base, FORMAT, FileChange, Plan, Step};
use crate::sites::toml::{self, quoted};
use crate::sites::{File, Source};
use crate::version::{Scheme, Style, Version};
pub use gates::{Proposed, Seen};

/// What a gonogo.toml is to say.
#[derive(Debug, Default)]
pub struct Proposal {
    pub baseline: Option<String>,
    pub scheme: Option<Scheme>,
    /// Version files of the project at the top.
    pub files: Vec<Entry>,
    pub develop: Option<String>,
    pub changelog: Option<String>,
    pub packages: Option<Folders>,
    /// Version files of packages, by name.
    pub package: Vec<(String, Vec<Entry>)>,
    pub gates: Vec<Proposed>,
}

/// Which folders hold packages.
#[derive(Debug, PartialEq, Eq)]
pub struct Folders {
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

/// Folders whose packages are not released.
const UNRELEASED: [&str; 17] = [
    "templates",
    "template",
    "examples",
    "example",
    "samples",
    "tests",
    "test",
    "fixtures",
    "testdata",
    "e2e",
    "benchmarks",
    "benches",
    "demo",
    "demos",
    "backups",
    "archive",
    "fuzz",
];

/// The line that runs gonogo as `cargo xtask`.
const ALIAS: &str = "xtask = \"gonogo\"";

impl Proposal {
    /// Does it say nothing?
    pub fn is_empty(&self) -> bool {
        self.lines().is_empty()
    }

    /// The whole file.
    pub fn text(&self) -> String {
        let lines = self.lines();
        let head = match lines.is_empty() {
            true => {
                "Everything is detected: `gonogo status` shows it, `gonogo schema` what could be said here."
            }
            false => {
                "Only what is not detected: `gonogo status` shows everything, `gonogo schema` lists the keys."
            }
        };
        format!("# {head}\n{}", lines.concat())
    }

    /// Each with its line end.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(tag) = &self.baseline {
            lines.push(said("baseline", quoted(tag), "before it the versions began anew"));
        }
        if self.scheme.is_some() || !self.files.is_empty() {
            lines.push("\n[version]\n".to_owned());
        }
        if let Some(scheme) = self.scheme {
            let why = "tags show both; this is the spelling of the newest";
            lines.push(said("scheme", quoted(word(scheme)), why));
        }
        lines.extend(files(&self.files));
        if let Some(branch) = &self.develop {
            lines.push("\n[branches]\n".to_owned());
            lines.push(said("develop", quoted(branch), "there is a branch of this name"));
        }
        if let Some(file) = &self.changelog {
            lines.push("\n[changelog]\n".to_owned());
            lines.push(said("file", quoted(file), "several files may be it"));
        }
        if let Some(Folders { include, exclude }) = &self.packages {
            lines.push("\n[packages]\n".to_owned());
            let why = "several packages and none at the top";
            lines.push(said("include", list(include), why));
            if !exclude.is_empty() {
                lines.push(said("exclude", list(exclude), "not released"));
            }
        }
        for (name, entries) in &self.package {
            lines.push(format!("\n[package.{}]\n", quoted(name)));
            lines.extend(files(entries));
        }
        lines.extend(gates::lines(&self.gates));
        lines
    }
}

fn said(key: &str, value: impl std::fmt::Display, why: &str) -> String {
    format!("{key} = {value}  # {why}\n")
}

fn word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Semver => "semver",
        Scheme::Pep440 => "pep440",
    }
}

/// On one line, or one for each where that grows too long.
fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let line = format!("[{}]", texts.join(", "));
    if line.len() <= 60 { line } else { format!("[\n  {},\n]", texts.join(",\n  ")) }
}

fn files(entries: &[Entry]) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let line = |entry: &Entry| {
        let mut fields = vec![format!("path = {}", quoted(&entry.path))];
        fields.extend(entry.key.iter().map(|key| format!("key = {}", quoted(key))));
        fields.extend(entry.pattern.iter().map(|pattern| format!("pattern = {}", quoted(pattern))));
        fields.extend(entry.scheme.map(|scheme| format!("scheme = {}", quoted(word(scheme)))));
        if entry.count > 1 {
            fields.push(format!("count = {}", entry.count));
        }
        format!("  {{ {} }},  # {}\n", fields.join(", "), entry.why)
    };
    let head = "files = [  # in addition to what is detected\n".to_owned();
    std::iter::once(head).chain(entries.iter().map(line)).chain(["]\n".to_owned()]).collect()
}

/// The folders of packages, as patterns; templates, examples and tests are left out.
pub fn folders(all: &[&str]) -> Folders {
    let unreleased = |folder: &&&str| {
        folder.to_ascii_lowercase().split('/').any(|part| {
            // `tests-integration` is one, `tokio-test` is not.
            let first = part.split(['-', '_']).next().unwrap_or_default();
            UNRELEASED.contains(&part) || first == "tests" || part.contains("backup")
        })
    };
    let mut folders = Folders { include: Vec::new(), exclude: Vec::new() };
    let (out, wanted): (Vec<&&str>, Vec<&&str>) = all.iter().partition(unreleased);
    let beside = |folder: &str| match folder.rsplit_once('/') {
        Some((above, _)) => format!("{above}/*"),
        None => folder.to_owned(),
    };
    let matches = |glob: &String, folder: &str| {
        crate::glob::Glob::parse(glob).is_ok_and(|glob| glob.matches(folder))
    };
    for folder in wanted {
        if !folders.include.iter().any(|glob| matches(glob, folder)) {
            folders.include.push(beside(folder));
        }
    }
    for folder in out {
        let included = folders.include.iter().any(|glob| matches(glob, folder));
        if included && !folders.exclude.iter().any(|glob| matches(glob, folder)) {
            folders.exclude.push((*folder).to_owned());
        }
    }
    folders
}

/// The release from which on versions only grew, when older history holds a higher one; `history`
/// is that of the checked-out commit, the newest release first.
pub fn baseline(history: &[(String, Version)]) -> Option<String> {
    let (_, newest) = history.first()?;
    let higher = |older: &Version| !older.is_prerelease() && newest.precedes(older);
    let reset = history.iter().position(|(_, older)| higher(older))?;
    history[..reset].last().map(|(tag, _)| tag.clone())
}

/// The spelling to keep to, when pre-releases show two.
pub fn scheme(tagged: &[Version], current: &Version) -> Option<Scheme> {
    let spelled = |version: &Version, style: &Style| {
        version.spelled(style).is_ok_and(|other| other.text() == version.text())
    };
    let all = || tagged.iter().chain([current]).filter(|version| version.is_prerelease());
    let only = |style: &Style, other: &Style| {
        all().any(|version| spelled(version, style) && !spelled(version, other))
    };
    let split = only(&Style::SEMVER, &Style::PEP440) && only(&Style::PEP440, &Style::SEMVER);
    split.then(|| Style::detect(tagged, std::slice::from_ref(current)).scheme)
}

/// The change that adds the alias `xtask` to cargo's configuration at `path`; `None` when there is
/// one. `Err`: the table is written in a way that cannot be added to.
///
/// # Errors
/// A sentence on why not.
pub fn alias(path: RepoPath, file: Option<&File>) -> Result<Option<FileChange>, String> {
    let Some(file) = file else {
        return Ok(Some(FileChange::create(path, format!("[alias]\n{ALIAS}\n"))));
    };
    let source = Source::from(file);
    let unfit = || format!("{} has no alias: add `{ALIAS}` to its [alias]", file.path);
    let doc = toml::parse(source).map_err(|_| unfit())?;
    let table = doc.root().get("alias");
    if table.is_some_and(|table| table.get("xtask").is_some()) {
        return Ok(None);
    }
    let text = source.text().map_err(|_| unfit())?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, added) = if table.is_some() {
        let mut at = 0;
        let header = text.split_inclusive('\n').find_map(|line| {
            at += line.len();
            let bare = line.split('#').next().unwrap_or_default().trim();
            (bare == "[alias]").then_some((at, line.ends_with('\n')))
        });
        match header.ok_or_else(unfit)? {
            (at, true) => (at, format!("{ALIAS}{end}")),
            (at, false) => (at, format!("{end}{ALIAS}")),
        }
    } else {
        let before = if text.is_empty() || text.ends_with('\n') { "" } else { end };
        let blank = if text.is_empty() { "" } else { end };
        (text.len(), format!("{before}{blank}[alias]{end}{ALIAS}{end}"))
    };
    let change = FileChange::insert(file.path.clone(), &file.bytes, at, added).ok_or_else(unfit)?;
    let after = change.apply(&file.bytes).unwrap_or_default();
    let written = toml::parse(Source { path: &file.path, bytes: &after }).is_ok_and(|doc| {
        let said = doc.root().get("alias").and_then(|table| table.get("xtask"));
        said.and_then(|node| node.text()) == Some("gonogo")
    });
    if written { Ok(Some(change)) } else { Err(unfit()) }
}

/// The plan that writes these files.
pub fn into_plan(changes: Vec<FileChange>, base: Base) -> Plan {
    let names: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    let why = format!("write {}", names.join(" and "));
    let title = format!("init: {}", names.join(", "));
    let step = Step { why, action: Action::Files(changes) };
    Plan { format: FORMAT, title, base, steps: vec![step] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added_to(text: &str) -> Result<Option<String>, String> {
        let path = RepoPath::new(".cargo/config.toml").unwrap();
        let file = File { path: path.clone(), bytes: text.as_bytes().into() };
        let change = alias(path, Some(&file))?;
        Ok(change.map(|change| String::from_utf8(change.apply(text.as_bytes()).unwrap()).unwrap()))
    }

    #[test]
    fn the_alias_is_added_and_every_other_byte_stays() {
        for (text, expected) in [
            ("", Some("[alias]\nxtask = \"gonogo\"\n")),
            ("[build]\njobs = 1\n", Some("[build]\njobs = 1\n\n[alias]\nxtask = \"gonogo\"\n")),
            ("[a]\r\nb = 1", Some("[a]\r\nb = 1\r\n\r\n[alias]\r\nxtask = \"gonogo\"\r\n")),
            ("[alias]\nb = \"build\"\n", Some("[alias]\nxtask = \"gonogo\"\nb = \"build\"\n")),
            ("[alias]", Some("[alias]\nxtask = \"gonogo\"")),
            (" [alias] # c\n[b]\n", Some(" [alias] # c\nxtask = \"gonogo\"\n[b]\n")),
            ("[alias]\nxtask = \"run\"\n", None),
            ("alias = { xtask = [\"run\"] }\n", None),
            ("\u{feff}[alias]\nxtask = \"run\"\n", None),
        ] {
            assert_eq!(added_to(text), Ok(expected.map(str::to_owned)), "{text:?}");
        }
        for unfit in ["alias = { b = \"build\" }\n", "alias.b = \"build\"\n", "[alias\n"] {
            assert!(added_to(unfit).is_err(), "{unfit:?}");
        }
    }

    #[test]
    fn folders_of_packages_become_patterns() {
        for (all, include, exclude) in [
            (&["libs/a", "libs/b", "web"][..], &["libs/*", "web"][..], &[][..]),
            (&["libs/a", "libs/templates", "x/examples/y"], &["libs/*"], &["libs/templates"]),
            (&["tests-build", "core-test", "core/fuzz"], &["core-test"], &[]),
            (&["p/a", "p/a/sdk/python"], &["p/*", "p/a/sdk/*"], &[]),
        ] {
            let found = folders(all);
            assert_eq!((found.include, found.exclude), (owned(include), owned(exclude)), "{all:?}");
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| Version::parse(text).unwrap()).collect()
    }

    #[test]
    fn a_history_begins_where_the_versions_began_anew() {
        for (texts, expected) in [
            (&["0.3.0", "0.2.0", "0.1.0", "1.9.0", "1.8.0"][..], Some("v0.1.0")),
            (&["1.2.0", "1.1.0", "1.0.0"], None),
            // A pre-release of the next major version is no other beginning.
            (&["3.14.3", "4.0.0-alpha.1", "3.13.0"], None),
            (&[], None),
        ] {
            let named = |version: Version| (format!("v{version}"), version);
            let history: Vec<_> = versions(texts).into_iter().map(named).collect();
            assert_eq!(baseline(&history).as_deref(), expected, "{texts:?}");
        }
    }

    #[test]
    fn the_scheme_is_said_where_tags_show_two() {
        for (tags, current, expected) in [
            (&["1.2.0-rc.1", "1.1.0rc1"][..], "1.2.0", Some(Scheme::Semver)),
            (&["1.2.0rc1", "1.1.0-rc.1"], "1.2.0", Some(Scheme::Pep440)),
            (&["1.2.0rc1", "1.1.0rc1"], "1.2.0", None),
            (&["1.2.0", "1.1"], "1.3.0-rc.1", None),
        ] {
            let current = Version::parse(current).unwrap();
            assert_eq!(scheme(&versions(tags), &current), expected, "{tags:?}");
        }
    }

    #[test]
    fn the_file_says_why_each_line_is_there() {
        let entry = Entry {
            path: "README.md".into(),
            key: None,
            pattern: Some("a \"{version}\"".into()),
            scheme: Some(Scheme::Pep440),
            count: 2,
            why: "badge",
        };
        let proposal =
            Proposal { baseline: Some("v0.1.0".into()), files: vec![entry], ..Proposal::default() };
        let text = proposal.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1..],
            [
                "baseline = \"v0.1.0\"  # before it the versions began anew",
                "",
                "[version]",
                "files = [  # in addition to what is detected",
                "  { path = \"README.md\", pattern = 'a \"{version}\"', scheme = \"pep440\", count = 2 },  # badge",
                "]",
            ]
        );
        assert!(Proposal::default().is_empty() && Proposal::default().text().starts_with('#'));
    }
}

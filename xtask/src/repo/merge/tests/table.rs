//! What a target may have become since a hotfix left it: each is merged, or refused, and whatever is
//! merged differs from git's own merge of the same work without a release in version lines and
//! sections of the changelog only.

use super::*;

/// What comes out.
enum Expected {
    /// The target says this version then.
    Stays(&'static str),
    /// A person has to look at this place.
    Refused(&'static str),
}

use Expected::{Refused, Stays};

/// What a hotfix is besides, made of one.
type Change<'c> = &'c dyn Fn(&Files) -> Files;

const WAITING: &str = "sed]\n\n### Added\n\n- waits\n";

/// The target has entries that wait.
fn waiting(files: &Files) -> Files {
    put(files, "CHANGELOG.md", "sed]\n", WAITING)
}

/// The target has released another version.
fn released(files: &Files, version: &str) -> Files {
    let section = format!("## [{version}] - 2026-02-03\n\n### Removed\n\n- all\n\n## [1.2.0]");
    put(files, "CHANGELOG.md", "## [1.2.0]", &section)
}

fn crlf(files: &Files, path: &str) -> Files {
    with(files, &[(path, &files[path].replace('\n', "\r\n"))])
}

/// A file elsewhere.
fn moved(files: &Files, from: &str, to: &str) -> Files {
    with(files, &[(from, ""), (to, &files[from])])
}

fn styled(files: &Files) -> Files {
    let log = "Changes\n=======\n\nUnreleased\n----------\n\n* waits\n\n1.2.0 (2026-01-02)\n\
        ------------------\n\n* a start\n";
    with(files, &[("CHANGELOG.md", log)])
}

#[test]
fn every_target_is_merged_or_refused() {
    let base = with(&start(), &[("sub@", &"3".repeat(40))]);
    let ahead = |version: &str| with(&went_on(version), &[("sub@", &"3".repeat(40))]);
    let (pre, init) = (waiting(&ahead("1.3.0-rc.2")), "src/demo/__init__.py");
    let same = |files: &Files| files.clone();
    let eol = [(".gitattributes", "*.toml text eol=crlf\nCHANGELOG.md text eol=crlf\n")];
    let cases: [(&str, Files, Change<'_>, Expected); 21] = [
        ("equal", base.clone(), &same, Stays("1.2.1")),
        ("went on", ahead("1.2.0"), &same, Stays("1.2.1")),
        ("entries wait", waiting(&ahead("1.2.0")), &same, Stays("1.2.1")),
        ("a pre-release", pre.clone(), &same, Stays("1.3.0-rc.2")),
        ("as PEP 440 spells it", waiting(&ahead("1.3.0rc2")), &same, Stays("1.3.0rc2")),
        ("a later patch", released(&ahead("1.2.2"), "1.2.2"), &same, Stays("1.2.2")),
        ("a minor", released(&ahead("1.3.0"), "1.3.0"), &same, Stays("1.3.0")),
        ("a major", waiting(&released(&ahead("2.0.0"), "2.0.0")), &same, Stays("2.0.0")),
        ("CRLF here", crlf(&pre, "CHANGELOG.md"), &same, Stays("1.3.0-rc.2")),
        ("CRLF in its manifest", crlf(&pre, "pyproject.toml"), &same, Stays("1.3.0-rc.2")),
        ("CRLF there", pre.clone(), &|files| crlf(files, "CHANGELOG.md"), Stays("1.3.0-rc.2")),
        ("CRLF by attributes", with(&pre, &eol), &same, Stays("1.3.0-rc.2")),
        (
            "no line end",
            with(&pre, &[("CHANGELOG.md", pre["CHANGELOG.md"].trim_end())]),
            &same,
            Stays("1.3.0-rc.2"),
        ),
        (
            "moved",
            moved(&moved(&pre, init, "demo/__init__.py"), "src/demo/code.py", "demo/code.py"),
            &same,
            Stays("1.3.0-rc.2"),
        ),
        (
            "code renamed",
            moved(&pre, "src/demo/code.py", "src/demo/other.py"),
            &same,
            Stays("1.3.0-rc.2"),
        ),
        (
            "changelog renamed",
            moved(&pre, "CHANGELOG.md", "CHANGES.md"),
            &same,
            Stays("1.3.0-rc.2"),
        ),
        ("another style", styled(&ahead("1.3.0-rc.2")), &same, Stays("1.3.0-rc.2")),
        ("a submodule moved", with(&pre, &[("sub@", &"1".repeat(40))]), &same, Stays("1.3.0-rc.2")),
        (
            "a submodule moved on both sides",
            with(&pre, &[("sub@", &"1".repeat(40))]),
            &|files| with(files, &[("sub@", &"2".repeat(40))]),
            Refused("sub:0 both sides moved the submodule"),
        ),
        (
            "deleted",
            with(&pre, &[(init, "")]),
            &same,
            Refused("src/demo/__init__.py:0 it is gone here, and the source changed it"),
        ),
        (
            "a changelog of a tool",
            with(&pre, &[("CHANGELOG.md", "nothing to see\n")]),
            &same,
            Refused("CHANGELOG.md:1 CHANGELOG.md is not a changelog"),
        ),
    ];
    for (name, target, change, expected) in cases {
        let made = Made::new();
        let start = made.commit(&[], &base);
        let made_by = |files: &Files| made.commit(&[&start], &change(files));
        // Work that changes no version file is at its own place beside the version.
        let source = made_by(&hotfix(&base));
        let twin = made.commit(&[&start], &fixed(&base));
        let target_id = made.commit(&[&start], &target);
        match expected {
            Refused(place) => {
                let found = made.conflicts(&target_id, &source);
                assert!(found.iter().any(|line| line.starts_with(place)), "{name}: {found:#?}");
            }
            Stays(version) => {
                let (new, resolved) = made.merged(&target_id, &source);
                let (own, none) = made.merged(&target_id, &twin);
                assert!(none.is_empty(), "{name}: {none:?}");
                is_own_merge(name, &own, &new, version);
                sections(name, &target, &new);
                let told = |path: &str| resolved.iter().any(|line| line.starts_with(path));
                let git = git::merge_tree(&made.repo, &target_id, &source).unwrap();
                for (path, text) in made.files(&git.tree) {
                    assert!(new[&path] == text || told(&path), "{name}: {path} is not told");
                }
            }
        }
    }
}

/// But for versions and the changelog it is git's merge.
fn is_own_merge(name: &str, own: &Files, new: &Files, version: &str) {
    assert_eq!(own.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>(), "{name}");
    for (path, text) in new.iter().filter(|(path, _)| !path.starts_with("CHANGE")) {
        let says = path.ends_with("project.toml") || path.ends_with("__init__.py");
        let expected = match (says, own[path].contains(version)) {
            (true, false) => own[path].replacen("1.2.0", version, 1),
            _ => own[path].clone(),
        };
        assert_eq!(*text, expected, "{name}: {path}");
        assert!(!says || text.matches(version).count() == 1, "{name}: {path}: {text}");
    }
}

/// Every section of the target is there as it was, that of the hotfix once, and no other.
fn sections(name: &str, target: &Files, new: &Files) {
    let log = |files: &Files| {
        let (_, text) = files.iter().find(|(path, _)| path.starts_with("CHANGE")).unwrap();
        text.clone()
    };
    let (before, after) = (log(target), log(new));
    assert_eq!(after.contains("\r\n"), before.contains("\r\n"), "{name}: {after:?}");
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let (before, after) = (plain(&before), plain(&after));
    let cut = |text: &str| -> Vec<String> {
        let mut parts: Vec<String> = vec![String::new()];
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let under = lines.get(at + 1).is_some_and(|next| next.starts_with("---"));
            let link = line.starts_with('[') && line.contains("]: ");
            if line.starts_with("## ") || under || link {
                parts.push(String::new());
            }
            let last = parts.last_mut().unwrap();
            *last += line;
            *last += "\n";
        }
        parts.iter().map(|part| part.trim_end().to_owned()).collect()
    };
    let (before, after) = (cut(&before), cut(&after));
    let told = |part: &&String| !part.starts_with('[');
    for part in before.iter().filter(told) {
        assert!(after.contains(part), "{name}: {part}\nis not in\n{}", after.join("\n\n"));
    }
    let more: Vec<&String> =
        after.iter().filter(told).filter(|part| !before.contains(part)).collect();
    assert_eq!(more.len(), 1, "{name}: {more:?}");
    let at = |version: &str| {
        after.iter().position(|part| {
            part.starts_with(&format!("## [{version}]")) || part.starts_with(version)
        })
    };
    let order: Vec<usize> =
        ["2.0.0", "1.3.0", "1.2.2", "1.2.1", "1.2.0"].into_iter().filter_map(at).collect();
    assert!(order.is_sorted() && at("1.2.1").is_some(), "{name}: {after:?}");
    assert!(more[0].contains("a crash") && more[0].contains("2026-03-04"), "{name}: {more:?}");
}

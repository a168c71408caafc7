//! The changelogs of real releases (`changelogs.tsv`, fetched by `scripts/manifests`): what is read
//! in them, and that a cut inserts and does nothing else.

use std::fs;
use std::path::Path;

use super::*;
use crate::changelog::findings::Finding;
use crate::changelog::merge::{Sides, is_sound, merge};
use crate::changelog::{Release, check};

/// A line of the list.
struct Listed {
    /// Where `scripts/manifests` leaves the file.
    file: String,
    style: &'static str,
    /// What is found in it: see [`found`].
    expected: &'static str,
}

fn listed() -> Vec<Listed> {
    let lines = include_str!("../../../tests/changelogs.tsv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let listed = lines.map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [registry, name, version, _checksum, file, style, expected] => {
            let file = format!("{registry}-{name}-{version}+{file}").replace('/', "+");
            Listed { file, style, expected }
        }
        _ => panic!("not seven columns: {line}"),
    });
    listed.collect()
}

/// The number of releases and the heading that a cut inserts in front of which line, or the tool
/// that generates the file, or why it is refused.
fn found(path: &RepoPath, bytes: &[u8]) -> String {
    let changelog = match read(path, bytes) {
        Ok(changelog) => changelog,
        Err(refusal) => return said(&refusal),
    };
    let releases = changelog.releases().count();
    let own = version("999.0.0");
    let entries = ["Added: a command (#999999)", "Fixed: # it <crashed>"].map(entry);
    let what = Cut { tag: "v999.0.0", previous_tag: Some("v998.0.0"), ..plain(&own, &entries) };
    let (new, outcome) = match cut_twice(path, bytes, &what) {
        Ok(done) => done,
        Err(refusal) => return format!("{releases} releases; {}", said(&refusal)),
    };
    assert!(is_insertion(&changelog, &outcome.edits), "{path}: {outcome:?}");
    assert_eq!(outcome.added, [0, 1], "{path}");
    let changelog = read(path, &new).unwrap();
    let (section, _) = changelog.section(&own).unwrap();
    let title = changelog.text(section.title.clone());
    format!("{releases} releases; {}: {title}", changelog.place(section.title.start).line)
}

fn said(refusal: &Refusal) -> String {
    let line = refusal.place.as_ref().map_or(0, |place| place.line);
    format!("refused at {line}: {}", refusal.why.first().unwrap_or(&refusal.what))
}

/// Each file of the list with its bytes.
fn files() -> Vec<(Listed, RepoPath, Vec<u8>)> {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/manifests");
    let read = |listed: Listed| {
        let file = &listed.file;
        let bytes = fs::read(cache.join(file))
            .unwrap_or_else(|_| panic!("{file} is not in target/manifests: run scripts/manifests"));
        let path = path(file.rsplit('+').next().unwrap_or(file));
        (listed, path, bytes)
    };
    listed().into_iter().map(read).collect()
}

/// What `check` says of a file whose newest release is out.
fn checked(path: &RepoPath, bytes: &[u8]) -> Vec<String> {
    let newest = read(path, bytes).ok().and_then(|changelog| {
        let version = |release: &Release| release.version.clone();
        changelog.newest_first().first().map(|(_, release)| version(release))
    });
    let facts = check::Facts {
        today: date("2026-11-21"),
        current: newest.as_ref(),
        is_released: true,
        sections: None,
        commits: Commits::Add,
    };
    let findings = check::check(Source { path, bytes }, &facts);
    let line = |f: &Finding| f.place.as_ref().map_or(0, |place| place.line);
    findings.iter().map(|f| format!("{}: {}: {}", line(f), f.kind.word(), f.what)).collect()
}

#[test]
fn notes_of_real_changelogs_are_what_stands_there() {
    let mut seen = 0;
    for (Listed { file, .. }, path, bytes) in files() {
        let Ok(changelog) = read(&path, &bytes) else { continue };
        let starts: Vec<usize> = changelog.sections.iter().map(|s| s.range.start).collect();
        for (section, release) in changelog.releases() {
            let first = changelog.section(&release.version).unwrap().0;
            if first.range != section.range {
                continue;
            }
            let notes = changelog.whole_lines(section);
            let next = starts.iter().copied().find(|start| *start > section.range.start);
            let end = next.unwrap_or(changelog.footer);
            let between = &bytes[section.heading.end..end];
            assert_eq!(
                bytes[notes].trim_ascii(),
                between.trim_ascii(),
                "{file} {}",
                release.version
            );
            seen += 1;
        }
    }
    assert!(seen > 2000, "{seen} sections");
}

/// All that is wrong in them, each seen by a person: releases without their day, a section that is
/// there twice. Of a file that is refused it is said where.
const WRONG: [&str; 15] = [
    "crate-ripgrep-14.1.0+CHANGELOG.md:1: date: 14.1.0 is released and has no date",
    "crate-winit-0.30.0+CHANGELOG.md:1: unreadable: There is text but no heading.",
    "npm-bluebird-3.7.2+changelog.md:1: unreadable: There is text but no heading.",
    "pypi-colorama-0.4.6+CHANGELOG.rst:21: unreadable: This line looks like a release, but it is not a heading.",
    "pypi-pyflakes-3.2.0+NEWS.rst:1: unreadable: This line looks like a release, but it is not a heading.",
    "pypi-pyyaml-6.0.1+CHANGES:7: unreadable: this looks like a release, but its version cannot be read",
    "pypi-pyyaml-6.0.1+CHANGES:11: unreadable: this looks like a release, but its version cannot be read",
    "pypi-pyyaml-6.0.1+CHANGES:24: unreadable: this looks like a release, but its version cannot be read",
    "pypi-pyyaml-6.0.1+CHANGES:28: unreadable: this looks like a release, but its version cannot be read",
    "pypi-pyyaml-6.0.1+CHANGES:36: unreadable: this looks like a release, but its version cannot be read",
    "pypi-pyyaml-6.0.1+CHANGES:40: unreadable: this looks like a release, but its version cannot be read",
    "pypi-simplejson-3.19.2+CHANGES.txt:1: unreadable: This line looks like a release, but it is not a heading.",
    "pypi-tomlkit-0.12.5+CHANGELOG.md:10: duplicate: 0.12.4 has a section in line 3 already",
    "pypi-wheel-0.43.0+docs+news.rst:4: unreadable: This line looks like a release, but it is not a heading.",
    "pypi-zope.interface-6.4.post2+CHANGES.rst:5: date: 6.4.post2 is released and has no date",
];

#[test]
fn a_check_of_real_changelogs_finds_what_is_wrong_and_nothing_else() {
    let all = files().into_iter().flat_map(|(Listed { file, .. }, path, bytes)| {
        checked(&path, &bytes).into_iter().map(move |line| format!("{file}:{line}"))
    });
    assert_eq!(all.collect::<Vec<_>>(), WRONG);
}

#[test]
fn real_changelogs_gain_a_section_and_lose_nothing() {
    let all = files();
    let mut styles: Vec<&str> = all.iter().map(|(listed, ..)| listed.style).collect();
    styles.sort_unstable();
    styles.dedup();
    assert!(all.len() >= 40 && styles.len() >= 14, "{} files, {styles:?}", all.len());
    let mut wrong = Vec::new();
    for (Listed { file, expected, .. }, path, bytes) in all {
        let found = found(&path, &bytes);
        if found != expected {
            wrong.push(format!("{file}\t{found}"));
        }
    }
    assert!(wrong.is_empty(), "the list says otherwise of:\n{}", wrong.join("\n"));
}

#[test]
fn real_changelogs_are_joined_and_keep_every_byte() {
    let (new, hot) = (version("999.0.0"), version("998.0.1"));
    let entries = ["Fixed: a crash (#999999)"].map(entry);
    let of = |version, tag| Cut { tag, previous_tag: Some("v997.0.0"), ..plain(version, &entries) };
    let mut seen = 0;
    for (Listed { file, .. }, path, bytes) in files() {
        let base = read(&path, &bytes);
        let cut_at = |what: &Cut<'_>| {
            let outcome = cut(base.as_ref().ok()?, what).ok()?;
            apply(&bytes, &outcome.edits).ok()
        };
        let both = cut_at(&of(&new, "v999.0.0")).zip(cut_at(&of(&hot, "v998.0.1")));
        let (Ok(base), Some((ours, theirs))) = (&base, both) else { continue };
        let (own, other) = (read(&path, &ours).unwrap(), read(&path, &theirs).unwrap());
        let sides = Sides { bases: std::slice::from_ref(base), ours: &own, theirs: &other };
        let joined = merge(&sides, &|_, _, _| Ok(None));
        let joined = joined.unwrap_or_else(|stop| panic!("{file}: {stop:?}"));
        let after = read(&path, &joined.bytes).unwrap();
        assert!(is_sound(&after, &own, &other), "{file}");
        let (section, _) = after.section(&hot).unwrap();
        let (newer, _) = after.section(&new).unwrap();
        let below = newer.range.start < section.range.start;
        assert_eq!(below, !own.is_ascending(), "{file}");
        let link = after.links.iter().find(|link| link.version().is_some_and(|v| v.same(&hot)));
        let gone = |range: std::ops::Range<usize>| Edit { range, text: String::new() };
        let edits: Vec<Edit> = [Some(section.range.clone()), link.map(|link| link.line.clone())]
            .into_iter()
            .flatten()
            .map(gone)
            .collect();
        assert!(apply(&joined.bytes, &edits).unwrap() == ours, "{file}");
        seen += 1;
    }
    assert!(seen > 40, "{seen} files");
}

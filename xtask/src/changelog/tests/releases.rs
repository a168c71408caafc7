//! The changelogs of real releases (`changelogs.tsv`, fetched by `scripts/manifests`): what is read
//! in them, and that a cut inserts and does nothing else.

use std::fs;
use std::path::Path;

use super::*;

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

#[test]
fn real_changelogs_gain_a_section_and_lose_nothing() {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/manifests");
    let all = listed();
    let mut styles: Vec<&str> = all.iter().map(|listed| listed.style).collect();
    styles.sort_unstable();
    styles.dedup();
    assert!(all.len() >= 40 && styles.len() >= 14, "{} files, {styles:?}", all.len());
    let mut wrong = Vec::new();
    for Listed { file, expected, .. } in all {
        let bytes = fs::read(cache.join(&file))
            .unwrap_or_else(|_| panic!("{file} is not in target/manifests: run scripts/manifests"));
        let name = file.rsplit('+').next().unwrap_or(&file);
        let found = found(&path(name), &bytes);
        if found != expected {
            wrong.push(format!("{file}\t{found}"));
        }
    }
    assert!(wrong.is_empty(), "the list says otherwise of:\n{}", wrong.join("\n"));
}

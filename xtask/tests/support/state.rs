//! Everything about a repository that an operation may not get wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use walkdir::WalkDir;

use super::Place;

/// Files with modes and symlink targets, refs, HEAD, index entries with their flags, what git
/// calls changed, git's configuration. By name, so that a difference can be told.
#[derive(PartialEq, Eq, Clone)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// Reads it; locks and temporary files left behind are a difference to any other state.
    pub fn of(place: &Place) -> Self {
        let mut parts = BTreeMap::new();
        files(&place.top, &mut parts);
        let place = place.clone().with("GIT_OPTIONAL_LOCKS", "0");
        let mut ask = |name: &str, args: &[&str]| {
            let said = place.run("git", args);
            parts.insert(name.to_owned(), said.out.replace('\0', "\n"));
        };
        ask("HEAD", &["rev-parse", "--symbolic-full-name", "HEAD"]);
        ask("HEAD is", &["rev-parse", "HEAD"]);
        ask("refs", &["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]);
        ask("index", &["ls-files", "-s", "-v", "-z"]);
        ask("status", &["status", "--porcelain=v2", "-z", "--untracked-files=all"]);
        ask("config", &["config", "--local", "--list"]);
        // Refs of our own, and our picture of a remote; they are not the user's.
        let refs = parts.get("refs").cloned().unwrap_or_default();
        let users = refs.lines().filter(|line| !line.starts_with("refs/gonogo"));
        parts.insert("refs".to_owned(), users.collect::<Vec<_>>().join("\n"));
        if let Some(git_dir) =
            place.run("git", &["rev-parse", "--absolute-git-dir"]).out.lines().next()
        {
            left_behind(Path::new(git_dir), &mut parts);
        }
        Self(parts)
    }

    /// Reads a bare repository: each ref, what it points to, HEAD, and what was left behind.
    pub fn of_bare(place: &Place) -> Self {
        let mut parts = BTreeMap::new();
        let format = "--format=%(refname)\t%(objectname) %(objecttype) %(contents:subject)";
        for line in place.git(&["for-each-ref", format]).lines() {
            let (name, points_to) = line.split_once('\t').expect("a ref");
            parts.insert(name.to_owned(), points_to.to_owned());
        }
        parts.insert("HEAD".to_owned(), place.git(&["symbolic-ref", "HEAD"]));
        left_behind(&place.top, &mut parts);
        Self(parts)
    }

    /// Panics with the differences, and with what was said by the command in between.
    #[track_caller]
    pub fn must_be(&self, expected: &Self, said: &str) {
        let differences = self.differences(expected);
        assert!(differences.is_empty(), "{}\n--- said:\n{said}", differences.join("\n"));
    }

    /// The names of the parts that differ.
    pub fn changed(&self, before: &Self) -> Vec<String> {
        let names: BTreeSet<_> = self.0.keys().chain(before.0.keys()).collect();
        let differ = names.into_iter().filter(|name| self.0.get(*name) != before.0.get(*name));
        differ.cloned().collect()
    }

    fn differences(&self, expected: &Self) -> Vec<String> {
        let show = |state: &Self, name: &str| state.0.get(name).map_or("nothing", |s| s).to_owned();
        let differ = self.changed(expected).into_iter();
        differ
            .map(|name| {
                let (is, should) = (show(self, &name), show(expected, &name));
                format!("{name} is\n{is}\n  and should be\n{should}")
            })
            .collect()
    }
}

fn files(top: &Path, parts: &mut BTreeMap<String, String>) {
    let walk = WalkDir::new(top).min_depth(1).into_iter();
    for entry in walk.filter_entry(|entry| entry.file_name() != ".git") {
        let entry = entry.expect("a readable folder");
        let path = entry.path().strip_prefix(top).expect("below").as_os_str().as_bytes();
        let meta = entry.metadata().expect("metadata");
        let content = if meta.is_symlink() {
            format!("-> {}", fs::read_link(entry.path()).expect("target").display())
        } else if meta.is_file() {
            shown(&fs::read(entry.path()).expect("bytes"))
        } else {
            "folder".to_owned()
        };
        let mode = meta.permissions().mode();
        parts.insert(path.escape_ascii().to_string(), format!("{mode:o} {content}"));
    }
}

/// Short enough for a message, and different where the bytes are.
fn shown(bytes: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    if bytes.len() < 4096 {
        return bytes.escape_ascii().to_string();
    }
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{} bytes, {:x}", bytes.len(), hasher.finish())
}

fn left_behind(git_dir: &Path, parts: &mut BTreeMap<String, String>) {
    let walk = WalkDir::new(git_dir).into_iter();
    for entry in walk.filter_entry(|entry| entry.file_name() != "gonogo").flatten() {
        let name = entry.file_name().to_string_lossy();
        if name.ends_with(".lock") || name.starts_with(".gonogo-") || name.starts_with("incoming-")
        {
            parts.insert(format!("left behind: {}", entry.path().display()), String::new());
        }
    }
}

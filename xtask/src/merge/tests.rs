//! Which version stays, and what becomes of the texts of a version file.

use std::collections::BTreeMap;

use super::*;
use crate::glob::Glob;
use crate::sites::{File, Tree};

/// Files in memory.
struct Memory(BTreeMap<RepoPath, Rc<[u8]>>);

impl Tree for Memory {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        let bytes = self.0.get(path).map(Rc::clone);
        Ok(bytes.map(|bytes| File { path: path.clone(), bytes }))
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        let folders = self.0.keys().filter_map(|path| RepoPath::new(path.folder()));
        Ok(folders.filter(|folder| pattern.matches(folder.as_str())).collect())
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let matches = |path: &&RepoPath| patterns.iter().any(|glob| glob.matches(path.as_str()));
        Ok(self.0.keys().filter(matches).cloned().collect())
    }
}

fn path(path: &str) -> RepoPath {
    RepoPath::new(path).unwrap()
}

fn side(files: &[(&str, &str)]) -> Side {
    let file = |(name, text): &(&str, &str)| (path(name), Rc::from(text.as_bytes()));
    Side::read(&Memory(files.iter().map(file).collect())).unwrap()
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

#[test]
fn the_higher_version_stays() {
    use Winner::{Ours, Theirs};
    for (base, ours, theirs, stays) in [
        ("1.2.0", "1.2.0", "1.2.1", Some(Theirs)),
        ("1.2.0", "1.2.1", "1.2.1", Some(Ours)),
        ("1.2.0", "1.3.0-rc.2", "1.2.1", Some(Ours)),
        ("1.2.0", "1.3.0-alpha.1", "1.3.0", Some(Theirs)),
        ("1.2.0", "1.3.0.dev0", "1.3.0", Some(Theirs)),
        ("1.2.0", "1.3.0rc10", "1.3.0rc9", Some(Ours)),
        ("1.2.0", "2.0.0", "1.2.1", Some(Ours)),
        // The source did not touch it.
        ("1.2.0", "1.1.0", "1.2.0", Some(Ours)),
        ("1.2.0", "1.2.1-dev.3", "1.2.1-alpha.1", None),
    ] {
        let found = winner(&[&version(base)], &version(ours), &version(theirs));
        assert_eq!(found, stays, "{ours} {theirs}");
    }
}

const MANIFEST: &str = "[project]\nname = \"demo\"\nversion = \"1.2.0\"  # here\n";

fn texts(base: &str, ours: &str, theirs: &str) -> Option<[String; 3]> {
    let name = path("pyproject.toml");
    let bases = [side(&[("pyproject.toml", base)])];
    let (target, source) = (side(&[("pyproject.toml", ours)]), side(&[("pyproject.toml", theirs)]));
    let winners = Winners::new(&bases, &target, &source).ok()?;
    let texts =
        leveled(&winners, &bases, base.as_bytes(), (&name, ours.as_bytes()), theirs.as_bytes())?;
    Some([texts.base, texts.ours, texts.theirs].map(|text| String::from_utf8(text).unwrap()))
}

#[test]
fn the_version_that_stays_is_put_into_all_three_texts() {
    let said = |version: &str| MANIFEST.replace("1.2.0", version);
    for (ours, theirs, stays) in
        [("1.3.0-rc.1", "1.2.1", "1.3.0-rc.1"), ("1.2.1", "1.3.0", "1.3.0")]
    {
        let found = texts(MANIFEST, &said(ours), &said(theirs)).unwrap();
        assert_eq!(found, [said(stays), said(stays), said(stays)]);
        // The line ends are those of the target.
        let crlf = said(ours).replace('\n', "\r\n");
        let found = texts(MANIFEST, &crlf, &said(theirs)).unwrap();
        assert_eq!(found, [0; 3].map(|_| said(stays).replace('\n', "\r\n")));
    }
    // Without a version on either side there is nothing to put in.
    let without = "[project]\nname = \"demo\"\n";
    let found = texts(MANIFEST, without, &said("1.2.1")).unwrap();
    assert_eq!(found, [MANIFEST.to_owned(), without.to_owned(), said("1.2.1")]);
    assert_eq!(texts(MANIFEST, without, without), None);
}

#[test]
fn packages_go_their_own_ways_in_one_file() {
    let files = |a: &str, b: &str| {
        let lock = format!(
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"{a}\"\n\n\
             [[package]]\nname = \"b\"\nversion = \"{b}\"\n"
        );
        let manifest = |name: &str, version: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n")
        };
        let top = "[workspace]\nmembers = [\"a\", \"b\"]\n".to_owned();
        let config = "[packages]\n".to_owned();
        [top, manifest("a", a), manifest("b", b), lock, config]
    };
    let read = |texts: &[String; 5]| {
        let names = ["Cargo.toml", "a/Cargo.toml", "b/Cargo.toml", "Cargo.lock", "gonogo.toml"];
        let pairs: Vec<(&str, &str)> =
            names.into_iter().zip(texts.iter().map(String::as_str)).collect();
        side(&pairs)
    };
    let (base, ours, theirs) =
        (files("1.0.0", "2.0.0"), files("1.1.0", "2.0.1"), files("1.0.1", "2.1.0"));
    let bases = [read(&base)];
    let (target, source) = (read(&ours), read(&theirs));
    let winners =
        Winners::new(&bases, &target, &source).unwrap_or_else(|found| panic!("{found:?}"));
    let lock = path("Cargo.lock");
    let found = leveled(
        &winners,
        &bases,
        base[3].as_bytes(),
        (&lock, ours[3].as_bytes()),
        theirs[3].as_bytes(),
    );
    let found = found.expect("a version file");
    let expected = files("1.1.0", "2.1.0")[3].clone().into_bytes();
    assert_eq!([found.base, found.ours, found.theirs], [&expected; 3].map(Clone::clone));
    // One file of the merge was left behind.
    let mut behind = files("1.1.0", "2.1.0");
    behind[2] = files("1.1.0", "2.0.1")[2].clone();
    let left = aligned(&winners, &read(&behind)).unwrap();
    assert_eq!(left.keys().map(RepoPath::as_str).collect::<Vec<_>>(), ["b/Cargo.toml"]);
    assert_eq!(*left[&path("b/Cargo.toml")], *files("1.1.0", "2.1.0")[2].as_bytes());
    assert!(aligned(&winners, &read(&files("1.1.0", "2.1.0"))).unwrap().is_empty());
}

//! Merges in real repositories. What is resolved by rule is compared, file by file, with what git
//! makes of the same merge without a release in it.

mod odd;
mod table;
mod withdraw;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::*;

/// A repository in the folder for temporary files, removed at the end.
struct Made {
    repo: Repo,
    folder: PathBuf,
}

impl Drop for Made {
    #[expect(clippy::disallowed_methods, reason = "a scratch folder")]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Paths with their contents; a path that ends with `@` is a submodule at the commit of that id, one
/// that ends with `!` can be executed.
type Files = BTreeMap<String, String>;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The files with some changed; an empty text takes one away.
fn with(files: &Files, changes: &[(&str, &str)]) -> Files {
    let mut files = files.clone();
    for (path, text) in changes {
        files.insert((*path).to_owned(), (*text).to_owned());
    }
    files.retain(|_, text| !text.is_empty());
    files
}

fn put(files: &Files, path: &str, old: &str, new: &str) -> Files {
    assert!(files[path].contains(old), "{path} has no {old:?}: {}", files[path]);
    with(files, &[(path, &files[path].replacen(old, new, 1))])
}

impl Made {
    #[expect(clippy::disallowed_methods, reason = "a scratch folder")]
    fn new() -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("gonogo-merge-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let git = Git::at(&folder).unwrap();
        git.call(["init", "-q", "-b", "main", "--template="]).read().unwrap();
        Self { repo: Repo::discover(&folder).unwrap(), folder }
    }

    /// A commit with these files and no others.
    fn commit(&self, parents: &[&Oid], files: &Files) -> Oid {
        let mut stream = String::from(
            "reset refs/heads/made\n\ncommit refs/heads/made\n\
             committer A <a@example.com> 1700000000 +0000\ndata 1\nx\n",
        );
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} {}", parent.as_str()).unwrap();
        }
        stream.push_str("deleteall\n");
        for (path, text) in files {
            let data = |mode: &str, path: &str| {
                format!("M {mode} inline {path}\ndata {}\n{text}\n", text.len())
            };
            let line = match (path.strip_suffix('@'), path.strip_suffix('!')) {
                (Some(path), _) => format!("M 160000 {text} {path}\n"),
                (_, Some(path)) => data("100755", path),
                _ => data("100644", path),
            };
            stream.push_str(&line);
        }
        stream.push_str("done\n");
        let import = ["fast-import", "--quiet", "--done", "--force"];
        self.repo.git.call(import).input(stream).read().unwrap();
        self.repo.git.object("refs/heads/made").unwrap().unwrap()
    }

    fn files(&self, tree: &Oid) -> Files {
        let list = ["ls-tree", "-r", "--full-tree", tree.as_str()];
        let out = self.repo.git.call(list).read().unwrap();
        let entry = |line: String| {
            let (head, path) = line.split_once('\t').unwrap();
            let id = head.split(' ').nth(2).unwrap();
            if head.starts_with("160000") {
                return (format!("{path}@"), id.to_owned());
            }
            let bytes = git::blob(&self.repo.git, &Oid::new(id).unwrap()).unwrap();
            let executable = if head.starts_with("100755") { "!" } else { "" };
            (format!("{path}{executable}"), String::from_utf8(bytes).unwrap())
        };
        crate::repo::git::lines(&out).into_iter().map(entry).collect()
    }

    /// Merges, which must leave nothing behind but objects.
    fn merge(&self, target: &Oid, source: &Oid) -> Outcome {
        self.clean(|scratch| merge(&self.repo, target, source, scratch).unwrap())
    }

    fn merged(&self, target: &Oid, source: &Oid) -> (Files, Vec<String>) {
        match self.merge(target, source) {
            Outcome::Merged(merged) => {
                let told =
                    |one: &Resolved| format!("{}:{} {}", one.path, one.line.unwrap_or(0), one.what);
                (self.files(&merged.tree), merged.resolved.iter().map(told).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn conflicts(&self, target: &Oid, source: &Oid) -> Vec<String> {
        match self.merge(target, source) {
            Outcome::Conflicts(conflicts) => {
                let told =
                    |one: &Conflict| format!("{}:{} {}", one.path, one.line.unwrap_or(0), one.why);
                conflicts.iter().map(told).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

const CODE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";

const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n\
    - a start\n\n[unreleased]: https://github.com/a/b/compare/v1.2.0...HEAD\n\
    [1.2.0]: https://github.com/a/b/releases/tag/v1.2.0\n";

const SECTION: &str = "## [1.2.1] - 2026-03-04\n\n### Fixed\n\n- a crash\n\n";

const LINK: &str = "[1.2.1]: https://github.com/a/b/compare/v1.2.0...v1.2.1\n";

/// A project at 1.2.0.
fn start() -> Files {
    files(&[
        ("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.2.0\"\ndependencies = []\n"),
        (
            "src/demo/__init__.py",
            "\"\"\"Demo.\"\"\"\n__version__ = \"1.2.0\"\n\n\ndef f():\n    pass\n",
        ),
        ("src/demo/code.py", CODE),
        ("CHANGELOG.md", LOG),
    ])
}

/// The same with another version.
fn at(files: &Files, old: &str, new: &str) -> Files {
    let files = put(files, "pyproject.toml", old, new);
    put(&files, "src/demo/__init__.py", old, new)
}

/// What a hotfix does besides its release.
fn fixed(files: &Files) -> Files {
    let files = put(files, "src/demo/code.py", "two", "TWO");
    put(&files, "src/demo/__init__.py", "pass", "return 1")
}

/// A hotfix, released.
fn hotfix(files: &Files) -> Files {
    let files = at(&fixed(files), "1.2.0", "1.2.1");
    let files = put(&files, "CHANGELOG.md", "## [1.2.0]", &format!("{SECTION}## [1.2.0]"));
    let files = put(&files, "CHANGELOG.md", "[1.2.0]: h", &format!("{LINK}[1.2.0]: h"));
    put(&files, "CHANGELOG.md", "v1.2.0...HEAD", "v1.2.1...HEAD")
}

/// The base with the version and changelog of a target that went on.
fn went_on(version: &str) -> Files {
    put(&at(&start(), "1.2.0", version), "src/demo/code.py", "eight", "EIGHT")
}

#[test]
fn the_higher_version_stays_and_both_sections() {
    let pre = put(&went_on("1.3.0-rc.2"), "CHANGELOG.md", "sed]\n", "sed]\n\n### Added\n\n- b\n");
    let major = put(
        &went_on("2.0.0"),
        "CHANGELOG.md",
        "## [1.2.0]",
        "## [2.0.0] - 2026-02-03\n\n### Removed\n\n- all\n\n## [1.2.0]",
    );
    let major = put(
        &major,
        "CHANGELOG.md",
        "v1.2.0...HEAD\n",
        "v2.0.0...HEAD\n[2.0.0]: https://github.com/a/b/compare/v1.2.0...v2.0.0\n",
    );
    let crlf = with(&pre, &[("CHANGELOG.md", &pre["CHANGELOG.md"].replace('\n', "\r\n"))]);
    let crlf = with(&crlf, &[("pyproject.toml", &crlf["pyproject.toml"].replace('\n', "\r\n"))]);
    let moved = with(
        &pre,
        &[("src/demo/__init__.py", ""), ("demo/__init__.py", &pre["src/demo/__init__.py"])],
    );
    let moved =
        with(&moved, &[("src/demo/code.py", ""), ("demo/code.py", &pre["src/demo/code.py"])]);
    let nothing_new = went_on("1.2.0");
    for (name, target, stays) in [
        ("equal", &nothing_new, "1.2.1"),
        ("pre-release", &pre, "1.3.0-rc.2"),
        ("major", &major, "2.0.0"),
        ("crlf", &crlf, "1.3.0-rc.2"),
        ("moved", &moved, "1.3.0-rc.2"),
    ] {
        let made = Made::new();
        let base = made.commit(&[], &start());
        let source = made.commit(&[&base], &hotfix(&start()));
        let target_id = made.commit(&[&base], target);
        let (new, resolved) = made.merged(&target_id, &source);
        assert_eq!(resolved.is_empty(), name == "equal", "{name}: {resolved:?}");
        // git's own merge of the same work without a release.
        let twin = made.commit(&[&base], &fixed(&start()));
        let (own, none) = made.merged(&target_id, &twin);
        assert!(none.is_empty(), "{name}: {none:?}");
        assert_eq!(own.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>(), "{name}");
        for (path, text) in &new {
            if path == "CHANGELOG.md" {
                let eol = if name == "crlf" { "\r\n" } else { "\n" };
                let spelled = |text: &str| text.replace('\n', eol);
                assert!(text.contains(&spelled(&format!("{SECTION}## [1.2.0]"))), "{name}: {text}");
                let head = if name == "major" { "v2.0.0" } else { "v1.2.1" };
                assert!(text.contains(&format!("{head}...HEAD")), "{name}: {text}");
                let without = text.replace(&spelled(SECTION), "").replace(&spelled(LINK), "");
                let without = without.replace("v1.2.1...HEAD", "v1.2.0...HEAD");
                assert_eq!(without, own[path], "{name}");
                continue;
            }
            let old = if name == "equal" { "1.2.0" } else { stays };
            assert_eq!(*text, own[path].replacen(old, stays, 1), "{name}: {path}");
        }
    }
}

#[test]
fn what_was_resolved_is_told_by_line() {
    let made = Made::new();
    let base = made.commit(&[], &start());
    let source = made.commit(&[&base], &hotfix(&start()));
    let target =
        put(&went_on("1.3.0-rc.2"), "CHANGELOG.md", "sed]\n", "sed]\n\n### Added\n\n- b\n");
    let target = made.commit(&[&base], &target);
    let (_, resolved) = made.merged(&target, &source);
    let stays = "both sides changed the version: the higher one stays";
    assert_eq!(
        resolved,
        [
            "CHANGELOG.md:9 sections joined: Unreleased, 1.2.1, 1.2.0".to_owned(),
            format!("pyproject.toml:3 {stays}"),
            format!("src/demo/__init__.py:2 {stays}"),
        ]
    );
}

#[test]
fn what_no_rule_is_about_is_a_conflict() {
    let (start, other) = (start(), "0123456789abcdef0123456789abcdef01234567");
    let target = went_on("1.3.0-rc.2");
    let submodule = |id: char| format!("{}{}", &other[..39], id);
    let sub = |files: &Files, id| with(files, &[("sub@", &submodule(id))]);
    let changed = |version: &str, day: &str| {
        format!("## [{version}] - 2026-03-{day}\n\n### Fixed\n\n- other\n\n## [1.2.0]")
    };
    for (base, ours, theirs, expected) in [
        (
            start.clone(),
            put(&target, "src/demo/code.py", "two", "2"),
            hotfix(&start),
            vec!["src/demo/code.py:2 both sides changed it"],
        ),
        (
            start.clone(),
            with(&target, &[("src/demo/__init__.py", ""), ("src/demo/other.py", "x\n")]),
            hotfix(&start),
            vec!["src/demo/__init__.py:0 it is gone here, and the source changed it"],
        ),
        (start.clone(), target.clone(), with(&hotfix(&start), &[("CHANGELOG.md", "")]), vec![]),
        (
            start.clone(),
            put(&target, "CHANGELOG.md", "- a start", "- the start"),
            with(&hotfix(&start), &[("CHANGELOG.md", "")]),
            vec!["CHANGELOG.md:0 the source took it away, and it changed here"],
        ),
        (
            sub(&start, '0'),
            sub(&target, '1'),
            sub(&hotfix(&start), '2'),
            vec!["sub:0 both sides moved the submodule"],
        ),
        (
            start.clone(),
            put(&target, "pyproject.toml", "[]", "[\"a\"]"),
            put(&hotfix(&start), "pyproject.toml", "[]", "[\"b\"]"),
            vec!["pyproject.toml:4 both sides changed it"],
        ),
        (
            start.clone(),
            put(&target, "CHANGELOG.md", "## [1.2.0]", &changed("1.2.1", "05")),
            hotfix(&start),
            vec!["CHANGELOG.md:5 both sides have a section for 1.2.1, and they differ"],
        ),
        (
            start.clone(),
            put(&target, "src/demo/__init__.py", "1.3.0-rc.2", "1.3.0-rc.1"),
            hotfix(&start),
            vec![
                "src/demo/__init__.py:2 the version files of the target disagree: it says \
                 1.3.0-rc.1 where the others say 1.3.0-rc.2",
            ],
        ),
        (
            start.clone(),
            at(&target, "1.3.0-rc.2", "1.2.1-dev.3"),
            at(&hotfix(&start), "1.2.1", "1.2.1-alpha.1"),
            vec![
                "pyproject.toml:3 which of 1.2.1-dev.3 and 1.2.1-alpha.1 is higher cannot be told",
            ],
        ),
    ] {
        let made = Made::new();
        let base = made.commit(&[], &base);
        let (target, source) = (made.commit(&[&base], &ours), made.commit(&[&base], &theirs));
        if expected.is_empty() {
            made.merged(&target, &source);
            continue;
        }
        let found = made.conflicts(&target, &source);
        let lines: Vec<&str> = found.iter().map(String::as_str).collect();
        for line in &expected {
            assert!(lines.contains(line), "{line}\nnot in {lines:#?}");
        }
    }
}

#[test]
fn every_version_file_of_the_merge_says_the_version_that_stays() {
    let (start, about) = (start(), "src/demo/__about__.py");
    let said = |version: &str| format!("__version__ = \"{version}\"\n");
    for (ours, theirs, stays) in [
        // git's merge is clean, and one file would stay behind.
        (with(&went_on("1.2.0"), &[(about, &said("1.2.0"))]), hotfix(&start), "1.2.1"),
        // The source brings a file that the target does not know.
        (
            went_on("1.4.0-alpha.1"),
            with(&hotfix(&start), &[(about, &said("1.2.1"))]),
            "1.4.0-alpha.1",
        ),
    ] {
        let made = Made::new();
        let base = made.commit(&[], &start);
        let (target, source) = (made.commit(&[&base], &ours), made.commit(&[&base], &theirs));
        let (new, resolved) = made.merged(&target, &source);
        for path in ["pyproject.toml", "src/demo/__init__.py", about] {
            assert!(new[path].contains(&format!("\"{stays}\"")), "{path}: {}", new[path]);
        }
        assert!(resolved.iter().any(|line| line.starts_with(about)), "{resolved:?}");
    }
}

#[test]
fn a_clean_merge_that_puts_entries_into_the_wrong_section_is_mended() {
    let open = "## [Unreleased]\n\n### Fixed\n\n- one\n- two\n- three\n- a\n\n## [1.2.0]";
    let start = put(&start(), "CHANGELOG.md", "## [Unreleased]\n\n## [1.2.0]", open);
    let target = put(&start, "CHANGELOG.md", "- a\n", "- a\n- b\n");
    let source = put(
        &at(&start, "1.2.0", "1.2.1"),
        "CHANGELOG.md",
        "## [Unreleased]\n\n",
        "## [Unreleased]\n\n## [1.2.1] - 2026-03-04\n\n",
    );
    let made = Made::new();
    let base = made.commit(&[], &start);
    let (target, source) = (made.commit(&[&base], &target), made.commit(&[&base], &source));
    let (new, resolved) = made.merged(&target, &source);
    let joined = "## [Unreleased]\n\n### Fixed\n\n- b\n\n## [1.2.1] - 2026-03-04\n\n### Fixed\n\n\
        - one\n- two\n- three\n- a\n\n## [1.2.0]";
    assert!(new["CHANGELOG.md"].contains(joined), "{}", new["CHANGELOG.md"]);
    assert_eq!(resolved, ["CHANGELOG.md:9 sections joined: Unreleased, 1.2.1, 1.2.0"]);
}

#[test]
fn branches_that_were_merged_crosswise_are_merged() {
    let made = Made::new();
    let base = made.commit(&[], &start());
    let fix = made.commit(&[&base], &hotfix(&start()));
    let develop = made.commit(&[&base], &went_on("1.4.0-alpha.1"));
    let release = made.commit(&[&base], &at(&start(), "1.2.0", "1.3.0-rc.1"));
    let (on_develop, _) = made.merged(&develop, &fix);
    let develop = made.commit(&[&develop, &fix], &on_develop);
    let (on_release, _) = made.merged(&release, &fix);
    let released = at(&on_release, "1.3.0-rc.1", "1.3.0");
    let section = "## [1.3.0] - 2026-04-05\n\n### Added\n\n- more\n\n## [1.2.1]";
    let released = put(&released, "CHANGELOG.md", "## [1.2.1]", section);
    let release = made.commit(&[&release, &fix], &released);
    // Two bases: the start of the release branch would be one, the hotfix is the other.
    let late = made.commit(&[&develop], &put(&on_develop, "src/demo/code.py", "five", "5"));
    let (new, resolved) = made.merged(&late, &release);
    assert!(new["pyproject.toml"].contains("1.4.0-alpha.1") && !resolved.is_empty());
    assert!(new["CHANGELOG.md"].contains(section), "{}", new["CHANGELOG.md"]);
    let crossed = made.commit(&[&release, &develop], &released);
    let again = put(&released, "src/demo/code.py", "nine", "9");
    let crossed = made.commit(&[&crossed], &at(&again, "1.3.0", "1.3.1"));
    let other = made.commit(&[&develop, &release], &new);
    let other = made.commit(&[&other], &at(&new, "1.4.0-alpha.1", "1.4.0-alpha.2"));
    assert_eq!(git::bases(&made.repo.git, &other, &crossed).unwrap().len(), 2);
    let (new, _) = made.merged(&other, &crossed);
    assert!(
        new["pyproject.toml"].contains("1.4.0-alpha.2") && new["src/demo/code.py"].contains('9')
    );
}

#[test]
fn the_attributes_of_the_target_count() {
    let made = Made::new();
    let attributes = "*.txt merge=union\n*.toml text eol=crlf\n";
    let start = with(&start(), &[("notes.txt", "a\n"), (".gitattributes", attributes)]);
    let base = made.commit(&[], &start);
    let target = with(&at(&start, "1.2.0", "1.3.0"), &[("notes.txt", "a\nb\n")]);
    let source = with(&hotfix(&start), &[("notes.txt", "a\nc\n")]);
    let (target, source) = (made.commit(&[&base], &target), made.commit(&[&base], &source));
    let (new, _) = made.merged(&target, &source);
    assert_eq!(new["notes.txt"], "a\nb\nc\n");
    assert!(new["pyproject.toml"].contains("\"1.3.0\"\n"), "{:?}", new["pyproject.toml"]);
    // An older git takes them from the work tree, where they are missing.
    let refusal = git::attributes_of_work_tree(&made.repo.git, &target).unwrap_err();
    assert!(refusal.why[0].contains(".gitattributes"), "{refusal:?}");
}

#[test]
fn a_merge_may_bring_nothing() {
    let made = Made::new();
    let base = made.commit(&[], &start());
    let source = made.commit(&[&base], &hotfix(&start()));
    assert_eq!(made.merge(&source, &base), Outcome::UpToDate);
    assert_eq!(made.merge(&source, &source), Outcome::UpToDate);
    let tree =
        |id: &Oid| made.repo.git.object(&format!("{}^{{tree}}", id.as_str())).unwrap().unwrap();
    let version = |target: &str, merged: &str| Settled {
        name: Some("demo".to_owned()),
        target: target.to_owned(),
        merged: merged.to_owned(),
    };
    let forward =
        Outcome::FastForward { tree: tree(&source), versions: vec![version("1.2.0", "1.2.1")] };
    assert_eq!(made.merge(&base, &source), forward);
    // The same work, picked.
    let picked = made.commit(&[&base], &fixed(&start()));
    let picked = made.commit(&[&picked], &hotfix(&start()));
    let picked = made.commit(&[&picked], &at(&hotfix(&start()), "1.2.1", "1.3.0-rc.1"));
    let Outcome::Merged(merged) = made.merge(&picked, &source) else { panic!("no merge") };
    assert_eq!(
        (merged.tree, merged.versions),
        (tree(&picked), vec![version("1.3.0-rc.1", "1.3.0-rc.1")])
    );
    let none = Oid::new(&"0".repeat(40)).unwrap();
    let scratch = made.repo.git_dir.join("gonogo");
    assert!(merge(&made.repo, &none, &source, &scratch).is_err());
}

#[test]
fn a_clean_merge_of_a_changelog_stays_where_it_is_sound() {
    let source =
        put(&hotfix(&start()), "CHANGELOG.md", "- a start\n", "- a start\n\n## Thanks\n\nAll.\n");
    let old = "## [1.1.0] - 2025-01-02\n\n- old\n- older\n- oldest\n\n## [1.0.0] - 2024-01-02\n\n- first\n\n[unr";
    let start = put(&start(), "CHANGELOG.md", "[unr", old);
    let source = with(
        &source,
        &[(
            "CHANGELOG.md",
            &start["CHANGELOG.md"].replace("- first\n", "- first\n\n## Thanks\n\nAll.\n"),
        )],
    );
    let target = put(&went_on("1.2.0"), "CHANGELOG.md", "sed]\n", "sed]\n\n- new\n");
    let target = with(&target, &[("CHANGELOG.md", &target["CHANGELOG.md"].replace("[unr", old))]);
    let made = Made::new();
    let base = made.commit(&[], &start);
    let (target, source) = (made.commit(&[&base], &target), made.commit(&[&base], &source));
    let (new, resolved) = made.merged(&target, &source);
    assert!(new["CHANGELOG.md"].contains("- new\n") && new["CHANGELOG.md"].contains("## Thanks"));
    assert!(resolved.is_empty(), "{resolved:?}");
}

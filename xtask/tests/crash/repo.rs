//! The repositories that are released in, and everything about one that must come out right.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use walkdir::WalkDir;

/// Which user's work is around when the version is bumped, and how that is called.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    pub name: &'static str,
    pub bump: &'static [&'static str],
    /// Of the torn writes and the calls that fail, one in so many is tried, of full disks half as
    /// many, of kills three times as many.
    pub sample: usize,
}

/// No commit; staged, unstaged and untracked work of every sort.
pub const PLAIN: Variant = Variant { name: "plain", bump: &["bump", "minor"], sample: 1 };
/// A commit with hooks.
pub const COMMIT: Variant =
    Variant { name: "commit", bump: &["bump", "minor", "--commit"], sample: 3 };
/// A commit beside staged and unstaged work.
pub const DIRTY: Variant =
    Variant { name: "dirty", bump: &["bump", "minor", "--commit", "--allow-dirty"], sample: 3 };

/// Files that do not exist yet, in a folder that does not exist yet.
pub const INIT: Variant = Variant { name: "init", bump: &["init", "--alias"], sample: 1 };

/// A section with hand-written entries and one of a commit, and a guard that is asked about it.
pub const CHANGELOG: Variant = Variant { name: "changelog", bump: &["changelog"], sample: 1 };

/// Git hooks, in a folder of the work tree that does not exist yet.
pub const HOOKS: Variant = Variant { name: "hooks", bump: &["init", "--hooks"], sample: 1 };

/// A release of everything: section, hooks, a gate, commit, tag, record.
pub const RELEASE: Variant =
    Variant { name: "release", bump: &["release", "minor", "--yes", "--no-push"], sample: 18 };

/// A release that is pushed to a repository beside, [`REMOTE`]. No call there is struck, but a kill
/// takes git's other side along.
pub const PUSHED: Variant =
    Variant { name: "pushed", bump: &["release", "minor", "--yes"], sample: 18 };

/// Where a pushed release goes: a bare repository beside the one that is released in.
pub const REMOTE: &str = "origin.git";

/// A tag, beside staged and unstaged work.
pub const TAG: Variant = Variant { name: "tag", bump: &["tag"], sample: 6 };

/// The same with a signature, which git makes with the ref held back.
pub const SIGNED: Variant = Variant { name: "signed", bump: &["tag"], sample: 9 };

/// A release branch that is made, left and merged: the work tree goes there and back.
pub const BRANCH: Variant =
    Variant { name: "branch", bump: &["release", "minor", "--no-push"], sample: 24 };

/// A release branch that waits for a pull request.
pub const OFFERED: Variant =
    Variant { name: "offered", bump: &["release", "minor", "--no-push"], sample: 24 };

/// The start of a hotfix: the work tree goes to files that were other ones before.
pub const FIX: Variant =
    Variant { name: "fix", bump: &["hotfix", "1.2.1", "--no-push"], sample: 33 };

/// The end of a hotfix that is tagged on its merge: the work tree goes to the merge for a gate, and
/// on to main; develop has another version.
pub const HOTFIX: Variant =
    Variant { name: "hotfix", bump: &["hotfix", "finish", "--no-push"], sample: 60 };

/// A release that came by a merge is withdrawn: a command that runs first, commits on two branches, a
/// push. What the command has begun is never undone.
pub const ROLLBACK: Variant =
    Variant { name: "rollback", bump: &["rollback", "1.3.0", "--yes"], sample: 45 };

/// The folder that everything happens in; `HOME` is in there, too.
pub fn base() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash")
}

/// A command that knows nothing of the machine it runs on.
pub fn hermetic(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env_clear().env("HOME", base().join("home")).env("LC_ALL", "C");
    command.env("PATH", std::env::var_os("PATH").expect("PATH")).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("SOURCE_DATE_EPOCH", "1795269780");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    command
}

/// The program under test.
pub fn gonogo(dir: &Path, args: &[&str]) -> Command {
    let mut command = hermetic(env!("CARGO_BIN_EXE_gonogo"), dir);
    command.args(args);
    command
}

/// What git answers; panics if it fails.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let (succeeded, said) = try_git(dir, args);
    assert!(succeeded, "git {args:?} in {}: {said}", dir.display());
    said
}

fn try_git(dir: &Path, args: &[&str]) -> (bool, String) {
    let out = hermetic("git", dir).env("GIT_OPTIONAL_LOCKS", "0").args(args).output();
    let out = out.expect("git runs");
    let said = [out.stdout, out.stderr].concat();
    (out.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Makes the repository that every case of a variant starts from.
pub fn template(variant: Variant, dir: &Path) {
    let home = base().join("home");
    fs::create_dir_all(&home).expect("home");
    // A copied repository must look as unchanged to git as the original: no inodes, no ctime.
    let config = "[user]\nname = A\nemail = a@example.com\n[gc]\nauto = 0\n[maintenance]\nauto = false\n\
                  [core]\ncheckStat = minimal\ntrustctime = false\n";
    fs::write(home.join(".gitconfig"), config).expect("config");
    fs::create_dir_all(dir.join("src/demo")).expect("folders");
    let put = |path: &str, text: &str| fs::write(dir.join(path), text).expect(path);
    let mode = |path: &str, mode| {
        fs::set_permissions(dir.join(path), fs::Permissions::from_mode(mode)).expect(path);
    };
    git(dir, &["init", "-q", "-b", "main", "--template="]);
    put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.2.0\"\r\n");
    put("src/demo/__init__.py", "__version__ = \"1.2.0\"\n");
    mode("src/demo/__init__.py", 0o755);
    for name in ["other.txt", "second.txt", "third.txt"] {
        put(name, "one\ntwo\n");
    }
    symlink("other.txt", dir.join("link")).expect("symlink");
    git(dir, &["add", "."]);
    git(dir, &["commit", "-q", "-m", "start"]);
    if !matches!(variant.name, "tag" | "signed") {
        git(dir, &["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    }
    if variant.name == "signed" {
        sign(dir);
    }
    put("untracked.txt", "mine\n");
    match variant.name {
        "plain" => {
            put("other.txt", "staged\n");
            put("new.txt", "staged\n");
            git(dir, &["add", "other.txt", "new.txt"]);
            put("other.txt", "staged, then edited\n");
            put("later.txt", "intended\n");
            git(dir, &["add", "-N", "later.txt"]);
            fs::remove_file(dir.join("second.txt")).expect("remove");
            mode("third.txt", 0o600);
        }
        "commit" => {
            fs::create_dir(dir.join(".git/hooks")).expect("hooks");
            put(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
            put(".git/hooks/commit-msg", "#!/bin/sh\nprintf '\\nSeen-by: hook\\n' >>\"$1\"\n");
            mode(".git/hooks/pre-commit", 0o755);
            mode(".git/hooks/commit-msg", 0o755);
        }
        "release" | "pushed" => {
            let section =
                "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n### Added\r\n\r\n- by hand\r\n";
            put("CHANGELOG.md", section);
            git(dir, &["add", "CHANGELOG.md"]);
            git(dir, &["commit", "-q", "-m", "feat: a changelog"]);
            fs::create_dir(dir.join(".git/hooks")).expect("hooks");
            put(".git/hooks/commit-msg", "#!/bin/sh\nprintf '\\nSeen-by: hook\\n' >>\"$1\"\n");
            mode(".git/hooks/commit-msg", 0o755);
            if variant.name == "pushed" {
                with_remote(dir);
            } else {
                put("gonogo.toml", "[gates]\nversion = 'grep -q 1.3.0 pyproject.toml'\n");
                git(dir, &["add", "gonogo.toml"]);
                git(dir, &["commit", "-q", "-m", "chore: a gate"]);
            }
        }
        "rollback" => merged_and_out(dir),
        "init" => {}
        "branch" | "hotfix" => with_develop(variant, dir),
        "fix" => released_before(dir),
        "offered" => {
            put("gonogo.toml", "[branches]\nprotected = [\"main\"]\n");
            fs::create_dir(dir.join("notes")).expect("notes");
            put("notes/CHANGELOG.md", "# Changelog\n");
            git(dir, &["add", "gonogo.toml", "notes"]);
            git(dir, &["commit", "-q", "-m", "chore: protect main"]);
        }
        "hooks" => drop(git(dir, &["config", "core.hooksPath", ".githooks"])),
        "changelog" => {
            put("CHANGELOG.md", "# Changelog\r\n\r\n## Unreleased\r\n\r\n- by hand\r\n");
            put("gonogo.toml", "[changelog]\nguard = \"grep -q 1.3.0 CHANGELOG.md\"\n");
            git(dir, &["add", "CHANGELOG.md", "gonogo.toml"]);
            git(dir, &["commit", "-q", "-m", "feat: a changelog"]);
            put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.3.0\"\r\n");
            put("src/demo/__init__.py", "__version__ = \"1.3.0\"\n");
        }
        _ => {
            put("other.txt", "staged\n");
            git(dir, &["add", "other.txt"]);
            put("second.txt", "edited\n");
        }
    }
    git(dir, &["update-index", "-q", "--refresh"]);
}

/// A release that came by a merge, and a commit after it.
fn merged_and_out(dir: &Path) {
    let put = |path: &str, text: &str| fs::write(dir.join(path), text).expect(path);
    let rollback = "[rollback]\ncode = \"revert\"\n\
        redeploy = { shell = 'echo \"$GONOGO_PREVIOUS_TAG\" >../deployed' }\n";
    put("gonogo.toml", rollback);
    put("CHANGELOG.md", "# Changelog\r\n\r\n## [1.2.0] - 2025-01-02\r\n\r\n- all\r\n");
    git(dir, &["add", "CHANGELOG.md", "gonogo.toml"]);
    git(dir, &["commit", "-q", "-m", "feat: a changelog"]);
    with_remote(dir);
    git(dir, &["switch", "-q", "-c", "work"]);
    put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.3.0\"\r\n");
    put("src/demo/__init__.py", "__version__ = \"1.3.0\"\n");
    let section = "## [1.3.0] - 2026-01-02\r\n\r\n- more\r\n";
    let old = "## [1.2.0] - 2025-01-02\r\n\r\n- all\r\n";
    put("CHANGELOG.md", &format!("# Changelog\r\n\r\n{section}\r\n{old}"));
    put("third.txt", "one\nmore\ntwo\n");
    git(dir, &["commit", "-q", "-a", "-m", "feat: more"]);
    git(dir, &["switch", "-q", "main"]);
    git(dir, &["merge", "-q", "--no-ff", "-m", "Merge work", "work"]);
    git(dir, &["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    put("other.txt", "one\nlater\ntwo\n");
    git(dir, &["commit", "-q", "-a", "-m", "feat: later"]);
    git(dir, &["push", "-q", "origin", "main", "v1.3.0"]);
}

/// The release has other files than the commit after it.
fn released_before(dir: &Path) {
    let put = |path: &str, text: &str| fs::write(dir.join(path), text).expect(path);
    put("CHANGELOG.md", "# Changelog\r\n\r\n## [1.2.0] - 2026-01-01\r\n\r\n- old\r\n");
    git(dir, &["add", "CHANGELOG.md"]);
    git(dir, &["commit", "-q", "-m", "docs: a changelog"]);
    git(dir, &["tag", "-a", "-f", "-m", "1.2.0", "v1.2.0"]);
    put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.4.0.dev0\"\r\n");
    put("src/demo/__init__.py", "__version__ = \"1.4.0.dev0\"\n");
    put("other.txt", "three\n");
    git(dir, &["rm", "-q", "CHANGELOG.md"]);
    git(dir, &["commit", "-q", "-a", "-m", "chore: what comes next"]);
}

/// A release branch or a hotfix, beside a develop that has gone on.
fn with_develop(variant: Variant, dir: &Path) {
    let put = |path: &str, text: &str| fs::write(dir.join(path), text).expect(path);
    let toml = match variant.name {
        "branch" => "[release]\nbranch = \"release/v{version}\"\n",
        _ => "[hotfix]\ntag_on = \"merge\"\n[gates]\nmerged = \"test -f notes.txt\"\n",
    };
    put("gonogo.toml", toml);
    put("CHANGELOG.md", "# Changelog\r\n\r\n## Unreleased\r\n\r\n- by hand\r\n");
    git(dir, &["add", "CHANGELOG.md", "gonogo.toml"]);
    git(dir, &["commit", "-q", "-m", "feat: a changelog"]);
    git(dir, &["switch", "-q", "-c", "develop"]);
    put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.4.0-alpha.1\"\r\n");
    put("src/demo/__init__.py", "__version__ = \"1.4.0-alpha.1\"\n");
    git(dir, &["commit", "-q", "-a", "-m", "chore: what comes next"]);
    git(dir, &["switch", "-q", "main"]);
    if variant.name == "hotfix" {
        git(dir, &["switch", "-q", "-c", "hotfix/v1.2.1"]);
        put("other.txt", "one\nfixed\n");
        git(dir, &["commit", "-q", "-a", "-m", "fix: a crash"]);
        git(dir, &["switch", "-q", "main"]);
        put("notes.txt", "of main\n");
        git(dir, &["add", "notes.txt"]);
        git(dir, &["commit", "-q", "-m", "docs: notes"]);
        git(dir, &["switch", "-q", "hotfix/v1.2.1"]);
    }
}

/// Tags are signed, with a key of this run: its signatures of the same bytes are the same.
fn sign(dir: &Path) {
    let key = base().join("home/key");
    let _ = fs::remove_file(&key);
    let key = key.to_str().expect("UTF-8");
    let mut make = hermetic("ssh-keygen", dir);
    make.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
    assert!(make.status().expect("ssh-keygen runs").success());
    for (name, value) in [("gpg.format", "ssh"), ("user.signingKey", key), ("tag.gpgSign", "true")]
    {
        git(dir, &["config", name, value]);
    }
}

/// The remote has all that is here.
fn with_remote(dir: &Path) {
    let remote = dir.with_file_name(REMOTE);
    fs::create_dir(&remote).expect("the remote");
    git(&remote, &["init", "-q", "-b", "main", "--bare", "--template="]);
    git(dir, &["remote", "add", "origin", &format!("../{REMOTE}")]);
    git(dir, &["push", "-q", "-u", "origin", "main", "v1.2.0"]);
}

/// What the remote of a repository has, each ref with its object; nothing where there is none.
pub fn on_remote(dir: &Path) -> String {
    let remote = dir.with_file_name(REMOTE);
    let format = "--format=%(refname) %(objectname)";
    let places = ["refs/heads", "refs/tags"];
    match remote.exists() {
        true => git(&remote, &[&["for-each-ref", format], &places[..]].concat()),
        false => String::new(),
    }
}

/// Whether a command of the configuration has begun, as far as the journal of the newest operation
/// knows: then nothing is undone.
pub fn has_run(dir: &Path) -> bool {
    let ops = dir.join(".git/gonogo/ops");
    let ids = fs::read_dir(&ops).into_iter().flatten().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let Some(newest) = ids.max() else { return false };
    let journal = fs::read(ops.join(newest.to_string()).join("journal")).unwrap_or_default();
    // A torn record counts for nothing.
    let whole = journal.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(&journal[..whole]).into_owned();
    let times = |what: &str| text.matches(what).count();
    times("\"record\":\"running\"") > times("\"not_started\"")
}

/// Copies a folder with modes and times: git must not take a copied file for a changed one.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.path().strip_prefix(from).expect("below"));
        let meta = entry.metadata().expect("metadata");
        if meta.is_dir() {
            fs::create_dir(&target).expect("a new folder");
            fs::set_permissions(&target, meta.permissions()).expect("mode");
        } else if meta.is_symlink() {
            symlink(fs::read_link(entry.path()).expect("target"), &target).expect("symlink");
        } else {
            fs::copy(entry.path(), &target).expect("copy");
        }
        if !meta.is_dir() {
            let time = Timespec { tv_sec: meta.mtime(), tv_nsec: meta.mtime_nsec() };
            let times = Timestamps { last_access: time, last_modification: time };
            // Symlinks have times, too, which std cannot set.
            utimensat(CWD, &target, &times, AtFlags::SYMLINK_NOFOLLOW).expect("times");
        }
    }
}

/// Everything about a repository that an operation may not get wrong.
#[derive(PartialEq, Eq)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// Reads it, and what is broken or left behind in any case.
    pub fn of(dir: &Path) -> (Self, Vec<String>) {
        let mut parts = BTreeMap::new();
        let mut wrong = Vec::new();
        for entry in WalkDir::new(dir).min_depth(1) {
            let entry = entry.expect("a readable folder");
            let path =
                entry.path().strip_prefix(dir).expect("below").to_string_lossy().into_owned();
            let name = entry.file_name().to_string_lossy();
            if path.starts_with(".git/") {
                // The next fetch removes those that a killed one leaves on refs of our own.
                let ours = [".git/gonogo/", ".git/refs/gonogo-remote/"];
                if name.ends_with(".lock") && !ours.iter().any(|at| path.starts_with(at)) {
                    wrong.push(format!("left behind: {path}"));
                }
                continue;
            }
            if name.starts_with(".gonogo-") {
                wrong.push(format!("left behind: {path}"));
            }
            let meta = entry.metadata().expect("metadata");
            let content = if meta.is_symlink() {
                format!("-> {}", fs::read_link(entry.path()).expect("target").display())
            } else if meta.is_file() {
                String::from_utf8_lossy(&fs::read(entry.path()).expect("read")).into_owned()
            } else {
                "folder".to_owned()
            };
            parts.insert(path, format!("{:o} {content:?}", meta.mode()));
        }
        let mut ask = |name: &str, args: &[&str]| {
            let (succeeded, said) = try_git(dir, args);
            // `update-index --refresh` also fails for files that are rightly changed.
            if !succeeded && name != "refresh" {
                wrong.push(format!("git {args:?}: {said}"));
            }
            said
        };
        let format = "--format=%(refname) %(objectname) %(tree) %(contents)%00";
        let refs = ask("refs", &["for-each-ref", format]);
        for one in refs.split('\0').map(str::trim_start) {
            if let Some((name, value)) = one.split_once(' ')
                && !name.starts_with("refs/gonogo")
            {
                parts.insert(name.to_owned(), value.to_owned());
            }
        }
        parts.insert(
            "HEAD".to_owned(),
            fs::read_to_string(dir.join(".git/HEAD")).unwrap_or_default(),
        );
        for (name, args) in [
            ("index", &["ls-files", "-s", "-v", "-z"][..]),
            ("status", &["status", "--porcelain=v2", "-z", "--untracked-files=all"]),
            ("refresh", &["update-index", "--refresh"]),
        ] {
            parts.insert(name.to_owned(), ask(name, args).replace('\0', "\n"));
        }
        parts.insert("the remote".to_owned(), on_remote(dir));
        let found = ask("fsck", &["fsck", "--connectivity-only", "--no-dangling"]);
        // It reports a ref that points nowhere and still succeeds.
        if found.contains("error") || found.contains("missing") || found.contains("broken") {
            wrong.push(format!("git fsck: {found}"));
        }
        let remote = dir.with_file_name(REMOTE);
        if remote.exists() {
            let (succeeded, said) = try_git(&remote, &["fsck", "--connectivity-only"]);
            if !succeeded || said.contains("missing") || said.contains("broken") {
                wrong.push(format!("git fsck of the remote: {said}"));
            }
        }
        (Self(parts), wrong)
    }

    /// Says where `self`, which is, differs from `expected`.
    pub fn differences(&self, expected: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<_> = self.0.keys().chain(expected.0.keys()).collect();
        let show = |it: Option<&String>| it.map_or_else(|| "nothing".to_owned(), Clone::clone);
        let differ = names.into_iter().filter(|name| self.0.get(*name) != expected.0.get(*name));
        differ
            .map(|name| {
                let (is, should) = (show(self.0.get(name)), show(expected.0.get(name)));
                format!("{name} is\n{is}\n  and should be\n{should}")
            })
            .collect()
    }
}

//! The same commit id, index, status, work tree and reflogs as `git commit -F message -- paths`
//! in a repository that was set up the same way; then `undo`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::support::{Place, refuses, undone, works};
use super::{BUMP, BUMP_DIRTY, VERSION_FILES, by_hand, committed, head};

fn like_git(name: &str, setup: fn(&str) -> Place) {
    let ours = setup(name);
    let theirs = setup(&format!("{name}-by-hand"));
    let before = ours.state();
    before.must_be(&theirs.state(), "both are set up alike");
    let dirty = ours.git(&["status", "--porcelain", "--untracked-files=no"]);
    let bump = if dirty.is_empty() { &BUMP[..] } else { &BUMP_DIRTY[..] };
    let said = works(&ours, bump);
    by_hand(&theirs).ok();
    ours.state().must_be(&theirs.state(), &said.to_string());
    assert_eq!(head(&ours), head(&theirs));
    assert_eq!(committed(&ours), VERSION_FILES);
    for reference in ["HEAD", "main"] {
        let log = ["reflog", "show", "--format=%H %gn %gs", reference];
        assert_eq!(ours.git(&log), theirs.git(&log), "the reflog of {reference}");
    }
    // Without a look at the content: the index knows the files as they are on the disk.
    let look = [&["diff-files", "--name-only", "--"], &VERSION_FILES[..]].concat();
    assert_eq!(ours.git(&look), theirs.git(&look));
    ours.git(&["fsck", "--strict", "--no-dangling"]);
    undone(&ours, &before);
}

macro_rules! like_git {
    ($($name:ident: $setup:expr;)+) => {
        mod like_git_commit {
            use super::*;
            $(#[test] fn $name() { like_git(stringify!($name), $setup); })+
        }
    };
}

like_git! {
    plain: Place::python;
    autocrlf_true_over_lf: |name| configured(name, &["core.autocrlf=true"], "\n");
    autocrlf_true_over_crlf: |name| crlf_blobs(name, &["core.autocrlf=true"]);
    autocrlf_input_over_lf: |name| configured(name, &["core.autocrlf=input"], "\n");
    autocrlf_input_over_crlf: |name| crlf_blobs(name, &["core.autocrlf=input"]);
    safecrlf_warns: |name| crlf_blobs(name, &["core.autocrlf=true", "core.safecrlf=warn"]);
    eol_crlf_by_attribute: |name| with_attributes(name, "* text=auto eol=crlf\n", "\r\n");
    text_auto_over_a_crlf_blob: super::text_auto_over_a_crlf_blob;
    no_text_by_attribute: |name| with_attributes(name, "* -text\n", "\r\n");
    ident_by_attribute: ident;
    clean_and_smudge: super::clean_and_smudge;
    a_signature: signed;
    author_and_committer_by_environment: super::by_environment;
    author_and_committer_by_configuration: |name| configured(name, &[
        "author.name=Aut Hör", "author.email=au@example.com",
        "committer.name=Com Mitter", "committer.email=co@example.com"], "\n");
    odd_characters_in_a_name: |name| configured(name, &["user.name=.A <b> \"C\";", "user.email= <x@y> "], "\n");
    message_hooks: super::message_hooks;
    a_hook_that_rewrites_the_subject: |name| hooked(name, &[
        ("commit-msg", "sed -i '1s/^/[X-1] /' \"$1\"")]);
    a_hook_that_reads_its_environment: |name| hooked(name, &[
        ("commit-msg", "echo \"$GIT_AUTHOR_NAME|$GIT_AUTHOR_EMAIL|$GIT_AUTHOR_DATE|$GIT_EDITOR|\
         $GIT_PREFIX|${GIT_DIR-none}|${GIT_LITERAL_PATHSPECS-none}|$LC_ALL|$#|${1##*/}|$PWD\" \
         | sed 's/-by-hand//' >> \"$1\""),
        ("prepare-commit-msg", "echo \"$2|${3-none}|$#\" >> \"$1\"")]);
    hooks_in_a_relative_folder: |name| hooks_folder(name, false);
    hooks_in_an_absolute_folder: |name| hooks_folder(name, true);
    split_index: |name| indexed(name, &["update-index", "--split-index"]);
    index_version_4: |name| indexed(name, &["update-index", "--index-version", "4"]);
    untracked_cache: |name| indexed(name, &["update-index", "--force-untracked-cache"]);
    many_files: |name| configured(name, &["feature.manyFiles=true", "index.skipHash=true"], "\n");
    fsmonitor_hook: fsmonitor;
    sparse_checkout: |name| sparse(name, "--no-sparse-index");
    sparse_index: |name| sparse(name, "--sparse-index");
    sha256: |name| formatted(name, "--object-format=sha256");
    reftable: |name| formatted(name, "--ref-format=reftable");
    packed_refs: |name| indexed(name, &["pack-refs", "--all", "--prune"]);
    linked_work_tree: linked;
    linked_work_tree_of_a_bare_repository: linked_to_bare;
    separate_git_folder: separate;
    a_hook_that_is_not_executable: not_executable;
    a_submodule: super::submodule;
    file_mode_ignored: super::file_mode_ignored;
    executable_version_file: executable;
    every_kind_of_other_work: super::other_work;
    other_work_that_git_does_not_see: unseen_work;
    other_work_and_a_hook_that_stashes_it: stashing_hook;
    other_work_in_a_submodule: outside_a_submodule;
}

/// A project whose files have these line ends, and a configuration that came later.
fn configured(name: &str, settings: &[&str], end: &str) -> Place {
    let place = Place::python(name);
    if end != "\n" {
        for path in VERSION_FILES {
            place.edit(path, "\n", end);
        }
        place.commit_all("other line ends");
    }
    for setting in settings {
        let (key, value) = setting.split_once('=').expect("key=value");
        place.git(&["config", key, value]);
    }
    // The files are looked at again under the new rules.
    place.run("git", &["update-index", "-q", "--refresh"]);
    place
}

fn crlf_blobs(name: &str, settings: &[&str]) -> Place {
    let place = configured(name, settings, "\r\n");
    assert!(place.git(&["cat-file", "blob", "HEAD:pyproject.toml"]).contains("\r\n"));
    place
}

fn with_attributes(name: &str, attributes: &str, end: &str) -> Place {
    let place = Place::python(name);
    place.put(".gitattributes", attributes);
    for path in VERSION_FILES {
        place.edit(path, "\n", end);
    }
    place.commit_all("attributes");
    place
}

fn text_auto_over_a_crlf_blob(name: &str) -> Place {
    let place = configured(name, &[], "\r\n");
    place.put(".gitattributes", "* text=auto\n");
    place.git(&["add", ".gitattributes"]);
    place.git(&["commit", "-q", "-m", "attributes"]);
    place
}

fn ident(name: &str) -> Place {
    let place = Place::python(name);
    place.put(".gitattributes", "*.py ident\n");
    place.edit("src/demo/__init__.py", "\"Demo.\"", "\"Demo. $Id$\"");
    place.commit_all("ident");
    place.git(&["rm", "-q", "--cached", "src/demo/__init__.py"]);
    place.git(&["reset", "-q", "--hard"]);
    assert!(place.read("src/demo/__init__.py").contains("$Id: "));
    place
}

fn clean_and_smudge(name: &str) -> Place {
    let place = Place::python(name);
    place.git(&["config", "filter.secret.clean", "sed s/token-here/@TOKEN@/"]);
    place.git(&["config", "filter.secret.smudge", "sed s/@TOKEN@/token-here/"]);
    place.git(&["config", "filter.secret.required", "true"]);
    place.put(".gitattributes", "*.py filter=secret\n");
    place.edit("src/demo/__init__.py", "Demo.", "Demo. token-here");
    place.commit_all("filter");
    assert!(place.git(&["cat-file", "blob", "HEAD:src/demo/__init__.py"]).contains("@TOKEN@"));
    place
}

/// A key of this test run; signatures with it are deterministic.
fn key() -> PathBuf {
    static KEY: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let place = Place::empty("key");
        let key = place.root.join("id");
        let path = key.to_str().expect("UTF-8");
        place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]).ok();
        key
    };
    KEY.get_or_init(make).clone()
}

pub fn signed(name: &str) -> Place {
    let place = Place::python(name);
    let signers = place.root.join("signers");
    let public = fs::read_to_string(key().with_extension("pub")).expect("the public key");
    fs::write(&signers, format!("ada@example.com {public}")).expect("signers");
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    for (setting, value) in [
        ("commit.gpgSign", "true".to_owned()),
        ("gpg.format", "ssh".to_owned()),
        ("user.signingKey", path(&key())),
        ("gpg.ssh.allowedSignersFile", path(&signers)),
    ] {
        place.git(&["config", "--global", setting, &value]);
    }
    place
}

#[test]
fn the_signature_is_good() {
    let place = signed("the_signature_is_good");
    works(&place, &BUMP);
    let verified = place.run("git", &["verify-commit", "HEAD"]).ok();
    assert!(verified.err.contains("Good \"git\" signature for ada@example.com"), "{verified}");
}

fn by_environment(name: &str) -> Place {
    Place::python(name)
        .with("GIT_AUTHOR_NAME", "Érika  Author")
        .with("GIT_AUTHOR_EMAIL", "e@example.com")
        .with("GIT_AUTHOR_DATE", "1700000000 +0530")
        .with("GIT_COMMITTER_NAME", "Bot")
        .with("GIT_COMMITTER_EMAIL", "bot@example.com")
        .with("GIT_COMMITTER_DATE", "2026-05-06 07:08:09 -0330")
}

fn hooked(name: &str, hooks: &[(&str, &str)]) -> Place {
    let place = Place::python(name);
    for (hook, body) in hooks {
        place.hook(hook, body);
    }
    place
}

fn message_hooks(name: &str) -> Place {
    hooked(
        name,
        &[
            ("prepare-commit-msg", "printf '\\n# Why\\nbecause\\n' >> \"$1\""),
            ("commit-msg", "git interpret-trailers --in-place --trailer 'Change-Id: I1' \"$1\""),
            ("post-commit", "git rev-parse HEAD > .git/posted"),
        ],
    )
}

fn hooks_folder(name: &str, absolute: bool) -> Place {
    let place = Place::python(name);
    place.script("hooks/commit-msg", "echo 'Seen-by: hook' >> \"$1\"");
    place.script("hooks/pre-commit", "test \"$(git diff --cached --name-only | wc -l)\" -eq 2");
    place.commit_all("hooks");
    let folder = if absolute { place.top.join("hooks") } else { "hooks".into() };
    place.git(&["config", "--global", "core.hooksPath", folder.to_str().expect("UTF-8")]);
    place
}

fn indexed(name: &str, command: &[&str]) -> Place {
    let place = Place::python(name);
    place.git(command);
    place
}

fn fsmonitor(name: &str) -> Place {
    let place = Place::python(name);
    place.script("monitor", "printf 'token\\0/\\0'");
    place.commit_all("monitor");
    place.git(&["config", "core.fsmonitor", "./monitor"]);
    place.git(&["status"]);
    place
}

fn sparse(name: &str, kind: &str) -> Place {
    let place = Place::python(name);
    place.put("docs/deep/page.md", "page\n");
    place.put("docs/page.md", "page\n");
    place.commit_all("docs");
    place.git(&["sparse-checkout", "set", "--cone", kind, "src"]);
    assert!(!place.exists("docs"));
    place
}

fn formatted(name: &str, format: &str) -> Place {
    let place = Place::empty(name);
    place.git(&["init", "-q", "--template=", format]);
    place.python_files();
    place.commit_all("start");
    place.git(&["tag", "v1.2.0"]);
    place
}

fn linked(name: &str) -> Place {
    let place = Place::python(name);
    place.hook("commit-msg", "echo 'Seen-by: hook' >> \"$1\"");
    place.git(&["switch", "-q", "-c", "elsewhere"]);
    place.git(&["worktree", "add", "-q", "../linked", "main"]);
    let top = place.root.join("linked");
    place.at(top)
}

/// Many keep a bare repository and linked work trees beside it.
fn linked_to_bare(name: &str) -> Place {
    let place = Place::python(name);
    place.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = place.at(place.root.join("bare.git"));
    bare.git(&["config", "remote.origin.url", "nowhere"]);
    bare.git(&["worktree", "add", "-q", "../linked", "main"]);
    bare.git(&["reflog", "expire", "--expire=all", "--all"]);
    place.at(place.root.join("linked"))
}

fn separate(name: &str) -> Place {
    let place = Place::empty(name);
    place.git(&["init", "-q", "--template=", "--separate-git-dir=../elsewhere.git"]);
    place.python_files();
    place.commit_all("start");
    place
}

fn not_executable(name: &str) -> Place {
    let place = hooked(name, &[("pre-commit", "exit 1")]);
    place.chmod(".git/hooks/pre-commit", 0o644);
    place
}

/// The submodule has another commit, and changes besides.
fn outside_a_submodule(name: &str) -> Place {
    let place = Place::python(name);
    let inner = place.at(place.root.join("inner"));
    fs::create_dir(&inner.top).expect("inner");
    inner.git(&["init", "-q", "--template="]);
    inner.put("file", "one\n");
    inner.commit_all("start");
    place.git(&["submodule", "--quiet", "add", "../inner", "lib"]);
    place.git(&["config", "submodule.lib.url", "nowhere"]);
    place.commit_all("submodule");
    let lib = place.at(place.top.join("lib"));
    lib.put("file", "two\n");
    lib.commit_all("two");
    lib.put("file", "three\n");
    place.hook("pre-commit", "exit 0");
    place
}

fn submodule(name: &str) -> Place {
    let place = Place::python(name);
    let outer = place.root.join("outer");
    fs::create_dir(&outer).expect("outer");
    let outer = place.at(outer);
    outer.git(&["init", "-q", "--template="]);
    outer.git(&["submodule", "--quiet", "add", "../repo", "lib"]);
    outer.commit_all("start");
    let inner = outer.at(outer.top.join("lib"));
    // The clone's reflog names its source, which is not the same for both.
    inner.git(&["reflog", "expire", "--expire=all", "--all"]);
    inner.git(&["config", "remote.origin.url", "nowhere"]);
    inner
}

fn file_mode_ignored(name: &str) -> Place {
    let place = Place::python(name);
    place.git(&["config", "core.fileMode", "false"]);
    place.chmod("pyproject.toml", 0o755);
    place
}

fn executable(name: &str) -> Place {
    let place = Place::python(name);
    place.chmod("src/demo/__init__.py", 0o755);
    place.commit_all("mode");
    place
}

/// Staged, unstaged, partly staged, deleted, renamed, mode-changed, intended and untracked files,
/// symlinks, a file that became one, an odd name.
pub fn other_work(name: &str) -> Place {
    let place = Place::python(name);
    for name in ["f.txt", "g.txt", "h.txt", "i.txt", "j.txt", "k.txt"] {
        place.put(name, format!("{name}\n1\n2\n3\n4\n5\n"));
    }
    let odd = OsStr::from_bytes(b"odd \"n\xe4me\".\n");
    fs::write(place.top.join(odd), "one\n").expect("an odd name");
    symlink("a.txt", place.top.join("link")).expect("symlink");
    place.commit_all("more");
    place.edit("a.txt", "one", "staged");
    place.put("added.txt", "staged\n");
    place.git(&["add", "a.txt", "added.txt"]);
    place.edit("b.txt", "one", "unstaged");
    place.edit("c.txt", "one", "staged");
    place.git(&["add", "c.txt"]);
    place.edit("c.txt", "seven", "unstaged");
    fs::remove_file(place.top.join("d.txt")).expect("remove");
    place.git(&["mv", "e.txt", "renamed.txt"]);
    place.git(&["rm", "-q", "f.txt"]);
    place.git(&["rm", "-q", "--cached", "j.txt"]);
    place.chmod("g.txt", 0o755);
    place.git(&["update-index", "--chmod=+x", "h.txt"]);
    place.put("intended.txt", "intended\n");
    place.git(&["add", "-N", "intended.txt"]);
    fs::remove_file(place.top.join("link")).expect("link");
    symlink("elsewhere", place.top.join("link")).expect("symlink");
    fs::remove_file(place.top.join("k.txt")).expect("k.txt");
    symlink("a.txt", place.top.join("k.txt")).expect("symlink");
    fs::write(place.top.join(odd), "unstaged\n").expect("an odd name");
    place.put("untracked.txt", "mine\n");
    place.put("folder/untracked.txt", "mine\n");
    place
}

/// What git was told not to look at.
fn unseen_work(name: &str) -> Place {
    let place = other_work(name);
    place.git(&["update-index", "--assume-unchanged", "i.txt"]);
    place.edit("i.txt", "1", "unseen");
    place
}

/// As the pre-commit framework does it: the unstaged edits go away while the hooks run.
fn stashing_hook(name: &str) -> Place {
    let place = other_work(name);
    place.hook(
        "pre-commit",
        "git diff --binary --no-color --ignore-submodules > .git/patch\n\
         git -c submodule.recurse=0 checkout -q -- .\n\
         grep -q unstaged b.txt && exit 1\n\
         git -c core.autocrlf=false apply --whitespace=nowarn .git/patch",
    );
    place
}

/// i18n.commitEncoding only labels what is committed; a message is UTF-8 here, so that no label is
/// the truth.
#[test]
fn a_commit_is_utf8_whatever_the_label() {
    let place = configured("encoding", &["i18n.commitEncoding=ISO-8859-1"], "\n");
    works(&place, &["bump", "minor", "--commit", "-m", "chore: größer {version}"]);
    let commit = place.git(&["cat-file", "commit", "HEAD"]);
    assert!(!commit.contains("encoding") && commit.ends_with("größer 1.3.0\n"), "{commit}");
}

/// Of many paths git is not asked one by one.
#[test]
fn many_version_files_are_committed_and_each_is_looked_at() {
    let place = Place::python("many files");
    let pages: Vec<String> = (0..40).map(|number| format!("docs/page {number}.md")).collect();
    for page in &pages {
        place.put(page, "Version: 1.2.0\n");
    }
    let files = "{ path = \"docs/*.md\", pattern = \"Version: {version}\" }";
    place.put("gonogo.toml", format!("[version]\nfiles = [{files}]\n"));
    place.commit_all("pages");
    place.git(&["update-index", "--skip-worktree", &pages[7]]);
    refuses(&place, &BUMP, 3, &["docs/page 7.md is marked skip-worktree"]);
    place.git(&["update-index", "--no-skip-worktree", &pages[7]]);
    let before = place.state();
    for hook in ["exit 0", "sed -i s/Version:/version:/ 'docs/page 7.md'; git add -u"] {
        place.hook("pre-commit", hook);
        works(&place, &BUMP);
        let mut all = [pages.clone(), VERSION_FILES.map(str::to_owned).to_vec()].concat();
        all.sort_unstable();
        assert_eq!(committed(&place), all, "{hook}");
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{hook}");
        let page = place.git(&["show", "HEAD:docs/page 7.md"]);
        assert_eq!(page.contains("version: 1.3.0"), hook != "exit 0", "{page}");
        undone(&place, &before);
    }
}

//! Where it is called and what kind of repository that is.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::support::{Place, refuses, undone, works};
use super::{INIT, bumps};

const BUMP: [&str; 3] = ["bump", "minor", "--commit"];

#[test]
fn from_below_and_from_outside() {
    let place = Place::python("below");
    let before = place.state();
    let below = place.at(place.top.join("src/demo"));
    works(&below, &["bump", "minor"]);
    works(&below, &["undo"]);
    place.state().must_be(&before, "from below");
    let outside = place.at(&place.root);
    let top = place.top.to_str().expect("UTF-8").to_owned();
    for folder in ["repo", "./repo/src/", "home/../repo", &top] {
        works(&outside, &["-C", folder, "bump", "minor", "--commit"]);
        works(&outside, &["bump", "patch", "-C", folder, "--next", "--dry-run"]);
        works(&outside, &["undo", "-C", folder]);
        place.state().must_be(&before, folder);
    }
}

#[test]
fn through_a_symlink_to_the_repository() {
    let place = Place::python("symlinked");
    std::os::unix::fs::symlink("repo", place.root.join("link")).expect("symlink");
    let link = place.at(place.root.join("link")).with("PWD", "/wrong");
    let before = place.state();
    works(&link, &BUMP);
    works(&place, &["undo"]);
    place.state().must_be(&before, "undone by the real name");
}

#[test]
fn in_a_linked_work_tree() {
    let place = Place::python("linked");
    place.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    let main = place.state();
    bumps(&place.at(place.root.join("linked")));
    place.state().must_be(&main, "the main work tree");
}

#[test]
fn in_a_submodule() {
    let place = Place::python("submodule");
    let outer = place.at(place.root.join("outer"));
    fs::create_dir(&outer.top).expect("outer");
    outer.git(&["init", "-q", "--template="]);
    outer.git(&["submodule", "--quiet", "add", "../repo", "lib"]);
    outer.commit_all("start");
    bumps(&outer.at(outer.top.join("lib")));
    refuses(&outer, &["bump", "minor"], 2, &["no version anywhere"]);
    outer.put(
        "pyproject.toml",
        "[project]\nname = \"outer\"\ndynamic = [\"version\"]\n\
        [tool.hatch.version]\npath = \"lib/src/demo/__init__.py\"\n",
    );
    let owner = "lib/src/demo/__init__.py belongs to another repository";
    refuses(&outer, &["bump", "minor"], 2, &[owner]);
}

#[test]
fn names_may_be_odd() {
    let names: [&[u8]; 7] = [
        b"with blanks and 'quotes'",
        "größe ＭＡＸ".as_bytes(),
        b"-dash",
        b"$HOME;*?[x]",
        b"not utf-8 \xff\xfe",
        b"trailing blank ",
        b"back\\slash\"",
    ];
    for (number, name) in names.iter().enumerate() {
        let place = Place::empty(&format!("name {number}"));
        let place = place.at(place.root.join(OsStr::from_bytes(name)));
        fs::create_dir(&place.top).expect("top");
        place.git(&["init", "-q", "--template="]);
        place.python_files();
        place.commit_all("start");
        place.hook("commit-msg", "test -f \"$1\"");
        bumps(&place);
        let before = place.state();
        works(&place, &BUMP);
        undone(&place, &before);
    }
}

#[test]
fn a_line_end_in_the_name_is_refused_or_works() {
    let place = Place::empty("line end");
    let place = place.at(place.root.join("two\nlines"));
    fs::create_dir(&place.top).expect("top");
    place.git(&["init", "-q", "--template="]);
    place.python_files();
    refuses(&place, &["bump", "minor"], 2, &["line end"]);
}

#[test]
fn without_a_branch_or_a_commit() {
    let place = Place::python("detached");
    place.git(&["checkout", "-q", "--detach"]);
    bumps(&place);
    refuses(&place, &BUMP, 3, &["HEAD is detached"]);
    let place = Place::repository("unborn");
    place.python_files();
    place.git(&["add", "-A"]);
    bumps(&place);
    refuses(&place, &BUMP, 3, &["no commit yet"]);
    works(&place, &["status"]);
}

#[test]
fn a_branch_may_have_an_odd_name() {
    for name in ["HEAD2", "feature/ü-1", "a'b\"c", "refs/heads/x", "v1.2.0"] {
        let place = Place::python("branch");
        place.git(&["switch", "-q", "-c", name]);
        let before = place.state();
        works(&place, &BUMP);
        assert_eq!(place.git(&["log", "-1", "--format=%s"]), "chore: bump version to 1.3.0\n");
        undone(&place, &before);
    }
}

#[test]
fn a_sparse_checkout_that_lacks_a_version_file_is_refused() {
    let place = Place::python("sparse");
    place.git(&["sparse-checkout", "set", "--no-cone", "/pyproject.toml"]);
    assert!(!place.exists(INIT));
    let words = ["src/demo/__init__.py is left out of this sparse checkout"];
    refuses(&place, &["bump", "minor"], 3, &words);
    place.git(&["sparse-checkout", "add", "/src/demo"]);
    bumps(&place);
}

#[test]
fn a_shallow_clone() {
    let place = Place::python("shallow");
    place.edit("a.txt", "one", "more");
    place.commit_all("after the tag");
    let source = format!("file://{}", place.top.display());
    place.git(&["clone", "-q", "--depth=1", &source, "../clone"]);
    let clone = place.at(place.root.join("clone"));
    bumps(&clone);
    let before = clone.state();
    works(&clone, &BUMP);
    undone(&clone, &before);
}

#[test]
fn where_there_is_no_work_tree() {
    let place = Place::python("nowhere");
    let folder = |name: &str| {
        let top = place.root.join(name);
        fs::create_dir_all(&top).expect("folder");
        place.at(top)
    };
    let args = ["bump", "minor"];
    refuses(&folder("empty"), &args, 2, &["is not in a git repository"]);
    place.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    refuses(&folder("bare.git"), &args, 2, &["is a bare repository"]);
    place.git(&["config", "--global", "safe.bareRepository", "explicit"]);
    refuses(&folder("bare.git"), &args, 2, &["bare"]);
    refuses(&place.at(place.top.join(".git")), &args, 2, &["is inside a git folder"]);
    refuses(&place.at(place.top.join(".git/refs")), &args, 2, &["is inside a git folder"]);
    refuses(&place, &["-C", "missing", "bump", "minor"], 2, &["missing is not a folder"]);
    refuses(&place, &["-C", "a.txt", "bump", "minor"], 2, &["a.txt is not a folder"]);
    for command in ["status", "undo", "resume", "log"] {
        refuses(&folder("empty"), &[command], 2, &["is not in a git repository"]);
    }
}

/// git missing altogether is not a missing repository.
#[test]
fn without_git() {
    let place = Place::python("no git");
    let said = place.clone().with("PATH", "/nowhere").gonogo(&["bump", "minor"]);
    said.refused(5, &["git cannot be run", "git --version"]);
}

//! Version files that are not plain files with plain text.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use super::support::{Place, refuses, undone, works};
use super::{INIT, bumps};

const BUMP: [&str; 3] = ["bump", "minor", "--commit"];

#[test]
fn modes_stay() {
    for mode in [0o755, 0o600, 0o644, 0o664, 0o444, 0o400] {
        let place = Place::python(&format!("mode {mode:o}"));
        place.chmod("pyproject.toml", mode);
        place.chmod(INIT, mode);
        place.git(&["commit", "-q", "--allow-empty", "-a", "-m", "modes or nothing"]);
        bumps(&place);
    }
}

#[test]
fn a_symlink_inside_stays_and_its_target_is_edited() {
    let place = Place::python("symlink");
    place.put("conf/real.toml", place.read("pyproject.toml"));
    fs::remove_file(place.top.join("pyproject.toml")).expect("remove");
    symlink("conf/real.toml", place.top.join("pyproject.toml")).expect("symlink");
    fs::rename(place.top.join("src/demo"), place.top.join("src/real")).expect("rename");
    symlink("real", place.top.join("src/demo")).expect("symlink");
    place.commit_all("links");
    let before = place.state();
    works(&place, &["bump", "minor"]);
    assert_eq!(
        place.state().changed(&before),
        ["conf/real.toml", "src/real/__init__.py", "status"]
    );
    undone(&place, &before);
    works(&place, &BUMP);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    undone(&place, &before);
}

#[test]
fn a_name_that_is_too_long_is_none_of_a_file() {
    let place = Place::repository("long");
    let name = "x".repeat(300);
    let text = format!("x = open('{name}/VERSION')\nsetup(name='demo', version=get())\n");
    place.put("setup.py", text);
    place.put("demo/__init__.py", "__version__ = \"1.2.0\"\n");
    place.commit_all("start");
    works(&place, &["bump", "minor"]);
    assert!(place.read("demo/__init__.py").contains("1.3.0"));
}

#[test]
fn a_symlink_that_leaves_is_refused() {
    let place = Place::python("leaves");
    let outside = place.root.join("outside.py");
    fs::rename(place.top.join(INIT), &outside).expect("rename");
    for target in [outside.to_str().expect("UTF-8"), "../../../outside.py", "/etc/hostname"] {
        let _ = fs::remove_file(place.top.join(INIT));
        symlink(target, place.top.join(INIT)).expect("symlink");
        refuses(
            &place,
            &["bump", "minor"],
            2,
            &["src/demo/__init__.py leads out of the repository"],
        );
    }
    for (target, words) in
        [("nothing.py", "is a symlink to nothing"), ("../../.git/config", "leads out")]
    {
        let _ = fs::remove_file(place.top.join(INIT));
        symlink(target, place.top.join(INIT)).expect("symlink");
        refuses(&place, &["bump", "minor"], 2, &[INIT, words]);
    }
    assert!(fs::read_to_string(outside).expect("outside").contains("1.2.0"));
}

/// The name in the repository gets the new version; another name elsewhere is not ours to edit.
#[test]
fn a_hard_link_elsewhere_keeps_its_bytes() {
    let place = Place::python("hard link");
    let other = place.root.join("other.toml");
    fs::hard_link(place.top.join("pyproject.toml"), &other).expect("link");
    bumps(&place);
    works(&place, &["bump", "minor"]);
    assert!(fs::read_to_string(&other).expect("other").contains("1.2.0"));
    assert_eq!(fs::metadata(&other).expect("other").nlink(), 1);
}

#[test]
fn a_large_file_works_and_a_huge_one_is_refused() {
    let place = Place::python("large");
    let version = "__version__ = \"1.2.0\"\n";
    place.put(INIT, format!("# {}\n{version}", "x".repeat(15 << 20)));
    place.commit_all("large");
    bumps(&place);
    place.put(INIT, format!("# {}\n{version}", "x".repeat(50 << 20)));
    let words = ["src/demo/__init__.py is too large", "50 MiB", "up to 16 MiB"];
    refuses(&place, &["bump", "minor"], 2, &words);
}

#[test]
fn bytes_that_are_not_utf8() {
    let place = Place::python("latin");
    let cookie: &[u8] = b"# -*- coding: latin-1 -*-\n# caf\xe9\n__version__ = '1.2.0'\n";
    place.put(INIT, cookie);
    place.commit_all("latin-1");
    bumps(&place);
    works(&place, &BUMP);
    let expected = b"# -*- coding: latin-1 -*-\n# caf\xe9\n__version__ = '1.3.0'\n";
    assert_eq!(fs::read(place.top.join(INIT)).expect("bytes"), expected);
    for (name, path, bytes) in [
        ("python", INIT, &b"# caf\xe9\n__version__ = '1.2.0'\n"[..]),
        ("toml", "pyproject.toml", b"[project]\nname = 'demo' # \xff\nversion = '1.2.0'\n"),
    ] {
        let place = Place::python(&format!("not utf8 {name}"));
        place.put(path, bytes);
        let said = place.gonogo(&["bump", "minor"]);
        match name {
            // A comment does no harm in a file that is spliced.
            "python" if said.code == 0 => {
                let new = fs::read(place.top.join(path)).expect("bytes");
                assert_eq!(new, b"# caf\xe9\n__version__ = '1.3.0'\n");
            }
            _ => drop(said.refused(2, &[path, "UTF-8"])),
        }
    }
}

#[test]
fn a_file_with_conflicts_is_refused_where_they_are() {
    let conflict = |text: &str| text.replace("1.2.0", "1.2.0\"\n=======\nversion = \"1.2.1");
    let place = Place::python("conflict");
    let text = place.read("pyproject.toml");
    place.put("pyproject.toml", conflict(&text));
    refuses(&place, &["bump", "minor"], 2, &["pyproject.toml:4:"]);
    let place = Place::python("conflict in python");
    place.put(
        INIT,
        "<<<<<<< ours\n__version__ = '1.2.0'\n=======\n__version__ = '1.2.1'\n>>>>>>> theirs\n",
    );
    refuses(&place, &["bump", "minor"], 2, &[INIT]);
}

#[test]
fn a_broken_manifest_is_shown() {
    for (name, path, text, words) in [
        (
            "toml",
            "pyproject.toml",
            "[project]\nname = \"demo\"\nversion = \"1.2.0\n",
            &["pyproject.toml:3:", "version = \"1.2.0", "^"][..],
        ),
        (
            "cargo",
            "Cargo.toml",
            "[package]\nname = \"demo\"\n\tversion == \"1\"\n",
            &["Cargo.toml:3:", "version == \"1\"", "^"],
        ),
        (
            "json",
            "package.json",
            "{\n  \"name\": \"demo\",\n  \"version\": \"1.2.0\n}\n",
            &["package.json:3:", "^"],
        ),
        (
            "no version",
            "pyproject.toml",
            "[project]\nname = \"demo\"\nversion = \"one\"\n",
            &["pyproject.toml:3:", "version = \"one\"", "^"],
        ),
    ] {
        let place = Place::repository(&format!("broken {name}"));
        place.put(path, text);
        refuses(&place, &["bump", "minor"], 2, words);
    }
}

#[test]
fn what_is_not_a_file_is_refused() {
    let place = Place::python("fifo");
    fs::remove_file(place.top.join(INIT)).expect("remove");
    place.run("mkfifo", &[INIT]).ok();
    refuses(&place, &["bump", "minor"], 2, &[INIT, "is not a regular file"]);
}

#[test]
fn generated_and_unknown_files_are_refused() {
    let place = Place::repository("generated");
    place.put(
        "pyproject.toml",
        "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n\
        [tool.hatch.version]\npath = \"demo/_version.py\"\n",
    );
    place.put("demo/_version.py", "# file generated by setuptools-scm\n# don't change, don't track in version control\n__version__ = version = '1.2.0'\n");
    refuses(&place, &["bump", "minor"], 2, &["_version.py"]);
    let place = Place::repository("scm");
    place.put(
        "pyproject.toml",
        "[build-system]\nrequires = [\"setuptools-scm\"]\n\
        [project]\nname = \"demo\"\ndynamic = [\"version\"]\n[tool.setuptools_scm]\n",
    );
    refuses(&place, &["bump", "minor"], 2, &["no file holds the version", "git tag"]);
    let place = Place::repository("nothing");
    place.put("README.md", "nothing\n");
    refuses(&place, &["bump", "minor"], 2, &["no version anywhere", "pyproject.toml"]);
}

/// A number that was forgotten is named, and pieces without a place for the phase say so.
#[test]
fn a_version_in_pieces_disagrees_or_has_no_room() {
    let place = Place::python("pieces");
    let text = place.read(INIT) + "__version_info__ = (1, 1, 9)\n";
    place.put(INIT, text);
    place.commit_all("numbers");
    let words = ["disagree", "src/demo/__init__.py:4  __version_info__ says 1.1.9"];
    refuses(&place, &["bump", "minor"], 3, &words);
    works(&place, &["bump", "minor", "--set-from", "pyproject.toml"]);
    assert!(place.read(INIT).contains("__version_info__ = (1, 3, 0)\n"));

    let place = Place::python("only pieces");
    let manifest = "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n\
        [tool.setuptools.dynamic]\nversion = {attr = \"demo.__version__\"}\n";
    place.put("pyproject.toml", manifest);
    let parts = "MAJOR = 1\nMINOR = 2\nPATCH = 0\n";
    place.put(INIT, format!("{parts}__version__ = f\"{{MAJOR}}.{{MINOR}}.{{PATCH}}\"\n"));
    place.commit_all("only numbers");
    let words = ["MAJOR, MINOR, PATCH in src/demo/__init__.py has no room for 1.3.0-rc.1"];
    refuses(&place, &["bump", "minor", "--pre", "rc"], 2, &words);
    works(&place, &["bump", "minor"]);
    assert!(place.read(INIT).starts_with("MAJOR = 1\nMINOR = 3\nPATCH = 0\n"));
}

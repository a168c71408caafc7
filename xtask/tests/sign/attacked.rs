//! A release commit that says a little more than it should: void every time.

use std::os::unix::fs::symlink;

use super::support::{Place, works};
use super::{ROLES, Team, json, team};

/// A team that has signed, and a release commit of Ana's that is not tagged.
fn signed(name: &str) -> Team {
    let team = team(name, ROLES);
    team.sign();
    works(&team.ana, &["sign", "--list"]);
    works(&team.ana, &["release", "minor", "--no-push", "--yes"]);
    team.ana.git(&["tag", "-d", "v1.3.0"]);
    team
}

/// Tags HEAD as the release; what `sign --list` then says is void, and why.
#[track_caller]
fn void(place: &Place, why: &str) {
    place.git(&["tag", "-f", "-a", "-m", "1.3.0", "v1.3.0"]);
    let args = ["sign", "--list", "--version", "1.3.0", "--no-push"];
    let list = works(place, &args);
    assert!(list.out.contains(&format!("void: {why}")), "no {why:?} in {list}");
    let list = json(&works(place, &[&args[..], &["--json"]].concat()));
    assert_eq!(list["released"], true, "{list}");
    let roles = list["roles"].as_array().expect("roles");
    assert!(roles.iter().all(|role| role["state"] == "void"), "{list}");
    let mut verify = args.to_vec();
    verify[1] = "--verify";
    assert_eq!(place.gonogo(&verify).code, 1);
}

/// The release commit again, with whatever else is in the work tree.
fn amend(place: &Place) {
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "--amend", "--no-edit"]);
}

#[test]
fn the_release_itself_is_covered() {
    let team = signed("control");
    team.ana.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    works(&team.ana, &["sign", "--verify", "--version", "1.3.0", "--no-push"]);
}

#[test]
fn a_line_elsewhere() {
    let team = signed("line");
    let ana = &team.ana;
    ana.edit("a.txt", "three", "thre");
    amend(ana);
    void(ana, "a.txt (it changed)");
    ana.git(&["checkout", "-q", "HEAD~1", "--", "a.txt"]);
    ana.put("b-new.txt", "");
    amend(ana);
    void(ana, "b-new.txt (it is new)");
    ana.git(&["rm", "-q", "b-new.txt", "c.txt"]);
    amend(ana);
    void(ana, "c.txt (it is gone)");
}

#[test]
fn a_mode_or_a_symlink() {
    let team = signed("mode");
    let ana = &team.ana;
    for (path, why) in [
        ("a.txt", "a.txt (its mode went from 100644 to 100755)"),
        ("docs/guide.md", "docs/guide.md (its mode went from 100644 to 100755)"),
        ("pyproject.toml", "pyproject.toml (its mode went from 100644 to 100755)"),
    ] {
        ana.chmod(path, 0o755);
        amend(ana);
        void(ana, why);
        ana.chmod(path, 0o644);
    }
    for path in ["a.txt", "docs/guide.md"] {
        let (full, bytes) = (ana.top.join(path), ana.read(path));
        std::fs::remove_file(&full).expect(path);
        symlink("/etc/passwd", &full).expect(path);
        amend(ana);
        void(ana, &format!("{path} (it is a symlink)"));
        std::fs::remove_file(&full).expect(path);
        ana.put(path, bytes);
    }
    symlink("..", ana.top.join("docs/up")).expect("a link");
    amend(ana);
    void(ana, "docs/up (it is a symlink)");
}

#[test]
fn a_planned_file_with_one_byte_more() {
    let team = signed("byte");
    let ana = &team.ana;
    for (path, old, new, line) in [
        ("pyproject.toml", "1.3.0\"\n", "1.3.0\"\n\n", "line 4"),
        ("pyproject.toml", "1.3.0\"", "1.3.0 \"", "line 3"),
        ("pyproject.toml", "1.3.0", "1.3.00", "line 3"),
        ("src/demo/__init__.py", "1.3.0", "v1.3.0", "line 3"),
        ("src/demo/__init__.py", "Demo.", "Demo..", "line 1"),
        ("CHANGELOG.md", "- by hand\n", "- by hand \n", "line 9"),
        ("CHANGELOG.md", "- first\n", "- first\n\n", "line "),
        ("CHANGELOG.md", "- by hand\n", "- by hand\n- and more\n", "line 10"),
        ("CHANGELOG.md", "# Changelog\n", "# Changelog \n", "line 1"),
    ] {
        let before = ana.read(path);
        ana.edit(path, old, new);
        amend(ana);
        void(ana, &format!("{path} ({line}"));
        ana.put(path, before);
        amend(ana);
    }
    // As it was it is covered.
    ana.git(&["tag", "-f", "-a", "-m", "1.3.0", "v1.3.0"]);
    works(ana, &["sign", "--verify", "--version", "1.3.0", "--no-push"]);
}

#[test]
fn a_merge_that_takes_nothing() {
    let team = signed("merge");
    let ana = &team.ana;
    let release = super::id(ana, "HEAD");
    let tree = super::id(ana, "HEAD^{tree}");
    // Of the same history, of one that is from elsewhere, and one that drops somebody's work.
    let merge = |other: &str| {
        let args = ["commit-tree", &tree, "-p", &release, "-p", other, "-m", "Merge"];
        let made = ana.git(&args).trim().to_owned();
        ana.git(&["update-ref", "refs/heads/main", &made]);
    };
    merge("v1.2.0^{commit}");
    void(ana, "the merge ");
    let foreign = ana.git(&["commit-tree", "-m", "alone", &tree]).trim().to_owned();
    merge(&foreign);
    void(ana, "the merge ");
    ana.git(&["switch", "-q", "-c", "other", "v1.2.0"]);
    ana.put("evil.txt", "evil\n");
    ana.commit_all("feat: evil");
    ana.git(&["switch", "-q", "main"]);
    merge("other");
    void(ana, "the merge ");
    let list = works(ana, &["sign", "--list", "--version", "1.3.0", "--no-push"]);
    assert!(list.out.contains("evil.txt ("), "{list}");
    // The other way round: the side that was signed is merged into one that was not.
    let args = ["commit-tree", &tree, "-p", "other", "-p", &release, "-m", "Merge"];
    let made = ana.git(&args).trim().to_owned();
    ana.git(&["update-ref", "refs/heads/main", &made]);
    void(ana, "evil.txt (");
}

#[test]
fn a_version_file_that_the_candidate_did_not_declare() {
    let team = signed("declared");
    let ana = &team.ana;
    // The release itself widens what it may do.
    let widened = "survives = [\"docs/**\", \"*.txt\", \"gonogo.toml\"]";
    ana.edit("gonogo.toml", "survives = [\"docs/**\"]", widened);
    ana.edit("a.txt", "three", "evil");
    amend(ana);
    let says = "gonogo.toml";
    ana.git(&["tag", "-f", "-a", "-m", "1.3.0", "v1.3.0"]);
    let said = ana.gonogo(&["sign", "--verify", "--version", "1.3.0", "--no-push"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(format!("{}{}", said.out, said.err).contains(says), "{said}");
}

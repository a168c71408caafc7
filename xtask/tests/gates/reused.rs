//! A gate that was green on the same files is not repeated.

use super::support::Place;
use super::{asked, check, gate, lines, outside, with};

/// A gate that leaves a mark each time it runs.
fn marked(name: &str, more: &str) -> (Place, String) {
    let place = with(name, "");
    let mark = outside(&place, "mark");
    place.put("gonogo.toml", format!("[gates]\nt = {{ shell = 'echo x >> {mark}'{more} }}\n"));
    place.commit_all("gates");
    (place, mark)
}

#[test]
fn green_is_believed_on_the_same_files_only() {
    let (place, mark) = marked("believed", "");
    let runs = |args: &[&str], expected: usize| {
        let data = asked(&place, 0, args);
        assert_eq!(lines(&mark).len(), expected, "{args:?}: {data:#}");
        gate(&data, "t")["reused"].as_bool().expect("a flag")
    };
    assert!(!runs(&["t"], 1));
    assert!(runs(&["t"], 1));
    assert!(!runs(&["t", "--fresh"], 2));
    assert!(runs(&["t"], 2));
    // Another work tree: an edit, an untracked file.
    place.put("a.txt", "edited\n");
    assert!(!runs(&["t"], 3));
    assert!(runs(&["t"], 3));
    // The same files, committed.
    place.commit_all("edited");
    assert!(runs(&["t"], 3));
    place.put("untracked.txt", "one\n");
    assert!(!runs(&["t"], 4));
    place.put("untracked.txt", "two\n");
    assert!(!runs(&["t"], 5));
    std::fs::remove_file(place.top.join("untracked.txt")).unwrap();
    assert!(runs(&["t"], 5));
    // What git ignores is no part of it.
    place.put(".git/info/exclude", "ignored\n");
    place.put("ignored", "x");
    assert!(runs(&["t"], 5));
    let said = check(&place, 0, &["t"]);
    assert!(said.out.contains("green on this tree, "), "{said}");
}

#[test]
fn another_command_or_environment_is_another_gate() {
    let (place, mark) = marked("another", "");
    asked(&place, 0, &["t"]);
    // Not committed, so the tree would be another one anyway: the old bytes are put back below.
    let toml = place.read("gonogo.toml");
    place.put("gonogo.toml", toml.replace(" }\n", ", env = { A = '1' } }\n"));
    asked(&place, 0, &["t"]);
    place.put("gonogo.toml", &toml);
    asked(&place, 0, &["t"]);
    assert_eq!(lines(&mark).len(), 2);
    let path = std::env::var("PATH").unwrap();
    asked(&place.clone().with("PATH", &format!("/elsewhere:{path}")), 0, &["t"]);
    assert_eq!(lines(&mark).len(), 3, "programs may be others");
    asked(&place.clone().with("VIRTUAL_ENV", "/venv"), 0, &["t"]);
    assert_eq!(lines(&mark).len(), 4);
}

#[test]
fn some_gates_are_never_believed() {
    for (name, more) in [("cache", ", cache = false"), ("network", " && : docker")] {
        let (place, mark) = marked(name, "");
        let toml = place.read("gonogo.toml");
        let toml = match more.starts_with(',') {
            true => toml.replace("' }", &format!("'{more} }}")),
            false => toml.replace("' }", &format!("{more}' }}")),
        };
        place.put("gonogo.toml", toml);
        asked(&place, 0, &["t"]);
        asked(&place, 0, &["t"]);
        assert_eq!(lines(&mark).len(), 2, "{name}");
    }
}

#[test]
fn red_is_never_believed() {
    let (place, mark) = marked("red", "");
    place.put("gonogo.toml", place.read("gonogo.toml").replace("' }", "; exit 1' }"));
    asked(&place, 1, &["t"]);
    asked(&place, 1, &["t"]);
    assert_eq!(lines(&mark).len(), 2);
}

#[test]
fn evidence_that_cannot_be_read_is_none() {
    let (place, mark) = marked("broken", "");
    asked(&place, 0, &["t"]);
    let folder = place.top.join(".git/gonogo/evidence");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read_to_string(&file).unwrap();
    for broken in ["", "{", "null", &whole.replace("\"exit\":0", "\"exit\":1"), &whole[..40]] {
        std::fs::write(&file, broken).unwrap();
        let before = lines(&mark).len();
        asked(&place, 0, &["t"]);
        assert_eq!(lines(&mark).len(), before + 1, "{broken}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no temporary files");
}

/// What a gate comes after may leave something for it.
#[test]
fn what_runs_again_makes_those_before_it_run_again() {
    let place = with("before", "");
    let mark = outside(&place, "mark");
    place.put(
        "gonogo.toml",
        format!(
            "[gates]\nmakes = {{ shell = 'echo makes >> {mark}' }}\n\
             other = {{ shell = 'echo other >> {mark}' }}\n\
             uses = {{ shell = 'echo uses >> {mark}', after = ['makes'], cache = false }}\n"
        ),
    );
    place.commit_all("gates");
    asked(&place, 0, &["makes", "other", "uses"]);
    assert_eq!(lines(&mark).len(), 3);
    asked(&place, 0, &["makes", "other", "uses"]);
    assert_eq!(lines(&mark)[3..], ["makes", "uses"]);
    asked(&place, 0, &["makes", "other"]);
    assert_eq!(lines(&mark).len(), 5);
}

/// Nothing of it stays in the repository, whatever the state of the files.
#[test]
fn finding_out_what_the_files_are_leaves_nothing() {
    let (place, _) = marked("leaves nothing", "");
    place.put("a.txt", "edited\n");
    place.put("odd name\n.txt", "x");
    place.git(&["add", "b.txt"]);
    let objects = place.git(&["count-objects", "-v"]);
    let before = place.state();
    asked(&place, 0, &["t"]);
    place.state().must_be(&before, "check");
    assert_eq!(place.git(&["count-objects", "-v"]), objects);
    let left = std::fs::read_dir(place.top.join(".git/gonogo/log/1")).unwrap().count();
    assert_eq!(left, 2, "a log and the record");
}

//! The commands of `[rollback]`, with what was recorded.

use super::support::terminal::typed;
use super::support::works;
use super::{commit, id, project, refuses};
use crate::support::{Place, remote::Remote};

const TOML: &str = "[record]\ndb = \"cat db.txt\"\n\n[rollback]\n\
    redeploy = [\"./deploy $GONOGO_PREVIOUS_VERSION\", \"./deploy $GONOGO_PREVIOUS_COMMIT\"]\n\
    database = \"./deploy db $GONOGO_PREVIOUS_DB\"\nverify = \"./deploy verify $GONOGO_VERSION\"\n";

const CONFIRM: &str = "lose data since 2026-01-02 02:04";

/// 1.3.0, released while the database was at 4a90; `deploy` writes down what it is told, and fails
/// while there is a file `broken`.
fn released(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name, TOML);
    place.put("db.txt", "4a90\n");
    place.script("deploy", "[ -e .git/broken ] && exit 7\necho \"$*\" >> .git/deployed");
    place.commit_all("feat: a feature");
    place.git(&["push", "-q"]);
    works(&place, &["release", "minor", "--yes"]);
    commit(&place, "db.txt", "7d3f\n", "feat: migrate");
    (place, remote)
}

fn deployed(place: &Place) -> Vec<String> {
    place.read(".git/deployed").lines().map(str::to_owned).collect()
}

#[test]
fn the_previous_release_comes_back_first() {
    let (place, _remote) = released("commands");
    let plan = works(&place, &["rollback", "--dry-run"]);
    assert!(plan.out.contains("db was 4a90") && plan.out.contains("DESTRUCTIVE"), "{plan}");
    assert!(plan.out.lines().all(|line| line.chars().count() <= 100), "{plan}");
    works(&place, &["rollback", "--yes"]);
    let previous = id(&place, "v1.2.0^{commit}");
    assert_eq!(deployed(&place), ["1.2.0".to_owned(), previous, "verify 1.3.0".to_owned()]);
    place.gonogo(&["undo"]).refused(3, &["not undone"]);
}

#[test]
fn data_is_lost_only_by_its_own_words() {
    let (place, _remote) = released("database");
    let args = ["rollback", "--yes", "--database"];
    refuses(&place, &args, 3, &["data would be lost", "--database-confirm", CONFIRM]);
    let wrong = [&args[..], &["--database-confirm", "yes"]].concat();
    refuses(&place, &wrong, 3, &["those are not the words"]);
    assert!(!place.exists(".git/deployed"), "nothing has begun");
    works(&place, &[&args[..], &["--database-confirm", CONFIRM]].concat());
    assert_eq!(deployed(&place)[2..], ["db 4a90", "verify 1.3.0"]);
}

#[test]
fn at_a_terminal_the_words_are_typed() {
    let (place, _remote) = released("typed");
    let args = ["rollback", "--database"];
    let Some(said) = typed(&place, "Start?=n\\n", &args) else { return };
    assert!(said.code == 0 && said.out.contains("Nothing was done."), "{said}");
    let said = typed(&place, "Start?=y\\n|go on:=y\\n", &args).expect("a terminal");
    assert!(said.code == 4 && said.out.contains("was not confirmed"), "{said}");
    assert_eq!(deployed(&place).len(), 2, "{said}");
    let answers = format!("go on:={CONFIRM}\\n");
    let said = typed(&place, &answers, &["resume"]).expect("a terminal");
    assert_eq!(said.code, 0, "{said}");
    assert_eq!(deployed(&place)[2..], ["db 4a90", "verify 1.3.0"]);
}

#[test]
fn what_failed_is_resumed_and_what_succeeded_is_not_repeated() {
    let (place, remote) = released("resumed");
    let main = remote.id("refs/heads/main");
    place.script("deploy", "echo \"$*\" >> .git/deployed\ncase $1 in 1.2.0) ;; *) exit 7;; esac");
    place.commit_all("ci: broken");
    place.git(&["push", "-q"]);
    let said = place.gonogo(&["rollback", "--yes"]).refused(4, &["redeploy failed: exit 7"]);
    assert!(said.err.contains("gonogo resume"), "{said}");
    assert_ne!(remote.id("refs/heads/main"), main);
    assert!(remote.id("refs/gonogo/rolledback/v1.3.0").is_none(), "git comes later");
    place.gonogo(&["release", "patch"]).refused(4, &["resume"]);
    // Mended, the rest of it runs; nothing of it is done twice.
    let previous = id(&place, "v1.2.0^{commit}");
    assert_eq!(deployed(&place), ["1.2.0", &previous]);
    place.script("deploy", "echo \"$*\" >> .git/deployed");
    let said = works(&place, &["resume", "--yes"]);
    assert!(said.out.contains("demo 1.3.0 is rolled back"), "{said}");
    assert_eq!(deployed(&place)[1..], [&*previous, &previous, "verify 1.3.0"]);
    assert!(remote.id("refs/gonogo/rolledback/v1.3.0").is_some());
}

#[test]
fn the_deployment_alone_needs_neither_version_nor_tag() {
    let place = Place::repository("deploy-only");
    place.put("gonogo.toml", TOML);
    place.script("deploy", "echo \"$*\" >> .git/deployed");
    place.commit_all("start");
    let before = place.state();
    let args = ["rollback", "--deploy-only", "--yes"];
    refuses(&place, &args, 2, &["$GONOGO_PREVIOUS_VERSION in [rollback] redeploy has no value"]);
    let toml = TOML.replace("$GONOGO_PREVIOUS_VERSION", "again");
    let toml = toml.replace("$GONOGO_PREVIOUS_COMMIT", "more").replace("$GONOGO_VERSION", "it");
    place.put("gonogo.toml", toml);
    place.commit_all("ci: no versions");
    let args = ["rollback", "--deploy-only", "--yes", "--database"];
    let lacks = ["$GONOGO_PREVIOUS_DB", "No release was recorded", "--value db=TEXT"];
    refuses(&place, &args, 2, &lacks);
    let args = [&args[..], &["--value", "db=4a90"]].concat();
    let words = "lose data since then";
    let words = match place.gonogo(&args).err {
        said if said.contains(words) => words,
        _ => "lose data",
    };
    let head = place.git(&["rev-parse", "HEAD"]);
    works(&place, &[&args[..], &["--database-confirm", words]].concat());
    assert_eq!(deployed(&place), ["again", "more", "db 4a90", "verify it"]);
    assert_eq!(place.git(&["rev-parse", "HEAD"]), head);
    drop(before);
}

#[test]
fn what_no_record_says_stops_before_anything_begins() {
    let (place, _remote) = project("lacks", TOML);
    commit(&place, "x.txt", "x", "feat: x");
    works(&place, &["release", "minor", "--yes"]);
    let lacks = ["$GONOGO_PREVIOUS_DB", "The record of v1.3.0 has no db", "--value db=TEXT"];
    refuses(&place, &["rollback", "--yes", "--database"], 2, &lacks);
    refuses(&place, &["rollback", "--value", "x=1"], 2, &["[record] has no x", "It has db."]);
}

#[test]
fn without_a_release_before_there_is_nothing_to_deploy() {
    let place = Place::repository("first").with("SOURCE_DATE_EPOCH", "1767319445");
    place.python_files();
    place.put("gonogo.toml", "[rollback]\nredeploy = \"./deploy $GONOGO_PREVIOUS_TAG\"\n");
    place.commit_all("start");
    let _remote = Remote::origin(&place);
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.git(&["push", "-q", "origin", "v1.2.0"]);
    let said = works(&place, &["rollback", "--yes"]);
    assert!(said.err.contains("there is no release before it"), "{said}");
    assert!(said.err.contains("redeploy   impossible"), "{said}");
}

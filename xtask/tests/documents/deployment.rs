//! A deployment without versions: no bump, no tag, no changelog; going back is a restart, and the
//! database only when somebody types it.

use super::support::remote::Remote;
use super::support::{Place, works};

const TOML: &str = r#"
[gates]
tests = "true"

[record]
db = "cat db/revision"

[rollback]
redeploy = "scripts/restart studio"
database = "scripts/downgrade $GONOGO_PREVIOUS_DB"
verify = "scripts/health"
"#;

fn project(name: &str) -> (Place, Remote) {
    let place = Place::repository(name);
    place.put("app.py", "print('studio')\n");
    place.put("gonogo.toml", TOML);
    place.put("db/revision", "7d3f\n");
    for script in ["restart", "downgrade", "health"] {
        place.script(&format!("scripts/{script}"), "echo \"${0##*/} $*\" >> .git/ran");
    }
    place.commit_all("start");
    let remote = Remote::origin(&place);
    (place, remote)
}

#[test]
fn it_goes_back_without_git() {
    let (place, remote) = project("deployment");
    let (refs, there) = (place.git(&["for-each-ref", "refs/heads", "refs/tags"]), remote.state());
    works(&place, &["rollback", "--deploy-only", "--yes"]);
    assert_eq!(place.read(".git/ran"), "restart studio\nhealth \n");
    assert_eq!(place.git(&["for-each-ref", "refs/heads", "refs/tags"]), refs);
    remote.state().must_be(&there, "git is untouched");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_check_that_is_red_leaves_it_open() {
    let (place, _remote) = project("red");
    place.script("scripts/health", "test -f .git/healthy");
    place.commit_all("chore: health");
    place.gonogo(&["rollback", "--deploy-only", "--yes"]).refused(4, &["verify", "resume"]);
    place.put(".git/healthy", "");
    works(&place, &["resume", "--yes"]);
    assert_eq!(place.read(".git/ran"), "restart studio\n", "it is not restarted twice");
}

#[test]
fn the_database_needs_a_value_and_somebody_who_types_it() {
    let (place, _remote) = project("deployment-database");
    let args = ["rollback", "--deploy-only", "--database", "--yes"];
    place.gonogo(&args).refused(2, &["GONOGO_PREVIOUS_DB"]);
    let args = [&args[..], &["--value", "DB=4a90"]].concat();
    place.gonogo(&args).refused(3, &["--database-confirm"]);
    assert!(!place.exists(".git/ran"), "nothing has run");
}

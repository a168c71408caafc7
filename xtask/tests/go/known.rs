//! What a release that went the usual way comes to.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use super::support::{Place, refuses, said, skipped, works};
use super::{GATES, PEOPLE, RECORD, WAIVED, clone, go, json, no_go, only, project, released};

const SIGNED: &str = "signed by Ada Example (Release Manager), Bo (QA Lead)\n";

/// What is the user's own: branches and tags.
fn refs(place: &Place) -> String {
    place.git(&["for-each-ref", "refs/heads", "refs/tags", "refs/remotes"])
}

#[test]
fn it_is_a_go_in_every_clone() {
    let (place, remote) = released("go");
    let ci = clone(&place, &remote, "ci", &[]);
    let before = refs(&ci);
    let words = ["! gate audit waived: the network is down\n", "GO for demo 1.3.0: ", SIGNED];
    let said = go(&ci, &[], &words);
    assert!(said.out.contains(" green, 1 waived, ") && said.err.is_empty(), "{said}");
    assert!(said.out.ends_with("next: gonogo log v1.3.0\n"), "{said}");
    assert_eq!(refs(&ci), before);
    go(&ci, &["--no-fetch"], &words);
    go(&place, &[], &words);
    let data = json(&go(&ci, &["--json"], &[]));
    assert_eq!((&data["verdict"], &data["red"]), (&"go".into(), &false.into()), "{data}");
    let waiver = serde_json::json!({ "what": "gate audit", "reason": "the network is down" });
    assert_eq!(data["waivers"], serde_json::json!([waiver]), "{data}");
    assert_eq!(data["record"], remote.id(RECORD).expect("a record").as_str(), "{data}");

    // What has to lie between a sign-off and the release is not in a shallow clone.
    let depth = clone(&place, &remote, "depth", &["--depth", "1", "--branch", "v1.3.0"]);
    let role = "it cannot be proved what was signed: this clone is shallow";
    let found = no_go(&depth, &[]);
    assert_eq!(found.iter().filter(|one| one.contains(role)).count(), 2, "{found:#?}");
    let said = depth.gonogo(&["tag", "verify", "--go"]);
    let deepen = "git fetch --unshallow --tags origin";
    assert!(said.out.ends_with(&format!("next: {deepen}\n")), "{said}");
    depth.git(&deepen.split(' ').skip(1).collect::<Vec<_>>());
    go(&depth, &[], &words);
}

#[test]
fn without_sign_offs_a_shallow_clone_is_enough() {
    let (place, remote) = project("shallow", GATES);
    works(&place, &[&["release", "minor", "--yes"], &WAIVED[..]].concat());
    let depth = clone(&place, &remote, "depth", &["--depth", "1", "--branch", "v1.3.0"]);
    go(&depth, &[], &["GO for demo 1.3.0: ", "1 waived\n"]);
    // actions/checkout makes the tag a lightweight one.
    depth.git(&["update-ref", "refs/tags/v1.3.0", "v1.3.0^{commit}"]);
    let expected = ["tag: v1.3.0 is lightweight here", "record: it is about the tag object"];
    only(&no_go(&depth, &[]), &expected);
    let said = depth.gonogo(&["tag", "verify", "--go"]);
    let next = said.out.lines().last().and_then(|line| line.strip_prefix("next: git "));
    depth.git(&next.expect("a command").split(' ').collect::<Vec<_>>());
    go(&depth, &[], &["GO for demo 1.3.0: "]);
}

#[test]
fn a_hotfix_is_judged_as_one() {
    let toml = format!("{GATES}{PEOPLE}\n[profile.hotfix]\nsignoffs = []\nwithout = [\"audit\"]\n");
    let (place, remote) = project("hotfix", &toml);
    works(&place, &["hotfix", "1.2.1", "--yes"]);
    place.edit("a.txt", "one", "two");
    place.commit_all("fix: a thing");
    works(&place, &["hotfix", "finish", "--yes", "--waive", "checklist:all", "--reason", "urgent"]);
    let ci = clone(&place, &remote, "ci", &[]);
    let said = works(&ci, &["tag", "verify", "v1.2.1", "--go"]);
    assert!(said.out.contains("! checklist:all waived: urgent\nGO for demo 1.2.1: "), "{said}");
}

#[test]
fn what_an_earlier_check_proved_for_a_box_is_kept() {
    let bound = format!("{GATES}{PEOPLE}\"Sign-off\" = \"gate:env\"\n");
    let toml = bound.replace("\"Sign-off\" = \"role:QA Lead\"\n", "");
    let (place, remote) =
        project("proved", &toml.replace("\"QA Lead\" = [\"bo@example.com\"]\n", ""));
    works(&place, &["sign", "--yes"]);
    let release = [&["release", "minor", "--yes"], &WAIVED[..]].concat();
    place.gonogo(&release).refused(1, &["1 box open: gate env, not asked on these files"]);
    works(&place, &["check", "env"]);
    works(&place, &release);
    let ci = clone(&place, &remote, "ci", &[]);
    go(&ci, &[], &["GO for demo 1.3.0: "]);
}

/// Whether the command gates of the record were green before and not repeated.
fn reused(place: &Place) -> Vec<bool> {
    let record = place.git(&["cat-file", "blob", RECORD]);
    let record: serde_json::Value = serde_json::from_str(&record).expect("a record");
    let gates = record["gates"].as_array().expect("gates").iter();
    let commands = gates.filter(|gate| !gate["command"].is_null());
    commands.map(|gate| gate["reused"].as_bool().expect("yes or no")).collect()
}

#[test]
fn a_release_that_landed_by_a_pull_request_has_its_evidence() {
    let toml = "[gates]\ntests = \"true\"\nlint = \"true\"\nenv = true\nhooks = true\n\n\
                [branches]\nprotected = [\"main\"]\n";
    for (name, finishes, again) in [("pull-here", "repo", false), ("pull-other", "other", true)] {
        let (place, remote) = project(name, toml);
        works(&place, &["release", "minor", "--yes"]);
        let other = clone(&place, &remote, "other", &[]);
        other.git(&["merge", "-q", "--no-ff", "-m", "Merge", "origin/release/v1.3.0"]);
        other.git(&["push", "-q"]);
        let finisher = place.at(place.root.join(finishes));
        works(&finisher, &["release", "finish", "--yes"]);
        assert_eq!(reused(&finisher), [!again; 2], "{name}");
        let ci = clone(&place, &remote, "ci", &[]);
        // Without a work tree that was changed, without a commit here, without variables.
        go(&ci, &[], &["GO for demo 1.3.0: 7 gates green, 3 skipped\n"]);
    }
}

#[test]
fn a_record_that_arrives_late_is_waited_for() {
    let (place, remote) = released("late");
    let record = remote.id(RECORD).expect("a record");
    remote.place.git(&["update-ref", "-d", RECORD]);
    let ci = clone(&place, &remote, "ci", &[]);
    let unknown = ["record: origin has none of v1.3.0: it was tagged by hand"];
    only(&no_go(&ci, &[]), &[unknown[0], "docs/RELEASE.md: 1 box open: gate tests"]);

    let mut command = ci.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(["tag", "verify", "v1.3.0", "--go", "--wait", "60"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it");
    let mut line = String::new();
    let mut err = BufReader::new(child.stderr.take().expect("stderr"));
    err.read_line(&mut line).expect("a line");
    assert_eq!(line, "origin has no record of v1.3.0 yet; it is asked again for 60 s\n");
    remote.place.git(&["update-ref", RECORD, &record]);
    let mut rest = String::new();
    err.read_to_string(&mut rest).expect("the rest");
    let out = said(&child.wait_with_output().expect("it ends"));
    assert_eq!((out.code, rest.as_str()), (0, ""), "{out}");
    assert!(out.out.contains("GO for demo 1.3.0: "), "{out}");
}

#[test]
fn a_remote_that_takes_only_branches_and_tags() {
    let toml = "[gates]\ntests = \"true\"\n\n[signoff.roles]\nLead = [\"ada@example.com\"]\n";
    let (place, remote) = project("plain", toml);
    remote.only_branches_and_tags();
    place.gonogo(&["sign", "--yes"]);
    works(&place, &["release", "minor", "--yes"]);
    go(&place, &["--wait", "0"], &["signed by Ada Example (Lead)\n"]);
    let ci = clone(&place, &remote, "ci", &[]);
    let claim = "sign-off Lead: that of Ada Example is void: only the tag claims it, and it is not";
    only(&no_go(&ci, &[]), &["record: origin has none of v1.3.0", claim]);
}

#[test]
fn what_a_signed_tag_claims_is_believed() {
    let toml = "[gates]\ntests = \"true\"\n\n[tag]\nsign = true\n\n\
                [signoff.roles]\nLead = [\"ada@example.com\"]\n";
    let (place, remote) = project("claimed", toml);
    let (key, signers) = (place.root.join("key"), place.root.join("signers"));
    let (key, signers) = (key.to_str().expect("UTF-8"), signers.to_str().expect("UTF-8"));
    let made = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key];
    if place.run("ssh-keygen", &made).code != 0 {
        return skipped("ssh-keygen makes no key");
    }
    let public = std::fs::read_to_string(format!("{key}.pub")).expect("public");
    std::fs::write(signers, format!("ada@example.com {public}")).expect("signers");
    place.git(&["config", "--global", "gpg.format", "ssh"]);
    place.git(&["config", "--global", "user.signingKey", key]);
    place.git(&["config", "--global", "gpg.ssh.allowedSignersFile", signers]);
    works(&place, &["sign", "--yes"]);
    works(&place, &["release", "minor", "--yes"]);
    let sign_off =
        remote.place.git(&["for-each-ref", "--format=%(refname)", "refs/gonogo/signoff"]);
    remote.place.git(&["update-ref", "-d", sign_off.trim()]);
    let ci = clone(&place, &remote, "ci", &[]);
    go(&ci, &[], &["signed by Ada Example (Lead)\n"]);
    place.git(&["config", "--global", "gpg.ssh.allowedSignersFile", "/dev/null"]);
    let found = no_go(&ci, &[]).join("\n");
    assert!(found.contains("only the tag claims it, and its signature could not be"), "{found}");
}

#[test]
fn a_remote_that_does_not_answer_is_no_verdict() {
    let (place, remote) = released("silent");
    let ci = clone(&place, &remote, "ci", &[]);
    go(&ci, &[], &[]);
    ci.git(&["remote", "set-url", "origin", "/no/such/place"]);
    let words = ["could not be asked", "tag verify v1.3.0 --go --no-fetch"];
    refuses(&ci, &["tag", "verify", "v1.3.0", "--go"], 5, &words);
    go(&ci, &["--no-fetch"], &["GO for demo 1.3.0: "]);
    refuses(&ci, &["tag", "verify", "v9.9.9", "--go"], 1, &["there is no tag v9.9.9 here"]);
}

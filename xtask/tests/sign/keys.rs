//! Signatures with ssh keys, and who may vouch for whom.

use std::path::PathBuf;

use super::support::{Place, refuses, works};
use super::{ALL_SIGNED, ROLES, Team, states, team};

/// A key of its own for everybody, in `root/key`; the team's list of signers knows these.
fn keyed(name: &str, settings: &str, known: &[(&str, &str)]) -> Team {
    let team = team(name, settings);
    let mut signers = String::new();
    for (place, who) in [(&team.ana, "ana"), (&team.bo, "bo"), (&team.cy, "cy")] {
        let key = key(place);
        let text = key.to_str().expect("UTF-8");
        place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", text]).ok();
        place.git(&["config", "--global", "gpg.format", "ssh"]);
        place.git(&["config", "--global", "user.signingKey", text]);
        let public = std::fs::read_to_string(key.with_extension("pub")).expect("public");
        let names = known.iter().filter(|(own, _)| *own == who);
        signers.extend(names.map(|(_, principal)| format!("{principal} {public}")));
    }
    for place in [&team.ana, &team.bo, &team.cy] {
        let list = place.root.join("signers");
        std::fs::write(&list, &signers).expect("signers");
        let list = list.to_str().expect("UTF-8");
        place.git(&["config", "--global", "gpg.ssh.allowedSignersFile", list]);
    }
    team
}

fn key(place: &Place) -> PathBuf {
    place.root.join("key")
}

fn signed() -> String {
    ROLES.replace("[signoff]\n", "[signoff]\nsigned = true\n")
}

const EVERYBODY: [(&str, &str); 3] =
    [("ana", "ana@example.com"), ("bo", "*@example.com"), ("cy", "cy@example.com,cy@x.org")];

#[test]
fn signed_with_keys_that_are_known() {
    let team = keyed("known", &signed(), &EVERYBODY);
    let said = works(&team.ana, &["sign", "--yes"]);
    assert!(said.out.contains("signed with your key, pushed to origin"), "{said}");
    works(&team.bo, &["sign", "--yes"]);
    works(&team.cy, &["sign", "--yes"]);
    for place in [&team.ana, &team.bo, &team.cy] {
        assert_eq!(states(place), ALL_SIGNED);
    }
    let list = works(&team.bo, &["sign", "--list"]);
    assert_eq!(list.out.matches("good signature").count(), 3, "{list}");
    // Where nothing here can check them they do not count, since signatures are asked for.
    team.bo.git(&["config", "--global", "--unset", "gpg.ssh.allowedSignersFile"]);
    let said = team.bo.gonogo(&["sign", "--verify"]);
    assert_eq!(said.code, 1, "{said}");
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("its signature cannot be checked here"), "{said}");
}

#[test]
fn a_key_that_nobody_knows_or_that_is_somebody_elses() {
    let known = [("ana", "ana@example.com"), ("cy", "ana@example.com")];
    let team = keyed("unknown", ROLES, &known);
    for place in [&team.ana, &team.bo, &team.cy] {
        works(place, &["sign", "--yes"]);
    }
    assert_eq!(states(&team.ana), "Release Manager signed, QA Lead void, Security Lead void");
    let list = works(&team.ana, &["sign", "--list"]);
    assert!(list.out.contains("its key is not trusted here"), "{list}");
    assert!(list.out.contains("it is signed with the key of ana@example.com"), "{list}");
}

#[test]
fn without_a_list_of_signers_an_unasked_signature_is_none() {
    let team = keyed("unlisted", ROLES, &EVERYBODY);
    team.sign();
    team.bo.git(&["config", "--global", "--unset", "gpg.ssh.allowedSignersFile"]);
    assert_eq!(states(&team.bo), ALL_SIGNED);
    let list = works(&team.bo, &["sign", "--list"]);
    assert_eq!(list.out.matches("signature not checked").count(), 3, "{list}");
}

#[test]
fn signatures_that_are_asked_for_have_to_be_there() {
    let team = keyed("asked", &signed(), &EVERYBODY);
    team.ana.git(&["config", "--global", "--unset", "user.signingKey"]);
    works(&team.ana, &["sign", "--list"]);
    let why = ["sign-offs are to be signed ([signoff] signed), and signing fails"];
    refuses(&team.ana, &["sign", "--yes"], 5, &why);
    // One that was made without, elsewhere, does not count.
    let plain = super::team("asked-plain", ROLES);
    let _ = plain;
    team.bo.git(&["config", "--global", "--unset", "user.signingKey"]);
    let candidate = super::id(&team.bo, "origin/main");
    let tree = super::id(&team.bo, "origin/main^{tree}");
    let message = format!(
        "QA Lead: GO for demo 1.3.0\n\nYes.\n\nSignoff-Format: 1\nRole: QA Lead\nProject: demo\n\
         Version: 1.3.0\nTag: v1.3.0\nCandidate: {candidate}\nTree: {tree}\n"
    );
    let name = "gonogo/signoff/v1.3.0/qa-lead/0123456789abcdef";
    let head = format!("object {candidate}\ntype commit\ntag {name}\n");
    let object = format!("{head}tagger Bo <bo@example.com> 1 +0000\n\n{message}");
    let path = team.bo.root.join("object");
    std::fs::write(&path, object).expect("object");
    let path = path.to_str().expect("UTF-8");
    let made = team.bo.git(&["hash-object", "-t", "tag", "-w", path]);
    team.bo.git(&["push", "-q", "origin", &format!("{}:refs/{name}", made.trim())]);
    // Its name is no digest of what it says.
    let list = works(&team.ana, &["sign", "--list"]);
    assert!(list.out.contains("what it says is not what its name says"), "{list}");
}

#[test]
fn a_signed_object_that_was_changed_is_bad() {
    let team = keyed("changed", ROLES, &EVERYBODY);
    works(&team.ana, &["sign", "--yes"]);
    let ana = &team.ana;
    let name = ana.git(&["for-each-ref", "--format=%(refname)", "refs/gonogo/signoff/"]);
    let object = ana.git(&["cat-file", "tag", name.trim()]);
    // What the digest in its name is about stays; a fact that no one asks for comes in.
    let changed = object.replace("Tree: ", "Later: yes\nTree: ");
    let path = ana.root.join("object");
    std::fs::write(&path, changed).expect("object");
    let made = ana.git(&["hash-object", "-t", "tag", "-w", path.to_str().expect("UTF-8")]);
    ana.git(&["update-ref", name.trim(), made.trim()]);
    ana.git(&["push", "-q", "--force", "origin", &format!("+{0}:{0}", name.trim())]);
    assert_eq!(states(&team.bo), "Release Manager void, QA Lead open, Security Lead open");
    let list = works(&team.bo, &["sign", "--list"]);
    assert!(list.out.contains("its signature is bad"), "{list}");
}

/// Ends the agent that gpg starts.
struct Agent<'p>(&'p Place);

impl Drop for Agent<'_> {
    fn drop(&mut self) {
        self.0.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}

#[test]
fn gpg_vouches_as_far_as_it_is_configured() {
    let team = team("gpg", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    if ana.command("gpg").arg("--version").output().is_err() {
        super::support::skipped("gpg is not here");
        return;
    }
    let (_ana, _bo) = (Agent(ana), Agent(bo));
    let make = ["--quick-gen-key", "Ana <ana@example.com>", "ed25519", "sign"];
    let quiet = ["-q", "--batch", "--passphrase", ""];
    ana.run("gpg", &[&quiet[..], &make].concat()).ok();
    ana.git(&["config", "--global", "user.signingKey", "ana@example.com"]);
    let said = works(ana, &["sign", "--yes"]);
    assert!(said.out.contains("signed with your key"), "{said}");
    let public = ana.root.join("ana.asc");
    let text = public.to_str().expect("UTF-8");
    ana.run("gpg", &["-q", "--armor", "--output", text, "--export", "ana@example.com"]).ok();
    let list = works(bo, &["sign", "--list"]);
    assert!(list.out.contains("signature not checked"), "{list}");
    bo.run("gpg", &["-q", "--batch", "--import", text]).ok();
    let list = works(bo, &["sign", "--list"]);
    assert!(
        list.out.contains("✓ Release Manager") && list.out.contains("good signature"),
        "{list}"
    );
    bo.git(&["config", "gpg.minTrustLevel", "fully"]);
    let list = works(bo, &["sign", "--list"]);
    assert!(list.out.contains("void: its key is not trusted here: gpg: Good signature"), "{list}");
}

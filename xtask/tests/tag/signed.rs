//! Signatures: made by git as it is configured, with a failure that changes nothing.

use super::support::remote::Remote;
use super::support::{refuses, undone, works};
use super::{TAG, bump, exists, id, key, new_key, ready, signing};

#[test]
fn it_is_signed_like_gits_own() {
    let (ours, theirs) = (ready("signed"), ready("signed-by-hand"));
    signing(&ours, &key());
    signing(&theirs, &key());
    let before = ours.state();
    let said = works(&ours, &["tag"]);
    assert!(said.out.contains("annotated, signed: Release 1.3.0"), "{said}");
    theirs.git(&["tag", "-a", "-m", "Release 1.3.0", "v1.3.0"]);
    // Signatures of this kind of key are deterministic.
    assert_eq!(id(&ours, TAG), id(&theirs, TAG));
    let verified = ours.run("git", &["verify-tag", "v1.3.0"]).ok();
    assert!(verified.err.contains("Good \"git\" signature for ada@example.com"), "{verified}");
    assert!(!ours.exists(".git/TAG_EDITMSG"));
    undone(&ours, &before);
}

#[test]
fn the_configuration_of_the_project_comes_first() {
    let place = ready("sign-off");
    signing(&place, &key());
    place.put("gonogo.toml", "[tag]\nsign = false\n");
    place.commit_all("not signed");
    let said = works(&place, &["tag"]);
    assert!(said.out.contains("annotated, not signed"), "{said}");
    works(&place, &["undo"]);
    place.put("gonogo.toml", "[tag]\nsign = true\n");
    place.commit_all("signed");
    place.git(&["config", "--global", "tag.gpgSign", "false"]);
    let said = works(&place, &["tag"]);
    assert!(said.out.contains("annotated, signed"), "{said}");
    place.git(&["verify-tag", "v1.3.0"]);
}

#[test]
fn a_key_that_is_missing_changes_nothing() {
    let place = ready("missing");
    signing(&place, &place.root.join("no-such-key"));
    let why = ["tags are to be signed (tag.gpgSign), and signing fails", "git config"];
    refuses(&place, &["tag"], 5, &why);
    assert!(place.operations().is_empty() && !place.exists(".git/TAG_EDITMSG"));
    refuses(&place, &["tag", "--dry-run"], 5, &why);
    place.put("gonogo.toml", "[tag]\nsign = true\n");
    place.commit_all("signed");
    refuses(&place, &["tag"], 5, &["tags are to be signed ([tag] sign), and signing fails"]);
}

#[test]
fn what_is_not_signed_is_not_pushed_where_it_should_be() {
    let place = ready("unsigned-push");
    let origin = Remote::origin(&place);
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    signing(&place, &key());
    let why = ["v1.3.0 is there already, and not signed", "tag.gpgSign asks for a signature."];
    refuses(&place, &["tag", "--push", "--yes"], 3, &why);
    place.git(&["tag", "-d", "v1.3.0"]);
    works(&place, &["tag", "--push", "--yes"]);
    assert_eq!(origin.id(TAG), Some(id(&place, TAG)));
}

#[test]
fn verify_tells_signatures_apart() {
    let place = ready("verify-signed");
    signing(&place, &key());
    works(&place, &["tag"]);
    let good = works(&place, &["tag", "verify"]);
    assert!(good.out.contains("✓ signature  Good \"git\" signature for ada@example.com"), "{good}");

    // Signed by somebody nobody knows: no failure unless signatures are asked for.
    let stranger = ready("verify-stranger");
    signing(&stranger, &new_key("stranger"));
    works(&stranger, &["tag"]);
    let said = works(&stranger, &["tag", "verify"]);
    assert!(said.out.contains("! signature  could not be verified here"), "{said}");
    stranger.put("gonogo.toml", "[tag]\nsign = true\n");
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        stranger.edit(path, "1.3.0", "1.4.0");
    }
    stranger.commit_all("1.4.0");
    works(&stranger, &["tag"]);
    let said = stranger.gonogo(&["tag", "verify"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("✗ signature  could not be verified here"), "{said}");

    // The signature of another tag.
    let object = place.git(&["cat-file", "tag", "v1.3.0"]).replace("Release 1.3.0", "Other");
    std::fs::write(place.root.join("object"), object).expect("object");
    let path = place.root.join("object");
    let made = place.git(&["hash-object", "-t", "tag", "-w", path.to_str().expect("UTF-8")]);
    place.git(&["update-ref", TAG, made.trim()]);
    let said = place.gonogo(&["tag", "verify"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("✗ signature  the signature is bad"), "{said}");
}

#[test]
fn verify_wants_a_signature_where_the_project_does() {
    let place = super::support::Place::python("verify-wanted");
    place.put("gonogo.toml", "[tag]\nsign = true\n");
    bump(&place);
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    let said = place.gonogo(&["tag", "verify"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("✗ signature  not signed, and [tag] sign asks for it"), "{said}");
    let here = ready("verify-here");
    works(&here, &["tag"]);
    signing(&here, &key());
    let said = works(&here, &["tag", "verify"]);
    assert!(said.out.contains("! signature  not signed, and tag.gpgSign is set here"), "{said}");
    assert!(exists(&here, TAG));
}

//! The push: what goes with the tag, what the remote may not have, what cannot be taken back.

use super::support::clones::Clones;
use super::support::remote::{Dies, Remote};
use super::support::{Place, Said, refuses, undone, works};
use super::{MAIN, TAG, bump, exists, id, ready};

const PUSH: [&str; 3] = ["tag", "--push", "--yes"];

/// A project whose remote has 1.2.0; 1.3.0 is committed here.
fn remote(name: &str) -> (Place, Remote) {
    let place = Place::python(name);
    let origin = Remote::origin(&place);
    bump(&place);
    (place, origin)
}

/// Branches and tags are the same on both sides.
#[track_caller]
fn arrived(place: &Place, origin: &Remote, said: &Said) {
    for name in [MAIN, TAG] {
        assert_eq!(origin.id(name), Some(id(place, name)), "{name}: {said}");
    }
}

#[test]
fn the_branch_goes_with_the_tag() {
    let (place, origin) = remote("together");
    let before = (place.state(), origin.state());
    let dry = works(&place, &["tag", "--push", "--dry-run"]);
    let commit = &id(&place, "HEAD")[..7];
    let command = format!("git push --atomic origin {commit}:{MAIN} {TAG}\n");
    assert!(dry.out.contains(&command), "{dry}");
    // Nobody can be asked.
    let why = ["a push cannot be taken back", "next: gonogo tag --push --yes"];
    refuses(&place, &["tag", "--push"], 2, &why);
    place.state().must_be(&before.0, "nothing was asked");
    origin.state().must_be(&before.1, "nothing was pushed");

    let said = works(&place, &PUSH);
    arrived(&place, &origin, &said);
    assert!(said.out.ends_with("next: gonogo tag verify v1.3.0 --remote\n"), "{said}");
    refuses(&place, &["undo"], 3, &["was pushed to origin, so it is not undone"]);
    // Again it is done, without a question.
    let again = works(&place, &["tag", "--push"]);
    assert!(again.out.contains("at the same commit, and on origin: done."), "{again}");
    works(&place, &["tag", "verify", "v1.3.0", "--remote"]);
}

#[test]
fn the_tag_goes_alone_where_the_commit_is_there() {
    let (place, origin) = remote("alone");
    place.git(&["push", "-q", "origin", "main"]);
    place.git(&["commit", "-q", "--allow-empty", "-m", "not there"]);
    let before = origin.state();
    let said = works(&place, &["tag", "--push", "--yes", "--at", "HEAD~1"]);
    assert_eq!(origin.state().changed(&before), [TAG], "{said}");
    // On a detached HEAD, too, and after others have gone on.
    let (place, origin) = remote("alone-detached");
    place.git(&["push", "-q", "origin", "main"]);
    place.git(&["switch", "-q", "--detach"]);
    let other = Clones::of(origin.url(), "alone-other", 1).0.remove(0);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    other.git(&["push", "-q", "origin", "main"]);
    let before = origin.state();
    let said = works(&place, &PUSH);
    assert_eq!(origin.state().changed(&before), [TAG], "{said}");
}

#[test]
fn what_was_tagged_before_is_pushed() {
    for how in [&["tag", "-a", "-m", "by hand", "v1.3.0"][..], &["tag", "v1.3.0"]] {
        let (place, origin) = remote(&format!("before-{}", how.len()));
        place.git(how);
        let tag = id(&place, TAG);
        let said = works(&place, &PUSH);
        arrived(&place, &origin, &said);
        assert_eq!(id(&place, TAG), tag);
    }
    // What the remote has and this clone has not is taken from there.
    let (place, origin) = remote("before-theirs");
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    place.git(&["push", "-q", "origin", "main", "v1.3.0"]);
    let tag = id(&place, TAG);
    place.git(&["tag", "-d", "v1.3.0"]);
    let said = works(&place, &["tag", "--push"]);
    assert!(said.out.contains("and on origin: done."), "{said}");
    assert_eq!((id(&place, TAG), origin.id(TAG)), (tag.clone(), Some(tag)));
}

#[test]
fn another_tag_on_the_remote_stops_it() {
    let (place, origin) = remote("another");
    let other = Clones::of(origin.url(), "another-other", 1).0.remove(0);
    bump(&other);
    other.git(&["tag", "-a", "-m", "theirs", "v1.3.0"]);
    other.git(&["push", "-q", "origin", "v1.3.0"]);
    let theirs = origin.state();
    place.git(&["tag", "-a", "-m", "ours", "v1.3.0"]);
    let ours = place.state();
    let why = ["origin has another tag v1.3.0", "a tag is never moved", "git fetch origin tag"];
    refuses(&place, &PUSH, 3, &why);
    place.state().must_be(&ours, "nothing was done");
    origin.state().must_be(&theirs, "nothing was pushed");
    // Without one here theirs comes with the fetch, and it is on another commit.
    place.git(&["tag", "-d", "v1.3.0"]);
    place.git(&["commit", "-q", "--amend", "-m", "another"]);
    place.gonogo(&PUSH).refused(3, &["v1.3.0"]);
    origin.state().must_be(&theirs, "nothing was pushed");
}

#[test]
fn nothing_of_others_is_taken_away() {
    let (place, origin) = remote("apart");
    let other = Clones::of(origin.url(), "apart-other", 1).0.remove(0);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    other.git(&["push", "-q", "origin", "main"]);
    let theirs = origin.state();
    place.git(&["fetch", "-q"]);
    refuses(&place, &PUSH, 3, &["main and main of origin have gone apart", "git pull --rebase"]);
    origin.state().must_be(&theirs, "nothing was pushed");

    let (place, _) = remote("detached");
    place.git(&["switch", "-q", "--detach"]);
    place.git(&["branch", "-q", "-f", "main", "HEAD~1"]);
    refuses(&place, &PUSH, 3, &["is not on origin, and no branch here has it"]);

    let (place, _) = remote("protected");
    place.put("gonogo.toml", "[branches]\nprotected = [\"main\"]\n");
    place.commit_all("protected");
    refuses(&place, &PUSH, 3, &["main takes pull requests only", "gonogo.toml:2"]);

    let (place, _) = remote("follows");
    place.git(&["switch", "-q", "-c", "work", "--track", "origin/main"]);
    place.git(&["merge", "-q", "main"]);
    place.git(&["branch", "-q", "-f", "main", "origin/main"]);
    refuses(&place, &PUSH, 2, &["work follows main of origin"]);
}

#[test]
fn where_it_goes_has_to_be_clear() {
    let place = ready("no-remote");
    refuses(&place, &PUSH, 2, &["there is no remote to push to", "git remote add origin URL"]);
    place.git(&["remote", "add", "one", "https://ada:s3cret@one.example/x"]);
    place.git(&["remote", "add", "two", "https://two.example/x"]);
    let said = refuses(&place, &PUSH, 2, &["there are several remotes", "https://***@one.example"]);
    assert!(!said.to_string().contains("s3cret"), "{said}");

    let (place, origin) = remote("two-addresses");
    for url in [origin.url(), "https://ada:s3cret@two.example/x"] {
        place.git(&["remote", "set-url", "--add", "--push", "origin", url]);
    }
    let said = refuses(&place, &PUSH, 3, &["origin pushes to 2 addresses"]);
    assert!(!said.to_string().contains("s3cret"), "{said}");
}

#[test]
fn a_token_is_never_shown() {
    let (place, origin) = remote("token");
    let server = origin.http_for("ada:s3cret");
    place.git(&["remote", "set-url", "origin", &server.url_as("ada:s3cret")]);
    let said = works(&place, &["-v", "tag", "--push", "--yes"]);
    arrived(&place, &origin, &said);
    let log = works(&place, &["log", "--json"]);
    assert!(!said.to_string().contains("s3cret") && said.out.contains("***"), "{said}");
    assert!(!log.out.contains("s3cret"), "{log}");
    let journal = place.run("grep", &["-r", "s3cret", ".git/gonogo"]);
    assert_eq!(journal.code, 1, "{journal}");
}

#[test]
fn a_push_that_is_refused_can_be_taken_back() {
    let (place, origin) = remote("refused");
    origin.protect(MAIN);
    let before = (place.state(), origin.state());
    let said = place.gonogo(&PUSH).refused(4, &["was refused", "GH013", "undo"]);
    assert!(!said.err.contains("--pr"), "{said}");
    origin.state().must_be(&before.1, "nothing arrived");
    undone(&place, &before.0);

    // Where the tag was here before, nothing is left open.
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    let before = place.state();
    let said = place.gonogo(&PUSH).refused(5, &["was refused", "nothing has changed"]);
    assert!(said.err.contains("next: gonogo tag --push --yes"), "{said}");
    place.state().must_be(&before, "nothing was done");
    origin.state().must_be(&origin.state(), "nothing arrived");
    origin.hook("pre-receive", "exit 0");
    arrived(&place, &origin, &works(&place, &PUSH));
}

#[test]
fn a_push_that_was_cut_off_is_looked_for() {
    for (name, when, here) in [
        ("cut-before", Dies::BeforeApplied, false),
        ("cut-after", Dies::AfterApplied, false),
        ("cut-before-here", Dies::BeforeApplied, true),
        ("cut-after-here", Dies::AfterApplied, true),
    ] {
        let (place, origin) = remote(name);
        if here {
            place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
        }
        origin.die_once(when);
        let said = place.gonogo(&PUSH);
        match when {
            Dies::AfterApplied => arrived(&place, &origin, &said.clone().ok()),
            Dies::BeforeApplied => {
                assert_eq!(said.code, if here { 5 } else { 4 }, "{said}");
                assert_eq!(origin.id(TAG), None, "{said}");
                let again = if here { &PUSH[..] } else { &["resume", "--yes"] };
                arrived(&place, &origin, &works(&place, again));
            }
        }
    }
}

/// The tag was here before, the push arrived, and then nobody answers: the operation stays open,
/// because something may have left.
#[test]
fn what_nobody_knows_stays_open() {
    let (place, origin) = remote("unknown");
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    origin.hook("post-receive", "mv \"$PWD\" \"$PWD-gone\"");
    place.gonogo(&PUSH).refused(4, &["nobody knows whether", "gonogo resume"]);
    let gone = place.root.join("origin.git-gone");
    place.gonogo(&["undo"]).refused(4, &["nobody knows whether"]);
    std::fs::rename(gone, origin.path()).expect("it is back");
    origin.hook("post-receive", "exit 0");
    place.gonogo(&["undo"]).refused(3, &["was pushed to origin"]);
    arrived(&place, &origin, &works(&place, &["resume", "--yes"]));
}

#[test]
fn of_two_who_tag_at_once_one_wins() {
    let (place, origin) = remote("race");
    place.git(&["push", "-q", "origin", "main"]);
    let clones = Clones::of(origin.url(), "race-clones", 3);
    let said = clones.gonogo(&PUSH);
    let won: Vec<usize> = (0..3).filter(|n| said[*n].code == 0).collect();
    assert!(!won.is_empty(), "{said:?}");
    let tag = origin.id(TAG).expect("one of them");
    for (clone, said) in clones.0.iter().zip(&said) {
        match said.code {
            0 => assert_eq!(id(clone, TAG), tag, "{said}"),
            3 => {}
            _ => {
                assert_eq!(said.code, 4, "{said}");
                works(clone, &["undo"]);
                assert!(!exists(clone, TAG));
            }
        }
    }
}

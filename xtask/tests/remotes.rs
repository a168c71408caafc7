//! The remotes that other tests use, with plain `git push`: they apply, refuse and fail where they
//! are told to.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use support::clones::Clones;
use support::proxy::{Asks, Cut, Proxy, Which};
use support::remote::{Dies, Remote, Served};
use support::{Place, Said};

const MAIN: &str = "refs/heads/main";
const TAG: &str = "refs/tags/v1.3.0";

/// A project with an `origin`, and a commit and a tag that are not there yet.
fn released(name: &str) -> (Place, Remote) {
    let place = Place::python(name);
    let remote = Remote::origin(&place);
    release(&place);
    (place, remote)
}

fn release(place: &Place) {
    place.edit("pyproject.toml", "1.2.0", "1.3.0");
    place.commit_all("release");
    place.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
}

/// Pushes branch and tag, all or nothing.
fn push(place: &Place, url: &str) -> Said {
    place.run("git", &["push", "--atomic", url, MAIN, TAG])
}

/// Both are there, as they are here.
#[track_caller]
fn arrived(place: &Place, remote: &Remote, said: &Said) {
    for name in [MAIN, TAG] {
        let here = place.git(&["rev-parse", name]).trim().to_owned();
        assert_eq!(remote.id(name), Some(here), "{name}: {said}");
    }
}

/// The remote over both protocols that a proxy understands.
fn both(remote: &Remote) -> [Served; 2] {
    [remote.daemon(), remote.http()]
}

#[test]
fn a_push_arrives_over_every_protocol() {
    let (place, path) = released("arrives");
    arrived(&place, &path, &push(&place, path.url()).ok());
    for (name, protocol) in
        [("git", Remote::daemon as fn(&Remote) -> Served), ("http", Remote::http)]
    {
        let remote = Remote::empty(&place, name);
        let server = protocol(&remote);
        assert!(server.url().starts_with(&format!("{name}://127.0.0.1:")), "{}", server.url());
        arrived(&place, &remote, &push(&place, &server.url()).ok());
        let listed = place.git(&["ls-remote", &server.url(), TAG]);
        assert!(listed.starts_with(&remote.id(TAG).expect("the tag")), "{listed}");
    }
}

#[test]
fn bodies_in_chunks_and_compressed_ones_are_understood() {
    let (place, _) = released("chunks");
    let remote = Remote::empty(&place, "big");
    // Larger than the buffer of git, so that it does not know the length beforehand.
    let noise: Vec<u8> =
        (0_u32..400_000).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    place.put("noise", noise);
    place.commit_all("noise");
    let server = remote.http();
    let pushed = place.with("GIT_CURL_VERBOSE", "1").with("GIT_TRACE_CURL_NO_DATA", "1");
    pushed.git(&["config", "http.postBuffer", "65536"]);
    let said = push(&pushed, &server.url()).ok();
    assert!(said.err.to_lowercase().contains("transfer-encoding: chunked"), "{said}");
    arrived(&pushed, &remote, &said);
    // A long list of what the client wants is compressed.
    let reader = Clones::of(&server.url(), "chunks-reader", 1).0.remove(0);
    for number in 0..30 {
        pushed.git(&["commit", "-q", "--allow-empty", "-m", &format!("theirs {number}")]);
        pushed.git(&["branch", &format!("theirs-{number}")]);
    }
    pushed.git(&["push", "-q", &server.url(), "refs/heads/*:refs/heads/*"]);
    let reader = reader.with("GIT_CURL_VERBOSE", "1");
    let said = reader.run("git", &["fetch", "origin"]).ok();
    assert!(said.err.to_lowercase().contains("content-encoding: gzip"), "{said}");
    let fetched = reader.git(&["rev-parse", "refs/remotes/origin/main"]);
    assert_eq!(remote.id(MAIN).as_deref(), Some(fetched.trim()));
}

#[test]
fn http_asks_who_pushes() {
    let (place, remote) = released("who");
    let before = remote.state();
    let server = remote.http_for("ada:secret");
    let place = place.with("GIT_TERMINAL_PROMPT", "0");
    place.git(&["ls-remote", &server.url()]);
    for url in [server.url(), server.url_as("ada:wrong")] {
        let said = push(&place, &url);
        assert_eq!(said.code, 128, "{said}");
        remote.state().must_be(&before, &said.to_string());
    }
    arrived(&place, &remote, &push(&place, &server.url_as("ada:secret")).ok());
}

#[test]
fn what_a_hook_refuses_does_not_arrive() {
    let (place, remote) = released("refused");
    let before = remote.state();
    remote.protect(MAIN);
    for url in [remote.url(), &remote.daemon().url(), &remote.http().url()] {
        let why = ["remote: error: GH013: Repository rule violations found for refs/heads/main."];
        let said = push(&place, url).refused(1, &why);
        remote.state().must_be(&before, &said.to_string());
    }
    remote.hook("pre-receive", "exit 0");
    // The tag alone would be let through: with `--atomic` it is not.
    remote.hook("update", &format!("[ \"$1\" != {MAIN} ] || {{ echo not this >&2; exit 1; }}"));
    let said = push(&place, remote.url()).refused(1, &["not this", "atomic push failure"]);
    remote.state().must_be(&before, &said.to_string());
    let said = place.run("git", &["push", remote.url(), MAIN, TAG]).refused(1, &["not this"]);
    assert_eq!(remote.state().changed(&before), [TAG], "{said}");
    // A hook that comes too late to refuse.
    remote.hook("update", "exit 0");
    remote.hook("post-receive", "echo deploying failed >&2; exit 1");
    let said = push(&place, remote.url()).refused(0, &["deploying failed"]);
    arrived(&place, &remote, &said);
}

#[test]
fn what_the_configuration_refuses_does_not_arrive() {
    let (place, remote) = released("configured");
    remote.config("receive.denyDeletes", "true");
    // Of branches only: a tag may be deleted all the same.
    place.git(&["push", "-q", remote.url(), "HEAD~1:refs/heads/old"]);
    let before = remote.state();
    let refused = |args: &[&str], code: i32, why: &str| {
        let said =
            place.run("git", &[&["push", remote.url()], args].concat()).refused(code, &[why]);
        remote.state().must_be(&before, &said.to_string());
    };
    refused(&[":refs/heads/old"], 1, "deletion prohibited");
    remote.config("receive.denyNonFastForwards", "true");
    let other = place.git(&["commit-tree", "-m", "other", "HEAD^{tree}"]);
    refused(&[&format!("+{}:{MAIN}", other.trim())], 1, "non-fast-forward");
    remote.config("receive.advertiseAtomic", "false");
    refused(&["--atomic", MAIN, TAG], 128, "does not support --atomic");
    remote.only_branches_and_tags();
    refused(&["HEAD:refs/gonogo/record/1"], 1, "refs/gonogo/record/1 is not allowed here");
    place.git(&["push", "-q", remote.url(), MAIN, TAG]);
}

#[test]
fn a_push_that_is_cut_before_its_end_is_not_applied() {
    let (place, remote) = released("before");
    let before = remote.state();
    for server in both(&remote) {
        let proxy = Proxy::before(&server);
        for (number, bytes) in [0, 20, 150, 400, 600].into_iter().enumerate() {
            proxy.cut(Which::Push(number + 1), Cut::Sent(bytes));
            let said = push(&place, proxy.url());
            assert_ne!(said.code, 0, "{bytes}: {said}");
            remote.state().must_be(&before, &format!("{bytes}: {said}"));
        }
        proxy.cut(Which::Push(6), Cut::Received(10));
        // What comes before the end of an answer says nothing of whether it was applied.
        let said = push(&place, proxy.url());
        assert_ne!(said.code, 0, "{said}");
        assert_eq!(proxy.seen().iter().filter(|it| **it == Asks::Push).count(), 6);
    }
}

#[test]
fn a_push_whose_answer_is_cut_is_applied() {
    for (name, over) in [("answer-git", 0), ("answer-http", 1)] {
        let (place, remote) = released(name);
        let server = &both(&remote)[over];
        let proxy = Proxy::before(server);
        proxy.cut(Which::Push(1), Cut::Answer);
        place.git(&["ls-remote", proxy.url()]);
        let said = push(&place, proxy.url());
        assert_ne!(said.code, 0, "{said}");
        arrived(&place, &remote, &said);
        // The next one passes, and has nothing to do.
        let said = push(&place, proxy.url()).ok();
        assert!(said.err.contains("Everything up-to-date"), "{said}");
    }
}

#[test]
fn connections_are_counted_and_cut_by_number() {
    let (place, remote) = released("counted");
    let before = remote.state();
    let server = remote.daemon();
    let proxy = Proxy::before(&server);
    proxy.cut(Which::Connection(2), Cut::Received(100));
    place.git(&["fetch", "-q", proxy.url()]);
    let said = push(&place, proxy.url());
    assert_eq!(said.code, 128, "{said}");
    remote.state().must_be(&before, &said.to_string());
    arrived(&place, &remote, &push(&place, proxy.url()).ok());
    assert_eq!(proxy.seen(), [Asks::Read, Asks::Push, Asks::Push]);
}

#[test]
fn a_server_that_dies_fails_the_push_once() {
    for (name, over) in [("dies-path", 2), ("dies-git", 0), ("dies-http", 1)] {
        let (place, remote) = released(name);
        let before = remote.state();
        let servers = both(&remote);
        let url = servers.get(over).map_or_else(|| remote.url().to_owned(), Served::url);
        remote.die_once(Dies::BeforeApplied);
        let said = push(&place, &url);
        assert_ne!(said.code, 0, "{said}");
        let changed = remote.state().changed(&before);
        let moved = changed.iter().any(|name| name.starts_with("refs/"));
        assert!(!moved, "{changed:?}: {said}");
        remote.die_once(Dies::AfterApplied);
        let said = push(&place, &url);
        assert_ne!(said.code, 0, "{said}");
        arrived(&place, &remote, &said);
        push(&place, &url).ok();
    }
}

#[test]
fn a_server_is_gone_when_it_is_dropped() {
    let (place, remote) = released("dropped");
    let server = remote.http();
    let proxy = Proxy::before(&server);
    let (url, through) = (server.url(), proxy.url().to_owned());
    // Even in the middle of a push that would not end by itself.
    remote.hook("pre-receive", "touch began; sleep 600");
    std::thread::scope(|scope| {
        let pushing = scope.spawn(|| push(&place, &through));
        while !remote.path().join("began").exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        drop((proxy, server));
        assert_ne!(pushing.join().expect("no panic").code, 0);
    });
    for url in [url, through] {
        place.run("git", &["ls-remote", &url]).refused(128, &["Failed to connect"]);
    }
}

#[test]
fn of_clones_that_push_at_once_one_wins() {
    let origin = Place::python("race");
    let remote = Remote::origin(&origin);
    let before = remote.state();
    let clones = Clones::of(remote.url(), "race", 4);
    clones.0.iter().for_each(release);
    let said = clones.race(|place| {
        let mut git = place.command("git");
        let lease = format!("--force-with-lease={TAG}:");
        git.args(["push", "--atomic", &lease, "origin", MAIN, TAG]);
        git
    });
    let won: Vec<_> = (0..4).filter(|at| said[*at].code == 0).collect();
    assert_eq!(won.len(), 1, "{said:?}");
    arrived(&clones.0[won[0]], &remote, &said[won[0]]);
    assert_eq!(remote.state().changed(&before), [MAIN, TAG]);
    let author = remote.place.git(&["log", "-1", "--format=%an %ae", MAIN]);
    let number = won[0] + 1;
    assert_eq!(author, format!("Clone {number} clone-{number}@example.com\n"));
}

#[test]
fn clones_are_people_of_their_own() {
    let origin = Place::python("people");
    let remote = Remote::origin(&origin);
    let before = remote.state();
    let clones = Clones::of(remote.url(), "people", 3).with("SOURCE_DATE_EPOCH", "1767323045");
    let said = clones.gonogo(&["bump", "minor", "--commit"]);
    for (number, (place, said)) in clones.0.iter().zip(said).enumerate() {
        let said = said.ok();
        let author = place.git(&["log", "-1", "--format=%an", MAIN]);
        assert_eq!(author, format!("Clone {}\n", number + 1), "{said}");
    }
    remote.state().must_be(&before, "nobody pushed");
}

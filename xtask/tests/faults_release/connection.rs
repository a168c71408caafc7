//! The connection breaks, or the server dies, before or after it did what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::proxy::{Asks, Cut, Proxy, Which};
use super::support::remote::{Dies, Remote, Served};
use super::support::{Place, State, works};
use super::{MAIN, RELEASE, RESUME, TAG, completed, is_open, is_out, project, undone};

/// How a remote is served.
type Serve<T> = fn(&Remote) -> T;

/// The protocols that a proxy understands.
const PROTOCOLS: [(&str, Serve<Served>); 2] = [("git", Remote::daemon), ("http", Remote::http)];

/// A project that reaches its remote through a proxy.
struct Setting {
    place: Place,
    remote: Remote,
    proxy: Proxy,
    _server: Served,
    before: State,
}

impl Setting {
    fn new(name: &str, protocol: fn(&Remote) -> Served) -> Self {
        let (place, remote) = project(name);
        let server = protocol(&remote);
        let proxy = Proxy::before(&server);
        place.git(&["remote", "set-url", "origin", proxy.url()]);
        let before = place.state();
        Self { place, remote, proxy, _server: server, before }
    }

    fn pushes(&self) -> usize {
        self.proxy.seen().iter().filter(|asks| **asks == Asks::Push).count()
    }
}

/// Which connections a release makes: the one that carries the push, and the first one that asks
/// afterwards; and how many of its connections push, the record's too.
fn connections(name: &str, protocol: fn(&Remote) -> Served) -> (usize, usize, usize) {
    // Several tests want to know.
    static TAKEN: AtomicUsize = AtomicUsize::new(0);
    let number = TAKEN.fetch_add(1, Ordering::Relaxed);
    let setting = Setting::new(&format!("uncut {name} {number}"), protocol);
    let said = works(&setting.place, &RELEASE);
    is_out(&setting.place, &setting.remote, &said);
    let seen = setting.proxy.seen();
    let first = seen.iter().position(|asks| *asks == Asks::Push).expect("a push");
    let asks = seen.iter().skip(first).position(|asks| *asks == Asks::Read).expect("a question");
    (first + asks, first + asks + 1, setting.pushes())
}

#[test]
fn a_push_that_is_cut_off_before_it_arrives_has_no_effect() {
    for (name, protocol) in PROTOCOLS {
        let (push, _, _) = connections(name, protocol);
        let setting = Setting::new(&format!("cut before {name}"), protocol);
        let Setting { place, remote, before, .. } = &setting;
        let there = remote.state();
        setting.proxy.cut(Which::Connection(push), Cut::Sent(400));
        place.gonogo(&RELEASE).refused(4, &["nothing arrived", "resume", "undo"]);
        remote.state().must_be(&there, "cut");
        undone(place, before);
        let setting = Setting::new(&format!("cut and resumed {name}"), protocol);
        setting.proxy.cut(Which::Connection(push), Cut::Sent(400));
        setting.place.gonogo(&RELEASE).refused(4, &["nothing arrived"]);
        completed(&setting.place, &setting.remote);
    }
}

#[test]
fn a_push_that_arrived_is_not_made_again_whatever_is_heard_of_it() {
    for (name, protocol) in PROTOCOLS {
        let (push, asks, pushes) = connections(name, protocol);
        // The answer is lost: the question afterwards tells.
        let setting = Setting::new(&format!("answer lost {name}"), protocol);
        setting.proxy.cut(Which::Connection(push), Cut::Answer);
        let said = works(&setting.place, &RELEASE);
        is_out(&setting.place, &setting.remote, &said);
        assert_eq!(setting.pushes(), pushes, "{name}: {said}");
        // So is the answer to the question: nobody knows.
        let setting = Setting::new(&format!("both lost {name}"), protocol);
        setting.proxy.cut(Which::Connection(push), Cut::Answer);
        setting.proxy.cut(Which::Connection(asks), Cut::Received(0));
        let words = ["nobody knows whether the push", "resume", "undo"];
        setting.place.gonogo(&RELEASE).refused(4, &words);
        is_open(&setting.place);
        let here = setting.place.state();
        let met = setting.place.gonogo(&["bump", "patch"]);
        assert!(met.err.contains("asks the remote"), "{met}");
        setting.place.gonogo(&["undo"]).refused(3, &["was pushed"]);
        setting.place.state().must_be(&here, "a refused undo");
        completed(&setting.place, &setting.remote);
        assert_eq!(setting.pushes(), pushes, "{name}: pushed once, and the record");
    }
}

#[test]
fn where_nothing_is_known_undo_asks_first() {
    for (name, protocol) in PROTOCOLS {
        let (push, asks, _) = connections(name, protocol);
        let setting = Setting::new(&format!("unknown {name}"), protocol);
        let Setting { place, remote, before, .. } = &setting;
        let there = remote.state();
        setting.proxy.cut(Which::Connection(push), Cut::Sent(400));
        setting.proxy.cut(Which::Connection(asks), Cut::Received(0));
        place.gonogo(&RELEASE).refused(4, &["nobody knows"]);
        let here = place.state();
        // Away for a while.
        let moved = remote.path().with_extension("away");
        std::fs::rename(remote.path(), &moved).expect("away");
        for way in [&["undo"][..], &RESUME] {
            place.gonogo(way).refused(4, &["nobody knows", "undo", "resume"]);
            place.state().must_be(&here, "nothing is believed");
        }
        std::fs::rename(&moved, remote.path()).expect("back");
        undone(place, before);
        remote.state().must_be(&there, "undo");
    }
}

#[test]
fn a_server_that_dies_before_is_pushed_to_again_and_after_is_not() {
    let over: [(&str, Serve<Option<Served>>); 3] = [
        ("path", |_| None),
        ("git", |remote| Some(remote.daemon())),
        ("http", |remote| Some(remote.http())),
    ];
    for (name, protocol) in over {
        for when in [Dies::BeforeApplied, Dies::AfterApplied] {
            let (place, remote) = project(&format!("dies {name} {when:?}"));
            let server = protocol(&remote);
            if let Some(server) = &server {
                place.git(&["remote", "set-url", "origin", &server.url()]);
            }
            let before = place.state();
            remote.die_once(when);
            let said = place.gonogo(&RELEASE);
            match when {
                Dies::AfterApplied => {
                    is_out(&place, &remote, &said.ok());
                    assert_eq!(place.operations(), ["done"]);
                }
                Dies::BeforeApplied => {
                    said.refused(4, &["nothing arrived", "resume", "undo"]);
                    assert_eq!((remote.id(TAG), remote.id(MAIN).is_some()), (None, true));
                    undone(&place, &before);
                    remote.die_once(when);
                    place.gonogo(&RELEASE).refused(4, &["nothing arrived"]);
                    completed(&place, &remote);
                }
            }
        }
    }
}

/// The address that is pushed to is the one that is asked.
#[test]
fn the_place_that_is_pushed_to_is_asked() {
    let (place, remote) = project("push url");
    let mirror = Remote::empty(&place, "mirror");
    place.git(&["push", "-q", mirror.url(), "main", "v1.2.0"]);
    place.git(&["remote", "set-url", "origin", mirror.url()]);
    place.git(&["remote", "set-url", "--push", "origin", remote.url()]);
    let there = mirror.state();
    let said = works(&place, &RELEASE);
    is_out(&place, &remote, &said);
    mirror.state().must_be(&there, &said.to_string());
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
}

//! The connection breaks, or the server dies, before or after it did what it was asked.

use super::support::proxy::{Cut, Proxy, Which};
use super::support::remote::Dies;
use super::support::works;
use super::{HOTFIX, REDEPLOY};

#[test]
fn a_server_that_dies_before_is_pushed_to_again_and_after_is_not() {
    for flow in [&HOTFIX, &REDEPLOY] {
        let (place, remote) = flow.project("dies before");
        let (before, there) = (place.state(), remote.state());
        remote.die_once(Dies::BeforeApplied);
        let said = place.gonogo(flow.args).refused(4, &["nothing arrived", "resume"]);
        for part in remote.state().changed(&there) {
            assert!(part.starts_with("left behind"), "{part}: {said}");
        }
        if flow.undone(&place, &before) {
            remote.die_once(Dies::BeforeApplied);
            place.gonogo(flow.args).refused(4, &["nothing arrived"]);
        }
        flow.completed(&place, &remote);

        let (place, remote) = flow.project("dies after");
        remote.die_once(Dies::AfterApplied);
        let said = works(&place, flow.args);
        flow.is_out(&place, &remote, &said);
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for() {
    for flow in [&HOTFIX, &REDEPLOY] {
        let (place, remote) = flow.project("answer lost");
        let server = remote.daemon();
        let proxy = Proxy::before(&server);
        place.git(&["remote", "set-url", "origin", proxy.url()]);
        proxy.cut(Which::Push(1), Cut::Answer);
        let said = works(&place, flow.args);
        flow.is_out(&place, &remote, &said);

        let (place, remote) = flow.project("cut before");
        let server = remote.daemon();
        let proxy = Proxy::before(&server);
        place.git(&["remote", "set-url", "origin", proxy.url()]);
        let (before, there) = (place.state(), remote.state());
        proxy.cut(Which::Push(1), Cut::Sent(400));
        let said = place.gonogo(flow.args).refused(4, &["nothing arrived", "resume"]);
        remote.state().must_be(&there, &said.to_string());
        if flow.undone(&place, &before) {
            works(&place, flow.args);
        } else {
            flow.completed(&place, &remote);
        }
    }
}

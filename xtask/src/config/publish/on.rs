//! `on:` of a workflow: whether an event starts it.

use super::filter::lets_in;
use super::{Certainty, Event};
use crate::sites::doc::{Kind, Node};

/// Whether an event starts a workflow; `None` when it does not. Without filters `push` means tags
/// and branches; with a filter for one of them only that.
pub fn started(on: &Node, event: Event<'_>) -> Option<Certainty> {
    let name = match event {
        Event::Tag(_) | Event::Branch(_) => "push",
        Event::Release(_) => "release",
    };
    if !matches!(on.kind, Kind::Table(_)) {
        let named = on.texts().iter().any(|node| node.text() == Some(name));
        return named.then_some(Certainty::Sure);
    }
    let told = on.get(name)?;
    match event {
        Event::Tag(tag) => pushed(told, "tags", "branches", tag).then_some(Certainty::Sure),
        Event::Branch(branch) => {
            let paths = ["paths", "paths-ignore"].iter().any(|key| told.get(key).is_some());
            let certainty = if paths { Certainty::Perhaps } else { Certainty::Sure };
            pushed(told, "branches", "tags", branch).then_some(certainty)
        }
        Event::Release(_) => {
            let types = told.get("types").map(Node::texts);
            let of_publishing = |node: &&Node| {
                matches!(node.text(), Some("published" | "released" | "created" | "prereleased"))
            };
            let some = types.is_none_or(|types| types.iter().any(of_publishing));
            some.then_some(Certainty::Sure)
        }
    }
}

/// Whether the filters for what is pushed let its name in; `other` are the filters for what is not.
fn pushed(push: &Node, own: &str, other: &str, name: &str) -> bool {
    let patterns = |key: &str| {
        let nodes = push.get(key)?.texts();
        Some(nodes.into_iter().filter_map(Node::text).collect::<Vec<_>>())
    };
    let ignored = |key: &str| patterns(&format!("{key}-ignore"));
    match (patterns(own), ignored(own)) {
        (Some(own), _) => lets_in(own, name),
        (None, Some(ignored)) => !lets_in(ignored, name),
        (None, None) => push.get(other).is_none() && ignored(other).is_none(),
    }
}

//! Jobs of GitLab's pipelines: which of them run on an event, and what they publish.

use super::target::{Target, commands, of_command};
use super::{Certainty, Event};
use crate::sites::doc::{Doc, Kind, Node};

/// What a pipeline publishes when the event happens.
pub fn published(doc: &Doc<'_>, event: Event<'_>) -> Vec<(Target, Certainty)> {
    let jobs = doc.root().entries().iter().map(|entry| (&entry.key, &entry.value));
    // A name with a dot in front is a template that no pipeline runs.
    let jobs = jobs.filter(|(name, job)| !name.starts_with('.') && job.get("script").is_some());
    let mut all = Vec::new();
    for (_, job) in jobs {
        let Some(certainty) = runs(job, event) else { continue };
        let script = job.get("script").map(lines).unwrap_or_default();
        let targets = commands(&script);
        all.extend(targets.iter().filter_map(|argv| Some((of_command(argv)?, certainty))));
    }
    all
}

fn lines(node: &Node) -> String {
    let own = match &node.kind {
        Kind::Text(text) => vec![text.clone()],
        Kind::Lines(lines) => lines.iter().map(|line| line.value.clone()).collect(),
        _ => node.items().iter().map(lines).collect(),
    };
    own.join("\n")
}

/// Whether a job runs; `None` when it does not, or waits for a person.
fn runs(job: &Node, event: Event<'_>) -> Option<Certainty> {
    let waits = |node: &Node| {
        matches!(node.get("when").and_then(Node::text), Some("manual" | "never" | "on_failure"))
    };
    if matches!(event, Event::Release(_)) || waits(job) {
        return None;
    }
    if let Some(rules) = job.get("rules") {
        return ruled(rules, event, &waits);
    }
    // `extends` and `include` may say more.
    let usual = match job.get("extends") {
        Some(_) => Certainty::Perhaps,
        None => Certainty::Sure,
    };
    let named = |key: &str| {
        let node = job.get(key)?;
        let refs = node.get("refs").unwrap_or(node);
        Some(refs.texts().into_iter().filter_map(Node::text).map(|text| names(text, event)).max())
    };
    if let Some(Some(Some(Certainty::Sure))) = named("except") {
        return None;
    }
    match named("only") {
        None => Some(usual),
        Some(only) => only.flatten().map(|certainty| certainty.min(usual)),
    }
}

/// Whether a word of `only` and `except` means the event.
fn names(word: &str, event: Event<'_>) -> Option<Certainty> {
    let name = match event {
        Event::Tag(name) | Event::Branch(name) | Event::Release(name) => name,
    };
    match (word, event) {
        ("tags", Event::Tag(_)) | ("branches", Event::Branch(_)) => Some(Certainty::Sure),
        ("tags" | "branches" | "merge_requests" | "schedules" | "web" | "api", _) => None,
        (expression, _) if expression.starts_with('/') => Some(Certainty::Perhaps),
        (word, _) => (word == name).then_some(Certainty::Sure),
    }
}

/// The first rule that holds decides.
fn ruled(rules: &Node, event: Event<'_>, waits: &dyn Fn(&Node) -> bool) -> Option<Certainty> {
    let mut perhaps = None;
    for rule in rules.items() {
        let held = match rule.get("if").map(|node| condition(&lines(node), event)) {
            None => Some(true),
            Some(held) => held,
        };
        let more = ["changes", "exists"].iter().any(|key| rule.get(key).is_some());
        match held.filter(|held| !*held || !more) {
            Some(false) => {}
            Some(true) if waits(rule) => return perhaps,
            Some(true) => return Some(perhaps.unwrap_or(Certainty::Sure)),
            None if waits(rule) => {}
            None => perhaps = Some(Certainty::Perhaps),
        }
    }
    perhaps
}

/// Whether a condition holds; `None` where nobody knows here.
fn condition(text: &str, event: Event<'_>) -> Option<bool> {
    let (tag, branch) = match event {
        Event::Tag(name) | Event::Release(name) => (Some(name), None),
        Event::Branch(name) => (None, Some(name)),
    };
    let text = text.trim();
    if let Some((left, right)) = text.split_once("&&") {
        return match (condition(left, event), condition(right, event)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (left, right) => left.zip(right).map(|(left, right)| left && right),
        };
    }
    let value = |name: &str| match name.trim() {
        "$CI_COMMIT_TAG" => Some(tag),
        "$CI_COMMIT_BRANCH" => Some(branch),
        "$CI_PIPELINE_SOURCE" => Some(Some("push")),
        "$CI_COMMIT_REF_NAME" => Some(tag.or(branch)),
        "null" => Some(None),
        _ => None,
    };
    if text.contains("||") || text.contains("=~") || text.contains("!~") {
        // No tag fits no pattern.
        let first = text.split(['=', '!', '|']).next().unwrap_or_default();
        let nothing = !text.contains("||") && text.contains("=~") && value(first) == Some(None);
        return nothing.then_some(false);
    }
    let quoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let compared = |left: &str, right: &str| {
        let left = value(left)?;
        Some(match value(right) {
            Some(right) => left == right,
            None if right.trim().starts_with('$') => return None,
            None => left == Some(quoted(right).as_str()),
        })
    };
    match (text.split_once("=="), text.split_once("!=")) {
        (Some((left, right)), _) => compared(left, right),
        (_, Some((left, right))) => compared(left, right).map(|equal| !equal),
        (None, None) => value(text).map(|value| value.is_some()),
    }
}

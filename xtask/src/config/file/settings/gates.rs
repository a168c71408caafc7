//! `[gates]` and `[profile.X]`.

use super::{Said, flag};
pub use crate::config::file::command::CommandLine;
use crate::sites::doc::{Entry, Node};

/// What holds where a gate says nothing else, in seconds.
pub const TIMEOUT: u64 = 600;

/// An entry of `[gates]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateEntry {
    pub name: Said<String>,
    pub is: GateIs,
}

/// What an entry of `[gates]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateIs {
    /// `true` or `false`, for a gate that is built in.
    Switched(Switch),
    /// A command, whatever its name.
    Command(Box<Commanded>),
}

/// Whether a built-in gate is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
}

/// A gate that is a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commanded {
    pub line: CommandLine,
    /// In seconds.
    pub timeout: u64,
    pub need: Need,
    /// Gates that must be green before it starts.
    pub after: Vec<String>,
    pub each: Each,
    pub fix: Option<CommandLine>,
    pub env: Vec<(String, String)>,
    pub reuse: Reuse,
}

/// Whether a gate's failure is a NO-GO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// How often a gate runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    Once,
    Package,
}

/// Whether a green result holds for the same files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    Allowed,
    Never,
}

/// `[profile.X]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileTable {
    pub name: String,
    pub choice: GateChoice,
    /// `None` where it says nothing.
    pub signoffs: Option<Vec<String>>,
    /// `None` where it says nothing.
    pub checklist: Option<Switch>,
}

/// Which gates a profile asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateChoice {
    All,
    /// Exactly these commands; built-in gates as they are, and those named here.
    These(Vec<String>),
    Without(Vec<String>),
}

pub(super) fn gates(node: Option<&Node>, bytes: &[u8]) -> Vec<GateEntry> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let entry = |entry: &Entry| {
        let name = Said { value: entry.key.clone(), at: entry.at };
        Some(GateEntry { name, is: gate(&entry.value, bytes)? })
    };
    entries.iter().filter_map(entry).collect()
}

fn gate(node: &Node, bytes: &[u8]) -> Option<GateIs> {
    if let Some(switch) = switch(Some(node), bytes) {
        return Some(GateIs::Switched(switch));
    }
    let off = |key: &str| switch(node.get(key), bytes) == Some(Switch::Off);
    let env = node.get("env").map(Node::entries).unwrap_or_default().iter();
    let line = node.get("run").map_or_else(|| CommandLine::of(node), CommandLine::of)?;
    Some(GateIs::Command(Box::new(Commanded {
        line,
        timeout: node.get("timeout").and_then(Node::text).and_then(seconds).unwrap_or(TIMEOUT),
        need: if off("required") { Need::Optional } else { Need::Required },
        after: texts(node.get("after")).unwrap_or_default(),
        each: if node.get("each").is_some() { Each::Package } else { Each::Once },
        fix: node.get("fix").and_then(CommandLine::of),
        env: env.filter_map(|e| Some((e.key.clone(), e.value.text()?.to_owned()))).collect(),
        reuse: if off("cache") { Reuse::Never } else { Reuse::Allowed },
    })))
}

/// `[record]`: names and their commands.
pub(super) fn record(node: Option<&Node>) -> Vec<(Said<String>, CommandLine)> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let named = |entry: &Entry| {
        Some((Said { value: entry.key.clone(), at: entry.at }, CommandLine::of(&entry.value)?))
    };
    entries.iter().filter_map(named).collect()
}

pub(super) fn profiles(node: Option<&Node>, bytes: &[u8]) -> Vec<ProfileTable> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let profile = |Entry { key, value, .. }: &Entry| ProfileTable {
        name: key.clone(),
        choice: match (texts(value.get("gates")), texts(value.get("without"))) {
            (Some(these), _) => GateChoice::These(these),
            (None, Some(without)) => GateChoice::Without(without),
            (None, None) => GateChoice::All,
        },
        signoffs: texts(value.get("signoffs")),
        checklist: switch(value.get("checklist"), bytes),
    };
    entries.iter().map(profile).collect()
}

fn texts(node: Option<&Node>) -> Option<Vec<String>> {
    super::texts(node).map(|said| said.value)
}

fn switch(node: Option<&Node>, bytes: &[u8]) -> Option<Switch> {
    flag(node, bytes).map(|said| if said.value { Switch::On } else { Switch::Off })
}

/// `30s`, `10m`, `2h`
fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("10m", Some(600)),
            ("2h", Some(7200)),
            ("", None),
            ("é", None),
            ("5", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}

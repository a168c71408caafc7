//! `checklist import`: what gonogo.toml says of a checklist, added to it byte for byte.

use crate::checklist::Imported;
use crate::config::file::Binding;
use crate::config::presets::Run;
use crate::path::RepoPath;
use crate::plan::{Action, Base, Edit, FORMAT, FileChange, Plan, Step};
use crate::sites::File;
use crate::sites::toml::quoted;

/// The change of gonogo.toml at `path` that makes the checklist in `list` known to it; `Err` where
/// its tables are written in a way that cannot be added to.
///
/// # Errors
/// A sentence on why not.
pub fn change(
    path: RepoPath,
    file: Option<&File>,
    list: &RepoPath,
    imported: &Imported,
) -> Result<FileChange, String> {
    let (gates, checklist) = (gates(imported), sections(list, imported));
    let Some(file) = file else {
        let head = "# Only what is not detected: `gonogo schema` lists the keys.\n";
        let table = if gates.is_empty() { String::new() } else { format!("\n[gates]\n{gates}") };
        return Ok(FileChange::create(path, format!("{head}{table}\n{checklist}")));
    };
    let text = std::str::from_utf8(&file.bytes).map_err(|_| format!("{path} is not UTF-8"))?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = |text: String| text.replace('\n', end);
    let (mut edits, mut last) = (Vec::new(), String::new());
    match (table(text, "[gates]"), gates.is_empty()) {
        (_, true) => {}
        (Some(at), _) => edits.push(insertion(at, lines(gates))),
        (None, _) => last = format!("\n[gates]\n{gates}"),
    }
    let open = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    edits.push(insertion(text.len(), lines(format!("{open}{last}\n{checklist}"))));
    let change = FileChange::edited(path.clone(), &file.bytes, edits);
    change.ok_or_else(|| format!("{path} cannot be added to"))
}

/// The plan that writes it.
pub fn into_plan(change: FileChange, list: &RepoPath, base: Base) -> Plan {
    let why = format!("{} learns what stands behind the boxes of {list}", change.path);
    let title = format!("checklist import {list}");
    let step = Step { why, action: Action::Files(vec![change]) };
    Plan { format: FORMAT, title, base, steps: vec![step] }
}

fn insertion(at: usize, new: String) -> Edit {
    Edit { range: at..at, old: String::new(), new }
}

/// Where the lines of a table begin, whose header stands on a line of its own.
fn table(text: &str, header: &str) -> Option<usize> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        at += line.len();
        let bare = line.split('#').next().unwrap_or_default().trim();
        (bare == header && line.ends_with('\n')).then_some(at)
    })
}

/// The lines of `[gates]`.
fn gates(imported: &Imported) -> String {
    let one = |gate: &crate::checklist::ProposedGate| {
        let value = match &gate.run {
            Run::Argv(text) => quoted(text),
            Run::Shell(text) => format!("{{ shell = {} }}", quoted(text)),
        };
        let why = gate.why.replace(|c: char| c.is_control(), " ");
        format!("{} = {value}  # {why}\n", key(&gate.name))
    };
    let ci = imported.ci.then(|| "ci = true\n".to_owned());
    imported.gates.iter().map(one).chain(ci).collect()
}

/// `[checklist]` and its sections.
fn sections(list: &RepoPath, imported: &Imported) -> String {
    let line = |section: &crate::config::file::Section| {
        let bindings: Vec<String> =
            section.bindings.iter().map(Binding::to_string).map(|text| quoted(&text)).collect();
        let value = match bindings.as_slice() {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        format!("{} = {value}\n", quoted(&section.heading.value))
    };
    let sections: String = imported.sections.iter().map(line).collect();
    let head = format!("[checklist]\nfile = {}\n", quoted(list.as_str()));
    if sections.is_empty() { head } else { format!("{head}\n[checklist.sections]\n{sections}") }
}

/// A bare key where it can be one.
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

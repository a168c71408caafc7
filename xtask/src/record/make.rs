//! From an operation of the journal to the record of the release it made.

use super::{
    Answer, Commit, FORMAT, FileEdit, Gate, Person, Pushed, PushedRef, Record, Ticked, Waiver,
    gates as reported,
};
use crate::journal::{Operation, Sent};
use crate::plan::{
    About, Action, Edit, FileChange, Id, Keep, Object, Oid, RefMove, Sign, Tag, changes,
};
use crate::sys::mask::mask;

/// Longer lines are cut: characters.
const LINE: usize = 300;

/// A longer section is cut: bytes.
const SECTION: usize = 256 << 10;

/// A longer checklist is cut: bytes.
const CHECKLIST: usize = 384 << 10;

/// A longer way back is cut: bytes.
const WAY_BACK: usize = 64 << 10;

/// A release as far as the journal alone knows it.
pub struct Subject<'o> {
    operation: &'o Operation,
    pub keep: &'o Keep,
    tag: &'o Tag,
    tag_object: Oid,
    pub commit: Oid,
}

/// What git says of it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The tree of its commit.
    pub tree: Option<Oid>,
    /// What the planned files held before, in plan order, as far as it is still known.
    pub before: Vec<Option<Vec<u8>>>,
    /// The newest commits since the release before, the newest first.
    pub commits: Vec<Commit>,
    /// How many older ones there are.
    pub more_commits: usize,
}

impl<'o> Subject<'o> {
    /// The release of an operation; `None` where it makes none, or has not made its tag yet.
    pub fn of(operation: &'o Operation) -> Option<Self> {
        let plan = operation.plan();
        let keep = plan.release()?;
        let (number, tag) =
            plan.objects().into_iter().enumerate().find_map(|(number, object)| match object {
                Object::Tag(tag) if tag.name == keep.tag => Some((number, tag)),
                Object::Tag(_) | Object::Commit(_) | Object::Merge(_) | Object::Withdrawal(_) => {
                    None
                }
            })?;
        let tag_object = operation.object(&Id::Made(number))?;
        let commit = operation.object(&tag.target)?;
        Some(Self { operation, keep, tag, tag_object, commit })
    }

    /// Its record. The same operation always gives the same one.
    pub fn record(&self, facts: Facts) -> Record {
        let (operation, about) = (self.operation, &self.keep.about);
        let begin = operation.begin();
        let mut steps = operation.plan().steps.iter().enumerate().rev();
        let report = steps.find_map(|(step, _)| operation.gated(step));
        let mut gates = reported::gates(&about.checked);
        gates.extend(report.map(reported::gates).unwrap_or_default());
        let values = report.map(reported::values).unwrap_or_default();
        let record = Record {
            format: FORMAT,
            name: about.name.clone(),
            version: about.version.clone(),
            tag: self.keep.tag.clone(),
            tag_object: self.tag_object.clone(),
            signed: self.tag.sign == Sign::Yes,
            commit: self.commit.clone(),
            tree: facts.tree,
            branch: self.branch(),
            previous: about.previous.clone(),
            profile: about.profile.clone(),
            codename: about.codename.clone(),
            by: person(&self.tag.tagger, &begin.who),
            at: begin.at,
            command: begin.command.clone(),
            tool: concat!("gonogo ", env!("CARGO_PKG_VERSION")).to_owned(),
            landing: about.landing,
            pushed: pushed(operation),
            files: files(operation, &facts.before),
            section: about.section.as_deref().map(|text| cut(text, SECTION)),
            waivers: waivers(report, about),
            signoffs: about.approvals.signoffs.clone(),
            checklist: None,
            notes: self.notes(&gates, &values),
            gates,
            commits: facts.commits,
            more_commits: facts.more_commits,
            values,
            rollback: None,
            rest: std::collections::BTreeMap::new(),
        };
        masked(record)
    }

    /// The branch it is on: the one that goes to its commit, or where the plan was made.
    fn branch(&self) -> Option<String> {
        let plan = self.operation.plan();
        let pushed = plan.steps.iter().flat_map(|step| match &step.action {
            Action::Push(push) => push.moves.as_slice(),
            _ => &[],
        });
        let here = |planned: &&RefMove| {
            let new = planned.new.as_ref().and_then(|id| self.operation.object(id));
            new.as_ref() == Some(&self.commit)
        };
        let branches = pushed.chain(plan.moves()).filter(here).map(|planned| planned.name.as_str());
        let mut names = branches.chain(plan.base.branch.as_deref());
        names.find_map(|name| name.strip_prefix("refs/heads/")).map(str::to_owned)
    }

    fn notes(
        &self,
        gates: &[Gate],
        values: &std::collections::BTreeMap<String, super::Recorded>,
    ) -> Vec<String> {
        let optional = gates.iter().filter(|gate| {
            !gate.required && (gate.outcome == "red" || gate.outcome == "could-not-run")
        });
        let optional = optional.map(|gate| {
            let why = gate.why.as_deref().unwrap_or(&gate.outcome);
            format!("gate {}, not required: {why}", gate.id)
        });
        let rewritten = self.operation.plan().files().into_iter().enumerate();
        let rewritten = rewritten.filter(|(number, _)| self.operation.rewritten(*number).is_some());
        let rewritten =
            rewritten.map(|(_, change)| format!("a commit hook edited {}", change.path));
        let failed = values.iter().filter_map(|(name, value)| match &value.answer {
            Answer::Failed(why) => Some(format!("[record] {name} has no value: {why}")),
            Answer::Output(_) => None,
        });
        optional.chain(rewritten).chain(failed).collect()
    }
}

impl Record {
    /// The same with how the release is withdrawn, which is told by what the record says.
    #[must_use]
    pub fn with_way_back(self, text: Option<String>) -> Self {
        let rollback = text.map(|text| cut(&mask(&text), WAY_BACK));
        Self { rollback, ..self }
    }

    /// The same with its checklist.
    #[must_use]
    pub fn with_checklist(self, ticked: Option<Ticked>) -> Self {
        let cut = |ticked: Ticked| Ticked { text: cut(&mask(&ticked.text), CHECKLIST), ..ticked };
        Self { checklist: ticked.map(cut), ..self }
    }
}

/// What was let through: gates that were asked before the edits or on the tree, and people.
fn waivers(report: Option<&serde_json::Value>, about: &About) -> Vec<Waiver> {
    let mut all = reported::waivers(&about.checked);
    for waiver in report.map(reported::waivers).unwrap_or_default() {
        match all.iter_mut().find(|known| known.gate == waiver.gate) {
            Some(known) => known.needed |= waiver.needed,
            None => all.push(waiver),
        }
    }
    all.extend(about.approvals.waived.iter().map(Waiver::of_people));
    all
}

/// `Name <address> seconds zone` and the login name as a person.
fn person(ident: &str, login: &str) -> Person {
    let (name, rest) = ident.split_once(" <").unwrap_or((ident, ""));
    let address = rest.split_once('>').map_or("", |(address, _)| address);
    Person { name: name.to_owned(), address: address.to_owned(), login: login.to_owned() }
}

/// What the remotes are known to have got.
fn pushed(operation: &Operation) -> Vec<Pushed> {
    let steps = operation.plan().steps.iter().enumerate();
    let arrived = steps.filter_map(|(number, step)| match &step.action {
        Action::Push(push) if operation.pushed(number) == Sent::Yes => Some(push),
        _ => None,
    });
    let to = |planned: &RefMove| PushedRef {
        name: planned.name.clone(),
        to: planned.new.as_ref().and_then(|id| operation.object(id)),
    };
    arrived
        .map(|push| Pushed {
            remote: push.shown.clone(),
            refs: push.moves.iter().map(to).collect(),
        })
        .collect()
}

/// The planned edits as lines.
fn files(operation: &Operation, before: &[Option<Vec<u8>>]) -> Vec<FileEdit> {
    let plan = operation.plan();
    let each = plan.files().into_iter().enumerate();
    each.flat_map(|(number, change)| {
        let bytes = before.get(number).and_then(Option::as_deref);
        edited(change, bytes)
    })
    .collect()
}

/// The edits of one file; with its old bytes, as whole lines.
pub(super) fn edited(change: &FileChange, bytes: Option<&[u8]>) -> Vec<FileEdit> {
    let path = change.path.to_string();
    let edit = |line: Option<usize>, old: &str, new: &str| {
        let mut lines = new.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().unwrap_or_default();
        let old = old.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let (old, new) = (cut(old, LINE), cut(first, LINE));
        FileEdit { path: path.clone(), line, old, new, more: lines.count() }
    };
    let one_line = |change: &Edit| !change.old.contains('\n') && !change.new.contains('\n');
    match bytes {
        Some(bytes) if change.edits.iter().all(one_line) => changes(bytes, &change.edits)
            .iter()
            .map(|line| edit(Some(line.line), &line.old, &line.new))
            .collect(),
        bytes => {
            let line = |edit: &Edit| {
                let above = bytes?.get(..edit.range.start)?;
                Some(above.iter().filter(|&&byte| byte == b'\n').count() + 1)
            };
            change.edits.iter().map(|one| edit(line(one), &one.old, &one.new)).collect()
        }
    }
}

/// A text of at most so many bytes.
fn cut(text: &str, most: usize) -> String {
    match text.len() > most {
        true => format!("{} ...", &text[..text.floor_char_boundary(most)]),
        false => text.to_owned(),
    }
}

/// The same without credentials, wherever one may have got into it.
fn masked(record: Record) -> Record {
    fn clean(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = mask(text),
            serde_json::Value::Array(values) => values.iter_mut().for_each(clean),
            serde_json::Value::Object(values) => values.values_mut().for_each(clean),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            }
        }
    }
    let mut value = serde_json::to_value(&record).unwrap_or_default();
    clean(&mut value);
    serde_json::from_value(value).unwrap_or(record)
}

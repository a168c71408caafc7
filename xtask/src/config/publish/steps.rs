//! Jobs and steps of GitHub's workflows: which of them run on an event, and what they publish.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::condition::{Value, asks_for_status, value};
use super::target::{Target, commands, of_action, of_command};
use super::{Certainty, Event, on};
use crate::path::RepoPath;
use crate::sites::doc::{Doc, Kind, Node};
use crate::sites::{Source, Tree, yaml};

/// So many workflows and actions that call each other are looked into.
const DEPTH: usize = 3;

/// Larger files are no scripts.
const SIZE_LIMIT: usize = 128 << 10;

/// Targets, and how sure they are.
type Found = Vec<(Target, Certainty)>;

/// Reads workflows.
pub struct Reader<'r> {
    pub tree: &'r dyn Tree,
    pub event: Event<'r>,
    /// `owner/name`
    pub repository: Option<&'r str>,
}

impl Reader<'_> {
    /// What a workflow publishes when the event happens.
    pub fn workflow(&self, doc: &Doc<'_>) -> Found {
        let on = doc.root().get("on").and_then(|on| on::started(on, self.event));
        let Some(started) = on else { return Vec::new() };
        let found = self.jobs(doc, DEPTH);
        found.into_iter().map(|(target, certainty)| (target, certainty.min(started))).collect()
    }

    fn jobs(&self, doc: &Doc<'_>, depth: usize) -> Found {
        let jobs = Jobs::new(self, doc);
        let entries = doc.root().get("jobs").map(Node::entries).unwrap_or_default();
        let mut all = Vec::new();
        for entry in entries {
            let Some(runs) = jobs.runs(&entry.key) else { continue };
            let job = &entry.value;
            let steps = job.get("steps").map(Node::items).unwrap_or_default();
            let mut found = jobs.steps(steps, depth);
            if let Some(called) = job.get("uses").and_then(Node::text) {
                found.extend(self.called(called, depth));
            }
            all.extend(found.into_iter().map(|(target, sure)| (target, sure.min(runs))));
        }
        all
    }

    /// A workflow or an action of this repository: `./.github/actions/publish`.
    fn called(&self, name: &str, depth: usize) -> Found {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let Some(name) = name.strip_prefix("./") else { return Vec::new() };
        let inside = ["", "/action.yml", "/action.yaml"].map(|end| format!("{name}{end}"));
        let read = |path: &String| self.tree.read(&RepoPath::new(path)?).ok().flatten();
        let Some(file) = inside.iter().find_map(read) else { return Vec::new() };
        let Ok(doc) = yaml::parse(Source::from(&file)) else { return Vec::new() };
        match doc.root().get("runs").and_then(|runs| runs.get("steps")) {
            Some(steps) => Jobs::new(self, &doc).steps(steps.items(), depth),
            None => self.jobs(&doc, depth),
        }
    }

    /// The targets of a script, and of the scripts of the repository that it starts.
    fn script(&self, text: &str, depth: usize) -> Vec<Target> {
        let mut found = Vec::new();
        for argv in commands(text) {
            found.extend(of_command(&argv));
            let shell = |word: &&String| word.starts_with('-') || *word == "sh" || *word == "bash";
            let file = argv.iter().find(|word| !shell(word));
            if let (Some(depth), Some(file)) = (depth.checked_sub(1), file) {
                let script = self.file(file);
                found.extend(script.into_iter().flat_map(|text| self.script(&text, depth)));
            }
        }
        found
    }

    /// The text of a file of the repository that a command names.
    fn file(&self, word: &str) -> Option<String> {
        let path = RepoPath::new(word).filter(|_| word.contains('/'))?;
        let file = self.tree.read(&path).ok()??;
        let text = String::from_utf8_lossy(&file.bytes);
        (file.bytes.len() <= SIZE_LIMIT && text.starts_with("#!")).then(|| text.into_owned())
    }

    /// What a name in an expression stands for on this event, but for what the workflow itself says.
    fn known(&self, name: &str) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let name = name.to_ascii_lowercase();
        let (kind, short) = match self.event {
            Event::Tag(tag) | Event::Release(tag) => ("tag", tag),
            Event::Branch(branch) => ("branch", branch),
        };
        let place = if kind == "tag" { "tags" } else { "heads" };
        let released = matches!(self.event, Event::Release(_));
        match name.strip_prefix("github.").unwrap_or_default() {
            "event_name" => text(if released { "release" } else { "push" }),
            "ref" => text(&format!("refs/{place}/{short}")),
            "event.ref" if !released => text(&format!("refs/{place}/{short}")),
            "event.release.tag_name" if released => text(short),
            "ref_name" => text(short),
            "ref_type" => text(kind),
            "head_ref" | "base_ref" => text(""),
            "event.deleted" if !released => Value::Truth(false),
            "repository" => self.repository.map_or(Value::Unknown, text),
            "repository_owner" => {
                let owner = self.repository.and_then(|name| name.split('/').next());
                owner.map_or(Value::Unknown, text)
            }
            event
                if ["event.pull_request.", "event.inputs."]
                    .iter()
                    .any(|p| event.starts_with(p)) =>
            {
                text("")
            }
            _ => Value::Unknown,
        }
    }
}

/// The jobs of one workflow.
struct Jobs<'j> {
    reader: &'j Reader<'j>,
    doc: &'j Doc<'j>,
    /// What was found out of jobs; of one that is being asked about: that nobody knows.
    running: RefCell<BTreeMap<String, Option<Certainty>>>,
}

impl<'j> Jobs<'j> {
    fn new(reader: &'j Reader<'j>, doc: &'j Doc<'j>) -> Self {
        Self { reader, doc, running: RefCell::default() }
    }

    fn job(&self, name: &str) -> Option<&Node> {
        self.doc.root().get("jobs")?.get(name)
    }

    /// Whether a job runs; `None` when it does not. One that needs another does not run when that
    /// is left out, unless it asks how it went.
    fn runs(&self, name: &str) -> Option<Certainty> {
        if let Some(known) = self.running.borrow().get(name) {
            return *known;
        }
        self.running.borrow_mut().insert(name.to_owned(), Some(Certainty::Perhaps));
        let runs = self.would_run(self.job(name)?);
        self.running.borrow_mut().insert(name.to_owned(), runs);
        runs
    }

    fn would_run(&self, job: &Node) -> Option<Certainty> {
        let own = self.holds(job.get("if"))?;
        let asks = job.get("if").and_then(|node| self.text(node));
        if asks.is_some_and(|text| asks_for_status(&text)) {
            return Some(own);
        }
        let needs = job.get("needs").map(Node::texts).unwrap_or_default();
        needs
            .iter()
            .filter_map(|node| node.text())
            .try_fold(own, |certainty, needed| Some(certainty.min(self.runs(needed)?)))
    }

    /// Whether a condition holds; `None` when it does not.
    fn holds(&self, condition: Option<&Node>) -> Option<Certainty> {
        let Some(condition) = condition else { return Some(Certainty::Sure) };
        let text = self.text(condition).unwrap_or_default();
        match value(&text, &|name| self.known(name, DEPTH)).holds() {
            Some(true) => Some(Certainty::Sure),
            Some(false) => None,
            None => Some(Certainty::Perhaps),
        }
    }

    /// The same as the reader knows, and what becomes of other jobs: `needs.build.outputs.release`,
    /// `needs.build.result`.
    fn known(&self, name: &str, depth: usize) -> Value {
        let result = name.strip_prefix("needs.").and_then(|rest| rest.strip_suffix(".result"));
        if let Some(job) = result {
            return match self.runs(job) {
                None => Value::Text("skipped".to_owned()),
                Some(Certainty::Sure) => Value::Text("success".to_owned()),
                Some(Certainty::Perhaps) => Value::Unknown,
            };
        }
        let output = || {
            let (job, output) = name.strip_prefix("needs.")?.split_once(".outputs.")?;
            let depth = depth.checked_sub(1)?;
            let text = self.text(self.job(job)?.get("outputs")?.get(output)?)?;
            text.contains("${{").then(|| value(&text, &|name| self.known(name, depth)))
        };
        output().unwrap_or_else(|| self.reader.known(name))
    }

    fn steps(&self, steps: &[Node], depth: usize) -> Found {
        let mut all = Vec::new();
        for step in steps {
            let Some(runs) = self.holds(step.get("if")) else { continue };
            if let Some(script) = step.get("run").and_then(|node| self.text(node)) {
                let targets = self.reader.script(&script, depth);
                all.extend(targets.into_iter().map(|target| (target, runs)));
            }
            if let Some(action) = step.get("uses").and_then(Node::text) {
                let found = self.action(action, step.get("with"), depth);
                all.extend(found.into_iter().map(|(target, sure)| (target, sure.min(runs))));
            }
        }
        all
    }

    fn action(&self, action: &str, with: Option<&Node>, depth: usize) -> Found {
        if action.starts_with("./") {
            return self.reader.called(action, depth);
        }
        let name = action.split('@').next().unwrap_or(action);
        let input = |name: &str| with?.get(name).and_then(|node| self.text(node));
        let target = of_action(name, &input);
        let certainty = match target {
            Some(Target::Image) => self.pushes(&input),
            Some(_) => Some(Certainty::Sure),
            None => None,
        };
        target.zip(certainty).into_iter().collect()
    }

    /// Whether the inputs of an action that builds an image let it be pushed.
    fn pushes(&self, input: &dyn Fn(&str) -> Option<String>) -> Option<Certainty> {
        let outputs = input("outputs").unwrap_or_default();
        if outputs.contains("push=true") || outputs.contains("type=registry") {
            return Some(Certainty::Sure);
        }
        match value(&input("push")?, &|name| self.known(name, DEPTH)).holds() {
            Some(true) => Some(Certainty::Sure),
            Some(false) => None,
            None => Some(Certainty::Perhaps),
        }
    }

    /// What a value says, however it is written.
    fn text(&self, node: &Node) -> Option<String> {
        Some(match &node.kind {
            Kind::Text(text) => text.clone(),
            Kind::Lines(lines) => {
                let lines: Vec<&str> = lines.iter().map(|line| line.value.as_str()).collect();
                lines.join("\n")
            }
            // Numbers and truths, and what is folded: behind its sign.
            Kind::Other => {
                let raw = self.doc.source().bytes.get(node.span.clone())?;
                let raw = String::from_utf8_lossy(raw);
                match raw.strip_prefix('>') {
                    Some(folded) => folded.split_once('\n')?.1.replace('\n', " "),
                    None => raw.trim().to_owned(),
                }
            }
            Kind::Table(_) | Kind::List(_) | Kind::Alias(_) => return None,
        })
    }
}

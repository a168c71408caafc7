//! A document held against the vocabulary.

use super::shape::{Key, Kind, Map, Rule, Shape, Table};
use super::text;
use super::vocabulary::VOCABULARY;
use super::wrong::Wrong;
use crate::config::detect::listed;
use crate::error::Refusal;
use crate::sites::doc::{self, Doc, Entry, Node, dotted};
use crate::sites::toml::{Step, key_at, quoted};
use crate::wording::nearest;

/// Checks every value on its own; what several say together is for `together`.
///
/// # Errors
/// The first key that is not in the vocabulary, the first value that is not what it should be.
pub fn check(doc: &Doc<'_>) -> Result<(), Refusal> {
    Check { doc }.table(&VOCABULARY, doc.root(), &Spot::TOP)
}

struct Check<'a> {
    doc: &'a Doc<'a>,
}

/// Where in the document: a way of steps, from its end.
struct Spot<'a> {
    step: Option<Step<'a>>,
    above: Option<&'a Spot<'a>>,
}

impl<'a> Spot<'a> {
    const TOP: Spot<'static> = Spot { step: None, above: None };

    fn key(&'a self, name: &'a str) -> Spot<'a> {
        Spot { step: Some(Step::Key(name)), above: Some(self) }
    }

    fn item(&'a self, number: usize) -> Spot<'a> {
        Spot { step: Some(Step::Item(number)), above: Some(self) }
    }

    fn way(&self) -> Vec<Step<'a>> {
        let mut way = Vec::new();
        let mut spot = Some(self);
        while let Some(here) = spot {
            way.extend(here.step);
            spot = here.above;
        }
        way.reverse();
        way
    }

    fn keys(&self) -> Vec<&'a str> {
        let name = |step| match step {
            Step::Key(name) => Some(name),
            Step::Item(_) => None,
        };
        self.way().into_iter().filter_map(name).collect()
    }

    /// `gates.tests.run`, `an entry of version.files`.
    fn name(&self) -> String {
        match self.step {
            Some(Step::Item(_)) => format!("an entry of {}", dotted(&self.keys())),
            _ => dotted(&self.keys()),
        }
    }

    /// The table as a person writes its head; `None` for the whole file.
    fn head(&self) -> Option<String> {
        let keys = self.keys();
        (!keys.is_empty()).then(|| format!("[{}]", dotted(&keys)))
    }
}

impl Check<'_> {
    fn value(&self, shape: &Shape, node: &Node, spot: &Spot<'_>) -> Result<(), Refusal> {
        match (shape, &node.kind) {
            (Shape::Text(kind), doc::Kind::Text(text)) => self.text(*kind, text, node, spot),
            (Shape::List(each), doc::Kind::List(nodes)) => nodes
                .iter()
                .enumerate()
                .try_for_each(|(number, node)| self.value(each, node, &spot.item(number))),
            (Shape::Table(table), doc::Kind::Table(_)) => self.table(table, node, spot),
            (Shape::Map(map), doc::Kind::Table(entries)) => self.map(map, entries, spot),
            (Shape::OneOf(shapes), _) => match shapes.iter().find(|shape| self.fits(shape, node)) {
                Some(shape) => self.value(shape, node, spot),
                None => Err(self.wrong_type(shape, node, spot)),
            },
            (Shape::Later, _) => Err(self.later(spot)),
            (Shape::Flag, doc::Kind::Other) if self.is_flag(node) => Ok(()),
            (Shape::Count, doc::Kind::Other) if self.number(node).is_some() => {
                self.count(node, spot)
            }
            _ => Err(self.wrong_type(shape, node, spot)),
        }
    }

    /// Is it of the type of TOML that the shape has?
    fn fits(&self, shape: &Shape, node: &Node) -> bool {
        match (shape, &node.kind) {
            (Shape::Text(_), doc::Kind::Text(_))
            | (Shape::List(_), doc::Kind::List(_))
            | (Shape::Table(_) | Shape::Map(_) | Shape::Later, doc::Kind::Table(_)) => true,
            (Shape::Flag, doc::Kind::Other) => self.is_flag(node),
            (Shape::Count, doc::Kind::Other) => self.number(node).is_some(),
            (Shape::OneOf(shapes), _) => shapes.iter().any(|shape| self.fits(shape, node)),
            _ => false,
        }
    }

    fn table(&self, table: &Table, node: &Node, spot: &Spot<'_>) -> Result<(), Refusal> {
        for entry in node.entries() {
            match table.key(&entry.key) {
                Some(key) => self.value(&key.shape, &entry.value, &spot.key(&entry.key))?,
                None => return Err(self.unknown(table, entry, spot)),
            }
        }
        table.rules.iter().try_for_each(|rule| self.rule(*rule, table, node, spot))
    }

    fn map(&self, map: &Map, entries: &[Entry], spot: &Spot<'_>) -> Result<(), Refusal> {
        for entry in entries {
            let (name, spot) = (&entry.key, spot.key(&entry.key));
            let known = map.known.iter().find(|key| key.name == name);
            if known.is_none() {
                text::check(map.names, name, self.doc.root()).map_err(|wrong| {
                    self.refuse(wrong, &spot.name(), self.key_place(&spot).unwrap_or(entry.at))
                })?;
            }
            let shape = known.map_or(&map.each, |key| &key.shape);
            if known.is_none() && !self.fits(shape, &entry.value) {
                return Err(only_known(self.wrong_type(shape, &entry.value, &spot), map, |key| {
                    self.fits(&key.shape, &entry.value)
                }));
            }
            self.value(shape, &entry.value, &spot)?;
        }
        Ok(())
    }

    fn text(&self, kind: Kind, text: &str, node: &Node, spot: &Spot<'_>) -> Result<(), Refusal> {
        text::check(kind, text, self.doc.root()).map_err(|wrong| {
            // With escapes in it, a byte of the value is not a byte of the file.
            let raw = self.doc.source().bytes.get(node.span.clone());
            let shift = if raw == Some(text.as_bytes()) { wrong.at } else { 0 };
            let wrong = match wrong.for_a_shell {
                true => wrong.why(with_shell(text, spot)),
                false => wrong,
            };
            self.refuse(wrong, &spot.name(), node.span.start + shift)
        })
    }

    fn count(&self, node: &Node, spot: &Spot<'_>) -> Result<(), Refusal> {
        match self.number(node) {
            Some(1..) => Ok(()),
            _ => Err(self.refuse(
                Wrong::new("is less than 1").why("It is a whole number from 1."),
                &spot.name(),
                node.span.start,
            )),
        }
    }

    fn rule(&self, rule: Rule, table: &Table, node: &Node, spot: &Spot<'_>) -> Result<(), Refusal> {
        let (Rule::Exactly(names) | Rule::AtMost(names)) = rule;
        let there: Vec<&Entry> =
            node.entries().iter().filter(|entry| names.contains(&entry.key.as_str())).collect();
        let wrong = match (rule, &there[..]) {
            (_, [one, other, ..]) => {
                let wrong = Wrong::new(format!("has {} and {}", one.key, other.key));
                return Err(self.refuse(
                    wrong.why("Only one of them can hold."),
                    &spot.name(),
                    other.at,
                ));
            }
            (Rule::Exactly([name]), []) => Wrong::new(format!("has no {name}")),
            (Rule::Exactly(_), []) => Wrong::new(format!("has neither {}", names.join(" nor "))),
            _ => return Ok(()),
        };
        let example = names.first().and_then(|name| table.key(name)).and_then(example);
        let wrong =
            example.into_iter().fold(wrong, |wrong, line| wrong.why(format!("Write {line}.")));
        Err(self.refuse(wrong, &spot.name(), node.span.start))
    }

    fn is_flag(&self, node: &Node) -> bool {
        matches!(self.raw(node), "true" | "false")
    }

    fn number(&self, node: &Node) -> Option<i64> {
        integer(self.raw(node))
    }

    fn raw(&self, node: &Node) -> &str {
        let bytes = self.doc.source().bytes.get(node.span.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn wrong_type(&self, shape: &Shape, node: &Node, spot: &Spot<'_>) -> Refusal {
        let is = match &node.kind {
            doc::Kind::Text(_) => "a text",
            doc::Kind::List(_) => "a list",
            doc::Kind::Table(_) => "a table",
            doc::Kind::Other if self.raw(node).len() > 40 => "a long number",
            doc::Kind::Lines(_) | doc::Kind::Alias(_) | doc::Kind::Other => self.raw(node),
        };
        let wrong = Wrong::new(format!("is {is}, not {}", shape.noun()));
        let keys = spot.keys();
        let item = matches!(spot.step, Some(Step::Item(_)));
        let wrong = match (shape.example(), keys.last()) {
            (Some(example), _) if item => wrong.why(format!("An entry of it is {example}.")),
            (Some(example), Some(key)) if !matches!(shape, Shape::Table(_)) => {
                wrong.why(format!("Write {} = {example}.", dotted(&[key])))
            }
            _ => wrong.why(format!("Its keys stand below [{}].", spot.name())),
        };
        self.refuse(wrong, &spot.name(), node.span.start)
    }

    fn later(&self, spot: &Spot<'_>) -> Refusal {
        let head = spot.head().unwrap_or_default();
        let refusal = Refusal::usage(format!(
            "{head} in {} is not available yet",
            self.doc.source().path
        ))
        .why("This version would ignore what it says. Take it out, or put a # before its lines.");
        let place = self.key_place(spot).unwrap_or_default();
        refusal.at(self.doc.source().place(place)).next("schema", "shows all there is today")
    }

    /// A key that the table does not have: the one that was meant, or where it belongs.
    fn unknown(&self, table: &Table, entry: &Entry, spot: &Spot<'_>) -> Refusal {
        let path = self.doc.source().path;
        let is_table = matches!(entry.value.kind, doc::Kind::Table(_));
        let own = spot.key(&entry.key);
        let kind = if is_table { "table" } else { "key" };
        let (what, all) = match spot.head() {
            _ if is_table && spot.step.is_none() => {
                (format!("unknown table [{}] in {path}", own.name()), "The tables are".to_owned())
            }
            None => (
                format!("unknown key {} in {path}", own.name()),
                "Above the first table stand".to_owned(),
            ),
            Some(head) => (
                format!("unknown {kind} {} in {head} of {path}", dotted(&[&entry.key])),
                format!("The keys of {head} are"),
            ),
        };
        let at = self.key_place(&own).unwrap_or(entry.at);
        let refusal = Refusal::usage(what).at(self.doc.source().place(at));
        let candidates = || {
            let here = |key: &&Key| spot.step.is_some() || is_block(&key.shape) == is_table;
            table.keys().filter(here).filter(|key| !matches!(key.shape, Shape::Later))
        };
        let refusal =
            match (nearest(&entry.key, candidates().map(|key| key.name)), homes(&entry.key)) {
                (Some(meant), _) => refusal.why(format!("Did you mean \"{meant}\"?")),
                (None, homes) if !homes.is_empty() => {
                    refusal.why(format!("It is a key of {}.", homes.join(" and ")))
                }
                (None, _) => {
                    let names: Vec<String> = candidates().map(|key| key.name.to_owned()).collect();
                    listed(refusal, &all, &names)
                }
            };
        refusal.next("schema", "describes every table and key")
    }

    fn refuse(&self, wrong: Wrong, name: &str, at: usize) -> Refusal {
        let source = self.doc.source();
        let refusal = Refusal::usage(format!("{name} in {} {}", source.path, wrong.what));
        let refusal = wrong.why.into_iter().fold(refusal, Refusal::why);
        let refusal = match &wrong.all {
            Some((lead, words)) => listed(refusal, lead, words),
            None => refusal,
        };
        refusal.at(source.place(at)).next("schema", "describes every table and key")
    }

    fn key_place(&self, spot: &Spot<'_>) -> Option<usize> {
        key_at(self.doc.source(), &spot.way())
    }
}

/// A whole number as TOML writes it, `None` for anything else.
pub fn integer(raw: &str) -> Option<i64> {
    let digits = raw.replace('_', "");
    match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16).ok(),
        Some("0o") => i64::from_str_radix(&digits[2..], 8).ok(),
        Some("0b") => i64::from_str_radix(&digits[2..], 2).ok(),
        _ => digits.parse().ok(),
    }
}

/// Adds which names of a map can have the value that another name cannot have.
fn only_known(refusal: Refusal, map: &Map, fits: impl Fn(&Key) -> bool) -> Refusal {
    let names: Vec<String> =
        map.known.iter().filter(|key| fits(key)).map(|key| key.name.to_owned()).collect();
    if names.is_empty() {
        refusal
    } else {
        listed(refusal, "Only built-in gates can be switched:", &names)
    }
}

/// `run = "pytest -q"`
fn example(key: &Key) -> Option<String> {
    Some(format!("{} = {}", key.name, key.shape.example()?))
}

/// The same command with a shell, at the same place.
fn with_shell(text: &str, spot: &Spot<'_>) -> String {
    let shell = format!("shell = {}", quoted(text));
    match (spot.step, spot.keys().last()) {
        (Some(Step::Key("run")), _) => format!("Write {shell} instead of run."),
        (Some(Step::Key(_)), Some(key)) => format!("Write {} = {{ {shell} }}.", dotted(&[key])),
        _ => format!("Write {{ {shell} }}."),
    }
}

fn is_block(shape: &Shape) -> bool {
    matches!(shape, Shape::Table(_) | Shape::Map(_) | Shape::Later)
}

/// The tables that have such a key.
fn homes(name: &str) -> Vec<String> {
    let top = VOCABULARY.key(name).filter(|key| !is_block(&key.shape));
    let top = top.map(|_| "the file itself, above its first table".to_owned());
    let below = VOCABULARY.keys().filter_map(|key| match key.shape {
        Shape::Table(table) => table.key(name).map(|_| format!("[{}]", key.name)),
        _ => None,
    });
    top.into_iter().chain(below).collect()
}

//! What the subcommands know: the file, its boxes and what they are bound to, and what became of it.

use serde_json::{Value, json};

use super::super::Context;
use super::super::check::{Names, Read, past};
use super::super::sign::{self, Standing};
use crate::checklist::{
    Bound, Checklist, Excused, Facts, Group, Known, MOST, Problem, Released, Signed, Turn, bind,
    groups, parse,
};
use crate::config::file::gates::{ProfileTable, Switch};
use crate::config::file::{BUILT_IN, Binding};
use crate::error::{Refusal, word};
use crate::gates::Profile;
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::record::{self, Record, Waiver};
use crate::repo::{Repo, Status};
use crate::signoff::judge::persons;
use crate::signoff::{Phase, Signoff};
use crate::sites::{File, Source, Tree};
use crate::version::Version;

/// A checklist with all that is known of the repository.
pub struct Reading<'r> {
    pub read: &'r Read,
    pub status: Status,
    pub names: Names,
    pub file: File,
    pub checklist: Checklist,
    pub bound: Bound,
    /// Sections whose heading the file does not have.
    pub missing: Vec<String>,
}

/// Which release is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The next one; the last one where nothing has come since.
    Next,
    Last,
}

impl<'r> Reading<'r> {
    /// Reads the configured checklist out of `tree`.
    ///
    /// # Errors
    /// None is configured, it is not there, it has no boxes; something is bound in a way that is
    /// wrong, with its place.
    pub fn of(
        repo: &Repo,
        context: &Context,
        read: &'r Read,
        tree: &impl Tree,
    ) -> Result<Self, Refusal> {
        let table = &read.settings.checklist;
        let Some(said) = &table.file else {
            return Err(Refusal::usage("no checklist is configured")
                .why("[checklist] file in gonogo.toml names the Markdown file.")
                .next("checklist import FILE", "proposes what gonogo.toml would say of it"));
        };
        let file = file(tree, &said.value).map_err(|refusal| {
            let place = read.settings.place(said.at).filter(|_| refusal.place.is_none());
            place.into_iter().fold(refusal, Refusal::at)
        })?;
        let checklist = boxes(&file)?;
        let status = repo.status()?;
        let names = Names::of(read, repo, &status, context)?;
        let roles: Vec<String> =
            read.settings.signoff.roles.iter().map(|(name, _)| name.clone()).collect();
        let known = Known { sections: &table.sections, roles: &roles, gates: &names.all };
        let bound = bind(&checklist, known);
        let missing = missing(read, &file, &checklist, &bound)?;
        Ok(Self { read, status, names, file, checklist, bound, missing })
    }

    /// What became of it, from the checks of these files, or from the record of the release.
    ///
    /// # Errors
    /// git fails.
    pub fn facts(&self, repo: &Repo, about: About) -> Result<Facts, Refusal> {
        if let Some((released, record)) = self.released(repo, about)? {
            let standing = self.standing(repo, Some(&released.tag))?;
            let facts = self.unsigned();
            let (signed, void) = of_people(standing.as_ref());
            let (gates, waived) =
                record.map(|record| (record.gates, record.waivers)).unwrap_or_default();
            return Ok(Facts { released: Some(released), gates, waived, signed, void, ..facts });
        }
        let mut facts = self.without_gates(repo)?;
        seen_before(repo, &self.status, &mut facts)?;
        Ok(facts)
    }

    /// What earlier checks of the same files have said of gates that boxes wait for and that the release
    /// does not ask itself: as a report. It is kept with the release, because nothing else proves it.
    ///
    /// # Errors
    /// git fails.
    pub fn proved_before(&self, repo: &Repo) -> Result<Value, Refusal> {
        let bindings = self.bound.items.iter().flat_map(|item| &item.bindings);
        let bound: Vec<&str> = bindings
            .filter_map(|binding| match binding {
                Binding::Gate(id) if !self.names.asked.contains(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let (mut gates, mut waivers): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        for report in past(repo, &self.status)? {
            let all = |key: &str| report[key].as_array().cloned().unwrap_or_default().into_iter();
            let seen = |gate: &Value| gates.iter().any(|known| known["id"] == gate["id"]);
            let is_bound = |gate: &Value| gate["id"].as_str().is_some_and(|id| bound.contains(&id));
            let new: Vec<Value> =
                all("gates").filter(|gate| is_bound(gate) && !seen(gate)).collect();
            let of = |waiver: &Value| new.iter().any(|gate| gate["id"] == waiver["gate"]);
            waivers.extend(all("waivers").filter(of));
            gates.extend(new);
        }
        Ok(json!({ "gates": gates, "waivers": waivers }))
    }

    /// What is known when a release is about to be made: who has signed, what gates have said in this
    /// report, else in earlier ones about the same files.
    ///
    /// # Errors
    /// git fails.
    pub fn facts_before(
        &self,
        repo: &Repo,
        standing: &Standing,
        report: &Value,
    ) -> Result<Facts, Refusal> {
        let mut facts = self.facts_told(standing, report);
        seen_before(repo, &self.status, &mut facts)?;
        Ok(facts)
    }

    /// The same by what stands in this report alone.
    pub fn facts_told(&self, standing: &Standing, report: &Value) -> Facts {
        let (signed, void) = of_people(Some(standing));
        let (gates, waived) = (record::gates(report), waivers(report));
        Facts { gates, waived, signed, void, ..self.unsigned() }
    }

    /// The same from a report of gates that were asked just now.
    ///
    /// # Errors
    /// git fails.
    pub fn facts_of(&self, repo: &Repo, report: &Value) -> Result<Facts, Refusal> {
        let (gates, waived) = (record::gates(report), waivers(report));
        Ok(Facts { gates, waived, ..self.without_gates(repo)? })
    }

    /// What does not depend on gates: who has signed what would be released.
    ///
    /// # Errors
    /// git fails.
    pub fn without_gates(&self, repo: &Repo) -> Result<Facts, Refusal> {
        let standing = self.standing(repo, None)?;
        let (signed, void) = of_people(standing.as_ref());
        Ok(Facts { signed, void, ..self.unsigned() })
    }

    /// The sign-offs of the release with this tag, else of what is here; `None` where nothing says
    /// what that would be.
    fn standing(&self, repo: &Repo, released: Option<&str>) -> Result<Option<Standing>, Refusal> {
        let of_tag = |tag| {
            let (_, known, _) = self.read.sole()?;
            let tagged = known.releases.commits.iter().find(|tagged| tagged.tag == tag)?;
            Some((tagged.tag.as_str(), Oid::new(&tagged.commit)?))
        };
        let subject = match released {
            Some(tag) => of_tag(tag),
            None => self.read.aim.tag.as_deref().zip(repo.head.commit().cloned()),
        };
        let Some((tag, commit)) = subject else { return Ok(None) };
        let (settings, profile) = (&self.read.settings, self.profile());
        Standing::read(&sign::About { repo, settings, profile, tag, commit: &commit }).map(Some)
    }

    /// What depends on nobody.
    fn unsigned(&self) -> Facts {
        let left_out = self.names.all.iter().filter(|id| !self.asks(id)).cloned().collect();
        let profile = self.profile();
        let excused = excused(table(self.read), profile);
        let profile = match profile {
            Profile::Alpha | Profile::Beta | Profile::Rc => format!("{} release", profile.name()),
            Profile::Release | Profile::Hotfix => profile.name().to_owned(),
        };
        let table = &self.read.settings.signoff;
        let people = if table.roles.is_empty() { table.distinct.unwrap_or(1) } else { 1 };
        Facts { left_out, people, excused, profile, ..Facts::default() }
    }

    /// All boxes in groups.
    pub fn groups(&self, facts: &Facts) -> Vec<Group> {
        groups(&self.checklist, &self.bound, facts)
    }

    /// The kind of release.
    pub fn profile(&self) -> Profile {
        self.read.aim.profile
    }

    /// Whether a gate is asked where a box is bound to it. Built-in ones are, also those that nothing
    /// has switched on: the box does.
    pub fn asks(&self, id: &str) -> bool {
        let said = self.read.settings.gates.iter().any(|entry| entry.name.value == id);
        let built_in = BUILT_IN.iter().any(|gate| gate.name == id);
        self.names.asked.iter().any(|asked| asked == id) || built_in && !said
    }

    /// Whether this kind of release goes through the checklist at all.
    pub fn is_wanted(&self) -> bool {
        is_wanted(self.read)
    }

    /// The addresses of those who can sign for a role.
    pub fn addresses(&self, role: &str) -> Vec<&str> {
        let addresses = self.read.settings.signoff.addresses(role).unwrap_or_default();
        addresses.iter().map(String::as_str).collect()
    }

    /// The version of the last release.
    pub fn last(&self) -> Option<&Version> {
        let (_, known, _) = self.read.sole()?;
        known.releases.newest.as_ref().map(|(_, version)| version)
    }

    /// What is to be released, for people.
    pub fn version(&self) -> String {
        let version = self.read.aim.version.as_ref().map(Version::text);
        version.map(|version| format!(" for {version}")).unwrap_or_default()
    }

    /// The release that is out, with its record.
    fn released(
        &self,
        repo: &Repo,
        about: About,
    ) -> Result<Option<(Released, Option<Record>)>, Refusal> {
        let Some((_, known, _)) = self.read.sole() else { return Ok(None) };
        let Some((tag, _)) = &known.releases.newest else { return Ok(None) };
        let commit = known.releases.commits.iter().find(|tagged| tagged.tag == *tag);
        let here =
            commit.map(|tagged| tagged.commit.as_str()) == repo.head.commit().map(Oid::as_str);
        if about == About::Next && !(here && self.status.changed.is_empty()) {
            return Ok(None);
        }
        let record = super::super::record::known(repo, tag)?;
        let at = record.as_ref().map(|record| record.at);
        Ok(Some((Released { tag: tag.clone(), at }, record)))
    }
}

/// Whether this kind of release goes through the checklist at all.
pub fn is_wanted(read: &Read) -> bool {
    table(read).and_then(|table| table.checklist) != Some(Switch::Off)
}

fn table(read: &Read) -> Option<&ProfileTable> {
    read.settings.profiles.iter().find(|table| table.name == read.aim.profile.name())
}

/// The file at a path.
///
/// # Errors
/// There is none, it is too large, it cannot be read.
pub fn file(tree: &impl Tree, path: &RepoPath) -> Result<File, Refusal> {
    let Some(file) = tree.read(path)? else {
        return Err(Refusal::usage(format!("there is no {path}"))
            .next_shell("git ls-files -- '*.md'", "lists the files it could be"));
    };
    if file.bytes.len() > MOST {
        return Err(Refusal::usage(format!("{path} is too large for a checklist"))
            .why(format!("It has {} bytes, and at most {MOST} are read.", file.bytes.len())));
    }
    Ok(file)
}

/// The checklist in a file.
///
/// # Errors
/// There are no boxes in it.
pub fn boxes(file: &File) -> Result<Checklist, Refusal> {
    let checklist = parse(&file.bytes);
    if !checklist.items.is_empty() {
        return Ok(checklist);
    }
    let lines = checklist.code.iter().flat_map(|code| code.text.lines());
    let in_code = lines.filter(|line| line.trim_start().starts_with("- [ ] ")).count();
    let refusal = Refusal::usage(format!("{} has no boxes", file.path))
        .why("A box is an item of a list that begins with [ ]: `- [ ] The tests pass`.");
    let refusal = match in_code {
        0 => refusal,
        _ => refusal.why(format!("{in_code} stand in code blocks, which are text.")),
    };
    Err(refusal
        .at(Source::from(file).place(0))
        .next_shell("git grep -lF -e '- [ ] ' -- '*.md'", "lists files that have some")
        .next(format!("checklist import {}", word(&file.path)), "when it has some"))
}

/// Refuses what is bound wrongly; the sections whose heading is not there.
fn missing(
    read: &Read,
    file: &File,
    checklist: &Checklist,
    bound: &Bound,
) -> Result<Vec<String>, Refusal> {
    let sections = &read.settings.checklist.sections;
    let mut missing = Vec::new();
    for problem in &bound.problems {
        match problem {
            Problem::Missing { section } => {
                let heading = &sections[*section].heading;
                let place = read.settings.place(heading.at);
                let place = place.map(|place| format!("{}:{}: ", place.path, place.line));
                missing.push(format!("{}\"{}\"", place.unwrap_or_default(), heading.value));
            }
            Problem::Twice { heading, sections: meant } => {
                let heading = &checklist.headings[*heading];
                let mut which = meant.iter().map(|section| &sections[*section].heading);
                let names: Vec<String> =
                    which.clone().map(|said| format!("\"{}\"", said.value)).collect();
                let refusal = Refusal::usage(format!("a heading is bound {} times", meant.len()))
                    .why(format!("{}:{}: {}", file.path, heading.line, heading.text))
                    .why(format!("{} all mean it: numbers and symbols do not count.", names.join(" and ")))
                    .why("A heading in gonogo.toml that is written exactly as in the file is meant alone.");
                let place = which.next_back().and_then(|said| read.settings.place(said.at));
                let refusal = place.into_iter().fold(refusal, Refusal::at);
                return Err(refusal.next("checklist import --dry-run", "shows what can be bound"));
            }
            Problem::Comment { at, text, why } => {
                return Err(Refusal::usage(format!("a box cannot be bound to \"{text}\""))
                    .why(why.clone())
                    .at(Source::from(file).place(*at))
                    .next("schema", "describes every table and key"));
            }
        }
    }
    Ok(missing)
}

/// Adds what gates have said of these files in earlier checks.
///
/// # Errors
/// git fails.
pub fn seen_before(repo: &Repo, status: &Status, facts: &mut Facts) -> Result<(), Refusal> {
    for report in past(repo, status)? {
        let new = record::gates(&report);
        let seen = |id: &str| facts.gates.iter().any(|gate| gate.id == id);
        let new: Vec<_> = new.into_iter().filter(|gate| !seen(&gate.id)).collect();
        let waived = waivers(&report).into_iter();
        let of = |waiver: &Waiver| new.iter().any(|gate| gate.id == waiver.gate);
        facts.waived.extend(waived.filter(of));
        facts.gates.extend(new);
    }
    Ok(())
}

/// Which sign-offs a kind of release does without: pre-releases need none where nothing is said.
fn excused(table: Option<&ProfileTable>, profile: Profile) -> Excused {
    match (table.and_then(|table| table.signoffs.as_ref()), profile) {
        (Some(roles), _) if roles.iter().any(|role| role == "all") => Excused::None,
        (Some(roles), _) if roles.is_empty() => Excused::All,
        (Some(roles), _) => Excused::AllBut(roles.clone()),
        (None, Profile::Release | Profile::Hotfix) => Excused::None,
        (None, Profile::Alpha | Profile::Beta | Profile::Rc) => Excused::All,
    }
}

/// The sign-offs that count, and a line for each that would if it were not void.
pub fn of_people(standing: Option<&Standing>) -> (Vec<Signed>, Vec<String>) {
    let Some(standing) = standing else { return Default::default() };
    let all = standing.all.iter().chain(&standing.after);
    let counted = all.filter(|one| one.standing.is_ok()).map(|one| &one.signoff);
    let signed = |(person, signoff): (usize, &Signoff)| Signed {
        role: signoff.role.clone(),
        by: signoff.signer(),
        person,
        at: signoff.at,
        turn: match signoff.phase {
            Phase::Before => Turn::Before,
            Phase::After => Turn::After,
        },
    };
    let each = persons(counted).into_iter().enumerate();
    let each = each.flat_map(|(person, all)| all.into_iter().map(move |one| (person, one)));
    (each.map(signed).collect(), standing.voided())
}

fn waivers(report: &Value) -> Vec<Waiver> {
    serde_json::from_value(report["waivers"].clone()).unwrap_or_default()
}

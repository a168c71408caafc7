//! `tag`: what a commit has to say of the version that is tagged on it, and the plan. What is asked
//! of a new tag is asked of one that is there, too: by `tag verify`, and by the hook of a push.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::changelog::Changelog;
use crate::changelog::date::Says;
use crate::config::file::gates::{GateEntry, GateIs, Switch};
use crate::config::file::{ChangelogTable, Prereleases, Settings};
use crate::error::{Place, Refusal};
use crate::path::RepoPath;
use crate::plan::{
    Action, Base, FORMAT, Id, Land, Object, Oid, Plan, Push, RefMove, Sign, Step, Tag,
};
use crate::sites::{self, File, Site, Source};
use crate::version::Version;

/// What the changelog of a commit says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// Nothing has to stand there, and why.
    NotAsked(&'static str),
    /// One section with a date.
    There(Place),
    Wrong(Wrong),
}

/// What is wrong, where, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub what: String,
    /// Of several places the first.
    pub place: Option<Place>,
    pub others: Vec<Place>,
    /// One of our commands, and what it does.
    pub next: (&'static str, &'static str),
}

/// A tag that is made, or is here and lacks on a remote.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    pub name: &'a str,
    pub commit: &'a Oid,
    pub tag: Which<'a>,
    pub push: Option<Pushed>,
}

/// Where the tag comes from.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// It is here.
    Here(&'a Oid),
    New(New<'a>),
}

/// An annotated tag that does not exist yet.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub message: &'a str,
    /// `Name <address> seconds zone`.
    pub tagger: &'a str,
    pub sign: Sign,
}

/// Where the tag is pushed, and what goes with it.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub remote: String,
    /// The address without secrets.
    pub shown: String,
    /// The branch that brings the commit there.
    pub branch: Option<RefMove>,
}

/// Each place of a version as `pyproject.toml:3  1.2.0`.
pub fn places<'a>(
    held: impl Iterator<Item = &'a (&'a Site, Version)>,
    files: &BTreeMap<RepoPath, Rc<[u8]>>,
) -> Vec<String> {
    let place = |(site, version): &(&Site, Version)| {
        let bytes = files.get(&site.path).map_or(&[][..], |bytes| bytes);
        let line = sites::place(&site.path, bytes, site.range.start).line;
        format!("{}:{line}  {version}", site.path)
    };
    held.map(place).collect()
}

/// Looks for the section of a version in the changelog of a commit. A pre-release has one only where
/// that is configured, and with `[gates] changelog = false` nobody asks.
///
/// # Errors
/// The file cannot be read as a changelog.
pub fn section(
    file: Option<&File>,
    version: &Version,
    settings: &Settings,
) -> Result<Section, Refusal> {
    let table = &settings.changelog;
    let Some(file) = file else { return Ok(Section::NotAsked("there is none")) };
    if version.is_prerelease() && table.prereleases == Prereleases::Unreleased {
        return Ok(Section::NotAsked("a pre-release has no section of its own"));
    }
    if is_off("changelog", &settings.gates) {
        return Ok(Section::NotAsked("[gates] changelog is false"));
    }
    let changelog = Changelog::parse(Source::from(file))?;
    let own = |version: &Version| {
        let all = changelog.releases().filter(|(_, release)| release.version.same(version));
        all.collect::<Vec<_>>()
    };
    let found = own(version);
    let place = |at: usize| changelog.place(at);
    let (heading, release) = match found.as_slice() {
        [(section, release)] => (section.heading.start, release),
        [] => {
            let what = format!("{} has no section for {version}", file.path);
            return Ok(Section::Wrong(Wrong::new(what, "changelog", "writes it; commit it then")));
        }
        [(first, _), others @ ..] => {
            let what = format!("{} has {} sections for {version}", file.path, found.len());
            let next = "changelog check";
            return Ok(Section::Wrong(Wrong {
                place: Some(place(first.heading.start)),
                others: others.iter().map(|(section, _)| place(section.heading.start)).collect(),
                ..Wrong::new(what, next, "shows what else is wrong in the file")
            }));
        }
    };
    let wrong = |what: String, at: usize, next, what_for| {
        let wrong = Wrong::new(what, next, what_for);
        Section::Wrong(Wrong { place: Some(place(at)), ..wrong })
    };
    if let Some(yanked) = &release.yanked {
        let what = format!("{version} is marked as yanked in {}", file.path);
        return Ok(wrong(what, yanked.start, "bump patch --next", "takes a number that is free"));
    }
    let at = match &release.date {
        Some(date) if date.says == Says::Placeholder => Some(date.range.start),
        Some(_) => None,
        None => (!without_dates(&changelog, version, table)).then_some(heading),
    };
    Ok(match at {
        Some(at) => {
            let what = format!("the section of {version} in {} has no date", file.path);
            wrong(what, at, "changelog", "fills it in; commit it then")
        }
        None => Section::There(place(heading)),
    })
}

/// Does nothing in this file have a date, as its style is?
fn without_dates(changelog: &Changelog<'_>, version: &Version, table: &ChangelogTable) -> bool {
    if let Some(heading) = &table.heading {
        return !heading.value.contains("{date}");
    }
    let mut others = changelog.releases().filter(|(_, other)| !other.version.same(version));
    let is_dated = |date: &crate::changelog::date::Dated| date.says != Says::Placeholder;
    changelog.releases().any(|(_, other)| !other.version.same(version))
        && !others.any(|(_, other)| other.date.as_ref().is_some_and(is_dated))
}

/// Is a built-in gate switched off?
fn is_off(name: &str, gates: &[GateEntry]) -> bool {
    let off = |gate: &GateEntry| matches!(gate.is, GateIs::Switched(Switch::Off));
    gates.iter().any(|gate| gate.name.value == name && off(gate))
}

impl Wrong {
    fn new(what: String, next: &'static str, what_for: &'static str) -> Self {
        Self { what, place: None, others: Vec::new(), next: (next, what_for) }
    }

    /// The refusal to tag; `option` chooses the package.
    pub fn refusal(&self, option: &str) -> Refusal {
        let (next, what_for) = self.next;
        let refusal = Refusal::unsafe_to(&self.what).next(format!("{next}{option}"), what_for);
        let also = |place: &Place| format!("{}:{}  {}", place.path, place.line, place.source);
        let refusal = self.others.iter().map(also).fold(refusal, Refusal::why);
        match &self.place {
            Some(place) => refusal.at(place.clone()),
            None => refusal,
        }
    }
}

/// The plan; one without a step where nothing is to be done.
pub fn plan(base: Base, wish: &Wish<'_>) -> Plan {
    let full = format!("refs/tags/{}", wish.name);
    let (mut steps, id) = match wish.tag {
        Which::Here(id) => (Vec::new(), Id::Known(id.clone())),
        Which::New(new) => (made(&full, wish, new), Id::Made(0)),
    };
    if let Some(Pushed { remote, shown, branch }) = &wish.push {
        let moves = branch.iter().cloned().chain([RefMove::create(full, id)]).collect();
        let (remote, shown) = (remote.clone(), shown.clone());
        steps.push(Step {
            why: format!("push to {remote}"),
            action: Action::Push(Push { remote, shown, moves }),
        });
    }
    let title = format!("tag {}", wish.name);
    Plan { format: FORMAT, title, base, steps }
}

/// The steps that make a tag: the first object of the plan.
fn made(full: &str, wish: &Wish<'_>, new: New<'_>) -> Vec<Step> {
    let tag = Tag {
        name: wish.name.to_owned(),
        target: Id::Known(wish.commit.clone()),
        message: new.message.to_owned(),
        tagger: new.tagger.to_owned(),
        sign: new.sign,
    };
    let subject = new.message.lines().next().unwrap_or_default().to_owned();
    let moves = vec![RefMove::create(full, Id::Made(0))];
    vec![
        Step { why: subject, action: Action::Build(vec![Object::Tag(tag)]) },
        Step { why: format!("tag {}", wish.name), action: Action::Land(Land { moves }) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        let path = RepoPath::new("gonogo.toml").unwrap();
        Settings::read(Some(&File { path, bytes: text.as_bytes().into() })).unwrap()
    }

    fn asked(text: &str, version: &str, config: &str) -> String {
        let path = RepoPath::new("CHANGELOG.md").unwrap();
        let file = File { path, bytes: text.as_bytes().into() };
        let version = Version::parse(version).unwrap();
        match section(Some(&file), &version, &settings(config)).unwrap() {
            Section::NotAsked(why) => format!("not asked: {why}"),
            Section::There(place) => format!("line {}", place.line),
            Section::Wrong(wrong) => {
                let line = wrong.place.map_or(0, |place| place.line);
                format!("{line}: {}", wrong.what)
            }
        }
    }

    #[test]
    fn one_dated_section_is_wanted() {
        let old = "## [1.2.0] - 2026-01-02\n\n- a\n";
        let of = |own: &str| format!("# Changelog\n\n{own}\n\n- b\n\n{old}");
        let name = "CHANGELOG.md";
        for (own, expected) in [
            ("## [1.3.0] - 2026-02-03", "line 3".to_owned()),
            ("## v1.3.0 (3 Feb 2026)", "line 3".to_owned()),
            ("## [1.3.0] - Unreleased", format!("3: the section of 1.3.0 in {name} has no date")),
            ("## [1.3.0] - TBD", format!("3: the section of 1.3.0 in {name} has no date")),
            ("## [1.3.0]", format!("3: the section of 1.3.0 in {name} has no date")),
            ("## [Unreleased]", format!("0: {name} has no section for 1.3.0")),
            ("```\n## [1.3.0] - 2026-02-03\n```", format!("0: {name} has no section for 1.3.0")),
            (
                "## [1.3.0] - 2026-02-03\n\n- x\n\n## 1.3.0 - 2026-02-04",
                format!("3: {name} has 2 sections for 1.3.0"),
            ),
            ("## [1.3.0] - 2026-02-03 [YANKED]", format!("3: 1.3.0 is marked as yanked in {name}")),
        ] {
            assert_eq!(asked(&of(own), "1.3.0", ""), expected, "{own}");
        }
    }

    #[test]
    fn what_the_project_does_not_do_is_not_asked() {
        let text = "# Changelog\n\n## 1.3.0\n\n- b\n\n## 1.2.0\n\n- a\n";
        let pre = "not asked: a pre-release has no section of its own";
        let section = "[changelog]\nprereleases = \"section\"\n";
        for (version, config, expected) in [
            ("1.3.0", "", "line 3"),
            ("1.4.0-rc.1", "", pre),
            ("1.4.0rc1", "", pre),
            ("1.4.0-rc.1", section, "0: CHANGELOG.md has no section for 1.4.0-rc.1"),
            ("1.4.0", "[gates]\nchangelog = false\n", "not asked: [gates] changelog is false"),
            ("1.4.0", "[gates]\nchangelog = true\n", "0: CHANGELOG.md has no section for 1.4.0"),
        ] {
            assert_eq!(asked(text, version, config), expected, "{version} {config}");
        }
        // Nobody knows the style of a single section.
        let single = "# Changelog\n\n## 1.3.0\n\n- b\n";
        let wrong = "3: the section of 1.3.0 in CHANGELOG.md has no date";
        assert_eq!(asked(single, "1.3.0", ""), wrong);
        let style = "[changelog]\nheading = \"## {version}\"\n";
        assert_eq!(asked(single, "1.3.0", style), "line 3");
    }

    #[test]
    fn the_plan_makes_the_tag_and_pushes_it_last() {
        let commit = Oid::new(&"a".repeat(40)).unwrap();
        let base = Base { branch: None, head: Some(commit.clone()) };
        let new = New { message: "Release 1.3.0\n", tagger: "A <a> 0 +0000", sign: Sign::No };
        let branch = RefMove::create("refs/heads/main", Id::Known(commit.clone()));
        let push = Pushed { remote: "origin".into(), shown: "x".into(), branch: Some(branch) };
        let wish = Wish { name: "v1.3.0", commit: &commit, tag: Which::New(new), push: Some(push) };
        let whole = plan(base.clone(), &wish);
        let kinds: Vec<&str> = whole.steps.iter().map(|step| kind(&step.action)).collect();
        assert_eq!(kinds, ["build", "land", "push"]);
        let pushed = whole.point_of_no_return().unwrap();
        let names: Vec<&str> = pushed.moves.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["refs/heads/main", "refs/tags/v1.3.0"]);
        assert_eq!(pushed.moves[1].new, Some(Id::Made(0)));
        let here = Wish { tag: Which::Here(&commit), push: None, ..wish };
        assert!(plan(base, &here).steps.is_empty());
    }

    fn kind(action: &Action) -> &'static str {
        match action {
            Action::Build(_) => "build",
            Action::Land(_) => "land",
            Action::Push(_) => "push",
            _ => "other",
        }
    }
}

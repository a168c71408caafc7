//! A sign-off: a person says for a role that a commit may be released, or that the release is good.
//!
//! It is stored as an annotated tag object on the candidate, so that git signs and verifies it. Who
//! signs and when is the tagger; everything else stands in the message ([`Signoff::message`]).
//! What is read comes from anybody who can push, so it is data with limits ([`read::parse`]).

pub mod cover;
pub mod judge;
pub mod read;
pub mod trailer;

use std::fmt;

use crate::plan::{Digest, Oid};
use crate::sys::clock::Timestamp;

/// The version of the message; a reader refuses any other.
pub const FORMAT: u32 = 1;

/// No text in a sign-off is longer, in characters.
pub const LONGEST: usize = 1000;

/// When a sign-off is made. Its message says so where it is not before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// For what may be released.
    #[default]
    Before,
    /// For what was: it ticks boxes and counts for no release.
    After,
}

/// How a message says that the release was out.
const AFTER: &str = "after the release";

impl Phase {
    /// What is said where nobody says something else.
    pub fn statement(self) -> &'static str {
        match self {
            Self::Before => "I looked at this and it may be released.",
            Self::After => "I checked this release and it works.",
        }
    }

    /// Reads what a message says; nothing where it was before.
    fn read(said: Option<&str>) -> Result<Self, String> {
        match said {
            None => Ok(Self::Before),
            Some(AFTER) => Ok(Self::After),
            Some(other) => Err(format!("its phase {other:?} is none that this version knows")),
        }
    }
}

/// Somebody as git knows people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub address: String,
}

/// A sign-off of somebody who could not make it alone: the one who makes it was a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Whose sign-off it is: a name, perhaps with an address behind it, as in `Bo <bo@example.com>`.
    pub person: String,
    /// Where this can be seen: the address of a mail, a ticket, minutes.
    pub evidence: String,
}

/// What one sign-off says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signoff {
    pub phase: Phase,
    /// `None` where the project has no roles.
    pub role: Option<String>,
    /// Who made it.
    pub by: Person,
    pub at: Timestamp,
    pub statement: String,
    /// What the project is called, for people.
    pub project: String,
    pub version: String,
    /// The tag that the release will have: it tells packages and spellings apart.
    pub tag: String,
    pub candidate: Oid,
    /// The tree of the candidate.
    pub tree: Oid,
    pub witnessed: Option<Witnessed>,
}

impl Person {
    /// Reads `Name <address>`, with or without what git writes behind it (`seconds zone`).
    pub fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<')?;
        let (address, _) = rest.split_once('>')?;
        let plain = |text: &str| !text.contains(char::is_control);
        let (name, address) = (name.trim(), address.trim());
        let sound = !name.is_empty() && !address.is_empty() && plain(name) && plain(address);
        sound.then(|| Self { name: name.to_owned(), address: address.to_owned() })
    }

    /// Whether it is this address; the case does not matter, as nearly everywhere in practice.
    pub fn has(&self, address: &str) -> bool {
        self.address.eq_ignore_ascii_case(address)
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.address)
    }
}

impl Witnessed {
    /// The address of the person, where it is said.
    pub fn address(&self) -> Option<String> {
        Person::read(&self.person).map(|person| person.address)
    }

    /// The name without the address.
    pub fn name(&self) -> &str {
        self.person.split_once('<').map_or(self.person.as_str(), |(name, _)| name).trim()
    }
}

impl Signoff {
    /// Whose sign-off it is, by name.
    pub fn whose(&self) -> &str {
        self.witnessed.as_ref().map_or(self.by.name.as_str(), Witnessed::name)
    }

    /// `Ana Diaz`, or `Bo Chen, witnessed by Ana Diaz`.
    pub fn signer(&self) -> String {
        match &self.witnessed {
            Some(witnessed) => format!("{}, witnessed by {}", witnessed.name(), self.by.name),
            None => self.by.name.clone(),
        }
    }

    /// What the role is called where one has to be named.
    pub fn role_name(&self) -> &str {
        self.role.as_deref().unwrap_or(judge::ANYBODY)
    }

    /// The message of its tag object: a title, the statement, and what a reader takes it from.
    pub fn message(&self) -> String {
        let what = format!("{} {}", self.project, self.version);
        let title = match self.phase {
            Phase::Before => format!("GO for {what}"),
            Phase::After => format!("{what} checked {AFTER}"),
        };
        let role = self.role.as_ref().map(|role| format!("{role}: ")).unwrap_or_default();
        let title = format!("{role}{title}");
        let mut facts = vec![("Signoff-Format", FORMAT.to_string())];
        if self.phase == Phase::After {
            facts.push(("Phase", AFTER.to_owned()));
        }
        facts.extend(self.role.iter().map(|role| ("Role", role.clone())));
        facts.extend([
            ("Project", self.project.clone()),
            ("Version", self.version.clone()),
            ("Tag", self.tag.clone()),
            ("Candidate", self.candidate.as_str().to_owned()),
            ("Tree", self.tree.as_str().to_owned()),
        ]);
        if let Some(Witnessed { person, evidence }) = &self.witnessed {
            facts.extend([("For", person.clone()), ("Evidence", evidence.clone())]);
        }
        let facts: Vec<String> =
            facts.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        format!("{title}\n\n{}\n\n{}\n", self.statement, facts.join("\n"))
    }

    /// The name of its tag object. Below `refs/` it is its ref, which is another one for every
    /// sign-off, so that clones never get in each other's way: tag, role, and a digest of all that
    /// it says.
    pub fn name(&self) -> String {
        let said = format!("{}\n{}\n{}", self.by, self.at.0, self.message());
        let digest = Digest::of(said.as_bytes());
        let role = self.role.as_deref().map_or_else(|| judge::ANYBODY.to_owned(), slug);
        format!("gonogo/signoff/{}/{role}/{}", self.tag, &digest.as_str()[..16])
    }
}

/// A role as a part of the name of a ref: `QA Lead` is `qa-lead`.
fn slug(role: &str) -> String {
    let mut slug = String::new();
    for letter in role.chars() {
        match letter.is_ascii_alphanumeric() {
            true => slug.push(letter.to_ascii_lowercase()),
            false if slug.is_empty() || slug.ends_with('-') => {}
            false => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "role".to_owned() } else { slug.to_owned() }
}

/// Whether a text can stand in a sign-off: one line that says something, not too long.
pub fn is_sound(text: &str) -> bool {
    let blank = text.trim().is_empty() || text.trim() != text;
    !blank && !text.contains(char::is_control) && text.chars().count() <= LONGEST
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn oid(digit: char) -> Oid {
        Oid::new(&digit.to_string().repeat(40)).unwrap()
    }

    pub fn signoff(role: &str, name: &str) -> Signoff {
        let address = format!("{}@example.com", name.to_lowercase());
        Signoff {
            phase: Phase::Before,
            role: (role != "any").then(|| role.to_owned()),
            by: Person { name: name.to_owned(), address },
            at: Timestamp(1_795_269_780),
            statement: Phase::Before.statement().to_owned(),
            project: "demo".to_owned(),
            version: "1.3.0".to_owned(),
            tag: "v1.3.0".to_owned(),
            candidate: oid('a'),
            tree: oid('b'),
            witnessed: None,
        }
    }

    #[test]
    fn a_person_is_read_with_and_without_a_date() {
        let read = |text| Person::read(text).map(|person| person.to_string());
        for (text, person) in [
            ("Bo Chen <bo@example.com>", Some("Bo Chen <bo@example.com>")),
            ("Bo Chen <bo@example.com> 1 +0100", Some("Bo Chen <bo@example.com>")),
            ("<bo@example.com>", None),
            ("Bo", None),
            ("Bo <>", None),
            ("B\u{1b}o <bo@example.com>", None),
        ] {
            assert_eq!(read(text).as_deref(), person, "{text}");
        }
    }

    #[test]
    fn every_sign_off_has_a_ref_of_its_own() {
        let one = signoff("QA Lead", "Bo");
        assert!(one.name().starts_with("gonogo/signoff/v1.3.0/qa-lead/"), "{}", one.name());
        assert_eq!(one.name(), one.clone().name());
        let others = [
            signoff("QA lead", "Bo"),
            signoff("QA Lead", "Ana"),
            Signoff { at: Timestamp(1), ..one.clone() },
            Signoff { statement: "Yes.".to_owned(), ..one.clone() },
            Signoff { candidate: oid('c'), ..one.clone() },
            Signoff { phase: Phase::After, ..one.clone() },
        ];
        for other in others {
            assert_ne!(one.name(), other.name());
        }
        let slugs = ["QA", "Release Manager", "é", " (x) ", "a//b", "..", "lock.lock"].map(slug);
        assert_eq!(slugs, ["qa", "release-manager", "role", "x", "a-b", "role", "lock-lock"]);
    }
}

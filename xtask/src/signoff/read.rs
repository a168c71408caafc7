//! From the bytes of a tag object to what it says. Anybody who can push may have written them.

use super::{FORMAT, LONGEST, Person, Phase, Signoff, Witnessed, is_sound};
use crate::plan::Oid;
use crate::sys::clock::Timestamp;

/// No tag object of a sign-off is larger.
pub const LIMIT: usize = 64 << 10;

/// How signatures begin (git, "gpg-interface.c").
const SIGNATURES: [&str; 4] = [
    "-----BEGIN PGP SIGNATURE-----",
    "-----BEGIN PGP MESSAGE-----",
    "-----BEGIN SIGNED MESSAGE-----",
    "-----BEGIN SSH SIGNATURE-----",
];

/// A tag object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub signoff: Signoff,
    /// Whether it carries a signature, good or not.
    pub signed: bool,
    /// The name that the object was made under.
    pub name: String,
}

/// Reads the object of a sign-off.
///
/// # Errors
/// What is wrong with it, as the end of "it cannot be read: ".
pub fn parse(bytes: &[u8]) -> Result<Object, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let (head, body) = text.split_once("\n\n").ok_or("it has no message")?;
    let header = Header::read(head)?;
    let (message, signed) = unsigned(body);
    let mut lines = message.trim_end_matches('\n').split('\n');
    lines.next().filter(|title| is_sound(title)).ok_or("it has no title")?;
    let paragraph = |blank: Option<&str>| blank == Some("");
    if !paragraph(lines.next()) {
        return Err("its title is not one line".to_owned());
    }
    let statement = lines.next().filter(|said| is_sound(said)).ok_or("it states nothing")?;
    if !paragraph(lines.next()) {
        return Err("its statement is not one line".to_owned());
    }
    let facts = Facts::read(lines)?;
    let format = facts.get("Signoff-Format")?;
    if format != FORMAT.to_string() {
        return Err(format!("its format {format:?} is none that this version knows"));
    }
    let candidate = facts.id("Candidate")?;
    if candidate != header.object {
        return Err("it names another commit than its object does".to_owned());
    }
    let witnessed = match (facts.optional("For"), facts.optional("Evidence")) {
        (None, None) => None,
        (Some(person), Some(evidence)) => {
            Some(Witnessed { person: person.to_owned(), evidence: evidence.to_owned() })
        }
        _ => return Err("who it is for and the evidence go together".to_owned()),
    };
    let signoff = Signoff {
        phase: Phase::read(facts.optional("Phase"))?,
        role: facts.optional("Role").map(str::to_owned),
        by: header.by,
        at: header.at,
        statement: statement.to_owned(),
        project: facts.get("Project")?.to_owned(),
        version: facts.get("Version")?.to_owned(),
        tag: facts.get("Tag")?.to_owned(),
        candidate,
        tree: facts.id("Tree")?,
        witnessed,
    };
    Ok(Object { signoff, signed, name: header.name })
}

/// The head of a tag object (git-mktag(1)).
struct Header {
    object: Oid,
    name: String,
    by: Person,
    at: Timestamp,
}

impl Header {
    fn read(head: &str) -> Result<Self, String> {
        let mut lines = head.split('\n');
        let mut field = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.ok_or_else(|| format!("its head has no {name}"))
        };
        let object = Oid::new(field("object")?).ok_or("its object is no id")?;
        if field("type")? != "commit" {
            return Err("it is about no commit".to_owned());
        }
        let name = field("tag")?.to_owned();
        let (by, at) = ident(field("tagger")?).ok_or("nobody is named in it")?;
        Ok(Self { object, name, by, at })
    }
}

/// Reads `Name <address> seconds zone`, as git writes who did something and when.
pub fn ident(text: &str) -> Option<(Person, Timestamp)> {
    let (_, rest) = text.split_once('>')?;
    let seconds = rest.split_whitespace().next()?.parse().ok()?;
    Some((Person::read(text)?, Timestamp(seconds)))
}

/// The message without the signature behind it, as git takes it apart: the last line that begins one
/// counts.
pub fn unsigned(body: &str) -> (&str, bool) {
    let starts = std::iter::once(0).chain(body.match_indices('\n').map(|(at, _)| at + 1));
    let begins = |at: &usize| SIGNATURES.iter().any(|sign| body[*at..].starts_with(sign));
    match starts.rev().find(begins) {
        Some(at) => (&body[..at], true),
        None => (body, false),
    }
}

/// The lines `Key: value` at its end, each key once. Others than ours may be there.
struct Facts<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Facts<'t> {
    fn read(lines: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut facts: Vec<(&str, &str)> = Vec::new();
        for line in lines {
            let fact = line.split_once(": ").filter(|(_, value)| is_sound(value));
            let (key, value) = fact.ok_or_else(|| {
                let shown: String = line.chars().take(40).collect();
                format!("{shown:?} is no fact in at most {LONGEST} letters")
            })?;
            if facts.iter().any(|(known, _)| *known == key) {
                return Err(format!("it says {key:?} twice"));
            }
            facts.push((key, value));
        }
        Ok(Self(facts))
    }

    fn optional(&self, key: &str) -> Option<&'t str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn get(&self, key: &str) -> Result<&'t str, String> {
        self.optional(key).ok_or_else(|| format!("it has no {key}"))
    }

    fn id(&self, key: &str) -> Result<Oid, String> {
        Oid::new(self.get(key)?).ok_or_else(|| format!("its {key} is no id"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::signoff;
    use super::*;
    use proptest::prelude::*;

    fn object(signoff: &Signoff) -> String {
        let Signoff { by, at, candidate, .. } = signoff;
        let head = format!("object {}\ntype commit\ntag {}", candidate.as_str(), signoff.name());
        format!("{head}\ntagger {by} {} +0100\n\n{}", at.0, signoff.message())
    }

    #[test]
    fn what_is_written_is_read() {
        let plain = signoff("QA Lead", "Bo");
        let witnessed = Signoff {
            role: None,
            witnessed: Some(Witnessed {
                person: "Cy Okafor <cy@example.com>".to_owned(),
                evidence: "https://example.com/mail/1".to_owned(),
            }),
            ..plain.clone()
        };
        let after = Signoff { phase: Phase::After, ..witnessed.clone() };
        assert!(object(&after).contains("\n\ndemo 1.3.0 checked after the release\n\n"));
        for one in [plain, witnessed, after] {
            let bare = object(&one);
            let read = parse(bare.as_bytes()).unwrap();
            assert_eq!((&read.signoff, read.signed), (&one, false));
            assert_eq!(read.name, one.name());
            let ssh =
                format!("{bare}-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n");
            let read = parse(ssh.as_bytes()).unwrap();
            assert_eq!((&read.signoff, read.signed), (&one, true));
            let later = bare.replace("Tag: ", "Later-Key: some value\nTag: ");
            assert_eq!(parse(later.as_bytes()).unwrap().signoff, one);
        }
    }

    #[test]
    fn what_is_no_sign_off_is_none() {
        let good = object(&signoff("QA", "Bo"));
        let a = "a".repeat(40);
        for (old, new, why) in [
            ("type commit", "type tree", "it is about no commit"),
            ("tagger Bo", "tagger <", "nobody is named in it"),
            ("Signoff-Format: 1", "Signoff-Format: 2", "its format \"2\" is none"),
            ("Role: QA", "Role: QA\nRole: PO", "it says \"Role\" twice"),
            ("Role: QA", "Phase: before\nRole: QA", "its phase \"before\" is none"),
            ("Role: QA", "Phase: After the release\nRole: QA", "its phase \"After the"),
            ("Role: QA", "For: Cy", "who it is for and the evidence go together"),
            ("Role: QA", "Role: Q\u{7}A", "is no fact"),
            ("Role: QA", "", "is no fact"),
            ("Version: 1.3.0\n", "", "it has no Version"),
            (&format!("Candidate: {a}"), "Candidate: abc", "its Candidate is no id"),
            (&format!("object {a}"), &format!("object {}", "b".repeat(40)), "another commit"),
            ("\n\nI looked", "\nI looked", "its title is not one line"),
            ("released.\n\n", "released.\nmore\n\n", "its statement is not one line"),
            (" +0100\n\n", " +0100\n", "its statement is not one line"),
        ] {
            let bad = good.replacen(old, new, 1);
            assert_ne!(bad, good, "{old}");
            let said = parse(bad.as_bytes()).unwrap_err();
            assert!(said.contains(why), "{old} -> {new}: {said}");
        }
        assert_eq!(parse(b"\xff\n\n").unwrap_err(), "it is not UTF-8");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_broken_one_says_less_or_nothing(at in 0usize..600, byte in any::<u8>()) {
            let good = object(&signoff("QA Lead", "Bo")).into_bytes();
            let mut bad = good.clone();
            let at = at % bad.len();
            bad[at] = byte;
            // Whatever is read can be written again.
            if let Ok(read) = parse(&bad) {
                let again = parse(object(&read.signoff).as_bytes());
                prop_assert_eq!(again.map(|it| it.signoff), Ok(read.signoff));
            }
        }
    }
}

//! A sign-off as one line at the end of the message of a release tag: what people read there, and
//! what `tag verify` finds again where the refs of sign-offs are not.
//!
//! `Sign-off: QA Lead; Bo Chen <bo@example.com>; 2026-11-21 14:06 UTC; COMMIT`, and behind a witnessed
//! one `; for Cy Okafor <cy@example.com>; https://...`. A semicolon within a part is `%3B`.

use super::judge::ANYBODY;
use super::{Person, Signoff, Witnessed, is_sound};
use crate::plan::Oid;

/// The key of the trailer (git-interpret-trailers(1)).
pub const KEY: &str = "Sign-off";

/// The key of the line about what people did not have to say: `Waived: signoff:QA Lead; Bo is ill`.
pub const WAIVED: &str = "Waived";

/// That line.
pub fn waived(what: &str, reason: &str) -> String {
    format!("{WAIVED}: {}; {}", encoded(what), encoded(reason))
}

/// Those of a message: what was waived, and why.
pub fn all_waived(message: &str) -> Vec<(String, String)> {
    let read = |line: &str| {
        let (what, reason) = line.strip_prefix(WAIVED)?.strip_prefix(": ")?.split_once("; ")?;
        let (what, reason) = (decoded(what), decoded(reason));
        (is_sound(&what) && is_sound(&reason)).then_some((what, reason))
    };
    last_paragraph(message).lines().filter_map(read).collect()
}

/// Where trailers stand.
fn last_paragraph(message: &str) -> &str {
    message.trim_end().rsplit("\n\n").next().unwrap_or_default()
}

/// What a trailer tells of a sign-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    pub role: Option<String>,
    pub by: Person,
    /// As it is written: `2026-11-21 14:06 UTC`.
    pub at: String,
    pub candidate: Oid,
    pub witnessed: Option<Witnessed>,
}

impl From<&Signoff> for Trailer {
    fn from(signoff: &Signoff) -> Self {
        Self {
            role: signoff.role.clone(),
            by: signoff.by.clone(),
            at: signoff.at.minute(),
            candidate: signoff.candidate.clone(),
            witnessed: signoff.witnessed.clone(),
        }
    }
}

impl Trailer {
    /// The whole line, without a line end.
    pub fn line(&self) -> String {
        let role = self.role.as_deref().unwrap_or(ANYBODY);
        let by = self.by.to_string();
        let mut parts = vec![role, &by, &self.at, self.candidate.as_str()];
        let person = self.witnessed.as_ref().map(|it| format!("for {}", it.person));
        parts.extend(person.as_deref());
        parts.extend(self.witnessed.as_ref().map(|it| it.evidence.as_str()));
        let parts: Vec<String> = parts.into_iter().map(encoded).collect();
        format!("{KEY}: {}", parts.join("; "))
    }

    /// Reads such a line; `None` for any other.
    pub fn read(line: &str) -> Option<Self> {
        let said = line.strip_prefix(KEY)?.strip_prefix(": ")?;
        let parts: Vec<String> = said.split("; ").map(decoded).collect();
        if !parts.iter().all(|part| is_sound(part)) {
            return None;
        }
        let [role, by, at, candidate, rest @ ..] = parts.as_slice() else { return None };
        let witnessed = match rest {
            [] => None,
            [person, evidence] => Some(Witnessed {
                person: person.strip_prefix("for ")?.to_owned(),
                evidence: evidence.clone(),
            }),
            _ => return None,
        };
        Some(Self {
            role: (role != ANYBODY).then(|| role.clone()),
            by: Person::read(by)?,
            at: at.clone(),
            candidate: Oid::new(candidate)?,
            witnessed,
        })
    }

    /// Those of the last paragraph of a message, which is where trailers stand.
    pub fn all(message: &str) -> Vec<Self> {
        last_paragraph(message).lines().filter_map(Self::read).collect()
    }
}

fn encoded(part: &str) -> String {
    part.replace('%', "%25").replace(';', "%3B")
}

fn decoded(part: &str) -> String {
    part.replace("%3B", ";").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::super::tests::signoff;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_trailer_reads_as_it_is_written() {
        let bo = Trailer::from(&signoff("QA Lead", "Bo"));
        let a = "a".repeat(40);
        assert_eq!(
            bo.line(),
            format!("Sign-off: QA Lead; Bo <bo@example.com>; 2026-11-21 14:03 UTC; {a}")
        );
        let witnessed = Witnessed {
            person: "Cy; Okafor".to_owned(),
            evidence: "https://example.com/?a=%3B".to_owned(),
        };
        let cy = Trailer { role: None, witnessed: Some(witnessed), ..bo.clone() };
        assert!(cy.line().contains("; for Cy%3B Okafor; https://example.com/?a=%253B"));
        let message =
            format!("Release 1.3.0\n\nWords.\n\n{}\nOther: x\n{}\n", bo.line(), cy.line());
        assert_eq!(Trailer::all(&message), [bo.clone(), cy]);
        assert_eq!(Trailer::all(&format!("{}\n\nNo trailers here.", bo.line())), []);
    }

    #[test]
    fn a_waiver_reads_as_it_is_written() {
        let (what, reason) = ("checklist:Manual; Testing", "50%; Bo is ill");
        let line = waived(what, reason);
        assert_eq!(line, "Waived: checklist:Manual%3B Testing; 50%25%3B Bo is ill");
        let bo = Trailer::from(&signoff("QA Lead", "Bo"));
        let message = format!("Release 1.3.0\n\n{}\n{line}\n", bo.line());
        assert_eq!(all_waived(&message), [(what.to_owned(), reason.to_owned())]);
        assert_eq!(Trailer::all(&message), [bo]);
        assert_eq!(all_waived("Waived: nothing"), []);
    }

    #[test]
    fn other_lines_are_none() {
        let good = Trailer::from(&signoff("QA", "Bo")).line();
        for (old, new) in [
            ("Sign-off: ", "Signed-off-by: "),
            ("Bo <bo@example.com>", "Bo"),
            (&"a".repeat(40), "aaaa"),
            ("; 2026", "; 2026; x; y; z"),
            ("QA", "Q\u{1b}A"),
        ] {
            let bad = good.replacen(old, new, 1);
            assert!(bad != good && Trailer::read(&bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_role_and_name_comes_back(role in "[ -~é]{1,20}", name in "[ -;=?-~é]{1,20}") {
            prop_assume!(is_sound(&role) && is_sound(&name) && role != ANYBODY);
            let mut one = signoff(&role, "Bo");
            one.by.name = name;
            let trailer = Trailer::from(&one);
            prop_assert_eq!(Trailer::read(&trailer.line()), Some(trailer));
        }
    }
}

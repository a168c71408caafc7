//! What becomes of the boxes of a checklist that are let through without proof.

use super::{Bound, Checklist, Facts, State, Waits, name, state};
use crate::config::file::Binding;

/// The word for all headings.
pub const ALL: &str = "all";

/// What is let through.
#[derive(Debug, Default)]
pub struct Waived {
    /// Headings, or [`ALL`], each with the reason.
    pub headings: Vec<(String, String)>,
    /// Gates that are still to be asked: whoever waits for one of them needs no other word.
    pub asked_later: Vec<String>,
}

impl Bound {
    /// What each box waits for; one that does not have to be proved for this release says why, and is
    /// bound to `skip: REASON` instead.
    ///
    /// # Errors
    /// The name of a heading that no box stands below.
    pub fn excused(
        &self,
        checklist: &Checklist,
        facts: &Facts,
        waived: &Waived,
    ) -> Result<Vec<Vec<Binding>>, String> {
        for (heading, _) in &waived.headings {
            if !checklist.items.iter().any(|item| is_below(checklist, item, heading)) {
                return Err(heading.clone());
            }
        }
        let each = checklist.items.iter().zip(&self.items);
        Ok(each
            .map(|(item, one)| {
                let bindings = one.bindings.clone();
                let state = state(&bindings, facts);
                let mut below = waived.headings.iter();
                let below = below.find(|(name, _)| is_below(checklist, item, name));
                let is_asked = |binding: &Binding| match binding {
                    Binding::Gate(id) => waived.asked_later.contains(id),
                    _ => false,
                };
                match (&state, below) {
                    // What it says then is what counts.
                    (State::Excused(_), _) if bindings.iter().any(is_asked) => bindings,
                    (State::Excused(why), _) => vec![Binding::Skip(why.clone())],
                    (_, Some((_, reason))) if state.holds(&waived.asked_later) => {
                        vec![Binding::Skip(format!("waived: {reason}"))]
                    }
                    _ => bindings,
                }
            })
            .collect())
    }
}

impl State {
    /// Whether a box that is as far as this holds a release up, of which these gates are still to be
    /// asked.
    pub fn holds(&self, asked_later: &[String]) -> bool {
        let before = |wait: &Waits| match wait {
            Waits::Gate { id, .. } => !asked_later.contains(id),
            Waits::Role(_) | Waits::People { .. } => true,
            Waits::Release | Waits::Later(_) => false,
        };
        match self {
            Self::Open(waits) => waits.iter().any(before),
            Self::Unbound => true,
            Self::Done(_) | Self::Excused(_) => false,
        }
    }
}

fn is_below(checklist: &Checklist, item: &super::Item, heading: &str) -> bool {
    let called = name(heading);
    let mut above = checklist.above(item.under).map(|number| &checklist.headings[number]);
    heading == ALL || above.any(|one| name(&one.text) == called)
}

#[cfg(test)]
mod tests {
    use super::super::{Known, bind, parse};
    use super::*;
    use crate::config::file::Binding::{self, Role, Skip};
    use crate::config::file::Who;
    use crate::record::{Gate, Waiver};

    const TEXT: &[u8] = b"# 1. Code\n\n- [ ] tests <!-- gate:tests -->\n- [ ] open\n\n\
        # Manual \xe2\x9c\x85\n\n- [ ] by hand <!-- role:QA -->\n";

    fn excused(waived: &Waived, role: &[(String, String)]) -> Result<Vec<Vec<Binding>>, String> {
        let checklist = parse(TEXT);
        let (roles, gates) = (["QA".to_owned()], ["tests".to_owned()]);
        let bound = bind(&checklist, Known { sections: &[], roles: &roles, gates: &gates });
        let waiver = |(role, reason): &(String, String)| Waiver {
            gate: format!("signoff:{role}"),
            reason: reason.clone(),
            needed: true,
        };
        let facts = Facts { waived: role.iter().map(waiver).collect(), ..Facts::default() };
        bound.excused(&checklist, &facts, waived)
    }

    fn because(what: &str) -> Vec<(String, String)> {
        vec![(what.to_owned(), "Bo is ill".to_owned())]
    }

    #[test]
    fn only_what_is_meant_and_holds_is_let_through() {
        let (tests, qa) = (Binding::Gate("tests".to_owned()), Role(Who::Role("QA".to_owned())));
        let skip = |why: &str| vec![Skip(why.to_owned())];
        let nothing = excused(&Waived::default(), &[]).unwrap();
        assert_eq!(nothing, [vec![tests.clone()], vec![], vec![qa.clone()]]);

        let waived = Waived { headings: because("code"), ..Waived::default() };
        let both = skip("waived: Bo is ill");
        assert_eq!(excused(&waived, &[]).unwrap(), [both.clone(), both.clone(), vec![qa.clone()]]);

        let asked_later = vec!["tests".to_owned()];
        let waived = Waived { headings: because(ALL), asked_later };
        assert_eq!(excused(&waived, &[]).unwrap(), [vec![tests.clone()], both.clone(), both]);

        let role = skip("the sign-off of QA is waived: Bo is ill");
        let without = excused(&Waived::default(), &because("QA")).unwrap();
        assert_eq!(without, [vec![tests], vec![], role]);
    }

    /// An older waiver says nothing of a gate that is asked again.
    #[test]
    fn a_gate_that_is_asked_later_is_not_excused_before() {
        let asked_later = vec!["tests".to_owned()];
        let waived = Waived { asked_later, ..Waived::default() };
        let checklist = parse(TEXT);
        let gates = ["tests".to_owned()];
        let bound =
            bind(&checklist, Known { sections: &[], roles: &["QA".to_owned()], gates: &gates });
        let red = Gate {
            id: "tests".to_owned(),
            outcome: "red".to_owned(),
            required: true,
            ..Gate::default()
        };
        let waiver = Waiver { gate: "tests".to_owned(), reason: "old".to_owned(), needed: true };
        let facts = Facts { gates: vec![red], waived: vec![waiver], ..Facts::default() };
        let kept = bound.excused(&checklist, &facts, &waived).unwrap();
        assert_eq!(kept[0], [Binding::Gate("tests".to_owned())]);
        let now = bound.excused(&checklist, &facts, &Waived::default()).unwrap();
        assert_eq!(now[0], [Skip("gate tests is waived: old".to_owned())]);
    }

    #[test]
    fn a_heading_that_no_box_has_is_told() {
        let waived = Waived { headings: because("Cod"), ..Waived::default() };
        assert_eq!(excused(&waived, &[]), Err("Cod".to_owned()));
    }
}

//! Who has to sign a release, and whether they have.

use super::Signoff;
use super::cover::{Coverage, Foreign};
use crate::plan::Oid;

/// What stands for whoever signs, whatever the role.
pub const ANYBODY: &str = "any";

/// The word for all roles.
const ALL: &str = "all";

/// `[signoff]` of gonogo.toml as far as it says who signs.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'r> {
    /// Names and addresses.
    pub roles: &'r [(String, Vec<String>)],
    /// How many different people.
    pub distinct: Option<usize>,
    /// What the profile says; `None` where it says nothing.
    pub profile: Option<&'r [String]>,
    /// Whether a release of this kind asks for sign-offs where nobody says.
    pub usual: Usual,
}

/// What is asked for where the profile says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// All roles: a full release, a hotfix.
    All,
    /// Nothing: a pre-release.
    Nothing,
}

/// What a release needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Required {
    pub roles: Vec<Role>,
    /// How many different people there must be at least.
    pub people: usize,
    /// How many of them, whatever roles are done without.
    pub at_least: usize,
}

/// A role that has to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub addresses: Vec<String>,
}

impl Rules<'_> {
    /// What is asked for. A number of people counts wherever anybody has to sign.
    pub fn required(&self) -> Required {
        let all = || self.roles.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        let (named, anybody) = match (self.profile, self.usual) {
            (None, Usual::Nothing) => return Required::default(),
            (None, Usual::All) => (all(), false),
            (Some(names), _) => {
                let mut named: Vec<&str> = Vec::new();
                for name in names.iter().map(String::as_str).filter(|name| *name != ANYBODY) {
                    let these = if name == ALL { all() } else { vec![name] };
                    for role in these {
                        if !named.contains(&role) {
                            named.push(role);
                        }
                    }
                }
                if names.is_empty() {
                    return Required::default();
                }
                (named, names.iter().any(|name| name == ANYBODY))
            }
        };
        let role = |name: &str| {
            let (name, addresses) = self.roles.iter().find(|(known, _)| known == name)?;
            Some(Role { name: name.clone(), addresses: addresses.clone() })
        };
        let roles: Vec<Role> = named.into_iter().filter_map(role).collect();
        let people = self.distinct.unwrap_or(roles.len()).max(usize::from(anybody));
        let at_least = self.distinct.unwrap_or(0).max(usize::from(anybody));
        Required { roles, people, at_least }
    }
}

impl Required {
    /// The same without a role, or without [`ANYBODY`]: then only the roles count.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let before = self.roles.len();
        self.roles.retain(|role| role.name != name);
        let fewer = before - self.roles.len();
        let people = self.people.saturating_sub(fewer).max(self.at_least);
        self.people = if name == ANYBODY { 0 } else { people };
        self
    }

    /// Whether nobody has to sign.
    pub fn is_nothing(&self) -> bool {
        self.roles.is_empty() && self.people == 0
    }
}

/// Why a sign-off does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Void {
    /// What is released is not what was signed.
    Foreign(Vec<Foreign>),
    /// Something else, as a sentence goes on after "it is void: ".
    Because(String),
}

/// A sign-off that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// The id of its tag object.
    pub id: Oid,
    pub signoff: Signoff,
    /// What was found out about its signature, for people; `None` where it has none.
    pub signature: Option<String>,
    /// The paths that were changed since and survive, or why it is void.
    pub standing: Result<Vec<String>, Void>,
}

impl Assessed {
    /// One that is about a commit, as that is covered.
    pub fn by_coverage(coverage: Coverage) -> Result<Vec<String>, Void> {
        match coverage {
            Coverage::Covered(survived) => Ok(survived),
            Coverage::Void(foreign) => Err(Void::Foreign(foreign)),
        }
    }
}

/// How it stands with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State<'a> {
    Signed(&'a Assessed),
    /// There is a sign-off and it does not count.
    Void(&'a Assessed),
    Open,
}

/// How it stands with a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'a> {
    pub roles: Vec<(&'a Role, State<'a>)>,
    /// How many different people have signed, and how many have to.
    pub people: (usize, usize),
    /// Sign-offs that count, besides those of the roles.
    pub others: Vec<&'a Assessed>,
}

/// Judges the sign-offs of a release, the newest of a role first where several count.
pub fn judge<'a>(required: &'a Required, all: &'a [Assessed]) -> Judgement<'a> {
    let newest = |of: &dyn Fn(&Assessed) -> bool| {
        all.iter().filter(|one| of(one)).max_by_key(|one| one.signoff.at.0)
    };
    let state = |role: &Role| {
        let is_own = |one: &Assessed| one.signoff.role.as_deref() == Some(&role.name);
        match newest(&|one| is_own(one) && one.standing.is_ok()) {
            Some(one) => State::Signed(one),
            None => newest(&is_own).map_or(State::Open, State::Void),
        }
    };
    let roles: Vec<_> = required.roles.iter().map(|role| (role, state(role))).collect();
    let counted = |one: &&Assessed| one.standing.is_ok();
    let of_role = |one: &&Assessed| {
        let role = one.signoff.role.as_deref();
        required.roles.iter().any(|known| Some(known.name.as_str()) == role)
    };
    let people = persons(all.iter().filter(counted).map(|one| &one.signoff)).len();
    let others = all.iter().filter(counted).filter(|one| !of_role(one)).collect();
    Judgement { roles, people: (people, required.people), others }
}

/// The sign-offs of each person. One is told from another by the address and by the name: with two
/// addresses or two names nobody counts twice.
pub fn persons<'s>(signoffs: impl Iterator<Item = &'s Signoff>) -> Vec<Vec<&'s Signoff>> {
    let mut persons: Vec<(Vec<String>, Vec<&Signoff>)> = Vec::new();
    for signoff in signoffs {
        let mut marks = vec![format!("name {}", signoff.whose().to_lowercase())];
        let address = match &signoff.witnessed {
            Some(witnessed) => witnessed.address(),
            None => Some(signoff.by.address.clone()),
        };
        marks.extend(address.map(|address| format!("address {}", address.to_lowercase())));
        // Whoever shares a mark with this one is the same.
        let is_same = |(known, _): &(Vec<String>, _)| known.iter().any(|mark| marks.contains(mark));
        let (same, others): (Vec<_>, Vec<_>) = persons.into_iter().partition(is_same);
        let (known, before): (Vec<_>, Vec<_>) = same.into_iter().unzip();
        marks.extend(known.concat());
        persons = others;
        persons.push((marks, [before.concat(), vec![signoff]].concat()));
    }
    persons.into_iter().map(|(_, signoffs)| signoffs).collect()
}

impl<'a> Judgement<'a> {
    /// The roles that have not signed.
    pub fn missing(&self) -> impl Iterator<Item = (&'a Role, &State<'a>)> {
        let open = |(_, state): &&(&Role, State<'_>)| !matches!(state, State::Signed(_));
        self.roles.iter().filter(open).map(|(role, state)| (*role, state))
    }

    /// How many more people have to sign when every role that is missing is signed by somebody else.
    pub fn people_missing(&self) -> usize {
        let (have, need) = self.people;
        need.saturating_sub(have + self.missing().count())
    }

    /// Whether all have signed.
    pub fn is_go(&self) -> bool {
        self.missing().next().is_none() && self.people.0 >= self.people.1
    }
}

#[cfg(test)]
mod tests {
    use super::super::Witnessed;
    use super::super::tests::{oid, signoff};
    use super::*;
    use crate::sys::clock::Timestamp;

    fn roles(names: &[&str]) -> Vec<(String, Vec<String>)> {
        names.iter().map(|name| ((*name).to_owned(), vec![format!("{name}@x")])).collect()
    }

    fn good(role: &str, name: &str) -> Assessed {
        let (id, signature) = (oid('d'), None);
        Assessed { id, signoff: signoff(role, name), signature, standing: Ok(Vec::new()) }
    }

    fn void(role: &str, name: &str) -> Assessed {
        Assessed { standing: Err(Void::Because("x".to_owned())), ..good(role, name) }
    }

    #[test]
    fn what_is_required_follows_from_the_profile() {
        let three = roles(&["RM", "QA", "PO"]);
        let owned =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (roles, distinct, profile, usual, expected) in [
            (&three, None, None, Usual::All, "RM QA PO 3"),
            (&three, None, None, Usual::Nothing, "0"),
            (&three, Some(2), None, Usual::All, "RM QA PO 2"),
            (&three, Some(2), None, Usual::Nothing, "0"),
            (&three, None, Some(owned(&["QA"])), Usual::All, "QA 1"),
            (&three, Some(2), Some(owned(&["QA"])), Usual::All, "QA 2"),
            (&three, None, Some(owned(&["QA", "all", "any"])), Usual::Nothing, "QA RM PO 3"),
            (&three, None, Some(owned(&["any"])), Usual::Nothing, "1"),
            (&three, Some(2), Some(owned(&[])), Usual::All, "0"),
            (&Vec::new(), None, None, Usual::All, "0"),
            (&Vec::new(), Some(2), None, Usual::All, "2"),
            (&Vec::new(), Some(2), None, Usual::Nothing, "0"),
        ] {
            let rules = Rules { roles, distinct, profile: profile.as_deref(), usual };
            let Required { roles, people, .. } = rules.required();
            let mut told: Vec<String> = roles.into_iter().map(|role| role.name).collect();
            told.push(people.to_string());
            assert_eq!(told.join(" "), expected, "{profile:?} {distinct:?}");
        }
    }

    #[test]
    fn whoever_is_done_without_makes_no_fewer_people_than_are_asked_for() {
        let three = roles(&["RM", "QA", "PO"]);
        let profile = ["QA".to_owned(), "any".to_owned()];
        for (distinct, profile, without, expected) in [
            (None, None, "PO", (2, 2)),
            (Some(2), None, "PO", (2, 2)),
            (Some(3), None, "PO", (2, 3)),
            (Some(2), None, "any", (3, 0)),
            (None, Some(&profile[..]), "QA", (0, 1)),
        ] {
            let rules = Rules { roles: &three, distinct, profile, usual: Usual::All };
            let required = rules.required().without(without);
            assert_eq!((required.roles.len(), required.people), expected, "{distinct:?} {without}");
        }
    }

    #[test]
    fn each_role_is_signed_void_or_open() {
        let known = roles(&["RM", "QA", "PO"]);
        let rules = Rules { roles: &known, distinct: None, profile: None, usual: Usual::All };
        let required = rules.required();
        let mut newer = good("RM", "Eve");
        newer.signoff.at = Timestamp(2_000_000_000);
        let all = [good("RM", "Ana"), void("QA", "Bo"), void("RM", "Ana"), newer.clone()];
        let judged = judge(&required, &all);
        let states: Vec<_> = judged.roles.iter().map(|(_, state)| state.clone()).collect();
        assert_eq!(states, [State::Signed(&newer), State::Void(&all[1]), State::Open]);
        assert_eq!(judged.missing().count(), 2);
        assert!(!judged.is_go());
        let all = [good("RM", "Ana"), good("QA", "Bo"), good("PO", "Cy"), good("any", "Dee")];
        let judged = judge(&required, &all);
        assert!(judged.is_go());
        assert_eq!(judged.others, [&all[3]]);
    }

    #[test]
    fn nobody_counts_twice() {
        let named = |name: &str, address: &str| {
            let mut one = good("any", name);
            one.signoff.by.address = address.to_owned();
            one
        };
        let for_cy = |person: &str| {
            let mut one = good("any", "Ana");
            let (person, evidence) = (person.to_owned(), "https://x".to_owned());
            one.signoff.witnessed = Some(Witnessed { person, evidence });
            one
        };
        for (all, expected) in [
            (vec![named("Ana", "a@x"), named("Ana", "a@x")], 1),
            (vec![named("Ana", "a@x"), named("Ana D.", "A@x")], 1),
            (vec![named("Ana", "a@x"), named("ana", "b@x")], 1),
            // The third joins the first two.
            (vec![named("Ana", "a@x"), named("Bo", "b@x"), named("ana", "b@x")], 1),
            (vec![named("Ana", "a@x"), named("Bo", "b@x")], 2),
            (vec![named("Ana", "a@x"), for_cy("Cy")], 2),
            (vec![named("Ana", "a@x"), for_cy("Somebody <a@x>")], 1),
            (vec![named("Cy", "c@x"), for_cy("Cy <other@x>")], 1),
            (vec![named("Ana", "a@x"), void("any", "Bo")], 1),
        ] {
            let required = Required { roles: Vec::new(), people: 2, at_least: 2 };
            let judged = judge(&required, &all);
            assert_eq!((judged.people.0, judged.is_go()), (expected, expected > 1), "{all:?}");
        }
    }

    #[test]
    fn one_person_for_two_roles_is_one_person() {
        let known = roles(&["RM", "QA"]);
        let mut rules = Rules { roles: &known, distinct: None, profile: None, usual: Usual::All };
        let all = [good("RM", "Ana"), good("QA", "Ana")];
        let required = rules.required();
        let judged = judge(&required, &all);
        assert_eq!((judged.is_go(), judged.people_missing()), (false, 1));
        rules.distinct = Some(1);
        assert!(judge(&rules.required(), &all).is_go());
        // Where a role is open, whoever signs for it is the second person.
        assert_eq!(judge(&required, &all[..1]).people_missing(), 0);
    }
}

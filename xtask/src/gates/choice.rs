//! Which gates are asked: what the configuration has, as a profile or names choose from it.

use super::{BuiltIn, Gate, Kind, Profile};
use crate::config::file::gates::{GateChoice, GateEntry, GateIs, ProfileTable, Switch};
use crate::error::Refusal;
use crate::wording::nearest;

/// Every gate there is, and which of them a profile has.
pub struct Choice {
    /// Built-in ones first, then commands in the order of gonogo.toml.
    all: Vec<(Gate, Chosen)>,
    /// Names of built-in gates that a later version has.
    later: Vec<&'static str>,
}

/// Whether the profile has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Yes,
    No,
}

/// What is asked for.
pub struct Wanted<'w> {
    pub profile: Profile,
    pub gates: &'w [GateEntry],
    pub profiles: &'w [ProfileTable],
    /// Every built-in gate, and whether it is on where nothing is said.
    pub built_in: &'w [(&'static BuiltIn, bool)],
    /// The names of all built-in gates of the vocabulary.
    pub known: &'w [&'static str],
}

impl Choice {
    /// All gates as the configuration has them.
    ///
    /// # Errors
    /// A built-in gate is switched on that this version does not have.
    pub fn new(wanted: &Wanted<'_>) -> Result<Self, Refusal> {
        let table = wanted.profiles.iter().find(|table| table.name == wanted.profile.name());
        let choice = table.map_or(&GateChoice::All, |table| &table.choice);
        let later: Vec<&'static str> = wanted
            .known
            .iter()
            .copied()
            .filter(|name| !wanted.built_in.iter().any(|(gate, _)| gate.name == *name))
            .collect();
        let mut all = Vec::new();
        for &(gate, usual) in wanted.built_in {
            let entry = wanted.gates.iter().find(|entry| entry.name.value == gate.name);
            let on = match entry.map(|entry| &entry.is) {
                Some(GateIs::Command(_)) => continue,
                Some(GateIs::Switched(switch)) => *switch == Switch::On,
                None => usual,
            };
            let chosen = match choice {
                GateChoice::All => on,
                GateChoice::These(names) => on || has(names, gate.name),
                GateChoice::Without(names) => on && !has(names, gate.name),
            };
            let gate = Gate { id: gate.name.to_owned(), kind: Kind::BuiltIn(gate) };
            all.push((gate, Chosen::from(chosen)));
        }
        for entry in wanted.gates {
            let id = entry.name.value.clone();
            let command = match &entry.is {
                GateIs::Command(command) => command.clone(),
                GateIs::Switched(Switch::On) if later.contains(&id.as_str()) => {
                    return Err(not_yet(&id));
                }
                GateIs::Switched(_) => continue,
            };
            let chosen = match choice {
                GateChoice::All => true,
                GateChoice::These(names) => has(names, &id),
                GateChoice::Without(names) => !has(names, &id),
            };
            all.push((Gate { id, kind: Kind::Command(command) }, Chosen::from(chosen)));
        }
        Ok(Self { all, later })
    }

    /// The gates of the profile.
    ///
    /// # Errors
    /// There is none.
    pub fn whole(&self, profile: Profile) -> Result<Vec<Gate>, Refusal> {
        let chosen = self.all.iter().filter(|(_, chosen)| *chosen == Chosen::Yes);
        let gates: Vec<Gate> = chosen.map(|(gate, _)| gate.clone()).collect();
        if gates.is_empty() {
            return Err(Refusal::usage(format!("the profile {} has no gate", profile.name()))
                .why("A release would be asked nothing.")
                .why(format!("[gates] and [profile.{}] say which there are.", profile.name()))
                .next("doctor -v", "shows every value in force"));
        }
        Ok(gates)
    }

    /// The names of all gates there are.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|(gate, _)| gate.id.clone()).collect()
    }

    /// The names of those that the profile has.
    pub fn asked(&self) -> Vec<String> {
        let asked = self.all.iter().filter(|(_, chosen)| *chosen == Chosen::Yes);
        asked.map(|(gate, _)| gate.id.clone()).collect()
    }

    /// The gates of these names.
    ///
    /// # Errors
    /// There is no such gate.
    pub fn exactly(&self, names: &[String]) -> Result<Vec<Gate>, Refusal> {
        names.iter().try_for_each(|name| self.must_be(name, "check"))?;
        let named = self.all.iter().filter(|(gate, _)| names.contains(&gate.id));
        Ok(named.map(|(gate, _)| gate.clone()).collect())
    }

    /// The gates of these names, and those of the profile that must be green before them.
    ///
    /// # Errors
    /// There is no such gate.
    pub fn only(&self, names: &[String]) -> Result<Vec<Gate>, Refusal> {
        names.iter().try_for_each(|name| self.must_be(name, "check"))?;
        let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut at = 0;
        while let Some(name) = wanted.get(at).copied() {
            at += 1;
            let gate = self.all.iter().find(|(gate, _)| gate.id == name);
            let before = gate.map(|(gate, _)| gate.after()).unwrap_or_default();
            for name in before.iter().filter(|name| self.has(name)) {
                if !wanted.contains(&name.as_str()) {
                    wanted.push(name);
                }
            }
        }
        let named = self.all.iter().filter(|(gate, _)| wanted.contains(&gate.id.as_str()));
        Ok(named.map(|(gate, _)| gate.clone()).collect())
    }

    /// Refuses a name that no gate has; `command` is what is suggested with a better one.
    ///
    /// # Errors
    /// There is no such gate.
    pub fn must_be(&self, name: &str, command: &str) -> Result<(), Refusal> {
        let names = || self.all.iter().map(|(gate, _)| gate.id.as_str());
        if names().any(|known| known == name) {
            return Ok(());
        }
        if self.later.contains(&name) {
            return Err(not_yet(name));
        }
        let refusal = Refusal::usage(format!("there is no gate {name}"));
        Err(match nearest(name, names()) {
            Some(meant) => {
                refusal.why(format!("Did you mean {meant}?")).next(format!("{command} {meant}"), "")
            }
            None => refusal
                .why(format!("There are {}.", names().collect::<Vec<_>>().join(", ")))
                .next("check", "asks all of them"),
        })
    }

    fn has(&self, name: &str) -> bool {
        self.all.iter().any(|(gate, chosen)| gate.id == name && *chosen == Chosen::Yes)
    }
}

impl From<bool> for Chosen {
    fn from(chosen: bool) -> Self {
        if chosen { Self::Yes } else { Self::No }
    }
}

/// The profile of a name that was typed.
///
/// # Errors
/// There is no such profile.
pub fn named(profile: &str) -> Result<Profile, Refusal> {
    Profile::named(profile).ok_or_else(|| {
        let names = Profile::ALL.map(Profile::name);
        let refusal = Refusal::usage(format!("there is no profile {profile}"));
        let meant = nearest(profile, names).unwrap_or("release");
        refusal
            .why(format!("The profiles are {}.", names.join(", ")))
            .next(format!("check --profile {meant}"), "")
    })
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

fn not_yet(name: &str) -> Refusal {
    Refusal::usage(format!("the gate {name} is not available yet"))
        .why("This version does not have it; take it out of [gates], or write a command there.")
}

#[cfg(test)]
mod tests {
    use super::super::builtin::ALL;
    use super::*;
    use crate::config::file::Settings;
    use crate::path::RepoPath;
    use crate::sites::File;

    /// What a profile, or some names, choose from a configuration; built-in gates are on, but for
    /// `drift`. `later` is one that this version does not have.
    fn chosen(toml: &str, profile: Profile, names: &[&str]) -> Result<String, String> {
        let path = RepoPath::new("gonogo.toml").unwrap();
        let file = File { path, bytes: toml.as_bytes().into() };
        let settings = Settings::read(Some(&file)).unwrap();
        let built_in = ALL.iter().filter(|gate| ["clean", "drift"].contains(&gate.name));
        let built_in: Vec<_> = built_in.map(|gate| (gate, gate.name != "drift")).collect();
        let choice = Choice::new(&Wanted {
            profile,
            gates: &settings.gates,
            profiles: &settings.profiles,
            built_in: &built_in,
            known: &["clean", "drift", "env"],
        });
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let gates = choice.and_then(|choice| match names.as_slice() {
            [] => choice.whole(profile),
            names => choice.only(names),
        });
        let gates = gates.map_err(|refusal| refusal.what.clone())?;
        Ok(gates.iter().map(|gate| gate.id.as_str()).collect::<Vec<_>>().join(" "))
    }

    const GATES: &str = "[gates]\na = 'x'\nb = { run = 'x', after = ['a'] }\n\
                         c = { run = 'x', after = ['b', 'clean'] }\n";

    #[test]
    fn a_profile_or_names_choose() {
        let release = Profile::Release;
        for (more, profile, names, expected) in [
            ("", release, &[][..], Ok("clean a b c")),
            ("", release, &["a"], Ok("a")),
            ("", release, &["b"], Ok("a b")),
            ("", release, &["c"], Ok("clean a b c")),
            ("", release, &["drift", "a"], Ok("drift a")),
            ("", release, &["x"], Err("there is no gate x")),
            ("", release, &["env"], Err("the gate env is not available yet")),
            ("drift = true\n", release, &[], Ok("clean drift a b c")),
            ("clean = false\n", release, &[], Ok("a b c")),
            ("clean = false\n", release, &["c"], Ok("a b c")),
            ("env = false\n", release, &[], Ok("clean a b c")),
            ("env = true\n", release, &[], Err("the gate env is not available yet")),
            // A command under the name of a built-in gate takes its place.
            ("clean = 'x'\n", release, &[], Ok("a b c clean")),
            ("env = 'x'\n", release, &[], Ok("clean a b c env")),
            ("[profile.rc]\ngates = ['b']\n", Profile::Rc, &[], Ok("clean b")),
            ("[profile.rc]\ngates = ['b']\n", release, &[], Ok("clean a b c")),
            ("[profile.rc]\ngates = ['b']\n", Profile::Rc, &["c"], Ok("clean b c")),
            ("[profile.rc]\ngates = ['drift']\n", Profile::Rc, &[], Ok("clean drift")),
            ("clean = 'x'\n[profile.rc]\ngates = ['a']\n", Profile::Rc, &[], Ok("a")),
            ("[profile.rc]\nwithout = ['a', 'clean']\n", Profile::Rc, &[], Ok("b c")),
            (
                "clean = false\n[profile.rc]\ngates = []\n",
                Profile::Rc,
                &[],
                Err("the profile rc has no gate"),
            ),
        ] {
            let toml = format!("{GATES}{more}");
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(
                chosen(&toml, profile, names),
                expected,
                "{more} {} {names:?}",
                profile.name()
            );
        }
    }
}

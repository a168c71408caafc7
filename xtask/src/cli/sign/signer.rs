//! Who signs, and for which role.

use super::Args;
use super::subject::Subject;
use crate::cli::Context;
use crate::config::file::SignoffTable;
use crate::error::{Refusal, word};
use crate::repo::Repo;
use crate::signoff::{LONGEST, Person, Witnessed, is_sound, read};
use crate::sys::clock::Timestamp;
use crate::wording::nearest;

/// Who signs.
pub(super) struct Signer {
    pub person: Person,
    /// When, as git has it.
    pub at: Timestamp,
    /// `Name <address> seconds zone`.
    pub ident: String,
    pub role: Option<String>,
    pub witnessed: Option<Witnessed>,
    pub statement: String,
}

impl Signer {
    /// The person that git knows here, and the role: as said, as git's gonogo.role says, or the only
    /// one that the address has.
    ///
    /// # Errors
    /// git knows nobody; there is no such role, or the address is not one of it; a text that is not
    /// one line.
    pub fn new(
        repo: &Repo,
        args: &Args,
        context: &Context,
        subject: &Subject,
    ) -> Result<Self, Refusal> {
        let ident = repo.ident("COMMITTER", context.at)?;
        let (person, at) = read::ident(&ident).ok_or_else(|| {
            Refusal::usage("git does not know who you are")
                .next_shell("git config user.name \"Your Name\"", "")
                .next_shell("git config user.email you@example.com", "")
        })?;
        let texts = [
            ("--statement", &args.statement),
            ("--for", &args.whose),
            ("--evidence", &args.evidence),
        ];
        for (option, text) in texts {
            if let Some(text) = text.as_ref().filter(|text| !is_sound(text)) {
                return Err(unsound(option, text));
            }
        }
        let witnessed = args.whose.clone().zip(args.evidence.clone());
        let witnessed = witnessed.map(|(person, evidence)| Witnessed { person, evidence });
        let roles = Roles { repo, subject, table: &subject.survey.settings.signoff };
        let role = roles.role(args, &person, witnessed.as_ref())?;
        let statement = args.statement.clone();
        let statement = statement.unwrap_or_else(|| subject.phase().statement().to_owned());
        Ok(Self { person, at, ident, role, witnessed, statement })
    }
}

fn unsound(option: &str, text: &str) -> Refusal {
    let refusal = Refusal::usage(format!("{option} is not one line of text"));
    match text.chars().count() > LONGEST {
        true => refusal.why(format!("It has more than {LONGEST} letters.")),
        false => refusal.why("It stands in the sign-off as it is, and there a line is a line."),
    }
    .next("sign --help", "shows what it takes")
}

/// The roles of a project.
struct Roles<'r> {
    repo: &'r Repo,
    subject: &'r Subject,
    table: &'r SignoffTable,
}

impl Roles<'_> {
    fn role(
        &self,
        args: &Args,
        person: &Person,
        witnessed: Option<&Witnessed>,
    ) -> Result<Option<String>, Refusal> {
        if self.table.roles.is_empty() {
            return match &args.role {
                None => Ok(None),
                Some(role) => Err(Refusal::usage(format!("there is no role {role}"))
                    .why("This project has none: [signoff.roles] in gonogo.toml would name them.")
                    .next("sign", "signs without one")),
            };
        }
        let configured = self.repo.configuration()?.get("gonogo.role").map(str::to_owned);
        let said = args.role.clone().map(|role| (role, "--role"));
        let said = said.or_else(|| configured.map(|role| (role, "gonogo.role")));
        let role = match said {
            Some((role, by)) => self.known(&role, by)?,
            None => self.only(person)?,
        };
        self.may_sign(&role, person, witnessed)?;
        Ok(Some(role))
    }

    fn sign_for(&self, role: &str) -> String {
        format!("sign --role {}{}", word(role), self.subject.option())
    }

    /// The role of this name, however its letters are written.
    fn known(&self, said: &str, by: &str) -> Result<String, Refusal> {
        let names = || self.table.roles.iter().map(|(name, _)| name.as_str());
        let alike = |name: &&str| name.to_lowercase() == said.to_lowercase();
        if let Some(name) = names().find(|name| *name == said).or_else(|| names().find(alike)) {
            return Ok(name.to_owned());
        }
        let refusal = Refusal::usage(format!("there is no role {said} ({by})"));
        let refusal = match nearest(said, names()) {
            Some(meant) => refusal.why(format!("Did you mean {meant}?")),
            None => refusal,
        };
        let all: Vec<&str> = names().collect();
        let refusal = refusal.why(format!("The roles are {}.", all.join(", ")));
        let best = nearest(said, names()).or_else(|| names().next()).unwrap_or_default();
        Err(refusal.next(self.sign_for(best), ""))
    }

    /// The only role of this address.
    fn only(&self, person: &Person) -> Result<String, Refusal> {
        let own: Vec<&str> = self.table.roles_of(&person.address).collect();
        match own.as_slice() {
            [only] => Ok((*only).to_owned()),
            [] => {
                let refusal = Refusal::usage(format!("{} has no role here", person.address));
                let lines = self.table.roles.iter();
                let line =
                    |(name, all): &(String, Vec<String>)| format!("{name}: {}", all.join(", "));
                let refusal = lines.map(line).fold(refusal, Refusal::why);
                Err(refusal.next_shell(
                    "git config user.email ADDRESS",
                    "when one of these addresses is yours",
                ))
            }
            several => {
                let refusal = Refusal::usage("you have several roles; say which one you sign for");
                Err(several
                    .iter()
                    .fold(refusal, |refusal, role| refusal.next(self.sign_for(role), "")))
            }
        }
    }

    /// Refused now, since a sign-off that does not count is worse than none.
    fn may_sign(
        &self,
        role: &str,
        person: &Person,
        witnessed: Option<&Witnessed>,
    ) -> Result<(), Refusal> {
        let addresses = self.table.addresses(role).unwrap_or_default();
        let is_own = |address: &str| addresses.iter().any(|a| a.eq_ignore_ascii_case(address));
        let those = format!("Those of {role} are {}.", addresses.join(", "));
        let Some(witnessed) = witnessed else {
            if is_own(&person.address) {
                return Ok(());
            }
            let refusal = Refusal::unsafe_to(format!("{person} cannot sign for {role}"));
            let mut own = self.table.roles_of(&person.address);
            let refusal =
                refusal.why(format!("{} is no address of it.", person.address)).why(those);
            return Err(match own.next() {
                Some(other) => refusal.next(self.sign_for(other), "is your role"),
                None => refusal.next_shell(
                    "git config user.email ADDRESS",
                    "when one of these addresses is yours",
                ),
            });
        };
        if self.table.roles_of(&person.address).next().is_none() {
            return Err(Refusal::unsafe_to(format!("{person} cannot be a witness"))
                .why("Only who has a role can sign for somebody else.")
                .next(format!("sign --list{}", self.subject.option()), "shows who has to sign"));
        }
        match witnessed.address() {
            Some(address) if !is_own(&address) => {
                let version = &self.subject.version;
                Err(Refusal::unsafe_to(format!("{address} cannot sign for {role}"))
                    .why(those)
                    .next(
                        format!("sign --list --version {version}{}", self.subject.option()),
                        "shows who has to sign",
                    ))
            }
            _ => Ok(()),
        }
    }
}

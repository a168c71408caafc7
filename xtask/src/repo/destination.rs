//! Where a release is pushed.

use super::{Configuration, Repo, git};
use crate::error::{Refusal, word};
use crate::sys::proc;

/// A remote that takes a release. Its address is not among this: git is called with the name, so
/// that no password stands in argv, in the journal or on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub name: String,
    /// Where a push goes, as git expands it (`pushurl`, `url.X.insteadOf`, `url.X.pushInsteadOf`),
    /// without secrets.
    pub shown: String,
    /// Where a fetch asks, when that is another address (also without secrets).
    pub read_from: Option<String>,
}

impl Configuration {
    /// The remote that releases of a branch go to, and the setting that says so: `gonogo.remote`,
    /// else what `git push` would take (git-config, "branch.NAME.pushRemote"), else the only one,
    /// else `origin`. `None` where several are left, or none.
    fn remote_of(&self, branch: &str) -> Option<(&str, Option<String>)> {
        let settings = [
            "gonogo.remote".to_owned(),
            format!("branch.{branch}.pushRemote"),
            "remote.pushDefault".to_owned(),
            format!("branch.{branch}.remote"),
        ];
        // The variable is listed in lower case. A dot is this repository: the branch follows
        // another one here.
        let value = |key: &String| {
            let (place, variable) = key.rsplit_once('.')?;
            let value = self.get(&format!("{place}.{}", variable.to_lowercase()))?;
            (!matches!(value, "" | ".")).then_some(value)
        };
        let said = settings.into_iter().find_map(|key| Some((value(&key)?, Some(key))));
        said.or_else(|| match self.names("remote", "url").as_slice() {
            [only] => Some((only, None)),
            names => names.iter().find(|name| **name == "origin").map(|name| (*name, None)),
        })
    }
}

impl Repo {
    /// The remote that releases of a branch (short name) are pushed to; `None` where there is no
    /// remote at all.
    ///
    /// # Errors
    /// Several remotes and nothing says which; a setting that names no remote; a mirror; more than
    /// one address to push to; git fails.
    pub fn remote_to_push(
        &self,
        configuration: &Configuration,
        branch: &str,
    ) -> Result<Option<Destination>, Refusal> {
        let names = configuration.names("remote", "url");
        let Some((name, setting)) = configuration.remote_of(branch) else {
            if names.is_empty() {
                return Ok(None);
            }
            return Err(self.undecided(
                Refusal::usage(
                    "there are several remotes, and nothing says which one is released to",
                ),
                &names,
            ));
        };
        if !names.contains(&name) {
            let setting = setting.unwrap_or_default();
            let named = proc::mask(name);
            let refusal = Refusal::usage(format!("{setting} names no remote of this repository"))
                .why(format!("It says {named}."));
            return Err(match names.is_empty() {
                true => refusal.next_shell("git remote add origin URL", "gives an address a name"),
                false => self.undecided(refusal, &names),
            });
        }
        if configuration.is_on(&format!("remote.{name}.mirror")) {
            return Err(mirror(name, &names));
        }
        let shown = match self.addresses(name, &["--push"])?.as_slice() {
            [only] => only.clone(),
            several => return Err(several_addresses(name, several)),
        };
        // Of several addresses a fetch asks the first one.
        let read_from = self.addresses(name, &[])?.into_iter().next().filter(|url| *url != shown);
        Ok(Some(Destination { name: name.to_owned(), shown, read_from }))
    }

    /// The addresses of a remote, as git expands them, without secrets.
    fn addresses(&self, name: &str, which: &[&str]) -> Result<Vec<String>, Refusal> {
        let args = ["remote", "get-url", "--all"].iter().chain(which);
        let out = self.git.call(args.chain(&["--", name])).read()?;
        Ok(git::lines(&out).iter().map(|url| shown(url)).collect())
    }

    /// Lists the remotes and how to choose one of them.
    fn undecided(&self, refusal: Refusal, names: &[&str]) -> Refusal {
        let line = |name: &&str| {
            let places = self.addresses(name, &["--push"]).unwrap_or_default().join(", ");
            format!("{name}: {places}")
        };
        let refusal = names.iter().map(line).fold(refusal, Refusal::why);
        choose(refusal, names)
    }
}

fn choose(refusal: Refusal, names: &[&str]) -> Refusal {
    let command = |name: &&str| format!("git config gonogo.remote {}", word(name));
    names.iter().map(command).fold(refusal, |refusal, command| refusal.next_shell(command, ""))
}

fn mirror(name: &str, names: &[&str]) -> Refusal {
    let others: Vec<&str> = names.iter().copied().filter(|other| *other != name).collect();
    let refusal = Refusal::unsafe_to(format!("{name} is a mirror (remote.{name}.mirror)"))
        .why("A push there makes all its refs like those here, not only those of a release.");
    let refusal = choose(refusal, &others);
    refusal.next_shell(
        format!("git config --unset {}", word(format!("remote.{name}.mirror"))),
        "when it is none",
    )
}

/// One push is atomic for one address only (git-push, "--atomic").
fn several_addresses(name: &str, addresses: &[String]) -> Refusal {
    let refusal = Refusal::unsafe_to(format!("{name} pushes to {} addresses", addresses.len()));
    let refusal = addresses.iter().map(String::as_str).fold(refusal, Refusal::why);
    let first = addresses.first().map(String::as_str).filter(|url| !url.contains("***"));
    refusal.why("One may take the release while another refuses it.").next_shell(
        format!(
            "git config --replace-all {} {}",
            word(format!("remote.{name}.pushurl")),
            first.map_or_else(|| "URL".to_owned(), word),
        ),
        "pushes to this one only; push to the others afterwards",
    )
}

/// An address as a person may see it: without a password, a token, or what a query says.
fn shown(url: &str) -> String {
    let url = proc::mask(url);
    match url.split_once('?') {
        Some((address, _)) if address.contains("://") => format!("{address}?***"),
        _ => url,
    }
}

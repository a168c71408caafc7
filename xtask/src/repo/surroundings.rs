//! What lies around a release: git's version and configuration, its hooks, remotes, the way
//! changes land. Each is read with one call.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{Repo, git};
use crate::error::Refusal;

/// git's whole configuration, as it is in force here.
#[derive(Debug, Clone, Default)]
pub struct Configuration(Vec<(String, String)>);

/// What was asked of the configuration already.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    configuration: OnceLock<Configuration>,
    hooks: OnceLock<PathBuf>,
}

/// A remote repository, as far as known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub name: String,
    /// Its main branch (`origin/main`); `None` when its HEAD is not known.
    pub main: Option<String>,
}

/// A commit on the first-parent line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    pub parents: usize,
    pub subject: String,
}

impl Configuration {
    /// Reads `git config --list -z`: a key, a line end and the value, or a key alone (true).
    fn read(out: &[u8]) -> Self {
        let records = out.split(|&b| b == 0).filter(|record| !record.is_empty());
        let entry = |record: &[u8]| {
            let text = String::from_utf8_lossy(record).into_owned();
            match text.split_once('\n') {
                Some((key, value)) => (key.to_owned(), value.to_owned()),
                None => (text, "true".to_owned()),
            }
        };
        Self(records.map(entry).collect())
    }

    /// The value that counts (the last one). Section and variable are in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The same of a variable with several names.
    pub fn last_of(&self, keys: &[&str]) -> Option<&str> {
        let last = self.0.iter().rfind(|(name, _)| keys.contains(&name.as_str()));
        last.map(|(_, value)| value.as_str())
    }

    /// Whether a boolean is set to true (git-config, "boolean").
    pub fn is_on(&self, key: &str) -> bool {
        let value = self.get(key).unwrap_or_default().to_ascii_lowercase();
        matches!(value.as_str(), "true" | "yes" | "on")
            || value.parse::<i64>().is_ok_and(|number| number != 0)
    }

    /// The remote that releases go to: the one that `gonogo.remote` names, else `origin`, else the
    /// only one.
    pub fn remote(&self) -> Option<&str> {
        let names = self.names("remote", "url");
        let named = self.get("gonogo.remote").filter(|name| names.contains(name));
        match (named, names.as_slice()) {
            (Some(name), _) => Some(name),
            (None, names) if names.contains(&"origin") => Some("origin"),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The address of [`Self::remote`], as git expands it (`url.X.insteadOf`).
    pub fn remote_url(&self) -> Option<String> {
        let name = self.remote()?;
        let url = self.get(&format!("remote.{name}.url")).filter(|url| !url.is_empty())?;
        let short = self.0.iter().filter_map(|(key, begin)| {
            let long = key.strip_prefix("url.")?.strip_suffix(".insteadof")?;
            Some((url.strip_prefix(begin.as_str())?, long))
        });
        // The longest beginning wins (git-config, "url.<base>.insteadOf").
        let expanded = short.min_by_key(|(rest, _)| rest.len());
        Some(expanded.map_or_else(|| url.to_owned(), |(rest, long)| format!("{long}{rest}")))
    }

    /// Whether anything is set in a section.
    pub fn has(&self, section: &str) -> bool {
        let inside =
            |key: &str| key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        self.0.iter().any(|(key, _)| inside(key))
    }

    /// What stands between `section.` and `.variable`, each once: the names of remotes, say.
    pub fn names<'c>(&'c self, section: &str, variable: &str) -> Vec<&'c str> {
        let mut names: Vec<&str> = Vec::new();
        for (key, _) in &self.0 {
            let rest = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
            let name = rest.and_then(|rest| rest.strip_suffix(variable)?.strip_suffix('.'));
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }
}

impl Repo {
    /// The version of git, as `git --version` ends: `2.47.3`.
    ///
    /// # Errors
    /// git fails.
    pub fn git_version(&self) -> Result<String, Refusal> {
        let out = self.git.call(["--version"]).read()?;
        let line = git::lines(&out).into_iter().next().unwrap_or_default();
        Ok(line.trim_start_matches("git version ").to_owned())
    }

    /// git's configuration, as it was when it was first asked for: like a git command, which reads
    /// it once.
    ///
    /// # Errors
    /// git fails.
    pub fn configuration(&self) -> Result<Configuration, Refusal> {
        if let Some(known) = self.settings.configuration.get() {
            return Ok(known.clone());
        }
        let read = Configuration::read(&self.git.call(["config", "--list", "-z"]).read()?);
        Ok(self.settings.configuration.get_or_init(|| read).clone())
    }

    /// Where git looks for hooks (`core.hooksPath` or the git folder's own), as it was when it was
    /// first asked for.
    ///
    /// # Errors
    /// git fails.
    pub fn hooks_folder(&self) -> Result<PathBuf, Refusal> {
        if let Some(known) = self.settings.hooks.get() {
            return Ok(known.clone());
        }
        let out = self.git.call(["rev-parse", "--git-path", "hooks"]).read()?;
        let folder = self.top.join(git::path(out.strip_suffix(b"\n").unwrap_or(&out)));
        Ok(self.settings.hooks.get_or_init(|| folder).clone())
    }

    /// A value of git's configuration as a boolean; unset is `false`.
    ///
    /// # Errors
    /// git fails or the value is no boolean.
    pub fn config_bool(&self, key: &str) -> Result<bool, Refusal> {
        if self.configuration()?.get(&key.to_ascii_lowercase()).is_none() {
            return Ok(false);
        }
        // How a boolean may be written is git's to say.
        let out = self.git.call(["config", "--type=bool", "--get", key]).output()?;
        match out.status.code() {
            Some(0) => Ok(out.stdout.starts_with(b"true")),
            Some(1) => Ok(false),
            _ => Err(git::failed("git config", &out)),
        }
    }

    /// The configured remotes and what is known of their main branches.
    ///
    /// # Errors
    /// git fails.
    pub fn remotes(&self, configuration: &Configuration) -> Result<Vec<Remote>, Refusal> {
        let names = configuration.names("remote", "url");
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let format = "--format=%(refname:strip=2) %(symref:strip=2)";
        let out = self.git.call(["for-each-ref", format, "refs/remotes/**/HEAD"]).read()?;
        let heads = git::lines(&out);
        let main = |name: &str| {
            let known = heads.iter().filter_map(|line| line.split_once("/HEAD "));
            known.into_iter().find(|(remote, main)| *remote == name && !main.is_empty())
        };
        let remote = |name: &str| Remote {
            name: name.to_owned(),
            main: main(name).map(|(_, main)| main.to_owned()),
        };
        Ok(names.into_iter().map(remote).collect())
    }

    /// The newest commits of HEAD's first-parent line, at most `number`.
    ///
    /// # Errors
    /// git fails.
    pub fn landed(&self, number: usize) -> Result<Vec<Landed>, Refusal> {
        if self.head.commit().is_none() {
            return Ok(Vec::new());
        }
        let limit = format!("-{number}");
        let format = "--format=%P%x00%s";
        let plain = ["--no-color", "--no-show-signature"];
        let args = ["log", "--first-parent", &limit, format].into_iter().chain(plain);
        let out = self.git.call(args.chain(["HEAD"])).read()?;
        let landed = |line: String| {
            let (parents, subject) = line.split_once('\0').unwrap_or_default();
            Landed { parents: parents.split_whitespace().count(), subject: subject.to_owned() }
        };
        Ok(git::lines(&out).into_iter().map(landed).collect())
    }

    /// Whether history ends somewhere because it was not fetched.
    pub fn is_shallow(&self) -> bool {
        self.common_dir.join("shallow").exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remote_of_releases_is_expanded_as_git_does() {
        for (out, expected) in [
            ("", None),
            ("remote.a.url\nx\0", Some("x")),
            ("remote.a.url\nx\0remote.b.url\ny\0", None),
            ("remote.a.url\nx\0remote.origin.url\ny\0", Some("y")),
            ("remote.a.url\nx\0remote.origin.url\ny\0gonogo.remote\na\0", Some("x")),
            (
                "remote.origin.url\ngh:a/b\0url.https://github.com/.insteadof\ngh:\0\
                 url.https://github.com/a/.insteadof\ngh:a/\0",
                Some("https://github.com/a/b"),
            ),
        ] {
            assert_eq!(Configuration::read(out.as_bytes()).remote_url().as_deref(), expected);
        }
    }

    #[test]
    fn configuration_is_read_as_git_lists_it() {
        let out = b"user.name\nA\nB\0core.bare\nfalse\0core.odd\0user.name\nC\0\
            remote.a.b.url\nx\0remote.a.b.fetch\ny\0remote.o.url\n\0commit.gpgsign\nYes\0n.n\n2\0";
        let read = Configuration::read(out);
        assert_eq!(read.get("user.name"), Some("C"));
        assert_eq!(read.names("remote", "url"), ["a.b", "o"]);
        for (key, on) in [
            ("core.bare", false),
            ("core.odd", true),
            ("commit.gpgsign", true),
            ("n.n", true),
            ("none", false),
        ] {
            assert_eq!(read.is_on(key), on, "{key}");
        }
    }
}

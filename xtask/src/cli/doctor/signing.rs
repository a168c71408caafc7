//! Whether commits and tags can be signed. Nothing is signed and no program is started: either
//! could ask a person for a passphrase.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::config::file::Settings;
use crate::error::word;
use crate::repo::Configuration;

const AREA: &str = "signing";

/// Shows what is configured.
const SHOW: &str = "git config --show-origin --get-regexp '^(user.signingkey|gpg\\.|.*gpgsign)'";

pub(super) struct Facts {
    commits: bool,
    tags: bool,
    /// `gpg.format`: openpgp, ssh or x509.
    format: String,
    /// The program that signs, as configured or by default.
    program: String,
    program_found: bool,
    /// `user.signingKey`.
    key: Option<String>,
    ssh: Ssh,
}

/// The key of ssh signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ssh {
    /// Not configured.
    None,
    /// A file that needs no passphrase, as far as its header says.
    Open,
    /// A file with a passphrase.
    Encrypted,
    /// There is a public key only, or a key in the configuration: an agent has to have the other.
    Public { agent: bool },
    /// A command says it.
    Command,
    /// The file cannot be read.
    Unreadable,
}

/// What the base64 of an unencrypted OpenSSH private key begins with: its magic and the cipher
/// `none` (PROTOCOL.key of OpenSSH).
const NO_CIPHER: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";

impl Facts {
    /// What git's configuration says, and `[tag] sign` of gonogo.toml, which comes before it.
    pub fn read(configuration: &Configuration, settings: Option<&Settings>) -> Self {
        let said = settings.and_then(|settings| settings.tag.sign.as_ref());
        let format = configuration.get("gpg.format").unwrap_or("openpgp").to_owned();
        let usual = match format.as_str() {
            "ssh" => "ssh-keygen",
            "x509" => "gpgsm",
            _ => "gpg",
        };
        let own = configuration.get(&format!("gpg.{format}.program"));
        let plain = configuration.get("gpg.program").filter(|_| format == "openpgp");
        let program = own.or(plain).unwrap_or(usual).to_owned();
        let key = configuration.get("user.signingkey").map(str::to_owned);
        let ssh = match (key.as_deref(), configuration.get("gpg.ssh.defaultkeycommand")) {
            (Some(key), _) => ssh(key),
            (None, Some(_)) => Ssh::Command,
            (None, None) => Ssh::None,
        };
        Self {
            commits: configuration.is_on("commit.gpgsign"),
            tags: said.map_or_else(|| configuration.is_on("tag.gpgsign"), |said| said.value),
            program_found: is_program(&program),
            format,
            program,
            key,
            ssh,
        }
    }

    pub fn judge(&self) -> Option<Finding> {
        let what = match (self.commits, self.tags) {
            (false, false) => return None,
            (true, false) => "commits",
            (false, true) => "tags",
            (true, true) => "commits and tags",
        };
        let found = self.way(&format!("{what} by {}", self.format));
        let found = found.details(self.key.iter().map(|key| format!("user.signingKey is {key}")));
        // `bump --commit` makes no tag.
        let harmless = found.mark == crate::ui::Mark::Failed && !self.commits;
        Some(if harmless { found.marked(crate::ui::Mark::Warning) } else { found })
    }

    fn way(&self, what: &str) -> Finding {
        let program = &self.program;
        if !matches!(self.format.as_str(), "openpgp" | "ssh" | "x509") {
            return Finding::failed(
                AREA,
                format!("gpg.format is {}, which git does not know", self.format),
            )
            .shell("git config gpg.format openpgp");
        }
        if !self.program_found {
            return Finding::failed(AREA, format!("{what}: there is no program {program}"))
                .shell(SHOW);
        }
        if self.format != "ssh" {
            return Finding::unknown(
                AREA,
                format!(
                    "{what}: {program} is there; whether it asks for a passphrase is not known"
                ),
            )
            .shell("git commit-tree -S -m probe 'HEAD^{tree}'");
        }
        let key = word(self.key.as_deref().unwrap_or_default());
        match self.ssh {
            Ssh::None => Finding::failed(AREA, format!("{what}: no key is configured"))
                .shell("git config user.signingKey ~/.ssh/id_ed25519.pub"),
            Ssh::Unreadable => Finding::failed(AREA, format!("{what}: {key} cannot be read"))
                .shell(format!("ls -l -- {key}")),
            Ssh::Open => Finding::good(AREA, format!("{what} with {key}")),
            Ssh::Encrypted => Finding::unknown(AREA, format!("{what}: {key} has a passphrase"))
                .detail("An agent that has the key signs without asking.")
                .shell(format!("ssh-add {key}")),
            Ssh::Public { agent: true } => {
                Finding::unknown(AREA, format!("{what}: the ssh agent has to have the key"))
                    .shell("ssh-add -L")
            }
            Ssh::Public { agent: false } => {
                Finding::failed(AREA, format!("{what}: no ssh agent runs, and it has the key"))
                    .shell("eval \"$(ssh-agent)\" && ssh-add")
            }
            Ssh::Command => {
                Finding::unknown(AREA, format!("{what}: gpg.ssh.defaultKeyCommand says the key"))
                    .shell(SHOW)
            }
        }
    }
}

/// What `user.signingKey` leads to with ssh: a key itself, or a file (git-config, user.signingKey).
fn ssh(key: &str) -> Ssh {
    let agent = || {
        let socket = env::var_os("SSH_AUTH_SOCK").map(PathBuf::from);
        Ssh::Public { agent: socket.is_some_and(|socket| socket.exists()) }
    };
    if key.starts_with("key::") || key.starts_with("ssh-") {
        return agent();
    }
    let file = at_home(key);
    let Ok(text) = fs::read_to_string(&file) else { return Ssh::Unreadable };
    match text.contains("PRIVATE KEY-----") {
        true => passphrase(&text),
        // ssh-keygen takes the private key beside a public one.
        false => match fs::read_to_string(file.with_extension("")) {
            Ok(text) if text.contains("PRIVATE KEY-----") => passphrase(&text),
            _ => agent(),
        },
    }
}

fn passphrase(key: &str) -> Ssh {
    let openssh = key.contains("BEGIN OPENSSH PRIVATE KEY");
    let open = match openssh {
        true => key.lines().any(|line| line.starts_with(NO_CIPHER)),
        false => !key.contains("ENCRYPTED"),
    };
    if open { Ssh::Open } else { Ssh::Encrypted }
}

/// A path as git reads it in its configuration, `~/` being the home folder.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(inside), Some(home)) => Path::new(&home).join(inside),
        _ => PathBuf::from(path),
    }
}

/// Whether there is a program of this name or at this path.
pub(super) fn is_program(name: &str) -> bool {
    let runs = |path: &Path| {
        fs::metadata(path)
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    if name.contains('/') {
        return runs(&at_home(name));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| runs(&folder.join(name)))
}

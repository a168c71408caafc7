//! Calls of git that use the network, where git or ssh may want to ask a person.
//!
//! Where there is a terminal they have it: for as long as it takes, in our own process group, with
//! nothing else printed meanwhile. Where there is none they must end by themselves: nothing is
//! prompted for, and there is a limit.

use std::io::IsTerminal;
use std::process::Output;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::git::Call;
use super::{Repo, git};
use crate::error::{Refusal, word};
use crate::sys::proc::{self, Alone, Ended, Interrupt, Watch};
use crate::wording::counted;

/// A remote that does not answer a question for so long is not there.
pub const QUESTION: Duration = Duration::from_mins(2);

/// So long may objects take to get there or here.
pub const TRANSFER: Duration = Duration::from_mins(10);

/// What is wanted of a remote.
pub struct Errand<'a> {
    /// The remote's name; never an address, which may hold a password and would stand in argv.
    pub remote: &'a str,
    /// How a failure goes on after the name: "could not be asked".
    pub failure: &'a str,
    /// The limit where nobody can be asked.
    pub limit: Duration,
    pub interrupt: &'a Interrupt,
}

/// What git says, in lower case, and what it means.
const MEANINGS: [(&[&str], &str); 6] = [
    (
        &["host key verification failed"],
        "ssh does not know the key of that host; git asks about it at a terminal.",
    ),
    (
        &[
            "authentication failed",
            "could not read username",
            "could not read password",
            "terminal prompts disabled",
            "permission denied",
            "access denied",
            "error: 401",
            "error: 403",
        ],
        "It does not let you in.",
    ),
    (
        &[
            "could not resolve host",
            "name or service not known",
            "temporary failure in name resolution",
            "nodename nor servname",
        ],
        "Its host is not known: no network, or a slip in the address.",
    ),
    (
        &[
            "does not appear to be a git repository",
            "not found",
            "does not exist",
            "no such file or directory",
            "not a git repository",
        ],
        "There is no such repository, or none that you may see.",
    ),
    (
        &["connection refused", "connection timed out", "failed to connect", "no route to host"],
        "Its host does not answer.",
    ),
    (
        &[
            "hung up",
            "early eof",
            "connection reset",
            "unexpected disconnect",
            "rpc failed",
            "broken pipe",
            "connection closed",
        ],
        "The connection was cut.",
    ),
];

/// A name for the address that is pushed to, for one call.
const PUSHED: &str = "gonogo-pushed";

/// So many lines of what git said are handed on.
const SAID: usize = 8;

impl Repo {
    /// Runs a call that uses the network and returns what it said, whatever its exit code
    /// ([`Errand::failed`] makes a refusal of it).
    ///
    /// # Errors
    /// git cannot be started, did not end within the limit, wanted a terminal that is not there;
    /// ctrl-C.
    pub fn over_network(&self, call: Call<'_>, errand: &Errand<'_>) -> Result<Output, Refusal> {
        let cannot = |error: std::io::Error| {
            Refusal::external("git cannot be run")
                .why(error.to_string())
                .next_shell("git --version", "must work")
        };
        let ended = if std::io::stdin().is_terminal() {
            proc::output(&mut call.command(), None).map_err(cannot)
        } else {
            let watch = Watch { limit: errand.limit, interrupt: errand.interrupt, slow: &|| () };
            let mut command = self.without_questions(call)?.command();
            let Alone { ended, stdout, stderr } =
                proc::alone(&mut command, &watch).map_err(cannot)?;
            match ended {
                Ended::By(status) => Ok(Output { status, stdout, stderr }),
                Ended::Interrupted => Err(Refusal::interrupted()),
                Ended::Stopped => Err(errand.refused("asks for a password", &stderr)),
                Ended::TimedOut => {
                    let seconds =
                        counted(usize::try_from(errand.limit.as_secs()).unwrap_or(0), "second");
                    Err(errand.refused(&format!("did not answer within {seconds}"), &stderr))
                }
            }
        };
        // At a terminal ctrl-C reached git, too, and how that ended says nothing.
        if errand.interrupt.load(Ordering::Relaxed) {
            return Err(Refusal::interrupted());
        }
        ended
    }

    /// A call about the address that a remote is pushed to, which need not be the one that git asks by
    /// the remote's name (`pushurl`). It is handed over in the environment: it may hold a password.
    ///
    /// # Errors
    /// git fails.
    pub fn where_pushed<'n>(
        &self,
        remote: &'n str,
        args: &[&'n str],
        refs: impl IntoIterator<Item = &'n str>,
    ) -> Result<Call<'_>, Refusal> {
        let address = |which: &[&str]| {
            let asked = [&["remote", "get-url"], which, &["--", remote]].concat();
            let said = self.git.call(asked).read()?;
            Ok::<_, Refusal>(git::lines(&said).into_iter().next().unwrap_or_default())
        };
        let (asked, pushed) = (address(&[])?, address(&["--push"])?);
        let named = if asked == pushed { remote } else { PUSHED };
        let all = args.iter().copied().chain(["--", named]).chain(refs);
        let call = self.git.call(all);
        if asked == pushed {
            return Ok(call);
        }
        let count = std::env::var("GIT_CONFIG_COUNT").ok();
        let count: usize = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        Ok(call
            .env(&format!("GIT_CONFIG_KEY_{count}"), format!("remote.{PUSHED}.url"))
            .env(&format!("GIT_CONFIG_VALUE_{count}"), pushed)
            .env("GIT_CONFIG_COUNT", (count + 1).to_string()))
    }

    /// ssh asks nobody, unless the user says how ssh is called or who is asked instead.
    fn without_questions<'c>(&self, call: Call<'c>) -> Result<Call<'c>, Refusal> {
        let says = ["GIT_SSH_COMMAND", "GIT_SSH", "SSH_ASKPASS"];
        if says.iter().any(|name| std::env::var_os(name).is_some()) {
            return Ok(call);
        }
        let configured = self.git.call(["config", "--get", "core.sshCommand"]).output()?;
        Ok(match configured.status.success() {
            true => call,
            false => call.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes"),
        })
    }
}

impl Errand<'_> {
    /// What git said, without secrets, where it succeeded.
    ///
    /// # Errors
    /// It did not, as [`Self::failed`] says.
    pub fn succeeded(&self, out: Output) -> Result<Vec<u8>, Refusal> {
        if out.status.success() { Ok(out.stdout) } else { Err(self.failed(&out.stderr)) }
    }

    /// The refusal for a call that failed after it had said this: what it means, git's own lines
    /// without secrets, and the command that must work first.
    pub fn failed(&self, said: &[u8]) -> Refusal {
        self.refused(self.failure, said)
    }

    fn refused(&self, failure: &str, said: &[u8]) -> Refusal {
        let remote = self.remote;
        let said = proc::mask(&String::from_utf8_lossy(said));
        let low = said.to_lowercase();
        let means = MEANINGS.iter().find(|(words, _)| words.iter().any(|word| low.contains(word)));
        let lines = git::lines(said.as_bytes());
        let lines = lines.into_iter().filter(|line| !line.trim().is_empty()).take(SAID);
        let refusal = Refusal::external(format!("{remote} {failure}"));
        let refusal = means.into_iter().fold(refusal, |refusal, (_, means)| refusal.why(*means));
        let refusal = lines.fold(refusal, Refusal::why);
        if low.contains("remote prune") {
            return refusal.next_shell(
                format!("git remote prune {}", word(remote)),
                "drops what is known of branches that are gone there",
            );
        }
        refusal.next_shell(format!("git ls-remote {}", word(remote)), "must work")
    }
}

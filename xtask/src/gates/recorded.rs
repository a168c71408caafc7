//! The commands of `[record]`: what they say is kept with a release and handed to its rollback.
//!
//! They are asked when the gates are green and before anything is pushed: a rollback needs the state
//! the release began with.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::Values;
use super::command::{ended, filled, missing, variables, without_value};
use crate::config::file::Said;
use crate::config::file::gates::CommandLine;
use crate::record::{Answer, Recorded};
use crate::sys::proc::{self, Alone, Ended, Interrupt, Watch, mask};

/// One that takes longer is stopped.
const LIMIT: Duration = Duration::from_mins(1);

/// A longer answer is none: it has to fit into a variable, and part of it would be a wrong one.
const MOST: usize = 16 << 10;

/// Asks all of them, one after the other, at the top of the work tree, with the variables that gates
/// get. One that fails has its reason as answer; it stops nothing.
pub fn recorded(
    commands: &[(Said<String>, CommandLine)],
    values: &Values,
    top: &Path,
    interrupt: &Interrupt,
) -> BTreeMap<String, Recorded> {
    let one = |(name, line): &(Said<String>, CommandLine)| {
        let answer = match asked(line, values, top, interrupt) {
            Ok(output) => Answer::Output(output),
            Err(why) => Answer::Failed(why),
        };
        (name.value.clone(), Recorded { command: mask(&line.shown()), answer })
    };
    commands.iter().map(one).collect()
}

/// What a person is told of those without an answer.
pub fn remarks(recorded: &BTreeMap<String, Recorded>) -> Vec<String> {
    let failed = recorded.iter().filter_map(|(name, recorded)| match &recorded.answer {
        Answer::Failed(why) => Some(format!(
            "[record] {name} has no value, a rollback must do without: {} ({why})",
            recorded.command
        )),
        Answer::Output(_) => None,
    });
    failed.collect()
}

fn asked(
    line: &CommandLine,
    values: &Values,
    top: &Path,
    interrupt: &Interrupt,
) -> Result<String, String> {
    let (argv, _) = filled(line, values).map_err(|name| without_value(&name))?;
    let variables: Vec<_> = variables(values).collect();
    let variables = variables.iter().map(|(name, value)| (name.clone(), value.as_deref()));
    let mut command = proc::command(&argv, top, variables);
    let watch = Watch { limit: LIMIT, interrupt, slow: &|| () };
    let Alone { ended: how, stdout, stderr } = proc::alone(&mut command, &watch)
        .map_err(|error| missing(&argv[0], &error, top).outcome.why())?;
    match how {
        Ended::By(status) if status.success() => text(stdout),
        Ended::By(status) => {
            let said = String::from_utf8_lossy(&stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty());
            let last = last.map(|line| format!(": {}", mask(line.trim()))).unwrap_or_default();
            let last: String = last.chars().take(200).collect();
            Err(format!("{}{last}", ended(status)))
        }
        Ended::TimedOut => Err(format!("not done after {} seconds", LIMIT.as_secs())),
        Ended::Interrupted => Err("interrupted".to_owned()),
        Ended::Stopped => Err("it asks at the terminal, which it does not have".to_owned()),
    }
}

/// An answer that can be a variable later.
fn text(stdout: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(stdout).map_err(|_| "its output is not UTF-8".to_owned())?;
    let text = text.trim();
    if text.contains('\0') {
        return Err("its output has a NUL in it".to_owned());
    }
    if text.len() > MOST {
        return Err(format!("its output is longer than {} KiB", MOST >> 10));
    }
    let clean = mask(text);
    match clean == text {
        true => Ok(clean),
        // Without the password it would be another value, and with it nothing is kept.
        false => Err("its output has a password in a URL".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::Settings;
    use crate::path::RepoPath;
    use crate::sites::File;

    fn answers(table: &str) -> BTreeMap<String, Recorded> {
        let toml = format!("[record]\n{table}");
        let path = RepoPath::new("gonogo.toml").unwrap();
        let file = File { path, bytes: toml.as_bytes().into() };
        let settings = Settings::read(Some(&file)).expect("a configuration");
        let values = Values::default().with("VERSION", Some("1.3.0; echo x"));
        let top = std::env::temp_dir();
        recorded(&settings.record, &values, &top, &Interrupt::default())
    }

    #[test]
    fn what_a_command_says_is_its_value_or_the_reason_why_there_is_none() {
        let cases: [(&str, &str, Result<&str, &str>); 10] = [
            ("plain", "'echo 4a90'", Ok("4a90")),
            ("lines", "{ shell = 'echo; echo one; echo two; echo no >&2' }", Ok("one\ntwo")),
            ("nothing", "'true'", Ok("")),
            ("told", "'echo $GONOGO_VERSION'", Ok("1.3.0; echo x")),
            ("untold", "'echo $GONOGO_PREVIOUS_TAG'", Err("$GONOGO_PREVIOUS_TAG has no value")),
            (
                "red",
                "{ shell = 'echo no https://u:p@h >&2; exit 3' }",
                Err("exit 3: no https://***"),
            ),
            ("absent", "'no-such-program-here'", Err("there is no program no-such-program-here")),
            ("long", "{ shell = 'head -c 20000 /dev/zero | tr \"\\\\0\" x' }", Err("longer than")),
            ("bytes", "{ shell = 'printf \"\\\\377\"' }", Err("not UTF-8")),
            ("secret", "'echo postgres://u:pw@db/x'", Err("a password in a URL")),
        ];
        let line = |(name, command, _): &(&str, &str, _)| {
            format!("{name} = {}\n", command.replace("\\\\", "\\"))
        };
        let table: Vec<String> = cases.iter().map(line).collect();
        let found = answers(&table.concat());
        assert_eq!(found.len(), cases.len());
        for (name, _, expected) in cases {
            match (&found[name].answer, expected) {
                (Answer::Output(output), Ok(expected)) => assert_eq!(output, expected, "{name}"),
                (Answer::Failed(why), Err(expected)) => {
                    assert!(why.contains(expected), "{name}: {why}");
                    assert!(!why.contains("u:p"), "{why}");
                }
                (answer, expected) => panic!("{name}: {answer:?} for {expected:?}"),
            }
        }
        assert_eq!(remarks(&found).len(), 6);
    }
}

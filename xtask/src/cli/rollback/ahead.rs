//! The way back from a release before anybody needs it: while it is planned, and in its record.

use std::fmt::Write as _;

use super::out;
use super::shown::by_hand;
use crate::cli::release::main;
use crate::config::Projects;
use crate::config::file::command::variable;
use crate::config::file::{Code, CommandLine, Procedure, Settings};
use crate::error::{Refusal, word};
use crate::flows::rollback::of_registry;
use crate::gates::Values;
use crate::plan::Person;
use crate::record::{Answer, Record};
use crate::repo::{Repo, Stored};
use crate::ui::one_line;

/// The release that takes the place of the one that is withdrawn.
pub struct Before<'b> {
    /// `None` where its tag does not tell.
    pub version: Option<&'b str>,
    pub tag: &'b str,
    pub commit: &'b str,
}

/// What is known of a release that may have to be withdrawn.
pub struct Ahead<'a> {
    /// `studio 0.3.0`
    pub name: String,
    pub previous: Option<Before<'a>>,
    /// What withdraws it.
    pub command: String,
    pub settings: &'a Settings,
    pub main: &'a str,
    /// What its commands are told, besides the release before it.
    pub values: Values,
    /// What a person has to do about registries.
    pub people: &'a [Person],
    /// What becomes of texts in it: those of a record are escaped where it is shown.
    pub quoted: fn(&str) -> String,
}

impl Ahead<'_> {
    /// The document, in Markdown.
    pub fn text(&self) -> String {
        let mut text = format!("# The way back from {}\n\n", (self.quoted)(&self.name));
        match &self.previous {
            Some(Before { version, tag, commit }) => {
                let version = version.map(|version| format!("{}: ", (self.quoted)(version)));
                let (version, tag) = (version.unwrap_or_default(), (self.quoted)(tag));
                let _ = writeln!(text, "Back to {version}{tag}, commit {}.\n", &commit[..7]);
            }
            None => text.push_str("There is no release to go back to.\n\n"),
        }
        let _ = writeln!(text, "    {}\n\n## Steps\n", self.command);
        for (number, step) in self.steps().iter().enumerate() {
            let _ = writeln!(text, "{}. {step}", number + 1);
        }
        let names: Vec<&str> =
            self.settings.record.iter().map(|(name, _)| name.value.as_str()).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "\nThe release records {}.", (self.quoted)(&names.join(", ")));
        }
        text
    }

    fn steps(&self) -> Vec<String> {
        let previous = self.previous.as_ref();
        let values = self
            .values
            .clone()
            .with("PREVIOUS_VERSION", previous.and_then(|one| one.version))
            .with("PREVIOUS_TAG", previous.map(|one| one.tag))
            .with("PREVIOUS_COMMIT", previous.map(|one| one.commit));
        let each = |word: &str, lines: &[CommandLine]| -> Vec<String> {
            lines.iter().map(|line| format!("{word}: `{}`", shown(line, &values))).collect()
        };
        let rollback = &self.settings.rollback;
        let mut steps = Vec::new();
        if previous.is_some() {
            steps.extend(each("redeploy", &rollback.redeploy));
        }
        steps.extend(each("database, only with --database, loses data", &rollback.database));
        if previous.is_some() {
            steps.extend(each("verify", &rollback.verify));
        }
        steps.push(format!("code: {}", self.code()));
        steps.push("changelog: [YANKED] and a notice".to_owned());
        steps.push("tag: it stays, and its version is not used again".to_owned());
        steps.push("texts for the incident and for users".to_owned());
        steps.extend(
            self.people.iter().map(|person| format!("you: {}", (self.quoted)(&by_hand(person)))),
        );
        steps
    }

    /// What becomes of the code.
    fn code(&self) -> String {
        let main = (self.quoted)(self.main);
        let merged = self.settings.landing(Procedure::Release).branch.is_some();
        let said = self.settings.rollback.code.as_ref().map(|said| said.value);
        match (said, merged) {
            (Some(Code::Keep), _) => format!("it stays on {main}"),
            (None, false) => format!("it stays on {main}; --revert takes it out"),
            (Some(Code::Revert), _) | (None, true) => {
                format!("it is taken out of {main}, and what came later stays")
            }
        }
    }
}

/// A command with what is known of its values, inside a code span of one line.
fn shown(line: &CommandLine, values: &Values) -> String {
    let text = match line.argv(values.map()) {
        Ok(argv) => argv.iter().map(word).collect::<Vec<_>>().join(" "),
        Err(_) => line.shown(),
    };
    text.replace('`', "'").replace(char::is_control, " ")
}

/// The way back from a release that was just made, for its record: by the configuration of its own
/// commit and what was recorded of the time before it, so that it says the same whoever completes
/// the release. `None` where that commit has no configuration that can be read.
///
/// # Errors
/// git fails.
pub fn recorded(repo: &Repo, record: &Record) -> Result<Option<String>, Refusal> {
    let Some(tree) = Stored::in_commit(&repo.git, &record.commit)? else { return Ok(None) };
    let Ok(projects) = Projects::new(&tree) else { return Ok(None) };
    let Ok((all, _)) = projects.whole() else { return Ok(None) };
    let own = all.iter().find_map(|project| {
        let format = projects.tag_format(project).ok()?;
        format.version(&record.tag).map(|_| (project, format))
    });
    let Some((project, format)) = own else { return Ok(None) };
    let settings = &projects.settings;
    let main = main(repo, settings).ok().or_else(|| record.branch.clone());
    let main = main.unwrap_or_else(|| "main".to_owned());
    let previous = record.previous.as_ref();
    let version = previous.and_then(|previous| format.version(&previous.tag));
    let package = projects.choice(project).map(|name| format!(" -p {}", word(name)));
    let package = package.unwrap_or_default();
    let ahead = Ahead {
        name: format!("{} {}", record.name, record.version).trim_start().to_owned(),
        previous: previous.map(|previous| Before {
            version: version.as_ref().map(crate::version::Version::text),
            tag: &previous.tag,
            commit: previous.commit.as_str(),
        }),
        command: format!("gonogo rollback {}{package}", word(&record.version)),
        settings,
        main: &main,
        values: values(settings, record),
        quoted: one_line,
        people: &people(repo, record, project.name.as_deref(), &main)?,
    };
    Ok(Some(ahead.text()))
}

fn values(settings: &Settings, record: &Record) -> Values {
    let own = Values::default()
        .with("VERSION", Some(&record.version))
        .with("TAG", Some(&record.tag))
        .with("COMMIT", Some(record.commit.as_str()));
    settings.record.iter().fold(own, |values, (name, _)| {
        let was = record.values.get(&name.value).and_then(|value| match &value.answer {
            Answer::Output(output) => Some(output),
            Answer::Failed(_) => None,
        });
        values.with(&format!("PREVIOUS_{}", variable(&name.value)), was)
    })
}

/// What a person does about what CI publishes of it.
fn people(
    repo: &Repo,
    record: &Record,
    name: Option<&str>,
    main: &str,
) -> Result<Vec<Person>, Refusal> {
    let names = (name.unwrap_or("NAME"), record.version.as_str(), record.tag.as_str());
    let notice = match &record.previous {
        Some(previous) => format!("Rolled back. Use {}.", previous.tag),
        None => "Rolled back.".to_owned(),
    };
    let page = out::page(repo)?;
    let published = out::published(repo, (&record.commit, &record.tag), main)?;
    let each = published.iter().filter_map(|one| {
        of_registry(one.target, one.certainty, names, page.as_deref(), &notice).1
    });
    Ok(each.collect())
}

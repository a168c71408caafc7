//! `check-release-tag`

use std::io::{IsTerminal, Read};

use super::super::tag::of_tag::released;
use super::{Context, version_sync};
use crate::config::Projects;
use crate::error::{Refusal, word};
use crate::flows::bump;
use crate::flows::tag::places;
use crate::plan::Oid;
use crate::repo::{Git, Stored, made_tags};
use crate::version::TagFormat;

/// A tag that is about to be pushed.
struct Pushed {
    name: String,
    id: Oid,
}

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let pushed = match by_framework(&context.folder)? {
        Some(lines) => pushed(&lines),
        None => pushed(&by_git()?),
    };
    if pushed.is_empty() {
        return Ok(());
    }
    let git = Git::called_by_git(&context.folder)?;
    pushed.iter().try_for_each(|tag| judge(&git, tag, &pushed))
}

/// What git tells a pre-push hook: `LOCAL-REF ID REMOTE-REF ID` for each ref (githooks(5)).
fn by_git() -> Result<String, Refusal> {
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Refusal::usage("check-release-tag reads what git tells a pre-push hook")
            .why("It is a line on standard input for each ref: LOCAL-REF ID REMOTE-REF ID.")
            .next("init --hooks", "installs it"));
    }
    let mut lines = Vec::new();
    stdin.read_to_end(&mut lines).map_err(|error| {
        Refusal::external("standard input cannot be read").why(error.to_string())
    })?;
    Ok(String::from_utf8_lossy(&lines).into_owned())
}

/// The same from pre-commit and prek, which read standard input themselves and hand the first ref
/// on in variables.
fn by_framework(folder: &std::path::Path) -> Result<Option<String>, Refusal> {
    let variable = |name: &str| std::env::var(format!("PRE_COMMIT_{name}")).ok();
    // A push with the first commit of all names no end.
    let named = variable("TO_REF").or_else(|| variable("LOCAL_BRANCH"));
    let (Some(remote), Some(id)) = (variable("REMOTE_BRANCH"), named) else { return Ok(None) };
    if !remote.starts_with("refs/tags/") {
        return Ok(Some(String::new()));
    }
    let id = match Oid::new(&id) {
        Some(id) => Some(id),
        None => Git::called_by_git(folder)?.object(&id)?,
    };
    let line = id.map(|id| format!("{remote} {} {remote} 0", id.as_str()));
    Ok(Some(line.unwrap_or_default()))
}

/// The tags among the refs; a deletion is none.
fn pushed(lines: &str) -> Vec<Pushed> {
    let tag = |line: &str| {
        let mut words = line.split(' ');
        let (_, id, remote) = (words.next()?, words.next()?, words.next()?);
        let name = remote.strip_prefix("refs/tags/")?.to_owned();
        let id = Oid::new(id).filter(|id| id.as_str().bytes().any(|digit| digit != b'0'))?;
        Some(Pushed { name, id })
    };
    lines.lines().filter_map(tag).collect()
}

fn judge(git: &Git, tag: &Pushed, all: &[Pushed]) -> Result<(), Refusal> {
    let Some(tree) = Stored::in_commit(git, &tag.id)? else {
        let usual = TagFormat::Usual { name: None };
        return match usual.version(&tag.name) {
            None => Ok(()),
            Some(_) => Err(refusal(tag, format!("{} names no commit", tag.name))),
        };
    };
    let projects = Projects::new(&tree)?;
    let Some((project, format, version)) = released(&projects, &tag.name)? else { return Ok(()) };
    let files = version_sync::files(&tree, &project)?;
    let held = bump::held(&project, &files)?;
    let agrees = held.iter().all(|(_, said)| said.same(&version));
    let annotated = tree.is_tag(&tag.id)?;
    if agrees && annotated {
        return Ok(());
    }
    // Only now the other tags matter: they tell how this project names and makes its releases.
    let others = made_tags(git)?;
    let mut others = others.iter().filter(|other| all.iter().all(|tag| tag.name != other.name));
    let newest = others.find(|other| format.version(&other.name).is_some());
    let format = newest.map_or(format.clone(), |newest| format.knowing(&newest.name));
    if format.version(&tag.name).is_none() {
        return Ok(());
    }
    if !agrees {
        let what = format!("{} is not the version of its commit", tag.name);
        let told = places(held.iter(), &files);
        return Err(told.into_iter().take(8).fold(refusal(tag, what), Refusal::why));
    }
    match newest {
        Some(newest) if !newest.annotated => Ok(()),
        _ => Err(Refusal::unsafe_to(format!("{} is a lightweight tag", tag.name))
            .why("It does not say who released when, and git describe passes over it.")
            .next_shell(
                format!("git tag -a -f {} {}", word(&tag.name), word(format!("{}^{{}}", tag.name))),
                "makes it an annotated one; nothing was pushed yet",
            )),
    }
}

fn refusal(tag: &Pushed, what: String) -> Refusal {
    Refusal::unsafe_to(what).next_shell(
        format!("git tag -d {}", word(&tag.name)),
        "removes it here, to be made on the right commit",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_that_come_into_being_are_looked_at() {
        let (id, none) = ("a".repeat(40), "0".repeat(40));
        let lines = format!(
            "refs/heads/main {id} refs/heads/main {none}\n\
             refs/tags/v1.2.0 {id} refs/tags/v1.2.0 {none}\n\
             (delete) {none} refs/tags/v1.1.0 {id}\n\
             HEAD {id} refs/tags/v1.3.0 {none}\nodd\n\n"
        );
        let names: Vec<String> = pushed(&lines).into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["v1.2.0", "v1.3.0"]);
    }
}

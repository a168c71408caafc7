//! The new section of the changelog, edited by hand before anything is done.

use std::fs;
use std::path::Path;

use super::landing;
use super::prepare::Prepared;
use crate::changelog::Changelog;
use crate::config::file::split;
use crate::error::{Refusal, word};
use crate::flows::release;
use crate::path::RepoPath;
use crate::plan::{Action, Digest, Edit, FileChange};
use crate::repo::Repo;
use crate::sites::Source;
use crate::sys::fs as write;
use crate::sys::proc;
use crate::version::Version;

/// The changelog of a release with its new section.
pub struct Editable {
    /// Which step of the plan, which of its changes, and its number among all.
    step: usize,
    change: usize,
    number: usize,
    /// The whole file as planned.
    planned: Vec<u8>,
    /// The section in it.
    range: std::ops::Range<usize>,
}

/// Where the section of the release is; `None` where no changelog is edited.
pub fn section(release: &Prepared) -> Option<Editable> {
    let mut number = 0;
    for (step, planned) in release.plan.steps.iter().enumerate() {
        for (at, change) in planned.action.files().iter().enumerate() {
            let found = planned_section(change, &release.before[number], &release.facts.version);
            if let Some((planned, range)) = found {
                return Some(Editable { step, change: at, number, planned, range });
            }
            number += 1;
        }
    }
    None
}

/// The file after a change that puts the section of this version into it, and where that is.
fn planned_section(
    change: &FileChange,
    before: &[u8],
    version: &Version,
) -> Option<(Vec<u8>, std::ops::Range<usize>)> {
    let path = &change.path;
    let old = Changelog::parse(Source { path, bytes: before }).ok()?;
    let after = change.apply(before)?;
    let new = Changelog::parse(Source { path, bytes: &after }).ok()?;
    let (section, _) = new.section(version)?;
    let range = section.range.clone();
    // One that was there is the maintainer's, and in the file already.
    old.section(version).is_none().then_some((after, range))
}

/// Lets a person edit the section; the plan has the new one when this returns.
///
/// # Errors
/// The editor fails; what it left is no longer the one section of the release.
pub fn edit(repo: &Repo, release: &mut Prepared) -> Result<(), Refusal> {
    let Some(editable) = section(release) else { return Ok(()) };
    let Editable { step, change, number, planned, range } = editable;
    let path = release.plan.steps[step].action.files()[change].path.clone();
    let folder = repo.common_dir.join("gonogo").join("edit");
    let failed = |error: std::io::Error| {
        Refusal::external(format!("{} cannot be written", folder.display())).why(error.to_string())
    };
    write::private_folder(&folder).map_err(failed)?;
    let file = folder.join(path.name());
    write::write_private(&file, &[&planned[range.clone()]]).map_err(failed)?;
    let edited = opened(repo, &file).and_then(|()| fs::read(&file).map_err(failed));
    let _ = write::remove_folder(&folder);
    let section = like(&planned[range.clone()], edited?);
    let new = [&planned[..range.start], &section, &planned[range.end..]].concat();
    let (line, heading, entries) =
        checked(&path, &planned, &new, &range, section.len(), &release.facts.version)?;
    let before = &release.before[number];
    let Some(replaced) = replacing(&path, before, &new) else {
        return Err(Refusal::usage("what was edited is not UTF-8"));
    };
    let told =
        |bytes: &[u8]| landing::section(Source { path: &path, bytes }, &release.facts.version);
    let (old, now) = (told(&planned).unwrap_or_default(), told(&new).unwrap_or_default());
    for step in &mut release.plan.steps {
        // A pull request says the same.
        if let (Action::Pull(pull), false) = (&mut step.action, old.is_empty()) {
            pull.body = pull.body.replace(&old, &now);
        }
        if let Action::Keep(keep) = &mut step.action {
            keep.about.section = Some(now.clone());
        }
    }
    let planned = &mut release.plan.steps[step];
    planned.why = release::section(&path, line, &heading, entries);
    let Action::Files(changes) = &mut planned.action else { return Ok(()) };
    changes[change] = replaced;
    Ok(())
}

/// Runs the editor of the user (`$VISUAL`, `$EDITOR`) on a file.
fn opened(repo: &Repo, file: &Path) -> Result<(), Refusal> {
    let said = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty())?;
        Some((name, value))
    });
    let (name, said) = said.unwrap_or(("EDITOR", "vi".to_owned()));
    let mut argv = split(&said).map_err(|_| {
        Refusal::usage(format!("${name} is no command: {said}"))
            .why("It is a program and its arguments; no shell is asked.")
            .next_shell(format!("export {name}=vi"), "or any other editor")
    })?;
    let shown = argv.join(" ");
    argv.push(file.display().to_string());
    let mut command = proc::command(&argv, &repo.top, std::iter::empty());
    let ended = proc::with_terminal(&mut command).map_err(|error| {
        Refusal::external(format!("the editor {shown} cannot be started"))
            .why(error.to_string())
            .next_shell(format!("export {name}=vi"), "or any other editor")
    })?;
    match ended.success() {
        true => Ok(()),
        false => Err(Refusal::external(format!("the editor {shown} ended with {ended}"))
            .why("The section stays as it was.")
            .next_shell(format!("{} {}", shown, word("CHANGELOG.md")), "must work")),
    }
}

/// The edited section with the line ends of the file, and as many blank lines at its end as before.
fn like(planned: &[u8], edited: Vec<u8>) -> Vec<u8> {
    let windows = planned.windows(2).any(|two| two == b"\r\n");
    let text: Vec<u8> = edited.into_iter().filter(|byte| *byte != b'\r').collect();
    let body = text.trim_ascii_end();
    let end = &planned[planned.trim_ascii_end().len()..];
    let mut section = Vec::with_capacity(body.len() + end.len());
    for byte in body {
        if windows && *byte == b'\n' {
            section.push(b'\r');
        }
        section.push(*byte);
    }
    section.extend(end);
    section
}

/// The line of the heading, its text, and how many entries it has, where the new file differs from
/// the planned one in this one section only.
fn checked(
    path: &RepoPath,
    planned: &[u8],
    new: &[u8],
    range: &std::ops::Range<usize>,
    length: usize,
    version: &Version,
) -> Result<(usize, String, usize), Refusal> {
    let wrong = |why: &str| {
        Refusal::usage("what was edited is not the section of this release any more")
            .why(why)
            .why("It has to stay one section with its heading; the plan has the one before.")
            .next("changelog check", "shows what is wrong with a changelog")
    };
    let old = Changelog::parse(Source { path, bytes: planned })?;
    let after = Changelog::parse(Source { path, bytes: new })?;
    let (Some((before, _)), Some((section, _))) = (old.section(version), after.section(version))
    else {
        return Err(wrong(&format!("There is no section for {version}.")));
    };
    if planned[before.heading.clone()] != new[section.heading.clone()] {
        return Err(wrong("Its heading is another one."));
    }
    if section.range != (range.start..range.start + length)
        || after.sections.len() != old.sections.len()
    {
        return Err(wrong("It has become more than one section, or reaches into the next."));
    }
    let place = after.place(section.title.start);
    Ok((place.line, place.source, after.entries(section)))
}

/// The change from one text to another: what is between their common beginning and end.
fn replacing(path: &RepoPath, old: &[u8], new: &[u8]) -> Option<FileChange> {
    let mut start = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    while !is_boundary(old, start) || !is_boundary(new, start) {
        start -= 1;
    }
    let (rest_old, rest_new) = (&old[start..], &new[start..]);
    let same = rest_old.iter().rev().zip(rest_new.iter().rev());
    let mut end = same.take_while(|(one, other)| one == other).count();
    while !is_boundary(old, old.len() - end) || !is_boundary(new, new.len() - end) {
        end -= 1;
    }
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let range = start..old.len() - end;
    let edit =
        Edit { old: text(&old[range.clone()])?, new: text(&new[start..new.len() - end])?, range };
    let (before, after) = (Digest::of(old), Digest::of(new));
    Some(FileChange { path: path.clone(), edits: vec![edit], before, after })
}

/// Does a letter begin here?
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_keeps_line_ends_and_distance() {
        for (planned, edited, expected) in [
            ("## 1\n\n- a\n\n", "## 1\n\n- b\n", "## 1\n\n- b\n\n"),
            ("## 1\r\n\r\n- a\r\n", "## 1\n\n- b\n\n\n", "## 1\r\n\r\n- b\r\n"),
            ("## 1\n- a", "## 1\n- b\n", "## 1\n- b"),
        ] {
            let made = like(planned.as_bytes(), edited.as_bytes().to_vec());
            assert_eq!(String::from_utf8(made).unwrap(), expected);
        }
    }

    #[test]
    fn a_replacement_gives_the_new_text() {
        let path = RepoPath::new("a.md").unwrap();
        for (old, new) in
            [("ab", "ab"), ("aéb", "aèb"), ("", "x"), ("xx", "x"), ("a\nb", "a\nc\nb")]
        {
            let change = replacing(&path, old.as_bytes(), new.as_bytes()).unwrap();
            assert_eq!(change.apply(old.as_bytes()).unwrap(), new.as_bytes(), "{old} {new}");
        }
    }
}

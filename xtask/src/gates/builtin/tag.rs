//! `tag`: the version that would be released is not taken, and nothing higher is released.

use super::{Answer, BuiltIn, Facts, Subject, always, could_not, unreadable};
use crate::changelog::Changelog;
use crate::config::changelog::Place;
use crate::error::{Next, Refusal, word};
use crate::flows::bump;
use crate::gates::{Finding, Judged, Outcome};
use crate::repo::{Repo, Room};
use crate::sites::Source;
use crate::version::Version;

pub const GATE: BuiltIn = BuiltIn { name: "tag", usual: always, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    Answer::Now(match &facts.projects {
        Ok(projects) if projects.is_empty() => Judged::skipped("no version is written here"),
        Ok(projects) => judge(facts, projects).unwrap_or_else(|refusal| could_not(&refusal)),
        Err(_) => Judged::skipped("the version files cannot be read"),
    })
}

fn judge(facts: &Facts<'_>, projects: &[Subject<'_>]) -> Result<Judged, Refusal> {
    let mut remark = String::new();
    for subject in projects {
        let held = match bump::held(subject.bump.project, subject.bump.files) {
            Ok(held) => held,
            Err(refusal) => return Ok(unreadable(&refusal)),
        };
        // Which of several is right, `drift` asks.
        let Some((_, current)) = held.first() else { continue };
        let judged = one(facts, subject, current)?;
        if judged.outcome != Outcome::Green {
            return Ok(judged);
        }
        if projects.len() == 1 {
            remark.clone_from(&judged.remark);
        }
    }
    Ok(Judged::green(remark))
}

/// About one project, whose files hold `current`.
fn one(facts: &Facts<'_>, subject: &Subject<'_>, current: &Version) -> Result<Judged, Refusal> {
    let newest = subject.releases.newest.as_ref();
    // What was rolled back may have been taken out of the files.
    let stands = |tag: &String| !subject.releases.withdrawn.contains(tag);
    if let Some((tag, version)) = newest.filter(|(tag, _)| stands(tag))
        && !version.same(current)
        && !version.precedes(current)
    {
        return Ok(behind(current, tag, version));
    }
    let tagged = subject.releases.tagged.iter().find(|(_, version)| version.same(current));
    let next = match (tagged, &facts.aim.version) {
        (None, _) => current,
        (Some(_), Some(next)) if !next.same(current) => next,
        // What comes next is not known, so there is nothing more to ask.
        (Some((tag, _)), _) => {
            return Ok(Judged::green(format!("{tag} is released; what comes next is open")));
        }
    };
    let newest = newest.map(|(tag, version)| (tag.as_str(), version));
    let tag = subject.format.tag(next, newest);
    let free = free(facts.repo, &tag)?;
    if free.outcome != Outcome::Green {
        return Ok(free);
    }
    Ok(withdrawn(subject, next).unwrap_or_else(|| match tagged {
        Some(_) => Judged::green(format!("{tag} would be next")),
        None => Judged::green(""),
    }))
}

/// The files hold less than what is released.
fn behind(current: &Version, tag: &str, newest: &Version) -> Judged {
    let why = match current.precedes(newest) {
        true => format!("the files hold {current}, and {tag} is released"),
        false => format!("{current} in the files does not come after {tag} for every tool"),
    };
    let detail = match current.precedes(newest) {
        true => "A release must be higher than the newest one that HEAD comes after.",
        false => "SemVer and PEP 440 order the two differently.",
    };
    Judged::red(why).details([detail.to_owned()]).next(Next::Ours("status".to_owned()))
}

/// Whether a tag of this name can be made.
fn free(repo: &Repo, tag: &str) -> Result<Judged, Refusal> {
    let show = |name: &str| Next::Shell(format!("git show --stat {}", word(name)));
    Ok(match repo.room_for_tag(tag)? {
        Room::Free => Judged::green(""),
        Room::NoName => {
            let detail = "[tag] format in gonogo.toml says how tags are called.".to_owned();
            Judged::red(format!("git takes no tag of the name {tag}")).details([detail])
        }
        Room::RolledBack => {
            let detail = "The version is burned: somebody may have it. Take the next one.";
            Judged::red(format!("{tag} was released and rolled back"))
                .details([detail.to_owned()])
                .next(Next::Ours("bump patch --next".to_owned()))
        }
        Room::Taken => Judged::red(format!("there is a tag {tag} already"))
            .details(["It counts as no release of this project, and is in the way.".to_owned()])
            .next(show(tag)),
        Room::Blocked(other) => {
            let other = other.trim_start_matches("refs/tags/");
            Judged::red(format!("the tag {other} leaves no room for {tag}")).next(show(other))
        }
    })
}

/// A changelog says that this version was withdrawn. It is what every clone sees of a rollback.
fn withdrawn(subject: &Subject<'_>, version: &Version) -> Option<Judged> {
    let Ok(Place::There(file)) = subject.changelog else { return None };
    let changelog = Changelog::parse(Source::from(file)).ok()?;
    let (_, release) = changelog.section(version)?;
    let place = changelog.place(release.yanked.as_ref()?.start);
    let (path, line) = (place.path.clone(), place.line);
    let finding = Finding { path, line, text: format!("{version} was withdrawn") };
    Some(
        Judged::red(format!("{version} was withdrawn, and its number is burned"))
            .details([format!("{}:{}  {}", place.path, place.line, place.source.trim())])
            .findings([finding])
            .next(Next::Ours(format!("bump patch --next{}", subject.option))),
    )
}

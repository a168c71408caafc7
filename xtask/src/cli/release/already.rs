//! A version that has a tag already: all is done, something is missing, or somebody else has it.

use super::remote::Remote;
use crate::cli::project::Known;
use crate::error::{Refusal, word};
use crate::history::Tagged;
use crate::repo::Repo;
use crate::version::Version;

/// A sentence where the release of a version is complete: its tag is on this commit, and on the
/// remote. `None` where its tag is elsewhere and no version was named (`exact`): another one may be
/// meant.
///
/// # Errors
/// The tag of the version that was named is elsewhere; it is not on the remote, or another one there.
pub fn already(
    repo: &Repo,
    known: &Known,
    version: &Version,
    remote: Option<&Remote>,
    exact: bool,
) -> Result<Option<String>, Refusal> {
    let tagged = known.releases.commits.iter().find(|tagged| tagged.version.same(version));
    let stands = |tagged: &&Tagged| !known.releases.withdrawn.contains(&tagged.tag);
    let Some(tagged) = tagged.filter(stands) else {
        let burned = Refusal::unsafe_to(format!("{version} was withdrawn"))
            .why("Somebody may have it; the number is not used again.")
            .next("release patch", "releases the next free version");
        return if exact { Err(burned) } else { Ok(None) };
    };
    let tag = &tagged.tag;
    let here = repo.head.commit().is_some_and(|head| head.as_str() == tagged.commit);
    if !here {
        let show = format!("git log --oneline {}..HEAD", word(tag));
        let taken = Refusal::unsafe_to(format!("{version} is released already"))
            .why(format!("{tag} is on another commit, {}.", &tagged.commit[..7]))
            .next_shell(show, "shows what came since")
            .next("release", "names the next versions");
        return if exact { Err(taken) } else { Ok(None) };
    }
    let done = format!("{version} is released already: {tag} is this commit");
    let Some(remote) = remote else { return Ok(Some(format!("{done}."))) };
    let name = format!("refs/tags/{tag}");
    let own = repo.ref_at(&name)?;
    match remote.at(&name) {
        Some(there) if Some(&there) == own.as_ref() => {
            Ok(Some(format!("{done}, on {} too.", remote.name())))
        }
        Some(there) => {
            Err(Refusal::unsafe_to(format!("{tag} is another one on {}", remote.name()))
                .why(format!("It is {} there.", there.short()))
                .why("A tag that others have seen is not moved.")
                .next_shell(format!("git show {}", word(tag)), "shows the one that is here"))
        }
        None => {
            let branch = repo.branch().unwrap_or("HEAD");
            let push = format!(
                "git push --atomic {} {} {}",
                word(remote.name()),
                word(format!("refs/heads/{branch}")),
                word(&name)
            );
            Err(Refusal::unsafe_to(format!("{version} is made here and not on {}", remote.name()))
                .why(format!("{tag} is this commit, and {} has no such tag.", remote.name()))
                .next_shell(push, "pushes branch and tag, both or neither"))
        }
    }
}

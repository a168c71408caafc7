//! The sign-offs for other releases that a plan makes void, because it moves what they are about.

use crate::cli::project::Known;
use crate::cli::sign::{About, Standing};
use crate::config::file::Settings;
use crate::error::Refusal;
use crate::flows::landing::{How, Target};
use crate::gates::Profile;
use crate::plan::short;
use crate::repo::Repo;
use crate::version::Version;
use crate::wording::counted;

/// A sentence for each branch with sign-offs that hold for its newest commit and that this will not be:
/// `release/v1.3.0 moves: 2 sign-offs for 1.3.0 (QA, Tech Lead) will be void`.
///
/// # Errors
/// git fails.
pub fn voided(
    repo: &Repo,
    settings: &Settings,
    known: &Known,
    (tag, targets): (&str, &[Target]),
) -> Result<Vec<String>, Refusal> {
    let released = |tag: &str| known.releases.tagged.iter().any(|(known, _)| known == tag);
    let mut others: Vec<(String, String)> = repo
        .signoffs()?
        .into_iter()
        .filter_map(|stored| stored.object.ok())
        .map(|object| (object.signoff.tag, object.signoff.version))
        .filter(|(other, _)| other != tag && !released(other))
        .collect();
    others.sort();
    others.dedup();
    let mut told = Vec::new();
    let moving = targets.iter().filter(|target| !matches!(target.how, How::Offered { .. }));
    for target in moving {
        for (other, version) in &others {
            let profile = Profile::likely(None, "", Version::read(version).as_ref());
            let about = About { repo, settings, profile, tag: other, commit: &target.tip };
            let standing = Standing::read(&about)?;
            let roles: Vec<&str> =
                standing.counted().iter().map(|one| one.signoff.role_name()).collect();
            if !roles.is_empty() {
                let (branch, number) = (short(&target.name), counted(roles.len(), "sign-off"));
                let roles = roles.join(", ");
                told.push(format!("{branch} moves: {number} for {version} ({roles}) will be void"));
            }
        }
    }
    Ok(told)
}

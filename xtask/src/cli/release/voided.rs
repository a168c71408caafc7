//! Sign-offs that a release makes void: those for others, because it moves what they are about, and
//! its own, where what was made is not what was signed.

use crate::cli::project::Known;
use crate::cli::sign::{About, Standing, covered};
use crate::config::file::Settings;
use crate::error::{Refusal, word};
use crate::flows::landing::{How, Target};
use crate::gates::Profile;
use crate::journal::Operation;
use crate::plan::{Oid, short};
use crate::record::Subject;
use crate::repo::Repo;
use crate::signoff::cover::Coverage;
use crate::version::Version;
use crate::wording::counted;

/// So many paths are named.
const NAMED: usize = 6;

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

/// Stops a release whose commit, as it was made, is not what people have signed: a commit hook may
/// have edited it, or it has more than the release writes.
///
/// # Errors
/// NO-GO, with the paths; git fails.
pub fn still_signed(repo: &Repo, operation: &Operation) -> Result<(), Refusal> {
    let Some(made) = Subject::of(operation) else { return Ok(()) };
    let keep = made.keep;
    let said = &keep.about.approvals;
    if said.required.is_empty() {
        return Ok(());
    }
    let mut candidates: Vec<&Oid> = Vec::new();
    for one in &said.signoffs {
        if !candidates.contains(&&one.candidate) {
            candidates.push(&one.candidate);
        }
    }
    for candidate in candidates {
        let Coverage::Void(foreign) = covered(repo, &keep.tag, candidate, &made.commit)? else {
            continue;
        };
        let (version, commit) = (&keep.about.version, candidate.short());
        let refusal =
            Refusal::red(format!("NO-GO for {version}: it is not what was signed at {commit}"));
        let paths = foreign.iter().map(|one| match one.path.as_str() {
            "" => one.why.clone(),
            path => format!("{path}: {}", one.why),
        });
        let refusal = paths.take(NAMED).fold(refusal, Refusal::why);
        return Err(refusal
            .why("A sign-off covers what the release itself writes, byte by byte.")
            .next("check", "shows what is edited or not committed")
            .next(format!("sign --version {}", word(version)), "signs it as it is then"));
    }
    Ok(())
}

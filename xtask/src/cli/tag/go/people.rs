//! What people have said of a release that is out: sign-offs and boxes, as at its time.

use serde_json::json;

use super::{Asked, Reason};
use crate::cli::approvals::{self, Approvals, Gates};
use crate::cli::check::{Read, Waivers};
use crate::cli::sign::{About, Claims, Standing};
use crate::error::{Exit, Next, Refusal};
use crate::record::{Record, is_of_people};
use crate::repo::Signature;
use crate::signoff::trailer::{Trailer, all_waived};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub approvals: Option<Approvals>,
    /// What people did not have to say, each with the reason.
    pub waived: Vec<(String, String)>,
    pub reasons: Vec<Reason>,
}

/// Judges it by the sign-offs that are known here; one that only the tag tells of counts when the tag
/// is signed. `record` is that of this tag.
///
/// # Errors
/// git fails.
pub(super) fn judge(
    asked: &Asked<'_, '_>,
    read: &Read,
    message: &str,
    record: Option<&Record>,
) -> Result<Found, Refusal> {
    let mut found = Found { waived: waived(message, record), ..Found::default() };
    match approvals(asked, read, message, record, &found.waived) {
        Ok(approvals) => found.approvals = approvals,
        Err(refusal) if matches!(refusal.exit, Exit::External | Exit::Interrupted) => {
            return Err(refusal);
        }
        // A waiver of what there is not, a checklist that cannot be read.
        Err(refusal) => found.reasons.push(Reason::new(refusal.what.clone())),
    }
    let reasons = found.approvals.as_ref().map(Approvals::reasons).unwrap_or_default();
    let deepen = deepen(asked);
    found.reasons.extend(reasons.into_iter().map(|what| match &deepen {
        Some(next) if what.contains("this clone is shallow") => {
            Reason::new(what).next(next.clone())
        }
        _ => Reason::new(what),
    }));
    Ok(found)
}

/// The command that gets the history which a shallow clone lacks.
fn deepen(asked: &Asked<'_, '_>) -> Option<Next> {
    let shallow = asked.repo.is_shallow();
    let refusal = shallow.then(|| asked.repo.deepen(""))?;
    refusal.next.first().map(|(next, _)| next.clone())
}

/// What the tag and its record say was let through; that they say the same is seen to elsewhere.
fn waived(message: &str, record: Option<&Record>) -> Vec<(String, String)> {
    let mut all = all_waived(message);
    for waiver in record.iter().flat_map(|record| &record.waivers) {
        if is_of_people(&waiver.gate) && !all.iter().any(|(what, _)| *what == waiver.gate) {
            all.push((waiver.gate.clone(), waiver.reason.clone()));
        }
    }
    all
}

fn approvals(
    asked: &Asked<'_, '_>,
    read: &Read,
    message: &str,
    record: Option<&Record>,
    waived: &[(String, String)],
) -> Result<Option<Approvals>, Refusal> {
    let Asked { repo, context, name, commit, tag, version, .. } = asked;
    let (settings, profile) = (&read.settings, read.aim.profile);
    let about = About { repo, settings, profile, tag: name, commit };
    let claims =
        Claims { trailers: Trailer::all(message), object: &tag.id, believed: believed(asked)? };
    let standing = Standing::read(&about)?.with_claims(&about, &claims)?;
    let report = match record {
        Some(record) => json!({ "gates": record.gates, "waivers": record.waivers }),
        None => json!({}),
    };
    let (what, reasons): (Vec<String>, Vec<String>) = waived.iter().cloned().unzip();
    let waivers = Waivers::new(&what, &reasons)?;
    let (gates, option) = (Gates::Recorded, "");
    let told = approvals::Asked {
        repo,
        context,
        read,
        commit,
        waivers: &waivers,
        report: &report,
        gates,
        option,
    };
    Approvals::by(&told, asked.tree, (version, standing))
}

/// Whether what the tag says is vouched for: its good signature in words, or why not.
fn believed(asked: &Asked<'_, '_>) -> Result<Result<String, String>, Refusal> {
    if !asked.tag.annotated.as_ref().is_some_and(|own| own.signed) {
        return Ok(Err("it is not signed".to_owned()));
    }
    Ok(match asked.repo.verified(&asked.tag.id)? {
        Signature::Good(who) => Ok(who),
        Signature::Bad(_) => Err("its signature is bad".to_owned()),
        Signature::Unknown(_) => Err("its signature could not be verified here".to_owned()),
    })
}

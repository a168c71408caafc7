//! How two versions compare, order by order.

use std::cmp::Ordering;

use super::{Scheme, Style, Version};

/// Compares `old` with `new` in every order in which both texts can be read as written; without a
/// common one in their SemVer forms; empty when there is none either.
///
/// SemVer compares by `cmp_precedence`: its `Ord` also sorts build metadata, which SemVer leaves
/// out of precedence (section 10).
pub(super) fn between(old: &Version, new: &Version) -> Vec<(Scheme, Ordering)> {
    let semver = old.semver.as_ref().zip(new.semver.as_ref());
    let pep440 = old.pep440.as_ref().zip(new.pep440.as_ref());
    let as_written: Vec<_> = semver
        .map(|(old, new)| (Scheme::Semver, old.cmp_precedence(new)))
        .into_iter()
        .chain(pep440.map(|(old, new)| (Scheme::Pep440, old.cmp(new))))
        .collect();
    if !as_written.is_empty() {
        return as_written;
    }
    let form = |version: &Version| version.spelled(&Style::SEMVER).ok()?.semver;
    form(old)
        .zip(form(new))
        .map(|(old, new)| (Scheme::Semver, old.cmp_precedence(&new)))
        .into_iter()
        .collect()
}

/// One sentence per order on where it puts `new`, for a refusal.
pub(super) fn sentences(old: &Version, new: &Version) -> Vec<String> {
    let orders = between(old, new);
    if orders.is_empty() {
        return vec![format!("No order knows both {old} and {new}.")];
    }
    orders
        .into_iter()
        .map(|(scheme, ordering)| match ordering {
            Ordering::Less => format!("{scheme} puts {new} after {old}."),
            Ordering::Equal => format!("{scheme} holds {new} and {old} for equal."),
            Ordering::Greater => format!("{scheme} puts {new} before {old}."),
        })
        .collect()
}

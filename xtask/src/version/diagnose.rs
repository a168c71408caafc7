//! Why a text is not a version, and what was probably meant.

use std::str::FromStr;

use super::Version;
use crate::error::Refusal;

/// The refusal for a text that is not a version.
pub(super) fn refuse(text: &str) -> Refusal {
    let refusal = Refusal::usage(format!("{text:?} is not a version.")).why(reason(text));
    match meant(text) {
        Some(meant) => refusal.why(format!("Did you mean {meant}?")),
        None => refusal,
    }
}

/// The version that a text which is not one probably stands for, in a spelling that is taken.
pub(super) fn meant(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches(['v', 'V']);
    let normal = || pep440_rs::Version::from_str(bare).ok().map(|read| read.to_string());
    [Some(bare.to_owned()), normal()]
        .into_iter()
        .flatten()
        .find(|candidate| candidate != text && Version::read(candidate).is_some())
}

fn reason(text: &str) -> String {
    if text.is_empty() {
        return "It is empty.".to_owned();
    }
    if text.trim() != text {
        return "There are blanks around it.".to_owned();
    }
    if let Some(odd) = text.chars().find(|c| !c.is_ascii_graphic()) {
        return format!("{odd:?} has no place in a version.");
    }
    if text.starts_with(['v', 'V']) {
        return "The v belongs to the tag, not to the version.".to_owned();
    }
    let numbers = || text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    if let Some(number) = numbers().find(|number| number.parse::<u64>().is_err()) {
        return format!("{number} is beyond the largest number, {}.", u64::MAX);
    }
    if let Some(number) = numbers().find(|number| number.len() > 1 && number.starts_with('0')) {
        return format!("{number} has a leading zero.");
    }
    if pep440_rs::Version::from_str(text).is_ok() {
        return "It is not in PEP 440's normal form.".to_owned();
    }
    "It is neither SemVer (1.2.0, 1.2.0-rc.1) nor PEP 440 (1.2, 1.2.0rc1).".to_owned()
}

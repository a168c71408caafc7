//! Whether a record is that of this very tag, and says of its people what the tag says.

use std::collections::BTreeSet;

use super::{Asked, Reason};
use crate::plan::{Oid, SignedOff};
use crate::record::{Record, is_of_people};
use crate::signoff::trailer::{self, Trailer};
use crate::signoff::{Person, Witnessed};
use crate::sys::clock::Timestamp;
use crate::sys::mask::mask;
use crate::version::Version;

/// Where the record tells of something else than the tag.
pub(super) fn differences(
    asked: &Asked<'_, '_>,
    record: &Record,
    tree: Option<&Oid>,
    message: &str,
) -> Vec<Reason> {
    let Asked { tag, commit, version, .. } = asked;
    let mut found = Vec::new();
    let mut differs = |what: &str, said: &str, is: &str| {
        found.push(Reason::new(format!("record: it is about {what} {said}, and this is {is}")));
    };
    if record.tag_object != tag.id {
        differs("the tag object", record.tag_object.short(), tag.id.short());
    }
    if record.commit != **commit {
        differs("the commit", record.commit.short(), commit.short());
    }
    if record.tree.as_ref() != tree {
        let short = |id: Option<&Oid>| id.map_or_else(|| "none".to_owned(), |id| id.short().into());
        differs("the tree", &short(record.tree.as_ref()), &short(tree));
    }
    if !Version::read(&record.version).is_some_and(|said| said.same(version)) {
        differs("version", &record.version, version.text());
    }
    found.extend(unlike("sign-off", &signed(record), &claimed(message)));
    found.extend(unlike("waiver", &waived(record), &let_through(message)));
    found
}

/// A reason for each line that only one of the two has.
fn unlike(what: &str, recorded: &BTreeSet<String>, tagged: &BTreeSet<String>) -> Vec<Reason> {
    let only = |line: &String, has: &str, not: &str| {
        let said = line.split_once(": ").map_or(line.as_str(), |(_, said)| said);
        Reason::new(format!("record: {has} has a {what} that {not} has not: {said}"))
    };
    let more = recorded.difference(tagged).map(|line| only(line, "it", "the tag"));
    let fewer = tagged.difference(recorded).map(|line| only(line, "the tag", "it"));
    more.chain(fewer).collect()
}

/// What a record says of sign-offs, as the tag would. Secrets are masked in records.
fn signed(record: &Record) -> BTreeSet<String> {
    record.signoffs.iter().map(line).collect()
}

fn line(one: &SignedOff) -> String {
    let by = Person::read(&one.by);
    let by = by.unwrap_or_else(|| Person { name: one.by.clone(), address: String::new() });
    let witnessed = one.witnessed.clone().map(|(person, evidence)| Witnessed { person, evidence });
    let trailer = Trailer {
        role: one.role.clone(),
        by,
        at: Timestamp(one.at).minute(),
        candidate: one.candidate.clone(),
        witnessed,
    };
    mask(&trailer.line())
}

fn claimed(message: &str) -> BTreeSet<String> {
    Trailer::all(message).iter().map(|trailer| mask(&trailer.line())).collect()
}

fn waived(record: &Record) -> BTreeSet<String> {
    let people = record.waivers.iter();
    let people = people.filter(|one| is_of_people(&one.gate));
    people.map(|one| mask(&trailer::waived(&one.gate, &one.reason))).collect()
}

fn let_through(message: &str) -> BTreeSet<String> {
    let all = trailer::all_waived(message);
    all.iter().map(|(what, reason)| mask(&trailer::waived(what, reason))).collect()
}

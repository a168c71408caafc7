//! One commit, judged: what it changes, or why it says nothing of its own.

use super::conventional::{self, Footers, Header, Mark};
use super::record::Record;
use super::types::Types;
use crate::plan::Oid;
use crate::version::Version;

/// How commits are judged.
#[derive(Debug, Clone)]
pub struct Judge {
    pub types: Types,
    /// Whose commits are left out: beginnings of names or mail addresses.
    bots: Vec<String>,
}

/// Programs that commit on their own; any author whose name ends with `[bot]` is one too.
const BOTS: [&str; 8] = [
    "dependabot",
    "renovate",
    "pre-commit-ci",
    "github-actions",
    "greenkeeper",
    "semantic-release-bot",
    "allcontributors",
    "mergify",
];

/// A commit and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: Oid,
    /// When it was committed, in seconds since 1970.
    pub date: i64,
    /// The author and those of `Co-authored-by`; empty for bots.
    pub people: Vec<Box<str>>,
    pub said: Said,
    /// The ids of the commits it takes back, whole or shortened.
    pub reverts: Vec<Box<str>>,
}

/// What a commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// At least one change.
    Changes(Vec<Change>),
    /// Nothing of its own.
    Folded(Folded),
}

/// Why a commit says nothing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folded {
    /// It only joins lines.
    Merge,
    /// `fixup!`, `squash!`, `amend!`: it belongs to another commit.
    Fixup,
    Bot,
    /// It has no message.
    Silent,
    /// It sets a version: `Release 1.2.0`, `Bump version to 1.3.0`.
    Release,
}

/// One change of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name that counts for its type; `None`: not conventional.
    pub kind: Option<Box<str>>,
    pub scope: Option<Box<str>>,
    /// What breaks, in words.
    pub breaking: Option<Box<str>>,
    /// The description, or the whole subject; never empty.
    pub text: Box<str>,
    /// The pull request it names last: `(#12)`.
    pub number: Option<u64>,
}

impl Judge {
    /// With these types, and with bots whose name or address begins like this, beside the usual ones.
    pub fn new(types: Types, bots: &[String]) -> Self {
        let usual = BOTS.iter().map(|&bot| bot.to_owned());
        Self { types, bots: usual.chain(bots.iter().cloned()).collect() }
    }

    /// Judges one commit. `None` when its id is none, which git does not print.
    pub fn judge(&self, record: &Record<'_>) -> Option<Commit> {
        let id = Oid::new(record.id)?;
        let message = String::from_utf8_lossy(record.message);
        let author = String::from_utf8_lossy(record.author);
        let (subject, body) = conventional::sections(&message, &self.types);
        let footers = conventional::footers(&body);
        let reverts = footers.reverts.iter().map(|&id| id.into()).collect();
        let bot = self.is_bot(&author, record.mail);
        let mut people: Vec<Box<str>> = Vec::new();
        if !bot {
            let co_authors = footers.co_authors.iter().map(|name| Box::from(*name));
            people.extend([author.trim().into()].into_iter().chain(co_authors));
            people.retain(|name| !name.is_empty());
        }
        let merge = record.parents().nth(1).is_some();
        let said = match bot {
            true => Said::Folded(Folded::Bot),
            false => self.said(&subject, &body, &footers, merge.then_some(Folded::Merge)),
        };
        Some(Commit { id, date: record.date, people, said, reverts })
    }

    /// By the beginning of the name or of the mail address (behind the number GitHub puts there).
    pub fn is_bot(&self, author: &str, mail: &[u8]) -> bool {
        let author = author.trim();
        let mail = mail.iter().position(|&b| b == b'+').map_or(mail, |plus| &mail[plus + 1..]);
        let begins = |text: &[u8], bot: &str| {
            text.get(..bot.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(bot.as_bytes()))
        };
        let is = |bot: &String| begins(author.as_bytes(), bot) || begins(mail, bot);
        author.ends_with("[bot]") || self.bots.iter().any(is)
    }

    fn said(
        &self,
        subject: &str,
        body: &str,
        footers: &Footers<'_>,
        merge: Option<Folded>,
    ) -> Said {
        let own = conventional::header(subject, &self.types);
        let folded = match &own {
            Some(_) => None,
            None => merge.or_else(|| folded(subject)),
        };
        let mut changes: Vec<Change> = match folded {
            Some(_) => Vec::new(),
            None => change(own, subject, footers.breaking.as_deref()).into_iter().collect(),
        };
        // What a merge brings is in the history itself.
        if merge.is_none() {
            let squashed =
                body.lines().filter_map(|line| conventional::squashed(line, &self.types));
            for header in squashed {
                let squashed = change(Some(header), "", None);
                changes.extend(squashed.filter(|change| !changes.contains(change)));
            }
        }
        match folded {
            Some(folded) if changes.is_empty() => Said::Folded(folded),
            _ if changes.is_empty() => Said::Folded(Folded::Silent),
            _ => Said::Changes(changes),
        }
    }
}

/// `None` where there is nothing to say: an empty message.
fn change(header: Option<Header<'_>>, subject: &str, footer: Option<&str>) -> Option<Change> {
    let (text, number) = match &header {
        Some(header) => numbered(header.description),
        None => numbered(subject),
    };
    let marked = header.as_ref().is_some_and(|header| header.breaking == Mark::Breaking);
    let breaking = footer.filter(|text| !text.is_empty()).or(marked.then_some(text));
    (!text.is_empty()).then(|| Change {
        kind: header.as_ref().map(|header| header.kind.into()),
        scope: header.and_then(|header| header.scope).map(Box::from),
        breaking: breaking.map(Box::from),
        text: text.into(),
        number,
    })
}

/// Splits `(#12)` (also `(!12)`, as GitLab counts) off the end of a subject.
fn numbered(subject: &str) -> (&str, Option<u64>) {
    let split = || {
        let (text, number) = subject.strip_suffix(')')?.rsplit_once('(')?;
        let number = number.strip_prefix(['#', '!'])?.parse().ok()?;
        let text = text.trim_end();
        (!text.is_empty()).then_some((text, Some(number)))
    };
    split().unwrap_or((subject, None))
}

/// Why a subject says nothing of its own, by itself.
pub(super) fn folded(subject: &str) -> Option<Folded> {
    let begins = |words: &[&str]| words.iter().any(|word| subject.starts_with(word));
    if begins(&["fixup! ", "squash! ", "amend! "]) {
        return Some(Folded::Fixup);
    }
    // What git and the forges write by themselves, also where a rebase left one parent.
    if begins(&[
        "Merge branch ",
        "Merge branches ",
        "Merge pull request ",
        "Merge tag ",
        "Merge remote-tracking branch ",
        "Merge commit ",
        "Merged in ",
    ]) {
        return Some(Folded::Merge);
    }
    // A squash puts its number behind: `Release 1.2.0 (#12)`.
    sets_version(numbered(subject).0).then_some(Folded::Release)
}

/// `Release 1.2.0`, `Bump version: 1.2.0 → 1.3.0`, `v1.2.0`.
fn sets_version(subject: &str) -> bool {
    const AROUND: [&str; 15] = [
        "release",
        "releasing",
        "version",
        "bump",
        "bumped",
        "prepare",
        "preparing",
        "set",
        "new",
        "to",
        "from",
        "for",
        "the",
        "->",
        "→",
    ];
    let words = || subject.split_whitespace().map(|word| word.trim_end_matches([':', '.']));
    let is_version = |word: &str| {
        let text = word.strip_prefix(['v', 'V']).unwrap_or(word);
        Version::read(text).is_some_and(|version| version.numbers().len() >= 2)
    };
    let around = |word: &str| AROUND.contains(&word.to_lowercase().as_str());
    words().any(is_version) && words().all(|word| around(word) || is_version(word))
}

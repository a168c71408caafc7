//! What is known of releases here: operations of this clone, and records.

use crate::cli::record;
use crate::error::{Refusal, word};
use crate::journal::{Closed, Journal, Operation, State};
use crate::plan::{Action, Oid};
use crate::record::{MOST, Record, too_large};
use crate::repo::{Repo, StoredRecord};
use crate::version::Version;

/// So many releases are named to somebody who asked for another one.
const NAMED: usize = 8;

/// The record of a release under a ref.
pub(super) struct Known {
    pub tag: String,
    /// The remote it was seen on; `None`: it was kept here.
    pub remote: Option<String>,
    pub id: Oid,
    /// What is wrong with it, where it cannot be read.
    pub record: Result<Record, String>,
}

/// Everything that `log` can tell of.
pub(super) struct Everything {
    /// The oldest first.
    pub operations: Vec<Operation>,
    /// Own ones first.
    pub records: Vec<Known>,
}

/// One operation, one release, or both.
pub(super) struct One<'e> {
    pub operation: Option<&'e Operation>,
    /// What is known of the release, where it is one.
    pub record: Option<Record>,
    /// The remote that the record comes from; `None`: this clone.
    pub remote: Option<&'e str>,
    /// What does not fit together.
    pub warnings: Vec<String>,
}

impl Known {
    fn of(stored: StoredRecord) -> Self {
        let StoredRecord { tag, remote, id, bytes } = stored;
        let record = match bytes {
            Ok(bytes) => Record::read(&bytes, &tag),
            Err(size) => Err(too_large(usize::try_from(size).unwrap_or(usize::MAX))),
        };
        Self { tag, remote, id, record }
    }

    /// Where it is, in words.
    pub fn place(&self) -> &str {
        self.remote.as_deref().unwrap_or("this clone")
    }
}

impl Everything {
    /// # Errors
    /// The journal cannot be read, git fails.
    pub fn read(repo: &Repo) -> Result<Self, Refusal> {
        let operations = Journal::of(&repo.common_dir).operations()?;
        let records = repo.records(MOST)?.into_iter().map(Known::of).collect();
        Ok(Self { operations, records })
    }

    /// The releases that no operation of this clone has made: the first record of each tag.
    pub fn elsewhere(&self) -> Vec<&Known> {
        let mut found: Vec<&Known> = Vec::new();
        for known in &self.records {
            let seen = found.iter().any(|other| other.tag == known.tag);
            if !seen
                && !self
                    .operations
                    .iter()
                    .any(|own| stands(own) && tag(own) == Some(known.tag.as_str()))
            {
                found.push(known);
            }
        }
        found
    }

    /// What a person means by an operation's number, a version or a tag.
    ///
    /// # Errors
    /// Nothing is known of it, or several packages have that version; a record cannot be read.
    pub fn choose(&self, repo: &Repo, said: &str) -> Result<One<'_>, Refusal> {
        let number = said.parse::<u64>().ok();
        if let Some(operation) = self.operations.iter().find(|own| Some(own.id) == number) {
            return self.operation(repo, operation);
        }
        let tags = self.meant(said);
        let tag = match tags.as_slice() {
            [only] => *only,
            [] => return Err(self.unknown(repo, said, number.is_some())?),
            several if several.contains(&said) => said,
            several => {
                let refusal = Refusal::usage(format!("{said} was released more than once"));
                let refusal = refusal.why(format!("It is {}.", several.join(", ")));
                return Err(refusal.next(format!("log {}", word(several[0])), "shows one of them"));
            }
        };
        let own = self.operations.iter().rev().filter(|own| self::tag(own) == Some(tag));
        let own: Vec<&Operation> = own.collect();
        let records: Vec<&Known> = self.records.iter().filter(|one| one.tag == tag).collect();
        match (own.iter().find(|own| stands(own)), records.first(), own.first()) {
            (Some(operation), _, _) | (None, None, Some(operation)) => {
                self.operation(repo, operation)
            }
            (None, Some(first), _) => recorded(repo, first, &records),
            (None, None, None) => Err(self.unknown(repo, said, false)?),
        }
    }

    /// The tags that a word may mean: a tag, or the version of a release.
    fn meant<'e>(&'e self, said: &'e str) -> Vec<&'e str> {
        let wanted = Version::read(said);
        let is = |tag: &str, version: &str| {
            let same = || Some(Version::read(version)?.same(wanted.as_ref()?));
            tag == said || same().unwrap_or(false)
        };
        let own = self.operations.iter().filter_map(|own| own.plan().release());
        let own = own.filter(|keep| is(&keep.tag, &keep.about.version)).map(|keep| &keep.tag);
        let others = self
            .records
            .iter()
            .filter(|one| is(&one.tag, one.record.as_ref().map_or("", |record| &record.version)));
        let mut tags: Vec<&str> = Vec::new();
        for tag in own.chain(others.map(|one| &one.tag)) {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }

    fn operation<'e>(&'e self, repo: &Repo, operation: &'e Operation) -> Result<One<'e>, Refusal> {
        let kept = kept(operation);
        let mut warnings = Vec::new();
        let mut record = None;
        for known in self.records.iter().filter(|one| tag(operation) == Some(one.tag.as_str())) {
            if Some(&known.id) == kept {
                record = record.or_else(|| known.record.clone().ok());
            } else if stands(operation) {
                warnings.push(other_record(known));
            }
        }
        let record = match record {
            None => record::of(repo, operation)?,
            known => known,
        };
        Ok(One { operation: Some(operation), record, remote: None, warnings })
    }

    /// The refusal for what nobody knows.
    fn unknown(&self, repo: &Repo, said: &str, number: bool) -> Result<Refusal, Refusal> {
        let what = if number { "operation or release" } else { "release" };
        let mut refusal = Refusal::usage(format!("no {what} {said} is known here"));
        for name in [said.to_owned(), format!("v{said}")] {
            let full = format!("refs/tags/{name}");
            if repo.may_be_ref(&full)? && repo.ref_at(&full)?.is_some() {
                refusal = refusal
                    .why(format!("{name} is a tag without a record: this tool did not make it."))
                    .next_shell(format!("git show {}", word(&full)), "shows the tag");
            }
        }
        let mut names: Vec<&str> = self.operations.iter().rev().filter_map(tag).collect();
        names.extend(self.elsewhere().into_iter().map(|one| one.tag.as_str()));
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        refusal = refusal.why(match names.as_slice() {
            [] => "No release was made or recorded here.".to_owned(),
            names => {
                let more = if names.len() > NAMED { ", ..." } else { "" };
                format!("Known are {}{more}.", names[..names.len().min(NAMED)].join(", "))
            }
        });
        refusal = refusal.next("log", "lists what was done here");
        if repo.configuration()?.remote().is_some() {
            let ours = format!("log {} --remote", word(said));
            refusal = refusal.next(ours, "asks the remote for the records of others");
        }
        Ok(refusal)
    }
}

/// A release that no operation of this clone has made.
fn recorded<'e>(repo: &Repo, known: &'e Known, all: &[&'e Known]) -> Result<One<'e>, Refusal> {
    let record = known.record.clone().map_err(|why| {
        let (tag, place) = (&known.tag, known.place());
        Refusal::usage(format!("the record of {tag} in {place} cannot be used"))
            .why(format!("It {why}."))
            .next_shell(format!("git cat-file blob {}", known.id.as_str()), "shows it as it is")
    })?;
    let others = all.iter().filter(|other| other.id != known.id);
    let mut warnings: Vec<String> = others.map(|other| other_record(other)).collect();
    // git has allowed this name as that of a ref.
    match repo.ref_at(&format!("refs/tags/{}", known.tag))? {
        Some(here) if here != record.tag_object => warnings.push(format!(
            "the tag {} here is {}, and the record tells of {}",
            known.tag,
            here.short(),
            record.tag_object.short()
        )),
        _ => {}
    }
    let remote = known.remote.as_deref();
    Ok(One { operation: None, record: Some(record), remote, warnings })
}

fn other_record(known: &Known) -> String {
    let says = match &known.record {
        Ok(record) => format!(
            "{} released by {}, {}",
            record.commit.short(),
            record.by.name,
            record.at.minute()
        ),
        Err(why) => format!("it {why}"),
    };
    format!("{} has another record of {}: {says}", known.place(), known.tag)
}

/// The tag of the release that an operation makes.
pub(super) fn tag(operation: &Operation) -> Option<&str> {
    operation.plan().release().map(|keep| keep.tag.as_str())
}

/// Whether what it did is still there.
fn stands(operation: &Operation) -> bool {
    !matches!(operation.state(), State::Closed(Closed::Undone | Closed::TakenBack))
}

/// The blob that holds the record an operation has kept.
fn kept(operation: &Operation) -> Option<&Oid> {
    let steps = operation.plan().steps.iter().enumerate();
    let mut kept = steps.filter_map(|(number, step)| match step.action {
        Action::Keep(_) => Some(operation.recorded(number)?.1),
        _ => None,
    });
    kept.next()
}

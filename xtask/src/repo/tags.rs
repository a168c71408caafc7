//! Tags: what stands under a name, whether a new one may, and what a signature is worth.

use super::stored::Objects;
use super::{Repo, SIZE_LIMIT, git};
use crate::error::Refusal;
use crate::plan::{Oid, ROLLED_BACK};
use crate::signoff::read::unsigned;

/// What is told of a tag: NUL-separated, and one at the end (git-for-each-ref, "FIELD NAMES").
const FIELDS: &str = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(tag)%00\
    %(taggername) %(taggeremail)%00%(taggerdate:short)%00%(contents:subject)%00\
    %(if)%(contents:signature)%(then)signed%(end)%00";

/// A tag that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Of the tag object, or of what a lightweight tag names.
    pub id: Oid,
    /// The commit it stands for in the end; `None` when it stands for something else.
    pub commit: Option<Oid>,
    /// `None`: a lightweight tag.
    pub annotated: Option<Annotated>,
}

/// What the object of a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotated {
    /// The name that it was made under.
    pub name: String,
    /// `Ada <ada@example.com>`
    pub tagger: String,
    /// `2026-11-21`
    pub day: String,
    pub subject: String,
    pub signed: bool,
}

/// Whether a tag of some name can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    Free,
    /// git takes no such name.
    NoName,
    /// It was a release that was rolled back.
    RolledBack,
    Taken,
    /// git keeps refs like files and folders: this one is in its way (full name).
    Blocked(String),
}

/// What became of a signature when it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Who made it, in the words of the program that checked it.
    Good(String),
    /// It is not that of this tag, or of a revoked key.
    Bad(Vec<String>),
    /// The key is not known here, or the program is not there.
    Unknown(Vec<String>),
}

impl Repo {
    /// The tag of this name.
    ///
    /// # Errors
    /// git fails.
    pub fn tag(&self, name: &str) -> Result<Option<Tag>, Refusal> {
        let name = format!("refs/tags/{name}");
        let out = self.git.call(["for-each-ref", FIELDS, &name]).read()?;
        let text = String::from_utf8_lossy(&out).into_owned();
        let records = text.split("\0\n").map(|record| record.split('\0').collect::<Vec<_>>());
        // `v1` is the folder of `v1/x`, too.
        let found = records.into_iter().find(|fields| fields.first() == Some(&name.as_str()));
        let Some([_, id, kind, own, tagger, day, subject, signed]) = found.as_deref() else {
            return Ok(None);
        };
        let Some(id) = Oid::new(id) else { return Ok(None) };
        let commit = self.ref_at(&format!("{}^{{commit}}", id.as_str()))?;
        let annotated = (*kind == "tag").then(|| Annotated {
            name: (*own).to_owned(),
            tagger: (*tagger).to_owned(),
            day: (*day).to_owned(),
            subject: (*subject).to_owned(),
            signed: *signed == "signed",
        });
        Ok(Some(Tag { id, commit, annotated }))
    }

    /// The message of an annotated tag, without a signature below it; empty for any other object, or
    /// one that is too large to be read.
    ///
    /// # Errors
    /// git fails.
    pub fn tag_message(&self, id: &Oid) -> Result<String, Refusal> {
        let read = Objects::of(&self.git).read(id.as_str(), SIZE_LIMIT)?;
        let bytes = read.filter(|object| object.kind == "tag").and_then(|object| object.bytes);
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let body = text.split_once("\n\n").map_or("", |(_, body)| body);
        Ok(unsigned(body).0.to_owned())
    }

    /// The names of the tags on a commit, in git's version order, the highest first.
    ///
    /// # Errors
    /// git fails.
    pub fn tags_at(&self, commit: &Oid) -> Result<Vec<String>, Refusal> {
        let at = format!("--points-at={}", commit.as_str());
        let args = ["for-each-ref", "--sort=-version:refname", "--format=%(refname:strip=2)", &at];
        Ok(git::lines(&self.git.call(args.iter().chain(&["refs/tags"])).read()?))
    }

    /// Whether a tag of this name can be made.
    ///
    /// # Errors
    /// git fails.
    pub fn room_for_tag(&self, tag: &str) -> Result<Room, Refusal> {
        let name = format!("refs/tags/{tag}");
        if !self.may_be_ref(&name)? {
            return Ok(Room::NoName);
        }
        let burned = format!("{ROLLED_BACK}{tag}");
        let found = self.refs(&[name.as_str(), &burned])?;
        if found.contains(&burned) {
            return Ok(Room::RolledBack);
        }
        if found.contains(&name) {
            return Ok(Room::Taken);
        }
        let below = format!("{name}/");
        if let Some(inside) = found.into_iter().find(|found| found.starts_with(&below)) {
            return Ok(Room::Blocked(inside));
        }
        for (at, _) in tag.match_indices('/') {
            let above = format!("refs/tags/{}", &tag[..at]);
            if self.ref_at(&above)?.is_some() {
                return Ok(Room::Blocked(above));
            }
        }
        Ok(Room::Free)
    }

    /// Checks the signature of a tag object.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn verified(&self, tag: &Oid) -> Result<Signature, Refusal> {
        let (good, lines) = self.verify_tag(tag)?;
        let says = |words: &[&str]| {
            lines.iter().any(|line| words.iter().any(|word| line.to_lowercase().contains(word)))
        };
        if good {
            let good = lines.iter().find(|line| line.contains("Good ")).or(lines.first());
            return Ok(Signature::Good(good.cloned().unwrap_or_default()));
        }
        // In the words of gpg, gpgsm and ssh-keygen.
        match says(&["bad signature", "incorrect signature", "revoked"]) {
            true => Ok(Signature::Bad(lines)),
            false => Ok(Signature::Unknown(lines)),
        }
    }

    /// Whether git finds the signature of a tag object good, and what was said about it.
    pub(super) fn verify_tag(&self, tag: &Oid) -> Result<(bool, Vec<String>), Refusal> {
        let out = self.git.call(["verify-tag", tag.as_str()]).output()?;
        let lines = git::lines(&out.stderr).into_iter().chain(git::lines(&out.stdout));
        Ok((out.status.success(), lines.filter(|line| !line.trim().is_empty()).collect()))
    }

    /// A branch of a remote, as far as known here, that has a commit.
    ///
    /// # Errors
    /// git fails.
    pub fn known_on(&self, remote: &str, commit: &Oid) -> Result<Option<String>, Refusal> {
        let contains = format!("--contains={}", commit.as_str());
        let place = format!("refs/remotes/{remote}/");
        let args = ["for-each-ref", "--count=1", "--format=%(refname:strip=2)", &contains, &place];
        Ok(git::lines(&self.git.call(args).read()?).pop())
    }

    /// The first line of a commit's message.
    ///
    /// # Errors
    /// git fails.
    pub fn subject(&self, commit: &Oid) -> Result<String, Refusal> {
        let plain = ["log", "-1", "--no-show-signature", "--no-color", "--encoding=UTF-8"];
        let args = plain.into_iter().chain(["--format=%s", commit.as_str(), "--"]);
        Ok(git::lines(&self.git.call(args).read()?).into_iter().next().unwrap_or_default())
    }
}

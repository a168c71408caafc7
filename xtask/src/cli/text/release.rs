//! The release that a text is about, and what proves what is said of it.

use std::cell::OnceCell;

use super::super::changelog::One;
use super::super::checklist::{of_people, seen_before};
use super::super::{record, sign};
use crate::checklist::{Facts, Known, Released};
use crate::config::changelog::{Place, find};
use crate::config::file::{BUILT_IN, Procedure};
use crate::error::{Refusal, word};
use crate::gates::Profile;
use crate::plan::Oid;
use crate::record::{MOST, Record, too_large};
use crate::repo::{Repo, Stored};
use crate::signoff::read;
use crate::sys::clock::Timestamp;
use crate::template::{Claim, Template, unproved};
use crate::version::Version;

/// A release that is out, or the next one.
pub(in crate::cli) struct Release<'r> {
    pub repo: &'r Repo,
    one: &'r One<'r>,
    /// `None` for what is unreleased and has no version yet.
    pub version: Option<Version>,
    /// The tag it has or will have.
    pub tag: Option<String>,
    /// The commit of its tag, where that is here.
    tagged: Option<Oid>,
    record: OnceCell<Option<Record>>,
    facts: OnceCell<Facts>,
}

/// When something was made, and by whom.
pub(in crate::cli) struct Made {
    pub at: Timestamp,
    pub by: String,
}

impl<'r> Release<'r> {
    /// The release of a version; nothing is read yet.
    pub fn of(repo: &'r Repo, one: &'r One<'r>, version: Option<Version>) -> Self {
        let tag = version.as_ref().map(|version| one.tag(version));
        let tagged = version.as_ref().and_then(|version| one.tagged(version));
        let tagged = tagged.and_then(|tagged| Oid::new(&tagged.commit));
        let (record, facts) = (OnceCell::new(), OnceCell::new());
        Self { repo, one, version, tag, tagged, record, facts }
    }

    /// Its version, for people.
    pub fn called(&self) -> String {
        self.version.as_ref().map_or("what is unreleased".to_owned(), Version::to_string)
    }

    /// Whether it was rolled back.
    pub fn is_withdrawn(&self) -> bool {
        self.tag.as_ref().is_some_and(|tag| self.one.known.releases.withdrawn.contains(tag))
    }

    /// Its commit, where it is out.
    ///
    /// # Errors
    /// Those of [`Self::record`].
    pub fn commit(&self) -> Result<Option<Oid>, Refusal> {
        let recorded = self.record()?.map(|record| record.commit.clone());
        Ok(recorded.or_else(|| self.tagged.clone()))
    }

    /// What was kept of it; own records come first.
    ///
    /// # Errors
    /// None of its records can be read; they tell of another tag than the one that is here; git fails.
    pub fn record(&self) -> Result<Option<&Record>, Refusal> {
        if self.record.get().is_none() {
            let _ = self.record.set(self.read()?);
        }
        Ok(self.record.get().and_then(Option::as_ref))
    }

    fn read(&self) -> Result<Option<Record>, Refusal> {
        let Some(tag) = &self.tag else { return Ok(None) };
        let mut broken = None;
        for stored in self.repo.records(MOST)?.into_iter().filter(|stored| stored.tag == *tag) {
            let bytes =
                stored.bytes.map_err(|size| too_large(usize::try_from(size).unwrap_or(MOST)));
            match bytes.and_then(|bytes| Record::read(&bytes, tag)) {
                Ok(record) => return self.of_this_tag(record, tag).map(Some),
                Err(why) => broken = broken.or(Some((why, stored.id))),
            }
        }
        let Some((why, id)) = broken else { return Ok(None) };
        Err(Refusal::usage(format!("the record of {tag} cannot be used"))
            .why(format!("It {why}."))
            .next_shell(format!("git cat-file blob {}", id.as_str()), "shows it as it is"))
    }

    /// The record, which must tell of the tag that is here: names prove nothing.
    fn of_this_tag(&self, record: Record, tag: &str) -> Result<Record, Refusal> {
        let here = self.repo.ref_at(&format!("refs/tags/{tag}"))?;
        let Some(here) = here.filter(|here| *here != record.tag_object) else { return Ok(record) };
        let (found, recorded) = (here.short(), record.tag_object.short());
        Err(Refusal::unsafe_to(format!("{tag} is not the tag that was released"))
            .why(format!("It is {found} here, and its record tells of {recorded}."))
            .next(format!("log {}", word(tag)), "shows what was released"))
    }

    /// The changelog as the release has it, where it is out and has one.
    ///
    /// # Errors
    /// It cannot be read; git fails.
    pub fn changelog(&self) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(commit) = self.commit()? else { return Ok(None) };
        let Some(tree) = Stored::in_commit(&self.repo.git, &commit)? else { return Ok(None) };
        let (survey, project) = (self.one.survey, &self.one.known.project);
        Ok(match find(&tree, &survey.settings, project, survey.among)? {
            Place::There(file) => Some(file.bytes.to_vec()),
            Place::Missing(_) => None,
        })
    }

    /// When it was made, and by whom: by its record, else by its tag.
    ///
    /// # Errors
    /// git fails.
    pub fn made(&self) -> Result<Option<Made>, Refusal> {
        if let Some(record) = self.record()? {
            return Ok(Some(Made { at: record.at, by: record.by.name.clone() }));
        }
        let (Some(tag), Some(commit)) = (&self.tag, &self.tagged) else { return Ok(None) };
        let annotated = self.repo.tag(tag)?.and_then(|tag| tag.annotated);
        let tagger = annotated.and_then(|annotated| read::ident(&annotated.tagger));
        if let Some((person, at)) = tagger {
            return Ok(Some(Made { at, by: person.name }));
        }
        let (at, by) = self.repo.made_by(commit)?;
        Ok(at.map(|at| Made { at: Timestamp(at), by }))
    }

    /// What is proved: of a release by its record, before it by the last checks of these very files;
    /// and who has signed.
    ///
    /// # Errors
    /// git fails.
    pub fn facts(&self) -> Result<&Facts, Refusal> {
        if let Some(facts) = self.facts.get() {
            return Ok(facts);
        }
        let facts = self.judged()?;
        Ok(self.facts.get_or_init(|| facts))
    }

    fn judged(&self) -> Result<Facts, Refusal> {
        let (out, record) = (self.commit()?, self.record()?);
        let (signed, void) = self.signed(out.as_ref())?;
        let at = self.made()?.map(|made| made.at);
        let tag = self.tag.clone().filter(|_| out.is_some());
        let released = tag.map(|tag| Released { tag, at });
        let mut facts = Facts { signed, void, released, ..Facts::default() };
        if let Some(record) = record {
            facts.gates.clone_from(&record.gates);
            facts.waived.clone_from(&record.waivers);
        } else if out.is_none() {
            seen_before(self.repo, &self.repo.status()?, &mut facts)?;
        }
        Ok(facts)
    }

    /// The sign-offs that hold for the release, or for what would be released here, and why others do
    /// not. Where none are known here, those of its record.
    fn signed(
        &self,
        out: Option<&Oid>,
    ) -> Result<(Vec<crate::checklist::Signed>, Vec<String>), Refusal> {
        let commit = out.or(self.repo.head.commit());
        let (Some(tag), Some(commit)) = (&self.tag, commit) else { return Ok(Default::default()) };
        let (repo, settings) = (self.repo, &self.one.survey.settings);
        let profile = self.profile(out)?;
        let about = sign::About { repo, settings, profile, tag, commit };
        let (signed, void) = of_people(Some(&sign::Standing::read(&about)?));
        Ok(match self.record()? {
            Some(record) if signed.is_empty() && void.is_empty() => (record::signed(record), void),
            _ => (signed, void),
        })
    }

    fn profile(&self, out: Option<&Oid>) -> Result<Profile, Refusal> {
        let recorded = self.record()?.and_then(|record| Profile::named(&record.profile));
        let settings = &self.one.survey.settings;
        let hotfixes = settings.landing(Procedure::Hotfix).prepared().value;
        let branch = self.repo.branch().filter(|_| out.is_none());
        Ok(recorded.unwrap_or_else(|| Profile::likely(branch, &hotfixes, self.version.as_ref())))
    }

    /// The claims of a template, without their evidence in it.
    ///
    /// # Errors
    /// Those of [`Template::claims`]; a claim is not proved, with what is known instead.
    pub fn claims(&self, template: &mut Template<'_>) -> Result<Vec<Claim>, Refusal> {
        let settings = &self.one.survey.settings;
        let roles = settings.signoff.roles.iter().map(|(role, _)| role.clone()).collect::<Vec<_>>();
        let mut gates: Vec<String> =
            settings.gates.iter().map(|gate| gate.name.value.clone()).collect();
        gates.extend(BUILT_IN.iter().map(|gate| gate.name.to_owned()));
        // A gate may have had another name when it was asked.
        let recorded = self.record().ok().flatten().into_iter().flat_map(|record| &record.gates);
        gates.extend(recorded.map(|gate| gate.id.clone()));
        let claims = template.claims(Known { sections: &[], roles: &roles, gates: &gates })?;
        match claims.is_empty() {
            true => Ok(claims),
            false => self.proved(claims),
        }
    }

    fn proved(&self, claims: Vec<Claim>) -> Result<Vec<Claim>, Refusal> {
        let unproved = unproved(&claims, self.facts()?);
        let Some(((first, why), others)) = unproved.split_first() else { return Ok(claims) };
        let evidence: Vec<String> = first.bindings.iter().map(ToString::to_string).collect();
        let path = &first.place.path;
        let what = format!("{path} claims what is not proved: {}", evidence.join(", "));
        let refusal = Refusal::unsafe_to(what).at(first.place.clone()).why(format!("{why}."));
        let also = others.iter().map(|(claim, why)| format!("Also at {}: {why}.", claim.place));
        let refusal = also.fold(refusal, Refusal::why);
        let tag = word(self.tag.as_deref().unwrap_or_default());
        Err(match (self.record()?, self.commit()?) {
            (Some(_), _) => refusal
                .why(format!("So says the record of {tag}."))
                .next(format!("log {tag}"), "shows all that is proved"),
            (None, Some(_)) => self.without_record(refusal)?,
            (None, None) => refusal
                .why(format!(
                    "{} is not released: the last checks of these very files count.",
                    self.called()
                ))
                .next("check", "asks the gates")
                .next("sign --list", "shows who has signed"),
        })
    }

    /// A refusal about what only the record could tell, where there is none.
    ///
    /// # Errors
    /// git fails.
    pub fn without_record(&self, refusal: Refusal) -> Result<Refusal, Refusal> {
        let (why, (next, what_for)) = self.unrecorded()?;
        Ok(refusal.why(why).next(next, what_for))
    }

    /// Why there is no record, and what may bring it.
    ///
    /// # Errors
    /// git fails.
    pub fn unrecorded(&self) -> Result<(String, (String, &'static str)), Refusal> {
        let tag = word(self.tag.as_deref().unwrap_or_default());
        let why = format!("There is no record of {tag} here: what its gates said is not known.");
        let next = match self.repo.configuration()?.remote() {
            Some(_) => (format!("log {tag} --remote"), "asks the remote for it"),
            None => ("log".to_owned(), "lists the releases that were recorded"),
        };
        Ok((why, next))
    }
}

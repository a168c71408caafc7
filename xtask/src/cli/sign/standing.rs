//! How a release stands with its sign-offs: every one that is known is looked at, and what is
//! required is compared with those that count. `sign`, `check`, releases and `tag verify` ask here.

use std::collections::HashMap;

use super::proof::covered;
use crate::config::file::{Settings, SignoffTable};
use crate::error::{Exit, Refusal};
use crate::gates::Profile;
use crate::glob::Glob;
use crate::plan::Oid;
use crate::repo::{Repo, StoredSignoff, Vouched};
use crate::signoff::cover::Coverage;
use crate::signoff::judge::{Assessed, Judgement, Required, Role, Rules, Usual, Void, judge};
use crate::signoff::trailer::Trailer;
use crate::signoff::{Phase, Signoff};
use crate::sys::clock::Timestamp;

/// A release, and what its configuration says.
pub(in crate::cli) struct About<'a> {
    pub repo: &'a Repo,
    pub settings: &'a Settings,
    pub profile: Profile,
    /// The tag it has or will have.
    pub tag: &'a str,
    /// The commit that is released, or that it will be made on.
    pub commit: &'a Oid,
}

/// What the tag of a release says of its sign-offs.
pub(in crate::cli) struct Claims<'a> {
    pub trailers: Vec<Trailer>,
    /// The tag object.
    pub object: &'a Oid,
    /// Its good signature in words, or why nothing stands behind what it says.
    pub believed: Result<String, String>,
}

/// What was found.
pub(in crate::cli) struct Standing {
    pub required: Required,
    /// The sign-offs that can be read and were made before the release, the oldest first.
    pub all: Vec<Assessed>,
    /// Those that were made when it was out: they tick boxes, and nobody has to make one.
    pub after: Vec<Assessed>,
    /// The others: their ref and why.
    pub unreadable: Vec<(String, String)>,
}

/// What was proved of each candidate.
type Proofs = HashMap<String, Result<Coverage, String>>;

impl Standing {
    /// Looks at every sign-off of the tag that is known here (a fetch brings those of a remote).
    ///
    /// # Errors
    /// git fails.
    pub fn read(about: &About<'_>) -> Result<Self, Refusal> {
        let mut all: Vec<Assessed> = Vec::new();
        let mut unreadable = Vec::new();
        let mut proofs = Proofs::new();
        let begin = format!("{}/", about.tag);
        let known = about.repo.signoffs()?;
        for StoredSignoff { id, place, object, .. } in known {
            // A tag `v1` is the beginning of `v1/x`, too.
            let Some(rest) = place.strip_prefix(&begin) else { continue };
            match object {
                Ok(object) if object.signoff.tag == about.tag => {
                    let signed = object.signed;
                    all.push(about.assess(id, object.signoff, signed, &mut proofs)?);
                }
                Err(why) if rest.matches('/').count() == 1 => unreadable.push((place, why)),
                Ok(_) | Err(_) => {}
            }
        }
        all.sort_by_key(|one| one.signoff.at.0);
        let required = required(about.settings, about.profile);
        let (after, all) = all.into_iter().partition(|one| one.signoff.phase == Phase::After);
        Ok(Self { required, all, after, unreadable })
    }

    /// Those of a phase.
    pub fn of(&self, phase: Phase) -> &[Assessed] {
        match phase {
            Phase::Before => &self.all,
            Phase::After => &self.after,
        }
    }

    /// The same with those that only the tag of the release tells of.
    ///
    /// # Errors
    /// git fails.
    pub fn with_claims(mut self, about: &About<'_>, claims: &Claims<'_>) -> Result<Self, Refusal> {
        let mut proofs = Proofs::new();
        for trailer in &claims.trailers {
            if !self.all.iter().any(|one| Trailer::from(&one.signoff) == *trailer) {
                self.all.extend(about.claimed(trailer, claims, &mut proofs)?);
            }
        }
        self.all.sort_by_key(|one| one.signoff.at.0);
        Ok(self)
    }

    /// What they come to.
    pub fn judged(&self) -> Judgement<'_> {
        judge(&self.required, &self.all)
    }

    /// Those that count, in the order of the roles that have to sign.
    pub fn counted(&self) -> Vec<&Assessed> {
        let mut counted: Vec<&Assessed> =
            self.all.iter().filter(|one| one.standing.is_ok()).collect();
        let place = |one: &&Assessed| {
            let own = |role: &Role| Some(&role.name) == one.signoff.role.as_ref();
            self.required.roles.iter().position(own).unwrap_or(usize::MAX)
        };
        counted.sort_by_key(place);
        counted
    }

    /// The same as trailers for the tag of the release.
    pub fn trailers(&self) -> Vec<String> {
        self.counted().into_iter().map(|one| Trailer::from(&one.signoff).line()).collect()
    }

    /// A line for each that is void where none of its role and phase counts.
    pub fn voided(&self) -> Vec<String> {
        let lost = |one: &&Assessed| {
            let mut others = self.of(one.signoff.phase).iter();
            let same = |other: &Assessed| other.signoff.role == one.signoff.role;
            !others.any(|other| same(other) && other.standing.is_ok())
        };
        self.all.iter().chain(&self.after).filter(lost).map(void).collect()
    }

    /// Each reason against the release in one line: what is missing or void of what is required.
    pub fn reasons(&self) -> Vec<String> {
        use crate::signoff::judge::State;
        let judged = self.judged();
        let mut reasons: Vec<String> = judged
            .missing()
            .map(|(role, state)| match state {
                State::Void(one) => void(one),
                State::Open | State::Signed(_) => {
                    format!("sign-off {}: open ({})", role.name, role.addresses.join(", "))
                }
            })
            .collect();
        let more = judged.people_missing();
        if more > 0 {
            let (have, need) = judged.people;
            reasons.push(format!("{need} different people must sign, and {have} have"));
        }
        reasons
    }
}

/// `sign-off QA Lead: that of Bo is void: detect.py (changed)`
fn void(one: &Assessed) -> String {
    let (role, signer) = (one.signoff.role_name(), one.signoff.signer());
    let role = match one.signoff.phase {
        Phase::Before => role.to_owned(),
        Phase::After => format!("{role} after the release"),
    };
    let why = one.standing.as_ref().err().map_or_else(String::new, shown);
    format!("sign-off {role}: that of {signer} is void: {why}")
}

/// What a release of this kind needs.
pub(in crate::cli) fn required(settings: &Settings, profile: Profile) -> Required {
    let table = settings.profiles.iter().find(|table| table.name == profile.name());
    let usual = match profile {
        Profile::Release | Profile::Hotfix => Usual::All,
        Profile::Alpha | Profile::Beta | Profile::Rc => Usual::Nothing,
    };
    Rules {
        roles: &settings.signoff.roles,
        distinct: settings.signoff.distinct,
        profile: table.and_then(|table| table.signoffs.as_deref()),
        usual,
    }
    .required()
}

/// Why one does not count, in one line: of many paths the first ones.
pub(in crate::cli) fn shown(void: &Void) -> String {
    const NAMED: usize = 3;
    match void {
        Void::Because(why) => why.clone(),
        Void::Foreign(all) => {
            let one = |one: &crate::signoff::cover::Foreign| match one.path.as_str() {
                "" => one.why.clone(),
                path => format!("{path} ({})", one.why),
            };
            let named: Vec<String> = all.iter().take(NAMED).map(one).collect();
            match all.len().saturating_sub(NAMED) {
                0 => named.join(", "),
                more => format!("{} and {more} more", named.join(", ")),
            }
        }
    }
}

impl About<'_> {
    fn assess(
        &self,
        id: Oid,
        signoff: Signoff,
        signed: bool,
        proofs: &mut Proofs,
    ) -> Result<Assessed, Refusal> {
        let table = &self.settings.signoff;
        let (signature, good) = self.signature(&id, &signoff, signed)?;
        let sound = allowed(&signoff, table).and(good).and(self.tree(&signoff)?);
        let proof = match (sound, signoff.phase) {
            (Err(why), _) => Err(why),
            (Ok(()), Phase::Before) => self.proved(&signoff.candidate, proofs)?,
            (Ok(()), Phase::After) => self.of_release(&signoff.candidate)?,
        };
        let standing = proof.map_err(Void::Because).and_then(Assessed::by_coverage);
        Ok(Assessed { id, signoff, signature, standing })
    }

    /// A sign-off that nothing but the tag tells of; `None` where its trailer has no date.
    fn claimed(
        &self,
        trailer: &Trailer,
        claims: &Claims<'_>,
        proofs: &mut Proofs,
    ) -> Result<Option<Assessed>, Refusal> {
        let Some(at) = Timestamp::of_minute(&trailer.at) else { return Ok(None) };
        let candidate = trailer.candidate.clone();
        let tree = self.repo.tree_of(&candidate)?;
        let signoff = Signoff {
            phase: Phase::Before,
            role: trailer.role.clone(),
            by: trailer.by.clone(),
            at,
            statement: String::new(),
            project: String::new(),
            version: String::new(),
            tag: self.tag.to_owned(),
            tree: tree.unwrap_or_else(|| candidate.clone()),
            candidate,
            witnessed: trailer.witnessed.clone(),
        };
        let table = &self.settings.signoff;
        let own = match (&claims.believed, table.signed) {
            (Err(why), _) => Err(format!("only the tag claims it, and {why}")),
            (Ok(_), true) => Err("only the tag claims it, and [signoff] signed asks for a \
                                  signature of its own"
                .to_owned()),
            (Ok(_), false) => Ok(()),
        };
        let sound = own.and(allowed(&signoff, table)).and(self.tree(&signoff)?);
        let proof = match sound {
            Err(why) => Err(why),
            Ok(()) => self.proved(&signoff.candidate, proofs)?,
        };
        let standing = proof.map_err(Void::Because).and_then(Assessed::by_coverage);
        let signature = claims.believed.as_ref().ok().map(|said| format!("in the tag: {said}"));
        Ok(Some(Assessed { id: claims.object.clone(), signoff, signature, standing }))
    }

    /// What was checked when it was out has to be the release itself.
    fn of_release(&self, candidate: &Oid) -> Result<Result<Coverage, String>, Refusal> {
        let tag = self.tag;
        Ok(match self.repo.ref_at(&format!("refs/tags/{tag}^{{commit}}"))? {
            Some(commit) if commit == *candidate => Ok(Coverage::Covered(Vec::new())),
            Some(commit) => {
                Err(format!("it is about {}, and {tag} is {}", candidate.short(), commit.short()))
            }
            None => Err(format!("{tag} is not released")),
        })
    }

    /// [`Self::covered`], worked out once for each candidate.
    fn proved(
        &self,
        candidate: &Oid,
        proofs: &mut Proofs,
    ) -> Result<Result<Coverage, String>, Refusal> {
        if let Some(known) = proofs.get(candidate.as_str()) {
            return Ok(known.clone());
        }
        let proof = self.covered(candidate)?;
        proofs.insert(candidate.as_str().to_owned(), proof.clone());
        Ok(proof)
    }

    /// The proof; what stands in its way other than git itself voids the sign-off.
    fn covered(&self, candidate: &Oid) -> Result<Result<Coverage, String>, Refusal> {
        match covered(self.repo, self.tag, candidate, self.commit) {
            Ok(coverage) => Ok(Ok(coverage)),
            Err(refusal) if matches!(refusal.exit, Exit::External | Exit::Interrupted) => {
                Err(refusal)
            }
            Err(refusal) => {
                let why = refusal.why.first().map(|why| format!(" ({why})")).unwrap_or_default();
                Ok(Err(format!("it cannot be proved what was signed: {}{why}", refusal.what)))
            }
        }
    }

    /// Whether the candidate is what it says.
    fn tree(&self, signoff: &Signoff) -> Result<Result<(), String>, Refusal> {
        let commit = signoff.candidate.short();
        Ok(match self.repo.tree_of(&signoff.candidate)? {
            None => Err(format!("its candidate {commit} is not here")),
            Some(tree) if tree != signoff.tree => {
                Err(format!("it names another tree than that of {commit}"))
            }
            Some(_) => Ok(()),
        })
    }

    /// What its signature is worth, for people, and whether it may count.
    fn signature(
        &self,
        id: &Oid,
        signoff: &Signoff,
        signed: bool,
    ) -> Result<(Option<String>, Result<(), String>), Refusal> {
        let needed = self.settings.signoff.signed;
        if !signed {
            let good = match needed {
                true => Err("it has no signature, and [signoff] signed asks for one".to_owned()),
                false => Ok(()),
            };
            return Ok((None, good));
        }
        Ok(match self.repo.vouched(id)? {
            Vouched::By(names) => {
                let own = |name: &String| matches(name, &signoff.by.address);
                let good = match names.iter().any(own) {
                    true => Ok(()),
                    false => Err(format!("it is signed with the key of {}", names.join(", "))),
                };
                (Some("good signature".to_owned()), good)
            }
            Vouched::Bad(_) => (
                Some("bad signature".to_owned()),
                Err("its signature is bad: it was changed after it was signed".to_owned()),
            ),
            Vouched::Untrusted(lines) => (
                Some("untrusted key".to_owned()),
                Err(format!("its key is not trusted here: {}", telling(&lines))),
            ),
            Vouched::Unchecked(lines) => {
                let why = format!("its signature cannot be checked here: {}", telling(&lines));
                (Some("signature not checked".to_owned()), if needed { Err(why) } else { Ok(()) })
            }
        })
    }
}

/// Whether whoever made it may sign for its role. A witness has a role, too, so that not everybody who
/// can push can be one.
fn allowed(signoff: &Signoff, table: &SignoffTable) -> Result<(), String> {
    if table.roles.is_empty() {
        return Ok(());
    }
    let Some(role) = &signoff.role else { return Err("it names no role".to_owned()) };
    let Some(addresses) = table.addresses(role) else {
        return Err(format!("[signoff.roles] has no role {role}"));
    };
    let by = &signoff.by.address;
    match &signoff.witnessed {
        None => match addresses.iter().any(|address| signoff.by.has(address)) {
            true => Ok(()),
            false => Err(format!("{by} is no address of {role}")),
        },
        Some(witnessed) => {
            if table.roles_of(by).next().is_none() {
                return Err(format!("its witness {by} has no role"));
            }
            match witnessed.address() {
                Some(own) if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&own)) => {
                    Err(format!("{own} is no address of {role}"))
                }
                _ => Ok(()),
            }
        }
    }
}

/// Of what a program said about a signature, the line that says why.
fn telling(lines: &[String]) -> &str {
    let words = ["No principal", "xpired", "allowedSignersFile", "No public key", "Good signature"];
    let says = |word: &&str| lines.iter().find(|line| line.contains(*word));
    words.iter().find_map(says).or(lines.last()).map_or("", |line| line.trim())
}

/// Whether a principal of ssh, which may be a pattern (ssh-keygen(1), "ALLOWED SIGNERS"), or an
/// address of gpg is this one.
fn matches(principal: &str, address: &str) -> bool {
    let (principal, address) = (principal.to_lowercase(), address.to_lowercase());
    principal == address || Glob::parse(&principal).is_ok_and(|glob| glob.matches(&address))
}

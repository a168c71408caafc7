//! What people have to say before a release: their sign-offs, and the boxes of the checklist.
//!
//! `check` tells it; a release and the end of a hotfix refuse without it, wherever a tag is made.

use serde_json::{Value, json};

use super::Context;
use super::check::{Read, Waivers};
use super::checklist::{Groups, Reading, boxes, is_wanted};
use super::sign::{About, Standing, required, shown};
use crate::checklist::{State, Waits, Waived, state};
use crate::config::file::{Binding, Procedure, Settings};
use crate::error::{Refusal, word};
use crate::gates::Profile;
use crate::plan::{self, Boxes, Oid, SignedOff};
use crate::record::Waiver;
use crate::repo::Repo;
use crate::signoff::judge::ANYBODY;
use crate::signoff::trailer;
use crate::sites::Tree;
use crate::version::Version;
use crate::wording::{counted, nearest};

/// What is asked about a release.
pub(super) struct Asked<'a> {
    pub repo: &'a Repo,
    pub context: &'a Context,
    /// What is released: its kind, its version, its tag.
    pub read: &'a Read,
    /// The commit that is released, or on which it will be made.
    pub commit: &'a Oid,
    pub waivers: &'a Waivers,
    /// What gates have said.
    pub report: &'a Value,
    pub gates: Gates,
    /// The option that names the package, for commands to copy.
    pub option: &'a str,
}

/// Whether gates are still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gates {
    /// What they have said is all there is.
    Asked,
    /// The release asks those of its kind on its own tree.
    Later,
    /// It is out: what its record says is all that counts, not what was seen here.
    Recorded,
}

/// What was found.
pub(super) struct Approvals {
    version: Version,
    option: String,
    pub standing: Standing,
    checklist: Option<Held>,
    waived: Vec<(String, String)>,
}

/// The checklist of a release.
struct Held {
    boxes: Boxes,
    /// The boxes that hold it up.
    open: Vec<Open>,
    /// The report of earlier checks that others rely on.
    proved: Value,
}

/// Boxes that wait for the same.
struct Open {
    /// Who has to act.
    who: String,
    /// The role, where its sign-off is all they wait for.
    role: Option<String>,
    /// How many there are below each heading.
    below: Vec<(String, usize)>,
}

impl Open {
    /// Counts a box to those that wait for the same.
    fn add(all: &mut Vec<Self>, who: String, role: Option<String>, title: String) {
        let own = all.iter().position(|known| known.who == who).unwrap_or_else(|| {
            all.push(Self { who, role, below: Vec::new() });
            all.len() - 1
        });
        let below = &mut all[own].below;
        match below.iter_mut().find(|(known, _)| *known == title) {
            Some((_, number)) => *number += 1,
            None => below.push((title, 1)),
        }
    }

    fn boxes(&self) -> usize {
        self.below.iter().map(|(_, number)| number).sum()
    }
}

impl Approvals {
    /// Whether anything is asked of people, or has been said by them, so that it is worth reading more.
    ///
    /// # Errors
    /// git fails.
    pub(super) fn are_wanted(
        repo: &Repo,
        settings: &Settings,
        profile: Profile,
        waivers: &Waivers,
    ) -> Result<bool, Refusal> {
        let asked = !required(settings, profile).is_nothing()
            || settings.checklist.file.is_some()
            || !waivers.of_people().is_empty();
        Ok(asked || !repo.signoffs()?.is_empty())
    }

    /// Looks at what is known here, which a fetch brings up to date; `None` where nothing says what is
    /// released, or nobody has to say anything and nobody has.
    ///
    /// # Errors
    /// A waiver that names no role and no heading; a checklist that cannot be read; git fails.
    pub(super) fn read(asked: &Asked<'_>, tree: &impl Tree) -> Result<Option<Self>, Refusal> {
        let Asked { repo, read, commit, .. } = asked;
        let (Some(version), Some(tag)) = (&read.aim.version, &read.aim.tag) else {
            return Ok(None);
        };
        let (settings, profile) = (&read.settings, read.aim.profile);
        let standing = Standing::read(&About { repo, settings, profile, tag, commit })?;
        Self::by(asked, tree, (version, standing))
    }

    /// The same by what is known of the sign-offs.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(super) fn by(
        asked: &Asked<'_>,
        tree: &impl Tree,
        (version, mut standing): (&Version, Standing),
    ) -> Result<Option<Self>, Refusal> {
        let mut waived = Waived::default();
        for (what, reason) in asked.waivers.of_people() {
            let role = what.strip_prefix("signoff:").map(|role| asked.role(what, role));
            if let Some(role) = role.transpose()? {
                standing.required = standing.required.without(role);
            } else if let Some(heading) = what.strip_prefix("checklist:") {
                waived.headings.push((heading.to_owned(), reason.clone()));
            }
        }
        let checklist = asked.checklist(tree, &standing, waived)?;
        let option = asked.option.to_owned();
        let (version, waived) = (version.clone(), asked.waivers.of_people().to_vec());
        let nothing = standing.required.is_nothing() && standing.all.is_empty();
        let some = !nothing || checklist.is_some() || !waived.is_empty();
        Ok(some.then_some(Self { version, option, standing, checklist, waived }))
    }

    /// What stands against the release in a few words each: `sign-off QA Lead`, `3 boxes`.
    pub(super) fn missing(&self) -> Vec<String> {
        let boxes = self.open_boxes();
        let boxes = (boxes > 0).then(|| self::boxes(boxes));
        shown::missing(&self.standing.judged()).into_iter().chain(boxes).collect()
    }

    /// The same, a line for each reason.
    pub(super) fn reasons(&self) -> Vec<String> {
        self.standing.reasons().into_iter().chain(self.open()).collect()
    }

    /// A line for each who has boxes to do.
    pub(super) fn open(&self) -> impl Iterator<Item = String> {
        self.checklist.iter().flat_map(|held| {
            held.open.iter().map(|open| {
                let below = open.below.iter().map(|(title, number)| match title.as_str() {
                    "" => format!("(no heading) {number}"),
                    title => format!("{title} {number}"),
                });
                let (path, who, below) = (&held.boxes.path, &open.who, below.collect::<Vec<_>>());
                let (number, below) = (boxes(open.boxes()), below.join(", "));
                format!("{path}: {number} open: {who}: {below}")
            })
        })
    }

    /// The commands that lead on: the first who is missing signs, the boxes.
    pub(super) fn next(&self) -> Vec<String> {
        let judged = self.standing.judged();
        let sign = || format!("{}{}", shown::next(&judged, &self.version), self.option);
        let sign = (!judged.is_go()).then(sign);
        let more =
            self.checklist.iter().flat_map(|held| &held.open).any(|open| open.role.is_none());
        let boxes = more.then(|| "checklist run".to_owned());
        sign.into_iter().chain(boxes).collect()
    }

    /// Refuses while something is missing; `command` is what was typed.
    ///
    /// # Errors
    /// NO-GO, with each reason, who has to act, and how it is let through.
    pub(super) fn go(&self, command: &str) -> Result<(), Refusal> {
        let missing = self.missing();
        if missing.is_empty() {
            return Ok(());
        }
        let what = format!("NO-GO for {}: {}", self.version, missing.join(", "));
        let refusal = self.reasons().into_iter().fold(Refusal::red(what), Refusal::why);
        let refusal = self.next().into_iter().fold(refusal, |refusal, next| {
            let for_what = if next.starts_with("sign ") { "whoever has the role" } else { "" };
            refusal.next(next, for_what)
        });
        let waive: Vec<String> = self
            .waivable()
            .iter()
            .map(|what| format!(" --waive {} --reason \"...\"", word(what)))
            .collect();
        Err(refusal.next_typed(format!("{command}{}", waive.concat()), "stands in the record"))
    }

    /// Refuses a tag that is on a merge with more in it than was signed: `ships` commits.
    ///
    /// # Errors
    /// Somebody has to sign, and nobody has signed these.
    pub(super) fn all_of_it(&self, ships: usize) -> Result<(), Refusal> {
        if ships == 0 || self.standing.required.is_nothing() {
            return Ok(());
        }
        let (version, commits) = (&self.version, counted(ships, "more commit"));
        Err(Refusal::red(format!("NO-GO for {version}: nobody has signed all of it"))
            .why(format!("The tag is on the merge, which has {commits} than the branch."))
            .why("Merge main into the branch and sign that, or let the branch have the tag:")
            .why("tag_on = \"branch\" in gonogo.toml.")
            .next(format!("sign --version {}{}", word(version), self.option), "after the merge"))
    }

    /// What would have to be waived.
    fn waivable(&self) -> Vec<String> {
        let judged = self.standing.judged();
        let mut all: Vec<String> =
            judged.missing().map(|(role, _)| format!("signoff:{}", role.name)).collect();
        if all.is_empty() && judged.people_missing() > 0 {
            all.push(format!("signoff:{ANYBODY}"));
        }
        // What only waits for these goes with them.
        let goes = |open: &Open| {
            let missing = |role: &String| judged.missing().any(|(known, _)| known.name == *role);
            open.role
                .as_ref()
                .is_some_and(|role| missing(role) || all == ["signoff:any"] && role == ANYBODY)
        };
        let held = self.checklist.iter().flat_map(|held| &held.open).filter(|open| !goes(open));
        let mut headings: Vec<&str> =
            held.flat_map(|open| &open.below).map(|(title, _)| title.as_str()).collect();
        headings.dedup();
        all.extend(match headings.as_slice() {
            [] => None,
            [one] if !one.is_empty() => Some(format!("checklist:{one}")),
            _ => Some(format!("checklist:{}", crate::checklist::ALL)),
        });
        all
    }

    fn open_boxes(&self) -> usize {
        self.checklist.iter().flat_map(|held| &held.open).map(Open::boxes).sum()
    }

    /// Who has signed, for one line: `Ana Diaz (Release Manager), Bo Chen (QA Lead)`.
    pub(super) fn signers(&self) -> Vec<String> {
        let counted = self.standing.counted().into_iter();
        counted
            .map(|one| match &one.signoff.role {
                Some(role) => format!("{} ({role})", one.signoff.signer()),
                None => one.signoff.signer(),
            })
            .collect()
    }

    /// What is shown of it with the plan of the release, in sentences.
    pub(super) fn told(&self) -> Vec<String> {
        let counted = self.standing.counted();
        let mut commits: Vec<&str> =
            counted.iter().map(|one| one.signoff.candidate.short()).collect();
        commits.sort_unstable();
        commits.dedup();
        let mut since: Vec<&str> = counted
            .iter()
            .flat_map(|one| one.standing.as_deref().unwrap_or_default())
            .map(String::as_str)
            .collect();
        since.sort_unstable();
        since.dedup();
        let since = match since.as_slice() {
            [] => String::new(),
            paths => format!(", but for {}, which may change", paths.join(", ")),
        };
        let signed = (!counted.is_empty()).then(|| {
            let (signers, commits) = (self.signers().join(", "), commits.join(", "));
            let only = "What is edited here is the only difference to what they signed";
            format!("Signed off: {signers}, for {commits}. {only}{since}.")
        });
        let waived = self.waived.iter().map(|(what, reason)| format!("Waived: {what} ({reason})."));
        signed.into_iter().chain(waived).collect()
    }

    /// What is still missing where no tag is made yet, in sentences.
    pub(super) fn awaited(&self, procedure: Procedure) -> Vec<String> {
        let missing = self.missing();
        let finish = procedure.finish();
        let note = format!("open until {finish}: {}", missing.join(", "));
        if missing.is_empty() { Vec::new() } else { vec![note] }
    }

    fn required(&self) -> Vec<String> {
        let required = &self.standing.required;
        let roles = required.roles.iter().map(|role| role.name.clone());
        let any = (required.people > required.roles.len()).then(|| ANYBODY.to_owned());
        roles.chain(any).collect()
    }

    /// What is kept with the release.
    pub(super) fn kept(&self) -> plan::Approvals {
        let signoffs = self.standing.counted().into_iter().map(|one| {
            let signoff = &one.signoff;
            let witnessed = signoff.witnessed.as_ref();
            SignedOff {
                role: signoff.role.clone(),
                signer: signoff.signer(),
                by: signoff.by.to_string(),
                witnessed: witnessed.map(|it| (it.person.clone(), it.evidence.clone())),
                at: signoff.at.0,
                statement: signoff.statement.clone(),
                candidate: signoff.candidate.clone(),
                object: one.id.clone(),
                signature: one.signature.clone(),
            }
        });
        plan::Approvals {
            signoffs: signoffs.collect(),
            required: self.required(),
            waived: self.waived.clone(),
            checklist: self.checklist.as_ref().map(|held| held.boxes.clone()),
        }
    }

    /// The report of the gates of a release, with what earlier checks have said for boxes.
    pub(super) fn with_proofs(&self, mut report: Value) -> Value {
        for key in ["gates", "waivers"] {
            let more = self.checklist.as_ref().and_then(|held| held.proved[key].as_array());
            let Some(more) = more.filter(|more| !more.is_empty()) else { continue };
            match report[key].as_array_mut() {
                Some(all) => all.extend(more.iter().cloned()),
                None => report[key] = more.clone().into(),
            }
        }
        report
    }

    /// The message of the tag with who has signed below it, and what was let through.
    pub(super) fn told_in(&self, message: &str) -> String {
        let mut trailers = self.standing.trailers();
        trailers.extend(self.waived.iter().map(|(what, reason)| trailer::waived(what, reason)));
        match trailers.is_empty() {
            true => message.to_owned(),
            false => format!("{}\n\n{}\n", message.trim_end(), trailers.join("\n")),
        }
    }

    /// The boxes that hold it up, for programs.
    pub(super) fn boxes(&self) -> Value {
        let Some(held) = &self.checklist else { return Value::Null };
        let open = held
            .open
            .iter()
            .map(|open| json!({ "who": open.who, "boxes": open.boxes(), "below": open.below }));
        json!({ "file": held.boxes.path, "open": open.collect::<Vec<_>>() })
    }
}

impl Asked<'_> {
    /// The role that a waiver means.
    fn role<'w>(&self, what: &str, role: &'w str) -> Result<&'w str, Refusal> {
        let roles = &self.read.settings.signoff.roles;
        let known = || roles.iter().map(|(name, _)| name.as_str()).chain([ANYBODY]);
        if known().any(|name| name == role) {
            return Ok(role);
        }
        let refusal = Refusal::usage(format!("--waive {}: there is no such role", word(what)));
        Err(match nearest(role, known()) {
            Some(meant) => refusal.why(format!("Did you mean signoff:{meant}?")),
            None => refusal.why(format!("There are {}.", known().collect::<Vec<_>>().join(", "))),
        }
        .next("sign --list", "shows who has to sign"))
    }

    /// The checklist, where this kind of release goes through one.
    fn checklist(
        &self,
        tree: &impl Tree,
        standing: &Standing,
        mut waived: Waived,
    ) -> Result<Option<Held>, Refusal> {
        let configured = self.read.settings.checklist.file.is_some();
        if !configured {
            return match waived.headings.first() {
                None => Ok(None),
                Some((heading, _)) => Err(Refusal::usage(format!(
                    "--waive {}: no checklist is configured",
                    word(format!("checklist:{heading}"))
                ))
                .next("checklist import FILE", "proposes what gonogo.toml would say of one")),
            };
        }
        if !is_wanted(self.read) {
            return Ok(None);
        }
        let reading = Reading::of(self.repo, self.context, self.read, tree)?;
        let mut proved = Value::Null;
        if self.gates == Gates::Later {
            waived.asked_later.clone_from(&reading.names.asked);
            proved = reading.proved_before(self.repo)?;
        }
        let mut facts = match self.gates {
            Gates::Asked | Gates::Later => {
                reading.facts_before(self.repo, standing, self.report)?
            }
            Gates::Recorded => reading.facts_told(standing, self.report),
        };
        facts.waived.extend(self.waivers.of_people().iter().map(Waiver::of_people));
        let (list, bound) = (&reading.checklist, &reading.bound);
        let bindings = bound.excused(list, &facts, &waived).map_err(|heading| {
            let mut titles: Vec<String> =
                list.items.iter().map(|item| list.title(item.under)).collect();
            titles.dedup();
            let what = format!("--waive {}", word(format!("checklist:{heading}")));
            let refusal = Refusal::usage(format!("{what}: no box stands below such a heading"));
            match nearest(&heading, titles.iter().map(String::as_str)) {
                Some(meant) => refusal.why(format!("Did you mean checklist:{meant}?")),
                None => refusal.why(format!("There are {}.", titles.join(", "))),
            }
            .next("checklist show", "shows all of it")
        })?;
        let groups = Groups::of(&reading, &facts);
        let mut open: Vec<Open> = Vec::new();
        for (item, bindings) in list.items.iter().zip(&bindings) {
            let state = state(bindings, &facts);
            if state.holds(&waived.asked_later) {
                let (who, role) = (groups.waits_for(&state), sole(&state));
                Open::add(&mut open, who, role, list.title(item.under));
            }
        }
        let spelled = |all: &Vec<Binding>| all.iter().map(Binding::to_string).collect();
        let bindings = bindings.iter().map(spelled).collect();
        let path = reading.file.path.to_string();
        Ok(Some(Held { boxes: Boxes { path, bindings, people: facts.people }, open, proved }))
    }
}

/// The role, where its sign-off is all that a box waits for.
fn sole(state: &State) -> Option<String> {
    match state {
        State::Open(waits) => match waits.as_slice() {
            [Waits::Role(who)] => Some(who.name().to_owned()),
            [Waits::People { .. }] => Some(ANYBODY.to_owned()),
            _ => None,
        },
        State::Done(_) | State::Excused(_) | State::Unbound => None,
    }
}

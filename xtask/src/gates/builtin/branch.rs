//! `branch`: HEAD is on the branch that releases start from.

use super::{Answer, BuiltIn, Facts, always, could_not};
use crate::config::file::{Procedure, Settings, Start};
use crate::error::{Next, Refusal, word};
use crate::gates::{Judged, Profile};
use crate::repo::{Head, Main};

pub const GATE: BuiltIn = BuiltIn { name: "branch", usual: always, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    Answer::Now(judge(facts).unwrap_or_else(|refusal| could_not(&refusal)))
}

fn judge(facts: &Facts<'_>) -> Result<Judged, Refusal> {
    if let Head::Unborn { .. } = facts.repo.head {
        return Ok(Judged::red("there is no commit yet").next(Next::Shell("git commit".into())));
    }
    let said = facts.settings.branches.main.as_ref().map(|said| said.value.as_str());
    let main = facts.repo.main(facts.configuration, said)?;
    let main_name = main.as_ref().map(|main| main.name.as_str());
    let wanted = Wanted::new(facts.settings, facts.aim.profile, main_name);
    let judged = wanted.judge(facts.repo.branch(), main.as_ref());
    let elsewhere = match (judged.outcome.stops(), wanted.names.first()) {
        (true, Some(name)) => facts.repo.work_tree_of(name)?,
        _ => None,
    };
    // git switches to no branch that another work tree has.
    Ok(match elsewhere {
        Some(folder) => judged
            .details([format!("It is checked out in {folder}.")])
            .next(Next::Ours(format!("-C {} check", word(&folder)))),
        None => judged,
    })
}

/// The branches that a release may be made on.
struct Wanted {
    profile: Profile,
    /// By name, the best one first.
    names: Vec<String>,
    /// With placeholders.
    patterns: Vec<String>,
}

impl Wanted {
    fn new(settings: &Settings, profile: Profile, main: Option<&str>) -> Self {
        let procedure = profile.procedure();
        let landing = settings.landing(procedure);
        let main = main.map(str::to_owned);
        let protected = !settings.branches.protected.is_empty();
        let pattern = match protected {
            true => Some(landing.prepared()),
            false => landing.branch,
        };
        let from = match landing.from.value {
            Start::Branch(name) => Some(name),
            Start::Main | Start::Tag => None,
        };
        let names = match procedure {
            // Its finish may be asked for on main, where the fix is merged to.
            Procedure::Hotfix => from.into_iter().chain(main).collect(),
            Procedure::Release => from.or(main).into_iter().collect(),
        };
        let patterns = pattern.into_iter().map(|pattern| pattern.value).collect();
        Self { profile, names, patterns }
    }

    fn judge(&self, branch: Option<&str>, main: Option<&Main>) -> Judged {
        let Some(first) = self.names.first() else {
            return Judged::skipped("nothing says which branch releases start from")
                .details(["[branches] main in gonogo.toml can say it.".to_owned()]);
        };
        let named = self.names.iter().any(|name| Some(name.as_str()) == branch);
        let fits = |pattern: &String| branch.is_some_and(|branch| is_of(pattern, branch));
        if named || self.patterns.iter().any(fits) {
            return Judged::green("");
        }
        let here = branch.map_or("HEAD is detached".to_owned(), |branch| format!("on {branch}"));
        let what = match self.profile {
            Profile::Hotfix => format!("{} and made on {}", first, self.patterns.join(", ")),
            _ => first.clone(),
        };
        let kind = if self.profile == Profile::Hotfix { "hotfixes" } else { "releases" };
        let because = main.filter(|main| main.name == *first);
        let because = because.map(|main| format!("It is {first}, as {}.", main.because));
        Judged::red(format!("{here}, and {kind} start from {what}"))
            .details(because)
            .next(Next::Shell(format!("git switch {}", word(first))))
    }
}

/// Whether a branch is one of `pattern`: `release/{tag}` for any tag.
fn is_of(pattern: &str, branch: &str) -> bool {
    let mut literal = pattern.split('{').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('}').map_or(part, |(_, after)| after),
    });
    let first = literal.next().unwrap_or_default();
    let Some(mut rest) = branch.strip_prefix(first) else { return false };
    let parts: Vec<&str> = literal.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        // A placeholder stands for something.
        let at = rest.char_indices().skip(1).find(|(at, _)| rest[*at..].starts_with(part));
        let Some((at, _)) = at else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() > last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::Outcome;

    #[test]
    fn a_branch_fits_its_pattern() {
        for (pattern, branch, expected) in [
            ("hotfix/v{version}", "hotfix/v1.2.1", true),
            ("hotfix/v{version}", "hotfix/v", false),
            ("hotfix/v{version}", "hotfix/1.2.1", false),
            ("release/{tag}", "release/v1.3.0", true),
            ("{name}/{version}-x", "studio/1.0-x", true),
            ("{name}/{version}-x", "studio/-x", false),
            ("{name}/{version}-x", "/1-x", false),
            ("next", "next", true),
            ("next", "next2", false),
        ] {
            assert_eq!(is_of(pattern, branch), expected, "{pattern} {branch}");
        }
    }

    #[test]
    fn where_releases_start() {
        let read = |text: &str| {
            let path = crate::path::RepoPath::new("gonogo.toml").unwrap();
            let file = crate::sites::File { path, bytes: text.as_bytes().into() };
            Settings::read(Some(&file)).unwrap()
        };
        let trunk = "";
        let develop = "[release]\nfrom = \"develop\"\nbranch = \"rel-{version}\"\n";
        let protected = "[branches]\nprotected = [\"main\"]\n";
        let (release, hotfix) = (Profile::Release, Profile::Hotfix);
        for (toml, profile, branch, green) in [
            (trunk, release, Some("main"), true),
            (trunk, Profile::Rc, Some("main"), true),
            (trunk, release, Some("feature"), false),
            (trunk, release, Some("hotfix/v1.2.1"), false),
            (trunk, release, Some("release/v1.3.0"), false),
            (trunk, release, None, false),
            (trunk, hotfix, Some("hotfix/v1.2.1"), true),
            (trunk, hotfix, Some("main"), true),
            (trunk, hotfix, Some("feature"), false),
            (develop, release, Some("develop"), true),
            (develop, release, Some("rel-1.3.0"), true),
            (develop, release, Some("main"), false),
            (protected, release, Some("release/v1.3.0"), true),
        ] {
            let (settings, because) = (read(toml), "the HEAD of origin was".to_owned());
            let main = Main { name: "main".to_owned(), because };
            let judged = Wanted::new(&settings, profile, Some("main")).judge(branch, Some(&main));
            assert_eq!(judged.outcome == Outcome::Green, green, "{toml} {profile:?} {branch:?}");
        }
        let unknown = Wanted::new(&Settings::default(), release, None).judge(Some("x"), None);
        assert!(matches!(unknown.outcome, Outcome::Skipped { .. }));
    }
}

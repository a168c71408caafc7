//! `check-version-sync`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Context;
use crate::config::{Project, Projects};
use crate::error::{Refusal, word};
use crate::flows::bump::{self, Facts, Wish};
use crate::flows::tag::places;
use crate::path::RepoPath;
use crate::repo::{Repo, Stored};
use crate::sites::{Site, Tree};
use crate::version::{Downgrade, Request, Step, Version};

/// So many places are named, and so many files in a command.
const NAMED: usize = 8;

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let repo = Repo::of_hook(&context.folder)?;
    let tree = Stored::in_index(&repo.git);
    let projects = Projects::new(&tree)?;
    // A package that cannot be read (a template, a fixture) does not stop the others.
    let (found, _) = projects.whole()?;
    for project in &found {
        let files = files(&tree, project)?;
        let held = bump::held(project, &files)?;
        if let Some((_, first)) = held.first()
            && !held.iter().all(|(_, version)| version.same(first))
        {
            let option = projects.choice(project);
            let option = option.map_or_else(String::new, |name| format!(" -p {}", word(name)));
            let staged = repo.staged()?;
            let drift = Drift { project, files: &files, held: &held, staged: &staged };
            return Err(drift.refusal(&option));
        }
    }
    Ok(())
}

/// The bytes of a project's version files.
pub(in crate::cli) fn files(
    tree: &Stored<'_>,
    project: &Project,
) -> Result<BTreeMap<RepoPath, Rc<[u8]>>, Refusal> {
    let mut files = BTreeMap::new();
    for path in project.sites.chunk_by(|a, b| a.path == b.path).map(|sites| &sites[0].path) {
        files.extend(tree.read(path)?.map(|file| (path.clone(), file.bytes)));
    }
    Ok(files)
}

/// Version files that disagree.
struct Drift<'a> {
    project: &'a Project,
    files: &'a BTreeMap<RepoPath, Rc<[u8]>>,
    held: &'a [(&'a Site, Version)],
    /// The paths that the commit changes.
    staged: &'a [PathBuf],
}

impl Drift<'_> {
    fn is_staged(&self, site: &Site) -> bool {
        self.staged.iter().any(|path| path == Path::new(site.path.as_str()))
    }

    /// The places that may be right, one for each version: what the commit changes comes first.
    fn candidates(&self) -> Vec<&(&Site, Version)> {
        let mut found: Vec<&(&Site, Version)> = Vec::new();
        let (staged, others): (Vec<_>, Vec<_>) =
            self.held.iter().partition(|(site, _)| self.is_staged(site));
        for place in staged.into_iter().chain(others) {
            if !found.iter().any(|(_, version)| version.same(&place.1)) {
                found.push(place);
            }
        }
        found
    }

    fn refusal(&self, option: &str) -> Refusal {
        let candidates = self.candidates();
        let mut refusal = Refusal::unsafe_to("the staged version files disagree");
        // The place that leads is shown, and those that say something else.
        let leading = candidates.first().map(|(_, version)| version);
        let many = self.held.len() > NAMED;
        let other = |version: &Version| !leading.is_some_and(|right| right.same(version));
        let told = |(site, version): &&(&Site, Version)| {
            !many || other(version) || candidates.iter().any(|(one, _)| one == site)
        };
        let told: Vec<&(&Site, Version)> = self.held.iter().filter(told).take(NAMED).collect();
        let lines = places(told.iter().copied(), self.files);
        for ((site, _), line) in told.iter().zip(lines) {
            let staged = if self.is_staged(site) { "   changed by this commit" } else { "" };
            refusal = refusal.why(format!("{line}{staged}"));
        }
        if let more @ 1.. = self.held.len() - told.len() {
            refusal = refusal.why(format!("There are {more} more places."));
        }
        for (site, version) in candidates.iter().take(3) {
            let mend = self.mend(site, version, option);
            refusal = refusal.next(mend, format!("if {version} is right"));
        }
        refusal
    }

    /// The commands that make every version file say what this place says, and stage them.
    fn mend(&self, site: &Site, version: &Version, option: &str) -> String {
        let set = format!("bump {version} --set-from {}{option}", word(&site.path));
        match self.changed_by(site, version) {
            Some(paths) if (1..=NAMED).contains(&paths.len()) => {
                let paths: Vec<String> = paths.iter().map(word).collect();
                format!("{set} && git add -- {}", paths.join(" "))
            }
            _ => set,
        }
    }

    /// The files that this bump changes.
    fn changed_by(&self, site: &Site, version: &Version) -> Option<Vec<RepoPath>> {
        let Ok(Request::Target(target)) = Request::parse(version.text(), None, Step::Nearest)
        else {
            return None;
        };
        let facts = Facts { project: self.project, files: self.files, released: None, tagged: &[] };
        let wish = Wish {
            target: &target,
            downgrade: Downgrade::Refuse,
            set_from: Some(&site.path),
            command: "",
        };
        let bump = bump::plan(&facts, &wish).ok()?;
        let changes = bump::changes(std::slice::from_ref(&bump), self.files).ok()?;
        Some(changes.into_iter().map(|change| change.path).collect())
    }
}

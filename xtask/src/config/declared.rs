//! What gonogo.toml says of version files, as places of the project's version.

use std::collections::{HashMap, HashSet};

use super::Project;
use super::detect::{self, MANIFESTS, View, piece_sites};
use super::file::{Begins, Declared, Settings};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::declared::{Where, in_pieces, places};
use crate::sites::pattern::Pattern;
use crate::sites::python::Module;
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, Tree};
use crate::version::{Scheme, Version};

/// Manifests whose version is SemVer whatever the repository uses.
const SEMVER_ONLY: [&str; 2] = ["Cargo.toml", "package.json"];

/// A place and the entry of gonogo.toml that declares it.
#[derive(Clone)]
struct Claimed<'d> {
    site: Site,
    by: &'d Declared,
    file: File,
}

/// What was claimed so far, found again by file.
#[derive(Default)]
struct Claims<'d> {
    claimed: Vec<Claimed<'d>>,
    by_file: HashMap<RepoPath, Vec<usize>>,
}

impl<'d> Claims<'d> {
    /// Adds a place, or returns the one it overlaps with it.
    fn add(&mut self, new: Claimed<'d>) -> Result<(), Box<(Claimed<'d>, Claimed<'d>)>> {
        let there = self.by_file.entry(new.site.path.clone()).or_default();
        if let Some(at) = there.iter().find(|at| overlap(&self.claimed[**at].site, &new.site)) {
            return Err(Box::new((self.claimed[*at].clone(), new)));
        }
        there.push(self.claimed.len());
        self.claimed.push(new);
        Ok(())
    }
}

impl Settings {
    /// The refusal with a place in gonogo.toml.
    pub fn pointed(&self, refusal: Refusal, at: usize) -> Refusal {
        match self.place(at) {
            Some(place) => refusal.at(place),
            None => refusal,
        }
    }
}

/// Adds the declared version files of a project behind those that were detected; paths begin at the
/// folder of `view`.
///
/// # Errors
/// A file that is missing, a pattern or key that is not there as often as declared, a place that
/// is declared twice or overlaps a detected one; each with the line of gonogo.toml or of the file.
pub(super) fn add(
    view: &View<'_>,
    settings: &Settings,
    declared: &[&Declared],
    project: &mut Project,
) -> Result<(), Refusal> {
    let current = project.version();
    let mut claims = Claims::default();
    for (&entry, files) in declared.iter().zip(files(view, settings, declared)?) {
        for file in files {
            for site in sites(settings, entry, &file, current.as_ref())? {
                let new = Claimed { site, by: entry, file: file.clone() };
                claims.add(new).map_err(|both| twice(settings, &both.0, &both.1))?;
            }
        }
    }
    let claimed = claims.claimed;
    let mut detected: HashMap<RepoPath, Vec<usize>> = HashMap::new();
    for (at, site) in project.sites.iter().enumerate() {
        detected.entry(site.path.clone()).or_default().push(at);
    }
    for claim in &claimed {
        let Claimed { site, by, .. } = claim;
        let mut there = detected.get(&site.path).into_iter().flatten();
        match there.find(|at| overlap(&project.sites[**at], site)) {
            Some(at) if project.sites[*at].range != site.range => {
                return Err(crossing(settings, &project.sites[*at], claim));
            }
            Some(at) if by.scheme.is_some() => project.sites[*at].spelling = site.spelling,
            Some(_) => {}
            None => project.sites.push(site.clone()),
        }
    }
    add_companions(&claimed, project)?;
    add_followers(view, &claimed, project)
}

/// Adds the versions in pieces (`__version_info__ = (1, 2, 3)`) of declared Python files that say
/// what the file says.
fn add_companions(claimed: &[Claimed<'_>], project: &mut Project) -> Result<(), Refusal> {
    for Claimed { site, file, .. } in claimed.iter().filter(|c| c.site.format == Format::Python) {
        let Some(version) = Version::read(&site.value) else { continue };
        let source = Source::from(file);
        let (groups, _) = Module::parse(source)?.pieces();
        for pieces in groups.iter().filter(|pieces| pieces.group().agrees(&version)) {
            let new = piece_sites(source, pieces, "declared");
            let known = |new: &Site| project.sites.iter().any(|known| overlap(known, new));
            if !new.iter().any(known) {
                project.sites.extend(new);
            }
        }
    }
    Ok(())
}

/// The files of each entry.
fn files(
    view: &View<'_>,
    settings: &Settings,
    declared: &[&Declared],
) -> Result<Vec<Vec<File>>, Refusal> {
    let listed = |begins: Begins, tree: &dyn Tree| {
        let open = declared.iter().filter(|d| d.begins == begins && d.path.literal().is_none());
        let open: Vec<Glob> = open.map(|d| d.path.clone()).collect();
        if open.is_empty() { Ok(Vec::new()) } else { tree.files(&open) }
    };
    let (here, top) = (listed(Begins::Here, view)?, listed(Begins::Top, view.tree)?);
    let of = |entry: &&Declared| {
        let (tree, listed): (&dyn Tree, _) = match entry.begins {
            Begins::Here => (view, &here),
            Begins::Top => (view.tree, &top),
        };
        let paths: Vec<RepoPath> = match entry.path.literal() {
            Some(path) => RepoPath::new(path).into_iter().collect(),
            None => listed.iter().filter(|p| entry.path.matches(p.as_str())).cloned().collect(),
        };
        let mut files: Vec<File> = Vec::new();
        let mut seen: HashSet<RepoPath> = HashSet::new();
        for path in &paths {
            // A link beside its target is the same file.
            files.extend(tree.read(path)?.filter(|file| seen.insert(file.path.clone())));
        }
        if files.is_empty() {
            return Err(missing(settings, entry));
        }
        Ok(files)
    };
    declared.iter().map(of).collect()
}

fn missing(settings: &Settings, entry: &Declared) -> Refusal {
    let what = match entry.path.literal() {
        Some(path) => format!("{path} is declared as a version file, and there is no such file"),
        None => format!("{} is declared as version files and matches no file", entry.path),
    };
    let refusal = Refusal::usage(what).why(match entry.path.literal() {
        Some(_) => "Correct the path in gonogo.toml, or remove the entry.",
        None => "Files that git ignores do not count, nor do vendored folders.",
    });
    settings.pointed(refusal, entry.at)
}

/// The places of one entry in one file.
///
/// A pattern may match more than is meant (`:{version}` the port in `host:5000.1/demo:1.2.0`): where
/// as many matches as declared say the project's version, it is those.
fn sites(
    settings: &Settings,
    entry: &Declared,
    file: &File,
    current: Option<&Version>,
) -> Result<Vec<Site>, Refusal> {
    let source = Source::from(file);
    let pattern = match &entry.pattern {
        Some(text) => Some(Pattern::parse(&text.value).map_err(|why| {
            settings.pointed(Refusal::usage(format!("the pattern cannot be used: {why}")), text.at)
        })?),
        None => None,
    };
    let place = match (&entry.key, &pattern) {
        (Some(key), Some(pattern)) => Where::Inside(&key.value, pattern),
        (Some(key), None) => Where::Key(&key.value),
        (None, Some(pattern)) => Where::Pattern(pattern),
        (None, None) => Where::Itself,
    };
    if let Where::Key(key) = &place
        && entry.count == 1
        && let Some(pieces) = in_pieces(source, key)?
    {
        return Ok(piece_sites(source, &pieces, "declared"));
    }
    let mut found = places(source, &place)?;
    if found.len() > entry.count {
        let says = |found: &Found| {
            Version::read(&found.value).zip(current).is_some_and(|(v, current)| v.same(current))
        };
        if found.iter().filter(|(_, _, found)| says(found)).count() == entry.count {
            found.retain(|(_, _, found)| says(found));
        }
    }
    if found.len() != entry.count {
        let found: Vec<Found> = found.into_iter().map(|(_, _, found)| found).collect();
        return Err(miscounted(settings, entry, source, &found));
    }
    let forced = SEMVER_ONLY.contains(&file.path.name());
    let spelling = |format: Format| match entry.scheme {
        Some(Scheme::Semver) => Spelling::Semver,
        Some(Scheme::Pep440) => Spelling::Pep440,
        None if forced && format != Format::Text => Spelling::Semver,
        None => Spelling::Repository,
    };
    let site = |(format, key, found): (Format, String, Found)| Site {
        path: file.path.clone(),
        spelling: spelling(format),
        format,
        key,
        origin: "declared".to_owned(),
        range: found.range,
        value: found.value,
        role: Role::Version,
    };
    Ok(found.into_iter().map(site).collect())
}

fn miscounted(
    settings: &Settings,
    entry: &Declared,
    source: Source<'_>,
    found: &[Found],
) -> Refusal {
    let pattern = entry.pattern.as_ref();
    let wanted = pattern.map_or_else(|| "a version".to_owned(), |p| format!("\"{}\"", p.value));
    let Some(beyond) = found.get(entry.count).or(found.last()) else {
        let refusal = Refusal::usage(format!("{} does not hold {wanted}", source.path))
            .why("The pattern is literal text around a version: blanks, quotes and case count.");
        return settings.pointed(refusal, pattern.map_or(entry.at, |p| p.at));
    };
    let often = |number: usize| match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        number => format!("{number} times"),
    };
    let (is, meant) = (often(found.len()), often(entry.count));
    let line =
        settings.place(entry.at).map_or_else(String::new, |p| format!("{}:{}", p.path, p.line));
    let each = found.iter().take(8).map(|found| {
        let place = source.place(found.range.start);
        format!("{}:{} ({})", place.line, place.column, found.value)
    });
    let refusal = Refusal::usage(format!("{} holds {wanted} {is}, not {meant}", source.path))
        .why(format!("It is at {}; {line} declares {meant}.", each.collect::<Vec<_>>().join(", ")))
        .at(source.place(beyond.range.start));
    match found.iter().all(|other| other.value == beyond.value) {
        true => refusal
            .why(format!(
                "If all of them are the project's version, write count = {} there;",
                found.len()
            ))
            .why("if not, more text in the pattern tells them apart."),
        false => refusal.why("More text in the pattern tells them apart."),
    }
}

fn overlap(one: &Site, other: &Site) -> bool {
    one.path == other.path && one.range.start < other.range.end && other.range.start < one.range.end
}

fn twice(settings: &Settings, known: &Claimed<'_>, new: &Claimed<'_>) -> Refusal {
    let at = Source::from(&new.file).link(new.site.range.start);
    let refusal = Refusal::usage(format!("the same place is declared twice: {at}"));
    let refusal = match settings.place(known.by.at) {
        Some(place) => {
            refusal.why(format!("The other declaration is at {}:{}.", place.path, place.line))
        }
        None => refusal,
    };
    settings.pointed(refusal, new.by.at)
}

/// A declared place that is in another one's way without being the same.
fn crossing(settings: &Settings, known: &Site, claim: &Claimed<'_>) -> Refusal {
    let source = Source::from(&claim.file);
    let what = format!("the place at {} is found twice", source.link(claim.site.range.start));
    let refusal = Refusal::usage(what)
        .why(format!("It is a part of {} ({}), which moves as a whole.", known.key, known.origin))
        .why("Remove the entry from gonogo.toml, or take the other one out with ignore.");
    settings.pointed(refusal, claim.by.at)
}

/// Declaring the version of another folder's manifest brings its entries in lock files along.
fn add_followers(
    view: &View<'_>,
    claimed: &[Claimed<'_>],
    project: &mut Project,
) -> Result<(), Refusal> {
    for Claimed { site, file, .. } in claimed {
        let folder = file.path.folder();
        if folder == view.folder || !MANIFESTS.contains(&file.path.name()) {
            continue;
        }
        let there = View { folder, ..*view };
        let Some(other) = detect::detect(&there, Some(&file.path))? else { continue };
        let is_site = |own: &Site| own.path == site.path && own.range == site.range;
        if !other.sites.iter().any(|own| own.role == Role::Version && is_site(own)) {
            continue;
        }
        for lock in other.sites.iter().filter(|own| own.role == Role::Lock) {
            if !project.sites.iter().any(|known| overlap(known, lock)) {
                project.sites.push(lock.clone());
            }
        }
    }
    Ok(())
}

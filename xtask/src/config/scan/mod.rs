//! The deep look that `init` alone takes: places outside the manifests that hold the project's
//! version and are very likely meant to move with it.
//!
//! What is proposed is told by the text around it: a badge, an install line that names the project,
//! a label, a constant. A place that only happens to say the same number is not proposed, and in
//! doubt it is none.

mod fit;
mod keys;
mod lines;
mod places;
mod rules;
#[cfg(test)]
mod tests;
mod tools;

use std::collections::HashMap;
use std::ops::Range;

use super::Project;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::{File, Role, Source, Tree};
use crate::version::{Scheme, Style, Version, normal};

/// Larger files are no documents that a person keeps.
const SIZE_LIMIT: usize = 512 << 10;

/// A file that says the version more often is data.
const MANY: usize = 200;

/// Fewer files are named one by one.
const ENOUGH_FOR_GLOB: usize = 4;

/// A proposed entry of `files`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub path: String,
    pub key: Option<String>,
    pub pattern: Option<String>,
    pub scheme: Option<Scheme>,
    pub count: usize,
    /// Why it moves with the version: `badge`, `install line`, ...
    pub why: &'static str,
}

/// A place with the version that is not proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub path: RepoPath,
    /// 1-based.
    pub line: usize,
    pub text: String,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Scan {
    pub entries: Vec<Entry>,
    pub left: Vec<Left>,
}

/// Is a package of this name one of a project of that name: `studio-web`, `@studio/web`,
/// `@acme-studio/web` of `studio`?
pub(super) fn is_related(name: &str, own: &str) -> bool {
    let own = normal(own.rsplit('/').next().unwrap_or(own));
    let has = |name: &str| format!("-{name}-").contains(&format!("-{own}-"));
    let scope = name.strip_prefix('@').and_then(|name| name.split_once('/'));
    let last = normal(name.rsplit('/').next().unwrap_or(name));
    let member = last == own || last.strip_prefix(&own).is_some_and(|rest| rest.starts_with('-'));
    !own.is_empty() && (member || scope.is_some_and(|(scope, _)| has(&normal(scope))))
}

/// What a project goes by.
pub(super) struct Called<'a> {
    pub names: Vec<&'a str>,
    /// Other packages of this repository that have its version and a name like its own.
    pub members: Vec<&'a str>,
}

/// What is looked for.
pub(super) struct Subject<'a> {
    pub called: Called<'a>,
    pub version: &'a Version,
    /// Every spelling of the version, the project's own first.
    pub spellings: Vec<(String, Option<Scheme>)>,
}

/// A place of the version in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub range: Range<usize>,
    pub scheme: Option<Scheme>,
}

/// Looks through the files of `tree` below its folder, but for those of other packages in `apart`.
///
/// # Errors
/// git cannot list the files.
pub(super) fn scan(
    tree: &dyn Tree,
    project: &Project,
    called: Called<'_>,
    apart: &[String],
) -> Result<Scan, Refusal> {
    let mut scan = Scan::default();
    let Some(version) = version(project) else { return Ok(scan) };
    let subject = Subject::of(called, &version);
    let everything: Vec<Glob> = Glob::parse("**").into_iter().collect();
    let paths = tree.files(&everything)?;
    let claims = tools::claims(tree, &paths);
    let mut known: HashMap<&RepoPath, Vec<Range<usize>>> = HashMap::new();
    for site in &project.sites {
        known.entry(&site.path).or_default().push(site.range.clone());
    }
    for path in &paths {
        let below = |folder: &String| {
            path.as_str().strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let others = apart.iter().any(below) && !keys::is_manifest(path);
        if places::is_left_out(path) || others {
            continue;
        }
        // What cannot be read as a file of the repository (a symlink that leaves it) is not ours.
        let Ok(Some(file)) = tree.read(path) else { continue };
        let linked = tree.seen(&file.path).as_ref() != Some(path);
        if linked || file.bytes.len() > SIZE_LIMIT || places::is_generated(&file.bytes) {
            continue;
        }
        let seen = File { path: path.clone(), bytes: file.bytes.clone() };
        let known = known.get(&file.path).map_or(&[][..], Vec::as_slice);
        let left = scan.left.len();
        look(&subject, &seen, known, &claims, &mut scan);
        scan.left[left..].iter_mut().for_each(|place| place.path = file.path.clone());
    }
    scan.entries = in_globs(&scan.entries, &paths);
    Ok(scan)
}

/// The version of a project whose version files agree.
fn version(project: &Project) -> Option<Version> {
    let mut held = project.sites.iter().filter(|site| site.role == Role::Version);
    let first = Version::read(&held.next()?.value)?;
    held.all(|site| Version::read(&site.value).is_some_and(|other| other.same(&first)))
        .then_some(first)
}

impl<'a> Subject<'a> {
    fn of(called: Called<'a>, version: &'a Version) -> Self {
        let mut spellings = vec![(version.text().to_owned(), None)];
        for style in [Style::SEMVER, Style::PEP440] {
            if let Ok(other) = version.spelled(&style)
                && other.text() != version.text()
            {
                spellings.push((other.text().to_owned(), Some(style.scheme)));
            }
        }
        Self { called, version, spellings }
    }

    /// Is it a version that templates begin with, so that two places agree by accident?
    pub fn is_common(&self) -> bool {
        let common =
            ["0.0.0", "0.0.1", "0.1.0", "0.1.1", "0.2.0", "1.0.0", "1.0.1", "1.1.0", "2.0.0"];
        let short = self.version.text().matches('.').count() < 2;
        short || common.contains(&self.version.text())
    }

    /// The places of the version in a file, in its order.
    pub fn hits(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (text, scheme) in &self.spellings {
            let found = memchr::memmem::find_iter(bytes, text.as_bytes());
            let range = |at: usize| at..at + text.len();
            let whole = |range: &Range<usize>| lines::stands_alone(bytes, range);
            let ranges = found.map(range).filter(whole);
            hits.extend(ranges.map(|range| Hit { range, scheme: *scheme }));
        }
        hits.sort_by_key(|hit| hit.range.start);
        hits
    }
}

/// Adds what one file holds.
fn look(
    subject: &Subject<'_>,
    file: &File,
    known: &[Range<usize>],
    claims: &[tools::Claim],
    scan: &mut Scan,
) {
    let mut hits = subject.hits(&file.bytes);
    hits.retain(|hit| is_free(known, &hit.range));
    if hits.is_empty() || hits.len() > MANY {
        return;
    }
    let Ok(text) = std::str::from_utf8(&file.bytes) else { return };
    let source = Source::from(file);
    let mut found = keys::entries(subject, source, &hits);
    found.extend(tools::entries(source, &hits, claims));
    let mut covered: Vec<Range<usize>> = known.to_vec();
    for fit::Fitted { entry, ranges } in found {
        if ranges.iter().all(|range| is_free(&covered, range)) {
            covered.extend(ranges);
            scan.entries.push(entry);
        }
    }
    let rest: Vec<Hit> = hits.iter().filter(|hit| is_free(&covered, &hit.range)).cloned().collect();
    let lines = lines::Lines::of(text);
    let told: Vec<(Hit, rules::Told)> = rest
        .iter()
        .filter_map(|hit| {
            let around = lines.around(&hit.range)?;
            let told = tools::searched(&file.path, &around, claims)
                .or_else(|| rules::judge(subject, &file.path, &around))
                .or_else(|| tools::everything(&file.path, &around, claims));
            Some((hit.clone(), told?))
        })
        .collect();
    for fitted in fit::fit(source, &lines, &told, &covered) {
        covered.extend(fitted.ranges);
        scan.entries.push(fitted.entry);
    }
    for hit in hits.iter().filter(|hit| is_free(&covered, &hit.range)) {
        let (line, text) = lines.numbered(hit.range.start);
        let text = text.trim().chars().take(60).collect();
        let left = Left { path: file.path.clone(), line, text };
        if scan.left.last() != Some(&left) {
            scan.left.push(left);
        }
    }
}

fn is_free(covered: &[Range<usize>], range: &Range<usize>) -> bool {
    !covered.iter().any(|known| overlap(known, range))
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// One entry for many files of a folder, where it stands for exactly these.
fn in_globs(entries: &[Entry], paths: &[RepoPath]) -> Vec<Entry> {
    let mut files: HashMap<String, usize> = HashMap::new();
    for glob in paths.iter().flat_map(|path| globs(path.as_str())) {
        *files.entry(glob).or_default() += 1;
    }
    let mut members: HashMap<Entry, Vec<usize>> = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        wider(entry).for_each(|wider| members.entry(wider).or_default().push(number));
    }
    let mut taken = vec![false; entries.len()];
    let mut done = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        if taken[number] {
            continue;
        }
        let fits = |wider: &Entry| {
            let own = members.get(wider).filter(|own| own.len() >= ENOUGH_FOR_GLOB);
            own.is_some_and(|own| {
                files.get(&wider.path) == Some(&own.len()) && own.iter().all(|n| !taken[*n])
            })
        };
        let found = wider(entry).find(fits);
        let all = found.as_ref().and_then(|wider| members.get(wider));
        all.into_iter().flatten().for_each(|member| taken[*member] = true);
        done.push(found.unwrap_or_else(|| entry.clone()));
    }
    done
}

/// What could stand for this entry and others like it.
fn wider(entry: &Entry) -> impl Iterator<Item = Entry> {
    globs(&entry.path).map(|path| Entry { path, ..entry.clone() })
}

/// `docs/*.md` and `services/*/__init__.py`; none for a path that would itself be read as a glob.
fn globs(path: &str) -> impl Iterator<Item = String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or_default();
    let plain = !folder.is_empty() && !path.contains(['*', '?']);
    let extension = name.rsplit_once('.').map(|(_, extension)| format!("{folder}/*.{extension}"));
    let above = folder.rsplit_once('/').map(|(above, _)| format!("{above}/*/{name}"));
    extension.into_iter().chain(above).filter(move |_| plain)
}

//! `bump`: from the version files and what is wanted to the edits of every one of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::config::Project;
use crate::error::{Refusal, word};
use crate::path::RepoPath;
use crate::plan::{
    Action, Base, Commit, Digest, Edit, FORMAT, FileChange, HookEdits, Id, Land, Object, Plan,
    Ready, RefMove, Step,
};
use crate::sites::pieces::{self, Group};
use crate::sites::{self, Format, Piece, Role, Site, Spelling};
use crate::version::{self, Downgrade, Outcome, Released, Style, Target, Version};
use crate::wording::counted;

/// The message of `bump --commit`; a copy lies in the repository's `templates/`.
pub const COMMIT_TEMPLATE: &str = include_str!("../../templates/bump-commit.txt");

/// The same where packages are named.
pub const PACKAGES_TEMPLATE: &str = include_str!("../../templates/bump-packages-commit.txt");

/// That of the version that is written after a release.
pub const NEXT_TEMPLATE: &str = include_str!("../../templates/next-commit.txt");

/// So many places are named when they disagree.
const PLACES: usize = 12;

/// What the repository says.
pub struct Facts<'a> {
    pub project: &'a Project,
    /// The bytes of every version file.
    pub files: &'a BTreeMap<RepoPath, Rc<[u8]>>,
    /// The newest reachable release: tag and version.
    pub released: Option<(&'a str, &'a Version)>,
    /// Every tagged version, the newest reachable one first.
    pub tagged: &'a [Version],
}

impl Facts<'_> {
    /// The same for a question about the version that comes after `current`.
    pub fn after<'c>(&'c self, current: &'c Version) -> version::Facts<'c> {
        let released = self.released.map(|(tag, version)| Released { version, tag });
        let style = style(self, current);
        version::Facts { current, released, taken: self.tagged, withdrawn: &[], style }
    }
}

/// What the user wants.
pub struct Wish<'a> {
    pub target: &'a Target,
    pub downgrade: Downgrade,
    /// The version file that is right where they disagree.
    pub set_from: Option<&'a RepoPath>,
    /// The command as typed, to be suggested with more options.
    pub command: &'a str,
}

/// Where a bump of one project leads.
pub struct Bump {
    /// The project's name, if it has one.
    pub name: Option<String>,
    pub from: Version,
    pub to: Version,
    /// Short sentences on why it is this version.
    pub notes: Vec<String>,
    /// In the order of the version files; empty when nothing has to change.
    edits: Vec<(RepoPath, Format, Edit)>,
}

/// The edits that lead to the wanted version.
///
/// # Errors
/// No version file, drift, a version that is not allowed, a site that cannot hold the new version.
pub fn plan(facts: &Facts<'_>, wish: &Wish<'_>) -> Result<Bump, Refusal> {
    let sites = &facts.project.sites;
    if sites.is_empty() {
        return Err(no_file(facts));
    }
    let current = current(facts, wish)?;
    let asked = facts.after(&current);
    let style = asked.style;
    let (to, notes) = match version::next(&asked, wish.target, wish.downgrade)? {
        Outcome::Bump { to, notes } => (to, notes),
        // Files that disagree are still brought to it.
        Outcome::AlreadyThere => (current.spelled(&style)?, Vec::new()),
    };
    room(&facts.project.sites, &to)?;
    let edits = edits(facts, &current, &to, &style)?;
    Ok(Bump { name: facts.project.name.clone(), from: current, to, notes, edits })
}

/// The spelling of the repository: as configured, else that of its tags, else that of its files.
pub fn style(facts: &Facts<'_>, current: &Version) -> Style {
    let detected = Style::detect(facts.tagged, std::slice::from_ref(current));
    match facts.project.scheme {
        Some(scheme) if scheme != detected.scheme => Style { scheme, dotted: true },
        _ => detected,
    }
}

/// The version in the files.
///
/// # Errors
/// They disagree and nobody said which one is right, or one of them holds no version.
pub fn current(facts: &Facts<'_>, wish: &Wish<'_>) -> Result<Version, Refusal> {
    let held = held(facts.project, facts.files)?;
    if let Some(path) = wish.set_from {
        let said = held.iter().find(|(site, _)| site.path == *path);
        return said.map(|(_, version)| version.clone()).ok_or_else(|| {
            let names: Vec<&str> = held.iter().map(|(site, _)| site.path.as_str()).collect();
            Refusal::usage(format!("{path} is no version file"))
                .why(format!("The version files are {}.", names.join(", ")))
        });
    }
    let Some((source, first)) = held.first() else { return Err(no_file(facts)) };
    if held.iter().all(|(_, version)| version.same(first)) {
        return Ok(first.clone());
    }
    let refusal = Refusal::unsafe_to("the version files disagree, so nothing was changed");
    // Of many places those that differ from the source are the news.
    let many = held.len() > PLACES;
    let told = held.iter().filter(|(_, version)| !many || !version.same(first));
    let mut told: Vec<_> = told.take(PLACES).collect();
    told.extend(held.first().filter(|_| many));
    let refusal = told.iter().fold(refusal, |refusal, (site, version)| {
        let line = facts.files.get(&site.path).map_or(1, |bytes| line_of(bytes, site));
        match &site.role {
            Role::Piece { of, .. } => {
                refusal.why(format!("{}:{line}  {of} says {version}", site.path))
            }
            _ => refusal.why(format!("{}:{line}  {version}", site.path)),
        }
    });
    let refusal = match held.len() - told.len() {
        0 => refusal,
        more => refusal.why(format!("There are {more} more places.")),
    };
    let retry = format!("{} --set-from {}", wish.command, word(&source.path));
    Err(refusal.next_typed(retry, format!("if {first} is right")))
}

/// Every place of the project's version with what it holds (lock files and requirements follow
/// and are never asked).
///
/// # Errors
/// A place whose text is no version.
pub fn held<'a>(
    project: &'a Project,
    files: &BTreeMap<RepoPath, Rc<[u8]>>,
) -> Result<Vec<(&'a Site, Version)>, Refusal> {
    let mut held: Vec<(&Site, Version)> = Vec::new();
    for site in project.sites.iter().filter(|site| site.role.says_version()) {
        let version = match Group::of(&project.sites, site) {
            Some(_) if held.iter().any(|(known, _)| is_one_group(known, site)) => continue,
            Some(group) => match held.first() {
                // It has no place for all that a version may say.
                Some((_, first)) if group.agrees(first) => Ok(first.clone()),
                _ => Version::parse(&group.version()),
            },
            None => Version::parse(&site.value),
        };
        let version = version.map_err(|refusal| match files.get(&site.path) {
            Some(bytes) => refusal.at(sites::place(&site.path, bytes, site.range.start)),
            None => refusal,
        })?;
        held.push((site, version));
    }
    Ok(held)
}

/// Are these two pieces of one version?
fn is_one_group(one: &Site, other: &Site) -> bool {
    match (&one.role, &other.role) {
        (Role::Piece { of, .. }, Role::Piece { of: same, .. }) => {
            of == same && one.path == other.path
        }
        _ => false,
    }
}

/// Where the version is in pieces and nowhere else, they have to say all of it.
fn room(sites: &[Site], to: &Version) -> Result<(), Refusal> {
    if sites.iter().any(|site| site.role == Role::Version) {
        return Ok(());
    }
    let Some(first) = sites.first() else { return Ok(()) };
    match (&first.role, Group::of(sites, first)) {
        (Role::Piece { of, .. }, Some(group)) if !group.holds(to) => {
            let refusal = Refusal::usage(format!("{of} in {} has no room for {to}", first.path))
                .why(format!("It is the only place of the version and says {}.", group.version()));
            Err(match to.is_prerelease() {
                true => refusal.why("A pre-release needs two more places: (1, 3, 0, \"rc\", 1)."),
                false => refusal.why("Write one more number into it."),
            })
        }
        _ => Ok(()),
    }
}

fn line_of(bytes: &[u8], site: &Site) -> usize {
    sites::place(&site.path, bytes, site.range.start).line
}

/// The tag of the next minor release, where tags are the version.
pub fn next_tag(facts: &Facts<'_>) -> String {
    let first = || "v0.1.0".to_owned();
    let Some((tag, version)) = facts.released else { return first() };
    let target = Target::Level(version::Move::plain(version::Level::Minor));
    match version::next(&facts.after(version), &target, Downgrade::Refuse) {
        Ok(Outcome::Bump { to, .. }) => tag.replace(version.text(), to.text()),
        _ => first(),
    }
}

fn no_file(facts: &Facts<'_>) -> Refusal {
    let project = facts.project;
    match &project.vcs {
        Some(tool) => Refusal::usage("no file holds the version, so there is nothing to bump")
            .why(format!("{} takes it from git tags with {tool}.", project.manifest))
            .next_shell(
                format!("git tag -a {}", word(next_tag(facts))),
                "a new tag is a new version",
            ),
        None => Refusal::usage(format!("{} has no version", project.manifest)),
    }
}

fn edits(
    facts: &Facts<'_>,
    from: &Version,
    to: &Version,
    style: &Style,
) -> Result<Vec<(RepoPath, Format, Edit)>, Refusal> {
    let mut edits = Vec::new();
    for site in &facts.project.sites {
        let Some(new) = new_text(site, from, to, style)? else { continue };
        let bytes = &facts.files[&site.path];
        let old = String::from_utf8_lossy(&bytes[site.range.clone()]).into_owned();
        if old != new {
            edits.push((
                site.path.clone(),
                site.format,
                Edit { range: site.range.clone(), old, new },
            ));
        }
    }
    Ok(edits)
}

/// The file changes that bring every place to a version, whatever is tagged and which comes first:
/// what a release of it writes into these files.
///
/// # Errors
/// A place that holds no version or cannot hold this one, an edit that would change more than that.
pub fn written(facts: &Facts<'_>, to: &Version, style: &Style) -> Result<Vec<FileChange>, Refusal> {
    let held = held(facts.project, facts.files)?;
    let Some((_, from)) = held.into_iter().next() else { return Ok(Vec::new()) };
    let edits = edits(facts, &from, to, style)?;
    let name = facts.project.name.clone();
    let bump = Bump { name, from, to: to.clone(), notes: Vec::new(), edits };
    changes(&[bump], facts.files)
}

/// The file changes of all bumps together, in the order of the version files, each file once.
///
/// # Errors
/// Two bumps that want the same place to say different things, an edit that would change more than
/// the version.
pub fn changes(
    bumps: &[Bump],
    files: &BTreeMap<RepoPath, Rc<[u8]>>,
) -> Result<Vec<FileChange>, Refusal> {
    let mut order: Vec<&RepoPath> = Vec::new();
    let mut edits: BTreeMap<&RepoPath, Vec<(Format, Edit)>> = BTreeMap::new();
    for (path, format, edit) in bumps.iter().flat_map(|bump| &bump.edits) {
        if !edits.contains_key(path) {
            order.push(path);
        }
        let known = edits.entry(path).or_default();
        // Packages that share a version ask for the same edit.
        if !known.iter().any(|(_, known)| known == edit) {
            known.push((*format, edit.clone()));
        }
    }
    let change = |path: &RepoPath| {
        let mut edits = edits.remove(path).unwrap_or_default();
        edits.sort_by_key(|(_, edit)| edit.range.start);
        change(path, &files[path], edits)
    };
    order.into_iter().map(change).collect()
}

/// What a place will say; `None` when it stays as it is.
fn new_text(
    site: &Site,
    from: &Version,
    to: &Version,
    style: &Style,
) -> Result<Option<String>, Refusal> {
    if site.role == Role::Requirement {
        return version::follow(&site.value, from, to)
            .map_err(|refusal| refusal.why(format!("It stands in {} ({}).", site.path, site.key)));
    }
    if let Role::Piece { piece, .. } = &site.role {
        // What stands behind "final" is nobody's serial number.
        let kept = *piece == Piece::Serial && !from.is_prerelease() && !to.is_prerelease();
        return Ok((!kept).then(|| pieces::written(*piece, &site.value, to)));
    }
    let style = match site.spelling {
        Spelling::Repository => *style,
        Spelling::Semver => Style { scheme: Style::SEMVER.scheme, dotted: style.dotted },
        Spelling::Pep440 => Style::PEP440,
    };
    let new = to.spelled(&style)?;
    Ok((site.value != new.text()).then(|| new.text().to_owned()))
}

fn change(
    path: &RepoPath,
    bytes: &[u8],
    edits: Vec<(Format, Edit)>,
) -> Result<FileChange, Refusal> {
    let found: Vec<_> =
        edits.iter().map(|(f, edit)| (*f, (edit.range.clone(), edit.new.as_str()))).collect();
    let texts: Vec<_> = found.iter().map(|(_, text)| text.clone()).collect();
    let after = sites::splice(bytes, &texts)?;
    sites::check(path, bytes, &after, &found)?;
    let edits = edits.into_iter().map(|(_, edit)| edit).collect();
    let (before, after) = (Digest::of(bytes), Digest::of(&after));
    Ok(FileChange { path: path.clone(), edits, before, after })
}

/// The plan that makes the changes of these bumps, and commits them where a commit is prepared.
pub fn into_plan(
    bumps: &[Bump],
    changes: Vec<FileChange>,
    base: Base,
    commit: Option<(Ready, String)>,
) -> Plan {
    let way = match bumps {
        [bump] => format!("{} -> {}", bump.from, bump.to),
        several => {
            listed(several, |bump| format!("{} {} -> {}", bump.called(), bump.from, bump.to))
        }
    };
    let paths: Vec<RepoPath> = changes.iter().map(|change| change.path.clone()).collect();
    let edit = Step {
        why: format!("{way} in {}", counted(paths.len(), "file")),
        action: Action::Files(changes),
    };
    let commit = commit.map(|(ready, message)| commit_of(ready, message, paths));
    let steps = std::iter::once(edit).chain(commit.into_iter().flatten()).collect();
    Plan { format: FORMAT, title: format!("bump {way}"), base, steps }
}

impl Bump {
    /// `core 1.3.0`, for a list.
    pub fn reached(&self) -> String {
        format!("{} {}", self.called(), self.to)
    }

    fn called(&self) -> &str {
        self.name.as_deref().unwrap_or("this project")
    }
}

/// The steps that commit these paths on the branch that is checked out: the first commit of a plan.
pub(super) fn commit_of(ready: Ready, message: String, paths: Vec<RepoPath>) -> [Step; 2] {
    let Ready { branch, parent, author, committer, sign } = ready;
    let subject = message.lines().next().unwrap_or_default().to_owned();
    let land = Step {
        why: format!("commit on {}", branch.trim_start_matches("refs/heads/")),
        action: Action::Land(Land {
            moves: vec![RefMove::update(branch, Id::Known(parent.clone()), Id::Made(0))],
        }),
    };
    let (parent, hooks) = (Id::Known(parent), HookEdits::default());
    let commit = Commit { parent, message, author, committer, sign, paths, hooks };
    [Step { why: subject, action: Action::Build(vec![Object::Commit(commit)]) }, land]
}

/// Fills the placeholders of a commit message: `{version}`, `{previous}`, `{name}`, and
/// `{packages}` (`core to 1.3.0, cli to 0.4.0`).
///
/// # Errors
/// A placeholder that is not known, has no value here, or has several.
pub fn message(template: &str, bumps: &[Bump]) -> Result<String, Refusal> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let unclosed = || Refusal::usage(format!("{{{after} cannot be filled: it has no }}"));
        let (word, tail) = after.split_once('}').ok_or_else(unclosed)?;
        filled.push_str(before);
        filled.push_str(&value(word, bumps)?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// So many packages are named in a title.
const NAMED: usize = 4;

/// The bumps in one line, the first few of many.
fn listed(bumps: &[Bump], each: impl Fn(&Bump) -> String) -> String {
    let named = if bumps.len() > NAMED + 1 { NAMED } else { bumps.len() };
    let mut parts: Vec<String> = bumps[..named].iter().map(each).collect();
    if named < bumps.len() {
        parts.push(format!("and {} more", bumps.len() - named));
    }
    parts.join(", ")
}

fn value(word: &str, bumps: &[Bump]) -> Result<String, Refusal> {
    let one = |of: fn(&Bump) -> Option<&str>| {
        let mut values = bumps.iter().map(of);
        let first = values.next().flatten();
        let first = first.ok_or_else(|| Refusal::usage(format!("{{{word}}} has no value here")))?;
        match values.all(|value| value == Some(first)) {
            true => Ok(first.to_owned()),
            false => Err(Refusal::usage(format!("{{{word}}} is different for each package"))
                .why("{packages} names all of them with their versions.")),
        }
    };
    match word {
        "version" => one(|bump| Some(bump.to.text())),
        "previous" => one(|bump| Some(bump.from.text())),
        "name" => one(|bump| bump.name.as_deref()),
        "packages" => Ok(listed(bumps, |bump| format!("{} to {}", bump.called(), bump.to))),
        _ => Err(Refusal::usage(format!("{{{word}}} cannot be filled in a commit message"))
            .why("A bump knows {version}, {previous}, {name} and {packages}.")),
    }
}

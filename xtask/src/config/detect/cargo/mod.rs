//! Cargo.toml: a package or a workspace, what its members require of each other, and Cargo.lock.

mod lock;

use std::collections::HashSet;
use std::rc::Rc;

use super::part::{Blocked, Part, View, join, read, site};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::doc::{Doc, Entry, Node, dotted};
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, Tree, toml};
pub(super) use lock::Lock;

/// What the Cargo manifest at `path` says; `None` when there is none.
///
/// A member of a workspace above is a package of its own when it has a version of its own; with an
/// inherited one it stands for all that inherit it.
pub(super) fn part(view: &View<'_>, path: &str) -> Result<Option<Part>, Refusal> {
    let Some(manifest) = view.path(path) else { return Ok(None) };
    let Some(file) = view.tree.read(&manifest)? else { return Ok(None) };
    let own = workspace(view, &manifest, file)?;
    if own[0].workspace.is_some() {
        return root_part(view, &own).map(Some);
    }
    for (folder, _) in view.ancestors() {
        let Some(above) = RepoPath::new(&join(folder, "Cargo.toml")) else { continue };
        let Some(file) = view.tree.read(&above)?.filter(|_| above != manifest) else { continue };
        // A manifest above that cannot be read is not this package's affair.
        let Ok(crates) = workspace(view, &above, file) else { continue };
        if let Some(member) = crates.iter().find(|member| member.manifest == manifest) {
            return member_part(view, &crates, member).map(Some);
        }
    }
    root_part(view, &own).map(Some)
}

/// The name a manifest gives its package.
pub(super) fn name(view: &View<'_>) -> Result<Option<String>, Refusal> {
    let Some(file) = read(view, "Cargo.toml")? else { return Ok(None) };
    let doc = toml::parse(Source::from(&file))?;
    doc.name(&["package", "name"])
}

fn workspace(view: &View<'_>, root: &RepoPath, file: File) -> Result<Rc<[Crate]>, Refusal> {
    view.memo.workspaces.get(root, || crates(view.tree, root, file))
}

/// The project of a manifest that begins a workspace or stands alone: the root package, or else
/// what inherits the workspace's version, or else the one member that has a version of its own
/// (several of those block the part: one has to be chosen), or else the version of the workspace
/// that nobody inherits yet.
fn root_part(view: &View<'_>, crates: &[Crate]) -> Result<Part, Refusal> {
    let mut part = Part::new(crates[0].file.path.clone(), None);
    let owners = add_versions(crates, &mut part)?;
    if owners.is_empty() {
        return Ok(part);
    }
    part.names = owners.iter().filter_map(|owner| owner.name.clone()).collect();
    part.name = match (&crates[0].version, &*part.names) {
        (Version::None, [only]) => Some(only.clone()),
        (Version::None, _) => None,
        _ => crates[0].name.clone(),
    };
    add_followers(view, crates, &owners, &mut part)?;
    Ok(part)
}

fn member_part(view: &View<'_>, crates: &[Crate], member: &Crate) -> Result<Part, Refusal> {
    let mut part = Part::new(member.file.path.clone(), member.name.clone());
    match &member.version {
        Version::None => {}
        Version::Own(found) => {
            add_version(member, "package.version", "manifest", found, &mut part);
            add_followers(view, crates, &[member], &mut part)?;
        }
        Version::Inherited(_) => {
            let shared = crates[0].workspace.as_ref().and_then(|w| w.version.as_ref());
            let Some(shared) = shared else { return Err(nothing_to_inherit(&crates[0], member)) };
            let inherited = || inherited_part(view, crates, shared);
            let inherited = view.memo.inherited.get(&crates[0].manifest, inherited)?;
            let (manifest, name) = (part.manifest, part.name);
            part = Part::clone(&inherited);
            (part.manifest, part.name) = (manifest, name);
        }
    }
    Ok(part)
}

/// What every member says that inherits this version: it is of all of them.
fn inherited_part(view: &View<'_>, crates: &[Crate], shared: &Found) -> Result<Part, Refusal> {
    let root = &crates[0];
    let mut part = Part::new(root.file.path.clone(), None);
    add_version(root, SHARED, "workspace", shared, &mut part);
    let heirs: Vec<&Crate> = crates.iter().filter(|c| c.inherits()).collect();
    if heirs.len() > 1 {
        let text = format!("is the version of {} members of this workspace", heirs.len());
        part.note(Source::from(&root.file), shared.range.start, text);
    }
    part.names = heirs.iter().filter_map(|heir| heir.name.clone()).collect();
    add_followers(view, crates, &heirs, &mut part)?;
    Ok(part)
}

fn add_followers(
    view: &View<'_>,
    crates: &[Crate],
    owners: &[&Crate],
    part: &mut Part,
) -> Result<(), Refusal> {
    add_requirements(crates, owners, part);
    let path = crates[0].manifest.sibling("Cargo.lock");
    match path.map(|path| view.tree.read(&path)).transpose()?.flatten() {
        Some(file) => lock::add(view, &file, part),
        None => Ok(()),
    }
}

/// What matters of one Cargo.toml.
pub(super) struct Crate {
    /// Its path as the workspace names it; the real file may be elsewhere.
    manifest: RepoPath,
    file: File,
    name: Option<String>,
    version: Version,
    workspace: Option<Workspace>,
    requirements: Vec<Requirement>,
}

impl Crate {
    fn inherits(&self) -> bool {
        matches!(self.version, Version::Inherited(_))
    }

    fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(self.manifest.folder())
    }
}

enum Version {
    Own(Found),
    /// `version.workspace = true`, and where it says so.
    Inherited(usize),
    None,
}

#[derive(Default)]
struct Workspace {
    version: Option<Found>,
    members: Vec<String>,
    exclude: Vec<String>,
}

/// A dependency with a path.
struct Requirement {
    key: String,
    manifest: Option<RepoPath>,
    version: Option<Found>,
}

/// The root and the members of its workspace: those its patterns match, and path dependencies of
/// any of them (the Cargo book, "The members and exclude fields").
fn crates(tree: &dyn Tree, manifest: &RepoPath, root: File) -> Result<Vec<Crate>, Refusal> {
    let root = read_crate(manifest.clone(), root)?;
    let base = root.manifest.folder().to_owned();
    let mut wanted = Vec::new();
    if let Some(workspace) = &root.workspace {
        for pattern in &workspace.members {
            // What it refuses is the root itself or outside.
            let Ok(pattern) = Glob::parse(&below(&base, pattern)) else { continue };
            wanted.extend(tree.folders(&pattern)?.iter().filter_map(manifest_in));
        }
    }
    let mut known = HashSet::from([root.manifest.clone()]);
    let mut crates = vec![root];
    let mut next = 0;
    while next < crates.len() && crates[0].workspace.is_some() {
        wanted.extend(crates[next].requirements.iter().filter_map(|r| r.manifest.clone()));
        next += 1;
        for manifest in std::mem::take(&mut wanted) {
            if !known.insert(manifest.clone()) || is_excluded(&crates[0], &base, &manifest) {
                continue;
            }
            if let Some(file) = tree.read(&manifest)? {
                crates.push(read_crate(manifest, file)?);
            }
        }
    }
    Ok(crates)
}

fn manifest_in(folder: &RepoPath) -> Option<RepoPath> {
    RepoPath::new(&format!("{folder}/Cargo.toml"))
}

/// Cargo's rule: below an excluded folder, and not below one that `members` names literally.
fn is_excluded(root: &Crate, base: &str, manifest: &RepoPath) -> bool {
    let Some(workspace) = &root.workspace else { return true };
    let inside = |folder: &String| {
        RepoPath::new(&below(base, folder))
            .and_then(|folder| manifest.as_str().strip_prefix(folder.as_str()))
            .is_some_and(|rest| rest.starts_with('/'))
    };
    workspace.exclude.iter().any(inside) && !workspace.members.iter().any(inside)
}

fn below(base: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if base.is_empty() { path.to_owned() } else { format!("{base}/{path}") }
}

fn read_crate(manifest: RepoPath, file: File) -> Result<Crate, Refusal> {
    let doc = toml::parse(Source::from(&file))?;
    let name = doc.name(&["package", "name"])?;
    let version = own_version(&doc)?;
    let workspace = match doc.get(&["workspace"])? {
        Some(table) => Some(Workspace {
            version: doc.text(&["workspace", "package", "version"])?,
            members: strings(table.get("members")),
            exclude: strings(table.get("exclude")),
        }),
        None => None,
    };
    let requirements = requirements(&doc, &manifest)?;
    Ok(Crate { manifest, file, name, version, workspace, requirements })
}

fn own_version(doc: &Doc<'_>) -> Result<Version, Refusal> {
    match doc.get(&["package", "version"])? {
        None => Ok(Version::None),
        Some(node) if node.get("workspace").is_some_and(|flag| doc.is_true_node(flag)) => {
            Ok(Version::Inherited(node.span.start))
        }
        Some(node) => doc.found(node, "package.version").map(Version::Own),
    }
}

fn strings(node: Option<&Node>) -> Vec<String> {
    let texts = node.map(Node::texts).unwrap_or_default();
    texts.into_iter().filter_map(Node::text).map(str::to_owned).collect()
}

/// Every table of dependencies a manifest can have.
fn requirements(doc: &Doc<'_>, manifest: &RepoPath) -> Result<Vec<Requirement>, Refusal> {
    const TABLES: [&str; 5] = [
        "dependencies",
        "dev-dependencies",
        "dev_dependencies",
        "build-dependencies",
        "build_dependencies",
    ];
    let mut tables: Vec<(Vec<&str>, &Node)> = Vec::new();
    let targets = doc.root().get("target").map(Node::entries).unwrap_or_default();
    for name in TABLES {
        tables.extend(doc.root().get(name).map(|table| (vec![name], table)));
        for Entry { key, value, .. } in targets {
            tables.extend(value.get(name).map(|table| (vec!["target", key.as_str(), name], table)));
        }
    }
    let shared = doc.get(&["workspace", "dependencies"])?;
    tables.extend(shared.map(|table| (vec!["workspace", "dependencies"], table)));

    let mut requirements = Vec::new();
    for (keys, table) in tables {
        for Entry { key: name, value, .. } in table.entries() {
            let Some(path) = value.get("path").and_then(Node::text) else { continue };
            let key = dotted(&[&keys[..], &[name.as_str(), "version"]].concat());
            let version = value.get("version").map(|node| doc.found(node, &key)).transpose()?;
            let target = manifest.sibling(&format!("{path}/Cargo.toml"));
            requirements.push(Requirement { key, manifest: target, version });
        }
    }
    Ok(requirements)
}

/// Where a workspace keeps the version that members inherit.
const SHARED: &str = "workspace.package.version";

/// So many members with versions of their own get a note each.
const NOTED: usize = 5;

/// Adds the places of the version; returns the crates that have it, none when there is none.
fn add_versions<'c>(crates: &'c [Crate], part: &mut Part) -> Result<Vec<&'c Crate>, Refusal> {
    let root = &crates[0];
    let shared = root.workspace.as_ref().and_then(|workspace| workspace.version.as_ref());
    let heirs: Vec<&Crate> = crates.iter().filter(|c| c.inherits()).collect();
    if let Version::Own(found) = &root.version {
        add_version(root, "package.version", "manifest", found, part);
    }
    match (shared, heirs.first(), &root.version) {
        (None, Some(heir), _) => Err(nothing_to_inherit(root, heir)),
        (Some(shared), Some(_), Version::Own(_)) => {
            add_version(root, SHARED, "workspace", shared, part);
            note_independent(crates, part);
            Ok(std::iter::once(root).chain(heirs).collect())
        }
        (Some(shared), Some(_), _) => {
            add_version(root, SHARED, "manifest", shared, part);
            note_independent(crates, part);
            Ok(heirs)
        }
        (_, None, Version::Own(_)) => {
            note_unused(root, shared, part);
            Ok(vec![root])
        }
        (_, None, _) => Ok(add_member(crates, shared, part)),
    }
}

/// Nobody inherits and the root has no version: a member with one of its own has the word, and
/// without such a member what the workspace says.
fn add_member<'c>(crates: &'c [Crate], shared: Option<&Found>, part: &mut Part) -> Vec<&'c Crate> {
    let root = &crates[0];
    let own: Vec<(&Crate, &Found)> = crates[1..].iter().filter_map(with_version).collect();
    match (own.as_slice(), shared) {
        ([], None) => Vec::new(),
        ([], Some(shared)) => {
            add_version(root, SHARED, "manifest", shared, part);
            vec![root]
        }
        ([(member, found)], _) => {
            add_version(member, "package.version", "workspace member", found, part);
            note_unused(root, shared, part);
            vec![*member]
        }
        (_, _) => {
            part.blocked = Some(Blocked::Several);
            Vec::new()
        }
    }
}

fn add_version(owner: &Crate, key: &str, origin: &str, found: &Found, part: &mut Part) {
    let source = Source::from(&owner.file);
    let own = site(source, Format::Toml, key, origin, found.clone());
    part.add(source, Site { spelling: Spelling::Semver, ..own });
}

fn note_unused(root: &Crate, shared: Option<&Found>, part: &mut Part) {
    if let Some(found) = shared {
        let text = format!("is {SHARED} {}, which no member inherits: left alone", found.value);
        part.note(Source::from(&root.file), found.range.start, text);
    }
}

/// Members that do not go along with those that inherit.
fn note_independent(crates: &[Crate], part: &mut Part) {
    let own: Vec<(&Crate, &Found)> = crates[1..].iter().filter_map(with_version).collect();
    for (member, found) in own.iter().take(NOTED) {
        let name = member.called();
        let text =
            format!("is for \"{name}\" {}, with a version of its own: left alone", found.value);
        part.note(Source::from(&member.file), found.range.start, text);
    }
    if own.len() > NOTED {
        let more = match own.len() - NOTED {
            1 => "1 more member with a version of its own".to_owned(),
            more => format!("{more} more members with versions of their own"),
        };
        let text = format!("has {more}: left alone");
        part.note(Source::from(&crates[0].file), 0, text);
    }
}

fn with_version(member: &Crate) -> Option<(&Crate, &Found)> {
    match &member.version {
        Version::Own(found) => Some((member, found)),
        _ => None,
    }
}

fn nothing_to_inherit(root: &Crate, heir: &Crate) -> Refusal {
    let at = if let Version::Inherited(at) = heir.version { at } else { 0 };
    let what = format!("{} inherits its version, but the workspace has none", heir.manifest);
    Refusal::usage(what)
        .why(format!("{} needs a version under [workspace.package].", root.manifest))
        .at(Source::from(&heir.file).place(at))
}

fn add_requirements(crates: &[Crate], owners: &[&Crate], part: &mut Part) {
    let owners: HashSet<&RepoPath> = owners.iter().map(|owner| &owner.manifest).collect();
    for member in crates {
        let source = Source::from(&member.file);
        let origin = match member.manifest.folder() {
            "" => "requirement of the root manifest".to_owned(),
            folder => format!("requirement of {folder}"),
        };
        for requirement in &member.requirements {
            let ours = requirement.manifest.as_ref().is_some_and(|path| owners.contains(path));
            if let (true, Some(found)) = (ours, &requirement.version) {
                let own = site(source, Format::Toml, &requirement.key, &origin, found.clone());
                let (role, spelling) = (Role::Requirement, Spelling::Semver);
                part.add(source, Site { role, spelling, ..own });
            }
        }
    }
}

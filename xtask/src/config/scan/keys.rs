//! Files that hold the version under a key.

use super::fit::Fitted;
use super::places::{Kind, kind};
use super::{Entry, Hit, Subject, rules};
use crate::path::RepoPath;
use crate::sites::declared::{Where, places};
use crate::sites::doc::{Doc, dotted};
use crate::sites::pattern::Pattern;
use crate::sites::python::Module;
use crate::sites::{Source, json, toml, yaml};

/// Files that describe the project, and the keys under which they do.
const DESCRIPTIONS: [(&str, &[&[&str]], &str); 14] = [
    ("CITATION.cff", &[&["version"]], "citation"),
    ("codemeta.json", &[&["version"], &["softwareVersion"]], "CodeMeta"),
    (".zenodo.json", &[&["version"]], "Zenodo"),
    ("composer.json", &[&["version"]], "Composer"),
    ("deno.json", &[&["version"]], "Deno"),
    ("jsr.json", &[&["version"]], "JSR"),
    ("snapcraft.yaml", &[&["version"]], "snap"),
    ("galaxy.yml", &[&["version"]], "Ansible collection"),
    ("pubspec.yaml", &[&["version"]], "Dart package"),
    ("antora.yml", &[&["version"]], "Antora"),
    ("tauri.conf.json", &[&["version"], &["package", "version"]], "Tauri"),
    ("app.json", &[&["expo", "version"]], "Expo"),
    ("server.json", &[&["version"]], "MCP server"),
    ("config.toml", &[&["params", "version"]], "Hugo"),
];

/// Manifests of further packages: where the version and where the name is.
const MANIFESTS: [(&str, &[&str], &[&str]); 4] = [
    ("package.json", &["version"], &["name"]),
    ("pyproject.toml", &["project", "version"], &["project", "name"]),
    ("pyproject.toml", &["tool", "poetry", "version"], &["tool", "poetry", "name"]),
    ("Cargo.toml", &["package", "version"], &["package", "name"]),
];

/// Is it a file that describes a package?
pub(super) fn is_manifest(path: &RepoPath) -> bool {
    MANIFESTS.iter().any(|(name, ..)| *name == path.name())
}

/// The entries with keys for a file.
pub(super) fn entries(subject: &Subject<'_>, source: Source<'_>, hits: &[Hit]) -> Vec<Fitted> {
    let name = source.path.name();
    let lower = name.to_ascii_lowercase();
    let mut wanted: Vec<(Vec<String>, Option<String>, &'static str)> = Vec::new();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "py" => wanted.extend(python(subject, source)),
        "toml" | "json" | "yaml" | "yml" | "cff" => {
            let parsed = match extension {
                "toml" => toml::parse(source),
                "json" => json::parse(source),
                _ => yaml::parse(source),
            };
            if let Ok(doc) = parsed {
                wanted.extend(described(subject, source, &doc));
                wanted.extend(related(subject, source, &doc));
                wanted.extend(requirements(subject, source, &doc));
                wanted.extend(deployed(subject, &lower, &doc));
            }
        }
        _ => {}
    }
    let entry = |(keys, pattern, why): Wanted| {
        let marked = || fitted(source, hits, &keys, Some("v{version}".to_owned()), why);
        let bare = pattern.is_none();
        fitted(source, hits, &keys, pattern, why).or_else(|| if bare { marked() } else { None })
    };
    wanted.into_iter().filter_map(entry).collect()
}

/// The entry for a key, when that is where the version is.
pub(super) fn fitted(
    source: Source<'_>,
    hits: &[Hit],
    keys: &[String],
    pattern: Option<String>,
    why: &'static str,
) -> Option<Fitted> {
    let parsed = match &pattern {
        Some(text) => Some(Pattern::parse(text).ok()?),
        None => None,
    };
    let place = match &parsed {
        Some(pattern) => Where::Inside(keys, pattern),
        None => Where::Key(keys),
    };
    let found = places(source, &place).ok()?;
    let hit = hits.iter().find(|hit| found.iter().any(|(.., found)| found.range == hit.range))?;
    let ranges: Vec<_> = found.into_iter().map(|(.., found)| found.range).collect();
    let all = ranges
        .iter()
        .all(|range| hits.iter().any(|other| other.range == *range && other.scheme == hit.scheme));
    let entry = Entry {
        path: source.path.to_string(),
        key: Some(dotted(keys)),
        pattern,
        scheme: hit.scheme,
        count: ranges.len(),
        why,
    };
    all.then_some(Fitted { entry, ranges })
}

type Wanted = (Vec<String>, Option<String>, &'static str);

fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Constants at the top level, and the configuration of Sphinx.
fn python(subject: &Subject<'_>, source: Source<'_>) -> Vec<Wanted> {
    let path = source.path;
    if kind(path) == Kind::Test || path.name() == "setup.py" {
        return Vec::new();
    }
    let Ok(module) = Module::parse(source) else { return Vec::new() };
    let sphinx = path.name() == "conf.py";
    let names = module.assigned_names().into_iter();
    let wanted = names.filter_map(|name| match sphinx {
        true => {
            ["release", "version"].contains(&name.as_str()).then(|| (vec![name], None, "Sphinx"))
        }
        false => rules::is_constant(subject, &name).then(|| (vec![name], None, "constant")),
    });
    wanted.collect()
}

fn described(subject: &Subject<'_>, source: Source<'_>, doc: &Doc<'_>) -> Vec<Wanted> {
    let text = |keys: &[&str]| doc.get(keys).ok().flatten().and_then(|node| node.text());
    if ["Chart.yaml", "Chart.yml"].contains(&source.path.name()) {
        // A chart has a version of its own, unless it goes along with that of the app.
        let app = text(&["appVersion"])
            .is_some_and(|app| app.trim_start_matches('v') == subject.version.text());
        let keys = ["appVersion", "version"].map(|key| (owned(&[key]), None, "Helm"));
        return if app { keys.to_vec() } else { Vec::new() };
    }
    let described = DESCRIPTIONS.iter().filter(|(name, ..)| *name == source.path.name());
    described.flat_map(|(_, keys, why)| keys.iter().map(|key| (owned(key), None, *why))).collect()
}

/// A package of this project in another folder.
fn related(subject: &Subject<'_>, source: Source<'_>, doc: &Doc<'_>) -> Vec<Wanted> {
    if kind(source.path) == Kind::Test {
        return Vec::new();
    }
    let text = |keys: &[&str]| doc.get(keys).ok().flatten().and_then(|node| node.text());
    let private = doc.is_true(&["private"]) && !subject.is_common();
    let own = |(name, _, called): &&(&str, &[&str], &[&str])| {
        *name == source.path.name()
            && (private || text(called).is_some_and(|name| subject.is_member(name)))
    };
    let manifests = MANIFESTS.iter().filter(own);
    manifests.map(|(_, version, _)| (owned(version), None, "same project")).collect()
}

/// Tables of a manifest with requirements on other packages.
const REQUIREMENTS: [&[&str]; 8] = [
    &["dependencies"],
    &["devDependencies"],
    &["peerDependencies"],
    &["optionalDependencies"],
    &["resolutions"],
    &["dev-dependencies"],
    &["build-dependencies"],
    &["workspace", "dependencies"],
];

/// What packages of this project ask of each other: `"@studio/web": "^1.2.0"`,
/// `studio-core = { version = "=1.2.0" }`.
fn requirements(subject: &Subject<'_>, source: Source<'_>, doc: &Doc<'_>) -> Vec<Wanted> {
    if !["package.json", "Cargo.toml"].contains(&source.path.name()) {
        return Vec::new();
    }
    let mut wanted = Vec::new();
    for table in REQUIREMENTS {
        let Some(node) = doc.get(table).ok().flatten() else { continue };
        for entry in node.entries().iter().filter(|e| subject.is_member(&e.key)) {
            let inner = entry.value.get("version");
            let Some(text) = inner.unwrap_or(&entry.value).text() else { continue };
            let named = table.iter().copied().chain([entry.key.as_str()]);
            let keys: Vec<&str> = named.chain(inner.map(|_| "version")).collect();
            let sign = text.trim_end_matches(|c: char| !"^~=>< ".contains(c));
            let pattern = (!sign.is_empty()).then(|| format!("{sign}{{version}}"));
            wanted.push((owned(&keys), pattern, "requirement in the same project"));
        }
    }
    wanted
}

/// Images of this project in a composition or in the values of a Helm chart.
fn deployed(subject: &Subject<'_>, name: &str, doc: &Doc<'_>) -> Vec<Wanted> {
    let compose = name.starts_with("docker-compose") || name.starts_with("compose.");
    if compose && let Some(services) = doc.root().get("services") {
        let image = |service: &crate::sites::doc::Entry| {
            let image = service.value.get("image")?.text()?;
            let (repository, tag) = image.rsplit_once(':')?;
            let own = subject.is_related(repository)
                || service.value.get("build").is_some() && !subject.is_common();
            let pattern = if tag.starts_with('v') { ":v{version}" } else { ":{version}" };
            let keys = ["services", service.key.as_str(), "image"].map(str::to_owned).to_vec();
            own.then(|| (keys, Some(pattern.to_owned()), "own image"))
        };
        return services.entries().iter().filter_map(image).collect();
    }
    if name.starts_with("values") && name.ends_with("yaml") {
        let repository =
            doc.get(&["image", "repository"]).ok().flatten().and_then(|node| node.text());
        if repository.is_some_and(|repository| subject.is_related(repository)) {
            return vec![(owned(&["image", "tag"]), None, "own image")];
        }
    }
    Vec::new()
}

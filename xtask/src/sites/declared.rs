//! The places that a user declares: a file, and a key, a pattern, or nothing but the file.

#[cfg(test)]
mod tests;

use super::cfg::Cfg;
use super::doc::{Doc, Kind, Node, dotted};
use super::pattern::Pattern;
use super::python::{Argument, Module, NAMES, Pieces, generated_by};
use super::{Format, Found, Source, json, plain, toml, yaml};
use crate::error::Refusal;
use crate::wording::nearest;

/// What an entry of `files` says about the place.
#[derive(Debug, Clone, Copy)]
pub enum Where<'a> {
    /// The string at this path of keys.
    Key(&'a [String]),
    /// Every place that matches.
    Pattern(&'a Pattern),
    /// Every match within the string at this path of keys.
    Inside(&'a [String], &'a Pattern),
    /// The file alone: where a file of this name has its version.
    Itself,
}

/// A place: how its file is understood, the key as a person names it, and the version.
pub type Declared = (Format, String, Found);

/// The places in a file, in its order; none where a pattern matches nothing. The caller counts.
///
/// # Errors
/// A file that cannot be read as its format says (patterns do not ask for one), a key that is not
/// there, is there twice, or has a value that is no string of its own; with the place.
pub fn places(source: Source<'_>, place: &Where<'_>) -> Result<Vec<Declared>, Refusal> {
    match place {
        Where::Key(keys) => Ok(vec![at_key(source, keys)?]),
        Where::Pattern(pattern) if pattern.is_bare() => Ok(vec![whole(source)?]),
        Where::Pattern(pattern) => {
            let declared = |found| (Format::Text, pattern.text().to_owned(), found);
            Ok(pattern.find(source.bytes).into_iter().map(declared).collect())
        }
        Where::Inside(keys, pattern) => inside(source, keys, pattern),
        Where::Itself => itself(source),
    }
}

/// How keys find their way through a file.
enum Keyed<'a> {
    Doc(Format, Doc<'a>),
    Python(Module<'a>),
    Cfg(Cfg<'a>),
}

fn extension(source: Source<'_>) -> Option<String> {
    let name = source.path.name().to_ascii_lowercase();
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned())
}

fn keyed(source: Source<'_>) -> Result<Keyed<'_>, Refusal> {
    match extension(source).as_deref().unwrap_or_default() {
        "toml" => Ok(Keyed::Doc(Format::Toml, toml::parse(source)?)),
        "json" => Ok(Keyed::Doc(Format::Json, json::parse(source)?)),
        "yaml" | "yml" | "cff" => Ok(Keyed::Doc(Format::Yaml, yaml::parse(source)?)),
        "py" => Ok(Keyed::Python(Module::parse(source)?)),
        "cfg" | "ini" => Ok(Keyed::Cfg(Cfg::parse(source)?)),
        _ => Err(Refusal::usage(format!("{} cannot be asked for a key", source.path))
            .why("Keys are for TOML, JSON, YAML, Python and .cfg files; use pattern.")),
    }
}

fn at_key(source: Source<'_>, keys: &[String]) -> Result<Declared, Refusal> {
    match keyed(source)? {
        Keyed::Doc(format, doc) => {
            let found = doc.found(node(&doc, keys)?, &dotted(keys))?;
            Ok((format, dotted(keys), found))
        }
        Keyed::Python(module) => variable(&module, keys),
        Keyed::Cfg(cfg) => entry(&cfg, keys),
    }
}

fn inside(
    source: Source<'_>,
    keys: &[String],
    pattern: &Pattern,
) -> Result<Vec<Declared>, Refusal> {
    let (format, key, texts) = match keyed(source)? {
        Keyed::Doc(format, doc) => {
            let (node, key) = (node(&doc, keys)?, dotted(keys));
            let texts = match &node.kind {
                Kind::Lines(lines) => {
                    doc.own(node, &key)?;
                    lines.clone()
                }
                _ => vec![doc.found(node, &key)?],
            };
            (format, key, texts)
        }
        Keyed::Python(module) => single(variable(&module, keys)?),
        Keyed::Cfg(cfg) => single(entry(&cfg, keys)?),
    };
    let mut places = Vec::new();
    for text in texts {
        let raw = source.bytes.get(text.range.clone()).unwrap_or_default();
        if raw != text.value.as_bytes() {
            let what = format!("a part of {key} in {} cannot be edited", source.path);
            return Err(Refusal::usage(what)
                .why("It is written with escapes or over several lines.")
                .at(source.place(text.range.start)));
        }
        places.extend(pattern.find(raw).into_iter().map(|found| {
            let (from, to) = (found.range.start, found.range.end);
            let range = text.range.start + from..text.range.start + to;
            (format, key.clone(), Found { range, ..found })
        }));
    }
    Ok(places)
}

fn single((format, key, found): Declared) -> (Format, String, Vec<Found>) {
    (format, key, vec![found])
}

/// The value at a path of keys.
fn node<'d>(doc: &'d Doc<'_>, keys: &[String]) -> Result<&'d Node, Refusal> {
    if let Some(node) = doc.get(keys)? {
        return Ok(node);
    }
    let (depth, parent) = doc.furthest(keys);
    let names: Vec<&str> = parent.entries().iter().map(|entry| entry.key.as_str()).collect();
    let refusal = missing(doc.source(), keys, parent.span.start);
    let refusal = match parent.entries().iter().find(|entry| entry.key == "<<") {
        Some(merge) => refusal.why(format!(
            "Keys taken in by << at {} are written at another place: name that one.",
            doc.source().link(merge.at)
        )),
        None => refusal,
    };
    let known = keys.get(depth).and_then(|key| nearest(key, names.iter().copied()));
    Err(match (known, parent.items().len()) {
        (Some(near), _) => {
            let keys: Vec<&str> = keys[..depth].iter().map(String::as_str).chain([near]).collect();
            refusal.why(format!("Did you mean {:?}?", dotted(&keys)))
        }
        (None, 0) => refusal,
        (None, items) => refusal.why(format!(
            "There is a list of {items} at {}: a number says which, from 0.",
            doc.source().link(parent.span.start)
        )),
    })
}

fn missing(source: Source<'_>, keys: &[String], at: usize) -> Refusal {
    Refusal::usage(format!("{} is not in {}", dotted(keys), source.path)).at(source.place(at))
}

/// The literal that a Python file assigns to a name at its top level.
/// The version in pieces that a key of a Python file names (`__version_info__`); `None` when it
/// names none.
///
/// # Errors
/// A file that a tool writes, or that cannot be read.
pub fn in_pieces(source: Source<'_>, keys: &[String]) -> Result<Option<Pieces>, Refusal> {
    let ([name], Some("py")) = (keys, extension(source).as_deref()) else { return Ok(None) };
    let module = Module::parse(source)?;
    let (groups, _) = module.pieces();
    match groups.into_iter().find(|pieces| pieces.name == *name) {
        Some(pieces) => refuse_generated(source).map(|()| Some(pieces)),
        None => Ok(None),
    }
}

fn refuse_generated(source: Source<'_>) -> Result<(), Refusal> {
    match generated_by(source.bytes) {
        Some(tool) => Err(Refusal::usage(format!("{} is written by {tool}", source.path))
            .why("It must not be edited: the next build overwrites it.")),
        None => Ok(()),
    }
}

fn variable(module: &Module<'_>, keys: &[String]) -> Result<Declared, Refusal> {
    let source = module.source();
    refuse_generated(source)?;
    let [name] = keys else {
        return Err(missing(source, keys, 0)
            .why("The key of a Python file is one name at its top level: __version__."));
    };
    if let Some(found) = module.assigned(name)? {
        return Ok((Format::Python, name.clone(), found));
    }
    if let Some(at) = module.first_value(name) {
        let what = format!("{name} in {} is no string", source.path);
        return Err(Refusal::usage(what)
            .why("Only a string in quotes at the top level can be edited.")
            .at(source.place(at)));
    }
    let names = module.assigned_names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let refusal = missing(source, keys, 0);
    Err(match nearest(name, names) {
        Some(near) => refusal.why(format!("Did you mean {near:?}?")),
        None => refusal,
    })
}

/// The value of `section.key` in a .cfg or .ini file; the section may have dots of its own.
fn entry(cfg: &Cfg<'_>, keys: &[String]) -> Result<Declared, Refusal> {
    let source = cfg.source();
    let [sections @ .., key] = keys else { return Err(missing(source, keys, 0)) };
    let section = sections.join(".");
    if let Some(found) = cfg.text(&section, key)? {
        return Ok((Format::Cfg, dotted(keys), found));
    }
    let refusal = missing(source, keys, cfg.section_at(&section).unwrap_or(0));
    if sections.is_empty() {
        return Err(refusal.why("The key of such a file is section.key."));
    }
    let (sections, names) = (cfg.sections(), cfg.keys(&section));
    Err(match (nearest(key, names.iter().copied()), nearest(&section, sections.iter().copied())) {
        (Some(near), _) => refusal.why(format!("Did you mean \"{section}.{near}\"?")),
        (None, Some(near)) if names.is_empty() => {
            refusal.why(format!("Did you mean \"{near}.{key}\"?"))
        }
        _ => refusal,
    })
}

/// Where a file of this name has its version.
///
/// Of a Helm chart that is `version`, the chart's own: `appVersion` is the version of what it
/// installs, which may be another project's, so a user names it.
fn itself(source: Source<'_>) -> Result<Vec<Declared>, Refusal> {
    let name = source.path.name();
    match name {
        "pyproject.toml" => {
            let keys = [&["project", "version"][..], &["tool", "poetry", "version"]];
            in_doc(Format::Toml, &toml::parse(source)?, &keys)
        }
        "Cargo.toml" => {
            let keys = [&["package", "version"][..], &["workspace", "package", "version"]];
            in_doc(Format::Toml, &toml::parse(source)?, &keys)
        }
        "package.json" => in_doc(Format::Json, &json::parse(source)?, &[&["version"]]),
        "Chart.yaml" | "CITATION.cff" => {
            in_doc(Format::Yaml, &yaml::parse(source)?, &[&["version"]])
        }
        "setup.cfg" => Ok(vec![setup_cfg(source)?]),
        "setup.py" => Ok(vec![setup_py(source)?]),
        _ if name.to_ascii_lowercase().ends_with(".py") => Ok(vec![first_literal(source)?]),
        _ => whole(source).map(|place| vec![place]).map_err(|refusal| {
            refusal.why("Where the version is one part of a file, name it with key or pattern.")
        }),
    }
}

/// The strings at these paths of keys, as many as are there.
fn in_doc(format: Format, doc: &Doc<'_>, paths: &[&[&str]]) -> Result<Vec<Declared>, Refusal> {
    let mut places = Vec::new();
    for keys in paths {
        let Some(node) = doc.get(keys)? else { continue };
        // Cargo: `version.workspace = true` says that another manifest has it.
        if node.entries().is_empty() {
            places.push((format, dotted(keys), doc.found(node, &dotted(keys))?));
        }
    }
    if places.is_empty() {
        let names: Vec<String> = paths.iter().map(|keys| dotted(keys)).collect();
        let path = doc.source().path;
        return Err(Refusal::usage(format!("{path} does not say its version"))
            .why(format!("It has no {}.", names.join(" and no ")))
            .at(doc.source().place(0)));
    }
    places.sort_by_key(|(_, _, found)| found.range.start);
    Ok(places)
}

fn setup_cfg(source: Source<'_>) -> Result<Declared, Refusal> {
    let place = at_key(source, &["metadata".to_owned(), "version".to_owned()])?;
    let (_, key, found) = &place;
    if found.value.starts_with("attr:") || found.value.starts_with("file:") {
        let what = format!("{key} in {} says where the version is", source.path);
        return Err(Refusal::usage(what)
            .why("Declare the file that it points to.")
            .at(source.place(found.range.start)));
    }
    Ok(place)
}

fn setup_py(source: Source<'_>) -> Result<Declared, Refusal> {
    let module = Module::parse(source)?;
    let refuse = |why: &str, at: usize| {
        Refusal::usage(format!("{} does not say its version", source.path))
            .why(why)
            .at(source.place(at))
    };
    match module.setup_argument("version") {
        Some(Argument::Literal(found)) => Ok((Format::Python, "setup(version)".to_owned(), found)),
        Some(Argument::Name(variable, at)) => {
            let why = format!("{variable} is no string in quotes at the top level of the file.");
            let found = module.assigned(&variable)?.ok_or_else(|| refuse(&why, at))?;
            Ok((Format::Python, variable, found))
        }
        Some(Argument::Expression(_, at)) => {
            Err(refuse("It is computed: declare the file that it is read from.", at))
        }
        None => Err(refuse("No call of setup() in it has the keyword version.", 0)),
    }
}

fn first_literal(source: Source<'_>) -> Result<Declared, Refusal> {
    let module = Module::parse(source)?;
    for name in NAMES {
        if module.assigned(name)?.is_some() {
            return variable(&module, &[name.to_owned()]);
        }
    }
    Err(Refusal::usage(format!("{} does not say its version", source.path))
        .why(format!("None of {} is a string at its top level.", NAMES.join(", ")))
        .why("Name another one with key.")
        .at(source.place(0)))
}

fn whole(source: Source<'_>) -> Result<Declared, Refusal> {
    Ok((Format::Plain, "the whole file".to_owned(), plain::find(source)?))
}

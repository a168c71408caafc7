//! setup.py: the version its `setup(...)` calls are given, or the file it is read from there.

use std::collections::HashSet;

use super::package::{Layout, Outcome, follow, follow_module, is_version, sole_pieces};
use super::part::{Part, listed, piece_sites, read, site};
use crate::error::Refusal;
use crate::sites::python::{Argument, Module, NAMES, generated_by};
use crate::sites::{File, Format, Site, Source, Tree, plain};

/// Files that are nothing but a version, when setup.py names one.
const PLAIN: [&str; 3] = ["VERSION", "VERSION.txt", "version.txt"];

/// A path that a script puts together has at most so many strings.
const STRINGS: usize = 8;

/// A file, and the places in it that say one version: a literal, or its pieces.
type Lead = (File, Vec<Site>);

/// Adds the version of the calls: the literal there, the variable or the attribute that stands
/// there instead, or else the file that the script reads it from.
///
/// # Errors
/// Calls or files that lead to several places, when no other manifest says the version.
pub(super) fn add(
    tree: &dyn Tree,
    layout: &Layout,
    script: &Module<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    let arguments = script.setup_arguments("version");
    let Some(first) = arguments.first() else { return Ok(()) };
    let leads: Vec<Option<Lead>> = arguments
        .iter()
        .map(|argument| lead(tree, layout, script, argument))
        .collect::<Result<_, _>>()?;
    if leads.iter().all(Option::is_none) {
        return if part.sites.is_empty() { add_named(tree, layout, script, part) } else { Ok(()) };
    }
    match one(leads) {
        Some(lead) => add_lead(lead, part),
        None if part.sites.is_empty() => return Err(several_calls(script, &arguments)),
        None => {
            let text = "is not the only version setup() is given: left alone";
            part.note(script.source(), first.at(), text.to_owned());
        }
    }
    Ok(())
}

/// Why the version of setup.py is not known, when it is computed there.
pub(super) fn computed(script: &Module<'_>) -> Option<Refusal> {
    let at = place(script, &script.setup_argument("version")?);
    let source = script.source();
    Some(
        Refusal::usage(format!("{} computes its version", source.path))
            .why("Only a string in quotes can be edited.")
            .why("Write it there, or as __version__ in the package's __init__.py.")
            .at(source.place(at)),
    )
}

fn add_lead((file, sites): Lead, part: &mut Part) {
    for site in sites {
        part.add(Source::from(&file), site);
    }
}

/// The assignment that a variable leads to, or the argument itself.
fn place(script: &Module<'_>, argument: &Argument) -> usize {
    match argument {
        Argument::Name(name, at) => script.first_value(name).unwrap_or(*at),
        other => other.at(),
    }
}

/// The literal that an argument is or leads to, if it is one.
fn lead(
    tree: &dyn Tree,
    layout: &Layout,
    script: &Module<'_>,
    argument: &Argument,
) -> Result<Option<Lead>, Refusal> {
    let source = script.source();
    let file = File { path: source.path.clone(), bytes: source.bytes.into() };
    let outcome = match argument {
        Argument::Literal(found) => {
            let own = site(source, Format::Python, "setup(version)", "manifest", found.clone());
            return Ok(Some((file, vec![own])));
        }
        Argument::Name(variable, _) => follow(tree, layout, file, variable)?,
        Argument::Expression(text, _) => match attribute(text) {
            Some((module, name)) => follow_module(tree, layout, module, name)?,
            None => Outcome::NoFile,
        },
    };
    Ok(place_of(outcome))
}

/// `package.module` and `NAME` of the expression `package.module.NAME`.
fn attribute(text: &str) -> Option<(&str, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.rsplit_once('.').filter(|_| text.chars().all(word))
}

/// A literal that is no version (`version = ""`, filled in further down) leads nowhere.
fn place_of(outcome: Outcome) -> Option<Lead> {
    match outcome {
        Outcome::Found { file, key, found } if is_version(&found) => {
            let site = site(Source::from(&file), Format::Python, &key, "setup.py", found);
            Some((file, vec![site]))
        }
        Outcome::Pieces { file, pieces } => {
            let sites = piece_sites(Source::from(&file), &pieces, "setup.py");
            Some((file, sites))
        }
        _ => None,
    }
}

/// The place that all of them lead to.
fn one(leads: Vec<Option<Lead>>) -> Option<Lead> {
    let mut leads = leads.into_iter();
    let first = leads.next().flatten()?;
    let ranges = |(file, sites): &Lead| {
        (file.path.clone(), sites.iter().map(|site| site.range.clone()).collect::<Vec<_>>())
    };
    let same = |lead: Option<Lead>| lead.is_some_and(|lead| ranges(&lead) == ranges(&first));
    leads.all(same).then_some(first)
}

/// Adds the one file with a version that the script names: close to the version first (in the
/// argument and in what it is assigned), anywhere else in the script after that.
fn add_named(
    tree: &dyn Tree,
    layout: &Layout,
    script: &Module<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    for runs in [script.strings_behind("version"), script.strings()] {
        let mut found: Vec<Lead> = Vec::new();
        for (file, sites) in named(tree, layout, script, &runs)? {
            if !found.iter().any(|(_, known)| *known == sites) {
                found.push((file, sites));
            }
        }
        if found.len() > 1 {
            return Err(several_files(script, &found));
        }
        if let Some(lead) = found.pop() {
            add_lead(lead, part);
            return Ok(());
        }
    }
    Ok(())
}

/// The places in the files that runs of strings name.
fn named(
    tree: &dyn Tree,
    layout: &Layout,
    script: &Module<'_>,
    runs: &[Vec<String>],
) -> Result<Vec<Lead>, Refusal> {
    let mut places = Vec::new();
    let mut seen = HashSet::from([script.source().path.clone()]);
    for run in runs {
        for end in 0..run.len() {
            let name = run[end].rsplit('/').next().unwrap_or_default();
            let module = name.rsplit_once('.').is_some_and(|(_, end)| end == "py");
            if !module && !PLAIN.contains(&name) {
                continue;
            }
            let Some(file) = longest(tree, &run[..=end])? else { continue };
            if !seen.insert(file.path.clone()) {
                continue;
            }
            places.extend(if module {
                python_place(tree, layout, &file)?
            } else {
                plain_place(file)
            });
        }
    }
    Ok(places)
}

/// The file at the longest path that these strings end with: `"src", "pkg", "__init__.py"`.
fn longest(tree: &dyn Tree, run: &[String]) -> Result<Option<File>, Refusal> {
    for start in run.len().saturating_sub(STRINGS)..run.len() {
        // `here + "/pkg/__init__.py"` is common.
        if let Some(file) = read(tree, run[start..].join("/").trim_start_matches('/'))? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

fn plain_place(file: File) -> Option<Lead> {
    let source = Source::from(&file);
    let found = plain::find(source).ok().filter(is_version)?;
    let site = site(source, Format::Plain, "the whole file", "setup.py", found);
    Some((file, vec![site]))
}

fn python_place(tree: &dyn Tree, layout: &Layout, file: &File) -> Result<Option<Lead>, Refusal> {
    for name in NAMES {
        let place = place_of(follow(tree, layout, file.clone(), name)?);
        if place.is_some() {
            return Ok(place);
        }
    }
    // pycryptodome's setup.py puts its version together from `version_info`.
    let pieces = match generated_by(&file.bytes) {
        None => sole_pieces(&Module::parse(Source::from(file))?),
        Some(_) => None,
    };
    let sites = |pieces| piece_sites(Source::from(file), &pieces, "setup.py");
    Ok(pieces.map(|pieces| (file.clone(), sites(pieces))))
}

fn several_calls(script: &Module<'_>, arguments: &[Argument]) -> Refusal {
    let source = script.source();
    let links: Vec<String> = arguments.iter().map(|argument| source.link(argument.at())).collect();
    let what = format!("{} gives setup() its version in several ways", source.path);
    let refusal = Refusal::usage(what).at(source.place(arguments[0].at()));
    listed(refusal, "They are at", &links)
        .why("Assign it to one variable at the top level: VERSION = \"1.2.3\".")
}

fn several_files(script: &Module<'_>, several: &[Lead]) -> Refusal {
    let source = script.source();
    let at = script.setup_argument("version").map_or(0, |argument| place(script, &argument));
    let what = format!("{} may read its version from several files", source.path);
    let places = several.iter().map(|(file, sites)| match sites.as_slice() {
        [site] => format!("{} ({})", site.path, site.value),
        _ => file.path.to_string(),
    });
    let refusal = Refusal::usage(what).at(source.place(at));
    listed(refusal, "It names", &places.collect::<Vec<_>>())
        .why("Write the version into setup(version=\"...\"), or name one file in that call.")
}

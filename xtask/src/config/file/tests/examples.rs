//! Whole files that are right.

use std::collections::BTreeSet;

use super::*;
use crate::changelog::cut::Commits;
use crate::config::file::gates::{CommandLine, Each, GateChoice, GateIs, Need, Reuse, Switch};
use crate::config::file::settings::{ChangelogTable, PackagesTable, Said, TagTable, VersionTable};
use crate::config::file::shape::Shape;
use crate::config::file::vocabulary::VOCABULARY;
use crate::sites::Source;
use crate::sites::doc::Node;
use crate::version::Scheme;

const EXAMPLES: [(&str, &str); 7] = [
    ("studio", include_str!("../../../../tests/config/studio.toml")),
    ("hub", include_str!("../../../../tests/config/hub.toml")),
    ("services", include_str!("../../../../tests/config/services.toml")),
    ("deployment", include_str!("../../../../tests/config/deployment.toml")),
    ("outlier", include_str!("../../../../tests/config/outlier.toml")),
    ("monorepo", include_str!("../../../../tests/config/monorepo.toml")),
    ("everything", EVERYTHING),
];
const EVERYTHING: &str = include_str!("../../../../tests/config/everything.toml");

#[test]
fn the_examples_are_accepted() {
    for (name, text) in EXAMPLES {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            if let Err(refusal) = read(&text) {
                panic!("{name}: {refusal:?}");
            }
        }
    }
}

#[test]
fn tables_of_later_versions_are_refused_with_their_place() {
    for (text, line) in [
        (include_str!("../../../../tests/config/services-later.toml"), 58),
        (include_str!("../../../../tests/config/deployment-later.toml"), 38),
        ("publish = true\n", 1),
        ("[publish]\nto = 'x'\n", 1),
        ("[[deploy]]\n", 1),
    ] {
        let refusal = read(text).unwrap_err();
        assert!(refusal.what.ends_with("in gonogo.toml is not available yet"), "{refusal}");
        assert_eq!(refusal.place.as_ref().unwrap().line, line, "{refusal}");
    }
}

/// Every key of a shape with the title of its table; names of the user's own are `*`.
fn keys_of(shape: &Shape, under: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Table(table) => {
            for key in table.keys().filter(|key| !matches!(key.shape, Shape::Later)) {
                found.insert(format!("{}.{}", table.title, key.name));
                keys_of(&key.shape, key.name, found);
            }
        }
        Shape::Map(map) => {
            found.extend(map.known.iter().map(|key| format!("{under}.{}", key.name)));
            found.insert(format!("{under}.*"));
            keys_of(&map.each, "*", found);
        }
        Shape::List(each) => keys_of(each, under, found),
        Shape::OneOf(shapes) => shapes.iter().for_each(|shape| keys_of(shape, under, found)),
        Shape::Text(_) | Shape::Flag | Shape::Count | Shape::Later => {}
    }
}

/// The same for what a document has.
fn keys_in(shape: &Shape, node: &Node, under: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Table(table) => {
            for entry in node.entries() {
                found.insert(format!("{}.{}", table.title, entry.key));
                if let Some(key) = table.key(&entry.key) {
                    keys_in(&key.shape, &entry.value, key.name, found);
                }
            }
        }
        Shape::Map(map) => {
            for entry in node.entries() {
                let known = map.known.iter().find(|key| key.name == entry.key);
                found.insert(format!("{under}.{}", known.map_or("*", |key| key.name)));
                keys_in(known.map_or(&map.each, |key| &key.shape), &entry.value, "*", found);
            }
        }
        Shape::List(each) => {
            node.items().iter().for_each(|item| keys_in(each, item, under, found));
        }
        Shape::OneOf(shapes) => {
            shapes.iter().for_each(|shape| keys_in(shape, node, under, found));
        }
        Shape::Text(_) | Shape::Flag | Shape::Count | Shape::Later => {}
    }
}

#[test]
fn no_key_is_a_dead_letter() {
    let whole = Shape::Table(&VOCABULARY);
    let (mut all, mut used) = (BTreeSet::new(), BTreeSet::new());
    keys_of(&whole, "", &mut all);
    for (_, text) in EXAMPLES {
        let file = file(text);
        let doc = crate::sites::toml::parse(Source::from(&file)).unwrap();
        keys_in(&whole, doc.root(), "", &mut used);
    }
    assert!(all.len() > 90, "{} {all:?}", all.len());
    let missing: Vec<_> = all.difference(&used).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_written_is_read() {
    let settings = read(EVERYTHING).unwrap();
    let said = |said: &Option<Said<String>>| said.as_ref().map(|said| said.value.clone());
    assert_eq!(said(&settings.name).as_deref(), Some("Demo"));
    let VersionTable { source, files, ignore, scheme, feature_in_zero } = &settings.version;
    assert_eq!(*feature_in_zero, crate::history::InZero::Patch);
    assert_eq!(source.as_ref().unwrap().value.as_str(), "demo/__init__.py");
    assert_eq!(scheme.as_ref().unwrap().value, Scheme::Pep440);
    assert_eq!(ignore[0].to_string(), "legacy/**");
    let Declared { at, path, key, pattern, scheme, count, .. } = &files[0];
    assert_eq!(settings.place(*at).unwrap().source, "[[version.files]]");
    assert_eq!(path.to_string(), "deploy/*/values.yaml");
    assert_eq!(key.as_ref().unwrap().value, ["images", "demo.app", "tag"]);
    assert_eq!(said(pattern).as_deref(), Some("v{version}"));
    assert_eq!((*scheme, *count), (Some(Scheme::Semver), 2));
    let TagTable { format, sign, ignore } = &settings.tag;
    assert!(sign.as_ref().is_some_and(|said| said.value));
    assert_eq!(said(format).as_deref(), Some("{name}-v{version}"));
    assert_eq!(ignore[0].to_string(), "archive/*");
    let PackagesTable { include, exclude, tag } = settings.packages.as_ref().unwrap();
    assert_eq!(
        (include[0].to_string(), exclude[0].to_string()),
        ("packages/*".into(), "packages/old".into())
    );
    assert_eq!(said(tag).as_deref(), Some("{package}/v{version}"));
    let PackageTable { name, files, ignore, changelog, tag } = &settings.package[0];
    assert_eq!(changelog.as_ref().unwrap().value.as_str(), "packages/core/CHANGES.md");
    assert_eq!((name.value.as_str(), files[0].count), ("core", 1));
    assert!(changelog.is_some());
    assert!(files[0].key.is_none() && files[0].pattern.is_none() && files[0].scheme.is_none());
    assert_eq!(
        (ignore[0].to_string(), said(tag).unwrap()),
        ("docs/**".into(), "core-{version}".into())
    );
}

#[test]
fn gates_and_profiles_are_read() {
    let settings = read(EVERYTHING).unwrap();
    let gate = |name: &str| {
        let entry = settings.gates.iter().find(|entry| entry.name.value == name);
        &entry.unwrap_or_else(|| panic!("no gate {name}")).is
    };
    let command = |name: &str| match gate(name) {
        GateIs::Command(command) => (**command).clone(),
        GateIs::Switched(switch) => panic!("{name} is {switch:?}"),
    };
    let argv = |words: &[&str]| CommandLine::Argv(words.iter().map(|w| (*w).to_owned()).collect());
    assert_eq!(*gate("clean"), GateIs::Switched(Switch::On));
    assert_eq!(*gate("branch"), GateIs::Switched(Switch::Off));
    assert_eq!(command("changelog").line, argv(&["scripts/check-changes", "--strict"]));
    assert_eq!(command("hooks").after, ["clean"]);
    let lint = command("lint");
    assert_eq!(lint.line, CommandLine::Shell("ruff check . | tee lint.log".into()));
    assert_eq!((lint.need, lint.timeout), (Need::Optional, 600));
    assert_eq!(lint.fix, Some(argv(&["ruff", "check", "--fix", "."])));
    assert_eq!((lint.each, lint.reuse), (Each::Once, Reuse::Allowed));
    let tests = command("tests");
    assert_eq!((tests.timeout, tests.each, tests.reuse), (3600, Each::Package, Reuse::Never));
    assert_eq!((tests.need, tests.fix), (Need::Required, None));
    assert_eq!(tests.after, ["build", "lint"]);
    let env = [("PYTHONPATH", "src"), ("EMPTY", "")];
    assert_eq!(tests.env, env.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let choices: Vec<(&str, &GateChoice)> =
        settings.profiles.iter().map(|p| (p.name.as_str(), &p.choice)).collect();
    let names = |name: &str| vec![name.to_owned()];
    assert_eq!(
        choices,
        [
            ("alpha", &GateChoice::These(names("lint"))),
            ("beta", &GateChoice::Without(names("build"))),
            ("rc", &GateChoice::All),
            ("release", &GateChoice::All),
            ("hotfix", &GateChoice::These(names("tests"))),
        ]
    );
    assert_eq!(settings.profiles[0].checklist, Some(Switch::Off));
    assert_eq!(settings.profiles[3].signoffs.as_deref(), Some(&names("all")[..]));
}

#[test]
fn what_is_written_of_the_changelog_is_read() {
    let settings = read(EVERYTHING).unwrap();
    let ChangelogTable { file, heading, sections, types, bots, commits, prereleases, guard } =
        &settings.changelog;
    assert_eq!(*bots, ["acme-ci", "robot@example.com"]);
    assert_eq!(file.as_ref().unwrap().value.as_str(), "docs/CHANGES.md");
    let heading = heading.as_ref().unwrap();
    assert_eq!(heading.value, "## {version} ({date})");
    assert!(settings.place(heading.at).unwrap().source.starts_with("heading"));
    assert_eq!(sections.as_ref().unwrap().value, ["Added", "Fixed", "Security"]);
    assert_eq!(types[0], ("feat".to_owned(), "Added".to_owned()));
    assert_eq!((*commits, *prereleases), (Commits::IfEmpty, Prereleases::Section));
    let guard = guard.as_ref().unwrap();
    assert_eq!(guard.value, CommandLine::Argv(vec!["scripts/check-changes".to_owned()]));
    let text = "[changelog]\nguard = { shell = \"a | b\" }\n";
    let guard = read(text).unwrap().changelog.guard.unwrap().value;
    assert_eq!(guard, CommandLine::Shell("a | b".to_owned()));
}

#[test]
fn without_a_file_nothing_is_said() {
    for settings in [Settings::read(None).unwrap(), read("").unwrap(), read("# later\n").unwrap()] {
        assert!(settings.name.is_none() && settings.version.files.is_empty());
        assert!(settings.packages.is_none() && settings.package.is_empty());
        assert_eq!(settings.written(), []);
    }
    assert_eq!(Settings::read(None).unwrap().place(0), None);
}

#[test]
fn every_value_has_its_line() {
    let text = "\
name = 'Demo' # ours
[release]
title = \"\"\"
{name} \"{codename}\"\"\"\"
into = [
  'main', \"it's\"]
[gates]
'a.b'.run = 'x \"y\"'
a-b = { shell = 'x', required = false }
[version]
files = [
  { path = 'README.md', count = 2 },
  { path = 'docs/a.md', pattern = '\"{version}\"' },
]
";
    let written: Vec<Written> = read(text).unwrap().written();
    let lines: Vec<String> =
        written.into_iter().map(|w| format!("{} {} = {}", w.line, w.key, w.value)).collect();
    let expected = [
        "1 name = \"Demo\"",
        "4 release.title = '{name} \"{codename}\"'",
        "5 release.into = [\"main\", \"it's\"]",
        "8 gates.\"a.b\".run = 'x \"y\"'",
        "9 gates.a-b.shell = \"x\"",
        "9 gates.a-b.required = false",
        "12 version.files = { path = \"README.md\", count = 2 }",
        "13 version.files = { path = \"docs/a.md\", pattern = '\"{version}\"' }",
    ];
    assert_eq!(lines, expected);
    let many: Vec<String> = (0..20_000).map(|n| format!("g{n} = {{ shell = 'x' }}\n\n")).collect();
    let many = many.concat();
    let last = read(&format!("[gates]\n{many}")).unwrap().written().pop().unwrap();
    assert_eq!((last.key.as_str(), last.line), ("gates.g19999.shell", 40_000));
}

//! Texts from templates, and the way back from the name of a branch.

use super::*;
use crate::config::file::{Procedure, Settings};
use crate::sites::File;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn release<'a>(version: &'a Version, tag: &'a str) -> Release<'a> {
    Release {
        version,
        tag,
        date: "2026-11-21",
        name: Some("studio"),
        package: None,
        codename: None,
        summary: None,
        previous: None,
        taken: &[],
        style: Style::SEMVER,
        command: "release minor",
    }
}

/// What gonogo.toml says, in the table of releases.
fn settings(table: &str) -> Settings {
    let path = RepoPath::new("gonogo.toml").unwrap();
    let file = File { path, bytes: format!("[release]\n{table}\n").as_bytes().into() };
    Settings::read(Some(&file)).unwrap()
}

fn message(release: Release<'_>, template: &str) -> Result<String, Refusal> {
    let settings = settings(&format!("tag_message = {}", crate::sites::toml::quoted(template)));
    Words::new(release)?.message(&settings.landing(Procedure::Release).tag_message)
}

fn next(release: Release<'_>, template: &str) -> Result<Option<Version>, Refusal> {
    let settings = settings(&format!("next = '{template}'"));
    Words::new(release)?.following(&settings.landing(Procedure::Release).next.unwrap())
}

#[test]
fn every_placeholder_is_filled() {
    let (new, old) = (version("1.3.0"), version("1.2.0"));
    let all = Release {
        codename: Some(" Kestrel {tag}"),
        summary: Some("crash on an empty dataset"),
        package: Some("core"),
        previous: Some(&old),
        ..release(&new, "core-v1.3.0")
    };
    let single = release(&new, "v1.3.0");
    for (release, template, expected) in [
        (single, "Release {version}", "Release 1.3.0\n"),
        (single, "{name} {tag} of {date}", "studio v1.3.0 of 2026-11-21\n"),
        (single, "chore({package}): x\n", "chore(studio): x\n"),
        (single, "{next_patch} {next_minor}", "1.3.1 1.4.0\n"),
        (all, "{package} after {previous}", "core after 1.2.0\n"),
        // What a person says is data: nothing in it is filled again.
        (all, "\"{codename}\"", "\"Kestrel {tag}\"\n"),
        (
            all,
            "{tag}\n\n{summary}\n\n\nEnd\n\n",
            "core-v1.3.0\n\ncrash on an empty dataset\n\n\nEnd\n",
        ),
        (all, "{tag}\r\nx\r\n", "core-v1.3.0\nx\n"),
    ] {
        assert_eq!(message(release, template).unwrap(), expected, "{template}");
    }
    let landing = Settings::default().landing(Procedure::Hotfix);
    let words = Words::new(single).unwrap();
    assert_eq!(words.message(&landing.commit_message).unwrap(), "chore: release 1.3.0\n");
    assert_eq!(words.message(&landing.tag_message).unwrap(), "Hotfix 1.3.0\n");
    assert_eq!(words.title(&landing.title).unwrap(), "studio 1.3.0");
    assert_eq!(words.branch(&landing.prepared()).unwrap(), "hotfix/v1.3.0");
}

#[test]
fn a_placeholder_without_a_value_names_its_key_its_place_and_its_option() {
    let new = version("1.3.0");
    let unnamed = Release { name: None, codename: Some(" "), ..release(&new, "v1.3.0") };
    let typed = |option: &str| Next::Typed(format!("release minor {option}"));
    for (word, next) in [
        ("codename", typed("--codename NAME")),
        ("summary", typed("--summary TEXT")),
        ("package", typed("-p PACKAGE")),
        ("name", Next::Ours("schema".to_owned())),
        ("previous", Next::Ours("schema".to_owned())),
    ] {
        let refusal = message(unnamed, &format!("é {{{word}}}")).unwrap_err();
        let what = format!("{{{word}}} in release.tag_message in gonogo.toml has no value");
        assert_eq!(refusal.what, what);
        let place = refusal.place.as_ref().unwrap();
        assert_eq!((place.line, place.column), (2, 18), "{place:?}");
        assert_eq!(refusal.next[0].0, next);
    }
    let title = Settings::default().landing(Procedure::Release).title;
    let refusal = Words::new(unnamed).unwrap().title(&title).unwrap_err();
    assert_eq!(refusal.what, "{name} in release.title has no value");
    assert_eq!(refusal.place, None);
    // Where the text has lines of its own, the place is where it begins.
    let long = settings("tag_message = \"\"\"\nRelease\n{codename}\"\"\"");
    let long = long.landing(Procedure::Release).tag_message;
    let refusal = Words::new(unnamed).unwrap().message(&long).unwrap_err();
    assert!(refusal.place.as_ref().is_some_and(|place| place.path.as_str() == "gonogo.toml"));
    let largest = format!("1.{}.0", u64::MAX);
    let largest = version(&largest);
    let refusal = message(release(&largest, "v1"), "{next_minor}").unwrap_err();
    assert!(refusal.what.starts_with("{next_minor} in"), "{refusal}");
}

#[test]
fn what_a_person_says_is_one_line() {
    let new = version("1.3.0");
    for text in ["a\nb", "a\rb", "a\u{1b}[31m", "\0"] {
        let codename = Release { codename: Some(text), ..release(&new, "v1.3.0") };
        let summary = Release { summary: Some(text), ..release(&new, "v1.3.0") };
        for (option, release) in [("--codename", codename), ("--summary", summary)] {
            let refusal = Words::new(release).unwrap_err();
            assert_eq!(refusal.what, format!("{option} is not one line of text"));
        }
    }
}

#[test]
fn the_name_of_a_branch_is_one_that_git_allows() {
    let new = version("1.3.0");
    for (template, name, expected) in [
        ("release/v{version}", "studio", Some("release/v1.3.0")),
        ("release/{tag}", "studio", Some("release/v1.3.0")),
        ("{name}/v{version}", "@acme/ui", Some("@acme/ui/v1.3.0")),
        ("{name}/v{version}", "-d", None),
        ("{name}-{version}", "../../x", None),
        ("{name}-{version}", "a b", None),
        ("release/{name}", "x.lock", None),
        ("release/{name}", "a:b", None),
        ("release/{name}", ".hidden", None),
    ] {
        let settings = settings(&format!("branch = '{template}'"));
        let release = Release { name: Some(name), ..release(&new, "v1.3.0") };
        let template = settings.landing(Procedure::Release).prepared();
        let branch = Words::new(release).unwrap().branch(&template);
        assert_eq!(branch.as_deref().ok(), expected, "{name}");
        if let Err(refusal) = branch {
            assert_eq!(refusal.place.as_ref().unwrap().line, 2);
            assert!(refusal.what.ends_with("is no name that git allows for a branch"), "{refusal}");
        }
    }
    assert!(allowed("tag", "v1.3.0").is_ok());
    assert!(allowed("tag", "--force").is_err());
}

#[test]
fn the_version_after_a_release_is_higher_in_both_orders() {
    let taken = [version("1.4.0"), version("1.3.1.dev0")];
    for (released, template, style, taken, expected) in [
        ("1.3.0", "{next_minor}.dev0", Style::PEP440, &[][..], Ok("1.4.0.dev0")),
        ("1.3.0", "{next_patch}-dev.0", Style::SEMVER, &[], Ok("1.3.1-dev.0")),
        // In the spelling of the repository.
        ("1.3.0", "{next_patch}.dev0", Style::SEMVER, &[], Ok("1.3.1-dev.0")),
        ("1.3.0", "{next_patch}-dev.0", Style::PEP440, &[], Ok("1.3.1.dev0")),
        ("1.3.0", "{next_minor}-alpha.1", Style::SEMVER, &[], Ok("1.4.0-alpha.1")),
        ("26.4", "{next_minor}.dev0", Style::PEP440, &[], Ok("26.5.dev0")),
        // The next one that is free.
        ("1.3.0", "{next_minor}.dev0", Style::PEP440, &taken, Ok("1.4.1.dev0")),
        ("1.3.0", "{next_patch}.dev0", Style::PEP440, &taken, Err("tag")),
        ("1.3.0", "{version}", Style::SEMVER, &[], Err("the same version")),
        ("1.3.0", "{version}.dev0", Style::PEP440, &[], Err("1.3.0")),
        ("1.3.0", "{version}-1", Style::SEMVER, &[], Err("1.3.0")),
        ("1.3.0", "{version}.post1", Style::SEMVER, &[], Err("SemVer")),
        ("1.3.0", "after {version}", Style::SEMVER, &[], Err("after 1.3.0")),
        ("1.3.0", "1.0.0", Style::SEMVER, &[], Err("1.0.0")),
    ] {
        let released = version(released);
        let release = Release { taken, style, ..release(&released, "v1.3.0") };
        match (next(release, template), expected) {
            (Ok(next), Ok(expected)) => assert_eq!(next.unwrap().text(), expected, "{template}"),
            (Err(refusal), Err(part)) => {
                let said = format!("{} {}", refusal.what, refusal.why.join(" "));
                assert!(said.contains(part), "{template}: {said}");
                assert!(refusal.what.starts_with("release.next in gonogo.toml gives "), "{said}");
                assert_eq!(refusal.place.as_ref().unwrap().line, 2);
            }
            (is, expected) => panic!("{template}: {is:?}, not {expected:?}"),
        }
    }
    let candidate = version("1.3.0-rc.1");
    assert!(next(release(&candidate, "v1.3.0-rc.1"), "{next_minor}.dev0").unwrap().is_none());
}

#[test]
fn a_branch_tells_which_version_it_prepares() {
    let usual = TagFormat::Usual { name: Some("studio".to_owned()) };
    let packages = TagFormat::given("{package}-v{version}", Some("core")).unwrap();
    let (semver, pep440) = (Style::SEMVER, Style::PEP440);
    for (template, tags, style, branch, expected) in [
        ("release/v{version}", &usual, semver, "release/v1.3.0", Some("1.3.0")),
        ("release/v{version}", &usual, semver, "release/v1.3.0-rc.1", Some("1.3.0-rc.1")),
        ("release/v{version}", &usual, pep440, "release/v1.3.0rc1", Some("1.3.0rc1")),
        ("release/v{version}", &usual, pep440, "release/v26.4", Some("26.4")),
        ("hotfix/v{version}", &usual, semver, "hotfix/v1.2.1", Some("1.2.1")),
        ("release/{tag}", &usual, semver, "release/v1.3.0", Some("1.3.0")),
        ("release/{tag}", &usual, semver, "release/1.3.0", Some("1.3.0")),
        ("release/{tag}", &usual, semver, "release/studio-v1.3.0", Some("1.3.0")),
        ("release/{tag}", &packages, semver, "release/core-v1.3.0", Some("1.3.0")),
        ("{package}/{version}-x", &packages, semver, "core/1.3.0-x", Some("1.3.0")),
        ("{name}@{version}", &usual, semver, "studio@1.3.0", Some("1.3.0")),
        ("r/{tag}/{version}", &usual, semver, "r/v1.3.0/1.3.0", Some("1.3.0")),
        ("v{version}+{version}", &usual, semver, "v1.3.0+x+1.3.0+x", Some("1.3.0+x")),
        // Almost.
        ("release/v{version}", &usual, semver, "release/1.3.0", None),
        ("release/v{version}", &usual, semver, "release/v1.3", None),
        ("release/v{version}", &usual, semver, "release/v1.x", None),
        ("release/v{version}", &usual, semver, "release/v1.3.0/fix", None),
        ("release/v{version}", &usual, semver, "release/v1.3.0-", None),
        ("release/v{version}", &usual, semver, "release/v01.3.0", None),
        ("release/v{version}", &usual, semver, "release/v", None),
        ("release/v{version}", &usual, semver, "release/vé", None),
        ("release/v{version}", &usual, semver, "release/v1.3.0.post1", None),
        ("release/v{version}", &usual, semver, "my-release/v1.3.0", None),
        ("release/v{version}", &usual, semver, "Release/v1.3.0", None),
        ("release/v{version}", &usual, pep440, "release/v2", None),
        ("hotfix/v{version}", &usual, semver, "release/v1.2.1", None),
        ("release/{tag}", &usual, semver, "release/models-v1.3.0", None),
        ("release/{tag}", &packages, semver, "release/v1.3.0", None),
        ("release/{tag}", &packages, semver, "release/core2-v1.3.0", None),
        ("{package}/{version}", &packages, semver, "core2/1.3.0", None),
        ("r/{tag}/{version}", &usual, semver, "r/v1.3.0/1.3.1", None),
        ("main", &usual, semver, "main", None),
        ("{date}{codename}", &usual, semver, "", None),
    ] {
        let package = (tags == &packages).then_some("core");
        let branches = Branches { template, tags, name: Some("studio"), package, style };
        let found = branches.version(branch);
        assert_eq!(found.as_ref().map(Version::text), expected, "{template} {branch}");
    }
    let unnamed = Branches {
        template: "{name}/{version}",
        tags: &usual,
        name: None,
        package: None,
        style: semver,
    };
    assert!(unnamed.version("/1.3.0").is_none());
}

#[test]
fn the_name_of_a_branch_leads_back_to_its_version() {
    let tags = TagFormat::Usual { name: None };
    let templates =
        ["release/v{version}", "{tag}", "rel-{version}-{name}", "{name}/{tag}/{version}"];
    for template in templates {
        let settings = settings(&format!("branch = '{template}'"));
        let branch = settings.landing(Procedure::Release).branch.unwrap();
        for (text, style) in [
            ("1.3.0", Style::SEMVER),
            ("1.3.0-rc.1", Style::SEMVER),
            ("0.0.1-alpha.12+build.5", Style::SEMVER),
            ("26.4", Style::PEP440),
            ("1!2.0.post1", Style::PEP440),
            ("1.3.0rc1.dev2", Style::PEP440),
        ] {
            let (new, tag) = (version(text), format!("v{text}"));
            let name = Words::new(Release { style, ..release(&new, &tag) }).unwrap();
            let name = name.branch(&branch).unwrap();
            let branches =
                Branches { template, tags: &tags, name: Some("studio"), package: None, style };
            assert_eq!(branches.version(&name).as_ref().map(Version::text), Some(text), "{name}");
        }
    }
}

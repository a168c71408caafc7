//! What holds for releases and hotfixes, whoever says it.

use super::*;
use crate::config::file::gates::CommandLine;
use crate::plan::HookEdits;

const EVERYTHING: &str = include_str!("../../../../tests/config/everything.toml");

/// Each value with its key, and its line in gonogo.toml where that says it.
fn shown(landing: &Landing) -> Vec<String> {
    fn line<T: std::fmt::Debug>(said: &Effective<T>) -> String {
        let place = said.place.as_ref().map_or(String::new(), |place| format!(" :{}", place.line));
        format!("{} = {:?}{place}", said.key, said.value)
    }
    let optional = [landing.branch.as_ref().map(line), landing.into.as_ref().map(line)];
    let texts = [&landing.commit_message, &landing.tag_message, &landing.title].map(line);
    let others = [
        landing.next.as_ref().map(line),
        Some(line(&landing.from)),
        Some(line(&landing.keep_branch)),
        Some(line(&landing.hooks)),
        Some(line(&landing.tag_on)),
    ];
    optional.into_iter().chain(texts.map(Some)).chain(others).flatten().collect()
}

#[test]
fn without_a_file_the_usual_holds() {
    let settings = Settings::default();
    assert_eq!(
        shown(&settings.landing(Procedure::Release)),
        [
            "release.commit_message = \"chore: release {version}\"",
            "release.tag_message = \"Release {version}\"",
            "release.title = \"{name} {version}\"",
            "release.from = Main",
            "release.keep_branch = false",
            "release.hooks = OwnLines",
            "release.tag_on = Branch",
        ]
    );
    assert_eq!(
        shown(&settings.landing(Procedure::Hotfix)),
        [
            "hotfix.branch = \"hotfix/v{version}\"",
            "hotfix.commit_message = \"chore: release {version}\"",
            "hotfix.tag_message = \"Hotfix {version}\"",
            "hotfix.title = \"{name} {version}\"",
            "hotfix.from = Tag",
            "hotfix.keep_branch = false",
            "hotfix.hooks = OwnLines",
            "hotfix.tag_on = Branch",
        ]
    );
    let prepared = |procedure| settings.landing(procedure).prepared().value;
    assert_eq!(prepared(Procedure::Release), "release/{tag}");
    assert_eq!(prepared(Procedure::Hotfix), "hotfix/v{version}");
}

#[test]
fn a_hotfix_falls_back_to_the_release_but_for_what_is_its_own() {
    let text = "\
[release]
branch = 'rel-{version}'
from = 'develop'
into = ['main']
commit_message = 'release {tag}'
tag_message = 'of {date}'
title = '{tag}'
keep_branch = true
next = '{next_patch}.dev0'
hooks = 'own-files'
";
    let said = [
        "release.into = [\"main\"] :4",
        "release.commit_message = \"release {tag}\" :5",
        "release.title = \"{tag}\" :7",
        "release.next = \"{next_patch}.dev0\" :9",
        "release.keep_branch = true :8",
        "release.hooks = OwnFiles :10",
    ];
    let own = [
        "hotfix.branch = \"hotfix/v{version}\"",
        "hotfix.tag_message = \"Hotfix {version}\"",
        "hotfix.from = Tag",
        "hotfix.tag_on = Branch",
    ];
    let found = shown(&read(text).unwrap().landing(Procedure::Hotfix));
    assert!(said.iter().chain(&own).all(|line| found.contains(&(*line).to_owned())), "{found:?}");
    assert_eq!(found.len(), said.len() + own.len());
    let release = read(text).unwrap().landing(Procedure::Release);
    assert_eq!(release.from.value, Start::Branch("develop".to_owned()));
    assert_eq!(release.prepared().value, "rel-{version}");
    assert_eq!(release.prepared().place.unwrap().line, 2);
}

#[test]
fn every_word_of_the_choices_is_read() {
    let hotfix =
        |text: &str| read(&format!("[hotfix]\n{text}\n")).unwrap().landing(Procedure::Hotfix);
    for (word, is) in [("tag", Start::Tag), ("main", Start::Main), ("x", Start::Branch("x".into()))]
    {
        assert_eq!(hotfix(&format!("from = '{word}'")).from.value, is);
    }
    for (word, is) in [
        ("own-lines", HookEdits::OwnLines),
        ("own-files", HookEdits::OwnFiles),
        ("refuse", HookEdits::Refuse),
    ] {
        assert_eq!(hotfix(&format!("hooks = '{word}'")).hooks.value, is);
    }
    for (word, is) in [("branch", TagOn::Branch), ("merge", TagOn::Merge)] {
        assert_eq!(hotfix(&format!("tag_on = '{word}'")).tag_on.value, is);
    }
    // A release has no tag to start from.
    let release = read("[release]\nfrom = 'tag'\n").unwrap().landing(Procedure::Release);
    assert_eq!(release.from.value, Start::Branch("tag".to_owned()));
    for (word, is) in [("no-ff", Merge::NoFf), ("ff", Merge::Ff), ("squash", Merge::Squash)] {
        let branches = read(&format!("[branches]\nmerge = '{word}'\n")).unwrap().branches;
        assert_eq!(branches.merged(), is);
    }
    assert_eq!(Settings::default().branches.merged(), Merge::NoFf);
    for (text, is) in [("true", Some(true)), ("false", Some(false))] {
        let sign = read(&format!("[tag]\nsign = {text}\n")).unwrap().tag.sign;
        assert_eq!(sign.map(|said| said.value), is);
    }
    assert_eq!(read("[tag]\n").unwrap().tag.sign, None);
}

#[test]
fn what_is_written_of_branches_and_records_is_read() {
    let settings = read(EVERYTHING).unwrap();
    let said = |said: &Option<Said<String>>| said.as_ref().map(|said| said.value.clone());
    assert_eq!(said(&settings.branches.main).as_deref(), Some("trunk"));
    assert_eq!(said(&settings.branches.develop).as_deref(), Some("next"));
    let protected = settings.branches.protects("trunk").unwrap();
    assert_eq!(settings.place(protected.at).unwrap().source, "protected = [\"trunk\"]");
    assert_eq!(settings.branches.protects("next"), None);
    let record: Vec<_> =
        settings.record.iter().map(|(name, line)| (name.value.as_str(), line)).collect();
    let db = CommandLine::Argv(vec!["alembic".to_owned(), "current".to_owned()]);
    let images = CommandLine::Shell("docker images | sort".to_owned());
    assert_eq!(record, [("db", &db), ("images", &images)]);
    let hotfix = settings.landing(Procedure::Hotfix);
    assert!(shown(&hotfix).iter().all(|line| line.starts_with("hotfix.") && line.contains(" :")));
}

//! Workflows as projects write them, and what they publish on which event.

use super::Event::{Branch, Release, Tag};
use super::*;
use crate::config::tests::Memory;

/// What is said of the workflows: each with its name in `.github/workflows`, or another file.
fn says(files: &[(&str, &str)], event: Event<'_>) -> Vec<String> {
    let workflow = |name: &str| match name.contains(['/', '.']) {
        true => name.to_owned(),
        false => format!(".github/workflows/{name}.yml"),
    };
    let files: Vec<(String, &str)> =
        files.iter().map(|(name, text)| (workflow(name), *text)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let paths: Vec<RepoPath> = files.iter().map(|(name, _)| RepoPath::new(name).unwrap()).collect();
    let found = publishes(&Memory::new(&files), &paths, event, Some("acme/studio"));
    found.iter().map(|one| one.says(event)).collect()
}

/// A workflow with this trigger that publishes to PyPI.
fn on(trigger: &str) -> String {
    format!("on:\n{trigger}\njobs:\n  pypi:\n    steps:\n      - run: twine upload dist/*\n")
}

#[test]
fn what_is_pushed_decides_what_starts() {
    let tag = ["v1.3.0", "v1.3.0-rc.1", "archive/old"].map(Tag);
    let [v1, rc, archive] = tag;
    let (main, fix) = (Branch("main"), Branch("fix/7"));
    for (trigger, starts) in [
        ("  push:", &[v1, rc, archive, main, fix][..]),
        ("  push:\n    tags: ['v*']", &[v1, rc]),
        ("  push:\n    tags: v*", &[v1, rc]),
        ("  push:\n    tags:\n      - 'v*'\n      - '!v*-*'", &[v1]),
        ("  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']", &[v1]),
        ("  push:\n    tags: ['*']", &[v1, rc]),
        ("  push:\n    tags: ['**']", &[v1, rc, archive]),
        ("  push:\n    tags-ignore: ['archive/**']", &[v1, rc]),
        ("  push:\n    branches: [main]", &[main]),
        ("  push:\n    branches-ignore: [main]", &[fix]),
        ("  push:\n    branches: main\n    tags: ['v*']", &[v1, rc, main]),
        ("  push:\n    branches: ['**']", &[main, fix]),
        ("  release:\n    types: [published]", &[Release("v1.3.0")]),
        ("  release:\n    types: published", &[Release("v1.3.0")]),
        ("  release:", &[Release("v1.3.0")]),
        ("  release:\n    types: [edited]", &[]),
        ("  workflow_dispatch:", &[]),
        ("  pull_request:\n  schedule:\n    - cron: '0 0 * * *'", &[]),
    ] {
        let text = on(trigger);
        for event in [v1, rc, archive, main, fix, Release("v1.3.0")] {
            let said = !says(&[("ci", &text)], event).is_empty();
            assert_eq!(said, starts.contains(&event), "{trigger}: {event:?}");
        }
    }
    for (text, event, expected) in [
        ("on: push", v1, 1),
        ("on: [push, pull_request]", main, 1),
        ("on: [pull_request]", main, 0),
        ("'on': push", v1, 1),
        ("on: release", Release("v1"), 1),
        ("name: x", v1, 0),
    ] {
        let text = format!("{text}\njobs:\n  a:\n    steps:\n    - run: cargo publish\n");
        assert_eq!(says(&[("ci", &text)], event).len(), expected, "{text}");
    }
    // Whether a path was touched is not known here; tags have no paths.
    let paths = on("  push:\n    paths: ['src/**']");
    assert_eq!(
        says(&[("ci", &paths)], main),
        ["CI may publish to PyPI when main arrives (.github/workflows/ci.yml)"]
    );
    assert_eq!(
        says(&[("ci", &paths)], v1),
        ["CI publishes to PyPI when v1.3.0 arrives (.github/workflows/ci.yml)"]
    );
}

const RELEASE: &str = "
name: Release
on:
  push:
    branches: [main]
    tags: ['v*']
  workflow_dispatch:
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      release: >-
        ${{
          github.event_name == 'push' && github.ref_type == 'tag'
        }}
    steps:
      - uses: actions/checkout@v4
      - run: |
          python -m build
          twine check dist/*
  pypi:
    needs: [build]
    if: fromJSON(needs.build.outputs.release)
    environment: release
    steps:
      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2
  test-pypi:
    needs: build
    if: >-
      github.ref == 'refs/heads/main'
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
        with:
          repository-url: https://test.pypi.org/legacy/
  announce:
    needs: pypi
    steps:
      - uses: softprops/action-gh-release@v2
        if: startsWith(github.ref, 'refs/tags/')
  image:
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: ${{ github.ref_type == 'tag' && vars.PUSH }}
  dry:
    steps:
      - uses: docker/build-push-action@v6
        with: { push: false }
      - if: false
        run: cargo publish
      - run: cargo publish --dry-run
      - if: ${{ github.repository == 'other/studio' }}
        run: npm publish
  docs:
    if: github.repository == 'acme/studio' && !cancelled()
    needs: [never]
    steps:
      - uses: actions/deploy-pages@v4
  never:
    if: github.event_name == 'workflow_dispatch'
    steps:
      - run: npm publish
  after-never:
    needs: never
    steps:
      - run: npm publish
  tell:
    needs: [build, never]
    if: always() && needs.never.result == 'skipped' && needs.build.result == 'success'
    steps:
      - run: cargo publish
  circle:
    needs: circle
    steps:
      - run: npm run build
";

#[test]
fn jobs_and_steps_run_when_their_conditions_hold() {
    let file = "(.github/workflows/release.yml)";
    assert_eq!(
        says(&[("release", RELEASE)], Tag("v1.3.0")),
        [
            format!("CI publishes to PyPI when v1.3.0 arrives {file}"),
            format!("CI publishes to crates.io when v1.3.0 arrives {file}"),
            format!("CI may publish a container image when v1.3.0 arrives {file}"),
            format!("CI publishes the release on GitHub when v1.3.0 arrives {file}"),
            format!("CI publishes the documentation when v1.3.0 arrives {file}"),
        ]
    );
    assert_eq!(
        says(&[("release", &RELEASE.replace('\n', "\r\n"))], Branch("main")),
        [
            format!("CI publishes to TestPyPI when main arrives {file}"),
            format!("CI publishes to crates.io when main arrives {file}"),
            format!("CI publishes the documentation when main arrives {file}"),
        ]
    );
    assert_eq!(says(&[("release", RELEASE)], Release("v1.3.0")), Vec::<String>::new());
    let named = "on: release\njobs:\n  a:\n    if: github.event_name == 'release'\n    steps:\n    \
                 - run: npm publish\n    - run: gh release upload $TAG dist/*\n";
    let said = "CI publishes to npm when the release v1 is published on GitHub";
    assert_eq!(
        says(&[("npm", named)], Release("v1")),
        [format!("{said} (.github/workflows/npm.yml)")]
    );
}

#[test]
fn scripts_actions_and_workflows_of_the_repository_are_looked_into() {
    let caller = "on:\n  push:\n    tags: ['*']\njobs:\n  a:\n    steps:\n    - run: scripts/publish\n    \
                  - uses: ./.github/actions/announce\n  b:\n    uses: ./.github/workflows/crate.yml\n  \
                  c:\n    if: github.ref_type == 'branch'\n    uses: ./.github/workflows/crate.yml\n";
    let files = [
        ("release", caller),
        ("scripts/publish", "#!/bin/sh -e\nscripts/again\n${PREFIX}twine upload dist/*\n"),
        ("scripts/again", "#!/bin/sh\nscripts/publish\n"),
        (
            ".github/actions/announce/action.yml",
            "runs:\n  using: composite\n  steps:\n  - run: gh release create \"$TAG\"\n",
        ),
        ("crate", "on: workflow_call\njobs:\n  x:\n    steps:\n    - run: cargo publish\n"),
        ("broken", "on: [push\njobs: {"),
        ("notes.txt", "on: push"),
        ("empty", ""),
    ];
    let says = says(&files, Tag("v1"));
    let targets: Vec<&str> = says.iter().map(|said| said.split(" when").next().unwrap()).collect();
    assert_eq!(
        targets,
        ["CI publishes to PyPI", "CI publishes to crates.io", "CI publishes the release on GitHub"]
    );
    assert!(says.iter().all(|said| said.ends_with("(.github/workflows/release.yml)")), "{says:?}");
}

#[test]
fn pipelines_of_gitlab() {
    for (job, tag, branch) in [
        ("", "publishes", "publishes"),
        ("rules:\n    - if: $CI_COMMIT_TAG", "publishes", ""),
        ("rules:\n    - if: '$CI_COMMIT_TAG =~ /^v\\d/'", "may publish", ""),
        ("rules:\n    - if: $CI_COMMIT_BRANCH == \"main\"", "", "publishes"),
        ("rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "may publish", "may publish"),
        (
            "rules:\n    - if: $CI_COMMIT_TAG == null\n      when: never\n    - when: on_success",
            "publishes",
            "",
        ),
        ("rules:\n    - if: $CI_COMMIT_TAG\n      when: manual", "", ""),
        ("rules:\n    - if: $CI_COMMIT_TAG && $CI_PIPELINE_SOURCE != \"push\"", "", ""),
        ("rules:\n    - changes: [src/*]", "may publish", "may publish"),
        ("when: manual", "", ""),
        ("only: [tags]", "publishes", ""),
        ("only:\n    refs: [main]", "", "publishes"),
        ("only: [/^v/]", "may publish", "may publish"),
        ("except: [tags]", "", "publishes"),
        ("extends: .deploy", "may publish", "may publish"),
    ] {
        let text =
            format!("pypi:\n  {job}\n  script:\n    - pip install twine\n    - twine upload d\n");
        let text = format!(".deploy:\n  script: cargo publish\n{text}stages: [x]\n");
        for (event, expected) in [(Tag("v1"), tag), (Branch("main"), branch)] {
            let said = says(&[(".gitlab-ci.yml", &text)], event);
            let expected = (!expected.is_empty())
                .then(|| format!("CI {expected} to PyPI when {event} (.gitlab-ci.yml)"));
            assert_eq!(said, Vec::from_iter(expected), "{text}");
        }
    }
}

#[test]
fn some_registries_take_a_version_only_once() {
    let never: Vec<_> = [Target::PyPi, Target::CratesIo, Target::Npm, Target::Image, Target::Docs]
        .into_iter()
        .filter_map(Target::never_twice)
        .collect();
    assert_eq!(never, ["PyPI", "crates.io", "npm"]);
}

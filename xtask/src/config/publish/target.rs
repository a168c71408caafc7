//! What a step publishes to: actions and commands that are known to publish.

use std::fmt;

use crate::config::runner;

/// Where something is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    PyPi,
    TestPyPi,
    /// An index of Python packages that is not PyPI.
    Index,
    CratesIo,
    Npm,
    Image,
    GitHubRelease,
    Docs,
}

impl Target {
    /// What to call a registry that takes a version once and never again; `None` for what can be
    /// published anew.
    pub fn never_twice(self) -> Option<&'static str> {
        match self {
            Self::PyPi => Some("PyPI"),
            Self::CratesIo => Some("crates.io"),
            Self::Npm => Some("npm"),
            Self::TestPyPi | Self::Index | Self::Image | Self::GitHubRelease | Self::Docs => None,
        }
    }
}

impl fmt::Display for Target {
    /// The rest of a sentence after `publishes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PyPi => "to PyPI",
            Self::TestPyPi => "to TestPyPI",
            Self::Index => "to a package index",
            Self::CratesIo => "to crates.io",
            Self::Npm => "to npm",
            Self::Image => "a container image",
            Self::GitHubRelease => "the release on GitHub",
            Self::Docs => "the documentation",
        })
    }
}

/// Whether an input of an action is set.
pub type Input<'i> = dyn Fn(&str) -> Option<String> + 'i;

/// What an action publishes to, by its name without the version, whatever the case. An image is
/// published where its inputs say so: that is the caller's to judge.
pub fn of_action(action: &str, input: &Input<'_>) -> Option<Target> {
    let says = |name: &str, word: &str| {
        input(name).is_some_and(|text| text.split_whitespace().any(|part| part == word))
    };
    let index = || {
        let url = input("repository-url").or_else(|| input("repository_url"));
        url.map_or(Target::PyPi, |url| at_index(&url))
    };
    Some(match action.to_ascii_lowercase().as_str() {
        "pypa/gh-action-pypi-publish" => index(),
        "pyo3/maturin-action" | "messense/maturin-action"
            if says("command", "publish") || says("command", "upload") =>
        {
            Target::PyPi
        }
        "katyo/publish-crates"
        | "release-plz/action"
        | "marcoieni/release-plz-action"
        | "rust-lang/crates-io-publish-action" => Target::CratesIo,
        "js-devtools/npm-publish" => Target::Npm,
        "changesets/action" if input("publish").is_some() => Target::Npm,
        "docker/build-push-action" | "docker/bake-action" | "redhat-actions/push-to-registry" => {
            Target::Image
        }
        "goreleaser/goreleaser-action" if says("args", "--snapshot") => return None,
        "goreleaser/goreleaser-action" if says("args", "release") => Target::GitHubRelease,
        "softprops/action-gh-release"
        | "ncipollo/release-action"
        | "actions/create-release"
        | "svenstaro/upload-release-action"
        | "taiki-e/create-gh-release-action"
        | "aio-libs/create-release" => Target::GitHubRelease,
        "actions/deploy-pages"
        | "peaceiris/actions-gh-pages"
        | "jamesives/github-pages-deploy-action" => Target::Docs,
        _ => return None,
    })
}

/// What a command publishes to.
pub fn of_command(argv: &[String]) -> Option<Target> {
    let words = runner::called(argv).words;
    let words = match words {
        // `npx tool`, `uv tool run tool`
        [first, rest @ ..] if matches!(program(first), "npx" | "bunx") => rest,
        [uv, tool, run, rest @ ..] if uv == "uv" && tool == "tool" && run == "run" => rest,
        words => words,
    };
    let (first, rest) = words.split_first()?;
    let has = |option: &str| rest.iter().any(|word| word == option);
    if has("--dry-run") || has("--help") || has("--snapshot") {
        return None;
    }
    let mut plain = rest.iter().map(String::as_str).filter(|word| !word.starts_with(['-', '+']));
    let (verb, next) = (plain.next().unwrap_or_default(), plain.next().unwrap_or_default());
    match (program(first), verb) {
        ("twine" | "maturin", "upload")
        | ("uv" | "poetry" | "pdm" | "maturin" | "flit" | "hatch" | "rye", "publish") => {
            Some(index(rest))
        }
        ("cargo", "publish" | "release-plz" | "smart-release") | ("release-plz", "release") => {
            Some(Target::CratesIo)
        }
        ("cargo", "workspaces" | "ws") if next == "publish" => Some(Target::CratesIo),
        // Without it nothing happens.
        ("cargo", "release") if has("--execute") || has("-x") => Some(Target::CratesIo),
        ("npm" | "pnpm" | "yarn" | "bun" | "lerna" | "changeset", "publish") => Some(Target::Npm),
        ("yarn", "npm") if next == "publish" => Some(Target::Npm),
        ("docker" | "podman" | "buildah", "push") => Some(Target::Image),
        ("docker", "image" | "compose" | "manifest") if next == "push" => Some(Target::Image),
        ("docker", "buildx" | "build") if has("--push") || has("imagetools") => Some(Target::Image),
        ("gh", "release") if matches!(next, "create" | "upload") => Some(Target::GitHubRelease),
        ("goreleaser", "release") => Some(Target::GitHubRelease),
        ("mkdocs", "gh-deploy") => Some(Target::Docs),
        ("mike", "deploy") if has("--push") || has("-p") => Some(Target::Docs),
        _ => None,
    }
}

/// The name of a program without its folder, and without a variable in front.
fn program(word: &str) -> &str {
    word.rsplit(['/', '}']).next().unwrap_or(word)
}

/// The index that the options of a command choose.
fn index(options: &[String]) -> Target {
    const NAMED: [&str; 7] = [
        "--repository",
        "-r",
        "--repository-url",
        "--publish-url",
        "--index",
        "--index-url",
        "--repo",
    ];
    let mut words = options.iter();
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word.as_str(), None),
        };
        if NAMED.contains(&option) {
            let value = value.or_else(|| words.next().map(String::as_str));
            return value.map_or(Target::Index, at_index);
        }
    }
    Target::PyPi
}

/// The index of a name or an address.
fn at_index(name: &str) -> Target {
    let name = name.to_ascii_lowercase();
    if name.contains("test") {
        return Target::TestPyPi;
    }
    match name == "pypi" || name == "main" || name.contains("pypi.org") {
        true => Target::PyPi,
        false => Target::Index,
    }
}

/// The commands of a script, split at blanks. What quotes and variables mean is not looked into: the
/// names of programs have none.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let joined = script.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim_start().starts_with('#'));
    let parts = lines.flat_map(|line| {
        let line = line.split(" #").next().unwrap_or_default();
        line.split(['|', ';', '&', '(', ')', '`']).map(command).collect::<Vec<_>>()
    });
    parts.filter(|words| !words.is_empty()).collect()
}

/// The words from the program on.
fn command(part: &str) -> Vec<String> {
    const BEFORE: [&str; 13] = [
        "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "sudo",
        "env",
    ];
    let assigns = |word: &str| {
        let name = word.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    let before = |word: &&str| BEFORE.contains(word) || assigns(word);
    let words = part.split_whitespace().skip_while(before);
    words.map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_publish() {
        use Target::{CratesIo, Docs, GitHubRelease, Image, Index, Npm, PyPi, TestPyPi};
        for (script, expected) in [
            ("twine upload dist/*", &[PyPi][..]),
            ("python -m twine upload --non-interactive dist/*", &[PyPi]),
            ("${PREFIX}twine upload dist/*\n${PREFIX}mkdocs gh-deploy --force", &[PyPi, Docs]),
            (".venv/bin/twine upload -r testpypi dist/*", &[TestPyPi]),
            ("twine upload --repository-url https://test.pypi.org/legacy/ dist/*", &[TestPyPi]),
            ("twine upload --repository-url=https://pip.acme.com dist/*", &[Index]),
            ("twine upload --repository pypi dist/*", &[PyPi]),
            ("twine check dist/*", &[]),
            ("uv build && uv publish", &[PyPi]),
            ("uv publish --dry-run '*'", &[]),
            ("uvx twine upload dist/*", &[PyPi]),
            ("uv tool run twine upload x", &[PyPi]),
            ("pipx run twine upload dist/*", &[PyPi]),
            ("poetry publish --build", &[PyPi]),
            ("poetry publish -r internal", &[Index]),
            ("hatch publish", &[PyPi]),
            ("flit publish", &[PyPi]),
            ("pdm publish", &[PyPi]),
            ("maturin upload target/wheels/*", &[PyPi]),
            ("uvx maturin publish", &[PyPi]),
            ("cargo publish --locked", &[CratesIo]),
            ("cargo publish \\\n  --dry-run", &[]),
            ("cargo +stable publish -p core", &[CratesIo]),
            ("cargo release --execute minor", &[CratesIo]),
            ("cargo release minor", &[]),
            ("cargo workspaces publish --yes", &[CratesIo]),
            ("cargo test publish", &[]),
            ("npm publish --provenance", &[Npm]),
            ("yarn npm publish", &[Npm]),
            ("npx changeset publish", &[Npm]),
            ("npm run publish", &[]),
            ("docker push acme/studio:1", &[Image]),
            ("docker buildx build --push -t x .", &[Image]),
            ("docker build -t x .", &[]),
            ("gh release create \"$TAG\" --generate-notes", &[GitHubRelease]),
            ("gh release view v1 || gh release create v1", &[GitHubRelease]),
            ("GH_TOKEN=x gh release upload v1 dist/*", &[GitHubRelease]),
            ("goreleaser release --clean", &[GitHubRelease]),
            ("goreleaser release --snapshot", &[]),
            ("mike deploy --push 1.0", &[Docs]),
            ("if [ -n \"$X\" ]; then twine upload d; fi", &[PyPi]),
            ("# twine upload dist/*\necho twine upload  # cargo publish", &[]),
            ("pip install twine", &[]),
            ("git push", &[]),
        ] {
            let found: Vec<_> =
                commands(script).iter().filter_map(|argv| of_command(argv)).collect();
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn actions_that_publish() {
        use Target::{CratesIo, Docs, GitHubRelease, Image, PyPi, TestPyPi};
        for (action, inputs, expected) in [
            ("pypa/gh-action-pypi-publish", "", Some(PyPi)),
            (
                "pypa/gh-action-pypi-publish",
                "repository-url=https://test.pypi.org/legacy/",
                Some(TestPyPi),
            ),
            ("PyO3/maturin-action", "command=upload", Some(PyPi)),
            ("PyO3/maturin-action", "command=build", None),
            ("katyo/publish-crates", "", Some(CratesIo)),
            ("JS-DevTools/npm-publish", "", Some(Target::Npm)),
            ("changesets/action", "", None),
            ("docker/build-push-action", "", Some(Image)),
            ("softprops/action-gh-release", "", Some(GitHubRelease)),
            ("goreleaser/goreleaser-action", "args=release --clean", Some(GitHubRelease)),
            ("goreleaser/goreleaser-action", "args=release --snapshot", None),
            ("actions/deploy-pages", "", Some(Docs)),
            ("actions/checkout", "", None),
        ] {
            let input = |name: &str| {
                let (key, value) = inputs.split_once('=')?;
                (key == name).then(|| value.to_owned())
            };
            assert_eq!(of_action(action, &input), expected, "{action} {inputs}");
        }
    }
}

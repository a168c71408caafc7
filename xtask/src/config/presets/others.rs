//! Gates of Rust and JavaScript projects, and those that look at the repository as a whole.

use super::evidence::Evidence;
use super::{Preset, Run};
use crate::sites::doc::Node;

/// What detect-secrets knows of and takes for harmless.
const BASELINE: &str = ".secrets.baseline";

pub(super) fn presets(evidence: &Evidence<'_>) -> Vec<Preset> {
    let found = [secrets(evidence), pre_commit(evidence)];
    rust(evidence).into_iter().chain(npm(evidence)).chain(found.into_iter().flatten()).collect()
}

/// pre-commit mends what it finds, so it is no command to try on somebody's files.
fn pre_commit(evidence: &Evidence<'_>) -> Option<Preset> {
    let file = ".pre-commit-config.yaml";
    if evidence.hooks().is_empty() {
        return None;
    }
    let prefix = evidence.wants("pre-commit").map(|_| evidence.prefix("pre-commit"));
    let run = format!("{}pre-commit run --all-files", prefix.unwrap_or_default());
    let preset = Preset::new("pre-commit", "pre-commit", run, file);
    Some(preset.edits().installed_by(evidence.install("pre-commit")))
}

/// The hook looks at the files it is given, and at none without any.
fn secrets(evidence: &Evidence<'_>) -> Option<Preset> {
    if !evidence.has(BASELINE) || evidence.hooks().iter().any(|id| id == "detect-secrets") {
        return None;
    }
    let run = format!("git ls-files -z | xargs -0 detect-secrets-hook --baseline {BASELINE}");
    let mut preset = Preset::new("secrets", "detect-secrets-hook", "", BASELINE);
    preset.run = Run::Shell(run);
    // It brings the line numbers in its baseline up to date.
    Some(preset.edits().installed_by(evidence.install("detect-secrets")))
}

fn rust(evidence: &Evidence<'_>) -> Vec<Preset> {
    let Some(cargo) = &evidence.cargo else { return Vec::new() };
    let all = if cargo.get("workspace").is_some() { " --workspace" } else { "" };
    let runs = |tool: &str| {
        let line = evidence.lines().iter().find(|line| line.runs(tool));
        line.map(|line| format!("{} runs it", line.file))
    };
    let file = |names: &[&str]| names.iter().find(|n| evidence.has(n)).map(|n| (*n).to_owned());
    let lints = [&["lints", "clippy"][..], &["workspace", "lints", "clippy"]];
    let told = lints.iter().find_map(|keys| {
        keys.iter().try_fold(cargo, |node, key| node.get(key))?;
        Some(format!("[{}] in Cargo.toml", keys.join(".")))
    });
    let tests = tested(evidence).or_else(|| runs("cargo test"));
    let clippy = file(&["clippy.toml", ".clippy.toml"]).or(told).or_else(|| runs("cargo clippy"));
    let format = file(&["rustfmt.toml", ".rustfmt.toml"]).or_else(|| runs("cargo fmt"));
    let deny = file(&["deny.toml"]).or_else(|| runs("cargo deny"));
    let found = [
        tests.map(|why| {
            Preset::new("tests", "cargo test", format!("cargo test{all}"), why).within("30m")
        }),
        clippy.map(|why| {
            let run = format!("cargo clippy{all} --all-targets -- -D warnings");
            let preset = Preset::new("lint", "cargo clippy", run, why).within("30m");
            preset.installed_by("rustup component add clippy")
        }),
        format.map(|why| {
            Preset::new("format", "cargo fmt", "cargo fmt --all --check", why)
                .fixed_by("cargo fmt --all")
                .installed_by("rustup component add rustfmt")
        }),
        deny.map(|why| {
            Preset::new("dependencies", "cargo deny", "cargo deny check", why)
                .never_reused()
                .installed_by("cargo install cargo-deny --locked")
        }),
    ];
    found.into_iter().flatten().collect()
}

/// The first file with a test in Rust.
fn tested(evidence: &Evidence<'_>) -> Option<String> {
    let rust = evidence.paths.iter().filter(|path| path.extension() == "rs");
    let own = |path: &&crate::path::RepoPath| {
        let text = evidence.text(path.as_str()).unwrap_or_default();
        text.lines().any(|line| matches!(line.trim(), "#[test]" | "#[tokio::test]"))
    };
    rust.into_iter().find(own).map(|path| format!("#[test] in {path}"))
}

fn npm(evidence: &Evidence<'_>) -> Vec<Preset> {
    let scripts = evidence.package.as_ref().and_then(|package| package.get("scripts"));
    let Some(scripts) = scripts else { return Vec::new() };
    let locks = [
        ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile"),
        ("yarn.lock", "yarn", "yarn install --frozen-lockfile"),
        ("bun.lock", "bun", "bun install --frozen-lockfile"),
        ("bun.lockb", "bun", "bun install --frozen-lockfile"),
        ("package-lock.json", "npm", "npm ci"),
    ];
    let lock = locks.iter().find(|(lock, ..)| evidence.has(lock));
    let (manager, install) = lock.map_or(("npm", "npm install"), |(_, m, i)| (*m, *i));
    let known = [
        ("tests", &["test"][..], "npm test"),
        ("lint", &["lint"], "npm run lint"),
        ("types", &["typecheck", "type-check", "check-types"], "npm run typecheck"),
        ("format", &["format:check", "check-format", "prettier:check"], "npm run format:check"),
    ];
    let preset = |(name, scripted, tool): (&str, &[&str], &'static str)| {
        let script = scripted.iter().find(|script| {
            // What `npm init` writes there.
            let text = scripts.get(script).and_then(Node::text).unwrap_or_default();
            !text.is_empty() && !text.contains("no test specified")
        })?;
        let text = scripts.get(script).and_then(Node::text).unwrap_or_default();
        let run = match (manager, *script) {
            ("npm" | "pnpm" | "yarn", "test") => format!("{manager} test"),
            _ => format!("{manager} run {script}"),
        };
        let why = format!("the script \"{script}\" in package.json");
        let preset = Preset::new(name, tool, run, why).installed_by(install);
        let edits = ["--fix", "--write", "-w"]
            .iter()
            .any(|flag| text.split_whitespace().any(|word| word == *flag));
        Some(if edits { preset.edits() } else { preset })
    };
    known.into_iter().filter_map(preset).collect()
}

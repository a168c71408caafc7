//! Commands that ask the network: what was green an hour ago may not be so now.

use crate::config::file::gates::CommandLine;

/// Programs whose answer depends on something else than the files.
const PROGRAMS: [&str; 16] = [
    "pip-audit",
    "pip_audit",
    "safety",
    "osv-scanner",
    "trivy",
    "grype",
    "gh",
    "glab",
    "curl",
    "wget",
    "ssh",
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "cargo-audit",
];

/// What package managers are asked for when the answer lies elsewhere.
const QUESTIONS: [&str; 4] = ["audit", "outdated", "deny", "advisories"];

/// The package managers.
const MANAGERS: [&str; 8] = ["npm", "yarn", "pnpm", "cargo", "pip", "uv", "poetry", "bundle"];

/// Whether a command is known to ask the network; one that is not known can say `cache = false`.
pub fn asks(line: &CommandLine) -> bool {
    let words: Vec<&str> = match line {
        CommandLine::Argv(words) => words.iter().map(String::as_str).collect(),
        CommandLine::Shell(text) => {
            let end = |c: char| c.is_whitespace() || "|;&()`$\"'<>".contains(c);
            text.split(end).filter(|word| !word.is_empty()).collect()
        }
    };
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&name(word)));
    has(&PROGRAMS) || has(&MANAGERS) && words.iter().any(|word| QUESTIONS.contains(word))
}

/// The program that a word names; a path inside the repository is no such name.
fn name(word: &str) -> &str {
    match word.rsplit_once('/') {
        Some((folder, name)) if folder.is_empty() || folder.ends_with("bin") => name,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_the_network_is_known() {
        for (text, expected) in [
            ("pip-audit --strict -r requirements.txt", true),
            ("uv run pip-audit", true),
            ("python -m pip_audit", true),
            (".venv/bin/pip-audit", true),
            ("/usr/bin/curl -f x", true),
            ("npm --prefix frontend outdated", true),
            ("npm audit --omit dev", true),
            ("cargo deny check", true),
            ("docker compose build", true),
            ("gh run list", true),
            ("pytest", false),
            ("pytest tests/docker", false),
            ("npm test", false),
            ("ruff check audit", false),
            ("pip check", false),
            ("cargo test", false),
        ] {
            let words = text.split(' ').map(str::to_owned).collect();
            assert_eq!(asks(&CommandLine::Argv(words)), expected, "{text}");
            assert_eq!(asks(&CommandLine::Shell(text.to_owned())), expected, "{text}");
        }
        assert!(asks(&CommandLine::Shell("x=$(curl -f y) && test \"$x\"".to_owned())));
    }
}

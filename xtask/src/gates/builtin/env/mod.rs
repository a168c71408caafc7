//! `env`: what the code reads from the environment stands in `.env.example`.

mod code;
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use memchr::memmem;

use super::{Answer, BuiltIn, Facts, could_not};
use crate::error::Refusal;
use crate::gates::{Finding, Judged};
use crate::path::RepoPath;
use crate::repo::{FOREIGN_FOLDERS, Repo};
use crate::sites::python::environment;
use crate::wording::counted;
use code::Language;

/// What a file is called that tells which variables there are.
const EXAMPLES: [&str; 6] =
    [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env"];

/// A file that is larger was made by a program.
const LARGEST: u64 = 2 << 20;

/// So many variables are named.
const NAMED: usize = 12;

/// What shells, systems and tools set by themselves.
const USUAL: [&str; 58] = [
    "PATH",
    "HOME",
    "USER",
    "USERNAME",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "COLORTERM",
    "PWD",
    "OLDPWD",
    "TMPDIR",
    "TEMP",
    "TMP",
    "HOSTNAME",
    "DISPLAY",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "COLUMNS",
    "LINES",
    "CI",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "NODE_ENV",
    "NODE_OPTIONS",
    "NODE_PATH",
    "CARGO",
    "OUT_DIR",
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "PROGRAMFILES",
    "PROGRAMDATA",
    "SYSTEMROOT",
    "COMSPEC",
    "SOURCE_DATE_EPOCH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SUDO_USER",
    "UID",
    "GID",
    "SHLVL",
    "WSL_DISTRO_NAME",
    "WAYLAND_DISPLAY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// How names begin that they set.
const USUAL_BEGINNINGS: [&str; 18] = [
    "LC_",
    "XDG_",
    "GITHUB_",
    "GITLAB_",
    "CI_",
    "RUNNER_",
    "PYTHON",
    "PYTEST_",
    "CARGO_",
    "RUST_",
    "RUSTUP_",
    "npm_",
    "NPM_",
    "COMPOSE_",
    "DOCKER_",
    "KUBERNETES_",
    "SSH_",
    "GIT_",
];

pub const GATE: BuiltIn = BuiltIn { name: "env", usual: |_| false, ask };

fn ask(_: &Facts<'_>) -> Answer {
    Answer::Later(Box::new(|slot| match Repo::discover(&slot.top).and_then(|repo| look(&repo)) {
        Ok(found) => found.judge(),
        Err(refusal) => could_not(&refusal),
    }))
}

/// A place in a file.
type Place = (RepoPath, usize);

/// All that was found.
#[derive(Default)]
struct Found {
    /// Each variable that is read, with every place.
    reads: BTreeMap<String, Vec<Place>>,
    /// Those that an example sets, with the first place.
    told: BTreeMap<String, Place>,
    /// Those that stand in one commented out, or in another file that compose reads.
    known: BTreeSet<String>,
    examples: Vec<RepoPath>,
    /// Files of Python that cannot be read.
    broken: usize,
}

fn look(repo: &Repo) -> Result<Found, Refusal> {
    let mut found = Found::default();
    let tracked: Vec<RepoPath> =
        repo.tracked_files()?.iter().filter_map(|path| RepoPath::new(path.to_str()?)).collect();
    let mut named = Vec::new();
    for path in &tracked {
        let Some(kind) = Kind::of(path) else { continue };
        let Some(bytes) = read(&repo.top, path) else { continue };
        named.extend(found.take(path, kind, &bytes));
    }
    for path in named.iter().filter(|path| tracked.contains(path)) {
        let bytes = read(&repo.top, path).unwrap_or_default();
        let (set, optional) = files::told(&String::from_utf8_lossy(&bytes));
        found.known.extend(set.into_iter().map(|(_, name)| name).chain(optional));
    }
    Ok(found)
}

fn read(top: &Path, path: &RepoPath) -> Option<Vec<u8>> {
    let full = top.join(path.as_str());
    let found = std::fs::symlink_metadata(&full).ok()?;
    (found.is_file() && found.len() <= LARGEST).then(|| std::fs::read(full).ok())?
}

/// What a file is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Example,
    Python,
    Code(Language),
    Compose,
}

impl Kind {
    /// By its name. Tests set their variables themselves, and what lies in folders of other people
    /// is theirs.
    fn of(path: &RepoPath) -> Option<Self> {
        let (name, folders) = (path.name(), path.folder().split('/'));
        if folders.clone().any(|folder| FOREIGN_FOLDERS.contains(&folder)) {
            return None;
        }
        if EXAMPLES.contains(&name) {
            return Some(Self::Example);
        }
        let test = ["tests", "test", "__tests__", "testing", "spec", "e2e"];
        let stem = name.split('.').next().unwrap_or_default();
        let of_tests = folders.clone().any(|folder| test.contains(&folder))
            || stem.starts_with("test_")
            || stem.ends_with("_test")
            || stem == "conftest"
            || name.contains(".test.")
            || name.contains(".spec.");
        if of_tests {
            return None;
        }
        match path.extension() {
            "py" | "pyi" => Some(Self::Python),
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte"
            | "astro" => Some(Self::Code(Language::Script)),
            "rs" => Some(Self::Code(Language::Rust)),
            "yml" | "yaml" => {
                let known = stem.starts_with("compose") || stem.starts_with("docker-compose");
                (known || name.contains(".compose.")).then_some(Self::Compose)
            }
            _ => None,
        }
    }
}

impl Found {
    /// Takes what a file says; returns other files that it names.
    fn take(&mut self, path: &RepoPath, kind: Kind, bytes: &[u8]) -> Vec<RepoPath> {
        let has = |words: &[&str]| {
            words.iter().any(|word| memmem::find(bytes, word.as_bytes()).is_some())
        };
        match kind {
            Kind::Example => {
                let (set, optional) = files::told(&String::from_utf8_lossy(bytes));
                for (at, name) in set {
                    self.told.entry(name).or_insert_with(|| (path.clone(), line(bytes, at)));
                }
                self.known.extend(optional);
                self.examples.push(path.clone());
            }
            Kind::Python if has(&["environ", "getenv", "decouple", "BaseSettings"]) => {
                match environment::variables(bytes) {
                    Some(reads) => self.read(path, bytes, reads),
                    None => self.broken += 1,
                }
            }
            Kind::Code(Language::Script)
                if has(&["process.env", "import.meta.env", "Bun.env", "Deno.env"]) =>
            {
                self.read(path, bytes, code::variables(bytes, Language::Script));
            }
            Kind::Code(Language::Rust) if has(&["env::var", "env = ", "env="]) => {
                self.read(path, bytes, code::variables(bytes, Language::Rust));
            }
            Kind::Compose => {
                let text = String::from_utf8_lossy(bytes);
                let compose = files::compose(&text);
                self.read(path, text.as_bytes(), compose.reads);
                return compose.files.iter().filter_map(|file| path.sibling(file)).collect();
            }
            Kind::Python | Kind::Code(_) => {}
        }
        Vec::new()
    }

    fn read(&mut self, path: &RepoPath, bytes: &[u8], reads: Vec<(usize, String)>) {
        for (at, name) in reads.into_iter().filter(|(_, name)| !is_usual(name)) {
            self.reads.entry(name).or_default().push((path.clone(), line(bytes, at)));
        }
    }

    fn judge(&self) -> Judged {
        let missing: Vec<(&String, &Vec<Place>)> = self
            .reads
            .iter()
            .filter(|(name, _)| !self.told.contains_key(*name) && !self.known.contains(*name))
            .collect();
        let broken = match self.broken {
            0 => None,
            number => Some(format!("{} cannot be read", counted(number, "Python file"))),
        };
        if self.reads.is_empty() && self.examples.is_empty() {
            return Judged::skipped("nothing reads a variable").remark(broken.unwrap_or_default());
        }
        if missing.is_empty() {
            let remarks: Vec<String> = self.unread().into_iter().chain(broken).collect();
            return Judged::green(remarks.join("; "));
        }
        let number = counted(missing.len(), "variable");
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let why = match self.examples.as_slice() {
            [] => format!("{number} {verb} read, and there is no {}", EXAMPLES[0]),
            [one] => format!("{number} {verb} read and not in {one}"),
            several => format!("{number} {verb} read and in none of {} examples", several.len()),
        };
        let place = |(name, places): &(&String, &Vec<Place>)| {
            let (path, line) = &places[0];
            let more = match places.len() {
                1 => String::new(),
                number => format!("  and {}", counted(number - 1, "more place")),
            };
            format!("{path}:{line}  {name}{more}")
        };
        let more = missing.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("and {more} more"));
        let findings = missing.iter().map(|(name, places)| {
            let (path, line) = places[0].clone();
            Finding { path, line, text: format!("{name} is read here and not in the example") }
        });
        Judged::red(why)
            .details(missing.iter().take(NAMED).map(place).chain(more))
            .findings(findings)
            .remark(broken.unwrap_or_default())
    }

    /// Those that nothing reads, in a few words: no failure, another program may.
    fn unread(&self) -> Option<String> {
        let unread = self.told.keys().filter(|name| !self.reads.contains_key(*name));
        let unread: Vec<&str> = unread.map(String::as_str).filter(|name| !is_usual(name)).collect();
        let (shown, more) = unread.split_at(unread.len().min(3));
        let more =
            if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let names = shown.join(", ");
        (!unread.is_empty()).then(|| format!("nothing here reads {names}{more} of the example"))
    }
}

/// 1-based.
fn line(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..at.min(bytes.len())]).count()
}

fn is_usual(name: &str) -> bool {
    USUAL.contains(&name) || USUAL_BEGINNINGS.iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        let script = Some(Kind::Code(Language::Script));
        for (path, expected) in [
            ("app.py", Some(Kind::Python)),
            ("src/studio/settings.py", Some(Kind::Python)),
            ("tests/settings.py", None),
            ("src/test_app.py", None),
            ("conftest.py", None),
            ("vendor/app.py", None),
            ("web/src/api.tsx", script),
            ("web/src/api.test.ts", None),
            ("web/App.vue", script),
            ("src/main.rs", Some(Kind::Code(Language::Rust))),
            ("compose.yml", Some(Kind::Compose)),
            ("deploy/docker-compose.prod.yaml", Some(Kind::Compose)),
            ("web.compose.yml", Some(Kind::Compose)),
            (".github/workflows/ci.yml", None),
            (".env.example", Some(Kind::Example)),
            ("web/.env.sample", Some(Kind::Example)),
            (".env", None),
            ("README.md", None),
        ] {
            assert_eq!(Kind::of(&RepoPath::new(path).unwrap()), expected, "{path}");
        }
    }
}

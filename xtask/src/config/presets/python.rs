//! Gates of a Python project.

use super::Preset;
use super::ci::plain;
use super::evidence::{Evidence, Installed, Tool};
use crate::config::file::gates::CommandLine;
use crate::path::RepoPath;
use crate::sites::doc::Node;

const RUFF: Tool = Tool {
    words: "ruff check",
    distribution: "ruff",
    files: &["ruff.toml", ".ruff.toml"],
    tables: &[&["ruff"]],
    sections: &[],
    hooks: &["ruff", "ruff-check"],
    installed: Installed::Tells,
};
/// A table for ruff says nothing of how the repository is formatted.
const RUFF_FORMAT: Tool = Tool {
    words: "ruff format",
    distribution: "ruff",
    files: &[],
    tables: &[&["ruff", "format"]],
    sections: &[],
    hooks: &["ruff-format"],
    installed: Installed::SaysNothing,
};
const BLACK: Tool = Tool {
    words: "black",
    distribution: "black",
    files: &[],
    tables: &[&["black"]],
    sections: &[],
    hooks: &["black", "black-jupyter"],
    installed: Installed::Tells,
};
const FLAKE8: Tool = Tool {
    words: "flake8",
    distribution: "flake8",
    files: &[".flake8"],
    tables: &[&["flake8"]],
    sections: &[("setup.cfg", "flake8"), ("tox.ini", "flake8")],
    hooks: &["flake8"],
    installed: Installed::Tells,
};
const MYPY: Tool = Tool {
    words: "mypy",
    distribution: "mypy",
    files: &["mypy.ini", ".mypy.ini"],
    tables: &[&["mypy"]],
    sections: &[("setup.cfg", "mypy")],
    hooks: &["mypy"],
    installed: Installed::Tells,
};
const PYRIGHT: Tool = Tool {
    words: "pyright",
    distribution: "pyright",
    files: &["pyrightconfig.json"],
    tables: &[&["pyright"]],
    sections: &[],
    hooks: &["pyright"],
    installed: Installed::Tells,
};
const BANDIT: Tool = Tool {
    words: "bandit",
    distribution: "bandit",
    files: &[".bandit", "bandit.yaml", "bandit.yml"],
    tables: &[&["bandit"]],
    sections: &[],
    hooks: &["bandit"],
    installed: Installed::Tells,
};
const AUDIT: Tool = Tool {
    words: "pip-audit",
    distribution: "pip-audit",
    files: &[],
    tables: &[],
    sections: &[],
    hooks: &["pip-audit"],
    installed: Installed::Tells,
};
const PYTEST: Tool = Tool {
    words: "pytest",
    distribution: "pytest",
    files: &["pytest.ini", ".pytest.ini", "pytest.toml", "conftest.py", "tests/conftest.py"],
    tables: &[&["pytest", "ini_options"], &["pytest"]],
    sections: &[("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")],
    hooks: &[],
    installed: Installed::Tells,
};

/// Folders with Python in them that are not the project's own code.
const BESIDE: [&str; 12] = [
    "tests",
    "test",
    "docs",
    "doc",
    "examples",
    "example",
    "scripts",
    "tools",
    "benchmarks",
    "bench",
    "ci",
    "tasks",
];

/// What a project in Python is asked.
pub(super) fn presets(evidence: &Evidence<'_>) -> Vec<Preset> {
    let python = Python { evidence };
    let mut found = python.tests();
    let rest = [
        python.ruff(),
        python.flake8(),
        python.ruff_format(),
        python.black(),
        python.mypy(),
        python.pyright(),
        python.bandit(),
        python.audit(),
        python.licenses(),
        python.migrations(),
    ];
    found.extend(rest.into_iter().flatten());
    found
}

struct Python<'e, 't> {
    evidence: &'e Evidence<'t>,
}

impl Python<'_, '_> {
    /// A preset for a tool: as workflows run it if they only look and agree, else like this.
    fn preset(
        &self,
        name: &str,
        tool: &Tool,
        usual: &str,
        looks: fn(&[String]) -> bool,
    ) -> Option<Preset> {
        let why = self.evidence.uses(tool)?;
        let prefix = self.evidence.prefix(tool.distribution);
        let run = match self.evidence.line(tool.words, looks) {
            Some(line) if line.has_runner() => plain(&line.argv),
            Some(line) => format!("{prefix}{}", plain(&line.argv)),
            None => format!("{prefix}{usual}"),
        };
        let preset = Preset::new(name, tool.words, run, why);
        Some(preset.installed_by(self.evidence.install(tool.distribution)))
    }

    fn tests(&self) -> Vec<Preset> {
        let Some(mut tests) = self.preset("tests", &PYTEST, "pytest", |_| true) else {
            return self.unittest().into_iter().collect();
        };
        tests.install = self.with_project(&tests.install);
        let Some(threshold) = self.threshold() else { return vec![tests] };
        if self.adds_coverage() || tests.command().contains("--cov") {
            tests.why = format!("{}; {threshold}", tests.why);
            return vec![tests];
        }
        let prefix = self.evidence.prefix("pytest");
        if self.evidence.wants("pytest-cov").is_some() {
            let run = format!("{} --cov", tests.command());
            let why = format!("{}; {threshold}", tests.why);
            return vec![Preset { run: super::Run::Argv(run), why, ..tests }];
        }
        if self.evidence.wants("coverage").is_none() {
            return vec![tests];
        }
        let run = format!("{prefix}coverage run -m pytest");
        let install = self.evidence.install("coverage");
        let tests = Preset { run: super::Run::Argv(run), tool: "coverage run", ..tests };
        let report = format!("{prefix}coverage report");
        let mut coverage =
            Preset::new("coverage", "coverage report", report, threshold).installed_by(install);
        coverage.after = vec!["tests".to_owned()];
        vec![tests, coverage]
    }

    /// Tests import the project itself, so it has to be installed, too.
    fn with_project(&self, install: &str) -> String {
        let project = self.evidence.said(&["project"]).is_some() || self.evidence.has("setup.py");
        match install.strip_prefix("pip install ") {
            Some(rest) if project && !rest.starts_with("-e ") => format!("pip install -e . {rest}"),
            _ => install.to_owned(),
        }
    }

    /// What says how much of the code the tests have to reach.
    fn threshold(&self) -> Option<String> {
        let said = |keys: &[&str]| self.evidence.said(keys).is_some();
        if said(&["tool", "coverage", "report", "fail_under"]) {
            return Some("fail_under in pyproject.toml".to_owned());
        }
        let files = [
            (".coveragerc", "report"),
            ("setup.cfg", "coverage:report"),
            ("tox.ini", "coverage:report"),
        ];
        let found = files
            .iter()
            .find(|(file, section)| !self.evidence.key(file, section, "fail_under").is_empty());
        found.map(|(file, _)| format!("fail_under in {file}"))
    }

    /// Does pytest's own configuration measure coverage?
    fn adds_coverage(&self) -> bool {
        let text = |node: &Node| match node.text() {
            Some(text) => text.contains("--cov"),
            None => node.items().iter().filter_map(Node::text).any(|t| t.starts_with("--cov")),
        };
        let own =
            [&["tool", "pytest", "ini_options", "addopts"][..], &["tool", "pytest", "addopts"]];
        let files = [("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")];
        own.iter().any(|keys| self.evidence.said(keys).is_some_and(text))
            || files.iter().any(|(file, section)| {
                let lines = self.evidence.key(file, section, "addopts");
                lines.iter().any(|line| line.contains("--cov"))
            })
    }

    /// Tests without pytest: Django's, or those that unittest finds.
    fn unittest(&self) -> Option<Preset> {
        let prefix = self.evidence.prefix("");
        let (file, case) = self.cases()?;
        if self.evidence.has("manage.py") && self.evidence.wants("django").is_some() {
            let run = format!("{prefix}python manage.py test");
            return Some(Preset::new("tests", "python manage.py test", run, "manage.py, Django"));
        }
        let run = match file.as_str().split_once('/') {
            Some((folder, _)) if self.evidence.has(&format!("{folder}/__init__.py")) => {
                format!("-s {folder} -t .")
            }
            Some((folder, _)) => format!("-s {folder}"),
            None => "-s .".to_owned(),
        };
        let run = format!("{prefix}python -m unittest discover {run}");
        Some(Preset::new("tests", "unittest", run, format!("{case} in {file}")))
    }

    /// The first file that unittest finds and that has a test case.
    fn cases(&self) -> Option<(&RepoPath, &'static str)> {
        let named = |path: &&RepoPath| {
            let top = path.as_str().split('/').next().unwrap_or_default();
            let here = path.folder().is_empty() || matches!(top, "tests" | "test");
            here && path.name().starts_with("test") && path.extension() == "py"
        };
        self.evidence.paths.iter().filter(named).find_map(|path| {
            let text = self.evidence.text(path.as_str())?;
            let case = ["unittest.TestCase", "django.test"].into_iter().find(|c| text.contains(c));
            let imported = text.contains("from unittest import") && text.contains("(TestCase");
            Some((path, case.or_else(|| imported.then_some("unittest"))?))
        })
    }

    fn ruff(&self) -> Option<Preset> {
        let looks = |words: &[String]| {
            // With a difference it shows only what it can mend itself.
            !words.iter().any(|word| word.starts_with("--fix") || word == "--diff")
        };
        let preset = self.preset("lint", &RUFF, "ruff check .", looks)?;
        let fix = preset.command().replacen("ruff check", "ruff check --fix", 1);
        Some(preset.fixed_by(fix))
    }

    fn ruff_format(&self) -> Option<Preset> {
        // Where ruff itself is only pre-commit's, so is its formatter.
        self.evidence.uses(&RUFF)?;
        let looks = |words: &[String]| words.iter().any(|w| w == "--check" || w == "--diff");
        let formats = self.evidence.hooks().iter().any(|id| id == "ruff-format");
        let preset = match self.preset("format", &RUFF_FORMAT, "ruff format --check .", looks) {
            Some(preset) => preset,
            None if formats => {
                let run = format!("{}ruff format --check .", self.evidence.prefix("ruff"));
                Preset::new("format", "ruff format", run, "ruff-format in .pre-commit-config.yaml")
            }
            None => return None,
        };
        let preset = preset.installed_by(self.evidence.install("ruff"));
        let fix = preset.command().replace(" --check", "").replace(" --diff", "");
        Some(preset.fixed_by(fix))
    }

    fn black(&self) -> Option<Preset> {
        let looks = |words: &[String]| words.iter().any(|w| w == "--check" || w == "--diff");
        let preset = self.preset("format", &BLACK, "black --check .", looks)?;
        let fix = preset.command().replace(" --check", "").replace(" --diff", "");
        Some(preset.fixed_by(fix))
    }

    fn flake8(&self) -> Option<Preset> {
        let looks = |words: &[String]| !words.iter().any(|word| word == "--exit-zero");
        self.preset("lint", &FLAKE8, &format!("flake8 {}", self.code()), looks)
    }

    fn mypy(&self) -> Option<Preset> {
        let files = ["files", "packages", "modules"];
        let told = files.iter().any(|key| {
            self.evidence.said(&["tool", "mypy", key]).is_some()
                || ["mypy.ini", ".mypy.ini", "setup.cfg"]
                    .iter()
                    .any(|file| !self.evidence.key(file, "mypy", key).is_empty())
        });
        let usual = if told { "mypy".to_owned() } else { format!("mypy {}", self.own()) };
        let looks = |words: &[String]| !words.iter().any(|word| word == "--install-types");
        self.preset("types", &MYPY, &usual, looks)
    }

    fn pyright(&self) -> Option<Preset> {
        self.preset("types", &PYRIGHT, "pyright", |_| true)
    }

    fn bandit(&self) -> Option<Preset> {
        let configured = [".bandit.yaml", "bandit.yaml", "bandit.yml"];
        let table = self.evidence.said(&["tool", "bandit"]).map(|_| "pyproject.toml");
        let file = table.or_else(|| configured.into_iter().find(|file| self.evidence.has(file)));
        let file = file.map(|file| format!("-c {file} ")).unwrap_or_default();
        let usual = format!("bandit -q {file}-r {}", self.own());
        let looks = |words: &[String]| !words.iter().any(|word| word == "--exit-zero");
        self.preset("security", &BANDIT, &usual, looks)
    }

    /// Without `--strict` pip-audit is green also where it could audit nothing.
    fn audit(&self) -> Option<Preset> {
        let why = self.evidence.uses(&AUDIT)?;
        let of = match self.evidence.has("requirements.txt") {
            true => " -r requirements.txt",
            // What is installed from here is on no index, which is an error when being strict.
            false if self.evidence.said(&["project", "dependencies"]).is_some() => " .",
            false => "",
        };
        let run = format!("{}pip-audit --strict{of}", self.evidence.prefix("pip-audit"));
        let preset = Preset::new("dependencies", "pip-audit", run, why).never_reused();
        Some(preset.installed_by(self.evidence.install("pip-audit")))
    }

    /// Only where something is forbidden: it only lists otherwise, and is always green.
    fn licenses(&self) -> Option<Preset> {
        let rules = ["fail-on", "allow-only"];
        let said = |key: &str| self.evidence.said(&["tool", "pip-licenses", key]).is_some();
        let prefix = self.evidence.prefix("pip-licenses");
        let strict = |words: &[String]| {
            let rule = |word: &String| {
                word.strip_prefix("--")
                    .is_some_and(|w| rules.contains(&w.split('=').next().unwrap_or_default()))
            };
            words.iter().any(rule)
        };
        let (run, why) = match (
            rules.iter().find(|key| said(key)),
            self.evidence.line("pip-licenses", strict),
        ) {
            (_, Some(line)) => {
                (CommandLine::Argv(line.words().to_vec()).shown(), format!("{} runs it", line.file))
            }
            (Some(rule), None) => (
                "pip-licenses".to_owned(),
                format!("{rule} of [tool.pip-licenses] in pyproject.toml"),
            ),
            (None, None) => return None,
        };
        let preset = Preset::new("licenses", "pip-licenses", format!("{prefix}{run}"), why);
        // It looks at what is installed.
        Some(preset.never_reused().installed_by(self.evidence.install("pip-licenses")))
    }

    /// A script of the repository that checks them, else what compares the models with a database.
    /// Nothing that goes up and down: whose database that would be is not known.
    fn migrations(&self) -> Option<Preset> {
        let scripts = self.evidence.below("scripts").find(|path| {
            let name = path.name().replace('-', "_");
            name.starts_with("check_migration") || name.starts_with("migrations_")
        });
        let prefix = self.evidence.prefix("alembic");
        if let Some(script) = scripts {
            let path = crate::error::word(script);
            let run = match script.extension() {
                "py" => format!("{prefix}python {path}"),
                _ => path,
            };
            let preset = Preset::new("migrations", "migrations", run, format!("{script} is there"));
            return Some(preset.never_reused());
        }
        let flask = self.evidence.has("migrations/alembic.ini");
        let django = self.evidence.has("manage.py") && self.evidence.wants("django").is_some();
        let (tool, run, why, from) = if self.evidence.has("alembic.ini") {
            ("alembic check", "alembic check", "alembic.ini", "alembic")
        } else if flask && self.evidence.wants("flask-migrate").is_some() {
            ("flask db check", "flask db check", "migrations/alembic.ini", "flask-migrate")
        } else if django && self.evidence.paths.iter().any(|p| p.as_str().contains("/migrations/"))
        {
            let run = "python manage.py makemigrations --check --dry-run";
            ("python manage.py makemigrations", run, "manage.py and migrations", "django")
        } else {
            return None;
        };
        let preset = Preset::new("migrations", tool, format!("{prefix}{run}"), why);
        // It asks a database.
        Some(preset.never_reused().installed_by(self.evidence.install(from)))
    }

    /// The project's own packages, as arguments: `src/demo`, `app utils`, `demo.py`.
    fn own(&self) -> String {
        let packages = self.packages();
        let apart = packages.iter().any(|package| package.starts_with("src"));
        let single = |path: &&RepoPath| {
            let name = path.name();
            let beside = matches!(name, "setup.py" | "conftest.py" | "noxfile.py" | "tasks.py");
            !apart
                && path.folder().is_empty()
                && path.extension() == "py"
                && !beside
                && !name.starts_with("test")
        };
        let modules =
            self.evidence.paths.iter().filter(single).map(|path| path.as_str().to_owned());
        let own: Vec<String> = packages.into_iter().chain(modules).collect();
        let words: Vec<String> = own.iter().map(crate::error::word).collect();
        if words.is_empty() { ".".to_owned() } else { words.join(" ") }
    }

    fn packages(&self) -> Vec<String> {
        let package = |path: &RepoPath| {
            let folder = path.as_str().strip_suffix("/__init__.py")?;
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            let own = match above {
                "" => !BESIDE.contains(&name) && !name.starts_with("test"),
                "src" => true,
                _ => false,
            };
            own.then(|| folder.to_owned())
        };
        let found: Vec<String> = self.evidence.paths.iter().filter_map(package).collect();
        let loose = self.evidence.below("src").any(|path| path.extension() == "py");
        match found.is_empty() && loose {
            true => vec!["src".to_owned()],
            false => found,
        }
    }

    /// The folders with the project's code and its tests, for tools that would look into virtual
    /// environments otherwise.
    fn code(&self) -> String {
        let mut roots: Vec<String> = Vec::new();
        let own = self.own();
        let own = own.split(' ').filter(|word| *word != ".");
        let tests = ["tests", "test"].into_iter().filter(|folder| self.evidence.has_folder(folder));
        for root in own.chain(tests) {
            let root = if root.starts_with("src/") { "src" } else { root };
            if !roots.iter().any(|known| known == root) {
                roots.push(root.to_owned());
            }
        }
        if roots.is_empty() { ".".to_owned() } else { roots.join(" ") }
    }
}

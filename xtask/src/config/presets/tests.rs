//! From the files of repositories to the gates they ask for.

use super::{Effect, Preset, presets};
use crate::config::file::Settings;
use crate::config::file::gates::Reuse;
use crate::config::tests::Memory;
use crate::path::RepoPath;
use crate::sites::File;

type Files<'f> = &'f [(&'f str, &'f str)];

fn proposed(files: Files<'_>) -> Vec<Preset> {
    presets(&Memory::new(files), &[]).unwrap()
}

/// `name: command  # why`, with what mends it behind an arrow and what is odd in brackets.
fn shown(preset: &Preset) -> String {
    let fix = preset.fix.as_ref().map(|fix| format!(" -> {fix}")).unwrap_or_default();
    let odd = [
        (preset.reuse == Reuse::Never).then_some(" [cache = false]"),
        (preset.effect == Effect::Edits).then_some(" [edits]"),
    ];
    let odd: String = odd.into_iter().flatten().collect();
    format!("{}: {}{fix}{odd}  # {}", preset.name, preset.command(), preset.why)
}

#[track_caller]
fn proposes(files: Files<'_>, expected: &[&str]) {
    let found: Vec<String> = proposed(files).iter().map(shown).collect();
    assert_eq!(found, expected);
}

const CODE: (&str, &str) = ("src/demo/__init__.py", "");

#[test]
fn nothing_is_proposed_without_evidence() {
    proposes(&[("pyproject.toml", "[project]\nname = \"demo\"\n"), CODE], &[]);
    proposes(&[("Cargo.toml", "[package]\nname = \"a\"\n"), ("src/lib.rs", "fn a() {}\n")], &[]);
    let npm = "{\"scripts\": {\"test\": \"echo \\\"Error: no test specified\\\" && exit 1\"}}";
    proposes(&[("package.json", npm)], &[]);
    proposes(&[("tests/test_a.py", "def test_a(): pass\n")], &[]);
    // A list of licenses is always green.
    proposes(&[("requirements-dev.txt", "pip-licenses\n")], &[]);
}

#[test]
fn tools_are_told_by_their_configuration() {
    proposes(
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"demo\"\ndependencies = []\n\
                 [project.optional-dependencies]\ndev = [\"pip-audit>=2\", \"Ruff\"]\n\
                 [tool.pytest.ini_options]\naddopts = \"-q\"\n\
                 [tool.ruff]\n[tool.ruff.format]\n[tool.mypy]\nstrict = true\n\
                 [tool.bandit]\nskips = []\n[tool.pip-licenses]\nallow-only = \"MIT\"\n",
            ),
            CODE,
            ("tests/conftest.py", ""),
        ],
        &[
            "tests: pytest  # [tool.pytest.ini_options] in pyproject.toml",
            "lint: ruff check . -> ruff check --fix .  # [tool.ruff] in pyproject.toml",
            "format: ruff format --check . -> ruff format .  # [tool.ruff.format] in pyproject.toml",
            "types: mypy src/demo  # [tool.mypy] in pyproject.toml",
            "security: bandit -q -c pyproject.toml -r src/demo  # [tool.bandit] in pyproject.toml",
            "dependencies: pip-audit --strict . [cache = false]  # pip-audit in pyproject.toml",
            "licenses: pip-licenses [cache = false]  # allow-only of [tool.pip-licenses] in pyproject.toml",
        ],
    );
    proposes(
        &[
            ("setup.cfg", "[flake8]\nmax-line-length = 88\n[mypy]\nfiles = app\n"),
            ("requirements-dev.txt", "# tools\nblack==24.1\nbandit\npip_audit\n"),
            ("requirements.txt", "flask\n"),
            ("app/__init__.py", ""),
            ("tests/test_app.py", "import unittest\nclass T(unittest.TestCase): pass\n"),
            ("alembic.ini", "[alembic]\n"),
        ],
        &[
            "tests: python -m unittest discover -s tests  # unittest.TestCase in tests/test_app.py",
            "lint: flake8 app tests  # [flake8] in setup.cfg",
            "format: black --check . -> black .  # black in requirements-dev.txt",
            "types: mypy  # [mypy] in setup.cfg",
            "security: bandit -q -r app  # bandit in requirements-dev.txt",
            "dependencies: pip-audit --strict -r requirements.txt [cache = false]  # pip-audit in \
             requirements-dev.txt",
            "migrations: alembic check [cache = false]  # alembic.ini",
        ],
    );
}

#[test]
fn a_lock_file_says_how_tools_are_run() {
    let project = "[dependency-groups]\ndev = [\"pytest\"]\nlint = [\"ruff\"]\n\
                   [project.optional-dependencies]\ntypes = [\"mypy\"]\n";
    let files = &[("pyproject.toml", project), ("uv.lock", ""), CODE];
    proposes(
        files,
        &[
            "tests: uv run pytest  # pytest in pyproject.toml",
            "lint: uv run --group lint ruff check . -> uv run --group lint ruff check --fix .  # ruff \
             in pyproject.toml",
            "types: uv run --extra types mypy src/demo  # mypy in pyproject.toml",
        ],
    );
    let poetry = "[tool.poetry.group.test.dependencies]\npytest = \"^8\"\n";
    let files = &[("pyproject.toml", poetry), ("poetry.lock", ""), CODE];
    proposes(files, &["tests: poetry run pytest  # pytest in pyproject.toml"]);
    assert_eq!(proposed(files)[0].install, "poetry install");
    // One extra among lists that other tools have.
    let extra = "[project]\nname = \"a\"\n[project.optional-dependencies]\ntests = [\"pytest\"]\n";
    let files = &[("pyproject.toml", extra), ("requirements-mypy.txt", "pytest\n"), CODE];
    proposes(files, &["tests: pytest  # pytest in pyproject.toml"]);
    assert_eq!(proposed(files)[0].install, "pip install -e '.[tests]'");
    let hatch = "[tool.hatch.envs.default]\ndependencies = [\"pytest\"]\n";
    proposes(
        &[("pyproject.toml", hatch), CODE],
        &["tests: hatch run pytest  # pytest in pyproject.toml"],
    );
}

#[test]
fn workflows_say_how_tools_are_run() {
    let workflow = "on: push\njobs:\n  a:\n    steps:\n    - run: pip install -e .\n\
        \x20   - run: |\n        pytest tests/unit --cov=demo --cov-report=xml\n\
        \x20       ruff check --output-format=github src\n        black src\n\
        \x20       mypy --strict src > log\n        bandit -r src --exit-zero\n\
        \x20   - run: python -m flake8 demo\n      working-directory: sub\n";
    let files = &[
        (".github/workflows/ci.yml", workflow),
        ("requirements-dev.txt", "mypy\nflake8\nblack\nbandit\n"),
        CODE,
    ];
    proposes(
        files,
        &[
            "tests: pytest tests/unit --cov=demo  # ci.yml runs it",
            "lint: ruff check src -> ruff check --fix src  # ci.yml runs it",
            // One that rewrites, one that needs a shell, one that cannot fail, one elsewhere.
            "lint-flake8: flake8 src  # flake8 in requirements-dev.txt",
            "format: black --check . -> black .  # black in requirements-dev.txt",
            "types: mypy src/demo  # mypy in requirements-dev.txt",
            "security: bandit -q -r src/demo  # bandit in requirements-dev.txt",
        ],
    );
    // One of them means something only there: then the other is not the whole of it.
    let odd =
        "jobs:\n  a:\n    steps:\n    - run: pytest ${{ matrix.x }}\n    - run: pytest -m slow\n";
    proposes(&[(".github/workflows/ci.yaml", odd)], &["tests: pytest  # ci.yaml runs it"]);
    // Two ways of running it: neither is the one.
    let two = "jobs:\n  a:\n    steps:\n    - run: pytest tests/a\n    - run: pytest tests/b\n";
    proposes(&[(".github/workflows/ci.yaml", two)], &["tests: pytest  # ci.yaml runs it"]);
}

#[test]
fn what_only_pre_commit_runs_is_left_to_it() {
    let hooks = "repos:\n- repo: x\n  hooks:\n  - id: ruff\n  - id: ruff-format\n  - id: mypy\n";
    let config = ("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n");
    let pre_commit = "pre-commit: pre-commit run --all-files [edits]  # .pre-commit-config.yaml";
    proposes(&[(".pre-commit-config.yaml", hooks), config, CODE], &[pre_commit]);
    let wanted = ("requirements-dev.txt", "ruff\n");
    proposes(
        &[(".pre-commit-config.yaml", hooks), config, wanted, CODE],
        &[
            "lint: ruff check . -> ruff check --fix .  # [tool.ruff] in pyproject.toml",
            "format: ruff format --check . -> ruff format .  # ruff-format in .pre-commit-config.yaml",
            pre_commit,
        ],
    );
}

#[test]
fn coverage_has_a_threshold_or_is_no_gate() {
    let threshold = "[tool.coverage.report]\nfail_under = 85\n";
    for (more, expected) in [
        ("pytest\n", &["tests: pytest  # pytest in requirements-dev.txt"][..]),
        (
            "pytest\npytest-cov\n",
            &[
                "tests: pytest --cov  # pytest in requirements-dev.txt; fail_under in pyproject.toml",
            ],
        ),
        (
            "pytest\ncoverage[toml]\n",
            &[
                "tests: coverage run -m pytest  # pytest in requirements-dev.txt",
                "coverage: coverage report  # fail_under in pyproject.toml",
            ],
        ),
    ] {
        let files = &[("pyproject.toml", threshold), ("requirements-dev.txt", more)];
        proposes(files, expected);
    }
    let measured = format!("{threshold}[tool.pytest.ini_options]\naddopts = [\"--cov=demo\"]\n");
    proposes(
        &[("pyproject.toml", &measured)],
        &[
            "tests: pytest  # [tool.pytest.ini_options] in pyproject.toml; fail_under in pyproject.toml",
        ],
    );
}

#[test]
fn rust_and_javascript() {
    let cargo = "[workspace]\nmembers = [\"a\"]\n[workspace.lints.clippy]\nall = \"warn\"\n";
    proposes(
        &[
            ("Cargo.toml", cargo),
            ("a/src/lib.rs", "#[test]\nfn a() {}\n"),
            ("rustfmt.toml", ""),
            ("deny.toml", ""),
            (
                "package.json",
                "{\"scripts\": {\"test\": \"vitest run\", \"lint\": \"eslint --fix .\", \"start\": \"x\"}}",
            ),
            ("pnpm-lock.yaml", ""),
            (".secrets.baseline", "{}"),
        ],
        &[
            "tests: cargo test --workspace  # #[test] in a/src/lib.rs",
            "lint: cargo clippy --workspace --all-targets -- -D warnings  # [workspace.lints.clippy] in \
             Cargo.toml",
            "format: cargo fmt --all --check -> cargo fmt --all  # rustfmt.toml",
            "dependencies: cargo deny check [cache = false]  # deny.toml",
            "tests-npm: pnpm test  # the script \"test\" in package.json",
            "lint-npm: pnpm run lint [edits]  # the script \"lint\" in package.json",
            "secrets: git ls-files -z | xargs -0 detect-secrets-hook --baseline .secrets.baseline \
             [edits]  # .secrets.baseline",
        ],
    );
}

#[test]
fn migrations_are_never_applied() {
    let script = ("scripts/check_migrations.py", "");
    let expected = "migrations: python scripts/check_migrations.py [cache = false]  \
                    # scripts/check_migrations.py is there";
    proposes(&[script, ("alembic.ini", "")], &[expected]);
    proposes(
        &[
            ("requirements.txt", "Django>=5\n"),
            ("manage.py", ""),
            ("shop/migrations/0001_initial.py", ""),
            ("tests/test_a.py", "from django.test import TestCase\n"),
        ],
        &[
            "tests: python manage.py test  # manage.py, Django",
            "migrations: python manage.py makemigrations --check --dry-run [cache = false]  \
             # manage.py and migrations",
        ],
    );
}

#[test]
fn what_is_configured_is_not_proposed_again() {
    let files: Files<'_> = &[
        ("pyproject.toml", "[tool.ruff]\n[tool.ruff.format]\n[tool.pytest]\n[tool.mypy]\n"),
        ("package.json", "{\"scripts\": {\"test\": \"x\"}}"),
        CODE,
    ];
    let left = |text: &str| {
        let path = RepoPath::new("gonogo.toml").unwrap();
        let file = File { path, bytes: text.as_bytes().into() };
        let configured = Settings::read(Some(&file)).unwrap().gates;
        let found = presets(&Memory::new(files), &configured).unwrap();
        found.into_iter().map(|preset| preset.name).collect::<Vec<_>>()
    };
    assert_eq!(left(""), ["tests", "lint", "format", "types", "tests-npm"]);
    // By its tool, whatever runs it; by its name, whatever it is.
    let text = "[gates]\nunit = \"uv run pytest -q\"\nstyle = \"python -m ruff check src\"\n\
                types = \"pyright\"\nweb = \"npm test\"\nformat = { shell = \"true | true\" }\n";
    assert_eq!(left(text), [""; 0]);
}

//! Programs that run other programs in a project's environment: what a command really runs.

/// What runs a program, and what it runs.
#[derive(Debug, PartialEq, Eq)]
pub struct Called<'a> {
    /// `uv`, `poetry`, ...; `None` where the program is started itself.
    pub runner: Option<&'a str>,
    /// Whether Python looks for it, as a module: `python -m pytest`.
    pub module: bool,
    /// The program (or module) and its arguments; empty where the runner is called for itself.
    pub words: &'a [String],
}

/// Runners whose next word is `run`.
const RUN: [&str; 6] = ["uv", "poetry", "pdm", "hatch", "pipenv", "rye"];

/// Options of `uv run` that take the next word.
const VALUED: [&str; 9] = [
    "--extra",
    "--group",
    "--only-group",
    "--no-group",
    "--with",
    "--with-requirements",
    "--python",
    "-p",
    "--package",
];

/// Looks through `uv run`, `poetry run`, `python -m` and the like.
pub fn called(argv: &[String]) -> Called<'_> {
    let (runner, words) = match argv {
        [first, second, rest @ ..] if RUN.contains(&first.as_str()) && second == "run" => {
            (Some(first.as_str()), behind_options(rest))
        }
        [first, rest @ ..] if first == "uvx" => (Some("uvx"), behind_options(rest)),
        [first, second, rest @ ..] if first == "pipx" && second == "run" => {
            (Some("pipx"), behind_options(rest))
        }
        all => (None, all),
    };
    match words {
        [python, flag, rest @ ..] if is_python(python) && flag == "-m" => {
            Called { runner, module: true, words: rest }
        }
        words => Called { runner, module: false, words },
    }
}

fn behind_options(mut words: &[String]) -> &[String] {
    while let [option, rest @ ..] = words
        && option.starts_with('-')
    {
        let valued = VALUED.contains(&option.as_str());
        words = if valued { rest.get(1..).unwrap_or_default() } else { rest };
        if option == "--" {
            break;
        }
    }
    words
}

/// Is this Python by one of its names: `python`, `python3`, `.venv/bin/python3.12`?
pub fn is_python(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let rest = name.strip_prefix("python");
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_really_runs() {
        for (text, runner, module, expected) in [
            ("pytest -q", None, false, "pytest -q"),
            ("uv run pytest -q", Some("uv"), false, "pytest -q"),
            ("uv run --frozen --extra dev -- ruff check", Some("uv"), false, "ruff check"),
            ("uv run --group=lint ruff check", Some("uv"), false, "ruff check"),
            ("uv run --python 3.12 python -m pytest", Some("uv"), true, "pytest"),
            ("poetry run mypy src", Some("poetry"), false, "mypy src"),
            ("uvx ruff check .", Some("uvx"), false, "ruff check ."),
            ("pipx run black --check .", Some("pipx"), false, "black --check ."),
            (".venv/bin/python3.12 -m unittest", None, true, "unittest"),
            ("python scripts/x.py", None, false, "python scripts/x.py"),
            ("uv sync", None, false, "uv sync"),
            ("uv run --extra", Some("uv"), false, ""),
        ] {
            let argv: Vec<String> = text.split(' ').map(str::to_owned).collect();
            let found = called(&argv);
            let words = found.words.join(" ");
            assert_eq!((found.runner, found.module, words.as_str()), (runner, module, expected));
        }
    }
}

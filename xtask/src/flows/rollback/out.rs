//! What is out of a release, and what can be done about it.

use std::fmt;

use crate::config::publish::{Certainty, Target};
use crate::error::word;
use crate::plan::Person;

/// How far something can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It is done again with the previous release.
    Repeatable,
    /// It can be marked, so that nobody new takes it.
    Yankable,
    /// It stays as it is.
    Impossible,
    /// Going back loses what came since.
    Destructive,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeatable => "repeatable",
            Self::Yankable => "yankable",
            Self::Impossible => "stays",
            Self::Destructive => "DESTRUCTIVE",
        })
    }
}

/// Something that is out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Out {
    /// `origin`, `PyPI`, `production`, `database`
    pub place: String,
    /// What is there.
    pub what: String,
    pub class: Class,
    /// What becomes of it, in words.
    pub then: String,
}

/// What CI published to, and what a person does about it. `name` is what the package is called there;
/// `page` that of the repository.
pub fn of_registry(
    target: Target,
    certainty: Certainty,
    (name, version, tag): (&str, &str, &str),
    page: Option<&str>,
    notice: &str,
) -> (Out, Option<Person>) {
    let sure = match certainty {
        Certainty::Sure => "published by CI",
        Certainty::Perhaps => "perhaps published by CI",
    };
    let yank = |place: &str, text: String, page: Option<String>, command: Option<String>| {
        let then = "by hand".to_owned();
        let out = out(place, sure, Class::Yankable, then);
        let person = Person { name: place.to_lowercase(), text, page, command };
        (out, Some(person))
    };
    match target {
        Target::PyPi | Target::TestPyPi => {
            let (place, host) = match target {
                Target::TestPyPi => ("TestPyPI", "test.pypi.org"),
                _ => ("PyPI", "pypi.org"),
            };
            let page = format!("https://{host}/manage/project/{}/release/{version}/", pypi(name));
            let text = format!("yank {name} {version} on {place}: Options > Yank on its page");
            yank(place, text, Some(page), None)
        }
        Target::CratesIo => {
            let command = format!("cargo yank --version {} {}", word(version), word(name));
            yank("crates.io", format!("yank {name} {version} on crates.io"), None, Some(command))
        }
        Target::Npm => {
            let package = word(format!("{name}@{version}"));
            let command = format!("npm deprecate {package} {}", word(notice));
            yank("npm", format!("deprecate {name} {version} on npm"), None, Some(command))
        }
        Target::Index => {
            let text = format!("yank {name} {version} on your package index");
            yank("index", text, None, None)
        }
        Target::Image => {
            let then = "users pull the previous one again".to_owned();
            (out("images", sure, Class::Repeatable, then), None)
        }
        Target::Docs => {
            let then = "the next push of the branch publishes them anew".to_owned();
            (out("docs", sure, Class::Repeatable, then), None)
        }
        Target::GitHubRelease => {
            let then = "gets the notice by hand".to_owned();
            let page = page.map(|page| format!("{page}/releases/edit/{tag}"));
            let text = format!("put the notice on top of the release {tag} on GitHub");
            let person = Person { name: "github".into(), text, page, command: None };
            (out("GitHub", sure, Class::Repeatable, then), Some(person))
        }
    }
}

fn out(place: &str, what: &str, class: Class, then: String) -> Out {
    Out { place: place.to_owned(), what: what.to_owned(), class, then }
}

/// A name as it stands in addresses (PEP 503, "Normalized Names").
fn pypi(name: &str) -> String {
    let mut normal = String::new();
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.extend(letter.to_lowercase()),
        }
    }
    normal
}

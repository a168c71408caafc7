//! The texts for people: the incident, and the notice for users.

use std::path::PathBuf;

use crate::error::Refusal;
use crate::path::RepoPath;
use crate::repo::{Repo, WorkTree};
use crate::sites::{Source, Tree};
use crate::sys::fs as write;
use crate::template::{Template, Value, Values};

/// The words that they know.
const WORDS: &[&str] = &[
    "name", "version", "tag", "previous", "next", "released", "by", "date", "time", "who",
    "reason", "out", "steps", "open",
];

/// Their names; a repository may have templates of its own under the same names.
const TEXTS: [(&str, &str); 2] = [
    ("incident.md", include_str!("../../../templates/incident.md")),
    ("notice.md", include_str!("../../../templates/notice.md")),
];

/// What is put into them.
pub struct Filling {
    pub name: String,
    pub version: String,
    pub tag: String,
    pub previous: String,
    pub next: String,
    pub released: String,
    pub by: String,
    pub date: String,
    pub time: String,
    pub who: String,
    pub reason: String,
    pub out: Vec<String>,
    pub steps: Vec<String>,
    pub open: Vec<String>,
}

/// Texts, ready to be written.
pub struct Texts {
    folder: PathBuf,
    all: Vec<(&'static str, Vec<u8>)>,
}

impl Texts {
    /// Renders them.
    ///
    /// # Errors
    /// A template that cannot be read or has a placeholder that is not known.
    pub fn new(repo: &Repo, filling: &Filling) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let values = filling.values();
        let text = |(name, built_in): (&'static str, &'static str)| {
            let path = format!("templates/{name}");
            let path = RepoPath::new(&path).ok_or_else(|| {
                Refusal::external(format!("{path} is no path inside the repository"))
            })?;
            let own = tree.read(&path)?;
            let bytes = own.as_ref().map_or(built_in.as_bytes(), |file| &file.bytes);
            let template = Template::parse(Source { path: &path, bytes }, WORDS)?;
            Ok((name, template.render(&values)?))
        };
        let all = TEXTS.into_iter().map(text).collect::<Result<_, Refusal>>()?;
        let folder = repo.common_dir.join("gonogo/out").join(folder(&filling.version));
        Ok(Self { folder, all })
    }

    /// Writes them; they replace those of an earlier attempt.
    ///
    /// # Errors
    /// The folder or a file cannot be written.
    pub fn write(&self) -> Result<(), Refusal> {
        let failed = |error: std::io::Error| {
            let place = self.folder.display();
            Refusal::external(format!("{place} cannot be written")).why(error.to_string())
        };
        for folder in self.folder.ancestors().take(3).collect::<Vec<_>>().into_iter().rev() {
            write::private_folder(folder).map_err(failed)?;
        }
        for (name, bytes) in &self.all {
            write::write_unsynced(&self.folder.join(name), bytes).map_err(failed)?;
        }
        Ok(())
    }

    /// Where they are, as a person reads it.
    pub fn place(&self, repo: &Repo) -> String {
        let inside = self.folder.strip_prefix(&repo.top).unwrap_or(&self.folder);
        format!("{}/", inside.display())
    }
}

/// A version as the name of a folder.
fn folder(version: &str) -> String {
    version.replace(['/', '\\'], "-")
}

impl Filling {
    fn values(&self) -> Values<'static> {
        let list = |lines: &[String]| {
            lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
        };
        let (out, steps, open) = (list(&self.out), list(&self.steps), list(&self.open));
        let texts = [
            &self.name,
            &self.version,
            &self.tag,
            &self.previous,
            &self.next,
            &self.released,
            &self.by,
            &self.date,
            &self.time,
            &self.who,
            &self.reason,
            &out,
            &steps,
            &open,
        ];
        WORDS.iter().copied().zip(texts.map(Value::text)).collect()
    }
}

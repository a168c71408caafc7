//! The texts for people: the incident, and the notice for users.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::text::{INCIDENT, NOTICE, Text};
use crate::error::Refusal;
use crate::repo::Repo;
use crate::sys::fs as write;
use crate::template::{Value, Values};
use crate::version::Version;

/// The words that they know.
const WORDS: &[&str] = &[
    "name", "version", "tag", "previous", "next", "released", "by", "date", "time", "who",
    "reason", "out", "steps", "open",
];

/// Where what they are filled in with is kept, beside them.
const KEPT: &str = "words.json";

/// What is put into them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
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
        let text = |built_in| {
            let text = Text::of(repo, built_in)?;
            Ok((built_in.file(), filling.rendered(&text)?))
        };
        let mut all =
            [INCIDENT, NOTICE].into_iter().map(text).collect::<Result<Vec<_>, Refusal>>()?;
        let kept = serde_json::to_vec(filling);
        all.extend(kept.ok().map(|kept| (KEPT, kept)));
        let folder = folder(&repo.common_dir, &filling.version);
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

/// The folder of the texts about a version.
fn folder(common_dir: &Path, version: &str) -> PathBuf {
    common_dir.join("gonogo/out").join(version.replace(['/', '\\'], "-"))
}

/// What the rollback of a version has put into its texts; `None` where none was made here.
///
/// # Errors
/// It cannot be read.
pub fn kept(repo: &Repo, version: &Version) -> Result<Option<Filling>, Refusal> {
    let file = folder(&repo.common_dir, version.text()).join(KEPT);
    let broken =
        |why: String| Refusal::external(format!("{} cannot be read", file.display())).why(why);
    match fs::read(&file) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).map_err(|error| broken(error.to_string()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(broken(error.to_string())),
    }
}

impl Filling {
    /// A text with it.
    ///
    /// # Errors
    /// A template that has a placeholder that is not known.
    pub fn rendered(&self, text: &Text) -> Result<Vec<u8>, Refusal> {
        text.parsed(WORDS)?.render(&self.values())
    }

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

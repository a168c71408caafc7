//! The templates of texts: those of a repository, or the built-in ones, rendered with their claims
//! judged.

use super::release::Release;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::repo::{Repo, WorkTree};
use crate::sites::{Source, Tree};
use crate::template::{Claim, Template, Value, Values};

/// A text that is built in: its name, which is also that of a repository's own, and its template.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct BuiltIn {
    name: &'static str,
    template: &'static str,
}

macro_rules! built_in {
    ($name:literal) => {
        BuiltIn {
            name: concat!("templates/", $name),
            template: include_str!(concat!("../../../templates/", $name)),
        }
    };
}

pub(in crate::cli) const RELEASE_NOTES: BuiltIn = built_in!("release-notes.md");
pub(super) const ANNOUNCEMENT: BuiltIn = built_in!("announcement.md");
pub(super) const PRE_DEPLOYMENT: BuiltIn = built_in!("pre-deployment.md");
pub(super) const POST_DEPLOYMENT: BuiltIn = built_in!("post-deployment.md");
pub(in crate::cli) const INCIDENT: BuiltIn = built_in!("incident.md");
pub(in crate::cli) const NOTICE: BuiltIn = built_in!("notice.md");

/// A template that is to be rendered.
pub(in crate::cli) struct Text {
    pub path: RepoPath,
    bytes: Vec<u8>,
    is_own: bool,
}

impl BuiltIn {
    /// The name of its file, without the folder.
    pub fn file(self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

impl Text {
    /// The template of the repository under this name, else the built-in one.
    ///
    /// # Errors
    /// It cannot be read, it is a symlink that leaves the repository.
    pub fn of(repo: &Repo, built_in: BuiltIn) -> Result<Self, Refusal> {
        let path = RepoPath::new(built_in.name).ok_or_else(|| {
            Refusal::external(format!("{} is no path inside the repository", built_in.name))
        })?;
        let own = Self::at(repo, &path)?;
        let bytes = built_in.template.as_bytes().to_vec();
        Ok(own.unwrap_or(Self { path, bytes, is_own: false }))
    }

    /// The template at a path of the repository, where there is one.
    ///
    /// # Errors
    /// Those of [`Self::of`].
    pub fn at(repo: &Repo, path: &RepoPath) -> Result<Option<Self>, Refusal> {
        let file = WorkTree::new(repo)?.read(path)?;
        Ok(file.map(|file| Self { path: path.clone(), bytes: file.bytes.to_vec(), is_own: true }))
    }

    /// Itself, where it is the repository's.
    pub fn own(self) -> Option<Self> {
        self.is_own.then_some(self)
    }

    /// Its placeholders, by their words.
    ///
    /// # Errors
    /// A placeholder that is not among these words; a comment that does not end.
    pub fn parsed(&self, knows: &[&str]) -> Result<Template<'_>, Refusal> {
        Template::parse(Source { path: &self.path, bytes: &self.bytes }, knows)
    }

    /// The text about a release, and what it claims, which is proved.
    ///
    /// # Errors
    /// Those of [`Self::parsed`]; something is claimed that is not proved; a placeholder has no value.
    pub fn rendered(
        &self,
        knows: &[&str],
        release: &Release<'_>,
        value: &dyn Fn(&str) -> Result<Value, Refusal>,
    ) -> Result<(Vec<u8>, Vec<Claim>), Refusal> {
        let mut template = self.parsed(knows)?;
        let claims = release.claims(&mut template)?;
        let mut values = Values::new();
        for word in template.words() {
            values.insert(word, value(word)?);
        }
        Ok((template.render(&values)?, claims))
    }
}

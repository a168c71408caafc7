//! `[release]` and `[hotfix]`: what is written, and what holds.

use super::{Said, Settings, flag, string, texts};
use crate::error::Place;
use crate::plan::HookEdits;
use crate::sites::doc::Node;

/// What the release commit says; a copy lies in the repository's `templates/`, like those of the
/// tags.
const COMMIT: &str = include_str!("../../../../templates/release-commit.txt");
const RELEASE_TAG: &str = include_str!("../../../../templates/release-tag.txt");
const HOTFIX_TAG: &str = include_str!("../../../../templates/hotfix-tag.txt");

/// The title of a release.
const TITLE: &str = "{name} {version}";

/// The branch a hotfix is made on.
const HOTFIX_BRANCH: &str = "hotfix/v{version}";

/// The branch a release is prepared on where it has to be on one and none is configured.
const PREPARED_BRANCH: &str = "release/{tag}";

/// What `[release]` and `[hotfix]` have in common, as it is written.
#[derive(Debug, Default)]
pub struct LandingTable {
    /// The branch it is prepared on, with placeholders.
    pub branch: Option<Said<String>>,
    /// The branch it starts from; of hotfixes also `tag`.
    pub from: Option<Said<String>>,
    /// The branches it is merged into.
    pub into: Option<Said<Vec<String>>>,
    /// The message of the release commit, with placeholders.
    pub commit_message: Option<Said<String>>,
    /// The message of the tag, with placeholders.
    pub tag_message: Option<Said<String>>,
    /// The title of the release, with placeholders.
    pub title: Option<Said<String>>,
    /// Whether its branch stays when it has landed.
    pub keep_branch: Option<Said<bool>>,
    /// The version that is written after it, with placeholders.
    pub next: Option<Said<String>>,
    /// What commit hooks may edit.
    pub hooks: Option<Said<HookEdits>>,
    /// Of hotfixes: the commit that gets the tag.
    pub tag_on: Option<Said<TagOn>>,
}

/// Which commit of a hotfix gets the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TagOn {
    /// The tip of its branch, which is what was tested.
    #[default]
    Branch,
    /// The merge into the main branch.
    Merge,
}

/// Where a branch starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The tag of the release it is based on.
    Tag,
    /// The main branch, whatever it is called.
    Main,
    /// The branch of this name.
    Branch(String),
}

/// One of the two ways to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Procedure {
    #[default]
    Release,
    Hotfix,
}

impl Procedure {
    /// The name of its table, which is that of its command and its profile, too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Hotfix => "hotfix",
        }
    }

    /// What several of them are called.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Release => "releases",
            Self::Hotfix => "hotfixes",
        }
    }

    /// The command that ends what was started on a branch.
    pub fn finish(self) -> &'static str {
        match self {
            Self::Release => "release finish",
            Self::Hotfix => "hotfix finish",
        }
    }
}

/// A value that holds, whoever says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective<T> {
    pub value: T,
    /// Where it is said or could be: `hotfix.tag_message`.
    pub key: String,
    /// Where gonogo.toml says it; `None` for a default.
    pub place: Option<Place>,
}

/// What holds for a release or a hotfix: `[hotfix]` falls back to `[release]` but for `branch`,
/// `from`, `tag_on` and `tag_message`, and what neither says is as it usually is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    pub procedure: Procedure,
    /// The branch it is prepared on, with placeholders; `None`: straight on the main branch.
    pub branch: Option<Effective<String>>,
    pub from: Effective<Start>,
    /// The branches it is merged into; `None`: the main branch, and that of the development if
    /// there is one.
    pub into: Option<Effective<Vec<String>>>,
    /// With placeholders, as those below.
    pub commit_message: Effective<String>,
    pub tag_message: Effective<String>,
    pub title: Effective<String>,
    pub keep_branch: Effective<bool>,
    /// The version that is written after it, with placeholders; `None`: none.
    pub next: Option<Effective<String>>,
    pub hooks: Effective<HookEdits>,
    /// Releases are tagged where they are made: they say `Branch`.
    pub tag_on: Effective<TagOn>,
}

impl Landing {
    /// The branch it is prepared on where it cannot be made straight on the main branch: the
    /// configured one, else `release/{tag}`.
    pub fn prepared(&self) -> Effective<String> {
        self.branch.clone().unwrap_or_else(|| Effective {
            value: PREPARED_BRANCH.to_owned(),
            key: format!("{}.branch", self.procedure.name()),
            place: None,
        })
    }
}

impl Settings {
    /// What holds for a release or a hotfix.
    pub fn landing(&self, procedure: Procedure) -> Landing {
        use Procedure::{Hotfix, Release};
        let own = Look { settings: self, tables: &[procedure] };
        let both = match procedure {
            Release => Look { settings: self, tables: &[Release] },
            Hotfix => Look { settings: self, tables: &[Hotfix, Release] },
        };
        let text = |text: &str| text.trim_end().to_owned();
        let (branch, tag, from) = match procedure {
            Release => (None, RELEASE_TAG, Start::Main),
            Hotfix => (Some(own.usual("branch", text(HOTFIX_BRANCH))), HOTFIX_TAG, Start::Tag),
        };
        let start = |name: String| match (name.as_str(), procedure) {
            ("main", _) => Start::Main,
            ("tag", Hotfix) => Start::Tag,
            _ => Start::Branch(name),
        };
        Landing {
            procedure,
            branch: own.find("branch", |table| &table.branch).or(branch),
            from: match own.find("from", |table| &table.from) {
                Some(Effective { value, key, place }) => {
                    Effective { value: start(value), key, place }
                }
                None => own.usual("from", from),
            },
            into: both.find("into", |table| &table.into),
            commit_message: both.or("commit_message", |t| &t.commit_message, text(COMMIT)),
            tag_message: own.or("tag_message", |table| &table.tag_message, text(tag)),
            title: both.or("title", |table| &table.title, text(TITLE)),
            keep_branch: both.or("keep_branch", |table| &table.keep_branch, false),
            next: both.find("next", |table| &table.next),
            hooks: both.or("hooks", |table| &table.hooks, HookEdits::default()),
            tag_on: own.or("tag_on", |table| &table.tag_on, TagOn::default()),
        }
    }

    fn table(&self, procedure: Procedure) -> &LandingTable {
        match procedure {
            Procedure::Release => &self.release,
            Procedure::Hotfix => &self.hotfix,
        }
    }
}

/// A key of such a table.
type Get<T> = fn(&LandingTable) -> &Option<Said<T>>;

/// Tables to look into, in this order.
struct Look<'s> {
    settings: &'s Settings,
    tables: &'s [Procedure],
}

impl Look<'_> {
    /// What the first table says that says something.
    fn find<T: Clone>(&self, name: &str, get: Get<T>) -> Option<Effective<T>> {
        self.tables.iter().find_map(|procedure| {
            let said = get(self.settings.table(*procedure)).clone()?;
            let key = format!("{}.{name}", procedure.name());
            Some(Effective { value: said.value, key, place: self.settings.place(said.at) })
        })
    }

    /// The same, or what usually holds.
    fn or<T: Clone>(&self, name: &str, get: Get<T>, usual: T) -> Effective<T> {
        self.find(name, get).unwrap_or_else(|| self.usual(name, usual))
    }

    /// What holds where nothing says otherwise.
    fn usual<T>(&self, name: &str, value: T) -> Effective<T> {
        let table = self.tables.first().map_or("", |procedure| procedure.name());
        Effective { value, key: format!("{table}.{name}"), place: None }
    }
}

pub(super) fn landing(node: Option<&Node>, bytes: &[u8]) -> LandingTable {
    let get = |key| node.and_then(|node| node.get(key));
    LandingTable {
        branch: string(get("branch")),
        from: string(get("from")),
        into: texts(get("into")),
        commit_message: string(get("commit_message")),
        tag_message: string(get("tag_message")),
        title: string(get("title")),
        keep_branch: flag(get("keep_branch"), bytes),
        next: string(get("next")),
        hooks: super::said(get("hooks"), |word| match word {
            "own-lines" => Some(HookEdits::OwnLines),
            "own-files" => Some(HookEdits::OwnFiles),
            "refuse" => Some(HookEdits::Refuse),
            _ => None,
        }),
        tag_on: super::said(get("tag_on"), |word| match word {
            "branch" => Some(TagOn::Branch),
            "merge" => Some(TagOn::Merge),
            _ => None,
        }),
    }
}

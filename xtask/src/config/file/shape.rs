//! What a vocabulary is made of: tables with keys, the shapes their values have, the kinds of text.

use crate::sites::toml::quoted;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Text(Kind),
    /// `true` or `false`.
    Flag,
    /// A whole number from 1.
    Count,
    List(&'static Shape),
    Table(&'static Table),
    Map(&'static Map),
    /// One of several shapes that TOML itself tells apart (a string, a list, a table).
    OneOf(&'static [Shape]),
    /// A table of a later version: known, and refused.
    Later,
}

/// A table with the keys it may have.
#[derive(Debug)]
pub struct Table {
    /// What it is called in the schema.
    pub title: &'static str,
    /// Its keys, in groups that tables may share.
    pub keys: &'static [&'static [Key]],
    pub rules: &'static [Rule],
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    /// One sentence: what it says, and what holds without it.
    pub about: &'static str,
}

/// A table with names of the user's own.
#[derive(Debug)]
pub struct Map {
    /// Names with a meaning of their own.
    pub known: &'static [Key],
    /// What every other name must be.
    pub names: Kind,
    /// What stands under it.
    pub each: Shape,
}

/// Which keys of a table go together.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// This key, or just one of these keys, must be there.
    Exactly(&'static [&'static str]),
    /// No two of these keys.
    AtMost(&'static [&'static str]),
}

/// The kinds of text that have rules of their own (see `text`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whatever a person writes.
    Any,
    /// One line that says something.
    Line,
    /// A file of the repository.
    File,
    /// A file of the repository or a pattern for several.
    Glob,
    /// A glob that may begin with a slash: then it begins at the top of the repository.
    Place,
    /// A pattern for names of tags.
    Tags,
    /// The keys that lead to a value: `services.api.image`.
    KeyPath,
    /// Literal text of one line around one `{version}`.
    Pattern,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A program and its arguments.
    Command,
    /// A line for a shell.
    Script,
    /// `30s`, `10m`, `2h`.
    Duration,
    /// The name of a tag around one `{version}`, with these placeholders.
    TagFormat(&'static [&'static str]),
    /// The name of a branch, tag or commit, with these placeholders.
    Ref(&'static [&'static str]),
    /// A text with these placeholders.
    Message(&'static [&'static str]),
    /// The same in one line.
    Title(&'static [&'static str]),
    /// The heading of a release in a changelog.
    Heading,
    /// What stands behind the boxes of a checklist.
    Binding,
    /// A gate that exists.
    Gate,
    /// A role that exists, `any` or `all`.
    Role,
    /// An e-mail address.
    Address,
    /// A new name: of a gate, a record, a role, a package, a variable, a type of commits.
    Name(Naming),
}

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    Gate,
    Record,
    Role,
    Package,
    Variable,
    CommitType,
}

impl Table {
    /// All its keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|group| group.iter())
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

impl Shape {
    /// What a person calls it: `a command, true or false, or a table`.
    pub fn noun(&self) -> String {
        match self {
            Self::Text(kind) => kind.noun().to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Count => "a whole number".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) | Self::Map(_) | Self::Later => "a table".to_owned(),
            Self::OneOf(shapes) => {
                let nouns: Vec<String> = shapes.iter().map(Self::noun).collect();
                match &nouns[..] {
                    [one, other] => format!("{one} or {other}"),
                    [many @ .., last] => format!("{}, or {last}", many.join(", ")),
                    [] => String::new(),
                }
            }
        }
    }

    /// A value as it may be written; `None` for tables with names of the user's own.
    pub fn example(&self) -> Option<String> {
        match self {
            Self::Text(kind) => Some(quoted(kind.example())),
            Self::Flag => Some("true".to_owned()),
            Self::Count => Some("2".to_owned()),
            Self::List(each) => Some(format!("[{}]", each.example()?)),
            Self::Table(table) => {
                let key = table.keys().next()?;
                Some(format!("{{ {} = {} }}", key.name, key.shape.example()?))
            }
            Self::OneOf(shapes) => shapes.first()?.example(),
            Self::Map(_) | Self::Later => None,
        }
    }
}

impl Kind {
    /// What a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Any | Self::Line | Self::Message(_) | Self::Title(_) => "a text",
            Self::File => "a file",
            Self::Glob | Self::Place => "a file or a pattern of files",
            Self::Tags => "a pattern of tag names",
            Self::KeyPath => "a path of keys",
            Self::Pattern => "a text with {version}",
            Self::Words(_) => "a word",
            Self::Command => "a command",
            Self::Script => "a command for a shell",
            Self::Duration => "a duration",
            Self::TagFormat(_) => "the name of a tag with {version}",
            Self::Ref(_) => "a name that git allows",
            Self::Heading => "a heading with {version}",
            Self::Binding => "a binding",
            Self::Gate => "a gate",
            Self::Role => "a role",
            Self::Address => "an e-mail address",
            Self::Name(naming) => naming.noun(),
        }
    }

    /// One that is right.
    pub fn example(self) -> &'static str {
        match self {
            Self::Any | Self::Line => "text",
            Self::File => "docs/CHECKLIST.md",
            Self::Glob | Self::Place => "docs/*.md",
            Self::Tags => "archive/*",
            Self::KeyPath => "services.api.image",
            Self::Pattern => "Version: {version}",
            Self::Words(words) => words.first().copied().unwrap_or_default(),
            Self::Command => "pytest -q",
            Self::Script => "pytest -q | tee log",
            Self::Duration => "10m",
            Self::TagFormat(knows) if knows.contains(&"package") => "{package}-v{version}",
            Self::TagFormat(_) => "v{version}",
            Self::Ref([]) => "main",
            Self::Ref(_) => "release/v{version}",
            Self::Message(_) | Self::Title(_) => "{version}",
            Self::Heading => "## [{version}] - {date}",
            Self::Binding => "role:any",
            Self::Gate => "ci",
            Self::Role => "any",
            Self::Address => "ada@example.com",
            Self::Name(naming) => naming.example(),
        }
    }
}

impl Naming {
    /// What it names.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Gate => "the name of a gate",
            Self::Record => "the name of a record",
            Self::Role => "the name of a role",
            Self::Package => "the name of a package",
            Self::Variable => "the name of a variable",
            Self::CommitType => "a type of commits",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Gate => "tests",
            Self::Record => "db",
            Self::Role => "Release Manager",
            Self::Package => "studio",
            Self::Variable => "PYTHONPATH",
            Self::CommitType => "feat",
        }
    }
}

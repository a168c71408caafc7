//! `gonogo.toml`: its vocabulary as one value, what is checked with it, and what is read.

mod check;
pub mod command;
mod schema;
mod settings;
mod shape;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod vocabulary;
mod written;
mod wrong;

pub use command::{CommandLine, split};
pub use schema::schema;
pub use settings::gates;
pub use settings::{
    Begins, Binding, ChangelogTable, Code, Declared, Effective, Fate, Landing, Merge, PackageTable,
    Prereleases, Procedure, Said, Section, Settings, SignoffTable, Start, TagOn, Who,
};
pub use template::broken_rule;
pub use vocabulary::{BUILT_IN, PLACEHOLDERS, VARIABLES};
pub use written::Written;

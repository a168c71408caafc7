//! `gonogo.toml`: its vocabulary as one value, what is checked with it, and what is read.

mod check;
pub mod command;
mod schema;
#[allow(dead_code, reason = "the commands that make releases come next")]
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
#[allow(unused_imports, reason = "the commands that make releases come next")]
pub use settings::{
    Begins, Binding, ChangelogTable, ChecklistTable, Code, Declared, Effective, Fate, Landing,
    Merge, PackageTable, Prereleases, Procedure, RollbackTable, Said, Section, Settings,
    SignoffTable, Start, TagOn, Who,
};
pub use template::broken_rule;
pub use vocabulary::{BUILT_IN, PLACEHOLDERS, VARIABLES};
pub use written::Written;

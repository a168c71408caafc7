//! `gonogo.toml`: its vocabulary as one value, what is checked with it, and what is read.

mod check;
mod command;
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

pub use command::Command;
pub(in crate::config) use command::split;
pub use schema::schema;
pub use settings::gates;
pub use settings::{
    Begins, ChangelogTable, Declared, LandingTable, PackageTable, Prereleases, Said, Settings,
};
pub use vocabulary::{BUILT_IN, VARIABLES};
pub use written::Written;

//! gonogo: release automation as a transaction. See ARCHITECTURE.md.

pub mod error;
pub mod path;
pub mod sites;

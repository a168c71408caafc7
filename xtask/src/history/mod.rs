//! What commits say: Conventional Commits with the tolerance real histories need, which commits a
//! release is made of, which level they ask for, and the changelog entries they become. Pure:
//! `repo` hands in what git prints, one commit at a time.

mod changes;
mod commit;
mod conventional;
mod level;
pub mod message;
mod partition;
mod record;
mod since;
mod types;

#[cfg(test)]
mod tests;

pub use changes::{Changes, Entry, Summary};
pub use commit::{Commit, Folded, Judge};
pub use level::{InZero, Suggestion, suggest};
pub use partition::{Partition, Placed};
pub use record::{End, FORMAT, GRAPH, Record, split};
pub use since::{Cut, Found, Scope, Since, Tagged};
pub use types::Types;

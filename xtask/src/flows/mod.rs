//! Pure planners, one per procedure: facts in, plan out.

pub mod bump;
pub mod changelog;
pub mod checklist;
pub mod hooks;
pub mod hotfix;
pub mod init;
pub mod landing;
pub mod rehearsal;
pub mod release;
pub mod rollback;
pub mod tag;
pub mod words;

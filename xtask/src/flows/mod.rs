//! Pure planners, one per procedure: facts in, plan out.

pub mod bump;
pub mod hooks;
pub mod init;

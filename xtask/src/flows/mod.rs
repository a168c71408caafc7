//! Pure planners, one per procedure: facts in, plan out.

pub mod bump;

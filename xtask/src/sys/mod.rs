//! The operating system: file writes, processes, the clock. Each has one owner here.

pub mod clock;
pub mod fs;
pub mod mask;
pub mod proc;

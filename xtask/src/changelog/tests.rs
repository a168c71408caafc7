//! Tables, properties and real files.

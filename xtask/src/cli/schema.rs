//! `schema`

use super::Context;
use crate::config::file;

/// Print the JSON Schema of gonogo.toml: every table and key, with what holds without it
///
/// For editors that complete and check TOML, and to read. Works in any folder.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_: &Args, context: &Context) {
    let schema = file::schema();
    context.ui.answer(&format!("{schema:#}"));
    context.ui.json(&schema);
}

//! gonogo.toml as text in, settings or a refusal out.

mod examples;
mod landing;
mod properties;
mod refused;

use super::*;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::File;

fn file(text: &str) -> File {
    let path = RepoPath::new("gonogo.toml").expect("a path");
    File { path, bytes: text.as_bytes().into() }
}

fn read(text: &str) -> Result<Settings, Refusal> {
    Settings::read(Some(&file(text)))
}

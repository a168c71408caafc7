//! `tag`: a tag like that of `git tag -a`, only where the files of the commit say the same version;
//! its push; and `tag verify`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "tag/made.rs"]
mod made;
#[path = "tag/pushed.rs"]
mod pushed;
#[path = "tag/refused.rs"]
mod refused;
#[path = "tag/signed.rs"]
mod signed;
mod support;
#[path = "tag/verified.rs"]
mod verified;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use support::Place;

const TAG: &str = "refs/tags/v1.3.0";
const MAIN: &str = "refs/heads/main";

/// A project at 1.2.0 whose HEAD is at 1.3.0, without a tag and without a changelog.
fn ready(name: &str) -> Place {
    let place = Place::python(name);
    bump(&place);
    place
}

fn bump(place: &Place) {
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.commit_all("chore: release 1.3.0");
}

/// The same, with a changelog whose newest section begins like this.
fn told(name: &str, heading: &str) -> Place {
    let place = ready(name);
    let old = "## [1.2.0] - 2026-01-02\n\n- a\n";
    place.put("CHANGELOG.md", format!("# Changelog\n\n{heading}\n\n- b\n\n{old}"));
    place.commit_all("docs: changelog");
    place
}

fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", name]).trim().to_owned()
}

fn exists(place: &Place, name: &str) -> bool {
    place.run("git", &["rev-parse", "-q", "--verify", name]).code == 0
}

/// A key of this test run.
fn key() -> PathBuf {
    static KEY: OnceLock<PathBuf> = OnceLock::new();
    let make = || new_key("key");
    KEY.get_or_init(make).clone()
}

fn new_key(name: &str) -> PathBuf {
    let place = Place::empty(name);
    let key = place.root.join("id");
    place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", text(&key)]).ok();
    key
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Tags are signed with this key, and Ada's is the one that counts.
fn signing(place: &Place, key: &Path) {
    let signers = place.root.join("signers");
    let public = std::fs::read_to_string(self::key().with_extension("pub")).expect("public");
    std::fs::write(&signers, format!("ada@example.com {public}")).expect("signers");
    for (setting, value) in [
        ("tag.gpgSign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingKey", text(key)),
        ("gpg.ssh.allowedSignersFile", text(&signers)),
    ] {
        place.git(&["config", "--global", setting, value]);
    }
}

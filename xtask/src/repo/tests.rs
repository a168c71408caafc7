//! Real repositories and remotes, in a folder for temporary files.

mod destination;
mod fetch;
mod landing;
mod moved;

use std::path::{Path, PathBuf};

use super::{Git, Repo};
use crate::plan::Oid;
use crate::sys::fs as write;

/// A clone `repo` of the bare repository `remote.git`, with one commit on `main`; another clone,
/// `other`, for other people. Removed at the end.
pub struct Made {
    pub folder: PathBuf,
}

impl Drop for Made {
    #[expect(clippy::disallowed_methods, reason = "a scratch folder")]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A clone, to be worked in.
pub struct Clone {
    pub top: PathBuf,
}

/// Runs git in a folder and returns what it printed.
pub fn run(folder: &Path, args: &[&str]) -> String {
    let git = Git::at(folder).unwrap();
    let own = ["-c", "init.defaultBranch=main", "-c", "core.hooksPath=/dev/null"];
    let call = git.call(own.iter().chain(args));
    String::from_utf8(call.read().unwrap()).unwrap().trim_end().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a scratch folder")]
pub fn made() -> Made {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name =
        format!("gonogo-remote-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let made = Made { folder };
    run(&made.folder, &["init", "-q", "--bare", "remote.git"]);
    run(&made.folder, &["init", "-q", "repo"]);
    let repo = made.clone_at("repo");
    repo.git(&["remote", "add", "origin", &made.url()]);
    repo.commit("a", "one\n", "feat: one");
    repo.git(&["push", "-q", "origin", "main"]);
    repo.git(&["fetch", "-q", "--no-write-fetch-head", "origin"]);
    made
}

impl Made {
    pub fn url(&self) -> String {
        format!("file://{}", self.folder.join("remote.git").display())
    }

    /// The clone of this name, with somebody's name in it.
    pub fn clone_at(&self, name: &str) -> Clone {
        let top = self.folder.join(name);
        if !top.exists() {
            run(&self.folder, &["clone", "-q", &self.url(), name]);
        }
        let clone = Clone { top };
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.com"),
            ("commit.gpgsign", "false"),
            ("tag.gpgsign", "false"),
            ("merge.ff", "true"),
        ] {
            clone.git(&["config", key, value]);
        }
        clone
    }

    pub fn repo(&self) -> Clone {
        Clone { top: self.folder.join("repo") }
    }
}

impl Clone {
    pub fn git(&self, args: &[&str]) -> String {
        run(&self.top, args)
    }

    pub fn open(&self) -> Repo {
        Repo::discover(&self.top).unwrap()
    }

    pub fn oid(&self, name: &str) -> Oid {
        Oid::new(&self.git(&["rev-parse", name])).unwrap()
    }

    /// Writes a file and commits it.
    pub fn commit(&self, path: &str, text: &str, subject: &str) -> Oid {
        write::write_unsynced(&self.top.join(path), text.as_bytes()).unwrap();
        self.git(&["add", "--", path]);
        self.git(&["commit", "-q", "-m", subject]);
        self.oid("HEAD")
    }
}

/// All that a refusal says, as one text.
pub(super) fn told(refusal: &crate::error::Refusal) -> String {
    format!("{refusal:?}")
}

#[test]
fn a_branch_is_known_by_the_work_tree_that_has_it() {
    let made = made();
    let repo = made.repo();
    repo.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    let top = made.folder.join("side").canonicalize().unwrap();
    let folder = repo.open().work_tree_of("side").unwrap().unwrap();
    assert_eq!(Path::new(&folder), top);
}

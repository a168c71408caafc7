//! A repository that stands in for another one, with a remote of its own: what is done there is
//! done as it would be done here, and nothing of it is seen here.
//!
//! Both borrow the objects of the original (`objects/info/alternates`), so that a large history
//! costs nothing; the work tree is checked out anew. Made of single steps and not by `git clone`,
//! which cannot do that with a shallow repository.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Git, Head, RECORDS, Repo, SIGNOFFS, Tracked, git};
use crate::error::Refusal;
use crate::plan::{Oid, ROLLED_BACK};
use crate::sys::fs::{self as write, real};
use crate::sys::proc;

/// What a stand-in is made like.
pub struct StandIn<'a> {
    /// The branch (full name) that HEAD is on there: where it is detached here, the one that the
    /// commit would be released on.
    pub branch: &'a str,
    pub commit: &'a Oid,
    /// The remote that releases go to.
    pub remote: Option<&'a str>,
    /// Settings that it has besides those that are copied.
    pub settings: Vec<(String, String)>,
}

/// Where the refs, the index and the tracked files of a repository are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// By full name: an id, or `ref: NAME` of another one. Refs of our own are not among them.
    pub refs: BTreeMap<String, String>,
    index: Vec<u8>,
    tracked: Tracked,
}

/// The refs that are made anew.
const REFS: [&str; 6] =
    ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/replace/", "refs/notes/", "refs/gonogo/"];

/// What a remote has of them besides its branches.
const SHARED: [&str; 4] = ["refs/tags/", RECORDS, ROLLED_BACK, SIGNOFFS];

/// Sections of the configuration that say who commits and how it is signed. They may depend on
/// where a repository lies (git-config, "includeIf").
const WHO: [&str; 6] = ["user.", "author.", "committer.", "commit.", "tag.", "gpg."];

/// What belongs to one repository and must not come along: where it lies, what it is made of, and
/// every way to another one.
const OWN: [&str; 18] = [
    "core.repositoryformatversion",
    "core.bare",
    "core.worktree",
    "core.hookspath",
    "core.fsmonitor",
    "core.untrackedcache",
    "core.splitindex",
    "extensions.",
    "remote.",
    "url.",
    "include.",
    "includeif.",
    "submodule.",
    "credential.",
    "http.",
    "lfs.",
    "protocol.",
    "maintenance.",
];

/// Nothing of the user's runs while a stand-in is made.
const QUIET: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

impl Repo {
    /// Makes both in an empty folder: a bare repository (where there is a remote) with what is
    /// known here of the remote, and a clone with the branches, tags, configuration and hooks that
    /// are here. The clone knows only that remote.
    ///
    /// # Errors
    /// git fails, an object is missing (a partial clone), the folder cannot be written.
    pub fn stand_in(&self, folder: &Path, wanted: &StandIn<'_>) -> Result<Self, Refusal> {
        let name = self.top.file_name().unwrap_or(OsStr::new("repository"));
        let (bare, top) = (folder.join("remote.git"), folder.join("clone").join(name));
        let mut settings = self.settings_to_copy()?;
        settings.extend(wanted.settings.iter().cloned());
        if let Some(remote) = wanted.remote {
            self.bare_stand_in(&bare, wanted, remote)?;
            let set = |key: &str, value: String| (format!("remote.{remote}.{key}"), value);
            settings.push(set("url", bare.display().to_string()));
            settings.push(set("fetch", format!("+refs/heads/*:refs/remotes/{remote}/*")));
        }
        let git = self.new_repository(&top, &["init"])?;
        let git_dir = top.join(".git");
        settings.extend(self.copy_hooks(&top)?);
        append(&git_dir.join("config"), &settings)?;
        let mut refs = self.refs_of(&REFS)?;
        refs.insert(wanted.branch.to_owned(), wanted.commit.as_str().to_owned());
        refs.retain(|name, _| !name.starts_with("refs/gonogo/keep/"));
        make_refs(&git, &refs, wanted.branch)?;
        for (from, name) in [(&self.common_dir, "exclude"), (&self.common_dir, "attributes")] {
            copy(&from.join("info").join(name), &git_dir.join("info").join(name))?;
        }
        copy(&self.git_dir.join("info/sparse-checkout"), &git_dir.join("info/sparse-checkout"))?;
        let check_out = ["read-tree", "-m", "-u", "HEAD"];
        // Large files that are kept elsewhere are not fetched for this.
        git.call(QUIET.iter().chain(&check_out)).env("GIT_LFS_SKIP_SMUDGE", "1").read()?;
        let made = Self::discover(&top)?;
        if let Some(remote) = wanted.remote {
            made.reaches_only(remote, &bare)?;
        }
        Ok(made)
    }

    /// The remote: its branches as they were when it was last fetched, the tags that are here.
    fn bare_stand_in(
        &self,
        bare: &Path,
        wanted: &StandIn<'_>,
        remote: &str,
    ) -> Result<(), Refusal> {
        let git = self.new_repository(bare, &["init", "--bare"])?;
        let quiet = [("receive.autogc", "false"), ("gc.auto", "0")];
        let quiet = quiet.map(|(key, value)| (key.to_owned(), value.to_owned()));
        append(&bare.join("config"), &quiet)?;
        let mut refs = self.refs_of(&SHARED)?;
        let tracked = format!("refs/remotes/{remote}/");
        for (name, id) in self.refs_of(&[&tracked])? {
            let branch = format!("refs/heads/{}", &name[tracked.len()..]);
            if !id.starts_with("ref: ") {
                refs.insert(branch, id);
            }
        }
        if let Head::Detached { commit } = &self.head {
            refs.insert(wanted.branch.to_owned(), commit.as_str().to_owned());
        }
        make_refs(&git, &refs, wanted.branch)
    }

    /// An empty repository that borrows the objects of this one.
    fn new_repository(&self, folder: &Path, init: &[&str]) -> Result<Git, Refusal> {
        write::private_folder(folder).map_err(|error| cannot(folder, &error))?;
        let format = self.git.call(["rev-parse", "--show-object-format"]).read()?;
        let format = String::from_utf8_lossy(&format).trim().to_owned();
        let git = Git::at(folder)?;
        let options = ["--quiet", "--template=", &format!("--object-format={format}")];
        git.call(init.iter().chain(&options)).read()?;
        let git_dir = if init.contains(&"--bare") { folder.into() } else { folder.join(".git") };
        let objects = self.common_dir.join("objects");
        let objects = fs::canonicalize(&objects).map_err(|error| cannot(&objects, &error))?;
        let info = git_dir.join("objects/info");
        let line = [objects.as_os_str().as_bytes(), b"\n"].concat();
        write::private_folder(&info)
            .and_then(|()| write::private_folder(&git_dir.join("info")))
            .and_then(|()| write::write_unsynced(&info.join("alternates"), &line))
            .map_err(|error| cannot(&info, &error))?;
        copy(&self.common_dir.join("shallow"), &git_dir.join("shallow"))?;
        Ok(git)
    }

    /// What of the configuration a commit, a tag, a hook or a filter may depend on.
    fn settings_to_copy(&self) -> Result<Vec<(String, String)>, Refusal> {
        let out = self.git.call(["config", "--list", "-z", "--show-scope"]).read()?;
        Ok(to_copy(&out))
    }

    /// Copies the hooks to where git looks for them there, and says by which setting it does.
    fn copy_hooks(&self, top: &Path) -> Result<Option<(String, String)>, Refusal> {
        let folder = real(&self.hooks_folder()?);
        let set = |path: &Path| ("core.hooksPath".to_owned(), path.display().to_string());
        let own = [&self.common_dir, &self.git_dir].map(|git_dir| real(git_dir));
        if own.iter().any(|git_dir| folder.starts_with(git_dir)) {
            let there = top.join(".git/hooks");
            copy_all(&folder, &there)?;
            let args = ["config", "--get", "core.hooksPath"];
            let said = self.git.call(args).output()?.status.success();
            return Ok(said.then(|| set(&there)));
        }
        match folder.strip_prefix(real(&self.top)) {
            // Beside what is tracked may lie what a framework has made there (husky).
            Ok(inside) => {
                copy_all(&folder, &top.join(inside))?;
                Ok(Some(set(inside)))
            }
            Err(_) => Ok(Some(set(&folder))),
        }
    }

    /// Every ref below some places: an id, or `ref: NAME`.
    fn refs_of(&self, places: &[&str]) -> Result<BTreeMap<String, String>, Refusal> {
        let args = ["for-each-ref", "--format=%(refname) %(objectname) %(symref)"];
        let out = self.git.call(args.iter().chain(places)).read()?;
        let read = |line: String| {
            let mut fields = line.splitn(3, ' ').map(str::to_owned);
            let (name, id) = (fields.next()?, fields.next()?);
            let other = fields.next().filter(|other| !other.is_empty());
            Some((name, other.map_or(id, |other| format!("ref: {other}"))))
        };
        Ok(git::lines(&out).into_iter().filter_map(read).collect())
    }

    /// Whatever the configuration makes of addresses: nothing that is pushed to this remote goes
    /// anywhere else.
    fn reaches_only(&self, remote: &str, folder: &Path) -> Result<(), Refusal> {
        for which in [&["--all"][..], &["--all", "--push"]] {
            let args = ["remote", "get-url"].iter().chain(which);
            let out = self.git.call(args.chain(&["--", remote])).read()?;
            if out.strip_suffix(b"\n") != Some(folder.as_os_str().as_bytes()) {
                let found = proc::mask(&git::lines(&out).join(", "));
                return Err(Refusal::unsafe_to("a setting of git's leads to another address")
                    .why(format!("{} would be {found}.", folder.display()))
                    .next_shell("git config --show-origin --get-regexp '^url\\.'", "shows which"));
            }
        }
        Ok(())
    }

    /// Where everything is that an undo has to bring back.
    ///
    /// # Errors
    /// git fails.
    pub fn snapshot(&self) -> Result<Snapshot, Refusal> {
        let mut refs = self.refs_of(&[])?;
        refs.retain(|name, _| !name.starts_with("refs/gonogo"));
        let branch = self.current_branch()?;
        refs.extend(branch.map(|branch| ("HEAD".to_owned(), format!("ref: {branch}"))));
        let index = self.git.call(["ls-files", "-s", "-z"]).read()?;
        Ok(Snapshot { refs, index, tracked: self.tracked()? })
    }

    /// The refs of the remote of a stand-in.
    ///
    /// # Errors
    /// git fails.
    pub fn refs_there(&self, remote: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let out = self.git.call(["ls-remote", "--refs", "--", remote]).read()?;
        let lines = git::lines(&out);
        let read = |line: &String| line.split_once('\t').map(|(id, name)| (name.into(), id.into()));
        Ok(lines.iter().filter_map(read).collect())
    }
}

impl Snapshot {
    /// What is different, in words.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let names = self.refs.keys().chain(before.refs.keys());
        let mut found: Vec<String> =
            names.filter(|name| self.refs.get(*name) != before.refs.get(*name)).cloned().collect();
        found.sort_unstable();
        found.dedup();
        if self.index != before.index {
            found.push("the index".to_owned());
        }
        found.extend(self.tracked.changed_since(&before.tracked));
        found
    }
}

/// Makes refs in an empty repository, and puts HEAD on a branch.
fn make_refs(git: &Git, refs: &BTreeMap<String, String>, head: &str) -> Result<(), Refusal> {
    let mut lines = String::new();
    for (name, id) in refs.iter().filter(|(_, id)| !id.starts_with("ref: ")) {
        let _ = writeln!(lines, "create {name} {id}");
    }
    let update = ["update-ref", "--no-deref", "--stdin"];
    git.call(QUIET.iter().chain(&update)).input(lines).read()?;
    let links =
        refs.iter().filter_map(|(name, id)| Some((name.as_str(), id.strip_prefix("ref: ")?)));
    for (name, other) in links.chain([("HEAD", head)]) {
        git.call(QUIET.iter().chain(&["symbolic-ref", name, other])).read()?;
    }
    Ok(())
}

/// Reads `git config --list -z --show-scope`: the scope, then a key, a line end and the value, or a
/// key alone (true); keeps what comes along to a stand-in.
fn to_copy(out: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(out);
    let mut fields = text.split('\0');
    let mut kept = Vec::new();
    while let (Some(scope), Some(entry)) = (fields.next(), fields.next()) {
        let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
        let one_of = |names: &[&str]| {
            names.iter().any(|name| match name.ends_with('.') {
                true => key.starts_with(name),
                false => key == *name,
            })
        };
        let own = one_of(&OWN) && key != "remote.pushdefault";
        let comes = match scope {
            "local" | "worktree" => !own,
            "system" | "global" => one_of(&WHO),
            // The environment is the same there.
            _ => false,
        };
        if comes {
            kept.push((key.to_owned(), value.to_owned()));
        }
    }
    kept
}

/// Adds settings to a configuration file (git-config, "Syntax").
fn append(file: &Path, settings: &[(String, String)]) -> Result<(), Refusal> {
    let old = fs::read(file).map_err(|error| cannot(file, &error))?;
    let added = settings.iter().fold(String::new(), |text, (key, value)| text + &line(key, value));
    write::write_unsynced(file, &[old, added.into_bytes()].concat())
        .map_err(|error| cannot(file, &error))
}

/// One setting with its section. A key is `section.name` or `section.anything.name`.
fn line(key: &str, value: &str) -> String {
    let quoted = |text: &str| {
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t")
    };
    let (section, name) = key.rsplit_once('.').unwrap_or((key, ""));
    let section = match section.split_once('.') {
        // Of a subsection only these two are escaped, and it holds no line end.
        Some((section, sub)) => {
            format!("{section} \"{}\"", sub.replace('\\', "\\\\").replace('"', "\\\""))
        }
        None => section.to_owned(),
    };
    format!("[{section}]\n\t{name} = \"{}\"\n", quoted(value))
}

/// Copies a file, if it is there.
fn copy(from: &Path, to: &Path) -> Result<(), Refusal> {
    match from.is_file() {
        true => write::copy_new(from, to).map_err(|error| cannot(to, &error)),
        false => Ok(()),
    }
}

/// Copies a folder, if it is there. A link that would lead nowhere becomes the file it leads to.
fn copy_all(from: &Path, to: &Path) -> Result<(), Refusal> {
    if !from.is_dir() {
        return Ok(());
    }
    write::copy_folder(from, to).map_err(|error| cannot(to, &error))?;
    let entries = fs::read_dir(to).map_err(|error| cannot(to, &error))?;
    let links: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    for link in links.iter().filter(|path| path.is_symlink() && !path.exists()) {
        let original = from.join(link.file_name().unwrap_or_default());
        if original.is_file() {
            write::remove(link)
                .and_then(|()| write::copy_new(&original, link))
                .map_err(|error| cannot(link, &error))?;
        }
    }
    Ok(())
}

fn cannot(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::external(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_commit_depends_on_comes_along() {
        let out = b"global\0user.name\nA\0global\0core.editor\nvi\0global\0url.x.insteadof\ny\0\
            local\0user.email\na@b\0local\0core.bare\nfalse\0local\0core.autocrlf\0\
            local\0remote.origin.url\nhttps://u:secret@h/\0local\0remote.pushdefault\norigin\0\
            local\0filter.x.clean\ncat %f\0local\0branch.main.remote\norigin\0\
            local\0http.extraheader\nsecret\0worktree\0hooks.strict\nyes\0\
            command\0user.name\nB\0";
        let kept = to_copy(out);
        let keys: Vec<&str> = kept.iter().map(|(key, _)| key.as_str()).collect();
        let expected = [
            "user.name",
            "user.email",
            "core.autocrlf",
            "remote.pushdefault",
            "filter.x.clean",
            "branch.main.remote",
            "hooks.strict",
        ];
        assert_eq!(keys, expected);
        assert_eq!(kept[2].1, "true");
    }

    #[test]
    fn a_setting_is_written_as_git_reads_it() {
        let settings = [
            ("user.name", "Ada \"the\" \\ Example # ; x"),
            ("core.odd", " blanks\tand\nlines "),
            ("branch.a.b \"c\\d\".remote", "origin"),
            ("filter.x.clean", "sed -e 's/a/b/' %f"),
        ];
        let folder = std::env::temp_dir().join(format!("gonogo-setting-{}", std::process::id()));
        write::private_folder(&folder).unwrap();
        let file = folder.join("config");
        write::write_unsynced(&file, b"").unwrap();
        let all: Vec<(String, String)> =
            settings.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        append(&file, &all).unwrap();
        let git = Git::at(&folder).unwrap();
        let args = ["config", "--list", "-z", "--file"].map(OsStr::new);
        let out = git.call(args.into_iter().chain([file.as_os_str()])).read().unwrap();
        write::remove_folder(&folder).unwrap();
        let expected = settings.map(|(key, value)| format!("{key}\n{value}\0")).concat();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

//! The sign-offs that are known here: those made or kept in this clone, and those that the last fetch
//! saw on a remote; what their signatures are worth; and what lies between two commits.

use std::collections::BTreeMap;

use super::git::{self, Call};
use super::stored::Objects;
use super::{Repo, SIZE_LIMIT};
use crate::error::Refusal;
use crate::plan::Oid;
use crate::signoff::cover::{Change, Entry, Passed};
use crate::signoff::read::{self, LIMIT};

/// Where sign-offs are kept.
pub const SIGNOFFS: &str = "refs/gonogo/signoff/";

const PICTURES: &str = "refs/gonogo-remote/";
const PICTURED: &str = "/gonogo/signoff/";

/// A sign-off as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSignoff {
    pub id: Oid,
    /// Its ref without `refs/gonogo/signoff/`.
    pub place: String,
    /// Whether this clone keeps it; it may only have been seen on a remote.
    pub here: bool,
    /// The remotes it was seen on.
    pub remotes: Vec<String>,
    /// What it says, or why that cannot be read.
    pub object: Result<read::Object, String>,
}

/// What a signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vouched {
    /// It is good and made by one of these, as the program says that checked it: addresses or
    /// patterns of them.
    By(Vec<String>),
    /// It is not that of this object.
    Bad(Vec<String>),
    /// It is good, and the key is nobody's who counts here.
    Untrusted(Vec<String>),
    /// Nothing here can tell: there is no list of signers, or no public key.
    Unchecked(Vec<String>),
}

impl Repo {
    /// All sign-offs that are known here, each object under each name once.
    ///
    /// # Errors
    /// git fails.
    pub fn signoffs(&self) -> Result<Vec<StoredSignoff>, Refusal> {
        let format = "--format=%(objectname) %(refname)";
        let listed = self.git.call(["for-each-ref", format, SIGNOFFS, PICTURES]).read()?;
        let mut found: BTreeMap<(String, String), (Oid, bool, Vec<String>)> = BTreeMap::new();
        for line in git::lines(&listed) {
            let Some((id, name)) = line.split_once(' ') else { continue };
            let (Some(oid), Some((remote, place))) = (Oid::new(id), place(name)) else { continue };
            let key = (place, id.to_owned());
            let (_, here, remotes) = found.entry(key).or_insert((oid, false, Vec::new()));
            match remote {
                Some(remote) => remotes.push(remote),
                None => *here = true,
            }
        }
        let mut objects = Objects::of(&self.git);
        let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
        let each = found.into_iter().map(|((place, _), (id, here, remotes))| {
            let object = match objects.read(id.as_str(), limit)? {
                None => Err("its object is not here".to_owned()),
                Some(object) if object.kind != "tag" => Err(format!("it is a {}", object.kind)),
                Some(object) => match object.bytes {
                    None => Err(format!("it has {} bytes", object.size)),
                    Some(bytes) => read::parse(&bytes),
                },
            };
            // A name is where it was put; what it says must be the same.
            let object = object.and_then(|object| {
                let own = object.name.strip_prefix("gonogo/signoff/") == Some(place.as_str());
                let said = object.signoff.name() == object.name;
                match own && said {
                    true => Ok(object),
                    false => Err("what it says is not what its name says".to_owned()),
                }
            });
            Ok(StoredSignoff { id, place, here, remotes, object })
        });
        each.collect()
    }

    /// Checks the signature of the object of a sign-off, as git is configured (gpg.format,
    /// gpg.ssh.allowedSignersFile, gpg.minTrustLevel).
    ///
    /// # Errors
    /// git cannot be started.
    pub fn vouched(&self, tag: &Oid) -> Result<Vouched, Refusal> {
        let (good, lines) = self.verify_tag(tag)?;
        Ok(judged(good, lines))
    }

    /// The paths that differ between two commits.
    ///
    /// # Errors
    /// git fails; one of them is not here.
    pub fn changes(&self, one: &Oid, other: &Oid) -> Result<Vec<Change>, Refusal> {
        let args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"];
        let more = ["--ignore-submodules=none", one.as_str(), other.as_str()];
        let out = self.as_pushed(args.iter().chain(&more)).read()?;
        let mut fields = out.split(|&byte| byte == 0);
        let mut changes = Vec::new();
        while let Some(change) = next_change(&mut fields) {
            changes.push(change);
        }
        Ok(changes)
    }

    /// The commits that `to` has and `from` has not, with what each changes.
    ///
    /// # Errors
    /// git fails; the clone is shallow and lacks some of them.
    pub fn passed(&self, from: &Oid, to: &Oid) -> Result<Vec<Passed>, Refusal> {
        let range = format!("{}..{}", from.as_str(), to.as_str());
        let plain = ["-c", "log.showRoot=true", "log", "-z", "--format=%H %P", "--no-color"];
        // Of a merge, what is as none of its parents has it.
        let also = ["--no-show-signature", "--no-notes", "--diff-merges=combined"];
        let diff = ["-r", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none"];
        let ends = [range.as_str(), "--"];
        let args = plain.iter().chain(&also).chain(&diff).chain(&ends);
        let mut passed = commits(&self.as_pushed(args).read()?);
        for merge in passed.iter_mut().filter(|passed| passed.parents > 1) {
            let parent = self.ref_at(&format!("{}^1^{{tree}}", merge.commit.as_str()))?;
            merge.takes_nothing = parent == self.tree_of(&merge.commit)?;
        }
        match self.is_shallow() && passed.iter().any(|passed| passed.parents == 0) {
            true => Err(self.deepen("What came since somebody signed is not known here.")),
            false => Ok(passed),
        }
    }

    /// The paths that a commit changed since its history parted from that of another one; none where
    /// the other one has it.
    ///
    /// # Errors
    /// git fails.
    pub fn own_changes(&self, commit: &Oid, other: &Oid) -> Result<Vec<String>, Refusal> {
        let args = ["merge-base", commit.as_str(), other.as_str()];
        let out = self.as_pushed(args.iter()).output()?;
        let Some(base) = git::lines(&out.stdout).first().and_then(|line| Oid::new(line)) else {
            return Ok(Vec::new());
        };
        Ok(self.changes(&base, commit)?.into_iter().map(|change| change.path).collect())
    }

    /// What stands under a path in a commit, a symlink as such; `None` where nothing does or where it
    /// is too large to be read.
    ///
    /// # Errors
    /// git fails.
    pub fn stored_bytes(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>, Refusal> {
        if path.contains('\n') {
            return Ok(None);
        }
        let name = format!("{}:{path}", commit.as_str());
        let read = Objects::of(&self.git).read(&name, SIZE_LIMIT)?;
        Ok(read.filter(|object| object.kind == "blob").and_then(|object| object.bytes))
    }

    /// git with the history as everybody has it: replace refs and grafts are of this clone only.
    pub(super) fn as_pushed<'a>(&self, args: impl Iterator<Item = &'a &'a str>) -> Call<'_> {
        let call = self.git.call(args).env("GIT_NO_REPLACE_OBJECTS", "1");
        call.env("GIT_GRAFT_FILE", "/dev/null")
    }
}

/// The remote and the place that the full name of a ref tells.
fn place(name: &str) -> Option<(Option<String>, String)> {
    if let Some(place) = name.strip_prefix(SIGNOFFS) {
        return Some((None, place.to_owned()));
    }
    let (remote, place) = name.strip_prefix(PICTURES)?.split_once(PICTURED)?;
    Some((Some(remote.to_owned()), place.to_owned()))
}

/// One entry of raw output, `:MODE MODE ID ID STATUS` and the path behind it (git-diff-tree(1), "Raw
/// output format"); renames are switched off.
fn next_change<'o>(fields: &mut impl Iterator<Item = &'o [u8]>) -> Option<Change> {
    let head = std::str::from_utf8(fields.next()?).ok()?;
    let words: Vec<&str> = head.trim_start().strip_prefix(':')?.split(' ').collect();
    let [before, after, old, new, _] = words[..] else { return None };
    let entry = |mode: &str, id: &str| {
        let id = Oid::new(id)?;
        (mode != "000000").then(|| Entry { mode: mode.to_owned(), id })
    };
    let path = String::from_utf8_lossy(fields.next()?).into_owned();
    Some(Change { path, before: entry(before, old), after: entry(after, new) })
}

/// Reads `git log -z --raw`. Only what stands behind the head of an entry is a path, so no path can
/// pass for a commit.
fn commits(out: &[u8]) -> Vec<Passed> {
    let mut fields = out.split(|&byte| byte == 0);
    let mut found: Vec<Passed> = Vec::new();
    while let Some(field) = fields.next() {
        let field = field.trim_ascii_start();
        if field.starts_with(b":") {
            let path = fields.next().map(|path| String::from_utf8_lossy(path).into_owned());
            if let (Some(last), Some(path)) = (found.last_mut(), path) {
                last.paths.push(path);
            }
            continue;
        }
        let mut ids = std::str::from_utf8(field).unwrap_or_default().split(' ');
        if let Some(commit) = ids.next().and_then(Oid::new) {
            let parents = ids.filter(|id| !id.trim().is_empty()).count();
            found.push(Passed { commit, parents, paths: Vec::new(), takes_nothing: false });
        }
    }
    found
}

/// In the words of gpg, gpgsm, ssh-keygen and git.
fn judged(success: bool, lines: Vec<String>) -> Vouched {
    let says = |words: &[&str]| {
        lines.iter().any(|line| words.iter().any(|word| line.to_lowercase().contains(word)))
    };
    if success {
        return Vouched::By(lines.iter().flat_map(|line| signers(line)).collect());
    }
    if says(&["bad signature", "incorrect signature", "revoked"]) {
        return Vouched::Bad(lines);
    }
    let unknown = ["allowedsignersfile needs", "no public key", "can't check", "cannot run"];
    let missing = ["no such file", "not found", "no signature found"];
    match says(&unknown) || says(&missing) && !says(&["no principal matched"]) {
        true => Vouched::Unchecked(lines),
        false => Vouched::Untrusted(lines),
    }
}

/// Whose signature it is: `Good "git" signature for a@x,b@x with ...` of ssh-keygen, `Good signature
/// from "Ada <a@x>"` and `aka "Ada <b@x>"` of gpg.
fn signers(line: &str) -> Vec<String> {
    if let Some((_, rest)) = line.split_once("Good \"git\" signature for ") {
        let names = rest.rsplit_once(" with ").map_or(rest, |(names, _)| names);
        return names.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let told = line.contains("Good signature from \"") || line.trim_start().contains("aka \"");
    let address = line.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"'));
    let address = address.and_then(|(who, _)| who.rsplit_once('<')?.1.strip_suffix('>'));
    address.filter(|_| told).map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_tells_remote_and_place() {
        let told = |name| place(name).map(|(remote, place)| format!("{remote:?} {place}"));
        for (name, expected) in [
            ("refs/gonogo/signoff/v1/qa/ab", Some("None v1/qa/ab")),
            ("refs/gonogo-remote/o/n/gonogo/signoff/v1/qa/ab", Some("Some(\"o/n\") v1/qa/ab")),
            ("refs/gonogo-remote/origin/gonogo/record/v1", None),
            ("refs/gonogo/record/v1", None),
        ] {
            assert_eq!(told(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn no_path_passes_for_a_commit() {
        let [a, b, c] = ["a", "b", "c"].map(|digit| digit.repeat(40));
        let raw = format!(":100644 100755 {b} {c} M");
        let out =
            format!("{a} {b} {c}\0\n{raw}\0{b} {c}\0{raw}\0:x\0\0{b} {c}\0\0{c} \0\n{raw}\0x\0");
        let read = commits(out.as_bytes());
        let told: Vec<_> =
            read.iter().map(|it| (it.commit.as_str(), it.parents, it.paths.clone())).collect();
        let path = format!("{b} {c}");
        assert_eq!(
            told,
            [
                (a.as_str(), 2, vec![path, ":x".to_owned()]),
                (b.as_str(), 1, vec![]),
                (c.as_str(), 0, vec!["x".to_owned()]),
            ]
        );
    }

    #[test]
    fn signers_are_those_the_program_names() {
        for (line, expected) in [
            ("Good \"git\" signature for ada@x with ED25519 key SHA256:abc", vec!["ada@x"]),
            ("Good \"git\" signature for a@x,*@y with RSA key SHA256:abc", vec!["a@x", "*@y"]),
            ("gpg: Good signature from \"Ada (x) <ada@x>\" [ultimate]", vec!["ada@x"]),
            ("gpg:                 aka \"Ada <ada@y>\" [unknown]", vec!["ada@y"]),
            ("gpg: using RSA key 1234 \"<eve@x>\"", vec![]),
            ("Good \"git\" signature with ED25519 key SHA256:abc", vec![]),
        ] {
            assert_eq!(signers(line), expected, "{line}");
        }
        let of = |success, line: &str| judged(success, vec![line.to_owned()]);
        assert!(matches!(of(false, "No principal matched."), Vouched::Untrusted(_)));
        assert!(matches!(of(false, "gpg: BAD signature from \"Ada <a@x>\""), Vouched::Bad(_)));
        assert!(matches!(of(false, "Could not verify signature"), Vouched::Untrusted(_)));
        let none = "error: gpg.ssh.allowedSignersFile needs to be configured and exist";
        assert!(matches!(of(false, none), Vouched::Unchecked(_)));
        assert!(matches!(
            of(false, "gpg: Can't check signature: No public key"),
            Vouched::Unchecked(_)
        ));
    }
}

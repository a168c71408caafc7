//! The one owner of file writes.
//!
//! Files are replaced by rename and never opened for writing in place, so a kill leaves the old
//! bytes or the new ones under the name, and at most a temporary file beside it whose name
//! ([`TEMP_PREFIX`]) tells whose it is.
#![expect(clippy::disallowed_methods, reason = "the one owner of file writes")]

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Every temporary file of ours in a work tree begins like this.
pub const TEMP_PREFIX: &str = ".gonogo-";

/// Replaces the file at `target` by `bytes`, keeping its mode and, where we may, its owner.
///
/// The bytes go to `target`'s folder under the name `TEMP_PREFIX` + `tag` first. After a kill the
/// target holds the old bytes or the new ones; the temporary file may be left and is overwritten
/// or removed by the next attempt with the same tag. Not synced: see [`settle`].
///
/// # Errors
/// Any I/O error; the target is untouched then and the temporary file removed.
pub fn replace(target: &Path, bytes: &[u8], tag: &str) -> io::Result<()> {
    let temp = temp_beside(target, tag);
    let written =
        fill(&temp, bytes, &fs::metadata(target)?).and_then(|()| fs::rename(&temp, target));
    if written.is_err() {
        let _ = remove(&temp);
    }
    written
}

/// The temporary file that [`replace`] uses for `target` and `tag`.
pub fn temp_beside(target: &Path, tag: &str) -> PathBuf {
    target.with_file_name(format!("{TEMP_PREFIX}{tag}"))
}

fn fill(temp: &Path, bytes: &[u8], like: &Metadata) -> io::Result<()> {
    remove(temp)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temp)?;
    file.write_all(bytes)?;
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        // Only root may give files away; as anybody else the file becomes ours, as with any editor.
        let _ = std::os::unix::fs::fchown(&file, Some(like.uid()), Some(like.gid()));
    }
    file.set_permissions(like.permissions())
}

/// Puts a file, symlink or nothing back at `path`, as it was when `mode` was read from it.
///
/// Folders that are missing are made. For files of a snapshot; version files go through [`replace`].
///
/// # Errors
/// Any I/O error.
pub fn put_back(path: &Path, bytes: &[u8], mode: u32, tag: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let temp = temp_beside(path, tag);
    remove(&temp)?;
    if mode & 0o170_000 == 0o120_000 {
        use std::os::unix::ffi::OsStrExt;
        std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(bytes), &temp)?;
    } else {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temp)?;
        file.write_all(bytes)?;
        file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))?;
    }
    fs::rename(&temp, path)
}

/// Makes a program that everybody may run, and its folder where there is none; it appears whole.
///
/// # Errors
/// `AlreadyExists` when something stands there; any other I/O error.
pub fn create_program(path: &Path, bytes: &[u8], tag: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let temp = temp_beside(path, tag);
    remove(&temp)?;
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o777).open(&temp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        link(&temp, path)
    })();
    remove(&temp)?;
    written
}

/// A path without symlinks, to be compared with others; as it is where nothing is there.
pub fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Removes a file; that it is not there is as good.
///
/// # Errors
/// Any other I/O error.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes an empty folder; that there is none, or that it is not empty, is as good.
///
/// # Errors
/// Any other I/O error.
pub fn remove_empty(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Removes a folder of ours and all in it; that it is not there is as good.
///
/// # Errors
/// Any other I/O error.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Copies a folder with all files and links in it, modes too; what is there under the same name
/// stays. Anything else in it (pipes, sockets) is left out.
///
/// # Errors
/// Any I/O error.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target, kind) = (entry.path(), to.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            copy_folder(&source, &target)?;
        } else if kind.is_symlink() && fs::symlink_metadata(&target).is_err() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else if kind.is_file() {
            copy_new(&source, &target)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

/// Copies a file with its mode, unless something stands there.
///
/// # Errors
/// Any I/O error.
pub fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Ok(()),
        Err(_) => fs::copy(from, to).map(drop),
    }
}

/// Makes a folder that only its owner may enter, with its parents; an existing one is fine.
///
/// # Errors
/// Any I/O error.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a folder that only its owner may enter, which must not exist yet.
///
/// # Errors
/// `AlreadyExists` when it does; any other I/O error.
pub fn new_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Opens a private file (mode 0600) for appending and reading, creating it where it is missing.
///
/// # Errors
/// Any I/O error.
pub fn private_appender(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// Writes a private file (mode 0600) and syncs it.
///
/// # Errors
/// Any I/O error; the file may be there in part.
pub fn write_private(path: &Path, chunks: &[&[u8]]) -> io::Result<()> {
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    for chunk in chunks {
        file.write_all(chunk)?;
    }
    file.sync_all()
}

/// Writes a private file (mode 0600) whose loss in a power cut does no harm.
///
/// # Errors
/// Any I/O error; the file may be there in part.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(bytes)
}

/// Appends `bytes` in one write and syncs them: write-ahead for everything that follows.
///
/// # Errors
/// Any I/O error. A torn record may stand at the end then; readers drop it.
pub fn append_synced(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_data()
}

/// Syncs a folder, so that the names in it survive a power cut.
///
/// # Errors
/// Any I/O error.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Cuts a file to `length` bytes.
///
/// # Errors
/// Any I/O error.
pub fn cut(file: &File, length: u64) -> io::Result<()> {
    file.set_len(length)
}

/// Copies a file's bytes into a new private file with the same modification time: git compares
/// the time of an index with those of files to know which of its entries it cannot trust.
///
/// # Errors
/// Any I/O error; a missing source is an empty copy (an index that does not exist yet).
pub fn copy_private(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    match fs::copy(from, to) {
        Ok(_) => {
            let modified = fs::metadata(from)?.modified()?;
            OpenOptions::new().write(true).open(to)?.set_modified(modified)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sets the time at which a file was last changed.
///
/// # Errors
/// Any I/O error.
pub fn set_time(path: &Path, time: std::time::SystemTime) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.set_modified(time)
}

/// Gives `path` the permissions of `model`.
///
/// # Errors
/// Any I/O error.
pub fn like(path: &Path, model: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::metadata(model)?.permissions())
}

/// Writes the file in which git hooks expect the commit message.
///
/// # Errors
/// Any I/O error.
pub fn write_message(path: &Path, message: &[u8]) -> io::Result<()> {
    fs::write(path, message)
}

/// Renames within one file system.
///
/// # Errors
/// Any I/O error.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Gives `from` a second name that must not exist yet: a lock file that appears with its content.
///
/// # Errors
/// `AlreadyExists` when the name is taken; any other I/O error.
pub fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)
}

/// How many bytes a file system takes from us before it is full.
///
/// # Errors
/// Any I/O error.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Makes sure that what was written, made or removed below `top` survives a power cut.
///
/// A few files are synced one by one. For many, one `syncfs` costs less (measured: 17 ms against
/// 35 to 60 for 206), although it waits for what other programs wrote to the same file system.
///
/// # Errors
/// Any I/O error.
pub fn settle(top: &Path, files: &[PathBuf]) -> io::Result<()> {
    const MANY: usize = 16;
    #[cfg(target_os = "linux")]
    if files.len() > MANY {
        return rustix::fs::syncfs(File::open(top)?).map_err(io::Error::from);
    }
    let _ = (top, MANY);
    for file in files {
        sync_if_there(file)?;
        sync_if_there(file.parent().unwrap_or(top))?;
    }
    Ok(())
}

/// What was removed is synced with the folder it was in.
fn sync_if_there(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened?.sync_all(),
    }
}

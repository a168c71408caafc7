//! The operation log: what was planned, what was done, and the bytes to take it back with.
//!
//! It lies in `gonogo/` of the common git folder, readable by its owner only:
//!
//! ```text
//! lock            held (flock) while an operation runs; names the holder
//! ops/7/journal   the records of operation 7, append-only, one line each: checksum, JSON
//! ops/7/before    what the planned files held before, one after the other
//! ops/7/...       the private index, hook output, and bytes that had to be put aside
//! ```
//!
//! Calling sequence: [`Journal::lock`], [`Locked::begin`] (the plan is on disk when it returns),
//! effects, [`Operation::append`] for what has to be known before the next effect,
//! [`Operation::close`]. A kill at any point leaves a readable journal: a torn record at the end is
//! dropped, an operation without a whole first record never began. Nothing is believed because it
//! is written here; the executor asks the world.

mod known;
mod open;
mod record;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use known::Tried;
pub use record::{
    Begin, Closed, Direction, Ended, Evidence, Foreign, IndexChange, IndexEntry, Log, Record,
    Rewritten, Said,
};

use record::Content;

use crate::error::{Refusal, word};
use crate::plan::Plan;
use crate::sys::clock::Timestamp;
use crate::sys::fs as write;

/// Space that is given free when a full disk makes an operation take itself back.
const RESERVE: &str = "reserve";

/// Old file bytes are kept for this many operations.
const KEPT: u64 = 50;

/// What a person has to do is looked for in so many operations.
const RECENT: usize = 50;

/// The journal of one repository, for reading.
pub struct Journal {
    folder: PathBuf,
}

/// The folder of the operation that was forgotten last.
const TRIED: &str = "tried";

/// The journal while this process holds its lock: the capability to change things.
pub struct Locked {
    folder: PathBuf,
    _lock: File,
}

/// One operation and its records.
pub struct Operation {
    pub id: u64,
    folder: PathBuf,
    records: Vec<Record>,
    /// Length of the readable part of the journal file.
    length: u64,
}

/// Whether something has left this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    No,
    /// It was begun, and nobody knows how it ended: the remote has to be asked.
    Unknown,
    Yes,
}

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Begun and neither finished nor taken back.
    Open(Direction),
    Closed(Closed),
}

impl Journal {
    /// The journal of the repository with this common git folder; it need not exist yet.
    pub fn of(common_dir: &Path) -> Self {
        Self { folder: common_dir.join("gonogo") }
    }

    /// All operations, oldest first.
    ///
    /// # Errors
    /// A journal that cannot be read or was damaged.
    pub fn operations(&self) -> Result<Vec<Operation>, Refusal> {
        let ids =
            numbers(&self.folder.join("ops")).map_err(|error| broken(&self.folder, &error))?;
        ids.into_iter().filter_map(|id| Operation::read(&self.folder, id).transpose()).collect()
    }

    /// The operation with this id.
    ///
    /// # Errors
    /// As for [`Self::operations`].
    pub fn operation(&self, id: u64) -> Result<Option<Operation>, Refusal> {
        Operation::read(&self.folder, id)
    }

    /// The newest operation; one that was taken back gives way to what it had replaced.
    ///
    /// # Errors
    /// As for [`Self::operations`].
    pub fn newest(&self) -> Result<Option<Operation>, Refusal> {
        let ids =
            numbers(&self.folder.join("ops")).map_err(|error| broken(&self.folder, &error))?;
        let mut found = ids.into_iter().rev();
        let newest = found.find_map(|id| Operation::read(&self.folder, id).transpose());
        let Some(newest) = newest.transpose()? else { return Ok(None) };
        let back = [Closed::Undone, Closed::TakenBack].map(State::Closed);
        if let Some(id) = newest.begin().replaces
            && back.contains(&newest.state())
            && let Some(old) = self.operation(id)?
            && !back.contains(&old.state())
        {
            return Ok(Some(old));
        }
        Ok(Some(newest))
    }

    /// The newest operation that has ended and of which a person has still to do something.
    ///
    /// # Errors
    /// As for [`Self::operations`].
    pub fn waiting(&self) -> Result<Option<Operation>, Refusal> {
        let ids =
            numbers(&self.folder.join("ops")).map_err(|error| broken(&self.folder, &error))?;
        for id in ids.into_iter().rev().take(RECENT) {
            let operation = Operation::read(&self.folder, id)?;
            if let Some(operation) = operation.filter(|it| !it.waiting().is_empty()) {
                return Ok(Some(operation));
            }
        }
        Ok(None)
    }

    /// The newest operation if it has not ended, with what a command says that meets it: somebody
    /// is at it right now, or it was interrupted.
    ///
    /// # Errors
    /// As for [`Self::operations`].
    pub fn unfinished(&self) -> Result<Option<(Operation, Refusal)>, Refusal> {
        let open = || {
            let newest = self.newest()?;
            Ok(newest.filter(|operation| matches!(operation.state(), State::Open(_))))
        };
        let Some(operation) = open()? else { return Ok(None) };
        if self.is_locked() {
            return Ok(Some((operation, is_running(&self.folder.join("lock")))));
        }
        // It may have ended in between.
        Ok(open()?.map(|operation| {
            let refusal = operation.is_open();
            (operation, refusal)
        }))
    }

    fn is_locked(&self) -> bool {
        File::open(self.folder.join("lock"))
            .is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    }

    /// Is this the private index of an operation that is being executed?
    ///
    /// # Errors
    /// As for [`Self::operations`].
    pub fn commits_from(&self, index: &Path) -> Result<bool, Refusal> {
        let Some(operation) = self.newest()? else { return Ok(false) };
        let same =
            || Some(fs::canonicalize(index).ok()? == fs::canonicalize(operation.index()).ok()?);
        let open = matches!(operation.state(), State::Open(_));
        Ok(open && self.is_locked() && same().unwrap_or(false))
    }

    /// Refuses when an operation is open.
    ///
    /// # Errors
    /// The newest operation is open, or the journal cannot be read.
    pub fn nothing_open(&self) -> Result<(), Refusal> {
        match self.newest()? {
            Some(operation) if matches!(operation.state(), State::Open(_)) => {
                Err(operation.is_open())
            }
            _ => Ok(()),
        }
    }

    /// Takes the lock of the repository; it is free again when the value is dropped or the
    /// process ends, however it ends. `who` is what others are told.
    ///
    /// # Errors
    /// Another operation is running, or the folder cannot be written.
    pub fn lock(self, who: &str) -> Result<Locked, Refusal> {
        let failed = |error: &io::Error| {
            Refusal::external(format!("{} cannot be written", self.folder.display()))
                .why(error.to_string())
        };
        write::private_folder(&self.folder).map_err(|error| failed(&error))?;
        let path = self.folder.join("lock");
        let mut lock = write::private_appender(&path).map_err(|error| failed(&error))?;
        match patient(&lock) {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(is_running(&path)),
            Err(fs::TryLockError::Error(error)) => return Err(failed(&error)),
        }
        // Only a message: a torn or missing one does no harm, so it is not synced.
        let _ = write::cut(&lock, 0);
        let _ = io::Write::write_all(&mut lock, who.as_bytes());
        Ok(Locked { folder: self.folder, _lock: lock })
    }
}

impl Locked {
    /// The journal, for reading.
    pub fn journal(&self) -> Journal {
        Journal { folder: self.folder.clone() }
    }

    /// Begins an operation: its plan and the old bytes of its files (in the order of
    /// [`Plan::files`]) are on disk when this returns.
    ///
    /// # Errors
    /// Any I/O error; nothing has begun then.
    pub fn begin(&self, begin: Begin, before: &[Vec<u8>]) -> Result<Operation, Refusal> {
        let ops = self.folder.join("ops");
        let last = numbers(&ops).map_err(|error| broken(&self.folder, &error))?;
        let id = last.last().map_or(1, |last| last + 1);
        let folder = ops.join(id.to_string());
        let begun = (|| {
            write::private_folder(&folder)?;
            let chunks: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
            write::write_private(&folder.join("before"), &chunks)?;
            // As much as writing the old files back and closing the journal will need.
            let reserve = vec![0; before.iter().map(Vec::len).sum::<usize>() + (32 << 10)];
            write::write_unsynced(&folder.join(RESERVE), &reserve)?;
            write::sync_folder(&ops)?;
            let mut operation =
                Operation { id, folder: folder.clone(), records: vec![], length: 0 };
            operation.write(Record::Begin(Box::new(begin)))?;
            write::sync_folder(&folder)?;
            Ok(operation)
        })();
        begun.map_err(|error: io::Error| {
            let _ = write::remove_folder(&folder);
            Refusal::external("the journal cannot be written, so nothing was begun")
                .why(error.to_string())
        })
    }

    /// Drops the saved bytes of operations that are too old to be kept. Best effort.
    pub fn prune(&self) {
        let Ok(ids) = numbers(&self.folder.join("ops")) else { return };
        let newest = ids.last().copied().unwrap_or(0);
        for id in ids.into_iter().filter(|id| id + KEPT <= newest) {
            let folder = self.folder.join("ops").join(id.to_string());
            let files = fs::read_dir(folder).into_iter().flatten().flatten();
            for file in files.filter(|file| file.file_name() != "journal") {
                let _ = write::remove(&file.path());
            }
        }
    }
}

impl Operation {
    /// Reads one; `None` when its first record is missing or torn: it never began.
    fn read(journal: &Path, id: u64) -> Result<Option<Self>, Refusal> {
        let folder = journal.join("ops").join(id.to_string());
        let bytes = match fs::read(folder.join("journal")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| broken(&folder, &error))?,
        };
        let (records, length) = match record::read(&bytes) {
            Content::Records(records, length) => (records, length),
            // Over, and nothing here can take it back: as if it were not there.
            Content::OtherVersion { closed: true } => return Ok(None),
            Content::OtherVersion { closed: false } => {
                return Err(Refusal::open(format!(
                    "operation {id} is open and not of this version"
                ))
                .why("Another version of gonogo began it and knows how to end it.")
                .why(format!("Its journal is {}.", folder.join("journal").display())));
            }
            Content::Damaged(number) => {
                return Err(Refusal::external(format!("the journal of operation {id} is damaged"))
                    .why(format!("Record {number} cannot be read."))
                    .why(format!("It is {}.", folder.join("journal").display()))
                    .why("Without it the operation cannot be taken back any more.")
                    .next_shell(
                        format!(
                            "mv {} {}",
                            word(folder.display()),
                            word(journal.join(format!("damaged-{id}")).display())
                        ),
                        "to go on without it",
                    ));
            }
        };
        let begun = matches!(records.first(), Some(Record::Begin(_)));
        Ok(begun.then_some(Self { id, folder, records, length }))
    }

    /// The first record.
    pub fn begin(&self) -> &Begin {
        match self.records.first() {
            Some(Record::Begin(begin)) => begin,
            // `read` and `begin` make no operation without one.
            _ => unreachable!("an operation starts with its plan"),
        }
    }

    /// What was planned.
    pub fn plan(&self) -> &Plan {
        &self.begin().plan
    }

    /// The records in the order they were written.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What became of it.
    pub fn state(&self) -> State {
        let turns = self.records.iter().rev().find_map(|record| match record {
            Record::Turn { direction, .. } => Some(State::Open(*direction)),
            Record::Closed { state, .. } => Some(State::Closed(*state)),
            _ => None,
        });
        turns.unwrap_or(State::Open(Direction::Forward))
    }

    /// A file of this operation's own folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The private copy of the index that a commit is made from.
    pub fn index(&self) -> PathBuf {
        self.file("index")
    }

    /// The bytes the planned file number `n` held before.
    ///
    /// # Errors
    /// They are gone (kept for 50 operations only) or damaged.
    pub fn before(&self, n: usize) -> Result<Vec<u8>, Refusal> {
        let sizes: Vec<usize> = self.begin().sizes.clone();
        let start: usize = sizes[..n].iter().sum();
        let all = fs::read(self.file("before")).map_err(|error| broken(&self.folder, &error))?;
        let bytes = all.get(start..start + sizes[n]).unwrap_or_default().to_vec();
        if self.plan().files()[n].before.is_of(&bytes) {
            return Ok(bytes);
        }
        Err(Refusal::external(format!("the saved bytes of operation {} are damaged", self.id))
            .why(format!("They are in {}.", self.file("before").display())))
    }

    /// Whether a hook rewrote planned file number `n`, and what it holds since.
    pub fn rewritten(&self, n: usize) -> Option<&Rewritten> {
        self.records.iter().rev().find_map(|record| match record {
            Record::Built { files, .. } => files.iter().find(|file| file.number == n),
            _ => None,
        })
    }

    /// Appends a record; it is on disk when this returns.
    ///
    /// # Errors
    /// Any I/O error; the effects that depend on the record must not happen then.
    pub fn append(&mut self, record: Record) -> Result<(), Refusal> {
        self.write(record).map_err(|error| {
            Refusal::external("the journal cannot be written").why(error.to_string())
        })
    }

    /// Closes the operation.
    ///
    /// # Errors
    /// As for [`Self::append`]; the operation stays open then, and a resume or undo closes it.
    pub fn close(&mut self, state: Closed, at: Timestamp) -> Result<(), Refusal> {
        self.append(Record::Closed { state, at })
    }

    /// Removes what only the execution needed. Best effort.
    pub fn tidy(&self) {
        for name in ["index", "landing", "lock-text", "index-scratch", RESERVE] {
            let _ = write::remove(&self.file(name));
        }
    }

    fn write(&mut self, record: Record) -> io::Result<()> {
        let mut file = write::private_appender(&self.file("journal"))?;
        if file.metadata()?.len() != self.length {
            write::cut(&file, self.length)?;
        }
        let line = record::line(&record);
        if let Err(error) = write::append_synced(&mut file, &line) {
            // What is not known to be on disk is not said.
            let _ = write::cut(&file, self.length);
            return Err(error);
        }
        self.length += line.len() as u64;
        self.records.push(record);
        Ok(())
    }

    /// A file of this operation's folder that does not exist yet: what is put aside is not
    /// overwritten by the next round.
    pub fn aside(&self, name: &str) -> PathBuf {
        let taken = |path: &PathBuf| path.exists();
        let first = self.file(name);
        let others = (2..).map(|round| self.file(&format!("{name}-{round}")));
        std::iter::once(first).chain(others).find(|path| !taken(path)).unwrap_or_default()
    }

    /// Takes a closed operation off the list. Its folder stays, as `tried`, until the next one is
    /// forgotten: what was found in files that were put back is in it. Best effort.
    pub fn forget(&self) {
        let kept = self.folder.with_file_name(TRIED);
        if write::remove_folder(&kept).is_ok() {
            let _ = write::rename(&self.folder, &kept);
        }
    }

    /// Where a file of it lies once it is off the list.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.folder.with_file_name(TRIED).join(name)
    }
}

/// Tries for a tenth of a second: whoever only looks holds the lock for a moment.
fn patient(lock: &File) -> Result<(), fs::TryLockError> {
    for _ in 0..10 {
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            answer => return answer,
        }
    }
    lock.try_lock()
}

fn is_running(lock: &Path) -> Refusal {
    let holder = fs::read_to_string(lock).unwrap_or_default();
    Refusal::open("another operation is running in this repository")
        .why(format!("It is {}.", holder.trim()))
        .next("log", "shows it when it has ended")
}

fn numbers(ops: &Path) -> io::Result<Vec<u64>> {
    let mut ids: Vec<u64> = match fs::read_dir(ops) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => {
            entries?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
        }
    };
    ids.sort_unstable();
    Ok(ids)
}

fn broken(path: &Path, error: &io::Error) -> Refusal {
    Refusal::external(format!("the journal in {} cannot be read", path.display()))
        .why(error.to_string())
}

//! What ends somebody's access while the database cannot be written: it holds at once, here, and is
//! written into the database before anything else once that works again (contract "security", 3.1).
//!
//! The file lies on the server's own disk, has all its room from the start, and holds ids only.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use keydance_core::id::OrganisationId;
use keydance_store::access_tokens::AccessTokenRow;
use serde::{Deserialize, Serialize};

/// The room of the file, in bytes: about 250 closings.
const ROOM: u64 = 64 << 10;

/// One end of somebody's access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    /// The organisation.
    pub(crate) organisation: String,
    /// What ends.
    pub(crate) what: Closed,
    /// The access token of whoever ended it.
    pub(crate) by: String,
    /// The request it came with.
    pub(crate) request_id: String,
}

/// What ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closed {
    /// Everything of a person, by its id.
    Person(String),
    /// An access token and those issued with it, by their ids. The first is the one.
    Tokens(Vec<String>),
}

/// The closings that wait.
#[derive(Debug, Default)]
pub struct Spill {
    /// The file and how much of it is used; none keeps closings in memory only.
    file: Mutex<Option<(File, u64)>>,
    held: RwLock<Vec<Closing>>,
}

impl Spill {
    /// Opens the file at a path, or makes it.
    ///
    /// # Errors
    /// It cannot be made, or what it holds is none of ours.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(0o600);
        let mut file = options.open(path)?;
        if file.metadata()?.len() < ROOM {
            let used = file.metadata()?.len();
            let rest = usize::try_from(ROOM.saturating_sub(used)).unwrap_or(0);
            file.write_all_at(&vec![0; rest], used)?;
            file.sync_all()?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (held, used) = read(&bytes);
        Ok(Self {
            file: Mutex::new(Some((file, used))),
            held: RwLock::new(held),
        })
    }

    /// Holds somebody off from now on.
    ///
    /// # Errors
    /// It is not on the disk, so it does not hold.
    pub(crate) fn add(&self, closing: Closing) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((file, used)) = file.as_mut() {
            let mut line = serde_json::to_vec(&closing)?;
            line.push(b'\n');
            let end = used.saturating_add(line.len() as u64);
            if end >= ROOM {
                return Err(io::ErrorKind::StorageFull.into());
            }
            // What an earlier use of the file left behind it does not count.
            line.push(0);
            file.write_all_at(&line, *used)?;
            file.sync_data()?;
            *used = end;
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.push(closing);
        Ok(())
    }

    /// Whether an access token is held off.
    pub(crate) fn denies(&self, row: &AccessTokenRow) -> bool {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.iter().any(|closing| closing.ends(row))
    }

    /// Those that wait to be written, oldest first.
    pub(crate) fn held(&self) -> Vec<Closing> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    /// Forgets those that wait, if they are as many: all of them are in the database.
    ///
    /// # Errors
    /// Those of the disk. They are written once more then, which changes nothing.
    pub(crate) fn clear(&self, count: usize) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() != count {
            return Ok(());
        }
        if let Some((file, used)) = file.as_mut() {
            file.write_all_at(&[0], 0)?;
            file.sync_data()?;
            *used = 0;
        }
        held.clear();
        Ok(())
    }
}

/// The closings of a file and how many bytes they take. It ends at the first zero, or where a line
/// does not read: that one was cut off before anybody was told that it holds.
fn read(bytes: &[u8]) -> (Vec<Closing>, u64) {
    let (mut held, mut used) = (Vec::new(), 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Ok(closing) = serde_json::from_slice(line) else {
            break;
        };
        held.push(closing);
        used += line.len() as u64;
    }
    (held, used)
}

impl Closing {
    fn ends(&self, row: &AccessTokenRow) -> bool {
        let same = |id: &OrganisationId| id.to_string() == self.organisation;
        same(&row.organisation)
            && match &self.what {
                Closed::Person(id) => row.principal == *id,
                Closed::Tokens(ids) => ids.contains(&row.id),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(id: &str) -> Closing {
        Closing {
            organisation: OrganisationId::new([1; 12]).to_string(),
            what: Closed::Person(id.to_owned()),
            by: "p1".to_owned(),
            request_id: "r1".to_owned(),
        }
    }

    #[test]
    fn what_waits_is_there_after_a_restart_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closings");
        let spill = Spill::open(&path).unwrap();
        spill.add(closing("ana")).unwrap();
        spill.add(closing("ben")).unwrap();
        let again = Spill::open(&path).unwrap();
        assert_eq!(again.held(), [closing("ana"), closing("ben")]);
        again.clear(1).unwrap();
        assert_eq!(again.held().len(), 2, "one came meanwhile");
        again.clear(2).unwrap();
        assert!(Spill::open(&path).unwrap().held().is_empty());
        again.add(closing("c")).unwrap();
        assert_eq!(Spill::open(&path).unwrap().held(), [closing("c")]);
        assert_eq!(path.metadata().unwrap().len(), ROOM);
    }

    #[test]
    fn a_line_that_was_cut_off_never_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closings");
        Spill::open(&path).unwrap().add(closing("ana")).unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        let end = serde_json::to_vec(&closing("ana")).unwrap().len() as u64 + 1;
        file.write_all_at(b"{\"organisation\":\"01", end).unwrap();
        assert_eq!(Spill::open(&path).unwrap().held(), [closing("ana")]);
    }

    #[test]
    fn a_full_file_takes_no_more_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::open(&folder.path().join("closings")).unwrap();
        let long = closing(&"x".repeat(60_000));
        spill.add(long.clone()).unwrap();
        assert!(spill.add(long).is_err());
        assert_eq!(spill.held().len(), 1);
    }
}

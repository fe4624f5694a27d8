//! The files of the working copy that a plan replaces.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{FileRecord, JournalError, failed};
use crate::event::Checkout;

/// The files and what they are now.
pub(super) struct Worktree<'j> {
    checkout: &'j Checkout,
    files: &'j [FileRecord],
    /// The id of each content; nothing if the file is not there.
    now: Vec<Option<String>>,
}

impl<'j> Worktree<'j> {
    /// Looks at the files.
    pub(super) fn new(
        checkout: &'j Checkout,
        files: &'j [FileRecord],
    ) -> Result<Self, JournalError> {
        let root = checkout.root();
        let is_there: Vec<bool> = files
            .iter()
            .map(|file| is_file(&root.join(&file.path)))
            .collect();
        let there = files.iter().zip(&is_there).filter(|(_, there)| **there);
        let paths: Vec<String> = there.map(|(file, _)| format!("{}\n", file.path)).collect();
        let arguments = ["hash-object", "--no-filters", "--stdin-paths"];
        let printed = checkout
            .git
            .run_with(&arguments, paths.concat().as_bytes(), &[])?;
        let printed = String::from_utf8_lossy(&printed);
        let mut ids = printed.lines().map(str::to_owned);
        let now = is_there
            .into_iter()
            .map(|there| there.then(|| ids.next()).flatten());
        let now = now.collect();
        Ok(Self {
            checkout,
            files,
            now,
        })
    }

    /// Refuses a file that is neither as it was nor as it is to be.
    pub(super) fn refuse_others(&self) -> Result<(), JournalError> {
        let other = self.files.iter().zip(&self.now).find(|(file, now)| {
            **now != file.before && now.as_deref() != Some(file.after.as_str())
        });
        match other {
            None => Ok(()),
            Some((file, _)) => Err(JournalError::Changed(file.path.clone())),
        }
    }

    /// Makes every file what it is to be.
    pub(super) fn replace(
        &self,
        watch: &mut dyn FnMut(&str) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let others = self.files.iter().zip(&self.now);
        let others = others.filter(|(file, now)| now.as_deref() != Some(file.after.as_str()));
        let wanted: Vec<(&FileRecord, &str)> = others
            .map(|(file, _)| (file, file.after.as_str()))
            .collect();
        for ((file, _), content) in wanted.iter().zip(self.contents(&wanted)?) {
            watch(&file.path)?;
            self.write(file, &content)?;
        }
        Ok(())
    }

    /// Makes every file what it was.
    pub(super) fn restore(&self) -> Result<(), JournalError> {
        let changed = self.files.iter().zip(&self.now);
        let changed = changed.filter(|(file, now)| **now != file.before);
        let changed: Vec<&FileRecord> = changed.map(|(file, _)| file).collect();
        let before = |file: &'j FileRecord| Some((file, file.before.as_deref()?));
        let known: Vec<(&FileRecord, &str)> = changed.iter().copied().filter_map(before).collect();
        for ((file, _), content) in known.iter().zip(self.contents(&known)?) {
            self.write(file, &content)?;
        }
        for file in changed.iter().filter(|file| file.before.is_none()) {
            let place = self.checkout.root().join(&file.path);
            fs::remove_file(&place).map_err(|error| failed(&place, &error))?;
        }
        Ok(())
    }

    /// Removes what a process left half written.
    pub(super) fn sweep(&self) {
        for file in self.files {
            // Nearly always there is none.
            drop(fs::remove_file(temporary(
                &self.checkout.root().join(&file.path),
                file,
            )));
        }
    }

    /// The contents of objects, all from one process.
    fn contents(&self, wanted: &[(&FileRecord, &str)]) -> Result<Vec<Vec<u8>>, JournalError> {
        let ids: Vec<String> = wanted.iter().map(|(_, id)| format!("{id}\n")).collect();
        let printed =
            self.checkout
                .git
                .run_with(&["cat-file", "--batch"], ids.concat().as_bytes(), &[])?;
        let mut rest = printed.as_slice();
        wanted
            .iter()
            .map(|(file, _)| {
                let (content, after) =
                    first_object(rest).ok_or_else(|| JournalError::Changed(file.path.clone()))?;
                rest = after;
                Ok(content.to_vec())
            })
            .collect()
    }

    /// Writes a file beside the old one and puts it in its place.
    fn write(&self, file: &FileRecord, content: &[u8]) -> Result<(), JournalError> {
        let place = self.checkout.root().join(&file.path);
        let Some(folder) = place.parent() else {
            return Ok(());
        };
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let temporary = temporary(&place, file);
            let mut new = File::create(&temporary)?;
            new.write_all(content)?;
            match fs::metadata(&place) {
                Ok(old) => new.set_permissions(old.permissions())?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            new.sync_all()?;
            fs::rename(&temporary, &place)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|error| failed(&place, &error))
    }
}

/// Where a file is written before it takes its place: always there, so that it can be found again.
fn temporary(place: &Path, file: &FileRecord) -> PathBuf {
    place.with_file_name(format!(".keydance-{}", file.after))
}

fn is_file(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok()
}

/// The content of the first object in what `cat-file --batch` prints, and the rest.
fn first_object(printed: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = printed.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (printed.get(..end)?, printed.get(end + 1..)?);
    let size = std::str::from_utf8(head).ok()?.rsplit(' ').next()?;
    let (content, rest) = rest.split_at_checked(size.parse().ok()?)?;
    Some((content, rest.strip_prefix(b"\n")?))
}

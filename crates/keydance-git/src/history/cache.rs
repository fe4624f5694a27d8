//! What was read before, in the git folder.
//!
//! It only grows: each run appends what it learned, with a checksum. A run that breaks off leaves a
//! tail that the next one cuts off. Deleting it costs time and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use keydance_sops::random::Random;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::codec::{Kept, take, write_all};
use super::fingerprint::Fingerprint;
use super::{Blob, Change, Claim, Commit, Content, Facts, History, HistoryError};

/// The file, which nobody else reads or writes meanwhile.
pub(super) struct Cache {
    file: File,
    fingerprint: Fingerprint,
}

/// How much of history there was.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    texts: usize,
    digests: usize,
    blobs: usize,
    commits: usize,
}

/// What begins the file; another version of the parser begins another file.
const MAGIC: &[u8] = b"keydance history 1\n";

/// Opens the cache of a repository, and gives what it holds.
pub(super) fn open(
    common: &Path,
    random: &mut dyn Random,
) -> Result<(Cache, History), HistoryError> {
    let folder = common.join("keydance");
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder);
    made.and_then(|()| expect_no_link(&folder))
        .map_err(HistoryError::Cache)?;
    let path = folder.join("history");
    expect_no_link(&path).map_err(HistoryError::Cache)?;
    let mut open = OpenOptions::new();
    open.read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    let mut file = open.open(&path).map_err(HistoryError::Cache)?;
    // Two at once would number the same things differently.
    file.lock().map_err(HistoryError::Cache)?;
    let key = key(&folder.join("fingerprint.key"), random)?;
    let history = load(&mut file).map_err(HistoryError::Cache)?;
    let fingerprint = Fingerprint::new(&key);
    Ok((Cache { file, fingerprint }, history))
}

/// Whoever packed the git folder may have put a link there, to have another file overwritten.
fn expect_no_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other("a symbolic link is in its place")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The key of marks of plain values, made the first time.
fn key(path: &Path, random: &mut dyn Random) -> Result<Zeroizing<[u8; 32]>, HistoryError> {
    let mut key = Zeroizing::new([0; 32]);
    expect_no_link(path).map_err(HistoryError::Cache)?;
    match File::open(path).and_then(|mut file| file.read_exact(key.as_mut_slice())) {
        Ok(()) => return Ok(key),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(HistoryError::Cache(error)),
    }
    random.fill(key.as_mut_slice())?;
    let mut open = OpenOptions::new();
    let file = open.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(key.as_slice()));
    written.map_err(HistoryError::Cache)?;
    Ok(key)
}

/// Reads as far as it is whole, and cuts off the rest.
fn load(file: &mut File) -> io::Result<History> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let mut history = History::default();
    let mut end = 0;
    if let Some(mut rest) = bytes.strip_prefix(MAGIC) {
        end = MAGIC.len();
        while let Some(batch) = batch(&mut rest) {
            if history.take(batch).is_none() {
                break;
            }
            end = bytes.len() - rest.len();
        }
        // What has the right checksum and leads nowhere is none of ours.
        if end + rest.len() != bytes.len() || !history.is_sound() {
            history = History::default();
            end = 0;
        }
    }
    file.set_len(end as u64)?;
    file.seek(SeekFrom::Start(end as u64))?;
    if end == 0 {
        file.write_all(MAGIC)?;
    }
    Ok(history)
}

/// The next batch: its length, its SHA-256, and itself.
fn batch<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let mut rest = *bytes;
    let len = usize::try_from(u64::read(&mut rest)?).ok()?;
    let digest = take(&mut rest, 32)?;
    let batch = take(&mut rest, len)?;
    let is_whole = Sha256::digest(batch).as_slice() == digest;
    is_whole.then(|| {
        *bytes = rest;
        batch
    })
}

impl Cache {
    pub(super) fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Keeps what was learned since.
    pub(super) fn append(&mut self, history: &History, since: Extent) -> Result<(), HistoryError> {
        let now = history.extent();
        if (now.commits, now.blobs) == (since.commits, since.blobs) {
            return Ok(());
        }
        let mut bytes = vec![0; 40];
        history.write_since(since, &mut bytes);
        let (head, batch) = bytes.split_at_mut(40);
        head[..8].copy_from_slice(&(batch.len() as u64).to_le_bytes());
        head[8..].copy_from_slice(&Sha256::digest(batch));
        self.file.write_all(&bytes).map_err(HistoryError::Cache)
    }
}

impl History {
    pub(super) fn extent(&self) -> Extent {
        Extent {
            texts: self.facts.texts.len(),
            digests: self.facts.digests.len(),
            blobs: self.facts.blobs.len(),
            commits: self.commits.len(),
        }
    }

    fn write_since(&self, since: Extent, bytes: &mut Vec<u8>) {
        let facts = &self.facts;
        write_all(&facts.texts.items()[since.texts..], bytes);
        write_all(&facts.digests.items()[since.digests..], bytes);
        write_all(&facts.versions[since.digests..], bytes);
        write_all(&facts.ids.items()[since.blobs..], bytes);
        write_all(&facts.blobs[since.blobs..], bytes);
        write_all(&self.commits[since.commits..], bytes);
        for names in self.skipped.all() {
            let names = names.iter().map(|name| Box::from(name.as_bytes()));
            write_all(&names.collect::<Vec<Box<[u8]>>>(), bytes);
        }
    }

    /// Takes a batch in; nothing if a number in it leads nowhere.
    fn take(&mut self, mut bytes: &[u8]) -> Option<()> {
        let bytes = &mut bytes;
        let facts = &mut self.facts;
        read_each(bytes, |text| facts.texts.number(text))?;
        read_each(bytes, |digest| facts.digests.number(digest))?;
        facts.versions.append(&mut Vec::read(bytes)?);
        read_each(bytes, |id| facts.ids.number(id))?;
        facts.blobs.append(&mut Vec::read(bytes)?);
        self.commits.append(&mut Vec::read(bytes)?);
        for names in self.skipped.all_mut() {
            let read: Vec<Box<[u8]>> = Vec::read(bytes)?;
            names.extend(
                read.iter()
                    .map(|name| String::from_utf8_lossy(name).into_owned()),
            );
        }
        bytes.is_empty().then_some(())
    }

    /// Whether every number leads somewhere, and every parent stands before its children.
    fn is_sound(&self) -> bool {
        let facts = &self.facts;
        let is_sound_commit = |(at, commit): (usize, &Commit)| {
            commit.parents.iter().all(|parent| (*parent as usize) < at)
                && commit.changes.iter().all(|change| facts.holds(change))
        };
        facts.digests.len() == facts.versions.len()
            && facts.ids.len() == facts.blobs.len()
            && facts
                .versions
                .iter()
                .all(|version| facts.has_text(version.place))
            && facts.blobs.iter().all(|blob| facts.has_words_of(blob))
            && self.commits.iter().enumerate().all(is_sound_commit)
    }
}

impl Facts {
    fn has_text(&self, number: u32) -> bool {
        (number as usize) < self.texts.len()
    }

    fn holds(&self, change: &Change) -> bool {
        let mut blobs = change.old.iter().chain(&change.new);
        self.has_text(change.path) && blobs.all(|blob| (*blob as usize) < self.blobs.len())
    }

    fn has_words_of(&self, blob: &Blob) -> bool {
        let has = |number| self.has_text(number);
        let has_all =
            |claim: &Claim| has(claim.recipient) && has(claim.principal) && has(claim.holder);
        let has_content = match &blob.content {
            Content::Unreadable => true,
            Content::Roster(claims) => claims.iter().all(has_all),
            Content::Encrypted(file) => {
                let mut wraps = file.groups.iter().flatten();
                let mut versions = file.values.iter().map(|value| value.version as usize);
                let generation = file.generation;
                wraps.all(|wrap| has(wrap.recipient))
                    && versions.all(|version| version < self.versions.len())
                    && generation.is_none_or(|it| has(it.group) && has(it.recipient))
            }
        };
        has(blob.path) && has_content
    }
}

/// Reads a list, each item at once where it belongs.
fn read_each<T: Kept>(bytes: &mut &[u8], mut keep: impl FnMut(T) -> u32) -> Option<()> {
    let len = u32::read(bytes)?;
    for _ in 0..len {
        keep(T::read(bytes)?);
    }
    Some(())
}

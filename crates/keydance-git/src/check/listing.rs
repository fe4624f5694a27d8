//! The files that are looked at: those of the working copy, or what is staged.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::event::GitError;
use crate::event::git::Git;
use crate::signature::SIGNATURES_FOLDER;

/// Where files are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// What is staged, in the index of this path, or in the usual one.
    Index(Option<PathBuf>),
    /// What is there, tracked or new, but not what git ignores.
    WorkingCopy,
}

/// The files of a repository.
#[derive(Debug)]
pub struct Listing {
    git: Git,
    root: PathBuf,
    source: Source,
    entries: BTreeMap<String, Entry>,
}

/// A file.
#[derive(Debug)]
pub(super) struct Entry {
    /// As the file system has it.
    raw: PathBuf,
    pub(super) kind: EntryKind,
    blob: String,
    pub(super) is_unmerged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    /// A link, or another repository.
    Other,
    Symlink,
}

/// What came of reading a file.
pub(super) enum Content<'b> {
    Bytes(&'b [u8]),
    /// It is not there any more.
    Gone,
    /// It has more than 64 MiB, or cannot be read.
    Unreadable(String),
}

/// The commit that added a file as it is.
pub(super) struct Introduced {
    /// When it was made, by its own account.
    pub(super) at: Timestamp,
    pub(super) parents: Vec<String>,
}

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// How much is read from git at once, in bytes, unless one file is longer.
const MAX_BATCH: u64 = 16 << 20;

impl Listing {
    /// Lists the files of the repository around a folder; `program` is the path of git.
    ///
    /// # Errors
    ///
    /// If there is no repository, or git cannot list it.
    pub fn of(program: &Path, folder: &Path, source: Source) -> Result<Self, GitError> {
        let git = Git::new(program, folder);
        let root = git.run(&["rev-parse", "--path-format=absolute", "--show-toplevel"])?;
        let root = path_of(root.strip_suffix(b"\n").unwrap_or(&root));
        let mut listing = Self {
            git: git.within(&root),
            root,
            source,
            entries: BTreeMap::new(),
        };
        listing.list()?;
        Ok(listing)
    }

    fn list(&mut self) -> Result<(), GitError> {
        for part in self.run(&["ls-files", "-s", "-z"])?.split(|b| *b == 0) {
            let Some((about, raw)) = staged(part) else {
                continue;
            };
            let [mode, blob, stage] = about;
            let entry = Entry {
                raw,
                kind: EntryKind::of_mode(mode),
                blob: blob.to_owned(),
                is_unmerged: stage != "0",
            };
            self.add(entry);
        }
        if self.source != Source::WorkingCopy {
            return Ok(());
        }
        let new = self.run(&["ls-files", "-o", "--exclude-standard", "-z"])?;
        for part in new.split(|b| *b == 0).filter(|part| !part.is_empty()) {
            self.add(Entry {
                raw: path_of(part),
                kind: EntryKind::File,
                blob: String::new(),
                is_unmerged: false,
            });
        }
        let root = &self.root;
        self.entries.retain(|_, entry| {
            let about = fs::symlink_metadata(root.join(&entry.raw));
            entry.kind = about.as_ref().map_or(entry.kind, EntryKind::of_file);
            about.is_ok()
        });
        Ok(())
    }

    fn add(&mut self, entry: Entry) {
        let path = entry.raw.to_string_lossy().into_owned();
        self.entries.insert(path, entry);
    }

    /// The files, by path from the top. A path that is no text has U+FFFD in it.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let entries = self.entries.iter();
        entries.map(|(path, entry)| (path.as_str(), entry))
    }

    /// The files that hold this text.
    pub(super) fn files_with(&self, text: &str) -> Result<BTreeSet<String>, GitError> {
        let place = match self.source {
            Source::Index(_) => "--cached",
            Source::WorkingCopy => "--untracked",
        };
        let grep = ["grep", place, "-l", "-z", "-a", "-F", "-e", text, "--"];
        let found = match self.run(&grep) {
            Err(error) if error.code == Some(1) => Vec::new(),
            found => found?,
        };
        let found = found.split(|b| *b == 0).filter(|part| !part.is_empty());
        Ok(found
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .collect())
    }

    /// Whether it is of what is staged.
    pub(super) fn is_staged(&self) -> bool {
        matches!(self.source, Source::Index(_))
    }

    /// The commit at the tip, if there is one.
    pub(super) fn head(&self) -> Result<Option<String>, GitError> {
        let head = self
            .git
            .find(&["rev-parse", "-q", "--verify", "HEAD^{commit}"])?;
        Ok(head.map(|head| String::from_utf8_lossy(&head).trim_end().to_owned()))
    }

    /// The program, at the top of the repository.
    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    /// A place of this clone for what is not part of the repository.
    pub(super) fn private_folder(&self) -> Result<PathBuf, GitError> {
        let common = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
        let common = self.git.run(&common)?;
        Ok(path_of(common.strip_suffix(b"\n").unwrap_or(&common)).join("keydance"))
    }

    /// For each file of signatures the last commit that changed it, in one walk.
    pub(super) fn introduced(&self) -> Result<HashMap<String, Introduced>, GitError> {
        let format = "--format=%x01%ct %P";
        let log = [
            "log",
            "-z",
            "-c",
            "--no-renames",
            "--name-only",
            format,
            "--",
        ];
        let log = self.git.run(&[&log[..], &[SIGNATURES_FOLDER]].concat())?;
        let mut found = HashMap::new();
        let (mut at, mut parents) = (Timestamp::UNIX_EPOCH, Vec::new());
        for part in log.split(|b| *b == 0) {
            let part = String::from_utf8_lossy(part);
            let part = part.trim_start_matches('\n');
            if let Some(about) = part.strip_prefix('\x01') {
                let mut words = about.split_whitespace();
                let seconds = words.next().and_then(|it| it.parse().ok()).unwrap_or(0);
                at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
                parents = words.map(str::to_owned).collect();
            } else if !part.is_empty() {
                let parents = parents.clone();
                let path = part.to_owned();
                found.entry(path).or_insert(Introduced { at, parents });
            }
        }
        Ok(found)
    }

    /// The content of small objects by name, such as `HEAD:PATH`.
    pub(super) fn objects(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        // A name with a line break would be two.
        let lines = names.iter().map(|name| name.replace('\n', "?") + "\n");
        let asked: String = lines.collect();
        let output = self
            .git
            .run_with(&["cat-file", "--batch"], asked.as_bytes(), &[])?;
        let mut rest = output.as_slice();
        Ok(names
            .iter()
            .map(|_| content(&mut rest).map(<[u8]>::to_vec))
            .collect())
    }

    /// Reads files; none is held longer than the reader has it.
    pub(super) fn read<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p str>,
        mut read: impl FnMut(&'p str, Content<'_>),
    ) -> Result<(), GitError> {
        let paths = paths.into_iter();
        let wanted = paths.filter_map(|path| Some((path, self.entries.get(path)?)));
        if matches!(self.source, Source::Index(_)) {
            return self.read_staged(&wanted.collect::<Vec<_>>(), &mut read);
        }
        for (path, entry) in wanted {
            match self.read_file(entry) {
                Ok(Some(bytes)) => read(path, Content::Bytes(&bytes)),
                Ok(None) => read(path, too_large()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => read(path, Content::Gone),
                Err(error) => read(path, Content::Unreadable(error.to_string())),
            }
        }
        Ok(())
    }

    fn read_file(&self, entry: &Entry) -> io::Result<Option<Vec<u8>>> {
        let place = self.root.join(&entry.raw);
        if !fs::symlink_metadata(&place)?.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(place)?;
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= MAX_FILE).then_some(bytes))
    }

    fn read_staged<'p>(
        &self,
        wanted: &[(&'p str, &Entry)],
        read: &mut impl FnMut(&'p str, Content<'_>),
    ) -> Result<(), GitError> {
        let ids = |wanted: &[(&str, &Entry)]| -> Vec<u8> {
            let ids = wanted
                .iter()
                .flat_map(|(_, entry)| [entry.blob.as_str(), "\n"]);
            ids.collect::<String>().into_bytes()
        };
        let asked = ["cat-file", "--batch-check=%(objectsize)"];
        let sizes = self.git.run_with(&asked, &ids(wanted), &[])?;
        let sizes = String::from_utf8_lossy(&sizes);
        let mut batch = Vec::new();
        let mut total = 0;
        for ((path, entry), size) in wanted.iter().zip(sizes.lines()) {
            let size = size.parse().unwrap_or(u64::MAX);
            if size > MAX_FILE {
                read(path, too_large());
                continue;
            }
            if total + size > MAX_BATCH {
                self.read_batch(&std::mem::take(&mut batch), &ids, read)?;
                total = 0;
            }
            total += size;
            batch.push((*path, *entry));
        }
        self.read_batch(&batch, &ids, read)
    }

    fn read_batch<'p>(
        &self,
        batch: &[(&'p str, &Entry)],
        ids: &impl Fn(&[(&str, &Entry)]) -> Vec<u8>,
        read: &mut impl FnMut(&'p str, Content<'_>),
    ) -> Result<(), GitError> {
        if batch.is_empty() {
            return Ok(());
        }
        let output = self
            .git
            .run_with(&["cat-file", "--batch"], &ids(batch), &[])?;
        let mut rest = output.as_slice();
        for (path, _) in batch {
            match content(&mut rest) {
                Some(bytes) => read(path, Content::Bytes(bytes)),
                None => read(path, Content::Unreadable("git does not have it".to_owned())),
            }
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let index = match &self.source {
            Source::Index(Some(index)) => Some(("GIT_INDEX_FILE", index.as_os_str())),
            _ => None,
        };
        let variables: Vec<(&str, &OsStr)> = index.into_iter().collect();
        self.git.run_with(arguments, b"", &variables)
    }
}

impl EntryKind {
    fn of_mode(mode: &str) -> Self {
        match mode {
            "100644" | "100755" => Self::File,
            "120000" => Self::Symlink,
            _ => Self::Other,
        }
    }

    fn of_file(about: &fs::Metadata) -> Self {
        match about.file_type() {
            kind if kind.is_symlink() => Self::Symlink,
            kind if kind.is_file() => Self::File,
            _ => Self::Other,
        }
    }
}

fn too_large() -> Content<'static> {
    Content::Unreadable("it has more than 64 MiB".to_owned())
}

fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// `MODE ID STAGE`, a tab, and the path.
fn staged(part: &[u8]) -> Option<([&str; 3], PathBuf)> {
    let tab = part.iter().position(|b| *b == b'\t')?;
    let (about, path) = part.split_at(tab);
    let mut words = std::str::from_utf8(about).ok()?.split(' ');
    let about = [words.next()?, words.next()?, words.next()?];
    Some((about, path_of(&path[1..])))
}

/// The next object of `cat-file --batch`: `ID TYPE SIZE`, a line break, the bytes, a line break.
fn content<'o>(output: &mut &'o [u8]) -> Option<&'o [u8]> {
    let end = output.iter().position(|b| *b == b'\n')?;
    let (line, rest) = (&output[..end], &output[end + 1..]);
    *output = rest;
    let line = std::str::from_utf8(line).ok()?;
    let size: usize = line.split(' ').nth(2)?.parse().ok()?;
    let bytes = rest.get(..size)?;
    *output = rest.get(size + 1..)?;
    Some(bytes)
}

//! The working copy and the branch that an event changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::EventError;
use super::git::{Git, parts};

/// A working copy with a branch.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub(crate) git: Git,
    root: PathBuf,
    common: PathBuf,
    /// The branch that is checked out, a whole ref.
    pub branch: String,
    /// The id of the commit at its tip; nothing before the first one.
    pub head: Option<String>,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `100644` or `100755`; others are no files.
    pub mode: String,
    /// The id of its content.
    pub blob: String,
}

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// More paths than this are not handed to git one by one.
const MAX_ARGUMENTS: usize = 200;

impl Checkout {
    /// The working copy around a folder; `program` is the path of git.
    ///
    /// # Errors
    ///
    /// If there is none, or no branch is checked out.
    pub fn open(program: &Path, folder: &Path) -> Result<Self, EventError> {
        let git = Git::new(program, folder);
        let places = git.run(&[
            "rev-parse",
            "--path-format=absolute",
            "--show-toplevel",
            "--git-common-dir",
        ]);
        let places = places.map_err(|error| EventError::NoRepository(error.message))?;
        let places = String::from_utf8_lossy(&places);
        let mut places = places.lines().map(PathBuf::from);
        let (Some(root), Some(common)) = (places.next(), places.next()) else {
            return Err(EventError::NoRepository(
                "it has no working copy".to_owned(),
            ));
        };
        let git = git.within(&root);
        let branch = git.find(&["symbolic-ref", "-q", "HEAD"])?;
        let branch = branch.ok_or(EventError::NoBranch)?;
        let head = git.find(&["rev-parse", "-q", "--verify", "HEAD^{commit}"])?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        Ok(Self {
            git,
            root,
            common,
            branch: text(branch),
            head: head.map(text),
        })
    }

    /// The folder of the working copy.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for what is kept beside the repository, shared by all working copies of it.
    #[must_use]
    pub fn private_folder(&self) -> PathBuf {
        self.common.join("keydance")
    }

    /// A file of the working copy; nothing if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is too long, or is no regular file.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, EventError> {
        let failed = |error: io::Error| EventError::Io {
            path: path.to_owned(),
            problem: error.to_string(),
        };
        let place = self.root.join(path);
        match fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_file() && metadata.len() <= MAX_FILE => {}
            Ok(_) => return Err(EventError::NoFile(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(&place).map_err(failed)?;
        file.take(MAX_FILE)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        Ok(Some(bytes))
    }

    /// The files of the commit at the tip in a folder.
    pub(crate) fn files_in(&self, folder: &str) -> Result<Vec<String>, EventError> {
        if self.head.is_none() {
            return Ok(Vec::new());
        }
        let arguments = ["ls-tree", "-r", "-z", "--name-only", "HEAD", "--", folder];
        let listed = self.git.run(&arguments)?;
        Ok(parts(&listed).map(str::to_owned).collect())
    }

    /// The files of the commit at the tip that hold any of these texts.
    pub(crate) fn files_with(&self, texts: &BTreeSet<String>) -> Result<Vec<String>, EventError> {
        if self.head.is_none() || texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut arguments = vec!["grep", "-l", "-z", "-F"];
        arguments.extend(texts.iter().flat_map(|text| ["-e", text.as_str()]));
        arguments.extend(["HEAD", "--"]);
        let found = self.git.find(&arguments)?.unwrap_or_default();
        let path = |part: &str| part.strip_prefix("HEAD:").map(str::to_owned);
        Ok(parts(&found).filter_map(path).collect())
    }

    /// What the commit at the tip has at these paths.
    pub(crate) fn entries(&self, paths: &[&str]) -> Result<BTreeMap<String, Entry>, EventError> {
        if self.head.is_none() {
            return Ok(BTreeMap::new());
        }
        let mut arguments = vec!["ls-tree", "-r", "-z", "HEAD", "--"];
        if paths.len() <= MAX_ARGUMENTS {
            arguments.extend(paths);
        }
        let wanted: BTreeSet<&str> = paths.iter().copied().collect();
        let listed = self.git.run(&arguments)?;
        let entry = |part: &str| {
            let (about, path) = part.split_once('\t')?;
            let mut words = about.split(' ');
            let (mode, blob) = (words.next()?.to_owned(), words.nth(1)?.to_owned());
            let wanted = wanted.contains(path);
            wanted.then(|| (path.to_owned(), Entry { mode, blob }))
        };
        Ok(parts(&listed).filter_map(entry).collect())
    }

    /// Refuses paths that are not as the commit at the tip has them: changed, staged, or there
    /// without being in it.
    pub(crate) fn refuse_unclean(&self, paths: &[&str]) -> Result<(), EventError> {
        let entries = self.entries(paths)?;
        let untracked = paths.iter().filter(|path| !entries.contains_key(**path));
        let mut unclean: Vec<String> = untracked
            .filter(|path| fs::symlink_metadata(self.root.join(path)).is_ok())
            .map(|path| (*path).to_owned())
            .collect();
        let mut arguments = vec![
            "status",
            "--porcelain=v1",
            "-z",
            "--no-renames",
            "-uno",
            "--",
        ];
        if paths.len() <= MAX_ARGUMENTS {
            arguments.extend(paths);
        }
        let wanted: BTreeSet<&str> = paths.iter().copied().collect();
        let status = self.git.run(&arguments)?;
        let changed = parts(&status).filter_map(|part| part.get(3..));
        unclean.extend(
            changed
                .filter(|path| wanted.contains(path))
                .map(str::to_owned),
        );
        match unclean.is_empty() {
            true => Ok(()),
            false => Err(EventError::Unclean(unclean)),
        }
    }
}

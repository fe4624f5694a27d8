//! The walk over commits that are new.

use std::collections::HashMap;

use super::facts::Reader;
use super::table::Table;
use super::{Blob, Change, Commit, History, HistoryError, MAX_BLOB_LEN, Skipped};
use crate::repository::{Answers, Contents, ObjectId, Repository, RepositoryError};
use crate::roster::ROSTER_FILE;

/// Commits that are new, and what they changed. Its numbers for paths and blobs are its own: most
/// files of a repository are no secrets, and nothing of them is kept.
pub(super) struct Walk {
    commits: Vec<Commit>,
    paths: Table<Box<[u8]>>,
    ids: Table<ObjectId>,
    /// The path at which each id was first met.
    first: Vec<u32>,
    skipped: Skipped,
}

impl Walk {
    pub(super) fn new(repository: &Repository, history: &History) -> Result<Self, RepositoryError> {
        let mut walk = Self {
            commits: commits(repository, history)?,
            paths: Table::default(),
            ids: Table::default(),
            first: Vec::new(),
            skipped: Skipped::default(),
        };
        walk.differences(repository, history)?;
        Ok(walk)
    }

    /// Asks for the differences of each commit against each parent, one after another.
    fn differences(
        &mut self,
        repository: &Repository,
        history: &History,
    ) -> Result<(), RepositoryError> {
        if self.commits.is_empty() {
            return Ok(());
        }
        let base = history.commits.len();
        let ids: Vec<ObjectId> = self.commits.iter().map(|commit| commit.id).collect();
        let id = |number: u32| match (number as usize).checked_sub(base) {
            Some(new) => ids[new],
            None => history.commits[number as usize].id,
        };
        let pairs = self.commits.iter().enumerate().flat_map(|(at, commit)| {
            let parents = commit.parents.iter().map(|parent| Some(id(*parent)));
            let root = commit.parents.is_empty().then_some(None);
            parents.chain(root).map(move |parent| (at, parent))
        });
        let pairs: Vec<(usize, Option<ObjectId>)> = pairs.collect();
        repository.ask(
            "diff-tree",
            &DIFF_TREE,
            |input| {
                pairs.iter().try_for_each(|(at, parent)| match parent {
                    Some(parent) => writeln!(input, "{} {parent}", ids[*at]),
                    None => writeln!(input, "{}", ids[*at]),
                })
            },
            |answers| self.read(answers),
        )
    }

    /// Every difference begins with the id of its commit, even if there is none.
    fn read(&mut self, answers: &mut Answers) -> Result<(), RepositoryError> {
        const MALFORMED: RepositoryError = RepositoryError::Malformed("diff-tree");
        let (mut record, mut path) = (Vec::new(), Vec::new());
        let mut at: Option<(usize, u32)> = None;
        while let Some(record) = answers.until(0, &mut record)? {
            if let Some(entry) = record.strip_prefix(b":") {
                let path = answers.until(0, &mut path)?.ok_or(MALFORMED)?;
                let (commit, parent) = at.ok_or(MALFORMED)?;
                let change = self.change(parent, entry, path).ok_or(MALFORMED)?;
                self.commits[commit].changes.extend(change);
                continue;
            }
            let next = match at {
                None => (0, 0),
                Some((commit, parent)) => {
                    let is_last = parent as usize + 1 >= self.commits[commit].parents.len();
                    if is_last {
                        (commit + 1, 0)
                    } else {
                        (commit, parent + 1)
                    }
                }
            };
            let commit = self.commits.get(next.0).ok_or(MALFORMED)?;
            if ObjectId::parse(record) != Some(commit.id) {
                return Err(MALFORMED);
            }
            at = Some(next);
        }
        Ok(())
    }

    /// `100644 100755 OLD NEW M`; nothing within if neither side is a file.
    fn change(&mut self, parent: u32, entry: &[u8], path: &[u8]) -> Option<Option<Change>> {
        let mut words = entry.split(|byte| *byte == b' ');
        let modes = [words.next()?, words.next()?];
        let ids = [words.next()?, words.next()?].map(ObjectId::parse);
        let number = self.paths.number(path.into());
        let mut sides = [None, None];
        for ((side, mode), id) in sides.iter_mut().zip(modes).zip(ids) {
            let name = || String::from_utf8_lossy(path).into_owned();
            match mode {
                b"000000" => {}
                b"120000" => drop(self.skipped.symlinks.insert(name())),
                b"160000" => drop(self.skipped.submodules.insert(name())),
                _ => *side = Some(self.ids.number(id?)),
            }
        }
        self.first.resize(self.ids.len(), number);
        let [old, new] = sides;
        // A roster is one wherever else its bytes were met before.
        if path == ROSTER_FILE.as_bytes()
            && let Some(new) = new
        {
            self.first[new as usize] = number;
        }
        Some((old.is_some() || new.is_some()).then_some(Change {
            parent,
            path: number,
            old,
            new,
        }))
    }
}

/// A difference against one parent at a time, of trees as they are.
const DIFF_TREE: [&str; 10] = [
    "--stdin",
    "--raw",
    "-z",
    "-r",
    "--root",
    "--always",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-renames",
    "--no-textconv",
];

/// The commits that are new, each behind its parents, from all refs, reflogs and stashes.
fn commits(repository: &Repository, history: &History) -> Result<Vec<Commit>, RepositoryError> {
    const REV_LIST: [&str; 9] = [
        "--topo-order",
        "--reverse",
        "--parents",
        "--timestamp",
        "--ignore-missing",
        "--exclude=refs/keydance/*",
        "--all",
        "--reflog",
        "--stdin",
    ];
    let mut numbers = history.numbers();
    let mut commits = Vec::new();
    let heads = history.heads();
    repository.ask(
        "rev-list",
        &REV_LIST,
        |input| heads.iter().try_for_each(|head| writeln!(input, "^{head}")),
        |answers| {
            let mut line = Vec::new();
            while let Some(line) = answers.until(b'\n', &mut line)? {
                let commit = commit(line, &numbers);
                let commit = commit.ok_or(RepositoryError::Malformed("rev-list"))?;
                let number = history.commits.len() + commits.len();
                numbers.insert(commit.id, u32::try_from(number).unwrap_or(u32::MAX));
                commits.push(commit);
            }
            Ok(commits)
        },
    )
}

/// `TIME ID PARENT…`. A parent that is not there lies beyond where a shallow clone ends.
fn commit(line: &[u8], numbers: &HashMap<ObjectId, u32>) -> Option<Commit> {
    let mut words = line.split(|byte| *byte == b' ');
    let time = str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let id = ObjectId::parse(words.next()?)?;
    let parents = words.filter_map(|word| numbers.get(&ObjectId::parse(word)?).copied());
    Some(Commit {
        id,
        time,
        parents: parents.collect(),
        changes: Vec::new(),
    })
}

impl History {
    /// The commits that no other one has as a parent.
    fn heads(&self) -> Vec<ObjectId> {
        let mut is_head = vec![true; self.commits.len()];
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        parents.for_each(|parent| is_head[*parent as usize] = false);
        let commits = self.commits.iter().zip(is_head);
        commits
            .filter_map(|(commit, is_head)| is_head.then_some(commit.id))
            .collect()
    }

    /// Reads the blobs that a walk found, and takes its commits in.
    pub(super) fn learn(
        &mut self,
        walk: Walk,
        repository: &Repository,
        reader: &Reader<'_>,
    ) -> Result<(), HistoryError> {
        let Walk {
            commits,
            paths,
            ids,
            first,
            mut skipped,
        } = walk;
        let known = |id: &ObjectId| self.facts.ids.find(id);
        let mut numbers: Vec<Option<u32>> = ids.items().iter().map(known).collect();
        let asked = numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| number.is_none());
        let asked: Vec<usize> = asked.map(|(at, _)| at).collect();
        let wanted: Vec<ObjectId> = asked.iter().map(|at| ids.items()[*at]).collect();
        repository.contents(&wanted, MAX_BLOB_LEN, |at, content| {
            let path = paths.item(first[asked[at]]);
            let name = || String::from_utf8_lossy(path).into_owned();
            match content {
                Contents::Bytes(bytes) => {
                    let blob = reader.read(path, bytes, &mut self.facts);
                    numbers[asked[at]] = blob.map(|blob| self.facts.add(wanted[at], blob));
                }
                Contents::Missing => drop(skipped.missing.insert(name())),
                Contents::TooLarge => drop(skipped.too_large.insert(name())),
            }
            Ok::<_, HistoryError>(())
        })?;
        let number = |blob: u32| numbers[blob as usize];
        for mut commit in commits {
            commit.changes = self.facts.kept(&commit.changes, &paths, number);
            self.commits.push(commit);
        }
        for (all, new) in self.skipped.all_mut().into_iter().zip(skipped.all()) {
            all.extend(new.iter().cloned());
        }
        Ok(())
    }
}

impl super::Facts {
    fn add(&mut self, id: ObjectId, blob: Blob) -> u32 {
        let number = self.ids.number(id);
        self.blobs.push(blob);
        number
    }

    /// The changes of files that matter, in the numbers of history.
    fn kept(
        &mut self,
        changes: &[Change],
        paths: &Table<Box<[u8]>>,
        number: impl Fn(u32) -> Option<u32>,
    ) -> Vec<Change> {
        let kept = changes.iter().filter_map(|change| {
            let (old, new) = (change.old.and_then(&number), change.new.and_then(&number));
            let path = (old.is_some() || new.is_some()).then(|| paths.item(change.path).clone())?;
            Some(Change {
                parent: change.parent,
                path: self.texts.number(path),
                old,
                new,
            })
        });
        kept.collect()
    }
}

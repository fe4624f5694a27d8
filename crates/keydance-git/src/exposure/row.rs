//! The rows: a principal, and a version of a value they can have read.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use super::keys::{Since, recipients};
use super::ways::{Way, Ways};
use super::{Exposure, Keys, Moment, Occurrence};

/// What somebody can have read.
#[derive(Debug)]
pub struct Rows<'e> {
    exposure: &'e Exposure<'e>,
    principal: String,
    keys: Keys,
    rows: Vec<Row>,
}

/// One version of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    version: u32,
    /// How strongly.
    pub level: Level,
    /// Whether only the assumption that a file kept its data key makes it so.
    pub is_assumed: bool,
    /// Whether it is only opened with the data key of another version of a file.
    pub is_by_data_key: bool,
    first: Vec<u32>,
    last: Vec<u32>,
}

/// How strongly a principal is exposed to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only together with others, who make a quorum.
    Could,
    /// Alone.
    Delivered,
}

/// Whether a version is still in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Current {
    /// Nobody proved that it is not. A ciphertext that is gone is no proof.
    Unknown,
    /// It is at the tip of a protected ref.
    Yes,
}

/// A row in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowView {
    /// The version: `v:` and 16 hexadecimal digits.
    pub version: String,
    /// Where it was last, from the top of the repository.
    pub file: String,
    /// The keys and positions on the way to it.
    pub key: Vec<String>,
    /// How strongly.
    pub level: Level,
    /// Why, shortest first, and not more than were asked for.
    pub way: Vec<Way>,
    /// The earliest commits in which it and what opens it are both there, or were before. Nothing
    /// if no commit has both, and they are on different branches.
    pub first: Vec<String>,
    /// When the earliest of them was made, in seconds since 1970.
    pub first_at: Option<i64>,
    /// The latest commits it is in.
    pub last: Vec<String>,
    /// Whether it is still in use.
    pub current: Current,
    /// Where: `refs/heads/main:secrets/a.yaml`.
    pub current_at: Vec<String>,
    /// Whether only the assumption that a file kept its data key makes it so.
    pub is_assumed: bool,
    /// Whether no ref leads to it any more.
    pub is_unreachable: bool,
}

impl<'e> Rows<'e> {
    pub(super) fn new(exposure: &'e Exposure<'e>, name: &str, keys: Keys) -> Self {
        let blobs = Opened::new(exposure, &keys);
        let versions = 0..u32::try_from(exposure.history.facts.versions.len()).unwrap_or(u32::MAX);
        let drafts = versions.filter_map(|version| blobs.row(exposure, version));
        let mut rows: Vec<Row> = drafts.collect();
        let take = |of: fn(&mut Row) -> &mut Vec<u32>, rows: &mut Vec<Row>| {
            rows.iter_mut()
                .map(|row| std::mem::take(of(row)))
                .collect::<Vec<_>>()
        };
        let first = exposure
            .order
            .earliest(take(|row| &mut row.first, &mut rows));
        let last = exposure.order.latest(take(|row| &mut row.last, &mut rows));
        for ((row, first), last) in rows.iter_mut().zip(first).zip(last) {
            row.first = first;
            row.last = last;
        }
        Self {
            exposure,
            principal: name.to_owned(),
            keys,
            rows,
        }
    }

    /// Only what they could have read at some moment.
    #[must_use]
    pub fn at(mut self, moment: &Moment) -> Self {
        self.rows
            .retain(|row| row.first.iter().any(|at| moment.has(*at)));
        self
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every row in words, with so many ways at most; in the order in which versions were met.
    pub fn views(&self, max_ways: usize) -> impl Iterator<Item = RowView> + '_ {
        let mut told = Told::new(self, max_ways);
        self.rows.iter().map(move |row| {
            let way = told.of(row);
            self.view(row, way)
        })
    }

    fn view(&self, row: &Row, way: Vec<Way>) -> RowView {
        let history = self.exposure.history;
        let facts = &history.facts;
        let places = self.exposure.places_of(row.version);
        let current_at = self.exposure.tips_of(&places);
        let latest = places
            .iter()
            .max_by_key(|it| (!it.tips.is_empty(), it.last.iter().max()));
        let commits = |numbers: &[u32]| {
            let commits = numbers
                .iter()
                .filter_map(|at| history.commits.get(*at as usize));
            commits
                .map(|commit| (commit.id.to_string(), commit.time))
                .unzip()
        };
        let (first, times): (_, Vec<i64>) = commits(&row.first);
        let (last, _): (_, Vec<i64>) = commits(&row.last);
        let key = facts.text(facts.versions[row.version as usize].place);
        RowView {
            version: version_text(facts.digests.item(row.version)),
            file: latest
                .map(|place| facts.text(place.path))
                .unwrap_or_default(),
            key: key.split('\0').map(str::to_owned).collect(),
            level: row.level,
            way,
            first,
            first_at: times.into_iter().min(),
            last,
            current: if current_at.is_empty() {
                Current::Unknown
            } else {
                Current::Yes
            },
            current_at,
            is_assumed: row.is_assumed,
            is_unreachable: !places.iter().any(|place| place.is_reachable),
        }
    }
}

impl Exposure<'_> {
    /// Wherever a version of a value is or was.
    fn places_of(&self, version: u32) -> Vec<&Occurrence> {
        let blobs = self.holders.of(version).iter();
        let places = blobs.flat_map(|blob| self.places.of(*blob));
        places.map(|at| &self.occurrences[*at as usize]).collect()
    }

    /// The places that are at protected tips.
    fn tips_of(&self, places: &[&Occurrence]) -> Vec<String> {
        let tips = places.iter().flat_map(|place| {
            let path = self.history.facts.text(place.path);
            let tips = place.tips.iter().map(|tip| &self.protected[*tip].0);
            tips.map(move |tip| format!("{tip}:{path}"))
                .collect::<Vec<_>>()
        });
        let tips: BTreeSet<String> = tips.collect();
        tips.into_iter().collect()
    }
}

/// The ways to values. Most files are encrypted to the same few groups, so that few differ.
struct Told<'r> {
    rows: &'r Rows<'r>,
    ways: Ways<'r>,
    max_ways: usize,
    /// What somebody opens of the recipients of each blob, by position in the list of all such sets.
    opened: Vec<usize>,
    sets: Vec<BTreeSet<u32>>,
    /// The ways to blobs with some of these sets.
    told: HashMap<BTreeSet<usize>, Vec<Way>>,
}

impl<'r> Told<'r> {
    fn new(rows: &'r Rows<'r>, max_ways: usize) -> Self {
        let facts = &rows.exposure.history.facts;
        let mut numbers: HashMap<BTreeSet<u32>, usize> = HashMap::new();
        let mut sets = Vec::new();
        let blobs = 0..u32::try_from(facts.blobs.len()).unwrap_or(u32::MAX);
        let opened = blobs.map(|blob| {
            let recipients = facts.encrypted(blob).map(recipients).unwrap_or_default();
            let is_opened = |it: &u32| rows.keys.opened.contains_key(it);
            let opened: BTreeSet<u32> = recipients.into_iter().filter(is_opened).collect();
            *numbers.entry(opened).or_insert_with_key(|opened| {
                sets.push(opened.clone());
                sets.len() - 1
            })
        });
        Self {
            opened: opened.collect(),
            ways: Ways::new(&rows.exposure.locks, &rows.principal, &rows.keys),
            max_ways,
            rows,
            sets,
            told: HashMap::new(),
        }
    }

    fn of(&mut self, row: &Row) -> Vec<Way> {
        let exposure = self.rows.exposure;
        if exposure.history.facts.versions[row.version as usize].is_plain {
            return vec![vec!["plaintext".to_owned()]];
        }
        if row.is_by_data_key {
            return vec![vec!["shared-data-key".to_owned()]];
        }
        let holders = exposure.holders.of(row.version).iter();
        let sets: BTreeSet<usize> = holders.map(|blob| self.opened[*blob as usize]).collect();
        let all = self.told.entry(sets).or_insert_with_key(|sets| {
            let recipients = sets.iter().flat_map(|set| self.sets[*set].iter().copied());
            self.ways.to(&recipients.collect())
        });
        all.iter().take(self.max_ways).cloned().collect()
    }
}

/// From when on somebody opens each blob.
struct Opened {
    /// With a key of theirs.
    direct: Vec<Since>,
    /// With a key of theirs, or a data key that is the same for certain.
    certain: Vec<Vec<u32>>,
    /// With any of these, or a data key that is assumed to be the same.
    assumed: Vec<Vec<u32>>,
}

impl Opened {
    fn new(exposure: &Exposure<'_>, keys: &Keys) -> Self {
        let blobs = 0..u32::try_from(exposure.history.facts.blobs.len()).unwrap_or(u32::MAX);
        let blobs: Vec<u32> = blobs.collect();
        let direct = exposure.locks.since(keys, &blobs);
        let by_epoch = |epochs: &[u32], opened: &mut dyn Iterator<Item = &Vec<u32>>| {
            let mut seeds = vec![Vec::new(); epochs.len()];
            for (epoch, since) in epochs.iter().zip(opened) {
                seeds[*epoch as usize].extend_from_slice(since);
            }
            let seeds = exposure.order.earliest(seeds);
            let firsts = exposure.locks.first.iter().map(Vec::as_slice);
            let keys = epochs.iter().map(|epoch| seeds[*epoch as usize].as_slice());
            exposure.order.meet(&firsts.zip(keys).collect::<Vec<_>>())
        };
        let mut alone = direct.iter().map(|since| &since.alone);
        let certain = by_epoch(&exposure.epochs.certain, &mut alone);
        let assumed = by_epoch(&exposure.epochs.assumed, &mut certain.iter());
        Self {
            direct,
            certain,
            assumed,
        }
    }

    /// The row of a version, its commits not yet only the earliest and latest ones.
    fn row(&self, exposure: &Exposure<'_>, version: u32) -> Option<Row> {
        let holders = exposure.holders.of(version);
        let has = |of: &dyn Fn(usize) -> bool| holders.iter().any(|blob| of(*blob as usize));
        let is_plain = exposure.history.facts.versions[version as usize].is_plain;
        let is_certain = is_plain || has(&|blob| !self.certain[blob].is_empty());
        let is_assumed = !is_certain && has(&|blob| !self.assumed[blob].is_empty());
        let is_direct = is_plain || has(&|blob| !self.direct[blob].alone.is_empty());
        let since = |blob: usize| match (is_plain, is_certain, is_assumed) {
            (true, _, _) => &exposure.locks.first[blob],
            (_, true, _) => &self.certain[blob],
            (_, _, true) => &self.assumed[blob],
            _ => &self.direct[blob].together,
        };
        let mut row = Row {
            version,
            level: if is_certain || is_assumed {
                Level::Delivered
            } else {
                Level::Could
            },
            is_assumed,
            is_by_data_key: (is_certain || is_assumed) && !is_direct,
            first: Vec::new(),
            last: Vec::new(),
        };
        for blob in holders.iter().map(|blob| *blob as usize) {
            let first = since(blob);
            if !first.is_empty() {
                row.first.extend_from_slice(first);
                row.last.extend_from_slice(&exposure.last[blob]);
            }
        }
        (!row.first.is_empty()).then_some(row)
    }
}

fn version_text(digest: &[u8; 16]) -> String {
    let mut text = "v:".to_owned();
    for byte in digest.iter().take(8) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

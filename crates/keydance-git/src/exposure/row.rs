//! The rows: a principal, and a version of a value they can have read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::keys::{Since, recipients};
use super::ways::{Way, Ways};
use super::{Exposure, Keys, Moment};

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
        let ways = Ways::new(&self.exposure.locks, &self.principal, &self.keys);
        let mut told: BTreeMap<BTreeSet<u32>, Vec<Way>> = BTreeMap::new();
        self.rows.iter().map(move |row| {
            let way = self.way(row, &ways, &mut told, max_ways);
            self.view(row, way)
        })
    }

    fn way(
        &self,
        row: &Row,
        ways: &Ways<'_>,
        told: &mut BTreeMap<BTreeSet<u32>, Vec<Way>>,
        max_ways: usize,
    ) -> Vec<Way> {
        let facts = &self.exposure.history.facts;
        if facts.versions[row.version as usize].is_plain {
            return vec![vec!["plaintext".to_owned()]];
        }
        if row.is_by_data_key {
            return vec![vec!["shared-data-key".to_owned()]];
        }
        let blobs = self.exposure.holders.of(row.version).iter();
        let files = blobs.filter_map(|blob| facts.encrypted(*blob));
        let opened = files
            .flat_map(recipients)
            .filter(|it| self.keys.opened.contains_key(it));
        let opened: BTreeSet<u32> = opened.collect();
        let all = told
            .entry(opened)
            .or_insert_with_key(|opened| ways.to(opened));
        all.iter().take(max_ways).cloned().collect()
    }

    fn view(&self, row: &Row, way: Vec<Way>) -> RowView {
        let Exposure {
            history,
            occurrences,
            ..
        } = self.exposure;
        let facts = &history.facts;
        let blobs = self.exposure.holders.of(row.version).iter();
        let places = blobs.flat_map(|blob| self.exposure.places.of(*blob));
        let places: Vec<_> = places.map(|at| &occurrences[*at as usize]).collect();
        let mut current_at = BTreeSet::new();
        for place in &places {
            for tip in &place.tips {
                let name = &self.exposure.protected[*tip].0;
                current_at.insert(format!("{name}:{}", facts.text(place.path)));
            }
        }
        let latest = places
            .iter()
            .max_by_key(|place| (!place.tips.is_empty(), place.last.iter().max()));
        let id = |commits: &[u32]| {
            let commits = commits
                .iter()
                .filter_map(|at| history.commits.get(*at as usize));
            commits.map(|commit| commit.id.to_string()).collect()
        };
        let first = row
            .first
            .iter()
            .filter_map(|at| history.commits.get(*at as usize));
        let times = first.map(|commit| commit.time);
        let place = facts.text(facts.versions[row.version as usize].place);
        RowView {
            version: version_text(facts.digests.item(row.version)),
            file: latest
                .map(|place| facts.text(place.path))
                .unwrap_or_default(),
            key: place.split('\0').map(str::to_owned).collect(),
            level: row.level,
            way,
            first: id(&row.first),
            first_at: times.min(),
            last: id(&row.last),
            current: if current_at.is_empty() {
                Current::Unknown
            } else {
                Current::Yes
            },
            current_at: current_at.into_iter().collect(),
            is_assumed: row.is_assumed,
            is_unreachable: !places.iter().any(|place| place.is_reachable),
        }
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

//! The slow truth: every identity really tries to decrypt every blob, commit by commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use keydance_sops::age::{AgeIdentities, NativeIdentity};
use keydance_sops::data_key::DataKey;
use keydance_sops::file::File;
use keydance_sops::format::{Format, ReadOptions};
use keydance_sops::keys::{DECRYPTION_ORDER, recover};

use super::Facts;
use super::life::Life;
use crate::group_identity::IdentityFile;
use sha2::{Digest as _, Sha256};

pub(super) struct Brute<'l> {
    life: &'l Life,
    /// Each commit with its parents, and what it holds.
    commits: Vec<(String, Vec<String>)>,
    trees: HashMap<String, BTreeSet<(String, String)>>,
    blobs: BTreeMap<String, Vec<u8>>,
    /// The versions of values in each blob.
    versions: HashMap<String, BTreeSet<String>>,
}

/// The same key opens it for good.
type Found = BTreeSet<String>;

impl<'l> Brute<'l> {
    pub(super) fn new(life: &'l Life) -> Self {
        let told = life.made.git(&[
            "rev-list",
            "--all",
            "--reflog",
            "--parents",
            "--topo-order",
            "--reverse",
        ]);
        let commits = told.lines().map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            (words.next().unwrap(), words.collect())
        });
        let commits: Vec<(String, Vec<String>)> = commits.collect();
        let trees = commits.iter().map(|(id, _)| (id.clone(), life.tree(id)));
        let trees: HashMap<_, _> = trees.collect();
        let mut blobs = BTreeMap::new();
        for (path, blob) in trees.values().flatten() {
            let is_secret = path.starts_with("secrets/") || path.starts_with(".keydance/");
            if is_secret && !blobs.contains_key(blob) {
                let text = life.made.git(&["cat-file", "blob", blob]) + "\n";
                blobs.insert(blob.clone(), text.into_bytes());
            }
        }
        let versions = blobs
            .iter()
            .map(|(id, bytes)| (id.clone(), versions(bytes)));
        Self {
            life,
            commits,
            trees,
            versions: versions.collect(),
            blobs,
        }
    }

    pub(super) fn facts(&self, person: &str) -> Facts {
        let mut tries = Tries {
            blobs: &self.blobs,
            keys: HashMap::new(),
            opens: HashMap::new(),
        };
        let own = self.life.people[person].expose().to_owned();
        let mut had: HashMap<&str, Found> = HashMap::new();
        let mut open: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for (commit, parents) in &self.commits {
            let mut blobs: Found = self.trees[commit]
                .iter()
                .map(|(_, blob)| blob.clone())
                .collect();
            blobs.retain(|blob| self.blobs.contains_key(blob));
            parents
                .iter()
                .for_each(|parent| blobs.extend(had[parent.as_str()].iter().cloned()));
            open.insert(commit, tries.opened(&own, &blobs));
            had.insert(commit, blobs);
        }
        let everything: Found = self.blobs.keys().cloned().collect();
        let all = tries.opened(&own, &everything);
        let mut found = Facts::new();
        for version in self.read(&all) {
            let has = |commit: &str| self.read(&open[commit]).contains(&version);
            let first = self.commits.iter().filter(|(commit, parents)| {
                has(commit) && !parents.iter().any(|parent| has(parent))
            });
            let holders =
                |blob: &String| all.contains(blob) && self.versions[blob].contains(&version);
            let holds = |commit: &str| self.trees[commit].iter().any(|(_, blob)| holders(blob));
            let main = self.life.tree("main");
            let current = main.iter().filter(|(_, blob)| {
                self.versions
                    .get(blob)
                    .is_some_and(|it| it.contains(&version))
            });
            let current = current.map(|(path, _)| format!("refs/heads/main:{path}"));
            found.insert((
                version.clone(),
                first.map(|(commit, _)| commit.clone()).collect(),
                self.latest(holds),
                current.collect(),
            ));
        }
        found
    }

    fn read(&self, blobs: &Found) -> BTreeSet<String> {
        blobs
            .iter()
            .flat_map(|blob| self.versions[blob].clone())
            .collect()
    }

    /// The commits that hold something and have none behind them that do.
    fn latest(&self, holds: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let mut behind: BTreeSet<&str> = BTreeSet::new();
        let mut latest = BTreeSet::new();
        for (commit, parents) in self.commits.iter().rev() {
            let is_behind = behind.contains(commit.as_str());
            if holds(commit) && !is_behind {
                latest.insert(commit.clone());
            }
            if holds(commit) || is_behind {
                behind.extend(parents.iter().map(String::as_str));
            }
        }
        latest
    }
}

/// What was tried, so that it is tried once.
struct Tries<'b> {
    blobs: &'b BTreeMap<String, Vec<u8>>,
    keys: HashMap<(String, String), Option<[u8; 32]>>,
    opens: HashMap<([u8; 32], String), bool>,
}

fn file(bytes: &[u8]) -> File {
    File::read(Format::Yaml, bytes, &ReadOptions::default()).unwrap()
}

impl Tries<'_> {
    /// The blobs that somebody opens who has these, and an identity to begin with.
    fn opened(&mut self, own: &str, blobs: &Found) -> Found {
        let mut identities = BTreeSet::from([own.to_owned()]);
        let mut keys = BTreeSet::new();
        loop {
            let before = (identities.len(), keys.len());
            for blob in blobs {
                for identity in &identities {
                    keys.extend(self.key(identity, blob));
                }
            }
            for blob in blobs {
                let opening = keys.iter().find(|key| self.opens(key, blob));
                identities.extend(opening.and_then(|key| self.identity(key, blob)));
            }
            if before == (identities.len(), keys.len()) {
                let is_open = |blob: &&String| keys.iter().any(|key| self.opens(key, blob));
                return blobs.iter().filter(is_open).cloned().collect();
            }
        }
    }

    fn key(&mut self, identity: &str, blob: &str) -> Option<[u8; 32]> {
        let attempt = || {
            let mut keys = AgeIdentities::without_passphrases();
            keys.add("here", identity.as_bytes()).unwrap();
            let metadata = file(&self.blobs[blob]).metadata;
            let recovered = recover(&metadata, &keys, &DECRYPTION_ORDER).ok()?;
            Some(*recovered.key.expose())
        };
        let entry = self.keys.entry((identity.to_owned(), blob.to_owned()));
        *entry.or_insert_with(attempt)
    }

    fn opens(&mut self, key: &[u8; 32], blob: &str) -> bool {
        let attempt = || {
            let opened = file(&self.blobs[blob]).open(&DataKey::copy_of(key));
            opened.is_ok_and(|opened| opened.verify().is_ok())
        };
        let entry = self.opens.entry((*key, blob.to_owned()));
        *entry.or_insert_with(attempt)
    }

    fn identity(&self, key: &[u8; 32], blob: &str) -> Option<String> {
        let bytes = &self.blobs[blob];
        IdentityFile::read(bytes).ok()?;
        let opened = file(bytes)
            .open(&DataKey::copy_of(key))
            .unwrap()
            .verify()
            .unwrap();
        let value = opened.tree.documents[0].value(b"identity");
        let Some(keydance_sops::tree::Value::Text(text)) = value else {
            panic!("no identity")
        };
        let identity = NativeIdentity::parse(text.expose_str().unwrap()).unwrap();
        Some(identity.expose().to_owned())
    }
}

/// The versions in a file of one level, by what its lines say.
fn versions(bytes: &[u8]) -> BTreeSet<String> {
    let text = str::from_utf8(bytes).unwrap();
    let values = text
        .lines()
        .take_while(|line| *line != "sops:")
        .filter_map(|line| {
            let (key, enc) = line.split_once(": ENC[")?;
            let part = |name: &str| {
                enc.split(name)
                    .nth(1)
                    .unwrap()
                    .split([',', ']'])
                    .next()
                    .unwrap()
            };
            let mut hash = Sha256::new();
            for part in [format!("{key}:").as_str(), part(",type:"), part(",iv:")] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            let hex: String = hash.finalize()[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Some(format!("v:{hex}"))
        });
    values.collect()
}

//! New data keys for the files that somebody could open who no longer should.
//!
//! Values keep their initialisation vectors, so that history still shows which of them are the
//! same (contract "sops", 1.6).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::thread;

use keydance_sops::age::AgeIdentities;
use keydance_sops::file::{File, FileError};
use keydance_sops::format::{Format, Layout, Onto, ReadError, ReadOptions, WriteOptions};
use keydance_sops::keys::{Changes, DECRYPTION_ORDER, recover};
use keydance_sops::random::{Random, RandomError};
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::Time;

use super::settle::Intent;
use super::{ChangeKind, EventError, Scene};
use crate::group_identity::Keyring;
use crate::roster::{Name, ROSTER_FILE, Roster};
use crate::sops_yaml::SOPS_YAML_FILE;

/// The files that a change of the roster gives a new data key.
pub(super) struct Rekeying<'r> {
    scene: &'r Scene<'r>,
    roster: &'r Roster,
    keyring: &'r Keyring<'r>,
    /// Recipients of groups that no file may have any more, and whose they are.
    retired: BTreeMap<String, Name>,
    /// Other recipients that no file may have any more.
    gone: BTreeSet<String>,
    /// The retired identities themselves, as far as they can be opened.
    old: AgeIdentities,
    /// Whether every file that the roster has a path for is looked at.
    all_files: bool,
}

/// A file that changes.
pub(super) struct Outcome {
    pub(super) path: String,
    pub(super) kind: ChangeKind,
    pub(super) content: Vec<u8>,
}

impl<'r> Rekeying<'r> {
    pub(super) fn new(
        scene: &'r Scene<'r>,
        roster: &'r Roster,
        keyring: &'r Keyring<'r>,
        intent: &Intent,
    ) -> Self {
        let of_retired = |name: &Name| intent.all_files || intent.retired.contains(name);
        let groups = roster.groups.iter().filter(|(name, _)| of_retired(name));
        let retired = groups.flat_map(|(name, group)| {
            let generations = scene.generations_of(name);
            let retired = generations.filter(|it| it.recipient != group.recipient);
            retired.map(|generation| (generation.recipient.identity(), generation.group))
        });
        let retired: BTreeMap<String, Name> = retired.collect();
        let mut old = AgeIdentities::without_passphrases();
        for recipient in retired.keys() {
            // One that cannot be read opens nothing; opening it here also means that the threads
            // below find it opened.
            drop(keyring.expose(recipient, |identity| {
                old.add(recipient, identity.expose().as_bytes())
            }));
        }
        Self {
            scene,
            roster,
            keyring,
            retired,
            gone: intent.gone.iter().map(Recipient::identity).collect(),
            old,
            all_files: intent.all_files,
        }
    }

    /// Every such file with its new content.
    pub(super) fn run(&self, random: &mut (dyn Random + Send)) -> Result<Vec<Outcome>, EventError> {
        let paths = self.candidates()?;
        let random = Mutex::new(random);
        let jobs = thread::available_parallelism().map_or(1, usize::from);
        let work = |job: usize| -> Result<Vec<Outcome>, EventError> {
            let mine = paths.iter().skip(job).step_by(jobs);
            mine.filter_map(|path| self.file(path, &random).transpose())
                .collect()
        };
        let work = &work;
        thread::scope(|scope| {
            let threads: Vec<_> = (0..jobs)
                .map(|job| scope.spawn(move || work(job)))
                .collect();
            let mut all = Vec::new();
            for thread in threads {
                let died = |_| EventError::Conflict("a thread ended early".to_owned());
                all.extend(thread.join().map_err(died)??);
            }
            Ok(all)
        })
    }

    fn candidates(&self) -> Result<BTreeSet<String>, EventError> {
        let mut texts: BTreeSet<String> = self.retired.keys().cloned().collect();
        texts.extend(self.gone.iter().map(|text| needle(text).to_owned()));
        let mut paths: BTreeSet<String> = self
            .scene
            .checkout
            .files_with(&texts)?
            .into_iter()
            .collect();
        if self.all_files {
            let all = self.scene.checkout.files_in(".")?.into_iter();
            paths.extend(all.filter(|path| self.roster.rule_of(path).is_some()));
        }
        paths.retain(|path| is_data(path));
        match paths.iter().find(|path| path.contains('\n')) {
            Some(path) => Err(failed(path, &"a line break in a path")),
            None => Ok(paths),
        }
    }

    fn file(
        &self,
        path: &str,
        random: &Mutex<&mut (dyn Random + Send)>,
    ) -> Result<Option<Outcome>, EventError> {
        let Some(original) = self.scene.checkout.read(path)? else {
            return Err(EventError::Unclean(vec![path.to_owned()]));
        };
        let file = match File::read(Format::of_path(path), &original, &ReadOptions::default()) {
            Ok(file) => file,
            // A text that mentions a recipient, or a file that was never encrypted: `check` tells
            // of the latter. What is broken where a secret should stand is another matter.
            Err(FileError::Read(ReadError::NoMetadata)) => return Ok(None),
            Err(_) if self.roster.rule_of(path).is_none() => return Ok(None),
            Err(error) => return Err(failed(path, &error)),
        };
        let Some((kind, file)) = self.change(path, file, random)? else {
            return Ok(None);
        };
        let onto = Onto {
            original: &original,
            layout: Layout::Automatic,
        };
        let content = file.write_onto(onto, &WriteOptions::default());
        Ok(Some(Outcome {
            path: path.to_owned(),
            kind,
            content: content.map_err(|error| failed(path, &error))?,
        }))
    }

    /// The file for its readers: with another data key if somebody may not read it any more.
    fn change(
        &self,
        path: &str,
        mut file: File,
        random: &Mutex<&mut (dyn Random + Send)>,
    ) -> Result<Option<(ChangeKind, File)>, EventError> {
        let before = Readers::of(&file.metadata);
        let is_gone = before.groups.iter().flatten().any(|one| self.is_gone(one));
        let readers = self.roster.file_readers(path);
        let readers = readers.unwrap_or_else(|| self.without_gone(before));
        let changes = Changes::between(&file.metadata, &readers);
        if changes.is_empty() || !is_gone && !self.all_files {
            return Ok(None);
        }
        readers.check().map_err(|error| failed(path, &error))?;
        let is_removed = changes.groups.iter().any(|group| !group.removed.is_empty());
        let recovered = recover(&file.metadata, self.keyring, &DECRYPTION_ORDER);
        let recovered = recovered.map_err(|error| failed(path, &error))?;
        let (now, mut random) = (Time::utc(self.scene.now), Shared(random));
        if !is_removed && !changes.split_anew {
            let rewrapped = file.rewrap(readers, &recovered, self.keyring, now, &mut random);
            rewrapped.map_err(|error| failed(path, &error))?;
            return Ok(Some((ChangeKind::Rewrapped, file)));
        }
        let opened = file
            .open(&recovered.key)
            .map_err(|error| failed(path, &error))?;
        let opened = opened.verify().map_err(|error| failed(path, &error))?;
        let rotated = opened.rotate(readers, self.keyring, now, &mut random);
        let rotated = rotated.map_err(|error| failed(path, &error))?;
        if recover(&rotated.metadata, &self.old, &DECRYPTION_ORDER).is_ok() {
            return Err(failed(path, &"a retired identity would still open it"));
        }
        Ok(Some((ChangeKind::Rekeyed, rotated)))
    }

    fn is_gone(&self, recipient: &Recipient) -> bool {
        let identity = recipient.identity();
        self.retired.contains_key(&identity) || self.gone.contains(&identity)
    }

    /// The readers of a file that no path of the roster is for: those it had, with current
    /// identities for retired ones and without whoever is gone.
    fn without_gone(&self, before: Readers) -> Readers {
        let stays = |recipient: Recipient| {
            let identity = recipient.identity();
            if let Some(group) = self.retired.get(&identity) {
                return self
                    .roster
                    .groups
                    .get(group)
                    .map(|group| group.recipient.clone());
            }
            (!self.gone.contains(&identity)).then_some(recipient)
        };
        let groups = before.groups.into_iter();
        Readers {
            groups: groups
                .map(|group| group.into_iter().filter_map(stays).collect())
                .collect(),
            threshold: before.threshold,
        }
    }
}

fn is_data(path: &str) -> bool {
    !path.starts_with(".keydance/") && path != ROSTER_FILE && path != SOPS_YAML_FILE
}

/// What stands in a file in one piece, also of recipients that it takes apart.
fn needle(recipient: &str) -> &str {
    match recipient.split_once("/keys/") {
        Some((_, key)) => key.split('/').next().unwrap_or(key),
        None => recipient.split(['|', '+']).next().unwrap_or(recipient),
    }
}

fn failed(path: &str, problem: &impl ToString) -> EventError {
    EventError::File {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}

/// One source of random bytes for several threads.
struct Shared<'m, 'r>(&'m Mutex<&'r mut (dyn Random + Send)>);

impl Random for Shared<'_, '_> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill(bytes)
    }
}

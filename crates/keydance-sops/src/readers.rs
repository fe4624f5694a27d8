//! Who can open a file, and what is done when that changes.
//!
//! The same data key for other readers is [`File::rewrap`]; a new one, which locks out who left, is
//! [`Opened::rotate`].

use std::collections::HashSet;

use crate::data_key::DataKey;
use crate::file::{File, Opened, SealError};
use crate::key_service::KeyService;
use crate::keys::{Recovered, WrapError, wrap};
use crate::metadata::{Group, Metadata};
use crate::random::{Random, RandomError};
use crate::recipient::{Identity, Recipient};
use crate::tree::{Key, Time};

/// Who is to be able to open a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readers {
    /// Their key groups.
    pub groups: Vec<Vec<Recipient>>,
    /// How many groups it takes, where there are several; zero stands for all of them.
    pub threshold: usize,
}

/// Why a file cannot have such readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadersError {
    /// A group without recipients, counted from 1.
    #[error("nobody would be left in key group {0}")]
    EmptyGroup(usize),
    /// No group has this number, counted from 0.
    #[error("there is no key group {number}: the file has {groups}, and the first is 0")]
    NoGroup {
        /// The number.
        number: usize,
        /// How many groups there are.
        groups: usize,
    },
    /// Fewer groups than it takes to open the file, or one of several.
    #[error("a threshold of {threshold} is impossible with {groups} key groups")]
    Threshold {
        /// How many groups there would be.
        groups: usize,
        /// How many it would take.
        threshold: usize,
    },
}

/// Why a file did not get a new data key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The values were not encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Somebody in this list would be locked out: nobody knows how to wrap a key for them.
    #[error("the recipients in {0} are of an unknown kind, so they cannot get a new data key")]
    Unknown(Key),
    /// The key was not wrapped.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

impl Readers {
    /// Those of a file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let recipients = |group: &Group| group.recipients().cloned().collect();
        Self {
            groups: metadata.groups.iter().map(recipients).collect(),
            threshold: metadata.shamir_threshold,
        }
    }

    /// Adds recipients to the first group, each once.
    pub fn join(&mut self, recipients: Vec<Recipient>) {
        let Some(first) = self.groups.first_mut() else {
            self.groups.push(recipients);
            return;
        };
        let mut known: HashSet<Identity> = first.iter().map(Identity::of).collect();
        let new = recipients.into_iter();
        first.extend(new.filter(|one| known.insert(Identity::of(one))));
    }

    /// Removes recipients from every group. Gives those that were in none.
    pub fn leave(&mut self, recipients: Vec<Recipient>) -> Vec<Recipient> {
        let leaving: HashSet<Identity> = recipients.iter().map(Identity::of).collect();
        let mut left = HashSet::new();
        for group in &mut self.groups {
            group.retain(|one| {
                let identity = Identity::of(one);
                let stays = !leaving.contains(&identity);
                if !stays {
                    left.insert(identity);
                }
                stays
            });
        }
        let mut absent = recipients;
        absent.retain(|one| !left.contains(&Identity::of(one)));
        absent
    }

    /// Removes a group, counted from 0.
    pub fn delete_group(&mut self, number: usize) -> Result<(), ReadersError> {
        let groups = self.groups.len();
        if number >= groups {
            return Err(ReadersError::NoGroup { number, groups });
        }
        self.groups.remove(number);
        Ok(())
    }

    /// Whether a file can have them.
    pub fn check(&self) -> Result<(), ReadersError> {
        let Self { groups, threshold } = self;
        if let Some(empty) = groups.iter().position(Vec::is_empty) {
            return Err(ReadersError::EmptyGroup(empty.saturating_add(1)));
        }
        let possible = match (groups.len(), *threshold) {
            (0, _) => return Err(ReadersError::EmptyGroup(1)),
            (_, 0) => true,
            (1, threshold) => threshold == 1,
            (groups, threshold) => (2..=groups).contains(&threshold),
        };
        let (groups, threshold) = (groups.len(), *threshold);
        possible
            .then_some(())
            .ok_or(ReadersError::Threshold { groups, threshold })
    }
}

impl File {
    /// Wraps the data key for other readers. Nothing else in the file changes, and whoever stays
    /// keeps the wrapped key, unless the number of groups or the threshold changes.
    ///
    /// Bob joins:
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/3.13.3/layout.yaml"));
    /// # let identity = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/keys/alice.txt"));
    /// use keydance_sops::age::AgeIdentities;
    /// use keydance_sops::file::File;
    /// use keydance_sops::format::{Format, ReadOptions};
    /// use keydance_sops::keys::{DECRYPTION_ORDER, recover};
    /// use keydance_sops::random::SystemRandom;
    /// use keydance_sops::readers::Readers;
    /// use keydance_sops::recipient::{Recipient, RecipientKind};
    /// use keydance_sops::tree::Time;
    ///
    /// let mut alice = AgeIdentities::without_passphrases();
    /// alice.add("alice.txt", identity)?;
    ///
    /// let mut file = File::read(Format::Yaml, bytes, &ReadOptions::default())?;
    /// let recovered = recover(&file.metadata, &alice, &DECRYPTION_ORDER)?;
    /// let for_alice = file.metadata.groups[0].wrappings[0].enc.clone();
    ///
    /// let bob = "age1c7yjm3gp26pwly62xjj4j7n0uh6ug033pmypr3zmun5zpzw8832sa2d7s8";
    /// let mut readers = Readers::of(&file.metadata);
    /// readers.join(vec![Recipient::parse(RecipientKind::Age, bob)?]);
    /// let now = Time::parse("2026-01-02T03:04:05Z")?;
    /// file.rewrap(readers, &recovered, &alice, now, &mut SystemRandom)?;
    ///
    /// let group = &file.metadata.groups[0];
    /// assert_eq!(group.wrappings.len(), 2);
    /// assert_eq!(group.wrappings[0].enc, for_alice);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rewrap(
        &mut self,
        readers: Readers,
        recovered: &Recovered,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<(), WrapError> {
        recovered.rewrap(&mut self.metadata, readers, service, now, random)?;
        self.state_rule();
        Ok(())
    }

    /// Wraps the data key for other readers, and anew for those who stay.
    pub fn rewrap_all(
        &mut self,
        readers: Readers,
        recovered: &Recovered,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<(), WrapError> {
        recovered.rewrap_all(&mut self.metadata, readers, service, now, random)?;
        self.state_rule();
        Ok(())
    }
}

impl Opened {
    /// Encrypts the file under a new data key, for these readers only.
    pub fn rotate(
        mut self,
        readers: Readers,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<File, RotateError> {
        if let Some(list) = self.metadata.unknown_recipients().next() {
            return Err(RotateError::Unknown(list.clone()));
        }
        let key = DataKey::random(random)?;
        self.metadata.shamir_threshold = readers.threshold;
        self.metadata.groups = wrap(readers, &key, service, now, random)?;
        Ok(self.seal(&key, now, random)?)
    }
}

#[cfg(test)]
mod tests;

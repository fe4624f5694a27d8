//! Which data key a merged file has, and who holds it.

use std::collections::HashSet;

use super::MergeError;
use crate::data_key::DataKey;
use crate::key_service::KeyService;
use crate::keys::{Recovered, wrap};
use crate::metadata::{Group, Metadata};
use crate::random::Random;
use crate::readers::Readers;
use crate::recipient::{Identity, Recipient};
use crate::tree::Time;

/// The data keys of the versions.
pub(super) struct Keys {
    pub(super) base: Option<Recovered>,
    pub(super) ours: Recovered,
    pub(super) theirs: Recovered,
}

/// For whom they are wrapped.
#[derive(Clone, Copy)]
pub(super) struct Held<'m> {
    pub(super) base: Option<&'m Metadata>,
    pub(super) ours: &'m Metadata,
    pub(super) theirs: &'m Metadata,
}

/// What wrapping a data key takes.
pub(super) struct Means<'m> {
    pub(super) service: &'m dyn KeyService,
    pub(super) now: Time,
    pub(super) random: &'m mut dyn Random,
}

/// The data key of the merged file.
pub(super) enum Chosen {
    /// One that nobody holds yet.
    New(DataKey),
    /// That of our version; and theirs, if it is the same and split alike.
    Ours(Recovered, Same),
    /// That of their version, likewise.
    Theirs(Recovered, Same),
}

/// Whether wrapped keys of the other version can be used too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    No,
    Yes,
}

impl Keys {
    /// The data key that both kept, or the one that one side changed it to; ours if both changed
    /// it. A new one if somebody holds that who is not to read the merged file.
    pub(super) fn keep(
        self,
        held: Held<'_>,
        readers: &Readers,
        random: &mut dyn Random,
    ) -> Result<Chosen, MergeError> {
        let Self { base, ours, theirs } = self;
        let is_base = |key: &Recovered| base.as_ref().is_some_and(|base| base.key.ct_eq(&key.key));
        let is_one_key = ours.key.ct_eq(&theirs.key);
        let is_split_anew =
            |metadata: &Metadata| metadata.is_split_anew(readers.groups.len(), readers.threshold);
        let only_theirs_is_split = is_split_anew(held.ours) && !is_split_anew(held.theirs);
        let takes_theirs = match is_one_key {
            true => only_theirs_is_split,
            false => is_base(&ours),
        };
        let key = if takes_theirs { &theirs.key } else { &ours.key };
        let holds = |other: &Recovered| other.key.ct_eq(key);
        let holders = [
            base.as_ref().filter(|base| holds(base)).and(held.base),
            holds(&ours).then_some(held.ours),
            holds(&theirs).then_some(held.theirs),
        ];
        if holders
            .into_iter()
            .flatten()
            .any(|metadata| has_other_readers(metadata, readers))
        {
            let unknown = |metadata: &Metadata| metadata.unknown_recipients().next().cloned();
            if let Some(list) = unknown(held.ours).or_else(|| unknown(held.theirs)) {
                return Err(MergeError::UnknownRecipients(list));
            }
            return Ok(Chosen::New(DataKey::random(random)?));
        }
        let groups = readers.groups.len();
        let has_as_many = |metadata: &Metadata| metadata.groups.len() == groups;
        let is_alike = has_as_many(held.ours) && has_as_many(held.theirs);
        let same = match is_alike && is_one_key && ours.is_held_like(&theirs, groups) {
            true => Same::Yes,
            false => Same::No,
        };
        Ok(match takes_theirs {
            true => Chosen::Theirs(theirs, same),
            false => Chosen::Ours(ours, same),
        })
    }
}

/// Whether somebody can unwrap the data key of a file who is not among the readers.
fn has_other_readers(metadata: &Metadata, readers: &Readers) -> bool {
    let stay: HashSet<Identity> = readers.groups.iter().flatten().map(Identity::of).collect();
    let mut recipients = metadata.wrappings().map(|wrapping| &wrapping.recipient);
    recipients.any(|recipient: &Recipient| !stay.contains(&Identity::of(recipient)))
}

impl Chosen {
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }

    /// Makes the groups of our metadata those of the merged file, with the wrapped keys that are
    /// there already, and gives the data key.
    pub(super) fn wrap(
        self,
        ours: &mut Metadata,
        theirs: Metadata,
        readers: Readers,
        Means {
            service,
            now,
            random,
        }: Means<'_>,
    ) -> Result<DataKey, MergeError> {
        let recovered = match self {
            Self::New(key) => {
                ours.shamir_threshold = readers.threshold;
                ours.groups = wrap(readers, &key, service, now, random)?;
                return Ok(key);
            }
            Self::Ours(recovered, same) => {
                add_wrappings(ours, theirs.groups, same);
                recovered
            }
            Self::Theirs(recovered, same) => {
                let groups = std::mem::replace(&mut ours.groups, theirs.groups);
                ours.shamir_threshold = theirs.shamir_threshold;
                add_wrappings(ours, groups, same);
                recovered
            }
        };
        recovered.rewrap(ours, readers, service, now, random)?;
        Ok(recovered.key)
    }
}

/// Adds wrapped keys of the same data key. Of two for one recipient, the first is kept later on.
fn add_wrappings(metadata: &mut Metadata, groups: Vec<Group>, same: Same) {
    if same == Same::Yes {
        for (group, more) in metadata.groups.iter_mut().zip(groups) {
            group.wrappings.extend(more.wrappings);
        }
    }
}

//! The data key of a file: recovered from what its recipients unwrap, wrapped for others.
//!
//! With one key group every recipient wraps the whole data key. With several the key is split, and
//! each recipient of group *n* wraps share *n*.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::data_key::DataKey;
use crate::key_service::{KeyError, KeyService};
use crate::metadata::{Group, Metadata, Wrapping};
use crate::random::Random;
use crate::readers::Readers;
use crate::recipient::{Recipient, RecipientKind};
use crate::shamir::{self, ShamirError, Share};
use crate::tree::{Key, Time};

pub use changes::{Changes, GroupChanges};

use wrapping::{Wanted, wrap_groups};

mod changes;
mod wrapping;

/// The kinds that are tried first, because they ask nobody over a network.
pub const DECRYPTION_ORDER: [RecipientKind; 2] = [RecipientKind::Age, RecipientKind::Pgp];

/// A data key, and the shares it was put together from.
#[expect(missing_debug_implementations, reason = "keys are never printed")]
pub struct Recovered {
    /// The data key.
    pub key: DataKey,
    /// Who unwrapped it, or a share of it: the identity strings, one for each group that was used.
    pub by: Vec<String>,
    /// Empty where there is one group.
    shares: Vec<Share>,
}

/// Why the data key of a file was not recovered: every recipient with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRecovered {
    /// For each group, its recipients and why each did not unwrap; empty for a group that did.
    pub groups: Vec<Vec<(Recipient, KeyError)>>,
    /// How many groups had to unwrap.
    pub threshold: usize,
    /// What went wrong with what was unwrapped.
    pub unusable: Option<String>,
}

/// Why a data key was not wrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// There is no group, or an empty one.
    #[error("a file needs a recipient in each of its key groups")]
    NoRecipients,
    /// Somebody in this list would be locked out: nobody knows how to wrap another share for them.
    #[error("the recipients in {0} are of an unknown kind, so they cannot get another share")]
    Unknown(Key),
    /// A key service did not do it.
    #[error("cannot wrap the data key for {recipient}: {error}")]
    Recipient {
        /// The identity string of the recipient.
        recipient: String,
        /// Why.
        error: KeyError,
    },
    /// The key cannot be split that way.
    #[error(transparent)]
    Shares(#[from] ShamirError),
}

/// Recovers the data key of a file: the kinds in `order` first, the rest as they stand there.
pub fn recover(
    metadata: &Metadata,
    service: &dyn KeyService,
    order: &[RecipientKind],
) -> Result<Recovered, NotRecovered> {
    let threshold = metadata.threshold();
    let mut failures = Vec::with_capacity(metadata.groups.len());
    let mut parts: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    let mut by = Vec::new();
    for group in &metadata.groups {
        if parts.len() == threshold {
            break;
        }
        failures.push(match unwrap_group(group, service, order) {
            Ok((part, recipient)) => {
                parts.push(part);
                by.push(recipient.identity());
                Vec::new()
            }
            Err(refusals) => refusals,
        });
    }
    let failed = |unusable| NotRecovered {
        groups: failures.clone(),
        threshold,
        unusable,
    };
    if parts.len() < threshold || parts.is_empty() {
        return Err(failed(None));
    }
    let put_together = if metadata.groups.len() > 1 {
        combine(&parts)
    } else {
        whole(&parts)
    };
    let (key, shares) = put_together.map_err(|problem| failed(Some(problem)))?;
    Ok(Recovered { key, by, shares })
}

/// Wraps a data key for readers who have nothing of it yet.
pub fn wrap(
    readers: Readers,
    key: &DataKey,
    service: &dyn KeyService,
    now: Time,
    random: &mut dyn Random,
) -> Result<Vec<Group>, WrapError> {
    let parts = parts_of(key, readers.groups.len(), readers.threshold, random)?;
    let groups = readers.groups.into_iter().zip(&parts);
    let groups = groups.map(|(group, part)| Wanted::new(group, Group::default(), part));
    wrap_groups(groups.collect(), service, now)
}

impl Recovered {
    /// Wraps the same data key for other readers. Whoever was a recipient before keeps the wrapped
    /// key as it stands in the file, as long as the number of groups and the threshold stay.
    pub fn rewrap(
        &self,
        metadata: &mut Metadata,
        readers: Readers,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<(), WrapError> {
        let Readers { groups, threshold } = &readers;
        if metadata.is_split_anew(groups.len(), *threshold) {
            return self.rewrap_all(metadata, readers, service, now, random);
        }
        metadata.shamir_threshold = *threshold;
        let parts = self.parts_as_before(groups.len())?;
        let before = std::mem::take(&mut metadata.groups);
        let groups = readers.groups.into_iter().zip(before).zip(&parts);
        let groups = groups.map(|((group, before), part)| Wanted::new(group, before, part));
        metadata.groups = wrap_groups(groups.collect(), service, now)?;
        Ok(())
    }

    /// Wraps the same data key for other readers, and anew for those who stay.
    pub fn rewrap_all(
        &self,
        metadata: &mut Metadata,
        readers: Readers,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<(), WrapError> {
        // Of one group everybody holds the data key itself, which stays.
        let shares_stay = metadata.groups.len() == 1 && readers.groups.len() == 1;
        if let (false, Some(list)) = (shares_stay, metadata.unknown_recipients().next()) {
            return Err(WrapError::Unknown(list.clone()));
        }
        metadata.shamir_threshold = readers.threshold;
        let mut groups = wrap(readers, &self.key, service, now, random)?;
        for (group, before) in groups.iter_mut().zip(&mut metadata.groups) {
            group.unknown = std::mem::take(&mut before.unknown);
        }
        metadata.groups = groups;
        Ok(())
    }

    /// Whether the recipients of each group hold the same: one data key, split in the same way.
    pub(crate) fn is_held_like(&self, other: &Self, groups: usize) -> bool {
        let (Ok(ours), Ok(theirs)) = (self.parts_as_before(groups), other.parts_as_before(groups))
        else {
            return false;
        };
        ours.len() == theirs.len()
            && ours
                .iter()
                .zip(&theirs)
                .all(|(ours, theirs)| bool::from(ours.ct_eq(theirs)))
    }

    /// What the recipients of each group hold, those of groups that did not unwrap included.
    fn parts_as_before(&self, groups: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, WrapError> {
        if self.shares.is_empty() {
            return Ok(vec![Zeroizing::new(self.key.expose().to_vec())]);
        }
        (1..=groups)
            .map(|number| {
                let x = u8::try_from(number).map_err(|_| WrapError::NoRecipients)?;
                let share = shamir::share_at(&self.shares, x)?;
                Ok(Zeroizing::new(share.expose().to_vec()))
            })
            .collect()
    }
}

type Part = Zeroizing<Vec<u8>>;
type Refusals = Vec<(Recipient, KeyError)>;

fn unwrap_group<'g>(
    group: &'g Group,
    service: &dyn KeyService,
    order: &[RecipientKind],
) -> Result<(Part, &'g Recipient), Refusals> {
    // Among many of a kind, the one whose identity is at hand saves trying all before it.
    let rank = |wrapping: &&Wrapping| {
        let kind = wrapping.recipient.kind();
        let place = order.iter().position(|first| *first == kind);
        (
            place.unwrap_or(order.len()),
            !service.holds(&wrapping.recipient),
        )
    };
    let mut wrappings: Vec<&Wrapping> = group.wrappings.iter().collect();
    if wrappings.len() > 1 {
        wrappings.sort_by_cached_key(rank);
    }
    let mut refusals = Vec::new();
    for wrapping in wrappings {
        match service.unwrap(&wrapping.recipient, &wrapping.enc) {
            Ok(part) => return Ok((part, &wrapping.recipient)),
            Err(error) => refusals.push((wrapping.recipient.clone(), error)),
        }
    }
    Err(refusals)
}

fn whole(parts: &[Part]) -> Result<(DataKey, Vec<Share>), String> {
    let part = parts.first().map_or(&[][..], |part| part.as_slice());
    let key = DataKey::parse(part).map_err(|error| error.to_string())?;
    Ok((key, Vec::new()))
}

fn combine(parts: &[Part]) -> Result<(DataKey, Vec<Share>), String> {
    let shares: Result<Vec<Share>, _> = parts.iter().map(|part| Share::parse(part)).collect();
    let shares = shares.map_err(|error| error.to_string())?;
    let key = shamir::combine(&shares).map_err(|error| error.to_string())?;
    Ok((key, shares))
}

fn parts_of(
    key: &DataKey,
    groups: usize,
    threshold: usize,
    random: &mut dyn Random,
) -> Result<Vec<Part>, WrapError> {
    match groups {
        0 => Err(WrapError::NoRecipients),
        1 => Ok(vec![Zeroizing::new(key.expose().to_vec())]),
        _ => {
            let threshold = if threshold == 0 { groups } else { threshold };
            let shares = shamir::split(key, threshold, groups, random)?;
            Ok(shares
                .iter()
                .map(|share| Zeroizing::new(share.expose().to_vec()))
                .collect())
        }
    }
}

impl fmt::Display for NotRecovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the data key was not recovered: ")?;
        match &self.unusable {
            Some(problem) => write!(f, "{problem}")?,
            None => write!(
                f,
                "{} of {} key groups must open",
                self.threshold,
                self.groups.len()
            )?,
        }
        for (number, group) in self.groups.iter().enumerate() {
            for (recipient, error) in group {
                write!(
                    f,
                    "\n  group {number}, {} {recipient}: {error}",
                    recipient.kind()
                )?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for NotRecovered {}

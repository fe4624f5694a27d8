//! The data key of a file: recovered from what its recipients unwrap, wrapped for others.
//!
//! With one key group every recipient wraps the whole data key. With several the key is split, and
//! each recipient of group *n* wraps share *n*.

use std::fmt;

use zeroize::Zeroizing;

use crate::data_key::DataKey;
use crate::key_service::{KeyError, KeyService};
use crate::metadata::{Group, Metadata, Wrapping};
use crate::random::Random;
use crate::recipient::{Recipient, RecipientKind};
use crate::shamir::{self, ShamirError, Share};
use crate::tree::Time;

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

/// What re-wrapping does to the recipients, by identity string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// For each group of the outcome or of before: its recipients.
    pub groups: Vec<GroupChanges>,
    /// Whether shares had to be made anew, so that nobody's wrapped key stays as it is.
    pub split_anew: bool,
}

/// What re-wrapping does to one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChanges {
    /// Wrapped for these now.
    pub added: Vec<Recipient>,
    /// Wrapped for these before and now.
    pub kept: Vec<Recipient>,
    /// No longer wrapped for these.
    pub removed: Vec<Recipient>,
}

impl Changes {
    /// What turning the groups of a file into these would do.
    #[must_use]
    pub fn between(before: &[Group], after: &[Vec<Recipient>], split_anew: bool) -> Self {
        let groups = (0..before.len().max(after.len())).map(|at| {
            let before: Vec<&Recipient> = before
                .get(at)
                .into_iter()
                .flat_map(Group::recipients)
                .collect();
            let after: Vec<&Recipient> = after.get(at).into_iter().flatten().collect();
            let within =
                |all: &[&Recipient], one: &Recipient| all.iter().any(|other| other.is_same(one));
            let (kept, added) = after
                .iter()
                .copied()
                .cloned()
                .partition(|one| within(&before, one));
            let gone = before.iter().filter(|one| !within(&after, one));
            GroupChanges {
                added,
                kept,
                removed: gone.copied().cloned().collect(),
            }
        });
        Self {
            groups: groups.collect(),
            split_anew,
        }
    }

    /// Whether the recipients stay as they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let still = |group: &GroupChanges| group.added.is_empty() && group.removed.is_empty();
        !self.split_anew && self.groups.iter().all(still)
    }
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

/// Wraps a data key for new recipients. `threshold` counts with several groups only; zero stands
/// for all of them.
pub fn wrap(
    recipients: Vec<Vec<Recipient>>,
    threshold: usize,
    key: &DataKey,
    service: &dyn KeyService,
    now: Time,
    random: &mut dyn Random,
) -> Result<Vec<Group>, WrapError> {
    let parts = parts_of(key, recipients.len(), threshold, random)?;
    let groups = recipients.into_iter().zip(&parts);
    groups
        .map(|(group, part)| wrap_group(group, Vec::new(), part, service, now))
        .collect()
}

impl Recovered {
    /// Wraps the same data key for other recipients. Whoever was a recipient before keeps the
    /// wrapped key as it stands in the file, as long as groups and threshold stay the same.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is another thing: whose, for whom, how many, by whom, when"
    )]
    pub fn rewrap(
        &self,
        metadata: &mut Metadata,
        recipients: Vec<Vec<Recipient>>,
        threshold: usize,
        service: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<Changes, WrapError> {
        let split_anew = metadata.is_split_anew(recipients.len(), threshold);
        let changes = Changes::between(&metadata.groups, &recipients, split_anew);
        let parts = if split_anew {
            parts_of(&self.key, recipients.len(), threshold, random)?
        } else {
            self.parts_as_before(recipients.len())?
        };
        let mut before = std::mem::take(&mut metadata.groups).into_iter();
        let groups = recipients.into_iter().zip(&parts).map(|(group, part)| {
            let known = before
                .next()
                .map(|group| group.wrappings)
                .unwrap_or_default();
            let known = if split_anew { Vec::new() } else { known };
            wrap_group(group, known, part, service, now)
        });
        metadata.groups = groups.collect::<Result<_, _>>()?;
        metadata.shamir_threshold = threshold;
        Ok(changes)
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
    let rank = |wrapping: &&Wrapping| {
        let kind = wrapping.recipient.kind();
        order
            .iter()
            .position(|first| *first == kind)
            .unwrap_or(order.len())
    };
    let mut wrappings: Vec<&Wrapping> = group.wrappings.iter().collect();
    wrappings.sort_by_key(rank);
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

fn wrap_group(
    recipients: Vec<Recipient>,
    mut known: Vec<Wrapping>,
    part: &[u8],
    service: &dyn KeyService,
    now: Time,
) -> Result<Group, WrapError> {
    if recipients.is_empty() {
        return Err(WrapError::NoRecipients);
    }
    let wrappings = recipients.into_iter().map(|recipient| {
        let place = known
            .iter()
            .position(|known| known.recipient.is_same(&recipient));
        if let Some(place) = place {
            return Ok(known.swap_remove(place));
        }
        let enc = service
            .wrap(&recipient, part)
            .map_err(|error| WrapError::Recipient {
                recipient: recipient.identity(),
                error,
            })?;
        Ok(Wrapping::new(recipient, enc, now))
    });
    wrappings
        .collect::<Result<_, WrapError>>()
        .map(|wrappings| Group { wrappings })
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

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::WrapError;
use crate::key_service::{KeyError, KeyService};
use crate::metadata::{Group, Wrapping};
use crate::recipient::{Identity, Recipient, RecipientKind};
use crate::tree::{Key, Time, Value};

/// How many services elsewhere are asked at the same time.
const AT_ONCE: usize = 16;

/// A group that is to be: who is in it, and what each of them is to hold.
pub(super) struct Wanted<'p> {
    /// In their order, each with the wrapped key that stands in the file already.
    recipients: Vec<(Recipient, Option<Wrapping>)>,
    part: &'p [u8],
    unknown: Vec<(Key, Value)>,
}

impl<'p> Wanted<'p> {
    /// A group of these, of whom some were in it before with the same part. Of several wrapped keys
    /// for one recipient, the first stays.
    pub(super) fn new(recipients: Vec<Recipient>, before: Group, part: &'p [u8]) -> Self {
        let mut known = HashMap::with_capacity(before.wrappings.len());
        for wrapping in before.wrappings {
            known
                .entry(Identity::of(&wrapping.recipient))
                .or_insert(wrapping);
        }
        let mut with_known = |recipient: Recipient| {
            let wrapping = match known.is_empty() {
                true => None,
                false => known.remove(&Identity::of(&recipient)),
            };
            (recipient, wrapping)
        };
        Self {
            recipients: recipients.into_iter().map(&mut with_known).collect(),
            part,
            unknown: before.unknown,
        }
    }

    /// Those for whom nothing is wrapped yet.
    fn new_ones(&self) -> impl Iterator<Item = New<'_>> {
        let new = self.recipients.iter().filter(|(_, known)| known.is_none());
        new.map(|(recipient, _)| New {
            recipient,
            part: self.part,
            enc: OnceLock::new(),
        })
    }
}

/// Somebody for whom something is to be wrapped.
struct New<'w> {
    recipient: &'w Recipient,
    part: &'w [u8],
    enc: OnceLock<Result<String, KeyError>>,
}

impl New<'_> {
    fn wrap(&self, service: &dyn KeyService) {
        self.enc
            .get_or_init(|| service.wrap(self.recipient, self.part));
    }

    fn into_enc(self) -> Result<String, KeyError> {
        // INVARIANT: it was wrapped, or refused.
        self.enc.into_inner().unwrap_or(Err(KeyError::NotMine))
    }
}

/// Wraps what is not wrapped yet.
pub(super) fn wrap_groups(
    groups: Vec<Wanted<'_>>,
    service: &dyn KeyService,
    now: Time,
) -> Result<Vec<Group>, WrapError> {
    if groups.iter().any(|group| group.recipients.is_empty()) {
        return Err(WrapError::NoRecipients);
    }
    let new: Vec<_> = groups.iter().flat_map(Wanted::new_ones).collect();
    wrap_each(&new, service);
    let encs: Vec<_> = new.into_iter().map(New::into_enc).collect();
    let mut encs = encs.into_iter();
    let mut wrapping = |(recipient, known): (Recipient, Option<Wrapping>)| {
        if let Some(known) = known {
            return Ok(known);
        }
        match encs.next().unwrap_or(Err(KeyError::NotMine)) {
            Ok(enc) => Ok(Wrapping::new(recipient, enc, now)),
            Err(error) => Err(WrapError::Recipient {
                recipient: recipient.identity(),
                error,
            }),
        }
    };
    let group = |group: Wanted<'_>| {
        let wrappings = group.recipients.into_iter().map(&mut wrapping);
        Ok(Group {
            wrappings: wrappings.collect::<Result<_, WrapError>>()?,
            unknown: group.unknown,
        })
    };
    groups.into_iter().map(group).collect()
}

/// Wraps for each. Whoever is elsewhere is waited for together with others; here one comes after
/// the other, since somebody may be asked.
fn wrap_each(new: &[New<'_>], service: &dyn KeyService) {
    let (elsewhere, here): (Vec<_>, Vec<_>) = new
        .iter()
        .partition(|one| is_elsewhere(one.recipient.kind()));
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(one) = elsewhere.get(next.fetch_add(1, Ordering::Relaxed)) {
            one.wrap(service);
        }
    };
    thread::scope(|scope| {
        // This thread is one of them, and does it all if there can be no other.
        for _ in 1..elsewhere.len().min(AT_ONCE) {
            drop(thread::Builder::new().spawn_scoped(scope, work));
        }
        here.into_iter().for_each(|one| one.wrap(service));
        work();
    });
}

fn is_elsewhere(kind: RecipientKind) -> bool {
    match kind {
        RecipientKind::Age | RecipientKind::Pgp => false,
        RecipientKind::AzureKv
        | RecipientKind::GcpKms
        | RecipientKind::HcKms
        | RecipientKind::HcVault
        | RecipientKind::Kms => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    use zeroize::Zeroizing;

    use super::*;

    /// Wraps when so many ask at the same time; refuses one of them.
    struct Together {
        count: usize,
        asked: Mutex<usize>,
        more: Condvar,
        refused: &'static str,
    }

    impl KeyService for Together {
        fn wrap(&self, recipient: &Recipient, _: &[u8]) -> Result<String, KeyError> {
            let identity = recipient.identity();
            if is_elsewhere(recipient.kind()) {
                let mut asked = self.asked.lock().unwrap();
                *asked += 1;
                self.more.notify_all();
                let long = Duration::from_secs(60);
                let lonely = |asked: &mut usize| *asked < self.count;
                let (_asked, waited) = self.more.wait_timeout_while(asked, long, lonely).unwrap();
                assert!(!waited.timed_out(), "{identity} was asked alone");
            }
            match identity == self.refused {
                true => Err(KeyError::Failed("no".to_owned())),
                false => Ok(format!("wrapped for {identity}")),
            }
        }

        fn unwrap(&self, _: &Recipient, _: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
            Err(KeyError::NotMine)
        }
    }

    fn recipients() -> Vec<Recipient> {
        let of = |kind, text: &str| Recipient::parse(kind, text).unwrap();
        vec![
            of(
                RecipientKind::GcpKms,
                "projects/p/locations/l/keyRings/r/cryptoKeys/1",
            ),
            of(RecipientKind::Pgp, "ABCD"),
            of(RecipientKind::HcKms, "region:2"),
            of(
                RecipientKind::HcVault,
                "https://vault.test/v1/transit/keys/3",
            ),
        ]
    }

    fn wrap(refused: &'static str) -> Result<Vec<Group>, WrapError> {
        let service = Together {
            count: 3,
            asked: Mutex::default(),
            more: Condvar::new(),
            refused,
        };
        let now = Time::parse("2026-01-02T03:04:05Z").unwrap();
        let mut first = recipients();
        let second = first.split_off(2);
        let groups = [first, second];
        let wanted = groups.map(|group| Wanted::new(group, Group::default(), b"part"));
        wrap_groups(wanted.into(), &service, now)
    }

    #[test]
    fn services_elsewhere_are_asked_together_and_the_order_stays() {
        let groups = wrap("").ok().unwrap();
        let wrappings = groups.iter().flat_map(|group| &group.wrappings);
        let encs: Vec<_> = wrappings.map(|wrapping| wrapping.enc.clone()).collect();
        let expected = recipients();
        let expected = expected
            .iter()
            .map(|recipient| format!("wrapped for {}", recipient.identity()));
        assert_eq!(encs, expected.collect::<Vec<_>>());
        assert_eq!(groups[0].wrappings.len(), 2);
    }

    #[test]
    fn one_refusal_is_the_end_and_says_whose_it_was() {
        let refusal = wrap("region:2").err().unwrap();
        let expected = WrapError::Recipient {
            recipient: "region:2".to_owned(),
            error: KeyError::Failed("no".to_owned()),
        };
        assert_eq!(refusal, expected);
    }
}

//! Several key services as one: each recipient goes to the services for its kind, if the policy
//! lets it.

use zeroize::Zeroizing;

use crate::key_service::{KeyError, KeyService};
use crate::policy::Policy;
use crate::recipient::{Recipient, RecipientKind};

/// Key services in the order they are tried, behind one policy.
#[expect(
    missing_debug_implementations,
    reason = "services hold identities, which are never printed"
)]
pub struct KeyServices<'a> {
    policy: Policy,
    services: Vec<(Vec<RecipientKind>, Box<dyn KeyService + 'a>)>,
}

impl<'a> KeyServices<'a> {
    /// No service yet. What the policy denies never reaches one.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            services: Vec::new(),
        }
    }

    /// Adds a service for these kinds, to be tried after those that are there.
    #[must_use]
    pub fn with(mut self, kinds: &[RecipientKind], service: impl KeyService + 'a) -> Self {
        self.services.push((kinds.to_vec(), Box::new(service)));
        self
    }

    /// The first success. A service that does not do the recipient after all does not count.
    fn first<T>(
        &self,
        recipient: &Recipient,
        run: impl Fn(&dyn KeyService) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        self.policy.check(recipient)?;
        let mut refusals = Vec::new();
        for (kinds, service) in &self.services {
            if !kinds.contains(&recipient.kind()) {
                continue;
            }
            match run(service.as_ref()) {
                Ok(success) => return Ok(success),
                Err(KeyError::NotMine) => {}
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(match refusals.len() {
            0 => KeyError::NotMine,
            1 => refusals.remove(0),
            _ => KeyError::Each(refusals),
        })
    }
}

impl KeyService for KeyServices<'_> {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        self.first(recipient, |service| service.wrap(recipient, data_key))
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.first(recipient, |service| service.unwrap(recipient, enc))
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        let mut services = self.services.iter();
        services
            .any(|(kinds, service)| kinds.contains(&recipient.kind()) && service.holds(recipient))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Answers the same to everything, and counts how often it was asked.
    struct Scripted {
        answer: Result<&'static str, KeyError>,
        asked: AtomicUsize,
    }

    impl Scripted {
        fn new(answer: Result<&'static str, KeyError>) -> Self {
            Self {
                answer,
                asked: AtomicUsize::new(0),
            }
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }
    }

    impl KeyService for Scripted {
        fn wrap(&self, _: &Recipient, _: &[u8]) -> Result<String, KeyError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.answer.clone().map(str::to_owned)
        }

        fn unwrap(&self, _: &Recipient, _: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.answer
                .clone()
                .map(|answer| Zeroizing::new(answer.as_bytes().to_vec()))
        }
    }

    fn pgp() -> Recipient {
        Recipient::parse(RecipientKind::Pgp, "ABCD").unwrap()
    }

    fn failed(text: &str) -> KeyError {
        KeyError::Failed(text.to_owned())
    }

    #[test]
    fn a_recipient_goes_to_the_services_of_its_kind_until_one_succeeds() {
        let other = Scripted::new(Ok("other"));
        let not_mine = Scripted::new(Err(KeyError::NotMine));
        let broken = Scripted::new(Err(failed("broken")));
        let good = Scripted::new(Ok("good"));
        let spare = Scripted::new(Ok("spare"));
        let services = KeyServices::new(Policy::allow_all())
            .with(&[RecipientKind::Age, RecipientKind::Kms], &other)
            .with(&[RecipientKind::Pgp], &not_mine)
            .with(&[RecipientKind::Pgp], &broken)
            .with(&[RecipientKind::Kms, RecipientKind::Pgp], &good)
            .with(&[RecipientKind::Pgp], &spare);
        assert_eq!(services.wrap(&pgp(), b"key"), Ok("good".to_owned()));
        assert_eq!(**services.unwrap(&pgp(), "enc").unwrap(), *b"good");
        assert_eq!([&other, &good, &spare].map(Scripted::asked), [0, 2, 0]);
    }

    #[test]
    fn every_refusal_is_reported() {
        let services = KeyServices::new(Policy::allow_all());
        assert_eq!(services.wrap(&pgp(), b"key"), Err(KeyError::NotMine));
        let services = services.with(&[RecipientKind::Pgp], Scripted::new(Err(failed("a"))));
        assert_eq!(services.wrap(&pgp(), b"key"), Err(failed("a")));
        let services = services.with(&[RecipientKind::Pgp], Scripted::new(Err(failed("b"))));
        let both = KeyError::Each(vec![failed("a"), failed("b")]);
        assert_eq!(services.wrap(&pgp(), b"key"), Err(both));
    }

    #[test]
    fn a_denied_recipient_reaches_no_service() {
        let service = Scripted::new(Ok("good"));
        let mut policy = Policy::allow_all();
        policy.pgp = crate::policy::Allow::Only(Vec::new());
        let services = KeyServices::new(policy).with(&[RecipientKind::Pgp], &service);
        let denied = KeyError::Denied {
            kind: RecipientKind::Pgp,
            identity: "ABCD".to_owned(),
        };
        assert_eq!(services.wrap(&pgp(), b"key"), Err(denied.clone()));
        assert_eq!(services.unwrap(&pgp(), "enc").err(), Some(denied));
        assert_eq!(service.asked(), 0);
    }
}

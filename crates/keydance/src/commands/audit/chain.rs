//! The events of a log one after the other, and what a checkpoint says about them. Needs no server.

use keydance_api::audit::Checkpoint as Signed;
use keydance_crypto::checkpoint::{Checkpoint, CheckpointError, LogVerifier};
use keydance_crypto::merkle::{Frontier, leaf_hash};
use serde::Deserialize;

/// Why a log does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChainError {
    /// Something that is no event.
    #[error("event {0} cannot be read")]
    Malformed(u64),
    /// A number is missing, or there twice.
    #[error("event {expected} is missing: event {found} stands in its place")]
    Gap {
        /// The number that should be there.
        expected: u64,
        /// The number that is.
        found: u64,
    },
    /// Not as many as were signed for.
    #[error("the checkpoint is about {signed} events, and there are {found}")]
    Size {
        /// The number that was signed for.
        signed: u64,
        /// The number there are.
        found: u64,
    },
    /// Not those that were signed for.
    #[error("the events are not those that were signed for")]
    Root,
    /// The checkpoint is about other events than it says.
    #[error("the checkpoint says {said} events and is signed for {signed}")]
    Label {
        /// The number beside it.
        said: u64,
        /// The number in it.
        signed: u64,
    },
    /// Signed by another key than the one expected.
    #[error("the checkpoint names another key than the one expected")]
    Stranger,
    /// The signature.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Events, each bound to all before it.
#[derive(Debug, Default)]
pub(crate) struct Chain(Frontier);

impl Chain {
    /// Adds the exact bytes of the next event.
    ///
    /// # Errors
    /// It is no event, or not the next one.
    pub(crate) fn add(&mut self, body: &[u8]) -> Result<(), ChainError> {
        let expected = self.size();
        let found = number(body).ok_or(ChainError::Malformed(expected))?;
        if found != expected {
            return Err(ChainError::Gap { expected, found });
        }
        self.0.append(leaf_hash(body));
        Ok(())
    }

    /// How many there are.
    pub(crate) fn size(&self) -> u64 {
        self.0.size()
    }

    /// Whether these are exactly the events of a checkpoint.
    ///
    /// # Errors
    /// They are not.
    pub(crate) fn matches(&self, checkpoint: &Checkpoint) -> Result<(), ChainError> {
        if checkpoint.size != self.size() {
            return Err(ChainError::Size {
                signed: checkpoint.size,
                found: self.size(),
            });
        }
        if checkpoint.root != self.0.root() {
            return Err(ChainError::Root);
        }
        Ok(())
    }
}

/// The number of an event.
pub(crate) fn number(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    let event = serde_json::from_slice::<Numbered>(body);
    event.ok().map(|event| event.seq)
}

/// The checkpoint, if the key it names has signed it, and that key is the one expected, if one is.
///
/// # Errors
/// It is not to be trusted.
pub(crate) fn trusted(
    signed: &Signed,
    expected: Option<&LogVerifier>,
) -> Result<Checkpoint, ChainError> {
    let named: LogVerifier = signed.verifier.parse()?;
    if expected.is_some_and(|expected| *expected != named) {
        return Err(ChainError::Stranger);
    }
    let checkpoint = named.verify(&signed.note)?;
    if checkpoint.size != signed.size {
        return Err(ChainError::Label {
            said: signed.size,
            signed: checkpoint.size,
        });
    }
    Ok(checkpoint)
}

#[cfg(test)]
pub(crate) mod tests {
    use keydance_crypto::checkpoint::LogSigner;
    use keydance_crypto::secret::Key32;

    use super::*;

    pub(crate) const EVENTS: [&str; 3] = [
        r#"{"action":"a","seq":0}"#,
        r#"{"action":"b","seq":1}"#,
        r#"{"action":"c","seq":2}"#,
    ];

    /// What a server would sign for these events.
    pub(crate) fn signed(events: &[&str], seed: u8) -> Signed {
        let mut chain = Chain::default();
        for event in events {
            chain.add(event.as_bytes()).unwrap();
        }
        let signer = LogSigner::from_seed("log.example", &Key32::copy_of(&[seed; 32])).unwrap();
        let checkpoint = Checkpoint {
            origin: "log.example".to_owned(),
            size: chain.size(),
            root: chain.0.root(),
        };
        Signed {
            size: chain.size(),
            note: signer.sign(&checkpoint).unwrap(),
            verifier: signer.verifier().to_string(),
        }
    }

    fn chain(events: &[&str]) -> Result<Chain, ChainError> {
        let mut chain = Chain::default();
        events
            .iter()
            .try_for_each(|event| chain.add(event.as_bytes()))?;
        Ok(chain)
    }

    #[test]
    fn every_change_of_the_events_is_noticed() {
        let checkpoint = trusted(&signed(&EVENTS, 1), None).unwrap();
        let verdict = |events: &[&str]| chain(events)?.matches(&checkpoint);
        assert_eq!(verdict(&EVENTS), Ok(()));
        let [first, second, third] = EVENTS;
        let gap = ChainError::Gap {
            expected: 1,
            found: 2,
        };
        assert_eq!(verdict(&[first, third]), Err(gap));
        let short = ChainError::Size {
            signed: 3,
            found: 2,
        };
        assert_eq!(verdict(&[first, second]), Err(short));
        let changed = r#"{"action":"x","seq":1}"#;
        assert_eq!(verdict(&[first, changed, third]), Err(ChainError::Root));
        assert_eq!(verdict(&[first, "{}"]), Err(ChainError::Malformed(1)));
    }

    #[test]
    fn a_checkpoint_of_another_key_is_noticed() {
        let (ours, theirs) = (signed(&EVENTS, 1), signed(&EVENTS, 2));
        let key: LogVerifier = ours.verifier.parse().unwrap();
        assert!(trusted(&ours, Some(&key)).is_ok());
        assert_eq!(trusted(&theirs, Some(&key)), Err(ChainError::Stranger));
        let forged = Signed {
            verifier: ours.verifier.clone(),
            ..theirs
        };
        assert!(matches!(
            trusted(&forged, None),
            Err(ChainError::Checkpoint(_))
        ));
        let relabelled = Signed { size: 2, ..ours };
        assert!(matches!(
            trusted(&relabelled, None),
            Err(ChainError::Label { .. })
        ));
    }
}

//! An exported log: the exact bytes of each event on a line, then a signed checkpoint on the last.

use keydance_api::audit::Checkpoint as Signed;
use keydance_crypto::checkpoint::LogVerifier;
use serde::{Deserialize, Serialize};

use super::chain::{Chain, ChainError, trusted};

/// The last line.
#[derive(Serialize, Deserialize)]
pub(crate) struct LastLine {
    /// What was signed when the log was exported.
    pub(crate) checkpoint: Signed,
}

/// Why an exported log does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    /// It breaks off.
    #[error("the last line is no checkpoint: the file is not complete")]
    NoCheckpoint,
    /// Its events or its checkpoint.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Verifies an exported log; gives the number of its events and the key that signed for them.
///
/// # Errors
/// It does not hold.
pub(crate) fn verify(
    text: &str,
    expected: Option<&LogVerifier>,
) -> Result<(u64, String), FileError> {
    let (events, last) = text
        .trim_end_matches('\n')
        .rsplit_once('\n')
        .unwrap_or(("", text));
    let last: LastLine = serde_json::from_str(last).map_err(|_| FileError::NoCheckpoint)?;
    let mut chain = Chain::default();
    for event in events.lines() {
        chain.add(event.as_bytes())?;
    }
    chain.matches(&trusted(&last.checkpoint, expected)?)?;
    Ok((chain.size(), last.checkpoint.verifier))
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::{EVENTS, signed};
    use super::*;

    fn exported() -> String {
        let checkpoint = signed(&EVENTS, 1);
        let last = serde_json::to_string(&LastLine { checkpoint }).unwrap();
        format!("{}\n{last}\n", EVENTS.join("\n"))
    }

    #[test]
    fn an_exported_log_verifies_and_no_changed_byte_of_it_does() {
        let text = exported();
        assert_eq!(verify(&text, None).unwrap().0, 3);
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            // A changed byte may also be no text any more, which is noticed before.
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(verify(&changed, None).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn a_log_that_breaks_off_is_not_complete() {
        let text = exported();
        let (events, _) = text.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(verify(events, None), Err(FileError::NoCheckpoint));
        assert_eq!(verify("", None), Err(FileError::NoCheckpoint));
    }
}

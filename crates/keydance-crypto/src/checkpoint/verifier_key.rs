//! The text form of a log's public key.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{ALGORITHM, CheckpointError, LogVerifier};

impl fmt::Display for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.key_id());
        let key = BASE64.encode([&[ALGORITHM], self.public_key().as_slice()].concat());
        write!(f, "{}+{id:08x}+{key}", self.name())
    }
}

impl FromStr for LogVerifier {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let verifier = parse(text).ok_or(CheckpointError::VerifierKey)?;
        // Writing it again compares the key id, and every other spelling.
        if verifier.to_string() == text {
            Ok(verifier)
        } else {
            Err(CheckpointError::VerifierKey)
        }
    }
}

fn parse(text: &str) -> Option<LogVerifier> {
    let (name, rest) = text.split_once('+')?;
    let (_, key) = rest.split_once('+')?;
    let key = BASE64.decode(key).ok()?;
    let ([ALGORITHM], public_key) = key.split_first_chunk::<1>()? else {
        return None;
    };
    LogVerifier::new(name, public_key.try_into().ok()?).ok()
}

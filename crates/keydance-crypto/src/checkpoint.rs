//! Checkpoints of the event log: size and root in a signed note, as C2SP tlog-checkpoint and
//! signed-note define them (contract "security", 3.1).
//!
//! ```text
//! keydance.example/acme                                    origin
//! 3                                                        size
//! 2y7/5k02NSvNTCYL3g4RODEMn3e4nUxXV4ZS+bGFtjA=             root
//!
//! — keydance.example/acme aAw+UiSKWB9YSpd0H…               name, base64(key id ‖ Ed25519)
//! ```

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::digest::{self, Hash};
use crate::secret::Key32;

mod note;
mod verifier_key;

/// The state of a log that its signer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a line without control characters, not empty.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    fn to_text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root)
        )
    }

    /// Lines after the root are extensions, which we sign none of and ignore.
    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|origin| is_origin(origin))?.to_owned();
        let size_line = lines.next()?;
        let size: u64 = size_line.parse().ok()?;
        let root = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
        // One spelling: no sign, no leading zeros.
        (size.to_string() == size_line).then_some(Self { origin, size, root })
    }
}

/// A checkpoint could not be made or is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Key names have no blanks and no `+`, and are not empty.
    #[error("not the name of a log key")]
    Name,
    /// Origins are one line, not empty.
    #[error("not the origin of a log")]
    Origin,
    /// Not a verifier key `name+id+base64`.
    #[error("not a verifier key")]
    VerifierKey,
    /// Not a checkpoint in a signed note.
    #[error("not a checkpoint")]
    Malformed,
    /// There is no signature of the key asked for.
    #[error("the checkpoint is not signed by this key")]
    Unsigned,
    /// The signature of the key asked for is wrong.
    #[error("the signature of the checkpoint does not hold")]
    Signature,
    /// The crypto provider failed.
    #[error("the crypto provider failed")]
    Provider,
}

/// The signing key of a log.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct LogSigner {
    pair: Ed25519KeyPair,
    verifier: LogVerifier,
}

impl LogSigner {
    /// From the log's name and its key of purpose `log-sign`, which is the Ed25519 seed.
    pub fn from_seed(name: &str, seed: &Key32) -> Result<Self, CheckpointError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .map_err(|_| CheckpointError::Provider)?;
        let public_key = pair.public_key().as_ref().try_into();
        let public_key = public_key.map_err(|_| CheckpointError::Provider)?;
        Ok(Self {
            pair,
            verifier: LogVerifier::new(name, public_key)?,
        })
    }

    /// What others verify its signatures with.
    #[must_use]
    pub fn verifier(&self) -> &LogVerifier {
        &self.verifier
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, CheckpointError> {
        if !is_origin(&checkpoint.origin) {
            return Err(CheckpointError::Origin);
        }
        let text = checkpoint.to_text();
        let signature = self
            .pair
            .try_sign(text.as_bytes())
            .map_err(|_| CheckpointError::Provider)?;
        let signature = [self.verifier.key_id().as_slice(), signature.as_ref()].concat();
        let (name, signature) = (self.verifier.name(), BASE64.encode(signature));
        Ok(format!("{text}\n— {name} {signature}\n"))
    }
}

/// The public key of a log. Its text is the C2SP verifier key `name+id+base64(01 ‖ public key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerifier {
    // INVARIANT: a valid key name.
    name: String,
    public_key: [u8; 32],
}

impl LogVerifier {
    /// From the log's name and Ed25519 public key.
    pub fn new(name: &str, public_key: [u8; 32]) -> Result<Self, CheckpointError> {
        let valid = !name.is_empty()
            && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
        if !valid {
            return Err(CheckpointError::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            public_key,
        })
    }

    /// The log's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    /// The first four bytes of SHA-256(name ‖ 0a ‖ 01 ‖ public key).
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        let parts = [self.name.as_bytes(), b"\n", &[ALGORITHM], &self.public_key];
        let [a, b, c, d, ..] = digest::sha256_of(parts);
        [a, b, c, d]
    }

    /// Reads a signed note and gives its checkpoint if this key has signed it. Lines of other keys
    /// are ignored; a wrong line of this one is not.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let note = note::Note::split(note).ok_or(CheckpointError::Malformed)?;
        let key = UnparsedPublicKey::new(&ED25519, &self.public_key);
        let mut signed = false;
        for line in note.signatures.lines() {
            let line = note::SignatureLine::parse(line).ok_or(CheckpointError::Malformed)?;
            if line.name == self.name && line.key_id == self.key_id() {
                key.verify(note.text.as_bytes(), &line.signature)
                    .map_err(|_| CheckpointError::Signature)?;
                signed = true;
            }
        }
        if !signed {
            return Err(CheckpointError::Unsigned);
        }
        Checkpoint::from_text(note.text).ok_or(CheckpointError::Malformed)
    }
}

fn is_origin(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// Ed25519 in signed notes and verifier keys.
const ALGORITHM: u8 = 1;

#[cfg(test)]
mod tests;

//! The recipients that age itself wraps for.

use age::{EncryptError, ssh, x25519};
use age_core::format::{FileKey, Stanza};

use super::hybrid;
use crate::key_service::KeyError;

/// A recipient whose text was understood.
pub(super) struct Wrapper(Box<dyn age::Recipient>);

/// Reads a recipient that is not one of a plugin.
pub(super) fn parse(text: &str) -> Result<Wrapper, KeyError> {
    let recipient: Box<dyn age::Recipient> = if text.starts_with("age1pq1") {
        Box::new(
            hybrid::Recipient::parse(text)
                .ok_or_else(|| unusable("not a whole age1pq1… recipient"))?,
        )
    } else if text.starts_with("age1") {
        let recipient: Result<x25519::Recipient, _> = text.parse();
        Box::new(recipient.map_err(|_| unusable("not a whole age1… recipient"))?)
    } else {
        let recipient: Result<ssh::Recipient, _> = text.parse();
        Box::new(recipient.map_err(|error| unusable(ssh_problem(&error)))?)
    };
    Ok(Wrapper(recipient))
}

impl Wrapper {
    /// The stanzas by which the recipient gets the file key.
    pub(super) fn wrap(&self, file_key: &FileKey) -> Result<Vec<Stanza>, KeyError> {
        match self.0.wrap_file_key(file_key) {
            Ok((stanzas, _labels)) => Ok(stanzas),
            Err(EncryptError::Io(_)) => {
                Err(KeyError::Failed("the file key cannot be sealed".to_owned()))
            }
            Err(_) => Err(unusable("age refuses it")),
        }
    }
}

fn unusable(problem: &str) -> KeyError {
    KeyError::Recipient(problem.to_owned())
}

fn ssh_problem(error: &ssh::ParseRecipientKeyError) -> &'static str {
    match error {
        ssh::ParseRecipientKeyError::Ignore | ssh::ParseRecipientKeyError::Unsupported(_) => {
            "age has SSH keys of the kinds ssh-ed25519 and ssh-rsa only"
        }
        ssh::ParseRecipientKeyError::Invalid(_) => "not a whole SSH public key",
        ssh::ParseRecipientKeyError::RsaModulusTooLarge => "an RSA key of more than 4096 bits",
        ssh::ParseRecipientKeyError::RsaModulusTooSmall => "an RSA key of less than 2048 bits",
    }
}

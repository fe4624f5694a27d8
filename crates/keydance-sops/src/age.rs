//! age: wrapping for its recipients, unwrapping with identities that are handed in as text.
//!
//! Native X25519 and post-quantum recipients, and SSH keys. Recipients of plugins are left to
//! another service, which finds [`PluginIdentity`] and [`file`](mod@file) here.

use std::collections::HashSet;
use std::sync::Arc;

use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use crate::key_service::{KeyError, KeyService};
use crate::recipient::Recipient;
use identity::Identity;
use protected::Protected;

pub use identity::{IdentityError, PluginIdentity};
pub use native::{NativeIdentity, NativeKind};
pub use protected::{ProtectedKind, Question};

pub mod file;

mod hybrid;
mod identity;
mod native;
mod protected;
mod recipient;

/// Asks for a passphrase. `None` if there is none to be had: then it is not asked for again.
pub type Ask = Arc<dyn Fn(&Question<'_>) -> Option<Zeroizing<String>> + Send + Sync>;

/// Identities of age, and the service that unwraps with them.
///
/// Wrapping needs none. What is protected by a passphrase is opened when nothing else helps, at
/// most once.
#[expect(missing_debug_implementations, reason = "identities are never printed")]
pub struct AgeIdentities {
    ask: Ask,
    identities: Vec<Identity>,
    protected: Vec<Protected>,
    plugins: Vec<PluginIdentity>,
    places: Vec<String>,
    /// The recipients of those identities that say theirs.
    recipients: HashSet<String>,
}

impl AgeIdentities {
    /// No identities yet; `ask` is for those that will be protected by a passphrase.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        Self {
            ask,
            identities: Vec::new(),
            protected: Vec::new(),
            plugins: Vec::new(),
            places: Vec::new(),
            recipients: HashSet::new(),
        }
    }

    /// No identities yet, and nobody to ask for a passphrase.
    #[must_use]
    pub fn without_passphrases() -> Self {
        Self::new(Arc::new(|_: &Question<'_>| None))
    }

    /// Adds the identities of a text found in `place`, which errors will name.
    ///
    /// The text is one of: identities of age, separated by blanks or line breaks, with comment
    /// lines; an SSH private key; an age file that is protected by a passphrase and holds identities.
    /// At most [`IdentityError::LIMIT`] bytes.
    pub fn add(&mut self, place: &str, text: &[u8]) -> Result<(), IdentityError> {
        self.looked_in(place);
        if text.len() > IdentityError::LIMIT {
            return Err(IdentityError::TooLong {
                place: place.to_owned(),
            });
        }
        let found = identity::read(place, text)?;
        let recipients = found.identities.iter().filter_map(Identity::recipient);
        self.recipients.extend(recipients);
        self.identities.extend(found.identities);
        self.protected.extend(found.protected);
        self.plugins.extend(found.plugins);
        Ok(())
    }

    /// Notes a place that was looked at, for the error when nothing opens a file.
    pub fn looked_in(&mut self, place: &str) {
        self.places.push(place.to_owned());
    }

    /// The places that were looked at, in that order.
    #[must_use]
    pub fn places(&self) -> &[String] {
        &self.places
    }

    /// Hands over the identities that only plugins understand.
    pub fn take_plugins(&mut self) -> Vec<PluginIdentity> {
        std::mem::take(&mut self.plugins)
    }

    /// The key of an age file: first by what is open, then by what a passphrase opens.
    fn file_key(&self, stanzas: &[Stanza]) -> Result<FileKey, KeyError> {
        let mut reasons = Vec::new();
        for identity in &self.identities {
            match identity.unwrap(stanzas) {
                Ok(Some(file_key)) => return Ok(file_key),
                Ok(None) => {}
                Err(reason) => reasons.push(reason.to_owned()),
            }
        }
        for protected in &self.protected {
            match protected.unwrap(stanzas, &self.ask) {
                Ok(Some(file_key)) => return Ok(file_key),
                Ok(None) => {}
                Err(reason) => reasons.push(reason),
            }
        }
        Err(self.no_identity(reasons))
    }

    fn no_identity(&self, mut reasons: Vec<String>) -> KeyError {
        if reasons.is_empty() {
            reasons.push(
                match self.identities.len().saturating_add(self.protected.len()) {
                    0 => "there is no age identity".to_owned(),
                    1 => "the age identity does not match".to_owned(),
                    count => format!("none of {count} age identities matches"),
                },
            );
        }
        KeyError::NoIdentity {
            reason: reasons.join(", "),
            places: self.places.clone(),
        }
    }
}

impl KeyService for AgeIdentities {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let Recipient::Age { recipient: text } = recipient else {
            return Err(KeyError::NotMine);
        };
        if recipient.age_plugin().is_some() {
            return Err(KeyError::NotMine);
        }
        let wrapper = recipient::parse(text)?;
        file::seal(data_key, |file_key| wrapper.wrap(file_key))
    }

    /// The recipient is a claim of the file: every identity is tried, whatever it says.
    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if !matches!(recipient, Recipient::Age { .. }) {
            return Err(KeyError::NotMine);
        }
        file::open(enc, |stanzas| self.file_key(stanzas))
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        matches!(recipient, Recipient::Age { recipient } if self.recipients.contains(recipient))
    }
}

#[cfg(test)]
mod tests;

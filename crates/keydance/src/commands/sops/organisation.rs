//! The identities of groups, where the current folder is in an organisation's repository.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keydance_git::group_identity::Keyring;
use keydance_sops::age::AgeIdentities;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::own_keys::OwnKeys;
use crate::commands::identity::{identity_files, organisation_around};

/// Unwraps for the groups that own keys lead to. Outside of an organisation it does nothing.
#[derive(Default)]
pub(crate) struct Organisation {
    /// The files of identities, read when the first recipient is asked for.
    files: OnceLock<Vec<Vec<u8>>>,
    /// By recipient of a group: its identity, once it was opened.
    opened: Mutex<HashMap<String, Option<Arc<AgeIdentities>>>>,
}

impl Organisation {
    fn opened(&self, recipient: &Recipient) -> Option<Arc<AgeIdentities>> {
        let identity = recipient.identity();
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || self.open(&identity).map(Arc::new);
        opened.entry(identity.clone()).or_insert_with(open).clone()
    }

    fn open(&self, recipient: &str) -> Option<AgeIdentities> {
        // An organisation that cannot be read opens nothing; own keys may all the same.
        let files = self.files.get_or_init(|| {
            let root = organisation_around(None).ok().flatten();
            root.and_then(|root| identity_files(&root).ok())
                .unwrap_or_default()
        });
        if files.is_empty() {
            return None;
        }
        let keys = OwnKeys::new().ok()?;
        let own = keys.services();
        let keyring = Keyring::new(&own, files.iter().cloned());
        let mut identities = AgeIdentities::without_passphrases();
        let added = keyring.expose(recipient, |identity| {
            identities.add(recipient, identity.expose().as_bytes())
        });
        added?.ok()?;
        Some(identities)
    }
}

impl KeyService for Organisation {
    fn wrap(&self, _: &Recipient, _: &[u8]) -> Result<String, KeyError> {
        Err(KeyError::NotMine)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let identities = self.opened(recipient).ok_or(KeyError::NotMine)?;
        identities.unwrap(recipient, enc)
    }
}

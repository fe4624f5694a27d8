//! The identities of groups that somebody can open: by their own keys, and through one another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keydance_sops::age::{AgeIdentities, NativeIdentity};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::{Generation, IdentityFile};

/// The files of group identities, and the keys of whoever wants to open them.
///
/// As a key service it is those keys and every group identity they lead to, old generations
/// included. A file is opened when something asks for its recipient, and once.
#[expect(missing_debug_implementations, reason = "identities are never printed")]
pub struct Keyring<'k> {
    own: &'k dyn KeyService,
    /// By recipient.
    files: HashMap<String, (Generation, Vec<u8>)>,
    /// By recipient: what came of opening its file, and nothing while it is being opened. So a file
    /// that somebody made to be encrypted to itself opens nothing.
    opened: Mutex<HashMap<String, Option<Arc<Opened>>>>,
}

/// An identity that was opened, and the service that unwraps with it.
struct Opened {
    identity: NativeIdentity,
    service: AgeIdentities,
}

impl<'k> Keyring<'k> {
    /// Own keys, and the files of identities with each its content.
    ///
    /// Files that are none are left out: they open nothing, and `check` tells of them.
    pub fn new(own: &'k dyn KeyService, files: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let by_recipient = |bytes: Vec<u8>| {
            let generation = IdentityFile::read(&bytes).ok()?.generation;
            Some((generation.recipient.identity(), (generation, bytes)))
        };
        Self {
            own,
            files: files.into_iter().filter_map(by_recipient).collect(),
            opened: Mutex::default(),
        }
    }

    /// What the files say, in no order.
    pub fn generations(&self) -> impl Iterator<Item = &Generation> {
        self.files.values().map(|(generation, _)| generation)
    }

    /// Hands the identity of a recipient over, if it is one of a group and can be opened.
    pub fn expose<T>(&self, recipient: &str, read: impl FnOnce(&NativeIdentity) -> T) -> Option<T> {
        let opened = self.open(recipient)?;
        Some(read(&opened.identity))
    }

    fn open(&self, recipient: &str) -> Option<Arc<Opened>> {
        if let Some(known) = self.remember(recipient, None) {
            return known;
        }
        let opened = self.open_file(recipient).map(Arc::new);
        self.remember(recipient, opened.clone());
        opened
    }

    fn open_file(&self, recipient: &str) -> Option<Opened> {
        let (_, bytes) = self.files.get(recipient)?;
        let identity = IdentityFile::read(bytes).ok()?.open(self).ok()?;
        let mut service = AgeIdentities::without_passphrases();
        service.add(recipient, identity.expose().as_bytes()).ok()?;
        Some(Opened { identity, service })
    }

    /// Notes what came of opening, and gives what was known before.
    fn remember(
        &self,
        recipient: &str,
        opened: Option<Arc<Opened>>,
    ) -> Option<Option<Arc<Opened>>> {
        let mut all = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none()
            && let Some(known) = all.get(recipient)
        {
            return Some(known.clone());
        }
        all.insert(recipient.to_owned(), opened)
    }
}

impl KeyService for Keyring<'_> {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        self.own.wrap(recipient, data_key)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let identity = recipient.identity();
        let is_group = self.files.contains_key(&identity);
        match is_group.then(|| self.open(&identity)).flatten() {
            Some(opened) => opened.service.unwrap(recipient, enc),
            None => self.own.unwrap(recipient, enc),
        }
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        self.own.holds(recipient)
    }
}

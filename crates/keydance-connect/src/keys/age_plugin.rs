//! Plugins of age: programs `age-plugin-NAME` that have recipients and identities of their own
//! (C2SP age-plugin).

use std::path::PathBuf;
use std::time::Duration;

use age_core::secrecy::ExposeSecret as _;
use keydance_sops::age::PluginIdentity;
use keydance_sops::age::file::{self, FileKey, Stanza};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::{Zeroize as _, Zeroizing};

use crate::search_path::SearchPath;
use session::{Session, ok, unsupported};

pub use prompts::{NoPrompts, PluginPrompts};

mod prompts;
mod session;

/// The key service for recipients and identities of plugins.
#[expect(missing_debug_implementations, reason = "identities are never printed")]
pub struct AgePlugins {
    path: SearchPath,
    identities: Vec<PluginIdentity>,
    prompts: Box<dyn PluginPrompts>,
    patience: Duration,
}

impl AgePlugins {
    /// The plugins found on `path`, which may ask by `prompts`, and unwrap with `identities`.
    ///
    /// `patience` is how long a plugin may be silent: it may be waiting for somebody to touch a key.
    #[must_use]
    pub fn new(
        path: SearchPath,
        identities: Vec<PluginIdentity>,
        prompts: Box<dyn PluginPrompts>,
        patience: Duration,
    ) -> Self {
        Self {
            path,
            identities,
            prompts,
            patience,
        }
    }

    fn start(&self, name: &str, state_machine: &str) -> Result<Session, KeyError> {
        Session::start(&self.program(name)?, name, state_machine, self.patience)
    }

    fn program(&self, name: &str) -> Result<PathBuf, KeyError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(KeyError::Recipient("no name of a plugin".to_owned()));
        }
        let program = format!("age-plugin-{name}");
        self.path.find(&program).ok_or_else(|| {
            KeyError::Failed(format!("{program} is in no absolute directory of PATH"))
        })
    }

    /// The stanzas a plugin makes of a file key.
    fn stanzas(
        &self,
        name: &str,
        recipient: &str,
        file_key: &FileKey,
    ) -> Result<Vec<Stanza>, KeyError> {
        let mut session = self.start(name, "recipient-v1")?;
        session.say("add-recipient", &[recipient], &[]);
        session.say("wrap-file-key", &[], file_key.expose_secret());
        session.say("extension-labels", &[], &[]);
        session.say("done", &[], &[]);
        let (mut stanzas, mut errors) = (Vec::new(), Vec::new());
        session.converse(self.prompts.as_ref(), |said| match said.tag.as_str() {
            "error" => {
                errors.push(said.body);
                ok()
            }
            // Labels say what else may stand in the same file: here nothing does.
            "labels" => ok(),
            "recipient-stanza" => {
                stanzas.extend(inner(said));
                ok()
            }
            _ => unsupported(),
        })?;
        if let Some(error) = errors.first() {
            return Err(session.complained(error));
        }
        if stanzas.is_empty() {
            return Err(session.failed("it made no stanza"));
        }
        Ok(stanzas)
    }

    /// What the identities of one plugin find in the stanzas of a file.
    fn file_key(&self, name: &str, stanzas: &[Stanza]) -> Result<Option<FileKey>, KeyError> {
        let mut session = self.start(name, "identity-v1")?;
        for identity in self
            .identities
            .iter()
            .filter(|identity| identity.name() == name)
        {
            session.say("add-identity", &[identity.expose()], &[]);
        }
        for stanza in stanzas {
            let mut arguments = vec!["0", stanza.tag.as_str()];
            arguments.extend(stanza.args.iter().map(String::as_str));
            session.say("recipient-stanza", &arguments, &stanza.body);
        }
        session.say("done", &[], &[]);
        let (mut file_key, mut errors) = (None, Vec::new());
        session.converse(self.prompts.as_ref(), |mut said| match said.tag.as_str() {
            "error" => {
                errors.push(said.body);
                ok()
            }
            "file-key" => {
                let found: Option<[u8; 16]> = said.body.as_slice().try_into().ok();
                said.body.zeroize();
                if let Some(found) = found.map(Zeroizing::new) {
                    file_key = Some(FileKey::init_with_mut(|bytes| *bytes = *found));
                }
                ok()
            }
            _ => unsupported(),
        })?;
        match (file_key, errors.first()) {
            (Some(file_key), _) => Ok(Some(file_key)),
            (None, Some(error)) => Err(session.complained(error)),
            (None, None) => Ok(None),
        }
    }

    /// The names of the plugins there are identities for, each once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for identity in &self.identities {
            if !names.contains(&identity.name()) {
                names.push(identity.name());
            }
        }
        names
    }

    /// The first plugin that has the file key.
    fn first_file_key(&self, stanzas: &[Stanza]) -> Result<FileKey, KeyError> {
        let mut refusals = Vec::new();
        for name in self.names() {
            match self.file_key(name, stanzas) {
                Ok(Some(file_key)) => return Ok(file_key),
                Ok(None) => refusals.push(format!("no identity of age-plugin-{name} matches")),
                Err(refusal) => refusals.push(refusal.to_string()),
            }
        }
        Err(KeyError::NoIdentity {
            reason: refusals.join(", "),
            places: Vec::new(),
        })
    }
}

impl KeyService for AgePlugins {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let (Recipient::Age { recipient: text }, Some(name)) = (recipient, recipient.age_plugin())
        else {
            return Err(KeyError::NotMine);
        };
        file::seal(data_key, |file_key| self.stanzas(name, text, file_key))
    }

    /// Asks every plugin there is an identity for, whatever the recipient says: some open what is
    /// for native recipients.
    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if !matches!(recipient, Recipient::Age { .. }) || self.identities.is_empty() {
            return Err(KeyError::NotMine);
        }
        file::open(enc, |stanzas| self.first_file_key(stanzas))
    }
}

/// The stanza in `recipient-stanza 0 TAG ARGUMENT…`; none if it is for a file that was not sent.
fn inner(said: Stanza) -> Option<Stanza> {
    let mut args = said.args.into_iter();
    if args.next().as_deref() != Some("0") {
        return None;
    }
    let tag = args.next()?;
    Some(Stanza {
        tag,
        args: args.collect(),
        body: said.body,
    })
}

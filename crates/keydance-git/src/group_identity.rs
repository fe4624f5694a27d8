//! The identity of a group, which files are encrypted to: one small SOPS file for each generation,
//! encrypted to the members.
//!
//! A file is re-wrapped while its generation is the current one, and never touched afterwards:
//! history needs it. Re-wrapping changes only the list of recipients; whoever stays keeps what is
//! wrapped for them byte for byte.

use jiff::Timestamp;
use keydance_sops::age::NativeIdentity;
use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, FileError, Opened, SealError};
use keydance_sops::format::{Format, ReadOptions, WriteError, WriteOptions};
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{Changes, DECRYPTION_ORDER, NotRecovered, WrapError, recover, wrap};
use keydance_sops::mac::MacError;
use keydance_sops::metadata::Metadata;
use keydance_sops::random::{Random, RandomError};
use keydance_sops::readers::{Readers, ReadersError};
use keydance_sops::recipient::Recipient;
use keydance_sops::select::Rule;
use keydance_sops::tree::{Map, Time, Tree, Value};
use keydance_sops::walk::DecryptError;
use sha2::{Digest as _, Sha256};

use crate::roster::{Name, parse_recipient, recipient_text};

pub use keyring::Keyring;

mod keyring;

/// The folder of the identities, each group with a folder of its own.
pub const GROUPS_FOLDER: &str = ".keydance/groups";

/// What the file of one generation says without being decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Whose identity it is.
    pub group: Name,
    /// Its number, from 1.
    pub number: u32,
    /// The public half.
    pub recipient: Recipient,
    /// When it was made, as the file says.
    pub created_at: Option<String>,
}

/// The file of one generation.
#[expect(missing_debug_implementations, reason = "a file is never printed")]
pub struct IdentityFile {
    /// What it says.
    pub generation: Generation,
    file: File,
}

/// The file of a new generation.
#[expect(missing_debug_implementations, reason = "an identity is never printed")]
pub struct NewGeneration {
    /// What it says.
    pub generation: Generation,
    /// The file.
    pub bytes: Vec<u8>,
    /// What it holds.
    pub identity: NativeIdentity,
}

/// Why an identity was not made, opened or wrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// What is in it cannot be decrypted.
    #[error("the identity cannot be decrypted: {0}")]
    Decrypt(#[from] DecryptError),
    /// It is no SOPS file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A field is missing or no such thing.
    #[error("{0} is missing, or is not what it should be")]
    Field(&'static str),
    /// Somebody changed it without the key.
    #[error(transparent)]
    Mac(#[from] MacError),
    /// What it holds is the identity of another recipient.
    #[error("it holds the identity of another recipient than it says")]
    Mismatch,
    /// Nobody at hand can open it.
    #[error(transparent)]
    NotRecovered(#[from] NotRecovered),
    /// There are no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Nobody could open it.
    #[error(transparent)]
    Readers(#[from] ReadersError),
    /// It cannot be encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Somebody who should open it cannot be encrypted to.
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// It cannot be written down.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Generation {
    /// Where its file is: generations of one number that two branches made have files of their own.
    #[must_use]
    pub fn path(&self) -> String {
        path_of(&self.group, self.number, &self.recipient)
    }
}

/// Where the file of a generation is, from the top of the repository.
#[must_use]
pub fn path_of(group: &Name, generation: u32, recipient: &Recipient) -> String {
    let digest = Sha256::digest(recipient_text(recipient).as_bytes());
    let hex: Vec<String> = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{GROUPS_FOLDER}/{group}/{generation}-{}.yaml", hex.concat())
}

impl NewGeneration {
    /// Makes the file of an identity, which these can open.
    ///
    /// # Errors
    ///
    /// If nobody could open it, or one of the readers cannot be encrypted to.
    pub fn make(
        identity: NativeIdentity,
        request: Request<'_>,
        service: &dyn KeyService,
        random: &mut dyn Random,
    ) -> Result<Self, IdentityError> {
        let Request {
            group,
            number,
            readers,
            now,
        } = request;
        readers.check()?;
        let recipient = parse_recipient(identity.recipient());
        let now = Time::utc(now).whole_seconds();
        let generation = Generation {
            group: group.clone(),
            number,
            recipient: recipient.ok_or(IdentityError::Field(RECIPIENT))?,
            created_at: Some(now.to_string()),
        };
        let key = DataKey::random(random)?;
        let threshold = readers.threshold;
        let groups = wrap(readers, &key, service, now, random)?;
        let rule = Rule::UnencryptedSuffix(Rule::DEFAULT_SUFFIX.to_owned());
        let metadata = Metadata::new(groups, threshold, Some(rule));
        let tree = generation.tree(&identity);
        let file = Opened::new(Format::Yaml, tree, metadata).seal(&key, now, random)?;
        Ok(Self {
            bytes: file.write(&WriteOptions::default())?,
            generation,
            identity,
        })
    }
}

/// What is asked for in a new generation.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Whose it is.
    pub group: &'a Name,
    /// Its number, from 1.
    pub number: u32,
    /// Who is to be able to open it.
    pub readers: Readers,
    /// The time.
    pub now: Timestamp,
}

impl IdentityFile {
    /// Reads the file of a generation.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, IdentityError> {
        let file = File::read(Format::Yaml, bytes, &ReadOptions::default())?;
        let [top] = file.tree.documents.as_slice() else {
            return Err(IdentityError::Field(IDENTITY));
        };
        let generation = Generation::read(top)?;
        Ok(Self { generation, file })
    }

    /// Who can open it.
    #[must_use]
    pub fn readers(&self) -> Readers {
        Readers::of(&self.file.metadata)
    }

    /// Who would be able to open it, who no longer and who still, with these as its readers.
    #[must_use]
    pub fn changes(&self, readers: &Readers) -> Changes {
        Changes::between(&self.file.metadata, readers)
    }

    /// The identity, with the keys of whoever can open it.
    ///
    /// # Errors
    ///
    /// If none of the keys opens it, or it holds something else than it says.
    pub fn open(self, service: &dyn KeyService) -> Result<NativeIdentity, IdentityError> {
        let recovered = recover(&self.file.metadata, service, &DECRYPTION_ORDER)?;
        let opened = self.file.open(&recovered.key)?.verify()?;
        let top = opened.tree.documents.first();
        let text = match top.and_then(|top| top.value(IDENTITY.as_bytes())) {
            Some(Value::Text(text)) => text.expose_str(),
            _ => None,
        };
        let identity = text.and_then(NativeIdentity::parse);
        let identity = identity.ok_or(IdentityError::Field(IDENTITY))?;
        let is_whose = identity.recipient() == self.generation.recipient.identity();
        is_whose.then_some(identity).ok_or(IdentityError::Mismatch)
    }

    /// The file for other readers; nothing if they are those it has.
    ///
    /// # Errors
    ///
    /// If none of the keys opens it, nobody could open it then, or one of the readers cannot be
    /// encrypted to.
    pub fn rewrap(
        mut self,
        readers: Readers,
        service: &dyn KeyService,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        readers.check()?;
        if self.changes(&readers).is_empty() {
            return Ok(None);
        }
        let recovered = recover(&self.file.metadata, service, &DECRYPTION_ORDER)?;
        let now = Time::utc(now);
        self.file
            .rewrap(readers, &recovered, service, now, random)?;
        Ok(Some(self.file.write(&WriteOptions::default())?))
    }
}

impl Generation {
    fn tree(&self, identity: &NativeIdentity) -> Tree {
        let mut top = Map::default();
        top.push(GROUP, self.group.as_str());
        top.push(NUMBER, i64::from(self.number));
        top.push(RECIPIENT, self.recipient.identity());
        top.push(CREATED_AT, self.created_at.clone().unwrap_or_default());
        top.push(IDENTITY, identity.expose());
        Tree {
            documents: vec![top],
        }
    }

    fn read(top: &Map) -> Result<Self, IdentityError> {
        let text = |key: &'static str| match top.value(key.as_bytes()) {
            Some(Value::Text(text)) => text.expose_str().ok_or(IdentityError::Field(key)),
            _ => Err(IdentityError::Field(key)),
        };
        let number = match top.value(NUMBER.as_bytes()) {
            Some(Value::Int(number)) => u32::try_from(*number).ok(),
            _ => None,
        };
        let group = text(GROUP)?.parse();
        Ok(Self {
            group: group.map_err(|_| IdentityError::Field(GROUP))?,
            number: number.ok_or(IdentityError::Field(NUMBER))?,
            recipient: parse_recipient(text(RECIPIENT)?).ok_or(IdentityError::Field(RECIPIENT))?,
            created_at: text(CREATED_AT).ok().map(str::to_owned),
        })
    }
}

// The keys of the file.
const GROUP: &str = "group_unencrypted";
const NUMBER: &str = "generation_unencrypted";
const RECIPIENT: &str = "recipient_unencrypted";
const CREATED_AT: &str = "created_at_unencrypted";
const IDENTITY: &str = "identity";

#[cfg(test)]
mod tests;

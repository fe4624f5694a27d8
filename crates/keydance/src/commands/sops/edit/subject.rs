//! What is edited: an encrypted file with its data key, or the example for one that is to be.

mod merging;

use keydance_sops::data_key::DataKey;
use keydance_sops::file::Opened;
use keydance_sops::format::{Format, ReadError};
use keydance_sops::keys::{Recovered, WrapError, wrap};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::RecipientKind;
use keydance_sops::services::KeyServices;
use keydance_sops::tree::{Entry, Item, Map, Tree, Value};
use zeroize::Zeroizing;

use super::super::creation::Plan;
use super::super::encrypt::{about_sealing, about_wrapping};
use super::super::failure::{Exit, Failure};
use super::super::layout::{Before, shown, written};
use super::super::opening::{about_file, exit_of_reading};
use super::super::request::{Edit, Input};
use super::super::session::{Session, Source, format_of};
use super::{example, version};

/// What is edited.
pub(super) struct Subject<'s> {
    session: &'s Session,
    request: &'s Edit,
    services: &'s KeyServices<'s>,
    /// The encrypted file; of one that is not there yet, the example encrypted.
    source: Source,
    key: Key,
    purpose: Purpose,
}

/// What a file is edited for.
#[derive(PartialEq, Eq)]
enum Purpose {
    Change,
    /// Until no marker of a merge is left.
    Resolve,
}

enum Key {
    /// Of a file that is not there yet.
    New(DataKey),
    Recovered(Recovered),
}

impl<'s> Subject<'s> {
    /// The file, opened; or the example, if there is none.
    ///
    /// # Errors
    /// It cannot be opened, or nothing says who is to open a new one.
    pub(super) fn of(
        session: &'s Session,
        request: &'s Edit,
        services: &'s KeyServices<'s>,
    ) -> Result<Self, Failure> {
        let name = request.filename_override.as_ref().unwrap_or(&request.file);
        if matches!(request.file.try_exists(), Ok(false)) {
            let source = Source {
                name: name.clone(),
                bytes: Zeroizing::default(),
            };
            return Self::new(session, request, services, source);
        }
        let input = Input::Files(vec![request.file.clone()]);
        let source = session.source(&input, Some(name))?;
        let (format, order) = (
            request
                .types
                .input
                .unwrap_or_else(|| format_of(&source.name)),
            &request.opening.order,
        );
        let unlocked = session.unlock(name, format, &source.bytes, services, order)?;
        let (opened, recovered) = unlocked.open(name, &request.opening)?;
        version::raised(&opened.metadata.version)?;
        Ok(Self {
            session,
            request,
            services,
            source,
            key: Key::Recovered(recovered),
            purpose: Purpose::Change,
        })
    }

    /// With a data key of its own, wrapped at once: who cannot be wrapped for is to be known before
    /// anybody has written anything.
    fn new(
        session: &'s Session,
        request: &'s Edit,
        services: &'s KeyServices<'s>,
        mut source: Source,
    ) -> Result<Self, Failure> {
        let plan = Plan::of(session, &source.name, &request.creation)?;
        let format = request
            .types
            .output
            .unwrap_or_else(|| format_of(&source.name));
        let tree = example::tree(format).map_err(Failure::other)?;
        let (now, mut random) = (Session::now(), SystemRandom);
        let key = DataKey::random(&mut random).map_err(Failure::other)?;
        let metadata = plan
            .metadata(&key, services, now, &mut random)
            .map_err(|error| about_wrapping(&source.name, &error).ending(Exit::DataKey))?;
        let mut subject = Self {
            session,
            request,
            services,
            source,
            key: Key::New(key),
            purpose: Purpose::Change,
        };
        let opened = Opened::new(format, tree, metadata);
        source = Source {
            name: subject.source.name.clone(),
            bytes: subject.seal(opened)?.into(),
        };
        subject.source = source;
        Ok(subject)
    }

    /// The bytes of the file when it was read; nothing if it was not there.
    pub(super) fn before(&self) -> Option<&[u8]> {
        match self.key {
            Key::New(_) => None,
            Key::Recovered(_) => Some(&self.source.bytes),
        }
    }

    /// What the editor shows.
    ///
    /// # Errors
    /// It cannot be written in this format.
    pub(super) fn shown(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let opened = self.opened()?;
        let format = self.format();
        let metadata = self
            .request
            .show_master_keys
            .then(|| opened.metadata.to_map());
        let output = (format, metadata.as_ref());
        let name = &self.source.name;
        shown(self.session, name, &opened.tree, output, self.as_before())
    }

    /// The file with what the editor left. Values that did not change keep their ciphertext.
    ///
    /// # Errors
    /// It makes no sense, or cannot be encrypted like this.
    pub(super) fn sealed(&self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let (tree, metadata) = self.read(text).map_err(|error| {
            let name = self.source.name.display();
            Failure::new(exit_of_reading(&error), format!("{name}: {error}"))
        })?;
        self.refuse_conflicts(&tree)?;
        let mut opened = self.opened()?;
        opened.tree = tree;
        opened.format = self.format();
        if let Some(edited) = metadata {
            self.take_metadata(&mut opened.metadata, edited)?;
        }
        opened.metadata.version = version::raised(&opened.metadata.version)?.to_owned();
        self.seal(opened)
    }

    fn read(&self, text: &[u8]) -> Result<(Tree, Option<Map>), ReadError> {
        let options = self.session.read_options();
        if self.request.show_master_keys {
            let read = self.format().read_encrypted(text, &options)?;
            return Ok((read.tree, Some(read.metadata)));
        }
        Ok((self.format().read_plain(text, &options)?, None))
    }

    /// Changes the metadata to what was made of them: who can open the file, what is encrypted.
    /// When it was changed, and its MAC, is not for anybody to say.
    fn take_metadata(&self, metadata: &mut Metadata, mut edited: Map) -> Result<(), Failure> {
        let name = &self.source.name;
        add_missing_enc(&mut edited);
        let edited = Metadata::from_map(edited).map_err(|error| about_file(name, &error.into()))?;
        self.rewrap(metadata, &edited)
            .map_err(|error| about_wrapping(name, &error))?;
        let Metadata {
            rule,
            mac_scope,
            version,
            unknown,
            ..
        } = edited;
        metadata.rule = rule;
        metadata.mac_scope = mac_scope;
        metadata.version = version;
        metadata.unknown = unknown;
        Ok(())
    }

    fn rewrap(&self, metadata: &mut Metadata, edited: &Metadata) -> Result<(), WrapError> {
        let (now, mut random) = (Session::now(), SystemRandom);
        let readers = Readers::of(edited);
        match &self.key {
            Key::New(key) => {
                metadata.shamir_threshold = readers.threshold;
                metadata.groups = wrap(readers, key, self.services, now, &mut random)?;
            }
            Key::Recovered(recovered) => {
                recovered.rewrap(metadata, readers, self.services, now, &mut random)?;
            }
        }
        Ok(())
    }

    fn seal(&self, opened: Opened) -> Result<Vec<u8>, Failure> {
        let name = &self.source.name;
        let file = opened.seal(self.key.data_key(), Session::now(), &mut SystemRandom);
        let file = file.map_err(|error| about_sealing(name, &error))?;
        written(self.session, name, &file, self.as_before())
    }

    fn as_before(&self) -> Before<'_> {
        Before {
            bytes: &self.source.bytes,
            format: self.source.format(self.request.types),
        }
    }

    /// The file once more, with the IVs that its values had.
    fn opened(&self) -> Result<Opened, Failure> {
        let name = &self.source.name;
        let format = match self.key {
            Key::New(_) => self.format(),
            Key::Recovered(_) => self.source.format(self.request.types),
        };
        let file = self.session.parse(name, format, &self.source.bytes)?;
        let opened = file.open(self.key.data_key()).map_err(|error| {
            Failure::new(Exit::Decryption, format!("{}: {error}", name.display()))
        })?;
        // INVARIANT: these bytes are ours, or their MAC was compared when they were opened first.
        Ok(opened.dangerous_ignore_mac())
    }

    /// The format that is shown and written.
    fn format(&self) -> Format {
        self.source.output_format(self.request.types)
    }
}

impl Key {
    fn data_key(&self) -> &DataKey {
        match self {
            Self::New(key) => key,
            Self::Recovered(recovered) => &recovered.key,
        }
    }
}

/// Whoever adds a recipient leaves the wrapped key to us.
fn add_missing_enc(metadata: &mut Map) {
    for entry in &mut metadata.entries {
        let Entry::Pair(key, Value::List(items)) = entry else {
            continue;
        };
        let name = std::str::from_utf8(key.as_bytes()).unwrap_or_default();
        let is_group = name == "key_groups";
        let is_kind = RecipientKind::of_identifier(name).is_some();
        for item in items {
            match item {
                Item::Value(Value::Map(group)) if is_group => add_missing_enc(group),
                Item::Value(Value::Map(recipient))
                    if is_kind && recipient.value(b"enc").is_none() =>
                {
                    recipient.push("enc", "");
                }
                _ => {}
            }
        }
    }
}

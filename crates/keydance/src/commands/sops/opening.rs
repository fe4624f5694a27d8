//! Opening an encrypted file: its data key is recovered, its values decrypted, its MAC compared.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keydance_connect::keys::gpg::{Gpg, GpgConfig};
use keydance_sops::file::{File, FileError, Opened};
use keydance_sops::format::{Format, ReadError, WriteError};
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{DECRYPTION_ORDER, NotRecovered, Recovered, recover};
use keydance_sops::mac::MacError;
use keydance_sops::metadata::Metadata;
use keydance_sops::recipient::RecipientKind;
use keydance_sops::services::KeyServices;

use super::cloud::{with_clouds, with_remote};
use super::environment::{Environment, Variable};
use super::failure::{Exit, Failure};
use super::identities::Identities;
use super::integrity;
use super::lints;
use super::organisation::Organisation;
use super::request::{Opening, Services};
use super::session::{Session, warn_about};

/// How long gpg and plugins of age may take: somebody may be typing a passphrase or looking for a
/// card.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// An encrypted file that was read, and its data key.
pub(crate) struct Unlocked {
    file: File,
    recovered: Recovered,
    /// Whether the file is refused for what is odd about it.
    strict: bool,
}

impl Session {
    /// Whoever wraps and unwraps data keys here. None is asked, and no identity read, before a file
    /// needs it.
    pub(crate) fn key_services(&self, services: &Services) -> KeyServices<'_> {
        let all = KeyServices::new(self.policy.clone());
        let all = match services.local {
            true => {
                let all = all.with(&[RecipientKind::Age], Organisation::default());
                with_local(all, &self.environment)
            }
            false => all,
        };
        with_remote(all, &self.environment, &services.remote)
    }

    /// Reads an encrypted file and recovers its data key.
    ///
    /// # Errors
    /// It is no encrypted file, or nobody at hand can open it.
    pub(crate) fn unlock(
        &self,
        path: &Path,
        format: Format,
        bytes: &[u8],
        services: &KeyServices<'_>,
        order: &[String],
    ) -> Result<Unlocked, Failure> {
        let file = self.parse(path, format, bytes)?;
        integrity::check(self, path, bytes, &file.metadata)?;
        self.unlock_file(path, file, services, order)
    }

    /// Recovers the data key of a file.
    ///
    /// # Errors
    /// Nobody at hand can open it.
    pub(crate) fn unlock_file(
        &self,
        path: &Path,
        file: File,
        services: &KeyServices<'_>,
        order: &[String],
    ) -> Result<Unlocked, Failure> {
        let recovered = recover_key(path, &file.metadata, services, order)?;
        let strict = self.options.strict;
        Ok(Unlocked {
            file,
            recovered,
            strict,
        })
    }

    /// Reads an encrypted file.
    ///
    /// # Errors
    /// It is none; with `--strict`, something is odd about its metadata.
    pub(crate) fn parse(&self, path: &Path, format: Format, bytes: &[u8]) -> Result<File, Failure> {
        let file = self
            .read(format, bytes)
            .map_err(|error| about_file(path, &error))?;
        if self.options.strict {
            lints::refuse(path, &lints::of_metadata(&file.metadata))?;
        }
        Ok(file)
    }

    /// Reads what may be an encrypted file.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn read(&self, format: Format, bytes: &[u8]) -> Result<File, FileError> {
        File::read(format, bytes, &self.read_options())
    }
}

/// Adds what this machine itself unwraps with: identities, gpg, and the accounts at clouds.
pub(super) fn with_local<'e>(
    services: KeyServices<'e>,
    environment: &'e Environment,
) -> KeyServices<'e> {
    let gpg = Gpg::new(GpgConfig {
        program: gpg_program(environment),
        home: environment.get(Variable::GnupgHome).map(PathBuf::from),
        timeout: PATIENCE,
    });
    let local = services
        .with(&[RecipientKind::Age], Identities::new(environment))
        .with(&[RecipientKind::Pgp], gpg);
    with_clouds(local, environment)
}

impl Unlocked {
    /// Decrypts the file and compares its MAC, unless it was said to be ignored.
    ///
    /// # Errors
    /// A value does not decrypt, or the MAC is another one; with `--strict`, something is odd.
    pub(crate) fn open(
        self,
        path: &Path,
        opening: &Opening,
    ) -> Result<(Opened, Recovered), Failure> {
        let Self {
            file,
            recovered,
            strict,
        } = self;
        if strict && opening.ignore_mac {
            let message = "--strict and --ignore-mac contradict each other";
            return Err(Failure::new(Exit::Conflict, message));
        }
        let unverified = file.open(&recovered.key).map_err(|error| {
            Failure::new(Exit::Decryption, format!("{}: {error}", path.display()))
        })?;
        let opened = if opening.ignore_mac {
            unverified.dangerous_ignore_mac()
        } else {
            unverified
                .verify()
                .map_err(|error| about_mac(path, error))?
        };
        if strict {
            lints::refuse(path, &lints::of(&opened))?;
            lints::report_unsigned(path);
        }
        warn_about(path, lints::of_content(&opened));
        Ok((opened, recovered))
    }
}

/// Recovers the data key of a file.
///
/// # Errors
/// Nobody at hand can.
pub(crate) fn recover_key(
    path: &Path,
    metadata: &Metadata,
    services: &dyn KeyService,
    order: &[String],
) -> Result<Recovered, Failure> {
    let order: Vec<RecipientKind> = order
        .iter()
        .filter_map(|word| RecipientKind::of_identifier(word))
        .collect();
    let order = if order.is_empty() {
        &DECRYPTION_ORDER[..]
    } else {
        &order
    };
    recover(metadata, services, order).map_err(|error: NotRecovered| {
        Failure::new(Exit::DataKey, format!("{}: {error}", path.display()))
            .hint("`keydance sops recipients` shows who can open a file")
    })
}

/// Why a file cannot be read as an encrypted one.
pub(crate) fn about_file(path: &Path, error: &FileError) -> Failure {
    let message = format!("{}: {error}", path.display());
    match error {
        FileError::Read(error) => Failure::new(exit_of_reading(error), message),
        _ => Failure::other(message),
    }
}

/// How reading ends that did not succeed.
pub(crate) fn exit_of_reading(error: &ReadError) -> Exit {
    match error {
        ReadError::Encrypted => Exit::AlreadyEncrypted,
        ReadError::Metadata(_) | ReadError::NoMetadata => Exit::Failed,
        ReadError::NoDocument => Exit::NoDocument,
        ReadError::NonStringKey { .. } | ReadError::IntegerTooLarge { .. } => Exit::Encryption,
        _ => Exit::Unreadable,
    }
}

/// Why a tree was not written.
pub(crate) fn about_writing(path: &Path, error: &WriteError) -> Failure {
    Failure::new(Exit::Inexpressible, format!("{}: {error}", path.display()))
}

fn about_mac(path: &Path, error: MacError) -> Failure {
    Failure::new(Exit::Mac, format!("{}: {error}", path.display())).hint(
        "somebody changed the file without its data key; compare it with the version before, \
         or open it as it is with --ignore-mac",
    )
}

fn gpg_program(environment: &Environment) -> PathBuf {
    environment
        .get(Variable::Gpg)
        .unwrap_or(OsStr::new("gpg"))
        .into()
}

//! A deployment, opened on its own machine: its database and its root key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keydance_core::id::OrganisationId;
use keydance_server::engine::{Code, Error};
use keydance_server::keyring::Keyring;
use keydance_server::{Clock, start};
use keydance_store::organisations::Organisation;
use keydance_store::{Location, Store, Tx};
use rustix::fs::Mode;
use rustix::process::umask;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::failure::{Failure, Kind};
use crate::private_file;

/// The database and the keys.
pub(crate) struct Deployment {
    pub(crate) store: Store,
    pub(crate) keyring: Arc<Keyring>,
}

impl Deployment {
    /// Opens the database, making it if it is not there, and unseals the root key. The database is
    /// opened outside the runtime, because its driver waits on one of its own.
    ///
    /// # Errors
    /// The data folder, the database or the key file cannot be used.
    pub(crate) fn open(config: &Config, runtime: &Runtime) -> Result<Self, Failure> {
        // Whatever the database writes is nobody else's to read.
        umask(Mode::RWXG | Mode::RWXO);
        let data = &config.data_dir;
        private_file::folder(data).map_err(|error| at(data, &error))?;
        let key_file = config.key_file();
        if let Some(folder) = key_file.parent() {
            private_file::folder(folder).map_err(|error| at(folder, &error))?;
        }
        let store = Store::open(&config.location()?, config.database.readers.into());
        let store = store.map_err(|error| unavailable(config, &error))?;
        let unsealing = start::unseal(&store, &key_file, Clock::System.now());
        let (keyring, _) = runtime
            .block_on(unsealing)
            .map_err(|error| sealed(&key_file, &error))?;
        let keyring = Arc::new(keyring);
        Ok(Self { store, keyring })
    }

    /// Every organisation; the deployment itself is none.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn organisations(&self) -> Result<Vec<Organisation>, Failure> {
        let list = |tx: &mut Tx<'_>| Ok::<_, Error>(tx.organisations().list()?);
        let mut organisations = self
            .store
            .read(list)
            .await
            .map_err(|error| engine(&error))?;
        organisations.retain(|organisation| organisation.id != OrganisationId::DEPLOYMENT);
        Ok(organisations)
    }
}

/// A failure of the engine, told to the operator with its cause.
pub(crate) fn engine(error: &Error) -> Failure {
    let kind = match error.code() {
        Code::AlreadyExists => Kind::Conflict,
        Code::Sealed | Code::Unavailable | Code::AuditUnavailable => Kind::Temporary,
        _ => Kind::Failed,
    };
    let cause = error.cause().map(|cause| format!(" ({cause})"));
    Failure::new(
        kind,
        format!("{}{}", error.message(), cause.unwrap_or_default()),
    )
}

/// Keeps the access token of a new organisation's administrator in a file, as a line.
pub(crate) fn token_file(path: PathBuf) -> impl FnMut(&str) -> Result<(), Error> {
    move |token| {
        let line = Zeroizing::new(format!("{token}\n"));
        private_file::write(&path, line.as_bytes()).map_err(|error| {
            let file = path.display();
            let message = format!("The access token cannot be kept in {file}: {error}.");
            Error::new(Code::Internal, message)
        })
    }
}

/// A failure of the system at a path.
pub(crate) fn at(path: &Path, error: &std::io::Error) -> Failure {
    Failure::unexpected(format!("{}: {error}", path.display()))
}

fn unavailable(config: &Config, error: &keydance_store::Error) -> Failure {
    let failure = Failure::new(
        Kind::Temporary,
        format!("the database cannot be opened: {error}"),
    );
    match config.location() {
        Ok(Location::Sqlite(path)) => failure.hint(format!("the database is {}", path.display())),
        _ => failure.hint("the database is the one of database.url or KEYDANCE_DATABASE_URL"),
    }
}

fn sealed(key_file: &Path, error: &Error) -> Failure {
    let failure = engine(error);
    if error.code() != Code::Sealed {
        return failure;
    }
    failure.hint(format!(
        "the key file is {}; seal.key_file names another",
        key_file.display()
    ))
}

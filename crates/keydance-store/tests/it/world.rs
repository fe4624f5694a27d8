//! A store of its own for each test, with an organisation in it.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Mutex;

use keydance_core::id::OrganisationId;
use keydance_store::organisations::Organisation;
use keydance_store::{Error, Location, Store, Tx};
use keydance_testkit::{Backend, Database};
use tokio::runtime::{Builder, Runtime};

use crate::raw::Raw;
use crate::rows;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// An open store and where it is.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) location: Location,
    pub(crate) org: OrganisationId,
    database: Option<Database>,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

/// Databases that no test uses now. Emptying one is much faster than making one.
static SPARE: Mutex<Vec<Database>> = Mutex::new(Vec::new());

/// Tells one story on each database.
pub(crate) fn both(story: impl Fn(&World) + Sync) {
    keydance_testkit::both(|backend| story(&World::new(backend)));
}

impl World {
    /// An empty database with organisation 1.
    pub(crate) fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = (backend == Backend::Postgres).then(empty_database);
        let location = match &database {
            // It is on this machine and speaks no TLS.
            Some(database) => Location::Postgres(format!("{}?sslmode=disable", database.url())),
            None => Location::Sqlite(folder.path().join("keydance.db")),
        };
        let world = Self {
            store: Store::open(&location, 1).unwrap(),
            location,
            org: rows::org(1),
            database,
            _folder: folder,
            runtime: Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
        };
        world.add_organisation(world.org);
        world
    }

    pub(crate) fn add_organisation(&self, id: OrganisationId) {
        let organisation = Organisation { id, tenant: None };
        self.wait(
            self.store
                .write(move |tx| tx.organisations().insert(&organisation, rows::at(0))),
        )
        .unwrap();
    }

    /// A second store on the same database: another replica.
    pub(crate) fn another_store(&self) -> Store {
        Store::open(&self.location, 1).unwrap()
    }

    /// A connection beside the store that enters the organisation in each transaction.
    pub(crate) fn raw(&self) -> Raw {
        Raw::open(&self.location)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.location, Location::Postgres(_))
    }

    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Writes in the organisation.
    pub(crate) fn try_write<T: Send + 'static>(
        &self,
        mut use_case: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let org = self.org;
        self.wait(self.store.write(move |tx| {
            tx.enter(org)?;
            use_case(tx)
        }))
    }

    /// Writes in the organisation what nothing stands against.
    pub(crate) fn write<T: Send + Debug + 'static>(
        &self,
        use_case: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.try_write(use_case).unwrap()
    }

    /// Reads in the organisation.
    pub(crate) fn read<T: Send + Debug + 'static>(
        &self,
        use_case: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.read_in(self.org, use_case)
    }

    /// Reads in any organisation.
    pub(crate) fn read_in<T: Send + Debug + 'static>(
        &self,
        org: OrganisationId,
        mut use_case: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        let read = self.store.read(move |tx| {
            tx.enter(org)?;
            use_case(tx)
        });
        self.wait(read).unwrap()
    }
}

fn empty_database() -> Database {
    let spare = SPARE.lock().unwrap().pop();
    let Some(database) = spare else {
        return Database::create();
    };
    database
        .sql("drop schema public cascade; create schema public")
        .unwrap();
    database
}

impl Drop for World {
    fn drop(&mut self) {
        SPARE.lock().unwrap().extend(self.database.take());
    }
}

/// Rows have no equality of their own; what they print is all they hold.
#[track_caller]
pub(crate) fn assert_same<T: Debug>(one: T, other: T) {
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

//! What the service does. One file per noun; every use case takes the caller first, decides by the
//! rules of `keydance-core`, and runs in one transaction with its audit record.

mod access;
mod code;
mod denial;
mod error;
pub mod fields;
pub mod idempotency;
mod sealing;
pub(crate) mod session;
mod sign_in;

// The nouns.
pub mod audit;
pub mod credentials;
pub mod enrolment;
pub mod environments;
pub mod executions;
pub mod flows;
pub mod groups;
pub mod health;
pub mod machine_identities;
pub mod persons;
pub mod read;
pub mod tokens;
pub mod versions;

pub use code::Code;
pub use error::{Error, Result};
pub use session::Session;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use keydance_core::event::{Actor, Context, Event};
use keydance_core::id::OrganisationId;
use keydance_core::time::Timestamp;
use keydance_store::{Batched, Store, Tx};

use crate::clock::Clock;
use crate::keyring::{Keyring, OrganisationKeys};
use crate::limiter::Limiter;
use crate::settings::Settings;

/// The use cases and what they need.
#[derive(Debug)]
pub struct Engine {
    parts: Arc<Parts>,
    reads: Batched<read::Request, read::Sealed, Error>,
    stopping: AtomicBool,
}

/// What every use case may reach. Cheap to share with the store's threads.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) limiter: Limiter,
    pub(crate) failures: sign_in::SignInFailures,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    /// The keys of the deployment, for access tokens.
    pub(crate) deployment_keys: Arc<OrganisationKeys>,
}

/// What the face knows of a request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Echoed in the answer and written down in events.
    pub request_id: String,
    /// The address it came from.
    pub source: Option<String>,
    /// Its path, for events about what was refused.
    pub path: String,
}

impl Engine {
    /// Puts an engine together.
    ///
    /// # Errors
    /// The keys of the deployment cannot be read.
    pub async fn new(
        store: Store,
        keyring: Arc<Keyring>,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self> {
        let opening = Arc::clone(&keyring);
        let deployment_keys = store
            .read(move |tx: &mut Tx<'_>| opening.organisation(tx, OrganisationId::DEPLOYMENT))
            .await?;
        let limiter = Limiter::new(&settings);
        let parts = Arc::new(Parts {
            store,
            keyring,
            limiter,
            failures: sign_in::SignInFailures::default(),
            settings,
            clock,
            deployment_keys,
        });
        let reading = Arc::clone(&parts);
        let reads = parts
            .store
            .batched(move |tx: &mut Tx<'_>, requests: &[read::Request]| {
                Ok(read::read_all(&reading, tx, requests))
            });
        Ok(Self {
            parts,
            reads,
            stopping: AtomicBool::new(false),
        })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// Counts a failed authentication against an address.
    ///
    /// # Errors
    /// `rate_limited` once there were too many.
    pub fn failed_authentication(&self, address: IpAddr) -> Result<()> {
        self.parts.failures.note(address, self.now());
        Ok(self.parts.limiter.failure(address)?)
    }

    /// Forgets callers that have not asked for long.
    pub fn forget_idle(&self) {
        self.parts.limiter.forget_idle();
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The keys of the caller's organisation.
    pub(crate) async fn keys(&self, session: &Session) -> Result<Arc<OrganisationKeys>> {
        let (parts, id) = (
            Arc::clone(&self.parts),
            session.caller.identity.organisation,
        );
        if let Some(keys) = parts.keyring.known(id) {
            return Ok(keys);
        }
        let store = self.parts.store.clone();
        store
            .read(move |tx: &mut Tx<'_>| parts.keyring.organisation(tx, id))
            .await
    }

    /// Runs a use case that may write, for a caller whose rights are read in the same transaction.
    pub(crate) async fn write<T, F>(&self, session: &Session, mut use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut UseCase<'_, '_>) -> Result<T> + Send + 'static,
    {
        let (parts, session) = (Arc::clone(&self.parts), session.clone());
        self.parts
            .store
            .write(move |tx: &mut Tx<'_>| {
                use_case(&mut UseCase::begin(&parts, tx, &session, Purpose::Write)?)
            })
            .await
    }

    /// Runs a use case that only reads. What it refuses is written down right after it.
    pub(crate) async fn read<T, F>(&self, session: &Session, mut use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut UseCase<'_, '_>) -> Result<T> + Send + 'static,
    {
        let (parts, caller) = (Arc::clone(&self.parts), session.clone());
        let read = self.parts.store.read(move |tx: &mut Tx<'_>| {
            let mut under_way = UseCase::begin(&parts, tx, &caller, Purpose::Read)?;
            let done = use_case(&mut under_way);
            Ok::<_, Error>((done, under_way.refusal))
        });
        match read.await? {
            (Err(error), Some(refusal)) => Err(self.record(refusal).await.err().unwrap_or(error)),
            (done, _) => done,
        }
    }
}

/// One use case under way: the transaction, the caller as it stands in it, the time.
#[derive(Debug)]
pub(crate) struct UseCase<'u, 'c> {
    pub(crate) parts: &'u Parts,
    pub(crate) tx: &'u mut Tx<'c>,
    pub(crate) session: Session,
    pub(crate) now: Timestamp,
    pub(crate) purpose: Purpose,
    /// What was refused and is not written down yet, because this use case only reads.
    refusal: Option<Event>,
}

/// Whether a use case may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

impl<'u, 'c> UseCase<'u, 'c> {
    fn begin(
        parts: &'u Parts,
        tx: &'u mut Tx<'c>,
        session: &Session,
        purpose: Purpose,
    ) -> Result<Self> {
        let now = parts.clock.now();
        let session = session.confirmed(tx, now)?;
        Ok(Self {
            parts,
            tx,
            session,
            now,
            purpose,
            refusal: None,
        })
    }

    /// The keys of the caller's organisation.
    pub(crate) fn keys(&mut self) -> Result<Arc<OrganisationKeys>> {
        let organisation = self.session.caller.identity.organisation;
        self.parts.keyring.organisation(self.tx, organisation)
    }

    /// What all events of this request have in common.
    pub(crate) fn context(&self) -> Context {
        Context {
            organisation: self.session.caller.identity.organisation,
            at: self.now,
            request_id: self.session.request.request_id.clone(),
            source: self.session.request.source.clone(),
        }
    }

    /// The caller, as events name it.
    pub(crate) fn actor(&self) -> Actor {
        self.session.actor()
    }

    /// The id of the caller, as rows name it.
    pub(crate) fn subject(&self) -> String {
        self.session.caller.identity.subject.to_string()
    }
}

/// 12 random bytes for a new id.
pub(crate) fn random_id() -> Result<[u8; 12]> {
    keydance_crypto::random::bytes::<12>()
        .map(|id| *id)
        .map_err(Error::internal)
}

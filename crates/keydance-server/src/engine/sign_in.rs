//! Failed sign-ins, written down together: at most one event for each address and minute.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind, Outcome};
use keydance_core::id::OrganisationId;
use keydance_core::time::Timestamp;
use keydance_store::Tx;

use super::{Engine, Error, Result};

/// How long failures are gathered, in seconds.
const TOGETHER: i64 = 60;

/// Addresses that are told apart at a time; beyond them, failures are limited but not written down.
const ADDRESSES: usize = 10_000;

/// The failures that were not written down yet.
#[derive(Debug, Default)]
pub(crate) struct SignInFailures(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Timestamp,
    count: i64,
}

impl SignInFailures {
    /// Counts one.
    pub(crate) fn note(&self, address: IpAddr, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < ADDRESSES || known.contains_key(&address) {
            let none = Failures {
                since: now,
                count: 0,
            };
            known.entry(address).or_insert(none).count += 1;
        }
    }

    /// Takes those that began at a moment or before it.
    fn take(&self, until: Timestamp) -> Vec<(IpAddr, Failures)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .extract_if(|_, failures| failures.since <= until)
            .collect()
    }
}

impl Engine {
    /// Writes down the failed sign-ins that were gathered for a minute.
    ///
    /// # Errors
    /// Those of the store; what could not be written is lost.
    pub async fn record_sign_in_failures(&self) -> Result<()> {
        let until = self.now().plus_seconds(-TOGETHER);
        self.record_failures_until(until).await
    }

    /// Writes down all of them, as the last thing before the end.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn record_last_sign_in_failures(&self) -> Result<()> {
        self.record_failures_until(self.now()).await
    }

    async fn record_failures_until(&self, until: Timestamp) -> Result<()> {
        let failures = self.parts.failures.take(until);
        if failures.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let store = &self.parts.store;
        store
            .write(move |tx: &mut Tx<'_>| {
                for (address, failures) in &failures {
                    tx.record(event(*address, *failures, now));
                }
                Ok::<_, Error>(())
            })
            .await
    }
}

/// Nobody knows whose organisation it was, so it goes into the log of the deployment.
fn event(address: IpAddr, failures: Failures, now: Timestamp) -> Event {
    let context = Context {
        organisation: OrganisationId::DEPLOYMENT,
        at: now,
        request_id: "sign-in".to_owned(),
        source: Some(address.to_string()),
    };
    let object = Object::new(ObjectKind::Resource, "sign-in");
    Event::new(context, Action::SignInFailed, Actor::anonymous(), object)
        .outcome(Outcome::Denied)
        .detail("count", failures.count)
        .detail("since", failures.since.to_string())
}

//! The audit log, as those see it who may: what was written down, and the proofs that it stands.

mod checkpoint;
mod compare;
mod proof;

pub use checkpoint::Checkpointed;
pub use compare::{Compared, LogFault, compare};

use keydance_core::permission::Permission;
use keydance_store::log::{EventFilter, EventRow, Visibility};

use super::{Engine, Result, Session, UseCase};

/// A part of the log, oldest first.
#[derive(Clone, Debug)]
pub struct Events {
    /// The events, each as the exact bytes that were hashed.
    pub bodies: Vec<String>,
    /// The number of the last of them, if there are more.
    pub after: Option<u64>,
}

impl Engine {
    /// Events that pass a filter, after a number. Without `audit.read` these are what the caller
    /// did and what was done to what it owns.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_events(
        &self,
        session: &Session,
        filter: EventFilter,
        after: Option<u64>,
        count: i64,
    ) -> Result<Events> {
        self.read(session, move |use_case| {
            let mut rows = use_case.events(filter.clone(), after, count.saturating_add(1))?;
            let wanted = usize::try_from(count).unwrap_or(usize::MAX);
            let is_all = rows.len() <= wanted;
            rows.truncate(wanted);
            let last = rows.last().map(|row| row.seq);
            Ok(Events {
                after: last.filter(|_| !is_all),
                bodies: rows.into_iter().map(|row| row.body).collect(),
            })
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn events(
        &mut self,
        filter: EventFilter,
        after: Option<u64>,
        count: i64,
    ) -> Result<Vec<EventRow>> {
        let caller = &self.session.caller;
        let sees_all = caller.permissions.allow(Permission::AuditRead);
        let visible_to = (!sees_all).then(|| Visibility {
            actor: caller.identity.subject.to_string(),
            owners: caller.identity.owners().collect(),
        });
        let filter = EventFilter {
            visible_to,
            ..filter
        };
        Ok(self.tx.log().events(&filter, after, count)?)
    }
}

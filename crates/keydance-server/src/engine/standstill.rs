//! Ending somebody's access while the database cannot be written: it holds here at once, and is
//! written before anything else when that works again.

use std::sync::Arc;

use keydance_core::principal::PersonStatus;
use keydance_core::time::Timestamp;
use keydance_store::Tx;

use super::session::of_row;
use super::{Code, Engine, Error, Parts, Purpose, RequestContext, Result, Session, UseCase};
use crate::spill::{Closed, Closing};

/// Whether an error says that the database cannot be written, rather than that it must not be.
pub(crate) fn is_standstill(error: &Error) -> bool {
    matches!(error.code(), Code::Unavailable | Code::AuditUnavailable)
}

impl Engine {
    /// Holds somebody off in this process, and after a restart of it. Whoever may ask for that has
    /// been looked at; `error` is why it is not in the database.
    pub(crate) fn hold_off(&self, session: &Session, what: Closed, error: Error) -> Result<()> {
        let closing = Closing {
            organisation: session.caller.identity.organisation.to_string(),
            what,
            by: session.token_id.clone(),
            request_id: session.request.request_id.clone(),
        };
        if let Err(failed) = self.parts.spill.add(closing) {
            tracing::error!(cause = %failed, "an end of access can be written nowhere");
            return Err(error);
        }
        tracing::warn!(
            "the database cannot be written; an end of access holds on this server alone"
        );
        Ok(())
    }

    /// Writes into the database what waits, oldest first.
    ///
    /// # Errors
    /// The first error; everything that waits goes on to hold here.
    pub async fn write_held(&self) -> Result<()> {
        let held = self.parts.spill.held();
        for closing in &held {
            let (parts, closing) = (Arc::clone(&self.parts), closing.clone());
            let write = move |tx: &mut Tx<'_>| write(&parts, tx, &closing);
            self.parts.store.write(write).await?;
        }
        match held.len() {
            0 => Ok(()),
            count => self.parts.spill.clear(count).map_err(Error::internal),
        }
    }

    /// How many ends of access hold on this server alone.
    pub(crate) fn held(&self) -> usize {
        self.parts.spill.held().len()
    }
}

/// Does it as whoever asked for it, who was let in then, whatever became of the token since.
fn write(parts: &Parts, tx: &mut Tx<'_>, closing: &Closing) -> Result<()> {
    let row = tx.access_tokens().find(&[&closing.by])?.pop();
    let row = row.ok_or_else(|| Error::internal("the token of a closing is gone"))?;
    let request = RequestContext {
        request_id: closing.request_id.clone(),
        source: None,
        path: String::new(),
    };
    let session = Session {
        expires_at: Timestamp::from_millis(i64::MAX),
        ..of_row(tx, row, request, parts.clock.now())?
    };
    let mut use_case = UseCase::begin(parts, tx, &session, Purpose::Write)?;
    match &closing.what {
        Closed::Person(id) => use_case
            .set_person_status(id, PersonStatus::freeze)
            .map(drop),
        Closed::Tokens(ids) => match ids.first() {
            Some(id) => use_case.revoke_token(id),
            None => Ok(()),
        },
    }
}

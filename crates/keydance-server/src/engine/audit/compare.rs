//! The database against its log: what an operator asks on the server's own machine.

use std::sync::Arc;

use keydance_core::id::OrganisationId;
use keydance_store::recorded::Finding;
use keydance_store::{Store, Tx};

use crate::engine::Result;
use crate::keyring::Keyring;

/// How the database of an organisation compares with its log.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The number of events, all of which were read and hashed.
    pub events: u64,
    /// The number of rows compared with what the log says of them.
    pub rows: u64,
    /// What is wrong with the log itself.
    pub log: Vec<LogFault>,
    /// The rows that are not as the log says.
    pub findings: Vec<Finding>,
}

/// What is wrong with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// Events were changed, added or taken out.
    #[error("the events do not have the hash that the database keeps for them")]
    Head,
    /// Nobody who holds the organisation's key signed it.
    #[error("the newest checkpoint is not signed by the organisation's key")]
    Signature,
    /// The log signed for was another.
    #[error("the events are not those that the newest checkpoint was signed for")]
    Checkpoint,
}

/// Reads the whole log of an organisation, proves it, and compares each row it vouches for. It is one
/// moment of the database; the server may go on.
///
/// # Errors
/// An event is missing or unreadable, the organisation's keys do not open, or those of the store.
pub async fn compare(
    store: &Store,
    keyring: &Arc<Keyring>,
    organisation: OrganisationId,
) -> Result<Compared> {
    let keyring = Arc::clone(keyring);
    let use_case = move |tx: &mut Tx<'_>| compare_in(tx, &keyring, organisation);
    store.read(use_case).await
}

fn compare_in(tx: &mut Tx<'_>, keyring: &Keyring, id: OrganisationId) -> Result<Compared> {
    let keys = keyring.organisation(tx, id)?;
    tx.enter(id)?;
    let kept = tx.log().head()?;
    let found = tx.log().compare()?;
    let mut log = Vec::new();
    if (kept.size, kept.root) != (found.head.size, found.head.root) {
        log.push(LogFault::Head);
    }
    if let Some((row, root)) = &found.checkpoint {
        match keys.signer().verifier().verify(&row.note) {
            Err(_) => log.push(LogFault::Signature),
            Ok(signed) if Some(signed.root) != *root || signed.size != row.size => {
                log.push(LogFault::Checkpoint);
            }
            Ok(_) => {}
        }
    }
    Ok(Compared {
        events: found.head.size,
        rows: found.rows,
        log,
        findings: found.findings,
    })
}

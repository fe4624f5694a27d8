//! The end of deleted credentials: their values and keys are destroyed.

use std::sync::Arc;

use keydance_core::event::{Action, Actor, Context, Event};
use keydance_core::id::{CredentialId, OrganisationId};
use keydance_core::time::Timestamp;
use keydance_store::Tx;

use super::owned::{object, save};
use crate::engine::{Engine, Error, Result};

impl Engine {
    /// Destroys the values of credentials that were deleted longer ago than they are kept, in every
    /// organisation. Says how many credentials these were.
    ///
    /// # Errors
    /// Those of the store; what was destroyed until then stays destroyed.
    pub async fn destroy_expired(&self) -> Result<usize> {
        let store = &self.parts.store;
        let organisations = store
            .read(|tx: &mut Tx<'_>| Ok::<_, Error>(tx.organisations().list()?))
            .await?;
        let mut destroyed = 0;
        for organisation in organisations {
            if organisation.id == OrganisationId::DEPLOYMENT {
                continue;
            }
            loop {
                let parts = Arc::clone(&self.parts);
                let kept_for = parts.settings.retention_deleted;
                let some = store
                    .write(move |tx: &mut Tx<'_>| {
                        destroy_some(tx, organisation.id, parts.clock.now(), kept_for)
                    })
                    .await?;
                if some == 0 {
                    break;
                }
                destroyed += some;
            }
        }
        Ok(destroyed)
    }
}

/// Destroys as many as fit into one transaction; none are left once it says none.
fn destroy_some(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    now: Timestamp,
    kept_for: i64,
) -> Result<usize> {
    tx.enter(organisation)?;
    let context = Context {
        organisation,
        at: now,
        request_id: "retention".to_owned(),
        source: None,
    };
    let expired = tx
        .credentials()
        .deleted_before(now.plus_seconds(kept_for.saturating_neg()))?;
    for id in &expired {
        destroy(tx, *id, &context)?;
    }
    Ok(expired.len())
}

fn destroy(tx: &mut Tx<'_>, id: CredentialId, context: &Context) -> Result<()> {
    let missing = || Error::internal("a deleted credential is gone");
    let mut row = tx.credentials().find(id)?.ok_or_else(missing)?;
    tx.versions().destroy_all(id)?;
    // Without any wrap of its key even an old copy of the values stays closed.
    for owner in tx.credentials().owners(&[id])? {
        tx.credentials()
            .close_owner(id, &owner.owner, "retention", context.at)?;
    }
    "destroyed".clone_into(&mut row.state);
    save(tx, &mut row, context.at)?;
    let actor = Actor::system("retention");
    tx.record(Event::new(
        context.clone(),
        Action::CredentialDestroyed,
        actor,
        object(id),
    ));
    Ok(())
}

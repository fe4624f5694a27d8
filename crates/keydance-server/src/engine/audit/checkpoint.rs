//! Signed heads of the logs: when somebody asks, and while the logs grow.

use std::collections::BTreeMap;
use std::sync::Arc;

use keydance_api::audit::Checkpoint;
use keydance_core::id::OrganisationId;
use keydance_crypto::checkpoint::Checkpoint as Signed;
use keydance_store::Tx;
use keydance_store::log::CheckpointRow;

use crate::engine::{Engine, Error, Parts, Result, Session};

/// The sizes of the logs at their last checkpoints, as far as this process knows.
#[derive(Debug, Default)]
pub struct Checkpointed(BTreeMap<OrganisationId, u64>);

impl Engine {
    /// The signed head of the log of the caller's organisation, as it is now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn checkpoint(&self, session: &Session) -> Result<Checkpoint> {
        let kept = self.read(session, |use_case| {
            let size = use_case.tx.log().head()?.size;
            let kept = use_case.tx.log().checkpoint()?;
            Ok(kept.filter(|kept| kept.size == size))
        });
        let checkpoint = match kept.await? {
            Some(kept) => kept,
            None => self.sign_head(session.caller.identity.organisation).await?,
        };
        Ok(Checkpoint {
            size: checkpoint.size,
            note: checkpoint.note,
            verifier: self.keys(session).await?.signer().verifier().to_string(),
        })
    }

    /// Signs the head of every log, the deployment's included, that has grown by at least `by`
    /// events since its last checkpoint.
    ///
    /// # Errors
    /// The first error; the other logs are signed all the same.
    pub async fn checkpoint_grown(&self, known: &mut Checkpointed, by: u64) -> Result<()> {
        let sizes = self
            .parts
            .store
            .read(|tx: &mut Tx<'_>| Ok::<_, Error>(tx.organisations().log_sizes()?))
            .await?;
        let mut outcome = Ok(());
        for (organisation, size) in sizes {
            let signed = known.0.get(&organisation).copied().unwrap_or(0);
            if size.saturating_sub(signed) < by {
                continue;
            }
            match self.sign_head(organisation).await {
                Ok(checkpoint) => drop(known.0.insert(organisation, checkpoint.size)),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    async fn sign_head(&self, organisation: OrganisationId) -> Result<CheckpointRow> {
        let parts = Arc::clone(&self.parts);
        self.parts
            .store
            .write(move |tx: &mut Tx<'_>| sign(&parts, tx, organisation))
            .await
    }
}

fn sign(parts: &Parts, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<CheckpointRow> {
    let keys = parts.keyring.organisation(tx, organisation)?;
    tx.enter(organisation)?;
    let head = tx.log().head()?;
    let signer = keys.signer();
    let note = signer.sign(&Signed {
        origin: signer.verifier().name().to_owned(),
        size: head.size,
        root: head.root,
    });
    let checkpoint = CheckpointRow {
        size: head.size,
        note: note.map_err(Error::internal)?,
    };
    tx.log().insert_checkpoint(&checkpoint, parts.clock.now())?;
    Ok(checkpoint)
}

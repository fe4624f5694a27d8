//! Proofs that an event is in the log, and that the log only grows.

use keydance_api::audit::{ConsistencyProof, InclusionProof};
use keydance_crypto::digest::Hash;
use keydance_crypto::merkle::leaf_hash;
use keydance_store::log::EventFilter;

use crate::engine::{Engine, Error, Result, Session, UseCase};

impl Engine {
    /// The proof that an event the caller may see is in the log of a size; of its size now if none
    /// is named.
    ///
    /// # Errors
    /// `not_found`; `validation_failed` if the log never had that size, or not with that event.
    pub async fn prove_event(
        &self,
        session: &Session,
        seq: u64,
        size: Option<u64>,
    ) -> Result<InclusionProof> {
        self.read(session, move |use_case| use_case.prove_event(seq, size))
            .await
    }

    /// The proof that the log of a size is the beginning of that of a later one; of its size now if
    /// none is named.
    ///
    /// # Errors
    /// `validation_failed` if the log never had these sizes in this order.
    pub async fn prove_growth(
        &self,
        session: &Session,
        from: u64,
        to: Option<u64>,
    ) -> Result<ConsistencyProof> {
        self.read(session, move |use_case| use_case.prove_growth(from, to))
            .await
    }
}

impl UseCase<'_, '_> {
    fn prove_event(&mut self, seq: u64, size: Option<u64>) -> Result<InclusionProof> {
        let unknown = || Error::not_found("event");
        let now = self.tx.log().head()?.size;
        if seq >= now {
            return Err(unknown());
        }
        let size = size.unwrap_or(now);
        if size <= seq || size > now {
            let problem = "must be more than the number of the event and not more than there are";
            return Err(Error::invalid_field("size", problem));
        }
        let event = self.event(seq)?.ok_or_else(unknown)?;
        let hashes = self.tx.log().inclusion_proof(seq, size)?;
        Ok(InclusionProof {
            seq,
            size,
            leaf: hex(&leaf_hash(event.as_bytes())),
            hashes: hashes.iter().map(hex).collect(),
        })
    }

    fn prove_growth(&mut self, from: u64, to: Option<u64>) -> Result<ConsistencyProof> {
        let now = self.tx.log().head()?.size;
        let to = to.unwrap_or(now);
        if from > to || to > now {
            let problem = "must not be more than the later size, nor that more than there are";
            return Err(Error::invalid_field("from", problem));
        }
        let hashes = self.tx.log().consistency_proof(from, to)?;
        Ok(ConsistencyProof {
            from,
            to,
            hashes: hashes.iter().map(hex).collect(),
        })
    }

    /// The bytes of an event, if the caller may see it.
    fn event(&mut self, seq: u64) -> Result<Option<String>> {
        let after = seq.checked_sub(1);
        let next = self.events(EventFilter::default(), after, 1)?.pop();
        let event = next.filter(|event| event.seq == seq);
        Ok(event.map(|event| event.body))
    }
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

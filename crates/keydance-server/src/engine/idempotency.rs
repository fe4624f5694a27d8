//! Requests that may be sent twice and take effect once.

use std::sync::Arc;

use keydance_core::time::Timestamp;
use keydance_crypto::index::blind_index;
use keydance_store::Tx;
use keydance_store::idempotency::Remembered;
use serde::Serialize;
use serde_json::Value;

use super::{Code, Engine, Error, Result, Session, UseCase};

/// How long an answer is remembered, in seconds.
const REMEMBERED_FOR: i64 = 24 * 3600;

/// An `Idempotency-Key` and the request it came with.
#[derive(Clone)]
pub struct Once {
    /// The key, 1 to 64 characters.
    pub key: String,
    /// Method, path and body. It may hold secrets; only a keyed fingerprint of it is kept.
    pub request: Arc<zeroize::Zeroizing<Vec<u8>>>,
}

/// The answer to a request that may have been sent before.
#[derive(Clone, Debug)]
pub enum Answer<T> {
    /// It took effect now.
    Fresh(T),
    /// It took effect before; the answer of then, without values.
    Repeated(Value),
}

impl Engine {
    /// Runs a use case that may write, once for each idempotency key.
    pub(crate) async fn write_once<T, F>(
        &self,
        session: &Session,
        once: Option<Once>,
        mut use_case: F,
    ) -> Result<Answer<T>>
    where
        T: Serialize + Send + 'static,
        F: FnMut(&mut UseCase<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.write(session, move |under_way| {
            let Some(once) = &once else {
                return use_case(under_way).map(Answer::Fresh);
            };
            let fingerprint = under_way.fingerprint(once)?;
            if let Some(answer) = under_way.remembered(once, &fingerprint)? {
                return Ok(Answer::Repeated(answer));
            }
            let answer = use_case(under_way)?;
            under_way.remember(once, fingerprint, &answer)?;
            Ok(Answer::Fresh(answer))
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn fingerprint(&mut self, once: &Once) -> Result<Vec<u8>> {
        let organisation = self.session.caller.identity.organisation.context();
        let digest = keydance_crypto::digest::sha256(&once.request);
        let keys = self.keys()?;
        blind_index(keys.index()?, &organisation, "idempotency", &digest)
            .map(|index| index.to_vec())
            .map_err(Error::internal)
    }

    fn remembered(&mut self, once: &Once, fingerprint: &[u8]) -> Result<Option<Value>> {
        let (subject, oldest) = (self.subject(), self.oldest());
        let Some(known) = self.tx.idempotency().find(&subject, &once.key, oldest)? else {
            return Ok(None);
        };
        if known.fingerprint != fingerprint {
            return Err(Error::new(
                Code::IdempotencyMismatch,
                "This Idempotency-Key came with another request before.",
            ));
        }
        serde_json::from_str(&known.answer)
            .map(Some)
            .map_err(Error::internal)
    }

    fn remember<T: Serialize>(
        &mut self,
        once: &Once,
        fingerprint: Vec<u8>,
        answer: &T,
    ) -> Result<()> {
        let mut answer = serde_json::to_value(answer).map_err(Error::internal)?;
        if let Some(fields) = answer.as_object_mut() {
            fields.retain(|name, _| !matches!(name.as_str(), "value" | "token" | "code"));
        }
        let remembered = Remembered {
            fingerprint,
            answer: answer.to_string(),
        };
        let (subject, oldest) = (self.subject(), self.oldest());
        let tx: &mut Tx<'_> = self.tx;
        tx.idempotency()
            .insert(&subject, &once.key, &remembered, self.now, oldest)?;
        Ok(())
    }

    fn oldest(&self) -> Timestamp {
        self.now.plus_seconds(-REMEMBERED_FOR)
    }
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

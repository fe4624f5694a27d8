//! Requests that may be sent twice and take effect once.

use std::sync::Arc;

use keydance_api::credential::{Credential, Environment, Version};
use keydance_api::execution::StartedExecution;
use keydance_api::flow::Flow;
use keydance_api::group::Group;
use keydance_api::principal::{Enrolment, MachineIdentity, Person};
use keydance_api::token::AccessToken;
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

/// An answer that can be remembered. Each says for itself what of it is shown once and never kept,
/// so that no other answer is robbed of a field that happens to have such a name.
pub(crate) trait Repeatable: Serialize {
    /// The fields that hold secrets, by their names on the wire.
    const SECRETS: &'static [&'static str];

    /// What is kept of it.
    fn without_secrets(&self) -> Result<Value> {
        let mut answer = serde_json::to_value(self).map_err(Error::internal)?;
        if let Some(fields) = answer.as_object_mut() {
            fields.retain(|name, _| !Self::SECRETS.contains(&name.as_str()));
        }
        Ok(answer)
    }
}

/// Declares answers with the fields that hold secrets.
macro_rules! repeatable {
    ($($answer:ty: $secrets:expr,)*) => {
        $(impl Repeatable for $answer { const SECRETS: &'static [&'static str] = &$secrets; })*
    };
}

repeatable! {
    AccessToken: ["token"],
    Credential: ["value"],
    Enrolment: ["code"],
    Environment: [],
    Flow: [],
    Group: [],
    MachineIdentity: [],
    Person: [],
    StartedExecution: ["token"],
    Version: [],
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
        T: Repeatable + Send + 'static,
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

    fn remember<T: Repeatable>(
        &mut self,
        once: &Once,
        fingerprint: Vec<u8>,
        answer: &T,
    ) -> Result<()> {
        let remembered = Remembered {
            fingerprint,
            answer: answer.without_secrets()?.to_string(),
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

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    /// What is kept of an answer.
    fn kept<T: Repeatable + DeserializeOwned>(answer: &Value) -> Value {
        let answer: T = serde_json::from_value(answer.clone()).unwrap();
        answer.without_secrets().unwrap()
    }

    #[test]
    fn what_is_shown_once_is_not_kept_and_all_else_is() {
        let secret = "canary-51d27be84406";
        let mut token = json!({
            "id": "abc", "name": "ci", "permissions": [], "createdAt": "", "expiresAt": "",
        });
        assert_eq!(kept::<AccessToken>(&token), token);
        let bare = token.clone();
        token["token"] = json!(secret);
        assert_eq!(kept::<AccessToken>(&token), bare);
        let code = json!({ "code": secret, "expiresAt": "" });
        assert_eq!(kept::<Enrolment>(&code), json!({ "expiresAt": "" }));
        let started = json!({
            "id": "abc", "flowId": "abc", "revision": 1, "digest": "", "environment": "default",
            "token": secret, "expiresAt": "", "credentials": [],
        });
        let kept_start = kept::<StartedExecution>(&started);
        assert!(!kept_start.to_string().contains(secret));
        assert_eq!(kept_start["flowId"], "abc");
        let credential = json!({
            "_id": "abc", "name": "k", "type": "API_KEY", "__t": "S_API_KEY", "owners": [],
            "value": { "key": secret }, "encryptedFields": [], "createdAt": "", "updatedAt": "",
            "__v": 0, "environment": "default", "version": 1, "versionState": "current",
            "environments": [], "boundTo": {},
        });
        let kept_credential = kept::<Credential>(&credential);
        assert!(!kept_credential.to_string().contains(secret));
        assert_eq!(kept_credential["_id"], "abc");
    }
}

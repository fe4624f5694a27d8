//! Whoever calls, and what it is told.

use keydance_sops::key_service::KeyError;
use serde::de::DeserializeOwned;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::{HttpConfig, Trust};
use crate::process::shown;

/// Bytes of an answer at most.
const ANSWER_LIMIT: u64 = 1 << 20;

/// A caller of servers. Nothing happens before its first call.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    agent: Agent,
}

/// What a server said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Http {
    pub(crate) fn new(config: &HttpConfig, trust: Trust) -> Self {
        let agent = Agent::config_builder()
            .tls_config(trust.into_tls())
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(config.proxy.clone())
            .timeout_global(Some(config.timeout))
            .user_agent(concat!("keydance/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent }
    }

    /// Calls a server.
    pub(crate) fn send(&self, request: Request<&[u8]>) -> Result<Answer, KeyError> {
        let uri = request.uri();
        let server = uri
            .authority()
            .map_or("the server", |authority| authority.as_str());
        let server = server.rsplit('@').next().unwrap_or_default().to_owned();
        let silent = |error: ureq::Error| {
            KeyError::Failed(format!("{server} does not answer: {}", plain(&error)))
        };
        let response = self.agent.run(request).map_err(silent)?;
        let status = response.status().as_u16();
        let body = read(response).map_err(silent)?;
        Ok(Answer { status, body })
    }
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What it means.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, KeyError> {
        // The parser's own message may quote the answer.
        let strange =
            |_| KeyError::Failed("the server answered something else than it should".to_owned());
        serde_json::from_slice(&self.body).map_err(strange)
    }

    /// The refusal it is, with the reason the server gives.
    pub(crate) fn refusal(&self, reason: Option<String>) -> KeyError {
        KeyError::Failed(match reason {
            Some(reason) => format!(
                "the server refused with status {}: {}",
                self.status,
                shown(reason.as_bytes())
            ),
            None => format!("the server refused with status {}", self.status),
        })
    }
}

fn read(response: Response<Body>) -> Result<Zeroizing<Vec<u8>>, ureq::Error> {
    let mut body = response.into_body();
    body.with_config()
        .limit(ANSWER_LIMIT)
        .read_to_vec()
        .map(Zeroizing::new)
}

fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        other => other.to_string(),
    }
}

/// A request that cannot be put together: an address or a token with characters it cannot have.
pub(crate) fn unsendable(_: ureq::http::Error) -> KeyError {
    KeyError::Recipient(
        "its address or the credential for it has characters it cannot have".to_owned(),
    )
}

//! Calling servers over HTTP: blocking, bounded in time and size, never redirected.

use std::sync::Arc;
use std::time::Duration;

use keydance_sops::key_service::KeyError;
use serde::de::DeserializeOwned;
use ureq::http::{Request, Response};
use ureq::tls::{
    Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, TlsProvider, parse_pem,
};
use ureq::{Agent, Body, Proxy};
use zeroize::Zeroizing;

use crate::process::shown;

/// Bytes of an answer at most.
const ANSWER_LIMIT: u64 = 1 << 20;

/// How servers are called.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// How long one call may take, from looking up the name to the last byte.
    pub timeout: Duration,
    /// What stands between here and the servers.
    pub proxy: Option<Proxy>,
}

/// How a server and its caller know each other.
#[derive(Default)]
pub(crate) struct Trust {
    /// Certificates that may sign the server's, in place of those of this machine.
    roots: Option<Vec<Certificate<'static>>>,
    /// What this caller shows of itself.
    own: Option<ClientCert>,
    /// Whether any server will do.
    blind: bool,
}

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

impl Trust {
    /// Trusts what these certificates have signed, and nothing else.
    pub(crate) fn roots(mut self, pem: &[u8]) -> Result<Self, KeyError> {
        let roots = certificates(pem)?;
        self.roots.get_or_insert_default().extend(roots);
        Ok(self)
    }

    /// Shows this certificate.
    pub(crate) fn own(mut self, chain: &[u8], key: &[u8]) -> Result<Self, KeyError> {
        let chain = certificates(chain)?;
        let no_key = |_| KeyError::Failed("the key of the client certificate is no PEM".to_owned());
        let key = PrivateKey::from_pem(key).map_err(no_key)?;
        self.own = Some(ClientCert::new_with_certs(&chain, key));
        Ok(self)
    }

    /// Trusts whoever answers.
    pub(crate) fn dangerous_blind(mut self, blind: bool) -> Self {
        self.blind = blind;
        self
    }
}

impl Http {
    pub(crate) fn new(config: &HttpConfig, trust: Trust) -> Self {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let roots = match trust.roots {
            Some(roots) => RootCerts::Specific(Arc::new(roots)),
            None => RootCerts::PlatformVerifier,
        };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(roots)
            .client_cert(trust.own)
            .disable_verification(trust.blind)
            .unversioned_rustls_crypto_provider(Arc::new(provider))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
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

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, KeyError> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let found: Vec<_> = items.collect();
    if found.is_empty() {
        return Err(KeyError::Failed(
            "the file of certificates has none".to_owned(),
        ));
    }
    Ok(found)
}

/// A request that cannot be put together: an address or a token with characters it cannot have.
pub(crate) fn unsendable(_: ureq::http::Error) -> KeyError {
    KeyError::Recipient(
        "its address or the credential for it has characters it cannot have".to_owned(),
    )
}

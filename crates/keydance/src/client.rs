//! Calling a server: blocking, JSON in and out.

use std::sync::Arc;
use std::time::Duration;

use keydance_api::Problem;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;
use ureq::http::{self, HeaderMap, Method};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::login::Login;
use crate::render::{Page, Render};

/// The path of the API.
const BASE: &str = "/api/v1";

/// How long a connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Bytes of an answer at most.
const ANSWER_LIMIT: u64 = 64 << 20;

/// A server, called as somebody.
pub(crate) struct Client {
    agent: Agent,
    url: String,
    token: Option<Zeroizing<String>>,
}

impl Client {
    /// A client; tokens leave this machine encrypted only, unless that is allowed.
    ///
    /// # Errors
    /// The address is none, or plain http to another machine.
    pub(crate) fn new(login: Login, allow_http: bool) -> Result<Self, Failure> {
        let uri: http::Uri = login
            .url
            .parse()
            .map_err(|_| Failure::usage(format!("{} is no address of a server", login.url)))?;
        let local = uri.host().is_some_and(is_loopback);
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if local || allow_http => {}
            Some("http") => {
                return Err(Failure::usage(format!(
                    "{} would send your token unencrypted to another machine",
                    login.url
                ))
                .hint("use https, or --allow-http if the network is yours alone"));
            }
            _ => {
                return Err(Failure::usage(
                    "the address of a server starts with https://",
                ));
            }
        }
        Ok(Self {
            agent: agent(),
            url: login.url,
            token: login.token,
        })
    }

    /// The same server, called with another token.
    pub(crate) fn with_token(&self, token: Zeroizing<String>) -> Self {
        Self {
            agent: self.agent.clone(),
            url: self.url.clone(),
            token: Some(token),
        }
    }

    /// The server.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether there is a token to call with.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// `GET` below the API.
    pub(crate) fn get(&self, path: impl AsRef<str>) -> Request<'_> {
        self.request(Method::GET, path.as_ref())
    }

    /// `POST` below the API.
    pub(crate) fn post(&self, path: impl AsRef<str>) -> Request<'_> {
        self.request(Method::POST, path.as_ref())
    }

    /// `PUT` below the API.
    pub(crate) fn put(&self, path: impl AsRef<str>) -> Request<'_> {
        self.request(Method::PUT, path.as_ref())
    }

    /// `PATCH` below the API.
    pub(crate) fn patch(&self, path: impl AsRef<str>) -> Request<'_> {
        self.request(Method::PATCH, path.as_ref())
    }

    /// `DELETE` below the API.
    pub(crate) fn delete(&self, path: impl AsRef<str>) -> Request<'_> {
        self.request(Method::DELETE, path.as_ref())
    }

    /// `GET` at the root of the server, without a token: status, `Date` header and body.
    ///
    /// # Errors
    /// There is no answer.
    pub(crate) fn probe(&self, path: &str) -> Result<(u16, Option<String>, Vec<u8>), Failure> {
        let head = http::Request::get(format!("{}{path}", self.url));
        let request = head.body(()).map_err(Failure::unexpected)?;
        let response = self
            .agent
            .run(request)
            .map_err(|error| self.silent(&error))?;
        let date = response.headers().get("date");
        let date = date.and_then(|date| date.to_str().ok()).map(str::to_owned);
        Ok((response.status().as_u16(), date, body(response)?))
    }

    fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request {
            client: self,
            method,
            path: format!("{BASE}{path}"),
            query: form_urlencoded::Serializer::new(String::new()),
            headers: Vec::new(),
            body: Zeroizing::new(Vec::new()),
        }
    }

    fn silent(&self, error: &ureq::Error) -> Failure {
        Failure::new(
            Kind::Temporary,
            format!("{} does not answer: {error}", self.url),
        )
        .hint("is `keydance serve` running there? --url or KEYDANCE_URL name another server")
    }
}

/// A request being put together.
pub(crate) struct Request<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    query: form_urlencoded::Serializer<'static, String>,
    headers: Vec<(&'static str, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl Request<'_> {
    /// With a query parameter, if there is a value for it.
    pub(crate) fn query(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.query.append_pair(name, &value.to_string());
        }
        self
    }

    /// With a query parameter that is `true`, if it is.
    pub(crate) fn switch(self, name: &str, on: bool) -> Self {
        self.query(name, on.then_some("true"))
    }

    /// With a header, if there is a value for it.
    pub(crate) fn header(mut self, name: &'static str, value: Option<String>) -> Self {
        self.headers.extend(value.map(|value| (name, value)));
        self
    }

    /// With a JSON body.
    ///
    /// # Errors
    /// The value is no JSON.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Failure> {
        self.body = Zeroizing::new(serde_json::to_vec(body).map_err(Failure::unexpected)?);
        Ok(self)
    }

    /// Sends it; the answer has this shape.
    ///
    /// # Errors
    /// There is no answer, it is a refusal, or it has another shape.
    pub(crate) fn send<T: DeserializeOwned>(self) -> Result<Reply<T>, Failure> {
        let bytes = self.send_for_bytes()?;
        let body: Value = serde_json::from_slice(&bytes).map_err(|error| strange(&error))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| strange(&error))?;
        Ok(Reply { body, value })
    }

    /// Sends it; the answer is any JSON, an empty object if there is none.
    ///
    /// # Errors
    /// There is no answer, it is a refusal, or no JSON.
    pub(crate) fn send_for_body(self) -> Result<Value, Failure> {
        let bytes = self.send_for_bytes()?;
        if bytes.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&bytes).map_err(|error| strange(&error))
    }

    /// Sends it; the answer is these bytes.
    ///
    /// # Errors
    /// There is no answer, or it is a refusal.
    pub(crate) fn send_for_bytes(self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.exchange().map(|(_, bytes)| bytes)
    }

    /// Sends it; of the answer only this header matters.
    ///
    /// # Errors
    /// There is no answer, or it is a refusal.
    pub(crate) fn send_for_header(self, name: &str) -> Result<Option<String>, Failure> {
        let (headers, _) = self.exchange()?;
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        Ok(value.map(str::to_owned))
    }

    fn exchange(mut self) -> Result<(HeaderMap, Zeroizing<Vec<u8>>), Failure> {
        let query = self.query.finish();
        let separator = if query.is_empty() { "" } else { "?" };
        let uri = format!("{}{}{separator}{query}", self.client.url, self.path);
        let mut head = http::Request::builder().method(self.method).uri(uri);
        if let Some(token) = &self.client.token {
            let value = Zeroizing::new(format!("Bearer {}", token.as_str()));
            head = head.header("authorization", value.as_str());
        }
        for (name, value) in &self.headers {
            head = head.header(*name, value);
        }
        let agent = &self.client.agent;
        let response = if self.body.is_empty() {
            agent.run(head.body(()).map_err(Failure::unexpected)?)
        } else {
            let head = head.header("content-type", "application/json");
            agent.run(
                head.body(self.body.as_slice())
                    .map_err(Failure::unexpected)?,
            )
        };
        let response = response.map_err(|error| self.client.silent(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = Zeroizing::new(body(response)?);
        if (200..300).contains(&status) {
            return Ok((headers, bytes));
        }
        Err(refusal(status, &bytes))
    }
}

/// An answer: its body as it is, and what it means.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    body: Value,
    /// What it means.
    pub(crate) value: T,
}

impl<T> Serialize for Reply<T> {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        self.body.serialize(into)
    }
}

impl<T: Render> Render for Reply<T> {
    fn render(&self, page: &mut Page) {
        self.value.render(page);
    }
}

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

fn agent() -> Agent {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .allow_non_standard_methods(true)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_connect(Some(CONNECT_WITHIN))
        .timeout_global(Some(ANSWER_WITHIN))
        .user_agent(concat!("keydance/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn body(response: http::Response<Body>) -> Result<Vec<u8>, Failure> {
    let mut body = response.into_body();
    let read = body.with_config().limit(ANSWER_LIMIT).read_to_vec();
    read.map_err(|error| Failure::new(Kind::Temporary, format!("the answer broke off: {error}")))
}

fn refusal(status: u16, bytes: &[u8]) -> Failure {
    match serde_json::from_slice::<Problem>(bytes) {
        Ok(problem) => Failure::refused(status, problem),
        Err(_) => Failure::unexpected(format!("the server answered {status} without saying why"))
            .hint("is this the address of a Keydance server?"),
    }
}

fn strange(error: &serde_json::Error) -> Failure {
    // The parser's message may quote the answer; its class does not.
    let class = error.classify();
    Failure::unexpected(format!(
        "the answer has a shape this version does not know ({class:?})"
    ))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str, allow_http: bool) -> Result<Client, Failure> {
        let login = Login {
            url: url.to_owned(),
            token: None,
        };
        Client::new(login, allow_http)
    }

    #[test]
    fn tokens_leave_the_machine_encrypted_only() {
        for url in [
            "http://127.0.0.1:9001",
            "http://localhost",
            "http://[::1]:9001",
            "https://k.example",
        ] {
            assert!(client(url, false).is_ok(), "{url}");
        }
        for url in [
            "http://k.example",
            "http://127.0.0.1.example",
            "ftp://k.example",
            "k.example",
            "",
        ] {
            let refused = client(url, false).err().map(|failure| failure.kind());
            assert_eq!(refused, Some(Kind::Usage), "{url}");
        }
        assert!(client("http://k.example", true).is_ok());
    }

    #[test]
    fn a_segment_holds_no_separator() {
        assert_eq!(segment("a b/c?d%e+ü"), "a%20b%2Fc%3Fd%25e%2B%C3%BC");
    }
}

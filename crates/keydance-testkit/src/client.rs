//! A small blocking HTTP client: what a script would do with `curl`.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{self, HeaderMap, Method};

/// A client of one server. It keeps connections open, follows no redirects,
/// ignores proxies, and takes every status for an answer.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at `base` (`http://127.0.0.1:9001`), without a
    /// token.
    pub fn new(base: impl Into<String>) -> Self {
        let agent = Agent::config_builder()
            // The server closes connections that are idle for ten seconds.
            .max_idle_age(Duration::from_secs(5))
            .allow_non_standard_methods(true)
            .http_status_as_error(false)
            .max_idle_connections_per_host(64)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(ANSWER_LIMIT))
            .build()
            .new_agent();
        Self {
            agent,
            base: base.into(),
            token: None,
        }
    }

    /// The same client one folder down, calling with a token: paths are below
    /// `prefix` from now on.
    pub fn under(&self, prefix: &str, token: &str) -> Self {
        let base = format!("{}{prefix}", self.base);
        Self {
            agent: self.agent.clone(),
            base,
            token: Some(token.to_owned()),
        }
    }

    /// `GET`; the path starts with a slash and may have a query.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request("GET", path)
    }

    /// `POST`.
    pub fn post(&self, path: &str) -> Request<'_> {
        self.request("POST", path)
    }

    /// `PUT`.
    pub fn put(&self, path: &str) -> Request<'_> {
        self.request("PUT", path)
    }

    /// `PATCH`.
    pub fn patch(&self, path: &str) -> Request<'_> {
        self.request("PATCH", path)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Request<'_> {
        self.request("DELETE", path)
    }

    /// Any method, also one the server should not know.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method is a word");
        let head = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let request = Request {
            agent: &self.agent,
            head,
            token: None,
            body: Vec::new(),
        };
        match &self.token {
            Some(token) => request.bearer(token),
            None => request,
        }
    }
}

/// A request being put together.
#[derive(Debug)]
#[must_use = "a request does nothing before it is sent"]
pub struct Request<'a> {
    agent: &'a Agent,
    head: http::request::Builder,
    token: Option<String>,
    body: Vec<u8>,
}

impl Request<'_> {
    /// Calls with this token, instead of the client's own.
    pub fn bearer(mut self, token: &str) -> Self {
        self.token = Some(format!("Bearer {token}"));
        self
    }

    /// Calls without any token.
    pub fn anonymous(mut self) -> Self {
        self.token = None;
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head = self.head.header(name, value);
        self
    }

    /// Sends a JSON body.
    pub fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sends these bytes as they are.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self.header("Content-Type", content_type)
    }

    /// Sends the request and reads the whole answer. No answer fails the test;
    /// see [`Self::try_send`].
    #[track_caller]
    pub fn send(self) -> Answer {
        self.try_send()
            .unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Like [`Self::send`], for servers that may die meanwhile.
    ///
    /// # Errors
    /// Without a complete answer.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let head = match &self.token {
            Some(token) => self.head.header("Authorization", token),
            None => self.head,
        };
        // an empty body is announced where one is expected, and only there
        let reads = matches!(
            head.method_ref(),
            Some(&(Method::GET | Method::HEAD | Method::DELETE))
        );
        let response = if reads && self.body.is_empty() {
            self.agent.run(head.body(())?)?
        } else {
            self.agent.run(head.body(self.body)?)?
        };
        let (parts, mut body) = response.into_parts();
        let body = body.with_config().limit(BODY_LIMIT).read_to_vec()?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// All headers; names in any case.
    pub headers: HeaderMap,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Fails the test, showing the body, unless the status is this one.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "the answer was: {}", self.text());
        self
    }

    /// Fails the test unless this is the error `code` of the contract, with
    /// this status.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Value {
        let body = self.expect_status(status).json();
        assert_eq!(body["code"], code, "the answer was: {body}");
        body
    }

    /// The value of a header, if it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; anything else fails the test.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// What the JSON body has under `data`.
    #[track_caller]
    pub fn data(&self) -> Value {
        self.json()["data"].take()
    }
}

const ANSWER_LIMIT: Duration = Duration::from_secs(60);
const BODY_LIMIT: u64 = 256 << 20;

#[cfg(test)]
mod tests;

//! Asking the key service of another process.

use std::path::PathBuf;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use zeroize::Zeroizing;

use super::frame::{self, CONTENT_TYPE, REASON, STATUS, Status};
use super::messages::{Answer, Key, Request as Message};
use super::{DECRYPT, ENCRYPT};
use crate::process::shown;

/// The key service at an address. It is called anew for each data key.
#[derive(Clone, Debug)]
pub struct RemoteKeys {
    address: String,
    timeout: Duration,
}

/// Where a key service is.
enum Place {
    Tcp(String),
    Unix(PathBuf),
}

impl RemoteKeys {
    /// The service at `tcp://HOST:PORT` or `unix:///PATH`. The address is not looked at before a
    /// recipient needs it.
    #[must_use]
    pub fn new(address: String, timeout: Duration) -> Self {
        Self { address, timeout }
    }

    fn place(&self) -> Result<Place, KeyError> {
        match self.address.split_once("://") {
            Some(("tcp", host)) if !host.is_empty() => Ok(Place::Tcp(host.to_owned())),
            Some(("unix", path)) if !path.is_empty() => Ok(Place::Unix(path.into())),
            _ => Err(self.failed("an address is tcp://HOST:PORT or unix:///PATH")),
        }
    }

    fn call(
        &self,
        method: &str,
        recipient: &Recipient,
        content: Vec<u8>,
    ) -> Result<Vec<u8>, KeyError> {
        let key = Key::of(recipient).ok_or(KeyError::NotMine)?;
        let place = self.place()?;
        let message = Message {
            key: Some(key),
            content,
        };
        let body = frame::body_of(&message);
        drop(Zeroizing::new(message.content));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| self.failed(&error.to_string()))?;
        runtime.block_on(async {
            let exchange = self.exchange(&place, method, body);
            let in_time = tokio::time::timeout(self.timeout, exchange).await;
            in_time.map_err(|_| self.failed("it took too long"))?
        })
    }

    async fn exchange(
        &self,
        place: &Place,
        method: &str,
        body: Bytes,
    ) -> Result<Vec<u8>, KeyError> {
        let silent = |error: std::io::Error| self.failed(&format!("it does not answer: {error}"));
        match place {
            Place::Tcp(host) => {
                let stream = TcpStream::connect(host).await.map_err(silent)?;
                self.ask(stream, host, method, body).await
            }
            Place::Unix(path) => {
                let stream = UnixStream::connect(path).await.map_err(silent)?;
                self.ask(stream, "localhost", method, body).await
            }
        }
    }

    async fn ask(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        host: &str,
        method: &str,
        body: Bytes,
    ) -> Result<Vec<u8>, KeyError> {
        let broken = |error: hyper::Error| self.failed(&error.to_string());
        let io = TokioIo::new(stream);
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io)
            .await
            .map_err(broken)?;
        let request = Request::post(format!("http://{host}{method}"))
            .header("content-type", CONTENT_TYPE)
            .header("te", "trailers")
            .body(Full::new(body));
        let request = request.map_err(|_| self.failed("that is no address"))?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            self.understand(response).await
        };
        tokio::pin!(answer);
        tokio::select! {
            answer = &mut answer => answer,
            // The connection has ended; what came before that may still be an answer.
            _ = connection => answer.await,
        }
    }

    async fn understand(&self, response: Response<Incoming>) -> Result<Vec<u8>, KeyError> {
        let strange = || self.failed("it answered something else than it should");
        if response.status() != hyper::StatusCode::OK {
            return Err(strange());
        }
        let headers = response.headers().clone();
        let (answer, trailers) = frame::read::<Answer, _>(response.into_body())
            .await
            .ok_or_else(strange)?;
        let ended = if headers.contains_key(STATUS) {
            headers
        } else {
            trailers
        };
        match text(&ended, STATUS).and_then(|status| status.parse().ok()) {
            Some(status) if status == Status::Ok.code() => {
                answer.map(|answer| answer.content).ok_or_else(strange)
            }
            Some::<u16>(status) => {
                let reason = frame::decoded(text(&ended, REASON).unwrap_or_default());
                let reason = shown(reason.as_bytes());
                Err(self.failed(&format!("it refused with status {status}: {reason}")))
            }
            None => Err(strange()),
        }
    }

    fn failed(&self, problem: &str) -> KeyError {
        KeyError::Failed(format!("key service {}: {problem}", self.address))
    }
}

impl KeyService for RemoteKeys {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let enc = self.call(ENCRYPT, recipient, data_key.to_vec())?;
        String::from_utf8(enc)
            .map_err(|_| self.failed("it wrapped a key as something else than text"))
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.call(DECRYPT, recipient, enc.as_bytes().to_vec())
            .map(Zeroizing::new)
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

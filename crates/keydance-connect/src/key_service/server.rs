//! Being the key service of other processes.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use keydance_sops::key_service::{KeyError, KeyService};
use rustix::fs::Mode;
use rustix::process::umask;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use zeroize::{Zeroize as _, Zeroizing};

use super::frame::{self, CONTENT_TYPE, REASON, STATUS, Status};
use super::messages::{Answer, Request as Message};
use super::{DECRYPT, ENCRYPT};

/// How many may be connected at once; others wait to be accepted.
const CONNECTION_LIMIT: usize = 64;
/// How many calls of one connection may be under way.
const CALL_LIMIT: u32 = 16;

/// An address that is listened on.
#[derive(Debug)]
pub struct Listening(Listener);

#[derive(Debug)]
enum Listener {
    Tcp(StdTcpListener),
    Unix(StdUnixListener, PathBuf),
}

/// A call that waits for an answer.
struct Call {
    verb: Verb,
    message: Message,
    answer: oneshot::Sender<Result<Vec<u8>, Refusal>>,
}

enum Verb {
    Decrypt,
    Encrypt,
}

type Refusal = (Status, String);

impl Listening {
    /// Listens on the first of these addresses that can be had.
    pub fn tcp(addresses: &[SocketAddr]) -> io::Result<Self> {
        let listener = StdTcpListener::bind(addresses)?;
        listener.set_nonblocking(true)?;
        Ok(Self(Listener::Tcp(listener)))
    }

    /// Listens on a socket that only its owner may use. One that nobody listens on any more is
    /// replaced. Only for a process that does nothing else meanwhile, as files it made then would be
    /// its owner's only too.
    pub fn unix(path: &Path) -> io::Result<Self> {
        if is_left_behind(path) {
            std::fs::remove_file(path)?;
        }
        // Set before the socket is there, so that it never is open to others.
        let before = umask(Mode::RWXG | Mode::RWXO | Mode::XUSR);
        let bound = StdUnixListener::bind(path);
        umask(before);
        let listener = bound?;
        listener.set_nonblocking(true)?;
        Ok(Self(Listener::Unix(listener, path.to_owned())))
    }
}

/// As a client names it.
impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Listener::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(f, "tcp://{address}"),
                Err(_) => f.write_str("tcp"),
            },
            Listener::Unix(_, path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// Serves whoever connects, until the system does not let us. At most `at_once` calls are answered
/// at a time.
pub fn serve(listening: Listening, service: &dyn KeyService, at_once: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (calls, waiting) = mpsc::channel();
    let waiting = Mutex::new(waiting);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| answer_all(&waiting, service));
        }
        // Ends with its last sender, and that ends those who answer.
        runtime.block_on(accept(listening, calls))
    })
}

fn answer_all(waiting: &Mutex<Receiver<Call>>, service: &dyn KeyService) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(Call {
            verb,
            message,
            answer,
        }) = next
        else {
            return;
        };
        // Nobody waits any more: the client has gone.
        answer.send(answered(service, &verb, message)).ok();
    }
}

fn answered(service: &dyn KeyService, verb: &Verb, message: Message) -> Result<Vec<u8>, Refusal> {
    let content = Zeroizing::new(message.content);
    let recipient = message.key.and_then(super::messages::Key::recipient);
    let Some(recipient) = recipient else {
        return Err((
            Status::NotFound,
            "the request has no key that is known here".to_owned(),
        ));
    };
    let refused = |error: KeyError| {
        let status = match &error {
            KeyError::Denied { .. } | KeyError::Refused => Status::PermissionDenied,
            KeyError::NotMine => Status::NotFound,
            _ => Status::Internal,
        };
        (status, error.to_string())
    };
    match verb {
        Verb::Encrypt => service
            .wrap(&recipient, &content)
            .map(String::into_bytes)
            .map_err(refused),
        Verb::Decrypt => {
            let text = std::str::from_utf8(&content);
            let enc = text.map_err(|_| (Status::InvalidArgument, "enc is no text".to_owned()))?;
            let key = service.unwrap(&recipient, enc).map_err(refused)?;
            Ok(key.to_vec())
        }
    }
}

async fn accept(listening: Listening, calls: Sender<Call>) -> io::Result<()> {
    let mut connections = JoinSet::new();
    match listening.0 {
        Listener::Tcp(listener) => {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                connections.spawn(connection(stream, calls.clone()));
                make_room(&mut connections).await;
            }
        }
        Listener::Unix(listener, _) => {
            let listener = UnixListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                connections.spawn(connection(stream, calls.clone()));
                make_room(&mut connections).await;
            }
        }
    }
}

/// Waits until another connection may be accepted.
async fn make_room(connections: &mut JoinSet<()>) {
    while connections.try_join_next().is_some() {}
    while connections.len() >= CONNECTION_LIMIT {
        connections.join_next().await;
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    calls: Sender<Call>,
) {
    let service = service_fn(move |request| respond(request, calls.clone()));
    let mut server = http2::Builder::new(TokioExecutor::new());
    server.max_concurrent_streams(CALL_LIMIT);
    // A client that breaks off is the client's business.
    server
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}

async fn respond(
    request: Request<Incoming>,
    calls: Sender<Call>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    Ok(match answer_of(request, &calls).await {
        Ok(mut content) => {
            let body = frame::body_of(&Answer {
                content: content.clone(),
            });
            content.zeroize();
            let ended = status_of(Status::Ok, "");
            response(
                Full::new(body)
                    .with_trailers(async { Some(Ok(ended)) })
                    .boxed(),
            )
        }
        Err((status, reason)) => {
            let mut refusal = response(Full::new(Bytes::new()).boxed());
            refusal.headers_mut().extend(status_of(status, &reason));
            refusal
        }
    })
}

async fn answer_of(request: Request<Incoming>, calls: &Sender<Call>) -> Result<Vec<u8>, Refusal> {
    let verb = match request.uri().path() {
        ENCRYPT => Verb::Encrypt,
        DECRYPT => Verb::Decrypt,
        _ => return Err((Status::Unimplemented, "there is no such method".to_owned())),
    };
    let malformed = || {
        (
            Status::InvalidArgument,
            "the request is no message".to_owned(),
        )
    };
    let (message, _) = frame::read(request.into_body())
        .await
        .ok_or_else(malformed)?;
    let message = message.ok_or_else(malformed)?;
    let ending = |()| {
        (
            Status::Internal,
            "the key service is about to end".to_owned(),
        )
    };
    let (sender, answer) = oneshot::channel();
    let call = Call {
        verb,
        message,
        answer: sender,
    };
    calls.send(call).map_err(|_| ending(()))?;
    answer.await.map_err(|_| ending(()))?
}

fn response(body: BoxBody<Bytes, Infallible>) -> Response<BoxBody<Bytes, Infallible>> {
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_static(CONTENT_TYPE);
    response.headers_mut().insert("content-type", content_type);
    response
}

fn status_of(status: Status, reason: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(STATUS, HeaderValue::from(status.code()));
    if let Ok(reason) = HeaderValue::from_str(&frame::encoded(reason))
        && !reason.is_empty()
    {
        headers.insert(REASON, reason);
    }
    headers
}

/// Whether the path is a socket that nobody listens on.
fn is_left_behind(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    is_socket && StdUnixStream::connect(path).err().is_some_and(refused)
}

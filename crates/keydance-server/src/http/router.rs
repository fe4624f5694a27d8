//! Putting the routes together and serving them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::route::Route;
use super::{App, api, limits, request_id};
use crate::engine::Engine;

/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// How long running requests may go on once the server is told to stop.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);

/// Connections at the same time.
const CONNECTIONS: usize = 4096;

/// Bytes of a header block at most.
const HEADER_BLOCK: usize = 64 * 1024;

/// Every route below the API base.
pub fn routes() -> Vec<Route> {
    api::routes()
}

/// The whole face: the API under its base and the alias, and what sits at the root.
pub fn router(engine: &Arc<Engine>) -> Router {
    let mut api = Router::new();
    for route in routes() {
        let aliased = route
            .path
            .strip_prefix("/credentials")
            .map(|rest| format!("/secrets{rest}"));
        for path in std::iter::once(route.path.to_owned()).chain(aliased) {
            api = api
                .route(&path, route.handler.clone())
                .route(&format!("{path}/"), route.handler.clone());
        }
    }
    Router::new()
        .route("/", get(api::root::version))
        .route("/healthcheck", get(api::root::live))
        .route("/livez", get(api::root::live))
        .route("/readyz", get(api::root::ready))
        .route("/openapi.json", get(api::root::openapi))
        .nest(&engine.settings().api_base, api)
        .layer(from_fn_with_state(Arc::clone(engine), limits::layer))
        .layer(from_fn_with_state(Arc::clone(engine), request_id::layer))
        .with_state::<()>(Arc::clone(engine) as App)
}

/// Serves connections until `stop` ends, then lets running requests finish.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    engine: &Arc<Engine>,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let router = router(engine);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of descriptors, or the client went away: neither ends the server.
                Err(_) => { tokio::task::yield_now().await; continue }
            },
            () = &mut stop => break,
        };
        let connection = connection(stream, address, router.clone(), &graceful);
        // Ends with its connection, or with the drain below.
        drop(tokio::spawn(async move {
            connection.await;
            drop(place);
        }));
    }
    drop(listener);
    engine.begin_to_stop();
    let drained = tokio::time::timeout(DRAIN_WITHIN, graceful.shutdown()).await;
    drained.map_err(|_| std::io::Error::other("requests were still running after 30 s"))
}

fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Small answers leave at once.
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BLOCK)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    // A broken connection is the client's matter.
    async move { drop(connection.await) }
}

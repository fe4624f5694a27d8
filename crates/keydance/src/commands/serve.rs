//! `keydance serve`.

mod announcement;
mod first_start;
mod logging;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use keydance_server::spill::Spill;
use keydance_server::{Clock, Engine, http, jobs, start};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::Context;
use super::deployment::{Deployment, at, engine};
use crate::config::key::Key;
use crate::config::{Config, ConfigArgs, keys, misspelt};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{Page, Render};

/// Run the server
#[derive(Debug, clap::Args)]
#[command(after_long_help = after_help())]
pub(crate) struct Args {
    /// The address to listen on
    #[arg(long)]
    address: Option<String>,
    /// The port to listen on; 0 takes any free one
    #[arg(long)]
    port: Option<String>,
    /// Print the configuration in force and end
    #[arg(long)]
    check_config: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs the server until it is told to stop.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let more = [
        ("http.address", args.address.clone()),
        ("http.port", args.port.clone()),
    ];
    let config = args.config.load(&context.environment, &more)?;
    if args.check_config {
        config.location()?;
        first_start::tenant(&config)?;
        return Ok(Output::new(&Effective(config.redacted())));
    }
    logging::start(&config.log)?;
    for (variable, meant) in misspelt(&context.environment) {
        tracing::warn!(
            variable,
            meant,
            "a variable that names no setting is ignored"
        );
    }
    if let Err(error) = keydance_crypto::process::harden() {
        tracing::warn!(cause = %error, "the memory of this process is less protected than it could be");
    }
    let runtime = Runtime::new().map_err(Failure::unexpected)?;
    // Before anything else, so that a signal during the start is not lost.
    let stop = runtime
        .block_on(async { stop() })
        .map_err(Failure::unexpected)?;
    let deployment = Deployment::open(&config, &runtime)?;
    runtime.block_on(serve(&config, deployment, stop))?;
    Ok(Output::silent())
}

async fn serve(
    config: &Config,
    deployment: Deployment,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let first_token = first_start::complete(config, &deployment).await?;
    let Deployment { store, keyring } = deployment;
    let announced = start::announce(&store, &keyring, Clock::System.now()).await;
    announced.map_err(|error| engine(&error))?;
    let spill = config.data_dir.join("closings");
    let spill = Spill::open(&spill).map_err(|error| at(&spill, &error))?;
    let service = Engine::new(store, keyring, config.settings(), Clock::System, spill).await;
    let service = Arc::new(service.map_err(|error| engine(&error))?);
    if let Err(error) = service.write_held().await {
        // They go on to hold, and are tried again every second.
        tracing::error!(
            cause = error.message(),
            "ends of access that wait cannot be written"
        );
    }
    let listener = listen(config).await?;
    let address = listener.local_addr().map_err(Failure::unexpected)?;
    announcement::ready(config, address, first_token.as_deref())?;
    let (stopped, stop_jobs) = oneshot::channel();
    let jobs = tokio::spawn(jobs::run(Arc::clone(&service), async {
        // The other end is dropped when the last request was answered.
        drop(stop_jobs.await);
    }));
    let served = http::serve(listener, &service, stop).await;
    drop::<oneshot::Sender<()>>(stopped);
    jobs.await.map_err(Failure::unexpected)?;
    served.map_err(Failure::unexpected)?;
    tracing::info!("stopped");
    Ok(())
}

async fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let address = SocketAddr::from((config.http.address, config.http.port));
    TcpListener::bind(address).await.map_err(|error| {
        let failure = Failure::new(Kind::Failed, format!("cannot listen on {address}: {error}"));
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                failure.hint("another one runs there; --port names another")
            }
            _ => failure,
        }
    })
}

fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The configuration in force.
#[derive(Serialize)]
#[serde(transparent)]
struct Effective(Config);

impl Render for Effective {
    fn render(&self, page: &mut Page) {
        match toml::to_string(&self.0) {
            Ok(text) => page.text(text.trim_end()),
            Err(error) => page.line(error),
        }
    }
}

fn after_help() -> String {
    let line = |key: Key| format!("  {:<30} {}\n", key.path, key.about);
    let settings: String = keys().map(line).collect();
    format!("Settings:\n{settings}\n{ABOUT_SETTINGS}")
}

const ABOUT_SETTINGS: &str = "\
Every setting has a key in the file (http.port), a variable (KEYDANCE_HTTP_PORT) and a flag
(--set http.port=9001). Flags beat variables, which beat the file. Secrets are named by file or
variable only: a database URL with a password goes into the file that database.url_file names, or
into KEYDANCE_DATABASE_URL.

SIGTERM and SIGINT let running requests finish and end the server with exit code 0.";

//! The log of the server: standard error, text on a terminal, otherwise JSON.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{Log, LogFormat, LogLevel};
use crate::failure::Failure;

/// Starts logging; once per process.
///
/// # Errors
/// It was started before.
pub(crate) fn start(log: &Log) -> Result<(), Failure> {
    let layer = fmt::layer().with_writer(io::stderr);
    let layer = if is_json(log) {
        layer.json().flatten_event(true).boxed()
    } else {
        layer
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .boxed()
    };
    registry()
        .with(layer.with_filter(level(log.level)))
        .try_init()
        .map_err(Failure::unexpected)
}

/// Whether the log is written for programs.
pub(crate) fn is_json(log: &Log) -> bool {
    match log.format {
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Text => false,
    }
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

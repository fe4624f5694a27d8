//! The signals that would end the process, held back while there is something to clean up or a
//! child to wait for.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::oneshot;

use super::failure::Failure;

/// Holds the signals back, from now until the process ends.
pub(crate) struct Signals {
    runtime: Runtime,
    streams: Streams,
}

struct Streams {
    hang_up: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

/// How a child that was waited for ended.
pub(crate) struct Ended {
    /// Nothing if it was not waited for any longer.
    pub(crate) status: Option<ExitStatus>,
    /// The signal that came meanwhile.
    pub(crate) signal: Option<Signal>,
}

impl Signals {
    /// Holds them back.
    ///
    /// # Errors
    /// The system does not let us.
    pub(crate) fn hold() -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::other(format!("no signals: {error}"));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let entered = runtime.enter();
        let stream = |kind| unix::signal(kind).map_err(failed);
        let streams = Streams {
            hang_up: stream(SignalKind::hangup())?,
            interrupt: stream(SignalKind::interrupt())?,
            terminate: stream(SignalKind::terminate())?,
        };
        drop(entered);
        Ok(Self { runtime, streams })
    }

    /// Waits for a child. A signal that comes meanwhile goes on to it; then it is waited for as
    /// long as `grace`, or for ever.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub(crate) fn wait(&mut self, mut child: Child, grace: Option<Duration>) -> io::Result<Ended> {
        let pid = Pid::from_child(&child);
        let ended = apart(move || child.wait());
        // The keys of a terminal reach the child without us, and it may well go on.
        let from_keys = io::stdin().is_terminal();
        let Self { runtime, streams } = self;
        runtime.block_on(async {
            tokio::pin!(ended);
            let mut signal = None;
            loop {
                let caught = tokio::select! {
                    status = &mut ended => {
                        let status = status.map_err(io::Error::other)??;
                        return Ok(Ended { status: Some(status), signal });
                    }
                    caught = streams.next() => caught,
                    () = patience(grace), if signal.is_some() => {
                        return Ok(Ended { status: None, signal });
                    }
                };
                if caught != Signal::INT || !from_keys {
                    // That it has ended already is no failure.
                    let _ = kill_process(pid, caught);
                    signal = Some(caught);
                }
            }
        })
    }

    /// Waits until somebody presses Enter.
    ///
    /// # Errors
    /// A signal came, or there is nobody: standard input has ended.
    pub(crate) fn wait_for_enter(&mut self) -> Result<(), Failure> {
        let line = apart(|| io::stdin().lock().skip_until(b'\n'));
        let Self { runtime, streams } = self;
        runtime.block_on(async {
            tokio::select! {
                line = line => match line {
                    Ok(Ok(1..)) => Ok(()),
                    _ => Err(Failure::other("nobody is there to press Enter")),
                },
                _ = streams.next() => Err(Failure::other("cancelled")),
            }
        })
    }
}

impl Streams {
    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hang_up.recv() => Signal::HUP,
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
        }
    }
}

/// Never ends if there is no limit.
async fn patience(grace: Option<Duration>) {
    match grace {
        Some(grace) => tokio::time::sleep(grace).await,
        None => std::future::pending().await,
    }
}

/// Runs what blocks in a thread of its own, which ends with the process if nobody waits for it any
/// longer; a runtime would wait for it.
fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || drop(sender.send(work())));
    receiver
}

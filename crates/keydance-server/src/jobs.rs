//! What a running server does by itself: signing the heads of its logs, writing gathered failures
//! down, forgetting who is gone, and destroying what was deleted long enough ago.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::engine::audit::Checkpointed;
use crate::engine::{Engine, Result};

/// Seconds between two checkpoints of a log that grows.
const CHECKPOINT_EVERY: u64 = 10;

/// Events after which a checkpoint does not wait.
const CHECKPOINT_AFTER: u64 = 1000;

/// Does what is due until `stop` ends, and then what must not be left undone. Whoever runs it
/// awaits it after the last request was answered.
pub async fn run(engine: Arc<Engine>, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut jobs = Jobs::new(engine);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            _ = seconds.tick() => jobs.second().await,
        }
    }
    jobs.finish().await;
}

/// The jobs of one server and how they went.
struct Jobs {
    engine: Arc<Engine>,
    /// Seconds since the start, at least.
    second: u64,
    checkpointed: Checkpointed,
    checkpoints: Health,
    failures: Health,
    destruction: Health,
    held: Health,
}

/// Whether a job fails, to be told once.
struct Health {
    job: &'static str,
    fails: bool,
}

impl Jobs {
    fn new(engine: Arc<Engine>) -> Self {
        let health = |job| Health { job, fails: false };
        Self {
            engine,
            second: 0,
            checkpointed: Checkpointed::default(),
            checkpoints: health("checkpoint"),
            failures: health("sign-in failures"),
            destruction: health("destruction"),
            held: health("held closings"),
        }
    }

    async fn second(&mut self) {
        self.second += 1;
        self.held.note(&self.engine.write_held().await);
        let is_due = |every: u64| self.second.is_multiple_of(every);
        let (checkpoint, minute, hour) = (is_due(CHECKPOINT_EVERY), is_due(60), is_due(3600));
        self.checkpoint(if checkpoint { 1 } else { CHECKPOINT_AFTER })
            .await;
        if checkpoint {
            let written = self.engine.record_sign_in_failures().await;
            self.failures.note(&written);
        }
        if minute {
            self.engine.forget_idle();
        }
        if hour {
            self.destruction
                .note(&self.engine.destroy_expired().await.map(drop));
        }
    }

    async fn finish(&mut self) {
        let written = self.engine.record_last_sign_in_failures().await;
        self.failures.note(&written);
        self.checkpoint(1).await;
    }

    async fn checkpoint(&mut self, by: u64) {
        let signed = self.engine.checkpoint_grown(&mut self.checkpointed, by);
        self.checkpoints.note(&signed.await);
    }
}

impl Health {
    /// Errors are never fatal: what was not done is done with the next turn.
    fn note(&mut self, outcome: &Result<()>) {
        if let Err(error) = outcome
            && !self.fails
        {
            let cause = error.cause().unwrap_or_else(|| error.message());
            tracing::error!(job = self.job, cause, "a background job fails");
        }
        self.fails = outcome.is_err();
    }
}

//! The thread that writes: it runs all use cases that wait in one transaction, each in a savepoint
//! of its own, and answers them after the commit. Many answers share one fsync.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use keydance_core::id::OrganisationId;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::dialect::{Access, Connection, Location};
use crate::error::{Error, Result};
use crate::log;
use crate::tx::Tx;

/// A use case that waits to be run and answered.
pub(crate) trait Job: Send {
    /// Runs the use case; may be called again if the transaction is started over.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// Answers whoever waits, after the end of the transaction.
    fn answer(self: Box<Self>, outcome: Result<()>);
}

/// Use cases that go into one transaction at most.
const TOGETHER: usize = 128;

/// How often a transaction is started over.
const ATTEMPTS: u32 = 5;

pub(crate) struct Committer {
    location: Location,
    connection: Connection,
    seen: BTreeMap<OrganisationId, log::Seen>,
    /// Set when the disk failed under a commit: nothing can be acknowledged any more.
    failed: bool,
}

/// A use case that panics fails like any other; the thread that ran it goes on.
pub(crate) fn survived<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let panicked = |_| Err(Error::Unavailable("a use case panicked".to_owned()));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked)
}

impl Committer {
    pub(crate) fn new(location: Location, connection: Connection) -> Self {
        Self {
            location,
            connection,
            seen: BTreeMap::new(),
            failed: false,
        }
    }

    /// Runs until every sender of jobs is gone.
    pub(crate) fn run(mut self, mut waiting: UnboundedReceiver<Box<dyn Job>>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut jobs = vec![first];
            while jobs.len() < TOGETHER
                && let Ok(job) = waiting.try_recv()
            {
                jobs.push(job);
            }
            let outcomes = self.outcomes(&mut jobs);
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                job.answer(outcome);
            }
        }
    }

    /// What becomes of each: if others keep getting in the way of all together, each goes alone.
    fn outcomes(&mut self, jobs: &mut [Box<dyn Job>]) -> Vec<Result<()>> {
        let together = self.commit_together(jobs);
        if together == Err(Error::Conflict) && jobs.len() > 1 {
            return jobs
                .chunks_mut(1)
                .map(|one| self.commit_together(one))
                .collect();
        }
        vec![together; jobs.len()]
    }

    fn commit_together(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<()> {
        if self.failed {
            return Err(Error::Unavailable(
                "the disk failed; restart the server".to_owned(),
            ));
        }
        let mut attempt = 1;
        loop {
            let outcome = self.try_together(jobs);
            match outcome {
                Err(Error::Conflict) if attempt < ATTEMPTS => {
                    std::thread::park_timeout(Duration::from_millis(u64::from(attempt)));
                    attempt += 1;
                }
                Err(Error::Unknown) if matches!(self.location, Location::Sqlite(_)) => {
                    self.failed = true;
                    return outcome;
                }
                _ => return outcome,
            }
        }
    }

    fn try_together(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<()> {
        self.connection.begin(&self.location, Access::ReadWrite)?;
        let ran = survived(|| self.run_all(jobs));
        match ran.and_then(|seen| self.connection.commit().map(|()| seen)) {
            Ok(seen) => {
                self.seen.extend(seen);
                Ok(())
            }
            Err(error) => {
                // Fails if the connection is gone or the commit ended the transaction: none is open.
                drop(self.connection.command("rollback"));
                Err(error)
            }
        }
    }

    fn run_all(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<Vec<(OrganisationId, log::Seen)>> {
        let mut tx = Tx::new(&mut self.connection);
        for job in jobs {
            job.run(&mut tx)?;
            if tx.met_conflict() {
                return Err(Error::Conflict);
            }
        }
        let staged = tx.take_staged();
        staged
            .into_iter()
            .map(|(organisation, staged)| {
                let seen = self.seen.get(&organisation);
                Ok((
                    organisation,
                    log::append(&mut tx, organisation, staged, seen)?,
                ))
            })
            .collect()
    }
}

//! The threads that read: each runs one use case at a time on a connection that cannot write.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::committer::{Job, survived};
use crate::dialect::{Access, Connection, Location};
use crate::error::{Error, Result};
use crate::tx::Tx;

pub(crate) struct Reader {
    location: Location,
    connection: Connection,
}

/// The readers take turns at waiting for the next job.
pub(crate) type Turn = Arc<Mutex<UnboundedReceiver<Box<dyn Job>>>>;

impl Reader {
    pub(crate) fn new(location: Location, connection: Connection) -> Self {
        Self {
            location,
            connection,
        }
    }

    /// Runs until every sender of jobs is gone.
    pub(crate) fn run(mut self, turn: &Turn) {
        loop {
            let next = turn
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .blocking_recv();
            let Some(mut job) = next else { return };
            let outcome = self.read(job.as_mut());
            job.answer(outcome);
        }
    }

    fn read(&mut self, job: &mut dyn Job) -> Result<()> {
        self.connection.begin(&self.location, Access::ReadOnly)?;
        let mut tx = Tx::new(&mut self.connection);
        let outcome = survived(|| job.run(&mut tx));
        let staged = !tx.take_staged().is_empty();
        let ended = self.connection.command("rollback");
        outcome.and(ended)?;
        if staged {
            return Err(Error::Unavailable(
                "a reading use case recorded an event".to_owned(),
            ));
        }
        Ok(())
    }
}

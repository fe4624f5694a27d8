//! Opening the store and running use cases in it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::committer::{Committer, Job};
use crate::dialect::{Access, Connection, Location};
use crate::error::{Error, Result};
use crate::readers::{Reader, Turn};
use crate::tx::Tx;

/// The store. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    writes: UnboundedSender<Box<dyn Job>>,
    reads: UnboundedSender<Box<dyn Job>>,
}

impl Store {
    /// Opens the store, applies missing migrations and starts `readers` reading threads and the
    /// writing one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason if the database cannot be opened or migrated.
    pub fn open(location: &Location, readers: usize) -> Result<Self> {
        let mut connection = Connection::open(location, Access::ReadWrite)?;
        connection.migrate()?;
        let (writes, waiting) = unbounded_channel();
        let committer = Committer::new(location.clone(), connection);
        spawn("keydance-committer", move || committer.run(waiting))?;
        let (reads, waiting) = unbounded_channel();
        let turn: Turn = Arc::new(Mutex::new(waiting));
        for _ in 0..readers {
            let reader = Reader::new(
                location.clone(),
                Connection::open(location, Access::ReadOnly)?,
            );
            let turn = Arc::clone(&turn);
            spawn("keydance-reader", move || reader.run(&turn))?;
        }
        Ok(Self { writes, reads })
    }

    /// Runs a use case that may write. It is answered after the commit; if it fails, or a statement
    /// in it did, nothing of it stays but the refusals it recorded. It may be run more than once
    /// before it is answered.
    ///
    /// # Errors
    /// Those of the use case, and those of the store.
    pub async fn write<T, E, F>(&self, use_case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        Self::ask(&self.writes, use_case, true).await
    }

    /// Runs a use case that only reads, on one moment of the database.
    ///
    /// # Errors
    /// Those of the use case, and those of the store.
    pub async fn read<T, E, F>(&self, use_case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        Self::ask(&self.reads, use_case, false).await
    }

    async fn ask<T, E, F>(
        jobs: &UnboundedSender<Box<dyn Job>>,
        use_case: F,
        writes: bool,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Single {
            use_case,
            writes,
            result: None,
            reply,
        };
        jobs.send(Box::new(job)).map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// A use case that handles all the requests that wait at once, with statements over sets. It
    /// gives one result for each request, in their order.
    pub fn batched<I, T, E, F>(&self, use_case: F) -> Batched<I, T, E>
    where
        I: Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>, &[I]) -> Result<Vec<Result<T, E>>> + Send + Sync + 'static,
    {
        let queue = Arc::new(Mutex::new(Vec::new()));
        Batched {
            writes: self.writes.clone(),
            queue,
            use_case: Arc::new(use_case),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    // The thread ends when the store's channels close; nobody has to wait for it.
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    started
        .map(drop)
        .map_err(|error| Error::Unavailable(error.to_string()))
}

fn stopped() -> Error {
    Error::Unavailable("the store has stopped".to_owned())
}

/// One use case and who waits for it.
struct Single<T, E, F> {
    use_case: F,
    writes: bool,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Single<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        if !self.writes {
            self.result = Some((self.use_case)(tx));
            return Ok(());
        }
        let mark = tx.mark()?;
        let result = (self.use_case)(tx);
        let result = result.and_then(|done| Ok(tx.failure().map(|()| done)?));
        let settled = if result.is_ok() {
            tx.keep(&mark)
        } else {
            tx.undo(&mark)
        };
        self.result = Some(result);
        settled
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let result = match (outcome, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(stopped().into()),
            (Err(error), _) => Err(error.into()),
        };
        // Whoever asked may have gone; the work is done all the same.
        drop(self.reply.send(result));
    }
}

type Waiting<I, T, E> = Vec<(I, oneshot::Sender<Result<T, E>>)>;
type Together<I, T, E> = dyn Fn(&mut Tx<'_>, &[I]) -> Result<Vec<Result<T, E>>> + Send + Sync;

/// The door to a use case that handles many requests at once.
pub struct Batched<I, T, E> {
    writes: UnboundedSender<Box<dyn Job>>,
    queue: Arc<Mutex<Waiting<I, T, E>>>,
    use_case: Arc<Together<I, T, E>>,
}

impl<I, T, E> Batched<I, T, E>
where
    I: Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// Hands in one request; answered after the commit.
    ///
    /// # Errors
    /// Those of the use case, and those of the store.
    pub async fn submit(&self, request: I) -> Result<T, E> {
        let (reply, answer) = oneshot::channel();
        let is_first = {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push((request, reply));
            queue.len() == 1
        };
        if is_first {
            let job = Many {
                queue: Arc::clone(&self.queue),
                use_case: Arc::clone(&self.use_case),
                requests: Vec::new(),
                replies: Vec::new(),
                results: Vec::new(),
            };
            self.writes.send(Box::new(job)).map_err(|_| stopped())?;
        }
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }
}

impl<I, T, E> fmt::Debug for Batched<I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Batched")
    }
}

/// The requests of one batch and who waits for them.
struct Many<I, T, E> {
    queue: Arc<Mutex<Waiting<I, T, E>>>,
    use_case: Arc<Together<I, T, E>>,
    requests: Vec<I>,
    replies: Vec<oneshot::Sender<Result<T, E>>>,
    results: Vec<Result<T, E>>,
}

impl<I, T, E> Job for Many<I, T, E>
where
    I: Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        if self.requests.is_empty() {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            (self.requests, self.replies) = std::mem::take(&mut *queue).into_iter().unzip();
        }
        let mark = tx.mark()?;
        let results = (self.use_case)(tx, &self.requests);
        match results.and_then(|results| tx.failure().map(|()| results)) {
            Ok(results) => {
                self.results = results;
                tx.keep(&mark)
            }
            Err(error) => {
                self.results = self
                    .requests
                    .iter()
                    .map(|_| Err(error.clone().into()))
                    .collect();
                tx.undo(&mark)
            }
        }
    }

    fn answer(mut self: Box<Self>, outcome: Result<()>) {
        if self.replies.is_empty() {
            // The transaction failed before this job was run: its requests still wait.
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            (self.requests, self.replies) = std::mem::take(&mut *queue).into_iter().unzip();
        }
        let mut results = self.results.into_iter();
        for reply in self.replies {
            let result = match (&outcome, results.next()) {
                (Ok(()), Some(result)) => result,
                (Ok(()), None) => Err(stopped().into()),
                (Err(error), _) => Err(error.clone().into()),
            };
            // Whoever asked may have gone; the work is done all the same.
            drop(reply.send(result));
        }
    }
}

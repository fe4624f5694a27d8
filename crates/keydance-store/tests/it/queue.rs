//! Use cases that stand in the queue of the committer, and what became of them.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use keydance_core::owner::Owner;
use keydance_store::log::EventFilter;
use keydance_store::{Batched, Error, Tx};
use tokio::task::JoinHandle;

use crate::rows::{add_credential, add_flow, principal};
use crate::world::{Result, World};

/// Holds the committer inside a use case until it is let go, so that others wait together.
pub(crate) struct Gate(Sender<()>, JoinHandle<Result<()>>);

impl Gate {
    pub(crate) fn close(world: &World) -> Self {
        let (open, opened) = channel();
        let (enter, entered) = channel();
        let store = world.store.clone();
        let held = world.runtime().spawn(async move {
            let write = store.write(move |_| {
                enter.send(()).unwrap();
                opened.recv().unwrap();
                Ok(())
            });
            write.await
        });
        entered.recv().unwrap();
        Self(open, held)
    }

    pub(crate) fn open(self, world: &World) {
        self.0.send(()).unwrap();
        world.wait(self.1).unwrap().unwrap();
    }
}

/// Hands in a use case now; it stands behind those handed in before.
pub(crate) fn hand_in<T: Send + 'static>(
    world: &World,
    mut use_case: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> JoinHandle<Result<T>> {
    let (store, org) = (world.store.clone(), world.org);
    queued(world, async move {
        let write = store.write(move |tx| {
            tx.enter(org)?;
            use_case(tx)
        });
        write.await
    })
}

/// Spawns what asks the store and waits until it has asked.
fn queued<T: Send + 'static>(
    world: &World,
    asking: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let (send, asked) = channel();
    let (mut asking, mut send) = (Box::pin(asking), Some(send));
    let answer = world.runtime().spawn(poll_fn(move |context| {
        let answer = asking.as_mut().poll(context);
        if let Some(send) = send.take() {
            send.send(()).unwrap();
        }
        answer
    }));
    asked.recv().unwrap();
    answer
}

pub(crate) fn add(name: String) -> impl FnMut(&mut Tx<'_>) -> Result<()> {
    move |tx| tx.principals().insert(&principal(&name))
}

pub(crate) fn has(world: &World, name: &'static str) -> bool {
    world.read(move |tx| tx.principals().find(name)).is_some()
}

pub(crate) fn actions(world: &World) -> Vec<String> {
    let events = world.read(|tx| tx.log().events(&EventFilter::default(), None, 100));
    let action = |body: &str| {
        let rest = body.split_once("\"action\":\"").unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    events.iter().map(|event| action(&event.body)).collect()
}

/// Makes ana, then bob the owner of flow 1, which references credential 1 of bob.
pub(crate) fn with_a_doubt(world: &World) {
    world.write(|tx| {
        add_credential(tx, 1, &[Owner::person("bob")])?;
        add_flow(tx, 1, &[], &[])
    });
}

/// Hands in a request of a batch.
pub(crate) fn submit(
    world: &World,
    batched: &Arc<Batched<i64, i64, Error>>,
    n: i64,
) -> JoinHandle<Result<i64>> {
    let batched = Arc::clone(batched);
    queued(world, async move { batched.submit(n).await })
}

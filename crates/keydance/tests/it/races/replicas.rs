//! Two servers on one database, and the people who meet there.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use keydance_testkit::{Backend, Home, Identity, Options, Organisation, Server};
use serde_json::{Value, json};

use super::history::spin;
use crate::crash::database::Tables;
use crate::crash::random::Random;
use crate::crash::{client, unlimited};

/// Two replicas. Everybody can call either.
pub(crate) struct Replicas {
    servers: [Server; 2],
    home: Arc<Home>,
}

/// Somebody, at both replicas.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) at: [keydance_testkit::Client; 2],
}

impl Replicas {
    pub(crate) fn start() -> Self {
        let home = Home::new(Backend::Postgres);
        let options = unlimited(Options::at(
            env!("CARGO_BIN_EXE_keydance"),
            Arc::clone(&home),
        ));
        let servers = [Server::start(&options), Server::start(&options)];
        Self { servers, home }
    }

    pub(crate) fn organisation(&self) -> Organisation<'_> {
        Organisation::first(&self.servers[0])
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables::of(&self.home)
    }

    pub(crate) fn person(&self, identity: &Identity) -> Person {
        let at = [0, 1].map(|nth: usize| client(&self.servers[nth].url(), &identity.token));
        Person {
            id: identity.id.clone(),
            at,
        }
    }
}

impl Person {
    pub(crate) fn owner(&self) -> Value {
        json!({"id": self.id, "type": "USER"})
    }
}

/// Runs two things at the same moment, give or take a few milliseconds of chance.
pub(crate) fn meet<A: Send, B: Send>(
    random: &mut Random,
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B + Send,
) -> (A, B) {
    let spread = [1, 100, 1_000, 5_000][usize::try_from(random.below(4)).unwrap_or_default()];
    let mut offset = || Duration::from_micros(random.below(spread));
    let offsets = (offset(), offset());
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        let right = scope.spawn(|| {
            barrier.wait();
            spin(offsets.1);
            right()
        });
        barrier.wait();
        spin(offsets.0);
        let left = left();
        match right.join() {
            Ok(right) => (left, right),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// A flow of these owners that uses one credential.
pub(crate) fn flow(owners: &[Value], credential: &str) -> Value {
    json!({
        "name": "a race",
        "owners": owners,
        "graph": {
            "nodes": [{"id": "only", "componentId": credential, "function": "f", "credentials_id": credential}],
            "edges": [],
        },
    })
}

/// References whose flow owner does not own the credential, or whose flow has no owner, and those to
/// a credential that was deleted.
pub(crate) const WRONG_REFERENCES: &str = "
select r.flow || ' uses ' || r.credential || ', not owned by ' || o.owner_type || ' ' || o.owner_id
  from flow_ref r join flow_owner o on o.org = r.org and o.flow = r.flow and o.live = 1
  where r.live = 1 and not exists (select 1 from credential_owner c where c.org = r.org
    and c.credential = r.credential and c.owner_type = o.owner_type and c.owner_id = o.owner_id and c.live = 1)
union all select r.flow || ' uses ' || r.credential || ' without an owner' from flow_ref r
  where r.live = 1 and not exists
    (select 1 from flow_owner o where o.org = r.org and o.flow = r.flow and o.live = 1)
union all select r.flow || ' uses ' || r.credential || ', which is deleted' from flow_ref r
  join credential c on c.org = r.org and c.id = r.credential
  where r.live = 1 and c.state <> 'usable'";

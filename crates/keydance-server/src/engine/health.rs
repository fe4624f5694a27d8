//! Whether requests can be served.

use std::sync::atomic::Ordering;

use keydance_store::Tx;
use serde_json::{Value, json};

use super::{Engine, Error};

/// What readiness says.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether requests can be served now.
    pub is_ready: bool,
    database: bool,
    stopping: bool,
    held: usize,
}

impl Health {
    /// The body of the answer.
    pub fn document(&self) -> Value {
        let word = |good: bool| if good { "ok" } else { "failed" };
        json!({
            "status": if self.is_ready { "ready" } else if self.stopping { "stopping" } else { "not ready" },
            "checks": { "database": word(self.database), "seal": "ok", "migrations": word(self.database) },
            "warnings": if self.held == 0 { json!([]) } else {
                json!([format!("{} ends of access hold on this server alone", self.held)])
            },
        })
    }
}

impl Engine {
    /// Asks the database and says how things stand.
    pub async fn health(&self) -> Health {
        let asked = self
            .parts
            .store
            .read(|tx: &mut Tx<'_>| Ok::<_, Error>(tx.organisations().seal()?));
        let database = matches!(asked.await, Ok(Some(_)));
        let stopping = self.stopping.load(Ordering::SeqCst);
        Health {
            is_ready: database && !stopping,
            database,
            stopping,
            held: self.held(),
        }
    }

    /// From here on the server is not ready: it finishes what runs.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }
}

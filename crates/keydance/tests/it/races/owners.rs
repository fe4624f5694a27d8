//! A flow is stored while one of its owners loses the credential.

use std::collections::HashMap;

use keydance_testkit::Client;
use serde_json::{Value, json};

use super::history::Seen;
use super::replay;
use super::replicas::{Person, Replicas, WRONG_REFERENCES, flow, meet};
use super::{ROUNDS, WINS};
use crate::crash::log::Log;
use crate::crash::random::Random;

#[test]
fn a_flow_is_never_stored_with_a_credential_that_an_owner_of_it_loses_meanwhile() {
    Closing {
        query: "/owners?id=ben&",
        done: 200,
        in_use: "owner_in_use",
    }
    .tell("stored while an owner is removed");
}

#[test]
fn a_flow_is_never_stored_with_a_credential_that_is_deleted_meanwhile() {
    Closing {
        query: "?entire=true&",
        done: 204,
        in_use: "credential_in_use",
    }
    .tell("stored while the credential is deleted");
}

/// How the credential is taken away: what follows its path, the status that says it is done, and the
/// code that says a flow needs it.
struct Closing {
    query: &'static str,
    done: u16,
    in_use: &'static str,
}

impl Closing {
    fn tell(self, name: &str) {
        let replicas = Replicas::start();
        let organisation = replicas.organisation();
        let ana = replicas.person(&organisation.person("ana"));
        let ben = replicas.person(&organisation.person("ben"));
        let admin = replicas.person(&organisation.admin);
        let mut story = Story {
            closing: self,
            random: Random::seeded(name),
            references: HashMap::new(),
            stored_first: 0,
            closed_first: 0,
        };
        for round in 0..ROUNDS {
            let findings = story.round(&ana, &ben);
            assert!(findings.is_empty(), "round {round}: {findings:#?}");
            if round % 25 == 24 {
                assert_eq!(replicas.tables().list(WRONG_REFERENCES), [""; 0]);
            }
        }
        let mut log = Log::new();
        let mut findings = log.follow(&admin.at[0]);
        findings.extend(replay::findings(story.references, log.events()));
        assert!(findings.is_empty(), "{findings:#?}");
        let (stored, closed) = (story.stored_first, story.closed_first);
        assert!(
            stored > WINS && closed > WINS,
            "one side always won: stored {stored}, closed {closed}"
        );
    }
}

struct Story {
    closing: Closing,
    random: Random,
    references: HashMap<String, String>,
    stored_first: u32,
    closed_first: u32,
}

impl Story {
    fn round(&mut self, ana: &Person, ben: &Person) -> Vec<String> {
        let (here, there) = if self.random.percent(50) {
            (0, 1)
        } else {
            (1, 0)
        };
        let credential = create(&ana.at[here], &[ben.owner()]);
        let (id, force) = (self.random.id(), self.random.percent(50));
        self.references.insert(id.clone(), credential.clone());
        let body = flow(&[ana.owner(), ben.owner()], &credential);
        let put = ana.at[here]
            .put(&format!("/flows/{id}"))
            .json(&body)
            .header("X-Request-Id", &id);
        let path = format!(
            "/credentials/{credential}{}force={force}",
            self.closing.query
        );
        let delete = ana.at[there].delete(&path);
        let (stored, closed) = meet(&mut self.random, || Seen::send(put), || Seen::send(delete));
        let read = ana.at[there].get(&format!("/flows/{id}")).send();
        let guard = match read.status {
            200 => read.data()["guard"].clone(),
            _ => Value::Null,
        };
        self.judge(&stored, &closed, force, &guard)
    }

    fn judge(&mut self, stored: &Seen, closed: &Seen, force: bool, guard: &Value) -> Vec<String> {
        let state = guard["state"].as_str().unwrap_or("none");
        let (put, refused) = (stored.answer.status, stored.code());
        let (delete, in_use) = (closed.answer.status, closed.code());
        let (is_closed, is_kept) = (delete == self.closing.done, in_use == self.closing.in_use);
        if put == 201
            && (force && is_closed && state == "blocked" || !force && is_kept && state == "ok")
        {
            self.stored_first += 1;
        } else if put == 403 && refused == "flow_guard_denied" && is_closed && state == "none" {
            self.closed_first += 1;
        } else {
            let (put, delete) = (stored.answer.text(), closed.answer.text());
            return vec![format!(
                "force {force}: {put}, {delete}, the flow is {state}"
            )];
        }
        Vec::new()
    }
}

/// A credential of the caller and these, and its id.
pub(super) fn create(client: &Client, owners: &[Value]) -> String {
    let body = json!({"name": "contested", "type": "API_KEY", "value": {"key": "in dispute"}, "owners": owners});
    let made = client
        .post("/credentials")
        .json(&body)
        .send()
        .expect_status(200)
        .data();
    made["_id"]
        .as_str()
        .expect("a credential has an id")
        .to_owned()
}

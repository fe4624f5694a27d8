//! A flow of a group is stored while its author leaves the group.

use std::collections::HashMap;

use serde_json::json;

use super::history::Seen;
use super::owners::create;
use super::replay;
use super::replicas::{Person, Replicas, WRONG_REFERENCES, flow, meet};
use super::{ROUNDS, WINS};
use crate::crash::log::Log;
use crate::crash::random::Random;

#[test]
fn a_flow_is_never_stored_by_somebody_who_has_left_its_group() {
    let replicas = Replicas::start();
    let organisation = replicas.organisation();
    let identity = organisation.person("ben");
    let group = organisation.group("team", &[&identity]);
    let ben = replicas.person(&identity);
    let admin = replicas.person(&organisation.admin);
    let owner = json!({"id": group, "type": "GROUP"});
    let mut story = Story {
        random: Random::seeded("stored while its author leaves"),
        credential: create(&admin.at[0], std::slice::from_ref(&owner)),
        group,
        references: HashMap::new(),
        stored: 0,
        refused: 0,
    };
    for round in 0..ROUNDS {
        let findings = story.round(&admin, &ben);
        assert!(findings.is_empty(), "round {round}: {findings:#?}");
    }
    assert_eq!(replicas.tables().list(WRONG_REFERENCES), [""; 0]);
    let mut log = Log::new();
    let mut findings = log.follow(&admin.at[0]);
    findings.extend(replay::findings(story.references, log.events()));
    assert!(findings.is_empty(), "{findings:#?}");
    assert!(
        story.stored > WINS && story.refused > WINS,
        "one side always won: stored {}, refused {}",
        story.stored,
        story.refused
    );
}

struct Story {
    random: Random,
    group: String,
    credential: String,
    references: HashMap<String, String>,
    stored: u32,
    refused: u32,
}

impl Story {
    fn round(&mut self, admin: &Person, ben: &Person) -> Vec<String> {
        let (here, there) = if self.random.percent(50) {
            (0, 1)
        } else {
            (1, 0)
        };
        let member = format!("/groups/{}/members/USER/ben", self.group);
        let joined = admin.at[there]
            .put(&member)
            .json(&json!({"reason": "a race"}))
            .send();
        assert!(matches!(joined.status, 200 | 201), "{}", joined.text());
        let (put_id, late_id) = (self.random.id(), self.random.id());
        let owners = [json!({"id": self.group, "type": "GROUP"})];
        let body = flow(&owners, &self.credential);
        for id in [&put_id, &late_id] {
            self.references.insert(id.clone(), self.credential.clone());
        }
        let put = |id: &str| {
            let request = ben.at[here].put(&format!("/flows/{id}")).json(&body);
            Seen::send(request.header("X-Request-Id", id))
        };
        let left = || Seen::send(admin.at[there].delete(&member));
        let (stored, left) = meet(&mut self.random, || put(&put_id), left);
        // Whoever has left cannot, on either replica.
        let late = put(&late_id);
        self.judge(&stored, &left, &late)
    }

    fn judge(&mut self, stored: &Seen, left: &Seen, late: &Seen) -> Vec<String> {
        let mut findings = Vec::new();
        match (stored.answer.status, left.answer.status) {
            (201, 204) => self.stored += 1,
            (403, 204) => self.refused += 1,
            other => findings.push(format!("{other:?}")),
        }
        if late.is_done() {
            findings.push("stored after leaving".to_owned());
        }
        if stored.is_done() && stored.started_at > left.ended_at {
            findings.push("stored after leaving was acknowledged".to_owned());
        }
        findings
    }
}

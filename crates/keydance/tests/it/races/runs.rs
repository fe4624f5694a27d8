//! Executions start and fetch while an owner of their flow loses the credential.

use std::collections::HashMap;

use keydance_testkit::Client;
use serde_json::json;

use super::history::{Act, Kind, Seen, late_hand_outs};
use super::owners::create;
use super::replay;
use super::replicas::{Person, Replicas, WRONG_REFERENCES, flow, meet};
use super::{ROUNDS, WINS};
use crate::crash::log::Log;
use crate::crash::random::Random;

#[test]
fn nothing_starts_or_is_handed_out_after_an_owner_was_removed() {
    let replicas = Replicas::start();
    let organisation = replicas.organisation();
    let ana = replicas.person(&organisation.person("ana"));
    let ben = replicas.person(&organisation.person("ben"));
    let admin = replicas.person(&organisation.admin);
    let mut story = Story {
        random: Random::seeded("handed out while an owner is removed"),
        references: HashMap::new(),
        handed_out: 0,
        refused: 0,
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
    assert!(
        story.handed_out > WINS && story.refused > WINS,
        "one side always won: handed out {}, refused {}",
        story.handed_out,
        story.refused
    );
}

struct Story {
    random: Random,
    references: HashMap<String, String>,
    handed_out: u32,
    refused: u32,
}

/// A started execution.
struct Run {
    id: String,
    token: String,
}

impl Story {
    fn round(&mut self, ana: &Person, ben: &Person) -> Vec<String> {
        let (here, there) = if self.random.percent(50) {
            (0, 1)
        } else {
            (1, 0)
        };
        let credential = create(&ana.at[here], &[ben.owner()]);
        let id = self.random.id();
        self.references.insert(id.clone(), credential.clone());
        let body = flow(&[ana.owner(), ben.owner()], &credential);
        let put = ana.at[here]
            .put(&format!("/flows/{id}"))
            .json(&body)
            .header("X-Request-Id", &id);
        put.send().expect_status(201);
        let run = Run::of(&start(&ana.at[here], &id)).expect("nothing is in the way yet");
        let path = format!("/credentials/{credential}/owners?id=ben&force=true");
        let starts_too = self.random.percent(50);
        let ((fetched, started), removed) = meet(
            &mut self.random,
            || {
                let started = starts_too.then(|| start(&ana.at[here], &id));
                (
                    fetch_until_refused(&ana.at[here], &run, &credential),
                    started,
                )
            },
            || Seen::send(ana.at[there].delete(&path)),
        );
        let mut seen = fetched;
        // Nothing comes any more, whichever execution asks, on either replica.
        let second = started.as_ref().and_then(Run::of);
        let late = [Some(&run), second.as_ref()];
        for run in late.into_iter().flatten() {
            seen.push(fetch(&ana.at[there], run, &credential));
            seen.push(fetch(&ana.at[here], run, &credential));
        }
        seen.push(start(&ana.at[here], &id));
        seen.extend(started);
        self.judge(&credential, &seen, &removed)
    }

    fn judge(&mut self, credential: &str, seen: &[Seen], removed: &Seen) -> Vec<String> {
        let mut findings = Vec::new();
        if removed.answer.status != 200 {
            findings.push(format!("not removed: {}", removed.answer.text()));
        }
        let done = seen.iter().filter(|seen| seen.is_done());
        let mut acts: Vec<Act> = done
            .map(|seen| seen.act(Kind::HandedOut, credential, &["ana", "ben"]))
            .collect();
        acts.push(removed.act(Kind::Removed, credential, &["ben"]));
        findings.extend(late_hand_outs(&acts));
        for refused in seen.iter().filter(|seen| !seen.is_done()) {
            let known = [
                (401, "token_invalid"),
                (403, "flow_blocked"),
                (403, "flow_guard_denied"),
            ];
            if !known.contains(&(refused.answer.status, refused.code().as_str())) {
                findings.push(refused.answer.text());
            }
        }
        let is_contested = |seen: &&Seen| seen.started_at < removed.ended_at;
        let (handed_out, refused): (Vec<_>, Vec<_>) = seen
            .iter()
            .filter(is_contested)
            .partition(|seen| seen.is_done());
        self.handed_out += u32::from(!handed_out.is_empty());
        self.refused += u32::from(!refused.is_empty());
        findings
    }
}

impl Run {
    pub(super) fn of(started: &Seen) -> Option<Self> {
        let data = started.is_done().then(|| started.answer.data())?;
        let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
        Some(Self {
            id: text("id"),
            token: text("token"),
        })
    }
}

fn start(client: &Client, flow: &str) -> Seen {
    Seen::send(
        client
            .post(&format!("/flows/{flow}/executions"))
            .json(&json!({})),
    )
}

fn fetch(client: &Client, run: &Run, credential: &str) -> Seen {
    let path = format!("/executions/{}/credentials/{credential}", run.id);
    let seen = Seen::send(client.get(&path).bearer(&run.token));
    if seen.is_done() {
        // Whole or not at all.
        assert_eq!(seen.answer.data()["value"]["key"], "in dispute");
    }
    seen
}

/// Fetches again and again, at most until the removal must have been noticed.
fn fetch_until_refused(client: &Client, run: &Run, credential: &str) -> Vec<Seen> {
    let mut seen = Vec::new();
    while seen.len() < 20 {
        seen.push(fetch(client, run, credential));
        if seen.last().is_some_and(|last| !last.is_done()) {
            break;
        }
    }
    seen
}

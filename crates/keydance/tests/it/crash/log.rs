//! The audit log as somebody outside reads it: every event, hashed again and compared with the
//! signed head.

use std::collections::HashMap;

use keydance_crypto::checkpoint::LogVerifier;
use keydance_crypto::merkle::{Frontier, Hash, leaf_hash};
use keydance_testkit::{Answer, Client};
use serde_json::Value;

/// What was read so far.
#[derive(Debug)]
pub(crate) struct Log {
    frontier: Frontier,
    /// The root of every size, from none on.
    roots: Vec<Hash>,
    events: Vec<Value>,
    by_request: HashMap<String, Vec<usize>>,
    verifier: Option<LogVerifier>,
}

impl Log {
    pub(crate) fn new() -> Self {
        let frontier = Frontier::new();
        Self {
            roots: vec![frontier.root()],
            frontier,
            events: Vec::new(),
            by_request: HashMap::new(),
            verifier: None,
        }
    }

    /// Reads on up to the signed head and beyond, as far as there is something. Gives the findings:
    /// gaps, numbers out of order, a head that does not fit, another signer.
    pub(crate) fn follow(&mut self, client: &Client) -> Vec<String> {
        let answer = client.get("/audit/checkpoint").send().expect_status(200);
        let head = answer.data();
        let mut findings = Vec::new();
        while let Some(page) = self.next_page(client) {
            findings.extend(self.append_page(&page));
        }
        findings.extend(self.compare(&head).err());
        findings
    }

    /// Events so far; the number of an event is its place.
    pub(crate) fn events(&self) -> &[Value] {
        &self.events
    }

    /// What was written down for a request.
    pub(crate) fn of_request(&self, request_id: &str) -> impl Iterator<Item = &Value> {
        let places = self.by_request.get(request_id).into_iter().flatten();
        places.map(|place| &self.events[*place])
    }

    /// Adds one event by its exact bytes.
    pub(crate) fn append(&mut self, body: &str) -> Result<(), String> {
        let event: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let seq = self.frontier.size();
        if event["seq"] != seq {
            return Err(format!("event {} stands at {seq}", event["seq"]));
        }
        drop(self.frontier.append(leaf_hash(body.as_bytes())));
        self.roots.push(self.frontier.root());
        if let Some(request_id) = event["requestId"].as_str() {
            let places = self.by_request.entry(request_id.to_owned()).or_default();
            places.push(self.events.len());
        }
        self.events.push(event);
        Ok(())
    }

    /// Compares with a checkpoint, as the API answers it.
    pub(crate) fn compare(&mut self, head: &Value) -> Result<(), String> {
        let text = |field: &str| head[field].as_str().unwrap_or_default();
        let verifier: LogVerifier = text("verifier").parse().map_err(|_| "no verifier key")?;
        let known = self.verifier.get_or_insert_with(|| verifier.clone());
        if *known != verifier {
            return Err(format!("signed by {verifier}, before by {known}"));
        }
        let signed = verifier.verify(text("note"));
        let signed = signed.map_err(|error| format!("{error}: {head}"))?;
        let size = usize::try_from(signed.size).unwrap_or(usize::MAX);
        match self.roots.get(size) {
            None => Err(format!(
                "{size} events are signed, {} there",
                self.events.len()
            )),
            Some(root) if *root != signed.root => {
                Err(format!("the root of {size} events is another"))
            }
            Some(_) => Ok(()),
        }
    }

    fn next_page(&self, client: &Client) -> Option<Answer> {
        let after = match self.events.len().checked_sub(1) {
            Some(last) => format!("&page%5Bafter%5D={last}"),
            None => String::new(),
        };
        let path = format!("/audit?page%5Bsize%5D=1000{after}");
        let answer = client.get(&path).send().expect_status(200);
        let is_last = answer.data().as_array().is_none_or(Vec::is_empty);
        (!is_last).then_some(answer)
    }

    fn append_page(&mut self, page: &Answer) -> Option<String> {
        let events = page.data();
        let bodies: Vec<String> = events
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        // What is hashed below are the very bytes that were sent.
        let sent = format!("{{\"data\":[{}],", bodies.join(","));
        if !page.text().starts_with(&sent) {
            return Some(format!("not canonical: {}", page.text()));
        }
        bodies.iter().find_map(|body| self.append(body).err())
    }
}

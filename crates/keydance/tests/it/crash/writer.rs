//! A client that keeps its own books: what it asked for, and what it was told.

use std::sync::mpsc::Sender;

use keydance_testkit::{Answer, Client, Request};
use serde_json::{Value, json};

use super::log::Log;
use super::random::Random;

/// Something a client asks for. Credentials are named by their place in its books.
#[derive(Clone, Debug)]
enum Operation {
    Create {
        key: String,
    },
    Patch {
        nth: usize,
        key: String,
    },
    PutFlow {
        id: String,
        nth: usize,
        name: String,
    },
    Start,
    HandOut,
    Reveal {
        nth: usize,
    },
    End,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Acknowledged,
    Unknown,
}

/// One line of the books.
#[derive(Clone, Debug)]
struct Entry {
    request_id: String,
    operation: Operation,
    fate: Fate,
}

/// A credential as it must be.
#[derive(Debug)]
struct Known {
    id: String,
    key: String,
    version: u64,
}

/// A flow as it must be.
#[derive(Debug)]
struct Flow {
    id: String,
    name: String,
    nth: usize,
}

/// A running execution of the flow.
#[derive(Debug)]
struct Run {
    id: String,
    token: String,
}

/// How the requests of a story ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) handed_out: u64,
    pub(crate) unknown_done: u64,
    pub(crate) unknown_not_done: u64,
}

/// The client with its books. Nobody else changes what it made.
#[derive(Debug)]
pub(crate) struct Writer {
    name: String,
    random: Random,
    requests: u64,
    credentials: Vec<Known>,
    flow: Option<Flow>,
    run: Option<Run>,
    history: Vec<Entry>,
    tally: Tally,
}

impl Writer {
    pub(crate) fn new(name: String, random: Random) -> Self {
        Self {
            name,
            random,
            requests: 0,
            credentials: Vec::new(),
            flow: None,
            run: None,
            history: Vec::new(),
            tally: Tally::default(),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// Asks for one thing after the other until an answer does not come.
    pub(crate) fn work(&mut self, client: &Client, answered: &Sender<()>) {
        while self.step(client) {
            // Whoever counts the answers may have heard enough.
            let _: Result<(), _> = answered.send(());
        }
    }

    /// Asks for one thing. Says whether it was answered.
    pub(crate) fn step(&mut self, client: &Client) -> bool {
        let operation = self.choose();
        self.requests += 1;
        let request_id = format!("{}-{}", self.name, self.requests);
        let request = self.request(client, &operation);
        let answer = request.header("X-Request-Id", &request_id).try_send();
        let fate = match &answer {
            Ok(_) => Fate::Acknowledged,
            Err(_) => Fate::Unknown,
        };
        if let Ok(answer) = &answer {
            self.learn(&operation, &accepted(&operation, answer));
        }
        self.history.push(Entry {
            request_id,
            operation,
            fate,
        });
        fate == Fate::Acknowledged
    }

    fn choose(&mut self) -> Operation {
        let key = format!("key-of-{}-{}", self.name, self.random.id());
        let count = self.credentials.len() as u64;
        if count == 0 || (count < 40 && self.random.percent(20)) {
            return Operation::Create { key };
        }
        let nth = usize::try_from(self.random.below(count)).unwrap_or_default();
        match (self.random.below(100), &self.flow, &self.run) {
            (0..25, ..) => Operation::Patch { nth, key },
            (25..35, ..) => Operation::Reveal { nth },
            (35..40, _, Some(_)) => Operation::End,
            (40..55, ..) | (_, None, _) => {
                let known = self.flow.as_ref().map(|flow| flow.id.clone());
                let again = known.filter(|_| self.random.percent(80));
                Operation::PutFlow {
                    id: again.unwrap_or_else(|| self.random.id()),
                    nth,
                    name: key,
                }
            }
            (_, _, None) => Operation::Start,
            (_, _, Some(_)) => Operation::HandOut,
        }
    }

    fn request<'a>(&self, client: &'a Client, operation: &Operation) -> Request<'a> {
        match operation {
            Operation::Create { key } => client.post("/credentials").json(&json!({
                "name": self.name, "type": "API_KEY", "value": {"key": key}, "owners": [ghost()],
            })),
            Operation::Patch { nth, key } => client
                .patch(&format!("/credentials/{}", self.credentials[*nth].id))
                .json(&json!({"value": {"key": key}})),
            Operation::PutFlow { id, nth, name } => client
                .put(&format!("/flows/{id}?endExecutions=true"))
                .json(&flow(name, &self.credentials[*nth].id)),
            Operation::Start => client
                .post(&format!("/flows/{}/executions", self.flow_id()))
                .json(&json!({})),
            Operation::HandOut => {
                let run = self.run.as_ref().expect("chosen only while there is one");
                let nth = self.flow.as_ref().map_or(0, |flow| flow.nth);
                let id = &self.credentials[nth].id;
                let path = format!("/executions/{}/credentials/{id}", run.id);
                client.get(&path).bearer(&run.token)
            }
            Operation::Reveal { nth } => {
                client.get(&format!("/credentials/{}", self.credentials[*nth].id))
            }
            Operation::End => {
                let run = self.run.as_ref().expect("chosen only while there is one");
                client.delete(&format!("/executions/{}", run.id))
            }
        }
    }

    fn flow_id(&self) -> &str {
        self.flow.as_ref().map_or("", |flow| &flow.id)
    }

    /// Takes an answer into the books.
    fn learn(&mut self, operation: &Operation, data: &Value) {
        self.tally.acknowledged += 1;
        match operation {
            Operation::Create { .. } => self.done(operation, text(&data["_id"])),
            Operation::Start => {
                self.run = Some(Run {
                    id: text(&data["id"]),
                    token: text(&data["token"]),
                });
            }
            Operation::HandOut => {
                self.tally.handed_out += 1;
                let nth = self.flow.as_ref().map_or(0, |flow| flow.nth);
                assert_eq!(self.credentials[nth].difference(data), None);
            }
            Operation::Reveal { nth } => {
                self.tally.handed_out += 1;
                assert_eq!(self.credentials[*nth].difference(data), None);
            }
            other => self.done(other, String::new()),
        }
    }

    /// What is so once an operation was carried out; `made` is the id of what it made.
    fn done(&mut self, operation: &Operation, made: String) {
        match operation.clone() {
            Operation::Create { key } => self.credentials.push(Known {
                id: made,
                key,
                version: 1,
            }),
            Operation::Patch { nth, key } => {
                self.credentials[nth].key = key;
                self.credentials[nth].version += 1;
            }
            Operation::PutFlow { id, nth, name } => {
                self.flow = Some(Flow { id, name, nth });
                self.run = None;
            }
            Operation::End => self.run = None,
            Operation::Start | Operation::HandOut | Operation::Reveal { .. } => {}
        }
    }

    /// After a crash: holds the books against the log, learns from it what became of the request
    /// that was not answered, and then reads everything that was touched. Gives what does not fit.
    pub(crate) fn settle(&mut self, log: &Log, client: &Client) -> Vec<String> {
        let mut findings = Vec::new();
        let mut touched = Vec::new();
        for entry in std::mem::take(&mut self.history) {
            let event = log
                .of_request(&entry.request_id)
                .find(|event| entry.operation.is_told_by(event));
            match (entry.fate, event) {
                (Fate::Acknowledged, Some(_)) => {}
                (Fate::Acknowledged, None) => findings.push(format!("not in the log: {entry:?}")),
                (Fate::Unknown, None) => self.tally.unknown_not_done += 1,
                (Fate::Unknown, Some(event)) => {
                    self.tally.unknown_done += 1;
                    self.done(&entry.operation, text(&event["object"]["id"]));
                }
            }
            touched.extend(self.touched_by(&entry.operation));
        }
        touched.sort_unstable();
        touched.dedup();
        for nth in touched {
            let known = &self.credentials[nth];
            let path = format!("/credentials/{}", known.id);
            findings.extend(known.difference(&client.get(&path).send().expect_status(200).data()));
        }
        findings.extend(self.flow_difference(client));
        findings
    }

    /// Reads everything that was ever made.
    pub(crate) fn review(&self, client: &Client) -> Vec<String> {
        let differences = self.credentials.iter().filter_map(|known| {
            let path = format!("/credentials/{}", known.id);
            known.difference(&client.get(&path).send().expect_status(200).data())
        });
        differences.chain(self.flow_difference(client)).collect()
    }

    fn touched_by(&self, operation: &Operation) -> Option<usize> {
        match operation {
            Operation::Create { .. } => self.credentials.len().checked_sub(1),
            Operation::Patch { nth, .. } => Some(*nth),
            _ => None,
        }
    }

    fn flow_difference(&self, client: &Client) -> Option<String> {
        let flow = self.flow.as_ref()?;
        let answer = client.get(&format!("/flows/{}", flow.id)).send();
        let data = answer.expect_status(200).data();
        let reference = &data["graph"]["nodes"][0]["credentials_id"];
        let same =
            data["name"] == json!(flow.name) && *reference == json!(self.credentials[flow.nth].id);
        (!same).then(|| format!("{flow:?} is {data}"))
    }
}

impl Operation {
    fn action(&self) -> &'static [&'static str] {
        match self {
            Self::Create { .. } => &["credential.created"],
            Self::Patch { .. } => &["credential.version_created"],
            Self::PutFlow { .. } => &["flow.created", "flow.updated"],
            Self::Start => &["execution.started"],
            Self::HandOut => &["credential.handed_out"],
            Self::Reveal { .. } => &["credential.revealed"],
            Self::End => &["execution.ended"],
        }
    }

    fn is_told_by(&self, event: &Value) -> bool {
        let action = event["action"].as_str().unwrap_or_default();
        event["outcome"] == "allowed" && self.action().contains(&action)
    }
}

impl Known {
    /// What is different in a raw view.
    fn difference(&self, data: &Value) -> Option<String> {
        let same = data["value"]["key"] == json!(self.key)
            && data["version"] == json!(self.version)
            && data["_id"] == json!(self.id);
        (!same).then(|| format!("{self:?} is {data}"))
    }
}

fn accepted(operation: &Operation, answer: &Answer) -> Value {
    assert!(
        matches!(answer.status, 200 | 201 | 204),
        "{operation:?} was answered {}: {}",
        answer.status,
        answer.text()
    );
    if answer.body.is_empty() {
        return Value::Null;
    }
    answer.data()
}

fn flow(name: &str, credential: &str) -> Value {
    json!({
        "name": name,
        "owners": [{"id": "admin", "type": "USER"}, ghost()],
        "graph": {
            "nodes": [{"id": "only", "componentId": credential, "function": "f", "credentials_id": credential}],
            "edges": [],
        },
    })
}

/// A second owner of everything, so that owners are several rows.
fn ghost() -> Value {
    json!({"id": "ghost", "type": "USER"})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

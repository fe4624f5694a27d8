//! What people send: credentials and flows.

use keydance_testkit::Identity;
use serde_json::{Value, json};

/// An id of the right form that nothing has.
pub(crate) const UNKNOWN: &str = "0123456789abcdef01234567";

/// A user name and a passphrase.
pub(crate) fn simple(passphrase: &str) -> Value {
    let value = json!({"username": "ana@example.org", "passphrase": passphrase});
    json!({"name": "Mail", "type": "SIMPLE", "value": value})
}

/// A key.
pub(crate) fn api_key(key: &str) -> Value {
    json!({"name": "Ledger", "type": "API_KEY", "value": {"key": key, "headerName": "X-Api-Key"}})
}

/// The same credential with these owners besides whoever creates it.
pub(crate) fn owned(mut credential: Value, owners: &[Value]) -> Value {
    credential["owners"] = json!(owners);
    credential
}

/// A whole value of each type that needs no auth client, with a secret that is easy to find.
pub(crate) fn every_type() -> Vec<(&'static str, Value)> {
    let pem =
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFindMe0000\n-----END PRIVATE KEY-----\n";
    vec![
        (
            "SIMPLE",
            json!({"username": "ana@example.org", "passphrase": "find-me-passphrase"}),
        ),
        (
            "MIXED",
            json!({"payload": "{\"find\":\"me\",\"n\":[1,2,3]}"}),
        ),
        (
            "API_KEY",
            json!({"key": "find-me-key-0001", "headerName": "X-Api-Key"}),
        ),
        (
            "OA1_TWO_LEGGED",
            json!({"expiresAt": "2031-01-01T00:00:00.000Z"}),
        ),
        (
            "KEY_PAIR",
            json!({"privateKey": pem, "publicKey": "ssh-ed25519 AAAA", "certificate": "CERT", "passphrase": "find-me-too"}),
        ),
    ]
}

/// The fields of a type that are masked when read.
pub(crate) fn secrets_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "SIMPLE" => &["passphrase"],
        "MIXED" => &["payload"],
        "API_KEY" => &["key"],
        "KEY_PAIR" => &["privateKey", "passphrase"],
        _ => &[],
    }
}

/// The partial mask of the contract: stars, and the last four of ten characters or more.
pub(crate) fn masked(text: &str) -> String {
    let count = text.chars().count();
    let shown = if count < 10 { 0 } else { 4 };
    let stars = "*".repeat(count - shown);
    stars + &text.chars().skip(count - shown).collect::<String>()
}

/// Creates a credential and says its id.
#[track_caller]
pub(crate) fn create(who: &Identity, credential: &Value) -> String {
    let made = who.post("/credentials").json(credential).send();
    id_of(&made.expect_status(200).data())
}

/// A flow of these owners whose nodes use these credentials, one each.
pub(crate) fn flow(owners: &[Value], credentials: &[&str]) -> Value {
    let node = |(n, id): (usize, &&str)| {
        json!({"id": format!("step{n}"), "componentId": "component", "function": "run",
               "credentials_id": id})
    };
    let mut nodes: Vec<Value> = credentials.iter().enumerate().map(node).collect();
    nodes.push(json!({"id": "end", "componentId": "component", "function": "log"}));
    json!({"name": "Orders", "owners": owners, "graph": {"nodes": nodes, "edges": []}})
}

/// Stores a flow and says its id.
#[track_caller]
pub(crate) fn store(who: &Identity, flow: &Value) -> String {
    let stored = who.post("/flows").json(flow).send();
    id_of(&stored.expect_status(201).data())
}

/// Starts a flow and answers with the execution and its token.
#[track_caller]
pub(crate) fn start(who: &Identity, flow: &str, body: &Value) -> Value {
    let started = who.post(&format!("/flows/{flow}/executions")).json(body);
    started.send().expect_status(201).data()
}

/// `_id` or `id` of a document.
#[track_caller]
pub(crate) fn id_of(document: &Value) -> String {
    let id = document["_id"].as_str().or(document["id"].as_str());
    id.expect("an id").to_owned()
}

/// Text at a place of a document.
#[track_caller]
pub(crate) fn text<'d>(document: &'d Value, pointer: &str) -> &'d str {
    let text = document.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no text at {pointer} of {document}"))
}

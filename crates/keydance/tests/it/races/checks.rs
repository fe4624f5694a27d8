//! The checks of these races find what they are there to find.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::history::{Act, Kind, late_hand_outs};
use super::owners::create;
use super::replay;
use super::replicas::{Replicas, WRONG_REFERENCES, flow};

#[test]
fn a_reference_without_its_owner_is_found_in_the_tables() {
    let replicas = Replicas::start();
    let admin = replicas.person(&replicas.organisation().admin);
    let credential = create(&admin.at[0], &[]);
    let path = "/flows/c0ffee00c0ffee00c0ffee00";
    let body = flow(&[admin.owner()], &credential);
    admin.at[0].put(path).json(&body).send().expect_status(201);
    let tables = replicas.tables();
    assert_eq!(tables.list(WRONG_REFERENCES), [""; 0]);
    let found = tables.list(&format!(
        "begin; {UNGUARD}; {REMOVE}; {WRONG_REFERENCES}; rollback"
    ));
    let expected = format!("c0ffee00c0ffee00c0ffee00 uses {credential}, not owned by person admin");
    assert_eq!(found, [expected]);
}

/// The database refuses a wrong reference, so its own guard goes first.
const UNGUARD: &str = "do $$ declare rule text; begin
    for rule in select conname from pg_constraint
      where conrelid = 'flow_ref_owner'::regclass and contype = 'f' loop
      execute format('alter table flow_ref_owner drop constraint %I', rule);
    end loop; end $$";
const REMOVE: &str =
    "update credential_owner set live = null, until = since, wrap = null where owner_id = 'admin'";

#[test]
fn a_hand_out_that_began_after_an_acknowledged_removal_is_found() {
    let begin = Instant::now();
    let act = |kind, owners: &[&str], from, to| Act {
        kind,
        credential: "c".to_owned(),
        owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
        started_at: begin + Duration::from_micros(from),
        ended_at: begin + Duration::from_micros(to),
    };
    let removed = act(Kind::Removed, &["ben"], 10, 20);
    let late = act(Kind::HandedOut, &["ana", "ben"], 21, 30);
    assert_eq!(late_hand_outs(&[late.clone(), removed.clone()]).len(), 1);
    let meanwhile = act(Kind::HandedOut, &["ana", "ben"], 19, 30);
    let of_others = act(Kind::HandedOut, &["ana"], 21, 30);
    assert_eq!(
        late_hand_outs(&[meanwhile, of_others, removed.clone()]),
        [""; 0]
    );
    let came_back = act(Kind::Added, &["ben"], 20, 25);
    assert_eq!(
        late_hand_outs(&[removed.clone(), came_back, late.clone()]),
        [""; 0]
    );
    let came_before = act(Kind::Added, &["ben"], 5, 9);
    assert_eq!(late_hand_outs(&[came_before, removed, late]).len(), 1);
}

#[test]
fn what_the_log_itself_does_not_allow_is_found() {
    let story = story();
    assert_eq!(found(&story), [""; 0]);
    let (removed, blocked) = (
        owner("credential.owner_removed", "c", "ben"),
        event("flow.blocked", "f"),
    );
    // before the flow was stored, before the start, before the hand-out
    for place in [2, 3, 4] {
        let mut with_removal = story.clone();
        with_removal.insert(place, removed.clone());
        assert_eq!(found(&with_removal).len(), 5 - place, "{place}");
    }
    let mut with_block = story.clone();
    with_block.insert(4, blocked);
    assert_eq!(found(&with_block).len(), 1);
    let mut by_a_stranger = story;
    by_a_stranger[2]["actor"]["id"] = json!("cat");
    assert_eq!(found(&by_a_stranger).len(), 1);
}

fn found(events: &[Value]) -> Vec<String> {
    let references = HashMap::from([("put".to_owned(), "c".to_owned())]);
    replay::findings(references, events)
}

/// A credential of two, a flow of both, an execution, a hand-out.
fn story() -> Vec<Value> {
    let both = json!([{"id": "ana", "type": "USER"}, {"id": "ben", "type": "USER"}]);
    let with_owners = |action: &str, object: &str| {
        let mut event = event(action, object);
        event["ownerRows"] = both.clone();
        event
    };
    let mut stored = with_owners("flow.created", "f");
    stored["requestId"] = json!("put");
    vec![
        owner("credential.created", "c", "ana"),
        owner("credential.owner_added", "c", "ben"),
        stored,
        with_owners("execution.started", "x"),
        with_owners("credential.handed_out", "c"),
    ]
}

fn owner(action: &str, object: &str, owner: &str) -> Value {
    let mut event = event(action, object);
    event["ownerRows"] = json!([{"id": owner, "type": "USER"}]);
    event
}

fn event(action: &str, object: &str) -> Value {
    json!({
        "action": action, "outcome": "allowed", "actor": {"id": "ana"},
        "object": {"id": object}, "flowId": "f", "requestId": "",
    })
}

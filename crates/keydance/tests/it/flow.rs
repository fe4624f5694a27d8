//! Flows by command line.

use keydance_testkit::both;
use serde_json::json;

use crate::{admin, server, tell, tell_with};

/// A flow that references nothing, without an owner: whoever stores it is its owner.
fn document() -> String {
    json!({ "graph": { "nodes": [{ "id": "fetch" }] } }).to_string()
}

#[test]
fn whoever_blocks_a_flow_can_say_why_for_the_audit_log() {
    both(|backend| {
        let server = server(backend);
        let put = ["flow", "put", "-", "--json"];
        let stored = tell_with(&mut admin(&server, put), &document()).code(0);
        let id = stored.json()["data"]["id"].take();
        let id = id.as_str().unwrap();
        let block = ["flow", "block", id, "--reason", "The ledger is closed"];
        tell(&mut admin(&server, block)).code(0);
        let list = ["audit", "list", "--action", "flow.blocked", "--json"];
        let events = tell(&mut admin(&server, list)).code(0).json();
        let details = &events["data"][0]["details"];
        assert_eq!(details["reason"], "manual", "{events}");
        assert_eq!(details["note"], "The ledger is closed");
    });
}

#[test]
fn a_dry_run_and_storing_agree_about_the_flow_that_would_be_replaced() {
    both(|backend| {
        let server = server(backend);
        tell(&mut admin(&server, ["person", "add", "Ben", "--id", "ben"])).code(0);
        let put = ["flow", "put", "-", "--actor", "USER:ben", "--json"];
        let stored = tell_with(&mut admin(&server, put), &document()).code(0);
        let id = stored.json()["data"]["id"].take();
        let put = ["flow", "put", "-", "--id", id.as_str().unwrap()];
        for more in [&["--dry-run"][..], &[]] {
            let mut put = admin(&server, put);
            let refused = tell_with(put.args(more), &document()).code(3);
            let told = format!("{}{}", refused.stdout, refused.stderr);
            assert!(told.contains("not an owner of this flow"), "{told}");
        }
    });
}

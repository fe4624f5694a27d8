//! `keydance audit verify --database`: whoever edits the database is found.

use keydance_testkit::{Backend, Server, both};
use serde_json::{Value, json};

use crate::crash::database::Tables;
use crate::{admin, server, tell, tell_with};

/// What the comparison says of an organisation.
#[track_caller]
pub(crate) fn compared(server: &Server, organisation: &str) -> Value {
    let told = tell(&mut server.command(["audit", "verify", "--database", "--json"]));
    let logs = told.json();
    let mut logs = logs.as_array().unwrap().iter();
    let own = logs.find(|log| log["organisation"] == organisation);
    own.unwrap_or_else(|| panic!("{}", told.stdout)).clone()
}

/// Fails the test unless the log of an organisation holds, and each row it vouches for.
#[track_caller]
pub(crate) fn assert_as_logged(server: &Server, organisation: &str) {
    let log = compared(server, organisation);
    assert_eq!((&log["log"], &log["findings"]), (&json!([]), &json!([])));
    assert!(log["rows"].as_u64() > Some(0), "{log}");
}

/// Runs SQL in the database of a server, as whoever owns the database would.
fn edit(server: &Server, sql: &str) {
    Tables::of(server.home()).list(sql);
}

#[test]
fn an_untouched_database_is_as_its_log_says() {
    both(|backend| {
        let server = server(backend);
        let create = [
            "credential",
            "create",
            "db",
            "--type",
            "API_KEY",
            "--secret-from-stdin",
        ];
        tell_with(&mut admin(&server, create), "hunter2hunter2").code(0);
        let told = tell(&mut server.command(["audit", "verify", "--database"])).code(0);
        assert!(
            told.stdout.starts_with("main: the log holds ("),
            "{}",
            told.stdout
        );
    });
}

#[test]
fn a_token_brought_back_to_life_in_the_database_is_named() {
    both(|backend| {
        let server = server(backend);
        let issue = ["token", "create", "stolen", "--json"];
        tell(&mut admin(&server, issue)).code(0);
        let tokens = tell(&mut admin(&server, ["token", "list", "--json"])).json();
        let mut tokens = tokens["data"].as_array().unwrap().iter();
        let stolen = tokens.find(|token| token["name"] == "stolen").unwrap();
        let id = stolen["id"].as_str().unwrap();
        tell(&mut admin(&server, ["token", "revoke", id])).code(0);
        edit(
            &server,
            &format!("update access_token set ended_at = null where id = '{id}'"),
        );
        let told = tell(&mut server.command(["audit", "verify", "--database"])).code(1);
        assert!(
            told.stdout.contains(&format!("access_token {id}")),
            "{}",
            told.stdout
        );
        let log = compared(&server, "main");
        assert_eq!(log["log"], json!([]));
        assert_eq!(log["findings"][0]["fault"], "differs");
    });
}

#[test]
fn an_event_taken_out_of_the_database_is_noticed() {
    let server = server(Backend::Sqlite);
    edit(
        &server,
        "update event set body = replace(body, 'allowed', 'denied') where seq = 0",
    );
    let log = compared(&server, "main");
    assert!(log["log"][0].as_str().unwrap().contains("hash"), "{log}");
}

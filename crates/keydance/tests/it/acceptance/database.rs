//! Line 51: the database itself refuses a reference that the guard would refuse.

use keydance_testkit::Server;
use rusqlite::Connection;
use serde_json::json;

use super::cast::{Cast, play};
use super::papers::{api_key, create, flow, owned, start, store, text};

// Line 51.
#[test]
fn raw_sql_cannot_reference_what_a_flow_owner_does_not_own() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let shared = create(&kim, &owned(api_key("raw-sql-shared-1"), &[lee.owner()]));
        let private = create(&kim, &api_key("raw-sql-private1"));
        let flow = store(&kim, &flow(&[kim.owner(), lee.owner()], &[]));
        let organisation = organisation(cast);
        let insert = |id: &str| {
            let row = format!("('{organisation}', '{flow}', '{id}', 1)");
            sql(
                cast.server,
                &organisation,
                &format!("insert into flow_ref (org, flow, credential, since) values {row}"),
            )
        };
        insert(&private).expect_err("kim's private credential");
        insert(&shared).expect("a credential of both");
    });
}

// Line 51.
#[test]
fn raw_sql_cannot_take_an_owner_away_whom_a_reference_needs() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &owned(api_key("raw-sql-needed-1"), &[lee.owner()]));
        let stored = store(&kim, &flow(&[kim.owner()], &[&id]));
        let organisation = organisation(cast);
        let entry = |person: &str| {
            format!("org = '{organisation}' and credential = '{id}' and owner_id = '{person}'")
        };
        let close = |person: &str| {
            let closed = format!(
                "until = 2, live = null, wrap = null where {}",
                entry(person)
            );
            sql(
                cast.server,
                &organisation,
                &format!("update credential_owner set {closed}"),
            )
        };
        close(&kim.id).expect_err("kim is needed");
        let delete = |table: &str, rest: &str| {
            sql(
                cast.server,
                &organisation,
                &format!("delete from {table} where {rest}"),
            )
        };
        delete("credential_owner", &entry(&kim.id)).expect_err("kim is needed");
        let edge = format!("org = '{organisation}' and flow = '{stored}'");
        delete("flow_ref_owner", &edge).expect_err("the edge is needed");
        close(&lee.id).expect("lee is not needed");
    });
}

// Line 51.
#[test]
fn raw_sql_cannot_give_a_flow_an_owner_who_does_not_own_what_it_references() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &api_key("raw-sql-owner-01"));
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let organisation = organisation(cast);
        let row = format!("('{organisation}', '{flow}', 'person', '{}', 1)", lee.id);
        let insert =
            format!("insert into flow_owner (org, flow, owner_type, owner_id, since) values {row}");
        sql(cast.server, &organisation, &insert).expect_err("lee does not own it");
    });
}

#[test]
fn what_was_swapped_in_the_database_does_not_open_and_that_is_written_down() {
    play(|cast| {
        let kim = cast.person("kim");
        let [id, other] =
            ["raw-sql-mine-001", "raw-sql-other-01"].map(|key| create(&kim, &api_key(key)));
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let token = cast.bearer(text(&start(&kim, &flow, &json!({})), "/token"));
        let organisation = organisation(cast);
        let swap = |table: &str, column: &str| {
            let of_other = format!(
                "select {column} from {table} where org = '{organisation}' and credential = '{other}'"
            );
            let swap = format!(
                "update {table} set {column} = ({of_other}) where org = '{organisation}' and credential = '{id}'"
            );
            sql(cast.server, &organisation, &swap).expect("nothing guards the bytes");
        };
        let unopened = || cast.events(&format!("object={id}&action=credential.not_opened"));
        let path = format!("/credentials/{id}");
        swap("version", "envelope");
        let value = json!({"value": {"key": "raw-sql-newer-01"}});
        for request in [
            token.get(&path).header("X-Keydance-Step", "step0"),
            kim.get(&path),
            kim.get(&format!("{path}/versions/1")),
            kim.patch(&path).json(&value),
            kim.patch(&path).json(&json!({"name": "Renamed"})),
        ] {
            request.send().expect_error(500, "internal");
        }
        let events = unopened();
        assert_eq!(events.len(), 5, "{events:?}");
        for event in &events {
            assert_eq!(
                (&event["outcome"], &event["version"]),
                (&json!("failed"), &json!(1))
            );
            assert_eq!(event["details"], json!({"refusal": "key-id"}));
        }
        assert_eq!(
            (&events[0]["flowId"], &events[0]["step"]),
            (&json!(flow), &json!("step0"))
        );
        assert_eq!(events[0]["actor"]["onBehalfOf"]["id"], kim.id.as_str());
        assert_eq!(events[1]["actor"]["id"], kim.id.as_str());

        swap("credential_owner", "wrap");
        let owner = kim.post(&format!("{path}/owners")).json(&cast.ana.owner());
        owner.send().expect_error(500, "internal");
        kim.get(&path).send().expect_error(500, "internal");
        assert_eq!(unopened().len(), 7);
        kim.get(&format!("/credentials/{other}"))
            .send()
            .expect_status(200);
    });
}

/// The id of t-one in the database: that of the organisation on ana's row.
fn organisation(cast: &Cast<'_>) -> String {
    let tenant = format!(
        "select id from organisation where tenant = '{}'",
        cast.one.id
    );
    let found = match cast.server.home().database() {
        Some(database) => database.sql(&format!(
            "select set_config('keydance.org', 'every', false); {tenant}"
        )),
        None => open(cast.server)
            .query_row(&tenant, [], |row| row.get(0))
            .map_err(|e| e.to_string()),
    };
    let found = found.expect("t-one is there");
    found.lines().last().expect("a row").to_owned()
}

/// Runs one statement as the owner of the database would, in an organisation.
fn sql(server: &Server, organisation: &str, statement: &str) -> Result<(), String> {
    match server.home().database() {
        Some(database) => {
            let enter = format!("select set_config('keydance.org', '{organisation}', false)");
            database.sql(&format!("{enter}; {statement}")).map(drop)
        }
        None => open(server)
            .execute(statement, [])
            .map(drop)
            .map_err(|error| error.to_string()),
    }
}

fn open(server: &Server) -> Connection {
    let connection = Connection::open(server.home().data().join("keydance.db"));
    let connection = connection.expect("the file of the server");
    let pragmas = "pragma foreign_keys = on; pragma busy_timeout = 10000;";
    connection.execute_batch(pragmas).expect("pragmas");
    connection
}

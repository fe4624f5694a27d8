//! While the database cannot be written, nobody is let in who was shut out.

use keydance_testkit::{Backend, Identity, Organisation, Server};

use crate::server;

/// Keeps a server from writing, as a database does that became a standby.
fn stop_writing(server: &Server) {
    let read_only = "do $$ begin execute 'alter database ' || quote_ident(current_database())
        || ' set default_transaction_read_only = on'; end $$";
    server.home().database().unwrap().sql(read_only).unwrap();
    cut(server);
}

fn go_on_writing(server: &Server) {
    let writable = "set transaction read write; do $$ begin execute 'alter database '
        || quote_ident(current_database()) || ' reset default_transaction_read_only'; end $$";
    server.home().database().unwrap().sql(writable).unwrap();
    cut(server);
}

/// Settings of a database hold for new connections.
fn cut(server: &Server) {
    let others = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    server.home().database().unwrap().sql(others).unwrap();
}

/// What a person's token gets.
fn status(of: &Identity) -> u16 {
    of.get("/me").send().status
}

/// Sends it until the server that lost its connections has others.
fn retried(send: impl Fn() -> u16) -> u16 {
    (0..20)
        .map(|_| send())
        .find(|status| *status != 503)
        .unwrap_or(503)
}

#[test]
fn freezing_and_revoking_go_on_while_nothing_can_be_written() {
    let mut server = server(Backend::Postgres);
    let (ana, ben, root) = {
        let main = Organisation::first(&server);
        (main.person("ana"), main.person("ben"), main.admin)
    };
    let tokens = ben.get("/tokens").send().expect_status(200).data();
    let bens = tokens[0]["id"].as_str().unwrap().to_owned();
    stop_writing(&server);
    assert_eq!(
        retried(|| root.post("/persons/ana/freeze").send().status),
        200
    );
    assert_eq!(
        retried(|| root.delete(&format!("/tokens/{bens}")).send().status),
        204
    );
    assert_eq!((status(&ana), status(&ben), status(&root)), (401, 401, 200));
    let ready = server.client().get("/readyz").send().json();
    assert_eq!(
        ready["warnings"][0],
        "2 ends of access hold on this server alone"
    );
    go_on_writing(&server);
    server.kill_9();
    server.restart();
    assert_eq!((status(&ana), status(&ben)), (401, 401));
    let person = root.get("/persons/ana").send().expect_status(200).data();
    assert_eq!(person["status"], "frozen");
    for action in ["person.frozen", "token.revoked"] {
        let path = format!("/audit?action={action}");
        let events = root.get(&path).send().expect_status(200).data();
        assert_eq!(events[0]["actor"]["id"], "admin", "{action}");
    }
}

//! The checks of this story find what they are there to find.

use keydance_testkit::{Backend, Options, Server};
use rusqlite::Connection;
use serde_json::json;

use super::database::{Tables, sqlite_file};
use super::log::Log;
use super::random::Random;
use super::writer::Writer;
use super::{client, unlimited};

#[test]
fn half_a_credential_a_changed_event_and_a_lost_one_are_found() {
    let options = Options::new(env!("CARGO_BIN_EXE_keydance"), Backend::Sqlite);
    let server = Server::start(&unlimited(options));
    let client = client(&server.url(), &server.admin_token());
    let mut writer = Writer::new("writer".to_owned(), Random::seeded("checks"));
    assert!((0..30).all(|_| writer.step(&client)));
    let mut log = Log::new();
    assert_eq!(log.follow(&client), [""; 0]);
    let tables = Tables::of(server.home());
    assert_eq!(tables.halves(), [""; 0]);
    assert_eq!(writer.settle(&log, &client), [""; 0]);
    // What was acknowledged is in no empty log.
    assert!(writer.step(&client));
    assert_eq!(writer.settle(&Log::new(), &client).len(), 1);

    let database = Connection::open(sqlite_file(server.home())).expect("the file opens");
    let change = |sql: &str| {
        database
            .execute_batch(sql)
            .expect("nothing guards this file")
    };
    change("update event set body = replace(body, '\"v\":1', '\"v\":2') where seq = 3");
    assert!(!Log::new().follow(&client).is_empty());
    change(
        "pragma foreign_keys = off; delete from version where rowid in (select min(rowid) from version)",
    );
    assert!(!tables.halves().is_empty());
}

#[test]
fn events_out_of_order_are_found() {
    let mut log = Log::new();
    let body = |seq: u64| json!({"seq": seq}).to_string();
    assert_eq!(log.append(&body(0)), Ok(()));
    assert_eq!(log.append(&body(2)), Err("event 2 stands at 1".to_owned()));
    assert_eq!(log.append(&body(0)), Err("event 0 stands at 1".to_owned()));
}

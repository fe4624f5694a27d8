//! Opening, reading, and who may write.

use keydance_core::event::Action;
use keydance_store::{Error, Location, Store, Weakness};

use crate::rows::{event, principal};
use crate::world::both;

#[test]
fn what_was_written_is_there_when_the_store_is_opened_again() {
    both(|world| {
        world.write(|tx| tx.principals().insert(&principal("ana")));
        let (again, org) = (world.another_store(), world.org);
        let read = again.read(move |tx| {
            tx.enter(org)?;
            tx.principals().find("ana")
        });
        assert!(world.wait(read).unwrap().is_some());
    });
}

#[test]
fn a_reading_use_case_cannot_write_nor_record() {
    both(|world| {
        let org = world.org;
        let write = world.store.read(move |tx| {
            tx.enter(org)?;
            tx.principals().insert(&principal("ana"))
        });
        assert!(matches!(world.wait(write), Err(Error::Unavailable(_))));
        let record = world.store.read(move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            Ok::<_, Error>(())
        });
        assert!(matches!(world.wait(record), Err(Error::Unavailable(_))));
        assert!(world.read(|tx| tx.principals().find("ana")).is_none());
        assert_eq!(world.read(|tx| tx.log().head()).size, 0);
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    both(|world| {
        let mut raw = world.raw();
        raw.run(if world.is_postgres() {
            "insert into migration values (99)"
        } else {
            "pragma user_version = 99"
        })
        .unwrap();
        let refused = Store::open(&world.location, 1);
        assert!(matches!(refused, Err(Error::Unavailable(said)) if said.contains("schema 99")));
    });
}

#[test]
fn an_address_that_leads_nowhere_is_said_to_do_so() {
    let nowhere = Location::Postgres("postgres://nobody@127.0.0.1:1/none".to_owned());
    assert!(matches!(
        Store::open(&nowhere, 1),
        Err(Error::Unavailable(_))
    ));
    let nonsense = Location::Postgres("nonsense".to_owned());
    assert!(matches!(
        Store::open(&nonsense, 1),
        Err(Error::Unavailable(_))
    ));
    let folder = tempfile::tempdir().unwrap();
    let missing = Location::Sqlite(folder.path().join("missing/keydance.db"));
    assert!(matches!(
        Store::open(&missing, 1),
        Err(Error::Unavailable(_))
    ));
}

/// A server without TLS on the same machine: the usual address, which prefers TLS, works too.
#[test]
fn a_server_without_tls_is_used_unless_the_address_requires_tls() {
    let database = keydance_testkit::Database::create();
    let open = |url: String| Store::open(&Location::Postgres(url), 1).map(drop);
    assert_eq!(open(database.url().to_owned()), Ok(()));
    let required = open(format!("{}?sslmode=require", database.url()));
    assert!(matches!(required, Err(Error::Unavailable(_))));
}

#[test]
fn an_account_that_row_security_does_not_hold_and_another_encoding_are_weaknesses() {
    let file = Location::Sqlite("nowhere/keydance.db".into());
    assert_eq!(file.weaknesses(), Ok(vec![]));
    let database = keydance_testkit::Database::create();
    let weaknesses = |url: &str| Location::Postgres(url.to_owned()).weaknesses().unwrap();
    assert_eq!(weaknesses(database.url()), []);
    let administrator = database.administrators_url();
    assert_eq!(weaknesses(&administrator), [Weakness::Superuser]);
    let name = database.name();
    let administrate = |sql: &str| database.administrate(sql).unwrap();
    administrate(&format!("alter role {name} bypassrls"));
    let bypasses = weaknesses(database.url());
    administrate(&format!(
        "create database {name}_latin owner {name} encoding 'LATIN1' locale 'C' template template0"
    ));
    let latin = weaknesses(&format!("{}_latin", database.url()));
    administrate(&format!("drop database {name}_latin with (force)"));
    assert_eq!(bypasses, [Weakness::BypassesRowSecurity]);
    let encoding = Weakness::Encoding("LATIN1".to_owned());
    assert_eq!(latin, [Weakness::BypassesRowSecurity, encoding]);
}

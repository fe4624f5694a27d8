//! S12: PostgreSQL itself keeps organisations apart, and on both databases every statement does.

use keydance_core::owner::Owner;
use keydance_store::executions::{ExecutionCredentialRow, HandOutRow};
use keydance_store::idempotency::Remembered;
use keydance_store::log::{CheckpointRow, EventFilter};
use keydance_store::organisations::OrganisationKeyRow;
use keydance_store::principals::Kind;
use keydance_testkit::Backend;

use crate::raw::Raw;
use crate::rows::{self, ALL, at, credential_id, execution_id, flow_id, org};
use crate::world::{World, both};

/// At least one row in every table there is.
fn fill(world: &World) {
    let org = world.org;
    world.write(move |tx| {
        let ana = [Owner::person("ana")];
        let key = OrganisationKeyRow {
            purpose: "kek".to_owned(),
            generation: 1,
            key_id: vec![1],
            envelope: vec![1],
        };
        tx.organisations().insert_key(&key, at(0))?;
        tx.principals().insert(&rows::principal("ana"))?;
        tx.access_tokens().insert(&rows::token("aaa", org))?;
        tx.groups().insert(&rows::group("ops"))?;
        tx.groups().join(&rows::membership("ops", "ana"))?;
        tx.environments()
            .insert(&rows::environment_row("default"))?;
        rows::add_credential(tx, 1, &ana)?;
        tx.versions().insert(&rows::version(1, 1, "current"))?;
        rows::add_flow(tx, 1, &ana, &[1])?;
        let (execution, credential) = (execution_id(1), credential_id(1));
        let paths = "[]".to_owned();
        let fetches = [ExecutionCredentialRow {
            execution,
            credential,
            paths,
        }];
        tx.executions().insert(&rows::execution(1), &fetches)?;
        let principal = "ana".to_owned();
        let given = HandOutRow {
            execution: Some(execution),
            principal,
            credential,
            version: 1,
        };
        tx.executions().hand_out(&[given], at(1))?;
        let remembered = Remembered {
            fingerprint: vec![1],
            answer: "{}".to_owned(),
        };
        tx.idempotency()
            .insert("ana", "k", &remembered, at(1), at(0))?;
        tx.log().insert_checkpoint(
            &CheckpointRow {
                size: 1,
                note: "n".to_owned(),
            },
            at(1),
        )?;
        for _ in 0..256 {
            tx.record(rows::event(
                org,
                keydance_core::event::Action::FlowCreated,
                "ana",
                1,
            ));
        }
        Ok(())
    });
    world.add_organisation(rows::org(2));
}

/// Every table that holds rows of organisations.
fn tables(raw: &mut Raw) -> Vec<String> {
    let found = raw.rows(
        "select table_name from information_schema.columns
         where table_schema = 'public' and column_name = 'org' order by 1",
    );
    let mut tables: Vec<_> = found.into_iter().flatten().collect();
    tables.push("organisation".to_owned());
    assert!(tables.len() >= 19, "{tables:?}");
    tables
}

fn assert_empty(raw: &mut Raw, when: &str) {
    for table in tables(raw) {
        let count = raw.number(&format!("select count(*) from {table}"));
        assert_eq!(count, 0, "{table} {when}");
    }
}

#[test]
fn a_connection_that_entered_no_organisation_sees_no_row() {
    let world = World::new(Backend::Postgres);
    fill(&world);
    let mut raw = world.raw();
    assert_empty(&mut raw, "on a fresh connection");
    for end in ["commit", "rollback"] {
        raw.run(&format!("begin; set local keydance.org = '{}'", world.org))
            .unwrap();
        for table in tables(&mut raw) {
            let count = raw.number(&format!("select count(*) from {table}"));
            assert!(count > 0, "{table} holds nothing that could be seen");
        }
        raw.run(end).unwrap();
        assert_empty(&mut raw, &format!("after {end}"));
    }
    raw.run("begin; set local keydance.org = ''").unwrap();
    assert_empty(&mut raw, "with an empty setting");
}

#[test]
fn an_organisation_sees_and_writes_its_own_rows_only() {
    let world = World::new(Backend::Postgres);
    fill(&world);
    let mut raw = world.raw();
    raw.enter(org(2));
    for table in tables(&mut raw) {
        let expected = i64::from(table == "organisation");
        assert_eq!(
            raw.number(&format!("select count(*) from {table}")),
            expected,
            "{table}"
        );
    }
    let one = org(1);
    for sql in [
        format!("insert into environment (org, name, created_at) values ('{one}', 'x', 1)"),
        format!("update organisation set id = '{one}'"),
        "insert into organisation (id, created_at) values ('every', 1)".to_owned(),
    ] {
        assert!(raw.run(&sql).is_err(), "{sql}");
    }
}

#[test]
fn row_security_is_forced_on_every_table_and_on_a_role_it_binds() {
    let world = World::new(Backend::Postgres);
    let mut raw = world.raw();
    for table in tables(&mut raw) {
        let forced = raw.rows(&format!(
            "select relrowsecurity and relforcerowsecurity from pg_class
             where oid = '{table}'::regclass"
        ));
        assert_eq!(forced, [["t"]], "{table}");
    }
    let exempt =
        raw.rows("select rolsuper or rolbypassrls from pg_roles where rolname = current_user");
    assert_eq!(exempt, [["f"]]);
    // What is left is known to hold nothing of any organisation.
    let others = raw.rows(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
         and not relrowsecurity order by 1",
    );
    assert_eq!(others.concat(), ["migration", "object", "seal"]);
}

#[test]
fn a_token_that_was_shown_can_be_read_but_not_changed() {
    let world = World::new(Backend::Postgres);
    fill(&world);
    let mut raw = world.raw();
    raw.run("begin; set local keydance.tokens = 'zzz aaa'")
        .unwrap();
    assert_eq!(raw.rows("select id from access_token"), [["aaa"]]);
    raw.run("update access_token set principal = 'eve'; delete from access_token")
        .unwrap();
    raw.run("commit; begin; set local keydance.tokens = 'aaa'")
        .unwrap();
    assert_eq!(raw.rows("select principal from access_token"), [["ana"]]);
    raw.run("rollback").unwrap();
    assert_eq!(raw.number("select count(*) from access_token"), 0);
}

#[test]
fn no_door_opens_to_another_organisation() {
    both(|world| {
        fill(world);
        let seen = world.read_in(org(2), |tx| {
            let (ana, id) = (Owner::person("ana"), credential_id(1));
            let visible = keydance_store::credentials::CredentialFilter {
                visible_to: vec![ana.clone()],
                ..Default::default()
            };
            Ok([
                tx.organisations().keys()?.len(),
                usize::from(tx.principals().find("ana")?.is_some()),
                tx.principals().list(Kind::Person, ALL)?.entries.len(),
                tx.access_tokens().list("ana", ALL)?.entries.len(),
                tx.groups().list(ALL)?.entries.len(),
                tx.groups().open(&["ops"])?.len(),
                tx.groups().members("ops", at(20))?.len(),
                tx.groups().of_principals(&["ana"], at(20))?.len(),
                tx.environments().list()?.len(),
                tx.credentials().find_all(&[id])?.len(),
                tx.credentials().owners(&[id])?.len(),
                tx.credentials()
                    .list(&visible, Default::default(), ALL)?
                    .entries
                    .len(),
                tx.credentials()
                    .walk(&visible.visible_to, (at(-1), id), 10)?
                    .len(),
                tx.credentials().owned_by(&ana)?.len(),
                tx.credentials().flows_referencing(id)?.len(),
                tx.versions().list(id)?.len(),
                tx.versions().current(&[(id, &Default::default())])?.len(),
                tx.flows().find_all(&[flow_id(1)])?.len(),
                tx.flows().list(&[ana], ALL)?.entries.len(),
                tx.flows().references(flow_id(1))?.len(),
                tx.executions().find_all(&[execution_id(1)])?.len(),
                tx.executions().credentials(&[execution_id(1)])?.len(),
                tx.executions().list(flow_id(1), ALL)?.entries.len(),
                tx.executions().holding(id)?.len(),
                usize::from(tx.idempotency().find("ana", "k", at(0))?.is_some()),
                tx.log().events(&EventFilter::default(), None, 10)?.len(),
                tx.log().range(0, 10)?.len(),
                usize::from(tx.log().checkpoint()?.is_some()),
            ])
        });
        assert_eq!(seen, [0; 28]);
    });
}

//! The log vouches for rows: whoever edits one by hand is found.

use keydance_core::event::Action;
use keydance_core::owner::Owner;
use keydance_store::recorded::{Fault, Finding, Table};
use keydance_store::{Result, Tx};

use crate::rows::{
    add_credential, add_flow, at, credential, credential_id, environment, environment_row, event,
    execution_id, flow_id, group, membership, org, owned, principal, token, version,
};
use crate::world::{World, both};

fn compare(world: &World) -> Vec<Finding> {
    world.read(|tx| tx.log().compare()).findings
}

/// Changes something and records that it was changed.
fn change(world: &World, mut use_case: impl FnMut(&mut Tx<'_>) -> Result<()> + Send + 'static) {
    world.write(move |tx| {
        use_case(tx)?;
        tx.record(event(org(1), Action::CredentialUpdated, "ana", 1));
        Ok(())
    });
}

/// One row in each table, every kind of change of each, all recorded.
fn filled(world: &World) {
    let (ana, ops) = (Owner::person("ana"), Owner::group("ops"));
    let owners = [ana.clone(), ops.clone()];
    change(world, move |tx| {
        tx.principals().insert(&principal("ana"))?;
        tx.environments().insert(&environment_row("staging"))?;
        tx.environments().insert(&environment_row("default"))?;
        tx.groups().insert(&group("ops"))?;
        tx.groups().join(&membership("ops", "ana"))?;
        tx.groups().join(&membership("ops", "bob"))?;
        tx.access_tokens().insert(&token("p1", org(1)))?;
        add_credential(tx, 1, &owners)?;
        add_credential(tx, 2, &owners)?;
        tx.versions().insert(&version(1, 1, "current"))?;
        add_flow(tx, 1, &owners, &[1, 2])
    });
    change(world, move |tx| {
        tx.principals().update(&principal("ana"))?;
        tx.environments().delete(&environment("staging"))?;
        tx.groups().update(&group("ops"))?;
        tx.groups().part("ops", "person", "bob", "root", at(20))?;
        tx.access_tokens().end("p1", "asked", at(20))?;
        tx.credentials().update(&credential(1))?;
        tx.flows().set_edges(
            flow_id(1),
            std::slice::from_ref(&ana),
            &[credential_id(1)],
            at(20),
        )?;
        tx.credentials()
            .close_owner(credential_id(1), &ops, "root", at(20))?;
        tx.credentials()
            .add_owner(&owned(1, &ops), "root", at(30))?;
        tx.versions()
            .set_state(credential_id(1), 1, "current", "disabled")
    });
}

#[test]
fn what_use_cases_change_is_as_their_events_say() {
    both(|world| {
        filled(world);
        let compared = world.read(|tx| tx.log().compare());
        assert_eq!(compared.findings, []);
        assert_eq!(compared.head.size, 2);
        assert_eq!(compared.rows, 19);
    });
}

#[test]
fn changes_of_many_rows_at_once_are_recorded_row_by_row() {
    both(|world| {
        filled(world);
        change(world, |tx| {
            let mut of_run = token("x1", org(1));
            (of_run.kind, of_run.execution) = ("x".to_owned(), Some(execution_id(1)));
            tx.access_tokens().insert(&of_run)?;
            tx.access_tokens().insert(&token("p2", org(1)))?;
            tx.access_tokens()
                .extend_execution(execution_id(1), at(2000))?;
            tx.versions().insert(&version(1, 2, "current"))
        });
        change(world, |tx| {
            tx.access_tokens()
                .end_of_executions(&[execution_id(1)], "ended", at(40))?;
            tx.access_tokens()
                .end_of_principal("ana", "frozen", at(40))?;
            tx.groups().part_all("ops", "root", at(40))?;
            tx.versions().destroy(credential_id(1), 1)?;
            tx.versions().destroy_all(credential_id(1))
        });
        assert_eq!(compare(world), []);
    });
}

#[test]
fn an_edited_row_is_found_in_every_table() {
    both(|world| {
        filled(world);
        let mut raw = world.raw();
        raw.enter(world.org);
        let edits = [
            (
                Table::AccessToken,
                "update access_token set ended_at = null",
            ),
            (
                Table::Credential,
                "update credential set state = 'suspended' where id like '01%'",
            ),
            (
                Table::CredentialOwner,
                "update credential_owner set position = 7 where credential like '02%' and owner_id = 'ops'",
            ),
            (
                Table::Environment,
                "update environment set protected_at = 1",
            ),
            (
                Table::Flow,
                "update flow set blocked_reason = null, name = 'other'",
            ),
            (
                Table::FlowOwner,
                "update flow_owner set position = 9 where live = 1",
            ),
            (Table::Group, "update membership_group set closed_at = 1"),
            (
                Table::Membership,
                "update membership set until = null, live = 1 where member_id = 'bob'",
            ),
            (
                Table::Principal,
                "update principal set permissions = 'persons.manage'",
            ),
            (Table::Version, "update version set state = 'current'"),
        ];
        for (table, sql) in edits {
            raw.run(sql).unwrap();
            let found = compare(world);
            let found: Vec<_> = found.iter().filter(|found| found.table == table).collect();
            let [found] = &found[..] else {
                panic!("{sql}: {found:?}");
            };
            assert_eq!(found.fault, Fault::Differs, "{sql}");
            assert!(found.seq.is_some(), "{sql}");
        }
    });
}

#[test]
fn a_row_added_or_taken_out_by_hand_is_found() {
    both(|world| {
        filled(world);
        let mut raw = world.raw();
        raw.enter(world.org);
        let org = world.org;
        raw.run(&format!(
            "delete from access_token;
             insert into membership (org, group_id, member_type, member_id, since, opened_by, reason)
               values ('{org}', 'ops', 'person', 'eve', 1, 'eve', '')"
        ))
        .unwrap();
        let found: Vec<_> = compare(world)
            .into_iter()
            .map(|found| (found.table, found.key.join(" "), found.fault, found.seq))
            .collect();
        assert_eq!(
            found,
            [
                (
                    Table::Membership,
                    "ops person eve 1".to_owned(),
                    Fault::Extra,
                    None
                ),
                (Table::AccessToken, "p1".to_owned(), Fault::Missing, Some(1)),
            ]
        );
    });
}

#[test]
fn a_failed_use_case_leaves_no_row_to_the_next_event() {
    both(|world| {
        filled(world);
        let failed = world.try_write(|tx| {
            tx.principals().insert(&principal("eve"))?;
            tx.record(event(org(1), Action::CredentialUpdated, "ana", 1));
            Err::<(), _>(keydance_store::Error::Changed)
        });
        assert!(failed.is_err());
        change(world, |tx| tx.groups().insert(&group("late")));
        let last = world.read(|tx| tx.log().range(2, 3));
        assert!(!last[0].body.contains("eve"), "{}", last[0].body);
        assert_eq!(compare(world), []);
    });
}

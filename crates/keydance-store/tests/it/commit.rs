//! What can happen at the end of a transaction: refused, moved on, rolled back, lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keydance_core::event::Action;
use keydance_store::{Error, Tx};
use keydance_testkit::Backend;

use crate::queue::{Gate, actions, add, hand_in, has, submit, with_a_doubt};
use crate::rows::{credential_id, event, flow_id};
use crate::world::{World, both};

#[test]
fn an_error_of_the_commit_answers_everybody() {
    both(|world| {
        let org = world.org;
        let record = move |tx: &mut Tx<'_>| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            Ok(())
        };
        let batched = Arc::new(world.store.batched(move |tx, requests: &[i64]| {
            tx.enter(org)?;
            record(tx)?;
            Ok(requests.iter().map(|n| Ok(*n)).collect())
        }));
        world.write(record);
        let mut raw = world.raw();
        raw.enter(world.org);
        raw.run(
            "update organisation set log_size = 0, log_frontier = ''"
                .replace("''", if world.is_postgres() { "''" } else { "x''" })
                .as_str(),
        )
        .unwrap();
        let gate = Gate::close(world);
        let answers = [
            hand_in(world, record),
            hand_in(world, add("ana".to_owned())),
        ];
        let batch = submit(world, &batched, 1);
        let last = hand_in(world, |_| Ok(()));
        gate.open(world);
        for answer in answers {
            assert_eq!(world.wait(answer).unwrap(), Err(Error::RolledBack));
        }
        assert_eq!(world.wait(batch).unwrap(), Err(Error::RolledBack));
        drop(world.wait(last).unwrap());
        assert!(!has(world, "ana"));
    });
}

#[test]
fn a_database_with_an_older_epoch_was_rolled_back() {
    both(|world| {
        let org = world.org;
        world.write(|tx| tx.narrow_access());
        assert_eq!(world.read(|tx| tx.epoch()), 2);
        let mut raw = world.raw();
        raw.enter(world.org);
        raw.run("update organisation set epoch = 1").unwrap();
        let next = world.try_write(move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            Ok(())
        });
        assert_eq!(next, Err(Error::RolledBack));
    });
}

/// Decides on an epoch that another replica moves before the commit; says how often it was tried.
fn narrowed_meanwhile(world: &World, relies_on_it: bool) -> u32 {
    let (org, other) = (world.org, world.another_store());
    let runtime = world.runtime().handle().clone();
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    world.write(move |tx| {
        if relies_on_it {
            tx.epoch()?;
        }
        if counted.fetch_add(1, Ordering::Relaxed) == 0 {
            let narrow = other.write(move |tx| {
                tx.enter(org)?;
                tx.narrow_access()
            });
            runtime.block_on(narrow)?;
        }
        tx.record(event(org, Action::CredentialHandedOut, "ana", 1));
        Ok(())
    });
    tries.load(Ordering::Relaxed)
}

#[test]
fn a_decision_is_made_again_when_access_was_narrowed_before_the_commit() {
    let world = World::new(Backend::Postgres);
    assert_eq!(narrowed_meanwhile(&world, true), 2);
    assert_eq!(actions(&world), ["credential.handed_out"]);
    assert_eq!(world.read(|tx| tx.epoch()), 2);
    assert_eq!(narrowed_meanwhile(&world, false), 1);
}

#[test]
fn narrowing_twice_in_one_transaction_moves_the_epoch_and_a_decision_in_it_holds() {
    both(|world| {
        let org = world.org;
        let gate = Gate::close(world);
        let deciding = hand_in(world, move |tx| {
            tx.record(event(org, Action::CredentialHandedOut, "ana", 1));
            tx.epoch()
        });
        let narrowing = [
            hand_in(world, |tx| tx.narrow_access()),
            hand_in(world, |tx| tx.narrow_access()),
        ];
        gate.open(world);
        assert_eq!(world.wait(deciding).unwrap(), Ok(1));
        narrowing
            .into_iter()
            .for_each(|answer| world.wait(answer).unwrap().unwrap());
        assert_eq!(world.read(|tx| tx.epoch()), 2);
    });
}

/// Makes the next commit that adds a principal fail, by what is checked at its end.
fn spoil_the_commit(world: &World, by: &str) {
    let mut raw = world.raw();
    let row = format!(
        "insert into flow_ref_owner (org, flow, credential, owner_type, owner_id)
         values ('{}', '{}', '{}', 'person', 'bob')",
        world.org,
        flow_id(1),
        credential_id(1)
    );
    raw.run(&if world.is_postgres() {
        let act = if by.is_empty() { &row } else { by };
        format!(
            "create function spoil() returns trigger language plpgsql as
               $$ begin {act}; return null; end $$;
             create constraint trigger spoil after insert on principal
               deferrable initially deferred for each row execute function spoil()"
        )
    } else {
        format!("create trigger spoil after insert on principal begin {row}; end")
    })
    .unwrap();
}

fn unspoil(world: &World) {
    let on = if world.is_postgres() {
        "on principal"
    } else {
        ""
    };
    world
        .raw()
        .run(&format!("drop trigger spoil {on}"))
        .unwrap();
}

#[test]
fn a_commit_that_is_refused_leaves_nothing_and_the_store_goes_on() {
    both(|world| {
        with_a_doubt(world);
        spoil_the_commit(world, "");
        let org = world.org;
        let refused = world.try_write(move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            add("ana".to_owned())(tx)
        });
        assert_eq!(refused, Err(Error::Referenced));
        unspoil(world);
        assert!(!has(world, "ana"));
        assert_eq!(world.read(|tx| tx.log().head()).size, 0);
        world.write(add("bob".to_owned()));
        assert!(has(world, "bob"));
    });
}

#[test]
fn a_commit_whose_connection_breaks_is_of_unknown_outcome_and_the_next_one_connects_anew() {
    let world = World::new(Backend::Postgres);
    spoil_the_commit(&world, "perform pg_terminate_backend(pg_backend_pid())");
    assert_eq!(world.try_write(add("ana".to_owned())), Err(Error::Unknown));
    unspoil(&world);
    world.write(add("bob".to_owned()));
    assert!(has(&world, "bob"));
}

#[test]
fn connections_that_were_cut_while_nobody_asked_are_made_anew() {
    let world = World::new(Backend::Postgres);
    world.write(add("ana".to_owned()));
    assert!(has(&world, "ana"));
    world
        .raw()
        .run(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where usename = current_user and pid <> pg_backend_pid()",
        )
        .unwrap();
    assert!(has(&world, "ana"));
    world.write(add("bob".to_owned()));
    assert!(has(&world, "bob"));
}

//! Use cases that wait at the same time are committed together, and each is answered for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keydance_core::event::{Action, Outcome};
use keydance_core::owner::Owner;
use keydance_store::Error;

use crate::queue::{Gate, actions, add, hand_in, has, submit, with_a_doubt};
use crate::rows::{at, credential_id, event, flow_id, org, principal};
use crate::world::{Result, both};

#[test]
fn use_cases_that_wait_are_committed_together_and_answered_afterwards() {
    both(|world| {
        let gate = Gate::close(world);
        let answers: Vec<_> = (0..60)
            .map(|n| hand_in(world, add(format!("p{n}"))))
            .collect();
        let location = world.location.clone();
        let last = hand_in(world, move |tx| {
            let inside = tx.principals().find("p59")?.is_some();
            let mut raw = crate::raw::Raw::open(&location);
            raw.enter(org(1));
            Ok((inside, raw.number("select count(*) from principal")))
        });
        let org = world.org;
        let late = hand_in(world, move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            Ok(())
        });
        assert!(!late.is_finished());
        gate.open(world);
        assert_eq!(world.wait(last).unwrap(), Ok((true, 0)));
        for answer in answers {
            assert_eq!(world.wait(answer).unwrap(), Ok(()));
        }
        assert_eq!(world.wait(late).unwrap(), Ok(()));
        assert_eq!(world.read(|tx| tx.log().head()).size, 1);
    });
}

#[test]
fn a_use_case_that_fails_leaves_nothing_but_its_refusals() {
    both(|world| {
        let org = world.org;
        let gate = Gate::close(world);
        let before = hand_in(world, move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            add("before".to_owned())(tx)
        });
        let failing = hand_in(world, move |tx| {
            add("failing".to_owned())(tx)?;
            tx.record(event(org, Action::PersonCreated, "eve", 1));
            tx.narrow_access()?;
            let denied = event(org, Action::AccessDenied, "eve", 1).outcome(Outcome::Denied);
            tx.record_refusal(denied);
            Err::<(), _>(Error::Changed)
        });
        let doubled = hand_in(world, add("before".to_owned()));
        let after = hand_in(world, move |tx| {
            add("after".to_owned())(tx)?;
            tx.record(event(org, Action::PersonUpdated, "ana", 1));
            tx.epoch()
        });
        gate.open(world);
        assert_eq!(world.wait(before).unwrap(), Ok(()));
        assert_eq!(world.wait(failing).unwrap(), Err(Error::Changed));
        assert_eq!(world.wait(doubled).unwrap(), Err(Error::Exists));
        assert_eq!(world.wait(after).unwrap(), Ok(1));
        assert!(has(world, "before") && has(world, "after") && !has(world, "failing"));
        assert_eq!(
            actions(world),
            ["person.created", "person.updated", "access.denied"]
        );
        assert_eq!(world.read(|tx| tx.epoch()), 1);
    });
}

#[test]
fn a_use_case_that_ignores_a_failed_statement_fails_alone() {
    both(|world| {
        world.write(add("ana".to_owned()));
        let gate = Gate::close(world);
        let careless = hand_in(world, |tx| {
            add("zoe".to_owned())(tx)?;
            drop(add("ana".to_owned())(tx));
            Ok(())
        });
        let other = hand_in(world, add("bob".to_owned()));
        gate.open(world);
        assert_eq!(world.wait(careless).unwrap(), Err(Error::Exists));
        assert_eq!(world.wait(other).unwrap(), Ok(()));
        assert!(has(world, "bob") && !has(world, "zoe"));
    });
}

#[test]
fn a_use_case_enters_no_organisation_by_the_one_before_it() {
    both(|world| {
        let gate = Gate::close(world);
        let first = hand_in(world, add("ana".to_owned()));
        let store = world.store.clone();
        let forgetful = world.runtime().spawn(async move {
            store
                .write(|tx| tx.principals().find("ana").map(drop))
                .await
        });
        gate.open(world);
        assert_eq!(world.wait(first).unwrap(), Ok(()));
        assert!(matches!(
            world.wait(forgetful).unwrap(),
            Err(Error::Unavailable(_))
        ));
    });
}

#[test]
fn a_use_case_that_rests_on_something_untrue_is_started_over_with_all_others() {
    both(|world| {
        with_a_doubt(world);
        let tries = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tries);
        let org = world.org;
        let gate = Gate::close(world);
        let other = hand_in(world, move |tx| {
            tx.record(event(org, Action::PersonCreated, "ana", 1));
            add("ana".to_owned())(tx)
        });
        let doubtful = hand_in(world, move |tx| {
            let is_first = counted.fetch_add(1, Ordering::Relaxed) == 0;
            let owner = Owner::person(if is_first { "ana" } else { "bob" });
            tx.flows()
                .set_edges(flow_id(1), &[owner], &[credential_id(1)], at(9))
        });
        gate.open(world);
        assert_eq!(world.wait(doubtful).unwrap(), Ok(()));
        assert_eq!(world.wait(other).unwrap(), Ok(()));
        assert_eq!(tries.load(Ordering::Relaxed), 2);
        assert_eq!(actions(world), ["person.created"]);
    });
}

#[test]
fn a_conflict_that_stays_is_answered_and_the_store_goes_on() {
    both(|world| {
        with_a_doubt(world);
        let tries = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tries);
        let hopeless = world.try_write(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            let owner = [Owner::person("ana")];
            tx.flows()
                .set_edges(flow_id(1), &owner, &[credential_id(1)], at(9))
        });
        assert_eq!(hopeless, Err(Error::Conflict));
        assert_eq!(tries.load(Ordering::Relaxed), 5);
        world.write(add("ana".to_owned()));
        assert!(has(world, "ana"));
    });
}

#[test]
fn what_is_not_as_it_was_read_is_started_over_and_other_errors_are_not() {
    both(|world| {
        let tries = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tries);
        world.write(move |tx| {
            let is_first = counted.fetch_add(1, Ordering::Relaxed) == 0;
            let refused = if is_first {
                Err(Error::Referenced)
            } else {
                Ok(())
            };
            tx.or_start_over(refused)
        });
        assert_eq!(tries.load(Ordering::Relaxed), 2);
        let other = world.try_write(|tx| tx.or_start_over::<()>(Err(Error::RolledBack)));
        assert_eq!(other, Err(Error::RolledBack));
    });
}

#[test]
fn whoever_comes_behind_a_narrowing_in_one_commit_sees_the_epoch_moved() {
    both(|world| {
        let before = world.write(|tx| tx.epoch());
        let gate = Gate::close(world);
        let first = hand_in(world, |tx| tx.epoch());
        let narrowing = hand_in(world, |tx| tx.narrow_access());
        let behind = hand_in(world, |tx| tx.epoch());
        gate.open(world);
        assert_eq!(world.wait(first).unwrap(), Ok(before));
        assert_eq!(world.wait(narrowing).unwrap(), Ok(()));
        assert_eq!(world.wait(behind).unwrap(), Ok(before + 1));
        assert_eq!(world.write(|tx| tx.epoch()), before + 1);
    });
}

#[test]
fn gathered_questions_have_the_answers_they_have_alone() {
    both(|world| {
        world.write(|tx| {
            add("ana".to_owned())(tx)?;
            add("ben".to_owned())(tx)
        });
        let (ana, nobody, late) = world.write(|tx| {
            tx.gather(|tx| {
                let ana = tx.principals().find("ana")?;
                let nobody = tx.principals().find("nobody")?;
                // Not asked while the answer to the first is still unknown.
                let late = match &ana {
                    Some(_) => tx.principals().find("ben")?,
                    None => None,
                };
                Ok::<_, Error>((ana.is_some(), nobody.is_some(), late.is_some()))
            })
        });
        assert_eq!((ana, nobody, late), (true, false, true));
        let failed = world.try_write(|tx| tx.gather(|_| Err::<(), _>(Error::Changed)));
        assert_eq!(failed, Err(Error::Changed));
        assert!(has(world, "ana"), "gathering has ended");
    });
}

#[test]
fn a_conflict_that_stays_harms_nobody_else() {
    both(|world| {
        with_a_doubt(world);
        let gate = Gate::close(world);
        let other = hand_in(world, add("ana".to_owned()));
        let hopeless = hand_in(world, |tx| {
            let owner = [Owner::person("ana")];
            tx.flows()
                .set_edges(flow_id(1), &owner, &[credential_id(1)], at(9))
        });
        gate.open(world);
        assert_eq!(world.wait(other).unwrap(), Ok(()));
        assert_eq!(world.wait(hopeless).unwrap(), Err(Error::Conflict));
        assert!(has(world, "ana"));
    });
}

#[test]
fn a_use_case_that_panics_leaves_nothing_and_the_store_goes_on() {
    both(|world| {
        let panicked = world.try_write::<()>(|tx| {
            add("zoe".to_owned())(tx)?;
            panic!("as a bug would");
        });
        assert!(matches!(panicked, Err(Error::Unavailable(_))));
        world.write(add("ana".to_owned()));
        assert!(has(world, "ana") && !has(world, "zoe"));
    });
}

#[test]
fn requests_of_one_batch_get_a_result_each() {
    both(|world| {
        let sizes = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&sizes);
        let batched = Arc::new(world.store.batched(move |tx, requests: &[i64]| {
            seen.lock().unwrap().push(requests.len());
            tx.enter(org(1))?;
            for n in requests {
                tx.principals().insert(&principal(&format!("p{n}")))?;
            }
            let result = |n: &i64| {
                if n % 2 == 0 {
                    Ok(n * 10)
                } else {
                    Err(Error::Changed)
                }
            };
            Ok(requests.iter().map(result).collect())
        }));
        let gate = Gate::close(world);
        let answers: Vec<_> = (0..20).map(|n| submit(world, &batched, n)).collect();
        gate.open(world);
        for (answer, n) in answers.into_iter().zip(0..) {
            let expected = if n % 2 == 0 {
                Ok(n * 10)
            } else {
                Err(Error::Changed)
            };
            assert_eq!(world.wait(answer).unwrap(), expected);
        }
        assert_eq!(*sizes.lock().unwrap(), [20]);
        // A result that is an error undoes nothing: the use case said so for that request only.
        assert!(has(world, "p1"));
    });
}

#[test]
fn an_error_in_a_batch_answers_everybody_and_undoes_everything() {
    both(|world| {
        let batched = Arc::new(world.store.batched(move |tx, requests: &[i64]| {
            tx.enter(org(1))?;
            for n in requests {
                tx.principals().insert(&principal(&format!("p{n}")))?;
            }
            Err::<Vec<Result<i64>>, _>(Error::Corrupt { column: 3 })
        }));
        let gate = Gate::close(world);
        let answers: Vec<_> = (0..5).map(|n| submit(world, &batched, n)).collect();
        let other = hand_in(world, add("other".to_owned()));
        gate.open(world);
        for answer in answers {
            assert_eq!(
                world.wait(answer).unwrap(),
                Err(Error::Corrupt { column: 3 })
            );
        }
        assert_eq!(world.wait(other).unwrap(), Ok(()));
        assert!(has(world, "other") && !has(world, "p0"));
    });
}

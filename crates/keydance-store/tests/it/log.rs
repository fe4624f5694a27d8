use keydance_core::event::{Action, Outcome};
use keydance_core::id::OrganisationId;
use keydance_core::owner::Owner;
use keydance_crypto::merkle::{Frontier, Hash, leaf_hash, verify_consistency, verify_inclusion};
use keydance_store::log::{CheckpointRow, EventFilter, Visibility};
use keydance_store::{Error, Store};

use crate::rows::{add_credential, add_flow, at, credential_id, event, flow_id, org};
use crate::world::{World, assert_same, both};

const CREATED: Action = Action::CredentialCreated;

fn record(world: &World, count: u32) {
    let org = world.org;
    world.write(move |tx| {
        (0..count).for_each(|n| tx.record(event(org, CREATED, "ana", n as u8)));
        Ok(())
    });
}

/// The roots of the log at every size up to its own, from the bodies alone.
fn roots(world: &World, size: u64) -> Vec<Hash> {
    let mut frontier = Frontier::new();
    let mut roots = vec![frontier.root()];
    for event in world.read(move |tx| tx.log().range(0, size)) {
        frontier.append(leaf_hash(event.body.as_bytes()));
        roots.push(frontier.root());
    }
    roots
}

#[test]
fn numbers_have_no_gaps_with_two_organisations_and_two_stores() {
    both(|world| {
        world.add_organisation(org(2));
        let stores = [world.store.clone(), world.another_store()];
        let writes: Vec<_> = (0..120_u8)
            .map(|n| {
                let store: Store = stores[usize::from(n % 2)].clone();
                let org = org(1 + n / 2 % 2);
                world.runtime().spawn(async move {
                    let write = store.write(move |tx| {
                        tx.record(event(org, CREATED, "ana", n));
                        Ok::<_, Error>(())
                    });
                    write.await
                })
            })
            .collect();
        for write in writes {
            world.wait(write).unwrap().unwrap();
        }
        for org in [org(1), org(2)] {
            let head = world.read_in(org, |tx| tx.log().head());
            assert_eq!(head.size, 60);
            let events = world.read_in(org, |tx| tx.log().range(0, 100));
            assert_eq!(events.len(), 60);
            for (event, seq) in events.iter().zip(0..) {
                assert_eq!(event.seq, seq);
                assert!(
                    event.body.contains(&format!("\"seq\":{seq},")),
                    "{}",
                    event.body
                );
                assert!(
                    event.body.contains(&format!("\"org\":\"{org}\"")),
                    "{}",
                    event.body
                );
            }
        }
    });
}

#[test]
fn an_empty_log_has_the_root_of_nothing() {
    both(|world| {
        let head = world.read(|tx| tx.log().head());
        assert_eq!((head.size, head.root), (0, Frontier::new().root()));
        let unknown = world.read_in(OrganisationId::DEPLOYMENT, |tx| tx.log().head());
        assert_eq!(unknown.size, 0);
    });
}

#[test]
fn every_event_is_proved_to_be_in_every_later_log() {
    both(|world| {
        [1, 254, 1, 1, 255, 88]
            .into_iter()
            .for_each(|count| record(world, count));
        let roots = roots(world, 600);
        let head = world.read(|tx| tx.log().head());
        assert_eq!((head.size, head.root), (600, roots[600]));
        let seqs = [
            0, 1, 2, 127, 254, 255, 256, 257, 300, 510, 511, 512, 598, 599,
        ];
        let sizes = [1, 2, 255, 256, 257, 258, 511, 512, 513, 599, 600];
        let bodies = world.read(|tx| tx.log().range(0, 600));
        for size in sizes {
            for seq in seqs.into_iter().filter(|seq| *seq < size) {
                let proof = world.read(move |tx| tx.log().inclusion_proof(seq, size));
                let leaf = leaf_hash(bodies[seq as usize].body.as_bytes());
                let root = &roots[size as usize];
                verify_inclusion(&leaf, seq, size, &proof, root).unwrap();
            }
        }
    });
}

#[test]
fn every_older_log_is_proved_to_be_the_beginning_of_every_newer_one() {
    both(|world| {
        [100, 412, 88]
            .into_iter()
            .for_each(|count| record(world, count));
        let roots = roots(world, 600);
        let sizes = [0, 1, 2, 3, 255, 256, 257, 384, 511, 512, 513, 599, 600];
        for new in sizes {
            for old in sizes.into_iter().filter(|old| *old <= new) {
                let proof = world.read(move |tx| tx.log().consistency_proof(old, new));
                let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
                verify_consistency((old, old_root), (new, new_root), &proof).unwrap();
            }
        }
    });
}

#[test]
fn what_is_not_in_the_log_is_not_proved() {
    both(|world| {
        record(world, 10);
        let inclusion = world.store.read(|tx| {
            tx.enter(org(1))?;
            tx.log().inclusion_proof(10, 10)
        });
        assert!(world.wait(inclusion).is_err());
        let inclusion = world.store.read(|tx| {
            tx.enter(org(1))?;
            tx.log().inclusion_proof(3, 11)
        });
        assert!(world.wait(inclusion).is_err());
        let consistency = world.store.read(|tx| {
            tx.enter(org(1))?;
            tx.log().consistency_proof(4, 11)
        });
        assert!(world.wait(consistency).is_err());
    });
}

#[test]
fn the_newest_checkpoint_is_kept_once() {
    both(|world| {
        assert!(world.read(|tx| tx.log().checkpoint()).is_none());
        let checkpoint = |size, note: &str| CheckpointRow {
            size,
            note: note.to_owned(),
        };
        world.write(move |tx| {
            tx.log().insert_checkpoint(&checkpoint(7, "seven"), at(1))?;
            tx.log().insert_checkpoint(&checkpoint(3, "three"), at(2))?;
            tx.log()
                .insert_checkpoint(&checkpoint(7, "other seven"), at(3))
        });
        let newest = world.read(|tx| tx.log().checkpoint());
        assert_same(newest, Some(checkpoint(7, "seven")));
    });
}

fn found(world: &World, filter: EventFilter) -> Vec<u64> {
    let events = world.read(move |tx| tx.log().events(&filter, None, 100));
    events.into_iter().map(|event| event.seq).collect()
}

/// Events 0 to 5: by ana about 1 and 2, by bob about 3 and 2 (denied), of flow 1, by ana about 4.
fn with_events(world: &World) {
    let org = world.org;
    world.write(move |tx| {
        add_credential(tx, 2, &[Owner::group("ops")])?;
        add_flow(tx, 1, &[Owner::person("cem")], &[])?;
        tx.record(event(org, CREATED, "ana", 1));
        tx.record(event(org, CREATED, "ana", 2));
        tx.record(event(org, Action::CredentialUpdated, "bob", 3));
        let denied = event(org, Action::CredentialRevealed, "bob", 2).outcome(Outcome::Denied);
        tx.record(denied);
        tx.record(event(org, Action::CredentialHandedOut, "bob", 4).flow(flow_id(1)));
        // About flow 1: credentials and flows have ids of one form.
        tx.record(event(org, Action::FlowUpdated, "ana", 1));
        Ok(())
    });
}

#[test]
fn events_are_found_by_everything_they_are_listed_by() {
    type Case = (fn(&mut EventFilter), &'static [u64]);
    let cases: [Case; 10] = [
        (|_| (), &[0, 1, 2, 3, 4, 5]),
        (|f| f.from = Some(at(2)), &[1, 2, 3, 4]),
        (|f| f.to = Some(at(2)), &[0, 5]),
        (|f| (f.from, f.to) = (Some(at(2)), Some(at(3))), &[1, 3]),
        (|f| f.actor = word("bob"), &[2, 3, 4]),
        (|f| f.action = word("credential.created"), &[0, 1]),
        (|f| f.object = word(&credential_id(2).to_string()), &[1, 3]),
        (|f| f.flow = word(&flow_id(1).to_string()), &[4]),
        (|f| f.outcome = word("denied"), &[3]),
        (
            |f| (f.outcome, f.actor) = (word("denied"), word("ana")),
            &[],
        ),
    ];
    both(|world| {
        with_events(world);
        for (choose, expected) in cases {
            let mut filter = EventFilter::default();
            choose(&mut filter);
            let shown = format!("{filter:?}");
            assert_eq!(found(world, filter), expected, "{shown}");
        }
    });
}

fn word(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn events_come_in_pages_after_a_number() {
    both(|world| {
        with_events(world);
        let page = |after, count| {
            let events =
                world.read(move |tx| tx.log().events(&EventFilter::default(), after, count));
            events
                .into_iter()
                .map(|event| event.seq)
                .collect::<Vec<_>>()
        };
        assert_eq!(page(None, 2), [0, 1]);
        assert_eq!(page(Some(0), 2), [1, 2]);
        assert_eq!(page(Some(5), 2), [0; 0]);
    });
}

#[test]
fn who_may_not_read_the_whole_log_sees_own_deeds_and_what_was_done_to_owned_things() {
    both(|world| {
        with_events(world);
        let seen_by = |actor: &str, owners: Vec<Owner>| {
            let visible_to = Some(Visibility {
                actor: actor.to_owned(),
                owners,
            });
            found(
                world,
                EventFilter {
                    visible_to,
                    ..EventFilter::default()
                },
            )
        };
        assert_eq!(seen_by("ana", vec![]), [0, 1, 5]);
        assert_eq!(seen_by("dan", vec![Owner::group("ops")]), [1, 3]);
        assert_eq!(seen_by("dan", vec![Owner::person("ops")]), [0; 0]);
        assert_eq!(seen_by("cem", vec![Owner::person("cem")]), [0, 5]);
        let owners = vec![Owner::group("ops"), Owner::person("cem")];
        assert_eq!(seen_by("bob", owners.clone()), [0, 1, 2, 3, 4, 5]);
        let filter = EventFilter {
            actor: Some("ana".to_owned()),
            visible_to: Some(Visibility {
                actor: "dan".to_owned(),
                owners,
            }),
            ..EventFilter::default()
        };
        assert_eq!(found(world, filter), [0, 1, 5]);
    });
}

#[test]
fn a_log_head_that_was_tampered_with_is_not_extended() {
    both(|world| {
        record(world, 3);
        let mut raw = world.raw();
        raw.enter(world.org);
        raw.run("update organisation set log_size = 5").unwrap();
        let org = world.org;
        let more = world.try_write(move |tx| {
            tx.record(event(org, CREATED, "ana", 1));
            Ok(())
        });
        assert!(matches!(more, Err(Error::Corrupt { .. })), "{more:?}");
    });
}

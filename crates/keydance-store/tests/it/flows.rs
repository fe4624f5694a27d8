use keydance_core::owner::Owner;
use keydance_store::Error;
use keydance_store::flows::{Blocked, FlowRow};
use keydance_store::page::PageRequest;

use crate::rows::{ALL, add_credential, add_flow, at, credential_id, flow, flow_id};
use crate::world::{World, assert_same, both};

fn ana() -> Owner {
    Owner::person("ana")
}

fn bob() -> Owner {
    Owner::person("bob")
}

fn owners(world: &World, n: u8) -> String {
    let pairs = world.read(move |tx| tx.flows().owners(&[flow_id(n)]));
    let ids: Vec<_> = pairs.into_iter().map(|(_, owner)| owner.id).collect();
    ids.join(" ")
}

fn set_edges(
    world: &World,
    owners: Vec<Owner>,
    credentials: &'static [u8],
    millis: i64,
) -> Result<(), Error> {
    world.try_write(move |tx| {
        let credentials: Vec<_> = credentials.iter().map(|n| credential_id(*n)).collect();
        tx.flows()
            .set_edges(flow_id(1), &owners, &credentials, at(millis))
    })
}

#[test]
fn a_flow_is_found_as_it_was_added() {
    both(|world| {
        let blocked = FlowRow {
            name: None,
            enabled: false,
            blocked: Some(Blocked {
                reason: "owner_left".to_owned(),
                since: at(5),
                references: "[]".to_owned(),
            }),
            ..flow(2)
        };
        let row = blocked.clone();
        world.write(move |tx| {
            tx.flows().insert(&flow(1))?;
            tx.flows().insert(&row)
        });
        assert_same(world.read(|tx| tx.flows().find(flow_id(1))), Some(flow(1)));
        assert_same(world.read(|tx| tx.flows().find(flow_id(2))), Some(blocked));
        assert!(world.read(|tx| tx.flows().find(flow_id(3))).is_none());
        let found = world.read(|tx| tx.flows().find_all(&[flow_id(3), flow_id(2), flow_id(1)]));
        assert_eq!(found.len(), 2);
        assert_same(world.write(|tx| tx.flows().lock(flow_id(1))), Some(flow(1)));
        assert_eq!(
            world.try_write(|tx| tx.flows().insert(&flow(1))),
            Err(Error::Exists)
        );
    });
}

#[test]
fn an_update_needs_the_tag_that_was_read() {
    both(|world| {
        world.write(|tx| tx.flows().insert(&flow(1)));
        let changed = FlowRow {
            document: "{\"steps\":[]}".to_owned(),
            revision: 2,
            digest: "sha256:11".to_owned(),
            enabled: false,
            updated_at: at(50),
            deleted_at: Some(at(50)),
            ..flow(1)
        };
        let row = changed.clone();
        world.write(move |tx| tx.flows().update(&row));
        let after = world.read(|tx| tx.flows().find(flow_id(1))).unwrap();
        assert_same(
            &after,
            &FlowRow {
                tag: after.tag,
                ..changed.clone()
            },
        );
        let stale = world.try_write(move |tx| tx.flows().update(&changed));
        assert_eq!(stale, Err(Error::Changed));
    });
}

#[test]
fn flows_are_listed_for_their_owners_without_deleted_ones() {
    both(|world| {
        world.write(|tx| {
            add_flow(tx, 1, &[ana()], &[])?;
            add_flow(tx, 2, &[bob(), ana()], &[])?;
            add_flow(tx, 3, &[Owner::group("ana")], &[])?;
            add_flow(tx, 4, &[ana()], &[])?;
            tx.flows().update(&FlowRow {
                deleted_at: Some(at(9)),
                ..flow(4)
            })
        });
        let list = |owners: Vec<Owner>, page| {
            let page = world.read(move |tx| tx.flows().list(&owners, page));
            let ids: Vec<_> = page.entries.iter().map(|flow| flow.id).collect();
            (ids, page.total)
        };
        assert_eq!(
            list(vec![ana(), bob()], ALL),
            (vec![flow_id(1), flow_id(2)], 2)
        );
        assert_eq!(list(vec![bob()], ALL), (vec![flow_id(2)], 1));
        let second = PageRequest { number: 2, size: 1 };
        assert_eq!(list(vec![ana()], second), (vec![flow_id(2)], 2));
        assert_eq!(list(vec![], ALL), (vec![], 0));
    });
}

#[test]
fn edges_become_those_given_in_one_step() {
    both(|world| {
        world.write(|tx| {
            add_credential(tx, 1, &[ana(), bob()])?;
            add_credential(tx, 2, &[bob()])?;
            add_credential(tx, 3, &[ana()])?;
            add_flow(tx, 1, &[ana()], &[1, 3])
        });
        let references = || world.read(|tx| tx.flows().references(flow_id(1)));
        assert_eq!(references(), [credential_id(1), credential_id(3)]);
        // Owner and references change together: 1 stays, 3 goes, 2 comes with its owner.
        set_edges(world, vec![bob()], &[1, 2], 10).unwrap();
        assert_eq!(owners(world, 1), "bob");
        assert_eq!(references(), [credential_id(1), credential_id(2)]);
        set_edges(world, vec![bob()], &[1, 2], 11).unwrap();
        set_edges(world, vec![], &[], 12).unwrap();
        assert_eq!((owners(world, 1), references()), (String::new(), vec![]));
        // There and back within one millisecond.
        set_edges(world, vec![ana(), bob()], &[1], 12).unwrap();
        set_edges(world, vec![], &[], 12).unwrap();
        set_edges(world, vec![ana(), bob()], &[1], 12).unwrap();
        assert_eq!(owners(world, 1), "ana bob");
        world.write(|tx| {
            tx.flows()
                .close_references(flow_id(1), &[credential_id(1), credential_id(9)], at(13))
        });
        assert_eq!(references(), []);
    });
}

#[test]
fn owners_come_in_the_order_they_were_added() {
    both(|world| {
        world.write(|tx| add_flow(tx, 1, &[bob(), ana()], &[]));
        assert_eq!(owners(world, 1), "bob ana");
        set_edges(world, vec![Owner::person("cem"), bob(), ana()], &[], 10).unwrap();
        assert_eq!(owners(world, 1), "bob ana cem");
    });
}

#[test]
fn an_edge_that_breaks_the_rule_is_a_conflict_with_what_was_decided() {
    both(|world| {
        world.write(|tx| {
            add_credential(tx, 1, &[ana()])?;
            add_flow(tx, 1, &[ana()], &[])
        });
        assert_eq!(
            set_edges(world, vec![bob()], &[1], 10),
            Err(Error::Conflict)
        );
        assert_eq!(
            set_edges(world, vec![ana(), bob()], &[1], 10),
            Err(Error::Conflict)
        );
        assert_eq!(
            set_edges(world, vec![ana()], &[9], 10),
            Err(Error::Conflict)
        );
        assert_eq!(set_edges(world, vec![], &[1], 10), Err(Error::Conflict));
        assert_eq!(owners(world, 1), "ana");
    });
}

use keydance_core::owner::Owner;
use keydance_store::Error;
use keydance_store::groups::{GroupRow, MembershipRow};
use keydance_store::page::PageRequest;

use crate::rows::{ALL, add_credential, add_flow, at, credential_id, group, membership};
use crate::world::{World, assert_same, both};

fn with_groups(world: &World, ids: &'static [&'static str]) {
    world.write(move |tx| ids.iter().try_for_each(|id| tx.groups().insert(&group(id))));
}

fn join(world: &World, membership: MembershipRow) {
    world.write(move |tx| tx.groups().join(&membership));
}

fn members(world: &World, id: &'static str, millis: i64) -> Vec<String> {
    let members = world.read(move |tx| tx.groups().members(id, at(millis)));
    members
        .into_iter()
        .map(|membership| membership.member)
        .collect()
}

/// `principal>group` for each group, in order.
fn groups_of(world: &World, ids: &'static [&'static str], millis: i64) -> Vec<String> {
    let pairs = world.read(move |tx| tx.groups().of_principals(ids, at(millis)));
    let mut pairs: Vec<_> = pairs
        .into_iter()
        .map(|(principal, group)| format!("{principal}>{group}"))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn a_group_is_found_renamed_and_closed() {
    both(|world| {
        with_groups(world, &["ops", "dev"]);
        assert_same(world.read(|tx| tx.groups().find("ops")), Some(group("ops")));
        let closed = GroupRow {
            name: "Old".to_owned(),
            closed_at: Some(at(5)),
            ..group("ops")
        };
        let row = closed.clone();
        world.write(move |tx| tx.groups().update(&row));
        let after = world.read(|tx| tx.groups().find("ops")).unwrap();
        assert_same(
            &after,
            &GroupRow {
                tag: after.tag,
                ..closed.clone()
            },
        );
        let stale = world.try_write(move |tx| tx.groups().update(&closed));
        assert_eq!(stale, Err(Error::Changed));
        let page = world.read(|tx| tx.groups().list(ALL));
        assert_eq!((page.entries.len(), page.total), (1, 1));
        let past = world.read(|tx| tx.groups().list(PageRequest { number: 2, size: 5 }));
        assert_eq!((past.entries.len(), past.total), (0, 1));
        // S14: a group of that id would inherit what the closed one owned.
        let again = world.try_write(|tx| tx.groups().insert(&group("ops")));
        assert_eq!(again, Err(Error::Exists));
    });
}

#[test]
fn the_open_ones_among_many_are_those_that_are_there_and_not_closed() {
    both(|world| {
        with_groups(world, &["ops", "dev", "old"]);
        world.write(|tx| {
            let old = tx.groups().find("old")?.unwrap();
            tx.groups().update(&GroupRow {
                closed_at: Some(at(5)),
                ..old
            })
        });
        let open = world.read(|tx| tx.groups().open(&["ops", "old", "dev", "nowhere", "ops"]));
        assert_eq!(open.into_iter().collect::<Vec<_>>(), ["dev", "ops"]);
        assert!(world.read(|tx| tx.groups().open(&[])).is_empty());
    });
}

#[test]
fn members_join_once_and_part_with_an_end() {
    both(|world| {
        with_groups(world, &["ops"]);
        join(world, membership("ops", "ana"));
        let again = world.try_write(|tx| tx.groups().join(&membership("ops", "ana")));
        assert_eq!(again, Err(Error::Exists));
        assert_eq!(members(world, "ops", 10), ["ana"]);
        assert_eq!(members(world, "ops", 9), [""; 0]);
        let part = |tx: &mut keydance_store::Tx<'_>| {
            tx.groups().part("ops", "person", "ana", "root", at(20))
        };
        assert!(world.write(part));
        assert!(!world.write(part));
        assert_eq!(members(world, "ops", 19), ["ana"]);
        assert_eq!(members(world, "ops", 20), [""; 0]);
    });
}

#[test]
fn who_comes_back_within_the_same_millisecond_is_a_member_again() {
    both(|world| {
        with_groups(world, &["ops"]);
        join(world, membership("ops", "ana"));
        world.write(|tx| tx.groups().part("ops", "person", "ana", "root", at(10)));
        join(world, membership("ops", "ana"));
        assert_eq!(groups_of(world, &["ana"], 11), ["ana>ops"]);
    });
}

#[test]
fn an_end_set_in_advance_is_not_moved_by_parting_later() {
    both(|world| {
        with_groups(world, &["ops"]);
        join(
            world,
            MembershipRow {
                until: Some(at(15)),
                ..membership("ops", "ana")
            },
        );
        assert_eq!(groups_of(world, &["ana"], 14), ["ana>ops"]);
        assert_eq!(groups_of(world, &["ana"], 15), [""; 0]);
        world.write(|tx| tx.groups().part("ops", "person", "ana", "root", at(20)));
        assert_eq!(members(world, "ops", 14), ["ana"]);
        assert_eq!(members(world, "ops", 16), [""; 0]);
    });
}

#[test]
fn membership_reaches_through_groups_even_in_a_ring_but_not_through_closed_ones() {
    both(|world| {
        with_groups(world, &["inner", "outer", "top", "closed"]);
        for (group, member) in [
            ("inner", "ana"),
            ("outer", "group:inner"),
            ("top", "group:outer"),
            ("inner", "group:top"),
            ("closed", "group:inner"),
            ("outer", "bob"),
        ] {
            join(world, membership(group, member));
        }
        world.write(|tx| {
            tx.groups().update(&GroupRow {
                closed_at: Some(at(30)),
                ..group("closed")
            })
        });
        let all = [
            "ana>inner",
            "ana>outer",
            "ana>top",
            "bob>inner",
            "bob>outer",
            "bob>top",
        ];
        assert_eq!(groups_of(world, &["ana", "bob", "nobody"], 11), all);
        let mut above = world.read(|tx| tx.groups().above("inner"));
        above.sort();
        assert_eq!(above, ["closed", "inner", "outer", "top"]);
    });
}

#[test]
fn a_group_with_the_id_of_a_person_is_not_that_person() {
    both(|world| {
        with_groups(world, &["ana", "ops"]);
        join(world, membership("ops", "group:ana"));
        assert_eq!(groups_of(world, &["ana"], 11), [""; 0]);
    });
}

#[test]
fn a_group_owns_something_while_an_edge_says_so() {
    both(|world| {
        with_groups(world, &["ops", "dev"]);
        let ops = || Owner::group("ops");
        world.write(move |tx| {
            add_credential(tx, 1, &[ops(), Owner::person("dev")])?;
            add_flow(tx, 1, &[ops()], &[])
        });
        let owns = |id: &'static str| world.read(move |tx| tx.groups().owns_anything(id));
        assert!(owns("ops") && !owns("dev"));
        world.write(move |tx| {
            tx.credentials()
                .close_owner(credential_id(1), &ops(), "root", at(20))
        });
        assert!(owns("ops"));
        world.write(|tx| {
            tx.flows()
                .set_edges(crate::rows::flow_id(1), &[], &[], at(21))
        });
        assert!(!owns("ops"));
    });
}

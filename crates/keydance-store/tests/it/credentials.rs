use keydance_core::id::CredentialId;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::time::Timestamp;
use keydance_store::Error;
use keydance_store::credentials::{CredentialFilter, CredentialOrder, CredentialRow};
use keydance_store::page::PageRequest;

use crate::rows::{
    ALL, add_credential, add_flow, at, credential, credential_id, environment_row, flow_id, org,
    owned, version,
};
use crate::world::{World, assert_same, both};

fn ana() -> Owner {
    Owner::person("ana")
}

fn ops() -> Owner {
    Owner::group("ops")
}

/// Where a walk begins: before every credential.
fn beginning() -> (Timestamp, CredentialId) {
    (at(-1), credential_id(0))
}

fn update(world: &World, row: CredentialRow) -> Result<(), Error> {
    world.try_write(move |tx| tx.credentials().update(&row))
}

#[test]
fn a_credential_is_found_as_it_was_added_with_its_owners_in_order() {
    both(|world| {
        let unknown = Owner {
            kind: OwnerKind::Other("robot".to_owned()),
            id: "ana".to_owned(),
        };
        let owners = [ops(), ana(), unknown];
        let given = owners.clone();
        world.write(move |tx| {
            add_credential(tx, 2, &given)?;
            add_credential(tx, 1, &[ana()])
        });
        let found = world.read(|tx| tx.credentials().find(credential_id(2)));
        assert_same(found, Some(credential(2)));
        let found = world.read(|tx| {
            let ids = [credential_id(9), credential_id(2), credential_id(1)];
            tx.credentials().find_all(&ids)
        });
        assert_eq!(found.len(), 2);
        let kept = world.read(|tx| {
            tx.credentials()
                .owners(&[credential_id(2), credential_id(1)])
        });
        let mut expected = vec![owned(1, &ana())];
        expected.extend(owners.iter().map(|owner| owned(2, owner)));
        assert_same(kept, expected);
    });
}

#[test]
fn an_id_is_known_to_other_organisations_but_nothing_else_of_it() {
    both(|world| {
        world.write(|tx| add_credential(tx, 1, &[ana()]));
        let ids = [credential_id(2), credential_id(1)];
        let known = || {
            let known = world.read_in(org(2), move |tx| tx.credentials().exist_anywhere(&ids));
            assert!(!known.contains(&credential_id(2)));
            known.contains(&credential_id(1))
        };
        assert!(known());
        assert!(
            world
                .read_in(org(2), |tx| tx.credentials().find(credential_id(1)))
                .is_none()
        );
        world.write(|tx| tx.credentials().set_known(credential_id(1), false));
        assert!(!known());
        world.write(|tx| tx.credentials().set_known(credential_id(1), true));
        assert!(known());
    });
}

#[test]
fn the_id_of_a_credential_is_used_once() {
    both(|world| {
        world.write(|tx| add_credential(tx, 1, &[ana()]));
        let again = || world.try_write(|tx| add_credential(tx, 1, &[ops()]));
        assert_eq!(again(), Err(Error::Exists));
        world.write(|tx| tx.credentials().set_known(credential_id(1), false));
        assert_eq!(again(), Err(Error::Exists));
    });
}

#[test]
fn an_update_needs_the_tag_that_was_read() {
    both(|world| {
        world.write(|tx| add_credential(tx, 1, &[ana()]));
        let changed = CredentialRow {
            name: "New".to_owned(),
            domain: None,
            bound_to: Some("[]".to_owned()),
            state: "deleted".to_owned(),
            last_version: 2,
            updated_at: at(50),
            deleted_at: Some(at(50)),
            ..credential(1)
        };
        update(world, changed.clone()).unwrap();
        let after = world
            .read(|tx| tx.credentials().find(credential_id(1)))
            .unwrap();
        assert_same(
            &after,
            &CredentialRow {
                tag: after.tag,
                ..changed.clone()
            },
        );
        assert_eq!(update(world, changed), Err(Error::Changed));
        let deleted = |millis| world.read(move |tx| tx.credentials().deleted_before(at(millis)));
        assert_eq!(deleted(50), []);
        assert_eq!(deleted(51), [credential_id(1)]);
    });
}

#[test]
fn an_owner_is_added_behind_the_others_and_leaves_without_its_key() {
    both(|world| {
        world.write(|tx| add_credential(tx, 1, &[ana(), Owner::person("bob")]));
        let add = |owner: Owner| {
            world.try_write(move |tx| tx.credentials().add_owner(&owned(1, &owner), "ana", at(40)))
        };
        let close = |owner: Owner| {
            world.try_write(move |tx| {
                tx.credentials()
                    .close_owner(credential_id(1), &owner, "bob", at(40))
            })
        };
        let owners = || {
            let rows = world.read(|tx| tx.credentials().owners(&[credential_id(1)]));
            let ids: Vec<_> = rows.into_iter().map(|row| row.owner.id).collect();
            ids.join(" ")
        };
        assert_eq!(add(ops()), Ok(()));
        assert_eq!(add(ops()), Err(Error::Exists));
        assert_eq!(owners(), "ana bob ops");
        assert_eq!(close(ana()), Ok(()));
        assert_eq!(close(ana()), Err(Error::Changed));
        // Within the same millisecond, for a second and a third time.
        assert_eq!(add(ana()), Ok(()));
        assert_eq!(close(ana()), Ok(()));
        assert_eq!(add(ana()), Ok(()));
        assert_eq!(owners(), "bob ops ana");
        let mut raw = world.raw();
        raw.enter(world.org);
        let kept = "select count(*) from credential_owner where live is null and wrap is not null";
        assert_eq!(raw.number(kept), 0);
        assert_eq!(
            raw.number("select count(*) from credential_owner where closed_by = 'bob'"),
            2
        );
    });
}

#[test]
fn an_owner_that_a_flow_needs_cannot_leave() {
    both(|world| {
        world.write(|tx| {
            add_credential(tx, 1, &[ana(), ops()])?;
            add_flow(tx, 2, &[ana()], &[1])?;
            add_flow(tx, 1, &[ana(), ops()], &[1])?;
            add_flow(tx, 3, &[ana()], &[])
        });
        let leave = world.try_write(|tx| {
            tx.credentials()
                .close_owner(credential_id(1), &ana(), "ana", at(9))
        });
        assert_eq!(leave, Err(Error::Referenced));
        let needing = |owner: Owner| {
            world.read(move |tx| {
                tx.credentials()
                    .flows_needing_owner(credential_id(1), &owner)
            })
        };
        assert_eq!(needing(ana()), [flow_id(1), flow_id(2)]);
        assert_eq!(needing(ops()), [flow_id(1)]);
        assert_eq!(needing(Owner::group("ana")), []);
        let referencing = world.read(|tx| tx.credentials().flows_referencing(credential_id(1)));
        assert_eq!(referencing, [flow_id(1), flow_id(2)]);
    });
}

/// Four credentials: 1 and 2 of ana, 2 and 3 of ops, 4 of somebody else; 3 has a value.
fn with_a_list(world: &World) {
    world.write(|tx| {
        tx.environments().insert(&environment_row("default"))?;
        for (n, owners) in [
            (1, vec![ana()]),
            (2, vec![ana(), ops()]),
            (3, vec![ops()]),
            (4, vec![Owner::person("x")]),
        ] {
            add_credential(tx, n, &owners)?;
        }
        tx.versions().insert(&version(3, 1, "current"))?;
        tx.versions().insert(&version(2, 1, "pending"))?;
        let renamed = CredentialRow {
            name: "100% Älter_".to_owned(),
            updated_at: at(90),
            ..credential(1)
        };
        tx.credentials().update(&renamed)
    });
}

fn list(
    world: &World,
    filter: CredentialFilter,
    order: CredentialOrder,
    page: PageRequest,
) -> (Vec<u8>, i64) {
    let page = world.read(move |tx| tx.credentials().list(&filter, order, page));
    (numbers(page.entries.iter().map(|row| row.id)), page.total)
}

fn numbers(ids: impl IntoIterator<Item = CredentialId>) -> Vec<u8> {
    ids.into_iter()
        .map(|id| u8::from_str_radix(&id.to_string()[..2], 16).unwrap())
        .collect()
}

fn word(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn of_both() -> CredentialFilter {
    CredentialFilter {
        visible_to: vec![ana(), ops()],
        ..CredentialFilter::default()
    }
}

#[test]
fn a_list_holds_what_the_caller_owns_once_in_every_order() {
    both(|world| {
        with_a_list(world);
        for (order, expected) in [
            (CredentialOrder::CreatedUp, [1, 2, 3]),
            (CredentialOrder::CreatedDown, [3, 2, 1]),
            (CredentialOrder::NameUp, [1, 2, 3]),
            (CredentialOrder::NameDown, [3, 2, 1]),
            (CredentialOrder::UpdatedUp, [2, 3, 1]),
            (CredentialOrder::UpdatedDown, [1, 3, 2]),
        ] {
            assert_eq!(
                list(world, of_both(), order, ALL),
                (expected.to_vec(), 3),
                "{order:?}"
            );
        }
        let second = PageRequest { number: 2, size: 2 };
        assert_eq!(
            list(world, of_both(), CredentialOrder::CreatedUp, second),
            (vec![3], 3)
        );
        let nobody = CredentialFilter::default();
        assert_eq!(
            list(world, nobody, CredentialOrder::CreatedUp, ALL),
            (vec![], 0)
        );
    });
}

#[test]
fn a_list_is_filtered_by_owner_type_name_and_environment() {
    type Case = (fn(&mut CredentialFilter), &'static [u8]);
    let cases: [Case; 8] = [
        (|f| f.owned_by = Some(vec![ops()]), &[2, 3]),
        (|f| f.owned_by = Some(vec![]), &[]),
        (|f| f.kind = word("api_key"), &[1, 2, 3]),
        (|f| f.kind = word("ssh_key"), &[]),
        (|f| f.name_part = word("credential"), &[2, 3]),
        (|f| f.name_part = word("0%"), &[1]),
        (|f| f.name_part = word("c_edential"), &[]),
        (|f| f.environment = word("default"), &[3]),
    ];
    both(|world| {
        with_a_list(world);
        for (choose, expected) in cases {
            let mut filter = of_both();
            choose(&mut filter);
            let shown = format!("{filter:?}");
            let found = list(world, filter, CredentialOrder::CreatedUp, ALL);
            assert_eq!(found, (expected.to_vec(), expected.len() as i64), "{shown}");
        }
    });
}

#[test]
fn a_part_of_a_name_is_found_in_any_letter_case_of_any_language() {
    both(|world| {
        with_a_list(world);
        let filter = CredentialFilter {
            name_part: word("älter"),
            ..of_both()
        };
        assert_eq!(list(world, filter, CredentialOrder::CreatedUp, ALL).0, [1]);
    });
}

#[test]
fn deleted_credentials_are_in_no_list() {
    both(|world| {
        with_a_list(world);
        let deleted = CredentialRow {
            state: "deleted".to_owned(),
            deleted_at: Some(at(99)),
            ..credential(2)
        };
        update(world, deleted).unwrap();
        assert_eq!(
            list(world, of_both(), CredentialOrder::CreatedUp, ALL).0,
            [1, 3]
        );
        let walked = world.read(|tx| tx.credentials().walk(&[ana(), ops()], beginning(), 10));
        assert_eq!(numbers(walked.iter().map(|row| row.id)), [1, 3]);
        let owned = |owner: Owner| numbers(world.read(move |tx| tx.credentials().owned_by(&owner)));
        assert_eq!(owned(ana()), [1]);
        assert_eq!(owned(ops()), [3]);
    });
}

#[test]
fn a_walk_gives_every_credential_once_in_the_order_of_creation() {
    both(|world| {
        // Many were created at the same moment, some have both owners, one got an owner later.
        world.write(|tx| {
            for n in (1..=60).rev() {
                let owners = match n % 4 {
                    0 => vec![ana(), ops()],
                    1 => vec![ops()],
                    2 => vec![ana()],
                    _ => vec![Owner::person("x")],
                };
                let owners: Vec<_> = owners.iter().map(|owner| owned(n, owner)).collect();
                let row = CredentialRow {
                    created_at: at(i64::from(n / 7)),
                    ..credential(n)
                };
                tx.credentials().insert(&row, &owners)?;
            }
            tx.credentials().add_owner(&owned(3, &ops()), "x", at(500))
        });
        let mut walked = Vec::new();
        let mut after = beginning();
        loop {
            let part = world.read(move |tx| tx.credentials().walk(&[ana(), ops()], after, 7));
            let Some(last) = part.last() else { break };
            assert!(part.len() <= 7);
            after = (last.created_at, last.id);
            walked.extend(numbers(part.iter().map(|row| row.id)));
        }
        let expected: Vec<u8> = (1..=60).filter(|n| n % 4 != 3 || *n == 3).collect();
        assert_eq!(walked, expected);
    });
}

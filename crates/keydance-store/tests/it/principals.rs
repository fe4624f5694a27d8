use keydance_store::Error;
use keydance_store::page::PageRequest;
use keydance_store::principals::{Kind, PrincipalRow};

use crate::rows::{ALL, at, principal};
use crate::world::{World, assert_same, both};

fn machine(id: &str) -> PrincipalRow {
    PrincipalRow {
        kind: "pipeline".to_owned(),
        email: None,
        ..principal(id)
    }
}

fn find(world: &World, id: &'static str) -> Option<PrincipalRow> {
    world.read(move |tx| tx.principals().find(id))
}

#[test]
fn a_principal_is_found_as_it_was_added() {
    both(|world| {
        world.write(|tx| {
            tx.principals().insert(&principal("ana"))?;
            tx.principals().insert(&machine("ci"))
        });
        assert_same(find(world, "ana"), Some(principal("ana")));
        assert_same(find(world, "ci"), Some(machine("ci")));
        assert!(find(world, "Ana").is_none());
        let found = world.read(|tx| tx.principals().find_all(&["ci", "nobody", "ana"]));
        let ids: Vec<_> = found.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(ids.len(), 2);
        assert!(ids.contains(&"ana") && ids.contains(&"ci"));
    });
}

#[test]
fn persons_and_machine_identities_are_listed_apart() {
    both(|world| {
        world.write(|tx| {
            for (id, millis) in [("zoe", 1), ("bob", 2), ("ana", 2)] {
                tx.principals().insert(&PrincipalRow {
                    created_at: at(millis),
                    ..principal(id)
                })?;
            }
            tx.principals().insert(&machine("ci"))
        });
        let list = |kind, page| {
            let page = world.read(move |tx| tx.principals().list(kind, page));
            let ids: Vec<_> = page
                .entries
                .into_iter()
                .map(|found| String::from(found.id))
                .collect();
            (ids.join(" "), page.total)
        };
        assert_eq!(list(Kind::Person, ALL), ("zoe ana bob".to_owned(), 3));
        assert_eq!(list(Kind::Machine, ALL), ("ci".to_owned(), 1));
        let second = PageRequest { number: 2, size: 2 };
        assert_eq!(list(Kind::Person, second), ("bob".to_owned(), 3));
        assert_eq!(
            list(Kind::Person, PageRequest { number: 9, size: 2 }),
            (String::new(), 3)
        );
    });
}

#[test]
fn an_update_needs_the_tag_that_was_read() {
    both(|world| {
        world.write(|tx| tx.principals().insert(&principal("ana")));
        let frozen = PrincipalRow {
            name: "Ana".to_owned(),
            email: None,
            status: "frozen".to_owned(),
            permissions: String::new(),
            ..principal("ana")
        };
        let row = frozen.clone();
        world.write(move |tx| tx.principals().update(&row));
        let after = find(world, "ana").unwrap();
        assert_same(
            &after,
            &PrincipalRow {
                tag: after.tag,
                ..frozen.clone()
            },
        );
        let stale = world.try_write(move |tx| tx.principals().update(&frozen));
        assert_eq!(stale, Err(Error::Changed));
    });
}

/// S14: whoever gets an id again would inherit what it owned.
#[test]
fn an_id_is_never_given_to_somebody_else() {
    both(|world| {
        let left = PrincipalRow {
            status: "left".to_owned(),
            ..principal("ana")
        };
        world.write(move |tx| tx.principals().insert(&left));
        let again = world.try_write(|tx| tx.principals().insert(&principal("ana")));
        assert_eq!(again, Err(Error::Exists));
    });
}

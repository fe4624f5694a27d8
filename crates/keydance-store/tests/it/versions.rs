use keydance_core::environment::EnvironmentName;
use keydance_core::owner::Owner;
use keydance_store::Error;
use keydance_store::versions::VersionRow;

use crate::rows::{add_credential, credential_id, environment, environment_row, version};
use crate::world::{World, assert_same, both};

fn in_staging(n: u8, number: i64, state: &str) -> VersionRow {
    VersionRow {
        environment: environment("staging"),
        ..version(n, number, state)
    }
}

fn with_credentials(world: &World) {
    world.write(|tx| {
        tx.environments().insert(&environment_row("default"))?;
        tx.environments().insert(&environment_row("staging"))?;
        add_credential(tx, 1, &[Owner::person("ana")])?;
        add_credential(tx, 2, &[Owner::person("ana")])
    });
}

fn insert(world: &World, versions: Vec<VersionRow>) {
    world.write(move |tx| {
        versions
            .iter()
            .try_for_each(|version| tx.versions().insert(version))
    });
}

fn without_value(version: VersionRow) -> VersionRow {
    VersionRow {
        envelope: None,
        ..version
    }
}

fn places(found: &[VersionRow]) -> Vec<(String, i64)> {
    let mut places: Vec<_> = found
        .iter()
        .map(|version| {
            (
                version.credential.to_string()[..2].to_owned(),
                version.number,
            )
        })
        .collect();
    places.sort();
    places
}

#[test]
fn a_version_is_found_with_its_value_and_listed_without() {
    both(|world| {
        with_credentials(world);
        insert(
            world,
            vec![in_staging(1, 2, "pending"), version(1, 1, "current")],
        );
        let found = world.read(|tx| tx.versions().find(credential_id(1), 2));
        assert_same(found, Some(in_staging(1, 2, "pending")));
        assert!(
            world
                .read(|tx| tx.versions().find(credential_id(1), 3))
                .is_none()
        );
        let all = world.read(|tx| tx.versions().list(credential_id(1)));
        let expected = [version(1, 1, "current"), in_staging(1, 2, "pending")];
        assert_same(all, expected.map(without_value).to_vec());
    });
}

#[test]
fn an_environment_has_one_current_version_and_a_number_is_used_once() {
    both(|world| {
        with_credentials(world);
        insert(
            world,
            vec![version(1, 1, "current"), in_staging(1, 2, "current")],
        );
        let add = |row: VersionRow| world.try_write(move |tx| tx.versions().insert(&row));
        assert_eq!(add(version(1, 3, "current")), Err(Error::Exists));
        assert_eq!(add(version(1, 2, "pending")), Err(Error::Exists));
        assert_eq!(add(version(1, 3, "pending")), Ok(()));
        let nowhere = VersionRow {
            environment: environment("none"),
            ..version(1, 4, "pending")
        };
        assert_eq!(add(nowhere), Err(Error::Referenced));
    });
}

#[test]
fn current_versions_are_found_for_many_places_at_once() {
    both(|world| {
        with_credentials(world);
        insert(
            world,
            vec![
                version(1, 1, "retiring"),
                version(1, 2, "current"),
                in_staging(1, 3, "current"),
                version(2, 1, "current"),
            ],
        );
        let found = world.read(|tx| {
            let (usual, staging) = (EnvironmentName::default(), environment("staging"));
            let (one, two) = (credential_id(1), credential_id(2));
            tx.versions()
                .current(&[(one, &usual), (two, &staging), (two, &usual)])
        });
        assert_eq!(places(&found), [("01".to_owned(), 2), ("02".to_owned(), 1)]);
        assert!(found.iter().all(|version| version.envelope.is_some()));
    });
}

#[test]
fn destroyed_versions_have_no_value_and_no_state_to_show() {
    both(|world| {
        with_credentials(world);
        insert(
            world,
            vec![version(1, 1, "retiring"), version(1, 2, "current")],
        );
        insert(
            world,
            vec![version(2, 1, "current"), in_staging(2, 2, "disabled")],
        );
        let states = || {
            let both = [credential_id(1), credential_id(2)];
            world.read(move |tx| tx.versions().states(&both))
        };
        assert_eq!(states().len(), 4);
        world.write(|tx| {
            tx.versions().destroy(credential_id(1), 1)?;
            tx.versions().destroy_all(credential_id(2))
        });
        assert_eq!(places(&states()), [("01".to_owned(), 2)]);
        let gone = world
            .read(|tx| tx.versions().find(credential_id(1), 1))
            .unwrap();
        assert_eq!((gone.state.as_str(), gone.envelope), ("destroyed", None));
        let nothing = world.try_write(|tx| tx.versions().destroy(credential_id(1), 9));
        assert_eq!(nothing, Err(Error::Changed));
    });
}

#[test]
fn a_version_moves_from_the_state_it_is_in_only() {
    both(|world| {
        with_credentials(world);
        insert(
            world,
            vec![version(1, 1, "current"), version(1, 2, "pending")],
        );
        let set = |number, from: &'static str, to: &'static str| {
            world.try_write(move |tx| tx.versions().set_state(credential_id(1), number, from, to))
        };
        assert_eq!(set(2, "pending", "current"), Err(Error::Exists));
        assert_eq!(set(1, "current", "retiring"), Ok(()));
        assert_eq!(set(1, "current", "retiring"), Err(Error::Changed));
        assert_eq!(set(2, "pending", "current"), Ok(()));
    });
}

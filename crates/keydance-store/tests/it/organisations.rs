use keydance_core::id::OrganisationId;
use keydance_store::Error;
use keydance_store::organisations::{Organisation, OrganisationKeyRow, SealRow};

use crate::rows::{at, org};
use crate::world::{assert_same, both};

fn named(n: u8, tenant: &str) -> Organisation {
    Organisation {
        id: org(n),
        tenant: Some(tenant.parse().unwrap()),
    }
}

#[test]
fn organisations_are_listed_with_the_deployment_and_found_when_entered() {
    both(|world| {
        world.write(|tx| {
            let deployment = Organisation {
                id: OrganisationId::DEPLOYMENT,
                tenant: None,
            };
            tx.organisations().insert(&deployment, at(1))?;
            tx.organisations().insert(&named(2, "acme"), at(2))
        });
        let all = world.read(|tx| tx.organisations().list());
        let ids: Vec<_> = all.iter().map(|organisation| organisation.id).collect();
        assert_eq!(ids, [org(1), OrganisationId::DEPLOYMENT, org(2)]);
        let found = world.read_in(org(2), |tx| tx.organisations().entered());
        assert_same(found, Some(named(2, "acme")));
        assert!(
            world
                .read_in(org(9), |tx| tx.organisations().entered())
                .is_none()
        );
    });
}

#[test]
fn a_tenant_name_is_taken_once() {
    both(|world| {
        world.write(|tx| tx.organisations().insert(&named(2, "acme"), at(2)));
        let again = world.try_write(|tx| tx.organisations().insert(&named(3, "acme"), at(3)));
        assert_eq!(again, Err(Error::Exists));
        assert!(
            world
                .read_in(org(3), |tx| tx.organisations().entered())
                .is_none()
        );
    });
}

#[test]
fn nothing_is_read_after_the_list_of_organisations_without_entering_one() {
    both(|world| {
        let read = world.store.read(|tx| {
            tx.organisations().list()?;
            tx.organisations().entered()
        });
        assert!(matches!(world.wait(read), Err(Error::Unavailable(_))));
    });
}

#[test]
fn keys_come_by_purpose_and_newest_first() {
    both(|world| {
        let key = |purpose: &str, generation| OrganisationKeyRow {
            purpose: purpose.to_owned(),
            generation,
            key_id: vec![generation as u8; 16],
            envelope: vec![0, 0xff],
        };
        world.write(move |tx| {
            for key in [key("kek", 1), key("kek", 2), key("index", 1)] {
                tx.organisations().insert_key(&key, at(1))?;
            }
            Ok(())
        });
        let keys = world.read(|tx| tx.organisations().keys());
        assert_same(keys, vec![key("index", 1), key("kek", 2), key("kek", 1)]);
        let again = world.try_write(move |tx| tx.organisations().insert_key(&key("kek", 2), at(1)));
        assert_eq!(again, Err(Error::Exists));
    });
}

#[test]
fn the_newest_seal_is_the_one() {
    both(|world| {
        let seal = |generation| SealRow {
            id: vec![generation as u8; 16],
            kind: "file".to_owned(),
            generation,
            deployment: "00".repeat(12),
            root_key_id: vec![3; 16],
            root_generation: 1,
            envelope: vec![1, 2, 3],
        };
        assert!(world.read(|tx| tx.organisations().seal()).is_none());
        world.write(move |tx| {
            tx.organisations().insert_seal(&seal(1), at(1))?;
            tx.organisations().insert_seal(&seal(2), at(2))
        });
        assert_same(world.read(|tx| tx.organisations().seal()), Some(seal(2)));
        let again = world.try_write(move |tx| tx.organisations().insert_seal(&seal(2), at(3)));
        assert_eq!(again, Err(Error::Exists));
    });
}

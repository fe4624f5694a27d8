use keydance_core::owner::Owner;
use keydance_store::Error;
use keydance_store::environments::EnvironmentRow;

use crate::rows::{add_credential, at, environment, environment_row, version};
use crate::world::{assert_same, both};

#[test]
fn environments_are_listed_by_name_and_added_once() {
    both(|world| {
        let staging = EnvironmentRow {
            protected_at: Some(at(3)),
            ..environment_row("staging")
        };
        let row = staging.clone();
        world.write(move |tx| {
            tx.environments().insert(&row)?;
            tx.environments().insert(&environment_row("default"))
        });
        let all = world.read(|tx| tx.environments().list());
        assert_same(all, vec![environment_row("default"), staging.clone()]);
        let found = world.read(|tx| tx.environments().find(&environment("staging")));
        assert_same(found, Some(staging));
        assert!(
            world
                .read(|tx| tx.environments().find(&environment("none")))
                .is_none()
        );
        let again = world.try_write(|tx| tx.environments().insert(&environment_row("default")));
        assert_eq!(again, Err(Error::Exists));
    });
}

#[test]
fn an_environment_with_values_cannot_be_deleted() {
    both(|world| {
        world.write(|tx| {
            tx.environments().insert(&environment_row("default"))?;
            tx.environments().insert(&environment_row("empty"))?;
            add_credential(tx, 1, &[Owner::person("ana")])?;
            tx.versions().insert(&version(1, 1, "current"))
        });
        let delete = |name: &'static str| {
            world.try_write(move |tx| tx.environments().delete(&environment(name)))
        };
        assert_eq!(delete("default"), Err(Error::Referenced));
        assert_eq!(delete("empty"), Ok(1));
        assert_eq!(delete("empty"), Ok(0));
    });
}

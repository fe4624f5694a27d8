//! What is asked and closed when access is narrowed or a log has grown.

use keydance_core::event::Action;
use keydance_core::id::OrganisationId;
use keydance_core::owner::Owner;
use keydance_store::executions::ExecutionRow;
use keydance_store::groups::MembershipRow;
use keydance_store::organisations::Organisation;

use crate::rows::{add_flow, at, environment_row, event, execution, group, membership};
use crate::world::{assert_same, both};

#[test]
fn starters_are_those_for_whom_something_runs() {
    both(|world| {
        world.write(|tx| {
            tx.environments().insert(&environment_row("default"))?;
            add_flow(tx, 1, &[Owner::person("ana")], &[])?;
            let started = |n, by: Option<&str>| ExecutionRow {
                started_by: by.map(str::to_owned),
                expires_at: at(1000 * i64::from(n)),
                ..execution(n)
            };
            for row in [
                started(1, Some("zoe")),
                started(2, Some("ben")),
                started(3, Some("ana")),
                started(4, Some("ana")),
                started(5, None),
            ] {
                tx.executions().insert(&row, &[])?;
            }
            tx.executions()
                .end(&[execution(2).id], "stopped", at(0))
                .map(drop)
        });
        let starters = world.read(|tx| tx.executions().starters(at(1000)));
        assert_eq!(starters, ["ana"]);
    });
}

#[test]
fn a_live_membership_is_found_before_and_after_its_time() {
    both(|world| {
        let limited = MembershipRow {
            until: Some(at(20)),
            ..membership("ops", "ana")
        };
        let joined = limited.clone();
        world.write(move |tx| {
            tx.groups().insert(&group("ops"))?;
            tx.groups().join(&joined)
        });
        let live = |world: &crate::world::World| {
            world.read(|tx| tx.groups().live_membership("ops", "person", "ana"))
        };
        assert_same(live(world), Some(limited));
        world.write(|tx| {
            tx.groups()
                .part("ops", "person", "ana", "zoe", at(5))
                .map(drop)
        });
        assert_same(live(world), None);
    });
}

#[test]
fn a_group_that_closes_leaves_its_members_and_its_groups() {
    both(|world| {
        world.write(|tx| {
            for id in ["ops", "all", "dev"] {
                tx.groups().insert(&group(id))?;
            }
            for (outer, member) in [("ops", "ana"), ("all", "group:ops"), ("dev", "ana")] {
                tx.groups().join(&membership(outer, member))?;
            }
            tx.groups().part_all("ops", "zoe", at(50))
        });
        let groups = world.read(|tx| tx.groups().of_principals(&["ana"], at(60)));
        assert_eq!(groups, [("ana".to_owned(), "dev".to_owned())]);
        let before = world.read(|tx| tx.groups().members("ops", at(49)));
        assert_eq!(before[0].until, Some(at(50)));
    });
}

#[test]
fn the_sizes_of_all_logs_are_told_at_once() {
    both(|world| {
        let (org, deployment) = (world.org, OrganisationId::DEPLOYMENT);
        world.write(move |tx| {
            tx.record(event(org, Action::GroupCreated, "ana", 1));
            let deployment = Organisation {
                id: deployment,
                tenant: None,
            };
            tx.organisations().insert(&deployment, at(0))
        });
        let mut sizes = world.read(|tx| tx.organisations().log_sizes());
        sizes.sort();
        let mut expected = [(deployment, 0), (org, 1)];
        expected.sort();
        assert_eq!(sizes, expected);
    });
}

use keydance_core::id::ExecutionId;
use keydance_core::owner::Owner;
use keydance_store::Error;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::executions::{ExecutionCredentialRow, ExecutionRow, HandOutRow};
use keydance_store::page::PageRequest;

use crate::rows::{
    ALL, add_credential, add_flow, at, credential_id, environment_row, execution, execution_id,
    flow_id, token,
};
use crate::world::{World, assert_same, both};

fn fetches(n: u8, credential: u8) -> ExecutionCredentialRow {
    ExecutionCredentialRow {
        execution: execution_id(n),
        credential: credential_id(credential),
        paths: "[\"/steps/0\"]".to_owned(),
    }
}

fn given(execution: Option<ExecutionId>, credential: u8) -> HandOutRow {
    HandOutRow {
        execution,
        principal: "ana".to_owned(),
        credential: credential_id(credential),
        version: 1,
    }
}

/// Executions 1 and 2 of flow 1; the first may fetch credentials 1 and 2.
fn with_executions(world: &World) {
    world.write(|tx| {
        tx.environments().insert(&environment_row("default"))?;
        add_credential(tx, 1, &[Owner::person("ana")])?;
        add_credential(tx, 2, &[Owner::person("ana")])?;
        add_flow(tx, 1, &[Owner::person("ana")], &[1, 2])?;
        tx.executions()
            .insert(&execution(1), &[fetches(1, 2), fetches(1, 1)])?;
        let unattended = ExecutionRow {
            started_by: None,
            expires_at: at(500),
            ..execution(2)
        };
        tx.executions().insert(&unattended, &[])
    });
}

fn find(world: &World, n: u8) -> ExecutionRow {
    world
        .read(move |tx| tx.executions().find_all(&[execution_id(n)]))
        .pop()
        .unwrap()
}

#[test]
fn an_execution_is_found_with_what_it_may_fetch() {
    both(|world| {
        with_executions(world);
        let both = || [execution_id(9), execution_id(2), execution_id(1)];
        assert_eq!(
            world
                .read(move |tx| tx.executions().find_all(&both()))
                .len(),
            2
        );
        assert_same(find(world, 1), execution(1));
        assert_eq!(find(world, 2).started_by, None);
        let may_fetch = world.read(move |tx| tx.executions().credentials(&both()));
        assert_same(may_fetch, vec![fetches(1, 1), fetches(1, 2)]);
        let again = world.try_write(|tx| tx.executions().insert(&execution(1), &[]));
        assert_eq!(again, Err(Error::Exists));
    });
}

#[test]
fn executions_of_a_flow_are_listed_oldest_first() {
    both(|world| {
        with_executions(world);
        let page = world.read(|tx| tx.executions().list(flow_id(1), ALL));
        let ids: Vec<_> = page.entries.iter().map(|execution| execution.id).collect();
        assert_eq!(
            (ids, page.total),
            (vec![execution_id(1), execution_id(2)], 2)
        );
        let second = PageRequest { number: 2, size: 1 };
        let page = world.read(move |tx| tx.executions().list(flow_id(1), second));
        assert_eq!((page.entries[0].id, page.total), (execution_id(2), 2));
    });
}

#[test]
fn an_execution_runs_until_its_end_can_be_moved_no_more() {
    both(|world| {
        with_executions(world);
        let running =
            |millis| world.read(move |tx| tx.executions().running_of_flow(flow_id(1), at(millis)));
        assert_eq!(running(499), [execution_id(1), execution_id(2)]);
        assert_eq!(running(500), [execution_id(1)]);
        world.write(|tx| tx.executions().extend(execution_id(2), at(700)));
        assert_eq!(running(699).len(), 2);
        let of_ana = |millis| {
            let rows = world.read(move |tx| tx.executions().running_for(&["ana", "x"], at(millis)));
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(of_ana(499), [execution_id(1)]);
        assert_eq!(of_ana(1000), []);
        let end = |reason: &'static str| {
            let ids = [execution_id(9), execution_id(1)];
            let ended = world.write(move |tx| tx.executions().end(&ids, reason, at(20)));
            ended.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(end("cancelled"), [execution_id(1)]);
        assert_eq!(end("again"), []);
        let ended = find(world, 1);
        assert_eq!(ended.ended_at, Some(at(20)));
        assert_eq!(ended.ended_reason.as_deref(), Some("cancelled"));
        assert_eq!(running(400), [execution_id(2)]);
        assert_eq!(of_ana(400), []);
        let late = world.try_write(|tx| tx.executions().extend(execution_id(1), at(900)));
        assert_eq!(late, Err(Error::Changed));
    });
}

#[test]
fn what_an_execution_was_given_ends_with_it_and_stays_in_history() {
    both(|world| {
        with_executions(world);
        world.write(|tx| {
            let rows = [
                given(Some(execution_id(1)), 1),
                given(Some(execution_id(2)), 1),
                given(None, 2),
            ];
            tx.executions().hand_out(&rows, at(5))?;
            tx.executions().hand_out(&rows, at(6))
        });
        let holding = |n| world.read(move |tx| tx.executions().holding(credential_id(n)));
        assert_eq!(holding(1), [execution_id(1), execution_id(2)]);
        assert_eq!(holding(2), []);
        let org = world.org;
        world.write(move |tx| {
            tx.access_tokens().insert(&AccessTokenRow {
                kind: "x".to_owned(),
                execution: Some(execution_id(1)),
                ..token("run", org)
            })?;
            tx.executions().end(&[execution_id(1)], "done", at(20))
        });
        assert_eq!(holding(1), [execution_id(2)]);
        let token = world
            .read(|tx| tx.access_tokens().find(&["run"]))
            .pop()
            .unwrap();
        assert_eq!(token.ended_at, Some(at(20)));
        let mut raw = world.raw();
        raw.enter(world.org);
        let exposed = raw.rows("select principal, credential, level from exposure order by level");
        let (one, two) = (credential_id(1).to_string(), credential_id(2).to_string());
        let expected = [
            ["ana", one.as_str(), "injected"],
            ["ana", two.as_str(), "revealed"],
        ];
        assert_eq!(exposed, expected.map(|row| row.map(str::to_owned).to_vec()));
    });
}

use keydance_store::Error;
use keydance_store::access_tokens::AccessTokenRow;

use crate::rows::{ALL, at, execution_id, org, token};
use crate::world::{World, assert_same, both};

/// Those of these tokens that have ended.
fn ended(world: &World, ids: &'static [&'static str]) -> Vec<String> {
    let found = world
        .wait(world.store.read(move |tx| tx.access_tokens().find(ids)))
        .unwrap();
    let mut ended: Vec<_> = found
        .into_iter()
        .filter(|token| token.ended_at.is_some())
        .map(|token| token.id)
        .collect();
    ended.sort();
    ended
}

fn insert(world: &World, tokens: Vec<AccessTokenRow>) {
    world.write(move |tx| {
        tokens
            .iter()
            .try_for_each(|token| tx.access_tokens().insert(token))
    });
}

#[test]
fn a_token_is_found_by_its_id_without_knowing_the_organisation() {
    both(|world| {
        world.add_organisation(org(2));
        let other = AccessTokenRow {
            execution: Some(execution_id(4)),
            ..token("bbb", org(2))
        };
        insert(
            world,
            vec![token("aaa", world.org), token("hidden", world.org)],
        );
        let row = other.clone();
        let write = world.store.write(move |tx| {
            tx.enter(org(2))?;
            tx.access_tokens().insert(&row)
        });
        world.wait(write).unwrap();
        let find = world
            .store
            .read(|tx| tx.access_tokens().find(&["aaa", "bbb", "ccc"]));
        let mut found: Vec<AccessTokenRow> = world.wait(find).unwrap();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert_same(found, vec![token("aaa", world.org), other]);
    });
}

#[test]
fn the_id_of_a_token_is_used_once_across_organisations() {
    both(|world| {
        world.add_organisation(org(2));
        insert(world, vec![token("aaa", world.org)]);
        let write = world.store.write(|tx| {
            tx.enter(org(2))?;
            tx.access_tokens().insert(&token("aaa", org(2)))
        });
        assert_eq!(world.wait(write), Err(Error::Exists));
    });
}

#[test]
fn a_principal_sees_the_tokens_it_has_had_but_no_others() {
    both(|world| {
        let org = world.org;
        insert(
            world,
            vec![
                AccessTokenRow {
                    created_at: at(2),
                    ..token("second", org)
                },
                AccessTokenRow {
                    created_at: at(1),
                    ..token("first", org)
                },
                AccessTokenRow {
                    kind: "e".to_owned(),
                    ..token("enrol", org)
                },
                AccessTokenRow {
                    principal: "bob".to_owned(),
                    ..token("bobs", org)
                },
            ],
        );
        let page = world.read(|tx| tx.access_tokens().list("ana", ALL));
        let ids: Vec<_> = page.entries.iter().map(|token| token.id.as_str()).collect();
        assert_eq!((ids, page.total), (vec!["first", "second"], 2));
    });
}

#[test]
fn a_token_is_live_until_it_expires_or_is_ended() {
    both(|world| {
        insert(world, vec![token("aaa", world.org)]);
        let live = |kind: &'static str, millis| {
            world.read(move |tx| tx.access_tokens().has_live("ana", kind, at(millis)))
        };
        assert!(live("p", 999));
        assert!(!live("p", 1000));
        assert!(!live("e", 0));
        world.write(|tx| tx.access_tokens().end("aaa", "revoked", at(5)));
        assert!(!live("p", 6));
    });
}

#[test]
fn ending_a_token_ends_those_issued_with_it() {
    both(|world| {
        let child = |id, parent: &str| AccessTokenRow {
            parent: Some(parent.to_owned()),
            ..token(id, world.org)
        };
        insert(
            world,
            vec![
                token("root", world.org),
                child("child", "root"),
                child("grandchild", "child"),
                token("other", world.org),
            ],
        );
        assert_eq!(
            world.write(|tx| tx.access_tokens().end("root", "revoked", at(5))),
            3
        );
        assert_eq!(
            world.write(|tx| tx.access_tokens().end("root", "revoked", at(6))),
            0
        );
        let all = &["root", "child", "grandchild", "other"];
        assert_eq!(ended(world, all), ["child", "grandchild", "root"]);
        let found = world
            .read(|tx| tx.access_tokens().find(&["child"]))
            .pop()
            .unwrap();
        assert_eq!(found.ended_at, Some(at(5)));
        assert_eq!(found.ended_reason.as_deref(), Some("revoked"));
    });
}

#[test]
fn the_tokens_of_a_principal_or_of_an_execution_end_together() {
    both(|world| {
        let of_execution = |id| AccessTokenRow {
            kind: "x".to_owned(),
            execution: Some(execution_id(1)),
            ..token(id, world.org)
        };
        let enrolment = AccessTokenRow {
            kind: "e".to_owned(),
            ..token("enrol", world.org)
        };
        insert(
            world,
            vec![
                token("aaa", world.org),
                enrolment,
                of_execution("run1"),
                of_execution("run2"),
            ],
        );
        world.write(|tx| {
            tx.access_tokens()
                .extend_execution(execution_id(1), at(5000))
        });
        let found = world
            .read(|tx| tx.access_tokens().find(&["run1"]))
            .pop()
            .unwrap();
        assert_eq!(found.expires_at, at(5000));
        let all = &["aaa", "enrol", "run1", "run2"];
        let ended_now =
            world.write(|tx| tx.access_tokens().end_of_principal("ana", "frozen", at(6)));
        assert_eq!(
            (ended_now, ended(world, all)),
            (2, vec!["aaa".to_owned(), "enrol".to_owned()])
        );
        let ended_now = world.write(|tx| {
            tx.access_tokens()
                .end_of_executions(&[execution_id(1)], "done", at(7))
        });
        assert_eq!((ended_now, ended(world, all).len()), (2, 4));
    });
}

#[test]
fn a_family_is_a_token_and_whatever_was_issued_with_it() {
    both(|world| {
        world.write(|tx| {
            for (id, parent) in [("b", None), ("a", Some("b")), ("c", Some("a")), ("d", None)] {
                let mut row = token(id, org(1));
                row.parent = parent.map(str::to_owned);
                tx.access_tokens().insert(&row)?;
            }
            Ok(())
        });
        let family = |id: &'static str| world.read(move |tx| tx.access_tokens().family(id));
        assert_eq!(family("b"), ["b", "a", "c"]);
        assert_eq!(family("d"), ["d"]);
        assert!(family("x").is_empty());
    });
}

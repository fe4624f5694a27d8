//! S02: what plain SQL cannot do to owners and references (security contract, 5.3).

use keydance_core::owner::Owner;

use crate::raw::{Raw, Refused};
use crate::rows::{add_credential, add_flow, credential_id, flow_id, org};
use crate::rule;
use crate::world::{World, both};

/// `$c3` is credential 3, `$f1` flow 1, `$org` the organisation.
fn filled(sql: &str) -> String {
    let mut text = sql.replace("$org", &format!("'{}'", org(1)));
    for n in 1..=9 {
        text = text.replace(&format!("$c{n}"), &format!("'{}'", credential_id(n)));
        text = text.replace(&format!("$f{n}"), &format!("'{}'", flow_id(n)));
    }
    text
}

fn ana() -> Owner {
    Owner::person("ana")
}

/// Credentials 1 (ana, ops), 2 (bob), 3 (ana), 4 (bob, of no flow), 5 (ana, of another organisation),
/// 6 (the system), 7 (an unknown kind of owner called ana).
/// Flows 1 (ana → 1), 2 (nobody), 3 (ana, ops → 1), 4 (a group called ana), 5 (ana, cem → nothing),
/// 6 (closed; once ana → 3).
fn with_edges(world: &World) -> Raw {
    world.add_organisation(org(2));
    world.write(|tx| {
        let ops = Owner::group("ops");
        let bob = [Owner::person("bob")];
        add_credential(tx, 1, &[ana(), ops.clone()])?;
        add_credential(tx, 2, &bob)?;
        add_credential(tx, 3, &[ana()])?;
        add_credential(tx, 4, &bob)?;
        add_credential(tx, 6, &[])?;
        add_credential(tx, 7, &[])?;
        add_flow(tx, 1, &[ana()], &[1])?;
        add_flow(tx, 2, &[], &[])?;
        add_flow(tx, 3, &[ana(), ops], &[1])?;
        add_flow(tx, 4, &[Owner::group("ana")], &[])?;
        add_flow(tx, 5, &[ana(), Owner::person("cem")], &[])?;
        add_flow(tx, 6, &[ana()], &[3])?;
        tx.flows()
            .set_edges(flow_id(6), &[], &[], crate::rows::at(60))
    });
    let other = world.store.write(|tx| {
        tx.enter(org(2))?;
        add_credential(tx, 5, &[ana()])
    });
    world.wait(other).unwrap();
    let mut raw = world.raw();
    raw.enter(world.org);
    raw.run(&filled(
        "insert into credential_owner (org, credential, owner_type, owner_id, wrap, since)
           values ($org, $c6, 'system', 'ana', '1', 1);
         insert into credential_owner (org, credential, owner_type, owner_id, since)
           values ($org, $c7, 'other:person', 'ana', 1)"
            .replace("'1'", if world.is_postgres() { "'1'" } else { "x'01'" })
            .as_str(),
    ))
    .unwrap();
    raw
}

/// Refused by a foreign key or a trigger.
const BY_RULE: &[(&str, &str)] = &[
    (
        "reference by a wrong owner",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c2, 99)",
    ),
    (
        "reference by a group with the id of the person",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f4, $c3, 99)",
    ),
    (
        "reference to another organisation's credential",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c5, 99)",
    ),
    (
        "reference to an absent credential",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c9, 99)",
    ),
    (
        "reference by a flow without owners",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f2, $c1, 99)",
    ),
    (
        "reference by an absent flow",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f9, $c1, 99)",
    ),
    (
        "reference to a credential of the system",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c6, 99)",
    ),
    (
        "reference on an owner of an unknown kind",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c7, 99)",
    ),
    (
        "reference that one of two owners may not make",
        "insert into flow_ref (org, flow, credential, since) values ($org, $f3, $c3, 99)",
    ),
    (
        "closing an owner that a flow needs",
        "update credential_owner set live = null, until = 99, wrap = null where credential = $c1 and owner_id = 'ana'",
    ),
    (
        "deleting an owner that a flow needs",
        "delete from credential_owner where credential = $c1 and owner_id = 'ana'",
    ),
    (
        "renaming an owner that a flow needs",
        "update credential_owner set owner_id = 'bob' where credential = $c1 and owner_id = 'ana'",
    ),
    (
        "making a person a group",
        "update credential_owner set owner_type = 'group' where credential = $c1 and owner_id = 'ana'",
    ),
    (
        "moving an owner to another credential",
        "update credential_owner set credential = $c2 where credential = $c1 and owner_id = 'ana'",
    ),
    (
        "a second flow owner who does not own",
        "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f1, 'person', 'bob', 99)",
    ),
    (
        "a flow owner with the right id and the wrong kind",
        "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f1, 'group', 'ana', 99)",
    ),
    (
        "the last flow owner leaving",
        "update flow_owner set live = null, until = 99 where flow = $f1",
    ),
    (
        "both flow owners leaving",
        "update flow_owner set live = null, until = 99 where flow = $f3",
    ),
    (
        "deleting the last flow owner",
        "delete from flow_owner where flow = $f1",
    ),
    (
        "deleting a reference but not what it rests on",
        "delete from flow_ref where flow = $f1",
    ),
    (
        "a hand-written row of an owner who does not own",
        "insert into flow_ref_owner (org, flow, credential, owner_type, owner_id) values ($org, $f1, $c1, 'person', 'bob')",
    ),
    (
        "a hand-written row of an owner of the credential only",
        "insert into flow_ref_owner (org, flow, credential, owner_type, owner_id) values ($org, $f1, $c1, 'group', 'ops')",
    ),
    (
        "a hand-written row without a reference",
        "insert into flow_ref_owner (org, flow, credential, owner_type, owner_id) values ($org, $f1, $c3, 'person', 'ana')",
    ),
    (
        "deleting what a reference rests on",
        "delete from flow_ref_owner where flow = $f1",
    ),
    (
        "deleting one of two that a reference rests on",
        "delete from flow_ref_owner where flow = $f3 and owner_id = 'ops'",
    ),
    (
        "deleting all that everything rests on",
        "delete from flow_ref_owner",
    ),
    (
        "moving what a reference rests on",
        "update flow_ref_owner set credential = $c3 where flow = $f1",
    ),
    (
        "re-opening a reference",
        "update flow_ref set live = 1, until = null where flow = $f6",
    ),
    (
        "re-opening a flow owner",
        "update flow_owner set live = 1, until = null where flow = $f6",
    ),
    (
        "changing the end of a closed reference",
        "update flow_ref set until = 99 where flow = $f6",
    ),
    (
        "changing the end of a closed flow owner",
        "update flow_owner set until = 99 where flow = $f6",
    ),
    (
        "moving a reference to another credential",
        "update flow_ref set credential = $c3 where flow = $f1",
    ),
    (
        "moving a reference to another flow",
        "update flow_ref set flow = $f5 where flow = $f1",
    ),
    (
        "moving a flow owner to another flow",
        "update flow_owner set flow = $f2 where flow = $f5 and owner_id = 'cem'",
    ),
    (
        "renaming a flow owner",
        "update flow_owner set owner_id = 'bob' where flow = $f5 and owner_id = 'cem'",
    ),
    (
        "changing the beginning of a reference",
        "update flow_ref set since = 1 where flow = $f1",
    ),
    (
        "closing and moving a reference at once",
        "update flow_ref set credential = $c3, live = null, until = 99 where flow = $f1",
    ),
    (
        "deleting a credential that is referenced",
        "delete from credential where id = $c1",
    ),
    (
        "deleting a flow that has edges",
        "delete from flow where id = $f1",
    ),
];

/// Refused by the shape of a row.
const BY_CHECK: &[(&str, &str)] = &[
    (
        "an owner of an unknown kind",
        "insert into credential_owner (org, credential, owner_type, owner_id, since) values ($org, $c1, 'robot', 'r2', 99)",
    ),
    (
        "a flow owner of an unknown kind",
        "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f5, 'other:person', 'ana', 99)",
    ),
    (
        "the system as a flow owner",
        "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f5, 'system', 'ana', 99)",
    ),
    (
        "an ownerless row",
        "insert into flow_ref_owner (org, flow, credential, owner_type, owner_id) values ($org, $f1, $c1, 'person', null)",
    ),
    (
        "a row that rests on closed edges",
        "update flow_ref_owner set live = null where flow = $f1",
    ),
    (
        "closing an owner but keeping its wrap",
        "update credential_owner set live = null, until = 99 where credential = $c4",
    ),
    (
        "erasing the wrap of a live owner",
        "update credential_owner set wrap = null where credential = $c4",
    ),
    (
        "an owner without an end that is not live",
        "update credential_owner set live = null, wrap = null where credential = $c4",
    ),
    (
        "a live owner with an end",
        "update credential_owner set until = 99, wrap = null where credential = $c4",
    ),
    (
        "a reference without an end that is not live",
        "update flow_ref set live = null where flow = $f1",
    ),
    (
        "an edge that is live twice over",
        "update flow_owner set live = 2 where flow = $f5",
    ),
];

fn begin(world: &World) -> &'static str {
    if world.is_postgres() {
        "begin"
    } else {
        "begin immediate"
    }
}

#[test]
fn plain_sql_that_breaks_the_rule_is_refused() {
    both(|world| {
        let mut raw = with_edges(world);
        for (what, sql) in BY_RULE {
            let refused = raw.transact(begin(world), &filled(sql));
            assert!(
                matches!(refused, Err(Refused::ByRule(_))),
                "{what}: {refused:?}"
            );
        }
        for (what, sql) in BY_CHECK {
            let refused = raw.transact(begin(world), &filled(sql));
            assert!(
                matches!(refused, Err(Refused::ByCheck(_))),
                "{what}: {refused:?}"
            );
        }
        assert_eq!(rule::violations(&mut raw), 0);
        assert_eq!(raw.number("select count(*) from flow_ref_owner"), 3);
    });
}

#[test]
fn each_of_these_is_refused_in_every_isolation_level_of_postgresql() {
    both(|world| {
        if !world.is_postgres() {
            return;
        }
        let mut raw = with_edges(world);
        for level in ["repeatable read", "serializable"] {
            for (what, sql) in BY_RULE {
                let refused = raw.transact(&format!("begin isolation level {level}"), &filled(sql));
                assert!(
                    matches!(refused, Err(Refused::ByRule(_))),
                    "{what}: {refused:?}"
                );
            }
        }
    });
}

#[test]
fn what_keeps_the_rule_is_not_refused() {
    both(|world| {
        let mut raw = with_edges(world);
        for sql in [
            "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c3, 99)",
            "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f2, 'person', 'bob', 99)",
            "insert into flow_ref (org, flow, credential, since) values ($org, $f2, $c2, 99)",
            "update flow_owner set live = null, until = 99 where flow = $f3 and owner_id = 'ops'",
            "update credential_owner set live = null, until = 99, wrap = null where credential = $c1 and owner_id = 'ops'",
            "update flow_ref set live = null, until = 100 where flow = $f1",
            "update flow_owner set live = null, until = 100 where flow = $f1",
        ] {
            raw.transact(begin(world), &filled(sql)).unwrap();
            assert_eq!(rule::violations(&mut raw), 0, "{sql}");
        }
    });
}

#[test]
fn an_owner_is_removed_by_force_in_one_transaction() {
    both(|world| {
        let mut raw = with_edges(world);
        raw.transact(
            begin(world),
            &filled(
                "update flow_ref set live = null, until = 99 where credential = $c1 and live = 1;
                 update flow set state = 'blocked', blocked_reason = 'owner_left' where id in ($f1, $f3);
                 update credential_owner set live = null, until = 99, wrap = null
                   where credential = $c1 and owner_id = 'ana'",
            ),
        )
        .unwrap();
        assert_eq!(rule::violations(&mut raw), 0);
        assert_eq!(raw.number("select count(*) from flow_ref_owner"), 0);
    });
}

#[test]
fn every_change_of_an_edge_changes_the_row_of_its_flow() {
    both(|world| {
        let mut raw = with_edges(world);
        let epoch =
            |raw: &mut Raw| raw.number(&filled("select edge_epoch from flow where id = $f1"));
        let mut before = epoch(&mut raw);
        for sql in [
            "insert into flow_ref (org, flow, credential, since) values ($org, $f1, $c3, 99)",
            "update flow_ref set live = null, until = 100 where flow = $f1 and live = 1",
            "insert into flow_owner (org, flow, owner_type, owner_id, since) values ($org, $f1, 'person', 'bob', 99)",
            "update flow_owner set live = null, until = 100 where flow = $f1 and owner_id = 'bob'",
        ] {
            raw.transact(begin(world), &filled(sql)).unwrap();
            let after = epoch(&mut raw);
            assert!(after > before, "{sql}");
            before = after;
        }
    });
}

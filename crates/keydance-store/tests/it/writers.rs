//! S02: writers that do at random what changes owners and references, and a reader that looks for
//! a reference that breaks the rule.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;

use keydance_core::owner::Owner;

use crate::raw::{Raw, Refused};
use crate::rows::{add_credential, add_flow, credential_id, flow_id};
use crate::rule;
use crate::world::{World, both};

const TRANSACTIONS: usize = 60;
const PEOPLE: [&str; 3] = ["ana", "bob", "cem"];
const ON_POSTGRES: [&str; 6] = [
    "begin isolation level read committed",
    "begin isolation level repeatable read",
    "begin isolation level serializable",
    "begin isolation level read committed",
    "begin isolation level repeatable read",
    "begin isolation level serializable",
];
const ON_SQLITE: [&str; 4] = ["begin immediate"; 4];

/// What became of all transactions.
#[derive(Debug, Default)]
struct Tally {
    committed: AtomicU64,
    refused: AtomicU64,
    in_the_way: AtomicU64,
    violations: AtomicI64,
}

/// A few numbers nobody would guess, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// One change of an edge, at a moment of its own.
fn change(world: &World, dice: &mut Dice, now: i64) -> String {
    let org = world.org;
    let flow = flow_id(1 + dice.roll(3) as u8);
    let credential = credential_id(1 + dice.roll(3) as u8);
    let person = PEOPLE[dice.roll(3) as usize];
    let wrap = if world.is_postgres() { "'1'" } else { "x'01'" };
    match dice.roll(6) {
        0 | 1 => format!(
            "insert into flow_ref (org, flow, credential, since)
             values ('{org}', '{flow}', '{credential}', {now})"
        ),
        2 => format!(
            "update flow_ref set live = null, until = {now}
             where flow = '{flow}' and credential = '{credential}' and live = 1"
        ),
        3 => format!(
            "insert into credential_owner (org, credential, owner_type, owner_id, wrap, since)
             values ('{org}', '{credential}', 'person', '{person}', {wrap}, {now})"
        ),
        4 => format!(
            "update credential_owner set live = null, until = {now}, wrap = null
             where credential = '{credential}' and owner_id = '{person}' and live = 1"
        ),
        _ if dice.roll(2) == 0 => format!(
            "insert into flow_owner (org, flow, owner_type, owner_id, since)
             values ('{org}', '{flow}', 'person', '{person}', {now})"
        ),
        _ => format!(
            "update flow_owner set live = null, until = {now}
             where flow = '{flow}' and owner_id = '{person}' and live = 1"
        ),
    }
}

fn connect(world: &World) -> Raw {
    let mut raw = world.raw();
    raw.enter(world.org);
    // What is tested here is not what survives a crash.
    raw.run(if world.is_postgres() {
        "set synchronous_commit = off"
    } else {
        "pragma synchronous = off"
    })
    .unwrap();
    raw
}

fn write(world: &World, begin: &str, mut raw: Raw, seed: u64, clock: &AtomicI64, tally: &Tally) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed);
    for _ in 0..TRANSACTIONS {
        let changes: Vec<_> = (0..=dice.roll(2))
            .map(|_| change(world, &mut dice, clock.fetch_add(1, Ordering::Relaxed)))
            .collect();
        let counter = match raw.transact(begin, &changes.join("; ")) {
            Ok(()) => &tally.committed,
            Err(Refused::ByRule(_) | Refused::Exists(_)) => &tally.refused,
            Err(Refused::Conflict(_)) => &tally.in_the_way,
            Err(other) => panic!("{other:?} of {changes:?}"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Lets all writers run at once and looks on.
fn run(world: &World, prepare: impl Fn(&mut Raw) + Sync) -> Tally {
    let begins: &[&str] = if world.is_postgres() {
        &ON_POSTGRES
    } else {
        &ON_SQLITE
    };
    let (tally, clock, done) = (
        Tally::default(),
        AtomicI64::new(1_000),
        AtomicBool::new(false),
    );
    let mut reader = connect(world);
    thread::scope(|scope| {
        let writers: Vec<_> = begins
            .iter()
            .zip(1..)
            .map(|(begin, seed)| {
                let mut raw = connect(world);
                prepare(&mut raw);
                let (tally, clock) = (&tally, &clock);
                scope.spawn(move || write(world, begin, raw, seed, clock, tally))
            })
            .collect();
        let (tally, done) = (&tally, &done);
        scope.spawn(move || {
            let mut is_last = false;
            while !is_last {
                is_last = done.load(Ordering::Acquire);
                tally
                    .violations
                    .fetch_add(rule::violations(&mut reader), Ordering::Relaxed);
                thread::yield_now();
            }
        });
        let ends: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        done.store(true, Ordering::Release);
        assert!(ends.into_iter().all(|end| end.is_ok()));
    });
    tally
}

fn with_edges(world: &World) {
    world.write(|tx| {
        let people = PEOPLE.map(Owner::person);
        for n in 1..=3 {
            add_credential(tx, n, &people)?;
        }
        add_flow(tx, 1, &people[..1], &[1])?;
        add_flow(tx, 2, &people[..2], &[1, 2])?;
        add_flow(tx, 3, &people, &[1, 2, 3])
    });
}

#[test]
fn no_snapshot_shows_a_reference_whose_flow_owner_does_not_own() {
    both(|world| {
        with_edges(world);
        let tally = run(world, |_| ());
        assert_eq!(tally.violations.load(Ordering::Relaxed), 0, "{tally:?}");
        // It was no idle test: much was done and much was refused.
        assert!(tally.committed.load(Ordering::Relaxed) > 30, "{tally:?}");
        assert!(tally.refused.load(Ordering::Relaxed) > 30, "{tally:?}");
    });
}

#[test]
fn without_the_foreign_keys_the_same_writers_break_the_rule() {
    both(|world| {
        with_edges(world);
        let mut raw = connect(world);
        rule::take_out(&mut raw);
        let tally = run(world, |raw| {
            if matches!(raw, Raw::Sqlite(_)) {
                rule::take_out(raw);
            }
        });
        assert!(tally.violations.load(Ordering::Relaxed) > 0, "{tally:?}");
    });
}

// A generated organisation, and what really opens in it.
mod brute;
mod life;

// What is hard to draw.
mod stories;

use std::collections::BTreeSet;

use life::{Life, PEOPLE};
use proptest::prelude::*;

use super::*;

fn protected() -> Vec<String> {
    vec!["refs/heads/main".to_owned()]
}

/// What matters of rows to compare: version, first and last commits, and where it is current.
type Facts = BTreeSet<(String, BTreeSet<String>, BTreeSet<String>, Vec<String>)>;

fn facts(exposure: &Exposure<'_>, name: &str) -> Facts {
    let rows = exposure.of(name).unwrap();
    let is_certain = |view: &RowView| !view.is_assumed && view.level == Level::Delivered;
    let views = rows.views(1).filter(is_certain);
    let views = views.filter(|view| view.way != [["plaintext"]]);
    let fact = |view: RowView| {
        let (first, last) = (view.first.into_iter(), view.last.into_iter());
        (
            view.version,
            first.collect(),
            last.collect(),
            view.current_at,
        )
    };
    views.map(fact).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn rows_are_what_really_decrypts(seed: u64) {
        let life = Life::live(seed, 20);
        let history = life.made.history().unwrap();
        let exposure = Exposure::new(&history, &protected());
        let brute = brute::Brute::new(&life);
        for person in PEOPLE {
            let (ours, theirs) = (facts(&exposure, person), brute.facts(person));
            let wrong: Vec<_> = ours.symmetric_difference(&theirs).collect();
            prop_assert!(wrong.is_empty(), "{}: {:?}", person, wrong);
        }
    }
}

#[test]
fn a_later_walk_adds_what_is_new_and_gives_the_same() {
    let mut life = Life::live(7, 8);
    let first = life.made.history().unwrap();
    let before = first.counts();
    life.go_on(6);
    let grown = life.made.history().unwrap();
    assert!(grown.counts().0 > before.0);
    std::fs::remove_dir_all(life.made.path().join(".git/keydance")).unwrap();
    let fresh = life.made.history().unwrap();
    assert_eq!(fresh.counts(), grown.counts());
    let (grown, fresh) = (
        Exposure::new(&grown, &protected()),
        Exposure::new(&fresh, &protected()),
    );
    for person in PEOPLE {
        assert_eq!(facts(&grown, person), facts(&fresh, person));
    }
}

#[test]
fn a_way_leads_from_a_device_through_groups() {
    let mut life = Life::new(1);
    life.begin();
    let history = life.made.history().unwrap();
    let exposure = Exposure::new(&history, &protected());
    let ways = |name: &str| {
        let rows = exposure.of(name).unwrap();
        let views = rows
            .views(MAX_WAYS)
            .filter(|view| view.key != ["note_unencrypted"]);
        let ways = views.map(|view| view.way);
        ways.flatten().collect::<BTreeSet<_>>()
    };
    let way = |words: &[&str]| words.iter().map(|&word| word.into()).collect::<Way>();
    let inner = way(&["alice/laptop", "@inner#1", "@outer#1"]);
    assert_eq!(
        ways("alice"),
        BTreeSet::from([
            inner.clone(),
            way(&["alice/laptop"]),
            way(&["alice/laptop", "@inner#1"])
        ])
    );
    assert_eq!(ways("alice/laptop"), ways("alice"));
    assert_eq!(ways("dave"), BTreeSet::new());
    let moment = exposure.moment(At::Now).unwrap();
    let who = |path: &str| {
        let who = exposure.who_can(path, None, &moment).unwrap();
        who.into_iter()
            .map(|access| access.principal)
            .collect::<Vec<_>>()
    };
    assert_eq!(who("secrets/0.yaml"), ["alice", "bob", "carol"]);
    assert_eq!(who("secrets/1.yaml"), ["alice", "bob"]);
    let why = exposure
        .why("alice", "secrets/0.yaml", &moment)
        .unwrap()
        .unwrap();
    assert_eq!(why.way, [inner]);
    assert_eq!(
        exposure.why("dave", "secrets/0.yaml", &moment).unwrap(),
        None
    );
    let what = exposure.what_can("carol", &moment).unwrap();
    let paths: Vec<_> = what.iter().map(|access| access.path.as_str()).collect();
    assert!(
        paths.contains(&"secrets/0.yaml") && !paths.contains(&"secrets/1.yaml"),
        "{paths:?}"
    );
    let plain = exposure.who_can("secrets/1.yaml", Some("note_unencrypted"), &moment);
    assert_eq!(plain.unwrap().len(), 4);
    let missing = exposure.who_can("secrets/1.yaml", Some("nothing"), &moment);
    assert!(matches!(missing, Err(AtError::Key { .. })));
}

//! Events, and who can open what afterwards.

use keydance_git::event::{
    ChangeKind, EventError, Init, Join, Leave, LoseDevice, NewGroup, RotateDevice, sync,
};
use keydance_git::roster::{Name, parse_recipient};
use keydance_sops::age::NativeKind;
use keydance_sops::random::SystemRandom;

use crate::organisation::{Organisation, identity, joining};

/// Alice's organisation with a group `payments`, of which `admins` is a member, and two files.
fn with_files() -> Organisation {
    let mut organisation = Organisation::new();
    add_group(
        &organisation,
        "payments",
        &["@admins"],
        "secrets/payments/**",
    );
    organisation.encrypt("secrets/a.yaml", "db: {user: app, password: sesame}\n");
    organisation.encrypt("secrets/payments/b.env", "KEY=open\n");
    organisation.commit("files");
    organisation.tomorrow();
    organisation
}

fn add_group(organisation: &Organisation, group: &str, members: &[&str], glob: &str) {
    let group = NewGroup {
        name: group.parse().unwrap(),
        members: members.iter().map(|it| it.parse().unwrap()).collect(),
        admins: vec!["alice".parse().unwrap()],
        glob: Some(glob.parse().unwrap()),
    };
    organisation.run(|scene| group.plan(scene, &mut SystemRandom));
}

#[test]
fn an_organisation_begins_with_one_commit() {
    let organisation = Organisation::new();
    let changed = organisation.changed();
    assert_eq!(changed.len(), 4, "{changed:?}");
    assert_eq!(changed[..1], ["A .gitattributes"]);
    assert_eq!(organisation.git(&["status", "--porcelain"]), "");
    organisation.encrypt("secrets/a.yaml", "a: sesame\n");
    let alice = &organisation.alice;
    assert_eq!(
        organisation.opens(alice, "secrets/a.yaml").as_deref(),
        Some("a: sesame\n")
    );
    // Nobody decided who reads anything else.
    organisation.write("other.yaml", "a: 1\n");
    assert!(
        !organisation
            .sops(None, &["encrypt", "-i", "other.yaml"])
            .status
            .success()
    );
}

#[test]
fn a_second_organisation_is_refused() {
    let organisation = Organisation::new();
    let init = Init {
        organisation: "acme".parse().unwrap(),
        device: "alice/laptop".parse().unwrap(),
        recipient: parse_recipient(organisation.alice.recipient()).unwrap(),
        signing: None,
        group: "admins".parse().unwrap(),
        glob: "**".parse().unwrap(),
        kind: NativeKind::X25519,
    };
    let own = organisation.keys(&[]);
    let planned = init.plan(
        &organisation.checkout(),
        &own,
        organisation.now(),
        &mut SystemRandom,
    );
    assert!(matches!(planned, Err(EventError::Conflict(_))));
}

#[test]
fn whoever_joins_opens_the_files_of_their_groups_and_no_data_file_changes() {
    let organisation = with_files();
    let before = organisation.read("secrets/payments/b.env");
    let bob = organisation.join("bob", &["payments"]);
    let changed = organisation.changed();
    assert_eq!(changed.len(), 3, "{changed:?}");
    assert!(
        changed.contains(&"M .sops.yaml".to_owned())
            && changed.contains(&"M keydance.yaml".to_owned())
    );
    assert!(
        changed
            .iter()
            .any(|path| path.starts_with("M .keydance/groups/payments/"))
    );
    assert_eq!(organisation.read("secrets/payments/b.env"), before);
    assert_eq!(
        organisation
            .opens(&bob, "secrets/payments/b.env")
            .as_deref(),
        Some("KEY=open\n")
    );
    assert_eq!(organisation.opens(&bob, "secrets/a.yaml"), None);
    let again = joining("bob", &["payments"], &bob, organisation.now());
    let again = organisation.run(|scene| again.plan(scene, &mut SystemRandom));
    assert!(again.is_empty());
}

#[test]
fn with_another_identity_whoever_joins_opens_nothing_older() {
    let organisation = with_files();
    let bob = identity();
    let join = Join {
        new_generation: true,
        ..joining("bob", &["payments"], &bob, organisation.now())
    };
    let old = organisation.read("secrets/payments/b.env");
    let plan = organisation.run(|scene| join.plan(scene, &mut SystemRandom));
    assert_eq!(plan.count(ChangeKind::Rekeyed), 1);
    assert!(organisation.opens(&bob, "secrets/payments/b.env").is_some());
    organisation.write("secrets/payments/b.env", &String::from_utf8(old).unwrap());
    assert_eq!(organisation.opens(&bob, "secrets/payments/b.env"), None);
}

#[test]
fn whoever_leaves_opens_nothing_at_the_tip_and_values_keep_their_vectors() {
    let mut organisation = with_files();
    let bob = organisation.join("bob", &["admins"]);
    let carol = organisation.join("carol", &["payments"]);
    assert!(organisation.opens(&bob, "secrets/payments/b.env").is_some());
    let before = String::from_utf8(organisation.read("secrets/a.yaml")).unwrap();
    organisation.tomorrow();
    let leave = Leave {
        who: "bob".parse().unwrap(),
    };
    let plan = organisation.run(|scene| leave.plan(scene, &mut SystemRandom));
    assert_eq!(plan.title, "bob leaves");
    assert_eq!(plan.count(ChangeKind::Rekeyed), 2);
    assert_eq!(plan.generations.len(), 2, "{:?}", plan.generations);
    for path in ["secrets/a.yaml", "secrets/payments/b.env"] {
        assert_eq!(organisation.opens(&bob, path), None);
        assert!(organisation.opens(&organisation.alice, path).is_some());
    }
    assert!(
        organisation
            .opens(&carol, "secrets/payments/b.env")
            .is_some()
    );
    let after = String::from_utf8(organisation.read("secrets/a.yaml")).unwrap();
    let vectors = |text: &str| -> Vec<String> {
        let parts = text
            .split(",iv:")
            .skip(1)
            .map(|part| part.split(',').next().unwrap().to_owned());
        parts.take(2).collect()
    };
    assert_eq!(vectors(&before), vectors(&after));
    assert_ne!(before, after);
    let roster = organisation.roster();
    assert!(!roster.people["bob"].intervals.is_open(organisation.now()));
    let again = organisation.run(|scene| leave.plan(scene, &mut SystemRandom));
    assert!(again.is_empty(), "{:?}", again.changes.keys());
}

#[test]
fn only_the_files_of_whoever_leaves_change() {
    let organisation = with_files();
    organisation.join("bob", &["payments"]);
    let before = organisation.read("secrets/a.yaml");
    let leave = Leave {
        who: "bob".parse().unwrap(),
    };
    let plan = organisation.run(|scene| leave.plan(scene, &mut SystemRandom));
    assert_eq!(plan.count(ChangeKind::Rekeyed), 1);
    assert_eq!(organisation.read("secrets/a.yaml"), before);
    let generations = plan.generations.keys().map(Name::as_str);
    assert_eq!(generations.collect::<Vec<_>>(), ["payments"]);
}

#[test]
fn nobody_leaves_by_themselves_or_as_the_last_one() {
    let organisation = with_files();
    let bob = organisation.join("bob", &["admins"]);
    let leave = |who: &str| Leave {
        who: who.parse().unwrap(),
    };
    let own = organisation.plan_as(&bob, |scene| leave("bob").plan(scene, &mut SystemRandom));
    assert_eq!(own.unwrap_err(), EventError::Own("bob".to_owned()));
    let last = organisation.plan_as(&bob, |scene| leave("alice").plan(scene, &mut SystemRandom));
    assert!(
        last.unwrap_err()
            .to_string()
            .contains("alice is the only admin")
    );
    let unknown = organisation.plan_as(&bob, |scene| leave("dave").plan(scene, &mut SystemRandom));
    assert_eq!(unknown.unwrap_err().to_string(), "there is no person dave");
}

#[test]
fn a_machine_joins_and_leaves_like_a_person() {
    let organisation = with_files();
    let web = organisation.join("node:web-1", &["payments"]);
    assert!(organisation.opens(&web, "secrets/payments/b.env").is_some());
    let leave = Leave {
        who: "node:web-1".parse().unwrap(),
    };
    organisation.run(|scene| leave.plan(scene, &mut SystemRandom));
    assert_eq!(organisation.opens(&web, "secrets/payments/b.env"), None);
}

#[test]
fn another_device_takes_the_place_of_one_and_no_data_file_changes() {
    let organisation = with_files();
    let old = organisation.join("bob", &["payments"]);
    let new = identity();
    let mut request = joining("bob", &[], &new, organisation.now())
        .request
        .unwrap();
    request.device = "desk".parse().unwrap();
    let rotate = RotateDevice {
        old: "bob/laptop".parse().unwrap(),
        request,
        keep: false,
    };
    let plan = organisation.run(|scene| rotate.plan(scene, &mut SystemRandom));
    assert_eq!(plan.count(ChangeKind::Rekeyed), 0);
    assert!(organisation.opens(&new, "secrets/payments/b.env").is_some());
    assert_eq!(organisation.opens(&old, "secrets/payments/b.env"), None);
    assert!(
        organisation
            .run(|scene| rotate.plan(scene, &mut SystemRandom))
            .is_empty()
    );
}

#[test]
fn what_a_lost_device_could_open_gets_another_key_and_its_owner_stays() {
    let organisation = with_files();
    let lost = organisation.join("bob", &["payments"]);
    let desk = identity();
    let mut join = joining("bob", &[], &desk, organisation.now());
    join.request.as_mut().unwrap().device = "desk".parse().unwrap();
    organisation.run(|scene| join.plan(scene, &mut SystemRandom));
    let lose = LoseDevice {
        device: "bob/laptop".parse().unwrap(),
    };
    let plan = organisation.run(|scene| lose.plan(scene, &mut SystemRandom));
    assert_eq!(plan.count(ChangeKind::Rekeyed), 1);
    assert_eq!(organisation.opens(&lost, "secrets/payments/b.env"), None);
    assert!(
        organisation
            .opens(&desk, "secrets/payments/b.env")
            .is_some()
    );
    assert!(
        organisation
            .run(|scene| lose.plan(scene, &mut SystemRandom))
            .is_empty()
    );
}

#[test]
fn changes_that_are_not_committed_are_in_the_way() {
    let organisation = with_files();
    let plan = || {
        let join = joining("bob", &["payments"], &identity(), organisation.now());
        organisation.plan_as(&organisation.alice, |scene| {
            join.plan(scene, &mut SystemRandom)
        })
    };
    organisation.write("README", "anything\n");
    assert!(plan().is_ok());
    organisation.write(".sops.yaml", "creation_rules: []\n");
    assert_eq!(
        plan().unwrap_err(),
        EventError::Unclean(vec![".sops.yaml".to_owned()])
    );
}

#[test]
fn sync_mends_what_a_merge_or_stock_left_behind() {
    let organisation = with_files();
    let bob = organisation.join("bob", &["payments"]);
    let stale = organisation.read("secrets/payments/b.env");
    organisation.run(|scene| {
        Leave {
            who: "bob".parse().unwrap(),
        }
        .plan(scene, &mut SystemRandom)
    });
    // A branch from before brings a file for the retired generation, and stock adds a stranger.
    organisation.write("secrets/payments/c.env", &String::from_utf8(stale).unwrap());
    let stranger = identity();
    organisation.encrypt("secrets/d.yaml", "d: 1\n");
    let arguments = [
        "rotate",
        "-i",
        "--add-age",
        stranger.recipient(),
        "secrets/d.yaml",
    ];
    let own = group_identities(&organisation);
    assert!(organisation.sops(Some(&own), &arguments).status.success());
    organisation.write(".sops.yaml", "creation_rules: []\n");
    organisation.commit("a merge");
    assert!(organisation.opens(&bob, "secrets/payments/c.env").is_some());
    let plan = organisation.run(|scene| sync(scene, &mut SystemRandom));
    assert_eq!(
        plan.count(ChangeKind::Rekeyed),
        2,
        "{:?}",
        plan.changes.keys()
    );
    assert_eq!(organisation.opens(&bob, "secrets/payments/c.env"), None);
    let stranger = organisation.sops(Some(stranger.expose()), &["decrypt", "secrets/d.yaml"]);
    assert!(!stranger.status.success());
    assert!(
        organisation
            .run(|scene| sync(scene, &mut SystemRandom))
            .is_empty()
    );
}

#[test]
fn sync_makes_another_identity_for_a_forked_group() {
    let organisation = with_files();
    let text = String::from_utf8(organisation.read("keydance.yaml")).unwrap();
    let at = text.find("  payments:\n").unwrap() + "  payments:\n".len();
    organisation.write(
        "keydance.yaml",
        &format!("{}    forked: true\n{}", &text[..at], &text[at..]),
    );
    organisation.commit("both branches made one");
    let before = organisation.roster().groups["payments"].generation;
    organisation.run(|scene| sync(scene, &mut SystemRandom));
    let payments = &organisation.roster().groups["payments"];
    assert!(!payments.is_forked && payments.generation == before + 1);
}

/// The identities of every group, as Alice opens them.
fn group_identities(organisation: &Organisation) -> String {
    let own = organisation.keys(&[&organisation.alice]);
    let checkout = organisation.checkout();
    let scene = keydance_git::event::Scene::read(&checkout, &own, organisation.now()).unwrap();
    let files = scene.identities.values().cloned();
    let keyring = keydance_git::group_identity::Keyring::new(&own, files);
    let recipients: Vec<String> = keyring
        .generations()
        .map(|it| it.recipient.identity())
        .collect();
    let identities = recipients
        .iter()
        .filter_map(|it| keyring.expose(it, |it| it.expose().to_owned()));
    identities.collect::<Vec<_>>().join("\n")
}

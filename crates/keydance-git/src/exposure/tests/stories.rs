//! Files that nobody has to decrypt, made by hand.

use std::fmt::Write as _;

use super::*;
use crate::history::made::Made;

const ROSTER: &str = r#"keydance: 1
organisation: acme
environments: [e]
protected: [refs/heads/main]
governance: g
people:
  alice: {from: 2026-01-05, devices: {laptop: {recipient: age1alice, from: 2026-01-05}}}
  bob: {from: 2026-01-05, devices: {desk: {recipient: age1bob, from: 2026-01-05, until: 2026-02-01, lost: true}}}
machines:
  pipeline:deploy: {recipient: "kms:arn:aws:kms:eu-west-1:1:key/k", openers: ["@g"], from: 2026-01-05}
groups:
  g: {members: {alice: {from: 2026-01-05}}, admins: [alice], generation: 1, recipient: age1g}
paths:
  - {match: "**", environment: e, readers: [g]}
aliases: {age1old: bob}
"#;

/// A ciphertext: what it says, and its IV.
fn enc(data: &str, iv: &str) -> String {
    format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:t,type:str]")
}

/// A file of these values, and the lines that name its recipients.
fn sops(values: &[(&str, String)], recipients: &str) -> String {
    let mut text = String::new();
    for (key, value) in values {
        let _ = writeln!(text, "{key}: {value}");
    }
    text + "sops:\n"
        + recipients
        + "    lastmodified: \"2026-01-05T09:00:00Z\"\n    mac: "
        + &enc("m", "m")
        + "\n    version: 3.13.3\n"
}

/// Recipients of one group, each with what is wrapped for them.
fn age(recipients: &[(&str, &str)]) -> String {
    let mut text = "    age:\n".to_owned();
    for (recipient, wrapped) in recipients {
        let _ = writeln!(
            text,
            "        - recipient: {recipient}\n          enc: {wrapped}"
        );
    }
    text
}

fn organisation() -> Made {
    let made = Made::new();
    made.write("keydance.yaml", ROSTER.as_bytes());
    made
}

fn views(made: &Made, name: &str) -> Vec<RowView> {
    let history = made.history().unwrap();
    let exposure = Exposure::new(&history, &protected());
    exposure.of(name).unwrap().views(MAX_WAYS).collect()
}

#[test]
fn one_of_a_quorum_could_open_a_file_and_who_is_in_enough_groups_does() {
    let made = organisation();
    let groups = "    shamir_threshold: 2\n    key_groups:\n      \
        - age:\n        - recipient: age1alice\n          enc: w1\n      \
        - age:\n        - recipient: age1bob\n          enc: w2\n        \
        - recipient: age1alice\n          enc: w3\n";
    made.write("a.yaml", sops(&[("a", enc("d", "i"))], groups).as_bytes());
    made.commit();
    assert_eq!(views(&made, "alice")[0].level, Level::Delivered);
    let row = &views(&made, "bob")[0];
    assert_eq!(
        (row.level, row.way.clone()),
        (Level::Could, vec![vec!["bob/desk".to_owned()]])
    );
}

#[test]
fn a_file_encrypted_afresh_is_assumed_to_keep_its_data_key_unless_the_contrary_shows() {
    let made = organisation();
    let both = age(&[("age1alice", "w1"), ("age1bob", "w2")]);
    let write = |a: String, b: String, recipients: &str| {
        made.write("a.yaml", sops(&[("a", a), ("b", b)], recipients).as_bytes());
        made.commit();
    };
    write(enc("a1", "i1"), enc("b1", "j1"), &both);
    write(
        enc("a2", "i2"),
        enc("b2", "j2"),
        &age(&[("age1alice", "w3")]),
    );
    let rows = views(&made, "bob");
    let assumed: Vec<bool> = rows.iter().map(|row| row.is_assumed).collect();
    assert_eq!(assumed, [false, false, true, true]);
    assert_eq!(rows[2].way, [["shared-data-key"]]);
    // The same IV with another ciphertext: the data key is a new one.
    write(
        enc("a3", "i2"),
        enc("b3", "j3"),
        &age(&[("age1alice", "w4")]),
    );
    let rows = views(&made, "bob");
    let current = |row: &&RowView| row.current == Current::Yes;
    let keys: Vec<_> = rows
        .iter()
        .filter(current)
        .map(|row| row.key.join("."))
        .collect();
    // The version of `a` was there before; that of `b` is new, and out of reach.
    assert_eq!(keys, ["a"]);
}

#[test]
fn whoever_makes_a_service_decrypt_and_whose_key_is_an_alias_count() {
    let made = organisation();
    let kms = "    kms:\n        - arn: arn:aws:kms:eu-west-1:1:key/k\n          \
        created_at: \"2026-01-05T09:00:00Z\"\n          enc: d2Fz\n          aws_profile: \"\"\n";
    made.write("a.yaml", sops(&[("a", enc("d", "i"))], kms).as_bytes());
    made.write(
        "b.yaml",
        sops(&[("b", enc("d", "j"))], &age(&[("age1old", "w")])).as_bytes(),
    );
    made.commit();
    let ways = |name: &str| {
        views(&made, name)
            .into_iter()
            .map(|row| (row.file, row.way))
            .collect::<Vec<_>>()
    };
    let way = |name: &str| vec![vec![name.to_owned()]];
    assert_eq!(
        ways("alice"),
        [("a.yaml".to_owned(), way("pipeline:deploy"))]
    );
    assert_eq!(
        ways("pipeline:deploy"),
        [("a.yaml".to_owned(), way("pipeline:deploy"))]
    );
    assert_eq!(ways("bob"), [("b.yaml".to_owned(), way("bob"))]);
}

#[test]
fn what_no_ref_leads_to_any_more_is_still_told() {
    let made = organisation();
    made.commit();
    made.git(&["checkout", "-q", "-b", "side"]);
    made.write(
        "a.yaml",
        sops(&[("a", enc("d", "i"))], &age(&[("age1bob", "w")])).as_bytes(),
    );
    made.commit();
    assert!(!views(&made, "bob")[0].is_unreachable);
    made.git(&["checkout", "-q", "main"]);
    made.git(&["branch", "-q", "-D", "side"]);
    assert!(views(&made, "bob")[0].is_unreachable);
    // Gone from the repository, it is still in what was read before.
    made.git(&["reflog", "expire", "--expire=all", "--all"]);
    made.git(&["gc", "-q", "--prune=now"]);
    assert!(views(&made, "bob")[0].is_unreachable);
}

#[test]
fn groups_that_open_one_another_open_nothing_by_themselves() {
    let made = organisation();
    let identity = |name: &str, holder: &str| {
        let text = format!(
            "group_unencrypted: {name}\ngeneration_unencrypted: 1\nrecipient_unencrypted: age1{name}\nidentity: {}\n",
            enc("d", name)
        );
        let file = sops(&[], &age(&[(holder, &format!("w{name}"))]));
        made.write(
            &format!(".keydance/groups/{name}/1-00000000.yaml"),
            (text + &file).as_bytes(),
        );
    };
    identity("x", "age1y");
    identity("y", "age1x");
    made.write(
        "a.yaml",
        sops(&[("a", enc("d", "i"))], &age(&[("age1x", "w")])).as_bytes(),
    );
    made.commit();
    assert!(views(&made, "alice").is_empty());
    identity("y", "age1alice");
    made.commit();
    let rows = views(&made, "alice");
    let row = rows.iter().find(|row| row.file == "a.yaml").unwrap();
    assert_eq!(row.way, [["alice/laptop", "@y#1", "@x#1"]]);
}

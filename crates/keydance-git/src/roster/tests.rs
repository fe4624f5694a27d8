use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// A roster with everything in it.
const WHOLE: &str = r#"keydance: 1
organisation: acme
environments: [testing, staging, production]
protected: [refs/heads/main]
integrity: strict
governance: platform
people:
  alice:
    name: Alice Ng
    email: alice@acme.example
    from: 2026-01-05T09:00:00Z   # her first day
    devices:
      laptop: {recipient: age1alice, signing: "ssh-ed25519 AAAA alice@laptop", from: 2026-01-05T09:00:00Z}
      old: {recipient: "pgp:0123", from: 2025-03-01T00:00:00Z, until: 2026-02-01T00:00:00Z, lost: true}
  bob:
    from: 2026-03-01
    until: 2026-04-01
    earlier:
      - {from: 2025-01-01, until: 2025-06-01}
    devices:
      desk: {recipient: age1bob, from: 2025-01-01, until: 2026-04-01}
  carol:
    from: 2026-01-05
    devices:
      phone: {recipient: age1carol, from: 2026-01-05}
machines:
  node:web-1: {recipient: "ssh-ed25519 BBBB", from: 2026-01-05T09:00:00Z}
  pipeline:deploy:
    recipient: "kms:arn:aws:kms:eu-west-1:111122223333:key/k"
    openers: ["@platform"]
    from: 2026-01-05
groups:
  payments:
    members:
      alice: {from: 2026-01-05T09:00:00Z}
      bob: {from: 2026-03-01, until: 2026-04-01}
      node:web-1: {from: 2026-01-05T09:00:00Z}
      "@platform": {from: 2026-01-05T09:00:00Z}
    admins: [alice]
    generation: 3
    recipient: age1payments
  platform:
    members:
      carol: {from: 2026-01-05}
    admins: [carol, alice]
    generation: 1
    recipient: age1platform
  recovery:
    members:
      alice: {from: 2026-01-05}
      carol: {from: 2026-01-05}
    admins: [alice]
    generation: 1
    recipient: age1recovery
    quorum: 2
paths:
  - match: secrets/payments/production/**
    environment: production
    readers: [payments]
    writers: [payments, platform]
    rule: {encrypted_regex: "^(data|stringData)$"}
    approvals: 1
    expect: schemas/db.json
  - match: "secrets/**"
    readers: [platform, payments]
    mac_only_encrypted: true
recovery: recovery
aliases: {"age1gone": alice}
"#;

fn whole() -> Roster {
    Roster::parse(WHOLE.as_bytes()).unwrap()
}

fn at(text: &str) -> jiff::Timestamp {
    parse_time(text).unwrap()
}

fn names(members: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    members
        .into_iter()
        .map(|member| member.to_string())
        .collect()
}

/// The error of the roster in which one text stands for another.
fn refused(old: &str, new: &str) -> String {
    assert!(WHOLE.contains(old), "{old}");
    let text = WHOLE.replacen(old, new, 1);
    Roster::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn every_entry_is_read() {
    let roster = whole();
    assert_eq!(roster.organisation.as_str(), "acme");
    assert_eq!(
        names(&roster.environments),
        ["testing", "staging", "production"]
    );
    assert_eq!(roster.integrity, Integrity::Strict);
    let alice = &roster.people["alice"];
    assert_eq!(alice.name.as_deref(), Some("Alice Ng"));
    assert_eq!(alice.line, 8);
    let laptop = &alice.devices["laptop"];
    assert_eq!(laptop.signing.as_deref(), Some("ssh-ed25519 AAAA"));
    assert!(!laptop.is_lost && alice.devices["old"].is_lost);
    let payments = &roster.groups["payments"];
    assert_eq!((payments.generation, payments.members.len()), (3, 4));
    assert_eq!(roster.groups["recovery"].quorum, Some(2));
    let [production, rest] = roster.paths.as_slice() else {
        panic!("not two paths")
    };
    assert_eq!(names(&production.writers), ["payments", "platform"]);
    assert_eq!(names(&rest.writers), ["platform", "payments"]);
    assert_eq!((production.approvals, rest.approvals), (1, 0));
    assert!(rest.mac_only_encrypted && rest.rule.is_none() && production.rule.is_some());
    let alice = "alice".parse().unwrap();
    assert_eq!(roster.aliases["age1gone"], Principal::Person(alice));
}

#[test]
fn the_first_path_that_matches_counts_and_recovery_reads_all() {
    let roster = whole();
    let readers = |path: &str| roster.readers_of(path).map(names);
    let production = readers("secrets/payments/production/db.yaml").unwrap();
    assert_eq!(production, ["payments", "recovery"]);
    assert_eq!(
        readers("secrets/a").unwrap(),
        ["platform", "payments", "recovery"]
    );
    assert_eq!(readers("README"), None);
    let readers = roster.file_readers("secrets/a").unwrap();
    assert_eq!(
        names(&readers.groups[0]),
        ["age1platform", "age1payments", "age1recovery"]
    );
}

#[test]
fn members_are_those_of_a_time_and_of_groups_within() {
    let roster = whole();
    let members = |time: &str| names(roster.members_at("payments", at(time)));
    assert_eq!(
        members("2026-03-15"),
        ["node:web-1", "alice", "bob", "carol"]
    );
    assert_eq!(members("2026-04-01"), ["node:web-1", "alice", "carol"]);
    assert!(members("2026-01-01").is_empty());
    assert!(roster.members_at("nobody", at("2026-03-15")).is_empty());
    let bob = "bob".parse().unwrap();
    let there = |time: &str| roster.is_there(&bob, at(time));
    assert_eq!(
        ["2025-02-01", "2025-07-01", "2026-03-15"].map(there),
        [true, false, true]
    );
}

#[test]
fn whoever_is_in_a_group_reaches_every_group_above_it() {
    let roster = whole();
    let groups = |of: &str| names(roster.groups_of(&of.parse().unwrap(), at("2026-05-01")));
    assert_eq!(groups("carol"), ["payments", "platform", "recovery"]);
    assert_eq!(groups("node:web-1"), ["payments"]);
    assert!(groups("bob").is_empty());
}

#[test]
fn an_identity_is_for_open_devices_and_the_identities_of_groups_within() {
    let roster = whole();
    let readers = roster.identity_readers("payments", at("2026-05-01"));
    let recipients = names(&readers.groups[0]);
    assert_eq!(
        recipients,
        ["age1platform", "ssh-ed25519 BBBB", "age1alice"]
    );
    let readers = roster.identity_readers("recovery", at("2026-05-01"));
    assert_eq!((readers.groups.len(), readers.threshold), (2, 2));
}

/// What is replaced in the roster, by what, and the error.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "protected:",
        "protectd:",
        "line 4: the key protectd means nothing in the roster; is it protected?",
    ),
    (
        "  carol:\n    from",
        "  carol:\n    form",
        "line 23: the key form means nothing in a person; is it from?",
    ),
    (
        "lost: true",
        "lots: true",
        "line 14: the key lots means nothing in a device; is it lost?",
    ),
    (
        "    quorum: 2",
        "    colour: 2",
        "line 55: the key colour means nothing in a group",
    ),
    (
        "environment: production",
        "environment: producton",
        "line 58: there is no environment producton; is it production?",
    ),
    (
        "readers: [payments]",
        "readers: [payment]",
        "line 59: there is no group payment; is it payments?",
    ),
    (
        "readers: [payments]",
        "readers: [alice]",
        "line 59: alice is no group: only groups read paths",
    ),
    (
        "readers: [payments]",
        "readers: [\"node:web-1\"]",
        "line 59: node:web-1 is no group: only groups read paths",
    ),
    (
        "      carol: {from: 2026-01-05}\n    admins: [carol, alice]",
        "      carl: {from: 2026-01-05}\n    admins: [carol, alice]",
        "line 44: there is no person carl; is it carol?",
    ),
    (
        "admins: [carol, alice]",
        "admins: [dave]",
        "line 45: there is no person dave",
    ),
    (
        "admins: [carol, alice]",
        "admins: []",
        "line 42: a group needs the key admins",
    ),
    (
        "recovery: recovery",
        "recovery: rescue",
        "line 67: there is no group rescue",
    ),
    (
        "keydance: 1",
        "keydance: 2",
        "line 1: keydance must be 1, the version of the format",
    ),
    (
        "integrity: strict",
        "integrity: on",
        "line 5: integrity must be off, warn or strict",
    ),
    (
        "generation: 3",
        "generation: \"3\"",
        "line 40: generation must be a whole number",
    ),
    (
        "recipient: age1payments",
        "recipient: \"pgp:01\"",
        "line 41: recipient must be an age1… recipient",
    ),
    (
        "{encrypted_regex: \"^(data|stringData)$\"}",
        "{encrypted_regex: \"(\"}",
        "line 61: encrypted_regex must be a regular expression",
    ),
    (
        "until: 2026-04-01\n    earlier",
        "until: soon\n    earlier",
        "line 17: until must be a time like 2026-01-05T09:00:00Z",
    ),
];

#[test]
fn what_means_nothing_is_refused_with_its_line_and_the_nearest_word() {
    for (old, new, error) in WRONG {
        assert_eq!(refused(old, new), *error);
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_with_both_lines() {
    let twice = refused("  carol:\n", "  alice:\n    from: 2026-01-05\n  carol:\n");
    assert_eq!(twice, "line 22: the key alice stands on line 8 already");
    let twice = refused("integrity: strict", "integrity: strict\norganisation: b");
    assert_eq!(
        twice,
        "line 6: the key organisation stands on line 2 already"
    );
}

#[test]
fn only_plain_yaml_is_read() {
    for (old, new, error) in [
        (
            "name: Alice Ng",
            "name: &a Alice",
            "line 9: anchors and tags have no place in a roster",
        ),
        (
            "name: Alice Ng",
            "name: !!str Alice",
            "line 9: anchors and tags have no place in a roster",
        ),
        (
            "organisation: acme",
            "organisation: [acme",
            "line 3: a colon cannot stand here",
        ),
    ] {
        assert_eq!(refused(old, new), error);
    }
    for (text, error) in [
        ("", "line 1: there is nothing in it"),
        ("- a\n", "line 1: the top level must be a map"),
        ("a: 1\n---\nb: 1\n", "line 3: a roster is one document"),
    ] {
        let refused = Roster::parse(text.as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), error);
    }
    assert!(Roster::parse(b"a: \xFF\n").is_err());
    let deep = "[".repeat(100_000);
    assert!(Roster::parse(format!("a: {deep}").as_bytes()).is_err());
    assert!(Roster::parse(&vec![b'#'; (4 << 20) + 1]).is_err());
}

#[test]
fn overlapping_intervals_are_refused() {
    let overlap = refused("until: 2025-06-01", "until: 2026-03-02");
    assert_eq!(
        overlap,
        "line 15: intervals overlap, or one that is still open is not the last"
    );
    let open = refused(
        "{from: 2025-01-01, until: 2025-06-01}",
        "{from: 2025-01-01}",
    );
    assert_eq!(open, overlap);
}

#[test]
fn a_group_that_nobody_can_open_is_refused() {
    let no_device = refused(
        "      phone: {recipient: age1carol, from: 2026-01-05}",
        "      {}",
    );
    assert_eq!(no_device, "line 42: nobody can open the group platform");
    let too_few = refused("    quorum: 2", "    quorum: 3");
    assert_eq!(
        too_few,
        "line 48: 2 members of the group recovery can open something, and it takes 3"
    );
}

#[test]
fn one_recipient_has_one_holder() {
    let shared = refused("recipient: age1carol", "recipient: age1alice");
    assert_eq!(
        shared,
        "line 25: age1alice is the recipient of alice/laptop already"
    );
    let closed = WHOLE.replace("recipient: age1carol", "recipient: age1bob");
    assert!(Roster::parse(closed.as_bytes()).is_ok());
}

#[test]
fn groups_nest_without_cycles_eight_deep() {
    let cycle = refused(
        "      carol: {from: 2026-01-05}\n    admins: [carol, alice]",
        "      carol: {from: 2026-01-05}\n      \"@payments\": {from: 2026-01-06}\n    admins: [carol, alice]",
    );
    assert_eq!(
        cycle,
        "line 33: these groups are members of one another: payments → platform → payments"
    );
    assert!(Roster::parse(chain(8).as_bytes()).is_ok());
    let too_deep = Roster::parse(chain(9).as_bytes()).unwrap_err();
    assert_eq!(too_deep.problem, Problem::TooDeep);
    assert_eq!(
        Roster::parse(chain(5000).as_bytes()).unwrap_err().problem,
        Problem::TooDeep
    );
}

#[test]
fn a_group_may_become_a_member_of_one_that_was_its_member() {
    let turned = WHOLE.replace(
        "      \"@platform\": {from: 2026-01-05T09:00:00Z}",
        "      \"@platform\": {from: 2026-01-05T09:00:00Z, until: 2026-02-01}",
    );
    let turned = turned.replace(
        "      carol: {from: 2026-01-05}\n    admins: [carol, alice]",
        "      carol: {from: 2026-01-05}\n      \"@payments\": {from: 2026-02-01}\n    admins: [carol, alice]",
    );
    assert!(Roster::parse(turned.as_bytes()).is_ok());
}

/// Groups each of which is a member of the one before.
fn chain(length: usize) -> String {
    let mut text = String::from(
        "keydance: 1\norganisation: acme\ngovernance: g0\npeople:\n  alice:\n    from: 2026-01-01\n    \
         devices:\n      laptop: {recipient: age1alice, from: 2026-01-01}\ngroups:\n",
    );
    for at in 0..length {
        let member = if at + 1 == length {
            "alice".to_owned()
        } else {
            format!("\"@g{}\"", at + 1)
        };
        writeln!(text, "  g{at}: {{members: {{{member}: {{from: 2026-01-01}}}}, admins: [alice], generation: 1, recipient: age1{}}}",
            at.to_string().replace('1', "x")).unwrap();
    }
    text
}

proptest! {
    /// Groups and who is in them, as pairs of numbers.
    #[test]
    fn nested_members_are_those_that_a_walk_upward_finds(
        edges in proptest::collection::btree_set((0usize..6, 0usize..10), 0..20),
    ) {
        // A group has only groups of higher numbers, so nothing is a cycle; 6 to 9 are people.
        let edges: Vec<_> = edges.into_iter().filter(|(group, member)| group < member).collect();
        let roster = Roster::parse(nested(&edges).as_bytes());
        prop_assert!(roster.is_ok(), "{:?}", roster);
        let roster = roster.unwrap();
        let now = at("2026-06-01");
        for group in 0..6 {
            let members = roster.members_at(&format!("g{group}"), now);
            for person in 6..10 {
                let principal: Principal = format!("p{person}").parse().unwrap();
                let above = roster.groups_of(&principal, now);
                let is_above = above.iter().any(|name| name.as_str() == format!("g{group}"));
                prop_assert_eq!(members.contains(&principal), is_above);
            }
        }
    }

    #[test]
    fn any_text_is_a_roster_or_an_error(
        start in 0usize..WHOLE.len(),
        length in 0usize..40,
        text in "[a-z0-9:\\-{}\\[\\]\"@, \n#&*!]{0,30}",
    ) {
        let end = (start + length).min(WHOLE.len());
        let mut bytes = WHOLE.as_bytes().to_vec();
        bytes.splice(start..end, text.into_bytes());
        if let Err(error) = Roster::parse(&bytes) {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            prop_assert!((1..=lines).contains(&error.line), "{error}");
        }
    }
}

fn nested(edges: &[(usize, usize)]) -> String {
    let mut text = String::from(
        "keydance: 1\norganisation: acme\ngovernance: g0\npeople:\n  root: {from: 2026-01-01, devices: \
         {a: {recipient: age1root, from: 2026-01-01}}}\n",
    );
    for person in 6..10 {
        writeln!(text, "  p{person}: {{from: 2026-01-01, devices: {{a: {{recipient: age1p{person}, from: 2026-01-01}}}}}}").unwrap();
    }
    text += "groups:\n";
    for group in 0..6 {
        writeln!(text, "  g{group}:\n    admins: [root]\n    generation: 1\n    recipient: age1{}\n    members:\n      root: {{from: 2026-01-01}}",
            group.to_string().replace('1', "x")).unwrap();
        for (_, member) in edges.iter().filter(|(of, _)| *of == group) {
            let name = if *member < 6 {
                format!("\"@g{member}\"")
            } else {
                format!("p{member}")
            };
            writeln!(text, "      {name}: {{from: 2026-01-01}}").unwrap();
        }
    }
    text
}

use super::*;
use crate::roster::parse_time;

const ROSTER: &str = r#"keydance: 1
organisation: acme
governance: platform
people:
  alice:
    from: 2026-01-05
    devices:
      laptop: {recipient: age1alice, from: 2026-01-05}
      card: {recipient: "pgp:0123", from: 2026-01-05}
  bob:
    from: 2026-01-05
    devices:
      desk: {recipient: "ssh-ed25519 AAAA", from: 2026-01-05}
groups:
  platform:
    members: {alice: {from: 2026-01-05}, bob: {from: 2026-01-05, until: 2026-03-01}}
    admins: [alice]
    generation: 2
    recipient: age1platform
  recovery:
    members: {alice: {from: 2026-01-05}, bob: {from: 2026-01-05}}
    admins: [alice]
    generation: 1
    recipient: age1recovery
    quorum: 2
paths:
  - match: secrets/**/it's.yaml
    readers: [platform]
    rule: {encrypted_regex: "^it's\\d$"}
    mac_only_encrypted: true
recovery: recovery
"#;

const WRITTEN: &str = r"creation_rules:
  # secrets/**/it's.yaml: platform, recovery
  - path_regex: '^secrets/(?:[^/]+/)*it''s\.yaml$'
    encrypted_regex: '^it''s\d$'
    mac_only_encrypted: true
    age: >-
      age1platform,
      age1recovery
  # @platform, generation 2: alice
  - path_regex: '^\.keydance/groups/platform/2-b537844d\.yaml$'
    unencrypted_suffix: _unencrypted
    age: >-
      age1alice
    pgp: >-
      0123
  # @recovery, generation 1: alice, bob
  - path_regex: '^\.keydance/groups/recovery/1-cc9f0123\.yaml$'
    unencrypted_suffix: _unencrypted
    shamir_threshold: 2
    key_groups:
      - age:
          - 'age1alice'
        pgp:
          - '0123'
      - age:
          - 'ssh-ed25519 AAAA'
";

#[test]
fn every_path_and_every_identity_has_a_rule() {
    let roster = Roster::parse(ROSTER.as_bytes()).unwrap();
    let at = parse_time("2026-06-01").unwrap();
    let written = generate(&roster, ROSTER.as_bytes(), at);
    let (first, rest) = written.split_once('\n').unwrap();
    assert!(first.contains("`keydance sync`"));
    assert_eq!(rest, WRITTEN);
    assert_eq!(written, generate(&roster, ROSTER.as_bytes(), at));
}

#[test]
fn a_text_with_a_line_break_is_escaped() {
    assert_eq!(quoted("a\n\"b\\"), r#""a\u000a\"b\\""#);
}

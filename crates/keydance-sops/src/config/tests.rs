use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::mac::MacScope;
use crate::recipient::Recipient;
use crate::select::Rule;

const ALICE: &str = "age1d8tvkul720csc4wgf2atsktd9uq3e0kmdjnkqmgsa7rjstfpx4fsm5jefc";
const BOB: &str = "age1bob";
const FP: &str = "85D77543B3D624B63CEA9E6DBC17301B491B3F21";
const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

fn parse(text: &str) -> Config {
    let (config, warnings) = Config::parse(text.as_bytes()).unwrap();
    assert_eq!(warnings, [], "{text}");
    config
}

fn warnings(text: &str) -> Vec<String> {
    let (_, warnings) = Config::parse(text.as_bytes()).unwrap();
    warnings.iter().map(ToString::to_string).collect()
}

fn chosen(text: &str, path: &str) -> CreationRule {
    parse(text).creation_rule(path).unwrap().unwrap()
}

/// The rule with these fields, which stand in one rule for everything.
fn rule(fields: &str) -> Result<CreationRule, ConfigError> {
    let text = format!("creation_rules:\n  - {}", fields.replace('\n', "\n    "));
    let (config, _) = Config::parse(text.as_bytes())?;
    config.creation_rule("f.yaml").map(Option::unwrap)
}

fn failure(fields: &str) -> String {
    rule(fields).unwrap_err().to_string()
}

fn identities(rule: &CreationRule) -> Vec<Vec<String>> {
    let of_group = |group: &Vec<Recipient>| group.iter().map(Recipient::identity).collect();
    rule.groups.iter().map(of_group).collect()
}

fn flat(fields: &str) -> Vec<String> {
    let [group] = identities(&rule(fields).unwrap()).try_into().unwrap();
    group
}

#[test]
fn the_first_rule_whose_expression_matches_is_chosen() {
    let text = format!(
        "creation_rules:\n- path_regex: \\.dev\\.yaml$\n  age: {ALICE}\n\
         - {{path_regex: '^secrets/', age: {BOB}}}\n- pgp: {FP}\n"
    );
    for (path, identity) in [
        ("a.dev.yaml", ALICE),
        ("secrets/a.dev.yaml", ALICE),
        ("secrets/a.yaml", BOB),
        ("other/secrets/a.yaml", FP),
    ] {
        assert_eq!(identities(&chosen(&text, path)), [[identity]], "{path}");
    }
}

#[test]
fn expressions_are_those_of_go() {
    let text = r"creation_rules: [{path_regex: '^\d\.yaml$', age: age1bob}]";
    assert!(parse(text).creation_rule("1.yaml").is_ok());
    let error = parse(text).creation_rule("١.yaml").unwrap_err();
    assert_eq!(
        error,
        ConfigError::NoCreationRule,
        "only ASCII digits are digits"
    );
}

#[test]
fn no_match_is_an_error_and_no_rules_are_no_configuration() {
    let error = parse("creation_rules: []").creation_rule("f").unwrap_err();
    assert_eq!(error.to_string(), "no matching creation rules found");
    for text in [
        "",
        "\n",
        "# only\n\n  # comments\n",
        "{}",
        "---\n",
        "creation_rules:\n",
        "stores: {}",
        "destination_rules: []",
    ] {
        assert!(parse(text).creation_rule("f").unwrap().is_none(), "{text}");
    }
}

#[test]
fn of_several_documents_the_first_counts() {
    let text = "creation_rules:\n- age: age1bob\n---\ncreation_rules: []\n";
    assert_eq!(identities(&chosen(text, "f")), [[BOB]]);
}

#[test]
fn rules_match_the_path_below_the_configuration() {
    for (config_dir, file, path) in [
        (
            "/home/a/repo",
            "/home/a/repo/secrets/f.yaml",
            "secrets/f.yaml",
        ),
        (
            "/home/a/repo",
            "/home/a/repository/f.yaml",
            "/home/a/repository/f.yaml",
        ),
        ("/home/a/repo", "/tmp/f.yaml", "/tmp/f.yaml"),
        ("/", "/tmp/f.yaml", "/tmp/f.yaml"),
    ] {
        assert_eq!(rule_path(config_dir, file), path);
    }
}

#[test]
fn flat_recipients_are_text_with_commas_or_a_list() {
    assert_eq!(flat(&format!("age: ' {ALICE} ,, {BOB},'")), [ALICE, BOB]);
    assert_eq!(flat(&format!("age: >-\n  {ALICE},\n  {BOB}")), [ALICE, BOB]);
    assert_eq!(flat(&format!("age: [{ALICE}, {BOB}]")), [ALICE, BOB]);
    assert_eq!(flat("age: ''\npgp:\nkms: []"), [""; 0]);
    assert_eq!(flat(&format!("pgp: '85D7 7543 {}'", &FP[8..])), [FP]);
    assert_eq!(flat("hckms: ['eu-west-1:uuid']"), ["eu-west-1:uuid"]);
    assert_eq!(
        failure("hckms: 'eu-west-1:uuid'"),
        "creation rule 1: hckms must be a list"
    );
}

#[test]
fn flat_recipients_are_one_group_in_the_order_of_stock() {
    let fields = format!(
        "hc_vault_transit_uri: https://vault:8200/v1/transit/keys/k\n\
         azure_keyvault: https://v.vault.azure.net/keys/k/1\nhckms: ['eu-west-1:uuid']\n\
         gcp_kms: projects/p/locations/l/keyRings/r/cryptoKeys/k\n\
         kms: {ARN}\npgp: {FP}\nage: {ALICE},{ALICE}"
    );
    let expected = [
        ALICE,
        ALICE,
        FP,
        ARN,
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        "eu-west-1:uuid",
        "https://v.vault.azure.net/keys/k/1",
        "https://vault:8200/v1/transit/keys/k",
    ];
    assert_eq!(flat(&fields), expected);
}

#[test]
fn profile_role_and_context_belong_to_flat_aws_keys() {
    let role = "arn:aws:iam::111122223333:role/r";
    let mut rule = rule(&format!("kms: {ARN}+{role}\nage: {BOB}\naws_profile: prod")).unwrap();
    assert_eq!(
        identities(&rule),
        [[BOB.to_owned(), format!("{ARN}+{role}||prod")]]
    );
    rule.set_context(&parse_context("app:web").unwrap());
    assert_eq!(
        identities(&rule),
        [[BOB.to_owned(), format!("{ARN}+{role}|app:web|prod")]]
    );
}

const GROUPS: &str = "age: age1flat
shamir_threshold: 2
key_groups:
  - merge:
      - pgp: [85D77543B3D624B63CEA9E6DBC17301B491B3F21]
        merge: [{age: [age1inner]}]
      - age: [age1a]
    age: ['age1b,age1a', age1b]
    kms:
      - {arn: 'arn:aws:kms:x:1:key/k', role: 'arn:aws:iam::1:role/r', context: {b: '2', a: '1'}, aws_profile: p}
      - arn: 'arn:aws:kms:x:1:key/k'
    hc_vault: ['https://vault:8200/v1/transit/keys/k']
  - gcp_kms: [{resource_id: projects/p/locations/l/keyRings/r/cryptoKeys/k}]
    azure_keyvault: [{vaultUrl: 'https://v.vault.azure.net', key: k, version: '1'}]
    hckms: [{key_id: 'eu-west-1:uuid'}]
    age:
  - {}";

#[test]
fn key_groups_win_merge_and_hold_each_recipient_once() {
    let mut rule = rule(GROUPS).unwrap();
    rule.set_context(&parse_context("not:here").unwrap());
    let first = [
        "age1inner",
        FP,
        "age1a",
        "age1b",
        "arn:aws:kms:x:1:key/k+arn:aws:iam::1:role/r|a:1,b:2|p",
        "arn:aws:kms:x:1:key/k",
        "https://vault:8200/v1/transit/keys/k",
    ];
    let second = [
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        "eu-west-1:uuid",
        "https://v.vault.azure.net/keys/k/1",
    ];
    assert_eq!(identities(&rule), [first.to_vec(), second.to_vec(), vec![]]);
    assert_eq!(rule.shamir_threshold, 2);
}

#[test]
fn empty_key_groups_do_not_count() {
    for fields in [
        "key_groups: []\nage: age1flat",
        "key_groups:\nage: age1flat",
    ] {
        assert_eq!(flat(fields), ["age1flat"]);
    }
    assert_eq!(identities(&rule("path_regex: ''").unwrap()), [[""; 0]]);
}

#[test]
fn anchors_and_merged_maps_are_understood() {
    let text = "keys: [&alice age1alice, &bob age1bob]
creation_rules:
  - &dev {path_regex: dev, age: *alice, mac_only_encrypted: true, shamir_threshold: 3}
  - <<: [{shamir_threshold: 1}, *dev]
    path_regex: prod
    age: [*alice, *bob]
";
    let rule = chosen(text, "prod/f");
    assert_eq!(identities(&rule), [["age1alice", "age1bob"]]);
    assert_eq!(rule.mac_scope, MacScope::Encrypted);
    assert_eq!(rule.shamir_threshold, 1);
}

#[test]
fn each_of_the_six_rules_is_read_and_two_exclude_each_other() {
    for field in Rule::FIELDS {
        let rule = rule(&format!("{field}: ^x")).unwrap().rule().unwrap();
        assert_eq!((rule.field(), rule.text()), (field, "^x"));
        let other = Rule::FIELDS
            .into_iter()
            .find(|other| *other != field)
            .unwrap();
        let error = failure(&format!("{field}: a\n{other}: b"));
        assert!(error.starts_with("creation rule 1: ") && error.ends_with("exclude each other"));
    }
    assert!(
        rule("encrypted_regex: ''\nage: age1bob")
            .unwrap()
            .rule()
            .is_none()
    );
}

#[test]
fn truth_has_the_words_of_yaml_1_1() {
    for (word, truth) in [
        ("true", true),
        ("yes", true),
        ("On", true),
        ("off", false),
        ("", false),
    ] {
        let rule = rule(&format!("mac_only_encrypted: {word}")).unwrap();
        assert_eq!(rule.mac_scope == MacScope::Encrypted, truth, "{word}");
    }
    let error = failure("mac_only_encrypted: maybe");
    assert_eq!(
        error,
        "creation rule 1: mac_only_encrypted must be true or false"
    );
}

#[test]
fn an_error_names_the_rule_and_the_field() {
    for (fields, message) in [
        (
            "age: 5",
            "creation rule 1: age must be text, in quotes if it looks like a number",
        ),
        (
            "age: [{}]",
            "creation rule 1: age must be text, in quotes if it looks like a number",
        ),
        (
            "shamir_threshold: '2'",
            "creation rule 1: shamir_threshold must be a whole number",
        ),
        (
            "shamir_threshold: -1",
            "creation rule 1: shamir_threshold must be a whole number from 0",
        ),
        (
            "key_groups: {}",
            "creation rule 1: key_groups must be a list",
        ),
        (
            "key_groups: [{}, {age: x}]",
            "creation rule 1, key group 2: age must be a list",
        ),
        (
            "key_groups: [{merge: [{kms: [x]}]}]",
            "creation rule 1, key group 1, merged group 1: kms must be a list of maps",
        ),
        (
            "path_regex: '('",
            "creation rule 1: path_regex is no regular expression that Go knows",
        ),
        (
            "path_regex: '(?=x)'",
            "creation rule 1: path_regex is no regular expression that Go knows",
        ),
    ] {
        assert_eq!(failure(fields), message, "{fields}");
    }
    let number = failure("key_groups: [{kms: [{arn: a, context: {account: 012345678901}}]}]");
    assert!(number.starts_with("creation rule 1, key group 1, kms 1: context must be text"));
}

#[test]
fn a_recipient_that_is_none_is_named_by_its_place() {
    let error = rule("key_groups: [{}, {age: [AGE-SECRET-KEY-1XYZ]}]").unwrap_err();
    assert_eq!(error.to_string(), "creation rule 1, key group 2");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        source.contains("age") && !source.contains("XYZ"),
        "{source}"
    );
}

#[test]
fn a_rule_that_is_wrong_does_not_get_in_the_way_of_others() {
    let text = "creation_rules: [{path_regex: a, age: age1a}, {path_regex: b, age: nobody}]";
    assert!(parse(text).creation_rule("a").is_ok());
    let error = parse(text).creation_rule("b").unwrap_err().to_string();
    assert_eq!(error, "creation rule 2");
    let late = "creation_rules: [{path_regex: a, age: age1a}, {path_regex: '('}]";
    assert!(parse(late).creation_rule("a").is_ok());
    assert!(parse(late).creation_rule("b").is_err());
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    let error = Config::parse(b"creation_rules:\n  - age: [\n")
        .err()
        .unwrap()
        .to_string();
    assert!(error.starts_with("line "), "{error}");
    for text in [
        "- a",
        "text",
        "creation_rules: 5",
        "creation_rules: [5]",
        "stores: 5",
    ] {
        assert!(Config::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn unknown_keys_are_warned_of() {
    let text = "creation_rule: []
creation_rules:
  - path_regexp: x
    key_groups: [{agge: [], kms: [{arn: a, rol: r}]}]
destination_rules: [{vault_path: p, recreation_rule: {path_regex: ignored, oge: a}}]
stores: {yaml: {indnt: 2}, xml: {}, ini: {anything: 1}}
";
    let unknown = |place: &str, key: &str| format!("{place}: the key {key} means nothing");
    let expected = [
        unknown("creation rule 1, key group 1, kms 1", "rol"),
        unknown("creation rule 1, key group 1", "agge"),
        unknown("creation rule 1", "path_regexp"),
        unknown("destination rule 1, recreation rule", "oge"),
        unknown("stores, yaml", "indnt"),
        unknown("stores", "xml"),
        unknown("top level", "creation_rule"),
    ];
    assert_eq!(warnings(text), expected);
}

#[test]
fn indentation_is_read_per_store() {
    let stores = parse("stores: {yaml: {indent: 2}, json: {indent: 3}, json_binary:}").stores;
    let expected = Stores {
        yaml_indent: 2,
        json_indent: 3,
        json_binary_indent: -1,
    };
    assert_eq!(stores, expected);
    assert_eq!(parse("").stores, Stores::default());
}

fn destination(fields: &str) -> Result<DestinationRule, ConfigError> {
    parse(&format!("destination_rules: [{{{fields}}}]")).destination_rule("dir/f.yaml")
}

#[test]
fn a_destination_is_a_bucket_or_a_vault() {
    let of = |fields| destination(fields).unwrap().destination;
    let (bucket, prefix) = ("b".to_owned(), "p/".to_owned());
    let s3 = Destination::S3 {
        bucket: bucket.clone(),
        prefix: prefix.clone(),
    };
    assert_eq!(of("s3_bucket: b, s3_prefix: p/, path_regex: '^dir/'"), s3);
    assert_eq!(
        of("gcs_bucket: b, gcs_prefix: p/"),
        Destination::Gcs { bucket, prefix }
    );
    let vault = |address: Option<&str>, mount: &str, kv_version| Destination::Vault {
        address: address.map(str::to_owned),
        mount: mount.to_owned(),
        path: "p/".to_owned(),
        kv_version,
    };
    assert_eq!(of("vault_path: p"), vault(None, "secret/", 2));
    let full = "vault_path: p/, vault_address: a, vault_kv_mount_name: m, vault_kv_version: 1";
    assert_eq!(of(full), vault(Some("a"), "m/", 1));
    assert_eq!(
        of("vault_path: p, vault_kv_version: 7"),
        vault(None, "secret/", 2)
    );
}

#[test]
fn a_destination_is_exactly_one() {
    for fields in [
        "s3_bucket: b, vault_path: p",
        "s3_prefix: p",
        "gcs_bucket: b, s3_bucket: b",
    ] {
        let error = destination(fields).unwrap_err().to_string();
        assert!(
            error.starts_with("destination rule 1: exactly one of"),
            "{error}"
        );
    }
    let error = destination("path_regex: '^f', s3_bucket: b").unwrap_err();
    assert_eq!(error.to_string(), "no matching destination found");
}

#[test]
fn a_recreation_rule_is_a_creation_rule() {
    let plain = destination("s3_bucket: b").unwrap();
    assert!(plain.recreation.is_none() && !plain.omit_extensions);
    let fields =
        "s3_bucket: b, omit_extensions: true, recreation_rule: {age: age1bob, encrypted_regex: ^x}";
    let rule = destination(fields).unwrap();
    assert!(rule.omit_extensions);
    let recreation = rule.recreation.unwrap();
    assert_eq!(identities(&recreation), [[BOB]]);
    assert_eq!(recreation.rule().unwrap().field(), "encrypted_regex");
}

/// A configuration of about 200 lines.
fn long_config() -> String {
    let mut text = "creation_rules:\n".to_owned();
    for number in 0..33 {
        let fields =
            "key_groups:\n      - age:\n          - age1a\n          - age1b\n        pgp: [{}]";
        writeln!(
            text,
            "  - path_regex: ^dir{number}/.*\\.yaml$\n    {fields}"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_long_configuration_is_read() {
    let text = long_config();
    let (config, _) = Config::parse(text.as_bytes()).unwrap();
    assert!(config.creation_rule("nowhere").is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(Config::parse(&bytes));
    }

    #[test]
    fn no_fields_panic(
        fields in prop::collection::vec("(age|kms|key_groups|merge|path_regex|stores|<<)", 0..6),
        values in prop::collection::vec("(x|5|\\[|\\]|\\{\\}|\\[a\\]|'\\('|-1|~)", 6),
    ) {
        let mut text = "creation_rules:\n".to_owned();
        for (field, value) in fields.iter().zip(&values) {
            let _ = writeln!(text, "- {field}: {value}\n  destination_rules: {value}");
        }
        if let Ok((config, _)) = Config::parse(text.as_bytes()) {
            drop(config.creation_rule("dir/f.yaml"));
        }
    }
}

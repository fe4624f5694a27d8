use super::*;
use crate::recipient::RecipientKind;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const ROLE: &str = "arn:aws:iam::111122223333:role/sops";

fn recipients() -> Vec<Recipient> {
    [
        (RecipientKind::Age, "age1yubikey1qwt50"),
        (RecipientKind::AzureKv, "https://v.vault.azure.net/keys/k/1"),
        (
            RecipientKind::GcpKms,
            "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        ),
        (RecipientKind::HcKms, "tr-west-1:0-1"),
        (RecipientKind::HcVault, "https://vault/v1/transit/keys/k"),
        (RecipientKind::Kms, KEY),
    ]
    .map(|(kind, text)| Recipient::parse(kind, text).unwrap())
    .into()
}

fn local() -> Vec<Recipient> {
    [
        (RecipientKind::Age, "age1t7rxyev2z3rw82"),
        (RecipientKind::Age, "age1pq1qqq"),
        (RecipientKind::Age, "ssh-ed25519 AAAA"),
        (RecipientKind::Pgp, "ABCD"),
    ]
    .map(|(kind, text)| Recipient::parse(kind, text).unwrap())
    .into()
}

#[test]
fn a_server_begins_with_what_is_on_its_machine() {
    for recipient in local() {
        assert_eq!(Policy::local_only().check(&recipient), Ok(()));
    }
    for recipient in recipients() {
        assert_eq!(Policy::allow_all().check(&recipient), Ok(()));
        let denied = KeyError::Denied {
            kind: recipient.kind(),
            identity: recipient.identity(),
        };
        assert_eq!(Policy::local_only().check(&recipient), Err(denied));
    }
}

#[test]
fn what_is_listed_is_allowed() {
    let endpoint = |text| vec![Endpoint::parse(text).unwrap()];
    let policy = Policy {
        age_plugins: Allow::Only(vec!["yubikey".to_owned()]),
        azure_kv: Allow::Only(endpoint("https://v.vault.azure.net")),
        gcp_kms: Allow::Only(vec![Pattern::new(
            "projects/p/locations/*/keyRings/*/cryptoKeys/*",
        )]),
        hc_kms: Allow::Only(vec![Pattern::new("tr-west-1:*")]),
        hc_vault: Allow::Only(endpoint("https://vault/v1/transit")),
        kms: Allow::Only(KmsList {
            arns: vec![Pattern::new(KEY)],
            ..KmsList::default()
        }),
        pgp: Allow::Only(vec!["ab cd".to_owned()]),
    };
    for recipient in recipients().iter().chain(&local()) {
        assert_eq!(policy.check(recipient), Ok(()));
    }
    for (kind, text) in [
        (RecipientKind::Age, "age1evil1qwt50"),
        (RecipientKind::AzureKv, "https://w.vault.azure.net/keys/k/1"),
        (
            RecipientKind::GcpKms,
            "projects/q/locations/l/keyRings/r/cryptoKeys/k",
        ),
        (RecipientKind::HcKms, "tr-west-2:0-1"),
        (RecipientKind::HcVault, "https://vault/v1/transit2/keys/k"),
        (
            RecipientKind::Kms,
            "arn:aws:kms:eu-west-1:999922223333:key/k",
        ),
        (RecipientKind::Pgp, "ABCDE"),
    ] {
        let recipient = Recipient::parse(kind, text).unwrap();
        assert!(policy.check(&recipient).is_err(), "{recipient}");
    }
}

#[test]
fn a_role_and_a_profile_must_be_listed_too() {
    let recipient = |role: &str, aws_profile: &str| Recipient::Kms {
        arn: KEY.to_owned(),
        role: role.to_owned(),
        context: std::collections::BTreeMap::new(),
        aws_profile: aws_profile.to_owned(),
    };
    let mut policy = Policy::local_only();
    policy.kms = Allow::Only(KmsList {
        arns: vec![Pattern::new(KEY)],
        roles: vec![Pattern::new("arn:aws:iam::111122223333:role/*")],
        profiles: vec!["prod".to_owned()],
    });
    assert!(policy.check(&recipient("", "")).is_ok());
    assert!(policy.check(&recipient(ROLE, "prod")).is_ok());
    assert!(
        policy
            .check(&recipient("arn:aws:iam::999922223333:role/sops", ""))
            .is_err()
    );
    assert!(policy.check(&recipient(ROLE, "admin")).is_err());
}

#[test]
fn a_vault_entry_cannot_leave_its_engine() {
    let mut policy = Policy::allow_all();
    policy.hc_vault = Allow::parse("https://vault/v1/transit").unwrap();
    let entry = |engine_path: &str, key_name: &str| Recipient::HcVault {
        vault_address: "https://vault".to_owned(),
        engine_path: engine_path.to_owned(),
        key_name: key_name.to_owned(),
    };
    assert!(policy.check(&entry("transit", "k")).is_ok());
    for (engine_path, key_name) in [
        ("transit/../sys", "k"),
        ("transit", "../../sys"),
        ("transit?", "k"),
        ("transit#", "k"),
        ("", "k"),
        ("secret", "k"),
    ] {
        assert!(
            policy.check(&entry(engine_path, key_name)).is_err(),
            "{engine_path} {key_name}"
        );
    }
}

#[test]
fn the_allow_list_of_stock_is_understood() {
    assert_eq!(Allow::parse("all"), Some(Allow::Any));
    assert_eq!(Allow::parse(" none "), Some(Allow::Only(Vec::new())));
    let Some(Allow::Only(list)) = Allow::parse("https://a:8200, http://b/v1/transit,") else {
        panic!("not a list");
    };
    assert_eq!(list.len(), 2);
    assert_eq!(Allow::parse("https://a, b"), None);
}

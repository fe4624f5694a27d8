//! Merged files are files of stock, whoever wrote the versions.

use keydance_sops::format::{Format, WriteOptions};
use keydance_sops::keys::{DECRYPTION_ORDER, recover};
use keydance_sops::merge::{Merged, Version, Versions, merge};
use keydance_sops::random::SystemRandom;
use keydance_sops::tree::Time;

use crate::identities::identities;
use crate::ours;
use crate::stock::{Creation, Stock};

fn merged(format: Format, versions: [&[u8]; 3], names: &[&str]) -> Merged {
    let service = identities(names);
    let [base, ours, theirs] = versions.map(|bytes| {
        let file = ours::read(format, bytes).unwrap();
        let recovered = recover(&file.metadata, &service, &DECRYPTION_ORDER).unwrap();
        Version { file, recovered }
    });
    let now = Time::parse("2026-01-02T03:04:05Z").unwrap();
    let versions = Versions {
        base: Some(base),
        ours,
        theirs,
    };
    merge(versions, &service, now, &mut SystemRandom).unwrap()
}

/// Two changes that stock made of a file that stock encrypted.
const CASES: [(Format, &str, &str, &str, &str); 4] = [
    (
        Format::Yaml,
        "# note\na: one\nb:\n    c: 1\n    l:\n        - x\n        - y\n",
        r#"["a"] "ours""#,
        r#"["b"]["l"][2] "z""#,
        "# note\na: ours\nb:\n    c: 1\n    l:\n        - x\n        - \"y\"\n        - z\n",
    ),
    (
        Format::Json,
        "{\"a\": \"one\", \"b\": {\"c\": 1}}",
        r#"["a"] "ours""#,
        r#"["b"]["c"] "2""#,
        "{\n\t\"a\": \"ours\",\n\t\"b\": {\n\t\t\"c\": \"2\"\n\t}\n}\n",
    ),
    (
        Format::Dotenv,
        "A=one\nB=two\n",
        r#"["A"] "ours""#,
        r#"["B"] "theirs""#,
        "A=ours\nB=theirs\n",
    ),
    (
        Format::Ini,
        "[s]\na = one\nb = two\n",
        r#"["s"]["a"] "ours""#,
        r#"["s"]["b"] "theirs""#,
        "[s]\na = ours\nb = theirs\n",
    ),
];

#[test]
fn stock_opens_what_was_merged_of_its_own_files() {
    for creation in [
        Creation::PLAIN,
        Creation {
            groups: &[&["alice"], &["bob"], &["carol"]],
            threshold: 2,
            ..Creation::PLAIN
        },
        Creation {
            mac_only_encrypted: true,
            ..Creation::PLAIN
        },
    ] {
        let stock = Stock::new(&creation, &["alice", "bob"]);
        for (format, plain, ours, theirs, expected) in CASES {
            let base = stock.encrypt(format, plain.as_bytes()).unwrap();
            let [ours, theirs] = [ours, theirs].map(|change| stock.set(format, &base, change));
            let merged = merged(format, [&base, &ours, &theirs], &["alice", "bob"]);
            assert!(merged.conflicts.is_empty() && !merged.data_key_is_new);
            let bytes = merged.file.write(&WriteOptions::default()).unwrap();
            let opened = stock.decrypt(format, &bytes).unwrap();
            assert_eq!(String::from_utf8(opened).unwrap(), expected);
        }
    }
}

#[test]
fn stock_opens_a_conflict() {
    let stock = Stock::new(&Creation::PLAIN, &["alice"]);
    for (format, plain, change, _, _) in CASES {
        let base = stock.encrypt(format, plain.as_bytes()).unwrap();
        let ours = stock.set(format, &base, change);
        let theirs = stock.set(format, &base, &change.replace("ours", "theirs"));
        let merged = merged(format, [&base, &ours, &theirs], &["alice"]);
        assert_eq!(merged.conflicts.len(), 1);
        let bytes = merged.file.write(&WriteOptions::default()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let names = ["ours", "theirs"].map(|name| format!("\"{name}\""));
        assert!(
            names
                .iter()
                .all(|name| !text.contains(&format!(": {name}"))),
            "{text}"
        );
        let opened = String::from_utf8(stock.decrypt(format, &bytes).unwrap()).unwrap();
        assert!(
            opened.contains("keydance_conflict") && opened.contains("theirs"),
            "{opened}"
        );
    }
}

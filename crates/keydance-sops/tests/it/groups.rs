//! Who opens a file, and who does not.

use keydance_sops::data_key::DataKey;
use keydance_sops::format::Format;
use keydance_sops::key_service::KeyService as _;
use keydance_sops::metadata::Metadata;
use keydance_sops::shamir;

use crate::identities::{identities, recipient};
use crate::ours;
use crate::rng::Rng;
use crate::stock::{Creation, Stock};

const PLAIN: &[u8] = b"a: secret\n";

const TWO_OF_THREE: Creation = Creation {
    groups: &[&["alice"], &["bob"], &["carol"]],
    threshold: 2,
    ..Creation::PLAIN
};

fn by_us(creation: &Creation) -> Vec<u8> {
    ours::encrypt(Format::Yaml, PLAIN, creation, 3).unwrap()
}

fn by_stock(creation: &Creation) -> Vec<u8> {
    let stock = Stock::new(creation, &[]);
    stock.encrypt(Format::Yaml, PLAIN).unwrap()
}

/// What both programs make of a file with these identities.
fn opens(file: &[u8], creation: &Creation, names: &[&'static str]) -> [bool; 2] {
    let stock = Stock::new(creation, names).decrypt(Format::Yaml, file);
    if let Err(error) = &stock {
        assert!(error.starts_with("exit Some(128)"), "{error}");
    }
    let us = ours::decrypt(Format::Yaml, file, names);
    for plain in [&stock, &us].into_iter().flatten() {
        assert_eq!(plain, PLAIN);
    }
    [stock.is_ok(), us.is_ok()]
}

#[test]
fn as_many_groups_as_the_threshold_open_a_file_and_one_less_does_not() {
    for file in [by_us(&TWO_OF_THREE), by_stock(&TWO_OF_THREE)] {
        for names in [["alice", "bob"], ["alice", "carol"], ["bob", "carol"]] {
            assert_eq!(opens(&file, &TWO_OF_THREE, &names), [true; 2], "{names:?}");
        }
        for name in ["alice", "bob", "carol"] {
            assert_eq!(opens(&file, &TWO_OF_THREE, &[name]), [false; 2], "{name}");
        }
    }
}

#[test]
fn another_identity_opens_nothing_and_any_of_one_group_everything() {
    let creation = Creation {
        groups: &[&["alice", "bob"]],
        ..Creation::PLAIN
    };
    for file in [by_us(&creation), by_stock(&creation)] {
        assert_eq!(opens(&file, &creation, &["alice"]), [true; 2]);
        assert_eq!(opens(&file, &creation, &["bob"]), [true; 2]);
        assert_eq!(opens(&file, &creation, &["carol"]), [false; 2]);
    }
}

#[test]
fn post_quantum_recipients_open_on_both_sides() {
    let creation = Creation {
        groups: &[&["quantum"]],
        ..Creation::PLAIN
    };
    for file in [by_us(&creation), by_stock(&creation)] {
        assert_eq!(opens(&file, &creation, &["quantum"]), [true; 2]);
        assert_eq!(opens(&file, &creation, &["alice"]), [false; 2]);
    }
}

/// A file of two groups, each of which holds what `parts` says.
fn holding(parts: [&[u8]; 2]) -> Metadata {
    let creation = Creation {
        groups: &[&["alice"], &["bob"]],
        ..Creation::PLAIN
    };
    let file = ours::read(Format::Yaml, &by_us(&creation)).unwrap();
    let mut metadata = file.metadata;
    for ((group, part), name) in metadata.groups.iter_mut().zip(parts).zip(["alice", "bob"]) {
        group.wrappings[0].enc = identities(&[]).wrap(&recipient(name), part).unwrap();
    }
    metadata
}

fn recovers(parts: [&[u8]; 2]) -> Result<(), String> {
    let order = keydance_sops::keys::DECRYPTION_ORDER;
    let service = identities(&["alice", "bob"]);
    let recovered = keydance_sops::keys::recover(&holding(parts), &service, &order);
    recovered.map(drop).map_err(|error| error.to_string())
}

#[test]
fn shares_that_are_none_and_shares_of_one_place_are_refused() {
    let mut rng = Rng::new(5);
    let key = DataKey::random(&mut rng).unwrap();
    let shares = shamir::split(&key, 2, 3, &mut rng).unwrap();
    let [one, two, _] = [0, 1, 2].map(|at| shares[at].expose());
    assert_eq!(recovers([&one[..], &two[..]]), Ok(()));
    let mut twin = *two;
    twin[32] = one[32];
    for parts in [
        [&one[..], &one[..]],
        [&one[..], &twin[..]],
        [&one[..32], &two[..32]],
    ] {
        assert!(recovers(parts).is_err());
    }
    assert!(recovers([&one[..], &two[..32]]).is_err());
    assert!(recovers([&one[..], &[]]).is_err());
}

#[test]
fn a_data_key_of_another_length_is_refused() {
    let file = ours::read(Format::Yaml, &by_us(&Creation::PLAIN)).unwrap();
    let mut metadata = file.metadata;
    for length in [0, 16, 31, 33] {
        let part = vec![1; length];
        metadata.groups[0].wrappings[0].enc =
            identities(&[]).wrap(&recipient("alice"), &part).unwrap();
        let order = keydance_sops::keys::DECRYPTION_ORDER;
        let recovered = keydance_sops::keys::recover(&metadata, &identities(&["alice"]), &order);
        assert!(recovered.is_err(), "{length}");
    }
}

//! The vectors of stock, and every way to combine shares.

use proptest::prelude::*;

use super::*;
use crate::random::SystemRandom;

/// Gives out blocks one after the other.
struct Blocks(Vec<[u8; 32]>);

impl Random for Blocks {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.copy_from_slice(&self.0.remove(0));
        Ok(())
    }
}

/// `start`, `start + step`, … modulo 256.
fn progression(start: usize, step: usize) -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from((start + step * at) % 256).unwrap())
}

/// `00 01 02 … 1f`.
fn key() -> DataKey {
    DataKey::copy_of(&progression(0, 1))
}

fn hex(share: &Share) -> String {
    share
        .expose()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn copies<'a>(shares: impl IntoIterator<Item = &'a Share>) -> Vec<Share> {
    shares
        .into_iter()
        .map(|share| Share::parse(&*share.expose()).unwrap())
        .collect()
}

#[test]
fn two_of_three_shares_are_those_of_stock() {
    let mut random = Blocks(vec![progression(0xA5, 7)]);
    let shares = split(&key(), 2, 3, &mut random).unwrap();
    let expected = [
        "a5adb1b9c5cdc9d1d5ede1f9f50d0901050d3139252d2951554d4179756d696101",
        "51427f6c9d8e83b0a9dac7f4e50d00133a2954477665689b82b1acdfcefdf0e302",
        "f4eeccd65c464c66743e2c061c0d071d2f35776d475d57ddcfe5f7bda78d879d03",
    ];
    assert_eq!(shares.iter().map(hex).collect::<Vec<_>>(), expected);
    for pair in [[0, 1], [0, 2], [1, 2], [2, 0]] {
        assert!(
            combine(&copies(pair.map(|at| &shares[at])))
                .unwrap()
                .ct_eq(&key())
        );
    }
}

#[test]
fn three_of_five_shares_are_those_of_stock() {
    let mut random = Blocks(vec![progression(0xA5, 7), progression(0x3C, 11)]);
    let shares = split(&key(), 3, 5, &mut random).unwrap();
    let expected = [
        "99eae3e4adbeb75841724b4c35c6dfe0e9fa33343d0e076811021b1c0516eff001",
        "38aecde48fe2d1fd86eb1851f1c7a4555e337d543ff2c100808dde570c012f7e03",
        "d6704e9d5ec207659bfc840c48c20c4aff639f4c62e82dd612d5bb85fb3c90c005",
    ];
    let odd = [&shares[0], &shares[2], &shares[4]];
    assert_eq!(odd.map(hex), expected);
    assert!(combine(&copies(odd)).unwrap().ct_eq(&key()));
    assert!(combine(&shares).unwrap().ct_eq(&key()), "more than enough");
    assert!(!combine(&shares[..2]).unwrap().ct_eq(&key()), "too few");
    for missing in [&shares[1], &shares[3], &shares[2]] {
        assert_eq!(
            hex(&share_at(&copies(odd), missing.x()).unwrap()),
            hex(missing)
        );
    }
}

#[test]
fn what_cannot_be_split_or_combined_is_refused() {
    let impossible = |threshold, shares| ShamirError::Threshold { threshold, shares };
    for (threshold, shares) in [(0, 0), (0, 3), (1, 3), (4, 3), (2, 256), (300, 300)] {
        let error = split(&key(), threshold, shares, &mut SystemRandom).err();
        assert_eq!(error, Some(impossible(threshold, shares)));
    }
    let shares = split(&key(), 2, 3, &mut SystemRandom).unwrap();
    assert_eq!(combine(&[]).err(), Some(ShamirError::TooFew));
    assert_eq!(combine(&shares[..1]).err(), Some(ShamirError::TooFew));
    let twice = copies([&shares[0], &shares[1], &shares[0]]);
    assert_eq!(combine(&twice).err(), Some(ShamirError::SameNumber(1)));
    assert_eq!(share_at(&shares, 0).err(), Some(ShamirError::NotAShare));
}

#[test]
fn only_33_bytes_with_a_number_are_a_share() {
    assert_eq!(Share::parse(&[7; 33]).unwrap().x(), 7);
    for bytes in [vec![], vec![7; 32], vec![7; 34], vec![0; 33]] {
        assert_eq!(Share::parse(&bytes).err(), Some(ShamirError::NotAShare));
    }
}

#[test]
fn every_element_but_zero_has_an_inverse() {
    assert_eq!(inverse(0), 0);
    for a in 1..=255 {
        assert_eq!(product(a, inverse(a)), 1, "{a}");
        assert_eq!(product(a, 1), a);
        assert_eq!(product(0, a), 0);
    }
    // FIPS 197, §4.2.
    assert_eq!(product(0x57, 0x83), 0xc1);
    assert_eq!(product(0x57, 0x13), 0xfe);
}

proptest! {
    #[test]
    fn any_shares_as_many_as_the_threshold_combine(
        secret: [u8; 32],
        (threshold, order) in (2_usize..=8).prop_flat_map(|threshold| {
            let order = (threshold..=12).prop_flat_map(|count| {
                Just((0..count).collect::<Vec<_>>()).prop_shuffle()
            });
            (Just(threshold), order)
        }),
    ) {
        let key = DataKey::copy_of(&secret);
        let shares = split(&key, threshold, order.len(), &mut SystemRandom).unwrap();
        let chosen = copies(order.iter().take(threshold).map(|at| &shares[*at]));
        prop_assert!(combine(&chosen).unwrap().ct_eq(&key));
        for share in &shares {
            prop_assert_eq!(hex(&share_at(&chosen, share.x()).unwrap()), hex(share));
        }
    }
}

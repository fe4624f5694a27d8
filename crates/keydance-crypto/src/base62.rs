//! Base 62 (`0-9A-Za-z`) of fixed width, most significant digit first.

use crate::random::{self, RandomError};

/// The low `N` digits of `number`.
pub(crate) fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = to_digit(number % 62);
        number /= 62;
    }
    digits
}

/// `N` random digits, each equally likely.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut digits = [b'0'; N];
    let mut missing = digits.iter_mut().peekable();
    while missing.peek().is_some() {
        // 248 = 4 · 62: the values above would favour the first eight digits.
        let bytes = *random::bytes::<32>()?;
        let fair = bytes.into_iter().filter(|byte| *byte < 248);
        fair.zip(&mut missing)
            .for_each(|(byte, digit)| *digit = to_digit(u64::from(byte) % 62));
    }
    Ok(digits)
}

/// 32 bytes, big endian, as 43 digits.
pub(crate) fn encode_32(bytes: &[u8; 32]) -> [u8; 43] {
    let mut limbs = to_limbs(bytes);
    let mut digits = [b'0'; 43];
    for chunk in digits.rchunks_mut(CHUNK) {
        let mut remainder = divide(&mut limbs);
        for digit in chunk.iter_mut().rev() {
            *digit = to_digit(remainder % 62);
            remainder /= 62;
        }
    }
    digits
}

/// The inverse of [`encode_32`]; nothing for another digit or a number of more than 256 bits.
pub(crate) fn decode_32(digits: &[u8; 43]) -> Option<[u8; 32]> {
    // Ten digits at a time fit 64 bits; the first chunk has the three that are over.
    let (first, rest) = digits.split_at(3);
    let mut limbs = [0; 4];
    for chunk in [first].into_iter().chain(rest.chunks(CHUNK)) {
        multiply_add(&mut limbs, number(chunk)?)?;
    }
    let mut bytes = [0; 32];
    let limbs = limbs.into_iter().rev();
    bytes
        .chunks_mut(8)
        .zip(limbs)
        .for_each(|(to, limb)| to.copy_from_slice(&limb.to_be_bytes()));
    Some(bytes)
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        Some(
            number
                .wrapping_mul(62)
                .wrapping_add(u64::from(from_digit(*digit)?)),
        )
    })
}

/// `limbs · 62^10 + addend`, unless that exceeds 256 bits. Limbs are little endian.
fn multiply_add(limbs: &mut [u64; 4], addend: u64) -> Option<()> {
    let mut carry = addend;
    for limb in limbs {
        // At most (2^64 − 1)² + 2^64 − 1 < 2^128.
        let wide = u128::from(*limb).wrapping_mul(CHUNK_BASE);
        (*limb, carry) = split(wide.wrapping_add(u128::from(carry)));
    }
    (carry == 0).then_some(())
}

/// Divides the limbs by 62^10 in place and gives the remainder.
fn divide(limbs: &mut [u64; 4]) -> u64 {
    let mut remainder = 0;
    for limb in limbs.iter_mut().rev() {
        let wide = (u128::from(remainder) << 64) | u128::from(*limb);
        *limb = split(wide / CHUNK_BASE).0;
        remainder = split(wide % CHUNK_BASE).0;
    }
    remainder
}

/// The low and the high half.
fn split(wide: u128) -> (u64, u64) {
    (wide as u64, (wide >> 64) as u64)
}

fn to_limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.chunks(8)) {
        *limb = chunk
            .iter()
            .fold(0, |limb, byte| (limb << 8) | u64::from(*byte));
    }
    limbs
}

fn to_digit(value: u64) -> u8 {
    match u8::try_from(value).unwrap_or(u8::MAX) {
        low @ 0..10 => low.wrapping_add(b'0'),
        middle @ 10..36 => middle.wrapping_add(b'A' - 10),
        high => high.wrapping_add(b'a' - 36),
    }
}

/// The value of a digit.
pub(crate) fn from_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'A'..=b'Z' => Some(digit.wrapping_sub(b'A' - 10)),
        b'a'..=b'z' => Some(digit.wrapping_sub(b'a' - 36)),
        _ => None,
    }
}

const CHUNK: usize = 10;
const CHUNK_BASE: u128 = 62_u128.pow(10);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes: [u8; 32]) {
            prop_assert_eq!(decode_32(&encode_32(&bytes)), Some(bytes));
        }

        #[test]
        fn what_decodes_has_one_spelling(digits in "[0-9A-Za-z]{43}") {
            let digits: [u8; 43] = digits.into_bytes().try_into().unwrap();
            if let Some(bytes) = decode_32(&digits) {
                prop_assert_eq!(encode_32(&bytes), digits);
            }
        }
    }

    #[test]
    fn the_largest_number_is_the_last_that_decodes() {
        let mut digits = encode_32(&[0xff; 32]);
        assert_eq!(decode_32(&digits), Some([0xff; 32]));
        *digits.last_mut().unwrap() += 1;
        assert_eq!(decode_32(&digits), None);
        assert_eq!(decode_32(&[b'z'; 43]), None);
        assert_eq!(decode_32(&[b'-'; 43]), None);
    }

    #[test]
    fn random_digits_are_digits() {
        for _ in 0..1000 {
            assert!(
                random::<12>()
                    .unwrap()
                    .into_iter()
                    .all(|digit| from_digit(digit).is_some())
            );
        }
    }
}

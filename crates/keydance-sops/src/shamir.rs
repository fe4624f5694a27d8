//! Shamir's secret sharing of the data key among key groups.
//!
//! Each byte of the key is the value at x = 0 of a polynomial of its own over GF(2^8), of degree
//! threshold − 1 and otherwise random; a share holds the values of all 32 polynomials at one other
//! x. As many shares as the threshold determine the polynomials; fewer say nothing about the key.

use zeroize::Zeroizing;

use crate::data_key::DataKey;
use crate::random::{Random, RandomError};

/// A part of a data key, for one key group: 32 bytes, and x. Wiped on drop.
#[expect(
    missing_debug_implementations,
    reason = "a part of a key is never printed"
)]
pub struct Share {
    y: Values,
    x: u8,
}

/// Why a key cannot be split, or shares cannot be combined. Never a part of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShamirError {
    /// Another length than 33 bytes, or an x of zero.
    #[error("a share has 33 bytes, the last of which is not zero")]
    NotAShare,
    /// No random coefficients.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Two shares of one group.
    #[error("two shares have the number {0}")]
    SameNumber(u8),
    /// More shares needed than there are, or less than two, or more than 255 shares.
    #[error("{threshold} of {shares} shares is impossible: 2 ≤ threshold ≤ shares ≤ 255")]
    Threshold {
        /// How many shares were to suffice.
        threshold: usize,
        /// How many shares there were to be.
        shares: usize,
    },
    /// Less than two shares.
    #[error("a key was split into two shares at least, so two are needed")]
    TooFew,
}

/// The values of the polynomials at one x, or their coefficients of one degree.
type Values = Box<Zeroizing<[u8; DataKey::LEN]>>;

/// Splits a key into shares with x = 1, 2, … in order, any `threshold` of which suffice.
pub fn split(
    key: &DataKey,
    threshold: usize,
    shares: usize,
    random: &mut dyn Random,
) -> Result<Vec<Share>, ShamirError> {
    let impossible = ShamirError::Threshold { threshold, shares };
    let last = u8::try_from(shares).map_err(|_| impossible)?;
    if threshold < 2 || threshold > shares {
        return Err(impossible);
    }
    let mut coefficients = Vec::with_capacity(threshold);
    for _ in 1..threshold {
        let mut degree = zeros();
        random.fill(degree.as_mut_slice())?;
        coefficients.push(degree);
    }
    Ok((1..=last)
        .map(|x| Share {
            y: evaluate(key, &coefficients, x),
            x,
        })
        .collect())
}

/// The key that shares are parts of; another key if they are too few, or not of one split.
pub fn combine(shares: &[Share]) -> Result<DataKey, ShamirError> {
    interpolate(shares, 0).map(|y| DataKey::copy_of(&y))
}

/// The share with this x of the split that shares come from, under the conditions of [`combine`].
///
/// Wraps the share of a group for a new recipient when nobody of that group is at hand.
pub fn share_at(shares: &[Share], x: u8) -> Result<Share, ShamirError> {
    if x == 0 {
        return Err(ShamirError::NotAShare);
    }
    Ok(Share {
        y: interpolate(shares, x)?,
        x,
    })
}

impl Share {
    /// The length in bytes: y, then x.
    pub const LEN: usize = 33;

    /// Copies what a recipient unwrapped, if it can be a share.
    pub fn parse(bytes: &[u8]) -> Result<Self, ShamirError> {
        let Some((&x @ 1.., bytes)) = bytes.split_last() else {
            return Err(ShamirError::NotAShare);
        };
        let bytes: &[u8; DataKey::LEN] = bytes.try_into().map_err(|_| ShamirError::NotAShare)?;
        let mut y = zeros();
        y.copy_from_slice(bytes);
        Ok(Self { y, x })
    }

    /// What a recipient wraps.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([self.x; Self::LEN]);
        for (byte, y) in bytes.iter_mut().zip(self.y.iter()) {
            *byte = *y;
        }
        bytes
    }

    /// The number of the share: the index of its key group, plus one.
    #[must_use]
    pub fn x(&self) -> u8 {
        self.x
    }
}

/// Horner's rule, from the highest degree down to the key.
fn evaluate(key: &DataKey, coefficients: &[Values], x: u8) -> Values {
    let mut values = zeros();
    let degrees = coefficients.iter().rev().map(|degree| &***degree);
    for degree in degrees.chain([key.expose()]) {
        for (value, coefficient) in values.iter_mut().zip(degree) {
            *value = product(*value, x) ^ coefficient;
        }
    }
    values
}

/// Lagrange's formula. The numbers of the shares are public, so only products with y hide them.
fn interpolate(shares: &[Share], x: u8) -> Result<Values, ShamirError> {
    if shares.len() < 2 {
        return Err(ShamirError::TooFew);
    }
    let mut values = zeros();
    for (index, share) in shares.iter().enumerate() {
        if shares
            .iter()
            .take(index)
            .any(|earlier| earlier.x == share.x)
        {
            return Err(ShamirError::SameNumber(share.x));
        }
        let others = shares
            .iter()
            .map(|other| other.x)
            .filter(|other| *other != share.x);
        let weight = others.fold(1, |weight, other| {
            product(weight, product(x ^ other, inverse(share.x ^ other)))
        });
        for (value, y) in values.iter_mut().zip(share.y.iter()) {
            *value ^= product(weight, *y);
        }
    }
    Ok(values)
}

fn zeros() -> Values {
    Box::new(Zeroizing::new([0; DataKey::LEN]))
}

/// The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, without a branch or a table: the time
/// says nothing about the factors.
fn product(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0, |sum: u8, bit| {
        let doubled = (sum << 1) ^ (0x1b & mask(sum >> 7));
        doubled ^ (a & mask((b >> bit) & 1))
    })
}

/// All ones for one, zero for zero.
fn mask(bit: u8) -> u8 {
    bit.wrapping_neg()
}

/// a^254, which is 1/a, since a^255 is one; zero for zero.
fn inverse(a: u8) -> u8 {
    // 254 = 2 + 4 + … + 128.
    let (_, inverse) = (1..8).fold((a, 1), |(power, inverse), _| {
        let square = product(power, power);
        (square, product(inverse, square))
    });
    inverse
}

#[cfg(test)]
mod tests;

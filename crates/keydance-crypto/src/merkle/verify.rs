//! Verifying proofs (RFC 9162, 2.1.3.2 and 2.1.4.2), which are those of RFC 6962.

use subtle::ConstantTimeEq as _;

use super::{Hash, node_hash};

/// A proof does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not hold")]
pub struct VerifyError;

/// Checks that `leaf` is the hash of leaf `index` in the tree of `size` leaves with this `root`.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), VerifyError> {
    let last = size
        .checked_sub(1)
        .filter(|last| index <= *last)
        .ok_or(VerifyError)?;
    let mut path = Path { node: index, last };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match path.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    path.arrived()?;
    equal(&hash, root)
}

/// Checks that the tree of `old_size` leaves is the beginning of that of `new_size` leaves.
pub fn verify_consistency(
    (old_size, old_root): (u64, &Hash),
    (new_size, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), VerifyError> {
    if old_size == 0 {
        // Nothing is the beginning of everything.
        equal(old_root, &super::empty_root())?;
        return if proof.is_empty() {
            Ok(())
        } else {
            Err(VerifyError)
        };
    }
    if old_size == new_size {
        equal(old_root, new_root)?;
        return if proof.is_empty() {
            Ok(())
        } else {
            Err(VerifyError)
        };
    }
    let mut path = Path::between(old_size, new_size)?;
    // A complete old tree is itself the first node; the proof leaves it out.
    let complete = old_size.is_power_of_two();
    let (first, rest) = if complete {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(VerifyError)?
    };
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        match path.step()? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    path.arrived()?;
    equal(&old, old_root)?;
    equal(&new, new_root)
}

/// On which side of the node its sibling in the proof is.
enum Side {
    Left,
    Right,
}

/// The way from a node to the root, next to the way of the last node of its level.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    /// From the last subtree that is complete in the old tree.
    fn between(old_size: u64, new_size: u64) -> Result<Self, VerifyError> {
        if old_size > new_size {
            return Err(VerifyError);
        }
        let node = old_size.checked_sub(1).ok_or(VerifyError)?;
        let last = new_size.checked_sub(1).ok_or(VerifyError)?;
        let level = node.trailing_ones();
        Ok(Self {
            node: shift(node, level),
            last: shift(last, level),
        })
    }

    fn step(&mut self) -> Result<Side, VerifyError> {
        if self.last == 0 {
            return Err(VerifyError);
        }
        let from_left = self.node & 1 == 1 || self.node == self.last;
        if from_left && self.node & 1 == 0 {
            // The last node of an odd level has no sibling there, but further up.
            self.climb(self.node.trailing_zeros());
        }
        self.climb(1);
        Ok(if from_left { Side::Left } else { Side::Right })
    }

    fn climb(&mut self, levels: u32) {
        self.node = shift(self.node, levels);
        self.last = shift(self.last, levels);
    }

    fn arrived(&self) -> Result<(), VerifyError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(VerifyError)
        }
    }
}

fn shift(value: u64, by: u32) -> u64 {
    value.checked_shr(by).unwrap_or(0)
}

fn equal(left: &Hash, right: &Hash) -> Result<(), VerifyError> {
    if left.ct_eq(right).into() {
        Ok(())
    } else {
        Err(VerifyError)
    }
}

//! The right edge of a growing tree: what is needed to append and to give the root.

use super::{Hash, empty_root, node_hash};

/// A complete subtree of 2^`level` leaves, the `index`-th of that size from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// The binary logarithm of its number of leaves.
    pub level: u8,
    /// Its first leaf is `index` · 2^`level`.
    pub index: u64,
    /// Its root.
    pub hash: Hash,
}

/// The stored bytes of a frontier are not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the frontier of a tree")]
pub struct FrontierError;

/// A tree's size and the roots of the complete subtrees it is made of, at most 63.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    // INVARIANT: one hash per set bit of `size`, that of the largest subtree first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// Of a tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, roots) = bytes.split_first_chunk().ok_or(FrontierError)?;
        let size = u64::from_be_bytes(*size);
        let (roots, rest) = roots.as_chunks();
        let complete = rest.is_empty() && u32::try_from(roots.len()) == Ok(size.count_ones());
        if !complete || size > MAX_SIZE {
            return Err(FrontierError);
        }
        Ok(Self {
            size,
            roots: roots.to_vec(),
        })
    }

    /// Size as u64 BE, then the roots of the subtrees, that of the largest first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            self.size.to_be_bytes().as_slice(),
            self.roots.as_flattened(),
        ]
        .concat()
    }

    /// The number of leaves, which is the index of the next.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let smaller_first = self.roots.iter().rev().copied();
        smaller_first
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// Adds a leaf and gives the subtrees of 2^8, 2^16, … leaves that it completed, smallest first.
    pub fn append(&mut self, leaf: Hash) -> Vec<Subtree> {
        let mut completed = Vec::new();
        let mut hash = leaf;
        // Each trailing one bit of the size is a subtree that now has its right sibling.
        for level in 1..=self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            hash = node_hash(&left, &hash);
            if level % TILE == 0
                && let Ok(level) = u8::try_from(level)
            {
                let index = self.size.checked_shr(level.into()).unwrap_or(0);
                completed.push(Subtree { level, index, hash });
            }
        }
        self.roots.push(hash);
        // A log of 2^63 leaves does not come about one leaf at a time.
        self.size = self.size.saturating_add(1);
        completed
    }
}

/// Subtrees of every eighth level are reported: 256 hashes to a tile.
const TILE: u32 = 8;
/// Databases count in signed numbers.
const MAX_SIZE: u64 = i64::MAX.cast_unsigned();

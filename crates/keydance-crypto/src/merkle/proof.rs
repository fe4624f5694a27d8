//! Making proofs (RFC 6962, 2.1.1 and 2.1.2) from stored subtrees.

use super::{Hash, node_hash};

/// Where the roots of complete subtrees come from.
pub trait Nodes {
    /// Why a root could not be had.
    type Error;

    /// The root of the complete subtree of 2^`level` leaves that begins at leaf
    /// `index` · 2^`level`. Level 0 is the leaf hashes. Only subtrees within the size of the proof
    /// are asked for.
    fn subtree(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// A function serves as well.
impl<F: Fn(u8, u64) -> Result<Hash, E>, E> Nodes for F {
    type Error = E;

    fn subtree(&self, level: u8, index: u64) -> Result<Hash, E> {
        self(level, index)
    }
}

/// A proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// There is no such leaf, or no such older tree, in a tree of that size.
    #[error("outside the tree")]
    Range,
    /// A subtree could not be read.
    #[error("a subtree cannot be read")]
    Nodes(#[source] E),
}

/// The proof that leaf `index` is in the tree of `size` leaves: siblings from the leaf upwards.
pub fn inclusion_proof<N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<N::Error>> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let mut range = Range {
        start: 0,
        end: size,
    };
    let mut siblings = Vec::new();
    while let Some((left, right)) = range.split() {
        let (towards, away) = if index < right.start {
            (left, right)
        } else {
            (right, left)
        };
        siblings.push(away);
        range = towards;
    }
    siblings
        .into_iter()
        .rev()
        .map(|sibling| sibling.hash(nodes))
        .collect()
}

/// The proof that the tree of `old` leaves is the beginning of that of `new` leaves; empty if
/// `old` is 0 or equal to `new`.
pub fn consistency_proof<N: Nodes>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProofError<N::Error>> {
    if old > new {
        return Err(ProofError::Range);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut range = Range { start: 0, end: new };
    let mut siblings = Vec::new();
    while range.end != old {
        let Some((left, right)) = range.split() else {
            break;
        };
        let (towards, away) = if old <= right.start {
            (left, right)
        } else {
            (right, left)
        };
        siblings.push(away);
        range = towards;
    }
    // The verifier knows the old root; whatever else the descent ended at, it must be told.
    if range.start != 0 {
        siblings.push(range);
    }
    siblings
        .into_iter()
        .rev()
        .map(|sibling| sibling.hash(nodes))
        .collect()
}

/// The leaves from `start` up to, not including, `end`; never empty.
///
/// INVARIANT: `start` is a multiple of the smallest power of two that is not less than the length,
/// as in every subtree that RFC 6962 makes.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    end: u64,
}

impl Range {
    fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// In two, the left one as large as a power of two can be; nothing for a single leaf.
    fn split(self) -> Option<(Self, Self)> {
        let left = 1_u64.checked_shl(self.length().checked_sub(1)?.checked_ilog2()?)?;
        let middle = self.start.checked_add(left)?;
        Some((
            Self {
                end: middle,
                ..self
            },
            Self {
                start: middle,
                ..self
            },
        ))
    }

    fn hash<N: Nodes>(self, nodes: &N) -> Result<Hash, ProofError<N::Error>> {
        let length = self.length();
        if let Some((left, right)) = self.split().filter(|_| !length.is_power_of_two()) {
            return Ok(node_hash(&left.hash(nodes)?, &right.hash(nodes)?));
        }
        let level = length.trailing_zeros();
        let index = self.start.checked_shr(level).unwrap_or(0);
        nodes
            .subtree(u8::try_from(level).unwrap_or(u8::MAX), index)
            .map_err(ProofError::Nodes)
    }
}

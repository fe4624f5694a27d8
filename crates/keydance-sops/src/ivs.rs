//! The IVs a file had, so that a value that nobody touched keeps its ciphertext.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::iter;

use sha2::{Digest as _, Sha256};

use crate::cipher::Iv;
use crate::scalar::Plaintext;

/// For each place, kind and plaintext of a decrypted file, the IVs it was encrypted under.
///
/// An IV is given out once, in the order of the document, and only for the plaintext it already
/// belongs to: two plaintexts under one IV would betray each other and let ciphertexts be forged.
/// Filled by [`decrypt`](crate::walk::decrypt), emptied by [`encrypt`](crate::walk::encrypt).
#[derive(Default)]
#[expect(
    missing_debug_implementations,
    reason = "digests of secrets are never printed"
)]
pub struct Ivs {
    queues: HashMap<Fingerprint, Queue>,
    links: Vec<Link>,
}

/// SHA-256 of place, kind and plaintext, so that no second copy of the secrets is kept.
///
/// Not shortened and not a keyed hash for tables: equal fingerprints of different values would
/// reuse an IV, and whoever writes the values must not be able to bring that about.
pub(crate) type Fingerprint = [u8; 32];

/// The first and last link of a chain.
struct Queue {
    first: usize,
    last: usize,
}

struct Link {
    iv: Iv,
    next: Option<usize>,
}

impl Ivs {
    /// No IVs: everything is encrypted under new ones.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an IV to the queue of its plaintext.
    pub(crate) fn remember(&mut self, aad: &[u8], plaintext: Plaintext<'_>, iv: Iv) {
        self.append(fingerprint(aad, plaintext), iv);
    }

    fn append(&mut self, fingerprint: Fingerprint, iv: Iv) {
        let link = self.links.len();
        self.links.push(Link { iv, next: None });
        match self.queues.entry(fingerprint) {
            Entry::Vacant(queue) => {
                queue.insert(Queue {
                    first: link,
                    last: link,
                });
            }
            Entry::Occupied(mut queue) => {
                let last = std::mem::replace(&mut queue.get_mut().last, link);
                if let Some(last) = self.links.get_mut(last) {
                    last.next = Some(link);
                }
            }
        }
    }

    /// Adds those of another change of the same file, behind what is here already.
    pub(crate) fn join(&mut self, other: &Self) {
        for (fingerprint, queue) in &other.queues {
            let here = self.queues.get(fingerprint).map(|queue| self.chain(queue));
            let here: HashSet<[u8; 32]> = here
                .into_iter()
                .flatten()
                .map(|iv| *iv.as_bytes())
                .collect();
            for iv in other
                .chain(queue)
                .filter(|iv| !here.contains(iv.as_bytes()))
            {
                self.append(*fingerprint, iv);
            }
        }
    }

    fn chain(&self, queue: &Queue) -> impl Iterator<Item = Iv> {
        let link = |at: usize| self.links.get(at);
        let links = iter::successors(link(queue.first), move |last| last.next.and_then(link));
        links.map(|link| link.iv)
    }

    /// Takes the oldest IV of a plaintext.
    pub(crate) fn take(&mut self, aad: &[u8], plaintext: Plaintext<'_>) -> Option<Iv> {
        if self.queues.is_empty() {
            return None;
        }
        let Entry::Occupied(mut queue) = self.queues.entry(fingerprint(aad, plaintext)) else {
            return None;
        };
        let link = self.links.get(queue.get().first)?;
        match link.next {
            Some(next) => queue.get_mut().first = next,
            None => {
                queue.remove();
            }
        }
        Some(link.iv)
    }
}

/// SHA-256 of place, kind and plaintext.
pub(crate) fn fingerprint(aad: &[u8], Plaintext { kind, bytes }: Plaintext<'_>) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in [kind.word().as_bytes(), aad] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.update(bytes);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Kind;

    fn text(bytes: &[u8]) -> Plaintext<'_> {
        Plaintext {
            kind: Kind::Str,
            bytes,
        }
    }

    fn iv(n: u8) -> Iv {
        Iv::new([n; 32])
    }

    #[test]
    fn ivs_of_one_plaintext_are_given_out_in_order_and_once() {
        let mut ivs = Ivs::new();
        for n in 1..=3 {
            ivs.remember(b"l:", text(b"dup"), iv(n));
            ivs.remember(b"l:", text(b"other"), iv(n + 10));
        }
        for n in 1..=3 {
            assert_eq!(ivs.take(b"l:", text(b"dup")), Some(iv(n)));
        }
        assert_eq!(ivs.take(b"l:", text(b"dup")), None);
        assert_eq!(ivs.take(b"l:", text(b"other")), Some(iv(11)));
    }

    #[test]
    fn another_place_kind_or_plaintext_gets_no_iv() {
        let mut ivs = Ivs::new();
        ivs.remember(b"a:", text(b"5"), iv(1));
        assert_eq!(ivs.take(b"b:", text(b"5")), None);
        assert_eq!(ivs.take(b"a:", text(b"6")), None);
        assert_eq!(
            ivs.take(
                b"a:",
                Plaintext {
                    kind: Kind::Int,
                    bytes: b"5"
                }
            ),
            None
        );
        assert_eq!(ivs.take(b"a:5", text(b"")), None);
        assert_eq!(ivs.take(b"a:", text(b"5")), Some(iv(1)));
    }

    #[test]
    fn ivs_of_two_changes_are_each_given_out_once() {
        let (mut ours, mut theirs) = (Ivs::new(), Ivs::new());
        ours.remember(b"l:", text(b"dup"), iv(1));
        for n in 1..=2 {
            theirs.remember(b"l:", text(b"dup"), iv(n));
        }
        theirs.remember(b"l:", text(b"new"), iv(3));
        ours.join(&theirs);
        let mut take = |bytes| ours.take(b"l:", text(bytes));
        assert_eq!(
            [take(b"dup"), take(b"dup"), take(b"dup")],
            [Some(iv(1)), Some(iv(2)), None]
        );
        assert_eq!(take(b"new"), Some(iv(3)));
    }

    #[test]
    fn what_was_taken_can_be_remembered_again() {
        let mut ivs = Ivs::new();
        for n in 1..=2 {
            ivs.remember(b"a:", text(b"5"), iv(n));
            assert_eq!(ivs.take(b"a:", text(b"5")), Some(iv(n)));
        }
    }
}

//! What a rule leaves plain.

use super::{KeyPath, Leaves, Place, Walk};
use crate::scalar::{Digits, Plaintext};
use crate::select::Rule;
use crate::tree::{Comment, Item, Tree, Value};

/// Shows every value and comment of a plain tree that encrypting it would leave legible, with the
/// keys on the path, a `:` behind each; null and what is empty are left out. Ends at the first
/// refusal, or with a map or list that is nested too deep.
pub(crate) fn plain_leaves(
    tree: &mut Tree,
    rule: &Rule,
    look: impl FnMut(&[u8], Plaintext<'_>) -> Result<(), KeyPath>,
) -> Result<(), KeyPath> {
    let leaves = PlainLeaves {
        digits: Digits::new(),
        look,
    };
    Walk::new(rule, leaves).tree(tree).map(drop)
}

struct PlainLeaves<L> {
    digits: Digits,
    look: L,
}

impl<L: FnMut(&[u8], Plaintext<'_>) -> Result<(), KeyPath>> Leaves for PlainLeaves<L> {
    type Error = KeyPath;

    fn comment(&mut self, place: Place<'_>, comment: &mut Comment) -> Result<(), KeyPath> {
        shown(&mut self.look, place, Plaintext::of_comment(&comment.text))
    }

    fn item(&mut self, place: Place<'_>, item: &mut Item) -> Result<(), KeyPath> {
        match item {
            Item::Comment(comment) => self.comment(place, comment),
            Item::Value(value) => self.scalar(place, value),
        }
    }

    fn scalar(&mut self, place: Place<'_>, scalar: &mut Value) -> Result<(), KeyPath> {
        let plaintext = Plaintext::of(scalar, &mut self.digits);
        plaintext.map_or(Ok(()), |plaintext| shown(&mut self.look, place, plaintext))
    }

    fn too_deep(path: KeyPath) -> KeyPath {
        path
    }
}

fn shown(
    look: &mut impl FnMut(&[u8], Plaintext<'_>) -> Result<(), KeyPath>,
    place: Place<'_>,
    plaintext: Plaintext<'_>,
) -> Result<(), KeyPath> {
    if place.encrypted || plaintext.bytes.is_empty() {
        return Ok(());
    }
    look(place.aad, plaintext)
}

//! Encrypting a tree.

use super::{KeyPath, Leaves, Place, Scheme, Walk};
use crate::cipher::{Iv, SealError};
use crate::ivs::Ivs;
use crate::mac::{Hasher, Mac};
use crate::random::Random;
use crate::scalar::{Digits, Plaintext};
use crate::select::Rule;
use crate::tree::{Comment, Item, Text, Tree, Value};

/// Why a tree cannot be encrypted, and where. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// A comment that would be encrypted, but as ciphertext would exempt what follows it.
    #[error("{0}: the encrypted form of a comment matches unencrypted_comment_regex")]
    CiphertextMatches(KeyPath),
    /// Several comments above an item of a list, the first of which asks for encryption. Stock
    /// cannot open the result.
    #[error(
        "{0}: comments in a list after one that matches encrypted_comment_regex would make the \
         file unreadable for sops; join them, or use encrypted_regex"
    )]
    CommentRun(KeyPath),
    /// A rule whose regular expression is none: as far as it matters, it would match nothing.
    #[error("{0} is no valid regular expression")]
    Rule(&'static str),
    /// A value that cannot be encrypted.
    #[error("{path}: {reason}")]
    Seal {
        /// Where it stands.
        path: KeyPath,
        /// What is wrong.
        reason: SealError,
    },
    /// Maps and lists nested deeper than 512 levels.
    #[error("{0}: nested deeper than 512 levels")]
    TooDeep(KeyPath),
}

/// Encrypts the values and comments of a tree that the rule selects, and gives the MAC of what
/// they were.
///
/// A value that `ivs` remembers at its place keeps its IV, and with the same key its ciphertext;
/// any other gets an IV from `random`. Null, empty strings, maps and lists are not encrypted.
/// After an error the tree is half encrypted and must be dropped.
pub fn encrypt(
    tree: &mut Tree,
    scheme: Scheme<'_>,
    ivs: &mut Ivs,
    random: &mut dyn Random,
) -> Result<Mac, EncryptError> {
    let Scheme {
        rule, mac_scope, ..
    } = scheme;
    if !rule.is_valid() {
        return Err(EncryptError::Rule(rule.field()));
    }
    let leaves = Encrypt {
        digits: Digits::new(),
        hasher: Hasher::new(mac_scope),
        sealer: Sealer {
            scheme,
            ivs,
            random,
        },
    };
    let Encrypt { hasher, .. } = Walk::new(rule, leaves).tree(tree)?;
    Ok(hasher.finish())
}

struct Encrypt<'a> {
    digits: Digits,
    hasher: Hasher,
    sealer: Sealer<'a>,
}

struct Sealer<'a> {
    scheme: Scheme<'a>,
    ivs: &'a mut Ivs,
    random: &'a mut dyn Random,
}

impl Leaves for Encrypt<'_> {
    type Error = EncryptError;

    fn comment(&mut self, place: Place<'_>, comment: &mut Comment) -> Result<(), EncryptError> {
        if let Some(text) = self.sealer.comment(place, &comment.text)? {
            comment.text = text;
        }
        Ok(())
    }

    /// A comment becomes a string, which is what stock makes of it.
    fn item(&mut self, place: Place<'_>, item: &mut Item) -> Result<(), EncryptError> {
        match item {
            Item::Value(scalar) => return self.scalar(place, scalar),
            Item::Comment(comment) => {
                let Some(text) = self.sealer.comment(place, &comment.text)? else {
                    return Ok(());
                };
                if place.in_run {
                    return Err(EncryptError::CommentRun(place.path()));
                }
                *item = Item::Value(Value::Text(text));
            }
        }
        Ok(())
    }

    fn scalar(&mut self, place: Place<'_>, scalar: &mut Value) -> Result<(), EncryptError> {
        let Some(plaintext) = Plaintext::of(scalar, &mut self.digits) else {
            return Ok(());
        };
        self.hasher.update(plaintext.bytes, place.encrypted);
        if place.encrypted && !plaintext.bytes.is_empty() {
            *scalar = Value::Text(self.sealer.seal(place, plaintext)?);
        }
        Ok(())
    }

    fn too_deep(path: KeyPath) -> EncryptError {
        EncryptError::TooDeep(path)
    }
}

impl Sealer<'_> {
    /// The ciphertext of a comment, if it is to be encrypted.
    fn comment(&mut self, place: Place<'_>, text: &Text) -> Result<Option<Text>, EncryptError> {
        if !place.encrypted || text.is_empty() {
            return Ok(None);
        }
        let sealed = self.seal(place, Plaintext::of_comment(text))?;
        match self.scheme.rule {
            Rule::UnencryptedCommentRegex(pattern) if pattern.is_match(sealed.expose()) => {
                Err(EncryptError::CiphertextMatches(place.path()))
            }
            _ => Ok(Some(sealed)),
        }
    }

    fn seal(&mut self, place: Place<'_>, plaintext: Plaintext<'_>) -> Result<Text, EncryptError> {
        let iv = self.ivs.take(place.aad, plaintext);
        iv.map_or_else(|| Iv::random(self.random).map_err(SealError::from), Ok)
            .and_then(|iv| self.scheme.cipher.encrypt(plaintext, place.aad, &iv))
            .map_err(|reason| EncryptError::Seal {
                path: place.path(),
                reason,
            })
    }
}

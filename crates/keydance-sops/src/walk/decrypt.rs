//! Decrypting a tree.

use super::{KeyPath, Leaves, Place, Scheme, Walk};
use crate::cipher::{OpenError, Workspace};
use crate::enc::Form;
use crate::ivs::Ivs;
use crate::mac::{Hasher, Mac};
use crate::scalar::{Digits, Kind, Plaintext};
use crate::tree::{Comment, Item, Placement, Text, Tree, Value};

/// What decrypting a tree gives besides the tree.
#[expect(
    missing_debug_implementations,
    reason = "hashes of secrets are never printed"
)]
pub struct Decrypted {
    /// The MAC of what was decrypted, to be compared with the one in the metadata.
    pub mac: Mac,
    /// The IVs of what was decrypted, for when it is encrypted again.
    pub ivs: Ivs,
    /// What was not as it should be, in the order of the tree.
    pub warnings: Vec<Warning>,
}

/// What is accepted although it would never be written. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Text behind a ciphertext, or spare bits in its base64. It is not authenticated.
    #[error(
        "{0}: the ciphertext is not in the form that is written; what is superfluous is ignored"
    )]
    LooseForm(KeyPath),
    /// A comment that should be encrypted, but does not decrypt. It may be anybody's.
    #[error("{0}: a comment that should be encrypted is not")]
    PlainComment(KeyPath),
    /// A rule whose regular expression is none and matches nothing.
    #[error("{0} is no valid regular expression and matches nothing")]
    Rule(&'static str),
}

/// Why a tree cannot be decrypted, and where. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// A comment of a map that decrypts to something other than text.
    #[error("{0}: a comment decrypts to a value that is no text")]
    CommentKind(KeyPath),
    /// A value that does not decrypt.
    #[error("{path}: {reason}")]
    Open {
        /// Where it stands.
        path: KeyPath,
        /// What is wrong.
        reason: OpenError,
    },
    /// Maps and lists nested deeper than 512 levels.
    #[error("{0}: nested deeper than 512 levels")]
    TooDeep(KeyPath),
}

/// Decrypts the values and comments of a tree that the rule selects.
///
/// Nothing may be used before the MAC is compared. After an error the tree is half decrypted and
/// must be dropped.
pub fn decrypt(tree: &mut Tree, scheme: Scheme<'_>) -> Result<Decrypted, DecryptError> {
    let Scheme {
        rule, mac_scope, ..
    } = scheme;
    let invalid = (!rule.is_valid()).then(|| Warning::Rule(rule.field()));
    let leaves = Decrypt {
        digits: Digits::new(),
        hasher: Hasher::new(mac_scope),
        ivs: Ivs::new(),
        scheme,
        warnings: Vec::from_iter(invalid),
        workspace: Workspace::default(),
    };
    let Decrypt {
        hasher,
        ivs,
        warnings,
        ..
    } = Walk::new(rule, leaves).tree(tree)?;
    Ok(Decrypted {
        mac: hasher.finish(),
        ivs,
        warnings,
    })
}

struct Decrypt<'a> {
    digits: Digits,
    hasher: Hasher,
    ivs: Ivs,
    scheme: Scheme<'a>,
    warnings: Vec<Warning>,
    workspace: Workspace,
}

impl Leaves for Decrypt<'_> {
    type Error = DecryptError;

    /// A comment of the kind `str` is hashed, as stock does it, and keeps its placement.
    fn comment(&mut self, place: Place<'_>, comment: &mut Comment) -> Result<(), DecryptError> {
        let Some((kind, value)) = self.open_comment(place, comment) else {
            return Ok(());
        };
        let Value::Text(text) = value else {
            return Err(DecryptError::CommentKind(place.path()));
        };
        comment.text = text;
        if kind == Kind::Comment {
            comment.placement = Placement::Line;
        }
        Ok(())
    }

    fn item(&mut self, place: Place<'_>, item: &mut Item) -> Result<(), DecryptError> {
        let opened = match item {
            Item::Comment(comment) => self.open_comment(place, comment),
            Item::Value(scalar) => self.open_scalar(place, scalar)?,
        };
        match opened {
            Some((Kind::Comment, Value::Text(text))) => *item = Item::Comment(Comment::line(text)),
            Some((_, value)) => *item = Item::Value(value),
            None => {}
        }
        Ok(())
    }

    /// A value of the kind `comment` becomes a string; as it is not hashed, the MAC differs.
    fn scalar(&mut self, place: Place<'_>, scalar: &mut Value) -> Result<(), DecryptError> {
        if let Some((_, value)) = self.open_scalar(place, scalar)? {
            *scalar = value;
        }
        Ok(())
    }

    fn too_deep(path: KeyPath) -> DecryptError {
        DecryptError::TooDeep(path)
    }
}

impl Decrypt<'_> {
    /// What a comment holds, if it is encrypted. Files of old versions have plain ones.
    fn open_comment(&mut self, place: Place<'_>, comment: &Comment) -> Option<(Kind, Value)> {
        if !place.encrypted || comment.text.is_empty() {
            return None;
        }
        let opened = self.open(place, &comment.text);
        if opened.is_err() {
            self.warnings.push(Warning::PlainComment(place.path()));
        }
        opened.ok()
    }

    /// What a scalar holds, if it is encrypted.
    fn open_scalar(
        &mut self,
        place: Place<'_>,
        scalar: &Value,
    ) -> Result<Option<(Kind, Value)>, DecryptError> {
        if !place.encrypted {
            if let Some(plaintext) = Plaintext::of(scalar, &mut self.digits) {
                self.hasher.update(plaintext.bytes, false);
            }
            return Ok(None);
        }
        let opened = match scalar {
            Value::Text(text) if text.is_empty() => return Ok(None),
            Value::Text(text) => self.open(place, text),
            _ => Err(OpenError::NotCiphertext),
        };
        opened.map(Some).map_err(|reason| DecryptError::Open {
            path: place.path(),
            reason,
        })
    }

    fn open(&mut self, place: Place<'_>, text: &Text) -> Result<(Kind, Value), OpenError> {
        let opened = self
            .scheme
            .cipher
            .decrypt(text.expose(), place.aad, &mut self.workspace)?;
        let Plaintext { kind, bytes } = opened.plaintext;
        let value = kind.value(bytes).ok_or(OpenError::NotOfKind(kind))?;
        let written = match &value {
            Value::Text(text) if kind == Kind::Comment => Some(Plaintext::of_comment(text)),
            other => Plaintext::of(other, &mut self.digits),
        };
        let written = written.ok_or(OpenError::NotOfKind(kind))?;
        // Another spelling of the value must not be encrypted under the IV of this one.
        if let Some(iv) = opened.iv
            && written.bytes == bytes
        {
            self.ivs.remember(place.aad, written, iv);
        }
        if kind != Kind::Comment {
            self.hasher.update(written.bytes, true);
        }
        if opened.form == Form::Loose {
            self.warnings.push(Warning::LooseForm(place.path()));
        }
        Ok((kind, value))
    }
}

//! The secret of one version: the fields of a credential's `value`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::kind::{CredentialType, Field, FieldKind, Sensitivity};
use super::mask;
use crate::json;
use crate::problem::{NOT_AN_OBJECT, NOT_EXACT, NOT_TEXT, Problem, REQUIRED};
use crate::time::Timestamp;

/// How many bytes the fields of one version may have together.
pub const MAX_BYTES: usize = 512 * 1024;

/// The fields of one version in clear. Wiped when dropped, and shown only through a
/// [`View`](super::View). It cannot be printed, copied or serialised:
///
/// ```compile_fail,E0277
/// fn log(value: &keydance_core::credential::Value) -> String { format!("{value:?}") }
/// ```
/// ```compile_fail,E0599
/// fn copy(value: keydance_core::credential::Value) { value.clone(); }
/// ```
/// ```compile_fail,E0277
/// fn send(value: &keydance_core::credential::Value) -> String { serde_json::to_string(value).unwrap() }
/// ```
#[expect(
    missing_debug_implementations,
    reason = "a secret cannot be formatted, so it cannot be logged"
)]
pub struct Value {
    kind: CredentialType,
    /// One per field of the type, in its order; objects as JSON text.
    texts: Vec<Option<Zeroizing<String>>>,
}

/// What a change of a value comes to.
#[expect(missing_debug_implementations, reason = "it may hold a secret")]
pub enum Patch {
    /// A new version is needed, with this value.
    Changed(Value),
    /// Nothing changes, so no version is made.
    Unchanged,
}

/// Why something submitted is no value. Tells where, never what it was.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Fields that are missing or of the wrong form (`validation_failed`).
    #[error("not a valid value")]
    Invalid(Vec<Problem>),
    /// The field at this path holds a mask instead of a secret (`masked_value`).
    #[error("a mask in place of the secret at {0}")]
    Masked(String),
    /// More than [`MAX_BYTES`] (`too_large`).
    #[error("value larger than 512 KiB")]
    TooLarge,
}

/// Stored bytes are not a value of that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the stored form of a value")]
pub struct PayloadError;

impl Value {
    /// Reads the `value` of a new credential or version. Unknown fields are dropped.
    ///
    /// # Errors
    /// Every invalid field, or the first one that holds a mask.
    pub fn create(kind: CredentialType, value: Json) -> Result<Self, ValueError> {
        let nothing = Self {
            kind,
            texts: kind.fields().iter().map(|_| None).collect(),
        };
        if value.is_null() {
            return Err(ValueError::Invalid(vec![Problem::new("value", REQUIRED)]));
        }
        nothing.merge(value)
    }

    /// Merges `value` over this one, field by field: `null` removes an optional field, the current
    /// mask of a field leaves it as it is (contract 3.2).
    ///
    /// # Errors
    /// Every field that would be invalid afterwards, or the first one that holds another mask.
    pub fn patch(&self, value: Json) -> Result<Patch, ValueError> {
        let merged = self.merge(value)?;
        Ok(if merged.texts == self.texts {
            Patch::Unchanged
        } else {
            Patch::Changed(merged)
        })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// The bytes are something else, or of another type.
    pub fn from_bytes(kind: CredentialType, bytes: &[u8]) -> Result<Self, PayloadError> {
        let stored: BTreeMap<&str, String> =
            serde_json::from_slice(bytes).map_err(|_| PayloadError)?;
        let mut stored: BTreeMap<_, _> = stored
            .into_iter()
            .map(|(name, text)| (name, Zeroizing::new(text)))
            .collect();
        let fields = kind.fields().iter();
        let texts: Vec<_> = fields.map(|field| stored.remove(field.name)).collect();
        let value = Self { kind, texts };
        let whole = value.present().all(|(field, text)| {
            field.kind != FieldKind::Object || serde_json::from_str::<Map<_, _>>(text).is_ok()
        });
        if whole && stored.is_empty() {
            Ok(value)
        } else {
            Err(PayloadError)
        }
    }

    /// The stored form, to be sealed: a JSON object of texts, in one buffer that never grew.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let lengths = self.present().map(|(field, text)| {
            let name = field.name.len().saturating_add(4);
            name.saturating_add(json::text_len(text))
        });
        let capacity = lengths.sum::<usize>().saturating_add(2);
        let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
        bytes.push(b'{');
        for (n, (field, text)) in self.present().enumerate() {
            if n > 0 {
                bytes.push(b',');
            }
            json::write_text(&mut bytes, field.name);
            bytes.push(b':');
            json::write_text(&mut bytes, text);
        }
        bytes.push(b'}');
        bytes
    }

    /// The type whose fields these are.
    pub fn kind(&self) -> CredentialType {
        self.kind
    }

    /// The auth client that refreshes it; whether there is one is not known here.
    pub fn auth_client_id(&self) -> Option<&str> {
        self.expose_field("authClientId")
    }

    /// One field in clear, an object as JSON text.
    pub fn expose_field(&self, name: &str) -> Option<&str> {
        let mut present = self.present();
        present.find_map(|(field, text)| (field.name == name).then_some(text))
    }

    /// The fields that are set, in the order of the type.
    pub(super) fn present(&self) -> impl Iterator<Item = (&'static Field, &str)> {
        let fields = self.kind.fields().iter();
        fields
            .zip(&self.texts)
            .filter_map(|(field, text)| text.as_ref().map(|text| (field, text.as_str())))
    }

    fn merge(&self, value: Json) -> Result<Self, ValueError> {
        let Json::Object(mut value) = value else {
            let problem = Problem::new("value", NOT_AN_OBJECT);
            return Err(ValueError::Invalid(vec![problem]));
        };
        self.settle_masks(&mut value)?;
        let mut texts = Vec::with_capacity(self.texts.len());
        let mut problems = Vec::new();
        for (field, current) in self.kind.fields().iter().zip(&self.texts) {
            let current = current.as_ref().map(|text| text.as_str());
            match field.merge(current, value.remove(field.name)) {
                Ok(text) => texts.push(text),
                Err(problem) => problems.push(Problem::new(field.path(), problem)),
            }
        }
        if !problems.is_empty() {
            return Err(ValueError::Invalid(problems));
        }
        if texts.iter().flatten().map(|text| text.len()).sum::<usize>() > MAX_BYTES {
            return Err(ValueError::TooLarge);
        }
        let kind = self.kind;
        Ok(Self { kind, texts })
    }

    /// Takes out of `value` the masks that stand for what is there now, and refuses all others.
    fn settle_masks(&self, value: &mut Map<String, Json>) -> Result<(), ValueError> {
        for (field, current) in self.kind.fields().iter().zip(&self.texts) {
            let Some(submitted) = value.get(field.name).filter(|_| field.is_sensitive()) else {
                continue;
            };
            let is_current = match (submitted, current) {
                (Json::String(text), Some(current)) => field.is_mask_of(text, current),
                _ => false,
            };
            if is_current {
                value.remove(field.name);
            } else if holds_mask(submitted) {
                return Err(ValueError::Masked(field.path()));
            }
        }
        Ok(())
    }
}

impl Field {
    fn path(&self) -> String {
        format!("value.{}", self.name)
    }

    /// Whether `text` is what is shown in place of `current`.
    fn is_mask_of(&self, text: &str, current: &str) -> bool {
        match self.sensitivity {
            Sensitivity::Open => false,
            Sensitivity::MaskedWhenStored | Sensitivity::Partial => {
                mask::is_partial_of(text, current)
            }
            Sensitivity::Constant => text == mask::CONSTANT,
        }
    }

    /// What becomes of this field when `submitted` is merged over `current`.
    fn merge(
        &self,
        current: Option<&str>,
        submitted: Option<Json>,
    ) -> Result<Option<Zeroizing<String>>, &'static str> {
        let text = match submitted {
            None => current.map(|text| Zeroizing::new(text.to_owned())),
            Some(submitted) => self.read(submitted)?,
        };
        match text {
            None if self.required => Err(REQUIRED),
            Some(text) if !text.is_empty() => Ok(Some(text)),
            Some(_) if self.required => Err(REQUIRED),
            Some(_) if !self.is_sensitive() => Ok(text),
            Some(_) if current.is_some() => Err("must not be empty; null removes it"),
            _ => Ok(None),
        }
    }

    fn read(&self, submitted: Json) -> Result<Option<Zeroizing<String>>, &'static str> {
        let text = match (self.kind, submitted) {
            (_, Json::Null) => return Ok(None),
            (FieldKind::Object, object @ Json::Object(_)) => object.to_string(),
            (FieldKind::Object, _) => return Err(NOT_AN_OBJECT),
            (_, Json::Object(_) | Json::Array(_)) => return Err(NOT_TEXT),
            (_, Json::String(text)) => text,
            // What was sent is gone: another spelling, or the nearest double.
            (_, Json::Number(number)) if number.is_f64() => return Err(NOT_EXACT),
            (_, scalar) => scalar.to_string(),
        };
        let text = Zeroizing::new(text);
        if self.kind == FieldKind::Date {
            return read_date(&text).map(|date| date.map(Zeroizing::new));
        }
        Ok(Some(text))
    }
}

/// A date, with or without a time, in the form it is shown in; empty means unknown.
fn read_date(text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let at = match text.parse::<Date>() {
        Ok(_) if text.len() == "2026-11-20".len() => format!("{text}T00:00:00Z").parse(),
        _ => text.parse::<Timestamp>(),
    };
    at.map(|at| Some(at.to_string()))
        .map_err(|_| "must be a date or empty")
}

/// Whether any text in it looks like a mask.
fn holds_mask(value: &Json) -> bool {
    match value {
        Json::String(text) => mask::is_mask_shaped(text),
        Json::Array(values) => values.iter().any(holds_mask),
        Json::Object(fields) => fields.values().any(holds_mask),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;

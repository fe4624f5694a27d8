//! What is wrong with a request, field by field.

use serde::Serialize;

/// One thing wrong with one field; the `details` of a `validation_failed` (contract 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: `value.passphrase`, `graph.nodes[2].id`.
    pub path: String,
    /// What, in words of ours; never anything of the value.
    pub problem: &'static str,
}

impl Problem {
    /// The problem of the field at `path`.
    pub fn new(path: impl Into<String>, problem: &'static str) -> Self {
        Self {
            path: path.into(),
            problem,
        }
    }
}

/// A required field is absent, null or empty.
pub const REQUIRED: &str = "required";
/// Something other than text where text is expected.
pub const NOT_TEXT: &str = "must be text";
/// A number whose digits are not kept: a fraction, or one beyond 64 bits.
pub const NOT_EXACT: &str = "must be text: as a number it would lose digits";
/// Something other than an object.
pub const NOT_AN_OBJECT: &str = "must be an object";
/// Something other than a list.
pub const NOT_A_LIST: &str = "must be a list";

//! One argument, as it was typed.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use super::super::failure::Failure;
use super::super::flags::{Flag, Takes};

/// What an argument looks like.
pub(super) enum Shape<'a> {
    /// `--`
    End,
    /// `-name`, `--name` or either with `=value`.
    Flag {
        name: String,
        value: Option<&'a OsStr>,
    },
    /// Anything else.
    Other,
}

impl<'a> Shape<'a> {
    pub(super) fn of(argument: &'a OsStr) -> Self {
        let bytes = argument.as_bytes();
        let Some(flag) = bytes.strip_prefix(b"-").filter(|flag| !flag.is_empty()) else {
            return Self::Other;
        };
        let flag = flag.strip_prefix(b"-").unwrap_or(flag);
        if flag.is_empty() {
            return Self::End;
        }
        let mut parts = flag.splitn(2, |&byte| byte == b'=');
        let name = parts.next().unwrap_or_default();
        Self::Flag {
            name: String::from_utf8_lossy(name).into_owned(),
            value: parts.next().map(OsStr::from_bytes),
        }
    }
}

/// What a flag was given.
pub(super) enum Value {
    Switch(bool),
    Text(OsString),
}

impl Value {
    /// What was typed after `=`, or is typed next.
    pub(super) fn of(
        flag: &Flag,
        value: Option<&OsStr>,
        rest: &mut impl Iterator<Item = OsString>,
    ) -> Result<Self, Failure> {
        let name = flag.name;
        match (flag.takes, value) {
            (Takes::Nothing, None) => Ok(Self::Switch(true)),
            (Takes::Nothing, Some(value)) => {
                let neither = || format!("--{name} takes no value but true or false");
                let truth = truth(value).ok_or_else(|| Failure::other(neither()))?;
                Ok(Self::Switch(truth))
            }
            (Takes::Value(_) | Takes::Values(_), Some(value)) => Ok(Self::Text(value.to_owned())),
            (Takes::Value(what) | Takes::Values(what), None) => {
                let missing = || Failure::other(format!("--{name} needs a value: {what}"));
                rest.next().map(Self::Text).ok_or_else(missing)
            }
        }
    }
}

/// The words that Go takes for true and false.
pub(super) fn truth(text: &OsStr) -> Option<bool> {
    match text.as_bytes() {
        b"1" | b"t" | b"T" | b"TRUE" | b"true" | b"True" => Some(true),
        b"0" | b"f" | b"F" | b"FALSE" | b"false" | b"False" => Some(false),
        _ => None,
    }
}

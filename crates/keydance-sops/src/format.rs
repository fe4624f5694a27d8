//! How a tree is written down: YAML, JSON, dotenv, INI, or a JSON envelope around any bytes.

use crate::tree::{Map, Tree};

pub use error::{Position, ReadError, WriteError};

mod error;
#[cfg_attr(not(test), expect(dead_code, reason = "the codec that chooses a format calls it"))]
mod yaml;

/// The layout of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Any bytes, as one value of a JSON object.
    Binary,
    /// `KEY=VALUE` lines.
    Dotenv,
    /// Sections of `key = value` lines, as the Go ini library has them.
    Ini,
    /// One JSON object.
    Json,
    /// YAML in the dialect of go-yaml 3: one document or several.
    Yaml,
}

/// An encrypted file taken apart: what it holds, and its metadata as they stand there.
pub struct Encrypted {
    /// Everything but the metadata.
    pub tree: Tree,
    /// What stands under the key `sops` of the first document.
    pub metadata: Map,
}

/// How to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Keep the last of several equal keys in dotenv and INI files instead of refusing them.
    pub allow_duplicates: bool,
}

/// How to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// Spaces per level in YAML, 2 to 9.
    pub yaml_indent: usize,
    /// Spaces per level in JSON; a tab if absent; line breaks without indentation if zero.
    pub json_indent: Option<usize>,
}

impl Format {
    /// The format that the suffix of a file name stands for; binary if none does.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        [(".yaml", Self::Yaml), (".yml", Self::Yaml), (".json", Self::Json)]
            .into_iter()
            .chain([(".env", Self::Dotenv), (".ini", Self::Ini)])
            .find_map(|(suffix, format)| path.ends_with(suffix).then_some(format))
            .unwrap_or(Self::Binary)
    }

    /// The format with this name: `yaml`, `json`, `dotenv`, `ini` or `binary`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "binary" => Self::Binary,
            "dotenv" => Self::Dotenv,
            "ini" => Self::Ini,
            "json" => Self::Json,
            "yaml" => Self::Yaml,
            _ => return None,
        })
    }
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { yaml_indent: 4, json_indent: None }
    }
}

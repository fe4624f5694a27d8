//! How a tree is written down: YAML, JSON, dotenv, INI, or a JSON envelope around any bytes.

use crate::tree::{Entry, Map, Tree, Value};

pub use error::{Position, ReadError, WriteError};
pub use onto::{Layout, Onto};
pub use scalar_text::scalar_text;

// Each layout.
mod binary;
mod dotenv;
mod ini;
pub(crate) mod json;
pub(crate) mod yaml;

// What several of them need.
mod error;
mod flat;
mod float;
mod onto;
mod output;
mod scalar_text;

/// How deep maps and lists may nest, the top of a document included.
const MAX_DEPTH: usize = 512;

/// The key of the metadata in formats that have nested maps.
const METADATA_KEY: &str = "sops";

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
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Encrypted {
    /// Everything but the metadata.
    pub tree: Tree,
    /// What stands under the key `sops` of the first document.
    pub metadata: Map,
    /// Whether something else stands there in another document.
    pub has_other_copies: bool,
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
        [
            (".yaml", Self::Yaml),
            (".yml", Self::Yaml),
            (".json", Self::Json),
        ]
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

    /// Reads a file that is not encrypted.
    ///
    /// # Errors
    ///
    /// Besides what is wrong with the text: [`ReadError::Encrypted`] if it has metadata.
    pub fn read_plain(self, bytes: &[u8], options: &ReadOptions) -> Result<Tree, ReadError> {
        let tree = match self {
            Self::Binary => return Ok(binary::read(bytes)),
            Self::Dotenv => dotenv::read_plain(bytes, options)?,
            Self::Ini => ini::read_plain(bytes, options)?,
            Self::Json => json::read(bytes)?,
            Self::Yaml => yaml::read(bytes)?,
        };
        if self.is_encrypted(&tree) {
            Err(ReadError::Encrypted)
        } else {
            Ok(tree)
        }
    }

    /// Reads an encrypted file.
    ///
    /// # Errors
    ///
    /// Besides what is wrong with the text: [`ReadError::NoMetadata`] if it is not encrypted.
    pub fn read_encrypted(
        self,
        bytes: &[u8],
        options: &ReadOptions,
    ) -> Result<Encrypted, ReadError> {
        match self {
            Self::Dotenv => dotenv::read_encrypted(bytes, options),
            Self::Ini => ini::read_encrypted(bytes, options),
            Self::Binary | Self::Json => take_metadata(json::read(bytes)?),
            Self::Yaml => take_metadata(yaml::read(bytes)?),
        }
    }

    /// Writes a file; with metadata, as an encrypted one.
    pub fn write(
        self,
        tree: &Tree,
        metadata: Option<&Map>,
        options: &WriteOptions,
    ) -> Result<Vec<u8>, WriteError> {
        match self {
            Self::Binary => binary::write(tree, metadata, options),
            Self::Dotenv => dotenv::write(tree, metadata, options),
            Self::Ini => ini::write(tree, metadata, options),
            Self::Json => json::write(tree, metadata, options),
            Self::Yaml => yaml::write(tree, metadata, options),
        }
    }

    /// Writes one value as this format has it: what `--extract` prints of a list or scalar.
    pub fn write_value(self, value: &Value, options: &WriteOptions) -> Result<Vec<u8>, WriteError> {
        match self {
            Self::Json => json::write_value(value, options),
            Self::Yaml => yaml::write_value(value),
            Self::Binary | Self::Dotenv | Self::Ini => Err(WriteError::Shape(
                "only a string can be written in this format",
            )),
        }
    }

    /// Whether a plain tree has keys that only metadata have.
    fn is_encrypted(self, tree: &Tree) -> bool {
        let mut keys = tree
            .documents
            .first()
            .into_iter()
            .flat_map(Map::pairs)
            .map(|(key, _)| key);
        match self {
            Self::Dotenv => keys.any(|key| key.as_bytes().starts_with(b"sops_")),
            _ => keys.any(|key| key.as_bytes() == METADATA_KEY.as_bytes()),
        }
    }
}

/// Takes the metadata out of every document; those of the first count, the others are copies.
fn take_metadata(mut tree: Tree) -> Result<Encrypted, ReadError> {
    let mut found = None;
    let mut has_other_copies = false;
    for document in &mut tree.documents {
        let is_metadata = |entry: &Entry| matches!(entry, Entry::Pair(key, _) if key.as_bytes() == METADATA_KEY.as_bytes());
        if let Some(at) = document.entries.iter().position(is_metadata) {
            let entry = document.entries.remove(at);
            match &found {
                None => found = Some(entry),
                Some(first) => has_other_copies |= *first != entry,
            }
        } else if found.is_none() {
            break;
        }
    }
    match found {
        Some(Entry::Pair(_, Value::Map(metadata))) => Ok(Encrypted {
            tree,
            metadata,
            has_other_copies,
        }),
        Some(_) => Err(ReadError::Metadata("sops is no map")),
        None => Err(ReadError::NoMetadata),
    }
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            yaml_indent: 4,
            json_indent: None,
        }
    }
}

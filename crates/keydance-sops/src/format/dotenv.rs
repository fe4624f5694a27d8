//! dotenv: one `KEY=VALUE` a line, and nothing more to it.
//!
//! A line that starts with `#` is a comment, any other is split at its first `=`. Nothing is
//! trimmed or unquoted: blanks, quotes and a carriage return at the end belong to the value. The
//! two characters `\n` in a value are a line break, so that a backslash before an `n` cannot be
//! expressed. The metadata are flattened into lines of their own, named `sops_…`.

use std::collections::HashMap;

use super::flat::{escape_line_breaks, flatten, unescape_line_breaks, unflatten};
use super::scalar_text::scalar_text;
use super::{Encrypted, Position, ReadError, ReadOptions, WriteError, WriteOptions};
use crate::tree::{Comment, Entry, Key, Map, Text, Tree, Value};

const METADATA_PREFIX: &[u8] = b"sops_";

/// The most bytes that are read.
const MAX_BYTES: usize = 64 << 20;

/// Reads a file whose lines are all content, those named `sops_…` too.
pub(crate) fn read_plain(bytes: &[u8], options: &ReadOptions) -> Result<Tree, ReadError> {
    let entries = lines(bytes, options)?
        .into_iter()
        .map(Line::into_entry)
        .collect();
    Ok(Tree {
        documents: vec![Map { entries }],
    })
}

/// Reads a file whose lines named `sops_…` are metadata.
pub(crate) fn read_encrypted(bytes: &[u8], options: &ReadOptions) -> Result<Encrypted, ReadError> {
    let (metadata, content): (Vec<_>, Vec<_>) = lines(bytes, options)?
        .into_iter()
        .partition(|line| line.metadata().is_some());
    if metadata.is_empty() {
        return Err(ReadError::NoMetadata);
    }
    let metadata = unflatten(metadata.iter().filter_map(Line::metadata))?;
    let entries = content.into_iter().map(Line::into_entry).collect();
    Ok(Encrypted {
        tree: Tree {
            documents: vec![Map { entries }],
        },
        metadata,
        has_other_copies: false,
    })
}

/// Writes a tree, and behind it the metadata if there are any.
///
/// Refuses what would read back as something else: a key with `=` or a line break or that starts
/// with `#`; and beside metadata, where it would cost the file its integrity, a key that starts
/// with `sops_` and a value with a backslash before an `n`.
pub(crate) fn write(
    tree: &Tree,
    metadata: Option<&Map>,
    _options: &WriteOptions,
) -> Result<Vec<u8>, WriteError> {
    let [document] = tree.documents.as_slice() else {
        return Err(WriteError::DocumentCount {
            count: tree.documents.len(),
        });
    };
    let mut out = Vec::new();
    for entry in &document.entries {
        match entry {
            Entry::Comment(comment) => write_comment(&comment.text, &mut out),
            Entry::Pair(key, value) => {
                let text = scalar_text(value);
                let text = text.ok_or_else(|| WriteError::NotAScalar { key: key.clone() })?;
                check_key(key, metadata)?;
                check_text(&text, metadata)?;
                write_pair(
                    &[key.as_bytes()],
                    &escape_line_breaks(text.expose()),
                    &mut out,
                );
            }
        }
    }
    for (name, text) in metadata.map(flatten).unwrap_or_default() {
        write_pair(&[METADATA_PREFIX, name.as_bytes()], &text, &mut out);
    }
    Ok(out)
}

/// A line that is not empty.
enum Line<'a> {
    Comment(&'a [u8]),
    Pair { key: &'a [u8], value: &'a [u8] },
}

impl<'a> Line<'a> {
    fn read(line: &'a [u8], at: Position) -> Result<Self, ReadError> {
        if let Some(text) = line.strip_prefix(b"#") {
            return Ok(Self::Comment(text));
        }
        let mut parts = line.splitn(2, |&byte| byte == b'=');
        match (parts.next(), parts.next()) {
            (Some(key), Some(value)) => Ok(Self::Pair { key, value }),
            _ => Err(ReadError::Syntax {
                at,
                problem: "a line is no comment and has no `=`",
            }),
        }
    }

    /// The name without its prefix and the value, if the line is one of metadata.
    fn metadata(&self) -> Option<(&'a [u8], &'a [u8])> {
        match self {
            Self::Comment(_) => None,
            Self::Pair { key, value } => Some((key.strip_prefix(METADATA_PREFIX)?, value)),
        }
    }

    fn into_entry(self) -> Entry {
        match self {
            Self::Comment(text) => Entry::Comment(Comment::line(text)),
            Self::Pair { key, value } => {
                Entry::Pair(Key::from(key), Value::Text(unescape_line_breaks(value)))
            }
        }
    }
}

/// The lines that are not empty. Equal keys, where they are allowed, all stay.
fn lines<'a>(bytes: &'a [u8], options: &ReadOptions) -> Result<Vec<Line<'a>>, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { limit: "64 MiB" });
    }
    let mut lines = Vec::new();
    let mut seen = HashMap::new();
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        if line.is_empty() {
            continue;
        }
        let at = Position {
            line: number,
            column: 1,
        };
        let line = Line::read(line, at)?;
        if let Line::Pair { key, .. } = line
            && let Some(first) = seen.insert(key, number)
            && !options.allow_duplicates
        {
            return Err(ReadError::DuplicateKey {
                at,
                first,
                key: Key::from(key),
            });
        }
        lines.push(line);
    }
    Ok(lines)
}

fn check_key(key: &Key, metadata: Option<&Map>) -> Result<(), WriteError> {
    let bytes = key.as_bytes();
    let reserved = metadata.is_some() && bytes.starts_with(METADATA_PREFIX);
    let broken = bytes.starts_with(b"#") || bytes.iter().any(|byte| b"=\n".contains(byte));
    if reserved || broken {
        return Err(WriteError::Key { key: key.clone() });
    }
    Ok(())
}

fn check_text(text: &Text, metadata: Option<&Map>) -> Result<(), WriteError> {
    if metadata.is_some() && text.expose().windows(2).any(|pair| pair == br"\n") {
        return Err(WriteError::Shape(
            "dotenv cannot hold a backslash before an n",
        ));
    }
    Ok(())
}

fn write_comment(text: &Text, out: &mut Vec<u8>) {
    for line in text.expose().split(|&byte| byte == b'\n') {
        out.push(b'#');
        out.extend_from_slice(line);
        out.push(b'\n');
    }
}

fn write_pair(key: &[&[u8]], text: &Text, out: &mut Vec<u8>) {
    for part in key {
        out.extend_from_slice(part);
    }
    out.push(b'=');
    out.extend_from_slice(text.expose());
    out.push(b'\n');
}

#[cfg(test)]
mod tests;

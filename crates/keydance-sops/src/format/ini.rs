//! INI in the dialect of the Go library `ini.v1`, which is the one of sops.
//!
//! The tree is a map of sections, each a map of scalars. What stands before the first header is
//! the section `DEFAULT`, which is always first, though it may be empty. A section may stand
//! several times and stays several. The comment lines above a header or key, with what stands
//! behind it on its line, are one comment; in the tree it comes first in its section, or after
//! its key. Comments with nothing below them are lost. The metadata are flattened into a section
//! `sops`.
//!
//! A header is all between `[` and the last `]` of its line. A key ends at the first `=` or `:`;
//! it may be put in `` ` ``, `"` or `"""`. A value is one of these, without blanks around it:
//!
//! - `` `…` `` or `"""…"""`, taken literally: up to the last such quote on the line, else up to the
//!   last one on the first line below that has any and does not end in `\`
//! - text that ends in `\`, to which the next line is joined, and so on
//! - text up to the first `#` or `;`, which starts a comment; then `"` or `'` around it are taken
//!   off if there is no other such quote in it

use super::flat::{flatten, unflatten};
use super::{Encrypted, ReadError, ReadOptions, WriteError, WriteOptions};
use crate::tree::{Entry, Key, Map, Tree, Value};

mod blank;
mod quote;
mod read;
mod write;

/// Of UTF-8, big-endian and little-endian UTF-16; the last two are skipped as well, to no avail.
const BYTE_ORDER_MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"];

const DEFAULT_SECTION: &[u8] = b"DEFAULT";
const METADATA_SECTION: &[u8] = b"sops";

/// Reads a file whose sections are all content, one named `sops` too.
pub(crate) fn read_plain(bytes: &[u8], options: &ReadOptions) -> Result<Tree, ReadError> {
    Ok(Tree {
        documents: vec![read::document(bytes, options)?],
    })
}

/// Reads a file whose section `sops` holds metadata.
pub(crate) fn read_encrypted(bytes: &[u8], options: &ReadOptions) -> Result<Encrypted, ReadError> {
    let mut document = read::document(bytes, options)?;
    let (metadata, content): (Vec<_>, Vec<_>) = document.entries.into_iter().partition(is_metadata);
    let section = match metadata.as_slice() {
        [Entry::Pair(_, Value::Map(section))] => section,
        [] => return Err(ReadError::NoMetadata),
        _ => return Err(ReadError::Metadata("the section sops stands twice")),
    };
    let lines = section.pairs().filter_map(|(key, value)| match value {
        Value::Text(text) => Some((key.as_bytes(), text.expose())),
        _ => None,
    });
    let metadata = unflatten(lines)?;
    document.entries = content;
    Ok(Encrypted {
        tree: Tree {
            documents: vec![document],
        },
        metadata,
        has_other_copies: false,
    })
}

/// Writes a tree, and behind it the metadata if there are any.
///
/// As with sops, a comment is only written if it comes first in a section or is the last one
/// after a key. Refuses names that would read back as others: a section's if it is empty, has a
/// line break, or is `sops` beside metadata; a key's if it is empty or `-`, has a line break,
/// blanks around it, or both `` ` `` and `"` in it. A value is refused if both `` ` `` and `"""`
/// stand in it before its last line.
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
    let Some(metadata) = metadata else {
        return write::sections(document.pairs());
    };
    let key = Key::from(METADATA_SECTION);
    if document.entries.iter().any(is_metadata) {
        return Err(WriteError::Key { key });
    }
    let mut section = Map::default();
    for (name, text) in flatten(metadata) {
        section.push(name, text);
    }
    write::sections(document.pairs().chain([(&key, &Value::Map(section))]))
}

fn is_metadata(entry: &Entry) -> bool {
    matches!(entry, Entry::Pair(key, _) if key.as_bytes() == METADATA_SECTION)
}

#[cfg(test)]
mod tests;

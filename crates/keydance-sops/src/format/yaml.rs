//! YAML in the dialect of go-yaml 3: the structure of YAML 1.2, with what is left of 1.1 in the
//! types of its scalars.
//!
//! Reading goes from text to nodes, which know their place in the source, and from nodes to a
//! tree, where aliases have become copies and scalars have found their types.

use zeroize::Zeroizing;

use super::{MAX_DEPTH, ReadError, WriteOptions};
use crate::tree::Tree;

pub(crate) use patch::{Wanted, patch};
pub(crate) use writer::{write, write_value};

mod breaks;
mod expand;
mod frame;
mod node;
mod patch;
mod pending;
mod reader;
mod scalar;
mod source;
mod syntax;
mod timestamp;

mod implicit;
mod string_style;
mod writer;

/// More than [`MAX_DEPTH`].
const TOO_DEEP: &str = "512 levels";

/// The most nodes of a file, comments included, aliases expanded.
const MAX_NODES: usize = 10_000_000;
const TOO_MANY_NODES: &str = "10 million nodes";

/// The most nodes of a file for each node of its source.
const MAX_EXPANSION: usize = 100;
const TOO_MUCH_EXPANSION: &str = "100 nodes for each node without aliases";

/// The most lines of comments below a key or dash. The parser keeps them until it knows whether a
/// value follows, at 300 bytes each.
const MAX_COMMENT_RUN: usize = 100_000;
const TOO_MANY_COMMENTS: &str = "100,000 comments below a key or dash";

/// Reads the documents of a stream, metadata included.
pub(crate) fn read(bytes: &[u8]) -> Result<Tree, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::NoDocument);
    }
    match source::utf16(bytes)? {
        Some(text) => read_text(&text),
        None => read_text(source::utf8(bytes)?),
    }
}

/// Whether a file is laid out as it would be written, comments, metadata and all.
pub(crate) fn is_canonical(bytes: &[u8], options: &WriteOptions) -> bool {
    let written = read(bytes)
        .ok()
        .and_then(|tree| write(&tree, None, options).ok());
    written
        .map(Zeroizing::new)
        .is_some_and(|written| *written == bytes)
}

fn read_text(text: &str) -> Result<Tree, ReadError> {
    match breaks::unify(text) {
        Some(unified) => expand::tree(&reader::read(&unified.text, &unified.separators)?),
        None => expand::tree(&reader::read(text, &[])?),
    }
}

#[cfg(test)]
mod tests;

//! Whether a text reads as the tree it was made for.

use super::Wanted;
use crate::format::METADATA_KEY;
use crate::tree::{Entry, Item, Map, Tree, Value};

/// Whether a tree that was read, metadata among its entries, is the wanted one.
pub(super) fn is_wanted(read: &Tree, wanted: &Wanted<'_>) -> bool {
    let documents = &wanted.tree.documents;
    read.documents.len() == documents.len()
        && read
            .documents
            .iter()
            .zip(documents)
            .all(|(read, document)| is_document(read, document, wanted.metadata))
}

fn is_document(read: &Map, document: &Map, metadata: Option<&Map>) -> bool {
    let (found, rest): (Vec<&Entry>, Vec<&Entry>) =
        read.entries.iter().partition(|entry| is_metadata(entry));
    let is_found = match (found.as_slice(), metadata) {
        ([], None) => true,
        ([Entry::Pair(_, Value::Map(found))], Some(metadata)) => {
            same_entries(found.entries.iter(), metadata)
        }
        _ => false,
    };
    is_found && same_entries(rest.into_iter(), document)
}

fn is_metadata(entry: &Entry) -> bool {
    matches!(entry, Entry::Pair(key, _) if key.as_bytes() == METADATA_KEY.as_bytes())
}

fn same_entries<'e>(read: impl Iterator<Item = &'e Entry>, wanted: &'e Map) -> bool {
    let same = |pair: (&Entry, &Entry)| match pair {
        (Entry::Pair(read_key, read), Entry::Pair(key, value)) => {
            read_key == key && same_value(read, value)
        }
        (read, wanted) => read == wanted,
    };
    all_same(read, wanted.entries.iter(), same)
}

/// A whole float that is written without a point reads as an integer, as in stock.
fn same_value(read: &Value, wanted: &Value) -> bool {
    match (read, wanted) {
        (Value::Map(read), Value::Map(wanted)) => same_entries(read.entries.iter(), wanted),
        (Value::List(read), Value::List(wanted)) => {
            let same = |pair: (&Item, &Item)| match pair {
                (Item::Value(read), Item::Value(wanted)) => same_value(read, wanted),
                (read, wanted) => read == wanted,
            };
            all_same(read.iter(), wanted.iter(), same)
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "the spelling decides"
        )]
        (Value::Int(read), Value::Float(wanted)) => *read as f64 == *wanted,
        (read, wanted) => read == wanted,
    }
}

fn all_same<T: Copy>(
    mut read: impl Iterator<Item = T>,
    mut wanted: impl Iterator<Item = T>,
    same: impl Fn((T, T)) -> bool,
) -> bool {
    loop {
        match (read.next(), wanted.next()) {
            (None, None) => return true,
            (Some(read), Some(wanted)) if same((read, wanted)) => {}
            _ => return false,
        }
    }
}

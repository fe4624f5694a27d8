//! Any bytes: plain they are the file, encrypted they are one value of a JSON object.
//!
//! Encrypted files are read as JSON.

use super::{WriteError, WriteOptions, json};
use crate::tree::{Map, Tree, Value};

/// The key of the value that holds the bytes.
const DATA_KEY: &str = "data";

/// Reads a plain file, which can be anything.
#[must_use]
pub(crate) fn read(input: &[u8]) -> Tree {
    let mut document = Map::default();
    document.push(DATA_KEY, Value::Text(input.into()));
    Tree {
        documents: vec![document],
    }
}

/// Writes an encrypted file if there are metadata, otherwise the bytes themselves.
///
/// # Errors
///
/// Not exactly one document; without metadata, no string under the key `data`.
pub(crate) fn write(
    tree: &Tree,
    metadata: Option<&Map>,
    options: &WriteOptions,
) -> Result<Vec<u8>, WriteError> {
    if metadata.is_some() {
        return json::write(tree, metadata, options);
    }
    let [document] = tree.documents.as_slice() else {
        return Err(WriteError::DocumentCount {
            count: tree.documents.len(),
        });
    };
    match document.value(DATA_KEY.as_bytes()) {
        Some(Value::Text(text)) => Ok(text.expose().to_vec()),
        Some(_) => Err(WriteError::Shape("the value of `data` is no string")),
        None => Err(WriteError::Shape("there is no `data` to write as binary")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Text;

    #[test]
    fn a_plain_file_is_one_value_and_comes_out_as_it_was() {
        for bytes in [&b""[..], b"text\n", b"\xff\0\xfe", b"{\"data\": 1}"] {
            let tree = read(bytes);
            assert_eq!(
                tree.documents[0].value(b"data"),
                Some(&Value::Text(Text::from(bytes)))
            );
            assert_eq!(write(&tree, None, &WriteOptions::default()).unwrap(), bytes);
        }
    }

    #[test]
    fn an_encrypted_file_is_json() {
        let mut metadata = Map::default();
        metadata.push("mac", "m");
        let written = write(&read(b""), Some(&metadata), &WriteOptions::default()).unwrap();
        let expected = "{\n\t\"data\": \"\",\n\t\"sops\": {\n\t\t\"mac\": \"m\"\n\t}\n}\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn a_tree_without_a_string_as_data_cannot_be_written() {
        let options = WriteOptions::default();
        let mut tree = Tree {
            documents: vec![Map::default()],
        };
        assert!(matches!(
            write(&tree, None, &options),
            Err(WriteError::Shape(_))
        ));
        tree.documents[0].push("data", 1);
        assert!(matches!(
            write(&tree, None, &options),
            Err(WriteError::Shape(_))
        ));
        tree.documents.push(Map::default());
        let count = WriteError::DocumentCount { count: 2 };
        assert_eq!(write(&tree, None, &options), Err(count));
    }
}

//! Writing JSON as the Go library does, comments left out.

use crate::format::output::Output;
use crate::format::{MAX_DEPTH, METADATA_KEY, WriteError, WriteOptions, float};
use crate::tree::{Item, Map, Tree, Value};

/// Writes a file of one document, with the metadata as its last entry if there are any.
///
/// # Errors
///
/// Not exactly one document; a float that is infinite or not a number; nesting deeper than 512.
pub(crate) fn write(
    tree: &Tree,
    metadata: Option<&Map>,
    options: &WriteOptions,
) -> Result<Vec<u8>, WriteError> {
    let [document] = tree.documents.as_slice() else {
        return Err(WriteError::DocumentCount {
            count: tree.documents.len(),
        });
    };
    let mut writer = Writer::new(options);
    writer.object(document, metadata)?;
    writer.output.push(b"\n");
    Ok(writer.output.into_bytes())
}

/// Writes a value alone, without a final newline, as stock does with a part of a file.
pub(crate) fn write_value(value: &Value, options: &WriteOptions) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(options);
    writer.value(value)?;
    Ok(writer.output.into_bytes())
}

struct Writer {
    output: Output,
    /// Blanks per level, or a tab.
    indent: Option<usize>,
    depth: usize,
}

impl Writer {
    fn new(options: &WriteOptions) -> Self {
        Self {
            output: Output::default(),
            indent: options.json_indent,
            depth: 0,
        }
    }

    fn object(&mut self, map: &Map, metadata: Option<&Map>) -> Result<(), WriteError> {
        self.open("{")?;
        let mut is_first = true;
        for (key, value) in map.pairs() {
            self.member(key.as_bytes(), is_first);
            self.value(value)?;
            is_first = false;
        }
        if let Some(metadata) = metadata {
            self.member(METADATA_KEY.as_bytes(), is_first);
            self.object(metadata, None)?;
            is_first = false;
        }
        self.close("}", is_first);
        Ok(())
    }

    fn list(&mut self, items: &[Item]) -> Result<(), WriteError> {
        self.open("[")?;
        let mut is_first = true;
        for item in items {
            if let Item::Value(value) = item {
                self.separate(is_first);
                self.value(value)?;
                is_first = false;
            }
        }
        self.close("]", is_first);
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), WriteError> {
        match value {
            Value::Bool(truth) => self.word(&truth.to_string()),
            Value::Float(number) => self.word(&float::json(*number).ok_or(WriteError::Shape(
                "a float is infinite or not a number, which JSON cannot hold",
            ))?),
            Value::Int(number) => self.word(&number.to_string()),
            Value::List(items) => return self.list(items),
            Value::Map(map) => return self.object(map, None),
            Value::Null => self.word("null"),
            Value::Text(text) => self.string(text.expose()),
            Value::Time(time) => self.string(time.to_string().as_bytes()),
        }
        Ok(())
    }

    fn open(&mut self, bracket: &str) -> Result<(), WriteError> {
        if self.depth >= MAX_DEPTH {
            return Err(WriteError::Shape(
                "maps and lists are nested more than 512 deep",
            ));
        }
        self.depth = self.depth.saturating_add(1);
        self.word(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: &str, is_empty: bool) {
        self.depth = self.depth.saturating_sub(1);
        if !is_empty {
            self.break_line();
        }
        self.word(bracket);
    }

    fn member(&mut self, key: &[u8], is_first: bool) {
        self.separate(is_first);
        self.string(key);
        self.word(": ");
    }

    fn separate(&mut self, is_first: bool) {
        if !is_first {
            self.word(",");
        }
        self.break_line();
    }

    fn break_line(&mut self) {
        self.word("\n");
        match self.indent {
            None => (0..self.depth).for_each(|_| self.output.push(b"\t")),
            Some(blanks) => self.output.push_blanks(blanks.saturating_mul(self.depth)),
        }
    }

    fn word(&mut self, text: &str) {
        self.output.push(text.as_bytes());
    }

    /// Writes a string; each byte that is not UTF-8 becomes the escape of U+FFFD.
    fn string(&mut self, bytes: &[u8]) {
        self.word("\"");
        for chunk in bytes.utf8_chunks() {
            for piece in chunk.valid().split_inclusive(needs_escape) {
                let mut characters = piece.chars();
                match characters.next_back().filter(|last| needs_escape(*last)) {
                    Some(last) => {
                        self.word(characters.as_str());
                        self.escape(last);
                    }
                    None => self.word(piece),
                }
            }
            chunk.invalid().iter().for_each(|_| self.word("\\ufffd"));
        }
        self.word("\"");
    }

    fn escape(&mut self, character: char) {
        match character {
            '"' => self.word("\\\""),
            '\\' => self.word("\\\\"),
            '\u{8}' => self.word("\\b"),
            '\u{c}' => self.word("\\f"),
            '\n' => self.word("\\n"),
            '\r' => self.word("\\r"),
            '\t' => self.word("\\t"),
            other => self.word(&format!("\\u{:04x}", u32::from(other))),
        }
    }
}

/// What Go escapes: control characters, quotes, and what HTML or JavaScript would take for more
/// than text.
const fn needs_escape(character: char) -> bool {
    matches!(
        character,
        ..' ' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests;

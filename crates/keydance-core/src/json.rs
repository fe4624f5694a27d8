//! JSON as requests may send it, and the one way to write it that can be hashed.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep arrays and objects may be nested.
pub const MAX_DEPTH: usize = 64;
/// How many values, scalars included, one text may hold.
pub const MAX_NODES: usize = 50_000;

/// The text is no JSON we accept. It says where, and nothing of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub fault: JsonFault,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1; 0 where the line has none.
    pub column: usize,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// An object names a field twice.
    #[error("a name is used twice")]
    DuplicateName,
    /// No JSON, not UTF-8, a number out of range, or something after the end.
    #[error("not valid JSON")]
    Syntax,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested too deep")]
    TooDeep,
    /// More than [`MAX_NODES`] values.
    #[error("too many values")]
    TooMany,
}

/// Reads exactly one JSON value: UTF-8, no name twice in an object, at most [`MAX_DEPTH`] deep and
/// [`MAX_NODES`] long, finite numbers, nothing behind it (security contract 8).
///
/// # Errors
/// Where the text stops being such JSON.
pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
    let mut limits = Limits::default();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let node = Node {
        depth: 0,
        limits: &mut limits,
    };
    node.deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|e| JsonError {
            fault: limits.fault.unwrap_or(JsonFault::Syntax),
            line: e.line(),
            column: e.column(),
        })
}

/// Writes `value` in the form of RFC 8785: names sorted, no blanks, numbers as IEEE 754 doubles.
pub fn canonical(value: &Value) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "only a number that is not finite or a failing writer can fail; a Value holds no such number and a Vec does not fail"
    )]
    serde_json_canonicalizer::to_vec(value).expect("a JSON value has a canonical form")
}

/// Takes the object out of `{"data": {…}}`; anything else is the body itself (contract 2.1).
pub fn data(body: Value) -> Value {
    unwrap_if(body, Value::is_object)
}

/// Like [`data`], for routes that take a list: `{"data": […]}` is unwrapped too.
pub fn data_list(body: Value) -> Value {
    unwrap_if(body, |inner| inner.is_object() || inner.is_array())
}

/// Appends `text` as a JSON string, escaped as RFC 8785 wants it.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| escaped_len(byte) > 1) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else {
            break;
        };
        write_escape(out, byte);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// How many bytes at most [`write_text`] appends for `text`.
pub(crate) fn text_len(text: &str) -> usize {
    text.bytes()
        .map(escaped_len)
        .sum::<usize>()
        .saturating_add(2)
}

fn escaped_len(byte: u8) -> usize {
    match byte {
        0..0x20 => 6,
        b'"' | b'\\' => 2,
        _ => 1,
    }
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        b'"' | b'\\' => byte,
        _ => {
            let low = b"0123456789abcdef".get(usize::from(byte & 0xf));
            let high = if byte < 0x10 { b'0' } else { b'1' };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high]);
            out.extend(low);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn unwrap_if(mut body: Value, wanted: impl Fn(&Value) -> bool) -> Value {
    match body.get_mut("data") {
        Some(inner) if wanted(inner) => inner.take(),
        _ => body,
    }
}

/// What has been used of the limits, and which fault stopped the reading.
#[derive(Default)]
struct Limits {
    nodes: usize,
    fault: Option<JsonFault>,
}

impl Limits {
    /// Remembers the fault; the error only carries the position.
    fn stop<E: serde::de::Error>(&mut self, fault: JsonFault) -> E {
        self.fault = Some(fault);
        E::custom(fault)
    }
}

/// Reads one value at `depth` enclosing arrays and objects.
struct Node<'a> {
    depth: usize,
    limits: &'a mut Limits,
}

impl Node<'_> {
    fn inner(&mut self) -> Node<'_> {
        Node {
            depth: self.depth,
            limits: self.limits,
        }
    }

    fn descend<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.limits.stop(JsonFault::TooDeep));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.limits.nodes = self.limits.nodes.saturating_add(1);
        if self.limits.nodes > MAX_NODES {
            return Err(self.limits.stop(JsonFault::TooMany));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not finite"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        self.descend()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self.inner())? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Value, A::Error> {
        self.descend()?;
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if fields.contains_key(&name) {
                return Err(self.limits.stop(JsonFault::DuplicateName));
            }
            let value = object.next_value_seed(self.inner())?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests;

//! Reading JSON as stock does, but for what stock should refuse: bytes behind the object, keys
//! that repeat, input that ends too early.

use std::collections::HashMap;

use crate::format::output::Output;
use crate::format::{MAX_DEPTH, Position, ReadError};
use crate::tree::{Entry, Item, Key, Map, Tree, Value};

/// How many values a file may hold.
const MAX_VALUES: usize = 10_000_000;

/// Reads a file of one object. Metadata are an entry like any other.
///
/// # Errors
///
/// Bytes that are no object; keys that repeat; a number beyond the range of a float; more than 512
/// levels or 10 million values.
pub(crate) fn read(input: &[u8]) -> Result<Tree, ReadError> {
    let mut reader = Reader {
        input,
        at: 0,
        values: 0,
    };
    reader.skip_blanks();
    match reader.peek() {
        Some(b'{') => reader.skip(),
        Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
            return Err(ReadError::NotAMap {
                at: reader.position(reader.at),
            });
        }
        Some(_) => return Err(reader.syntax("an object must start here")),
        None => return Err(reader.syntax("the input ends where an object must start")),
    }
    let document = reader.object(1)?;
    reader.skip_blanks();
    match reader.peek() {
        Some(_) => Err(reader.syntax("nothing may follow the object")),
        None => Ok(Tree {
            documents: vec![document],
        }),
    }
}

/// Reads one value of any kind, with nothing but blanks around it.
///
/// # Errors
///
/// As [`read`], but for what an object demands.
pub(crate) fn read_value(input: &[u8]) -> Result<Value, ReadError> {
    let mut reader = Reader {
        input,
        at: 0,
        values: 0,
    };
    reader.skip_blanks();
    let value = reader.value(1)?;
    reader.skip_blanks();
    match reader.peek() {
        Some(_) => Err(reader.syntax("nothing may follow the value")),
        None => Ok(value),
    }
}

struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    values: usize,
}

impl<'a> Reader<'a> {
    /// Reads an object behind its brace.
    fn object(&mut self, depth: usize) -> Result<Map, ReadError> {
        self.check_depth(depth)?;
        let mut map = Map::default();
        let mut starts = Vec::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(map);
        }
        loop {
            self.skip_blanks();
            let start = self.at;
            if !self.take(b'"') {
                return Err(self.syntax("a key in quotes must stand here"));
            }
            let key = Key::from(self.string()?.into_bytes());
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.syntax("a colon must stand here"));
            }
            let value = self.value(depth)?;
            map.entries.push(Entry::Pair(key, value));
            starts.push(start);
            if !self.has_next(b'}', "a comma or the end of the object must stand here")? {
                self.refuse_duplicates(&map, &starts)?;
                return Ok(map);
            }
        }
    }

    /// Reads a list behind its bracket.
    fn list(&mut self, depth: usize) -> Result<Vec<Item>, ReadError> {
        self.check_depth(depth)?;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(items);
        }
        loop {
            items.push(Item::Value(self.value(depth)?));
            if !self.has_next(b']', "a comma or the end of the list must stand here")? {
                return Ok(items);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, ReadError> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_VALUES {
            return Err(ReadError::TooLarge {
                limit: "10 million values",
            });
        }
        self.skip_blanks();
        let start = self.at;
        let inner = depth.saturating_add(1);
        match self.next() {
            Some(b'{') => Ok(Value::Map(self.object(inner)?)),
            Some(b'[') => Ok(Value::List(self.list(inner)?)),
            Some(b'"') => Ok(Value::Text(self.string()?.into_bytes().into())),
            Some(b't') => self.literal(b"rue", Value::Bool(true), start),
            Some(b'f') => self.literal(b"alse", Value::Bool(false), start),
            Some(b'n') => self.literal(b"ull", Value::Null, start),
            Some(b'-' | b'0'..=b'9') => self.number(start),
            Some(_) => Err(self.syntax_at(start, "a value must stand here")),
            None => Err(self.syntax("the input ends where a value must stand")),
        }
    }

    fn literal(&mut self, rest: &[u8], value: Value, start: usize) -> Result<Value, ReadError> {
        if self.rest().starts_with(rest) {
            self.at = self.at.saturating_add(rest.len());
            return Ok(value);
        }
        Err(self.syntax_at(start, "a value must stand here"))
    }

    /// Reads a number from its first byte on: an integer if it looks like one and fits, otherwise a
    /// float.
    fn number(&mut self, start: usize) -> Result<Value, ReadError> {
        let no_number = "a number must be written as JSON has it";
        self.at = start;
        self.take(b'-');
        if !self.take(b'0') && self.skip_digits() == 0 {
            return Err(self.syntax(no_number));
        }
        let mut is_integer = true;
        if self.take(b'.') {
            is_integer = false;
            if self.skip_digits() == 0 {
                return Err(self.syntax(no_number));
            }
        }
        if self.take(b'e') || self.take(b'E') {
            is_integer = false;
            let _has_sign = self.take(b'+') || self.take(b'-');
            if self.skip_digits() == 0 {
                return Err(self.syntax(no_number));
            }
        }
        let bytes = self.input.get(start..self.at).unwrap_or_default();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if let Some(number) = text.parse().ok().filter(|_| is_integer) {
            return Ok(Value::Int(number));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(self.syntax_at(start, "a number exceeds the range of a float")),
        }
    }

    /// Reads a string behind its opening quote. Bytes that are not UTF-8 become U+FFFD, each of
    /// them.
    fn string(&mut self) -> Result<Output, ReadError> {
        let mut text = Output::default();
        loop {
            let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..b' ');
            let length = self.rest().iter().take_while(is_plain).count();
            let end = self.at.saturating_add(length);
            let run = self.input.get(self.at..end).unwrap_or_default();
            self.at = end;
            for chunk in run.utf8_chunks() {
                text.push(chunk.valid().as_bytes());
                chunk
                    .invalid()
                    .iter()
                    .for_each(|_| text.push_char(char::REPLACEMENT_CHARACTER));
            }
            match self.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.push_char(self.escape()?),
                Some(_) => return Err(self.syntax_at(end, "a control character must be escaped")),
                None => return Err(self.syntax("the input ends within a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ReadError> {
        let start = self.at;
        Ok(match self.next() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.syntax_at(start, "JSON has no such escape")),
        })
    }

    /// Reads the digits behind `\u`, and those of a second escape if the two are a surrogate pair.
    /// A lone surrogate is U+FFFD.
    fn unicode(&mut self) -> Result<char, ReadError> {
        let Some(unit) = hexadecimal(self.rest()) else {
            return Err(self.syntax("four hexadecimal digits must stand here"));
        };
        self.at = self.at.saturating_add(4);
        let next = self.rest().strip_prefix(b"\\u").and_then(hexadecimal);
        let units = [Some(unit), next].into_iter().flatten();
        let character = char::decode_utf16(units).next().and_then(Result::ok);
        if character.is_some_and(|character| character > '\u{ffff}') {
            self.at = self.at.saturating_add(6);
        }
        Ok(character.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn refuse_duplicates(&self, map: &Map, starts: &[usize]) -> Result<(), ReadError> {
        let mut firsts = HashMap::with_capacity(starts.len());
        for ((key, _), start) in map.pairs().zip(starts) {
            if let Some(first) = firsts.insert(key, *start) {
                let at = self.position(*start);
                let first = self.position(first).line;
                return Err(ReadError::DuplicateKey {
                    at,
                    first,
                    key: key.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether a comma follows, and not the end of the object or list.
    fn has_next(&mut self, end: u8, problem: &'static str) -> Result<bool, ReadError> {
        self.skip_blanks();
        let start = self.at;
        match self.next() {
            Some(b',') => Ok(true),
            Some(byte) if byte == end => Ok(false),
            _ => Err(self.syntax_at(start, problem)),
        }
    }

    fn check_depth(&self, depth: usize) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(ReadError::TooLarge {
                limit: "512 nested maps and lists",
            });
        }
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.skip();
        Some(byte)
    }

    fn skip(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take(&mut self, expected: u8) -> bool {
        let is_there = self.peek() == Some(expected);
        if is_there {
            self.skip();
        }
        is_there
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.skip();
        }
    }

    fn skip_digits(&mut self) -> usize {
        let count = self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at = self.at.saturating_add(count);
        count
    }

    fn syntax(&self, problem: &'static str) -> ReadError {
        self.syntax_at(self.at, problem)
    }

    fn syntax_at(&self, offset: usize, problem: &'static str) -> ReadError {
        ReadError::Syntax {
            at: self.position(offset),
            problem,
        }
    }

    /// Counts up to the offset: done once, for the error that ends the reading.
    fn position(&self, offset: usize) -> Position {
        let before = self.input.get(..offset).unwrap_or(self.input);
        let line_start = before.iter().rposition(|byte| *byte == b'\n');
        let line = before
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            .saturating_add(1);
        let in_line = before
            .iter()
            .skip(line_start.map_or(0, |last| last.saturating_add(1)));
        let characters = in_line.filter(|byte| !matches!(byte, 0x80..=0xbf)).count();
        Position {
            line,
            column: characters.saturating_add(1),
        }
    }
}

/// The number that four hexadecimal digits stand for.
fn hexadecimal(text: &[u8]) -> Option<u16> {
    let digits = text
        .first_chunk::<4>()
        .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;

//! Random trees, as hostile as each format can hold.

use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::tree::{Comment, Entry, Item, Key, Map, Text, Time, Tree, Value};

use crate::departures;
use crate::rng::Rng;

/// A tree that stands in a file with many others, under keys of its own.
#[derive(Default)]
pub(crate) struct Branch {
    pub(crate) entries: Vec<Entry>,
}

/// What a file can hold.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) format: Format,
    /// Whether two comments may follow each other in a list.
    pub(crate) comment_runs: bool,
}

/// Makes branches for one kind of file.
pub(crate) struct Forest {
    kind: Kind,
    rng: Rng,
}

/// Pieces of strings and keys: what YAML, JSON, dotenv and INI give a meaning, and what is not
/// printed.
const PIECES: [&str; 66] = [
    "a", "b", "key", "value", "0", "7", "1.5", "true", "null", "~", "-", "- ", "?", "? ", ":",
    ": ", "#", " #", "'", "\"", "\\", "\\n", "\n", "\n\n", " ", "  ", "\t", "\r", "\r\n", "\u{85}",
    "\u{2028}", "\u{2029}", "\u{feff}", "😀", "é", "ключ", "{", "}", "[", "]", ",", "&", "*", "!",
    "|", ">", "%", "@", "`", "---", "...", "<<", "=", "\0", "\x07", "\x1b", "\x7f", "\u{a0}",
    "\u{fffe}", "ENC[", ";", "$", "/", "<", "export ", "_plain",
];

/// Strings that a reader may take for something else, or that are very much themselves.
const WHOLE: [&str; 32] = [
    "",
    "yes",
    "No",
    "on",
    "1:30",
    "190:20:30",
    "0x1F",
    "0o17",
    "017",
    "1_000",
    "+1",
    "-0",
    "1e3",
    ".5",
    ".inf",
    "-.INF",
    ".nan",
    "NaN",
    "2025-01-02",
    "2025-01-02T03:04:05Z",
    "2025-01-02 3:4:5",
    "null",
    "~",
    "true",
    "<<",
    "=",
    "---",
    "...",
    "!!str",
    "&a",
    "*a",
    "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]",
];

const COMMENTS: [&str; 10] = [
    "",
    " note",
    " secret below",
    " keep it plain",
    "no blank",
    "# two",
    "\ttab",
    " é 😀",
    " a: b",
    "!",
];

/// Words that the rules of the tests select by.
const KEYS: [&str; 8] = [
    "a", "b", "data", "password", "x_plain", "y_secret", "pub", "n",
];

impl Forest {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        Self {
            kind,
            rng: Rng::new(seed),
        }
    }

    /// So many branches.
    pub(crate) fn branches(&mut self, count: usize) -> Vec<Branch> {
        (0..count).map(|number| self.writable(number)).collect()
    }

    /// A branch that is no error to write, and could have come out of a file.
    fn writable(&mut self, number: usize) -> Branch {
        loop {
            let branch = self.branch(number);
            if let Some(branch) = read_back(self.kind, &branch) {
                return branch;
            }
        }
    }

    fn branch(&mut self, number: usize) -> Branch {
        let mut entries = Vec::new();
        if self.has_comments() && self.rng.one_in(4) {
            entries.push(Entry::Comment(self.comment()));
        }
        match self.kind.format {
            Format::Dotenv => {
                for part in 0..=self.rng.below(4) {
                    let key = format!("T{number}_{part}{}", self.key_text());
                    entries.push(Entry::Pair(Key::from(key.as_str()), self.text()));
                }
            }
            Format::Ini => {
                let key = format!("section {number}");
                let section = self.section();
                entries.push(Entry::Pair(Key::from(key.as_str()), Value::Map(section)));
            }
            Format::Binary | Format::Json | Format::Yaml => {
                let key = format!("t{number}{}", self.key_text());
                let value = self.value(4);
                entries.push(Entry::Pair(Key::from(key.as_str()), value));
            }
        }
        Branch { entries }
    }

    fn section(&mut self) -> Map {
        let mut map = Map::default();
        for part in 0..self.rng.below(5) {
            if self.rng.one_in(5) {
                map.entries.push(Entry::Comment(self.comment()));
            }
            let key = format!("k{part}{}", self.key_text());
            map.entries
                .push(Entry::Pair(Key::from(key.as_str()), self.text()));
        }
        map
    }

    fn value(&mut self, room: usize) -> Value {
        match self.rng.below(if room == 0 { 8 } else { 13 }) {
            0..3 => self.text(),
            3 => Value::Bool(self.rng.one_in(2)),
            4 => Value::Int(self.int()),
            5 => Value::Float(self.float()),
            6 => Value::Null,
            7 if self.kind.format == Format::Yaml => Value::Time(self.time()),
            7 => Value::Int(self.int()),
            8..11 => Value::Map(self.map(room - 1)),
            _ => Value::List(self.list(room - 1)),
        }
    }

    fn map(&mut self, room: usize) -> Map {
        let mut map = Map::default();
        for _ in 0..self.rng.below(5) {
            if self.has_comments() && self.rng.one_in(5) {
                map.entries.push(Entry::Comment(self.comment()));
                continue;
            }
            let key = self.key_text();
            if map.value(key.as_bytes()).is_some() {
                continue;
            }
            let value = self.value(room);
            let is_scalar = !matches!(value, Value::List(_) | Value::Map(_));
            if self.has_comments() && is_scalar && self.rng.one_in(8) {
                let text = self.rng.pick(&COMMENTS);
                map.entries.push(Entry::Comment(Comment::inline(text)));
            }
            map.entries
                .push(Entry::Pair(Key::from(key.as_str()), value));
        }
        map
    }

    fn list(&mut self, room: usize) -> Vec<Item> {
        let mut items = Vec::new();
        for _ in 0..self.rng.below(5) {
            if self.has_comments() && self.rng.one_in(5) {
                items.push(Item::Comment(self.comment()));
                continue;
            }
            items.push(Item::Value(self.value(room)));
        }
        items
    }

    fn text(&mut self) -> Value {
        if self.rng.one_in(4) {
            return Value::from(self.rng.pick(&WHOLE));
        }
        let mut bytes = self.pieces().into_bytes();
        if matches!(self.kind.format, Format::Dotenv | Format::Yaml) && self.rng.one_in(20) {
            bytes.insert(self.rng.below(bytes.len() + 1), 0xff);
        }
        Value::Text(Text::from(bytes))
    }

    fn pieces(&mut self) -> String {
        if self.rng.one_in(30) {
            return "long word ".repeat(self.rng.below(40));
        }
        let pieces = (0..self.rng.below(7)).map(|_| self.rng.pick(&PIECES));
        pieces.collect()
    }

    fn key_text(&mut self) -> String {
        match self.rng.below(4) {
            0 if self.kind.format == Format::Yaml && self.rng.one_in(8) => {
                self.rng.pick(&WHOLE).to_owned()
            }
            0 => {
                let text = self.pieces();
                match self.kind.format {
                    Format::Dotenv => text.replace(['\n', '='], "_"),
                    Format::Ini => text.replace(['\n', '\r'], "_"),
                    _ => text,
                }
            }
            _ => self.rng.pick(&KEYS).to_owned(),
        }
    }

    fn comment(&mut self) -> Comment {
        Comment::line(self.rng.pick(&COMMENTS))
    }

    fn int(&mut self) -> i64 {
        let some = self.rng.next().cast_signed();
        self.rng
            .pick(&[0, 1, -1, 42, i64::MAX, i64::MIN, some, some >> 40])
    }

    fn float(&mut self) -> f64 {
        let any = f64::from_bits(self.rng.next());
        let small = f64::from(u32::try_from(self.rng.next() >> 40).unwrap()) / 8.0;
        let mut floats = vec![small, -small, 0.5, 1e21, 1e-7, 1.5e300, 5e-324, 1e15];
        if any.is_finite() {
            floats.push(any);
        }
        if self.kind.format == Format::Yaml {
            floats.extend([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, 1e6]);
        }
        self.rng.pick(&floats)
    }

    fn time(&mut self) -> Time {
        Time::parse(self.rng.pick(&[
            "2025-01-02T03:04:05Z",
            "2025-01-02T03:04:05.678+02:00",
            "0001-01-01T00:00:00Z",
            "1999-12-31T23:59:59.999999999-11:30",
        ]))
        .unwrap()
    }

    fn has_comments(&self) -> bool {
        !matches!(self.kind.format, Format::Binary | Format::Json)
    }
}

/// A branch as it comes out of a file. None if it does not, or if stock is wrong about it.
pub(crate) fn read_back(kind: Kind, branch: &Branch) -> Option<Branch> {
    let format = kind.format;
    let options = (WriteOptions::default(), ReadOptions::default());
    let tree = tree(format, std::slice::from_ref(branch));
    let written = format.write(&tree, None, &options.0).ok()?;
    let mut tree = format.read_plain(&written, &options.1).ok()?;
    let entries = std::mem::take(&mut tree.documents.first_mut()?.entries);
    let entries = entries.into_iter().filter(|entry| !is_empty_default(entry));
    let branch = Branch {
        entries: entries.collect(),
    };
    (!departures::is_any(kind, &branch.entries)).then_some(branch)
}

/// The section that every INI file has, if there is nothing in it.
fn is_empty_default(entry: &Entry) -> bool {
    match entry {
        Entry::Pair(key, Value::Map(map)) => key.as_bytes() == b"DEFAULT" && map.entries.is_empty(),
        _ => false,
    }
}

impl Branch {
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            entries: self.entries.iter().map(Entry::duplicate).collect(),
        }
    }
}

/// One file of all branches; in YAML of up to three documents.
pub(crate) fn tree(format: Format, branches: &[Branch]) -> Tree {
    let documents = if format == Format::Yaml { 3 } else { 1 };
    let length = branches.len().div_ceil(documents).max(1);
    let documents = branches.chunks(length).map(|branches| {
        let entries = branches.iter().flat_map(|branch| &branch.entries);
        Map {
            entries: entries.map(Entry::duplicate).collect(),
        }
    });
    Tree {
        documents: documents.collect(),
    }
}

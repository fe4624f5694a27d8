//! Everything that reads SOPS files or what stands in them: no input makes it panic, and what it
//! has read it can write and read again.

use keydance_sops::cipher::Cipher;
use keydance_sops::config::{Config, rule_path};
use keydance_sops::data_key::DataKey;
use keydance_sops::edit::{Extracted, extract, set, unset};
use keydance_sops::enc::Enc;
use keydance_sops::file::{File, Opened};
use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::metadata::Metadata;
use keydance_sops::path::{Step, TreePath};
use keydance_sops::random::{Random, RandomError};
use keydance_sops::scalar::Kind;
use keydance_sops::set_value::{BareNumber, from_json, of_kind};
use keydance_sops::tree::{Item, Map, Time, Tree, Value};

/// Bytes that are looked at: what is longer finds nothing new.
const LONGEST: usize = 1 << 16;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("sops_config", config),
    ("sops_dotenv", dotenv),
    ("sops_enc", enc),
    ("sops_ini", ini),
    ("sops_json", json),
    ("sops_metadata", metadata),
    ("sops_path", path),
    ("sops_yaml", yaml),
];

/// A YAML file.
pub fn yaml(input: &[u8]) {
    file(Format::Yaml, input);
}

/// A JSON file, or bytes in a JSON envelope.
pub fn json(input: &[u8]) {
    file(Format::Json, input);
    file(Format::Binary, input);
}

/// A dotenv file.
pub fn dotenv(input: &[u8]) {
    file(Format::Dotenv, input);
}

/// An INI file.
pub fn ini(input: &[u8]) {
    file(Format::Ini, input);
}

/// The text of an encrypted value: its parts stand in it, and it opens as nothing.
pub fn enc(input: &[u8]) {
    let input = cut(input);
    let Some(enc) = Enc::recognise(input) else {
        return;
    };
    let parts = [
        &b"ENC[AES256_GCM,data:"[..],
        enc.data,
        b",iv:",
        enc.iv,
        b",tag:",
        enc.tag,
        b",type:",
        enc.kind,
        b"]",
        enc.rest,
    ];
    assert!(parts.concat() == input, "the parts are not the whole");
    let mut map = Map::default();
    map.push("a", Value::Text(input.into()));
    let mut tree = Tree {
        documents: vec![map],
    };
    let scheme = keydance_sops::walk::Scheme {
        cipher: &Cipher::new(&key()),
        rule: &keydance_sops::select::Rule::UnencryptedSuffix("_unencrypted".to_owned()),
        mac_scope: Default::default(),
    };
    // Only whoever has the key writes what opens.
    let forged = keydance_sops::walk::decrypt(&mut tree, scheme).is_ok();
    assert!(!forged || enc.data.is_empty(), "forged");
}

/// Metadata, written as YAML.
pub fn metadata(input: &[u8]) {
    let Ok(tree) = Format::Yaml.read_plain(cut(input), &ReadOptions::default()) else {
        return;
    };
    let Some(map) = tree.documents.into_iter().next() else {
        return;
    };
    let Ok(read) = Metadata::from_map(map) else {
        return;
    };
    let written = read.to_map();
    let again = Metadata::from_map(written.duplicate()).ok();
    let again = again.map(|again| again.to_map());
    assert!(again == Some(written), "metadata change when written");
}

/// A configuration.
pub fn config(input: &[u8]) {
    let Ok((config, warnings)) = Config::parse(cut(input)) else {
        return;
    };
    let shown: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert!(shown.iter().all(|warning| !warning.is_empty()));
    for path in ["a.yaml", "secrets/b.json", ""] {
        let rule = config.creation_rule(rule_path("/home", path));
        if let Ok(Some(rule)) = rule {
            drop(rule.rule());
        }
        config.destination_rule(path).ok();
    }
    for format in [Format::Yaml, Format::Json, Format::Binary] {
        config.stores.write_options(format).ok();
    }
}

/// A path and, after a line break, a value to be set there.
pub fn path(input: &[u8]) {
    let input = cut(input);
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let (path, value) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    for kind in [Kind::Bool, Kind::Float, Kind::Int, Kind::Str, Kind::Time] {
        of_kind(value, kind).ok();
    }
    let Some(path) = std::str::from_utf8(path)
        .ok()
        .and_then(|path| TreePath::parse(path).ok())
    else {
        return;
    };
    for bare in [BareNumber::Float, BareNumber::AsWritten] {
        let Ok(value) = from_json(value, bare) else {
            continue;
        };
        let mut tree = small_tree();
        if set(&mut tree, &path, value.duplicate()).is_err() {
            continue;
        }
        // An item behind the end of a list is appended: the path finds it only by luck.
        if path.steps().iter().all(|step| matches!(step, Step::Key(_))) {
            let found = extract(copy(&tree), &path).ok();
            assert!(
                found.is_some_and(|found| is(&found, &value)),
                "set, but not there"
            );
            assert!(unset(&mut tree, &path).is_ok(), "there, but not unset");
        }
    }
}

fn file(format: Format, input: &[u8]) {
    let input = cut(input);
    for allow_duplicates in [false, true] {
        let options = ReadOptions {
            allow_duplicates,
            ..ReadOptions::DEFAULT
        };
        if let Ok(tree) = format.read_plain(input, &options) {
            comes_back(format, &tree, &options);
            opens_when_encrypted(format, tree);
        }
    }
    if let Ok(read) = File::read(format, input, &ReadOptions::default())
        && let Ok(written) = read.write(&WriteOptions::default())
    {
        let again = File::read(format, &written, &ReadOptions::default());
        let Ok(again) = again else {
            panic!("an encrypted file is not read as it was written");
        };
        assert!(
            again.metadata.to_map() == read.metadata.to_map(),
            "other metadata"
        );
        assert!(is_same(&again.tree, &read.tree), "another tree");
    }
}

/// What can be written reads back as the same, but for comments: where the end of several blocks
/// meets, no format says whose a comment is.
fn comes_back(format: Format, tree: &Tree, options: &ReadOptions) {
    let Ok(written) = format.write(tree, None, &WriteOptions::default()) else {
        return;
    };
    if format == Format::Binary {
        return;
    }
    let Ok(again) = format.read_plain(&written, options) else {
        panic!("a plain file is not read as it was written");
    };
    assert!(is_same(&again, tree), "another tree");
}

fn opens_when_encrypted(format: Format, tree: Tree) {
    let plain = copy(&tree);
    let Ok(now) = Time::parse("2026-01-02T03:04:05Z") else {
        return;
    };
    let new = Opened::new(format, tree, Metadata::new(Vec::new(), 0, None));
    let Ok(file) = new.seal(&key(), now, &mut Counting(0)) else {
        return;
    };
    let opened = file.open(&key()).map(|opened| opened.verify());
    let Ok(Ok(opened)) = opened else {
        panic!("what was encrypted does not open");
    };
    assert!(is_same(&opened.tree, &plain), "another tree");
}

/// Whether trees hold the same values.
fn is_same(one: &Tree, other: &Tree) -> bool {
    one.documents.len() == other.documents.len()
        && one
            .documents
            .iter()
            .zip(&other.documents)
            .all(|(one, other)| is_same_map(one, other))
}

fn is_same_map(one: &Map, other: &Map) -> bool {
    let keys = |map: &Map| map.pairs().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    let mut values = one.pairs().zip(other.pairs());
    keys(one) == keys(other) && values.all(|((_, one), (_, other))| is_same_value(one, other))
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => is_same_map(one, other),
        (Value::List(one), Value::List(other)) => {
            let (one, other) = (values(one), values(other));
            let mut both = one.iter().zip(&other);
            one.len() == other.len() && both.all(|(one, other)| is_same_value(one, other))
        }
        // A whole float is written without a point, so it comes back as an integer.
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            *int as f64 == *float
        }
        _ => one == other,
    }
}

fn values(items: &[Item]) -> Vec<&Value> {
    let values = items.iter().filter_map(|item| match item {
        Item::Comment(_) => None,
        Item::Value(value) => Some(value),
    });
    values.collect()
}

/// A tree to set things in.
fn small_tree() -> Tree {
    let mut inner = Map::default();
    inner.push("b", Value::List(vec![Item::Value("x".into())]));
    let mut map = Map::default();
    map.push("a", Value::Map(inner));
    map.push("c", "text");
    Tree {
        documents: vec![map],
    }
}

fn is(found: &Extracted, value: &Value) -> bool {
    match (found, value) {
        (Extracted::Text(found), Value::Text(value)) => found == value,
        (Extracted::Tree(found), Value::Map(value)) => found.documents.first() == Some(value),
        (Extracted::Value(found), value) => found == value,
        _ => false,
    }
}

fn copy(tree: &Tree) -> Tree {
    Tree {
        documents: tree.documents.iter().map(Map::duplicate).collect(),
    }
}

fn cut(input: &[u8]) -> &[u8] {
    input.get(..LONGEST).unwrap_or(input)
}

fn key() -> DataKey {
    DataKey::copy_of(b"0123456789abcdef0123456789abcdef")
}

/// Bytes that count: every IV is another one, and the same in every run.
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.0 = self.0.wrapping_add(1);
        for (byte, count) in bytes.iter_mut().zip(self.0.to_le_bytes().iter().cycle()) {
            *byte = *count;
        }
        Ok(())
    }
}

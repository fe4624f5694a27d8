use crate::format::json::{write, write_value};
use crate::format::{WriteError, WriteOptions};
use crate::tree::{Comment, Entry, Item, Map, Text, Time, Tree, Value};

fn written(document: Map, json_indent: Option<usize>) -> String {
    let options = WriteOptions {
        json_indent,
        ..WriteOptions::default()
    };
    let tree = Tree {
        documents: vec![document],
    };
    String::from_utf8(write(&tree, None, &options).unwrap()).unwrap()
}

fn written_value(value: impl Into<Value>) -> String {
    let bytes = write_value(&value.into(), &WriteOptions::default()).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn sample() -> Map {
    let mut inner = Map::default();
    inner.push("x", 1);
    let mut document = Map::default();
    document.push("a", inner);
    document.push(
        "l",
        [Value::Null, true.into()]
            .map(Item::Value)
            .into_iter()
            .collect::<Vec<_>>(),
    );
    document.push("m", Map::default());
    document.push("n", Vec::new());
    document
}

#[test]
fn levels_are_indented_with_tabs_or_blanks_or_not_at_all() {
    let tabs = "{\n\t\"a\": {\n\t\t\"x\": 1\n\t},\n\t\"l\": [\n\t\tnull,\n\t\ttrue\n\t],\n\t\"m\": {},\n\t\"n\": []\n}\n";
    assert_eq!(written(sample(), None), tabs);
    assert_eq!(written(sample(), Some(2)), tabs.replace('\t', "  "));
    assert_eq!(written(sample(), Some(0)), tabs.replace('\t', ""));
    assert_eq!(written(Map::default(), None), "{}\n");
}

#[test]
fn the_metadata_are_the_last_entry() {
    let mut metadata = Map::default();
    metadata.push("mac", "m");
    let tree = |document| Tree {
        documents: vec![document],
    };
    let options = WriteOptions {
        json_indent: Some(0),
        ..WriteOptions::default()
    };
    let sealed = write(&tree(sample()), Some(&metadata), &options).unwrap();
    assert!(
        String::from_utf8(sealed)
            .unwrap()
            .ends_with("[],\n\"sops\": {\n\"mac\": \"m\"\n}\n}\n")
    );
    let sealed = write(&tree(Map::default()), Some(&metadata), &options).unwrap();
    assert_eq!(sealed, b"{\n\"sops\": {\n\"mac\": \"m\"\n}\n}\n");
}

#[test]
fn comments_are_dropped() {
    let mut document = Map::default();
    document.entries.push(Entry::Comment(Comment::line(" c")));
    document.push("l", vec![Item::Comment(Comment::line(" c"))]);
    document.entries.push(Entry::Comment(Comment::inline(" c")));
    document.push(
        "m",
        vec![Item::Comment(Comment::line(" c")), Item::Value(1.into())],
    );
    assert_eq!(
        written(document, Some(0)),
        "{\n\"l\": [],\n\"m\": [\n1\n]\n}\n"
    );
}

#[test]
fn strings_escape_what_go_escapes() {
    let text = "\"\\\u{8}\u{c}\n\r\t\0\u{1f}<>&\u{2028}\u{2029}/\u{7f}é😀\u{fffd}\u{feff}";
    let expected = "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u003c\\u003e\\u0026\\u2028\\u2029/\u{7f}é😀\u{fffd}\u{feff}\"";
    assert_eq!(written_value(text), expected);
    let mut document = Map::default();
    document.push(text, 1);
    assert_eq!(
        written(document, Some(0)),
        format!("{{\n{expected}: 1\n}}\n")
    );
}

#[test]
fn each_byte_that_is_not_utf8_becomes_an_escape() {
    let text = Text::from(&b"a\xffb\xe2\x82\xf0\x9f\x98"[..]);
    let escape = "\\ufffd";
    assert_eq!(
        written_value(text),
        format!("\"a{escape}b{}\"", escape.repeat(5))
    );
}

#[test]
fn numbers_and_times_are_written_as_go_writes_them() {
    assert_eq!(written_value(i64::MIN), "-9223372036854775808");
    for (number, text) in [
        (1.0, "1"),
        (-0.0, "-0"),
        (1e21, "1e+21"),
        (1.5e-7, "1.5e-7"),
    ] {
        assert_eq!(written_value(Value::Float(number)), text);
    }
    let time = Time::parse("2025-01-02T03:04:05.5+02:00").unwrap();
    assert_eq!(
        written_value(Value::Time(time)),
        "\"2025-01-02T03:04:05.5+02:00\""
    );
}

#[test]
fn floats_without_a_number_are_refused() {
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let refused = write_value(&Value::Float(number), &WriteOptions::default());
        assert!(matches!(refused, Err(WriteError::Shape(_))));
    }
}

#[test]
fn a_file_has_exactly_one_document() {
    for count in [0, 2] {
        let tree = Tree {
            documents: (0..count).map(|_| Map::default()).collect(),
        };
        let refused = write(&tree, None, &WriteOptions::default());
        assert_eq!(refused, Err(WriteError::DocumentCount { count }));
    }
}

#[test]
fn nesting_is_written_to_depth_512_and_refused_beyond() {
    let nested = |depth| {
        (1..depth).fold(Value::List(Vec::new()), |list, _| {
            vec![Item::Value(list)].into()
        })
    };
    assert!(write_value(&nested(512), &WriteOptions::default()).is_ok());
    let refused = write_value(&nested(513), &WriteOptions::default());
    assert!(matches!(refused, Err(WriteError::Shape(_))));
}

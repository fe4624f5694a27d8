use proptest::prelude::*;

use crate::format::json::{read, write};
use crate::format::{Position, ReadError, WriteOptions};
use crate::tree::{Entry, Item, Key, Map, Text, Tree, Value};

fn read_map(json: &str) -> Map {
    let mut tree = read(json.as_bytes()).unwrap();
    assert_eq!(tree.documents.len(), 1);
    tree.documents.remove(0)
}

/// The value of the only key.
fn read_value(json: &str) -> Value {
    match read_map(&format!("{{\"k\":{json}}}")).entries.pop() {
        Some(Entry::Pair(_, value)) => value,
        _ => panic!("no value"),
    }
}

fn error(json: impl AsRef<[u8]>) -> ReadError {
    read(json.as_ref()).err().unwrap()
}

#[track_caller]
fn assert_syntax_error(json: &str, line: usize, column: usize) {
    match error(json) {
        ReadError::Syntax { at, .. } => assert_eq!(at, Position { line, column }, "{json}"),
        other => panic!("{other}: {json}"),
    }
}

#[test]
fn the_order_of_keys_and_items_is_kept() {
    let map = read_map(" {\"b\" : 1,\r\n\t\"a\":[true , null,{}, [ ]] } \n");
    let mut expected = Map::default();
    expected.push("b", 1);
    let items = [
        Value::Bool(true),
        Value::Null,
        Map::default().into(),
        Vec::new().into(),
    ];
    expected.push("a", items.map(Item::Value).into_iter().collect::<Vec<_>>());
    assert_eq!(map, expected);
}

#[test]
fn numbers_that_look_like_integers_and_fit_are_integers() {
    for (text, number) in [
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(read_value(text), Value::Int(number), "{text}");
    }
}

#[test]
fn every_other_number_is_a_float() {
    for (text, number) in [
        ("-0.0", -0.0),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("1.5e+1", 15.0),
        ("9223372036854775808", 9_223_372_036_854_775_808.0),
        ("1e-400", 0.0),
    ] {
        assert_eq!(read_value(text), Value::Float(number), "{text}");
    }
}

#[test]
fn what_json_does_not_have_as_a_number_is_refused() {
    for text in [
        "01", "+1", "1.", ".5", "1e", "1e+", "-", "--1", "0x1", "NaN", "1_0",
    ] {
        assert!(
            matches!(error(format!("{{\"k\":{text}}}")), ReadError::Syntax { .. }),
            "{text}"
        );
    }
}

#[test]
fn a_number_beyond_the_floats_is_refused_where_it_starts() {
    assert_syntax_error("{\n \"k\": 1e400}", 2, 7);
    assert_syntax_error("{\"k\": -1e999}", 1, 7);
}

#[test]
fn escapes_stand_for_their_characters() {
    let value = read_value(r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00 é""#);
    assert_eq!(value, Value::from("\"\\/\u{8}\u{c}\n\r\tAé😀 é"));
    assert_eq!(
        read_map(r#"{"\u0061b": 1}"#).value(b"ab"),
        Some(&Value::Int(1))
    );
}

#[test]
fn lone_surrogates_become_replacement_characters() {
    for (json, text) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83dx\u0041""#, "\u{fffd}xA"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
    ] {
        assert_eq!(read_value(json), Value::from(text), "{json}");
    }
}

#[test]
fn each_byte_that_is_not_utf8_becomes_a_replacement_character() {
    let document = read(b"{\"k\":\"a\xff\xe2\x82b\xf0\x9f\x98\\n\"}").unwrap();
    let expected = Value::from("a\u{fffd}\u{fffd}\u{fffd}b\u{fffd}\u{fffd}\u{fffd}\n");
    assert_eq!(document.documents[0].value(b"k"), Some(&expected));
}

#[test]
fn control_characters_and_unknown_escapes_in_strings_are_refused() {
    assert_syntax_error("{\"k\": \"a\nb\"}", 1, 9);
    assert_syntax_error("{\"k\": \"é\u{0}\"}", 1, 9);
    assert_syntax_error(r#"{"k": "\x41"}"#, 1, 9);
    assert_syntax_error(r#"{"k": "\u12g4"}"#, 1, 10);
    assert_eq!(read_value("\"\u{7f}\""), Value::from("\u{7f}"));
}

#[test]
fn a_key_that_repeats_is_refused_with_both_places() {
    let duplicate = error("{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2}}");
    let at = Position {
        line: 2,
        column: 16,
    };
    let key = Key::from("c");
    assert_eq!(duplicate, ReadError::DuplicateKey { at, first: 2, key });
    let duplicate = error("{\"a\": 1,\n\n\"\\u0061\": 2}");
    let at = Position { line: 3, column: 1 };
    let key = Key::from("a");
    assert_eq!(duplicate, ReadError::DuplicateKey { at, first: 1, key });
    assert!(read(b"{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 1}]}}").is_ok());
}

#[test]
fn the_top_level_must_be_an_object() {
    for json in ["[]", "\"x\"", "1", "-1", " null", "true", "false"] {
        assert!(matches!(error(json), ReadError::NotAMap { .. }), "{json}");
    }
    assert_syntax_error("", 1, 1);
    assert_syntax_error(" \n", 2, 1);
    assert_syntax_error("a", 1, 1);
}

#[test]
fn a_byte_order_mark_is_refused_as_stock_refuses_it() {
    assert_syntax_error("\u{feff}{}", 1, 1);
}

#[test]
fn bytes_behind_the_object_are_refused() {
    assert_syntax_error("{} {}", 1, 4);
    assert_syntax_error("{}\n\n,", 3, 1);
    assert_syntax_error("{}\0", 1, 3);
}

#[test]
fn wrong_punctuation_is_refused_where_it_stands() {
    for (json, column) in [
        ("{,}", 2),
        ("{\"a\"}", 5),
        ("{\"a\" 1}", 6),
        ("{\"a\":}", 6),
        ("{\"a\":1,}", 8),
        ("{\"a\":1 \"b\":2}", 8),
        ("{\"a\":[1,]}", 9),
        ("{\"a\":[,1]}", 7),
        ("{\"a\":[1 2]}", 9),
        ("{\"a\":[1}]", 8),
        ("{a:1}", 2),
        ("{'a':1}", 2),
        ("{\"a\":nul}", 6),
        ("{\"a\":truex}", 10),
        ("{\"a\":1 /* c */}", 8),
    ] {
        assert_syntax_error(json, 1, column);
    }
}

#[test]
fn no_beginning_of_a_file_is_a_file() {
    let whole = r#"{"a": [1, -2.5e3, "x\u00e9\n", {"b": null}], "c": true, "d": {}}"#;
    for end in 0..whole.len() {
        assert!(read(&whole.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(read(whole.as_bytes()).is_ok());
}

#[test]
fn nesting_is_read_to_depth_512_and_refused_beyond() {
    let nested = |depth: usize| {
        let lists = depth - 1;
        format!("{{\"k\":{}{}}}", "[".repeat(lists), "]".repeat(lists))
    };
    assert!(read(nested(512).as_bytes()).is_ok());
    assert!(matches!(error(nested(513)), ReadError::TooLarge { .. }));
    assert!(matches!(
        error("{\"k\":".repeat(100_000)),
        ReadError::TooLarge { .. }
    ));
}

#[test]
fn errors_show_nothing_of_the_input_but_keys() {
    let secret = "hunter2";
    for json in [
        format!("{{\"k\": \"{secret}"),
        format!("{{\"k\": \"{secret}\n\"}}"),
        format!("{{\"k\": \"{secret}\\x\"}}"),
        format!("{{\"k\": {secret}}}"),
        format!("{{}} {secret}"),
    ] {
        assert!(!error(&json).to_string().contains(secret));
    }
}

fn arbitrary_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,8}",
        proptest::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
        "[\\\\\"\u{0}-\u{1f}\u{7f}<>&/\u{2028}\u{2029}\u{feff}\u{fffd}é😀]{0,8}",
    ]
}

fn arbitrary_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(()).prop_map(|()| Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        fraction().prop_map(Value::Float),
        arbitrary_text().prop_map(|text| Value::Text(Text::from(text))),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone().prop_map(Item::Value), 0..6)
                .prop_map(Value::List),
            arbitrary_map(inner).prop_map(Value::Map),
        ]
    })
}

/// A float that is written as one: JSON has no other mark of a float than a fraction or exponent.
fn fraction() -> impl Strategy<Value = f64> {
    let is_fraction = |number: &f64| number.is_finite() && number.fract() != 0.0;
    any::<f64>().prop_filter("a fraction", is_fraction)
}

fn arbitrary_map(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    let pairs = proptest::collection::vec((arbitrary_text(), value), 0..6);
    pairs.prop_map(|pairs| {
        let mut map = Map::default();
        for (key, value) in pairs {
            if map.value(key.as_bytes()).is_none() {
                map.push(Key::from(key.as_str()), value);
            }
        }
        map
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        document in arbitrary_map(arbitrary_value()),
        json_indent in proptest::option::of(0_usize..5),
    ) {
        let tree = Tree { documents: vec![document] };
        let options = WriteOptions { json_indent, ..WriteOptions::default() };
        let bytes = write(&tree, None, &options).unwrap();
        prop_assert_eq!(read(&bytes).unwrap(), tree);
    }

    #[test]
    fn any_bytes_are_a_tree_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _tree_or_error = read(&bytes);
    }

    #[test]
    fn anything_that_looks_like_json_is_a_tree_or_an_error(
        json in "[\\[\\]{}\",:\\\\u0-9a-f.eE+\\- \ntrulsn]{0,40}",
    ) {
        let _tree_or_error = read(format!("{{{json}}}").as_bytes());
    }
}

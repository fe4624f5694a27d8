use proptest::prelude::*;

use super::*;
use crate::format::Position;
use crate::tree::{Comment, Entry, Item, Key, Map, Placement, Value};

mod comments;

/// A tree in one line: `{key: value}`, `[item]`, `#text` for a comment on a line of its own and
/// `=text` for one behind a value.
fn sketch(source: &str) -> String {
    match read(source.as_bytes()) {
        Ok(tree) => tree
            .documents
            .iter()
            .map(map)
            .collect::<Vec<_>>()
            .join(" --- "),
        Err(error) => error.to_string(),
    }
}

fn map(map: &Map) -> String {
    let entries = map.entries.iter().map(|entry| match entry {
        Entry::Comment(found) => comment(found),
        Entry::Pair(key, found) => format!("{key}: {}", value(found)),
    });
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Int(number) => number.to_string(),
        Value::List(items) => list(items),
        Value::Map(found) => map(found),
        Value::Null => "null".to_owned(),
        Value::Text(text) => text
            .expose_str()
            .unwrap_or("not UTF-8")
            .escape_debug()
            .to_string(),
        Value::Time(time) => time.to_string(),
    }
}

fn list(items: &[Item]) -> String {
    let items = items.iter().map(|item| match item {
        Item::Comment(found) => comment(found),
        Item::Value(found) => value(found),
    });
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn comment(comment: &Comment) -> String {
    let mark = match comment.placement {
        Placement::Inline => '=',
        Placement::Line => '#',
    };
    format!("{mark}{}", comment.text.expose_str().unwrap().trim())
}

fn all_sketch(sources: &[(&str, &str)]) {
    for (source, expected) in sources {
        assert_eq!(sketch(source), *expected, "{source}");
    }
}

#[test]
fn a_whole_encrypted_file_reads_into_its_tree() {
    let tree = read(include_bytes!("tests/whole.yaml")).unwrap();
    let [document] = tree.documents.as_slice() else {
        panic!("one document")
    };
    let Entry::Comment(first) = &document.entries[0] else {
        panic!("a comment first")
    };
    assert!(
        first
            .text
            .expose()
            .starts_with(b"ENC[AES256_GCM,data:mcrGk7w=,iv:AQEB")
    );
    assert_eq!(first.placement, Placement::Line);

    let keys: Vec<_> = document.pairs().map(|(key, _)| key.to_string()).collect();
    assert_eq!(
        keys,
        ["a", "b", "t", "u_unencrypted", "z", "e", "l", "sops"]
    );
    assert_eq!(
        document.value(b"u_unencrypted"),
        Some(&Value::from("plain"))
    );
    assert_eq!(document.value(b"z"), Some(&Value::Null));
    assert_eq!(document.value(b"e"), Some(&Value::from("")));
    let Some(Value::List(items)) = document.value(b"l") else {
        panic!("a list")
    };
    assert_eq!(items.len(), 3, "the comment of the list is an item");

    let Some(Value::Map(sops)) = document.value(b"sops") else {
        panic!("metadata")
    };
    assert_eq!(
        sops.value(b"lastmodified"),
        Some(&Value::from("2026-01-02T03:04:05Z"))
    );
    assert_eq!(sops.value(b"version"), Some(&Value::from("3.13.3")));
    let Some(Value::List(age)) = sops.value(b"age") else {
        panic!("recipients")
    };
    let [Item::Value(Value::Map(age))] = age.as_slice() else {
        panic!("one recipient")
    };
    let Some(Value::Text(enc)) = age.value(b"enc") else {
        panic!("a wrapped key")
    };
    assert!(
        enc.expose()
            .ends_with(b"\n-----END AGE ENCRYPTED FILE-----\n")
    );
}

#[test]
fn a_stream_holds_documents() {
    all_sketch(&[
        ("a: 1\n---\nb: 2\n", "{a: 1} --- {b: 2}"),
        ("---\na: 1\n...\n---\nb: 2\n...\n", "{a: 1} --- {b: 2}"),
        ("---\n", "{}"),
        ("{}", "{}"),
        ("null", "{}"),
        ("a: 1\n---\n", "{a: 1} --- {}"),
    ]);
}

#[test]
fn no_bytes_are_no_document() {
    assert_eq!(read(b"").err(), Some(ReadError::NoDocument));
}

#[test]
fn a_document_that_is_no_map_is_refused_with_its_place() {
    let at = |line, column| {
        Some(ReadError::NotAMap {
            at: Position { line, column },
        })
    };
    assert_eq!(read(b"# only\n# comments\n").err(), at(1, 1));
    assert_eq!(read(b"\n\n").err(), at(1, 1));
    assert_eq!(read(b"\n  - a\n").err(), at(2, 3));
    assert_eq!(read(b"text").err(), at(1, 1));
    assert_eq!(read(b"12").err(), at(1, 1));
    assert_eq!(read(b"a: 1\n---\n[]\n").err(), at(3, 1));
}

#[test]
fn text_may_have_a_byte_order_mark_and_other_line_ends() {
    all_sketch(&[
        ("\u{FEFF}a: 1\nb: 2\n", "{a: 1, b: 2}"),
        (
            "a: 1 # c\r\n# d\r\nb: |\r\n  x\r\n  y\r\n",
            r"{=c, a: 1, #d, b: x\ny\n}",
        ),
        ("a: 1", "{a: 1}"),
        ("a: |\n  x", "{a: x}"),
    ]);
}

#[test]
fn utf_16_with_a_byte_order_mark_is_read() {
    let little: Vec<_> = "\u{FEFF}a: ü😀"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<_> = "\u{FEFF}a: ü😀"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read(&little).unwrap(), read("a: ü😀".as_bytes()).unwrap());
    assert_eq!(read(&big).unwrap(), read("a: ü😀".as_bytes()).unwrap());
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    assert!(matches!(read(b"a: \xFF"), Err(ReadError::Syntax { .. })));
}

#[test]
fn scalars_find_their_types() {
    all_sketch(&[
        (
            "a: 0o14\nb: 1_0\nc: 1e3\nd: yes\ne: ~\nf:\n",
            "{a: 12, b: 10, c: 1000.0, d: yes, e: null, f: null}",
        ),
        (
            "a: 'null'\nb: \"1\"\nc: |-\n  true\nd: >-\n  2\n",
            "{a: null, b: 1, c: true, d: 2}",
        ),
        (
            "a: !!int \"1\"\nb: !!str\nc: !x 1\nd: ! 1\ne: ! '1'\n",
            "{a: 1, b: , c: 1, d: 1, e: 1}",
        ),
        (
            "a: !!map {}\nb: !!seq []\nc: !x\n  d: 1\n",
            "{a: {}, b: [], c: {d: 1}}",
        ),
        (
            "a: !!binary aGVsbG8=\n!!binary Yg==: 1\n",
            "{a: hello, b: 1}",
        ),
        (
            "%TAG !y! tag:yaml.org,2002:\n---\na: !y!int '1'\nb: !<tag:yaml.org,2002:str> 1\n",
            "{a: 1, b: 1}",
        ),
    ]);
    let tree = read(b"a: 'null'\nb: !x 1\nc: ! '1'\n").unwrap();
    assert!(
        tree.documents[0]
            .pairs()
            .all(|(_, value)| matches!(value, Value::Text(_)))
    );
}

#[test]
fn a_scalar_that_contradicts_its_tag_is_refused_in_every_document() {
    let error = "line 3, column 11: a value does not fit its tag";
    assert_eq!(sketch("a: 1\n---\nb: !!int  x\n"), error);
    assert_eq!(
        sketch("a: !!binary x y\n"),
        "line 1, column 13: a value does not fit its tag"
    );
}

#[test]
fn an_integer_that_fits_64_bits_only_without_sign_is_refused() {
    let at = Position { line: 1, column: 4 };
    assert_eq!(
        read(b"a: 18446744073709551615").err(),
        Some(ReadError::IntegerTooLarge { at })
    );
}

#[test]
fn aliases_are_copies() {
    all_sketch(&[
        ("a: &x 1\nb: *x\n", "{a: 1, b: 1}"),
        (
            "a: &x {b: [1]}\nc: [*x, *x]\n",
            "{a: {b: [1]}, c: [{b: [1]}, {b: [1]}]}",
        ),
        ("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"),
        ("a: &x k\n*x : 1\n", "{a: k, k: 1}"),
        (
            "a: &x\n  # c\n  b: 1\nd: *x\n",
            "{a: {#c, b: 1}, d: {#c, b: 1}}",
        ),
        ("a: &x\nb: *x\n", "{a: null, b: null}"),
        ("a: *x\n", "line 1, column 4: an alias has no anchor"),
        (
            "a: &x 1\n---\nb: *x\n",
            "line 3, column 4: an alias has no anchor",
        ),
        (
            "a: &x [*x]\n",
            "line 1, column 8: an alias stands inside its anchor",
        ),
        (
            "a: &x\n  b:\n    - *x\n",
            "line 3, column 7: an alias stands inside its anchor",
        ),
    ]);
}

#[test]
fn the_merge_key_is_an_ordinary_key() {
    all_sketch(&[
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n  b: 2\n",
            "{a: {b: 1}, c: {<<: {b: 1}, b: 2}}",
        ),
        ("!!merge <<: {b: 1}\n", "{<<: {b: 1}}"),
        (
            "<<: {}\n<<: {}\n",
            "line 2, column 1: the key << stands on line 1 already",
        ),
    ]);
}

#[test]
fn a_key_that_stands_twice_is_refused_with_both_lines() {
    let duplicate = |line, column, first| {
        let at = Position { line, column };
        Some(ReadError::DuplicateKey {
            at,
            first,
            key: Key::from("a"),
        })
    };
    assert_eq!(read(b"a: 1\nb: 2\na: 3\n").err(), duplicate(3, 1, 1));
    assert_eq!(read(b"x:\n  a: 1\n  'a': 2\n").err(), duplicate(3, 3, 2));
    assert_eq!(
        read(b"x: 1\n---\n{a: 1, \"a\": 2}\n").err(),
        duplicate(3, 8, 3)
    );
    assert_eq!(sketch("a: {a: 1}\nb: {a: 1}\n"), "{a: {a: 1}, b: {a: 1}}");
}

#[test]
fn a_key_that_is_no_string_is_refused() {
    for key in [
        "1",
        "1.5",
        "true",
        "null",
        "~",
        "2025-01-02",
        "? []\n",
        "? {a: 1}\n",
        "? - a\n",
    ] {
        let error = read(format!("{key}: 1\n").as_bytes()).err();
        assert!(
            matches!(error, Some(ReadError::NonStringKey { .. })),
            "{key}: {error:?}"
        );
    }
    for source in [
        ": 1\n",
        "{: 1}",
        "? \n: 1\n",
        "18446744073709551615: 1\n",
        "a: &x 1\n*x : 2\n",
    ] {
        let error = read(source.as_bytes()).err();
        assert!(
            matches!(error, Some(ReadError::NonStringKey { .. })),
            "{source}: {error:?}"
        );
    }
    assert_eq!(sketch("'1': 1\n\"\": 2\n!!str 3: 3\n"), "{1: 1, : 2, 3: 3}");
}

#[test]
fn a_key_may_be_marked() {
    all_sketch(&[
        (
            "? a\n: 1\n? |-\n  b\n  c\n: 2\n? d\n",
            "{a: 1, b\nc: 2, d: null}",
        ),
        (
            "[? a : 1, b: 2]\n",
            "line 1, column 1: the top level of a document must be a map",
        ),
        ("x: [? a : 1, b: 2]\n", "{x: [{a: 1}, {b: 2}]}"),
    ]);
}

#[test]
fn a_scalar_knows_its_place_in_the_source() {
    let text = "a: 'x'\nl:\n  - &y !!str 12 # c\n  - *y\nn:\n";
    let nodes = reader::read(text, &[]).unwrap();
    let spans: Vec<_> = nodes
        .all
        .iter()
        .filter(|node| {
            matches!(
                node.content,
                node::Content::Scalar(_) | node::Content::Alias(_)
            )
        })
        .map(|node| node.span.of(text))
        .collect();
    assert_eq!(spans, ["a", "'x'", "l", "12", "*y", "n", ""]);
}

#[test]
fn input_beyond_a_limit_is_refused() {
    let too_large = |source: &str, limit| {
        assert_eq!(
            read(source.as_bytes()).err(),
            Some(ReadError::TooLarge { limit })
        );
    };
    too_large(&format!("a: {}", "[".repeat(100_000)), "512 levels");
    too_large(&format!("a:\n  {}", "- ".repeat(600)), "512 levels");
    too_large(
        &format!("a:\n{}- 1\n", "  # c\n".repeat(MAX_COMMENT_RUN + 1)),
        TOO_MANY_COMMENTS,
    );

    let laughs = ('b'..='m').zip('a'..).map(|(name, before)| {
        let aliases = vec![format!("*{before}"); 10].join(", ");
        format!("{name}: &{name} [{aliases}]\n")
    });
    let laughs = laughs.collect::<String>();
    too_large(&format!("a: &a [x, x, x]\n{laughs}"), TOO_MUCH_EXPANSION);

    let (open, close) = ("[".repeat(200), "]".repeat(200));
    let deep = format!("a: &a {open}{close}\nb: &b {open}*a{close}\nc: {open}*b{close}\n");
    too_large(&deep, "512 levels");
}

#[test]
fn input_at_the_depth_limit_is_read() {
    let lists = MAX_DEPTH - 1;
    let flow = format!("a: {}{}", "[".repeat(lists), "]".repeat(lists));
    assert!(read(flow.as_bytes()).is_ok());
    let block: String = (0..MAX_DEPTH)
        .map(|level| format!("{}k:\n", " ".repeat(level)))
        .collect();
    assert!(read(block.as_bytes()).is_ok());
}

#[test]
fn an_error_says_where_and_never_what_the_input_is() {
    all_sketch(&[
        (
            "a: 1\nb: 'secret\n",
            "line 2, column 4: a quote is not closed",
        ),
        (
            "a: [secret]]\n",
            "line 1, column 12: a closing bracket has no opening one",
        ),
        ("a: [secret\n", "line 1, column 4: a bracket is not closed"),
        (
            "a: \"\\secret\"\n",
            "line 1, column 4: an escape is not valid",
        ),
        (
            "secret\nb: 1\n",
            "line 2, column 2: a colon cannot stand here",
        ),
        (
            "a: @secret\n",
            "line 1, column 4: a character cannot stand here",
        ),
        (
            "a: !s!x secret\n",
            "line 1, column 4: the handle of a tag is not declared",
        ),
    ]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(read(&bytes));
    }

    #[test]
    fn any_text_of_yaml_is_read_or_refused(
        text in "([a-c#:?&*!|>'\"%@,\\[\\]{}~1.\\-]|[ \n\t]|: |- |\n  |# |\u{2028}|\u{85}|\r\n){0,60}",
    ) {
        drop(read(text.as_bytes()));
    }
}

use crate::format::yaml::{write, write_value};
use crate::format::{WriteError, WriteOptions};
use crate::tree::{Comment, Entry, Item, Map, Text, Time, Tree, Value};

fn map<const N: usize>(entries: [Entry; N]) -> Map {
    Map {
        entries: entries.into(),
    }
}

fn pair(key: &str, value: impl Into<Value>) -> Entry {
    Entry::Pair(key.into(), value.into())
}

fn note(text: &str) -> Entry {
    Entry::Comment(Comment::line(text))
}

fn beside(text: &str) -> Entry {
    Entry::Comment(Comment::inline(text))
}

/// The values of a list; those made by `note` and `beside` are comments.
fn list<const N: usize>(entries: [Entry; N]) -> Value {
    let item = |entry| match entry {
        Entry::Comment(comment) => Item::Comment(comment),
        Entry::Pair(_, value) => Item::Value(value),
    };
    Value::List(entries.into_iter().map(item).collect())
}

fn item(value: impl Into<Value>) -> Entry {
    pair("", value)
}

fn written<const N: usize>(entries: [Entry; N]) -> String {
    written_with(4, map(entries))
}

fn written_with(yaml_indent: usize, document: Map) -> String {
    let options = WriteOptions {
        yaml_indent,
        ..WriteOptions::default()
    };
    let tree = Tree {
        documents: vec![document],
    };
    String::from_utf8(write(&tree, None, &options).unwrap()).unwrap()
}

#[track_caller]
fn assert_writes<const N: usize>(entries: [Entry; N], expected: &str) {
    assert_eq!(written(entries), expected);
}

fn ciphertext(parts: &str, kind: &str) -> String {
    format!("ENC[AES256_GCM,{parts},type:{kind}]")
}

/// The tree of the example file, its scalars and comments made by a function of their position,
/// text and type.
fn example(seal: impl Fn(u8, &str, &str) -> Value) -> Map {
    let comment = |position, text| match seal(position, text, "comment") {
        Value::Text(text) => Comment::line(text),
        _ => panic!("a comment is text"),
    };
    map([
        Entry::Comment(comment(1, " note")),
        pair("a", seal(2, "hello", "str")),
        pair(
            "b",
            map([
                pair("num", seal(3, "42", "int")),
                pair("f", seal(4, "1.5", "float")),
            ]),
        ),
        pair("t", seal(5, "True", "bool")),
        pair("u_unencrypted", "plain"),
        pair("z", Value::Null),
        pair("e", ""),
    ])
}

const SEALED: [&str; 8] = [
    "data:mcrGk7w=,iv:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,tag:u3/7DjTmjXUc7Dr8mPLsgg==",
    "data:Bx6VKSU=,iv:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=,tag:OklkUWAgxu00y4e5JhXG4Q==",
    "data:XkY=,iv:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=,tag:c4aZ2q/oLjkbbISdhNtWXA==",
    "data:XyJa,iv:BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=,tag:wwmtotq4+CmSCsmRU8/dWA==",
    "data:pMiN2Q==,iv:BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=,tag:w/abg3vHTUISQDt3R38M8Q==",
    "data:mPjdX9SlALg=,iv:BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY=,tag:pOOxzbOmN7ksUDlOaIMqrA==",
    "data:QQ==,iv:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=,tag:UCzZvPMv6Zv7Z/fD5QyYLg==",
    "data:7w==,iv:CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=,tag:aaXlHNqrWin9EdNq4Se74g==",
];

fn sealed(position: u8, _: &str, kind: &str) -> Value {
    ciphertext(SEALED[usize::from(position) - 1], kind).into()
}

const EXAMPLE_KEY: &str = "\
-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBnUEwxNkJvQWFQWWpXbjdH
NXNNNWpEMGZ0ODdtV09xSlo2ZU1pcUxsZkRRCmd5MkZaVWw3S054THBSOHovRnFM
dERCbGJZQkRWS3FMelkvVEo4NjBpMlUKLS0tIDhyc2ROeWxVL0RSNXNxOEhHMUZi
dzh4RFpGQnFoWnJSNS9tdjd3TEJiYmMK2VinxPvtza5XwWqQhkFCqs5JiMMaDF6s
C/CqKJ0eza5dF9ztCw7z35GZoPwWvzTi4hfqF5P2efRxWi4uaQ6jVw==
-----END AGE ENCRYPTED FILE-----
";

const EXAMPLE_MAC: &str = "data:Y6PMOCaUh3AlI/FgKs3QfRwNDkmlWSwSwbtld1dukiBoF+nfSiOoDiBOwJWJsuBi\
    BkTRlWtXbnL430M6iFYqrE/WVctsJn0CbDqIWLHanbNCD2l80/vcPVTEKfRizNvsJl8KQmeO4/BJCdc/viXAVYI/KiPX\
    cbL3gHAXaPQ1xg4=,iv://////////////////////////////////////////8=,tag:5X9e4hgKQPX0TJ5pu+ksKQ==";

fn example_metadata() -> Map {
    let recipient = "age1d8tvkul720csc4wgf2atsktd9uq3e0kmdjnkqmgsa7rjstfpx4fsm5jefc";
    let age = map([pair("enc", EXAMPLE_KEY), pair("recipient", recipient)]);
    map([
        pair("age", list([item(age)])),
        pair("lastmodified", "2026-01-02T03:04:05Z"),
        pair("mac", ciphertext(EXAMPLE_MAC, "str")),
        pair("unencrypted_suffix", "_unencrypted"),
        pair("version", "3.13.3"),
    ])
}

fn sha256_hex(bytes: &[u8]) -> String {
    let digest = keydance_crypto::digest::sha256(bytes);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn the_encrypted_example_file_is_written_to_the_byte() {
    let mut document = example(sealed);
    let items = [(6, "comment"), (7, "str"), (8, "str")];
    let items = items.map(|(position, kind)| item(sealed(position, "", kind)));
    document.push("l", list(items));
    let tree = Tree {
        documents: vec![document],
    };
    let bytes = write(&tree, Some(&example_metadata()), &WriteOptions::default()).unwrap();
    let expected = "d6141a3dd7ebf3be21ba6cce60fd25a4900b79a41abb18e5ddbab1e4684d5fa9";
    assert_eq!(
        sha256_hex(&bytes),
        expected,
        "{}",
        String::from_utf8_lossy(&bytes)
    );
}

#[test]
fn the_decrypted_example_file_is_written_to_the_byte() {
    let mut document = example(|_, text, kind| match kind {
        "int" => Value::Int(text.parse().unwrap()),
        "float" => Value::Float(text.parse().unwrap()),
        "bool" => Value::Bool(text == "True"),
        _ => text.into(),
    });
    document.push("l", list([note(" in list"), item("x"), item("y")]));
    let text = written_with(4, document);
    let expected = "82c131bf6b5963ff142f4b9c1c4757b1d6f6fa1ad5690ab74f9d7d4bc5e69742";
    assert_eq!(sha256_hex(text.as_bytes()), expected, "{text}");
}

#[test]
fn blocks_start_at_the_next_multiple_and_go_on_behind_their_dash() {
    let recipient = map([pair("enc", "x"), pair("recipient", "z")]);
    let group = map([
        pair("age", list([item(recipient)])),
        pair("hc_vault", list([])),
    ]);
    let nested = list([
        item(list([item(1), item(2)])),
        item(map([pair("a", map([pair("b", 3)]))])),
    ]);
    let expected = "\
key_groups:
    - age:
        - enc: x
          recipient: z
      hc_vault: []
l:
    - - 1
      - 2
    - a:
        b: 3
";
    assert_writes(
        [pair("key_groups", list([item(group)])), pair("l", nested)],
        expected,
    );
}

#[test]
fn the_indent_is_2_to_9_and_4_by_default() {
    let document = || {
        map([pair(
            "a",
            map([pair("l", list([item(map([pair("b", list([item(1)]))]))]))]),
        )])
    };
    let two = "a:\n  l:\n    - b:\n        - 1\n";
    let three = "a:\n   l:\n      - b:\n         - 1\n";
    let four = "a:\n    l:\n        - b:\n            - 1\n";
    let nine = format!("a:\n{0:9}l:\n{0:18}- b:\n{0:27}- 1\n", "");
    for (indent, expected) in [(2, two), (3, three), (4, four), (0, four), (9, &nine)] {
        assert_eq!(written_with(indent, document()), expected, "{indent}");
    }
    for indent in [1, 10, 100] {
        assert_eq!(written_with(indent, document()), two, "{indent}");
    }
}

#[test]
fn maps_and_lists_without_content_are_written_in_brackets() {
    assert_writes([], "{}\n");
    let items = list([item(map([])), item(list([]))]);
    let expected = "m: {}\nl: []\ni:\n    - {}\n    - []\n";
    assert_writes(
        [pair("m", map([])), pair("l", list([])), pair("i", items)],
        expected,
    );
}

#[test]
fn keys_that_are_long_or_have_line_breaks_stand_behind_a_question_mark() {
    let long = "k".repeat(129);
    assert_writes([pair(&long, "v")], &format!("? {long}\n: v\n"));
    assert_writes([pair(&long[1..], "v")], &format!("{}: v\n", &long[1..]));
    let inner = map([pair("a", 1), pair("b", 2)]);
    let expected =
        "? |-\n    k\n    l\n:   a: 1\n    b: 2\n? \"m\\r\"\n:   - 1\n? |\n    n\n: {}\n";
    let entries = [
        pair("k\nl", inner),
        pair("m\r", list([item(1)])),
        pair("n\n", map([])),
    ];
    assert_writes(entries, expected);
    let in_list = list([item(map([pair("k\n", 1), pair("b", 2)]))]);
    assert_writes(
        [pair("l", in_list)],
        "l:\n    - ? |\n        k\n      : 1\n      b: 2\n",
    );
}

#[test]
fn a_block_behind_a_question_mark_starts_a_line_where_the_colon_leaves_no_room() {
    let in_list = list([item(map([pair("k\n", map([pair("a", 1)]))]))]);
    let expected = "l:\n   - ? |\n      k\n     :\n      a: 1\n";
    assert_eq!(written_with(3, map([pair("l", in_list)])), expected);
}

#[test]
fn the_empty_key_and_the_merge_key_keep_their_form() {
    assert_writes(
        [pair("", 1), pair("<<", "<<")],
        "\"\": 1\n!!merge <<: !!merge <<\n",
    );
}

#[test]
fn scalars_are_written_as_go_spells_them() {
    let time = Time::parse("2025-01-02T03:04:05.5+02:00").unwrap();
    let entries = [
        pair("null", Value::Null),
        pair("b", true),
        pair("i", i64::MIN),
        pair("f", Value::Float(1_500_000.0)),
        pair("g", Value::Float(100.0)),
        pair("h", Value::Float(f64::NEG_INFINITY)),
        pair("t", Value::Time(time)),
    ];
    let expected = "\
\"null\": null
b: true
i: -9223372036854775808
f: 1.5e+06
g: 100
h: -.inf
t: 2025-01-02T03:04:05.5+02:00
";
    assert_writes(entries, expected);
}

#[test]
fn bytes_that_are_no_text_are_tagged_base64() {
    let line = "/".repeat(70);
    let long = Value::Text(Text::from(vec![0xff; 54]));
    let entries = [pair("a", Text::from(vec![0xff, 0xfe])), pair("b", long)];
    let expected = format!("a: !!binary //4=\nb: !!binary |\n    {line}\n    //\n");
    assert_writes(entries, &expected);
    let document = map([Entry::Pair(vec![0xff].into(), 1.into())]);
    assert_eq!(written_with(4, document), "!!binary /w==: 1\n");
}

#[test]
fn a_literal_block_says_how_it_ends() {
    let entries = [
        pair("a", "x\ny"),
        pair("b", "x\ny\n"),
        pair("c", "x\n\n"),
        pair("d", "\n"),
    ];
    let expected = "a: |-\n    x\n    y\nb: |\n    x\n    y\nc: |+\n    x\n\nd: |4+\n\n";
    assert_writes(entries, expected);
    assert_writes(
        [pair("e", "x\n\ny\n\t\n")],
        "e: |\n    x\n\n    y\n    \t\n",
    );
}

#[test]
fn the_indentation_digit_is_the_distance_to_the_block_around() {
    assert_writes([pair("a", " x\ny")], "a: |4-\n     x\n    y\n");
    assert_writes(
        [pair("l", list([item(" x\ny")]))],
        "l:\n    - |2-\n       x\n      y\n",
    );
    let in_map = list([item(map([pair("a", "\nx\n")]))]);
    assert_writes([pair("l", in_map)], "l:\n    - a: |2\n\n        x\n");
    assert_writes([pair("l", list([item("\n")]))], "l:\n    - |4+\n\n");
    let deep = map([pair("l", list([item(list([item(" x\n")]))]))]);
    assert_eq!(
        written_with(9, deep),
        format!("l:\n{0:9}- - |2\n{0:14}x\n", "")
    );
}

#[test]
fn a_tab_at_the_start_of_a_string_of_several_lines_is_not_lost() {
    let entries = [pair("a", "\tx\ny"), pair("\tk\n", 1), pair("b", "x\n\ty")];
    assert_writes(
        entries,
        "a: \"\\tx\\ny\"\n? \"\\tk\\n\"\n: 1\nb: |-\n    x\n    \ty\n",
    );
}

#[test]
fn double_quoted_strings_have_short_escapes_and_upper_case_digits() {
    let text = "\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\"\\\u{85}\u{2028}\u{2029}";
    let expected = "a: \"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\\"\\\\\\N\\L\\P\"\n";
    assert_writes([pair("a", text)], expected);
    let expected = "a: \"\\x1F\\x7F\\u{FFFE}\\U0001F600é\"\n".replace(['{', '}'], "");
    assert_writes([pair("a", "\u{1f}\u{7f}\u{fffe}😀é")], &expected);
}

#[test]
fn behind_a_byte_order_mark_every_character_is_escaped() {
    assert_writes(
        [pair("a", "\u{feff}a \u{a0}")],
        "a: \"\\uFEFF\\x61\\x20\\_\"\n",
    );
    assert_writes([pair("a", "a\u{feff}a")], "a: \"a\\uFEFFa\"\n");
}

#[test]
fn single_quoted_strings_double_their_quotes_and_keep_line_separators() {
    let entries = [
        pair("a", "'a' "),
        pair("b", "x\u{2028}y\u{2029}"),
        pair("c", 1),
    ];
    assert_writes(entries, "a: '''a'' '\nb: 'x\u{2028}    y\u{2029}'\nc: 1\n");
}

#[test]
fn comments_stand_above_and_beside_what_they_precede() {
    let inner = map([note(" first"), pair("x", 1), note(" last")]);
    let items = list([
        note(" i"),
        beside(" j"),
        item("y1"),
        note(" k"),
        item(2),
        note(" l"),
    ]);
    let entries = [
        note(" top"),
        note(""),
        pair("a", inner),
        note("#b"),
        beside(" behind"),
        pair("b", "v"),
        pair("l", items),
        note(" end"),
    ];
    let expected = "\
# top
#
a:
    # first
    x: 1
    # last
##b
b: v # behind
l:
    # i
    - y1 # j
    # k
    - 2
    # l
# end
";
    assert_writes(entries, expected);
}

#[test]
fn a_comment_beside_a_literal_block_stands_behind_its_bar() {
    let entries = [
        beside(" c"),
        pair("a", "x\ny"),
        beside(" d"),
        pair("b", map([])),
    ];
    assert_writes(entries, "a: |- # c\n    x\n    y\nb: {} # d\n");
}

#[test]
fn several_comments_beside_a_value_go_on_below_and_never_become_part_of_it() {
    let inner = map([beside(" c"), beside(" d"), pair("a", "v")]);
    assert_writes([pair("m", inner)], "m:\n    a: v # c\n    # d\n");
    let entries = [beside(" c"), beside(" d"), pair("a", "x\ny"), pair("b", 1)];
    assert_writes(entries, "a: \"x\\ny\" # c\n\n# d\nb: 1\n");
}

#[test]
fn a_map_of_comments_is_written_in_braces_and_a_list_of_comments_above_what_follows() {
    let comments = || map([note(" c"), note(" d")]);
    let expected = "m: {\n    # c\n    # d\n}\no:\n    m: {\n        # c\n        # d\n}\n";
    assert_writes(
        [
            pair("m", comments()),
            pair("o", map([pair("m", comments())])),
        ],
        expected,
    );
    assert_writes([note(" c")], "# c\n{}\n");
    let items = list([item(comments())]);
    let entries = [pair("l", list([note(" e")])), pair("k", items)];
    assert_writes(entries, "l: []\n# e\nk:\n    # c\n    # d\n    - {}\n");
}

#[test]
fn the_comments_of_a_block_in_a_list_stand_above_its_dash() {
    let block = map([note(" c"), pair("a", 1), note(" d")]);
    let deep = list([item(list([note(" e"), item(1)]))]);
    let entries = [pair(
        "l",
        list([item(0), note(" b"), item(block), item(deep)]),
    )];
    let expected = "l:\n    - 0\n    # b\n    # c\n    - a: 1\n      # d\n    - # e\n      - - 1\n";
    assert_writes(entries, expected);
}

#[test]
fn comments_that_meet_and_comments_beside_blocks_go_where_stock_puts_them() {
    let block = map([note(" inner"), pair("a", 1)]);
    let list_head = list([note(" outer"), item(block)]);
    assert_writes([pair("l", list_head)], "l:\n    # inner\n    - a: 1\n");
    let entries = [beside(" c"), pair("m", map([pair("a", 1)])), pair("b", 2)];
    assert_writes(entries, "m:\n    a: 1\nb: 2 # c\n");
    let foot = list([item(map([pair("a", 1)])), note(" foot")]);
    assert_writes(
        [pair("l", foot), pair("b", 2), pair("c", 3)],
        "l:\n    - a: 1\nb: 2\n# foot\n\nc: 3\n",
    );
}

#[test]
fn a_stray_comment_never_parts_an_indicator_from_empty_brackets() {
    let block = || map([pair("a", 1)]);
    let entries = [
        beside(" c"),
        pair("m", block()),
        pair("e", map([])),
        pair("f", 2),
    ];
    assert_writes(entries, "m:\n    a: 1\ne: {} # c\nf: 2\n");
    let items = list([beside(" c"), item(block()), item(list([]))]);
    assert_writes([pair("l", items)], "l:\n    - a: 1\n    - [] # c\n");
}

#[test]
fn a_comment_with_line_breaks_is_a_comment_on_each_line() {
    assert_writes(
        [note(" a\nb\n\n#c"), pair("k", 1)],
        "# a\n# b\n\n#c\nk: 1\n",
    );
}

#[test]
fn a_comment_that_no_yaml_file_can_hold_is_refused() {
    let secret = "hunter2";
    for text in [
        format!("{secret}\0"),
        format!("{secret}\u{7}"),
        format!("{secret}\u{80}"),
    ] {
        let tree = Tree {
            documents: vec![map([note(&text)])],
        };
        let error = write(&tree, None, &WriteOptions::default()).unwrap_err();
        assert!(!error.to_string().contains(secret));
    }
    let bytes = Entry::Comment(Comment::line(Text::from(vec![0xff])));
    let tree = Tree {
        documents: vec![map([bytes])],
    };
    assert!(matches!(
        write(&tree, None, &WriteOptions::default()),
        Err(WriteError::Shape(_))
    ));
}

#[test]
fn documents_are_parted_by_dashes_and_each_ends_with_the_metadata() {
    let documents = vec![
        map([pair("a", 1), note(" end")]),
        map([]),
        map([note(" c")]),
    ];
    let tree = Tree { documents };
    let plain = write(&tree, None, &WriteOptions::default()).unwrap();
    assert_eq!(
        String::from_utf8(plain).unwrap(),
        "a: 1\n# end\n---\n{}\n---\n# c\n{}\n"
    );
    let metadata = map([pair("mac", "m")]);
    let sealed = write(&tree, Some(&metadata), &WriteOptions::default()).unwrap();
    let sops = "sops:\n    mac: m\n";
    let expected = format!("a: 1\n# end\n{sops}---\n{sops}---\n# c\n{sops}");
    assert_eq!(String::from_utf8(sealed).unwrap(), expected);
}

#[test]
fn a_file_without_documents_is_empty() {
    assert_eq!(
        write(&Tree::default(), None, &WriteOptions::default()).unwrap(),
        b""
    );
}

#[test]
fn nesting_is_written_to_depth_512_and_refused_beyond() {
    let nested = |depth: usize| {
        (1..depth).fold(Map::default(), |map, _| {
            let mut outer = Map::default();
            outer.push("k", map);
            outer
        })
    };
    let tree = |depth| Tree {
        documents: vec![nested(depth)],
    };
    assert!(write(&tree(512), None, &WriteOptions::default()).is_ok());
    let refused = write(&tree(513), None, &WriteOptions::default());
    assert!(matches!(refused, Err(WriteError::Shape(_))));
}

#[test]
fn a_value_alone_is_a_document_of_its_own() {
    let written = |value: Value| String::from_utf8(write_value(&value).unwrap()).unwrap();
    assert_eq!(written("x".into()), "x\n");
    assert_eq!(written(" x\ny".into()), "|4-\n     x\n    y\n");
    assert_eq!(written(Value::Null), "null\n");
    assert_eq!(
        written(list([note(" c"), item(1), item(map([pair("a", 2)]))])),
        "# c\n- 1\n- a: 2\n"
    );
    assert_eq!(written(list([])), "[]\n");
}

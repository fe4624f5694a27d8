use proptest::prelude::*;

use super::*;
use crate::format::{WriteError, WriteOptions};
use crate::tree::{Comment, Item, Map, Text};

const STRICT: ReadOptions = ReadOptions::DEFAULT;

fn read(text: &str) -> Result<Map, ReadError> {
    let mut documents = read_plain(text.as_bytes(), &STRICT)?.documents;
    assert_eq!(documents.len(), 1);
    Ok(documents.remove(0))
}

/// Sections of keys and values; a key `;` stands for a comment.
fn document(sections: &[(&str, &[(&str, &str)])]) -> Map {
    let mut document = Map::default();
    for (name, pairs) in sections {
        let mut section = Map::default();
        for (key, value) in *pairs {
            match *key {
                ";" => section.entries.push(Entry::Comment(Comment::line(*value))),
                key => section.push(key, *value),
            }
        }
        document.push(*name, section);
    }
    document
}

fn written(document: Map, metadata: Option<&Map>) -> Result<String, WriteError> {
    let tree = Tree {
        documents: vec![document],
    };
    let bytes = write(&tree, metadata, &WriteOptions::default())?;
    Ok(String::from_utf8(bytes).unwrap())
}

/// The value of `k`, the only key.
fn value(text: &str) -> String {
    let document = read(text).unwrap();
    let Some(Value::Map(section)) = document.value(b"DEFAULT") else {
        panic!("no section")
    };
    let mut pairs = section.pairs();
    let Some((key, Value::Text(text))) = pairs.next() else {
        panic!("no text")
    };
    assert_eq!((key.as_bytes(), pairs.next()), (b"k".as_slice(), None));
    text.expose_str().unwrap().to_owned()
}

#[test]
fn sections_and_keys_are_read_in_their_order() {
    let text = "top = 1\n[b]\nx=1\ny : 2\n\n  [a]\nx == 3\n[b]\nz=\n[ s ]x]\n";
    let expected = document(&[
        ("DEFAULT", &[("top", "1")]),
        ("b", &[("x", "1"), ("y", "2")]),
        ("a", &[("x", "= 3")]),
        ("b", &[("z", "")]),
        (" s ]x", &[]),
    ]);
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn the_default_section_comes_first_even_if_empty_or_named_again() {
    assert_eq!(read("").unwrap(), document(&[("DEFAULT", &[])]));
    let expected = document(&[("DEFAULT", &[]), ("DEFAULT", &[("a", "1")])]);
    assert_eq!(read("[DEFAULT]\na=1").unwrap(), expected);
    assert_eq!(written(expected, None).unwrap(), "[DEFAULT]\na = 1\n");
}

#[test]
fn blanks_around_values_and_quotes_around_all_of_them_are_taken_off() {
    for (text, expected) in [
        ("k = \t a b \r\n", "a b"),
        ("k=\u{a0}a\u{3000}", "a"),
        ("k = \"a b \"\n", "a b "),
        ("k = ' a'\n", " a"),
        ("k = \"a\" b\n", "\"a\" b"),
        ("k = \"a\"b\"\n", "\"a\"b\""),
        ("k = 'a'b'\n", "'a'b'"),
        ("k = \"it's\"\n", "it's"),
        ("k = ''\n", ""),
        ("k = \"\n", "\""),
        ("k =\n", ""),
        ("k = \\n\n", "\\n"),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
}

#[test]
fn backquotes_and_triple_quotes_take_everything_literally() {
    for (text, expected) in [
        ("k = `a#b;c = \"d\" \\` x\n", "a#b;c = \"d\" \\"),
        ("k = `a`b` c\n", "a`b"),
        ("k = \"\"\"a`b\"\"\"\n", "a`b"),
        ("k = \"\"\"a\"\"\"\"\n", "a\""),
        ("k = \"\"\"\"\"\"\n", ""),
        ("k = \"\"\"\"\"\"", ""),
        ("k = \"\"\" a\n  b\r\nc \"\"\"  \n", " a\n  b\r\nc "),
        ("k = \"\"\"\na\"\"b\n\"\"\"", "\na\"\"b\n"),
        ("k = `a\n[b]\n; c`\n", "a\n[b]\n; c"),
        ("k = `a\nb` \\ \nc\\` x\\y\n", "a\nb` \\ \nc\\"),
        ("k = `a` \\\n", "a"),
        ("k = \"\"\"", "\"\"\""),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
}

#[test]
fn a_backslash_at_the_end_joins_the_next_line() {
    for (text, expected) in [
        ("k = a \\\n  b\\\r\n c\n", "a bc"),
        ("k = a\\\n\n\n", "a"),
        ("k = a\\", "a"),
        ("k = \"a\\\nb\"\n", "\"ab\""),
        ("k = a\\\nb # c ; d\n", "ab # c ; d"),
        ("k = a\\ \nb", "ab"),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
}

#[test]
fn a_comment_starts_anywhere_in_a_value_that_is_not_literal() {
    let text =
        "a = 1 ; one\nb = x#y\nc = \"q ; r\"\nd = #\ne = `v` ; lost\nf = \"\"\"v\nw\"\"\" # kept\n";
    let expected = document(&[(
        "DEFAULT",
        &[
            ("a", "1"),
            (";", "one"),
            ("b", "x"),
            (";", "y"),
            ("c", "\"q"),
            (";", "r\""),
            ("d", ""),
            (";", ""),
            ("e", "v"),
            ("f", "v\nw"),
            (";", "kept"),
        ],
    )]);
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn comments_above_belong_to_what_follows_and_lose_one_run_of_marks() {
    let text = "; one\n\n#two\r\na = 1 ; three\n;; # x\n\n[s] # y ]\n;\tz\n;\nb = 2\n# lost\n";
    let expected = document(&[
        ("DEFAULT", &[("a", "1"), (";", "one\n#two\r\n; three")]),
        ("s] # y ", &[(";", "# x"), ("b", "2"), (";", "\tz\n;")]),
    ]);
    assert_eq!(read(text).unwrap(), expected);
    let expected = document(&[("DEFAULT", &[]), ("s", &[(";", "a\n;b")])]);
    assert_eq!(read("# a\n[s] ;b\n").unwrap(), expected);
}

#[test]
fn keys_are_unquoted_and_end_at_the_first_delimiter() {
    for (text, expected) in [
        ("a b : c = d", ("a b", "c = d")),
        ("\"a=b\" x = 1", ("a=b", "1")),
        ("`a:\"b\"`=1", ("a:\"b\"", "1")),
        ("\"\"\" a`b \"\"\" = 1", ("a`b", "1")),
        ("` a ` = 1", ("a", "1")),
        ("`#1` = 1", ("#1", "1")),
    ] {
        assert_eq!(
            read(text).unwrap(),
            document(&[("DEFAULT", &[expected])]),
            "{text:?}"
        );
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(value("\u{feff}k = 1"), "1");
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    for (text, expected) in [
        (
            "a=1\n\t sesame",
            "line 2, column 3: a line is no header or comment and has no `=` or `:`",
        ),
        (
            "[sesame\n",
            "line 1, column 1: a section header lacks its closing bracket",
        ),
        ("[]\n", "line 1, column 1: a section lacks a name"),
        (" = 1", "line 1, column 2: a key is empty"),
        ("\"\" = 1", "line 1, column 1: a key is empty"),
        ("`a = 1", "line 1, column 1: a key lacks its closing quote"),
        (
            "\"a=\"",
            "line 1, column 1: a line is no header or comment and has no `=` or `:`",
        ),
        (
            "\na = `x\ny\n",
            "line 2, column 1: a value lacks its closing quote",
        ),
        (
            "- = 1",
            "line 1, column 1: a key that numbers itself cannot be written again",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn a_key_that_stands_twice_in_one_section_is_refused_unless_allowed() {
    let text = "[s]\na = 1 ; x\nb = 2\n\n a = 3\n[s]\na = 4\n";
    let error = read(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5, column 2: the key a stands on line 2 already"
    );
    let tree = read_plain(
        text.as_bytes(),
        &ReadOptions {
            allow_duplicates: true,
            ..STRICT
        },
    )
    .unwrap();
    let expected = document(&[
        ("DEFAULT", &[]),
        ("s", &[("a", "3"), ("b", "2")]),
        ("s", &[("a", "4")]),
    ]);
    assert_eq!(tree.documents, [expected]);
}

#[test]
fn sections_are_written_apart_with_their_keys_aligned() {
    let document = document(&[
        ("DEFAULT", &[("a", "1"), ("long", "2"), (";", "two")]),
        (
            "s",
            &[
                (";", "first\n; second"),
                ("x=y", "3"),
                ("a`b", ""),
                ("c", "€"),
            ],
        ),
        ("empty", &[]),
        ("t", &[("k", "v")]),
    ]);
    let text = "a    = 1\n; two\nlong = 2\n\n; first\n; second\n[s]\n`x=y`     = 3\n\
                \"\"\"a`b\"\"\" = \nc         = €\n\n[empty]\n\n[t]\nk = v\n";
    assert_eq!(written(document, None).unwrap(), text);
}

#[test]
fn values_are_quoted_where_they_would_read_back_as_others() {
    for (value, expected) in [
        ("a b", "a b"),
        ("a=b:c", "a=b:c"),
        ("a\nb", "\"\"\"a\nb\"\"\""),
        ("a`b;c", "\"\"\"a`b;c\"\"\""),
        ("a;b", "`a;b`"),
        (" a\r", "\" a\r\""),
        ("\"a", "\"a"),
        (" \"a", "` \"a`"),
        ("\"a\"", "`\"a\"`"),
        ("''", "`''`"),
        ("a\\", "`a\\`"),
        ("\"\"\"a", "`\"\"\"a`"),
        ("\"\"\"\na", "`\"\"\"\na`"),
        ("\n\"\"\"\\\na", "\"\"\"\n\"\"\"\\\na\"\"\""),
        ("a`\n\"\"\"", "\"\"\"a`\n\"\"\"\"\"\""),
    ] {
        let text = written(document(&[("DEFAULT", &[("k", value)])]), None).unwrap();
        assert_eq!(text, format!("k = {expected}\n"), "{value:?}");
        assert_eq!(self::value(&text), value, "{text:?}");
    }
    let held = document(&[("DEFAULT", &[("k", "\"\"\"`\n")])]);
    assert!(matches!(written(held, None), Err(WriteError::Shape(_))));
}

#[test]
fn keys_and_sections_that_would_read_back_as_others_are_refused() {
    for key in ["", "-", " a", "a\u{a0}", "a\nb", "a\"`"] {
        let error = written(document(&[("s", &[(key, "")])]), None).unwrap_err();
        assert_eq!(error, WriteError::Key { key: key.into() });
    }
    for name in ["", "a\nb"] {
        let error = written(document(&[(name, &[])]), None).unwrap_err();
        assert_eq!(error, WriteError::Key { key: name.into() });
    }
}

#[test]
fn scalars_are_written_as_text_and_other_shapes_are_refused() {
    let mut section = Map::default();
    section.push("b", false);
    section.push("f", Value::Float(1e21));
    section.push("n", Value::Null);
    let mut document = Map::default();
    document.push("s", section);
    assert_eq!(
        written(document, None).unwrap(),
        "[s]\nb = false\nf = 1E+21\nn = \n"
    );

    let mut document = Map::default();
    document.push("k", 1);
    assert!(matches!(written(document, None), Err(WriteError::Shape(_))));

    let mut section = Map::default();
    section.push("l", Vec::<Item>::new());
    let mut document = Map::default();
    document.push("s", section);
    assert_eq!(
        written(document, None).unwrap_err(),
        WriteError::NotAScalar { key: "l".into() }
    );
    let tree = Tree {
        documents: Vec::new(),
    };
    let error = write(&tree, None, &WriteOptions::default()).unwrap_err();
    assert_eq!(error, WriteError::DocumentCount { count: 0 });
}

#[test]
fn a_section_named_default_in_lower_case_keeps_its_header() {
    let text = written(document(&[("default", &[("a", "1")])]), None).unwrap();
    assert_eq!(text, "[default]\na = 1\n");
}

#[test]
fn the_metadata_are_a_section_behind_the_content() {
    let mut recipient = Map::default();
    recipient.push("enc", "-----BEGIN\nx\n");
    recipient.push("recipient", "ssh-rsa A; b");
    let mut metadata = Map::default();
    metadata.push("age", vec![Item::Value(recipient.into())]);
    metadata.push("version", "3.13.3");
    let content = || document(&[("DEFAULT", &[]), ("s", &[("a", "1")])]);
    let text = "[s]\na = 1\n\n[sops]\nage__list_0__map_enc       = -----BEGIN\\nx\\n\n\
                age__list_0__map_recipient = `ssh-rsa A; b`\nversion                    = 3.13.3\n";
    assert_eq!(written(content(), Some(&metadata)).unwrap(), text);

    let broken = text.replace("-----BEGIN\\nx\\n", "\"\"\"-----BEGIN\nx\n\"\"\"");
    for text in [text, &broken] {
        let encrypted = read_encrypted(text.as_bytes(), &STRICT).unwrap();
        assert_eq!(encrypted.tree.documents, [content()]);
        assert_eq!(encrypted.metadata, metadata);
    }
}

#[test]
fn metadata_stand_in_exactly_one_section() {
    let read = |text: &str| read_encrypted(text.as_bytes(), &STRICT).err();
    assert_eq!(read("[a]\nb=1"), Some(ReadError::NoMetadata));
    assert!(matches!(
        read("[sops]\na=1\n[sops]\nb=1"),
        Some(ReadError::Metadata(_))
    ));
    assert!(matches!(
        read("[sops]\na=1\na__map_b=1"),
        Some(ReadError::Metadata(_))
    ));
    assert_eq!(read("[sops]\na=1\n[b]\nc=1"), None);

    let content = || document(&[("sops", &[("a", "1")])]);
    assert!(written(content(), None).is_ok());
    let error = written(content(), Some(&Map::default())).unwrap_err();
    assert_eq!(error, WriteError::Key { key: "sops".into() });
}

#[test]
fn what_the_format_writes_is_written_the_same_again() {
    let text =
        "; a\n; b\ntop = 1\n\n# c\n[s]\nx = `#`\n\n[s]\n; d\ny  = \" \"\nzz = \"\"\"1\n2\"\"\"\n";
    assert_eq!(
        written(read(text).unwrap(), None).unwrap(),
        text.replace("# c", "; c")
    );
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~€\u{feff}]([ -~\t\u{a0}]{0,5}[!-~é])?",
        "[!-_a-~]([ -_a-~]{0,5}[!-_a-~])?"
    ]
    .prop_filter("a key the format holds", |key| {
        quote::for_key(key.as_bytes()).is_some()
    })
}

fn any_text() -> impl Strategy<Value = Text> {
    prop_oneof!["[ -~\n\r\u{a0}€]{0,12}", "[`\"'#;\\\\\n a]{0,9}"]
        .prop_filter("a value the format holds", |text| {
            quote::for_value(text.as_bytes()).is_some()
        })
        .prop_map(Text::from)
}

fn any_section() -> impl Strategy<Value = Map> {
    let comment = "[a-z\"`=][ -~]{0,6}[!-~](\n[;#] [!-:<-~]{1,3})?".prop_map(Text::from);
    let pair = (any_text(), prop::option::of(comment.clone()));
    let pairs = prop::collection::btree_map(any_key(), pair, 0..4);
    (prop::option::of(comment), pairs).prop_map(|(comment, pairs)| {
        let mut section = Map::default();
        let line = |text| Entry::Comment(Comment::line(text));
        section.entries.extend(comment.map(line));
        for (key, (value, comment)) in pairs {
            section.push(key.as_str(), value);
            section.entries.extend(comment.map(line));
        }
        section
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        mut default in any_section(),
        sections in prop::collection::vec(("[ -~€\r]{1,8}", any_section()), 0..4),
    ) {
        // The default section has no header for a comment to stand above.
        if matches!(default.entries.first(), Some(Entry::Comment(_))) {
            default.entries.remove(0);
        }
        let mut document = Map::default();
        document.push("DEFAULT", default);
        for (name, section) in sections {
            document.push(name.as_str(), section);
        }
        let tree = Tree { documents: vec![document] };
        let bytes = write(&tree, None, &WriteOptions::default()).unwrap();
        prop_assert_eq!(read_plain(&bytes, &STRICT).unwrap(), tree);
    }

    #[test]
    fn what_is_read_can_be_written_unless_a_name_or_value_is_refused(
        text in "([ab\\[\\]=:`\"';# \\\\\n\r]|\"\"\"|= ){0,30}",
    ) {
        if let Ok(tree) = read_plain(text.as_bytes(), &STRICT) {
            match write(&tree, None, &WriteOptions::default()) {
                Ok(bytes) => {
                    let again = read_plain(&bytes, &STRICT).unwrap();
                    prop_assert_eq!(pairs(&again), pairs(&tree));
                }
                Err(WriteError::Key { .. } | WriteError::Shape(_)) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ignored = read_plain(&bytes, &STRICT);
        let _ignored = read_encrypted(&bytes, &STRICT);
    }
}

/// Everything but the comments: section, key, value.
fn pairs(tree: &Tree) -> Vec<[Vec<u8>; 3]> {
    let mut pairs = Vec::new();
    for (name, section) in tree.documents.iter().flat_map(Map::pairs) {
        let Value::Map(section) = section else {
            panic!("only sections are read")
        };
        for (key, value) in section.pairs() {
            let Value::Text(text) = value else {
                panic!("only text is read")
            };
            pairs.push([name.as_bytes(), key.as_bytes(), text.expose()].map(<[u8]>::to_vec));
        }
    }
    pairs
}

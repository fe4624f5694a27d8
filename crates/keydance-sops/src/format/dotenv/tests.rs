use proptest::prelude::*;

use super::*;
use crate::tree::Item;

const STRICT: ReadOptions = ReadOptions::DEFAULT;

fn read(text: &str) -> Result<Map, ReadError> {
    let mut documents = read_plain(text.as_bytes(), &STRICT)?.documents;
    assert_eq!(documents.len(), 1);
    Ok(documents.remove(0))
}

fn document(pairs: &[(&str, &str)]) -> Map {
    let mut map = Map::default();
    for (key, value) in pairs {
        map.push(*key, *value);
    }
    map
}

fn written(document: Map, metadata: Option<&Map>) -> Result<String, WriteError> {
    let tree = Tree {
        documents: vec![document],
    };
    let bytes = write(&tree, metadata, &WriteOptions::default())?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn keys_and_values_are_kept_verbatim() {
    let read = read("A=1\nexport B = 'x' # y\n=empty\nC==\r\nD=\n").unwrap();
    let expected = [
        ("A", "1"),
        ("export B ", " 'x' # y"),
        ("", "empty"),
        ("C", "=\r"),
        ("D", ""),
    ];
    assert_eq!(read, document(&expected));
}

#[test]
fn empty_lines_are_dropped_and_a_number_sign_in_the_first_column_is_a_comment() {
    let read = read("\n\n# one\nA=1\n #B=2\n#\n").unwrap();
    let mut expected = Map::default();
    expected.entries.push(Entry::Comment(Comment::line(" one")));
    expected.push("A", "1");
    expected.push(" #B", "2");
    expected.entries.push(Entry::Comment(Comment::line("")));
    assert_eq!(read, expected);
}

#[test]
fn backslash_n_is_a_line_break_and_written_as_one() {
    let text = "A=one\\ntwo\\\\n\nB=\\t\n";
    let read = read(text).unwrap();
    assert_eq!(read, document(&[("A", "one\ntwo\\\n"), ("B", "\\t")]));
    assert_eq!(written(read, None).unwrap(), text);
}

#[test]
fn a_line_without_an_equals_sign_is_refused_by_number() {
    let error = read("A=1\n\nsesame\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column 1: a line is no comment and has no `=`"
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_with_both_lines_unless_allowed() {
    let text = "A=1\n#\nA=2\n";
    let error = read(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column 1: the key A stands on line 1 already"
    );
    let lenient = ReadOptions {
        allow_duplicates: true,
        ..STRICT
    };
    let tree = read_plain(text.as_bytes(), &lenient).unwrap();
    assert_eq!(
        write(&tree, None, &WriteOptions::default()).unwrap(),
        text.as_bytes()
    );
}

#[test]
fn scalars_are_written_as_text_and_maps_and_lists_are_refused() {
    let mut map = Map::default();
    map.push("B", true);
    map.push("I", 7);
    map.push("F", Value::Float(1.0));
    map.push("N", Value::Null);
    assert_eq!(written(map, None).unwrap(), "B=true\nI=7\nF=1.0\nN=\n");

    for value in [Value::Map(Map::default()), Value::List(Vec::<Item>::new())] {
        let mut map = Map::default();
        map.push("K", value);
        let error = written(map, None).unwrap_err();
        assert_eq!(error, WriteError::NotAScalar { key: "K".into() });
    }
}

#[test]
fn a_comment_of_several_lines_stays_a_comment() {
    let mut map = Map::default();
    map.entries.push(Entry::Comment(Comment::line(" one\nA=1")));
    assert_eq!(written(map, None).unwrap(), "# one\n#A=1\n");
}

#[test]
fn a_key_that_would_read_back_as_another_is_refused() {
    for key in ["#A", "A=B", "A\nB"] {
        let error = written(document(&[(key, "1")]), None).unwrap_err();
        assert_eq!(error, WriteError::Key { key: key.into() });
    }
}

#[test]
fn the_metadata_stand_behind_the_content_and_are_taken_out_on_reading() {
    let recipient = {
        let mut map = Map::default();
        map.push("enc", "-----BEGIN\nx\n");
        map.push("recipient", "age1x");
        map
    };
    let mut metadata = Map::default();
    metadata.push("age", vec![Item::Value(recipient.into())]);
    metadata.push("version", "3.13.3");
    let text = written(document(&[("A", "1")]), Some(&metadata)).unwrap();
    assert_eq!(
        text,
        "A=1\nsops_age__list_0__map_enc=-----BEGIN\\nx\\n\n\
         sops_age__list_0__map_recipient=age1x\nsops_version=3.13.3\n"
    );
    let encrypted = read_encrypted(text.as_bytes(), &STRICT).unwrap();
    assert_eq!(encrypted.tree.documents, [document(&[("A", "1")])]);
    assert_eq!(encrypted.metadata, metadata);
}

#[test]
fn metadata_may_stand_anywhere_and_without_any_there_are_none() {
    let text = "sops_version=1\nA=1\n# c\nsops_mac=m\nB=2\n";
    let encrypted = read_encrypted(text.as_bytes(), &STRICT).unwrap();
    assert_eq!(
        encrypted.metadata,
        document(&[("mac", "m"), ("version", "1")])
    );
    let none = read_encrypted(b"A=1\nsopsy=2\n#sops_a=1\n", &STRICT).err();
    assert_eq!(none, Some(ReadError::NoMetadata));
}

#[test]
fn what_would_break_an_encrypted_file_is_refused_beside_metadata_only() {
    let metadata = document(&[("version", "3.13.3")]);
    assert!(written(document(&[("sops_a", "1")]), None).is_ok());
    let error = written(document(&[("sops_a", "1")]), Some(&metadata)).unwrap_err();
    assert_eq!(
        error,
        WriteError::Key {
            key: "sops_a".into()
        }
    );
    assert_eq!(
        written(document(&[("A", r"C:\new")]), None).unwrap(),
        "A=C:\\new\n"
    );
    let error = written(document(&[("A", r"C:\new")]), Some(&metadata)).unwrap_err();
    assert!(matches!(error, WriteError::Shape(_)));
}

#[test]
fn only_one_document_fits() {
    for count in [0, 2] {
        let tree = Tree {
            documents: (0..count).map(|_| Map::default()).collect(),
        };
        let error = write(&tree, None, &WriteOptions::default()).unwrap_err();
        assert_eq!(error, WriteError::DocumentCount { count });
    }
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let value =
        "[ -~\n\r€]{0,16}".prop_filter("no backslash before n", |text| !text.contains("\\n"));
    prop_oneof![
        "[ -~€]{0,12}".prop_map(|text| Entry::Comment(Comment::line(text))),
        ("([ !-\"$-<>-~€][ -<>-~€]{0,8})?", value)
            .prop_map(|(key, value)| Entry::Pair(key.as_str().into(), value.into())),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(entries in prop::collection::vec(any_entry(), 0..8)) {
        let tree = Tree { documents: vec![Map { entries }] };
        let bytes = write(&tree, None, &WriteOptions::default()).unwrap();
        let lenient = ReadOptions { allow_duplicates: true, ..STRICT };
        prop_assert_eq!(read_plain(&bytes, &lenient).unwrap(), tree);
    }

    #[test]
    fn a_file_is_written_as_it_was_read_but_for_empty_lines(
        text in "([A-C#=]{0,3}=?[ -[\\]-~\r]{0,8}\n){0,8}",
    ) {
        let lenient = ReadOptions { allow_duplicates: true, ..STRICT };
        if let Ok(tree) = read_plain(text.as_bytes(), &lenient) {
            let bytes = write(&tree, None, &WriteOptions::default()).unwrap();
            let lines = text.split_inclusive('\n').filter(|line| *line != "\n");
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), lines.collect::<String>());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ignored = read_plain(&bytes, &STRICT);
        let _ignored = read_encrypted(&bytes, &STRICT);
    }
}

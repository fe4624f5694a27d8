//! Merging plain trees.

use proptest::prelude::*;

use crate::format::{Format, ReadOptions};
use crate::merge::{CONFLICT_KEY, MergedTree, conflicts, merge_trees};
use crate::tree::{Entry, Item, Key, Map, Tree, Value};

fn yaml(text: &str) -> Tree {
    Format::Yaml
        .read_plain(text.as_bytes(), &ReadOptions::default())
        .unwrap()
}

fn written(tree: &Tree) -> String {
    let bytes = Format::Yaml.write(tree, None, &crate::format::WriteOptions::default());
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let MergedTree { tree, conflicts } =
        merge_trees(Format::Yaml, &yaml(base), &yaml(ours), &yaml(theirs)).unwrap();
    (
        written(&tree),
        conflicts.iter().map(ToString::to_string).collect(),
    )
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let (merged, conflicts) = merged(base, ours, theirs);
    assert_eq!(conflicts, [""; 0], "{merged}");
    merged
}

#[test]
fn changes_of_different_keys_are_both_made() {
    let merged = clean(
        "a: 1\nb: {c: 2, d: 3}\n",
        "a: 9\nb: {c: 2, d: 3}\n",
        "a: 1\nb: {c: 2}\n",
    );
    assert_eq!(merged, "a: 9\nb:\n    c: 2\n");
}

#[test]
fn what_theirs_added_stands_behind_its_neighbour() {
    let merged = clean(
        "a: 1\nb: 2\n",
        "a: 1\no: 3\nb: 2\n",
        "f: 0\na: 1\nt: 4\nu: 5\nb: 2\nz: 6\n",
    );
    assert_eq!(merged, "f: 0\na: 1\nt: 4\nu: 5\no: 3\nb: 2\nz: 6\n");
}

#[test]
fn two_changes_of_one_value_are_a_conflict_under_its_key() {
    let (merged, conflicts) = merged(
        "a: {b: 1}\nc: 0\n",
        "a: {b: 2}\nc: 0\n",
        "a: {b: x}\nc: 5\n",
    );
    assert_eq!(conflicts, ["a:b"]);
    let expected = "a:\n    b:\n        keydance_conflict:\n            ours: 2\n            \
                    theirs: x\n            base: 1\nc: 5\n";
    assert_eq!(merged, expected);
    assert_eq!(super::super::conflicts(&yaml(&merged)).len(), 1);
}

#[test]
fn a_deleted_value_is_a_conflict_if_the_other_side_changed_it() {
    assert_eq!(
        clean("a: 1\nb: 2\n", "b: 2\n", "a: 1\nb: 2\nc: 3\n"),
        "b: 2\nc: 3\n"
    );
    assert_eq!(clean("a: 1\nb: 2\n", "a: 1\n", "a: 1\n"), "a: 1\n");
    let (merged, conflicts) = merged("a: 1\nb: 2\n", "b: 2\n", "a: 7\nb: 2\n");
    assert_eq!(conflicts, ["a"]);
    assert_eq!(
        merged,
        "a:\n    keydance_conflict:\n        theirs: 7\n        base: 1\nb: 2\n"
    );
}

#[test]
fn lists_are_merged_item_by_item() {
    let merged = clean(
        "l: [1, 2, 3, 4]\n",
        "l: [0, 1, 2, 3, 4]\n",
        "l: [1, 2, 4, 5]\n",
    );
    assert_eq!(merged, "l:\n    - 0\n    - 1\n    - 2\n    - 4\n    - 5\n");
    let merged = clean(
        "l: [{k: a, p: 1}, {k: b, p: 2}]\n",
        "l: [{k: a, p: 9}, {k: b, p: 2}]\n",
        "l: [{k: a, p: 1}, {k: b, p: 8}]\n",
    );
    assert_eq!(
        merged,
        "l:\n    - k: a\n      p: 9\n    - k: b\n      p: 8\n"
    );
}

#[test]
fn lists_that_overlap_are_one_conflict() {
    let (merged, conflicts) = merged("l: [1, 2]\n", "l: [1, 3, 4]\n", "l: [1, 5]\n");
    assert_eq!(conflicts, ["l"]);
    assert!(
        merged.starts_with("l:\n    keydance_conflict:\n        ours:\n"),
        "{merged}"
    );
    let (_, conflicts) = self::merged("l: [1]\n", "l: [1, 2]\n", "l: [1, 3]\n");
    assert_eq!(conflicts, ["l"]);
}

#[test]
fn comments_follow_their_entry_and_never_conflict() {
    let base = "# old\na: 1\nb: 2\n# end\n";
    let ours = "# ours\na: 1\nb: 2\n# end\n";
    let theirs = "# old\n# theirs\na: 1\nk: 0\nb: 3 # three\n# end\n# more\n";
    let merged = clean(base, ours, theirs);
    assert_eq!(
        merged,
        "# ours\n# theirs\na: 1\nk: 0\nb: 3 # three\n# end\n# more\n"
    );
    let merged = clean(
        "l:\n- 1\n- 2\n",
        "l:\n# one\n- 1\n- 2\n",
        "l:\n- 1\n# two\n- 2\n- 3\n",
    );
    assert_eq!(
        merged,
        "l:\n    # one\n    - 1\n    # two\n    - 2\n    - 3\n"
    );
    let merged = clean("l:\n- 1\n- 2\n", "l:\n- 1\n", "l:\n- 1\n# note\n- 2\n");
    assert_eq!(merged, "l:\n    - 1\n    # note\n");
}

#[test]
fn documents_are_merged_by_their_place() {
    let merged = clean(
        "a: 1\n---\nb: 2\n",
        "a: 1\n---\nb: 3\n",
        "a: 0\n---\nb: 2\n---\nc: 4\n",
    );
    assert_eq!(merged, "a: 0\n---\nb: 3\n---\nc: 4\n");
}

#[test]
fn what_both_made_without_a_base_is_joined() {
    let none = Tree::default();
    let merge = |ours: &str, theirs: &str| {
        merge_trees(Format::Yaml, &none, &yaml(ours), &yaml(theirs)).unwrap()
    };
    let merged = merge("a: 1\nb: {c: 2}\n", "b: {d: 3}\na: 1\n");
    assert_eq!(
        (written(&merged.tree).as_str(), merged.conflicts.len()),
        ("a: 1\nb:\n    c: 2\n    d: 3\n", 0)
    );
    assert_eq!(merge("a: 1\n", "a: 2\n").conflicts.len(), 1);
}

#[test]
fn formats_without_maps_have_their_conflicts_in_a_string() {
    let read = |text: &str| {
        Format::Ini
            .read_plain(text.as_bytes(), &ReadOptions::default())
            .unwrap()
    };
    let [base, ours, theirs] = ["[s]\na = 1\nb = 2\n", "[s]\na = \"x\"\n", ""].map(read);
    let merged = merge_trees(Format::Ini, &base, &ours, &theirs).unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    let bytes = Format::Ini.write(&merged.tree, None, &crate::format::WriteOptions::default());
    let text = String::from_utf8(bytes.unwrap()).unwrap();
    assert_eq!(
        text,
        "[s]\na = {\"keydance_conflict\": {\"ours\": \"x\",\"base\": \"1\"}}\n"
    );
    assert_eq!(conflicts(&merged.tree), merged.conflicts);
}

#[test]
fn bytes_that_are_no_text_are_kept_in_a_conflict() {
    let read = |bytes: &[u8]| {
        Format::Binary
            .read_plain(bytes, &ReadOptions::default())
            .unwrap()
    };
    let [base, ours, theirs] = [b"a".as_slice(), b"\xff\0", b"b"].map(read);
    let merged = merge_trees(Format::Binary, &base, &ours, &theirs).unwrap();
    let bytes = Format::Binary.write(&merged.tree, None, &crate::format::WriteOptions::default());
    let text = String::from_utf8(bytes.unwrap()).unwrap();
    assert_eq!(
        text,
        "{\"keydance_conflict\": {\"ours_base64\": \"/wA=\",\"theirs\": \"b\",\"base\": \"a\"}}"
    );
}

/// Small trees of few words, so that three of them have much in common.
fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        (0..3_i64).prop_map(Value::Int),
        Just(()).prop_map(|()| Value::Null),
        "[xy]?".prop_map(|text: String| Value::from(text)),
    ];
    scalar.prop_recursive(3, 24, 4, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            any_map(inner).prop_map(Value::Map),
            items.prop_map(|items| Value::List(items.into_iter().map(Item::Value).collect())),
        ]
    })
}

fn any_map(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    let entries = prop::collection::hash_map("[abcd]", value, 0..4);
    entries.prop_map(|entries| {
        let pair = |(key, value): (String, Value)| Entry::Pair(Key::from(key.as_str()), value);
        Map {
            entries: entries.into_iter().map(pair).collect(),
        }
    })
}

fn any_tree() -> impl Strategy<Value = Tree> {
    any_map(any_value()).prop_map(|map| Tree {
        documents: vec![map],
    })
}

fn copy(tree: &Tree) -> Tree {
    Tree {
        documents: tree.documents.iter().map(Map::duplicate).collect(),
    }
}

fn merge(base: &Tree, ours: &Tree, theirs: &Tree) -> MergedTree {
    merge_trees(Format::Yaml, base, ours, theirs).unwrap()
}

/// With the keys in order, and the sides of markers the other way round if so asked.
fn normal(value: &Value, swapped: bool) -> Value {
    match value {
        Value::List(items) => Value::List(
            items
                .iter()
                .filter_map(|item| match item {
                    Item::Comment(_) => None,
                    Item::Value(value) => Some(Item::Value(normal(value, swapped))),
                })
                .collect(),
        ),
        Value::Map(map) => {
            let is_marker = |key: &Key| key.as_bytes() == CONFLICT_KEY.as_bytes();
            let mut pairs: Vec<(Key, Value)> = map
                .pairs()
                .map(|(key, value)| match value {
                    Value::Map(sides) if swapped && is_marker(key) => {
                        (key.clone(), normal(&Value::Map(swapped_sides(sides)), true))
                    }
                    value => (key.clone(), normal(value, swapped)),
                })
                .collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| Entry::Pair(key, value));
            Value::Map(Map {
                entries: pairs.collect(),
            })
        }
        scalar => scalar.duplicate(),
    }
}

fn swapped_sides(sides: &Map) -> Map {
    let name = |key: &Key| match key.as_bytes() {
        b"ours" => Key::from("theirs"),
        b"theirs" => Key::from("ours"),
        _ => key.clone(),
    };
    let pairs = sides
        .pairs()
        .map(|(key, value)| Entry::Pair(name(key), value.duplicate()));
    Map {
        entries: pairs.collect(),
    }
}

fn normal_tree(tree: &Tree, swapped: bool) -> Vec<Value> {
    tree.documents
        .iter()
        .map(|map| normal(&Value::Map(map.duplicate()), swapped))
        .collect()
}

proptest! {
    #[test]
    fn a_change_beside_no_change_is_that_change(base in any_tree(), x in any_tree()) {
        for merged in [merge(&base, &x, &base), merge(&base, &base, &x), merge(&base, &x, &x)] {
            prop_assert!(merged.conflicts.is_empty());
            prop_assert_eq!(&merged.tree, &x);
        }
    }

    #[test]
    fn whose_change_is_whose_matters_for_the_order_only(
        base in any_tree(), x in any_tree(), y in any_tree()
    ) {
        let (one, other) = (merge(&base, &x, &y), merge(&base, &y, &x));
        prop_assert_eq!(normal_tree(&one.tree, false), normal_tree(&other.tree, true));
        prop_assert_eq!(one.conflicts.len(), other.conflicts.len());
        prop_assert_eq!(conflicts(&one.tree).len(), one.conflicts.len());
    }

    #[test]
    fn every_key_has_what_a_side_made_of_it(
        base in any_map((0..3_i64).prop_map(Value::Int)),
        x in any_map((0..3_i64).prop_map(Value::Int)),
        y in any_map((0..3_i64).prop_map(Value::Int)),
    ) {
        let tree = |map: &Map| Tree { documents: vec![map.duplicate()] };
        let merged = merge(&tree(&base), &tree(&x), &tree(&y));
        let found = merged.tree.documents.first().map(Map::duplicate).unwrap_or_default();
        for key in ["a", "b", "c", "d"].map(str::as_bytes) {
            let [b, x, y, found] = [&base, &x, &y, &found].map(|map| map.value(key));
            if x == y || y == b {
                prop_assert_eq!(found, x);
            } else if x == b {
                prop_assert_eq!(found, y);
            } else {
                let Some(Value::Map(marker)) = found else { panic!("no marker") };
                let Some(Value::Map(sides)) = marker.value(CONFLICT_KEY.as_bytes()) else {
                    panic!("no sides")
                };
                prop_assert_eq!([sides.value(b"ours"), sides.value(b"theirs")], [x, y]);
                prop_assert_eq!(sides.value(b"base"), b);
            }
        }
    }

    #[test]
    fn a_second_document_is_merged_like_the_first(x in any_tree(), y in any_tree()) {
        let two = |first: &Tree, second: &Tree| Tree {
            documents: [copy(first), copy(second)].into_iter().flat_map(|tree| tree.documents).collect(),
        };
        let merged = merge(&two(&x, &x), &two(&x, &y), &two(&x, &x));
        prop_assert_eq!(merged.tree, two(&x, &y));
    }
}

//! Trees and rules for property tests. Few keys, texts and comments, so that many are equal.

use proptest::prelude::*;

use crate::select::Rule;
use crate::tree::{Comment, Entry, Item, Key, Map, Text, Time, Tree, Value};

pub(super) fn any_tree() -> impl Strategy<Value = Tree> {
    let documents = prop::collection::vec(any_map(any_value()), 1..3);
    documents.prop_map(|documents| Tree { documents })
}

pub(super) fn any_rule() -> impl Strategy<Value = Rule> {
    prop::sample::select(vec![
        ("encrypted_comment_regex", "enc"),
        ("encrypted_regex", "^(b|d)"),
        ("encrypted_suffix", "_enc"),
        ("unencrypted_comment_regex", "plain"),
        ("unencrypted_regex", "^[abc]"),
        ("unencrypted_suffix", "_plain"),
    ])
    .prop_map(|(field, text)| Rule::of_field(field, text).unwrap())
}

fn any_value() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(4, 64, 6, |value| {
        let value = value.boxed();
        let item = prop_oneof![
            4 => value.clone().prop_map(Item::Value),
            1 => any_comment().prop_map(Item::Comment),
        ];
        let list = prop::collection::vec(item, 0..6);
        prop_oneof![
            list.prop_map(Value::List),
            any_map(value).prop_map(Value::Map)
        ]
    })
}

fn any_map(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    let entry = prop_oneof![
        4 => (any_key(), value).prop_map(|(key, value)| Entry::Pair(key, value)),
        1 => any_comment().prop_map(Entry::Comment),
    ];
    prop::collection::vec(entry, 0..6).prop_map(|entries| Map { entries })
}

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<()>().prop_map(|()| Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop::num::f64::ANY
            .prop_map(|number| if number.is_nan() { f64::NAN } else { number })
            .prop_map(Value::Float),
        any::<i64>().prop_map(Value::Int),
        any_time().prop_map(Value::Time),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Value::Text(Text::from(bytes))),
        prop::sample::select(vec!["", "dup", "True", "5"]).prop_map(Value::from),
    ]
}

fn any_time() -> impl Strategy<Value = Time> {
    (0_i64..4_000_000_000, 0..1_000_000_000, -14 * 60..14 * 60).prop_map(
        |(second, nano, minute)| {
            let at = jiff::Timestamp::new(second, nano).unwrap();
            let offset = jiff::tz::Offset::from_seconds(minute * 60).unwrap();
            Time::new(offset.to_datetime(at), offset)
        },
    )
}

fn any_key() -> impl Strategy<Value = Key> {
    prop::sample::select(vec!["a", "b_enc", "c_plain", "", "d:e", "ключ"]).prop_map(Key::from)
}

fn any_comment() -> impl Strategy<Value = Comment> {
    prop::sample::select(vec!["", " enc", " plain", " note", "ENC[", " é"]).prop_map(Comment::line)
}

/// A copy of a tree, which is no `Clone` because it holds secrets.
pub(super) fn copy(tree: &Tree) -> Tree {
    Tree {
        documents: tree.documents.iter().map(copy_of_map).collect(),
    }
}

fn copy_of_map(map: &Map) -> Map {
    let entry = |entry: &Entry| match entry {
        Entry::Comment(comment) => Entry::Comment(copy_of_comment(comment)),
        Entry::Pair(key, value) => Entry::Pair(key.clone(), copy_of_value(value)),
    };
    Map {
        entries: map.entries.iter().map(entry).collect(),
    }
}

fn copy_of_comment(comment: &Comment) -> Comment {
    Comment {
        text: Text::from(comment.text.expose()),
        placement: comment.placement,
    }
}

fn copy_of_value(value: &Value) -> Value {
    let item = |item: &Item| match item {
        Item::Comment(comment) => Item::Comment(copy_of_comment(comment)),
        Item::Value(value) => Item::Value(copy_of_value(value)),
    };
    match value {
        Value::Bool(truth) => Value::Bool(*truth),
        Value::Float(number) => Value::Float(*number),
        Value::Int(number) => Value::Int(*number),
        Value::List(items) => Value::List(items.iter().map(item).collect()),
        Value::Map(map) => Value::Map(copy_of_map(map)),
        Value::Null => Value::Null,
        Value::Text(text) => Value::Text(Text::from(text.expose())),
        Value::Time(time) => Value::Time(*time),
    }
}

use proptest::prelude::*;

use super::*;
use crate::tree::Comment;

fn unflattened(lines: &[(&str, &str)]) -> Result<Map, ReadError> {
    unflatten(
        lines
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
    )
}

fn map(pairs: Vec<(&str, Value)>) -> Map {
    let mut map = Map::default();
    for (key, value) in pairs {
        map.push(key, value);
    }
    map
}

fn list(values: Vec<Value>) -> Value {
    Value::List(values.into_iter().map(Item::Value).collect())
}

fn names(map: &Map) -> Vec<(String, String)> {
    let lines = flatten(map).into_iter();
    lines
        .map(|(name, text)| (name.to_string(), text.expose_str().unwrap().to_owned()))
        .collect()
}

fn line(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[test]
fn members_and_items_are_named_after_what_holds_them() {
    let recipient = map(vec![
        ("recipient", "age1x".into()),
        ("enc", "a\nb\n".into()),
    ]);
    let group = map(vec![
        ("age", list(vec![recipient.into()])),
        ("pgp", list(vec![])),
    ]);
    let metadata = map(vec![
        ("key_groups", list(vec![group.into()])),
        ("shamir_threshold", 2.into()),
        ("mac_only_encrypted", true.into()),
        ("nothing", Value::Null),
        ("version", "3.13.3".into()),
    ]);
    assert_eq!(
        names(&metadata),
        [
            line(
                "key_groups__list_0__map_age__list_0__map_recipient",
                "age1x"
            ),
            line("key_groups__list_0__map_age__list_0__map_enc", r"a\nb\n"),
            line("shamir_threshold", "2"),
            line("mac_only_encrypted", "true"),
            line("nothing", ""),
            line("version", "3.13.3"),
        ]
    );
}

#[test]
fn comments_are_left_out_and_do_not_count_as_items() {
    let items = vec![
        Item::Comment(Comment::line(" one")),
        Item::Value("a".into()),
        Item::Comment(Comment::line(" two")),
        Item::Value("b".into()),
    ];
    let metadata = map(vec![("l", Value::List(items))]);
    assert_eq!(
        names(&metadata),
        [line("l__list_0", "a"), line("l__list_1", "b")]
    );
}

#[test]
fn lines_in_any_order_come_out_sorted_with_items_by_number() {
    let mut lines: Vec<_> = (0..12).map(|index| format!("l__list_{index}")).collect();
    lines.sort();
    let lines: Vec<_> = lines.iter().map(|name| (name.as_str(), "x")).collect();
    let read = unflattened(&[lines.as_slice(), &[("b", "1"), ("a", "2")]].concat()).unwrap();
    let expected = map(vec![
        ("a", "2".into()),
        ("b", "1".into()),
        ("l", list((0..12).map(|_| "x".into()).collect())),
    ]);
    assert_eq!(read, expected);
}

#[test]
fn names_that_contradict_each_other_are_refused() {
    for lines in [
        [("a", ""), ("a", "")],
        [("a", ""), ("a__map_b", "")],
        [("a__map_b", ""), ("a", "")],
        [("a__list_0", ""), ("a__map_b", "")],
        [("a__list_0", ""), ("a__list_2", "")],
        [("a__list_1", ""), ("a__list_2", "")],
        [("a__list_0", ""), ("a__list_00", "")],
        [("a", ""), ("b__list_x", "")],
        [("a", ""), ("b__list_", "")],
        [("a", ""), ("b__list_+0", "")],
        [("a", ""), ("b__list_-1", "")],
        [("a", ""), ("b__list_99999999999999999999", "")],
    ] {
        assert!(
            matches!(unflattened(&lines), Err(ReadError::Metadata(_))),
            "{lines:?}"
        );
    }
}

#[test]
fn a_name_of_more_than_512_levels_is_refused() {
    let name = |levels: usize| format!("a{}", "__map_a".repeat(levels - 1));
    assert!(unflattened(&[(&name(512), "")]).is_ok());
    let refused = unflattened(&[(&name(513), "")]);
    assert_eq!(
        refused.unwrap_err(),
        ReadError::TooLarge {
            limit: "512 levels"
        }
    );
}

#[test]
fn the_separators_are_found_from_the_left() {
    let read = unflattened(&[("a___map_b__map__list_0", "x")]).unwrap();
    let inner = map(vec![("_list_0", "x".into())]);
    let b = map(vec![("b", Value::Map(inner))]);
    assert_eq!(read, map(vec![("a_", Value::Map(b))]));
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = "[a-z\n #=`\"]{0,12}".prop_map(Value::from);
    scalar.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(list),
            prop::collection::btree_map("[a-z_.]{1,4}[a-z]", inner, 1..4).prop_map(|members| {
                let mut map = Map::default();
                for (key, value) in members {
                    map.push(key.as_bytes(), value);
                }
                Value::Map(map)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_flattened_is_put_back_together(value in any_value()) {
        let metadata = map(vec![("m", value)]);
        let lines = flatten(&metadata);
        let lines = lines.iter().map(|(name, text)| (name.as_bytes(), text.expose()));
        prop_assert_eq!(unflatten(lines).unwrap(), metadata);
    }

    #[test]
    fn no_name_makes_it_panic(
        names in prop::collection::vec("(a|_|__map_|__list_|0|1){0,6}", 0..6),
    ) {
        let _ignored = unflatten(names.iter().map(|name| (name.as_bytes(), b"".as_slice())));
    }
}

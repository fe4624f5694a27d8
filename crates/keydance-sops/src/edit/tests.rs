use proptest::prelude::*;

use super::*;
use crate::tree::Comment;

/// ```yaml
/// # above a
/// a: 1
/// m:
///     # inside
///     x: old
/// # above l
/// l:
///     # in list
///     - p
///     - q: 2
/// ```
fn sample() -> Tree {
    let inner = Map {
        entries: vec![comment("inside"), pair("x", "old")],
    };
    let item = Map {
        entries: vec![pair("q", 2_i64)],
    };
    let list: Vec<Item> = vec![
        Item::Comment(Comment::line("in list")),
        Item::Value("p".into()),
        Item::Value(item.into()),
    ];
    let entries = vec![
        comment("above a"),
        pair("a", 1_i64),
        pair("m", inner),
        comment("above l"),
        pair("l", list),
    ];
    Tree {
        documents: vec![Map { entries }, second()],
    }
}

fn second() -> Map {
    Map {
        entries: vec![pair("second", "document")],
    }
}

fn comment(text: &str) -> Entry {
    Entry::Comment(Comment::line(text))
}

fn pair(key: &str, value: impl Into<Value>) -> Entry {
    Entry::Pair(key.into(), value.into())
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn at(tree: Tree, text: &str) -> Value {
    match extract(tree, &path(text)).unwrap() {
        Extracted::Text(text) => text.into(),
        Extracted::Tree(tree) => tree.documents.into_iter().next().unwrap().into(),
        Extracted::Value(value) => value,
    }
}

/// The sample after setting something, which must have changed it.
fn with(text: &str, value: impl Into<Value>) -> Tree {
    let mut tree = sample();
    assert_eq!(
        set(&mut tree, &path(text), value.into()),
        Ok(Change::Changed),
        "{text}"
    );
    assert_eq!(tree.documents.len(), 2);
    assert_eq!(
        tree.documents[1],
        second(),
        "only the first document is touched"
    );
    tree
}

fn without(text: &str) -> Tree {
    let mut tree = sample();
    assert_eq!(unset(&mut tree, &path(text)), Ok(()), "{text}");
    tree
}

fn entries(tree: &mut Tree) -> &mut Vec<Entry> {
    &mut tree.documents[0].entries
}

#[test]
fn a_string_a_map_and_anything_else_are_told_apart() {
    let found = |text| extract(sample(), &path(text));
    assert_eq!(found(r#"["m"]["x"]"#), Ok(Extracted::Text("old".into())));
    assert_eq!(found(r#"["a"]"#), Ok(Extracted::Value(1_i64.into())));
    let map = Map {
        entries: vec![pair("q", 2_i64)],
    };
    let tree = Tree {
        documents: vec![map, second()],
    };
    assert_eq!(found(r#"["l"][2]"#), Ok(Extracted::Tree(tree)));
    assert!(matches!(
        found(r#"["l"]"#),
        Ok(Extracted::Value(Value::List(_)))
    ));
    assert_eq!(found(""), Ok(Extracted::Tree(sample())));
}

#[test]
fn what_is_not_there_cannot_be_extracted() {
    let failure = |text| {
        extract(sample(), &path(text))
            .err()
            .map(|error| error.to_string())
    };
    let missing = |component: &str| Some(format!("component {component} not found"));
    assert_eq!(failure("['m']['y']"), missing(r#"["y"]"#));
    assert_eq!(failure("['l'][3]"), missing("[3]"));
    assert_eq!(failure("['second']"), missing(r#"["second"]"#));
    assert_eq!(failure("['l'][0]").unwrap(), "component [0] is a comment");
    assert!(failure("['a']['b']").unwrap().ends_with("is no map"));
    assert!(failure("['l']['b']").unwrap().ends_with("is no map"));
    assert!(failure("['m'][0]").unwrap().ends_with("is no list"));
    assert_eq!(
        extract(Tree::default(), &path("")),
        Err(EditError::NoDocument)
    );
}

#[test]
fn a_value_is_set_in_its_place() {
    let mut expected = sample();
    entries(&mut expected)[1] = pair("a", "new");
    assert_eq!(with("['a']", "new"), expected);
}

#[test]
fn a_missing_key_is_appended_with_all_that_leads_to_it() {
    let deep = Value::Map(Map {
        entries: vec![pair("y", vec![Item::Value(5_i64.into())])],
    });
    let mut expected = sample();
    entries(&mut expected).push(pair(
        "n",
        Map {
            entries: vec![pair("z", deep)],
        },
    ));
    assert_eq!(with("['n']['z']['y'][4]", 5_i64), expected);
    let inner = at(with("['m']['y']", true), "['m']");
    let entries = vec![comment("inside"), pair("x", "old"), pair("y", true)];
    assert_eq!(inner, Map { entries }.into());
}

#[test]
fn a_position_past_the_end_appends() {
    assert_eq!(at(with("['l'][3]", "r"), "['l'][3]"), "r".into());
    assert_eq!(at(with("['l'][99]", "r"), "['l'][3]"), "r".into());
    assert_eq!(at(with("['l'][99]['k']", "r"), "['l'][3]['k']"), "r".into());
}

#[test]
fn a_scalar_on_the_way_gives_way() {
    assert_eq!(at(with("['a']['b']", 5_i64), "['a']['b']"), 5_i64.into());
    assert_eq!(
        at(with("['m']['x'][7]", 5_i64), "['m']['x'][0]"),
        5_i64.into()
    );
    let mut null = Tree {
        documents: vec![Map {
            entries: vec![pair("n", Value::Null)],
        }],
    };
    assert_eq!(
        set(&mut null, &path("['n']['b']"), 5_i64.into()),
        Ok(Change::Changed)
    );
    assert_eq!(at(null, "['n']['b']"), 5_i64.into());
}

#[test]
fn comments_count_among_the_items_of_a_list_as_in_stock() {
    assert_eq!(at(with("['l'][1]", "new"), "['l'][1]"), "new".into());
    let replaced = with("['l'][0]", "new");
    let items: Vec<Item> = vec![
        Item::Value("new".into()),
        Item::Value("p".into()),
        Item::Value(
            Map {
                entries: vec![pair("q", 2_i64)],
            }
            .into(),
        ),
    ];
    assert_eq!(at(replaced, "['l']"), items.into());
    let Value::List(items) = at(without("['l'][0]"), "['l']") else {
        panic!("no list")
    };
    assert_eq!(items.len(), 2);
    assert_eq!(at(without("['l'][1]"), "['l'][1]['q']"), 2_i64.into());
}

#[test]
fn setting_what_is_there_changes_nothing() {
    for (text, value) in [
        ("['a']", Value::Int(1)),
        ("['m']['x']", "old".into()),
        (
            "['l'][2]",
            Map {
                entries: vec![pair("q", 2_i64)],
            }
            .into(),
        ),
    ] {
        let mut tree = sample();
        assert_eq!(
            set(&mut tree, &path(text), value),
            Ok(Change::Unchanged),
            "{text}"
        );
        assert_eq!(tree, sample());
    }
    let mut tree = sample();
    let float = set(&mut tree, &path("['a']"), Value::Float(1.0));
    assert_eq!(float, Ok(Change::Changed), "another type is another value");
}

#[test]
fn a_key_does_not_fit_a_list_nor_a_position_a_map() {
    let mut tree = sample();
    for (text, error) in [
        ("['l']['b']", EditError::NotAMap(Step::Key("b".into()))),
        ("['m'][0]", EditError::NotAList(Step::Index(0))),
        ("[0]", EditError::NotAList(Step::Index(0))),
        ("", EditError::EmptyPath),
    ] {
        assert_eq!(
            set(&mut tree, &path(text), 1_i64.into()),
            Err(error),
            "{text}"
        );
    }
    assert_eq!(tree, sample());
    let missing = set(&mut Tree::default(), &path("['a']"), 1_i64.into());
    assert_eq!(missing, Err(EditError::NoDocument));
}

#[test]
fn unsetting_removes_the_entry_and_leaves_comments() {
    let mut expected = sample();
    entries(&mut expected).remove(1);
    assert_eq!(without("['a']"), expected);
    assert_eq!(
        at(without("['m']['x']"), "['m']"),
        Map {
            entries: vec![comment("inside")]
        }
        .into()
    );
    assert_eq!(
        at(without("['l'][2]['q']"), "['l'][2]"),
        Map::default().into()
    );
}

#[test]
fn an_inline_comment_goes_with_its_value() {
    let inline = |text: &str| Entry::Comment(Comment::inline(text));
    let entries = vec![
        inline("of a"),
        inline("too"),
        pair("a", 1_i64),
        inline("of b"),
        pair("b", true),
    ];
    let items: Vec<Item> = vec![
        Item::Value("p".into()),
        Item::Comment(Comment::inline("of q")),
        Item::Value("q".into()),
    ];
    let mut tree = Tree {
        documents: vec![Map { entries }],
    };
    tree.documents[0].push("l", items);
    assert_eq!(unset(&mut tree, &path("['a']")), Ok(()));
    assert_eq!(unset(&mut tree, &path("['l'][2]")), Ok(()));
    let rest: Vec<Item> = vec![Item::Value("p".into())];
    let entries = vec![inline("of b"), pair("b", true), pair("l", rest)];
    assert_eq!(tree.documents[0], Map { entries });
}

#[test]
fn unsetting_what_is_not_there_is_told_apart_from_a_wrong_path() {
    let mut tree = sample();
    for (text, missing) in [
        ("['b']", true),
        ("['m']['y']['z']", true),
        ("['l'][3]", true),
        ("[0]", true),
        ("['a']['b']", false),
        ("['l']['b']", false),
        ("['l'][0]['b']", false),
        ("", false),
    ] {
        let error = unset(&mut tree, &path(text)).unwrap_err();
        assert_eq!(
            matches!(error, EditError::Missing(_)),
            missing,
            "{text}: {error}"
        );
    }
    assert_eq!(tree, sample());
}

fn step() -> impl Strategy<Value = Step> {
    let key = prop::sample::select(vec!["a", "m", "x", "l", "q"]);
    prop_oneof![
        (0_usize..4).prop_map(Step::Index),
        key.prop_map(|key| Step::Key(key.into()))
    ]
}

proptest! {
    #[test]
    fn what_was_set_is_there_and_setting_it_again_changes_nothing(
        steps in prop::collection::vec(step(), 1..5),
        number in any::<i64>(),
    ) {
        let path: TreePath = steps.into_iter().collect();
        let mut tree = sample();
        if set(&mut tree, &path, number.into()).is_ok() {
            let again = set(&mut tree, &path, number.into());
            let appended = extract(sample(), &path).is_err();
            prop_assert!(appended || again == Ok(Change::Unchanged));
        } else {
            prop_assert_eq!(&tree, &sample());
        }
    }

    #[test]
    fn what_was_unset_is_what_could_be_extracted(steps in prop::collection::vec(step(), 1..5)) {
        let path: TreePath = steps.into_iter().collect();
        let found = extract(sample(), &path);
        prop_assume!(!matches!(found, Err(EditError::Comment(_))));
        prop_assert_eq!(unset(&mut sample(), &path).is_ok(), found.is_ok());
    }
}

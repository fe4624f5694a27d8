//! Random trees in random layouts, changed at random.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::tree::Item;

/// Chooses a layout at every turn.
struct Emitter<'c> {
    choices: std::iter::Cycle<std::slice::Iter<'c, u8>>,
    text: String,
    step: usize,
    list: usize,
}

impl Emitter<'_> {
    fn choose(&mut self, one_in: u8) -> bool {
        self.choices
            .next()
            .is_some_and(|choice| choice % one_in == 0)
    }

    fn map(&mut self, map: &Map, column: usize) {
        for (index, (key, value)) in map.pairs().enumerate() {
            if index > 0 {
                if self.choose(4) {
                    self.text.push_str("\n\n");
                }
                self.text.push_str(&" ".repeat(column));
            }
            let key = std::str::from_utf8(key.as_bytes()).unwrap();
            let quote = if self.choose(4) { "\"" } else { "" };
            write!(self.text, "{quote}{key}{quote}:").unwrap();
            let blanks = if self.choose(3) { "   " } else { " " };
            match value {
                Value::Map(_) | Value::List(_) if self.choose(4) => {
                    self.text.push_str(blanks);
                    self.flow(value);
                    self.end();
                }
                Value::Map(inner) if !inner.entries.is_empty() => {
                    self.end();
                    self.text.push_str(&" ".repeat(column + self.step));
                    self.map(inner, column + self.step);
                }
                Value::List(items) if !items.is_empty() => {
                    self.end();
                    self.list(items, column + self.list);
                }
                scalar => {
                    self.text.push_str(blanks);
                    self.scalar(scalar);
                    self.end();
                }
            }
        }
    }

    fn list(&mut self, items: &[Item], column: usize) {
        for item in items {
            let Item::Value(value) = item else { continue };
            self.text.push_str(&" ".repeat(column));
            self.text.push_str("- ");
            match value {
                Value::Map(map) if !map.entries.is_empty() && !self.choose(4) => {
                    self.map(map, column + 2);
                }
                scalar => {
                    self.flow(scalar);
                    self.end();
                }
            }
        }
    }

    fn flow(&mut self, value: &Value) {
        match value {
            Value::Map(map) => {
                self.text.push('{');
                for (index, (key, value)) in map.pairs().enumerate() {
                    let comma = if self.choose(2) { "," } else { " ,  " };
                    self.text.push_str(if index > 0 { comma } else { "" });
                    write!(
                        self.text,
                        "{}: ",
                        std::str::from_utf8(key.as_bytes()).unwrap()
                    )
                    .unwrap();
                    self.flow(value);
                }
                self.text.push('}');
            }
            Value::List(items) => {
                self.text.push('[');
                for item in items {
                    let Item::Value(value) = item else { continue };
                    self.flow(value);
                    self.text.push_str(", ");
                }
                self.text.push(']');
            }
            scalar => self.scalar(scalar),
        }
    }

    fn scalar(&mut self, value: &Value) {
        match value {
            Value::Int(number) if self.choose(2) && *number >= 0 => {
                write!(self.text, "0x{number:X}").unwrap();
            }
            Value::Int(number) => write!(self.text, "{number}").unwrap(),
            Value::Text(text) => {
                let text = text.expose_str().unwrap();
                let quote = if self.choose(2) { "'" } else { "\"" };
                write!(self.text, "{quote}{text}{quote}").unwrap();
            }
            _ => {
                let null = if self.choose(2) { "~" } else { "null" };
                self.text.push_str(null);
            }
        }
    }

    fn end(&mut self) {
        if self.choose(5) {
            self.text.push_str("  # beside");
        }
        self.text.push('\n');
        if self.choose(6) {
            self.text.push('\n');
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(()).prop_map(|()| Value::Null),
        any::<i32>().prop_map(|number| Value::Int(number.into())),
        "[a-z :#,]{0,8}".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 24, 5, |value| {
        let value = value.boxed();
        let list = prop::collection::vec(value.clone().prop_map(Item::Value), 0..5);
        prop_oneof![
            list.prop_map(Value::List),
            any_map(value).prop_map(Value::Map)
        ]
    })
}

fn any_map(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    prop::collection::btree_map("[a-f]{1,3}", value, 0..5).prop_map(|entries| {
        let mut map = Map::default();
        for (key, value) in entries {
            map.push(key.as_str(), value);
        }
        map
    })
}

/// Changes some scalars, and says how many.
fn change(value: &mut Value, choices: &mut impl Iterator<Item = u8>) -> usize {
    match value {
        Value::Map(map) => {
            let values = map.entries.iter_mut().filter_map(|entry| match entry {
                Entry::Comment(_) => None,
                Entry::Pair(_, value) => Some(value),
            });
            values.map(|value| change(value, choices)).sum()
        }
        Value::List(items) => {
            let values = items.iter_mut().filter_map(|item| match item {
                Item::Comment(_) => None,
                Item::Value(value) => Some(value),
            });
            values.map(|value| change(value, choices)).sum()
        }
        Value::Null => 0,
        scalar => match choices.next().unwrap_or_default() {
            0..=100 => 0,
            101..=160 => {
                *scalar = Value::from("ENC[AES256_GCM,data:1,type:str]");
                1
            }
            161..=200 => {
                *scalar = Value::from(7_777_777_777);
                1
            }
            _ => {
                *scalar = Value::from("it's: \"new\", #");
                1
            }
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn only_the_lines_of_changed_scalars_differ(
        map in any_map(any_value()),
        choices in prop::collection::vec(any::<u8>(), 1..64),
        step in 1_usize..5,
        is_indented in any::<bool>(),
    ) {
        prop_assume!(!map.entries.is_empty());
        let list = if is_indented { step } else { 0 };
        let choices_of = choices.iter().cycle();
        let mut emitter = Emitter { choices: choices_of, text: String::new(), step, list };
        emitter.map(&map, 0);
        let source = emitter.text;
        let mut tree = crate::format::yaml::read(source.as_bytes()).unwrap();
        let mut root = Value::Map(tree.documents.remove(0));
        let count = change(&mut root, &mut choices.iter().copied().cycle().skip(1));
        let Value::Map(map) = root else {
            panic!("the root of a layout is a map")
        };
        tree.documents.push(map);
        let patched = written(&source, &tree, None);
        prop_assert!(patched.is_some(), "{}", source);
        let patched = patched.unwrap();
        prop_assert_eq!(source.lines().count(), patched.lines().count());
        let lines = source.lines().zip(patched.lines());
        let differ = lines.filter(|(old, new)| old != new).count();
        prop_assert!(differ <= count && (count == 0 || differ > 0), "{}\n{}", source, patched);
    }
}

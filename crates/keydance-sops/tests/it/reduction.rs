//! What is left of a failing file when everything that does not matter is gone.

use keydance_sops::tree::{Entry, Item, Map, Text, Value};

use crate::random_tree::Branch;

/// How often a smaller file may be tried.
const TRIES: usize = 300;

/// The smallest file found that still fails.
pub(crate) fn reduce(
    mut branches: Vec<Branch>,
    mut fails: impl FnMut(&[Branch]) -> bool,
) -> Vec<Branch> {
    while branches.len() > 1 {
        let second = branches.split_off(branches.len() / 2);
        if fails(&branches) {
            continue;
        }
        if fails(&second) {
            branches = second;
            continue;
        }
        // Only both halves together fail.
        branches.extend(second);
        break;
    }
    let mut tries = 0;
    while let Some(next) = candidates(&branches).into_iter().find(|next| {
        tries += 1;
        tries < TRIES && fails(next)
    }) {
        branches = next;
    }
    branches
}

/// Every file that is one step smaller.
fn candidates(branches: &[Branch]) -> Vec<Vec<Branch>> {
    let copy = || branches.iter().map(Branch::duplicate).collect::<Vec<_>>();
    let mut all = Vec::new();
    for (at, branch) in branches.iter().enumerate() {
        for entries in smaller_maps(&branch.entries) {
            let mut next = copy();
            next[at].entries = entries;
            all.push(next);
        }
    }
    all
}

fn smaller_maps(entries: &[Entry]) -> Vec<Vec<Entry>> {
    let copy = || entries.iter().map(Entry::duplicate).collect::<Vec<_>>();
    let mut all = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut without = copy();
        without.remove(at);
        all.push(without);
        if let Entry::Pair(key, value) = entry {
            for value in smaller_values(value) {
                let mut next = copy();
                next[at] = Entry::Pair(key.clone(), value);
                all.push(next);
            }
        }
    }
    all
}

fn smaller_values(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => smaller_lists(items),
        Value::Map(map) => {
            let children = map.pairs().map(|(_, value)| value.duplicate());
            let smaller = smaller_maps(&map.entries).into_iter();
            children
                .chain(smaller.map(|entries| Value::Map(Map { entries })))
                .collect()
        }
        Value::Text(text) => smaller_texts(text),
        _ => Vec::new(),
    }
}

fn smaller_lists(items: &[Item]) -> Vec<Value> {
    let copy = || items.iter().map(Item::duplicate).collect::<Vec<_>>();
    let mut all = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut without = copy();
        without.remove(at);
        all.push(Value::List(without));
        if let Item::Value(value) = item {
            all.push(value.duplicate());
            for value in smaller_values(value) {
                let mut next = copy();
                next[at] = Item::Value(value);
                all.push(Value::List(next));
            }
        }
    }
    all
}

fn smaller_texts(text: &Text) -> Vec<Value> {
    let Some(text) = text.expose_str() else {
        return Vec::new();
    };
    let without = |gone: usize| {
        let rest = text.chars().enumerate().filter(|(at, _)| *at != gone);
        Value::from(rest.map(|(_, char)| char).collect::<String>().as_str())
    };
    (0..text.chars().count()).map(without).collect()
}

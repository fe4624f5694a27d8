//! Comparing two trees: keys by name, items of lists by position once their common beginning and end
//! are left out. Linear in both.

use std::collections::HashMap;

use keydance_sops::path::{Step, TreePath};
use keydance_sops::tree::{Entry, Item, Key, Map, Tree, Value};

/// A place where two trees differ.
pub(super) struct Difference<'t> {
    /// The document, from 0.
    pub(super) document: usize,
    pub(super) path: TreePath,
    pub(super) what: What<'t>,
}

/// How they differ there.
#[derive(Clone, Copy)]
pub(super) enum What<'t> {
    Added(&'t Value),
    Changed(&'t Value, &'t Value),
    /// Comments of a map or list.
    Comments,
    /// The order of keys.
    Order,
    Removed(&'t Value),
}

impl What<'_> {
    /// In a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Changed(..) => "changed",
            Self::Comments => "comments",
            Self::Order => "order",
            Self::Removed(_) => "removed",
        }
    }
}

/// The differences, in the order of the trees.
pub(super) fn between<'t>(old: &'t Tree, new: &'t Tree) -> Vec<Difference<'t>> {
    static NONE: Map = Map {
        entries: Vec::new(),
    };
    let mut comparison = Comparison {
        document: 0,
        steps: Vec::new(),
        found: Vec::new(),
    };
    for document in 0..old.documents.len().max(new.documents.len()) {
        comparison.document = document;
        let at = |tree: &'t Tree| tree.documents.get(document).unwrap_or(&NONE);
        comparison.maps(at(old), at(new));
    }
    comparison.found
}

struct Comparison<'t> {
    document: usize,
    steps: Vec<Step>,
    found: Vec<Difference<'t>>,
}

impl<'t> Comparison<'t> {
    fn maps(&mut self, old: &'t Map, new: &'t Map) {
        let before: HashMap<&Key, &Value> = old.pairs().collect();
        let after: HashMap<&Key, &Value> = new.pairs().collect();
        for (key, value) in old.pairs() {
            let step = Step::Key(key.clone());
            match after.get(key) {
                None => self.at(step, What::Removed(value)),
                Some(now) => self.values(step, value, now),
            }
        }
        for (key, value) in new.pairs().filter(|(key, _)| !before.contains_key(key)) {
            self.at(Step::Key(key.clone()), What::Added(value));
        }
        let kept = old
            .pairs()
            .map(|(key, _)| key)
            .filter(|key| after.contains_key(key));
        if !kept.eq(new
            .pairs()
            .map(|(key, _)| key)
            .filter(|key| before.contains_key(key)))
        {
            self.here(What::Order);
        }
        let comment = |entry: &'t Entry| match entry {
            Entry::Comment(comment) => Some(comment),
            Entry::Pair(..) => None,
        };
        if !old
            .entries
            .iter()
            .filter_map(comment)
            .eq(new.entries.iter().filter_map(comment))
        {
            self.here(What::Comments);
        }
    }

    fn lists(&mut self, old: &'t [Item], new: &'t [Item]) {
        let same = |(a, b): &(&Item, &Item)| a == b;
        let start = old.iter().zip(new).take_while(same).count();
        let (old, new) = (rest(old, start), rest(new, start));
        let end = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(same)
            .count();
        let (old, new) = (without(old, end), without(new, end));
        let mut comments = false;
        for at in 0..old.len().max(new.len()) {
            let step = Step::Index(start + at);
            match (old.get(at), new.get(at)) {
                (Some(Item::Value(old)), Some(Item::Value(new))) => self.values(step, old, new),
                (before, after) => {
                    comments |= before != after && (is_comment(before) || is_comment(after));
                    if let Some(Item::Value(old)) = before {
                        self.at(step.clone(), What::Removed(old));
                    }
                    if let Some(Item::Value(new)) = after {
                        self.at(step, What::Added(new));
                    }
                }
            }
        }
        if comments {
            self.here(What::Comments);
        }
    }

    // INVARIANT: no deeper than 512 levels, as trees that were read.
    fn values(&mut self, step: Step, old: &'t Value, new: &'t Value) {
        self.steps.push(step);
        match (old, new) {
            (Value::Map(old), Value::Map(new)) => self.maps(old, new),
            (Value::List(old), Value::List(new)) => self.lists(old, new),
            _ if old == new => {}
            _ => self.here(What::Changed(old, new)),
        }
        self.steps.pop();
    }

    fn at(&mut self, step: Step, what: What<'t>) {
        self.steps.push(step);
        self.here(what);
        self.steps.pop();
    }

    fn here(&mut self, what: What<'t>) {
        let path = self.steps.iter().cloned().collect();
        self.found.push(Difference {
            document: self.document,
            path,
            what,
        });
    }
}

fn rest(items: &[Item], start: usize) -> &[Item] {
    items.get(start..).unwrap_or_default()
}

fn without(items: &[Item], end: usize) -> &[Item] {
    items.get(..items.len() - end).unwrap_or_default()
}

fn is_comment(item: Option<&Item>) -> bool {
    matches!(item, Some(Item::Comment(_)))
}

#[cfg(test)]
mod tests {
    use keydance_sops::format::{Format, ReadOptions};

    use super::*;

    fn differences(old: &str, new: &str) -> Vec<String> {
        let tree = |text: &str| {
            let read = Format::Yaml.read_plain(text.as_bytes(), &ReadOptions::default());
            read.unwrap_or_else(|error| panic!("{error}"))
        };
        let (old, new) = (tree(old), tree(new));
        let found = between(&old, &new).into_iter();
        found
            .map(|found| format!("{} {}{}", found.what.word(), found.document, found.path))
            .collect()
    }

    #[test]
    fn equal_trees_do_not_differ() {
        let text = "# note\na: [1, {b: 2.5}]\nc: null\n";
        assert!(differences(text, text).is_empty());
    }

    #[test]
    fn what_was_added_removed_and_changed_is_told_with_its_path() {
        assert_eq!(
            differences("a: {b: 1, c: 2}\nd: 3\n", "a: {b: 4, e: 2}\nd: '3'\n"),
            [
                r#"changed 0["a"]["b"]"#,
                r#"removed 0["a"]["c"]"#,
                r#"added 0["a"]["e"]"#,
                r#"changed 0["d"]"#,
            ]
        );
    }

    #[test]
    fn what_surrounds_a_change_of_a_list_is_left_out() {
        assert_eq!(
            differences("l: [1, 2, 3]\n", "l: [0, 1, 2, 3]\n"),
            [r#"added 0["l"][0]"#]
        );
        assert_eq!(
            differences("l: [1, 2, 3]\n", "l: [1, 3]\n"),
            [r#"removed 0["l"][1]"#]
        );
        assert_eq!(
            differences("l: [1, 1]\n", "l: [1]\n"),
            [r#"removed 0["l"][1]"#]
        );
    }

    #[test]
    fn order_comments_and_documents_count() {
        assert_eq!(differences("a: 1\nb: 2\n", "b: 2\na: 1\n"), ["order 0"]);
        assert_eq!(differences("a: 1\n", "# note\na: 1\n"), ["comments 0"]);
        assert_eq!(
            differences("a: 1\n", "a: 1\n---\nb: 2\n"),
            [r#"added 1["b"]"#]
        );
    }
}

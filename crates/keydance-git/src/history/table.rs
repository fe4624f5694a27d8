//! Things that are met often, numbered in the order they were first met.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Things and their numbers, from 0. A number is good for this table and those that grow from it.
#[derive(Debug)]
pub(crate) struct Table<T> {
    items: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    /// The number of a thing, new or not. Memory ends long before numbers do.
    pub(crate) fn number(&mut self, item: T) -> u32 {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        number
    }

    /// The number of a thing that was met.
    pub(crate) fn find<Q: Eq + Hash + ?Sized>(&self, item: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
    {
        self.numbers.get(item).copied()
    }

    /// The thing with a number.
    pub(crate) fn item(&self, number: u32) -> &T {
        &self.items[number as usize]
    }

    /// All of them, in order.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

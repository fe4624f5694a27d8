//! A map of the configuration, field by field, with the types that go-yaml gives them.

use std::collections::BTreeMap;

use super::{ConfigError, Warning};
use crate::tree::{Item, Key, Map, Value};

/// The fields of a map that have not been looked at yet.
pub(super) struct Fields<'a> {
    place: String,
    entries: BTreeMap<&'a [u8], &'a Value>,
}

impl<'a> Fields<'a> {
    /// The place of the outermost map.
    pub(super) const TOP: &'static str = "top level";

    /// The fields of a map, which stands at this place, and of those it merges with `<<`.
    pub(super) fn of(map: &'a Map, place: String) -> Self {
        let mut fields = Self {
            place,
            entries: BTreeMap::new(),
        };
        fields.merge(map);
        fields
    }

    /// A map's own fields come first, then those of the maps it merges in their order.
    fn merge(&mut self, map: &'a Map) {
        let is_merge = |key: &Key| key.as_bytes() == b"<<";
        for (key, value) in map.pairs().filter(|(key, _)| !is_merge(key)) {
            self.entries.entry(key.as_bytes()).or_insert(value);
        }
        for (_, value) in map.pairs().filter(|(key, _)| is_merge(key)) {
            match value {
                Value::Map(merged) => self.merge(merged),
                Value::List(items) => maps_among(items).for_each(|merged| self.merge(merged)),
                _ => {}
            }
        }
    }

    /// Where the map stands, in words.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The value of a field; nothing if it is null, as an absent one.
    fn take(&mut self, field: &'static str) -> Option<&'a Value> {
        let value = self.entries.remove(field.as_bytes());
        value.filter(|value| !matches!(value, Value::Null))
    }

    /// Text. A number is none: it may have been written in another way than it would be shown.
    pub(super) fn text(&mut self, field: &'static str) -> Result<String, ConfigError> {
        self.take(field)
            .map_or(Ok(String::new()), |value| self.as_text(field, value))
    }

    fn as_text(&self, field: &'static str, value: &Value) -> Result<String, ConfigError> {
        match value {
            Value::Text(text) => text.expose_str().map(str::to_owned),
            _ => None,
        }
        .ok_or_else(|| self.wrong(field, "text, in quotes if it looks like a number"))
    }

    /// Texts in a list.
    pub(super) fn texts(&mut self, field: &'static str) -> Result<Vec<String>, ConfigError> {
        self.list(field)?
            .into_iter()
            .map(|value| self.as_text(field, value))
            .collect()
    }

    /// One text, or several in a list.
    pub(super) fn text_or_texts(
        &mut self,
        field: &'static str,
    ) -> Result<Vec<String>, ConfigError> {
        match self.entries.get(field.as_bytes()) {
            Some(Value::List(_)) => self.texts(field),
            _ => Ok(vec![self.text(field)?]),
        }
    }

    /// Text by text.
    pub(super) fn text_map(
        &mut self,
        field: &'static str,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        match self.take(field) {
            None => Ok(BTreeMap::new()),
            Some(Value::Map(map)) => map
                .pairs()
                .map(|(key, value)| Ok((key.to_string(), self.as_text(field, value)?)))
                .collect(),
            Some(_) => Err(self.wrong(field, "a map")),
        }
    }

    /// Whether a field is true, in the words of YAML 1.1 too; false if it is absent.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, ConfigError> {
        match self.take(field) {
            None => Some(false),
            Some(Value::Bool(truth)) => Some(*truth),
            Some(Value::Text(text)) => match text.expose() {
                b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"on" | b"On" | b"ON" => Some(true),
                b"n" | b"N" | b"no" | b"No" | b"NO" | b"off" | b"Off" | b"OFF" => Some(false),
                _ => None,
            },
            Some(_) => None,
        }
        .ok_or_else(|| self.wrong(field, "true or false"))
    }

    /// A whole number.
    pub(super) fn number(&mut self, field: &'static str) -> Result<Option<i64>, ConfigError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(_) => Err(self.wrong(field, "a whole number")),
        }
    }

    /// A whole number from 0; 0 if it is absent.
    pub(super) fn count(&mut self, field: &'static str) -> Result<usize, ConfigError> {
        let number = self.number(field)?.unwrap_or_default();
        usize::try_from(number).map_err(|_| self.wrong(field, "a whole number from 0"))
    }

    /// A map, which stands at this place; nothing if the field is absent.
    pub(super) fn map(
        &mut self,
        field: &'static str,
        place: &str,
    ) -> Result<Option<Self>, ConfigError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Map(map)) => Ok(Some(Self::of(map, self.place_within(place)))),
            Some(_) => Err(self.wrong(field, "a map")),
        }
    }

    /// Maps in a list, each called by this noun and its number from 1.
    pub(super) fn maps(
        &mut self,
        field: &'static str,
        noun: &str,
    ) -> Result<Vec<Self>, ConfigError> {
        let maps =
            self.list(field)?
                .into_iter()
                .zip(1_usize..)
                .map(|(value, number)| match value {
                    Value::Map(map) => Ok(Self::of(
                        map,
                        self.place_within(&format!("{noun} {number}")),
                    )),
                    _ => Err(self.wrong(field, "a list of maps")),
                });
        maps.collect()
    }

    /// Whether a field is there and not null.
    pub(super) fn has(&self, field: &'static str) -> bool {
        self.entries
            .get(field.as_bytes())
            .is_some_and(|value| !matches!(value, Value::Null))
    }

    /// Whether a field is a map.
    pub(super) fn is_map(&self, field: &'static str) -> bool {
        matches!(self.entries.get(field.as_bytes()), Some(Value::Map(_)))
    }

    /// The values of a list but for nulls, which go-yaml skips; none if the field is absent.
    fn list(&mut self, field: &'static str) -> Result<Vec<&'a Value>, ConfigError> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::List(items)) => Ok(values(items).collect()),
            Some(_) => Err(self.wrong(field, "a list")),
        }
    }

    /// Forgets a field that may stand there and means nothing here.
    pub(super) fn ignore(&mut self, field: &'static str) {
        self.take(field);
    }

    /// Warns of all fields that have not been looked at.
    pub(super) fn finish(self, warnings: &mut Vec<Warning>) {
        let unknown = self.entries.into_keys();
        warnings.extend(unknown.map(|key| Warning::UnknownKey {
            place: self.place.clone(),
            key: Key::from(key),
        }));
    }

    /// That a field is not what it must be.
    pub(super) fn wrong(&self, field: &'static str, expected: &'static str) -> ConfigError {
        ConfigError::Field {
            place: self.place.clone(),
            field,
            expected,
        }
    }

    fn place_within(&self, inner: &str) -> String {
        match self.place.as_str() {
            Self::TOP => inner.to_owned(),
            outer => format!("{outer}, {inner}"),
        }
    }
}

fn values(items: &[Item]) -> impl Iterator<Item = &Value> {
    items.iter().filter_map(|item| match item {
        Item::Comment(_) | Item::Value(Value::Null) => None,
        Item::Value(value) => Some(value),
    })
}

fn maps_among(items: &[Item]) -> impl Iterator<Item = &Map> {
    values(items).filter_map(|value| match value {
        Value::Map(map) => Some(map),
        _ => None,
    })
}

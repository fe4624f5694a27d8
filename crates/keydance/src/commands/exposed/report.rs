//! How exposure and access are told.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keydance_git::exposure::{Current, Exposure, Level, NOT_COVERED, RowView, Rows, Way};
use keydance_git::history::History;
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use crate::render::{Page, QUIET, Render, Row, styled};

/// What an answer does not cover.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Coverage {
    complete: bool,
    /// Recipients that nobody is known to have.
    unknown: Vec<String>,
    /// Files that cannot be read as what they seem to be.
    unreadable: Vec<String>,
    not_covered: Vec<String>,
}

impl Coverage {
    /// Of a history.
    pub(crate) fn of(history: &History, exposure: &Exposure<'_>) -> Self {
        let always = NOT_COVERED.iter().map(|&what| what.to_owned());
        let skipped = &history.skipped;
        let lists = [
            ("the submodule", &skipped.submodules),
            ("the symbolic link", &skipped.symlinks),
            ("too large to be a SOPS file:", &skipped.too_large),
            ("not in this clone:", &skipped.missing),
        ];
        let here = lists
            .into_iter()
            .flat_map(|(what, paths)| paths.iter().map(move |path| format!("{what} {path}")));
        Self {
            complete: !history.gaps.is_shallow && !history.gaps.is_partial,
            unknown: exposure
                .unknown()
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            unreadable: exposure.unreadable().into_iter().collect(),
            not_covered: here.chain(always).collect(),
        }
    }
}

impl Render for Coverage {
    fn render(&self, page: &mut Page) {
        for unknown in &self.unknown {
            page.line(format!(
                "nobody is known to have {unknown}: add it to aliases in keydance.yaml"
            ));
        }
        for path in &self.unreadable {
            page.line(format!(
                "in some commit {path} cannot be read, so nothing in it is known"
            ));
        }
        if !self.complete {
            page.line("a part of history is not in this clone: there may be more");
        }
        let text = format!("not covered: {}", self.not_covered.join(", "));
        page.text(&styled(QUIET, crate::render::printable(&text)));
    }
}

/// What somebody can have read.
pub(crate) struct Exposed<'e> {
    pub(crate) name: &'e str,
    pub(crate) rows: Rows<'e>,
    pub(crate) max_ways: usize,
    pub(crate) coverage: Coverage,
}

/// Rows are written as they are made: there can be a million.
impl Serialize for Exposed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_map(Some(2))?;
        answer.serialize_entry("data", &Data(self))?;
        answer.serialize_entry("meta", &self.coverage)?;
        answer.end()
    }
}

struct Data<'a>(&'a Exposed<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Exposed {
            name,
            rows,
            max_ways,
            ..
        } = self.0;
        let mut data = serializer.serialize_seq(Some(rows.len()))?;
        for view in rows.views(*max_ways) {
            data.serialize_element(&Wire::new(name, &view))?;
        }
        data.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'v> {
    principal: &'v str,
    version: &'v str,
    file: &'v str,
    key: &'v [String],
    level: &'static str,
    way: &'v [Way],
    first: &'v [String],
    last: &'v [String],
    first_at: Option<String>,
    current: &'static str,
    current_at: &'v [String],
    assumed: bool,
    unreachable: bool,
}

impl<'v> Wire<'v> {
    fn new(principal: &'v str, view: &'v RowView) -> Self {
        Self {
            principal,
            version: &view.version,
            file: &view.file,
            key: &view.key,
            level: level(view.level),
            way: &view.way,
            first: &view.first,
            last: &view.last,
            first_at: view.first_at.map(time),
            current: current(view.current),
            current_at: &view.current_at,
            assumed: view.is_assumed,
            unreachable: view.is_unreachable,
        }
    }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Could => "could",
        Level::Delivered => "delivered",
    }
}

fn current(current: Current) -> &'static str {
    match current {
        Current::Unknown => "unknown",
        Current::Yes => "yes",
    }
}

fn time(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds);
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// A value with all versions of it that somebody can have read.
struct Value {
    file: String,
    key: String,
    level: Level,
    versions: usize,
    is_current: bool,
    first_at: Option<i64>,
    ways: Vec<Way>,
}

impl Value {
    fn of(view: RowView) -> Self {
        Self {
            file: view.file,
            key: view.key.join("."),
            level: view.level,
            versions: 1,
            is_current: view.current == Current::Yes,
            first_at: view.first_at,
            ways: view.way,
        }
    }

    fn take(&mut self, other: Self) {
        self.level = self.level.max(other.level);
        self.versions += other.versions;
        self.is_current |= other.is_current;
        self.first_at = self.first_at.into_iter().chain(other.first_at).min();
        for way in other.ways {
            if !self.ways.contains(&way) {
                self.ways.push(way);
            }
        }
    }
}

impl Row for Value {
    const COLUMNS: &'static [&'static str] =
        &["level", "value", "versions", "current", "first", "why"];

    fn cells(&self) -> Vec<String> {
        let first = self.first_at.map(time).unwrap_or_default();
        vec![
            level(self.level).to_owned(),
            format!("{}#{}", self.file, self.key),
            self.versions.to_string(),
            if self.is_current { "yes" } else { "unknown" }.to_owned(),
            first.get(..10).unwrap_or_default().to_owned(),
            told(&self.ways),
        ]
    }
}

/// For people, one line for each value: what is still in use first.
impl Render for Exposed<'_> {
    fn render(&self, page: &mut Page) {
        let mut values: BTreeMap<(bool, String, String), Value> = BTreeMap::new();
        for view in self.rows.views(self.max_ways) {
            let value = Value::of(view);
            let place = (!value.is_current, value.file.clone(), value.key.clone());
            match values.entry(place) {
                std::collections::btree_map::Entry::Occupied(mut known) => {
                    known.get_mut().take(value)
                }
                std::collections::btree_map::Entry::Vacant(new) => drop(new.insert(value)),
            }
        }
        let values: Vec<Value> = values.into_values().collect();
        values.as_slice().render(page);
        let current = values.iter().filter(|value| value.is_current).count();
        let (name, versions) = (self.name, self.rows.len());
        page.line(format!(
            "{versions} versions that {name} can have read · {current} values are current"
        ));
        self.coverage.render(page);
    }
}

pub(super) fn told(ways: &[Way]) -> String {
    let ways = ways.iter().map(|way| way.join(" → "));
    ways.collect::<Vec<_>>().join(" · ")
}

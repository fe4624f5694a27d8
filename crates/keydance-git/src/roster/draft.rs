//! Changing a roster without touching the rest of its text: comments, order and layout stay.
//!
//! Nothing is deleted. What ends gets an `until`; what begins again keeps its earlier interval.

use jiff::Timestamp;
use keydance_sops::format::WriteOptions;
use keydance_sops::format::{Format, Layout, Onto, ReadError, ReadOptions, WriteError};
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::{Entry, Item, Map, Time, Tree, Value};

use super::{DeviceName, MachineName, Name, Principal, Roster, RosterError, recipient_text};

/// A roster while it is changed.
///
/// Changes are of names that are there; others make a roster that [`finish`](Self::finish) refuses.
#[expect(missing_debug_implementations, reason = "a tree is never printed")]
pub struct Draft {
    original: Vec<u8>,
    top: Map,
}

/// Why there is no roster with the changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The text is not YAML.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// With the changes it is no roster any more.
    #[error("the roster would not be whole: {}", .0.problem)]
    Roster(RosterError),
    /// It cannot be written down.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A roster that was changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its text.
    pub text: Vec<u8>,
    /// What it says.
    pub roster: Roster,
}

impl Draft {
    /// Begins with a text, which is a roster.
    ///
    /// # Errors
    ///
    /// If the text is not YAML.
    pub fn of(text: &[u8]) -> Result<Self, DraftError> {
        let tree = Format::Yaml.read_plain(text, &ReadOptions::default())?;
        let top = tree.documents.into_iter().next();
        Ok(Self {
            original: text.to_vec(),
            top: top.ok_or(ReadError::NoDocument)?,
        })
    }

    /// The text with the changes, and what it says.
    ///
    /// # Errors
    ///
    /// If that would be no roster.
    pub fn finish(self) -> Result<Changed, DraftError> {
        let tree = Tree {
            documents: vec![self.top],
        };
        let onto = Onto {
            original: &self.original,
            layout: Layout::Preserved,
        };
        let options = WriteOptions {
            yaml_indent: 2,
            ..WriteOptions::default()
        };
        let text = Format::Yaml.write_onto(onto, &tree, None, &options)?;
        let roster = Roster::parse(&text).map_err(DraftError::Roster)?;
        Ok(Changed { text, roster })
    }

    /// Adds a person, or lets one who was there before begin again.
    pub fn open_person(&mut self, person: &Name, at: Timestamp) {
        open(self.at(&["people", person.as_str()]), at, None);
    }

    /// Gives a person a name among people, and an address.
    pub fn describe_person(&mut self, person: &Name, name: Option<&str>, email: Option<&str>) {
        let map = self.at(&["people", person.as_str()]);
        for (key, text) in [("name", name), ("email", email)] {
            if let Some(text) = text {
                put(map, key, text.into());
            }
        }
    }

    /// Ends a person's time, not that of their devices.
    pub fn close_person(&mut self, person: &Name, at: Timestamp) {
        close(self.at(&["people", person.as_str()]), at);
    }

    /// Adds a device, or lets one that was closed begin again with other keys.
    pub fn open_device(
        &mut self,
        device: &DeviceName,
        recipient: &Recipient,
        signing: Option<&str>,
        at: Timestamp,
    ) {
        let map = self.device(device);
        put(map, "recipient", recipient_text(recipient).into());
        if let Some(signing) = signing {
            put(map, "signing", signing.into());
        }
        open(map, at, None);
    }

    /// Ends the time of a device; with `is_lost` it says that somebody else may hold it.
    pub fn close_device(&mut self, device: &DeviceName, at: Timestamp, is_lost: bool) {
        let map = self.device(device);
        close(map, at);
        if is_lost {
            put(map, "lost", true.into());
        }
    }

    /// Adds a machine identity, or lets one that was closed begin again with another key.
    pub fn open_machine(
        &mut self,
        machine: &MachineName,
        recipient: &Recipient,
        signing: Option<&str>,
        at: Timestamp,
    ) {
        let map = self.at(&["machines", &machine.to_string()]);
        put(map, "recipient", recipient_text(recipient).into());
        if let Some(signing) = signing {
            put(map, "signing", signing.into());
        }
        open(map, at, None);
    }

    /// Ends the time of a machine identity.
    pub fn close_machine(&mut self, machine: &MachineName, at: Timestamp) {
        close(self.at(&["machines", &machine.to_string()]), at);
    }

    /// Adds a member to a group, for good or until some time.
    pub fn open_membership(
        &mut self,
        group: &Name,
        member: &Principal,
        at: Timestamp,
        until: Option<Timestamp>,
    ) {
        open(self.membership(group, member), at, until);
    }

    /// Ends a membership.
    pub fn close_membership(&mut self, group: &Name, member: &Principal, at: Timestamp) {
        close(self.membership(group, member), at);
    }

    /// Adds a group, which is none before it has an [identity](Self::set_identity).
    pub fn add_group(
        &mut self,
        group: &Name,
        members: &[Principal],
        admins: &[Name],
        at: Timestamp,
    ) {
        for member in members {
            self.open_membership(group, member, at, None);
        }
        let map = self.at(&["groups", group.as_str()]);
        let admins = admins.iter().map(|name| Item::Value(name.as_str().into()));
        put(map, "admins", Value::List(admins.collect()));
    }

    /// Takes somebody off the admins of a group. This is no interval: whoever may change a group
    /// is asked when it is changed.
    pub fn remove_admin(&mut self, group: &Name, person: &Name) {
        let map = self.at(&["groups", group.as_str()]);
        if let Some(Value::List(admins)) = value_mut(map, "admins") {
            admins.retain(|admin| !is_text(admin, person.as_str()));
        }
    }

    /// Gives a group another identity.
    pub fn set_identity(&mut self, group: &Name, generation: u32, recipient: &Recipient) {
        let map = self.at(&["groups", group.as_str()]);
        put(map, "generation", Value::Int(generation.into()));
        put(map, "recipient", recipient_text(recipient).into());
        take(map, "forked");
    }

    /// Adds a path before all others, so that it counts first, with these groups as its readers.
    pub fn add_path(&mut self, glob: &super::Glob, readers: &[Name]) {
        let readers = readers.iter().map(|name| Item::Value(name.as_str().into()));
        let mut path = Map::default();
        path.push("match", glob.as_str());
        path.push("readers", Value::List(readers.collect()));
        let path = Item::Value(path.into());
        match value_mut(&mut self.top, "paths") {
            Some(Value::List(paths)) => paths.insert(0, path),
            _ => put(&mut self.top, "paths", Value::List(vec![path])),
        }
    }

    fn device(&mut self, device: &DeviceName) -> &mut Map {
        let DeviceName { person, device } = device;
        self.at(&["people", person.as_str(), "devices", device.as_str()])
    }

    fn membership(&mut self, group: &Name, member: &Principal) -> &mut Map {
        self.at(&["groups", group.as_str(), "members", &member.to_string()])
    }

    /// The map below these keys, added where it is not there.
    fn at(&mut self, keys: &[&str]) -> &mut Map {
        keys.iter().fold(&mut self.top, |map, key| map_in(map, key))
    }
}

/// Begins an interval unless one is open; not before the last one has ended, whatever the clocks
/// of those who wrote them say.
fn open(map: &mut Map, at: Timestamp, until: Option<Timestamp>) {
    if let Some(ended) = time_of(map, "until") {
        let mut before = Map::default();
        for key in ["from", "until"] {
            before.push(key, take(map, key).unwrap_or(Value::Null));
        }
        let before = Item::Value(before.into());
        put(map, "from", time(at.max(ended)));
        match value_mut(map, "earlier") {
            Some(Value::List(earlier)) => earlier.push(before),
            _ => put(map, "earlier", Value::List(vec![before])),
        }
    } else if time_of(map, "from").is_none() {
        put(map, "from", time(at));
    }
    if let Some(until) = until {
        put_behind(map, "from", "until", time(until));
    }
}

/// Ends an interval unless it has ended by then; not before it began.
fn close(map: &mut Map, at: Timestamp) {
    let at = time_of(map, "from").map_or(at, |from| at.max(from));
    if time_of(map, "until").is_none_or(|ended| at < ended) {
        put_behind(map, "from", "until", time(at));
    }
}

fn time_of(map: &Map, key: &str) -> Option<Timestamp> {
    match map.value(key.as_bytes())? {
        Value::Time(time) => super::parse_time(&time.to_string()),
        Value::Text(text) => text.expose_str().and_then(super::parse_time),
        _ => None,
    }
}

fn time(at: Timestamp) -> Value {
    Value::Time(Time::utc(at).whole_seconds())
}

fn is_text(item: &Item, wanted: &str) -> bool {
    matches!(item, Item::Value(Value::Text(text)) if text.expose_str() == Some(wanted))
}

fn put(map: &mut Map, key: &str, value: Value) {
    match value_mut(map, key) {
        Some(old) => *old = value,
        None => map.push(key, value),
    }
}

/// Puts a value that is not there yet behind another one.
fn put_behind(map: &mut Map, before: &str, key: &str, value: Value) {
    match map.entries.iter().position(|entry| is_of(entry, before)) {
        Some(at) if value_mut(map, key).is_none() => {
            map.entries.insert(at + 1, Entry::Pair(key.into(), value));
        }
        _ => put(map, key, value),
    }
}

fn take(map: &mut Map, key: &str) -> Option<Value> {
    let at = map.entries.iter().position(|entry| is_of(entry, key))?;
    match map.entries.remove(at) {
        Entry::Pair(_, value) => Some(value),
        Entry::Comment(_) => None,
    }
}

/// The map under a key, which is made one if it is none.
fn map_in<'m>(map: &'m mut Map, key: &str) -> &'m mut Map {
    if !matches!(map.value(key.as_bytes()), Some(Value::Map(_))) {
        put(map, key, Map::default().into());
    }
    match value_mut(map, key) {
        Some(Value::Map(inner)) => inner,
        _ => unreachable!("it was made a map just now"),
    }
}

fn value_mut<'m>(map: &'m mut Map, key: &str) -> Option<&'m mut Value> {
    map.entries.iter_mut().find_map(|entry| match entry {
        Entry::Pair(found, value) if found.as_bytes() == key.as_bytes() => Some(value),
        _ => None,
    })
}

fn is_of(entry: &Entry, key: &str) -> bool {
    matches!(entry, Entry::Pair(found, _) if found.as_bytes() == key.as_bytes())
}

#[cfg(test)]
mod tests;

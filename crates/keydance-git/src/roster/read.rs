//! From the maps of a text to what they mean, each entry by itself.
//!
//! Whatever an entry mentions is noted with its line, to be looked up when everything is read.

use std::collections::BTreeMap;

use keydance_sops::recipient::{Recipient, RecipientKind};

use super::document::{Key, Node};
use super::error::{Problem, RosterError};
use super::fields::{Field, Fields, wrong};
use super::recipient::parse_recipient;
use super::{
    Device, Group, Integrity, Intervals, Machine, Name, Person, Principal, ReferenceError, Roster,
};

mod paths;

/// The version of the format.
const VERSION: u32 = 1;

/// A name in an entry, which must be that of something.
pub(super) struct Mention {
    pub(super) of: Mentioned,
    pub(super) line: usize,
}

/// What a name must be that of.
pub(super) enum Mentioned {
    Environment(Name),
    Group(Name),
    Principal(Principal),
}

/// Reads a roster, and gives what it mentions.
pub(super) fn roster(entries: Vec<(Key, Node)>) -> Result<(Roster, Vec<Mention>), RosterError> {
    let mut reader = Reader {
        mentions: Vec::new(),
    };
    let roster = reader.roster(entries)?;
    Ok((roster, reader.mentions))
}

struct Reader {
    mentions: Vec<Mention>,
}

impl Reader {
    fn roster(&mut self, entries: Vec<(Key, Node)>) -> Result<Roster, RosterError> {
        let mut fields = Fields::new("the roster", 1, entries);
        let version = fields.need("keydance")?;
        let line = version.node.line;
        if version.number()? != VERSION {
            return Err(wrong("keydance", "1, the version of the format", line));
        }
        let roster = Roster {
            organisation: fields.need("organisation")?.parse()?,
            environments: parse_all(fields.list("environments")?)?,
            protected: refs(&mut fields)?,
            integrity: integrity(&mut fields)?,
            governance: self.group_name(fields.need("governance")?)?,
            people: named(fields.entries("people")?, person)?,
            machines: named(fields.entries("machines")?, |key, node| {
                self.machine(key, node)
            })?,
            groups: named(fields.entries("groups")?, |key, node| self.group(key, node))?,
            paths: self.paths(&mut fields)?,
            recovery: match fields.take("recovery") {
                Some(field) => Some(self.group_name(field)?),
                None => None,
            },
            aliases: self.aliases(fields.entries("aliases")?)?,
        };
        fields.finish()?;
        Ok(roster)
    }

    fn machine(&mut self, key: &Key, node: Node) -> Result<Machine, RosterError> {
        let mut fields = Fields::of("a machine", key, node)?;
        let machine = Machine {
            recipient: recipient(fields.need("recipient")?)?,
            signing: signing(&mut fields)?,
            intervals: fields.intervals()?,
            openers: self.principals(fields.list("openers")?)?,
            line: key.line,
        };
        fields.finish()?;
        Ok(machine)
    }

    fn group(&mut self, key: &Key, node: Node) -> Result<Group, RosterError> {
        let mut fields = Fields::of("a group", key, node)?;
        let admins = fields.list("admins")?;
        if admins.is_empty() {
            let (place, key) = ("a group", "admins");
            return Err(Problem::Missing { place, key }.at(fields.line));
        }
        let admins: Vec<Name> = admins
            .into_iter()
            .map(|admin| self.person_name(admin))
            .collect::<Result<_, _>>()?;
        let group = Group {
            members: self.members(fields.entries("members")?)?,
            admins,
            generation: positive(fields.need("generation")?)?,
            recipient: group_recipient(fields.need("recipient")?)?,
            quorum: quorum(&mut fields)?,
            is_forked: match fields.take("forked") {
                Some(field) => field.truth()?,
                None => false,
            },
            line: key.line,
        };
        fields.finish()?;
        Ok(group)
    }

    fn members(
        &mut self,
        entries: Vec<(Key, Node)>,
    ) -> Result<BTreeMap<Principal, Intervals>, RosterError> {
        named(entries, |key, node| {
            let member = key.text.parse();
            let member =
                member.map_err(|error: ReferenceError| Problem::from(error).at(key.line))?;
            self.mention(Mentioned::Principal(member), key.line);
            membership(key, node)
        })
    }

    fn person_name(&mut self, field: Field) -> Result<Name, RosterError> {
        let line = field.node.line;
        let name: Name = field.parse()?;
        self.mention(Mentioned::Principal(Principal::Person(name.clone())), line);
        Ok(name)
    }

    fn aliases(
        &mut self,
        entries: Vec<(Key, Node)>,
    ) -> Result<BTreeMap<String, Principal>, RosterError> {
        let mut aliases = BTreeMap::new();
        for (key, node) in entries {
            let recipient = parse_recipient(&key.text).ok_or(Problem::Recipient.at(key.line))?;
            let key = "an alias";
            let principal = self.principals(vec![Field { key, node }])?;
            aliases.extend(
                principal
                    .into_iter()
                    .map(|whose| (recipient.identity(), whose)),
            );
        }
        Ok(aliases)
    }

    fn group_name(&mut self, field: Field) -> Result<Name, RosterError> {
        let line = field.node.line;
        let name: Name = field.parse()?;
        self.mention(Mentioned::Group(name.clone()), line);
        Ok(name)
    }

    fn principals(&mut self, fields: Vec<Field>) -> Result<Vec<Principal>, RosterError> {
        let mut principals = Vec::with_capacity(fields.len());
        for field in fields {
            let line = field.node.line;
            let principal: Principal = field.parse()?;
            self.mention(Mentioned::Principal(principal.clone()), line);
            principals.push(principal);
        }
        Ok(principals)
    }

    fn mention(&mut self, of: Mentioned, line: usize) {
        self.mentions.push(Mention { of, line });
    }
}

/// Entries whose keys are names.
fn named<K, V>(
    entries: Vec<(Key, Node)>,
    mut read: impl FnMut(&Key, Node) -> Result<V, RosterError>,
) -> Result<BTreeMap<K, V>, RosterError>
where
    K: std::str::FromStr + Ord,
    Problem: From<K::Err>,
{
    entries
        .into_iter()
        .map(|(key, node)| {
            let name = key.text.parse();
            let name = name.map_err(|error| Problem::from(error).at(key.line))?;
            Ok((name, read(&key, node)?))
        })
        .collect()
}

fn parse_all<T>(fields: Vec<Field>) -> Result<Vec<T>, RosterError>
where
    T: std::str::FromStr,
    Problem: From<T::Err>,
{
    fields.into_iter().map(Field::parse).collect()
}

/// The refs of `protected`; absent, the branch `main`.
fn refs(fields: &mut Fields) -> Result<Vec<String>, RosterError> {
    let mut refs = Vec::new();
    for field in fields.list("protected")? {
        let line = field.node.line;
        let name = field.text()?;
        if !name.starts_with("refs/") {
            return Err(wrong("protected", "whole refs like refs/heads/main", line));
        }
        refs.push(name);
    }
    if refs.is_empty() {
        refs.push("refs/heads/main".to_owned());
    }
    Ok(refs)
}

fn integrity(fields: &mut Fields) -> Result<Integrity, RosterError> {
    let Some(field) = fields.take("integrity") else {
        return Ok(Integrity::default());
    };
    let line = field.node.line;
    match field.text()?.as_str() {
        "off" => Ok(Integrity::Off),
        "warn" => Ok(Integrity::Warn),
        "strict" => Ok(Integrity::Strict),
        _ => Err(wrong("integrity", "off, warn or strict", line)),
    }
}

fn person(key: &Key, node: Node) -> Result<Person, RosterError> {
    let mut fields = Fields::of("a person", key, node)?;
    let person = Person {
        name: fields.take("name").map(Field::text).transpose()?,
        email: fields.take("email").map(Field::text).transpose()?,
        intervals: fields.intervals()?,
        devices: named(fields.entries("devices")?, device)?,
        line: key.line,
    };
    fields.finish()?;
    Ok(person)
}

fn device(key: &Key, node: Node) -> Result<Device, RosterError> {
    let mut fields = Fields::of("a device", key, node)?;
    let device = Device {
        recipient: recipient(fields.need("recipient")?)?,
        signing: signing(&mut fields)?,
        intervals: fields.intervals()?,
        is_lost: match fields.take("lost") {
            Some(field) => field.truth()?,
            None => false,
        },
        line: key.line,
    };
    fields.finish()?;
    Ok(device)
}

fn membership(key: &Key, node: Node) -> Result<Intervals, RosterError> {
    let mut fields = Fields::of("a membership", key, node)?;
    let intervals = fields.intervals()?;
    fields.finish()?;
    Ok(intervals)
}

fn quorum(fields: &mut Fields) -> Result<Option<usize>, RosterError> {
    let Some(field) = fields.take("quorum") else {
        return Ok(None);
    };
    let line = field.node.line;
    let quorum = usize::try_from(field.number()?).ok();
    match quorum {
        Some(2..=255) => Ok(quorum),
        _ => Err(wrong("quorum", "a number of members from 2 to 255", line)),
    }
}

fn positive(field: Field) -> Result<u32, RosterError> {
    let (key, line) = (field.key, field.node.line);
    match field.number()? {
        0 => Err(wrong(key, "a number from 1", line)),
        number => Ok(number),
    }
}

fn recipient(field: Field) -> Result<Recipient, RosterError> {
    let line = field.node.line;
    parse_recipient(&field.text()?).ok_or_else(|| Problem::Recipient.at(line))
}

/// The identity of a group is one of age itself, X25519 or post-quantum.
fn group_recipient(field: Field) -> Result<Recipient, RosterError> {
    let (key, line) = (field.key, field.node.line);
    let recipient = recipient(field)?;
    let is_native = recipient.kind() == RecipientKind::Age
        && recipient.age_plugin().is_none()
        && !recipient.identity().starts_with("ssh-");
    is_native
        .then_some(recipient)
        .ok_or_else(|| wrong(key, "an age1… recipient", line))
}

/// An SSH public key without its comment.
fn signing(fields: &mut Fields) -> Result<Option<String>, RosterError> {
    let Some(field) = fields.take("signing") else {
        return Ok(None);
    };
    let line = field.node.line;
    let text = field.text()?;
    let mut words = text.split_ascii_whitespace();
    let is_kind = |kind: &&str| {
        ["ssh-", "ecdsa-", "sk-"]
            .iter()
            .any(|start| kind.starts_with(start))
    };
    match (words.next().filter(is_kind), words.next()) {
        (Some(kind), Some(key)) if !text.contains(char::is_control) => {
            Ok(Some(format!("{kind} {key}")))
        }
        _ => Err(wrong("signing", "an SSH public key", line)),
    }
}

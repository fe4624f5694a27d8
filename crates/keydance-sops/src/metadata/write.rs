//! Metadata as the map that stands under `sops`: keys in byte order, what is unset left out.

use super::{Group, Metadata, VERSION, Wrapping};
use crate::mac::MacScope;
use crate::recipient::{Recipient, RecipientKind as Kind};
use crate::tree::{Entry, Item, Key, Map, Value};

impl Metadata {
    /// The map under `sops`.
    #[must_use]
    pub fn to_map(&self) -> Map {
        let mut fields = Fields::default();
        match self.groups.as_slice() {
            [group] => fields.group(group, &[]),
            groups => fields.list("key_groups", groups.iter().map(key_group)),
        }
        if self.shamir_threshold != 0 {
            fields.add("shamir_threshold", count(self.shamir_threshold));
        }
        if let Some(rule) = &self.rule {
            fields.add(rule.field(), rule.text());
        }
        if self.mac_scope == MacScope::Encrypted {
            fields.add("mac_only_encrypted", true);
        }
        if let Some(time) = self.last_modified {
            fields.add("lastmodified", time.to_string());
        }
        if !self.mac.is_empty() {
            fields.add("mac", self.mac.duplicate());
        }
        let version = match self.version.as_str() {
            "" => VERSION,
            version => version,
        };
        fields.add("version", version);
        fields.extend(&self.unknown);
        fields.into_map()
    }
}

fn key_group(group: &Group) -> Map {
    let mut fields = Fields::default();
    fields.group(group, &[Kind::Age, Kind::HcVault]);
    fields.into_map()
}

fn entry(wrapping: &Wrapping) -> Map {
    let mut fields = Fields::default();
    fields.recipient(&wrapping.recipient);
    if let Some(created_at) = &wrapping.created_at {
        fields.add("created_at", created_at.as_str());
    }
    fields.add("enc", wrapping.enc.as_str());
    fields.extend(&wrapping.unknown);
    fields.into_map()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The fields of a map on their way into byte order.
#[derive(Default)]
struct Fields(Vec<(Key, Value)>);

impl Fields {
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    fn extend(&mut self, unknown: &[(Key, Value)]) {
        self.0.extend(
            unknown
                .iter()
                .map(|(key, value)| (key.clone(), value.duplicate())),
        );
    }

    fn list(&mut self, name: &str, maps: impl Iterator<Item = Map>) {
        let items: Vec<Item> = maps.map(|map| Item::Value(Value::Map(map))).collect();
        self.add(name, items);
    }

    /// The lists of a group; empty ones are left out but for those in `always`.
    fn group(&mut self, group: &Group, always: &[Kind]) {
        for kind in Kind::ALL {
            let of_kind = |wrapping: &&Wrapping| wrapping.recipient.kind() == kind;
            let mut wrappings = group.wrappings.iter().filter(of_kind).peekable();
            if wrappings.peek().is_some() || always.contains(&kind) {
                self.list(kind.identifier(), wrappings.map(entry));
            }
        }
        self.extend(&group.unknown);
    }

    fn recipient(&mut self, recipient: &Recipient) {
        match recipient {
            Recipient::Age { recipient } => self.add("recipient", recipient.as_str()),
            Recipient::AzureKv {
                vault_url,
                name,
                version,
            } => {
                self.add("vault_url", vault_url.as_str());
                self.add("name", name.as_str());
                self.add("version", version.as_str());
            }
            Recipient::GcpKms { resource_id } => self.add("resource_id", resource_id.as_str()),
            Recipient::HcKms { key_id } => self.add("key_id", key_id.as_str()),
            Recipient::HcVault {
                vault_address,
                engine_path,
                key_name,
            } => {
                self.add("vault_address", vault_address.as_str());
                self.add("engine_path", engine_path.as_str());
                self.add("key_name", key_name.as_str());
            }
            Recipient::Kms {
                arn,
                role,
                context,
                aws_profile,
            } => {
                self.add("arn", arn.as_str());
                self.add("aws_profile", aws_profile.as_str());
                if !role.is_empty() {
                    self.add("role", role.as_str());
                }
                if !context.is_empty() {
                    let mut map = Map::default();
                    context
                        .iter()
                        .for_each(|(key, value)| map.push(key.as_str(), value.as_str()));
                    self.add("context", map);
                }
            }
            Recipient::Pgp { fingerprint } => self.add("fp", fingerprint.as_str()),
        }
    }

    fn into_map(mut self) -> Map {
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        Map {
            entries: self
                .0
                .into_iter()
                .map(|(key, value)| Entry::Pair(key, value))
                .collect(),
        }
    }
}

//! Metadata out of the map that stands under `sops`, in every layout since sops 3.3.

use std::collections::BTreeMap;

use super::{Group, Metadata, Wrapping};
use crate::mac::MacScope;
use crate::recipient::{Recipient, RecipientKind as Kind};
use crate::select::Rule;
use crate::tree::{Entry, Item, Key, Map, Time, Value};

/// Why a map is no metadata. Never a value of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// A field of the wrong type, or one that does not parse.
    #[error("the field {0} is malformed")]
    Field(Key),
    /// A field that an entry cannot do without.
    #[error("an entry of {list} has no {field}")]
    MissingField {
        /// The list the entry stands in.
        list: &'static str,
        /// The field.
        field: &'static str,
    },
    /// No recipient at all.
    #[error("no keys: there is no recipient")]
    NoRecipients,
    /// A key group without recipients.
    #[error("key group {0} has no recipients")]
    EmptyGroup(usize),
    /// More recipients than a file may have.
    #[error("more than 10000 recipients")]
    TooManyRecipients,
    /// More shares demanded than there are groups, or more groups than shares can be told apart.
    #[error("{groups} key groups cannot have a threshold of {threshold}")]
    Threshold {
        /// How many groups there are.
        groups: usize,
        /// How many shares are demanded.
        threshold: usize,
    },
    /// More than one rule.
    #[error("{0} and {1} exclude each other")]
    TwoRules(&'static str, &'static str),
}

/// How many recipients a file may have.
const MAX_RECIPIENTS: usize = 10_000;

/// The order of the recipients in a group that was read.
const ORDER: [Kind; 7] = [
    Kind::Kms,
    Kind::GcpKms,
    Kind::HcKms,
    Kind::AzureKv,
    Kind::HcVault,
    Kind::Pgp,
    Kind::Age,
];

impl Metadata {
    /// Reads the map under `sops`.
    pub fn from_map(map: Map) -> Result<Self, MetadataError> {
        let mut fields = Fields::of(map);
        let flat = fields.group()?;
        let groups = fields.key_groups()?;
        let groups = if flat.wrappings.is_empty() {
            groups
        } else {
            vec![flat]
        };
        let metadata = Self {
            groups,
            shamir_threshold: fields.count("shamir_threshold")?,
            rule: fields.rule()?,
            mac_scope: fields.mac_scope()?,
            last_modified: fields.time("lastmodified")?,
            mac: fields.text("mac")?.unwrap_or_default().into(),
            version: fields.text("version")?.unwrap_or_default(),
            unknown: fields.rest(),
            has_other_copies: false,
        };
        metadata.check_groups()?;
        Ok(metadata)
    }

    fn check_groups(&self) -> Result<(), MetadataError> {
        let groups = self.groups.len();
        if groups == 0 {
            return Err(MetadataError::NoRecipients);
        }
        if let Some(empty) = self
            .groups
            .iter()
            .position(|group| group.wrappings.is_empty())
        {
            return Err(MetadataError::EmptyGroup(empty));
        }
        if self.wrappings().count() > MAX_RECIPIENTS {
            return Err(MetadataError::TooManyRecipients);
        }
        let threshold = self.threshold();
        let sound = groups == 1 || (2..=groups).contains(&threshold) && groups <= 255;
        sound
            .then_some(())
            .ok_or(MetadataError::Threshold { groups, threshold })
    }
}

/// The entries of a map that are still to be understood.
struct Fields(Vec<(Key, Value)>);

impl Fields {
    /// Comments among metadata mean nothing and go.
    fn of(map: Map) -> Self {
        Self(map.entries.into_iter().filter_map(pair).collect())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self
            .0
            .iter()
            .position(|(key, _)| key.as_bytes() == name.as_bytes())?;
        Some(self.0.swap_remove(at).1)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, MetadataError> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        scalar(&value)
            .map(Some)
            .ok_or_else(|| MetadataError::Field(name.into()))
    }

    fn required(&mut self, kind: Kind, field: &'static str) -> Result<String, MetadataError> {
        self.text(field)?.ok_or(MetadataError::MissingField {
            list: kind.identifier(),
            field,
        })
    }

    fn count(&mut self, name: &str) -> Result<usize, MetadataError> {
        match self.text(name)?.as_deref() {
            None | Some("") => Ok(0),
            Some(digits) => digits
                .parse()
                .map_err(|_| MetadataError::Field(name.into())),
        }
    }

    fn flag(&mut self, name: &str) -> Result<bool, MetadataError> {
        match self.text(name)?.as_deref() {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(MetadataError::Field(name.into())),
        }
    }

    fn time(&mut self, name: &str) -> Result<Option<Time>, MetadataError> {
        match self.text(name)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => Time::parse(text)
                .map(|time| Some(time.whole_seconds()))
                .map_err(|_| MetadataError::Field(name.into())),
        }
    }

    fn mac_scope(&mut self) -> Result<MacScope, MetadataError> {
        let only_encrypted = self.flag("mac_only_encrypted")?;
        Ok(if only_encrypted {
            MacScope::Encrypted
        } else {
            MacScope::All
        })
    }

    fn rule(&mut self) -> Result<Option<Rule>, MetadataError> {
        let mut found: Option<Rule> = None;
        for field in Rule::FIELDS {
            let text = self.text(field)?.filter(|text| !text.is_empty());
            let Some(rule) = text.and_then(|text| Rule::of_field(field, &text)) else {
                continue;
            };
            if let Some(other) = found.replace(rule) {
                return Err(MetadataError::TwoRules(other.field(), field));
            }
        }
        Ok(found)
    }

    fn key_groups(&mut self) -> Result<Vec<Group>, MetadataError> {
        let groups = self.list("key_groups")?.into_iter();
        groups
            .map(|map| {
                let mut fields = Self::of(map);
                let group = fields.group()?;
                Ok(Group {
                    unknown: fields.rest(),
                    ..group
                })
            })
            .collect()
    }

    /// The seven lists of one group.
    fn group(&mut self) -> Result<Group, MetadataError> {
        let mut group = Group::default();
        for kind in ORDER {
            for map in self.list(kind.identifier())? {
                group.wrappings.push(Self::of(map).wrapping(kind)?);
            }
        }
        Ok(group)
    }

    /// The maps of a list; an absent or null list is empty.
    fn list(&mut self, name: &str) -> Result<Vec<Map>, MetadataError> {
        let items = match self.take(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::List(items)) => items,
            Some(_) => return Err(MetadataError::Field(name.into())),
        };
        let maps = items.into_iter().filter_map(|item| match item {
            Item::Comment(_) => None,
            Item::Value(Value::Map(map)) => Some(Ok(map)),
            Item::Value(_) => Some(Err(MetadataError::Field(name.into()))),
        });
        maps.collect()
    }

    fn wrapping(mut self, kind: Kind) -> Result<Wrapping, MetadataError> {
        Ok(Wrapping {
            recipient: self.recipient(kind)?,
            created_at: self.text("created_at")?,
            enc: self.required(kind, "enc")?,
            unknown: self.rest(),
        })
    }

    fn recipient(&mut self, kind: Kind) -> Result<Recipient, MetadataError> {
        Ok(match kind {
            Kind::Age => Recipient::Age {
                recipient: self.required(kind, "recipient")?,
            },
            Kind::AzureKv => Recipient::AzureKv {
                vault_url: self.required(kind, "vault_url")?,
                name: self.required(kind, "name")?,
                version: self.text("version")?.unwrap_or_default(),
            },
            Kind::GcpKms => Recipient::GcpKms {
                resource_id: self.required(kind, "resource_id")?,
            },
            Kind::HcKms => Recipient::HcKms {
                key_id: self.required(kind, "key_id")?,
            },
            Kind::HcVault => Recipient::HcVault {
                vault_address: self.required(kind, "vault_address")?,
                engine_path: self.required(kind, "engine_path")?,
                key_name: self.required(kind, "key_name")?,
            },
            Kind::Kms => Recipient::Kms {
                arn: self.required(kind, "arn")?,
                role: self.text("role")?.unwrap_or_default(),
                context: self.context()?,
                aws_profile: self.text("aws_profile")?.unwrap_or_default(),
            },
            Kind::Pgp => Recipient::Pgp {
                fingerprint: self.required(kind, "fp")?,
            },
        })
    }

    fn context(&mut self) -> Result<BTreeMap<String, String>, MetadataError> {
        let malformed = || MetadataError::Field("context".into());
        match self.take("context") {
            None | Some(Value::Null) => Ok(BTreeMap::new()),
            Some(Value::Map(map)) => map
                .pairs()
                .map(|(key, value)| Some((key.to_string(), scalar(value)?)))
                .collect::<Option<_>>()
                .ok_or_else(malformed),
            Some(_) => Err(malformed()),
        }
    }

    fn rest(&mut self) -> Vec<(Key, Value)> {
        std::mem::take(&mut self.0)
    }
}

fn pair(entry: Entry) -> Option<(Key, Value)> {
    match entry {
        Entry::Comment(_) => None,
        Entry::Pair(key, value) => Some((key, value)),
    }
}

/// A scalar as text: formatters turn quoted times into bare ones, dotenv and INI have only text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        Value::Text(text) => text.expose_str().map(str::to_owned),
        Value::Time(time) => Some(time.to_string()),
        Value::Float(_) | Value::List(_) | Value::Map(_) => None,
    }
}

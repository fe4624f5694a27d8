//! What stands under the key `sops`: recipients with the wrapped data key, the rule that selects
//! what is encrypted, and the MAC.

use crate::mac::MacScope;
use crate::recipient::{Recipient, RecipientKind};
use crate::select::Rule;
use crate::tree::{Key, Text, Time, Value};

pub use read::MetadataError;

mod read;
mod write;

/// The version of sops whose bytes are written, and what a new file says.
pub const VERSION: &str = "3.13.3";

/// The metadata of a file.
#[expect(
    missing_debug_implementations,
    reason = "what is not understood may be secret"
)]
pub struct Metadata {
    /// The key groups; with more than one, each holds a share of the data key.
    pub groups: Vec<Group>,
    /// How many shares give the data key, as the file says; zero stands for all of them.
    pub shamir_threshold: usize,
    /// What is encrypted, if the file says so.
    pub rule: Option<Rule>,
    /// What the MAC covers.
    pub mac_scope: MacScope,
    /// When values were last encrypted.
    pub last_modified: Option<Time>,
    /// The encrypted MAC; empty in a file that has none.
    pub mac: Text,
    /// The version of sops that wrote the file, by its own account; empty if it says none.
    pub version: String,
    /// What is not understood, kept as it is.
    pub unknown: Vec<(Key, Value)>,
    /// Whether another document of the file has other metadata, which do not count.
    pub has_other_copies: bool,
}

/// A key group: whoever is in it can unwrap its share, or the whole data key if there is one group.
#[derive(Default)]
#[expect(
    missing_debug_implementations,
    reason = "what is not understood may be secret"
)]
pub struct Group {
    /// The recipients, in the order they are shown.
    pub wrappings: Vec<Wrapping>,
    /// What is not understood of an entry of `key_groups`, kept as it is.
    pub unknown: Vec<(Key, Value)>,
}

/// The data key, or a share of it, wrapped for one recipient.
#[expect(
    missing_debug_implementations,
    reason = "what is not understood may be secret"
)]
pub struct Wrapping {
    /// For whom.
    pub recipient: Recipient,
    /// When it was wrapped, as it stands in the file; entries of age and some others have none.
    pub created_at: Option<String>,
    /// The wrapped key in the recipient's own encoding, exactly as it stands in the file.
    pub enc: String,
    /// Whatever else the entry says, kept as it is.
    pub unknown: Vec<(Key, Value)>,
}

impl Metadata {
    /// The metadata of a file that has not been encrypted yet.
    #[must_use]
    pub fn new(groups: Vec<Group>, shamir_threshold: usize, rule: Option<Rule>) -> Self {
        Self {
            groups,
            shamir_threshold,
            rule,
            mac_scope: MacScope::default(),
            last_modified: None,
            mac: Text::default(),
            version: VERSION.to_owned(),
            unknown: Vec::new(),
            has_other_copies: false,
        }
    }

    /// Every recipient with its wrapped key, group by group.
    pub fn wrappings(&self) -> impl Iterator<Item = &Wrapping> {
        self.groups.iter().flat_map(|group| &group.wrappings)
    }

    /// How many groups must unwrap: all of them where the file says zero, one if there is one.
    #[must_use]
    pub fn threshold(&self) -> usize {
        match (self.groups.len(), self.shamir_threshold) {
            (groups @ (0 | 1), _) | (groups, 0) => groups,
            (_, threshold) => threshold,
        }
    }

    /// Whether other shares must be made for so many groups and this threshold.
    #[must_use]
    pub fn is_split_anew(&self, groups: usize, threshold: usize) -> bool {
        let threshold = if threshold == 0 { groups } else { threshold };
        groups != self.groups.len() || groups > 1 && threshold != self.threshold()
    }

    /// The names of recipient lists that are not understood. A new data key would lock these out.
    pub fn unknown_recipients(&self) -> impl Iterator<Item = &Key> {
        let of_groups = self.groups.iter().flat_map(|group| &group.unknown);
        let all = self.unknown.iter().chain(of_groups);
        let lists = all.filter(|(_, value)| is_filled_list(value));
        lists.map(|(key, _)| key)
    }

    /// Removes the recipients that are not understood.
    pub fn drop_unknown_recipients(&mut self) {
        self.unknown.retain(|(_, value)| !is_filled_list(value));
        for group in &mut self.groups {
            group.unknown.retain(|(_, value)| !is_filled_list(value));
        }
    }
}

impl Group {
    /// The recipients.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.wrappings.iter().map(|wrapping| &wrapping.recipient)
    }
}

impl Wrapping {
    /// A wrapping made now.
    #[must_use]
    pub fn new(recipient: Recipient, enc: String, now: Time) -> Self {
        let dated = recipient.kind() != RecipientKind::Age;
        let created_at = dated.then(|| now.whole_seconds().to_string());
        Self {
            recipient,
            created_at,
            enc,
            unknown: Vec::new(),
        }
    }
}

fn is_filled_list(value: &Value) -> bool {
    matches!(value, Value::List(items) if !items.is_empty())
}

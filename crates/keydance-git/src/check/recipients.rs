//! Whether a file can be opened by those whom the roster names for it, and by nobody else.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use keydance_sops::keys::Changes;
use keydance_sops::metadata::Metadata;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::{Identity, Recipient};

use super::{Code, Finding};
use crate::group_identity::IdentityFile;
use crate::roster::{Name, Roster};

/// Whose recipients are.
pub(crate) struct Owners(HashMap<Identity, Owner>);

enum Owner {
    /// Somebody who has left, or a device or machine that is closed.
    Closed(String),
    /// A device or machine that is in use.
    Open(String),
    /// The current identity of a group.
    Group(Name),
    /// An identity that a group had.
    Retired(Name, u32),
}

impl Owners {
    /// Those whom a roster names, and the groups whose identities these files hold.
    pub(crate) fn of(
        roster: &Roster,
        identities: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Self {
        let mut owners = HashMap::new();
        // What is current or open counts, if something was both.
        for (text, principal) in &roster.aliases {
            if let Some(recipient) = crate::roster::parse_recipient(text) {
                let owner = Owner::Closed(principal.to_string());
                owners.insert(Identity::of(&recipient), owner);
            }
        }
        for bytes in identities.values() {
            if let Ok(IdentityFile { generation, .. }) = IdentityFile::read(bytes) {
                let owner = Owner::Retired(generation.group, generation.number);
                owners.insert(Identity::of(&generation.recipient), owner);
            }
        }
        let devices = devices(roster, now);
        let (closed, open): (Vec<_>, Vec<_>) = devices.partition(|(_, _, is_open)| !is_open);
        for (recipient, name, is_open) in closed.into_iter().chain(open) {
            let owner = if is_open { Owner::Open } else { Owner::Closed };
            owners.insert(Identity::of(recipient), owner(name));
        }
        for (name, group) in &roster.groups {
            let owner = Owner::Group(name.clone());
            owners.insert(Identity::of(&group.recipient), owner);
        }
        Self(owners)
    }

    /// What is wrong with the recipients of a file that these readers should have.
    pub(super) fn check(&self, path: &str, metadata: &Metadata, wanted: &Readers) -> Vec<Finding> {
        let changes = Changes::between(metadata, wanted);
        if changes.is_empty() {
            return Vec::new();
        }
        let added = changes.groups.iter().flat_map(|group| &group.added);
        let missing = added.map(|recipient| {
            let message = format!("{} cannot open it", self.name(recipient));
            Code::RecipientsMissing.at(path, message)
        });
        let removed = changes.groups.iter().flat_map(|group| &group.removed);
        let extra = removed.map(|recipient| self.extra(path, recipient));
        let mut findings: Vec<Finding> = missing.chain(extra).collect();
        if findings.is_empty() {
            let message = "how many key groups must agree is not what the roster says";
            findings.push(Code::RecipientsExtra.at(path, message));
        }
        findings
    }

    fn extra(&self, path: &str, recipient: &Recipient) -> Finding {
        let name = self.name(recipient);
        let (code, message) = match self.0.get(&Identity::of(recipient)) {
            Some(Owner::Closed(_)) => (
                Code::LeftRecipient,
                format!("{name} can open it, who has left"),
            ),
            Some(Owner::Retired(..)) => (
                Code::RetiredGeneration,
                format!("it is encrypted to {name}, which was replaced"),
            ),
            Some(Owner::Group(_) | Owner::Open(_)) => (
                Code::RecipientsExtra,
                format!("{name} can open it, whom the roster does not name for it"),
            ),
            None => (
                Code::UnknownRecipient,
                format!("nobody in the roster has the recipient {name}"),
            ),
        };
        Code::at(code, path, message)
    }

    /// A recipient as people know it.
    fn name(&self, recipient: &Recipient) -> String {
        match self.0.get(&Identity::of(recipient)) {
            Some(Owner::Closed(name) | Owner::Open(name)) => name.clone(),
            Some(Owner::Group(name)) => format!("@{name}"),
            Some(Owner::Retired(name, number)) => format!("@{name}#{number}"),
            None => shortened(&recipient.identity()),
        }
    }
}

/// The recipients of people and machines, whose they are, and whether they are in use.
fn devices(roster: &Roster, now: Timestamp) -> impl Iterator<Item = (&Recipient, String, bool)> {
    let of_people = roster.people.iter().flat_map(move |(name, person)| {
        let is_there = person.intervals.is_open(now);
        person.devices.iter().map(move |(device, held)| {
            let is_open = is_there && held.intervals.is_open(now);
            (&held.recipient, format!("{name}/{device}"), is_open)
        })
    });
    let machines = roster.machines.iter();
    of_people.chain(machines.map(move |(name, machine)| {
        let is_open = machine.intervals.is_open(now);
        (&machine.recipient, name.to_string(), is_open)
    }))
}

/// Post-quantum recipients have about two thousand characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

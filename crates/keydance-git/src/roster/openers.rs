//! Who can open what, by the roster alone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;

use super::{Group, Name, Person, Principal, Roster};

impl Roster {
    /// The people and machines that are in a group at a point in time, directly or through groups
    /// in it. Empty for a group that is not there.
    #[must_use]
    pub fn members_at(&self, group: &str, at: Timestamp) -> BTreeSet<Principal> {
        let mut members = BTreeSet::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut left = vec![group];
        while let Some(name) = left.pop() {
            let Some((name, group)) = self.groups.get_key_value(name) else {
                continue;
            };
            if !seen.insert(name.as_str()) {
                continue;
            }
            for member in group.members_at(at) {
                match member {
                    Principal::Group(inner) => left.push(inner.as_str()),
                    _ if self.is_there(member, at) => {
                        members.insert(member.clone());
                    }
                    Principal::Machine(_) | Principal::Person(_) => {}
                }
            }
        }
        members
    }

    /// Whether a person or machine is in the organisation at a point in time; a group always is.
    #[must_use]
    pub fn is_there(&self, principal: &Principal, at: Timestamp) -> bool {
        let intervals = match principal {
            Principal::Group(_) => return true,
            Principal::Machine(name) => self.machines.get(name).map(|found| &found.intervals),
            Principal::Person(name) => self.people.get(name).map(|found| &found.intervals),
        };
        intervals.is_some_and(|intervals| intervals.contains(at))
    }

    /// The groups whose current identity these can open, each with those it opens through others:
    /// the groups they are in, and upward whatever group has one of these as a member.
    #[must_use]
    pub fn groups_of(&self, principal: &Principal, at: Timestamp) -> BTreeSet<&Name> {
        let mut found: BTreeSet<&Name> = BTreeSet::new();
        let mut left = vec![principal.clone()];
        while let Some(member) = left.pop() {
            for (name, group) in &self.groups {
                let is_member = group.members.get(&member).is_some_and(|it| it.contains(at));
                if is_member && found.insert(name) {
                    left.push(Principal::Group(name.clone()));
                }
            }
        }
        found
    }

    /// What is encrypted to a principal at a point in time: the open devices of a person, the key
    /// of a machine, the current identity of a group.
    #[must_use]
    pub fn recipients_of(&self, principal: &Principal, at: Timestamp) -> Vec<&Recipient> {
        if !self.is_there(principal, at) {
            return Vec::new();
        }
        match principal {
            Principal::Group(name) => {
                let group = self.groups.get(name);
                group.map(|group| &group.recipient).into_iter().collect()
            }
            Principal::Machine(name) => {
                let machine = self.machines.get(name);
                let recipient = machine.map(|machine| &machine.recipient);
                recipient.into_iter().collect()
            }
            Principal::Person(name) => {
                let person = self.people.get(name);
                person
                    .into_iter()
                    .flat_map(|it| it.recipients_at(at))
                    .collect()
            }
        }
    }

    /// Who must be able to open the file with a group's current identity: every member in one key
    /// group or, where it takes a quorum, each member in one of their own.
    ///
    /// Empty for a group that is not there.
    #[must_use]
    pub fn identity_readers(&self, group: &str, at: Timestamp) -> Readers {
        let members = self.groups.get(group).into_iter();
        let members = members.flat_map(|group| group.members_at(at));
        let of_each = members.map(|member| {
            let recipients = self.recipients_of(member, at);
            recipients.into_iter().cloned().collect::<Vec<_>>()
        });
        let of_each = of_each.filter(|recipients| !recipients.is_empty());
        match self.groups.get(group).and_then(|group| group.quorum) {
            Some(threshold) => Readers {
                groups: of_each.collect(),
                threshold,
            },
            None => Readers {
                groups: vec![of_each.flatten().collect()],
                threshold: 0,
            },
        }
    }

    /// Who must be able to open the file at a path: exactly the current identities of the groups
    /// that read it, and of recovery. Nothing if no rule matches it.
    #[must_use]
    pub fn file_readers(&self, path: &str) -> Option<Readers> {
        let groups = self.readers_of(path)?.into_iter();
        let groups = groups.filter_map(|name| self.groups.get(name));
        Some(Readers {
            groups: vec![groups.map(|group| group.recipient.clone()).collect()],
            threshold: 0,
        })
    }
}

impl Group {
    /// Who is in it at a point in time, not through others.
    pub fn members_at(&self, at: Timestamp) -> impl Iterator<Item = &Principal> {
        let members = self.members.iter();
        members.filter_map(move |(member, intervals)| intervals.contains(at).then_some(member))
    }
}

impl Person {
    /// The recipients of the devices that are open at a point in time.
    pub fn recipients_at(&self, at: Timestamp) -> impl Iterator<Item = &Recipient> {
        let devices = self.devices.values();
        devices
            .filter(move |device| device.intervals.contains(at))
            .map(|device| &device.recipient)
    }
}

//! The roster `keydance.yaml`: people, devices, machine identities, groups and paths.
//!
//! What is read here is complete and consistent: every name means something, groups nest without
//! cycles, and somebody can open each of them. Nothing that once held is ever deleted from a
//! roster; it is closed, so that a roster also answers who could open what in the past.

use std::collections::BTreeMap;

use keydance_sops::recipient::Recipient;
use keydance_sops::select::Rule;

pub use draft::{Changed, Draft, DraftError};
pub use error::{Problem, RosterError};
pub use glob::{Glob, GlobError};
pub use interval::{Interval, IntervalError, Intervals, parse_time};
pub use name::{DeviceName, MachineKind, MachineName, Name, NameError, Principal, ReferenceError};
pub use recipient::{parse_recipient, recipient_text};

// The words.
mod glob;
mod interval;
mod name;
mod recipient;

// From text to a roster.
mod check;
mod document;
mod error;
mod fields;
mod read;

// What it says, and changing it.
mod draft;
mod openers;

/// The name of its file, at the top of the repository.
pub const ROSTER_FILE: &str = "keydance.yaml";

/// How many groups can stand between a principal and a path: a group in a group in a group is 3.
pub const MAX_NESTING: usize = 8;

/// Who there is, and who may read what.
#[derive(Clone, Debug)]
pub struct Roster {
    /// What the organisation is called.
    pub organisation: Name,
    /// The environments that paths can be for, in the order of the file.
    pub environments: Vec<Name>,
    /// The refs whose tips define what is current.
    pub protected: Vec<String>,
    /// What becomes of files without a valid signature.
    pub integrity: Integrity,
    /// The group whose admins approve what belongs to no group.
    pub governance: Name,
    /// Everybody who is or was there.
    pub people: BTreeMap<Name, Person>,
    /// Every machine identity that is or was there.
    pub machines: BTreeMap<MachineName, Machine>,
    /// The groups.
    pub groups: BTreeMap<Name, Group>,
    /// Who reads which files; the first that matches a path counts.
    pub paths: Vec<PathRule>,
    /// A group that can open every path besides its readers.
    pub recovery: Option<Name>,
    /// Whose recipients in history are that are nobody's any more, by identity string.
    pub aliases: BTreeMap<String, Principal>,
}

/// What becomes of files without a valid signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Integrity {
    /// Nothing is looked at.
    Off,
    /// They are opened, and told of.
    #[default]
    Warn,
    /// They are not opened.
    Strict,
}

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their name among people.
    pub name: Option<String>,
    /// Their address, which identifies nobody.
    pub email: Option<String>,
    /// When they belong to the organisation.
    pub intervals: Intervals,
    /// Their devices.
    pub devices: BTreeMap<Name, Device>,
    /// Where they stand in the file, counted from 1.
    pub line: usize,
}

/// A device, which holds the private key of a person.
#[derive(Clone, Debug)]
pub struct Device {
    /// What is encrypted to it.
    pub recipient: Recipient,
    /// The SSH public key it signs with, type and base64.
    pub signing: Option<String>,
    /// When it is used.
    pub intervals: Intervals,
    /// Whether somebody else may hold it.
    pub is_lost: bool,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

/// A machine identity.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What is encrypted to it.
    pub recipient: Recipient,
    /// The SSH public key it signs with, type and base64.
    pub signing: Option<String>,
    /// When it is used.
    pub intervals: Intervals,
    /// Who else can make the service behind its recipient decrypt.
    pub openers: Vec<Principal>,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

/// A group: whoever is in it can open the identity that files are encrypted to.
#[derive(Clone, Debug)]
pub struct Group {
    /// Who is or was in it.
    pub members: BTreeMap<Principal, Intervals>,
    /// Who may change it, at least one.
    pub admins: Vec<Name>,
    /// The number of its current identity, from 1.
    pub generation: u32,
    /// The public half of its current identity, a native recipient of age.
    pub recipient: Recipient,
    /// How many members it takes to open it, if more than any one of them.
    pub quorum: Option<usize>,
    /// Whether two branches made its current generation, so that another one is due.
    pub is_forked: bool,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

/// What holds for some paths.
#[derive(Clone, Debug)]
pub struct PathRule {
    /// Which.
    pub glob: Glob,
    /// What they are for.
    pub environment: Option<Name>,
    /// The groups that can open them, at least one.
    pub readers: Vec<Name>,
    /// The groups that may sign them.
    pub writers: Vec<Name>,
    /// What is encrypted in them; nothing stands for the rule of stock.
    pub rule: Option<Rule>,
    /// Whether the MAC covers only what is encrypted.
    pub mac_only_encrypted: bool,
    /// How many writers besides the author must sign.
    pub approvals: u32,
    /// The path of a JSON Schema for the decrypted tree.
    pub expect: Option<String>,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

impl Roster {
    /// Reads a roster.
    ///
    /// # Errors
    ///
    /// What is wrong, and on which line; of several things, one.
    pub fn parse(bytes: &[u8]) -> Result<Self, RosterError> {
        let (roster, mentions) = read::roster(document::read(bytes)?)?;
        check::mentions(&roster, &mentions)?;
        check::recipients(&roster)?;
        check::nesting(&roster)?;
        check::openable(&roster)?;
        Ok(roster)
    }

    /// What holds for a path; nothing if no rule matches it.
    #[must_use]
    pub fn rule_of(&self, path: &str) -> Option<&PathRule> {
        self.paths.iter().find(|rule| rule.glob.is_match(path))
    }

    /// The groups that can open a path: its readers, then recovery. Nothing if no rule matches it.
    #[must_use]
    pub fn readers_of(&self, path: &str) -> Option<Vec<&Name>> {
        self.rule_of(path).map(|rule| self.readers_by(rule))
    }

    /// The groups that can open the paths of a rule: its readers, then recovery.
    #[must_use]
    pub fn readers_by<'r>(&'r self, rule: &'r PathRule) -> Vec<&'r Name> {
        let mut readers: Vec<&Name> = Vec::with_capacity(rule.readers.len() + 1);
        for reader in rule.readers.iter().chain(&self.recovery) {
            if !readers.contains(&reader) {
                readers.push(reader);
            }
        }
        readers
    }
}

#[cfg(test)]
mod tests;

//! What one blob says.

use std::collections::BTreeSet;

use keydance_sops::enc::Enc;
use keydance_sops::file::File;
use keydance_sops::format::{Format, ReadOptions};
use keydance_sops::metadata::{Group, Metadata};
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::{Entry, Item, Map, Tree, Value};

use super::fingerprint::{self, Fingerprint};
use super::{Blob, Facts};
use crate::group_identity::IdentityFile;
use crate::roster::{Principal, ROSTER_FILE, Roster, parse_recipient, recipient_text};

/// What a blob says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A SOPS file.
    Encrypted(Encrypted),
    /// A roster: whose recipients are whose.
    Roster(Vec<Claim>),
    /// It looks like one of both, and cannot be read.
    Unreadable,
}

/// A SOPS file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Encrypted {
    /// Its key groups.
    pub(crate) groups: Vec<Vec<Wrap>>,
    /// How many of them it takes.
    pub(crate) threshold: u32,
    pub(crate) values: Vec<Mark>,
    /// If it holds the identity of a group.
    pub(crate) generation: Option<Generation>,
}

/// The data key, wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wrap {
    pub(crate) recipient: u32,
    /// Equal for equal bytes.
    pub(crate) mark: u64,
}

/// A value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) version: u32,
    /// Equal for equal ciphertexts.
    pub(crate) mark: u64,
}

/// The identity of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    pub(crate) group: u32,
    pub(crate) number: u32,
    pub(crate) recipient: u32,
}

/// A version of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The keys and positions on the way to it where it was first met, a NUL between two.
    pub(crate) place: u32,
    pub(crate) is_plain: bool,
}

/// What a roster says about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    pub(crate) recipient: u32,
    /// A person, machine identity or group.
    pub(crate) principal: u32,
    /// With what they open it: a device, or the service behind a machine identity.
    pub(crate) holder: u32,
}

/// Reads blobs.
pub(crate) struct Reader<'f> {
    fingerprint: &'f Fingerprint,
}

impl<'f> Reader<'f> {
    pub(crate) fn new(fingerprint: &'f Fingerprint) -> Self {
        Self { fingerprint }
    }

    /// What a blob says that was met at a path; nothing if it is not one that matters.
    pub(crate) fn read(&self, path: &[u8], bytes: &[u8], facts: &mut Facts) -> Option<Blob> {
        let content = if path == ROSTER_FILE.as_bytes() {
            roster(bytes, facts)
        } else if looks_encrypted(bytes) {
            let path = String::from_utf8_lossy(path);
            self.encrypted(&path, bytes, facts)
        } else {
            return None;
        };
        let path = facts.texts.number(path.into());
        Some(Blob { path, content })
    }

    fn encrypted(&self, path: &str, bytes: &[u8], facts: &mut Facts) -> Content {
        let Some(file) = parse(path, bytes) else {
            return Content::Unreadable;
        };
        let generation = generation(bytes, facts);
        let mut values = Values {
            reader: self,
            facts,
            // What is plain in the file of an identity is no secret, and the same everywhere.
            keeps_plain: generation.is_none(),
            aad: Vec::new(),
            place: Vec::new(),
            found: Vec::new(),
        };
        values.tree(&file.tree);
        let values = values.found;
        Content::Encrypted(Encrypted {
            groups: groups(&file.metadata, facts),
            threshold: u32::try_from(file.metadata.threshold()).unwrap_or(u32::MAX),
            values,
            generation,
        })
    }
}

/// Whether it is worth parsing: a SOPS file has a ciphertext, at least that of its MAC.
fn looks_encrypted(bytes: &[u8]) -> bool {
    has(bytes, b"ENC[AES256_GCM,") || has(bytes, b"sops") && has(bytes, b"lastmodified")
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Reads a file in the format of its name; or in any other, as it may have been renamed.
fn parse(path: &str, bytes: &[u8]) -> Option<File> {
    let named = Format::of_path(path);
    let others = [Format::Yaml, Format::Json, Format::Dotenv, Format::Ini];
    let formats = [named]
        .into_iter()
        .chain(others.into_iter().filter(|it| *it != named));
    let options = ReadOptions {
        allow_duplicates: true,
        ..ReadOptions::DEFAULT
    };
    let mut read = formats.map(|format| File::read(format, bytes, &options));
    read.find_map(Result::ok)
}

/// What the file says of the identity of a group; wherever it is, as that opens files all the same.
fn generation(bytes: &[u8], facts: &mut Facts) -> Option<Generation> {
    if !has(bytes, b"recipient_unencrypted") {
        return None;
    }
    let said = IdentityFile::read(bytes).ok()?.generation;
    Some(Generation {
        group: facts.texts.number(said.group.as_str().as_bytes().into()),
        number: said.number,
        recipient: facts.recipient(&said.recipient),
    })
}

fn groups(metadata: &Metadata, facts: &mut Facts) -> Vec<Vec<Wrap>> {
    let mut wraps = |group: &Group| {
        let wrappings = group.wrappings.iter();
        let wraps = wrappings.map(|wrapping| Wrap {
            recipient: facts.recipient(&wrapping.recipient),
            mark: fingerprint::mark(wrapping.enc.as_bytes()),
        });
        wraps.collect()
    };
    metadata.groups.iter().map(&mut wraps).collect()
}

impl Facts {
    /// The number of a recipient, written as in a roster, without the comment of an SSH key.
    fn recipient(&mut self, recipient: &Recipient) -> u32 {
        let text = recipient_text(recipient);
        let plain = parse_recipient(&text).map_or(text, |it| recipient_text(&it));
        self.texts.number(plain.into_bytes().into())
    }

    fn name(&mut self, name: &impl ToString) -> u32 {
        self.texts.number(name.to_string().into_bytes().into())
    }
}

/// Gathers the values of a tree.
struct Values<'r, 'f> {
    reader: &'r Reader<'f>,
    facts: &'r mut Facts,
    keeps_plain: bool,
    /// The keys on the way with a `:` behind each.
    aad: Vec<u8>,
    /// Keys and positions on the way with a NUL behind each.
    place: Vec<u8>,
    found: Vec<Mark>,
}

impl Values<'_, '_> {
    fn tree(&mut self, tree: &Tree) {
        tree.documents
            .iter()
            .for_each(|document| self.map(document));
    }

    fn map(&mut self, map: &Map) {
        for entry in &map.entries {
            match entry {
                Entry::Comment(comment) => self.comment(comment.text.expose()),
                Entry::Pair(key, value) => {
                    let (aad, place) = (self.aad.len(), self.place.len());
                    self.aad.extend_from_slice(key.as_bytes());
                    self.aad.push(b':');
                    self.step(key.as_bytes());
                    self.value(value);
                    self.aad.truncate(aad);
                    self.place.truncate(place);
                }
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Map(map) => self.map(map),
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    let place = self.place.len();
                    self.step(at.to_string().as_bytes());
                    match item {
                        Item::Comment(comment) => self.comment(comment.text.expose()),
                        Item::Value(value) => self.value(value),
                    }
                    self.place.truncate(place);
                }
            }
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => match Enc::recognise(text.expose()) {
                Some(enc) => self.encrypted(enc, text.expose()),
                None => self.plain(text.expose()),
            },
            Value::Bool(truth) => self.plain(if *truth { b"true" } else { b"false" }),
            Value::Float(number) => self.plain(&number.to_bits().to_be_bytes()),
            Value::Int(number) => self.plain(&number.to_be_bytes()),
            Value::Time(time) => self.plain(time.to_string().as_bytes()),
            Value::Null => {}
        }
    }

    /// A plain comment is no value.
    fn comment(&mut self, text: &[u8]) {
        if let Some(enc) = Enc::recognise(text) {
            let place = self.place.len();
            self.step(b"#");
            self.encrypted(enc, text);
            self.place.truncate(place);
        }
    }

    fn step(&mut self, to: &[u8]) {
        self.place.extend_from_slice(to);
        self.place.push(0);
    }

    fn encrypted(&mut self, enc: Enc<'_>, text: &[u8]) {
        let aad: &[u8] = if self.aad.is_empty() { b":" } else { &self.aad };
        let digest = fingerprint::encrypted(aad, enc.kind, enc.iv);
        let text = text.strip_suffix(enc.rest).unwrap_or(text);
        self.found(digest, fingerprint::mark(text), false);
    }

    fn plain(&mut self, value: &[u8]) {
        if self.keeps_plain {
            let digest = self.reader.fingerprint.plain(&self.aad, value);
            self.found(digest, 0, true);
        }
    }

    fn found(&mut self, digest: [u8; 16], mark: u64, is_plain: bool) {
        let version = self.facts.digests.number(digest);
        if version as usize == self.facts.versions.len() {
            let place = self.place.strip_suffix(b"\0").unwrap_or(&self.place);
            let place = self.facts.texts.number(place.into());
            self.facts.versions.push(Version { place, is_plain });
        }
        self.found.push(Mark { version, mark });
    }
}

/// Whose the recipients of a roster are. Every entry counts, closed or not: keys do not expire.
fn roster(bytes: &[u8], facts: &mut Facts) -> Content {
    let Ok(roster) = Roster::parse(bytes) else {
        return Content::Unreadable;
    };
    let mut claims = of_people(&roster, facts);
    claims.extend(of_machines(&roster, facts));
    claims.extend(of_aliases(&roster, facts));
    Content::Roster(claims)
}

fn of_people(roster: &Roster, facts: &mut Facts) -> Vec<Claim> {
    let people = roster.people.iter();
    let devices = people.flat_map(|(person, entry)| {
        let devices = entry.devices.iter();
        devices.map(move |(name, device)| (person, name, device))
    });
    let claims = devices.map(|(person, name, device)| Claim {
        recipient: facts.recipient(&device.recipient),
        principal: facts.name(person),
        holder: facts.name(&format!("{person}/{name}")),
    });
    claims.collect()
}

/// A machine identity, and whoever can make the service behind it decrypt.
fn of_machines(roster: &Roster, facts: &mut Facts) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (name, machine) in &roster.machines {
        let recipient = facts.recipient(&machine.recipient);
        let holder = facts.name(name);
        let itself = Principal::Machine(name.clone());
        let openers = machine.openers.iter().chain([&itself]);
        claims.extend(
            openers
                .flat_map(|opener| everybody(roster, opener))
                .map(|opener| Claim {
                    recipient,
                    principal: facts.name(&opener),
                    holder,
                }),
        );
    }
    claims
}

fn of_aliases(roster: &Roster, facts: &mut Facts) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (identity, principal) in &roster.aliases {
        let recipient = match parse_recipient(identity) {
            Some(recipient) => facts.recipient(&recipient),
            None => facts.name(identity),
        };
        let holder = facts.name(principal);
        claims.extend(everybody(roster, principal).iter().map(|principal| Claim {
            recipient,
            principal: facts.name(principal),
            holder,
        }));
    }
    claims
}

/// The people and machines behind a reference, whenever they were in a group.
fn everybody(roster: &Roster, principal: &Principal) -> BTreeSet<Principal> {
    let mut found = BTreeSet::new();
    let mut left = vec![principal];
    let mut seen = BTreeSet::new();
    while let Some(principal) = left.pop() {
        match principal {
            Principal::Group(name) if seen.insert(name) => {
                let group = roster.groups.get(name);
                left.extend(group.into_iter().flat_map(|group| group.members.keys()));
            }
            Principal::Group(_) => {}
            Principal::Machine(_) | Principal::Person(_) => {
                found.insert(principal.clone());
            }
        }
    }
    found
}

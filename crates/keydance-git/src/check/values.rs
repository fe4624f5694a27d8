//! What is in a file: its keys, and with a data key its values.

use std::collections::BTreeMap;

use keydance_sops::enc::Enc;
use keydance_sops::file::{File, Opened};
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{DECRYPTION_ORDER, recover};
use keydance_sops::merge::conflicts;
use keydance_sops::tree::{Entry, Item, Map, Tree, Value};
use sha2::{Digest as _, Sha256};

use super::{Code, Finding};

/// Shorter values are the same in many places without being secret: ports, names, switches.
const MIN_COMPARED: usize = 8;

/// What the keys of an encrypted tree show.
pub(super) fn keys(path: &str, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in &tree.documents {
        keys_in(document, &mut Vec::new(), &mut |way: &[&[u8]]| {
            let [.., last] = way else { return };
            let key = || String::from_utf8_lossy(&way.join(&b':')).into_owned();
            if last.contains(&b':') {
                let finding = Code::ColonKey.at(path, "the key holds a colon");
                findings.push(finding.of_key(key()));
            }
        });
    }
    findings.extend(left_conflicts(path, tree));
    findings
}

/// Values of which a merge left both versions. Formats without maps show it only when decrypted.
fn left_conflicts(path: &str, tree: &Tree) -> Vec<Finding> {
    let left = conflicts(tree).into_iter();
    let told = left.map(|place| {
        let finding = Code::ConflictMarker.at(path, "two versions of a value are left");
        finding.of_key(place)
    });
    told.collect()
}

// INVARIANT: no deeper than 512 levels, as a tree that was read.
fn keys_in<'t>(map: &'t Map, way: &mut Vec<&'t [u8]>, look: &mut dyn FnMut(&[&'t [u8]])) {
    for (key, value) in map.pairs() {
        way.push(key.as_bytes());
        look(way);
        maps_in(value, way, look);
        way.pop();
    }
}

fn maps_in<'t>(value: &'t Value, way: &mut Vec<&'t [u8]>, look: &mut dyn FnMut(&[&'t [u8]])) {
    match value {
        Value::Map(map) => keys_in(map, way, look),
        Value::List(items) => {
            for item in items {
                if let Item::Value(value) = item {
                    maps_in(value, way, look);
                }
            }
        }
        _ => {}
    }
}

/// For each scalar of an encrypted tree, in order, whether it is a ciphertext; comments left out.
pub(super) fn ciphertexts(tree: &Tree) -> Vec<bool> {
    let mut found = Vec::new();
    for document in &tree.documents {
        scalars(document, &mut Vec::new(), &mut |_, value| {
            let enc = match value {
                Value::Text(text) => Enc::recognise(text.expose()),
                _ => None,
            };
            match enc {
                Some(enc) if enc.kind == b"comment" => {}
                enc => found.push(enc.is_some()),
            }
        });
    }
    found
}

fn scalars<'t>(
    map: &'t Map,
    way: &mut Vec<&'t [u8]>,
    look: &mut dyn FnMut(&[&'t [u8]], &'t Value),
) {
    for entry in &map.entries {
        if let Entry::Pair(key, value) = entry {
            way.push(key.as_bytes());
            scalars_in(value, way, look);
            way.pop();
        }
    }
}

fn scalars_in<'t>(
    value: &'t Value,
    way: &mut Vec<&'t [u8]>,
    look: &mut dyn FnMut(&[&'t [u8]], &'t Value),
) {
    match value {
        Value::Map(map) => scalars(map, way, look),
        Value::List(items) => {
            for item in items {
                if let Item::Value(value) = item {
                    scalars_in(value, way, look);
                }
            }
        }
        scalar => look(way, scalar),
    }
}

/// Opens a file and compares its MAC; nothing if no key at hand opens it.
pub(super) fn open(
    path: &str,
    file: File,
    keys: &dyn KeyService,
) -> Option<Result<Opened, Finding>> {
    let recovered = recover(&file.metadata, keys, &DECRYPTION_ORDER).ok()?;
    let opened = file.open(&recovered.key);
    let opened = opened.map_err(|error| Code::BadMac.at(path, error.to_string()));
    let verified = opened.and_then(|unverified| {
        let verified = unverified.verify();
        verified.map_err(|error| Code::BadMac.at(path, error.to_string()))
    });
    Some(verified)
}

/// The values of all files, so that equal ones are found: their hashes, and where each was first.
#[derive(Default)]
pub(super) struct Values {
    seen: BTreeMap<[u8; 32], Places>,
}

struct Places {
    first: Place,
    others: Vec<Place>,
}

/// A file and the keys on the way.
type Place = (String, String);

impl Values {
    /// Takes the values of an open file that were encrypted, and tells of conflicts among them.
    pub(super) fn look(&mut self, path: &str, tree: &Tree, encrypted: &[bool]) -> Vec<Finding> {
        let mut encrypted = encrypted.iter();
        for document in &tree.documents {
            scalars(document, &mut Vec::new(), &mut |way, value| {
                let is_encrypted = encrypted.next().is_some_and(|is| *is);
                let Value::Text(text) = value else { return };
                let bytes = text.expose();
                let key = || String::from_utf8_lossy(&way.join(&b':')).into_owned();
                if is_encrypted && bytes.len() >= MIN_COMPARED {
                    self.note(Sha256::digest(bytes).into(), (path.to_owned(), key()));
                }
            });
        }
        left_conflicts(path, tree)
    }

    fn note(&mut self, hash: [u8; 32], place: Place) {
        match self.seen.get_mut(&hash) {
            // Items of one list have one place.
            Some(places) if places.first == place => {}
            Some(places) => places.others.push(place),
            None => {
                let others = Vec::new();
                let first = place;
                self.seen.insert(hash, Places { first, others });
            }
        }
    }

    /// Every value that stands in more than one place.
    pub(super) fn repeated(self) -> Vec<Finding> {
        let repeated = self.seen.into_values();
        let told = repeated.flat_map(|Places { first, others }| {
            let (path, key) = first;
            others.into_iter().map(move |(other, at)| {
                let message = format!("it has the value of {key} in {path}");
                Code::SameValue.at(other, message).of_key(at)
            })
        });
        told.collect()
    }
}

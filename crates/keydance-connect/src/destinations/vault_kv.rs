//! The key-value engines of Vault and OpenBao, version 1 and 2.

use std::collections::HashMap;
use std::sync::OnceLock;

use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::key_service::KeyError;
use keydance_sops::tree::{Item, Map, Tree, Value};
use percent_encoding::utf8_percent_encode;
use ureq::http::Request;
use zeroize::Zeroizing;

use super::{PATH, PublishError};
use crate::vault::{Caller, granted};

pub use crate::vault::{VaultConfig, VaultToken};

/// Whoever puts secrets into a Vault.
#[derive(Debug)]
pub struct VaultKv {
    config: VaultConfig,
    caller: OnceLock<Result<Caller, KeyError>>,
}

/// Where a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'p> {
    /// Scheme, host and port of the Vault.
    pub address: &'p str,
    /// Where the engine is mounted.
    pub mount: &'p str,
    /// The path of the secret in the engine.
    pub path: &'p str,
    /// What the engine keeps.
    pub version: Version,
}

/// The version of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Keeps one version of a secret.
    One,
    /// Keeps several.
    Two,
}

/// What became of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was there already, with these values.
    Current,
    /// It was written, although nobody could say what was there before.
    Unseen(KeyError),
    /// It was written.
    Written,
}

impl VaultKv {
    /// Neither the token nor a certificate is read before a secret is there to be put.
    #[must_use]
    pub fn new(config: VaultConfig) -> Self {
        Self {
            config,
            caller: OnceLock::new(),
        }
    }

    /// Puts a map there as a secret, unless it is there already. Comments are left out.
    pub fn put(&self, place: &Place<'_>, values: &Tree) -> Result<Outcome, PublishError> {
        let uri = place.uri()?;
        let caller = self.caller.get_or_init(|| Caller::new(&self.config));
        let caller = caller.as_ref().map_err(Clone::clone)?;
        let wrapped = in_data(values)?;
        let before = read(caller, &uri);
        if let Ok(Some(answer)) = &before
            && is_there(answer, &wrapped, place.version)
        {
            return Ok(Outcome::Current);
        }
        let body = match place.version {
            Version::One => json(values)?,
            Version::Two => wrapped,
        };
        granted(caller.ask(Request::put(&uri), &body)?)?;
        Ok(match before {
            Ok(_) => Outcome::Written,
            Err(error) => Outcome::Unseen(error),
        })
    }
}

impl Place<'_> {
    /// Where that is.
    #[must_use]
    pub fn url(&self) -> String {
        let Self { mount, path, .. } = self;
        let (mount, path) = (mount.trim_end_matches('/'), path.trim_start_matches('/'));
        let data = match self.version {
            Version::One => "",
            Version::Two => "data/",
        };
        format!(
            "{}/v1/{mount}/{data}{path}",
            self.address.trim_end_matches('/')
        )
    }

    /// The same as it is sent.
    fn uri(&self) -> Result<String, PublishError> {
        let odd = |part: &str| ["", ".", ".."].contains(&part) || part.contains(char::is_control);
        let paths = [
            (self.mount, "the name of the mount"),
            (self.path, "the path of the secret"),
        ];
        for (path, what) in paths {
            if path.trim_end_matches('/').split('/').any(odd) {
                return Err(PublishError::Name(what));
            }
        }
        let escaped = |path| utf8_percent_encode(path, PATH).to_string();
        let sent = Place {
            mount: &escaped(self.mount),
            path: &escaped(self.path),
            ..*self
        };
        Ok(sent.url())
    }
}

/// The answer with what is there; nothing if nothing is.
fn read(caller: &Caller, uri: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let answer = caller.ask(Request::get(uri), b"")?;
    if answer.status == 404 {
        return Ok(None);
    }
    granted(answer).map(|answer| Some(answer.body))
}

/// Whether an answer has the values that are about to be sent.
fn is_there(answer: &[u8], wrapped: &[u8], version: Version) -> bool {
    let (Some(answer), Some(ours)) = (parsed(answer), parsed(wrapped)) else {
        return false;
    };
    let theirs = match (answer.value(b"data"), version) {
        (Some(Value::Map(data)), Version::Two) => data.value(b"data"),
        (data, _) => data,
    };
    theirs
        .zip(ours.value(b"data"))
        .is_some_and(|(theirs, ours)| is_same(theirs, ours))
}

fn parsed(json: &[u8]) -> Option<Map> {
    let tree = Format::Json.read_plain(json, &ReadOptions::default());
    tree.ok()?.documents.into_iter().next()
}

/// Whether two values are the same, whatever the order of their keys.
// INVARIANT: no deeper than 512 levels, as a tree that was read.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            let known: HashMap<_, _> = other.pairs().collect();
            let same = |(key, value)| known.get(key).is_some_and(|other| is_same(value, other));
            one.pairs().count() == known.len() && one.pairs().all(same)
        }
        (Value::List(one), Value::List(other)) => {
            let same = |(one, other): (&Item, &Item)| match (one, other) {
                (Item::Value(one), Item::Value(other)) => is_same(one, other),
                _ => false,
            };
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        _ => one == other,
    }
}

fn in_data(values: &Tree) -> Result<Zeroizing<Vec<u8>>, PublishError> {
    let json = json(values)?;
    Ok(Zeroizing::new(
        [b"{\"data\":", json.as_slice(), b"}"].concat(),
    ))
}

fn json(values: &Tree) -> Result<Zeroizing<Vec<u8>>, PublishError> {
    let options = WriteOptions {
        json_indent: Some(0),
        ..WriteOptions::default()
    };
    let json = Format::Json.write(values, None, &options)?;
    Ok(Zeroizing::new(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place {
        address: "http://vault.test/",
        mount: "secret/",
        path: "team/a b.yaml",
        version: Version::Two,
    };

    #[test]
    fn a_secret_has_an_address_for_people_and_one_that_is_sent() {
        assert_eq!(
            PLACE.url(),
            "http://vault.test/v1/secret/data/team/a b.yaml"
        );
        let sent = "http://vault.test/v1/secret/data/team/a%20b.yaml".to_owned();
        assert_eq!(PLACE.uri(), Ok(sent));
        let one = Place {
            version: Version::One,
            ..PLACE
        };
        assert_eq!(one.url(), "http://vault.test/v1/secret/team/a b.yaml");
    }

    #[test]
    fn a_secret_cannot_leave_its_engine() {
        for path in ["", "a/../b", "a//b", "./a", "a\nb"] {
            let place = Place { path, ..PLACE };
            assert!(place.uri().is_err(), "{path}");
        }
    }

    #[test]
    fn values_are_the_same_in_any_order_of_their_keys() {
        let ours = br#"{"data":{"a":1,"b":[{"c":"x","d":null}]}}"#;
        let theirs = |data: &str| format!(r#"{{"request_id":"r","data":{{"data":{data}}}}}"#);
        let is_there = |data: &str| is_there(theirs(data).as_bytes(), ours, Version::Two);
        assert!(is_there(r#"{"b":[{"d":null,"c":"x"}],"a":1}"#));
        for other in [
            r#"{"a":1}"#,
            r#"{"a":"1","b":[{"c":"x","d":null}]}"#,
            r#"{"a":1,"b":[{"c":"x","d":null}],"e":2}"#,
            "null",
            "",
        ] {
            assert!(!is_there(other), "{other}");
        }
    }
}

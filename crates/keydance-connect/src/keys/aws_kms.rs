//! Keys of AWS KMS (contract "sops", 1.9 `kms`).

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::aws::calls::{self, Calls};
use crate::aws::credentials::{self, Credentials};
use crate::aws::region::Region;
use crate::aws::sts;
use crate::http::HttpConfig;
use crate::kept::Kept;
use crate::settings::Settings;

/// As whom AWS is called. Regions, roles and profiles stand in the recipients.
#[derive(Debug)]
pub struct AwsConfig {
    /// How it is called.
    pub http: HttpConfig,
    /// The `AWS_*` variables, and where the home folder is.
    pub settings: Settings,
    /// What time it is: requests are signed with it.
    pub clock: fn() -> SystemTime,
    /// The name of this machine, which the sessions of assumed roles bear.
    pub host: String,
    /// Takes what whoever opens a file should know.
    pub warn: fn(&str),
}

/// The key service for `kms` recipients.
#[derive(Debug)]
pub struct AwsKms {
    calls: Calls,
    known: Kept<Credentials>,
    host: String,
    warn: fn(&str),
}

/// What KMS is asked about.
struct Key<'r> {
    arn: &'r str,
    region: Region<'r>,
    context: &'r BTreeMap<String, String>,
    credentials: Credentials,
}

impl AwsKms {
    /// The service. No credential is looked for before a recipient needs it.
    #[must_use]
    pub fn new(config: AwsConfig) -> Self {
        Self {
            calls: Calls::new(&config.http, config.settings, config.clock),
            known: Kept::default(),
            host: config.host,
            warn: config.warn,
        }
    }

    fn key<'r>(&self, recipient: &'r Recipient) -> Result<Key<'r>, KeyError> {
        let Recipient::Kms {
            arn,
            role,
            context,
            aws_profile,
        } = recipient
        else {
            return Err(KeyError::NotMine);
        };
        let region = Region::of_key(arn)?;
        let credentials = self.known.get(format!("{aws_profile}\0{role}"), || {
            let own = credentials::find(&self.calls, region, aws_profile)?;
            if role.is_empty() {
                return Ok(own);
            }
            let session = session_name(&self.host);
            sts::assume_role(&self.calls, region, &own, &sts::Role::new(role, &session))
        })?;
        Ok(Key {
            arn,
            region,
            context,
            credentials,
        })
    }

    fn decrypt(
        &self,
        key: &Key<'_>,
        context: &BTreeMap<String, String>,
        enc: &str,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let request = Decrypt {
            key_id: key.arn,
            ciphertext_blob: enc,
            context,
        };
        let answer = self
            .calls
            .kms(key.region, &key.credentials, "Decrypt", &request)?;
        let mut decrypted: Decrypted = answer.json()?;
        let plain = STANDARD.decode(&decrypted.plaintext).map(Zeroizing::new);
        decrypted.plaintext.zeroize();
        plain.map_err(|_| KeyError::Failed("AWS answered something else than a key".to_owned()))
    }
}

impl KeyService for AwsKms {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let key = self.key(recipient)?;
        let plaintext = Zeroizing::new(STANDARD.encode(data_key));
        let request = Encrypt {
            key_id: key.arn,
            plaintext: &plaintext,
            context: key.context,
        };
        let answer = self
            .calls
            .kms(key.region, &key.credentials, "Encrypt", &request)?;
        Ok(answer.json::<Encrypted>()?.ciphertext_blob)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        STANDARD
            .decode(enc)
            .map_err(|_| KeyError::Malformed("not base64"))?;
        let key = self.key(recipient)?;
        let refusal = match self.decrypt(&key, key.context, enc) {
            Err(refusal) if calls::is_wrong_context(&refusal) => refusal,
            answer => return answer,
        };
        for context in contexts_of_old(key.context) {
            if let Ok(plain) = self.decrypt(&key, &context, enc) {
                (self.warn)(&format!(
                    "the context of {} was wrapped as sops before 3.3.0 did it, all values the \
                     same; rotate the file to have it right",
                    key.arn
                ));
                return Ok(plain);
            }
        }
        Err(refusal)
    }
}

/// The contexts that sops before 3.3.0 may have used in place of this one: all values the same.
fn contexts_of_old(context: &BTreeMap<String, String>) -> Vec<BTreeMap<String, String>> {
    let mut values: Vec<&String> = context.values().collect();
    values.sort();
    values.dedup();
    if values.len() < 2 {
        return Vec::new();
    }
    let same = |value: &String| {
        context
            .keys()
            .map(|key| (key.clone(), value.clone()))
            .collect()
    };
    values.into_iter().map(same).collect()
}

/// What a session on behalf of this machine is called: what AWS takes of its name.
fn session_name(host: &str) -> String {
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "=,.@-_".contains(*letter);
    let name = "sops@".chars().chain(host.chars());
    name.filter(allowed).take(64).collect()
}

#[derive(Serialize)]
struct Encrypt<'a> {
    #[serde(rename = "KeyId")]
    key_id: &'a str,
    #[serde(rename = "Plaintext")]
    plaintext: &'a str,
    #[serde(
        rename = "EncryptionContext",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    context: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    #[serde(rename = "KeyId")]
    key_id: &'a str,
    #[serde(rename = "CiphertextBlob")]
    ciphertext_blob: &'a str,
    #[serde(
        rename = "EncryptionContext",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    context: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Encrypted {
    #[serde(rename = "CiphertextBlob")]
    ciphertext_blob: String,
}

#[derive(Deserialize)]
struct Decrypted {
    #[serde(rename = "Plaintext")]
    plaintext: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_after_the_machine() {
        assert_eq!(session_name("build-7.example"), "sops@build-7.example");
        assert_eq!(session_name("a b/ü!"), "sops@ab");
        assert_eq!(session_name(&"x".repeat(100)).len(), 64);
    }

    #[test]
    fn old_contexts_have_the_same_value_everywhere() {
        let context = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let old = contexts_of_old(&context(&[("a", "1"), ("b", "2")]));
        let expected = [
            context(&[("a", "1"), ("b", "1")]),
            context(&[("a", "2"), ("b", "2")]),
        ];
        assert_eq!(old, expected);
        assert!(contexts_of_old(&context(&[("a", "1"), ("b", "1")])).is_empty());
        assert!(contexts_of_old(&context(&[])).is_empty());
    }
}

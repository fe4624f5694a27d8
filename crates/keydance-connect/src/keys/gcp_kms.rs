//! Keys of Google Cloud KMS (contract "sops", 1.9 `gcp_kms`), by its REST API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use serde::{Deserialize, Serialize};
use ureq::http::Request;
use zeroize::{Zeroize as _, Zeroizing};

use crate::gcp::{Access, Finder, Refusal};
use crate::http::{Answer, Http, Trust, unsendable};
use crate::kept::Kept;
use crate::settings::Settings;

pub use crate::gcp::GcpConfig;

mod checksum;

/// What tokens are asked for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloudkms";

/// The key service for `gcp_kms` recipients.
#[derive(Debug)]
pub struct GcpKms {
    http: Http,
    endpoint: String,
    finder: Finder,
    access: Kept<Access>,
}

impl GcpKms {
    /// The service. No credential is looked for before a recipient needs it.
    #[must_use]
    pub fn new(config: &GcpConfig) -> Self {
        let http = Http::new(&config.http, Trust::default());
        Self {
            endpoint: endpoint(&config.settings),
            finder: Finder::new(http.clone(), config, SCOPE),
            http,
            access: Kept::default(),
        }
    }

    /// Asks for something to be done with a key.
    fn ask(
        &self,
        verb: &str,
        recipient: &Recipient,
        body: &impl Serialize,
    ) -> Result<Answer, KeyError> {
        let Recipient::GcpKms { resource_id } = recipient else {
            return Err(KeyError::NotMine);
        };
        check(resource_id)?;
        let access = self.access.get(String::new(), || self.finder.find())?;
        let authorization = Zeroizing::new(format!("Bearer {}", access.token.as_str()));
        let mut head = Request::post(format!("{}/v1/{resource_id}:{verb}", self.endpoint))
            .header("content-type", "application/json")
            .header("authorization", authorization.as_str());
        if let Some(project) = &access.quota_project {
            head = head.header("x-goog-user-project", project);
        }
        let body = serde_json::to_vec(body).map(Zeroizing::new);
        let body =
            body.map_err(|_| KeyError::Failed("the request cannot be written".to_owned()))?;
        let answer = self
            .http
            .send(head.body(body.as_slice()).map_err(unsendable)?)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let reason = answer.json::<Refusal>().ok();
        Err(answer.refusal(reason.map(|refusal| refusal.error.message)))
    }
}

impl KeyService for GcpKms {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let plaintext = Zeroizing::new(STANDARD.encode(data_key));
        let request = Encrypt {
            plaintext: &plaintext,
            checksum: checksum::text(data_key),
        };
        let encrypted: Encrypted = self.ask("encrypt", recipient, &request)?.json()?;
        let ciphertext = STANDARD
            .decode(&encrypted.ciphertext)
            .map_err(|_| damaged())?;
        if encrypted.verified == Some(false)
            || !checksum::fits(encrypted.checksum.as_deref(), &ciphertext)
        {
            return Err(damaged());
        }
        Ok(encrypted.ciphertext)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let ciphertext = STANDARD
            .decode(enc)
            .map_err(|_| KeyError::Malformed("not base64"))?;
        let request = Decrypt {
            ciphertext: enc,
            checksum: checksum::text(&ciphertext),
        };
        let mut decrypted: Decrypted = self.ask("decrypt", recipient, &request)?.json()?;
        let plain = STANDARD.decode(&decrypted.plaintext).map(Zeroizing::new);
        decrypted.plaintext.zeroize();
        let plain = plain.map_err(|_| damaged())?;
        if !checksum::fits(decrypted.checksum.as_deref(), &plain) {
            return Err(damaged());
        }
        Ok(plain)
    }
}

/// Where KMS is, without a slash at the end.
fn endpoint(settings: &Settings) -> String {
    let universe = settings.text("SOPS_GCP_KMS_UNIVERSE_DOMAIN");
    let universe = universe.as_deref().unwrap_or("googleapis.com");
    let given = settings.text("SOPS_GCP_KMS_ENDPOINT");
    let endpoint = given.unwrap_or_else(|| format!("https://cloudkms.{universe}"));
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.contains("://") {
        endpoint.to_owned()
    } else {
        format!("https://{endpoint}")
    }
}

/// A resource becomes a part of an address, and it may come from a file.
fn check(resource_id: &str) -> Result<(), KeyError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b);
    if resource_id.bytes().all(plain) && !resource_id.split('/').any(|part| part == "..") {
        return Ok(());
    }
    Err(KeyError::Recipient(
        "its resource has letters that none can have".to_owned(),
    ))
}

fn damaged() -> KeyError {
    KeyError::Failed("what was sent to Google or came from there was damaged on the way".to_owned())
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    #[serde(rename = "plaintextCrc32c")]
    checksum: String,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    #[serde(rename = "ciphertextCrc32c")]
    checksum: String,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
    #[serde(rename = "ciphertextCrc32c", default)]
    checksum: Option<String>,
    #[serde(rename = "verifiedPlaintextCrc32c", default)]
    verified: Option<bool>,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: String,
    #[serde(rename = "plaintextCrc32c", default)]
    checksum: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_may_be_of_another_universe_or_another_altogether() {
        let universe = ("SOPS_GCP_KMS_UNIVERSE_DOMAIN", "example.test");
        let given = |text| ("SOPS_GCP_KMS_ENDPOINT", text);
        assert_eq!(
            endpoint(&Settings::from([])),
            "https://cloudkms.googleapis.com"
        );
        assert_eq!(
            endpoint(&Settings::from([universe])),
            "https://cloudkms.example.test"
        );
        let own = Settings::from([universe, given("http://127.0.0.1:1/")]);
        assert_eq!(endpoint(&own), "http://127.0.0.1:1");
        assert_eq!(
            endpoint(&Settings::from([given("kms.test:443")])),
            "https://kms.test:443"
        );
    }

    #[test]
    fn a_resource_cannot_leave_its_place_in_the_address() {
        assert!(check("projects/a.test:p-1/locations/eu/keyRings/r_1/cryptoKeys/k").is_ok());
        for wrong in ["projects/p?x=", "a/../b", "a#b", "a%2fb", "a b"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}

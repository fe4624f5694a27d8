//! Keys of the transit engine of Vault and OpenBao (contract "sops", 1.9 `hc_vault`).

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use serde::{Deserialize, Serialize};
use ureq::http::Request;
use zeroize::{Zeroize as _, Zeroizing};

use crate::http::Answer;
use crate::vault::{self, Caller};

pub use crate::vault::{VaultConfig, VaultToken};

/// The key service for `hc_vault` recipients.
#[derive(Debug)]
pub struct VaultTransit {
    config: VaultConfig,
    caller: OnceLock<Result<Caller, KeyError>>,
}

impl VaultTransit {
    /// The service. Neither the token nor a certificate is read before a recipient needs it.
    #[must_use]
    pub fn new(config: VaultConfig) -> Self {
        Self {
            config,
            caller: OnceLock::new(),
        }
    }

    fn caller(&self) -> Result<&Caller, KeyError> {
        let caller = self.caller.get_or_init(|| Caller::new(&self.config));
        caller.as_ref().map_err(Clone::clone)
    }

    /// Asks an engine to do something with a key of it.
    fn ask(
        &self,
        verb: &str,
        recipient: &Recipient,
        body: &impl Serialize,
    ) -> Result<Answer, KeyError> {
        let Recipient::HcVault {
            vault_address,
            engine_path,
            key_name,
        } = recipient
        else {
            return Err(KeyError::NotMine);
        };
        check(engine_path)?;
        check(key_name)?;
        let caller = self.caller()?;
        let uri = format!("{vault_address}/v1/{engine_path}/{verb}/{key_name}");
        let body = serde_json::to_vec(body).map(Zeroizing::new);
        let body =
            body.map_err(|_| KeyError::Failed("the request cannot be written".to_owned()))?;
        vault::granted(caller.ask(Request::post(uri), &body)?)
    }
}

impl KeyService for VaultTransit {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let plaintext = Zeroizing::new(STANDARD.encode(data_key));
        let answer = self.ask(
            "encrypt",
            recipient,
            &Encrypt {
                plaintext: &plaintext,
            },
        )?;
        let Wrapped { data } = answer.json()?;
        Ok(data.ciphertext)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let answer = self.ask("decrypt", recipient, &Decrypt { ciphertext: enc })?;
        let Unwrapped { mut data } = answer.json()?;
        let key = STANDARD.decode(&data.plaintext).map(Zeroizing::new);
        data.plaintext.zeroize();
        key.map_err(|_| {
            KeyError::Failed("the server answered something else than a key".to_owned())
        })
    }
}

/// A path becomes a part of an address, and it may come from a file.
fn check(path: &str) -> Result<(), KeyError> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || "?#%\\".contains(c);
    if path.contains(odd) || path.split('/').any(|part| ["", ".", ".."].contains(&part)) {
        return Err(KeyError::Recipient(
            "its path is none of an engine".to_owned(),
        ));
    }
    Ok(())
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
}

#[derive(Deserialize)]
struct Wrapped {
    data: Ciphertext,
}

#[derive(Deserialize)]
struct Ciphertext {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Unwrapped {
    data: Plaintext,
}

#[derive(Deserialize)]
struct Plaintext {
    plaintext: String,
}

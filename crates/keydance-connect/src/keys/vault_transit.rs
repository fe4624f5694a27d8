//! Keys of the transit engine of Vault and OpenBao (contract "sops", 1.9 `hc_vault`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use serde::{Deserialize, Serialize};
use ureq::http::Request;
use zeroize::{Zeroize as _, Zeroizing};

use crate::http::{Answer, Http, HttpConfig, Trust, unsendable};
use crate::settings::Settings;

/// As whom Vaults are called, and which are trusted. Their addresses stand in the recipients.
#[derive(Debug)]
pub struct VaultConfig {
    /// How they are called.
    pub http: HttpConfig,
    /// What proves who calls.
    pub token: VaultToken,
    /// The namespace of the engine.
    pub namespace: Option<String>,
    /// A PEM file of the certificates that may sign a Vault's, in place of those of this machine.
    pub ca_file: Option<PathBuf>,
    /// PEM files of a certificate to show and its key.
    pub client_cert: Option<(PathBuf, PathBuf)>,
    /// Whether any certificate will do.
    pub skip_verify: bool,
}

/// Where the token is.
pub struct VaultToken {
    /// The token itself.
    pub given: Option<Zeroizing<String>>,
    /// The file it is read from when the first recipient asks for it.
    pub file: Option<PathBuf>,
}

/// The key service for `hc_vault` recipients.
#[derive(Debug)]
pub struct VaultTransit {
    config: VaultConfig,
    caller: OnceLock<Result<Caller, KeyError>>,
}

struct Caller {
    http: Http,
    token: Zeroizing<String>,
}

impl VaultConfig {
    /// As the `VAULT_*` variables say it, and `.vault-token` in the home folder.
    #[must_use]
    pub fn from_settings(settings: &Settings, http: HttpConfig) -> Self {
        let client_cert = settings
            .path("VAULT_CLIENT_CERT")
            .zip(settings.path("VAULT_CLIENT_KEY"));
        let skip_verify = settings
            .text("VAULT_SKIP_VERIFY")
            .is_some_and(|text| ["1", "t", "true"].contains(&text.to_lowercase().as_str()));
        Self {
            http,
            token: VaultToken {
                given: settings.text("VAULT_TOKEN").map(Zeroizing::new),
                file: settings.path("HOME").map(|home| home.join(".vault-token")),
            },
            namespace: settings.text("VAULT_NAMESPACE"),
            ca_file: settings.path("VAULT_CACERT"),
            client_cert,
            skip_verify,
        }
    }
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
        let caller = self.caller()?;
        let uri = format!("{vault_address}/v1/{engine_path}/{verb}/{key_name}");
        let mut head = Request::post(uri)
            .header("content-type", "application/json")
            .header("x-vault-request", "true")
            .header("x-vault-token", caller.token.as_str());
        if let Some(namespace) = &self.config.namespace {
            head = head.header("x-vault-namespace", namespace);
        }
        let body = serde_json::to_vec(body).map(Zeroizing::new);
        let body =
            body.map_err(|_| KeyError::Failed("the request cannot be written".to_owned()))?;
        let answer = caller
            .http
            .send(head.body(body.as_slice()).map_err(unsendable)?)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let reason = answer.json::<Refusal>().ok();
        Err(answer.refusal(reason.map(|refusal| refusal.errors.join("; "))))
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

impl Caller {
    fn new(config: &VaultConfig) -> Result<Self, KeyError> {
        let token = config.token.find()?;
        let mut trust = Trust::default().dangerous_blind(config.skip_verify);
        if let Some(path) = &config.ca_file {
            trust = trust.roots(&read(path)?)?;
        }
        if let Some((chain, key)) = &config.client_cert {
            trust = trust.own(&read(chain)?, &Zeroizing::new(read(key)?))?;
        }
        Ok(Self {
            http: Http::new(&config.http, trust),
            token,
        })
    }
}

impl VaultToken {
    fn find(&self) -> Result<Zeroizing<String>, KeyError> {
        if let Some(token) = &self.given {
            return Ok(token.clone());
        }
        let mut places = vec!["VAULT_TOKEN".to_owned()];
        if let Some(path) = &self.file {
            if let Ok(token) = fs::read_to_string(path).map(Zeroizing::new)
                && !token.trim().is_empty()
            {
                return Ok(Zeroizing::new(token.trim().to_owned()));
            }
            places.push(path.display().to_string());
        }
        let reason = "there is no token for it".to_owned();
        Err(KeyError::NoIdentity { reason, places })
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// Says only where it is.
impl std::fmt::Debug for VaultToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VaultToken")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|error| KeyError::Failed(format!("{}: {error}", path.display())))
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

#[derive(Deserialize)]
struct Refusal {
    errors: Vec<String>,
}

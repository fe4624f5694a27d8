//! Vault and OpenBao, as far as several of their engines have it in common: who calls, and whom.

use std::fs;
use std::path::{Path, PathBuf};

use keydance_sops::key_service::KeyError;
use serde::Deserialize;
use ureq::http::request::Builder;
use zeroize::Zeroizing;

use crate::http::{Answer, Http, HttpConfig, Trust, unsendable};
use crate::settings::Settings;

/// As whom Vaults are called, and which are trusted. Where they are stands elsewhere.
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
    /// The file it is read from when it is needed.
    pub file: Option<PathBuf>,
}

/// Somebody with a token. Everything it says and hears may be secret.
pub(crate) struct Caller {
    http: Http,
    token: Zeroizing<String>,
    namespace: Option<String>,
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

impl Caller {
    pub(crate) fn new(config: &VaultConfig) -> Result<Self, KeyError> {
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
            namespace: config.namespace.clone(),
        })
    }

    /// Asks for something, in JSON.
    pub(crate) fn ask(&self, head: Builder, body: &[u8]) -> Result<Answer, KeyError> {
        let mut head = head
            .header("content-type", "application/json")
            .header("x-vault-request", "true")
            .header("x-vault-token", self.token.as_str());
        if let Some(namespace) = &self.namespace {
            head = head.header("x-vault-namespace", namespace);
        }
        self.http.send(head.body(body).map_err(unsendable)?)
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

/// The answer, unless it is a refusal.
pub(crate) fn granted(answer: Answer) -> Result<Answer, KeyError> {
    if answer.is_success() {
        return Ok(answer);
    }
    let reason = answer.json::<Refusal>().ok();
    Err(answer.refusal(reason.map(|refusal| refusal.errors.join("; "))))
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|error| KeyError::Failed(format!("{}: {error}", path.display())))
}

#[derive(Deserialize)]
struct Refusal {
    errors: Vec<String>,
}

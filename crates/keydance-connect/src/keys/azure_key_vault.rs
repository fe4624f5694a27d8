//! Keys of Azure Key Vault (contract "sops", 1.9 `azure_kv`), by its REST API.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use serde::{Deserialize, Serialize};
use ureq::http::Request;
use zeroize::{Zeroize as _, Zeroizing};

use cloud::Cloud;
use credentials::Finder;

use crate::http::{Answer, Http, HttpConfig, Trust, unsendable};
use crate::kept::Kept;
use crate::oauth::Token;
use crate::settings::Settings;

mod cloud;
mod credentials;

/// How data keys are wrapped: what sops has always used.
const ALGORITHM: &str = "RSA-OAEP-256";
/// The version of the API.
const API: &str = "api-version=7.4";

/// As whom Azure is called.
#[derive(Debug)]
pub struct AzureConfig {
    /// How it is called.
    pub http: HttpConfig,
    /// The `AZURE_*` variables.
    pub settings: Settings,
    /// The program of whoever has signed in with it: `az`.
    pub az: Option<PathBuf>,
    /// A server that stands in for all vaults.
    pub endpoint: Option<String>,
}

/// The key service for `azure_kv` recipients.
#[derive(Debug)]
pub struct AzureKeyVault {
    http: Http,
    endpoint: Option<String>,
    finder: Finder,
    tokens: Kept<Token>,
}

impl AzureKeyVault {
    /// The service. No credential is looked for before a recipient needs it.
    #[must_use]
    pub fn new(config: AzureConfig) -> Self {
        let http = Http::new(&config.http, Trust::default());
        Self {
            endpoint: config.endpoint.clone(),
            finder: Finder::new(http.clone(), config),
            http,
            tokens: Kept::default(),
        }
    }

    /// Asks for something to be done with a key.
    fn ask(&self, verb: &str, recipient: &Recipient, value: &str) -> Result<Operated, KeyError> {
        let key = Key::of(recipient)?;
        if key.version.is_empty() {
            let current = self.current_version(&key)?;
            return Err(KeyError::Recipient(format!(
                "it names no version of the key; write {}/keys/{}/{current}",
                key.vault_url, key.name
            )));
        }
        let body = serde_json::to_vec(&Operate {
            alg: ALGORITHM,
            value,
        })
        .map(Zeroizing::new);
        let body =
            body.map_err(|_| KeyError::Failed("the request cannot be written".to_owned()))?;
        let path = format!("keys/{}/{}/{verb}", key.name, key.version);
        let head = Request::post(self.uri(&key, &path)).header("content-type", "application/json");
        self.send(&key, head, &body)?.json()
    }

    fn current_version(&self, key: &Key<'_>) -> Result<String, KeyError> {
        let head = Request::get(self.uri(key, &format!("keys/{}", key.name)));
        let Described { key: described } = self.send(key, head, &[])?.json()?;
        let version = described.kid.rsplit('/').next().unwrap_or_default();
        Ok(version.to_owned())
    }

    fn uri(&self, key: &Key<'_>, path: &str) -> String {
        let server = self.endpoint.as_deref().unwrap_or(key.vault_url);
        format!("{}/{path}?{API}", server.trim_end_matches('/'))
    }

    fn send(
        &self,
        key: &Key<'_>,
        head: ureq::http::request::Builder,
        body: &[u8],
    ) -> Result<Answer, KeyError> {
        let cloud = key.cloud;
        let token = self
            .tokens
            .get(cloud.resource.to_owned(), || self.finder.find(cloud))?;
        let authorization = Zeroizing::new(format!("Bearer {}", token.as_str()));
        let request = head
            .header("authorization", authorization.as_str())
            .body(body);
        let answer = self.http.send(request.map_err(unsendable)?)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let reason = answer.json::<Refusal>().ok();
        Err(answer.refusal(reason.map(|refusal| {
            let Refusal { error } = refusal;
            format!("{}: {}", error.code, error.message)
        })))
    }
}

impl KeyService for AzureKeyVault {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(data_key));
        self.ask("encrypt", recipient, &value)
            .map(|operated| operated.value)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        URL_SAFE_NO_PAD
            .decode(enc)
            .map_err(|_| KeyError::Malformed("not URL-safe base64"))?;
        let Operated { mut value } = self.ask("decrypt", recipient, enc)?;
        let key = URL_SAFE_NO_PAD.decode(&value).map(Zeroizing::new);
        value.zeroize();
        key.map_err(|_| KeyError::Failed("Azure answered something else than a key".to_owned()))
    }
}

/// A key whose address can be trusted with a token.
struct Key<'r> {
    cloud: &'static Cloud,
    vault_url: &'r str,
    name: &'r str,
    version: &'r str,
}

impl<'r> Key<'r> {
    fn of(recipient: &'r Recipient) -> Result<Self, KeyError> {
        let Recipient::AzureKv {
            vault_url,
            name,
            version,
        } = recipient
        else {
            return Err(KeyError::NotMine);
        };
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if name.is_empty() || !plain(name) || !plain(version) {
            let problem = "the name or version of the key has letters that none can have";
            return Err(KeyError::Recipient(problem.to_owned()));
        }
        let cloud = Cloud::of_vault(vault_url)?;
        Ok(Self {
            cloud,
            vault_url,
            name,
            version,
        })
    }
}

#[derive(Serialize)]
struct Operate<'a> {
    alg: &'a str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Operated {
    value: String,
}

#[derive(Deserialize)]
struct Described {
    key: DescribedKey,
}

#[derive(Deserialize)]
struct DescribedKey {
    kid: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    code: String,
    message: String,
}

//! As whom Google is called.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keydance_sops::key_service::KeyError;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use ureq::http::Request;
use zeroize::Zeroizing;

use crate::http::{Http, HttpConfig, Trust, unsendable};
use crate::oauth::{self, Token};
use crate::settings::Settings;

/// Who is asked.
const TOKENS: &str = "https://oauth2.googleapis.com/token";
/// The machine's own server.
const METADATA: &str = "169.254.169.254";

/// As whom Google is called.
#[derive(Debug)]
pub struct GcpConfig {
    /// How it is called.
    pub http: HttpConfig,
    /// The `GOOGLE_*` and `SOPS_GCP_KMS_*` variables, and where the home folder is.
    pub settings: Settings,
    /// What time it is: tokens are asked for with it.
    pub clock: fn() -> SystemTime,
}

/// A token, and whose quota calls with it count against if not its owner's.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) token: Token,
    pub(crate) quota_project: Option<String>,
}

/// Whoever looks for a token.
#[derive(Debug)]
pub(crate) struct Finder {
    http: Http,
    /// For what answers at once or not at all.
    near: Http,
    settings: Settings,
    clock: fn() -> SystemTime,
    /// What tokens are asked for.
    scope: &'static str,
}

impl Finder {
    pub(crate) fn new(http: Http, config: &GcpConfig, scope: &'static str) -> Self {
        let timeout = config.http.timeout.min(Duration::from_secs(1));
        let near = Http::new(
            &HttpConfig {
                timeout,
                proxy: None,
            },
            Trust::default(),
        );
        let settings = config.settings.clone();
        Self {
            http,
            near,
            settings,
            clock: config.clock,
            scope,
        }
    }

    /// Looks in the order of sops and of Google's own tools.
    pub(crate) fn find(&self) -> Result<Access, KeyError> {
        if let Some(given) = self.settings.text("GOOGLE_CREDENTIALS").map(Zeroizing::new) {
            // A path, or the content itself.
            return match given.trim_start().starts_with('{') {
                true => self.of_content("GOOGLE_CREDENTIALS", given.as_bytes()),
                false => self.of_file(&PathBuf::from(given.as_str())),
            };
        }
        if let Some(token) = self.settings.text("GOOGLE_OAUTH_ACCESS_TOKEN") {
            return Ok(Access {
                token: Zeroizing::new(token),
                quota_project: None,
            });
        }
        if let Some(path) = self.settings.path("GOOGLE_APPLICATION_CREDENTIALS") {
            return self.of_file(&path);
        }
        let usual = self.usual_file();
        if let Some(path) = usual.as_ref().filter(|path| path.exists()) {
            return self.of_file(path);
        }
        // On a machine elsewhere nobody answers, which is no failure.
        self.of_machine().map_err(|_| {
            let variables = ["GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"];
            let variables = variables
                .into_iter()
                .chain(["GOOGLE_APPLICATION_CREDENTIALS"]);
            let usual = usual.map(|path| path.display().to_string());
            let places = variables.map(str::to_owned).chain(usual);
            KeyError::NoIdentity {
                reason: "there are no Google credentials".to_owned(),
                places: places.chain(["instance metadata".to_owned()]).collect(),
            }
        })
    }

    /// Where `gcloud auth application-default login` leaves credentials.
    fn usual_file(&self) -> Option<PathBuf> {
        let home = || {
            self.settings
                .path("HOME")
                .map(|home| home.join(".config/gcloud"))
        };
        let folder = self.settings.path("CLOUDSDK_CONFIG").or_else(home)?;
        Some(folder.join("application_default_credentials.json"))
    }

    fn of_file(&self, path: &PathBuf) -> Result<Access, KeyError> {
        let place = path.display().to_string();
        let text = std::fs::read(path).map(Zeroizing::new);
        let text = text.map_err(|error| KeyError::Failed(format!("{place}: {error}")))?;
        self.of_content(&place, &text)
    }

    fn of_content(&self, place: &str, text: &[u8]) -> Result<Access, KeyError> {
        let failed = |problem: &str| KeyError::Failed(format!("{place}: {problem}"));
        let written: Written = serde_json::from_slice(text)
            .map_err(|_| failed("that is neither a service account nor a user"))?;
        match written {
            Written::ServiceAccount(account) => {
                let now = (self.clock)().duration_since(SystemTime::UNIX_EPOCH);
                let now = now.map_err(|_| failed("the clock is wrong"))?.as_secs();
                let assertion = account.assertion(self.scope, now).map_err(failed)?;
                let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
                let form = [("grant_type", grant), ("assertion", &assertion)];
                let token = oauth::token(&self.http, account.token_uri(), &form)?;
                Ok(Access {
                    token,
                    quota_project: None,
                })
            }
            Written::AuthorizedUser(user) => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", &user.client_id),
                    ("client_secret", &user.client_secret),
                    ("refresh_token", &user.refresh_token),
                ];
                let token = oauth::token(&self.http, TOKENS, &form)?;
                Ok(Access {
                    token,
                    quota_project: user.quota_project_id,
                })
            }
            Written::Other => Err(failed(
                "credentials of this type are not supported; put what `gcloud auth \
                 print-access-token` prints into GOOGLE_OAUTH_ACCESS_TOKEN",
            )),
        }
    }

    fn of_machine(&self) -> Result<Access, KeyError> {
        let host = self.settings.text("GCE_METADATA_HOST");
        let host = host.as_deref().unwrap_or(METADATA);
        let path = "computeMetadata/v1/instance/service-accounts/default/token";
        let request = Request::get(format!("http://{host}/{path}"))
            .header("metadata-flavor", "Google")
            .body(&[][..])
            .map_err(unsendable)?;
        let token = oauth::of_answer(&self.near.send(request)?)?;
        Ok(Access {
            token,
            quota_project: None,
        })
    }
}

/// A file of credentials.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Written {
    ServiceAccount(ServiceAccount),
    AuthorizedUser(AuthorizedUser),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: Zeroizing<String>,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default)]
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct AuthorizedUser {
    client_id: String,
    client_secret: Zeroizing<String>,
    refresh_token: Zeroizing<String>,
    #[serde(default)]
    quota_project_id: Option<String>,
}

impl ServiceAccount {
    fn token_uri(&self) -> &str {
        self.token_uri.as_deref().unwrap_or(TOKENS)
    }

    /// What the account says of itself, signed (RFC 7523, section 2.1).
    fn assertion(&self, scope: &str, now: u64) -> Result<Zeroizing<String>, &'static str> {
        const UNUSABLE: &str = "its private_key is none";
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: self.private_key_id.as_deref(),
        };
        let claims = Claims {
            iss: &self.client_email,
            scope,
            aud: self.token_uri(),
            iat: now,
            exp: now.saturating_add(3600),
        };
        let part = |json: serde_json::Result<Vec<u8>>| {
            json.map(|json| URL_SAFE_NO_PAD.encode(json))
                .map_err(|_| UNUSABLE)
        };
        let signed = format!(
            "{}.{}",
            part(serde_json::to_vec(&header))?,
            part(serde_json::to_vec(&claims))?
        );
        let key =
            PrivateKeyDer::from_pem_slice(self.private_key.as_bytes()).map_err(|_| UNUSABLE)?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(UNUSABLE),
        };
        let key = key.map_err(|_| UNUSABLE)?;
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .map_err(|_| UNUSABLE)?;
        Ok(Zeroizing::new(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        )))
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

/// Says nothing of the token.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}
/// Why Google refused a call.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: RefusalError,
}

#[derive(Deserialize)]
pub(crate) struct RefusalError {
    pub(crate) message: String,
}

//! Where files are published, and how they get there.

use std::fmt;
#[cfg(any(feature = "aws", feature = "gcp", feature = "vault"))]
use std::sync::OnceLock;
use std::time::Duration;

use keydance_connect::HttpConfig;
use keydance_connect::destinations::PublishError;
#[cfg(feature = "gcp")]
use keydance_connect::destinations::gcs::{GcpConfig, Gcs};
#[cfg(feature = "aws")]
use keydance_connect::destinations::s3::{S3, S3Config};
#[cfg(feature = "vault")]
use keydance_connect::destinations::vault_kv::{
    Outcome, Place as Secret, VaultConfig, VaultKv, Version,
};
use keydance_sops::config::Destination;
use keydance_sops::key_service::KeyError;
use keydance_sops::tree::Tree;

#[cfg(any(feature = "aws", feature = "gcp"))]
use super::super::cloud::now;
use super::super::cloud::{http_within, settings};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::content::Content;

/// How long sending a file may take if nothing else is said: it may be large.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where a Vault is if nothing else is said.
const VAULT: &str = "https://127.0.0.1:8200";

/// Whoever carries files where they belong. Nobody is called before there is something to carry.
pub(super) struct Sender {
    http: HttpConfig,
    #[cfg(feature = "gcp")]
    gcs: OnceLock<Gcs>,
    #[cfg(feature = "aws")]
    s3: OnceLock<S3>,
    #[cfg(feature = "vault")]
    vault: OnceLock<VaultKv>,
}

/// Where a file goes.
pub(super) enum Place {
    Gcs {
        bucket: String,
        name: String,
    },
    S3 {
        bucket: String,
        name: String,
    },
    Vault {
        address: String,
        mount: String,
        path: String,
        kv_version: u8,
    },
}

/// What became of it.
pub(super) enum Sent {
    /// It was there already.
    Current,
    /// It was written, although nobody could say what was there.
    Unseen(KeyError),
    Written,
}

impl Sender {
    /// # Errors
    /// The environment says a time that is none.
    pub(super) fn new(environment: &Environment) -> Result<Self, Failure> {
        let http = http_within(environment, PATIENCE);
        Ok(Self {
            http: http.map_err(Failure::other)?,
            #[cfg(feature = "gcp")]
            gcs: OnceLock::new(),
            #[cfg(feature = "aws")]
            s3: OnceLock::new(),
            #[cfg(feature = "vault")]
            vault: OnceLock::new(),
        })
    }

    /// Sends it there.
    ///
    /// # Errors
    /// Whoever keeps it there is not reached, or refuses.
    pub(super) fn send(&self, place: &Place, content: &Content) -> Result<Sent, PublishError> {
        match (place, content) {
            (Place::Gcs { bucket, name }, Content::File(file)) => self.gcs(bucket, name, file),
            (Place::S3 { bucket, name }, Content::File(file)) => self.s3(bucket, name, file),
            (Place::Vault { .. }, Content::Values(values)) => self.vault(place, values),
            (_, Content::File(_)) => Err(refused("a Vault keeps values, not files")),
            (_, Content::Values(_)) => Err(refused("a bucket keeps files, not values")),
        }
    }

    #[cfg(feature = "gcp")]
    fn gcs(&self, bucket: &str, name: &str, file: &[u8]) -> Result<Sent, PublishError> {
        let gcs = self.gcs.get_or_init(|| {
            Gcs::new(&GcpConfig {
                http: self.http.clone(),
                settings: settings(),
                clock: now,
            })
        });
        gcs.put(bucket, name, file).map(|()| Sent::Written)
    }

    #[cfg(not(feature = "gcp"))]
    fn gcs(&self, _: &str, _: &str, _: &[u8]) -> Result<Sent, PublishError> {
        Err(refused("this build cannot publish to Google Cloud"))
    }

    #[cfg(feature = "aws")]
    fn s3(&self, bucket: &str, name: &str, file: &[u8]) -> Result<Sent, PublishError> {
        let s3 = self.s3.get_or_init(|| {
            S3::new(S3Config {
                http: self.http.clone(),
                settings: settings(),
                clock: now,
            })
        });
        s3.put(bucket, name, file).map(|()| Sent::Written)
    }

    #[cfg(not(feature = "aws"))]
    fn s3(&self, _: &str, _: &str, _: &[u8]) -> Result<Sent, PublishError> {
        Err(refused("this build cannot publish to S3"))
    }

    #[cfg(feature = "vault")]
    fn vault(&self, place: &Place, values: &Tree) -> Result<Sent, PublishError> {
        let vault = self.vault.get_or_init(|| {
            let config = VaultConfig::from_settings(&settings(), self.http.clone());
            VaultKv::new(config)
        });
        let Place::Vault {
            address,
            mount,
            path,
            kv_version,
        } = place
        else {
            return Err(refused("a bucket keeps files, not values"));
        };
        let version = match kv_version {
            1 => Version::One,
            _ => Version::Two,
        };
        let secret = Secret {
            address,
            mount,
            path,
            version,
        };
        Ok(match vault.put(&secret, values)? {
            Outcome::Current => Sent::Current,
            Outcome::Unseen(error) => Sent::Unseen(error),
            Outcome::Written => Sent::Written,
        })
    }

    #[cfg(not(feature = "vault"))]
    fn vault(&self, _: &Place, _: &Tree) -> Result<Sent, PublishError> {
        Err(refused("this build cannot publish to a Vault"))
    }
}

impl Place {
    /// Where a rule sends what has this name.
    pub(super) fn of(destination: &Destination, name: &str) -> Self {
        let with = |prefix: &str| format!("{prefix}{name}");
        match destination {
            Destination::Gcs { bucket, prefix } => Self::Gcs {
                bucket: bucket.clone(),
                name: with(prefix),
            },
            Destination::S3 { bucket, prefix } => Self::S3 {
                bucket: bucket.clone(),
                name: with(prefix),
            },
            Destination::Vault {
                address,
                mount,
                path,
                kv_version,
            } => Self::Vault {
                address: address
                    .clone()
                    .or_else(|| settings().text("VAULT_ADDR"))
                    .unwrap_or_else(|| VAULT.to_owned()),
                mount: mount.clone(),
                path: with(path),
                kv_version: *kv_version,
            },
        }
    }
}

/// As sops shows it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gcs { bucket, name } => write!(f, "gcs://{bucket}/{name}"),
            Self::S3 { bucket, name } => write!(f, "s3://{bucket}/{name}"),
            Self::Vault {
                address,
                mount,
                path,
                kv_version,
            } => {
                let data = if *kv_version == 1 { "" } else { "data/" };
                write!(f, "{address}/v1/{mount}{data}{path}")
            }
        }
    }
}

fn refused(why: &str) -> PublishError {
    PublishError::Call(KeyError::Failed(why.to_owned()))
}

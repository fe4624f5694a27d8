//! Keys that others hold: clouds, Vault.
//!
//! A file of age recipients does not pay for any of it: a client is built, and the environment
//! looked at for it, when the first recipient of its kind is met.

#[cfg(any(feature = "aws", feature = "gcp"))]
use std::time::SystemTime;

use keydance_connect::HttpConfig;
#[cfg(feature = "azure")]
use keydance_connect::SearchPath;
#[cfg(feature = "keyservice")]
use keydance_connect::key_service::RemoteKeys;
#[cfg(feature = "aws")]
use keydance_connect::keys::aws_kms::{AwsConfig, AwsKms};
#[cfg(feature = "azure")]
use keydance_connect::keys::azure_key_vault::{AzureConfig, AzureKeyVault};
#[cfg(feature = "gcp")]
use keydance_connect::keys::gcp_kms::{GcpConfig, GcpKms};
#[cfg(feature = "vault")]
use keydance_connect::keys::vault_transit::{VaultConfig, VaultTransit};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::{Recipient, RecipientKind};
use keydance_sops::services::KeyServices;
use zeroize::Zeroizing;

use super::environment::Environment;
#[cfg(feature = "azure")]
use super::environment::Variable;
use lazy::Lazy;
pub(super) use lazy::{http_within, settings};

mod lazy;

/// Adds the services for keys that others hold.
pub(super) fn with_clouds<'e>(
    services: KeyServices<'e>,
    environment: &'e Environment,
) -> KeyServices<'e> {
    let services = services.with(&[RecipientKind::HcKms], Huawei);
    #[cfg(feature = "aws")]
    let services = services.with(&[RecipientKind::Kms], Lazy::new(environment, aws));
    #[cfg(feature = "azure")]
    let services = services.with(&[RecipientKind::AzureKv], Lazy::new(environment, azure));
    #[cfg(feature = "gcp")]
    let services = services.with(&[RecipientKind::GcpKms], Lazy::new(environment, gcp));
    #[cfg(feature = "vault")]
    let services = services.with(
        &[RecipientKind::HcVault],
        Lazy::new(environment, |http| {
            VaultTransit::new(VaultConfig::from_settings(&settings(), http))
        }),
    );
    services
}

/// Adds the key services at these addresses, to be asked after those that are there.
#[cfg(feature = "keyservice")]
pub(super) fn with_remote<'e>(
    services: KeyServices<'e>,
    environment: &'e Environment,
    addresses: &[String],
) -> KeyServices<'e> {
    addresses.iter().fold(services, |services, address| {
        let address = address.clone();
        let remote = Lazy::new(environment, move |http| {
            RemoteKeys::new(address.clone(), http.timeout)
        });
        services.with(&RecipientKind::ALL, remote)
    })
}

/// Other key services are not part of this build.
#[cfg(not(feature = "keyservice"))]
pub(super) fn with_remote<'e>(
    services: KeyServices<'e>,
    _: &'e Environment,
    _: &[String],
) -> KeyServices<'e> {
    services
}

#[cfg(feature = "aws")]
fn aws(http: HttpConfig) -> AwsKms {
    let system = rustix::system::uname();
    AwsKms::new(AwsConfig {
        http,
        settings: settings(),
        clock: now,
        host: system.nodename().to_string_lossy().into_owned(),
        warn: super::failure::warn,
    })
}

#[cfg(feature = "azure")]
fn azure(http: HttpConfig) -> AzureKeyVault {
    let path = std::env::var_os(Variable::Path.name()).unwrap_or_default();
    AzureKeyVault::new(AzureConfig {
        http,
        settings: settings(),
        az: SearchPath::new(&path).find("az"),
        endpoint: None,
    })
}

#[cfg(feature = "gcp")]
fn gcp(http: HttpConfig) -> GcpKms {
    GcpKms::new(&GcpConfig {
        http,
        settings: settings(),
        clock: now,
    })
}

/// The time of day, without which clouds take no request.
#[cfg(any(feature = "aws", feature = "gcp"))]
#[expect(clippy::disallowed_methods, reason = "clouds ask for the time of day")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Says that keys of Huawei Cloud cannot be used here. Entries of files stay as they are.
struct Huawei;

impl Huawei {
    fn refusal<T>() -> Result<T, KeyError> {
        Err(KeyError::Failed(
            "keys of Huawei Cloud are not supported; use sops itself for this file, or remove the \
             recipient"
                .to_owned(),
        ))
    }
}

impl KeyService for Huawei {
    fn wrap(&self, _: &Recipient, _: &[u8]) -> Result<String, KeyError> {
        Self::refusal()
    }

    fn unwrap(&self, _: &Recipient, _: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Self::refusal()
    }
}

#[cfg(test)]
mod tests {
    use keydance_sops::policy::Policy;

    use super::*;

    #[test]
    fn keys_of_huawei_are_refused_with_advice() {
        let environment = Environment::default();
        let services = with_clouds(KeyServices::new(Policy::allow_all()), &environment);
        let recipient = Recipient::parse(RecipientKind::HcKms, "eu-west-101:0000").unwrap();
        let Err(KeyError::Failed(refusal)) = services.wrap(&recipient, b"key") else {
            panic!("not refused");
        };
        assert!(refusal.contains("use sops itself"), "{refusal}");
    }
}

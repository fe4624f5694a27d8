//! How a server and its caller know each other.

use std::sync::Arc;

#[cfg(feature = "vault")]
use keydance_sops::key_service::KeyError;
#[cfg(feature = "vault")]
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, parse_pem};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// How a server and its caller know each other: by the certificates of this machine, if nothing
/// else is said.
#[derive(Default)]
pub(crate) struct Trust {
    /// Certificates that may sign the server's, in place of those of this machine.
    #[cfg(feature = "vault")]
    roots: Option<Vec<Certificate<'static>>>,
    /// What this caller shows of itself.
    #[cfg(feature = "vault")]
    own: Option<ClientCert>,
    /// Whether any server will do.
    #[cfg(feature = "vault")]
    blind: bool,
}

#[cfg(feature = "vault")]
impl Trust {
    /// Trusts what these certificates have signed, and nothing else.
    pub(crate) fn roots(mut self, pem: &[u8]) -> Result<Self, KeyError> {
        let roots = certificates(pem)?;
        self.roots.get_or_insert_default().extend(roots);
        Ok(self)
    }

    /// Shows this certificate.
    pub(crate) fn own(mut self, chain: &[u8], key: &[u8]) -> Result<Self, KeyError> {
        let chain = certificates(chain)?;
        let no_key = |_| KeyError::Failed("the key of the client certificate is no PEM".to_owned());
        let key = PrivateKey::from_pem(key).map_err(no_key)?;
        self.own = Some(ClientCert::new_with_certs(&chain, key));
        Ok(self)
    }

    /// Trusts whoever answers.
    pub(crate) fn dangerous_blind(mut self, blind: bool) -> Self {
        self.blind = blind;
        self
    }
}

impl Trust {
    pub(super) fn into_tls(self) -> TlsConfig {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(provider));
        #[cfg(feature = "vault")]
        let tls = {
            let tls = tls.client_cert(self.own).disable_verification(self.blind);
            match self.roots {
                Some(roots) => tls.root_certs(RootCerts::Specific(Arc::new(roots))),
                None => tls,
            }
        };
        tls.build()
    }
}

#[cfg(feature = "vault")]
fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, KeyError> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let found: Vec<_> = items.collect();
    if found.is_empty() {
        return Err(KeyError::Failed(
            "the file of certificates has none".to_owned(),
        ));
    }
    Ok(found)
}

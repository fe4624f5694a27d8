//! Where files and what is in them are published, one file each.

#[cfg(feature = "gcp")]
pub mod gcs;
#[cfg(feature = "aws")]
pub mod s3;
#[cfg(feature = "vault")]
pub mod vault_kv;

use keydance_sops::format::WriteError;
use keydance_sops::key_service::KeyError;

/// Why nothing was published. The texts hold nothing of what was to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Whoever keeps it was not reached, or refused; or there is nothing that says who calls.
    #[error(transparent)]
    Call(#[from] KeyError),
    /// A name that cannot be a part of an address.
    #[error("{0} cannot be a part of an address")]
    Name(&'static str),
    /// A value that cannot be kept there.
    #[error(transparent)]
    Value(#[from] WriteError),
}

/// What is escaped in a name that stands in an address: all but letters, digits and `-._~`.
#[cfg(feature = "gcp")]
const NAME: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same where slashes part names.
#[cfg(any(feature = "aws", feature = "vault"))]
const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b'_')
    .remove(b'~');

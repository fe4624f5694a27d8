//! Key services outside of this process, one file each.

pub mod age_plugin;
#[cfg(feature = "aws")]
pub mod aws_kms;
#[cfg(feature = "azure")]
pub mod azure_key_vault;
#[cfg(feature = "gcp")]
pub mod gcp_kms;
pub mod gpg;
#[cfg(feature = "vault")]
pub mod vault_transit;

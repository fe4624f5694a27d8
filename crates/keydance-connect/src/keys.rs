//! Key services outside of this process, one file each.

pub mod age_plugin;
#[cfg(feature = "aws")]
pub mod aws_kms;
pub mod gpg;
#[cfg(feature = "vault")]
pub mod vault_transit;

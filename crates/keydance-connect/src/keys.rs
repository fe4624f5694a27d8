//! Key services outside of this process, one file each.

pub mod age_plugin;
pub mod gpg;
#[cfg(feature = "vault")]
pub mod vault_transit;

//! Which recipients may be used at all (contract "sops", 4.9).
//!
//! A file names servers, accounts, roles and programs; whoever opens it would authenticate to them.
//! The policy is asked before that.

use crate::key_service::KeyError;
use crate::recipient::Recipient;

pub use endpoint::Endpoint;
pub use pattern::Pattern;

mod endpoint;
mod pattern;

/// What is allowed of each kind. X25519, post-quantum and SSH recipients of age always are.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Plugins of age, by name.
    pub age_plugins: Allow<Vec<String>>,
    /// Keys of Azure, by address: a vault's allows all of its keys.
    pub azure_kv: Allow<Vec<Endpoint>>,
    /// Keys of Google, by resource id.
    pub gcp_kms: Allow<Vec<Pattern>>,
    /// Keys of Huawei, by `region:uuid`.
    pub hc_kms: Allow<Vec<Pattern>>,
    /// Keys of Vaults, by address: that of an engine allows all of its keys.
    pub hc_vault: Allow<Vec<Endpoint>>,
    /// Keys of AWS.
    pub kms: Allow<KmsList>,
    /// PGP keys, by fingerprint; spaces, case and a final `!` do not matter.
    pub pgp: Allow<Vec<String>>,
}

/// Anything, or what is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allow<L> {
    /// Anything.
    Any,
    /// What is listed.
    Only(L),
}

/// Keys of AWS, and as whom they may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KmsList {
    /// ARNs of keys.
    pub arns: Vec<Pattern>,
    /// Roles that may be assumed for them. Without a role nothing is assumed.
    pub roles: Vec<Pattern>,
    /// Names of profiles that may be used. Without a name it is the default one.
    pub profiles: Vec<String>,
}

impl Policy {
    /// Everything is allowed: what a person's own command line does.
    #[must_use]
    pub fn allow_all() -> Self {
        Self {
            age_plugins: Allow::Any,
            azure_kv: Allow::Any,
            gcp_kms: Allow::Any,
            hc_kms: Allow::Any,
            hc_vault: Allow::Any,
            kms: Allow::Any,
            pgp: Allow::Any,
        }
    }

    /// Nothing that is not on this machine: what servers and jobs begin with. gpg is local.
    #[must_use]
    pub fn local_only() -> Self {
        Self {
            age_plugins: Allow::Only(Vec::new()),
            azure_kv: Allow::Only(Vec::new()),
            gcp_kms: Allow::Only(Vec::new()),
            hc_kms: Allow::Only(Vec::new()),
            hc_vault: Allow::Only(Vec::new()),
            kms: Allow::Only(KmsList::default()),
            pgp: Allow::Any,
        }
    }

    /// Whether the recipient may be used.
    pub fn check(&self, recipient: &Recipient) -> Result<(), KeyError> {
        if self.allows(recipient) {
            return Ok(());
        }
        Err(KeyError::Denied {
            kind: recipient.kind(),
            identity: recipient.identity(),
        })
    }

    fn allows(&self, recipient: &Recipient) -> bool {
        let identity = || recipient.identity();
        match recipient {
            Recipient::Age { .. } => recipient.age_plugin().is_none_or(|name| {
                self.age_plugins
                    .allows(|names| names.iter().any(|listed| listed == name))
            }),
            Recipient::AzureKv { .. } => self.azure_kv.allows(|list| covered(list, &identity())),
            Recipient::GcpKms { resource_id } => {
                self.gcp_kms.allows(|list| matched(list, resource_id))
            }
            Recipient::HcKms { key_id } => self.hc_kms.allows(|list| matched(list, key_id)),
            Recipient::HcVault { .. } => self.hc_vault.allows(|list| covered(list, &identity())),
            Recipient::Kms {
                arn,
                role,
                aws_profile,
                ..
            } => self.kms.allows(|list| list.allows(arn, role, aws_profile)),
            Recipient::Pgp { fingerprint } => self.pgp.allows(|list| {
                list.iter()
                    .any(|listed| plain_fingerprint(listed) == plain_fingerprint(fingerprint))
            }),
        }
    }
}

impl<L> Allow<L> {
    fn allows(&self, listed: impl FnOnce(&L) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Only(list) => listed(list),
        }
    }
}

impl Allow<Vec<Endpoint>> {
    /// Reads `all`, `none` or addresses separated by commas, as `SOPS_HC_VAULT_ALLOWLIST` has them.
    ///
    /// `None` if one of them is no address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "all" => Some(Self::Any),
            "none" => Some(Self::Only(Vec::new())),
            list => {
                let parts = list
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty());
                parts
                    .map(Endpoint::parse)
                    .collect::<Option<_>>()
                    .map(Self::Only)
            }
        }
    }
}

impl KmsList {
    fn allows(&self, arn: &str, role: &str, profile: &str) -> bool {
        matched(&self.arns, arn)
            && (role.is_empty() || matched(&self.roles, role))
            && (profile.is_empty() || self.profiles.iter().any(|listed| listed == profile))
    }
}

fn matched(list: &[Pattern], text: &str) -> bool {
    list.iter().any(|pattern| pattern.matches(text))
}

/// An address that cannot be read is covered by nothing.
fn covered(list: &[Endpoint], address: &str) -> bool {
    Endpoint::parse(address)
        .is_some_and(|address| list.iter().any(|listed| listed.covers(&address)))
}

fn plain_fingerprint(text: &str) -> String {
    let text = text.trim().trim_end_matches('!');
    text.chars()
        .filter(|char| *char != ' ')
        .map(|char| char.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests;

//! Who can unwrap the data key of a file: its recipients.

use std::collections::BTreeMap;
use std::fmt;

pub use kind::RecipientKind;
pub use parse::RecipientError;

mod kind;
mod parse;

/// One entry able to unwrap the data key.
///
/// Two entries are the same recipient when their [`identity`](Self::identity) is equal. Nothing in
/// it is secret. The fields are those of the file, so they hold what the file says, checked or not;
/// [`parse`](Self::parse) is for what a person typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recipient {
    /// An age recipient, native, SSH or of a plugin.
    Age {
        /// `age1…`, `age1pq1…`, `age1NAME1…`, or a line of an SSH public key.
        recipient: String,
    },
    /// A key of Azure Key Vault.
    AzureKv {
        /// `https://VAULT`, without a path.
        vault_url: String,
        /// The name of the key.
        name: String,
        /// The version of the key; empty until the current one has been asked for.
        version: String,
    },
    /// A key of Google Cloud KMS.
    GcpKms {
        /// `projects/P/locations/L/keyRings/R/cryptoKeys/K`.
        resource_id: String,
    },
    /// A key of Huawei Cloud KMS.
    HcKms {
        /// `region:uuid`.
        key_id: String,
    },
    /// A key of a Vault's transit engine.
    HcVault {
        /// Scheme, host and port.
        vault_address: String,
        /// Where the engine is mounted.
        engine_path: String,
        /// The name of the key.
        key_name: String,
    },
    /// A key of AWS KMS.
    Kms {
        /// `arn:aws:kms:REGION:ACCOUNT:key/…` or `…:alias/…`.
        arn: String,
        /// The role to assume, an ARN; empty for none.
        role: String,
        /// The encryption context.
        context: BTreeMap<String, String>,
        /// The profile of the AWS configuration; empty for the default one.
        aws_profile: String,
    },
    /// A PGP key.
    Pgp {
        /// The fingerprint as given, without spaces. A final `!` demands exactly that subkey.
        fingerprint: String,
    },
}

impl Recipient {
    /// The list of a file it stands in.
    #[must_use]
    pub fn kind(&self) -> RecipientKind {
        match self {
            Self::Age { .. } => RecipientKind::Age,
            Self::AzureKv { .. } => RecipientKind::AzureKv,
            Self::GcpKms { .. } => RecipientKind::GcpKms,
            Self::HcKms { .. } => RecipientKind::HcKms,
            Self::HcVault { .. } => RecipientKind::HcVault,
            Self::Kms { .. } => RecipientKind::Kms,
            Self::Pgp { .. } => RecipientKind::Pgp,
        }
    }

    /// The text by which recipients of one kind are compared and shown (contract "sops", 1.8).
    #[must_use]
    pub fn identity(&self) -> String {
        self.to_string()
    }

    /// Whether both are the same recipient, however their entries differ otherwise.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self == other || self.kind() == other.kind() && self.identity() == other.identity()
    }

    /// The name in an `age1NAME1…` recipient, whoever has to do it: no data character of such a
    /// text is a `1`. Not checked further, as it may come from a file.
    ///
    /// `None` for what age itself does: X25519, post-quantum, SSH.
    #[must_use]
    pub fn age_plugin(&self) -> Option<&str> {
        let Self::Age { recipient } = self else {
            return None;
        };
        let (name, _) = recipient.strip_prefix("age1")?.rsplit_once('1')?;
        (name != "pq").then_some(name)
    }
}

/// Whose a wrapped key is: equal for two entries that are the same recipient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity(RecipientKind, String);

impl Identity {
    /// That of a recipient.
    #[must_use]
    pub fn of(recipient: &Recipient) -> Self {
        Self(recipient.kind(), recipient.identity())
    }
}

/// Writes the [identity](Recipient::identity).
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age { recipient } => f.write_str(recipient),
            Self::AzureKv {
                vault_url,
                name,
                version,
            } => {
                write!(f, "{vault_url}/keys/{name}/{version}")
            }
            Self::GcpKms { resource_id } => f.write_str(resource_id),
            Self::HcKms { key_id } => f.write_str(key_id),
            Self::HcVault {
                vault_address,
                engine_path,
                key_name,
            } => {
                write!(f, "{vault_address}/v1/{engine_path}/keys/{key_name}")
            }
            Self::Kms {
                arn,
                role,
                context,
                aws_profile,
            } => {
                f.write_str(arn)?;
                if !role.is_empty() {
                    write!(f, "+{role}")?;
                }
                write_context(f, context, aws_profile)
            }
            Self::Pgp { fingerprint } => f.write_str(fingerprint),
        }
    }
}

/// `|k:v,k:v` if there is a context, then `|profile` if there is one, behind an empty context.
fn write_context(
    f: &mut fmt::Formatter<'_>,
    context: &BTreeMap<String, String>,
    profile: &str,
) -> fmt::Result {
    if !context.is_empty() || !profile.is_empty() {
        f.write_str("|")?;
    }
    for (index, (key, value)) in context.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}{key}:{value}")?;
    }
    if !profile.is_empty() {
        write!(f, "|{profile}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kms(role: &str, context: &[(&str, &str)], profile: &str) -> Recipient {
        Recipient::Kms {
            arn: "arn:aws:kms:eu-west-1:111122223333:key/k".to_owned(),
            role: role.to_owned(),
            context: context
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            aws_profile: profile.to_owned(),
        }
    }

    #[test]
    fn the_identity_of_an_aws_key_has_role_context_and_profile() {
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/k";
        let context = [("b", "2"), ("a", "1")];
        for (recipient, rest) in [
            (kms("", &[], ""), ""),
            (
                kms("arn:aws:iam::1:role/r", &[], ""),
                "+arn:aws:iam::1:role/r",
            ),
            (kms("", &context, ""), "|a:1,b:2"),
            (kms("", &context, "prod"), "|a:1,b:2|prod"),
            (kms("", &[], "prod"), "||prod"),
        ] {
            assert_eq!(recipient.identity(), format!("{arn}{rest}"));
        }
    }

    #[test]
    fn the_identity_of_a_vault_key_is_its_address() {
        let vault = Recipient::HcVault {
            vault_address: "https://vault:8200".to_owned(),
            engine_path: "team/transit".to_owned(),
            key_name: "sops".to_owned(),
        };
        assert_eq!(
            vault.identity(),
            "https://vault:8200/v1/team/transit/keys/sops"
        );
        let azure = Recipient::AzureKv {
            vault_url: "https://v.vault.azure.net".to_owned(),
            name: "k".to_owned(),
            version: "7".to_owned(),
        };
        assert_eq!(azure.identity(), "https://v.vault.azure.net/keys/k/7");
    }

    #[test]
    fn only_a_third_part_in_an_age_recipient_is_a_plugin() {
        let age = |text: &str| Recipient::Age {
            recipient: text.to_owned(),
        };
        assert_eq!(age("age1yubikey1qwt50").age_plugin(), Some("yubikey"));
        assert_eq!(age("age1a1b1qwt50").age_plugin(), Some("a1b"));
        assert_eq!(age("age1../../evil1qwt50").age_plugin(), Some("../../evil"));
        for native in [
            "age1t7rxyev2z3rw82",
            "age1pq1qqq",
            "ssh-ed25519 AAAA1 a1b",
            "ssh-rsa AAAA",
        ] {
            assert_eq!(age(native).age_plugin(), None);
        }
        assert_eq!(kms("", &[], "").age_plugin(), None);
    }
}

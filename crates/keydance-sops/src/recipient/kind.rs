use std::fmt;

/// The kinds of recipients, each a list of its own in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecipientKind {
    /// age, with SSH keys and plugins.
    Age,
    /// Azure Key Vault.
    AzureKv,
    /// Google Cloud KMS.
    GcpKms,
    /// Huawei Cloud KMS.
    HcKms,
    /// The transit engine of a Vault.
    HcVault,
    /// AWS KMS.
    Kms,
    /// PGP.
    Pgp,
}

impl RecipientKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Age,
        Self::AzureKv,
        Self::GcpKms,
        Self::HcKms,
        Self::HcVault,
        Self::Kms,
        Self::Pgp,
    ];

    /// Its word in files and in `--decryption-order`.
    #[must_use]
    pub fn identifier(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::AzureKv => "azure_kv",
            Self::GcpKms => "gcp_kms",
            Self::HcKms => "hckms",
            Self::HcVault => "hc_vault",
            Self::Kms => "kms",
            Self::Pgp => "pgp",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn of_identifier(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.identifier() == word)
    }
}

/// Writes the [identifier](RecipientKind::identifier).
impl fmt::Display for RecipientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for kind in RecipientKind::ALL {
            assert_eq!(RecipientKind::of_identifier(kind.identifier()), Some(kind));
        }
        assert_eq!(RecipientKind::of_identifier("vault"), None);
    }
}

use std::collections::BTreeMap;

use crate::recipient::{Recipient, RecipientError, RecipientKind};

/// The recipients on a command line: each text is a list separated by commas, empty if absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyFlags<'a> {
    /// `--age`.
    pub age: &'a str,
    /// `--aws-profile`, which is one name, for all keys of AWS.
    pub aws_profile: &'a str,
    /// `--azure-kv`.
    pub azure_kv: &'a str,
    /// `--gcp-kms`.
    pub gcp_kms: &'a str,
    /// `--hc-vault-transit`.
    pub hc_vault_transit: &'a str,
    /// `--hckms`.
    pub hckms: &'a str,
    /// `--kms`.
    pub kms: &'a str,
    /// `--pgp`.
    pub pgp: &'a str,
}

/// The text is no encryption context: `KEY:VALUE` pairs with commas in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the encryption context is not of the form KEY:VALUE,KEY:VALUE")]
pub struct ContextError;

impl KeyFlags<'_> {
    /// Whether any recipient is named, so that those of the configuration do not count.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.lists().iter().any(|(_, text)| !text.is_empty())
    }

    /// The recipients as one group, with the encryption context for the keys of AWS.
    pub fn group(
        &self,
        context: &BTreeMap<String, String>,
    ) -> Result<Vec<Recipient>, RecipientError> {
        let mut group = Vec::new();
        for (kind, text) in self.lists() {
            group.extend(Recipient::parse_list(kind, text)?);
        }
        for recipient in &mut group {
            if let Recipient::Kms {
                context: own,
                aws_profile,
                ..
            } = recipient
            {
                own.clone_from(context);
                self.aws_profile.clone_into(aws_profile);
            }
        }
        Ok(group)
    }

    /// In the order in which stock sops lines them up.
    fn lists(&self) -> [(RecipientKind, &str); 7] {
        [
            (RecipientKind::Kms, self.kms),
            (RecipientKind::GcpKms, self.gcp_kms),
            (RecipientKind::HcKms, self.hckms),
            (RecipientKind::AzureKv, self.azure_kv),
            (RecipientKind::Pgp, self.pgp),
            (RecipientKind::HcVault, self.hc_vault_transit),
            (RecipientKind::Age, self.age),
        ]
    }
}

/// Reads the flag `--encryption-context`; empty text is no context.
pub fn parse_context(text: &str) -> Result<BTreeMap<String, String>, ContextError> {
    let pairs = text.split(',').filter(|_| !text.is_empty()).map(|pair| {
        let (key, value) = pair.split_once(':').ok_or(ContextError)?;
        let sound = !value.contains(':');
        sound
            .then(|| (key.to_owned(), value.to_owned()))
            .ok_or(ContextError)
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: KeyFlags<'_> = KeyFlags {
        age: "age1yubikey1qwt50, ,age1tag1qwt50,",
        aws_profile: "prod",
        azure_kv: "https://v.vault.azure.net/keys/k/1",
        gcp_kms: "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        hc_vault_transit: "https://vault:8200/v1/transit/keys/k",
        hckms: "eu-west-1:uuid",
        kms: "arn:aws:kms:eu-west-1:111122223333:key/k",
        pgp: "85D77543B3D624B63CEA9E6DBC17301B491B3F21",
    };

    #[test]
    fn flags_make_one_group_in_the_order_of_stock() {
        let group = ALL.group(&BTreeMap::new()).unwrap();
        let kinds: Vec<_> = group
            .iter()
            .map(|recipient| recipient.kind().to_string())
            .collect();
        let expected = [
            "kms", "gcp_kms", "hckms", "azure_kv", "pgp", "hc_vault", "age", "age",
        ];
        assert_eq!(kinds, expected);
        assert_eq!(group[6].identity(), "age1yubikey1qwt50");
    }

    #[test]
    fn profile_and_context_are_for_aws() {
        let context = parse_context("app:web,stage:prod").unwrap();
        let group = ALL.group(&context).unwrap();
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/k";
        assert_eq!(
            group[0].identity(),
            format!("{arn}|app:web,stage:prod|prod")
        );
    }

    #[test]
    fn a_profile_alone_names_no_recipient() {
        assert!(ALL.is_set());
        assert!(
            !KeyFlags {
                aws_profile: "prod",
                ..KeyFlags::default()
            }
            .is_set()
        );
        assert!(
            KeyFlags {
                age: ",",
                ..KeyFlags::default()
            }
            .is_set()
        );
    }

    #[test]
    fn a_context_has_one_colon_in_each_pair() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let context = parse_context("b:2,a:").unwrap();
        assert_eq!(
            context.into_iter().collect::<Vec<_>>(),
            [pair("a", ""), pair("b", "2")]
        );
        assert_eq!(parse_context(""), Ok(BTreeMap::new()));
        for text in ["a", "a:b:c", "a:b,", ",", "a:b,c"] {
            assert_eq!(parse_context(text), Err(ContextError), "{text}");
        }
    }
}

//! What is said: the messages of sops's key service.

use std::collections::BTreeMap;

use keydance_sops::recipient::Recipient;

/// Somebody who wraps data keys.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Key {
    #[prost(oneof = "KeyKind", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(super) kind: Option<KeyKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum KeyKind {
    #[prost(message, tag = "1")]
    Kms(Kms),
    #[prost(message, tag = "2")]
    Pgp(Named),
    #[prost(message, tag = "3")]
    GcpKms(Named),
    #[prost(message, tag = "4")]
    AzureKv(Three),
    #[prost(message, tag = "5")]
    HcVault(Three),
    #[prost(message, tag = "6")]
    Age(Named),
    #[prost(message, tag = "7")]
    HcKms(Named),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Kms {
    #[prost(string, tag = "1")]
    arn: String,
    #[prost(string, tag = "2")]
    role: String,
    #[prost(btree_map = "string, string", tag = "3")]
    context: BTreeMap<String, String>,
    #[prost(string, tag = "4")]
    aws_profile: String,
}

/// A key that is one text: fingerprint, resource, recipient or id.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Named {
    #[prost(string, tag = "1")]
    name: String,
}

/// A key that is three texts: address, name and version, or address, engine and name.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Three {
    #[prost(string, tag = "1")]
    first: String,
    #[prost(string, tag = "2")]
    second: String,
    #[prost(string, tag = "3")]
    third: String,
}

/// A request: to wrap this data key, or to unwrap the text of this `enc`. Both look alike.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Request {
    #[prost(message, optional, tag = "1")]
    pub(super) key: Option<Key>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) content: Vec<u8>,
}

/// An answer: the text of `enc`, or a data key.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Answer {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) content: Vec<u8>,
}

impl Key {
    /// As the other side will understand it; nothing for a kind that is newer than the protocol.
    pub(super) fn of(recipient: &Recipient) -> Option<Self> {
        let named = |name: &String| Named { name: name.clone() };
        let three = |first: &String, second: &String, third: &String| Three {
            first: first.clone(),
            second: second.clone(),
            third: third.clone(),
        };
        let kind = match recipient {
            Recipient::Age { recipient } => KeyKind::Age(named(recipient)),
            Recipient::AzureKv {
                vault_url,
                name,
                version,
            } => KeyKind::AzureKv(three(vault_url, name, version)),
            Recipient::GcpKms { resource_id } => KeyKind::GcpKms(named(resource_id)),
            Recipient::HcKms { key_id } => KeyKind::HcKms(named(key_id)),
            Recipient::HcVault {
                vault_address,
                engine_path,
                key_name,
            } => KeyKind::HcVault(three(vault_address, engine_path, key_name)),
            Recipient::Kms {
                arn,
                role,
                context,
                aws_profile,
            } => KeyKind::Kms(Kms {
                arn: arn.clone(),
                role: role.clone(),
                context: context.clone(),
                aws_profile: aws_profile.clone(),
            }),
            Recipient::Pgp { fingerprint } => KeyKind::Pgp(named(fingerprint)),
            _ => return None,
        };
        Some(Self { kind: Some(kind) })
    }

    /// Who is meant; nothing if nobody is.
    pub(super) fn recipient(self) -> Option<Recipient> {
        Some(match self.kind? {
            KeyKind::Kms(Kms {
                arn,
                role,
                context,
                aws_profile,
            }) => Recipient::Kms {
                arn,
                role,
                context,
                aws_profile,
            },
            KeyKind::Pgp(Named { name }) => Recipient::Pgp { fingerprint: name },
            KeyKind::GcpKms(Named { name }) => Recipient::GcpKms { resource_id: name },
            KeyKind::AzureKv(Three {
                first,
                second,
                third,
            }) => Recipient::AzureKv {
                vault_url: first,
                name: second,
                version: third,
            },
            KeyKind::HcVault(Three {
                first,
                second,
                third,
            }) => Recipient::HcVault {
                vault_address: first,
                engine_path: second,
                key_name: third,
            },
            KeyKind::Age(Named { name }) => Recipient::Age { recipient: name },
            KeyKind::HcKms(Named { name }) => Recipient::HcKms { key_id: name },
        })
    }
}

#[cfg(test)]
mod tests {
    use keydance_sops::recipient::RecipientKind;
    use prost::Message as _;

    use super::*;

    #[test]
    fn every_recipient_comes_back_as_it_was() {
        for (kind, text) in [
            (RecipientKind::Age, "age1x"),
            (RecipientKind::AzureKv, "https://v.vault.azure.net/keys/k/7"),
            (
                RecipientKind::GcpKms,
                "projects/p/locations/l/keyRings/r/cryptoKeys/k",
            ),
            (RecipientKind::HcKms, "region:uuid"),
            (
                RecipientKind::HcVault,
                "https://vault/v1/team/transit/keys/k",
            ),
            (
                RecipientKind::Kms,
                "arn:aws:kms:eu-west-1:1:key/k+arn:aws:iam::1:role/r",
            ),
            (RecipientKind::Pgp, "ABCD"),
        ] {
            let recipient = Recipient::parse(kind, text).unwrap();
            let bytes = Key::of(&recipient).unwrap().encode_to_vec();
            assert_eq!(
                Key::decode(&bytes[..]).unwrap().recipient(),
                Some(recipient)
            );
        }
        assert_eq!(Key::default().recipient(), None);
    }
}

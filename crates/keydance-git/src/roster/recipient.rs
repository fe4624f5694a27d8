//! Recipients as a roster writes them: those of age plainly, every other kind behind its word.

use keydance_sops::recipient::{Recipient, RecipientKind};

/// The words before the colon.
const WORDS: [(&str, RecipientKind); 6] = [
    ("azure:", RecipientKind::AzureKv),
    ("gcp:", RecipientKind::GcpKms),
    ("hckms:", RecipientKind::HcKms),
    ("kms:", RecipientKind::Kms),
    ("pgp:", RecipientKind::Pgp),
    ("vault:", RecipientKind::HcVault),
];

/// Reads `age1…`, a line of an SSH public key, `pgp:FINGERPRINT`, `kms:ARN`, `gcp:RESOURCE`,
/// `azure:URL`, `vault:URL` or `hckms:ID`.
///
/// The comment behind an SSH key is left out: it makes no other recipient of it.
#[must_use]
pub fn parse_recipient(text: &str) -> Option<Recipient> {
    let word = WORDS
        .iter()
        .find_map(|(word, kind)| text.strip_prefix(word).map(|rest| (*kind, rest)));
    if let Some((kind, rest)) = word {
        return Recipient::parse(kind, rest).ok();
    }
    let plain = if text.starts_with("ssh-") {
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        format!("{} {}", words.next()?, words.next()?)
    } else {
        text.to_owned()
    };
    let is_one_word = plain.starts_with("ssh-") || !plain.contains([' ', ',']);
    is_one_word
        .then(|| Recipient::parse(RecipientKind::Age, &plain).ok())
        .flatten()
}

/// Writes a recipient so that [`parse_recipient`] reads it.
#[must_use]
pub fn recipient_text(recipient: &Recipient) -> String {
    let kind = recipient.kind();
    let word = WORDS
        .iter()
        .find_map(|(word, of)| (*of == kind).then_some(*word));
    format!("{}{}", word.unwrap_or_default(), recipient.identity())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_of_any_kind_reads_back_as_it_is_written() {
        for text in [
            "age1abc",
            "ssh-ed25519 AAAA",
            "pgp:85D77543B3D624B63CEA9E6DBC17301B491B3F21",
            "kms:arn:aws:kms:eu-west-1:1:key/k",
            "gcp:projects/p/locations/l/keyRings/r/cryptoKeys/k",
            "azure:https://v.vault.azure.net/keys/k/7",
            "vault:https://v:8200/v1/transit/keys/k",
            "hckms:tr-west-1:0a",
        ] {
            let recipient = parse_recipient(text).unwrap();
            assert_eq!(recipient_text(&recipient), text);
        }
    }

    #[test]
    fn the_comment_of_an_ssh_key_does_not_count() {
        let with = parse_recipient("ssh-ed25519 AAAA alice@laptop");
        assert_eq!(with, parse_recipient("ssh-ed25519 AAAA"));
        for other in [
            "",
            "age",
            "ssh-ed25519",
            "pgp:",
            "aws:arn",
            "age1a,age1b",
            "age1a b",
        ] {
            assert_eq!(parse_recipient(other), None, "{other:?}");
        }
    }
}

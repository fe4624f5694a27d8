//! Recipients as people write them: on the command line and in `.sops.yaml`.

use std::collections::BTreeMap;

use super::{Recipient, RecipientKind};

/// The text names no recipient of its kind. Does not repeat it: it may be a secret in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} recipient: {problem}")]
pub struct RecipientError {
    /// The kind that was expected.
    pub kind: RecipientKind,
    /// What is wrong with it.
    pub problem: &'static str,
}

type Problem = &'static str;

impl Recipient {
    /// Reads one recipient as people write it (contract "sops", 1.9): `ARN+ROLE` for AWS, an address
    /// for Azure and Vault. Context and profile of an AWS key are not part of the text.
    ///
    /// Looks at the form only: whether a key exists shows when something is wrapped for it.
    pub fn parse(kind: RecipientKind, text: &str) -> Result<Self, RecipientError> {
        match kind {
            RecipientKind::Age => age(text.trim()),
            RecipientKind::AzureKv => azure_kv(text.trim()),
            RecipientKind::GcpKms => gcp_kms(without_spaces(text)),
            RecipientKind::HcKms => hc_kms(text.trim()),
            RecipientKind::HcVault => hc_vault(text.trim()),
            RecipientKind::Kms => kms(&without_spaces(text)),
            RecipientKind::Pgp => pgp(without_spaces(text)),
        }
        .map_err(|problem| RecipientError { kind, problem })
    }

    /// Reads recipients separated by commas; empty parts are none.
    pub fn parse_list(kind: RecipientKind, text: &str) -> Result<Vec<Self>, RecipientError> {
        text.split(',')
            .filter(|part| !part.trim().is_empty())
            .map(|part| Self::parse(kind, part))
            .collect()
    }
}

fn without_spaces(text: &str) -> String {
    text.trim().replace(' ', "")
}

fn age(text: &str) -> Result<Recipient, Problem> {
    if text.contains(char::is_control) {
        return Err("more than one line");
    }
    if !["age1", "ssh-ed25519 ", "ssh-rsa "]
        .iter()
        .any(|start| text.starts_with(start))
    {
        return Err("neither age1… nor ssh-ed25519 or ssh-rsa");
    }
    Ok(Recipient::Age {
        recipient: text.to_owned(),
    })
}

fn azure_kv(text: &str) -> Result<Recipient, Problem> {
    const FORM: Problem =
        "not of the form https://VAULT/keys/NAME or https://VAULT/keys/NAME/VERSION";
    let (host, path) = text
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or(FORM)?;
    let mut segments = path.split('/');
    let (Some("keys"), Some(name), version, None) = (
        segments.next(),
        segments.next(),
        segments.next(),
        segments.next(),
    ) else {
        return Err(FORM);
    };
    if host.is_empty() || name.is_empty() {
        return Err(FORM);
    }
    Ok(Recipient::AzureKv {
        vault_url: format!("https://{host}"),
        name: name.to_owned(),
        version: version.unwrap_or_default().to_owned(),
    })
}

fn gcp_kms(resource_id: String) -> Result<Recipient, Problem> {
    let segments: Vec<&str> = resource_id.split('/').collect();
    match segments.as_slice() {
        [
            "projects",
            project,
            "locations",
            location,
            "keyRings",
            ring,
            "cryptoKeys",
            key,
        ] if ![project, location, ring, key]
            .iter()
            .any(|part| part.is_empty()) =>
        {
            Ok(Recipient::GcpKms { resource_id })
        }
        _ => Err("not of the form projects/P/locations/L/keyRings/R/cryptoKeys/K"),
    }
}

fn hc_kms(text: &str) -> Result<Recipient, Problem> {
    match text.split_once(':') {
        Some((region, uuid)) if !region.is_empty() && !uuid.is_empty() => Ok(Recipient::HcKms {
            key_id: text.to_owned(),
        }),
        _ => Err("not of the form REGION:UUID"),
    }
}

/// `https://HOST/v1/ENGINE…/keys/NAME`; nothing before `/v1`, as Vault's own client cannot do it.
fn hc_vault(text: &str) -> Result<Recipient, Problem> {
    const FORM: Problem = "not of the form https://HOST/v1/ENGINE/keys/NAME";
    let (scheme, rest) = text.split_once("://").ok_or(FORM)?;
    let (host, path) = rest.split_once('/').ok_or(FORM)?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let (version, path) = path.split_once('/').ok_or(FORM)?;
    let (path, key_name) = path.rsplit_once('/').ok_or(FORM)?;
    let (engine_path, keys) = path.rsplit_once('/').ok_or(FORM)?;
    let plain = |segment: &str| !segment.is_empty() && !segment.contains(['?', '#', '%']);
    if !["http", "https"].contains(&scheme) || host.is_empty() || version != "v1" || keys != "keys"
    {
        return Err(FORM);
    }
    if !plain(key_name) || !engine_path.split('/').all(plain) {
        return Err(FORM);
    }
    Ok(Recipient::HcVault {
        vault_address: format!("{scheme}://{host}"),
        engine_path: engine_path.to_owned(),
        key_name: key_name.to_owned(),
    })
}

/// An ARN, behind a `+` that of a role. An ARN has no `+arn:` in it, as its parts have no colon.
fn kms(text: &str) -> Result<Recipient, Problem> {
    let (arn, role) = match text.split_once("+arn:") {
        Some((arn, role)) => (arn, format!("arn:{role}")),
        None => (text, String::new()),
    };
    if !is_key_arn(arn) {
        return Err("not of the form arn:aws:kms:REGION:ACCOUNT:key/… or …:alias/…");
    }
    if !role.is_empty() && !is_role_arn(&role) {
        return Err("the role is not of the form arn:aws:iam::ACCOUNT:role/…");
    }
    let (arn, aws_profile) = (arn.to_owned(), String::new());
    Ok(Recipient::Kms {
        arn,
        role,
        context: BTreeMap::new(),
        aws_profile,
    })
}

fn is_key_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else {
        return false;
    };
    let id = resource
        .strip_prefix("key/")
        .or_else(|| resource.strip_prefix("alias/"));
    partition.starts_with("aws")
        && !region.is_empty()
        && !account.is_empty()
        && account.bytes().all(|digit| digit.is_ascii_digit())
        && id.is_some_and(|id| !id.is_empty())
}

/// Users too can be assumed by some of AWS's look-alikes, so the resource is not looked at.
fn is_role_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam" | "sts", _, _, resource] if !resource.is_empty())
}

fn pgp(fingerprint: String) -> Result<Recipient, Problem> {
    if fingerprint.is_empty()
        || fingerprint.starts_with('-')
        || fingerprint.contains(char::is_control)
    {
        return Err("not a fingerprint");
    }
    Ok(Recipient::Pgp { fingerprint })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(kind: RecipientKind, text: &str) -> Recipient {
        Recipient::parse(kind, text).unwrap()
    }

    #[test]
    fn an_aws_key_may_name_a_role() {
        let arn = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/sops";
        let Recipient::Kms {
            arn: read, role, ..
        } = parsed(
            RecipientKind::Kms,
            &format!(" {arn}+arn:aws:iam::111122223333:role/sops "),
        )
        else {
            panic!("another kind");
        };
        assert_eq!(
            (read.as_str(), role.as_str()),
            (arn, "arn:aws:iam::111122223333:role/sops")
        );
        assert_eq!(parsed(RecipientKind::Kms, arn).identity(), arn);
    }

    #[test]
    fn addresses_are_taken_apart() {
        let vault = "https://vault.example:8200/v1/team/transit/keys/sops";
        let Recipient::HcVault {
            vault_address,
            engine_path,
            key_name,
        } = parsed(RecipientKind::HcVault, &format!("{vault}/"))
        else {
            panic!("another kind");
        };
        assert_eq!(vault_address, "https://vault.example:8200");
        assert_eq!(
            (engine_path.as_str(), key_name.as_str()),
            ("team/transit", "sops")
        );

        let azure = "https://v.vault.azure.net/keys/sops";
        assert_eq!(
            parsed(RecipientKind::AzureKv, azure).identity(),
            format!("{azure}/")
        );
        let azure = format!("{azure}/0123");
        assert_eq!(parsed(RecipientKind::AzureKv, &azure).identity(), azure);
    }

    #[test]
    fn spaces_in_a_fingerprint_do_not_count() {
        let spaced = parsed(RecipientKind::Pgp, " FBC7 B9E2 A4F9 289A  C0C1 ");
        assert_eq!(spaced.identity(), "FBC7B9E2A4F9289AC0C1");
    }

    #[test]
    fn the_comment_of_an_ssh_key_is_kept() {
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 alice at home";
        assert_eq!(parsed(RecipientKind::Age, line).identity(), line);
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let list = Recipient::parse_list(RecipientKind::Pgp, " AB CD ,, EF,\n").unwrap();
        let identities: Vec<String> = list.iter().map(Recipient::identity).collect();
        assert_eq!(identities, ["ABCD", "EF"]);
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        for (kind, text) in [
            (RecipientKind::Age, ""),
            (RecipientKind::Age, "AGE-SECRET-KEY-1QQQ"),
            (RecipientKind::Age, "age1a\nage1b"),
            (RecipientKind::Age, "ecdsa-sha2-nistp256 AAAA"),
            (RecipientKind::AzureKv, "http://v/keys/k"),
            (RecipientKind::AzureKv, "https://v/keys/"),
            (RecipientKind::AzureKv, "https://v/secrets/k"),
            (RecipientKind::AzureKv, "https://v/keys/k/1/2"),
            (RecipientKind::GcpKms, "projects/p/locations/l/keyRings/r"),
            (
                RecipientKind::GcpKms,
                "projects//locations/l/keyRings/r/cryptoKeys/k",
            ),
            (RecipientKind::HcKms, "uuid"),
            (RecipientKind::HcVault, "vault/v1/transit/keys/k"),
            (
                RecipientKind::HcVault,
                "https://vault/prefix/v1/transit/keys/k",
            ),
            (RecipientKind::HcVault, "https://vault/v1/keys/k"),
            (
                RecipientKind::HcVault,
                "https://vault/v1/transit/keys/k?x=y",
            ),
            (RecipientKind::HcVault, "https://vault/v1/a//b/keys/k"),
            (RecipientKind::Kms, "arn:aws:s3:::bucket"),
            (RecipientKind::Kms, "arn:aws:kms:eu-west-1:account:key/k"),
            (
                RecipientKind::Kms,
                "arn:aws:kms:eu-west-1:1:key/k+arn:aws:iam",
            ),
            (RecipientKind::Pgp, " "),
            (RecipientKind::Pgp, "--output"),
        ] {
            assert!(Recipient::parse(kind, text).is_err(), "{kind} {text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_recipient_with_that_identity_or_refused(text in "[ -~]{0,80}") {
            for kind in [RecipientKind::Age, RecipientKind::HcKms, RecipientKind::Pgp] {
                if let Ok(recipient) = Recipient::parse(kind, &text) {
                    prop_assert_eq!(recipient.kind(), kind);
                    let again = Recipient::parse(kind, &recipient.identity());
                    prop_assert_eq!(again.as_ref(), Ok(&recipient));
                }
            }
        }
    }
}

use super::fields::Fields;
use super::{ConfigError, Warning, document};
use crate::policy::{Allow, Endpoint, KmsList, Pattern, Policy};

/// What a list of one kind may say.
struct Listed(Option<Vec<String>>);

impl Policy {
    /// Reads an allow-list: YAML with a list for each kind of recipients that may be used, called
    /// `age_plugins`, `azure_kv`, `gcp_kms`, `hc_vault`, `hckms`, `kms` and `pgp`. The word `all`
    /// instead of a list allows the whole kind. `kms` is a list of ARNs, or a map of the lists
    /// `arns`, `roles` and `profiles`.
    ///
    /// What is not mentioned is denied but for what needs no network: see
    /// [`local_only`](Self::local_only).
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut warnings = Vec::new();
        let mut policy = Self::local_only();
        let Some(map) = document(bytes)? else {
            return Ok((policy, warnings));
        };
        let mut fields = Fields::of(&map, Fields::TOP.to_owned());
        read(&mut fields, "age_plugins", name, &mut policy.age_plugins)?;
        read(
            &mut fields,
            "azure_kv",
            Endpoint::parse,
            &mut policy.azure_kv,
        )?;
        read(&mut fields, "gcp_kms", pattern, &mut policy.gcp_kms)?;
        read(
            &mut fields,
            "hc_vault",
            Endpoint::parse,
            &mut policy.hc_vault,
        )?;
        read(&mut fields, "hckms", pattern, &mut policy.hc_kms)?;
        read(&mut fields, "pgp", name, &mut policy.pgp)?;
        policy.kms = kms(&mut fields, &mut warnings)?;
        fields.finish(&mut warnings);
        Ok((policy, warnings))
    }
}

impl Listed {
    /// A list of texts, or `all`, which is no list; nothing if the field is absent.
    fn read(fields: &mut Fields<'_>, field: &'static str) -> Result<Option<Self>, ConfigError> {
        if !fields.has(field) {
            return Ok(None);
        }
        let texts = fields.text_or_texts(field)?;
        let is_all = matches!(texts.as_slice(), [only] if only == "all");
        Ok(Some(Self((!is_all).then_some(texts))))
    }
}

/// Reads the list of one kind, item by item.
fn read<T>(
    fields: &mut Fields<'_>,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    allow: &mut Allow<Vec<T>>,
) -> Result<(), ConfigError> {
    *allow = match Listed::read(fields, field)? {
        None => return Ok(()),
        Some(Listed(None)) => Allow::Any,
        Some(Listed(Some(texts))) => {
            let items: Option<Vec<T>> = texts.iter().map(|text| parse(text)).collect();
            Allow::Only(items.ok_or_else(|| fields.wrong(field, "a list of addresses"))?)
        }
    };
    Ok(())
}

fn kms(
    fields: &mut Fields<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Allow<KmsList>, ConfigError> {
    let patterns = |texts: Vec<String>| texts.iter().map(|text| Pattern::new(text)).collect();
    if !fields.is_map("kms") {
        return Ok(match Listed::read(fields, "kms")? {
            None => Allow::Only(KmsList::default()),
            Some(Listed(None)) => Allow::Any,
            Some(Listed(Some(arns))) => Allow::Only(KmsList {
                arns: patterns(arns),
                ..KmsList::default()
            }),
        });
    }
    let Some(mut lists) = fields.map("kms", "kms")? else {
        return Ok(Allow::Only(KmsList::default()));
    };
    let list = KmsList {
        arns: patterns(lists.texts("arns")?),
        roles: patterns(lists.texts("roles")?),
        profiles: lists.texts("profiles")?,
    };
    lists.finish(warnings);
    Ok(Allow::Only(list))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several ways to read an item"
)]
fn pattern(text: &str) -> Option<Pattern> {
    Some(Pattern::new(text))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several ways to read an item"
)]
fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipient::{Recipient, RecipientKind};

    fn policy(text: &str) -> Policy {
        Policy::parse(text.as_bytes()).unwrap().0
    }

    fn allows(policy: &Policy, kind: RecipientKind, text: &str) -> bool {
        policy.check(&Recipient::parse(kind, text).unwrap()).is_ok()
    }

    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    const VAULT: &str = "https://vault.example.org:8200/v1/transit/keys/app";

    #[test]
    fn what_is_not_mentioned_is_denied_unless_it_is_local() {
        for text in ["", "# nothing yet\n", "pgp: all\n"] {
            let policy = policy(text);
            assert!(!allows(&policy, RecipientKind::Kms, ARN), "{text}");
            assert!(!allows(&policy, RecipientKind::HcVault, VAULT), "{text}");
            assert!(allows(
                &policy,
                RecipientKind::Pgp,
                "85D77543B3D624B63CEA9E6DBC17301B491B3F21"
            ));
        }
    }

    #[test]
    fn a_kind_is_allowed_whole_or_by_a_list() {
        let whole = policy("kms: all\nhc_vault: all\n");
        assert!(allows(&whole, RecipientKind::Kms, ARN));
        assert!(allows(&whole, RecipientKind::HcVault, VAULT));
        let listed = policy(
            "kms: ['arn:aws:kms:*:111122223333:key/*']\n\
             hc_vault: ['https://vault.example.org:8200/v1/other']\n",
        );
        assert!(allows(&listed, RecipientKind::Kms, ARN));
        assert!(!allows(&listed, RecipientKind::HcVault, VAULT));
    }

    #[test]
    fn keys_of_aws_are_allowed_with_roles_and_profiles() {
        let policy = policy("kms: {arns: ['arn:aws:kms:*:*:key/*'], profiles: [work]}\n");
        let Allow::Only(list) = policy.kms else {
            panic!("not a list")
        };
        assert_eq!((list.arns.len(), list.roles.len()), (1, 0));
        assert_eq!(list.profiles, ["work"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_what_means_nothing_told() {
        assert!(Policy::parse(b"hc_vault: ['vault.example.org']\n").is_err());
        assert!(Policy::parse(b"kms: 5\n").is_err());
        assert!(Policy::parse(b"- kms\n").is_err());
        let (_, warnings) = Policy::parse(b"kmss: all\n").unwrap();
        assert_eq!(warnings.len(), 1);
    }
}

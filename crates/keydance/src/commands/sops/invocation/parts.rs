//! What several commands take.

use std::collections::BTreeSet;

use keydance_sops::format::Format;

use super::super::Face;
use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};
use super::super::flags::{self, Flag};
use super::super::request::{Creation, Destination, Keys, Opening, Rules, Services, Types};

impl Services {
    pub(super) fn meant(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            local: arguments.switch_or(&flags::LOCAL_KEYSERVICE, true)?,
            remote: arguments.texts(&flags::KEYSERVICE)?,
        })
    }
}

impl Opening {
    pub(super) fn meant(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        let order = arguments.list(&flags::DECRYPTION_ORDER)?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = order.iter().find(|kind| !seen.insert(*kind)) {
            let message = format!("{twice} stands twice in the order of decryption");
            return Err(Failure::new(Exit::DuplicateOrder, message));
        }
        Ok(Self {
            services: Services::meant(arguments)?,
            order,
            ignore_mac: arguments.switch(&flags::IGNORE_MAC),
        })
    }
}

impl Types {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            input: format(arguments, &flags::INPUT_TYPE)?,
            output: format(arguments, &flags::OUTPUT_TYPE)?,
        })
    }
}

/// The format that a flag names. sops ignores words that are none.
pub(super) fn format(
    arguments: &mut Arguments<'_>,
    flag: &Flag,
) -> Result<Option<Format>, Failure> {
    let Some(word) = arguments.text(flag)? else {
        return Ok(None);
    };
    let format = Format::of_word(&word);
    if format.is_none() {
        let message = format!("--{} is none of {FORMATS}", flag.name);
        if arguments.face == Face::Keydance {
            return Err(Failure::other(message));
        }
        arguments.warnings.push(message);
    }
    Ok(format)
}

impl Destination {
    pub(super) fn meant(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        match (
            arguments.switch(&flags::IN_PLACE),
            arguments.path(&flags::OUTPUT),
        ) {
            (false, None) => Ok(Self::Stdout),
            (true, None) => Ok(Self::InPlace),
            (false, Some(file)) => Ok(Self::File(file)),
            (true, Some(_)) => Err(Failure::new(
                Exit::Conflict,
                "either --in-place or --output: the result goes to one place",
            )),
        }
    }
}

impl Creation {
    pub(super) fn meant(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            keys: Keys {
                kms: arguments.list(&flags::KMS)?,
                gcp_kms: arguments.list(&flags::GCP_KMS)?,
                hckms: arguments.list(&flags::HCKMS)?,
                azure_kv: arguments.list(&flags::AZURE_KV)?,
                pgp: arguments.list(&flags::PGP)?,
                hc_vault: arguments.list(&flags::HC_VAULT)?,
                age: arguments.list(&flags::AGE)?,
                ..Keys::of_kms(arguments)?
            },
            threshold: threshold(arguments)?,
            rules: Rules::meant(arguments)?,
        })
    }
}

impl Keys {
    /// Those of a new group.
    pub(super) fn of_group(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            kms: arguments.texts(&flags::GROUP_KMS)?,
            gcp_kms: arguments.texts(&flags::GROUP_GCP_KMS)?,
            hckms: arguments.texts(&flags::GROUP_HCKMS)?,
            azure_kv: arguments.texts(&flags::GROUP_AZURE_KV)?,
            pgp: arguments.texts(&flags::GROUP_PGP)?,
            hc_vault: arguments.texts(&flags::GROUP_HC_VAULT)?,
            age: arguments.texts(&flags::GROUP_AGE)?,
            ..Self::of_kms(arguments)?
        })
    }

    /// Those that `rotate` adds.
    pub(super) fn added(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            kms: arguments.list(&flags::ADD_KMS)?,
            gcp_kms: arguments.list(&flags::ADD_GCP_KMS)?,
            hckms: arguments.list(&flags::ADD_HCKMS)?,
            azure_kv: arguments.list(&flags::ADD_AZURE_KV)?,
            pgp: arguments.list(&flags::ADD_PGP)?,
            hc_vault: arguments.list(&flags::ADD_HC_VAULT)?,
            age: arguments.list(&flags::ADD_AGE)?,
            ..Self::of_kms(arguments)?
        })
    }

    /// Those that `rotate` removes.
    pub(super) fn removed(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            kms: arguments.list(&flags::RM_KMS)?,
            gcp_kms: arguments.list(&flags::RM_GCP_KMS)?,
            hckms: arguments.list(&flags::RM_HCKMS)?,
            azure_kv: arguments.list(&flags::RM_AZURE_KV)?,
            pgp: arguments.list(&flags::RM_PGP)?,
            hc_vault: arguments.list(&flags::RM_HC_VAULT)?,
            age: arguments.list(&flags::RM_AGE)?,
            ..Self::of_kms(arguments)?
        })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            kms,
            gcp_kms,
            hckms,
            azure_kv,
            pgp,
            hc_vault,
            age,
            ..
        } = self;
        let kinds = [kms, gcp_kms, hckms, azure_kv, pgp, hc_vault, age];
        kinds.iter().all(|kind| kind.is_empty())
    }

    /// What goes with AWS KMS keys.
    fn of_kms(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            aws_profile: arguments.text(&flags::AWS_PROFILE)?,
            context: context(arguments)?,
            ..Self::default()
        })
    }
}

impl Rules {
    fn meant(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            unencrypted_suffix: arguments.text(&flags::UNENCRYPTED_SUFFIX)?,
            encrypted_suffix: arguments.text(&flags::ENCRYPTED_SUFFIX)?,
            unencrypted_regex: arguments.text(&flags::UNENCRYPTED_REGEX)?,
            encrypted_regex: arguments.text(&flags::ENCRYPTED_REGEX)?,
            unencrypted_comment_regex: arguments.text(&flags::UNENCRYPTED_COMMENT_REGEX)?,
            encrypted_comment_regex: arguments.text(&flags::ENCRYPTED_COMMENT_REGEX)?,
            mac_only_encrypted: arguments.switch(&flags::MAC_ONLY_ENCRYPTED),
        })
    }
}

/// Groups that it takes to open a file; zero says nothing.
pub(super) fn threshold(arguments: &Arguments<'_>) -> Result<Option<u32>, Failure> {
    Ok(arguments
        .number(&flags::THRESHOLD)?
        .filter(|&count| count != 0))
}

fn context(arguments: &Arguments<'_>) -> Result<Vec<(String, String)>, Failure> {
    let pairs = arguments
        .text(&flags::ENCRYPTION_CONTEXT)?
        .unwrap_or_default();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let pair = |text: &str| {
        let (name, value) = text.split_once(':')?;
        (!value.contains(':')).then(|| (name.to_owned(), value.to_owned()))
    };
    let pairs: Option<Vec<_>> = pairs.split(',').map(pair).collect();
    pairs.ok_or_else(|| {
        let message = "--encryption-context takes KEY:VALUE pairs with commas between them";
        Failure::new(Exit::KmsContext, message)
    })
}

const FORMATS: &str = "yaml, json, dotenv, ini and binary";

//! How a file is encrypted that was not before: by flags, and by the rule of the configuration.

use std::collections::BTreeMap;
use std::path::Path;

use keydance_sops::config::{CreationRule, KeyFlags};
use keydance_sops::data_key::DataKey;
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{WrapError, wrap};
use keydance_sops::mac::MacScope;
use keydance_sops::metadata::Metadata;
use keydance_sops::random::Random;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;
use keydance_sops::select::Rule;
use keydance_sops::tree::Time;

use super::failure::{Exit, Failure, warn};
use super::request::{Creation, Keys, Rules};
use super::session::Session;

/// Who can open a new file, and what is encrypted in it.
pub(crate) struct Plan {
    pub(crate) groups: Vec<Vec<Recipient>>,
    pub(crate) threshold: usize,
    pub(crate) rule: Option<Rule>,
    pub(crate) mac_scope: MacScope,
}

impl Plan {
    /// For a file of this name.
    ///
    /// # Errors
    /// Nothing says who can open it, or several rules say what is encrypted.
    pub(crate) fn of(session: &Session, file: &Path, creation: &Creation) -> Result<Self, Failure> {
        let rule = match session.configuration()? {
            Some(configuration) => configuration.creation_rule(file)?,
            None => None,
        };
        let mut plan = Self::of_rule(rule, &creation.keys);
        let flagged = recipients(&creation.keys)?;
        if !flagged.is_empty() {
            plan.groups = vec![flagged];
        }
        if let Some(threshold) = creation.threshold {
            plan.threshold = threshold as usize;
        }
        if let Some(rule) = rule_of(&creation.rules)? {
            plan.rule = Some(rule);
        }
        if creation.rules.mac_only_encrypted {
            plan.mac_scope = MacScope::Encrypted;
        }
        if plan.groups.iter().all(Vec::is_empty) {
            return Err(Failure::other(format!("nothing says who can open {}", file.display()))
                .hint("name recipients with --age or another flag, or by a creation rule in .sops.yaml"));
        }
        Ok(plan)
    }

    /// Drops what chooses between values, for bytes that are one value; with a warning, as in stock.
    pub(crate) fn encrypt_everything(&mut self, file: &Path) {
        if self.rule.take().is_some() || self.mac_scope == MacScope::Encrypted {
            let file = file.display();
            warn(&format!(
                "{file}: encrypted as a whole; rules and mac_only_encrypted do not apply"
            ));
        }
        self.mac_scope = MacScope::All;
    }

    /// The metadata of a file with this data key.
    ///
    /// # Errors
    /// Somebody's key cannot be wrapped.
    pub(crate) fn metadata(
        self,
        key: &DataKey,
        services: &dyn KeyService,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<Metadata, WrapError> {
        let Self {
            groups,
            threshold,
            rule,
            mac_scope,
        } = self;
        let groups = wrap(Readers { groups, threshold }, key, services, now, random)?;
        let mut metadata = Metadata::new(groups, threshold, rule);
        metadata.mac_scope = mac_scope;
        Ok(metadata)
    }

    fn of_rule(rule: Option<CreationRule>, keys: &Keys) -> Self {
        let Some(mut rule) = rule else {
            return Self {
                groups: Vec::new(),
                threshold: 0,
                rule: None,
                mac_scope: MacScope::All,
            };
        };
        if !keys.context.is_empty() {
            rule.set_context(&context(keys));
        }
        rule.into()
    }
}

/// What a rule of a configuration says.
impl From<CreationRule> for Plan {
    fn from(rule: CreationRule) -> Self {
        Self {
            threshold: rule.shamir_threshold,
            mac_scope: rule.mac_scope,
            rule: rule.rule(),
            groups: rule.groups,
        }
    }
}

/// The recipients of flags, as one group.
///
/// # Errors
/// One that is none.
pub(crate) fn recipients(keys: &Keys) -> Result<Vec<Recipient>, Failure> {
    let texts = [&keys.age, &keys.azure_kv, &keys.gcp_kms, &keys.hc_vault];
    let [age, azure_kv, gcp_kms, hc_vault_transit] = texts.map(|texts| texts.join(","));
    let [hckms, kms, pgp] = [&keys.hckms, &keys.kms, &keys.pgp].map(|texts| texts.join(","));
    let flags = KeyFlags {
        age: &age,
        aws_profile: keys.aws_profile.as_deref().unwrap_or_default(),
        azure_kv: &azure_kv,
        gcp_kms: &gcp_kms,
        hc_vault_transit: &hc_vault_transit,
        hckms: &hckms,
        kms: &kms,
        pgp: &pgp,
    };
    flags.group(&context(keys)).map_err(Failure::other)
}

fn context(keys: &Keys) -> BTreeMap<String, String> {
    keys.context.iter().cloned().collect()
}

/// The rule that flags name.
///
/// # Errors
/// More than one.
fn rule_of(rules: &Rules) -> Result<Option<Rule>, Failure> {
    let named = [
        ("unencrypted_suffix", &rules.unencrypted_suffix),
        ("encrypted_suffix", &rules.encrypted_suffix),
        ("unencrypted_regex", &rules.unencrypted_regex),
        ("encrypted_regex", &rules.encrypted_regex),
        (
            "unencrypted_comment_regex",
            &rules.unencrypted_comment_regex,
        ),
        ("encrypted_comment_regex", &rules.encrypted_comment_regex),
    ];
    let mut named = named
        .into_iter()
        .filter_map(|(field, text)| Some((field, text.as_ref()?)));
    let Some((field, text)) = named.next() else {
        return Ok(None);
    };
    if let Some((other, _)) = named.next() {
        let message = format!("{field} and {other} exclude each other");
        return Err(Failure::new(Exit::Conflict, message));
    }
    Ok(Rule::of_field(field, text))
}

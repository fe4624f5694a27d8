use std::collections::BTreeMap;

use super::fields::Fields;
use super::key_group::{self, at};
use super::{ConfigError, Warning};
use crate::mac::MacScope;
use crate::recipient::{Recipient, RecipientKind};
use crate::select::Rule;

/// How new files are encrypted.
#[derive(Clone, Debug)]
pub struct CreationRule {
    /// Who can open them, group by group. There is a single group, perhaps without recipients, if
    /// the rule has no `key_groups`.
    pub groups: Vec<Vec<Recipient>>,
    /// How many groups must agree; zero stands for all of them.
    pub shamir_threshold: usize,
    /// What the MAC covers.
    pub mac_scope: MacScope,
    has_key_groups: bool,
    rule: Option<(&'static str, String)>,
}

/// The lists of a rule without groups, in the order in which they make one.
const FLAT: [(&str, RecipientKind); 7] = [
    ("age", RecipientKind::Age),
    ("pgp", RecipientKind::Pgp),
    ("kms", RecipientKind::Kms),
    ("gcp_kms", RecipientKind::GcpKms),
    ("hckms", RecipientKind::HcKms),
    ("azure_keyvault", RecipientKind::AzureKv),
    ("hc_vault_transit_uri", RecipientKind::HcVault),
];

impl CreationRule {
    pub(super) fn read(
        mut fields: Fields<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let groups = fields.maps("key_groups", "key group")?.into_iter();
        let mut groups: Vec<_> = groups
            .map(|group| key_group::read(group, warnings))
            .collect::<Result<_, _>>()?;
        let has_key_groups = !groups.is_empty();
        let flat = Flat::read(&mut fields)?;
        if !has_key_groups {
            groups.push(flat.recipients(&fields)?);
        }
        let rule = Self {
            groups,
            shamir_threshold: fields.count("shamir_threshold")?,
            mac_scope: if fields.flag("mac_only_encrypted")? {
                MacScope::Encrypted
            } else {
                MacScope::All
            },
            has_key_groups,
            rule: rule(&mut fields)?,
        };
        fields.finish(warnings);
        Ok(rule)
    }

    /// What is encrypted; nothing if the rule does not say.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.rule
            .as_ref()
            .and_then(|(field, text)| Rule::of_field(field, text))
    }

    /// Gives the AWS keys the encryption context of the command line. Key groups state their own.
    pub fn set_context(&mut self, context: &BTreeMap<String, String>) {
        if self.has_key_groups {
            return;
        }
        for recipient in self.groups.iter_mut().flatten() {
            if let Recipient::Kms { context: own, .. } = recipient {
                own.clone_from(context);
            }
        }
    }
}

/// What stands in the lists of a rule, read whether it counts or not.
struct Flat {
    lists: Vec<(RecipientKind, Vec<String>)>,
    aws_profile: String,
}

impl Flat {
    fn read(fields: &mut Fields<'_>) -> Result<Self, ConfigError> {
        let mut lists = Vec::new();
        for (field, kind) in FLAT {
            let texts = match kind {
                RecipientKind::HcKms => fields.texts(field)?,
                _ => fields.text_or_texts(field)?,
            };
            lists.push((kind, texts));
        }
        Ok(Self {
            lists,
            aws_profile: fields.text("aws_profile")?,
        })
    }

    fn recipients(self, fields: &Fields<'_>) -> Result<Vec<Recipient>, ConfigError> {
        let mut recipients = Vec::new();
        for (kind, texts) in self.lists {
            for text in texts {
                recipients.extend(at(fields, Recipient::parse_list(kind, &text))?);
            }
        }
        for recipient in &mut recipients {
            if let Recipient::Kms { aws_profile, .. } = recipient {
                aws_profile.clone_from(&self.aws_profile);
            }
        }
        Ok(recipients)
    }
}

/// The field that says what is encrypted, with its text.
fn rule(fields: &mut Fields<'_>) -> Result<Option<(&'static str, String)>, ConfigError> {
    let mut found = None;
    for field in Rule::FIELDS {
        let text = fields.text(field)?;
        match &found {
            _ if text.is_empty() => {}
            None => found = Some((field, text)),
            &Some((first, _)) => {
                let place = fields.place().to_owned();
                return Err(ConfigError::TwoRules {
                    place,
                    first,
                    second: field,
                });
            }
        }
    }
    Ok(found)
}

use std::collections::HashSet;

use super::fields::Fields;
use super::{ConfigError, Warning};
use crate::recipient::{Recipient, RecipientError, RecipientKind};

/// Reads a group: the recipients of the groups it merges, then its own, each of them once.
///
/// Goes as deep as groups merge groups, which the reader of YAML limits.
pub(super) fn read(
    mut fields: Fields<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Recipient>, ConfigError> {
    let mut group = Vec::new();
    for merged in fields.maps("merge", "merged group")? {
        group.extend(read(merged, warnings)?);
    }
    for text in fields.texts("age")? {
        group.extend(at(
            &fields,
            Recipient::parse_list(RecipientKind::Age, &text),
        )?);
    }
    for text in fields.texts("pgp")? {
        group.push(at(&fields, Recipient::parse(RecipientKind::Pgp, &text))?);
    }
    group.extend(of_maps(&mut fields, "kms", warnings, kms)?);
    group.extend(of_maps(&mut fields, "gcp_kms", warnings, gcp_kms)?);
    group.extend(of_maps(&mut fields, "hckms", warnings, hckms)?);
    group.extend(of_maps(
        &mut fields,
        "azure_keyvault",
        warnings,
        azure_keyvault,
    )?);
    for text in fields.texts("hc_vault")? {
        group.push(at(
            &fields,
            Recipient::parse(RecipientKind::HcVault, &text),
        )?);
    }
    fields.finish(warnings);
    Ok(unique(group))
}

/// Says where a recipient stands that is none.
pub(super) fn at<T>(
    fields: &Fields<'_>,
    parsed: Result<T, RecipientError>,
) -> Result<T, ConfigError> {
    parsed.map_err(|source| ConfigError::Recipient {
        place: fields.place().to_owned(),
        source,
    })
}

/// Reads a list of maps, each a recipient.
fn of_maps(
    fields: &mut Fields<'_>,
    list: &'static str,
    warnings: &mut Vec<Warning>,
    recipient: fn(&mut Fields<'_>) -> Result<Recipient, ConfigError>,
) -> Result<Vec<Recipient>, ConfigError> {
    let entries = fields.maps(list, list)?.into_iter().map(|mut entry| {
        let recipient = recipient(&mut entry)?;
        entry.finish(warnings);
        Ok(recipient)
    });
    entries.collect()
}

fn kms(entry: &mut Fields<'_>) -> Result<Recipient, ConfigError> {
    Ok(Recipient::Kms {
        arn: entry.text("arn")?,
        role: entry.text("role")?,
        context: entry.text_map("context")?,
        aws_profile: entry.text("aws_profile")?,
    })
}

fn gcp_kms(entry: &mut Fields<'_>) -> Result<Recipient, ConfigError> {
    let resource_id = entry.text("resource_id")?;
    at(entry, Recipient::parse(RecipientKind::GcpKms, &resource_id))
}

fn hckms(entry: &mut Fields<'_>) -> Result<Recipient, ConfigError> {
    let key_id = entry.text("key_id")?;
    at(entry, Recipient::parse(RecipientKind::HcKms, &key_id))
}

fn azure_keyvault(entry: &mut Fields<'_>) -> Result<Recipient, ConfigError> {
    Ok(Recipient::AzureKv {
        vault_url: entry.text("vaultUrl")?,
        name: entry.text("key")?,
        version: entry.text("version")?,
    })
}

/// The first of each kind and identity.
fn unique(mut group: Vec<Recipient>) -> Vec<Recipient> {
    let mut seen = HashSet::new();
    group.retain(|recipient| seen.insert((recipient.kind(), recipient.identity())));
    group
}

//! `.sops.yaml` as the roster has it, so that stock sops encrypts to the right groups.

use std::fmt::Display;

use jiff::Timestamp;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::{Recipient, RecipientKind};
use keydance_sops::select::Rule;
use sha2::{Digest as _, Sha256};

use crate::group_identity;
use crate::roster::{Group, Name, PathRule, Roster};

/// The name of the file, beside the roster.
pub const SOPS_YAML_FILE: &str = ".sops.yaml";

/// Writes the file: one rule for each path in order, then one for the current identity of each
/// group, with who is in it at this time. The text of the roster is for the digest that is told.
///
/// There is no rule for anything else, so that stock refuses to encrypt where nobody decided who
/// reads.
#[must_use]
pub fn generate(roster: &Roster, text: &[u8], at: Timestamp) -> String {
    let digest = Sha256::digest(text);
    let digest: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut page = Page::default();
    page.line(format_args!(
        "# Made by `keydance sync` from the roster with SHA-256 {}: change that instead",
        digest.concat()
    ));
    page.line("creation_rules:");
    for path in &roster.paths {
        page.path(roster, path);
    }
    for (name, group) in &roster.groups {
        page.identity(roster, name, group, at);
    }
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn path(&mut self, roster: &Roster, path: &PathRule) {
        let groups = roster.readers_by(path);
        let recipients = groups.iter().filter_map(|name| roster.groups.get(*name));
        let recipients: Vec<&Recipient> = recipients.map(|group| &group.recipient).collect();
        self.line(format_args!("  # {}: {}", path.glob, listed(&groups)));
        self.line(format_args!(
            "  - path_regex: {}",
            quoted(&path.glob.to_regex())
        ));
        if let Some(rule) = &path.rule {
            self.line(format_args!(
                "    {}: {}",
                rule.field(),
                quoted(rule.text())
            ));
        }
        if path.mac_only_encrypted {
            self.line("    mac_only_encrypted: true");
        }
        self.flat(&recipients);
    }

    fn identity(&mut self, roster: &Roster, name: &Name, group: &Group, at: Timestamp) {
        let Readers { groups, threshold } = roster.identity_readers(name.as_str(), at);
        let path = group_identity::path_of(name, group.generation, &group.recipient);
        let members: Vec<_> = group.members_at(at).collect();
        let generation = group.generation;
        self.line(format_args!(
            "  # @{name}, generation {generation}: {}",
            listed(&members)
        ));
        let regex = format!("^{}$", path.replace('.', "\\."));
        self.line(format_args!("  - path_regex: {}", quoted(&regex)));
        let suffix = Rule::DEFAULT_SUFFIX;
        self.line(format_args!("    unencrypted_suffix: {suffix}"));
        match groups.as_slice() {
            [only] => self.flat(&only.iter().collect::<Vec<_>>()),
            groups => {
                self.line(format_args!("    shamir_threshold: {threshold}"));
                self.line("    key_groups:");
                groups.iter().for_each(|group| self.key_group(group));
            }
        }
    }

    /// Recipients of one key group, each kind under its key.
    fn flat(&mut self, recipients: &[&Recipient]) {
        for kind in RecipientKind::ALL {
            let of_kind = recipients.iter().filter(|one| one.kind() == kind);
            let texts: Vec<String> = of_kind.map(|one| one.identity()).collect();
            let Some((last, others)) = texts.split_last() else {
                continue;
            };
            self.line(format_args!("    {}: >-", flat_key(kind)));
            others
                .iter()
                .for_each(|text| self.line(format_args!("      {text},")));
            self.line(format_args!("      {last}"));
        }
    }

    /// A key group among several.
    fn key_group(&mut self, recipients: &[Recipient]) {
        let mut start = "      - ";
        for kind in RecipientKind::ALL {
            let mut of_kind = recipients
                .iter()
                .filter(|one| one.kind() == kind)
                .peekable();
            if of_kind.peek().is_none() {
                continue;
            }
            self.line(format_args!("{start}{}:", group_key(kind)));
            start = "        ";
            of_kind.for_each(|one| self.line(format_args!("          - {}", group_item(one))));
        }
    }

    fn line(&mut self, text: impl Display) {
        self.0.push_str(&text.to_string());
        self.0.push('\n');
    }
}

/// Where recipients of a kind stand in a rule.
fn flat_key(kind: RecipientKind) -> &'static str {
    match kind {
        RecipientKind::Age => "age",
        RecipientKind::AzureKv => "azure_keyvault",
        RecipientKind::GcpKms => "gcp_kms",
        RecipientKind::HcKms => "hckms",
        RecipientKind::HcVault => "hc_vault_transit_uri",
        RecipientKind::Kms => "kms",
        RecipientKind::Pgp => "pgp",
    }
}

/// Where recipients of a kind stand in a key group.
fn group_key(kind: RecipientKind) -> &'static str {
    match kind {
        RecipientKind::HcVault => "hc_vault",
        other => flat_key(other),
    }
}

/// A recipient in the list of its kind in a key group.
fn group_item(recipient: &Recipient) -> String {
    match recipient {
        Recipient::AzureKv {
            vault_url,
            name,
            version,
        } => format!(
            "{{vaultUrl: {}, key: {}, version: {}}}",
            quoted(vault_url),
            quoted(name),
            quoted(version)
        ),
        Recipient::GcpKms { resource_id } => format!("{{resource_id: {}}}", quoted(resource_id)),
        Recipient::HcKms { key_id } => format!("{{key_id: {}}}", quoted(key_id)),
        Recipient::Kms { arn, role, .. } if role.is_empty() => format!("{{arn: {}}}", quoted(arn)),
        Recipient::Kms { arn, role, .. } => {
            format!("{{arn: {}, role: {}}}", quoted(arn), quoted(role))
        }
        other => quoted(&other.identity()),
    }
}

/// A text that YAML reads as itself: in single quotes, or with escapes if it has a line break.
fn quoted(text: &str) -> String {
    if !text.contains(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped: Vec<String> = text.chars().map(escape).collect();
    format!("\"{}\"", escaped.concat())
}

fn escape(character: char) -> String {
    match character {
        '"' | '\\' => format!("\\{character}"),
        control if control.is_control() => format!("\\u{:04x}", u32::from(control)),
        other => other.to_string(),
    }
}

fn listed(names: &[impl Display]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;

//! One file after another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keydance_sops::file::{File, FileError};
use keydance_sops::format::{Format, ReadError, ReadOptions};
use keydance_sops::key_service::KeyService;
use keydance_sops::metadata::Metadata;
use keydance_sops::recipient::Recipient;
use keydance_sops::select::Rule;
use keydance_sops::walk::{OddityKind, oddities};

use super::recipients::Owners;
use super::signatures::Facts;
use super::values::{self, Values};
use super::{Code, Finding, Report};
use crate::roster::{PathRule, Roster};
use crate::signature::Digest;

/// What every encrypted file holds: its MAC, if nothing else, is a ciphertext.
pub(super) const MARK: &str = "ENC[AES256_GCM,";

/// More values of one kind are counted, not told, for each file.
const MAX_TOLD: usize = 20;

/// Looks at files, and remembers what it takes to compare them.
pub(super) struct Examiner<'e> {
    roster: &'e Roster,
    owners: Owners,
    keys: Option<&'e dyn KeyService>,
    values: Values,
    facts: Facts,
    report: Report,
}

impl<'e> Examiner<'e> {
    pub(super) fn new(
        roster: &'e Roster,
        identities: &BTreeMap<String, Vec<u8>>,
        keys: Option<&'e dyn KeyService>,
        now: Timestamp,
    ) -> Self {
        Self {
            roster,
            owners: Owners::of(roster, identities, now),
            keys,
            values: Values::default(),
            facts: Facts::new(),
            report: Report::default(),
        }
    }

    /// Looks at a file that the roster speaks of, or that seems to be encrypted.
    pub(super) fn look(&mut self, path: &str, bytes: &[u8]) {
        let rule = self.roster.rule_of(path);
        let format = Format::of_path(path);
        let read = File::read(format, bytes, &ReadOptions::default());
        let Some(rule) = rule else {
            if read.is_ok() {
                let message = "it is encrypted, and no path of the roster matches it";
                self.report
                    .findings
                    .push(Code::UncoveredFile.at(path, message));
            }
            return;
        };
        self.report.files += 1;
        self.report.findings.extend(text(path, bytes));
        match read {
            Ok(file) => {
                let recipients = Digest::of_recipients(Some(&file.metadata));
                let facts = (Digest::of(bytes), recipients);
                self.facts.insert(path.to_owned(), facts);
                self.encrypted(path, rule, file);
            }
            Err(error) => {
                let finding = unreadable(path, bytes, &error);
                self.report.findings.extend(finding);
            }
        }
    }

    /// What became of it, and what the encrypted files are.
    pub(super) fn finish(mut self) -> (Report, Facts) {
        self.report.findings.extend(self.values.repeated());
        (self.report, self.facts)
    }

    fn encrypted(&mut self, path: &str, rule: &PathRule, file: File) {
        let findings = &mut self.report.findings;
        findings.extend(metadata(path, &file.metadata));
        findings.extend(drift(path, rule, &file));
        if let Some(wanted) = self.roster.file_readers(path) {
            findings.extend(self.owners.check(path, &file.metadata, &wanted));
        }
        let has_mac = !file.metadata.mac.is_empty();
        findings.extend(values::keys(path, &file.tree));
        let ciphertexts = values::ciphertexts(&file.tree);
        findings.extend(form(path, &file));
        let Some(keys) = self.keys.filter(|_| has_mac) else {
            return;
        };
        if let Some(opened) = values::open(path, file, keys) {
            self.report.opened += 1;
            match opened {
                Ok(opened) => {
                    let found = self.values.look(path, &opened.tree, &ciphertexts);
                    self.report.findings.extend(found);
                }
                Err(finding) => self.report.findings.push(finding),
            }
        }
    }
}

/// What the text shows, whatever is in it.
fn text(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut lines = bytes.split(|b| *b == b'\n').enumerate();
    let mut returns = None;
    let marker = lines.find_map(|(at, line)| {
        if line.ends_with(b"\r") {
            returns.get_or_insert(at + 1);
        }
        line.starts_with(b"<<<<<<< ").then_some(at + 1)
    });
    if let Some(line) = marker {
        let message = "git left a conflict in it";
        findings.push(Code::ConflictMarker.at(path, message).on_line(line));
    }
    if let Some(line) = returns {
        findings.push(
            Code::Crlf
                .at(path, "lines end with carriage returns")
                .on_line(line),
        );
    }
    findings
}

/// Why a file is no encrypted one.
fn unreadable(path: &str, bytes: &[u8], error: &FileError) -> Option<Finding> {
    let is_encrypted = contains(bytes, MARK.as_bytes());
    let FileError::Read(read) = error else {
        return Some(Code::Malformed.at(path, error.to_string()));
    };
    let (code, line) = match read {
        ReadError::DuplicateKey { at, .. } => (Code::DuplicateKey, Some(at.line)),
        ReadError::NoMetadata => (Code::Plaintext, None),
        _ if !is_encrypted => (Code::Plaintext, None),
        _ if contains(bytes, b"<<<<<<< ") => return None,
        ReadError::Syntax { at, .. }
        | ReadError::NotAMap { at }
        | ReadError::NonStringKey { at }
        | ReadError::IntegerTooLarge { at } => (Code::Malformed, Some(at.line)),
        _ => (Code::Malformed, None),
    };
    let message = match code {
        Code::Plaintext => "it is not encrypted".to_owned(),
        _ => read.to_string(),
    };
    let finding = code.at(path, message);
    Some(match line {
        Some(line) => finding.on_line(line),
        None => finding,
    })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn metadata(path: &str, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    if metadata.mac.is_empty() || metadata.last_modified.is_none() {
        findings
            .push(Code::MissingMac.at(path, "it has no MAC, or not the time that goes with it"));
    }
    if metadata.version.is_empty() {
        findings.push(Code::MissingVersion.at(path, "its metadata name no version"));
    }
    let is_quantum = |recipient: &Recipient| matches!(recipient, Recipient::Age { recipient } if recipient.starts_with("age1pq1"));
    let recipients = metadata.wrappings().map(|wrapping| &wrapping.recipient);
    let (quantum, classical): (Vec<_>, Vec<_>) = recipients.partition(|it| is_quantum(it));
    if !quantum.is_empty() && !classical.is_empty() {
        let message = "it has classical recipients beside post-quantum ones";
        findings.push(Code::MixedPostQuantum.at(path, message));
    }
    findings
}

/// Whether the file has the rule of its path. A binary file has one value, and no choice.
fn drift(path: &str, wanted: &PathRule, file: &File) -> Option<Finding> {
    if file.format == Format::Binary {
        return None;
    }
    let text = |rule: Option<&Rule>| {
        let rule = rule.cloned().unwrap_or_default();
        format!("{}: {}", rule.field(), rule.text())
    };
    let (has, should) = (
        text(file.metadata.rule.as_ref()),
        text(wanted.rule.as_ref()),
    );
    let is_scoped = file.metadata.mac_scope == keydance_sops::mac::MacScope::Encrypted;
    let message = if has != should {
        format!("its rule is {has}, and that of its path {should}")
    } else if is_scoped != wanted.mac_only_encrypted {
        "mac_only_encrypted is not as for its path".to_owned()
    } else {
        return None;
    };
    Some(Code::RuleDrift.at(path, message))
}

/// Values that are not as encrypting leaves them.
fn form(path: &str, file: &File) -> Vec<Finding> {
    let rule = file.metadata.rule.clone().unwrap_or_default();
    // Opening needs the comments that looking turns some items into, so a copy is looked at.
    let documents = file.tree.documents.iter().map(|map| map.duplicate());
    let mut tree = keydance_sops::tree::Tree {
        documents: documents.collect(),
    };
    let found = match oddities(&mut tree, &rule) {
        Ok(found) => found,
        Err(place) => return vec![Code::Malformed.at(path, "nested too deep").of_key(place)],
    };
    let count = found.len();
    let mut findings: Vec<Finding> = found
        .into_iter()
        .take(MAX_TOLD)
        .map(|oddity| {
            let (code, message) = match oddity.kind {
                OddityKind::Plain => (Code::PartlyPlain, "the value is not encrypted"),
                OddityKind::TextBehind => (Code::TextAfterEnc, "there is text behind the value"),
            };
            code.at(path, message).of_key(oddity.path)
        })
        .collect();
    if let Some(more) = count.checked_sub(MAX_TOLD).filter(|more| *more > 0) {
        let message = format!("{more} more values are not as encrypting leaves them");
        findings.push(Code::PartlyPlain.at(path, message));
    }
    findings
}

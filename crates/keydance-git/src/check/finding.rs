//! What can be wrong with an organisation's files.

use std::fmt;

use serde::{Serialize, Serializer};

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, from the top of the repository.
    pub path: String,
    /// The line, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// The keys on the way to a value, joined with `:`.
    pub key: Option<String>,
    /// What.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong with what, in words. Never a value.
    pub message: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be looked at.
    Warning,
    /// Must not stay so.
    Error,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }

    /// The severity of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Info, Self::Warning, Self::Error];
        all.into_iter().find(|severity| severity.word() == word)
    }
}

/// What is to be said of a kind of finding.
struct About {
    word: &'static str,
    severity: Severity,
    meaning: &'static str,
    remedy: &'static str,
}

/// `Name "word" Severity "what it means" "what to do",` for each kind: the enum, the list of all,
/// and `about`, so that no kind can be without words.
macro_rules! codes {
    ($($name:ident $word:literal $severity:ident $meaning:literal $remedy:literal,)+) => {
        /// What kind of thing is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $name,)+
        }

        impl Code {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            fn about(self) -> About {
                let (word, severity, meaning, remedy) = match self {
                    $(Self::$name => ($word, Severity::$severity, $meaning, $remedy),)+
                };
                About { word, severity, meaning, remedy }
            }
        }
    };
}

codes! {
    BadMac "bad-mac" Error
        "The values are not those that were encrypted."
        "Somebody changed the file without its key: restore it from the last good commit.",
    BadSignature "bad-signature" Error
        "A file is not what was signed, or its signature is none."
        "Review what changed, and sign it with `keydance sign PATH`.",
    CaseClash "case-clash" Warning
        "Two paths differ only in upper and lower case."
        "Rename one: some systems cannot hold both.",
    ColonKey "colon-key" Error
        "A key holds a colon, so its ciphertext would also open elsewhere in the file."
        "Rename the key.",
    ConflictMarker "conflict-marker" Error
        "A merge left two versions of a value."
        "Choose one with `keydance merge resolve FILE`.",
    Crlf "crlf" Warning
        "Lines end with carriage returns, which become part of values."
        "Write the file with line feeds only.",
    DuplicateKey "duplicate-key" Error
        "A key stands twice in one map."
        "Remove one of them.",
    GenerationFork "generation-fork" Error
        "Two branches made another identity of one group."
        "Run `keydance sync`, which makes the next one.",
    GitattributesDrift "gitattributes-drift" Error
        "The block in .gitattributes is not the one the roster asks for."
        "Run `keydance sync`.",
    GroupIdentityMismatch "group-identity-mismatch" Error
        "The identity of a group is not the one it is said to be."
        "Find out who changed it; `keydance sync` makes another one.",
    LeftRecipient "left-recipient" Error
        "Somebody who has left can open a file."
        "Run `keydance sync`, and change the values they could read.",
    Malformed "malformed" Error
        "A file cannot be read."
        "Restore it, or correct the line.",
    MergeLeftOver "merge-left-over" Error
        "A merge has not ended, or left a copy behind."
        "End the merge and remove the copy.",
    MissingMac "missing-mac" Error
        "An encrypted file has no MAC, so nobody can tell whether it was changed."
        "Restore it from the last good commit.",
    MissingVersion "missing-version" Info
        "The metadata name no version, so stock sops does not open the file."
        "Write it again, for example with `keydance sops rotate -i FILE`.",
    MixedPostQuantum "mixed-pq" Warning
        "A classical recipient beside post-quantum ones undoes what they are for."
        "Make all identities of its groups post-quantum.",
    PartlyPlain "partly-plain" Error
        "A value that must be encrypted is not."
        "Encrypt it with `keydance sops edit FILE`, and take the value for known.",
    Plaintext "plaintext" Error
        "A file that must be encrypted is not."
        "Encrypt it with `keydance sops encrypt -i FILE`; if it was committed, take its values for known.",
    RecipientsExtra "recipients-extra" Error
        "Somebody can open a file whom the roster does not name for it."
        "Run `keydance sync`.",
    RecipientsMissing "recipients-missing" Error
        "Somebody cannot open a file whom the roster names for it."
        "Run `keydance sync`.",
    RetiredGeneration "retired-generation" Error
        "A file is encrypted to an identity that its group has replaced."
        "Run `keydance sync`.",
    Rollback "rollback" Error
        "An older version of a file has come back."
        "Restore the newest one, or sign this one as the next.",
    RosterUnapproved "roster-unapproved" Error
        "The roster is not signed by an admin of the group that governs."
        "Let one of them review it and run `keydance sign keydance.yaml`.",
    RuleDrift "rule-drift" Warning
        "A file chooses what is encrypted by another rule than its path."
        "Encrypt it anew under the rule of its path.",
    SameValue "same-value" Warning
        "One value stands in several places, so it is never changed in all of them at once."
        "Give each place a value of its own.",
    SopsYamlDrift "sops-yaml-drift" Error
        ".sops.yaml is not the one the roster asks for."
        "Run `keydance sync`.",
    Symlink "symlink" Warning
        "A link stands where an encrypted file should be."
        "Put the file itself there.",
    TextAfterEnc "text-after-enc" Error
        "There is text behind a ciphertext, which nothing protects."
        "Remove it.",
    UncoveredFile "uncovered-file" Warning
        "An encrypted file is at a path that the roster does not speak of."
        "Add the path to the roster, or move the file.",
    UniversalRecipient "universal-recipient" Warning
        "One person or machine can open every path alone."
        "Give the paths readers of their own, or that group a quorum.",
    UnknownRecipient "unknown-recipient" Error
        "A recipient belongs to nobody in the roster."
        "Find out whose it is; `keydance sync` removes it.",
    Unsigned "unsigned" Error
        "A file has no signature."
        "Review it, and sign it with `keydance sign PATH`.",
    WrongSigner "wrong-signer" Error
        "A file is signed by somebody who may not write it."
        "Let a writer review it and sign it with `keydance sign PATH`.",
}

impl Code {
    /// Its name: stable, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.about().word
    }

    /// How bad it is, unless a roster says otherwise.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.about().severity
    }

    /// What it means.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.about().meaning
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.about().remedy
    }

    /// A finding of this kind about a file as a whole.
    pub(crate) fn at(self, path: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            path: path.into(),
            line: None,
            key: None,
            code: self,
            severity: self.severity(),
            message: message.into(),
        }
    }
}

impl Finding {
    pub(crate) fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn rated(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(crate) fn of_key(mut self, key: impl fmt::Display) -> Self {
        self.key = Some(key.to_string());
        self
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_their_names() {
        let words: Vec<_> = Code::ALL.iter().map(|code| code.word()).collect();
        let is_name = |word: &str| word.bytes().all(|b| b == b'-' || b.is_ascii_lowercase());
        assert!(words.is_sorted() && words.iter().all(|word| is_name(word)));
    }

    #[test]
    fn a_severity_is_found_by_its_word() {
        assert_eq!(Severity::of_word("warning"), Some(Severity::Warning));
        assert_eq!(Severity::of_word("fatal"), None);
        assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Info);
    }
}

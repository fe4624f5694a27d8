//! Which values of a file are encrypted: one of six rules.

pub use pattern::Pattern;

mod pattern;

/// The rule of a file. Every key on the path of a value, or every comment above it, counts.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Encrypts what stands under a comment that matches, but not that comment.
    EncryptedCommentRegex(Pattern),
    /// Encrypts what has a key on its path that matches.
    EncryptedRegex(Pattern),
    /// Encrypts what has a key on its path with this end.
    EncryptedSuffix(String),
    /// Encrypts what stands under no comment that matches, nor is one.
    UnencryptedCommentRegex(Pattern),
    /// Encrypts what has no key on its path that matches.
    UnencryptedRegex(Pattern),
    /// Encrypts what has no key on its path with this end.
    UnencryptedSuffix(String),
}

impl Rule {
    /// The suffix of the rule that a file without rule has.
    pub const DEFAULT_SUFFIX: &'static str = "_unencrypted";

    /// The names of the rules in the metadata, in the order they stand there.
    pub const FIELDS: [&'static str; 6] = [
        "encrypted_comment_regex",
        "encrypted_regex",
        "encrypted_suffix",
        "unencrypted_comment_regex",
        "unencrypted_regex",
        "unencrypted_suffix",
    ];

    /// The rule of a metadata field with its text; nothing if the field is no rule.
    #[must_use]
    pub fn of_field(field: &str, text: &str) -> Option<Self> {
        Some(match field {
            "encrypted_comment_regex" => Self::EncryptedCommentRegex(Pattern::new(text)),
            "encrypted_regex" => Self::EncryptedRegex(Pattern::new(text)),
            "encrypted_suffix" => Self::EncryptedSuffix(text.to_owned()),
            "unencrypted_comment_regex" => Self::UnencryptedCommentRegex(Pattern::new(text)),
            "unencrypted_regex" => Self::UnencryptedRegex(Pattern::new(text)),
            "unencrypted_suffix" => Self::UnencryptedSuffix(text.to_owned()),
            _ => return None,
        })
    }

    /// The name of the metadata field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::EncryptedCommentRegex(_) => "encrypted_comment_regex",
            Self::EncryptedRegex(_) => "encrypted_regex",
            Self::EncryptedSuffix(_) => "encrypted_suffix",
            Self::UnencryptedCommentRegex(_) => "unencrypted_comment_regex",
            Self::UnencryptedRegex(_) => "unencrypted_regex",
            Self::UnencryptedSuffix(_) => "unencrypted_suffix",
        }
    }

    /// The text of the metadata field.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::EncryptedSuffix(suffix) | Self::UnencryptedSuffix(suffix) => suffix,
            Self::EncryptedCommentRegex(pattern)
            | Self::EncryptedRegex(pattern)
            | Self::UnencryptedCommentRegex(pattern)
            | Self::UnencryptedRegex(pattern) => pattern.text(),
        }
    }

    /// Whether the regular expression is one; if not, it matches nothing.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        match self {
            Self::EncryptedSuffix(_) | Self::UnencryptedSuffix(_) => true,
            Self::EncryptedCommentRegex(pattern)
            | Self::EncryptedRegex(pattern)
            | Self::UnencryptedCommentRegex(pattern)
            | Self::UnencryptedRegex(pattern) => pattern.is_valid(),
        }
    }

    fn matches_key(&self, key: &[u8]) -> bool {
        match self {
            Self::EncryptedRegex(pattern) | Self::UnencryptedRegex(pattern) => {
                pattern.is_match(key)
            }
            Self::EncryptedSuffix(suffix) | Self::UnencryptedSuffix(suffix) => {
                key.ends_with(suffix.as_bytes())
            }
            Self::EncryptedCommentRegex(_) | Self::UnencryptedCommentRegex(_) => false,
        }
    }

    fn matches_comment(&self, text: &[u8]) -> bool {
        match self {
            Self::EncryptedCommentRegex(pattern) | Self::UnencryptedCommentRegex(pattern) => {
                pattern.is_match(text)
            }
            Self::EncryptedRegex(_)
            | Self::EncryptedSuffix(_)
            | Self::UnencryptedRegex(_)
            | Self::UnencryptedSuffix(_) => false,
        }
    }

    fn encrypts(&self, matched: bool) -> bool {
        match self {
            Self::EncryptedCommentRegex(_) | Self::EncryptedRegex(_) | Self::EncryptedSuffix(_) => {
                matched
            }
            Self::UnencryptedCommentRegex(_)
            | Self::UnencryptedRegex(_)
            | Self::UnencryptedSuffix(_) => !matched,
        }
    }
}

/// The rule of a file without rule.
impl Default for Rule {
    fn default() -> Self {
        Self::UnencryptedSuffix(Self::DEFAULT_SUFFIX.to_owned())
    }
}

/// A rule at one point of a walk: whether a key on the path matches, or an active comment.
///
/// One bit stands for the whole stack of §1.3, because a match anywhere in it applies: a walk
/// notes the bit when it opens a map or list, and puts it back after each value in there, which
/// ends the comments above that value and leaves its key.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'r> {
    rule: &'r Rule,
    matched: bool,
}

impl<'r> Selection<'r> {
    /// At the top of a document.
    pub(crate) fn new(rule: &'r Rule) -> Self {
        Self {
            rule,
            matched: false,
        }
    }

    pub(crate) fn enter(&mut self, key: &[u8]) {
        self.matched = self.matched || self.rule.matches_key(key);
    }

    /// Takes a comment among the active ones and says whether it is encrypted itself.
    pub(crate) fn meet(&mut self, comment: &[u8]) -> bool {
        let before = *self;
        self.matched = self.matched || self.rule.matches_comment(comment);
        // The comment that asks for encryption stays legible; so does the one that declines it.
        match self.rule {
            Rule::EncryptedCommentRegex(_) => before.encrypts(),
            _ => self.encrypts(),
        }
    }

    /// Whether the value at this point is encrypted.
    pub(crate) fn encrypts(&self) -> bool {
        self.rule.encrypts(self.matched)
    }

    /// Whether the value at this point is encrypted, and no value at the other point.
    pub(crate) fn encrypts_unlike(&self, other: Self) -> bool {
        self.encrypts() && !other.encrypts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypts(rule: &Rule, path: &[&str]) -> bool {
        let mut selection = Selection::new(rule);
        path.iter().for_each(|key| selection.enter(key.as_bytes()));
        selection.encrypts()
    }

    fn rule(field: &str, text: &str) -> Rule {
        Rule::of_field(field, text).unwrap()
    }

    #[test]
    fn a_key_anywhere_on_the_path_decides() {
        for (field, text, path, expected) in [
            ("unencrypted_suffix", "_plain", ["a", "b"].as_slice(), true),
            ("unencrypted_suffix", "_plain", &["a_plain", "b"], false),
            ("unencrypted_suffix", "_plain", &["a_plainer"], true),
            ("encrypted_suffix", "_enc", &["a_enc", "b", "c"], true),
            ("encrypted_suffix", "_enc", &["a", "b"], false),
            ("unencrypted_regex", "^pub", &["public", "b"], false),
            ("unencrypted_regex", "^pub", &["republic", "b"], true),
            (
                "encrypted_regex",
                "^(data|stringData)$",
                &["data", "password"],
                true,
            ),
            (
                "encrypted_regex",
                "^(data|stringData)$",
                &["metadata"],
                false,
            ),
            ("encrypted_regex", "", &["a"], true),
            ("encrypted_regex", "", &[], false),
        ] {
            assert_eq!(
                encrypts(&rule(field, text), path),
                expected,
                "{field} {text} {path:?}"
            );
        }
        assert!(!encrypts(&Rule::default(), &["a_unencrypted", "b"]));
    }

    #[test]
    fn an_invalid_expression_matches_nothing() {
        let rule = rule("encrypted_regex", "(");
        assert!(!rule.is_valid());
        assert!(!encrypts(&rule, &["("]));
    }

    #[test]
    fn a_comment_that_asks_for_encryption_stays_plain_but_not_the_next() {
        let rule = rule("encrypted_comment_regex", "enc");
        let mut selection = Selection::new(&rule);
        assert!(!selection.meet(b" note"));
        assert!(!selection.encrypts());
        assert!(!selection.meet(b" enc"));
        assert!(selection.encrypts());
        assert!(selection.meet(b" note"));
    }

    #[test]
    fn a_comment_that_declines_encryption_is_plain_itself() {
        let rule = rule("unencrypted_comment_regex", "plain");
        let mut selection = Selection::new(&rule);
        assert!(selection.meet(b" note"));
        assert!(!selection.meet(b" plain"));
        assert!(!selection.meet(b" note"));
        assert!(!selection.encrypts());
    }

    #[test]
    fn every_rule_has_a_field_of_its_own() {
        for field in Rule::FIELDS {
            let rule = rule(field, "x");
            assert_eq!((rule.field(), rule.text()), (field, "x"));
        }
        assert!(Rule::of_field("mac", "x").is_none());
    }
}

/// A text in which `*` stands for one whole part. Parts end at `:` and `/`, as in an ARN.
///
/// `arn:aws:kms:*:111122223333:key/*` allows every key of an account, in every region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern written like this.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether the text is of this form.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut expected = self.0.split_inclusive([':', '/']);
        let mut found = text.split_inclusive([':', '/']);
        loop {
            match (expected.next(), found.next()) {
                (None, None) => return true,
                (Some(expected), Some(found)) if is_part(expected, found) => {}
                _ => return false,
            }
        }
    }
}

/// Compares one part with the separator behind it.
fn is_part(expected: &str, found: &str) -> bool {
    match expected.strip_prefix('*') {
        Some("") => !found.is_empty() && !found.ends_with([':', '/']),
        Some(separator) => found
            .strip_suffix(separator)
            .is_some_and(|part| !part.is_empty()),
        None => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_whole_part() {
        let pattern = Pattern::new("arn:aws:kms:*:111122223333:key/*");
        assert!(pattern.matches("arn:aws:kms:eu-west-1:111122223333:key/0-1"));
        for other in [
            "arn:aws:kms:eu-west-1:999922223333:key/0-1",
            "arn:aws:kms:eu-west-1:111122223333:alias/0-1",
            "arn:aws:kms::111122223333:key/0-1",
            "arn:aws:kms:eu-west-1:111122223333:key/",
            "arn:aws:kms:eu-west-1:111122223333:key/0-1/2",
            "arn:aws:kms:eu-west-1:111122223333:key/0-1:",
            "arn:aws:kms:eu-west-1:x:111122223333:key/0-1",
            "xarn:aws:kms:eu-west-1:111122223333:key/0-1",
            "",
        ] {
            assert!(!pattern.matches(other), "{other}");
        }
    }

    #[test]
    fn a_star_inside_a_part_is_itself() {
        assert!(!Pattern::new("team-*").matches("team-a"));
        assert!(!Pattern::new("*a").matches("a"));
        assert!(Pattern::new("team-*").matches("team-*"));
    }
}

//! Which paths of the repository something is for: `secrets/*/db-?.yaml`, `secrets/**`.

use std::fmt;
use std::str::FromStr;

/// A pattern of paths.
///
/// `*` and `?` stand for characters within a component, `**` for whole components: any number of
/// them in front or between, at least one at the end. Nothing else has a meaning of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// A `**` at the end has a `*` behind it, which is the component it must have.
    parts: Vec<Part>,
}

/// A component of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Any number of components.
    Any,
    /// One component of this form.
    One(Vec<Piece>),
}

/// A character of a component of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// Any number of characters.
    Any,
    /// This one.
    Char(char),
    /// Whichever one.
    One,
}

/// The text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// `**` with something beside it.
    #[error("** stands for whole components, so nothing but / can stand beside it")]
    Beside,
    /// An empty component, `.` or `..`.
    #[error("a pattern is a path from the top of the repository without empty parts, . and ..")]
    Component,
    /// A control character.
    #[error("a pattern holds no control characters")]
    Control,
    /// No character, or more than [`Glob::MAX_LEN`] bytes.
    #[error("a pattern has 1 to 1024 bytes")]
    Length,
}

impl Glob {
    /// The longest pattern, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path is meant: one from the top of the repository, as git has it. Takes time
    /// linear in the path.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        if !path.starts_with(self.prefix()) || path.contains(char::is_control) {
            return false;
        }
        let components: Vec<&str> = path.split('/').collect();
        let is_clean = components.iter().all(|component| !component.is_empty());
        is_clean && is_match(&self.parts, &components, &Part::Any, Part::is_match)
    }

    /// What every path that is meant begins with.
    fn prefix(&self) -> &str {
        let end = self.text.find(['*', '?']).unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }

    /// The regular expression for the same paths, anchored, as `.sops.yaml` has it.
    #[must_use]
    pub fn to_regex(&self) -> String {
        let mut regex = String::from("^");
        let mut components = self.text.split('/').peekable();
        while let Some(component) = components.next() {
            let is_last = components.peek().is_none();
            match component {
                "**" if is_last => regex.push_str(".+"),
                "**" => regex.push_str("(?:[^/]+/)*"),
                _ => {
                    component.chars().for_each(|c| push_char(&mut regex, c));
                    if !is_last {
                        regex.push('/');
                    }
                }
            }
        }
        regex.push('$');
        regex
    }
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        if text.is_empty() || text.len() > Self::MAX_LEN {
            return Err(GlobError::Length);
        }
        if text.contains(char::is_control) {
            return Err(GlobError::Control);
        }
        let mut parts: Vec<Part> = text.split('/').map(Part::parse).collect::<Result<_, _>>()?;
        if parts.last() == Some(&Part::Any) {
            parts.push(Part::One(vec![Piece::Any]));
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl Part {
    fn parse(component: &str) -> Result<Self, GlobError> {
        match component {
            "" | "." | ".." => Err(GlobError::Component),
            "**" => Ok(Self::Any),
            _ if component.contains("**") => Err(GlobError::Beside),
            _ => Ok(Self::One(component.chars().map(Piece::of).collect())),
        }
    }

    fn is_match(&self, component: &&str) -> bool {
        let Self::One(pieces) = self else {
            return false;
        };
        let characters: Vec<char> = component.chars().collect();
        is_match(pieces, &characters, &Piece::Any, |piece, character| {
            *piece == Piece::One || *piece == Piece::Char(*character)
        })
    }
}

impl Piece {
    fn of(character: char) -> Self {
        match character {
            '*' => Self::Any,
            '?' => Self::One,
            other => Self::Char(other),
        }
    }
}

/// Whether items are as a pattern has them, in which `any` stands for any number of them.
///
/// Only the last `any` can have to take more, since what comes before it has matched as early as
/// it could: so at most each item is compared with each part once.
fn is_match<P: PartialEq, T>(
    pattern: &[P],
    items: &[T],
    any: &P,
    is_one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while let Some(item) = items.get(next) {
        match pattern.get(at) {
            Some(part) if part == any => {
                last_any = Some((at, next));
                at += 1;
            }
            Some(part) if is_one(part, item) => {
                at += 1;
                next += 1;
            }
            _ => {
                let Some((any_at, taken)) = last_any else {
                    return false;
                };
                last_any = Some((any_at, taken + 1));
                at = any_at + 1;
                next = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|part| part == any)
}

/// One character of a component, with what has a meaning in regular expressions escaped.
fn push_char(regex: &mut String, character: char) {
    match character {
        '*' => regex.push_str("[^/]*"),
        '?' => regex.push_str("[^/]"),
        '\\' | '.' | '+' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
            regex.push('\\');
            regex.push(character);
        }
        _ => regex.push(character),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().unwrap()
    }

    #[test]
    fn stars_and_question_marks_stay_within_a_component() {
        for (pattern, path, is_match) in [
            ("a/*.yaml", "a/b.yaml", true),
            ("a/*.yaml", "a/.yaml", true),
            ("a/*.yaml", "a/b/c.yaml", false),
            ("a/?", "a/ä", true),
            ("a/?", "a/ab", false),
            ("a/?", "a/", false),
            ("**/a", "a", true),
            ("**/a", "b/c/a", true),
            ("b/**/a", "b/a", true),
            ("b/**/a", "ba", false),
            ("a/**", "a", false),
            ("a/**", "a/b", true),
            ("a/**", "a/b/c", true),
            ("**", "a/b", true),
            ("**", "a\nb", false),
            ("a.b", "axb", false),
            ("a/**/**/d", "a/b/c/d", true),
        ] {
            assert_eq!(glob(pattern).is_match(path), is_match, "{pattern} {path}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for (text, error) in [
            ("", GlobError::Length),
            ("/a", GlobError::Component),
            ("a/", GlobError::Component),
            ("a/../b", GlobError::Component),
            ("./a", GlobError::Component),
            ("a/b**", GlobError::Beside),
            ("***", GlobError::Beside),
            ("a\tb", GlobError::Control),
        ] {
            assert_eq!(text.parse::<Glob>(), Err(error), "{text:?}");
        }
        assert!("a".repeat(1025).parse::<Glob>().is_err());
    }

    #[test]
    fn matching_takes_no_time_that_grows_with_the_square() {
        let pattern = glob(&["*a"; 300].concat());
        assert!(!pattern.is_match(&"a".repeat(299).repeat(1000)[..299]));
        assert!(!pattern.is_match(&"ab".repeat(50_000)));
        let deep = glob(&format!("{}z", "**/a/".repeat(200)));
        assert!(!deep.is_match("a/".repeat(50_000).trim_end_matches('/')));
    }

    proptest! {
        #[test]
        fn the_regular_expression_means_the_same_paths(
            pattern in "[ab.+?*é]{1,3}(/([ab.*?]{1,3}|\\*\\*)){0,4}",
            path in "[ab.+é]{1,3}(/[ab.]{1,3}){0,5}",
        ) {
            if let Ok(glob) = pattern.parse::<Glob>() {
                let regex = Regex::new(&glob.to_regex()).unwrap();
                prop_assert_eq!(glob.is_match(&path), regex.is_match(&path));
            }
        }

        #[test]
        fn any_text_is_a_pattern_or_refused(text in "\\PC{0,40}") {
            if let Ok(glob) = text.parse::<Glob>() {
                prop_assert_eq!(glob.as_str(), &text);
                prop_assert!(Regex::new(&glob.to_regex()).is_ok());
            }
        }
    }
}

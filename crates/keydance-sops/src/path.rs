//! Where in a document a value stands, in the notation of the command line: `["key"][0]['k']`.

use std::fmt;

use crate::tree::Key;

/// How many steps a path may have; no file is nested deeper.
const MAX_STEPS: usize = 512;

/// The way from the top of a document to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreePath {
    steps: Vec<Step>,
}

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a list, to the item at this position, counted from 0. Comments count, as in stock sops.
    Index(usize),
    /// Into a map, to the value of this key.
    Key(Key),
}

/// Why a text is no path. Columns are in characters, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Neither a quoted key nor a number.
    #[error("column {0} of the path: neither a key in quotes nor a position from 0, then ]")]
    Component(usize),
    /// Something between two components.
    #[error("column {0} of the path: a component must start with [")]
    NoBracket(usize),
    /// More steps than a file is nested.
    #[error("the path has more than {MAX_STEPS} components")]
    TooLong,
    /// A key that starts with a quote and does not end with the same.
    #[error("column {0} of the path: the key does not end with the same quote and ]")]
    Unclosed(usize),
}

/// A problem that still lacks its column.
type Problem = fn(usize) -> PathError;

impl TreePath {
    /// Reads components like `["key"]`, `['key']` and `[0]`; the empty text is the document itself.
    ///
    /// Nothing is escaped: a key goes to the first quote and bracket that end the text or stand
    /// before the next component. As in stock sops the very first bracket may be missing. Stock
    /// drops the last character of a key whose quote is not closed; that is an error here. A key
    /// with `[` in it, which stock cannot name, is a key like any other.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let failed = |problem: Problem| problem(column(text, rest));
            let component = match rest.strip_prefix('[') {
                Some(component) => component,
                None if steps.is_empty() => rest,
                None => return Err(failed(PathError::NoBracket)),
            };
            let (step, after) = Step::parse(component).map_err(failed)?;
            if steps.len() == MAX_STEPS {
                return Err(PathError::TooLong);
            }
            steps.push(step);
            rest = after;
        }
        Ok(Self { steps })
    }

    /// The steps from the top down.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether this is the document itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The column of `rest`, which is the end of `text`.
fn column(text: &str, rest: &str) -> usize {
    let before = text.strip_suffix(rest).unwrap_or(text);
    before.chars().count().saturating_add(1)
}

impl Step {
    /// Reads what stands behind the opening bracket, and returns what follows the closing one.
    fn parse(component: &str) -> Result<(Self, &str), Problem> {
        let quoted = |close, rest| key(close, rest).ok_or(PathError::Unclosed as Problem);
        if let Some(rest) = component.strip_prefix('"') {
            return quoted("\"]", rest);
        }
        if let Some(rest) = component.strip_prefix('\'') {
            return quoted("']", rest);
        }
        component
            .split_once(']')
            .and_then(|(index, after)| Some((Self::Index(index.parse().ok()?), after)))
            .ok_or(PathError::Component)
    }
}

/// The key up to the first `close` behind which a component can end.
fn key<'a>(close: &str, text: &'a str) -> Option<(Step, &'a str)> {
    text.match_indices(close).find_map(|(at, _)| {
        let (key, tail) = text.split_at_checked(at)?;
        let after = tail.strip_prefix(close)?;
        let ends = after.is_empty() || after.starts_with('[');
        ends.then(|| (Step::Key(key.into()), after))
    })
}

impl FromIterator<Step> for TreePath {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self {
            steps: steps.into_iter().collect(),
        }
    }
}

/// In the notation that is read.
impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| step.fmt(f))
    }
}

/// As a component of a path: in double quotes, or in single ones where double ones mislead.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(at) => write!(f, "[{at}]"),
            Self::Key(key) => {
                let text = key.to_string();
                let quote = if text.contains("\"][") { '\'' } else { '"' };
                write!(f, "[{quote}{text}{quote}]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        TreePath::parse(text).unwrap().steps
    }

    fn key(text: &str) -> Step {
        Step::Key(text.into())
    }

    #[test]
    fn keys_stand_in_either_quotes_and_positions_in_none() {
        assert_eq!(
            steps(r#"["key"][0]['k']"#),
            [key("key"), Step::Index(0), key("k")]
        );
        assert_eq!(steps("[12]"), [Step::Index(12)]);
        assert_eq!(steps(r#"["12"]"#), [key("12")]);
        assert_eq!(steps(""), []);
    }

    #[test]
    fn the_very_first_bracket_may_be_missing() {
        assert_eq!(steps(r#""a"]["b"]"#), [key("a"), key("b")]);
        assert_eq!(steps("0][1]"), [Step::Index(0), Step::Index(1)]);
    }

    #[test]
    fn a_key_is_taken_as_it_stands() {
        assert_eq!(steps(r#"[""]"#), [key("")]);
        assert_eq!(steps(r#"["a\n b"]"#), [key(r"a\n b")]);
        assert_eq!(steps(r#"["a]b"]"#), [key("a]b")]);
        assert_eq!(steps(r#"["a"]b"]["c"]"#), [key(r#"a"]b"#), key("c")]);
        assert_eq!(
            steps(r#"["it's"]['say "hi"']"#),
            [key("it's"), key(r#"say "hi""#)]
        );
        assert_eq!(steps(r#"["a[0]"]"#), [key("a[0]")]);
        assert_eq!(steps("['ключ']"), [key("ключ")]);
    }

    #[test]
    fn an_error_says_in_which_column_the_component_starts() {
        for (text, error) in [
            ("a", PathError::Component(1)),
            ("[]", PathError::Component(1)),
            ("[a]", PathError::Component(1)),
            ("[-1]", PathError::Component(1)),
            ("[1", PathError::Component(1)),
            ("[99999999999999999999]", PathError::Component(1)),
            ("['é'][x]", PathError::Component(6)),
            (r#"["]"#, PathError::Unclosed(1)),
            (r#"["a]"#, PathError::Unclosed(1)),
            (r#"["a']"#, PathError::Unclosed(1)),
            (r#"[0]["a" ]"#, PathError::Unclosed(4)),
            ("[0] [1]", PathError::NoBracket(4)),
            ("[0]1]", PathError::NoBracket(4)),
        ] {
            assert_eq!(TreePath::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_path_is_no_longer_than_a_file_is_deep() {
        assert_eq!(steps(&"[0]".repeat(MAX_STEPS)).len(), MAX_STEPS);
        assert_eq!(
            TreePath::parse(&"[0]".repeat(MAX_STEPS + 1)),
            Err(PathError::TooLong)
        );
    }

    #[test]
    fn a_key_that_double_quotes_would_cut_is_shown_in_single_ones() {
        let path = TreePath::from_iter([key(r#"a"]["b"#), Step::Index(7)]);
        assert_eq!(path.to_string(), r#"['a"]["b'][7]"#);
        assert_eq!(TreePath::parse(&path.to_string()), Ok(path));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), noise in r#"["'\[\]0-9a]*"#) {
            drop(TreePath::parse(&text));
            drop(TreePath::parse(&noise));
        }

        #[test]
        fn a_path_reads_back_as_it_was_shown(
            keys in prop::collection::vec(r#"[a-c'"\]\[0-9 ]{0,6}"#, 0..5),
            index in any::<usize>(),
        ) {
            let hidden = |text: &str| text.contains("\"][") && text.contains("'][");
            prop_assume!(!keys.iter().any(|text| hidden(text)));
            let path: TreePath = keys.iter().map(|text| key(text)).chain([Step::Index(index)]).collect();
            prop_assert_eq!(TreePath::parse(&path.to_string()), Ok(path));
        }
    }
}

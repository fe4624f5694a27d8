use std::sync::OnceLock;

use super::fields::Fields;
use super::{ConfigError, Warning};
use crate::select::Pattern;

/// A rule that is for the paths its `path_regex` matches.
///
/// A rule that is wrong fails when it is chosen, as in stock sops, so that it does not get in the
/// way of others; and its expression is compiled when it is tried.
#[derive(Debug)]
pub(super) struct Candidate<R> {
    place: String,
    path_regex: String,
    pattern: OnceLock<Pattern>,
    rule: Result<R, ConfigError>,
}

impl<R> Candidate<R> {
    /// Takes `path_regex`, and reads the rest as a rule.
    pub(super) fn read(
        mut fields: Fields<'_>,
        warnings: &mut Vec<Warning>,
        rule: impl FnOnce(Fields<'_>, &mut Vec<Warning>) -> Result<R, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let place = fields.place().to_owned();
        let path_regex = fields.text("path_regex")?;
        let rule = rule(fields, warnings);
        Ok(Self {
            place,
            path_regex,
            pattern: OnceLock::new(),
            rule,
        })
    }

    /// The first rule that is for a path.
    pub(super) fn choose<'a>(all: &'a [Self], path: &str) -> Result<Option<&'a R>, ConfigError> {
        for candidate in all {
            if candidate.matches(path)? {
                return candidate.rule.as_ref().map(Some).map_err(Clone::clone);
            }
        }
        Ok(None)
    }

    fn matches(&self, path: &str) -> Result<bool, ConfigError> {
        if self.path_regex.is_empty() {
            return Ok(true);
        }
        let pattern = self.pattern.get_or_init(|| Pattern::new(&self.path_regex));
        if !pattern.is_valid() {
            return Err(ConfigError::Regex {
                place: self.place.clone(),
            });
        }
        Ok(pattern.is_match(path.as_bytes()))
    }
}

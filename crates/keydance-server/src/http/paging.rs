//! The query of a request: pages, filters and switches.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use keydance_core::environment::EnvironmentName;
use keydance_core::time::Timestamp;
use keydance_store::page::PageRequest;

use super::App;
use super::problem::Problem;
use crate::engine::Error;
use crate::engine::fields::environment_name;

/// The decoded query of a request.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    default_size: i64,
    max_size: i64,
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let settings = app.settings();
        Ok(Self {
            pairs,
            default_size: settings.default_page_size,
            max_size: settings.max_page_size,
        })
    }
}

impl Query {
    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| matches!(value, "true" | "1" | ""))
    }

    /// The page that is asked for; what makes no sense is the default (contract 2.3).
    pub(crate) fn page(&self) -> PageRequest {
        self.page_within(self.max_size)
    }

    /// The same where a page may be larger, or smaller.
    pub(crate) fn page_within(&self, max_size: i64) -> PageRequest {
        let number = |name| {
            let given = self.get(name).and_then(|text| text.parse::<i64>().ok());
            given.filter(|number| *number > 0)
        };
        let size = number("page[size]")
            .unwrap_or(self.default_size)
            .min(max_size);
        PageRequest {
            number: number("page[number]").unwrap_or(1),
            size,
        }
    }

    /// A moment.
    ///
    /// # Errors
    /// `validation_failed` if the text is none.
    pub(crate) fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Error> {
        let time = self.get(name).map(str::parse).transpose();
        time.map_err(|_| Error::invalid_field(name, "must be an RFC 3339 date and time"))
    }

    /// A count or a place in a list.
    ///
    /// # Errors
    /// `validation_failed` if the text is none that a log can have.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, Error> {
        let number = self.get(name).map(str::parse::<u64>).transpose();
        let number = number
            .ok()
            .filter(|given| given.is_none_or(|n| i64::try_from(n).is_ok()));
        number.ok_or_else(|| Error::invalid_field(name, "must be a whole number"))
    }

    /// The environment that is asked for.
    ///
    /// # Errors
    /// `unknown_environment` if the text is no name of one.
    pub(crate) fn environment(&self) -> Result<Option<EnvironmentName>, Error> {
        self.get("environment").map(environment_name).transpose()
    }

    /// Refuses filters that are not among those a list knows.
    ///
    /// # Errors
    /// `validation_failed` with the first unknown filter.
    pub(crate) fn only_filters(&self, known: &[&str]) -> Result<(), Error> {
        let unknown = self.pairs.iter().map(|(name, _)| name).find(|name| {
            let inner = name
                .strip_prefix("filter[")
                .and_then(|name| name.strip_suffix(']'));
            name.starts_with("filter") && !inner.is_some_and(|inner| known.contains(&inner))
        });
        match unknown {
            Some(name) => Err(Error::invalid_field(name, "is no filter of this list")),
            None => Ok(()),
        }
    }

    /// The value of a filter.
    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.get(&format!("filter[{name}]"))
    }
}

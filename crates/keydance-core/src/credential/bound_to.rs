//! What a credential may be used with: components and destinations (contract 2.6, 10.4).

use serde::Serialize;
use serde_json::Value as Json;

use super::destination::{Destination, Pattern};
use crate::problem::{NOT_A_LIST, NOT_AN_OBJECT, NOT_TEXT, Problem};

/// How many components, and how many destinations.
const MAX_ENTRIES: usize = 100;

/// The components and destinations a credential may be used with. An empty list binds to nothing:
/// any will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundTo {
    component_ids: Vec<String>,
    destinations: Vec<Pattern>,
}

/// Which binding does not admit the use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBound {
    /// Bound to other components.
    #[error("not bound to this component")]
    Component,
    /// Bound to other destinations, or none was declared.
    #[error("not bound to this destination")]
    Destination,
}

impl BoundTo {
    /// Reads `boundTo` of a request or a row; `null` is unbound.
    ///
    /// # Errors
    /// Every entry that is no component id or destination.
    pub fn parse(json: &Json) -> Result<Self, Vec<Problem>> {
        if json.is_null() {
            return Ok(Self::default());
        }
        if !json.is_object() {
            return Err(vec![Problem::new("boundTo", NOT_AN_OBJECT)]);
        }
        let mut problems = Vec::new();
        let component_ids = read_list(json, "componentIds", component_id, &mut problems);
        let destinations = read_list(json, "destinations", destination, &mut problems);
        if problems.is_empty() {
            Ok(Self {
                component_ids,
                destinations,
            })
        } else {
            Err(problems)
        }
    }

    /// Whether it binds to nothing.
    pub fn is_unbound(&self) -> bool {
        self.component_ids.is_empty() && self.destinations.is_empty()
    }

    /// Whether a use by this component for this declared destination (a URL) is admitted. Who is
    /// bound needs one to be declared.
    ///
    /// # Errors
    /// Which binding does not admit it.
    pub fn admits(
        &self,
        component_id: Option<&str>,
        destination: Option<&str>,
    ) -> Result<(), NotBound> {
        let is_listed = |id: &str| self.component_ids.iter().any(|listed| listed == id);
        if !self.component_ids.is_empty() && !component_id.is_some_and(is_listed) {
            return Err(NotBound::Component);
        }
        if self.destinations.is_empty() {
            return Ok(());
        }
        let declared = destination.and_then(|url| url.parse::<Destination>().ok());
        let is_admitted =
            declared.is_some_and(|url| self.destinations.iter().any(|p| p.admits(&url)));
        is_admitted.then_some(()).ok_or(NotBound::Destination)
    }
}

type Read<T> = fn(&str) -> Result<T, &'static str>;

fn read_list<T: PartialEq>(
    bound_to: &Json,
    name: &str,
    read: Read<T>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let path = format!("boundTo.{name}");
    let entries = match bound_to.get(name) {
        None | Some(Json::Null) => return Vec::new(),
        Some(Json::Array(entries)) if entries.len() <= MAX_ENTRIES => entries,
        Some(Json::Array(_)) => {
            problems.push(Problem::new(path, "at most 100 entries"));
            return Vec::new();
        }
        Some(_) => {
            problems.push(Problem::new(path, NOT_A_LIST));
            return Vec::new();
        }
    };
    let mut values = Vec::with_capacity(entries.len());
    for (n, entry) in entries.iter().enumerate() {
        match entry.as_str().ok_or(NOT_TEXT).and_then(read) {
            Ok(value) if values.contains(&value) => {}
            Ok(value) => values.push(value),
            Err(problem) => problems.push(Problem::new(format!("{path}[{n}]"), problem)),
        }
    }
    values
}

fn component_id(text: &str) -> Result<String, &'static str> {
    let is_id = (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    is_id
        .then(|| text.to_owned())
        .ok_or("must be 1 to 256 characters")
}

fn destination(text: &str) -> Result<Pattern, &'static str> {
    text.parse()
        .map_err(|_| "must be https://host[:port][/path], the host may start with *.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn bound(components: &Json, destinations: &Json) -> BoundTo {
        BoundTo::parse(&json!({"componentIds": components, "destinations": destinations})).unwrap()
    }

    #[test]
    fn an_unbound_credential_may_be_used_anywhere() {
        let unbound = BoundTo::parse(&json!({"componentIds": null})).unwrap();
        assert!(unbound.is_unbound());
        assert_eq!(unbound.admits(None, Some("no url")), Ok(()));
    }

    #[test]
    fn a_bound_one_needs_what_it_is_bound_to_declared() {
        let both = bound(&json!(["ledger"]), &json!(["https://api.example.org"]));
        let url = Some("https://api.example.org/v1");
        assert_eq!(both.admits(Some("ledger"), url), Ok(()));
        assert_eq!(both.admits(None, url), Err(NotBound::Component));
        assert_eq!(both.admits(Some("other"), url), Err(NotBound::Component));
        for url in [
            None,
            Some(""),
            Some("http://api.example.org"),
            Some("https://evil.org"),
        ] {
            assert_eq!(both.admits(Some("ledger"), url), Err(NotBound::Destination));
        }
    }

    #[test]
    fn what_is_shown_is_read_back_the_same() {
        let given =
            json!({"componentIds": ["a", "a"], "destinations": ["https://*.Example.org:443/v1"]});
        let read = BoundTo::parse(&given).unwrap();
        let shown = serde_json::to_value(&read).unwrap();
        assert_eq!(
            shown,
            json!({"componentIds": ["a"], "destinations": ["https://*.example.org/v1"]})
        );
        assert_eq!(BoundTo::parse(&shown), Ok(read));
    }

    #[test]
    fn every_wrong_entry_is_named() {
        let wrong = json!({"componentIds": [1, "ok"], "destinations": ["ftp://x"]});
        let paths: Vec<_> = BoundTo::parse(&wrong)
            .unwrap_err()
            .into_iter()
            .map(|p| p.path)
            .collect();
        assert_eq!(
            paths,
            ["boundTo.componentIds[0]", "boundTo.destinations[0]"]
        );
        assert!(BoundTo::parse(&json!([])).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(https://)?[*a-z0-9.:/@%\\\\?#-]{0,30}") {
            let _admitted = bound(&json!([]), &json!(["https://*.example.org"])).admits(None, Some(&text));
            let _parsed = BoundTo::parse(&json!({"destinations": [text]}));
        }
    }
}

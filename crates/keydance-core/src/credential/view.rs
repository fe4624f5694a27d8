//! What is shown of a value, and to whom (contract 2.5, 2.6).

use serde_json::{Map, Value as Json};

use super::kind::{Field, FieldKind, Sensitivity};
use super::mask;
use super::value::Value;

/// How much of a value an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// To who has just written it: everything sensitive masked, user names too.
    Stored,
    /// To who reads it without the right to see it.
    Masked,
    /// To an execution: in clear, but never the refresh token. A hand-out.
    Execution,
    /// In clear. A hand-out.
    Raw,
}

impl View {
    /// Whether sensitive fields are in clear, so that showing it is a hand-out.
    pub fn is_clear(self) -> bool {
        matches!(self, Self::Execution | Self::Raw)
    }
}

impl Value {
    /// The `value` of an answer.
    pub fn view(&self, view: View) -> Map<String, Json> {
        self.present()
            .filter(|(field, _)| view != View::Execution || field.name != "refreshToken")
            .map(|(field, text)| (field.name.to_owned(), show(field, text, view)))
            .collect()
    }

    /// The sensitive fields that are set, sorted: `encryptedFields` of the stored view.
    pub fn encrypted_fields(&self) -> Vec<&'static str> {
        let sensitive = self.present().filter(|(field, _)| field.is_sensitive());
        let mut names: Vec<_> = sensitive.map(|(field, _)| field.name).collect();
        names.sort_unstable();
        names
    }

    /// The `value` of a list entry, none if there is nothing to show in one.
    pub fn list_entry_value(&self) -> Option<Map<String, Json>> {
        let listed = self.present().filter(|(field, _)| {
            matches!(
                field.name,
                "authClientId" | "scope" | "expires" | "externalId"
            )
        });
        let shown: Map<_, _> = listed
            .map(|(field, text)| (field.name.to_owned(), Json::from(text)))
            .collect();
        (!shown.is_empty()).then_some(shown)
    }
}

fn show(field: &Field, text: &str, view: View) -> Json {
    match field.sensitivity {
        Sensitivity::MaskedWhenStored if view == View::Masked => clear(field, text),
        _ if view.is_clear() => clear(field, text),
        Sensitivity::Open => clear(field, text),
        Sensitivity::Constant => Json::from(mask::CONSTANT),
        Sensitivity::MaskedWhenStored | Sensitivity::Partial => Json::from(mask::partial(text)),
    }
}

fn clear(field: &Field, text: &str) -> Json {
    match field.kind {
        // INVARIANT: an object field holds the text of an object (`Value::from_bytes`, `read`).
        FieldKind::Object => serde_json::from_str(text).unwrap_or_default(),
        FieldKind::Date | FieldKind::Text => Json::from(text),
    }
}

#[cfg(test)]
mod tests;

//! Events of the audit log.

use serde::Deserialize;
use serde_json::Value;

use super::Row;

/// What people want to see of an event; `--json` shows all of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    seq: u64,
    at: String,
    action: String,
    outcome: String,
    #[serde(default)]
    actor: Value,
    #[serde(default)]
    object: Value,
}

impl Row for Event {
    const COLUMNS: &'static [&'static str] = &["seq", "at", "action", "outcome", "actor", "object"];
    fn cells(&self) -> Vec<String> {
        let named = |thing: &Value| {
            let part = |key: &str| thing[key].as_str().unwrap_or_default().to_owned();
            format!("{}:{}", part("type"), part("id"))
        };
        vec![
            self.seq.to_string(),
            self.at.clone(),
            self.action.clone(),
            self.outcome.clone(),
            named(&self.actor),
            named(&self.object),
        ]
    }
}

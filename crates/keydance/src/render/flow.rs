//! Flows and verdicts of the flow guard.

use keydance_api::flow::{Flow, Guard, Verdict};
use serde_json::json;

use super::credential::owners;
use super::{Page, Record, Render, Row};
use crate::failure::next_step;

impl Row for Flow {
    const COLUMNS: &'static [&'static str] = &["id", "name", "owners", "revision", "guard"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            name(self),
            owners(&self.owners),
            self.revision.to_string(),
            guard(&self.guard),
        ]
    }
}

impl Record for Flow {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let enabled = if self.enabled { "yes" } else { "no" };
        let references = self.guard.references.clone().unwrap_or_default();
        vec![
            ("id", self.id.clone()),
            ("name", name(self)),
            ("owners", owners(&self.owners)),
            ("organisation", self.tenant.clone().unwrap_or_default()),
            ("enabled", enabled.to_owned()),
            ("guard", guard(&self.guard)),
            ("because of", references.join(", ")),
            ("revision", self.revision.to_string()),
            ("digest", self.digest.clone()),
            ("changed", self.updated_at.clone()),
        ]
    }
}

impl Render for Verdict {
    fn render(&self, page: &mut Page) {
        if self.allowed {
            page.line("allowed");
            return;
        }
        page.line("refused");
        for violation in &self.violations {
            let detail = json!(violation);
            page.line(format!(
                "  {}",
                next_step::violation(&detail, &violation.reason)
            ));
            for hint in next_step::for_violation(&detail) {
                page.line(format!("    {hint}"));
            }
        }
    }
}

fn name(flow: &Flow) -> String {
    let name = flow.document.get("name").and_then(|name| name.as_str());
    name.unwrap_or_default().to_owned()
}

fn guard(guard: &Guard) -> String {
    match &guard.reason {
        Some(reason) => format!("{} ({reason})", guard.state),
        None => guard.state.clone(),
    }
}

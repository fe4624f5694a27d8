//! Executions.

use keydance_api::execution::{Execution, RenewedExecution, StartedExecution};

use super::credential::owner;
use super::{Record, Row};

impl Row for Execution {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "flow",
        "revision",
        "environment",
        "started by",
        "state",
        "ends",
    ];
    fn cells(&self) -> Vec<String> {
        let state = match &self.ended_reason {
            Some(reason) => format!("{} ({reason})", self.state),
            None => self.state.clone(),
        };
        vec![
            self.id.clone(),
            self.flow_id.clone(),
            self.revision.to_string(),
            self.environment.clone(),
            self.started_by.as_ref().map(owner).unwrap_or_default(),
            state,
            self.expires_at.clone(),
        ]
    }
}

impl Record for Execution {
    fn parts(&self) -> Vec<(&'static str, String)> {
        Self::COLUMNS.iter().copied().zip(self.cells()).collect()
    }
}

impl Record for StartedExecution {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let credential = |it: &keydance_api::execution::ExecutionCredential| {
            format!("{} {} at {}", it.id, it.kind, it.paths.join(", "))
        };
        let credentials: Vec<_> = self.credentials.iter().map(credential).collect();
        vec![
            ("id", self.id.clone()),
            ("flow", self.flow_id.clone()),
            ("revision", self.revision.to_string()),
            ("environment", self.environment.clone()),
            ("token", self.token.clone()),
            ("ends", self.expires_at.clone()),
            ("credentials", credentials.join("\n")),
        ]
    }
}

impl Record for RenewedExecution {
    fn parts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("id", self.id.clone()),
            ("ends", self.expires_at.clone()),
            ("token", self.token.clone().unwrap_or_default()),
        ]
    }
}

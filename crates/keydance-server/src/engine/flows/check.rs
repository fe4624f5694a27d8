//! The stateless check: the guard's verdict on flows that others keep.

use keydance_api::credential::Owner as Entry;
use keydance_api::flow::{Verdict, Violation};
use keydance_core::decision::{
    Denied, FlowQuestion, FlowState, Operation, StoredFlow, decide_flow,
};
use keydance_core::environment::EnvironmentName;
use keydance_core::flow::FlowDocument;
use keydance_core::permission::Permission;
use keydance_core::time::Timestamp;
use serde_json::Value;

use super::persist::{digest, flow_error};
use super::{LiveFlow, credential_facts, denied_error, stored_flow};
use crate::engine::credentials::owner_entries;
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// One flow to be checked.
#[derive(Clone, Debug)]
pub struct CheckItem {
    /// What the caller calls it.
    pub reference: Option<String>,
    /// Where it is to run; nothing if it is to be persisted.
    pub environment: Option<EnvironmentName>,
    /// The id of who acts.
    pub actor: String,
    /// The document.
    pub flow: Value,
}

/// The verdicts, and as of when they hold.
#[derive(Clone, Debug)]
pub struct Checked {
    /// One for each item, in their order.
    pub verdicts: Vec<Verdict>,
    /// When it was checked.
    pub checked_at: Timestamp,
    /// The epoch of the organisation.
    pub epoch: i64,
}

impl Engine {
    /// Checks flows for a foreign repository or a proxy before it.
    ///
    /// # Errors
    /// `missing_permission` unless the caller acts in every item itself.
    pub async fn check_flows(&self, session: &Session, items: Vec<CheckItem>) -> Result<Checked> {
        self.read(session, move |use_case| {
            let own = use_case.session.caller.identity.subject.as_str();
            if items.iter().any(|item| item.actor != own) {
                use_case.require_at_large(Permission::FlowsCheck)?;
            }
            let epoch = use_case.tx.epoch()?;
            let verdicts = items
                .iter()
                .map(|item| use_case.check(item))
                .collect::<Result<_>>()?;
            Ok(Checked {
                verdicts,
                checked_at: use_case.now,
                epoch,
            })
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn check(&mut self, item: &CheckItem) -> Result<Verdict> {
        let acting = self.principal_acting(&item.actor)?;
        let document = match FlowDocument::parse(item.flow.clone(), &acting.identity) {
            Ok(document) => document,
            Err(error) => return Ok(item.verdict(None, malformed(&flow_error(error)))),
        };
        let credentials = credential_facts(self, document.references(), item.environment.as_ref())?;
        let digest = digest(&document);
        let known = self.known_flow(&item.flow)?;
        let decided = decide_flow(&FlowQuestion {
            organisation: self.session.caller.identity.organisation,
            owners: document.owners(),
            references: document.references(),
            credentials: &credentials,
            actor: acting.actor(),
            limits: &self.session.caller.limits,
            operation: item.operation(known.as_ref(), &digest)?,
            now: self.now,
        });
        let violations = decided.map_or_else(|denied| violations(&denied), |_| Vec::new());
        Ok(item.verdict(Some(digest), violations))
    }

    /// The stored flow the document says it is.
    fn known_flow(&mut self, flow: &Value) -> Result<Option<LiveFlow>> {
        let id = flow.get("id").and_then(Value::as_str);
        match id.and_then(|id| id.parse().ok()) {
            Some(id) => self.live_flow(id),
            None => Ok(None),
        }
    }
}

impl CheckItem {
    /// What is to be done with the flow. One that is not stored is as it would be right after that.
    fn operation<'a>(
        &'a self,
        known: Option<&'a LiveFlow>,
        digest: &'a str,
    ) -> Result<Operation<'a>> {
        let Some(environment) = &self.environment else {
            let before = known.map(|flow| flow.owners.as_slice());
            return Ok(Operation::Persist { before });
        };
        let flow = match known {
            Some(flow) => stored_flow(&flow.row)?,
            None => StoredFlow {
                state: FlowState::Enabled,
                revision: 1,
                digest,
            },
        };
        Ok(Operation::Execute {
            flow,
            revision: None,
            environment,
        })
    }

    fn verdict(&self, digest: Option<String>, violations: Vec<Violation>) -> Verdict {
        Verdict {
            reference: self.reference.clone(),
            allowed: violations.is_empty(),
            digest,
            violations,
        }
    }
}

fn violations(denied: &Denied) -> Vec<Violation> {
    if denied.violations().is_empty() {
        return vec![bare(denied_error(denied).code().as_str())];
    }
    let one = |violation: &keydance_core::decision::Violation| Violation {
        path: Some(violation.path.clone()),
        credential_id: violation.credential_id.map(|id| id.to_string()),
        reason: violation.reason.as_str().to_owned(),
        missing_owners: Some(owner_entries(&violation.missing_owners)),
    };
    denied.violations().iter().map(one).collect()
}

/// A flow that is no flow: what is wrong, in the words of its error.
fn malformed(error: &Error) -> Vec<Violation> {
    if error.details().is_empty() {
        return vec![bare(error.code().as_str())];
    }
    let path = |detail: &Value| {
        detail
            .get("path")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    error
        .details()
        .iter()
        .map(|detail| Violation {
            path: path(detail),
            ..bare(error.code().as_str())
        })
        .collect()
}

fn bare(reason: &str) -> Violation {
    let missing_owners: Option<Vec<Entry>> = None;
    Violation {
        path: None,
        credential_id: None,
        reason: reason.to_owned(),
        missing_owners,
    }
}

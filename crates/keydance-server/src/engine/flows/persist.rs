//! Storing a flow: every owner of it must own every credential it references.

use keydance_api::flow::Flow;
use keydance_core::decision::{FlowQuestion, Operation, decide_flow};
use keydance_core::event::{Action, Event, Object, ObjectKind, Outcome};
use keydance_core::execution::EndReason;
use keydance_core::flow::{FlowDocument, FlowError};
use keydance_core::id::{CredentialId, FlowId};
use keydance_core::permission::Permission;
use keydance_crypto::digest::{hex, sha256};
use keydance_store::flows::FlowRow;
use serde_json::{Map, Value};

use super::document::describe;
use super::{Acting, ActingFor, LiveFlow, credential_facts, denied_error};
use crate::engine::executions::running_of_flow;
use crate::engine::fields::ensure_unchanged;
use crate::engine::idempotency::{Answer, Once};
use crate::engine::{Code, Engine, Error, Result, Session, UseCase, random_id};

/// A flow to be stored, and under which conditions.
#[derive(Clone, Debug)]
pub struct Persist {
    /// The document.
    pub document: Map<String, Value>,
    /// On whose behalf.
    pub acting_for: ActingFor,
    /// The tag the stored flow must have.
    pub if_match: Option<i64>,
    /// Whether open executions of the old revision are ended.
    pub end_executions: bool,
}

/// A stored flow, and whether it is new.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Persisted {
    #[serde(flatten)]
    pub(crate) flow: Flow,
    #[serde(skip)]
    pub(crate) is_new: bool,
}

impl Engine {
    /// Stores a new flow under an id of ours.
    ///
    /// # Errors
    /// `missing_permission`, `validation_failed`, `reference_not_an_id`, `owner_not_allowed`,
    /// `flow_guard_denied`.
    pub async fn create_flow(
        &self,
        session: &Session,
        persist: Persist,
        once: Option<Once>,
    ) -> Result<Answer<Flow>> {
        let id = FlowId::new(random_id()?);
        self.write_once(session, once, move |use_case| {
            use_case.may_change_flow(id)?;
            let acting = use_case.acting(&persist.acting_for)?;
            let document = Value::Object(persist.document.clone());
            use_case
                .persist(id, None, document, &acting, &persist)
                .map(|stored| stored.flow)
        })
        .await
    }

    /// Stores a flow under an id of a foreign repository, new or in place of what is there. Says
    /// whether it is new.
    ///
    /// # Errors
    /// As for a new flow, and `precondition_failed`, `flow_has_executions`.
    pub async fn put_flow(
        &self,
        session: &Session,
        id: FlowId,
        persist: Persist,
    ) -> Result<(Flow, bool)> {
        let stored = self
            .write(session, move |use_case| {
                use_case.may_change_flow(id)?;
                let acting = use_case.acting(&persist.acting_for)?;
                let before = use_case.live_flow(id)?;
                let document = Value::Object(persist.document.clone());
                use_case.persist(id, before.as_ref(), document, &acting, &persist)
            })
            .await?;
        Ok((stored.flow, stored.is_new))
    }
}

impl UseCase<'_, '_> {
    /// Needs the permission to change flows, one's own or those of others.
    pub(crate) fn may_change_flow(&mut self, id: FlowId) -> Result<()> {
        self.require_either(
            Permission::FlowsRegister,
            Permission::FlowsWrite,
            &object(id),
        )
    }

    /// Stores a document as the next revision of a flow, if the guard allows it.
    pub(crate) fn persist(
        &mut self,
        id: FlowId,
        before: Option<&LiveFlow>,
        document: Value,
        acting: &Acting,
        persist: &Persist,
    ) -> Result<Persisted> {
        ensure_unchanged(persist.if_match, before.map(|flow| flow.row.tag))?;
        let document = FlowDocument::parse(document, &acting.identity).map_err(flow_error)?;
        self.ensure_groups(document.owners())?;
        self.guard_persist(id, before, &document, acting)?;
        let row = self.next_row(id, before, &document);
        self.settle_executions(before, &row, persist.end_executions)?;
        match before {
            None => self.tx.flows().insert(&row).map_err(taken)?,
            Some(_) => self.tx.flows().update(&row)?,
        }
        let references = referenced(&document);
        self.tx
            .flows()
            .set_edges(id, document.owners(), &references, self.now)?;
        self.record_persisted(before, &row, &document, acting)?;
        let stored = FlowRow {
            tag: row.tag + i64::from(before.is_some()),
            ..row
        };
        let flow = describe(&stored, &self.session)?;
        Ok(Persisted {
            flow,
            is_new: before.is_none(),
        })
    }

    fn guard_persist(
        &mut self,
        id: FlowId,
        before: Option<&LiveFlow>,
        document: &FlowDocument,
        acting: &Acting,
    ) -> Result<()> {
        let credentials = credential_facts(self, document.references(), None)?;
        let decided = decide_flow(&FlowQuestion {
            organisation: self.session.caller.identity.organisation,
            owners: document.owners(),
            references: document.references(),
            credentials: &credentials,
            actor: acting.actor(),
            limits: &self.session.caller.limits,
            operation: Operation::Persist {
                before: before.map(|flow| flow.owners.as_slice()),
            },
            now: self.now,
        });
        decided.map(drop).map_err(|denied| {
            let error = denied_error(&denied);
            self.record_denied(id, &error, acting);
            error
        })
    }

    /// Writes down that the guard refused something, although nothing else is stored.
    pub(crate) fn record_denied(&mut self, id: FlowId, error: &Error, acting: &Acting) {
        let object = object(id);
        let actor = self.actor().on_behalf_of(acting.identity.subject.as_str());
        let event = Event::new(self.context(), Action::FlowDenied, actor, object)
            .flow(id)
            .outcome(Outcome::Denied)
            .detail("code", error.code().as_str());
        self.tx.record_refusal(event);
    }

    fn next_row(&self, id: FlowId, before: Option<&LiveFlow>, document: &FlowDocument) -> FlowRow {
        let digest = digest(document);
        let old = before.map(|flow| &flow.row);
        let revision = match old {
            None => 1,
            Some(old) if old.digest == digest => old.revision,
            Some(old) => old.revision + 1,
        };
        FlowRow {
            id,
            name: document.name().map(str::to_owned),
            document: Value::Object(document.fields().clone()).to_string(),
            revision,
            digest,
            enabled: document.is_enabled(),
            blocked: None,
            created_at: old.map_or(self.now, |old| old.created_at),
            created_by: old.map_or_else(|| self.subject(), |old| old.created_by.clone()),
            updated_at: self.now,
            deleted_at: None,
            tag: old.map_or(0, |old| old.tag),
        }
    }

    /// Open executions go on only if nothing they were checked on changes.
    fn settle_executions(
        &mut self,
        before: Option<&LiveFlow>,
        row: &FlowRow,
        end: bool,
    ) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let reason = if !row.enabled && before.row.enabled {
            EndReason::FlowDisabled
        } else if row.digest != before.row.digest {
            EndReason::FlowChanged
        } else {
            return Ok(());
        };
        let running = running_of_flow(self.tx, row.id, self.now)?;
        if running.is_empty() {
            return Ok(());
        }
        if !end && reason == EndReason::FlowChanged {
            let message = "The flow has open executions; end them with endExecutions=true.";
            return Err(Error::new(Code::FlowHasExecutions, message)
                .with_details([serde_json::json!({ "executions": running.len() })]));
        }
        self.end_executions(&running, reason)?;
        self.tx.narrow_access()?;
        Ok(())
    }

    fn record_persisted(
        &mut self,
        before: Option<&LiveFlow>,
        row: &FlowRow,
        document: &FlowDocument,
        acting: &Acting,
    ) -> Result<()> {
        let own = acting.identity.subject == self.session.caller.identity.subject;
        let actor = if own {
            self.actor()
        } else {
            self.actor().on_behalf_of(acting.identity.subject.as_str())
        };
        let action = if before.is_none() {
            Action::FlowCreated
        } else {
            Action::FlowUpdated
        };
        let event =
            |action| Event::new(self.context(), action, actor.clone(), object(row.id)).flow(row.id);
        let stored = event(action)
            .owner_rows(document.owners())
            .detail("revision", row.revision)
            .detail("digest", row.digest.as_str());
        let unblocked = before.is_some_and(|flow| flow.row.blocked.is_some());
        let unblocked = unblocked.then(|| event(Action::FlowUnblocked));
        self.tx.record(stored);
        unblocked
            .into_iter()
            .for_each(|event| self.tx.record(event));
        // Whoever takes a credential away meanwhile has not seen this flow and must look again.
        Ok(self.tx.narrow_access()?)
    }
}

/// A flow, as events name it.
pub(crate) fn object(id: FlowId) -> Object {
    Object::new(ObjectKind::Flow, id.to_string())
}

/// `sha256:` and the digest of owners, graph and settings.
pub(crate) fn digest(document: &FlowDocument) -> String {
    format!("sha256:{}", hex(&sha256(&document.digest_input())))
}

/// What is wrong with a document, as the wire has it.
pub(crate) fn flow_error(error: FlowError) -> Error {
    match error {
        FlowError::Invalid(problems) => Error::invalid(problems),
        FlowError::Owners(error) => match Error::from(error) {
            error if error.code() == Code::LastOwner => {
                Error::new(Code::OwnerNotAllowed, "A flow needs an owner.")
            }
            error => error,
        },
        FlowError::ReferenceNotAnId(path) => Error::new(
            Code::ReferenceNotAnId,
            format!("{path} is not the id of a credential."),
        )
        .with_details([serde_json::json!({ "path": path, "problem": "not an id" })]),
    }
}

fn referenced(document: &FlowDocument) -> Vec<CredentialId> {
    let references = document
        .references()
        .iter()
        .map(|reference| reference.credential);
    let unique: std::collections::BTreeSet<CredentialId> = references.collect();
    unique.into_iter().collect()
}

/// An id that is or was in use is never given to another flow.
fn taken(error: keydance_store::Error) -> Error {
    match error {
        keydance_store::Error::Exists => Error::new(
            Code::AlreadyExists,
            "A flow with this id was deleted; ids are never reused.",
        ),
        other => other.into(),
    }
}

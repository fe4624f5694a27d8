//! An execution starts: the guard decides again, and a token for exactly its credentials is issued.

use std::collections::BTreeMap;

use keydance_api::execution::{ExecutionCredential, StartedExecution};
use keydance_core::caller::Limits;
use keydance_core::credential::CredentialType;
use keydance_core::decision::{Actor, FlowQuestion, Operation, decide_flow};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::execution::expires_at;
use keydance_core::flow::{FlowDocument, Reference};
use keydance_core::id::{CredentialId, ExecutionId, FlowId};
use keydance_core::permission::Permission;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::executions::{ExecutionCredentialRow, ExecutionRow};

use crate::engine::flows::{
    Acting, ActingFor, LiveFlow, credential_facts, reference_json, start_error, stored_flow,
};
use crate::engine::idempotency::{Answer, Once};
use crate::engine::session::bound_to;
use crate::engine::{Code, Engine, Error, Result, Session, UseCase, random_id};

/// A request to start a flow.
#[derive(Clone, Debug)]
pub struct Start {
    /// The flow.
    pub flow: FlowId,
    /// Where it is to run.
    pub environment: EnvironmentName,
    /// The revision that is expected to run.
    pub revision: Option<i64>,
    /// Why it starts.
    pub trigger: Trigger,
    /// For whom it starts.
    pub started_by: ActingFor,
    /// How long it can be kept alive at most, in seconds.
    pub max_lifetime: Option<i64>,
}

/// Why an execution starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Somebody wants it.
    Manual,
    /// It is time: the owners act.
    Schedule,
    /// Something called: the owners act.
    Webhook,
}

impl Trigger {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
            Self::Webhook => "webhook",
        }
    }
}

impl Engine {
    /// Starts an execution and issues its token.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `flow_guard_denied`, `flow_blocked`,
    /// `precondition_failed`, `environment_value_missing`, `version_state`.
    pub async fn start_execution(
        &self,
        session: &Session,
        start: Start,
        once: Option<Once>,
    ) -> Result<Answer<StartedExecution>> {
        let id = ExecutionId::new(random_id()?);
        let token = AccessToken::generate(TokenKind::Execution).map_err(Error::internal)?;
        let shown = token.expose();
        let started = self.write_once(session, once, move |use_case| {
            use_case.start(id, &start, &token)
        });
        Ok(match started.await? {
            Answer::Fresh(mut started) => {
                started.token = shown.to_string();
                Answer::Fresh(started)
            }
            repeated @ Answer::Repeated(_) => repeated,
        })
    }
}

impl UseCase<'_, '_> {
    /// Needs the permission to run flows, one's own or those of others.
    pub(crate) fn may_run_flow(&mut self, id: FlowId) -> Result<()> {
        let object = Object::new(ObjectKind::Flow, id.to_string());
        self.require_either(Permission::FlowsRegister, Permission::FlowsControl, &object)
    }

    fn start(
        &mut self,
        id: ExecutionId,
        start: &Start,
        token: &AccessToken,
    ) -> Result<StartedExecution> {
        self.may_run_flow(start.flow)?;
        self.ensure_environment(&start.environment)?;
        let flow = self
            .live_flow(start.flow)?
            .ok_or_else(|| Error::not_found("flow"))?;
        let document = flow.document()?;
        let starter = self.starter(&flow, start)?;
        self.guard_start(&flow, &document, starter.as_ref(), start)?;
        let execution = self.execution_row(id, &flow, starter.as_ref(), start);
        let listed = listed(id, &document);
        self.tx.executions().insert(&execution, &listed)?;
        let row = self.execution_token(token, &execution)?;
        self.tx.access_tokens().insert(&row)?;
        self.record_started(&execution, &document);
        self.started(&execution, &document)
    }

    /// Who starts it; nobody if the owners act, which only an owner or an orchestrator can say.
    fn starter(&mut self, flow: &LiveFlow, start: &Start) -> Result<Option<Acting>> {
        if start.trigger == Trigger::Manual {
            return self.acting(&start.started_by).map(Some);
        }
        let caller = &self.session.caller;
        let register = caller.permissions.allow(Permission::FlowsRegister);
        if register || flow.owners.iter().any(|owner| caller.is(owner)) {
            return Ok(None);
        }
        self.acting(&ActingFor::Caller).map(Some)
    }

    fn guard_start(
        &mut self,
        flow: &LiveFlow,
        document: &FlowDocument,
        starter: Option<&Acting>,
        start: &Start,
    ) -> Result<()> {
        let credentials = credential_facts(self, document.references(), Some(&start.environment))?;
        let standings = match starter {
            Some(_) => Vec::new(),
            None => self.standings(&flow.owners)?,
        };
        let actor = starter.map_or(Actor::Owners(&standings), Acting::actor);
        let no_limits = Limits::default();
        let is_own = starter.is_some_and(|s| s.identity == self.session.caller.identity);
        let decided = decide_flow(&FlowQuestion {
            organisation: self.session.caller.identity.organisation,
            owners: &flow.owners,
            references: document.references(),
            credentials: &credentials,
            actor,
            limits: if is_own {
                &self.session.caller.limits
            } else {
                &no_limits
            },
            operation: Operation::Execute {
                flow: stored_flow(&flow.row)?,
                revision: start.revision,
                environment: &start.environment,
            },
            now: self.now,
        });
        let Err(denied) = decided else { return Ok(()) };
        let error = start_error(&denied);
        let acting = match starter {
            Some(acting) => acting.clone(),
            None => self.acting(&ActingFor::Caller)?,
        };
        self.record_denied(flow.row.id, &error, &acting);
        Err(error)
    }

    fn execution_row(
        &self,
        id: ExecutionId,
        flow: &LiveFlow,
        starter: Option<&Acting>,
        start: &Start,
    ) -> ExecutionRow {
        let longest = self.parts.settings.execution_max_lifetime;
        let lifetime = start.max_lifetime.unwrap_or(longest).clamp(1, longest);
        ExecutionRow {
            id,
            flow: flow.row.id,
            revision: flow.row.revision,
            digest: flow.row.digest.clone(),
            environment: start.environment.clone(),
            trigger: start.trigger.as_str().to_owned(),
            started_by: starter.map(|acting| acting.identity.subject.to_string()),
            created_by: self.subject(),
            created_at: self.now,
            expires_at: expires_at(self.now, lifetime, self.now),
            max_until: self.now.plus_seconds(lifetime),
            ended_at: None,
            ended_reason: None,
        }
    }

    /// The row of a token that opens one execution.
    pub(crate) fn execution_token(
        &self,
        token: &AccessToken,
        execution: &ExecutionRow,
    ) -> Result<AccessTokenRow> {
        let organisation = self.session.caller.identity.organisation;
        let mut row = AccessTokenRow {
            id: token.id().to_owned(),
            organisation,
            kind: token.kind().as_str().to_owned(),
            principal: execution.started_by.clone().unwrap_or_default(),
            execution: Some(execution.id),
            name: String::new(),
            permissions: String::new(),
            credentials: None,
            environments: None,
            digest: Vec::new(),
            created_at: self.now,
            expires_at: execution.expires_at,
            ended_at: None,
            ended_reason: None,
            parent: None,
        };
        let key = self.parts.deployment_keys.token()?;
        let record = token.record(key, &organisation.context(), bound_to(&row));
        row.digest = record.map_err(Error::internal)?.as_bytes().to_vec();
        Ok(row)
    }

    fn record_started(&mut self, execution: &ExecutionRow, document: &FlowDocument) {
        let object = Object::new(ObjectKind::Execution, execution.id.to_string());
        let actor = match &execution.started_by {
            Some(id) => self.actor().on_behalf_of(id.as_str()),
            None => self.actor(),
        };
        let event = Event::new(self.context(), Action::ExecutionStarted, actor, object)
            .flow(execution.flow)
            .environment(execution.environment.clone())
            .owner_rows(document.owners())
            .detail("revision", execution.revision)
            .detail("digest", execution.digest.as_str())
            .detail("trigger", execution.trigger.as_str());
        self.tx.record(event);
    }

    fn started(
        &mut self,
        execution: &ExecutionRow,
        document: &FlowDocument,
    ) -> Result<StartedExecution> {
        let paths = paths(document);
        let ids: Vec<CredentialId> = paths.keys().copied().collect();
        let rows = self.tx.credentials().find_all(&ids)?;
        let credentials = rows.iter().map(|row| {
            let kind: CredentialType = row.kind.parse().map_err(Error::internal)?;
            Ok(ExecutionCredential {
                id: row.id.to_string(),
                kind: row.kind.clone(),
                discriminator: kind.discriminator().to_owned(),
                paths: paths.get(&row.id).cloned().unwrap_or_default(),
            })
        });
        Ok(StartedExecution {
            id: execution.id.to_string(),
            flow_id: execution.flow.to_string(),
            revision: execution.revision,
            digest: execution.digest.clone(),
            environment: execution.environment.to_string(),
            token: String::new(),
            expires_at: execution.expires_at.to_string(),
            credentials: credentials.collect::<Result<_>>()?,
        })
    }
}

fn paths(document: &FlowDocument) -> BTreeMap<CredentialId, Vec<String>> {
    let mut paths: BTreeMap<CredentialId, Vec<String>> = BTreeMap::new();
    for reference in document.references() {
        paths
            .entry(reference.credential)
            .or_default()
            .push(reference.path.clone());
    }
    paths
}

fn listed(id: ExecutionId, document: &FlowDocument) -> Vec<ExecutionCredentialRow> {
    let mut by_credential: BTreeMap<CredentialId, Vec<&Reference>> = BTreeMap::new();
    for reference in document.references() {
        by_credential
            .entry(reference.credential)
            .or_default()
            .push(reference);
    }
    by_credential
        .into_iter()
        .map(|(credential, references)| ExecutionCredentialRow {
            execution: id,
            credential,
            paths: reference_json(references.into_iter()),
        })
        .collect()
}

/// The lifetime a request may name, in seconds.
///
/// # Errors
/// `validation_failed` if it is no positive number.
pub(crate) fn lifetime(given: Option<&serde_json::Value>) -> Result<Option<i64>> {
    match given {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(number) => match number.as_i64().filter(|seconds| *seconds > 0) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(Error::invalid_field(
                "maxLifetimeSeconds",
                "must be a positive number",
            )),
        },
    }
}

/// The end of a renewed execution, or that it has ended.
pub(crate) fn renewed_until(execution: &ExecutionRow, now: Timestamp) -> Result<Timestamp> {
    if execution.ended_at.is_some() || execution.expires_at <= now {
        return Err(Error::new(
            Code::PreconditionFailed,
            "The execution has ended.",
        ));
    }
    let lifetime = (execution.max_until.as_millis() - execution.created_at.as_millis()) / 1000;
    Ok(expires_at(execution.created_at, lifetime, now))
}

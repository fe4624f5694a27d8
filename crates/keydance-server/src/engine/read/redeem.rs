//! A read by an execution token. Every redemption decides again, on what is true now.

use std::collections::HashMap;

use keydance_core::caller::Limits;
use keydance_core::decision::{
    Actor as Acting, Allowed, Denied, ExecutionFacts, FlowQuestion, Operation, Standing,
    decide_flow,
};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Context, Event, Object, ObjectKind, Outcome as Ending};
use keydance_core::flow::{BlockReason, Reference};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::executions::{ExecutionRow, HandOutRow};
use keydance_store::flows::FlowRow;

use super::facts::Facts;
use super::{Asked, Outcome, Request, Sealed, Through};
use crate::engine::flows::{Cause, block, denied_error, stored_flow, stored_references};
use crate::engine::session::{actor, beyond_execution, invalid};
use crate::engine::{Code, Error, Result};

/// One read by an execution token, and the rows behind the token.
struct Run<'a> {
    facts: &'a Facts,
    asked: &'a Asked<'a>,
    now: Timestamp,
    execution: &'a ExecutionRow,
    flow: &'a FlowRow,
    owners: &'a [Owner],
    listed: Vec<CredentialId>,
    references: Vec<Reference>,
}

/// Decides, and stages what is to be written about it.
pub(super) fn decide(
    facts: &Facts,
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    now: Timestamp,
    outcome: &mut Outcome,
) -> Result<Sealed> {
    let run = Run::find(facts, asked, now).map_err(|error| asked.refused(tx, error, now))?;
    let id = asked.request.credential.ok_or_else(beyond_execution);
    let id = id.map_err(|error| asked.refused(tx, error, now))?;
    let environment = asked.environment().unwrap_or(&run.execution.environment);
    let decided = run.decide(id, environment)?;
    let event = run.event(Action::CredentialHandedOut, id);
    match decided {
        Ok(allowed) => {
            let sealed = run.seal(id, allowed)?;
            let number = u64::try_from(sealed.version.number).map_err(Error::internal)?;
            tx.record(event.version(number).owner_rows(sealed.allowed.owners()));
            outcome.hand_outs.push(HandOutRow {
                execution: Some(run.execution.id),
                principal: starter(run.execution).unwrap_or_default().to_owned(),
                credential: id,
                version: sealed.version.number,
            });
            Ok(sealed)
        }
        Err(denied) => {
            let error = denied_error(&denied);
            tx.record(
                event
                    .outcome(Ending::Denied)
                    .detail("code", error.code().as_str()),
            );
            if denied.is_permanent() {
                let context = context(facts, asked, now);
                let cause = Cause::of(BlockReason::CredentialOwnerRemoved, &id);
                block(tx, run.flow.id, &cause, &context, &actor(asked.token))?;
            }
            Err(error)
        }
    }
}

impl<'a> Run<'a> {
    fn find(facts: &'a Facts, asked: &'a Asked<'a>, now: Timestamp) -> Result<Self> {
        let own = asked.token.execution.ok_or_else(invalid)?;
        let other = Through::Execution(Some(own)) != asked.request.through;
        if other && asked.request.through != Through::Credential {
            return Err(beyond_execution());
        }
        let execution = facts.executions.get(&own).ok_or_else(invalid)?;
        let flow = facts.flows.get(&execution.flow).ok_or_else(invalid)?;
        let rows = facts.listed.get(&own).map_or(&[][..], Vec::as_slice);
        let wanted = rows
            .iter()
            .filter(|row| Some(row.credential) == asked.request.credential);
        let mut references = Vec::new();
        for row in wanted {
            references.extend(stored_references(row)?);
        }
        Ok(Self {
            facts,
            asked,
            now,
            execution,
            flow,
            owners: facts
                .flow_owners
                .get(&flow.id)
                .map_or(&[][..], Vec::as_slice),
            listed: rows.iter().map(|row| row.credential).collect(),
            references,
        })
    }

    fn decide(
        &self,
        id: CredentialId,
        environment: &EnvironmentName,
    ) -> Result<Result<Allowed, Denied>> {
        let facts = self.facts;
        let mut credentials = HashMap::new();
        if self.listed.contains(&id) {
            let known = facts.credential(id, environment)?;
            credentials.extend(known.map(|known| (id, known)));
        }
        let standings: Vec<Standing> = self
            .owners
            .iter()
            .map(|owner| facts.people.owner_standing(owner, &facts.open_groups))
            .collect();
        let starter = match starter(self.execution) {
            None => None,
            Some(id) => Some((
                facts.people.identity(id).ok_or_else(invalid)?,
                facts.people.standing(id),
            )),
        };
        let actor = match &starter {
            None => Acting::Owners(&standings),
            Some((identity, standing)) => Acting::Principal(identity, *standing),
        };
        let execution = ExecutionFacts {
            revision: self.execution.revision,
            digest: &self.execution.digest,
            environment: &self.execution.environment,
            credentials: &self.listed,
            expires_at: self.execution.expires_at,
            ended: self
                .execution
                .ended_reason
                .as_deref()
                .and_then(|word| word.parse().ok()),
        };
        Ok(decide_flow(&FlowQuestion {
            organisation: facts.organisation,
            owners: self.owners,
            references: &self.references,
            credentials: &credentials,
            actor,
            limits: &Limits::default(),
            operation: Operation::Redeem {
                flow: stored_flow(self.flow)?,
                execution,
                credential: id,
                environment,
            },
            now: self.now,
        }))
    }

    fn event(&self, action: Action, id: CredentialId) -> Event {
        let object = Object::new(ObjectKind::Credential, id.to_string());
        let context = context(self.facts, self.asked, self.now);
        let event = Event::new(context, action, actor(self.asked.token), object)
            .environment(self.execution.environment.clone())
            .flow(self.flow.id);
        match &self.asked.request.step {
            Some(step) => event.step(step.as_str()),
            None => event,
        }
    }

    fn seal(&self, id: CredentialId, allowed: Allowed) -> Result<Sealed> {
        let missing = || Error::internal("a row of the decision is missing");
        let (facts, place) = (self.facts, (id, self.execution.environment.clone()));
        let version = facts.current.get(&place).ok_or_else(missing)?.clone();
        let number = u64::try_from(version.number).map_err(Error::internal)?;
        let unopened = self.event(Action::CredentialNotOpened, id).version(number);
        Ok(Sealed {
            allowed,
            organisation: facts.organisation,
            tenant: None,
            keys: std::sync::Arc::clone(&facts.keys),
            credential: facts.credentials.get(&id).ok_or_else(missing)?.clone(),
            owners: facts.owners.get(&id).ok_or_else(missing)?.clone(),
            version,
            environments: Vec::new(),
            unopened: unopened.outcome(Ending::Failed),
        })
    }
}

/// The event of a redemption by an execution the guard has ended.
pub(super) fn refusal(token: &AccessTokenRow, request: &Request, now: Timestamp) -> Event {
    let context = Context {
        organisation: token.organisation,
        at: now,
        request_id: request.context.request_id.clone(),
        source: request.context.source.clone(),
    };
    let id = request.credential.map(|id| id.to_string());
    let object = Object::new(ObjectKind::Credential, id.unwrap_or_default());
    Event::new(context, Action::CredentialHandedOut, actor(token), object)
        .outcome(Ending::Denied)
        .detail("code", Code::FlowBlocked.as_str())
}

fn starter(execution: &ExecutionRow) -> Option<&str> {
    execution.started_by.as_deref()
}

fn context(facts: &Facts, asked: &Asked<'_>, now: Timestamp) -> Context {
    Context {
        organisation: facts.organisation,
        at: now,
        request_id: asked.request.context.request_id.clone(),
        source: asked.request.context.source.clone(),
    }
}

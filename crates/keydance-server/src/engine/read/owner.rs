//! A read by an owner of the credential.

use std::sync::Arc;

use keydance_core::caller::Caller;
use keydance_core::credential::View;
use keydance_core::decision::{Allowed, ReadDenied, ReadQuestion, Which, decide_read};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind, Outcome as Ending};
use keydance_core::id::CredentialId;
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::executions::HandOutRow;
use keydance_store::versions::VersionRow;

use super::facts::Facts;
use super::{Asked, Outcome, Sealed};
use crate::engine::{Code, Error, Result};

/// One read by a caller that was loaded.
struct Reading<'a> {
    facts: &'a Facts,
    caller: &'a Caller,
    id: CredentialId,
    context: Context,
}

/// Decides, and stages what is to be written about it.
pub(super) fn decide(
    facts: &Facts,
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    now: Timestamp,
    outcome: &mut Outcome,
) -> Result<Sealed> {
    let missing = || Error::internal("the caller was not loaded");
    let caller = facts.callers.get(&asked.token.id).ok_or_else(missing)?;
    let caller = caller.as_ref().map_err(Clone::clone)?;
    let id = asked.request.credential;
    let id = id.ok_or_else(|| Error::not_found("credential"))?;
    let environment = asked.environment().cloned().unwrap_or_default();
    let reading = Reading {
        facts,
        caller,
        id,
        context: context(facts, asked, now),
    };
    let sealed = match reading.decide(&environment)? {
        Ok(allowed) => reading.seal(allowed, environment)?,
        Err(denied) => return Err(reading.refuse(tx, denied)),
    };
    if sealed.allowed.view() == View::Raw {
        reading.reveal(tx, &sealed, outcome)?;
    }
    Ok(sealed)
}

impl Reading<'_> {
    fn decide(&self, environment: &EnvironmentName) -> Result<Result<Allowed, ReadDenied>> {
        let unknown = || Error::unknown_environment(environment);
        let known = self
            .facts
            .environments
            .iter()
            .find(|known| known.name == *environment);
        let known = known.ok_or_else(unknown)?;
        let credential = self.facts.credential(self.id, environment)?;
        Ok(decide_read(&ReadQuestion {
            caller: self.caller,
            credential: self.id,
            facts: credential.as_ref(),
            environment,
            protected: known.protected_at.is_some(),
            which: Which::Current,
        }))
    }

    fn refuse(&self, tx: &mut Tx<'_>, denied: ReadDenied) -> Error {
        let error = refuse(denied, self.facts.elsewhere.contains(&self.id));
        if matches!(error.code(), Code::NotOwner | Code::TokenScope) {
            let event = self.event(Action::AccessDenied).outcome(Ending::Denied);
            tx.record(event.detail("code", error.code().as_str()));
        }
        error
    }

    fn reveal(&self, tx: &mut Tx<'_>, sealed: &Sealed, outcome: &mut Outcome) -> Result<()> {
        let event = self.of_version(Action::CredentialRevealed, &sealed.version)?;
        tx.record(event.owner_rows(sealed.allowed.owners()));
        outcome.hand_outs.push(HandOutRow {
            execution: None,
            principal: self.caller.identity.subject.to_string(),
            credential: self.id,
            version: sealed.version.number,
        });
        Ok(())
    }

    fn event(&self, action: Action) -> Event {
        let actor = Actor::principal(self.caller.identity.subject.as_str());
        let object = Object::new(ObjectKind::Credential, self.id.to_string());
        Event::new(self.context.clone(), action, actor, object)
    }

    fn of_version(&self, action: Action, version: &VersionRow) -> Result<Event> {
        let number = u64::try_from(version.number).map_err(Error::internal)?;
        let event = self.event(action).version(number);
        Ok(event.environment(version.environment.clone()))
    }

    fn seal(&self, allowed: Allowed, environment: EnvironmentName) -> Result<Sealed> {
        let missing = || Error::internal("a row of the decision is missing");
        let (facts, id) = (self.facts, self.id);
        let versions = facts.versions.get(&id).map_or(&[][..], Vec::as_slice);
        let current = versions.iter().filter(|version| version.state == "current");
        let version = facts.current.get(&(id, environment)).ok_or_else(missing)?;
        let unopened = self.of_version(Action::CredentialNotOpened, version)?;
        Ok(Sealed {
            allowed,
            organisation: facts.organisation,
            tenant: self.caller.identity.tenant.clone(),
            keys: Arc::clone(&facts.keys),
            credential: facts.credentials.get(&id).ok_or_else(missing)?.clone(),
            owners: facts.owners.get(&id).ok_or_else(missing)?.clone(),
            version: version.clone(),
            unopened: unopened.outcome(Ending::Failed),
            environments: current
                .map(|version| version.environment.to_string())
                .collect(),
        })
    }
}

/// What a refused caller is told: an id nobody has is unknown, any other is not the caller's.
pub(crate) fn refuse(denied: ReadDenied, is_elsewhere: bool) -> Error {
    match denied {
        ReadDenied::NotFound if is_elsewhere => not_owner(),
        ReadDenied::NotFound => Error::not_found("credential"),
        ReadDenied::NotOwner => not_owner(),
        ReadDenied::NotUsable(state) => Error::new(
            Code::VersionState,
            format!("The version is {}.", state.as_str()),
        ),
        ReadDenied::NoValue => Error::no_value(),
        ReadDenied::OutOfScope => Error::beyond_token(),
    }
}

pub(crate) fn not_owner() -> Error {
    Error::new(Code::NotOwner, "You are not an owner of this credential.")
}

fn context(facts: &Facts, asked: &Asked<'_>, now: Timestamp) -> Context {
    Context {
        organisation: facts.organisation,
        at: now,
        request_id: asked.request.context.request_id.clone(),
        source: asked.request.context.source.clone(),
    }
}

//! A read by an owner of the credential.

use keydance_core::caller::Caller;
use keydance_core::credential::View;
use keydance_core::decision::{ReadDenied, ReadQuestion, Which, decide_read};
use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind, Outcome as Ending};
use keydance_core::id::CredentialId;
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::executions::HandOutRow;

use super::facts::Facts;
use super::{Asked, Outcome, Sealed};
use crate::engine::{Code, Error, Result};

/// Decides, and stages what is to be written about it.
pub(super) fn decide(
    facts: &Facts,
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    now: Timestamp,
    outcome: &mut Outcome,
) -> Result<Sealed> {
    let missing = || Error::internal("the caller was not loaded");
    let caller = facts
        .callers
        .get(&asked.token.id)
        .ok_or_else(missing)?
        .as_ref();
    let caller = caller.map_err(Clone::clone)?;
    let id = asked
        .request
        .credential
        .ok_or_else(|| Error::not_found("credential"))?;
    let environment = asked.environment().cloned().unwrap_or_default();
    let known = facts
        .environments
        .iter()
        .find(|known| known.name == environment);
    let Some(known) = known else {
        return Err(Error::new(
            Code::UnknownEnvironment,
            format!("There is no environment {environment}."),
        ));
    };
    let credential = facts.credential(tx, id, &environment)?;
    let question = ReadQuestion {
        caller,
        credential: id,
        facts: credential.as_ref(),
        environment: &environment,
        protected: known.protected_at.is_some(),
        which: Which::Current,
    };
    let context = context(facts, asked, now);
    let actor = Actor::principal(caller.identity.subject.as_str());
    let object = Object::new(ObjectKind::Credential, id.to_string());
    let allowed = match decide_read(&question) {
        Ok(allowed) => allowed,
        Err(denied) => {
            let error = refuse(tx, denied, id)?;
            if matches!(error.code(), Code::NotOwner | Code::TokenScope) {
                let event = Event::new(context, Action::AccessDenied, actor, object);
                let event = event
                    .outcome(Ending::Denied)
                    .detail("code", error.code().as_str());
                tx.record(event);
            }
            return Err(error);
        }
    };
    let sealed = seal(facts, caller, id, allowed, environment)?;
    if sealed.allowed.view() == View::Raw {
        let event = Event::new(context, Action::CredentialRevealed, actor, object);
        tx.record(
            event
                .version(u64::try_from(sealed.version.number).map_err(Error::internal)?)
                .environment(sealed.version.environment.clone())
                .owner_rows(sealed.allowed.owners()),
        );
        outcome.hand_outs.push(HandOutRow {
            execution: None,
            principal: caller.identity.subject.to_string(),
            credential: id,
            version: sealed.version.number,
        });
    }
    Ok(sealed)
}

fn seal(
    facts: &Facts,
    caller: &Caller,
    id: CredentialId,
    allowed: keydance_core::decision::Allowed,
    environment: keydance_core::environment::EnvironmentName,
) -> Result<Sealed> {
    let missing = || Error::internal("a row of the decision is missing");
    let versions = facts.versions.get(&id).map_or(&[][..], Vec::as_slice);
    let current = versions.iter().filter(|version| version.state == "current");
    Ok(Sealed {
        allowed,
        organisation: facts.organisation,
        tenant: caller.identity.tenant.clone(),
        keys: std::sync::Arc::clone(&facts.keys),
        credential: facts.credentials.get(&id).ok_or_else(missing)?.clone(),
        owners: facts.owners.get(&id).ok_or_else(missing)?.clone(),
        version: facts
            .current
            .get(&(id, environment))
            .ok_or_else(missing)?
            .clone(),
        environments: current
            .map(|version| version.environment.to_string())
            .collect(),
    })
}

/// What a refused caller is told: an id nobody has is unknown, any other is not the caller's.
pub(crate) fn refuse(tx: &mut Tx<'_>, denied: ReadDenied, id: CredentialId) -> Result<Error> {
    Ok(match denied {
        ReadDenied::NotFound if tx.credentials().exists_anywhere(id)? => not_owner(),
        ReadDenied::NotFound => Error::not_found("credential"),
        ReadDenied::NotOwner => not_owner(),
        ReadDenied::NotUsable(state) => Error::new(
            Code::VersionState,
            format!("The version is {}.", state.as_str()),
        ),
        ReadDenied::NoValue => Error::new(
            Code::EnvironmentValueMissing,
            "The credential has no value in this environment.",
        ),
        ReadDenied::OutOfScope => Error::new(
            Code::TokenScope,
            "The access token is limited to other credentials or environments.",
        ),
    })
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

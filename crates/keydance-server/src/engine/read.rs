//! Reading a credential by its id: by an owner, or by an execution token. A read in clear is a
//! hand-out: decision, lease and audit record are committed first, then the value is opened.
//!
//! Reads that wait at the same time are decided together, with statements over sets, and share one
//! commit.

mod facts;
pub(crate) mod owner;
mod redeem;
mod sealed;

pub(crate) use owner::{not_owner, refuse};
pub use sealed::{Opened, Sealed};

pub(crate) use facts::{bound_to, newest};

use std::collections::BTreeMap;

use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Context, Event, Object, ObjectKind, Outcome as Ending};
use keydance_core::id::{CredentialId, ExecutionId, OrganisationId};
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::executions::HandOutRow;

use super::denial::{Refused, is_denial};
use super::session::{beyond_execution, ensure_live, recognise, refused};
use super::{Code, Engine, Error, Parts, RequestContext, Result};
use facts::Facts;

/// A request to read one credential.
pub struct Request {
    /// The access token presented.
    pub token: AccessToken,
    /// The credential; none if the text was no id.
    pub credential: Option<CredentialId>,
    /// What the route names besides the credential.
    pub through: Through,
    /// The environment, if the request names one; what is wrong with it is told after
    /// authentication.
    pub environment: Result<Option<EnvironmentName>>,
    /// The step of the flow, as the caller calls it.
    pub step: Option<String>,
    /// The request.
    pub context: RequestContext,
}

/// What a route names besides the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// Nothing.
    Credential,
    /// An execution; none if the text was no id.
    Execution(Option<ExecutionId>),
}

impl Engine {
    /// Reads one credential, as far as the caller may.
    ///
    /// # Errors
    /// `token_invalid`, `token_scope`, `not_found`, `not_owner`, `flow_guard_denied`,
    /// `flow_blocked`, `environment_value_missing`, `version_state`, `rate_limited`, and those of
    /// the store. Nothing is opened before the audit record is committed.
    pub async fn read_credential(&self, request: Request) -> Result<Opened> {
        let sealed = self.reads.submit(request).await?;
        let value = self.open(&sealed).await?;
        Ok(sealed.shown(&value))
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// What one decided read leaves to be written.
#[derive(Default)]
struct Outcome {
    hand_outs: Vec<HandOutRow>,
}

/// Decides about all reads that wait, in one transaction.
pub(crate) fn read_all(
    parts: &Parts,
    tx: &mut Tx<'_>,
    requests: &[Request],
) -> Vec<Result<Sealed>> {
    match try_read_all(parts, tx, requests) {
        Ok(results) => results,
        Err(error) => requests.iter().map(|_| Err(error.clone())).collect(),
    }
}

fn try_read_all(
    parts: &Parts,
    tx: &mut Tx<'_>,
    requests: &[Request],
) -> Result<Vec<Result<Sealed>>> {
    let now = parts.clock.now();
    let tokens: Vec<&AccessToken> = requests.iter().map(|request| &request.token).collect();
    let known = recognise(parts, tx, &tokens)?;
    let rows = live(tx, requests, known, now);
    let mut results: Vec<Option<Result<Sealed>>> = Vec::with_capacity(requests.len());
    let mut by_organisation: BTreeMap<OrganisationId, Vec<(usize, &AccessTokenRow)>> =
        BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let refused = match row {
            Ok(row) => within_rate(parts, row).err(),
            Err(error) => Some(error.clone()),
        };
        if let (None, Ok(row)) = (&refused, row) {
            by_organisation
                .entry(row.organisation)
                .or_default()
                .push((place, row));
        }
        results.push(refused.map(Err));
    }
    for (organisation, places) in by_organisation {
        tx.enter(organisation)?;
        let asked: Vec<Asked<'_>> = places
            .iter()
            .map(|(place, row)| Asked {
                token: row,
                request: &requests[*place],
            })
            .collect();
        for ((place, _), result) in places.iter().zip(read_in(parts, tx, &asked, now)?) {
            results[*place] = Some(result);
        }
    }
    let missing = || Err(Error::internal("a read was not decided"));
    Ok(results
        .into_iter()
        .map(|result| result.unwrap_or_else(missing))
        .collect())
}

/// Those that still work. An execution that the guard ended is refused, and that is written down.
fn live(
    tx: &mut Tx<'_>,
    requests: &[Request],
    rows: Vec<Result<AccessTokenRow>>,
    now: Timestamp,
) -> Vec<Result<AccessTokenRow>> {
    let rows = rows.into_iter().zip(requests);
    rows.map(|(row, request)| {
        let row = row?;
        let refused = redeem::refusal(&row, request, now);
        ensure_live(row, now).inspect_err(|error| {
            if error.code() == Code::FlowBlocked {
                tx.record_refusal(refused);
            }
        })
    })
    .collect()
}

/// One request and the row of its token.
struct Asked<'a> {
    token: &'a AccessTokenRow,
    request: &'a Request,
}

impl Asked<'_> {
    fn is_execution(&self) -> bool {
        self.token.kind == TokenKind::Execution.as_str()
    }

    /// Writes down that the token does not reach that far.
    fn refused(&self, tx: &mut Tx<'_>, error: Error, now: Timestamp) -> Error {
        if is_denial(&error) {
            let Refused {
                organisation,
                actor,
            } = refused(self.token);
            let context = Context {
                organisation,
                at: now,
                request_id: self.request.context.request_id.clone(),
                source: self.request.context.source.clone(),
            };
            let object = Object::new(ObjectKind::Resource, self.request.context.path.as_str());
            let event = Event::new(context, Action::AccessDenied, actor, object);
            tx.record(
                event
                    .outcome(Ending::Denied)
                    .detail("code", error.code().as_str()),
            );
        }
        error
    }

    fn environment(&self) -> Option<&EnvironmentName> {
        self.request
            .environment
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
    }
}

/// Decides about the reads of one organisation, which was entered.
fn read_in(
    parts: &Parts,
    tx: &mut Tx<'_>,
    asked: &[Asked<'_>],
    now: Timestamp,
) -> Result<Vec<Result<Sealed>>> {
    let facts = Facts::load(parts, tx, asked, now)?;
    let mut outcome = Outcome::default();
    let mut results = Vec::with_capacity(asked.len());
    for one in asked {
        results.push(match (&one.request.environment, one.request.through) {
            (Err(error), _) => Err(error.clone()),
            _ if one.is_execution() => redeem::decide(&facts, tx, one, now, &mut outcome),
            (_, Through::Execution(_)) => Err(one.refused(tx, beyond_owner(), now)),
            (_, Through::Credential) => owner::decide(&facts, tx, one, now, &mut outcome),
        });
    }
    tx.executions().hand_out(&outcome.hand_outs, now)?;
    Ok(results)
}

fn within_rate(parts: &Parts, row: &AccessTokenRow) -> Result<()> {
    if row.kind == TokenKind::Execution.as_str() {
        parts.limiter.execution_token(&row.id)?;
    } else {
        parts.limiter.account_token(&row.id)?;
    }
    Ok(())
}

fn beyond_owner() -> Error {
    let hint = "Only the token of the execution itself opens its credentials.";
    Error::new(beyond_execution().code(), hint)
}

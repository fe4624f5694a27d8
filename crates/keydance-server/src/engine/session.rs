//! Who is calling: an access token becomes a caller.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keydance_core::caller::{Caller, CallerKind, Identity, Limits};
use keydance_core::decision::Standing;
use keydance_core::event::Actor;
use keydance_core::execution::EndReason;
use keydance_core::id::OrganisationId;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::permission::Permissions;
use keydance_core::principal::PrincipalKind;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::principals::PrincipalRow;

use super::denial::Refused;
use super::{Code, Engine, Error, Parts, RequestContext, Result};

/// An authenticated caller and its request.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is and what it may do.
    pub caller: Caller,
    /// The id of the access token used.
    pub token_id: String,
    /// When that token ends by itself.
    pub expires_at: Timestamp,
    /// The request.
    pub request: RequestContext,
}

impl Engine {
    /// Finds out who is calling. Execution tokens are nobody here: the routes they open take them
    /// by themselves.
    ///
    /// # Errors
    /// `token_invalid`, `token_scope`, `rate_limited`.
    pub async fn authenticate(
        &self,
        token: AccessToken,
        request: RequestContext,
    ) -> Result<Session> {
        let parts = Arc::clone(&self.parts);
        let context = request.clone();
        let found = self.parts.store.read(move |tx: &mut Tx<'_>| {
            let now = parts.clock.now();
            let row = verify(&parts, tx, &[&token], now)?
                .pop()
                .ok_or_else(invalid)??;
            if token.kind() == TokenKind::Execution {
                parts.limiter.execution_token(token.id())?;
                return Ok(Err(refused(&row)));
            }
            parts.limiter.account_token(token.id())?;
            of_row(tx, row, context.clone(), now).map(Ok)
        });
        match found.await? {
            Ok(session) => Ok(session),
            Err(refused) => Err(self
                .record_refused(refused, &request, beyond_execution())
                .await),
        }
    }
}

/// Whoever was refused with an access token.
pub(crate) fn refused(token: &AccessTokenRow) -> Refused {
    Refused {
        organisation: token.organisation,
        actor: actor(token),
    }
}

/// Whoever an access token stands for, as events name it.
pub(crate) fn actor(token: &AccessTokenRow) -> Actor {
    let Some(execution) = token.execution else {
        return Actor::principal(token.principal.as_str());
    };
    let actor = Actor::execution(execution.to_string());
    if token.principal.is_empty() {
        return actor;
    }
    actor.on_behalf_of(token.principal.as_str())
}

impl Session {
    /// The same caller as it stands in this transaction: read anew if anybody's access was narrowed
    /// since it was authenticated.
    pub(crate) fn confirmed(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Self> {
        tx.enter(self.caller.identity.organisation)?;
        if self.expires_at <= now {
            return Err(invalid());
        }
        if tx.epoch()? == self.caller.epoch {
            return Ok(self.clone());
        }
        let row = tx
            .access_tokens()
            .find(&[&self.token_id])?
            .pop()
            .ok_or_else(invalid)?;
        let row = ensure_live(row, now)?;
        of_row(tx, row, self.request.clone(), now)
    }

    /// The caller, as events name it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::principal(self.caller.identity.subject.as_str())
    }
}

/// The rows of tokens that were presented whole and still work, in their order; one query for all
/// of them.
pub(crate) fn verify(
    parts: &Parts,
    tx: &mut Tx<'_>,
    tokens: &[&AccessToken],
    now: Timestamp,
) -> Result<Vec<Result<AccessTokenRow>>> {
    let known = recognise(parts, tx, tokens)?.into_iter();
    Ok(known
        .map(|row| row.and_then(|row| ensure_live(row, now)))
        .collect())
}

/// The same whether or not they still work.
pub(crate) fn recognise(
    parts: &Parts,
    tx: &mut Tx<'_>,
    tokens: &[&AccessToken],
) -> Result<Vec<Result<AccessTokenRow>>> {
    let ids: BTreeSet<&str> = tokens.iter().map(|token| token.id()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let found = tx.access_tokens().find(&ids)?;
    let found: BTreeMap<&str, &AccessTokenRow> =
        found.iter().map(|row| (row.id.as_str(), row)).collect();
    let key = parts.deployment_keys.token()?;
    Ok(tokens
        .iter()
        .map(|token| {
            let row = found.get(token.id()).copied();
            // An unknown id costs the same as a wrong secret.
            let (organisation, principal) = row
                .map_or((OrganisationId::DEPLOYMENT, "nobody"), |row| {
                    (row.organisation, bound_to(row))
                });
            let record = token
                .record(key, &organisation.context(), principal)
                .map_err(Error::internal)?;
            let row =
                row.filter(|row| record.matches(&row.digest) && row.kind == token.kind().as_str());
            let row = row.filter(|row| !parts.spill.denies(row));
            Ok(row.ok_or_else(invalid)?.clone())
        })
        .collect())
}

/// What a record is bound to besides its token: the principal, or the execution.
pub(crate) fn bound_to(row: &AccessTokenRow) -> &str {
    if row.principal.is_empty() {
        "owners"
    } else {
        &row.principal
    }
}

pub(crate) fn ensure_live(row: AccessTokenRow, now: Timestamp) -> Result<AccessTokenRow> {
    let guard_ended = row.ended_reason.as_deref() == Some(EndReason::FlowBlocked.as_str());
    if row.ended_at.is_some() && guard_ended {
        return Err(Error::flow_was_blocked());
    }
    if row.ended_at.is_some() || row.expires_at <= now {
        return Err(invalid());
    }
    Ok(row)
}

/// The caller behind the token of a person or machine identity.
pub(super) fn of_row(
    tx: &mut Tx<'_>,
    row: AccessTokenRow,
    request: RequestContext,
    now: Timestamp,
) -> Result<Session> {
    if row.kind == TokenKind::Enrolment.as_str() {
        return Err(invalid());
    }
    tx.enter(row.organisation)?;
    let caller = callers(tx, &[&row], now)?.pop().ok_or_else(invalid)??;
    Ok(Session {
        caller,
        token_id: row.id,
        expires_at: row.expires_at,
        request,
    })
}

/// The callers behind tokens of the organisation entered, in their order, with three queries.
pub(crate) fn callers(
    tx: &mut Tx<'_>,
    rows: &[&AccessTokenRow],
    now: Timestamp,
) -> Result<Vec<Result<Caller>>> {
    let epoch = tx.epoch()?;
    let subjects: BTreeSet<&str> = rows.iter().map(|row| row.principal.as_str()).collect();
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let people = People::load(tx, &subjects, now)?;
    Ok(rows
        .iter()
        .map(|row| {
            let principal = people.active(&row.principal).ok_or_else(invalid)?;
            let own = Permissions::parse(&principal.permissions).map_err(Error::internal)?;
            let given = Permissions::parse(&row.permissions).map_err(Error::internal)?;
            let is_person = principal.kind == "person";
            Ok(Caller {
                identity: people.identity(&row.principal).ok_or_else(invalid)?,
                kind: CallerKind::Principal(if is_person {
                    PrincipalKind::Person
                } else {
                    PrincipalKind::Machine
                }),
                permissions: given.within(&own),
                epoch,
                limits: limits(row)?,
            })
        })
        .collect())
}

/// Principals of one organisation and the groups they are in.
pub(crate) struct People {
    organisation: OrganisationId,
    tenant: Option<keydance_core::id::TenantName>,
    principals: BTreeMap<String, PrincipalRow>,
    groups: BTreeMap<String, BTreeSet<keydance_core::id::GroupId>>,
}

impl People {
    /// Those with these ids, of the organisation entered.
    pub(crate) fn load(tx: &mut Tx<'_>, ids: &[&str], now: Timestamp) -> Result<Self> {
        let (organisation, principals, memberships) = tx.gather(|tx| {
            let organisation = tx.organisations().entered()?;
            let principals = tx.principals().find_all(ids)?;
            Ok::<_, Error>((
                organisation,
                principals,
                tx.groups().of_principals(ids, now)?,
            ))
        })?;
        let organisation = organisation.ok_or_else(invalid)?;
        let mut groups: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for (principal, group) in memberships {
            let group = group.parse().map_err(Error::internal)?;
            groups.entry(principal).or_default().insert(group);
        }
        let principals = principals
            .into_iter()
            .map(|row| (row.id.to_string(), row))
            .collect();
        Ok(Self {
            organisation: organisation.id,
            tenant: organisation.tenant,
            principals,
            groups,
        })
    }

    /// The one with this id, if it is active.
    pub(crate) fn active(&self, id: &str) -> Option<&PrincipalRow> {
        self.principals.get(id).filter(|row| row.status == "active")
    }

    /// Whether the one with this id still counts.
    pub(crate) fn standing(&self, id: &str) -> Standing {
        match self.active(id) {
            Some(_) => Standing::Active,
            None => Standing::Gone,
        }
    }

    /// Whether an owner still counts, the open groups among all owners being these.
    pub(crate) fn owner_standing(&self, owner: &Owner, open: &BTreeSet<String>) -> Standing {
        match owner.kind {
            OwnerKind::Person => self.standing(&owner.id),
            OwnerKind::Group if open.contains(&owner.id) => Standing::Active,
            OwnerKind::Organisation => Standing::Active,
            OwnerKind::Group | OwnerKind::Other(_) => Standing::Gone,
        }
    }

    /// The one with this id and everything that makes an owner of it, active or not.
    pub(crate) fn identity(&self, id: &str) -> Option<Identity> {
        let principal = self.principals.get(id)?;
        Some(Identity {
            organisation: self.organisation,
            tenant: self.tenant.clone(),
            subject: principal.id.clone(),
            groups: self.groups.get(id).cloned().unwrap_or_default(),
        })
    }
}

/// The groups among these owners that are open.
pub(crate) fn open_groups<'o>(
    tx: &mut Tx<'_>,
    owners: impl Iterator<Item = &'o Owner>,
) -> Result<BTreeSet<String>> {
    let groups = owners.filter(|owner| owner.kind == OwnerKind::Group);
    let ids: BTreeSet<&str> = groups.map(|owner| owner.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<&str> = ids.into_iter().collect();
    Ok(tx.groups().open(&ids)?)
}

fn limits(row: &AccessTokenRow) -> Result<Limits> {
    let credentials = row.credentials.as_deref().map(words).transpose()?;
    let environments = row.environments.as_deref().map(words).transpose()?;
    Ok(Limits {
        credentials,
        environments,
    })
}

fn words<T: std::str::FromStr + Ord>(text: &str) -> Result<BTreeSet<T>>
where
    T::Err: std::fmt::Display,
{
    text.split_ascii_whitespace()
        .map(|word| word.parse().map_err(Error::internal))
        .collect()
}

pub(crate) fn invalid() -> Error {
    Error::new(Code::TokenInvalid, "Token invalid.")
}

pub(crate) fn beyond_execution() -> Error {
    Error::new(
        Code::TokenScope,
        "An execution token opens the credentials of its execution only.",
    )
}

//! Enrolment: how a local person gets the first access token. A code works once; whoever uses it a
//! second time ends what the first use got.

use keydance_api::principal::{Enrolled, Enrolment};
use keydance_core::caller::Limits;
use keydance_core::event::{Action, Actor, Context, Event, Outcome};
use keydance_core::name::Name;
use keydance_core::permission::{Permission, Permissions};
use keydance_core::problem::REQUIRED;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::principals::PrincipalRow;
use serde_json::Value;

use super::fields::{self, Fields};
use super::idempotency::{Answer, Once};
use super::persons::object;
use super::session::{invalid, recognise};
use super::tokens::{Draft, MAX_TTL};
use super::{Code, Engine, Error, Parts, RequestContext, Result, Session, UseCase};

/// Seconds a code can be used: 24 hours.
const CODE_TTL: i64 = 24 * 3600;

/// Why a code ended that was used.
const USED: &str = "used";

/// How an enrolment is to begin.
#[derive(Clone, Debug)]
pub struct NewEnrolment {
    /// Why the access tokens the person has are to end, if they are.
    reset: Option<Name>,
}

/// A code somebody shows.
pub struct Redemption {
    /// The code.
    code: AccessToken,
    /// What the access token is to be called.
    name: Option<Name>,
    /// The request.
    context: RequestContext,
}

/// What became of a code.
enum Redeemed {
    Again,
    First(Box<Enrolled>),
}

impl NewEnrolment {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        let reason = fields::optional_name(fields, "reason")?;
        let reset = match fields.get("reset") {
            None | Some(Value::Null | Value::Bool(false)) => None,
            Some(Value::Bool(true)) => {
                Some(reason.ok_or_else(|| Error::invalid_field("reason", REQUIRED))?)
            }
            Some(_) => return Err(Error::invalid_field("reset", "must be true or false")),
        };
        Ok(Self { reset })
    }
}

impl Redemption {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must; `token_invalid` if the code is none.
    pub fn parse(fields: &Fields, context: RequestContext) -> Result<Self> {
        let code = fields::text(fields, "code")?;
        let code = code.ok_or_else(|| Error::invalid_field("code", REQUIRED))?;
        let code = AccessToken::parse(code).map_err(|_| invalid())?;
        let name = fields::optional_name(fields, "name")?;
        Ok(Self {
            code,
            name,
            context,
        })
    }
}

impl Engine {
    /// Gives out a code for a person.
    ///
    /// # Errors
    /// `missing_permission`, also for a person who may do what the caller may not; `not_found`;
    /// `already_exists` if the person has an access token that works and nothing is to be reset.
    pub async fn start_enrolment(
        &self,
        session: &Session,
        person: String,
        new: NewEnrolment,
        once: Option<Once>,
    ) -> Result<Answer<Enrolment>> {
        self.write_once(session, once, move |use_case| {
            use_case.start_enrolment(&person, &new)
        })
        .await
    }

    /// Turns a code into the person's access token.
    ///
    /// # Errors
    /// `token_invalid` for a code that does not work, or not any more.
    pub async fn enrol(&self, redemption: Redemption) -> Result<Enrolled> {
        let parts = std::sync::Arc::clone(&self.parts);
        let redeemed = self
            .parts
            .store
            .write(move |tx: &mut Tx<'_>| redeem(&parts, tx, &redemption))
            .await?;
        match redeemed {
            Redeemed::First(enrolled) => Ok(*enrolled),
            Redeemed::Again => Err(invalid()),
        }
    }
}

impl UseCase<'_, '_> {
    fn start_enrolment(&mut self, id: &str, new: &NewEnrolment) -> Result<Enrolment> {
        let person = self.person(id)?;
        self.require(Permission::PersonsManage, &object(id))?;
        let permissions = Permissions::parse(&person.permissions).map_err(Error::internal)?;
        self.require_cover(&permissions, &object(id))?;
        if person.status != "active" {
            return Err(Error::invalid_field("status", "is not active"));
        }
        let has_token = self.tx.access_tokens().has_live(id, "p", self.now)?;
        if has_token && new.reset.is_none() {
            return Err(Error::new(
                Code::AlreadyExists,
                "The person has an access token; reset it, and say why.",
            ));
        }
        // Codes given out before end as well.
        let ended = self
            .tx
            .access_tokens()
            .end_of_principal(id, "enrolment", self.now)?;
        self.tx.narrow_access()?;
        let draft = Draft {
            kind: TokenKind::Enrolment,
            principal: id,
            name: new.reset.as_ref().map_or("", Name::as_str),
            permissions: &Permissions::default(),
            limits: &Limits::default(),
            expires_at: self.now.plus_seconds(CODE_TTL),
            parent: None,
        };
        let code = draft.issue(self.parts, self.tx, self.now)?;
        self.enrolment_event(id, new, ended)?;
        Ok(Enrolment {
            code: code.token.unwrap_or_default(),
            expires_at: code.expires_at,
        })
    }

    fn enrolment_event(&mut self, id: &str, new: &NewEnrolment, ended: u64) -> Result<()> {
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::PersonEnrolmentStarted, actor, object(id)).detail(
            "endedTokens",
            i64::try_from(ended).map_err(Error::internal)?,
        );
        self.tx.record(match &new.reset {
            Some(reason) => event.detail("reason", reason.as_str()),
            None => event,
        });
        Ok(())
    }
}

fn redeem(parts: &Parts, tx: &mut Tx<'_>, redemption: &Redemption) -> Result<Redeemed> {
    let now = parts.clock.now();
    let known = recognise(parts, tx, &[&redemption.code])?.pop();
    let code = known.ok_or_else(invalid)??;
    if code.kind != TokenKind::Enrolment.as_str() {
        return Err(invalid());
    }
    tx.enter(code.organisation)?;
    // Whoever is frozen meanwhile gets nothing: the transaction is started over.
    tx.epoch()?;
    if code.ended_reason.as_deref() == Some(USED) {
        return again(tx, redemption, &code, now);
    }
    if code.ended_at.is_some() || code.expires_at <= now {
        return Err(invalid());
    }
    let person = tx.principals().find(&code.principal)?;
    let person = person.filter(|person| person.status == "active");
    let person = person.ok_or_else(invalid)?;
    if tx.access_tokens().end(&code.id, USED, now)? == 0 {
        return again(tx, redemption, &code, now);
    }
    let enrolled = first(parts, tx, redemption, (&code, &person), now)?;
    Ok(Redeemed::First(Box::new(enrolled)))
}

fn first(
    parts: &Parts,
    tx: &mut Tx<'_>,
    redemption: &Redemption,
    (code, person): (&AccessTokenRow, &PrincipalRow),
    now: Timestamp,
) -> Result<Enrolled> {
    let draft = Draft {
        kind: TokenKind::Person,
        principal: &code.principal,
        name: redemption.name.as_ref().map_or("enrolment", Name::as_str),
        permissions: &Permissions::parse(&person.permissions).map_err(Error::internal)?,
        limits: &Limits::default(),
        expires_at: now.plus_seconds(MAX_TTL),
        parent: Some(&code.id),
    };
    let token = draft.issue(parts, tx, now)?;
    let actor = Actor::principal(code.principal.as_str());
    let event = event(Action::PersonEnrolled, redemption, code, actor, now);
    tx.record(event.detail("token", token.id.as_str()));
    let reason = Some(&code.name).filter(|reason| !reason.is_empty());
    Ok(Enrolled {
        person: code.principal.clone(),
        token,
        notice: reason.map(|reason| format!("Your earlier access tokens were ended: {reason}")),
    })
}

fn again(
    tx: &mut Tx<'_>,
    redemption: &Redemption,
    code: &AccessTokenRow,
    now: Timestamp,
) -> Result<Redeemed> {
    let ended = tx.access_tokens().end(&code.id, "enrolment_reused", now)?;
    tx.narrow_access()?;
    let actor = Actor::anonymous();
    let event = event(Action::PersonEnrolmentReused, redemption, code, actor, now)
        .outcome(Outcome::Denied)
        .detail(
            "endedTokens",
            i64::try_from(ended).map_err(Error::internal)?,
        );
    tx.record(event);
    Ok(Redeemed::Again)
}

fn event(
    action: Action,
    redemption: &Redemption,
    code: &AccessTokenRow,
    actor: Actor,
    now: Timestamp,
) -> Event {
    let context = Context {
        organisation: code.organisation,
        at: now,
        request_id: redemption.context.request_id.clone(),
        source: redemption.context.source.clone(),
    };
    Event::new(context, action, actor, object(&code.principal))
}

impl std::fmt::Debug for Redemption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redemption")
    }
}

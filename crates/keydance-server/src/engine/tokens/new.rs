//! A new access token: what it may permit, how long it lives, and whose end is its own.

use std::collections::BTreeSet;

use keydance_api::token::AccessToken;
use keydance_core::caller::{CallerKind, Limits};
use keydance_core::event::{Action, Event};
use keydance_core::name::Name;
use keydance_core::permission::Permissions;
use keydance_core::principal::PrincipalKind;
use keydance_core::problem::REQUIRED;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken as Secret, TokenKind};
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::principals::PrincipalRow;
use serde_json::Value;

use super::{describe, object};
use crate::engine::fields::{self, Fields};
use crate::engine::{Code, Error, Parts, Result, UseCase};

/// Seconds an access token lives if nothing is said: 12 hours.
const DEFAULT_TTL: i64 = 12 * 3600;

/// Seconds an access token lives at most: 90 days.
pub(crate) const MAX_TTL: i64 = 90 * 24 * 3600;

/// An access token to be issued.
#[derive(Clone, Debug)]
pub struct NewToken {
    name: Name,
    permissions: Permissions,
    ttl: i64,
    limits: Limits,
}

/// Everything a new token is to be.
pub(crate) struct Draft<'d> {
    pub(crate) kind: TokenKind,
    pub(crate) principal: &'d str,
    pub(crate) name: &'d str,
    pub(crate) permissions: &'d Permissions,
    pub(crate) limits: &'d Limits,
    pub(crate) expires_at: Timestamp,
    pub(crate) parent: Option<&'d str>,
}

impl NewToken {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        let permissions = fields::permissions(fields)?;
        let (id, name) = ("is no id of a credential", "is no name of an environment");
        let credentials = fields::words(fields, "credentials", id)?;
        let environments = fields::words(fields, "environments", name)?;
        Ok(Self {
            name: fields::name(fields, "name")?,
            permissions: permissions
                .ok_or_else(|| Error::invalid_field("permissions", REQUIRED))?,
            ttl: ttl(fields)?,
            limits: Limits {
                credentials: credentials.map(BTreeSet::from_iter),
                environments: environments.map(BTreeSet::from_iter),
            },
        })
    }
}

impl UseCase<'_, '_> {
    /// Issues a token of the caller, which does not outlive the one used.
    pub(super) fn issue_to_caller(&mut self, new: &NewToken) -> Result<AccessToken> {
        let (subject, parent) = (self.subject(), self.session.token_id.clone());
        let kind = match self.session.caller.kind {
            CallerKind::Principal(PrincipalKind::Person) => TokenKind::Person,
            CallerKind::Principal(PrincipalKind::Machine) | CallerKind::Execution { .. } => {
                TokenKind::Machine
            }
        };
        let expires_at = self.now.plus_seconds(new.ttl).min(self.session.expires_at);
        self.issue_within_own(new, kind, &subject, expires_at, Some(&parent))
    }

    /// Issues a token of a machine identity. It lives on when the token it was issued with ends.
    pub(crate) fn issue_to_machine(
        &mut self,
        machine: &PrincipalRow,
        new: &NewToken,
    ) -> Result<AccessToken> {
        let most = Permissions::parse(&machine.permissions).map_err(Error::internal)?;
        if !most.cover(&new.permissions) {
            let problem = "are more than the machine identity may have";
            return Err(Error::invalid_field("permissions", problem));
        }
        let expires_at = self.now.plus_seconds(new.ttl);
        self.issue_within_own(
            new,
            TokenKind::Machine,
            machine.id.as_str(),
            expires_at,
            None,
        )
    }

    /// Nobody gives on more than it holds.
    fn issue_within_own(
        &mut self,
        new: &NewToken,
        kind: TokenKind,
        principal: &str,
        expires_at: Timestamp,
        parent: Option<&str>,
    ) -> Result<AccessToken> {
        let place = object(&self.session.token_id);
        self.require_cover(&new.permissions, &place)?;
        let Some(limits) = within(&new.limits, &self.session.caller.limits) else {
            let beyond = "The access token used does not reach that far.";
            return Err(self.refused(&place, Error::new(Code::TokenScope, beyond)));
        };
        let draft = Draft {
            kind,
            principal,
            name: new.name.as_str(),
            permissions: &new.permissions,
            limits: &limits,
            expires_at,
            parent,
        };
        let token = draft.issue(self.parts, self.tx, self.now)?;
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::TokenIssued, actor, object(&token.id));
        self.tx.record(
            event
                .detail("principal", principal)
                .detail("permissions", new.permissions.to_string())
                .detail("expiresAt", token.expires_at.as_str()),
        );
        Ok(token)
    }
}

impl Draft<'_> {
    /// Makes the token and keeps its record in the organisation entered. The answer holds the token
    /// itself.
    pub(crate) fn issue(
        &self,
        parts: &Parts,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> Result<AccessToken> {
        let organisation = tx.organisations().entered()?;
        let organisation = organisation
            .ok_or_else(|| Error::internal("no such organisation"))?
            .id;
        let secret = Secret::generate(self.kind).map_err(Error::internal)?;
        let key = parts.deployment_keys.token()?;
        let record = secret
            .record(key, &organisation.context(), self.principal)
            .map_err(Error::internal)?;
        let row = AccessTokenRow {
            id: secret.id().to_owned(),
            organisation,
            kind: self.kind.as_str().to_owned(),
            principal: self.principal.to_owned(),
            execution: None,
            name: self.name.to_owned(),
            permissions: self.permissions.to_string(),
            credentials: self.limits.credentials.as_ref().map(words),
            environments: self.limits.environments.as_ref().map(words),
            digest: record.as_bytes().to_vec(),
            created_at: now,
            expires_at: self.expires_at,
            ended_at: None,
            ended_reason: None,
            parent: self.parent.map(str::to_owned),
        };
        tx.access_tokens().insert(&row)?;
        Ok(AccessToken {
            token: Some(secret.expose().as_str().to_owned()),
            ..describe(&row)
        })
    }
}

/// The limits of a new token: what is asked for if `own` leaves room for it, else what `own` is.
fn within(asked: &Limits, own: &Limits) -> Option<Limits> {
    Some(Limits {
        credentials: subset(asked.credentials.as_ref(), own.credentials.as_ref())?,
        environments: subset(asked.environments.as_ref(), own.environments.as_ref())?,
    })
}

#[expect(
    clippy::option_option,
    reason = "no room at all, or room without a limit"
)]
fn subset<T: Ord + Clone>(
    asked: Option<&BTreeSet<T>>,
    own: Option<&BTreeSet<T>>,
) -> Option<Option<BTreeSet<T>>> {
    match (asked, own) {
        (None, own) => Some(own.cloned()),
        (Some(asked), Some(own)) if !asked.is_subset(own) => None,
        (Some(asked), _) => Some(Some(asked.clone())),
    }
}

fn words<T: ToString>(set: &BTreeSet<T>) -> String {
    let words: Vec<String> = set.iter().map(ToString::to_string).collect();
    words.join(" ")
}

/// A span of time like `12h`, in seconds.
fn ttl(fields: &Fields) -> Result<i64> {
    let wrong = || {
        let problem = "must be like 45s, 30m, 12h or 90d, and 90 days at most";
        Error::invalid_field("expiresIn", problem)
    };
    let seconds = match fields.get("expiresIn") {
        None | Some(Value::Null) => Some(DEFAULT_TTL),
        Some(Value::String(text)) => seconds(text),
        Some(_) => None,
    };
    let seconds = seconds.filter(|seconds| (1..=MAX_TTL).contains(seconds));
    seconds.ok_or_else(wrong)
}

fn seconds(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits)? {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return None,
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| digits.parse::<i64>().ok()?.checked_mul(unit))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_have_one_unit_and_no_sign() {
        assert_eq!(seconds("12h"), Some(43_200));
        assert_eq!(seconds("90d"), Some(MAX_TTL));
        for text in [
            "",
            "h",
            "12",
            "-1h",
            "+1h",
            "1 h",
            "1h30m",
            "1w",
            "9999999999999999999d",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_limit_is_inherited_or_made_narrower_and_never_wider() {
        let limit = |names: &[&str]| Limits {
            credentials: None,
            environments: Some(names.iter().map(|name| name.parse().unwrap()).collect()),
        };
        let own = limit(&["default", "staging"]);
        assert_eq!(within(&Limits::default(), &own), Some(own.clone()));
        assert_eq!(
            within(&limit(&["staging"]), &own),
            Some(limit(&["staging"]))
        );
        assert_eq!(within(&limit(&["production"]), &own), None);
    }
}

//! A new version: sealed, put in place of the one before, and the oldest ones let go.

use std::sync::Arc;

use keydance_api::credential::Version;
use keydance_core::credential::{Value, VersionState};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::Action;
use keydance_core::id::CredentialId;
use keydance_core::time::Timestamp;
use keydance_crypto::digest;
use keydance_store::versions::VersionRow;
use serde_json::{Map, Value as Json};

use super::document;
use crate::engine::credentials::{Asked, Owned, environment, new_value, save};
use crate::engine::idempotency::{Answer, Once};
use crate::engine::sealing::CredentialKey;
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// Versions that are kept in each environment, however old they are.
const KEPT: usize = 10;

/// How long every version is kept, in seconds: 90 days.
const KEPT_FOR: i64 = 90 * 24 * 3600;

/// A version to be made, read from a request.
#[expect(
    missing_debug_implementations,
    reason = "it holds a secret, which cannot be formatted"
)]
pub struct VersionRequest {
    environment: EnvironmentName,
    state: VersionState,
    value: Json,
}

/// What a new version is.
pub(crate) struct NewVersion<'a> {
    environment: &'a EnvironmentName,
    state: VersionState,
    origin: &'static str,
    action: Action,
    /// The version whose value it takes over.
    copied_from: Option<i64>,
}

impl VersionRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// Every field that does not hold what it must; the value itself is looked at later.
    pub fn parse(mut body: Map<String, Json>) -> Result<Self> {
        let state = match body.get("state") {
            None | Some(Json::Null) => VersionState::Current,
            Some(Json::String(word)) if word == "current" => VersionState::Current,
            Some(Json::String(word)) if word == "pending" => VersionState::Pending,
            Some(_) => return Err(Error::invalid_field("state", "must be pending or current")),
        };
        Ok(Self {
            environment: environment(&body)?,
            state,
            value: body.remove("value").unwrap_or(Json::Null),
        })
    }
}

impl<'a> NewVersion<'a> {
    /// One that a change of the value makes.
    pub(crate) fn updated(environment: &'a EnvironmentName) -> Self {
        Self::created(environment, VersionState::Current)
    }

    /// One whose value takes over that of an earlier version.
    pub(super) fn restored(earlier: &'a VersionRow) -> Self {
        Self {
            origin: "restored",
            action: Action::CredentialVersionRestored,
            copied_from: Some(earlier.number),
            ..Self::updated(&earlier.environment)
        }
    }

    fn created(environment: &'a EnvironmentName, state: VersionState) -> Self {
        Self {
            environment,
            state,
            origin: "updated",
            action: Action::CredentialVersionCreated,
            copied_from: None,
        }
    }
}

impl Engine {
    /// Makes a version with a whole new value.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `unknown_environment`, `validation_failed`, `masked_value`, and
    /// those of the store.
    pub async fn create_version(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        request: VersionRequest,
        once: Option<Once>,
    ) -> Result<Answer<Version>> {
        let request = Arc::new(request);
        self.write_once(session, once, move |use_case| {
            let mut owned = use_case.owned(id)?;
            let environment = &request.environment;
            // It brings its value along, so whatever is there now does not matter.
            let asked = Asked::current(environment, Some(VersionState::Current));
            drop(use_case.allow(&owned, &asked)?);
            let value = new_value(owned.kind, request.value.clone())?;
            let key = use_case.key(&owned)?;
            let new = NewVersion::created(environment, request.state);
            let version = use_case.add_version(&mut owned, &key, &new, &value)?;
            save(use_case.tx, &mut owned.row, use_case.now)?;
            Ok(document(&version))
        })
        .await
    }
}

impl UseCase<'_, '_> {
    /// Adds a version; the one that was current before makes room. The credential is not saved.
    pub(crate) fn add_version(
        &mut self,
        owned: &mut Owned,
        key: &CredentialKey,
        new: &NewVersion<'_>,
        value: &Value,
    ) -> Result<VersionRow> {
        if new.state == VersionState::Current {
            self.retire_current(owned, new.environment)?;
        }
        owned.row.last_version += 1;
        let number = owned.row.last_version;
        let envelope = key.seal(number, new.environment, value)?;
        let digest = digest::sha256(&envelope);
        let version = VersionRow {
            credential: owned.row.id,
            number,
            environment: new.environment.clone(),
            state: new.state.as_str().to_owned(),
            envelope: Some(envelope),
            key_generation: owned.row.key_generation,
            created_at: self.now,
            created_by: self.subject(),
            origin: new.origin.to_owned(),
        };
        let inserted = self.tx.versions().insert(&version);
        self.tx.or_start_over(inserted)?;
        let event = self.version_event(new.action, &version)?.envelope(digest);
        self.tx.record(match new.copied_from {
            Some(earlier) => event.detail("copiedFrom", earlier),
            None => event.detail("state", new.state.as_str()),
        });
        self.let_go(owned, new.environment)?;
        Ok(version)
    }

    pub(super) fn retire_current(
        &mut self,
        owned: &Owned,
        environment: &EnvironmentName,
    ) -> Result<()> {
        if let Some(current) = self.find_current(owned, environment)? {
            self.move_version(&current, VersionState::Retiring)?;
        }
        Ok(())
    }

    pub(super) fn move_version(&mut self, version: &VersionRow, to: VersionState) -> Result<()> {
        let (id, number) = (version.credential, version.number);
        let moved = self
            .tx
            .versions()
            .set_state(id, number, &version.state, to.as_str());
        Ok(self.tx.or_start_over(moved)?)
    }

    /// Destroys what need not be kept any more.
    fn let_go(&mut self, owned: &Owned, environment: &EnvironmentName) -> Result<()> {
        let versions = self.tx.versions().states(&[owned.row.id])?;
        for version in outdated(&versions, environment, self.now) {
            self.tx
                .versions()
                .destroy(version.credential, version.number)?;
            let event = self.version_event(Action::CredentialVersionDestroyed, version)?;
            self.tx.record(event.detail("cause", "retention"));
        }
        Ok(())
    }
}

/// The replaced versions of an environment that are neither among its newest nor young, of versions
/// in the order of their numbers.
fn outdated<'v>(
    versions: &'v [VersionRow],
    environment: &EnvironmentName,
    now: Timestamp,
) -> Vec<&'v VersionRow> {
    let own = versions
        .iter()
        .filter(|version| version.environment == *environment);
    let own: Vec<_> = own.collect();
    let kept_since = now.plus_seconds(-KEPT_FOR);
    let older = own.len().saturating_sub(KEPT);
    own.into_iter()
        .take(older)
        .filter(|version| version.state == "retiring" && version.created_at < kept_since)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    /// Versions 1, 2, …, one for each age in days, the last of them current.
    fn aged(ages: &[i64], now: i64) -> Vec<VersionRow> {
        let version = |(age, number): (&i64, i64)| VersionRow {
            credential: CredentialId::new([1; 12]),
            number,
            environment: EnvironmentName::default(),
            state: "retiring".to_owned(),
            envelope: None,
            key_generation: 1,
            created_at: Timestamp::from_millis(now - age * DAY),
            created_by: "ana".to_owned(),
            origin: "updated".to_owned(),
        };
        let mut versions: Vec<_> = ages.iter().zip(1..).map(version).collect();
        versions.last_mut().unwrap().state = "current".to_owned();
        versions
    }

    fn let_go(versions: &[VersionRow], now: i64) -> Vec<i64> {
        let environment = EnvironmentName::default();
        let outdated = outdated(versions, &environment, Timestamp::from_millis(now));
        outdated.iter().map(|version| version.number).collect()
    }

    const NOW: i64 = 1000 * DAY;

    #[test]
    fn ten_versions_are_kept_however_old() {
        assert_eq!(let_go(&aged(&[400; 10], NOW), NOW), Vec::<i64>::new());
        assert_eq!(let_go(&aged(&[400; 12], NOW), NOW), [1, 2]);
    }

    #[test]
    fn young_versions_are_kept_however_many() {
        assert_eq!(let_go(&aged(&[90; 30], NOW), NOW), Vec::<i64>::new());
        let mut ages = vec![91; 2];
        ages.extend([1; 20]);
        assert_eq!(let_go(&aged(&ages, NOW), NOW), [1, 2]);
    }

    #[test]
    fn only_what_was_replaced_is_let_go_and_only_in_its_own_environment() {
        let mut versions = aged(&[400; 13], NOW);
        versions[0].state = "disabled".to_owned();
        versions[1].environment = "staging".parse().unwrap();
        assert_eq!(let_go(&versions, NOW), [3]);
        versions[1].environment = EnvironmentName::default();
        assert_eq!(let_go(&versions, NOW), [2, 3]);
    }
}

//! Environments: where the values of credentials are for (contract 10.1).

use keydance_api::credential::Environment;
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::permission::Permission;
use keydance_core::problem::{NOT_TEXT, REQUIRED};
use keydance_store::environments::EnvironmentRow;
use serde_json::{Map, Value as Json};

use super::idempotency::{Answer, Once};
use super::{Code, Engine, Error, Result, Session, UseCase};

/// An environment to be made, read from a request.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    name: EnvironmentName,
    /// Whether values are shown to executions only.
    is_protected: bool,
}

impl NewEnvironment {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// Every field that does not hold what it must.
    pub fn parse(body: &Map<String, Json>) -> Result<Self> {
        let name = match body.get("name") {
            None | Some(Json::Null) => return Err(Error::invalid_field("name", REQUIRED)),
            Some(Json::String(text)) => text,
            Some(_) => return Err(Error::invalid_field("name", NOT_TEXT)),
        };
        let is_protected = match body.get("protected") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(is_protected)) => *is_protected,
            Some(_) => return Err(Error::invalid_field("protected", "must be true or false")),
        };
        let malformed = "must be 1 to 32 of a-z, 0-9 and -, starting with a letter";
        Ok(Self {
            name: name
                .parse()
                .map_err(|_| Error::invalid_field("name", malformed))?,
            is_protected,
        })
    }
}

impl Engine {
    /// Lists the environments of the organisation, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_environments(&self, session: &Session) -> Result<Vec<Environment>> {
        self.read(session, |use_case| {
            let rows = use_case.tx.environments().list()?;
            Ok(rows.iter().map(document).collect())
        })
        .await
    }

    /// Adds an environment.
    ///
    /// # Errors
    /// `missing_permission`, `already_exists`, and those of the store.
    pub async fn create_environment(
        &self,
        session: &Session,
        new: NewEnvironment,
        once: Option<Once>,
    ) -> Result<Answer<Environment>> {
        self.write_once(session, once, move |use_case| {
            use_case.require_at_large(Permission::EnvironmentsManage)?;
            let row = EnvironmentRow {
                name: new.name.clone(),
                protected_at: new.is_protected.then_some(use_case.now),
                created_at: use_case.now,
            };
            use_case.tx.environments().insert(&row)?;
            let event = use_case.environment_event(Action::EnvironmentCreated, &row.name);
            let protected = if new.is_protected { "yes" } else { "no" };
            use_case.tx.record(event.detail("protected", protected));
            Ok(document(&row))
        })
        .await
    }

    /// Removes an environment that never had a value.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `credential_in_use` if credentials have or had values
    /// there or executions ran there, and those of the store.
    pub async fn delete_environment(
        &self,
        session: &Session,
        name: Option<EnvironmentName>,
    ) -> Result<()> {
        self.write(session, move |use_case| {
            use_case.require_at_large(Permission::EnvironmentsManage)?;
            let missing = || Error::not_found("environment");
            let name = name.as_ref().ok_or_else(missing)?;
            if *name == EnvironmentName::default() {
                return Err(in_use("The default environment always exists."));
            }
            let deleted = use_case.tx.environments().delete(name);
            let deleted = deleted.map_err(|error| match error {
                keydance_store::Error::Referenced => in_use("Credentials have values there."),
                other => other.into(),
            })?;
            if deleted == 0 {
                return Err(missing());
            }
            let event = use_case.environment_event(Action::EnvironmentDeleted, name);
            use_case.tx.record(event);
            Ok(())
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn environment_event(&self, action: Action, name: &EnvironmentName) -> Event {
        let object = Object::new(ObjectKind::Environment, name.as_str());
        Event::new(self.context(), action, self.actor(), object).environment(name.clone())
    }
}

fn in_use(message: &str) -> Error {
    Error::new(Code::CredentialInUse, message)
}

fn document(row: &EnvironmentRow) -> Environment {
    Environment {
        name: row.name.to_string(),
        protected: row.protected_at.is_some(),
        created_at: row.created_at.to_string(),
    }
}

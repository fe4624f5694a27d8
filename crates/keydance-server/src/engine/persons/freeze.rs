//! Holding a person off, at once, and letting it back in. What it owns stays.

use keydance_api::principal::Person;
use keydance_core::event::{Action, Event};
use keydance_core::permission::Permission;
use keydance_core::principal::{PersonError, PersonStatus};
use keydance_store::principals::PrincipalRow;

use super::object;
use crate::engine::standstill::is_standstill;
use crate::engine::{Engine, Error, Result, Session, UseCase};
use crate::spill::Closed;

impl Engine {
    /// Freezes a person: its access tokens, enrolment codes and executions end.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`.
    pub async fn freeze_person(&self, session: &Session, id: String) -> Result<(Person, i64)> {
        let person = id.clone();
        let frozen = self.write(session, move |use_case| {
            use_case.set_person_status(&id, PersonStatus::freeze)
        });
        match frozen.await {
            Err(error) if is_standstill(&error) => self.freeze_here(session, person, error).await,
            frozen => frozen,
        }
    }

    /// The same while the database cannot be written: it holds here, at once.
    async fn freeze_here(
        &self,
        session: &Session,
        id: String,
        error: Error,
    ) -> Result<(Person, i64)> {
        let found = self.read(session, move |use_case| {
            let person = use_case.person(&id)?;
            use_case.require(Permission::PersonsManage, &object(&id))?;
            Ok((use_case.describe_person(&person)?, id.clone()))
        });
        let ((mut person, tag), id) = found.await?;
        self.hold_off(session, Closed::Person(id), error)?;
        person.status = PersonStatus::Frozen.to_string();
        Ok((person, tag))
    }

    /// Lets a frozen person back in. What ended stays ended.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`.
    pub async fn unfreeze_person(&self, session: &Session, id: String) -> Result<(Person, i64)> {
        self.write(session, move |use_case| {
            use_case.set_person_status(&id, PersonStatus::unfreeze)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    pub(crate) fn set_person_status(
        &mut self,
        id: &str,
        step: fn(PersonStatus) -> Result<PersonStatus, PersonError>,
    ) -> Result<(Person, i64)> {
        let mut person = self.person(id)?;
        self.require(Permission::PersonsManage, &object(id))?;
        let status: PersonStatus = person.status.parse().map_err(Error::internal)?;
        let next = step(status).map_err(|_| Error::invalid_field("status", "has left"))?;
        if next != status {
            person.status = next.to_string();
            self.tx.principals().update(&person)?;
            person.tag += 1;
            self.follow_status(&person, next)?;
        }
        self.describe_person(&person)
    }

    fn follow_status(&mut self, person: &PrincipalRow, status: PersonStatus) -> Result<()> {
        let (context, actor, object) = (self.context(), self.actor(), object(person.id.as_str()));
        let event = match status {
            PersonStatus::Active => Event::new(context, Action::PersonUnfrozen, actor, object),
            PersonStatus::Frozen | PersonStatus::Left => {
                let (tokens, executions) = self.shut_out(person, "frozen")?;
                Event::new(context, Action::PersonFrozen, actor, object)
                    .detail("endedTokens", tokens)
                    .detail("endedExecutions", executions)
            }
        };
        self.tx.record(event);
        Ok(())
    }

    /// Ends the access tokens and executions of a principal that is not active any more; says how
    /// many of each.
    pub(crate) fn shut_out(&mut self, who: &PrincipalRow, reason: &str) -> Result<(i64, i64)> {
        let id = who.id.as_str();
        let tokens = self
            .tx
            .access_tokens()
            .end_of_principal(id, reason, self.now)?;
        let executions = self.lose_access(&[id])?;
        Ok((i64::try_from(tokens).unwrap_or(i64::MAX), executions))
    }
}

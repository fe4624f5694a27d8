//! Persons: everybody sees them, `persons.manage` changes them.

mod freeze;

use keydance_api::principal::Person;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::id::PrincipalId;
use keydance_core::name::Name;
use keydance_core::permission::{Permission, Permissions};
use keydance_core::principal::Email;
use keydance_store::page::{Page, PageRequest};
use keydance_store::principals::{Kind, PrincipalRow};

use super::fields::{self, Fields, ensure_unchanged};
use super::idempotency::{Answer, Once};
use super::session::People;
use super::{Engine, Error, Result, Session, UseCase};

/// What a person may do if nothing is said.
const DEFAULT: [Permission; 4] = [
    Permission::FlowsRead,
    Permission::FlowsWrite,
    Permission::FlowsControl,
    Permission::ReadRaw,
];

/// A person to be made.
#[derive(Clone, Debug)]
pub struct NewPerson {
    id: PrincipalId,
    name: Name,
    email: Option<Email>,
    permissions: Option<Permissions>,
}

/// What is to change of a person.
#[derive(Clone, Debug)]
pub struct PersonChange {
    name: Option<Name>,
    email: Option<Option<Email>>,
    permissions: Option<Permissions>,
}

impl NewPerson {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        Ok(Self {
            id: fields::id(fields)?,
            name: fields::name(fields, "name")?,
            email: fields::email(fields)?,
            permissions: fields::permissions(fields)?,
        })
    }
}

impl PersonChange {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        let email = fields::email(fields)?;
        Ok(Self {
            name: fields::optional_name(fields, "name")?,
            email: fields.contains_key("email").then_some(email),
            permissions: fields::permissions(fields)?,
        })
    }
}

impl Engine {
    /// A page of the persons of the caller's organisation.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_persons(&self, session: &Session, page: PageRequest) -> Result<Page<Person>> {
        self.read(session, move |use_case| {
            let page = use_case.tx.principals().list(Kind::Person, page)?;
            Ok(Page {
                entries: use_case.describe_persons(&page.entries)?,
                total: page.total,
            })
        })
        .await
    }

    /// One person and its tag.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn read_person(&self, session: &Session, id: String) -> Result<(Person, i64)> {
        self.read(session, move |use_case| {
            let person = use_case.person(&id)?;
            use_case.describe_person(&person)
        })
        .await
    }

    /// Makes a person, who has no way in before an enrolment.
    ///
    /// # Errors
    /// `missing_permission`, also for permissions the caller does not hold; `already_exists` if the
    /// id is or was in use.
    pub async fn create_person(
        &self,
        session: &Session,
        new: NewPerson,
        once: Option<Once>,
    ) -> Result<Answer<Person>> {
        self.write_once(session, once, move |use_case| use_case.create_person(&new))
            .await
    }

    /// Changes name, e-mail address or permissions.
    ///
    /// # Errors
    /// `missing_permission`, also for permissions the caller does not hold; `not_found`;
    /// `precondition_failed`.
    pub async fn change_person(
        &self,
        session: &Session,
        id: String,
        change: PersonChange,
        if_match: Option<i64>,
    ) -> Result<(Person, i64)> {
        self.write(session, move |use_case| {
            use_case.change_person(&id, &change, if_match)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn create_person(&mut self, new: &NewPerson) -> Result<Person> {
        let object = object(new.id.as_str());
        self.require(Permission::PersonsManage, &object)?;
        let permissions = match &new.permissions {
            Some(permissions) => permissions.clone(),
            None => Permissions::from_iter(DEFAULT).within(&self.session.caller.permissions),
        };
        self.require_cover(&permissions, &object)?;
        let person = PrincipalRow {
            id: new.id.clone(),
            kind: "person".to_owned(),
            name: new.name.to_string(),
            email: new.email.as_ref().map(ToString::to_string),
            status: "active".to_owned(),
            permissions: permissions.to_string(),
            created_at: self.now,
            created_by: self.subject(),
            tag: 0,
        };
        self.tx.principals().insert(&person)?;
        let event = Event::new(self.context(), Action::PersonCreated, self.actor(), object);
        self.tx
            .record(event.detail("permissions", person.permissions.as_str()));
        Ok(describe(&person, Vec::new()))
    }

    fn change_person(
        &mut self,
        id: &str,
        change: &PersonChange,
        if_match: Option<i64>,
    ) -> Result<(Person, i64)> {
        let mut person = self.person(id)?;
        self.require(Permission::PersonsManage, &object(id))?;
        ensure_unchanged(if_match, person.tag)?;
        if let Some(name) = &change.name {
            person.name = name.to_string();
        }
        if let Some(email) = &change.email {
            person.email = email.as_ref().map(ToString::to_string);
        }
        if let Some(permissions) = &change.permissions {
            self.change_permissions(&mut person, permissions, &object(id))?;
        }
        self.tx.principals().update(&person)?;
        person.tag += 1;
        let event = Event::new(
            self.context(),
            Action::PersonUpdated,
            self.actor(),
            object(id),
        );
        self.tx
            .record(event.detail("permissions", person.permissions.as_str()));
        self.describe_person(&person)
    }

    /// Changes what a principal may do: whatever is given or taken is the caller's own.
    pub(crate) fn change_permissions(
        &mut self,
        principal: &mut PrincipalRow,
        wanted: &Permissions,
        object: &Object,
    ) -> Result<()> {
        let present = Permissions::parse(&principal.permissions).map_err(Error::internal)?;
        let differs = |one: &Permission| {
            let holds = |set: &Permissions| set.iter().any(|other| other == *one);
            holds(&present) != holds(wanted)
        };
        let differing: Permissions = present
            .iter()
            .chain(wanted.iter())
            .filter(differs)
            .collect();
        self.require_cover(&differing, object)?;
        principal.permissions = wanted.to_string();
        Ok(self.tx.narrow_access()?)
    }

    /// The person with this id.
    pub(crate) fn person(&mut self, id: &str) -> Result<PrincipalRow> {
        let person = self.tx.principals().find(id)?;
        let person = person.filter(|principal| principal.kind == "person");
        person.ok_or_else(|| Error::not_found("person"))
    }

    fn describe_person(&mut self, person: &PrincipalRow) -> Result<(Person, i64)> {
        let described = self.describe_persons(std::slice::from_ref(person))?.pop();
        let described = described.ok_or_else(|| Error::not_found("person"))?;
        Ok((described, person.tag))
    }

    fn describe_persons(&mut self, persons: &[PrincipalRow]) -> Result<Vec<Person>> {
        let ids: Vec<&str> = persons.iter().map(|person| person.id.as_str()).collect();
        let people = People::load(self.tx, &ids, self.now)?;
        let groups = |person: &PrincipalRow| {
            let identity = people.identity(person.id.as_str());
            let groups = identity.map(|identity| identity.groups).unwrap_or_default();
            groups.iter().map(ToString::to_string).collect()
        };
        Ok(persons
            .iter()
            .map(|person| describe(person, groups(person)))
            .collect())
    }
}

/// The person with this id, as events name it.
pub(crate) fn object(id: &str) -> Object {
    Object::new(ObjectKind::Person, id)
}

fn describe(person: &PrincipalRow, groups: Vec<String>) -> Person {
    let permissions = person.permissions.split_ascii_whitespace();
    Person {
        id: person.id.to_string(),
        name: person.name.clone(),
        email: person.email.clone(),
        status: person.status.clone(),
        groups,
        permissions: permissions.map(str::to_owned).collect(),
    }
}

//! Machine identities: everybody sees them, `machines.manage` changes them. Their permissions are
//! the most their access tokens can permit.

use keydance_api::principal::MachineIdentity;
use keydance_api::token::AccessToken;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::id::PrincipalId;
use keydance_core::name::Name;
use keydance_core::permission::{Permission, Permissions};
use keydance_core::principal::MachineKind;
use keydance_core::problem::REQUIRED;
use keydance_store::page::{Page, PageRequest};
use keydance_store::principals::{Kind, PrincipalRow};

use super::fields::{self, Fields, ensure_unchanged};
use super::idempotency::{Answer, Once};
use super::tokens::NewToken;
use super::{Engine, Error, Result, Session, UseCase};

/// A machine identity to be made.
#[derive(Clone, Debug)]
pub struct NewMachine {
    id: PrincipalId,
    name: Name,
    kind: MachineKind,
    permissions: Option<Permissions>,
}

/// What is to change of a machine identity.
#[derive(Clone, Debug)]
pub struct MachineChange {
    name: Option<Name>,
    permissions: Option<Permissions>,
}

impl NewMachine {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        let kind = fields::text(fields, "kind")?;
        let kind = kind.ok_or_else(|| Error::invalid_field("kind", REQUIRED))?;
        let unknown = |_| Error::invalid_field("kind", "must be service, node or pipeline");
        Ok(Self {
            id: fields::id(fields)?,
            name: fields::name(fields, "name")?,
            kind: kind.parse().map_err(unknown)?,
            permissions: fields::permissions(fields)?,
        })
    }
}

impl MachineChange {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        Ok(Self {
            name: fields::optional_name(fields, "name")?,
            permissions: fields::permissions(fields)?,
        })
    }
}

impl Engine {
    /// A page of the machine identities of the caller's organisation.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_machines(
        &self,
        session: &Session,
        page: PageRequest,
    ) -> Result<Page<MachineIdentity>> {
        self.read(session, move |use_case| {
            let page = use_case.tx.principals().list(Kind::Machine, page)?;
            Ok(Page {
                entries: page.entries.iter().map(describe).collect(),
                total: page.total,
            })
        })
        .await
    }

    /// Makes a machine identity, without an access token.
    ///
    /// # Errors
    /// `missing_permission`, also for permissions the caller does not hold; `already_exists` if the
    /// id is or was in use.
    pub async fn create_machine(
        &self,
        session: &Session,
        new: NewMachine,
        once: Option<Once>,
    ) -> Result<Answer<MachineIdentity>> {
        self.write_once(session, once, move |use_case| use_case.create_machine(&new))
            .await
    }

    /// Changes name or permissions.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `precondition_failed`.
    pub async fn change_machine(
        &self,
        session: &Session,
        id: String,
        change: MachineChange,
        if_match: Option<i64>,
    ) -> Result<(MachineIdentity, i64)> {
        self.write(session, move |use_case| {
            use_case.change_machine(&id, &change, if_match)
        })
        .await
    }

    /// Closes a machine identity for good: its access tokens and executions end.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `precondition_failed`.
    pub async fn close_machine(
        &self,
        session: &Session,
        id: String,
        if_match: Option<i64>,
    ) -> Result<()> {
        self.write(session, move |use_case| {
            use_case.close_machine(&id, if_match)
        })
        .await
    }

    /// Issues an access token of a machine identity.
    ///
    /// # Errors
    /// `missing_permission`, also for permissions the caller or the machine identity does not hold;
    /// `not_found`; `token_scope`.
    pub async fn issue_machine_token(
        &self,
        session: &Session,
        id: String,
        new: NewToken,
        once: Option<Once>,
    ) -> Result<Answer<AccessToken>> {
        self.write_once(session, once, move |use_case| {
            let machine = use_case.live_machine(&id)?;
            use_case.require(Permission::MachinesManage, &object(&id))?;
            use_case.issue_to_machine(&machine, &new)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn create_machine(&mut self, new: &NewMachine) -> Result<MachineIdentity> {
        let object = object(new.id.as_str());
        self.require(Permission::MachinesManage, &object)?;
        let own = &self.session.caller.permissions;
        let permissions = new.permissions.as_ref().unwrap_or(own).clone();
        self.require_cover(&permissions, &object)?;
        let machine = PrincipalRow {
            id: new.id.clone(),
            kind: new.kind.to_string(),
            name: new.name.to_string(),
            email: None,
            status: "active".to_owned(),
            permissions: permissions.to_string(),
            created_at: self.now,
            created_by: self.subject(),
            tag: 0,
        };
        self.tx.principals().insert(&machine)?;
        self.machine_event(Action::MachineIdentityCreated, &machine);
        Ok(describe(&machine))
    }

    fn change_machine(
        &mut self,
        id: &str,
        change: &MachineChange,
        if_match: Option<i64>,
    ) -> Result<(MachineIdentity, i64)> {
        let mut machine = self.live_machine(id)?;
        self.require(Permission::MachinesManage, &object(id))?;
        ensure_unchanged(if_match, machine.tag)?;
        if let Some(name) = &change.name {
            machine.name = name.to_string();
        }
        if let Some(permissions) = &change.permissions {
            self.change_permissions(&mut machine, permissions, &object(id))?;
        }
        self.tx.principals().update(&machine)?;
        self.machine_event(Action::MachineIdentityUpdated, &machine);
        Ok((describe(&machine), machine.tag + 1))
    }

    fn close_machine(&mut self, id: &str, if_match: Option<i64>) -> Result<()> {
        let mut machine = self.live_machine(id)?;
        self.require(Permission::MachinesManage, &object(id))?;
        ensure_unchanged(if_match, machine.tag)?;
        machine.status = "closed".to_owned();
        self.tx.principals().update(&machine)?;
        let (tokens, executions) = self.shut_out(&machine, "closed")?;
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::MachineIdentityClosed, actor, object(id))
            .detail("endedTokens", tokens)
            .detail("endedExecutions", executions);
        self.tx.record(event);
        Ok(())
    }

    fn live_machine(&mut self, id: &str) -> Result<PrincipalRow> {
        let machine = self.tx.principals().find(id)?;
        let machine = machine.filter(|one| one.kind != "person" && one.status != "closed");
        machine.ok_or_else(|| Error::not_found("machine identity"))
    }

    fn machine_event(&mut self, action: Action, machine: &PrincipalRow) {
        let object = object(machine.id.as_str());
        let event = Event::new(self.context(), action, self.actor(), object);
        self.tx
            .record(event.detail("permissions", machine.permissions.as_str()));
    }
}

fn object(id: &str) -> Object {
    Object::new(ObjectKind::MachineIdentity, id)
}

fn describe(machine: &PrincipalRow) -> MachineIdentity {
    let permissions = machine.permissions.split_ascii_whitespace();
    MachineIdentity {
        id: machine.id.to_string(),
        name: machine.name.clone(),
        kind: machine.kind.clone(),
        status: machine.status.clone(),
        created_by: machine.created_by.clone(),
        permissions: permissions.map(str::to_owned).collect(),
    }
}

//! Groups: everybody sees them, `groups.manage` changes them.

mod members;

pub use members::{MemberRequest, NewMember};

use keydance_api::group::Group;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::id::GroupId;
use keydance_core::name::Name;
use keydance_core::permission::Permission;
use keydance_store::groups::GroupRow;
use keydance_store::page::{Page, PageRequest};

use super::fields::{self, Fields, ensure_unchanged};
use super::idempotency::{Answer, Once};
use super::{Code, Engine, Error, Result, Session, UseCase};

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    id: GroupId,
    name: Name,
}

impl NewGroup {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        Ok(Self {
            id: fields::id(fields)?,
            name: fields::name(fields, "name")?,
        })
    }
}

impl Engine {
    /// A page of the groups of the caller's organisation.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_groups(&self, session: &Session, page: PageRequest) -> Result<Page<Group>> {
        self.read(session, move |use_case| {
            let page = use_case.tx.groups().list(page)?;
            Ok(Page {
                entries: page.entries.iter().map(describe).collect(),
                total: page.total,
            })
        })
        .await
    }

    /// One group and its tag.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn read_group(&self, session: &Session, id: String) -> Result<(Group, i64)> {
        self.read(session, move |use_case| {
            let group = use_case.open_group(&id)?;
            Ok((describe(&group), group.tag))
        })
        .await
    }

    /// Makes a group, without anybody in it.
    ///
    /// # Errors
    /// `missing_permission`; `already_exists` if the id is or was in use.
    pub async fn create_group(
        &self,
        session: &Session,
        new: NewGroup,
        once: Option<Once>,
    ) -> Result<Answer<Group>> {
        self.write_once(session, once, move |use_case| use_case.create_group(&new))
            .await
    }

    /// Renames a group.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `precondition_failed`.
    pub async fn rename_group(
        &self,
        session: &Session,
        id: String,
        name: Name,
        if_match: Option<i64>,
    ) -> Result<(Group, i64)> {
        self.write(session, move |use_case| {
            use_case.rename_group(&id, &name, if_match)
        })
        .await
    }

    /// Closes a group that owns nothing: nobody is in it any more, and it is in no other.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `owner_in_use`, `precondition_failed`.
    pub async fn close_group(
        &self,
        session: &Session,
        id: String,
        if_match: Option<i64>,
    ) -> Result<()> {
        self.write(session, move |use_case| use_case.close_group(&id, if_match))
            .await
    }
}

impl UseCase<'_, '_> {
    fn create_group(&mut self, new: &NewGroup) -> Result<Group> {
        let object = object(new.id.as_str());
        self.require(Permission::GroupsManage, &object)?;
        let group = GroupRow {
            id: new.id.to_string(),
            name: new.name.to_string(),
            created_at: self.now,
            closed_at: None,
            tag: 0,
        };
        self.tx.groups().insert(&group)?;
        self.group_event(Action::GroupCreated, object);
        Ok(describe(&group))
    }

    fn rename_group(
        &mut self,
        id: &str,
        name: &Name,
        if_match: Option<i64>,
    ) -> Result<(Group, i64)> {
        let mut group = self.open_group(id)?;
        self.require(Permission::GroupsManage, &object(id))?;
        ensure_unchanged(if_match, group.tag)?;
        group.name = name.to_string();
        self.tx.groups().update(&group)?;
        self.group_event(Action::GroupUpdated, object(id));
        Ok((describe(&group), group.tag + 1))
    }

    fn close_group(&mut self, id: &str, if_match: Option<i64>) -> Result<()> {
        let mut group = self.open_group(id)?;
        self.require(Permission::GroupsManage, &object(id))?;
        ensure_unchanged(if_match, group.tag)?;
        if self.tx.groups().owns_anything(id)? {
            return Err(Error::new(
                Code::OwnerInUse,
                "The group still owns credentials or flows.",
            ));
        }
        group.closed_at = Some(self.now);
        self.tx.groups().update(&group)?;
        let by = self.subject();
        self.tx.groups().part_all(id, &by, self.now)?;
        self.everybody_loses_access()?;
        self.group_event(Action::GroupDeleted, object(id));
        Ok(())
    }

    fn open_group(&mut self, id: &str) -> Result<GroupRow> {
        let group = self.tx.groups().find(id)?;
        let group = group.filter(|group| group.closed_at.is_none());
        group.ok_or_else(|| Error::not_found("group"))
    }

    fn group_event(&mut self, action: Action, object: Object) {
        let event = Event::new(self.context(), action, self.actor(), object);
        self.tx.record(event);
    }
}

fn object(id: &str) -> Object {
    Object::new(ObjectKind::Group, id)
}

fn describe(group: &GroupRow) -> Group {
    Group {
        id: group.id.clone(),
        name: group.name.clone(),
        external: false,
    }
}

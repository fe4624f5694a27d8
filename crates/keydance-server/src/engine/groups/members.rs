//! Who is in a group, and since when. Memberships are closed, never deleted.

use keydance_api::credential::Owner as OwnerDocument;
use keydance_api::group::Membership;
use keydance_core::event::{Action, Event};
use keydance_core::name::Name;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::permission::Permission;
use keydance_core::time::Timestamp;
use keydance_store::groups::MembershipRow;

use super::object;
use crate::engine::fields::{self, Fields};
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// A group and somebody who is or is to be in it.
#[derive(Clone, Debug)]
pub struct MemberRequest {
    /// The group.
    pub group: String,
    /// A person, machine identity or group.
    pub member: Owner,
}

/// How long somebody is to be in a group, and why.
#[derive(Clone, Debug)]
pub struct NewMember {
    until: Option<Timestamp>,
    reason: Name,
}

impl MemberRequest {
    /// Reads the parts of a path.
    ///
    /// # Errors
    /// `not_found` if nothing of that type can be in a group.
    pub fn parse(group: String, word: &str, id: String) -> Result<Self> {
        let kind = OwnerKind::from_wire(word);
        if !matches!(kind, OwnerKind::Person | OwnerKind::Group) {
            return Err(Error::not_found("member"));
        }
        let member = Owner { kind, id };
        Ok(Self { group, member })
    }
}

impl NewMember {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The field that does not hold what it must.
    pub fn parse(fields: &Fields) -> Result<Self> {
        let until = fields::text(fields, "until")?.map(str::parse).transpose();
        let until = until
            .map_err(|_| Error::invalid_field("until", "must be an RFC 3339 date and time"))?;
        Ok(Self {
            until,
            reason: fields::name(fields, "reason")?,
        })
    }
}

impl Engine {
    /// Who was in a group at a moment, in the order they joined.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn list_members(
        &self,
        session: &Session,
        group: String,
        at: Option<Timestamp>,
    ) -> Result<Vec<Membership>> {
        self.read(session, move |use_case| {
            let known = use_case.tx.groups().find(&group)?;
            known.ok_or_else(|| Error::not_found("group"))?;
            let at = at.unwrap_or(use_case.now);
            let members = use_case.tx.groups().members(&group, at)?;
            Ok(members.iter().map(describe).collect())
        })
        .await
    }

    /// Puts somebody into a group; who is in it already stays as long as it is said now.
    ///
    /// # Errors
    /// `missing_permission`; `not_found`; `validation_failed` if a group would be in itself.
    pub async fn add_member(
        &self,
        session: &Session,
        request: MemberRequest,
        new: NewMember,
    ) -> Result<Membership> {
        self.write(session, move |use_case| use_case.add_member(&request, &new))
            .await
    }

    /// Takes somebody out of a group.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`.
    pub async fn remove_member(&self, session: &Session, request: MemberRequest) -> Result<()> {
        self.write(session, move |use_case| use_case.remove_member(&request))
            .await
    }
}

impl UseCase<'_, '_> {
    fn add_member(&mut self, request: &MemberRequest, new: &NewMember) -> Result<Membership> {
        let MemberRequest { group, member } = request;
        self.open_group(group)?;
        self.require(Permission::GroupsManage, &object(group))?;
        if new.until.is_some_and(|until| until <= self.now) {
            return Err(Error::invalid_field("until", "must be in the future"));
        }
        self.ensure_can_join(request)?;
        let (word, by) = (member.kind.to_row(), self.subject());
        let present = self.tx.groups().live_membership(group, &word, &member.id)?;
        if let Some(present) = present {
            if present.until == new.until {
                return Ok(describe(&present));
            }
            self.tx
                .groups()
                .part(group, &word, &member.id, &by, self.now)?;
            self.tx.narrow_access()?;
        }
        self.tx.groups().join(&MembershipRow {
            group: group.clone(),
            member_type: word.clone(),
            member: member.id.clone(),
            since: self.now,
            until: new.until,
            by,
            reason: new.reason.to_string(),
        })?;
        let event = self.member_event(Action::GroupMemberAdded, request);
        self.tx.record(event.detail("reason", new.reason.as_str()));
        let joined = self.tx.groups().live_membership(group, &word, &member.id)?;
        let missing = || Error::internal("the membership is not there");
        Ok(describe(&joined.ok_or_else(missing)?))
    }

    fn remove_member(&mut self, request: &MemberRequest) -> Result<()> {
        let MemberRequest { group, member } = request;
        self.open_group(group)?;
        self.require(Permission::GroupsManage, &object(group))?;
        let (word, by) = (member.kind.to_row(), self.subject());
        let was_in = self
            .tx
            .groups()
            .part(group, &word, &member.id, &by, self.now)?;
        if !was_in {
            return Err(Error::not_found("member"));
        }
        let ended = match member.kind {
            OwnerKind::Person => self.lose_access(&[member.id.as_str()])?,
            _ => self.everybody_loses_access()?,
        };
        let event = self.member_event(Action::GroupMemberRemoved, request);
        self.tx.record(event.detail("endedExecutions", ended));
        Ok(())
    }

    fn ensure_can_join(&mut self, request: &MemberRequest) -> Result<()> {
        let MemberRequest { group, member } = request;
        if member.kind == OwnerKind::Person {
            let principal = self.tx.principals().find(&member.id)?;
            return principal
                .map(drop)
                .ok_or_else(|| Error::not_found("person"));
        }
        self.open_group(&member.id)?;
        let above = self.tx.groups().above(group)?;
        if *group == member.id || above.contains(&member.id) {
            let problem = "would put a group into itself";
            return Err(Error::invalid_field("member", problem));
        }
        // Two such changes at once could close a circle that neither sees: one starts over.
        Ok(self.tx.narrow_access()?)
    }

    fn member_event(&self, action: Action, request: &MemberRequest) -> Event {
        let object = object(&request.group);
        Event::new(self.context(), action, self.actor(), object)
            .detail("member", request.member.to_string())
    }
}

fn describe(membership: &MembershipRow) -> Membership {
    let kind = OwnerKind::from_row(&membership.member_type);
    Membership {
        member: OwnerDocument {
            id: membership.member.clone(),
            kind: kind.as_wire().to_owned(),
        },
        from: membership.since.to_string(),
        until: membership.until.map(|until| until.to_string()),
        by: membership.by.clone(),
        reason: membership.reason.clone(),
    }
}

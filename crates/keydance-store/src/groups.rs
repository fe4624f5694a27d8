//! Groups and who is in them. Memberships are intervals: they are closed, never deleted.

use std::collections::BTreeSet;

use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, each};

/// A group as kept.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Moves with every change.
    pub tag: i64,
}

/// A membership as kept.
#[derive(Clone, Debug)]
pub struct MembershipRow {
    /// The group.
    pub group: String,
    /// `person` (machine identities too) or `group`.
    pub member_type: String,
    /// The member.
    pub member: String,
    /// From when.
    pub since: Timestamp,
    /// Until when, not included.
    pub until: Option<Timestamp>,
    /// Who opened it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The door to groups.
#[derive(Debug)]
pub struct Groups<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to groups.
    pub fn groups(&mut self) -> Groups<'_, 'c> {
        Groups(self)
    }
}

impl Groups<'_, '_> {
    /// Adds one.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the id is or was in use.
    pub fn insert(&mut self, group: &GroupRow) -> Result<()> {
        let values = [
            self.0.org()?,
            (&group.id).into(),
            (&group.name).into(),
            group.created_at.as_millis().into(),
        ];
        let sql =
            "insert into membership_group (org, id, name, created_at) values ($1, $2, $3, $4)";
        self.0.execute(sql, &values)?;
        self.0.touch(Table::Group, [&group.id])
    }

    /// The one with this id, closed or not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, id: &str) -> Result<Option<GroupRow>> {
        let values = [self.0.org()?, id.into()];
        let sql = "select id, name, created_at, closed_at, tag from membership_group
            where org = $1 and id = $2";
        self.0.find(sql, &values, group)
    }

    /// Those of these groups that are there and not closed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn open(&mut self, ids: &[&str]) -> Result<BTreeSet<String>> {
        let values = [self.0.org()?, each(ids.iter().map(|id| [*id]))];
        let sql = "select g.id from EACH($2) e cross join membership_group g
            where g.org = $1 and g.id = e.value->>0 and g.closed_at is null";
        Ok(self
            .0
            .query(sql, &values, |row| row.get(0))?
            .into_iter()
            .collect())
    }

    /// A page of the groups that are not closed, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, page: PageRequest) -> Result<Page<GroupRow>> {
        let org = self.0.org()?;
        let count = "select count(*) from membership_group where org = $1 and closed_at is null";
        let total = self.0.find(count, &[org], |row| row.get(0))?.unwrap_or(0);
        let values = [self.0.org()?, page.size.into(), page.offset().into()];
        let sql = "select id, name, created_at, closed_at, tag from membership_group
            where org = $1 and closed_at is null order by created_at, id limit $2 offset $3";
        Ok(Page {
            entries: self.0.query(sql, &values, group)?,
            total,
        })
    }

    /// Replaces name and end.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if it changed since it was read.
    pub fn update(&mut self, group: &GroupRow) -> Result<()> {
        let values = [
            self.0.org()?,
            (&group.id).into(),
            (&group.name).into(),
            group.closed_at.map(Timestamp::as_millis).into(),
            group.tag.into(),
        ];
        let sql = "update membership_group set name = $3, closed_at = $4, tag = tag + 1
            where org = $1 and id = $2 and tag = $5";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Group, [&group.id])
    }

    /// Whether the group owns a credential or a flow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn owns_anything(&mut self, id: &str) -> Result<bool> {
        let values = [self.0.org()?, id.into()];
        let sql = "select 1 from credential_owner
              where org = $1 and owner_type = 'group' and owner_id = $2 and live = 1
            union all select 1 from flow_owner
              where org = $1 and owner_type = 'group' and owner_id = $2 and live = 1 limit 1";
        Ok(self.0.find(sql, &values, |_| Ok(()))?.is_some())
    }

    /// Opens a membership.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if it is open already.
    pub fn join(&mut self, membership: &MembershipRow) -> Result<()> {
        let values = [
            self.0.org()?,
            (&membership.group).into(),
            (&membership.member_type).into(),
            (&membership.member).into(),
            membership.since.as_millis().into(),
            membership.until.map(Timestamp::as_millis).into(),
            (&membership.by).into(),
            (&membership.reason).into(),
        ];
        // A member that left and came back within a millisecond has a second interval all the same.
        let sql = "insert into membership
              (org, group_id, member_type, member_id, since, until, opened_by, reason)
            select $1, $2, $3, $4, coalesce((select max(m.since) + 1 from membership m
                where m.org = $1 and m.group_id = $2 and m.member_type = $3 and m.member_id = $4
                and m.since >= cast($5 as bigint)), cast($5 as bigint)),
              cast($6 as bigint), cast($7 as text), cast($8 as text)
            returning group_id, member_type, member_id, cast(since as text)";
        self.0.execute_on(Table::Membership, sql, &values).map(drop)
    }

    /// Closes a live membership. Says whether there was one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn part(
        &mut self,
        group: &str,
        member_type: &str,
        member: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let values = [
            self.0.org()?,
            group.into(),
            member_type.into(),
            member.into(),
            by.into(),
            now.as_millis().into(),
        ];
        let sql = "update membership set live = null, closed_by = $5,
              until = case when until is null or until > $6 then $6 else until end
            where org = $1 and group_id = $2 and member_type = $3 and member_id = $4 and live = 1
            returning group_id, member_type, member_id, cast(since as text)";
        Ok(self.0.execute_on(Table::Membership, sql, &values)? == 1)
    }

    /// The members of a group at a moment, in the order they joined.
    ///
    /// # Errors
    /// Those of the database.
    pub fn members(&mut self, group: &str, at: Timestamp) -> Result<Vec<MembershipRow>> {
        let values = [self.0.org()?, group.into(), at.as_millis().into()];
        let sql = "select group_id, member_type, member_id, since, until, opened_by, reason
            from membership where org = $1 and group_id = $2
              and since <= $3 and (until is null or until > $3)
            order by since, member_type, member_id";
        self.0.query(sql, &values, membership)
    }

    /// The groups each of these principals is in at a moment, directly or through other groups:
    /// pairs of principal and group, in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of_principals(&mut self, ids: &[&str], at: Timestamp) -> Result<Vec<(String, String)>> {
        let values = [
            self.0.org()?,
            each(ids.iter().map(|id| [*id])),
            at.as_millis().into(),
        ];
        let sql = "with recursive inside(principal, id) as (
              select m.member_id, m.group_id from EACH($2) e cross join membership m
                where m.org = $1 and m.member_type = 'person' and m.member_id = e.value->>0
                and m.live = 1 and (m.until is null or m.until > $3)
              union select i.principal, m.group_id from inside i, membership m
                where m.org = $1 and m.member_type = 'group' and m.member_id = i.id
                and m.live = 1 and (m.until is null or m.until > $3))
            select i.principal, i.id from inside i, membership_group g
              where g.org = $1 and g.id = i.id and g.closed_at is null";
        self.0
            .query(sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The groups that contain this group, directly or through others.
    ///
    /// # Errors
    /// Those of the database.
    pub fn above(&mut self, group: &str) -> Result<Vec<String>> {
        let values = [self.0.org()?, group.into()];
        let sql = "with recursive above(id) as (
              select group_id from membership
                where org = $1 and member_type = 'group' and member_id = $2 and live = 1
              union select m.group_id from above a, membership m
                where m.org = $1 and m.member_type = 'group' and m.member_id = a.id and m.live = 1)
            select id from above";
        self.0.query(sql, &values, |row| row.get(0))
    }

    /// The live membership of a member, whether or not its time has come or gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn live_membership(
        &mut self,
        group: &str,
        member_type: &str,
        member: &str,
    ) -> Result<Option<MembershipRow>> {
        let values = [
            self.0.org()?,
            group.into(),
            member_type.into(),
            member.into(),
        ];
        let sql = "select group_id, member_type, member_id, since, until, opened_by, reason
            from membership where org = $1 and group_id = $2
              and member_type = $3 and member_id = $4 and live = 1";
        self.0.find(sql, &values, membership)
    }

    /// Closes every live membership in a group and of it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn part_all(&mut self, group: &str, by: &str, now: Timestamp) -> Result<()> {
        let values = [
            self.0.org()?,
            group.into(),
            by.into(),
            now.as_millis().into(),
        ];
        let sql = "update membership set live = null, closed_by = $3,
              until = case when until is null or until > $4 then $4 else until end
            where org = $1 and live = 1
              and (group_id = $2 or (member_type = 'group' and member_id = $2))
            returning group_id, member_type, member_id, cast(since as text)";
        self.0.execute_on(Table::Membership, sql, &values).map(drop)
    }
}

fn group(row: &Row<'_>) -> Result<GroupRow> {
    Ok(GroupRow {
        id: row.get(0)?,
        name: row.get(1)?,
        created_at: Timestamp::from_millis(row.get(2)?),
        closed_at: row.get::<Option<i64>>(3)?.map(Timestamp::from_millis),
        tag: row.get(4)?,
    })
}

fn membership(row: &Row<'_>) -> Result<MembershipRow> {
    Ok(MembershipRow {
        group: row.get(0)?,
        member_type: row.get(1)?,
        member: row.get(2)?,
        since: Timestamp::from_millis(row.get(3)?),
        until: row.get::<Option<i64>>(4)?.map(Timestamp::from_millis),
        by: row.get(5)?,
        reason: row.get(6)?,
    })
}

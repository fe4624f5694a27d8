//! Credentials and who owns them. A credential holds no bytes; its versions do.

mod list;

pub use list::{CredentialFilter, CredentialOrder};

use std::collections::BTreeSet;
use std::fmt::Display;

use keydance_core::id::{CredentialId, FlowId};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, Value, each};

/// A credential as kept.
#[derive(Clone, Debug)]
pub struct CredentialRow {
    /// Its id.
    pub id: CredentialId,
    /// What people call it.
    pub name: String,
    /// The word of its type.
    pub kind: String,
    /// Free text.
    pub domain: Option<String>,
    /// What it may be used with, as JSON; nothing if unbound.
    pub bound_to: Option<String>,
    /// The id that envelopes under its key carry, 16 bytes.
    pub key_id: Vec<u8>,
    /// The generation of its key.
    pub key_generation: i64,
    /// `usable`, `suspended`, `deleted` or `destroyed`.
    pub state: String,
    /// The number of its newest version.
    pub last_version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: String,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Moves with every change.
    pub tag: i64,
}

/// An owner of a credential and the credential's key, wrapped for that owner.
#[derive(Clone, Debug)]
pub struct CredentialOwnerRow {
    /// The credential.
    pub credential: CredentialId,
    /// The owner.
    pub owner: Owner,
    /// The wrapped key; none for owners of an unknown kind.
    pub wrap: Option<Vec<u8>>,
}

/// The door to credentials.
#[derive(Debug)]
pub struct Credentials<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to credentials.
    pub fn credentials(&mut self) -> Credentials<'_, 'c> {
        Credentials(self)
    }
}

/// A statement that reads whole credentials.
macro_rules! select_credential {
    ($rest:literal) => {
        concat!(
            "select c.id, c.name, c.type, c.domain, c.bound_to, c.key_id, c.key_gen, c.state, ",
            "c.last_version, c.created_at, c.created_by, c.updated_at, c.deleted_at, c.tag ",
            $rest
        )
    };
}

impl Credentials<'_, '_> {
    /// Adds one, with the number of its first version, and its owners in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn insert(
        &mut self,
        credential: &CredentialRow,
        owners: &[CredentialOwnerRow],
    ) -> Result<()> {
        let id = Value::text(&credential.id);
        let created_at = Value::from(credential.created_at.as_millis());
        let sql = "insert into object (id) values ($1)";
        self.0.insert_many(sql, &[vec![id.clone()]])?;
        let values = vec![
            self.0.org()?,
            id,
            (&credential.name).into(),
            (&credential.kind).into(),
            credential.domain.as_ref().into(),
            credential.bound_to.as_ref().into(),
            (&credential.key_id).into(),
            credential.last_version.into(),
            created_at.clone(),
            (&credential.created_by).into(),
            created_at,
        ];
        let sql = "insert into credential (org, id, name, type, domain, bound_to, key_id,
            last_version, created_at, created_by, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        self.0.insert_many(sql, &[values])?;
        let rows = owners
            .iter()
            .zip(0..)
            .map(|(owner, position)| self.owner_values(credential, owner, position))
            .collect::<Result<Vec<_>>>()?;
        self.0.insert_many(
            "insert into credential_owner (org, credential, owner_type, owner_id, wrap, position,
                credential_at, since, opened_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &rows,
        )?;
        self.touch_new(credential, owners)
    }

    fn touch_new(
        &mut self,
        credential: &CredentialRow,
        owners: &[CredentialOwnerRow],
    ) -> Result<()> {
        let (id, since) = (&credential.id, credential.created_at.as_millis());
        self.0.touch(Table::Credential, [id])?;
        owners.iter().map(|row| &row.owner).try_for_each(|owner| {
            let key: [&dyn Display; 4] = [id, &owner.kind.to_row(), &owner.id, &since];
            self.0.touch(Table::CredentialOwner, key)
        })
    }

    fn owner_values<'v>(
        &self,
        credential: &'v CredentialRow,
        owner: &'v CredentialOwnerRow,
        position: i64,
    ) -> Result<Vec<Value<'v>>> {
        Ok(vec![
            self.0.org()?,
            Value::text(&credential.id),
            owner.owner.kind.to_row().into(),
            (&owner.owner.id).into(),
            owner.wrap.as_ref().into(),
            position.into(),
            credential.created_at.as_millis().into(),
            credential.created_at.as_millis().into(),
            (&credential.created_by).into(),
        ])
    }

    /// Those of these ids that a credential of any organisation has.
    ///
    /// # Errors
    /// Those of the database.
    pub fn exist_anywhere(&mut self, ids: &[CredentialId]) -> Result<BTreeSet<CredentialId>> {
        let sql = "select o.id from EACH($1) e cross join object o where o.id = e.value->>0";
        let found = self.0.query(sql, &[each_id(ids)], |row| row.parse(0))?;
        Ok(found.into_iter().collect())
    }

    /// The one with this id, deleted or not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, id: CredentialId) -> Result<Option<CredentialRow>> {
        Ok(self.find_all(&[id])?.pop())
    }

    /// Those with these ids; unknown ids are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find_all(&mut self, ids: &[CredentialId]) -> Result<Vec<CredentialRow>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = select_credential!(
            "from EACH($2) e cross join credential c where c.org = $1 and c.id = e.value->>0"
        );
        self.0.query(sql, &values, credential)
    }

    /// The live owners of these credentials, each in the order they were added.
    ///
    /// # Errors
    /// Those of the database.
    pub fn owners(&mut self, ids: &[CredentialId]) -> Result<Vec<CredentialOwnerRow>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = "select o.credential, o.owner_type, o.owner_id, o.wrap
            from EACH($2) e cross join credential_owner o
            where o.org = $1 and o.credential = e.value->>0 and o.live = 1
            order by o.credential, o.position, o.since";
        self.0.query(sql, &values, |row| {
            Ok(CredentialOwnerRow {
                credential: row.parse(0)?,
                owner: Owner {
                    kind: OwnerKind::from_row(&row.get::<String>(1)?),
                    id: row.get(2)?,
                },
                wrap: row.get(3)?,
            })
        })
    }

    /// Adds an owner behind the others.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if it owns the credential already.
    pub fn add_owner(
        &mut self,
        owner: &CredentialOwnerRow,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&owner.credential),
            owner.owner.kind.to_row().into(),
            (&owner.owner.id).into(),
            owner.wrap.as_ref().into(),
            now.as_millis().into(),
            by.into(),
        ];
        // An owner that left and came back within a millisecond has a second interval all the same.
        let sql = "insert into credential_owner (org, credential, owner_type, owner_id, wrap,
              position, credential_at, since, opened_by)
            select $1, $2, $3, $4, cast($5 as BYTES),
              (select coalesce(max(o.position), 0) + 1 from credential_owner o
                where o.org = $1 and o.credential = $2),
              (select c.created_at from credential c where c.org = $1 and c.id = $2),
              coalesce((select max(o.since) + 1 from credential_owner o
                where o.org = $1 and o.credential = $2 and o.owner_type = $3 and o.owner_id = $4
                and o.since >= cast($6 as bigint)), cast($6 as bigint)), cast($7 as text)
            returning credential, owner_type, owner_id, cast(since as text)";
        self.0
            .execute_on(Table::CredentialOwner, sql, &values)
            .map(drop)
    }

    /// Closes an owner's entry and erases its wrapped key.
    ///
    /// # Errors
    /// [`Error::Referenced`](crate::Error::Referenced) while a flow needs it.
    pub fn close_owner(
        &mut self,
        id: CredentialId,
        owner: &Owner,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&id),
            owner.kind.to_row().into(),
            (&owner.id).into(),
            by.into(),
            now.as_millis().into(),
        ];
        let sql = "update credential_owner set live = null, until = $6, closed_by = $5, wrap = null
            where org = $1 and credential = $2 and owner_type = $3 and owner_id = $4 and live = 1
            returning credential, owner_type, owner_id, cast(since as text)";
        self.0.change_on(Table::CredentialOwner, sql, &values)
    }

    /// The flows whose references to a credential rest on this owner.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flows_needing_owner(&mut self, id: CredentialId, owner: &Owner) -> Result<Vec<FlowId>> {
        let values = [
            self.0.org()?,
            Value::text(&id),
            owner.kind.to_row().into(),
            (&owner.id).into(),
        ];
        let sql = "select distinct flow from flow_ref_owner
            where org = $1 and credential = $2 and owner_type = $3 and owner_id = $4
            order by flow";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// The flows that reference a credential.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flows_referencing(&mut self, id: CredentialId) -> Result<Vec<FlowId>> {
        let values = [self.0.org()?, Value::text(&id)];
        let sql = "select flow from flow_ref where org = $1 and credential = $2 and live = 1
            order by flow";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// Replaces name, domain, bound places, state, key and newest version number.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if it changed since it was read.
    pub fn update(&mut self, credential: &CredentialRow) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&credential.id),
            (&credential.name).into(),
            credential.domain.as_ref().into(),
            credential.bound_to.as_ref().into(),
            (&credential.state).into(),
            credential.last_version.into(),
            credential.updated_at.as_millis().into(),
            credential.deleted_at.map(Timestamp::as_millis).into(),
            credential.tag.into(),
        ];
        let sql = "update credential set name = $3, domain = $4, bound_to = $5, state = $6,
              last_version = $7, updated_at = $8, deleted_at = $9, tag = tag + 1
            where org = $1 and id = $2 and tag = $10";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Credential, [&credential.id])
    }

    /// Lets the id be known, or unknown, to everybody: at deletion and when it is taken back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_known(&mut self, id: CredentialId, known: bool) -> Result<()> {
        let sql = if known {
            "insert into object (id) values ($1)"
        } else {
            "delete from object where id = $1"
        };
        self.0.execute(sql, &[Value::text(&id)]).map(drop)
    }

    /// The credentials of an owner, deleted ones left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn owned_by(&mut self, owner: &Owner) -> Result<Vec<CredentialId>> {
        let values = [
            self.0.org()?,
            owner.kind.to_row().into(),
            (&owner.id).into(),
        ];
        let sql = "select c.id from credential_owner o, credential c
            where o.org = $1 and o.owner_type = $2 and o.owner_id = $3 and o.live = 1
              and c.org = $1 and c.id = o.credential and c.state in ('usable', 'suspended')
            order by c.created_at, c.id";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// The credentials deleted before a moment and not destroyed since.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deleted_before(&mut self, moment: Timestamp) -> Result<Vec<CredentialId>> {
        let values = [self.0.org()?, moment.as_millis().into()];
        let sql = "select id from credential
            where org = $1 and state = 'deleted' and deleted_at < $2 order by id limit 1000";
        self.0.query(sql, &values, |row| row.parse(0))
    }
}

fn each_id(ids: &[CredentialId]) -> Value<'static> {
    each(ids.iter().map(|id| [id.to_string()]))
}

fn credential(row: &Row<'_>) -> Result<CredentialRow> {
    Ok(CredentialRow {
        id: row.parse(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        domain: row.get(3)?,
        bound_to: row.get(4)?,
        key_id: row.get(5)?,
        key_generation: row.get(6)?,
        state: row.get(7)?,
        last_version: row.get(8)?,
        created_at: Timestamp::from_millis(row.get(9)?),
        created_by: row.get(10)?,
        updated_at: Timestamp::from_millis(row.get(11)?),
        deleted_at: row.get::<Option<i64>>(12)?.map(Timestamp::from_millis),
        tag: row.get(13)?,
    })
}

//! Persons and machine identities.

use keydance_core::id::PrincipalId;
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, Value};

/// A person or a machine identity as kept.
#[derive(Clone, Debug)]
pub struct PrincipalRow {
    /// Its id, the one owner entries use.
    pub id: PrincipalId,
    /// `person`, `service`, `node` or `pipeline`.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// An address, of persons only.
    pub email: Option<String>,
    /// `active`, `frozen`, `left` or `closed`.
    pub status: String,
    /// Words of permissions, separated by blanks.
    pub permissions: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it.
    pub created_by: String,
    /// Moves with every change.
    pub tag: i64,
}

/// Which principals a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Persons.
    Person,
    /// Machine identities.
    Machine,
}

/// The door to persons and machine identities.
#[derive(Debug)]
pub struct Principals<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to persons and machine identities.
    pub fn principals(&mut self) -> Principals<'_, 'c> {
        Principals(self)
    }
}

impl Principals<'_, '_> {
    /// Adds one.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the id is or was in use.
    pub fn insert(&mut self, principal: &PrincipalRow) -> Result<()> {
        let values = [
            self.0.org()?,
            principal.id.as_str().into(),
            (&principal.kind).into(),
            (&principal.name).into(),
            principal.email.as_ref().into(),
            (&principal.status).into(),
            (&principal.permissions).into(),
            principal.created_at.as_millis().into(),
            (&principal.created_by).into(),
        ];
        let sql = "insert into principal
            (org, id, kind, name, email, status, permissions, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        self.0.execute(sql, &values)?;
        self.0.touch(Table::Principal, [&principal.id])
    }

    /// The one with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, id: &str) -> Result<Option<PrincipalRow>> {
        let values = [self.0.org()?, id.into()];
        let sql = "select id, kind, name, email, status, permissions, created_at, created_by, tag
            from principal where org = $1 and id = $2";
        self.0.find(sql, &values, principal)
    }

    /// Those with these ids; unknown ids are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find_all(&mut self, ids: &[&str]) -> Result<Vec<PrincipalRow>> {
        let values = [
            self.0.org()?,
            crate::value::each(ids.iter().map(|id| [*id])),
        ];
        let sql = "select p.id, p.kind, p.name, p.email, p.status, p.permissions, p.created_at,
            p.created_by, p.tag from EACH($2) e cross join principal p
            where p.org = $1 and p.id = e.value->>0";
        self.0.query(sql, &values, principal)
    }

    /// A page of persons or of machine identities, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, kind: Kind, page: PageRequest) -> Result<Page<PrincipalRow>> {
        let persons: i64 = (kind == Kind::Person).into();
        let counted = [self.0.org()?, persons.into()];
        let count = "select count(*) from principal
            where org = $1 and (kind = 'person') = (cast($2 as integer) = 1)";
        let total = self.0.find(count, &counted, |row| row.get(0))?.unwrap_or(0);
        let values = [
            self.0.org()?,
            persons.into(),
            page.size.into(),
            page.offset().into(),
        ];
        let sql = "select id, kind, name, email, status, permissions, created_at, created_by, tag
            from principal where org = $1 and (kind = 'person') = (cast($2 as integer) = 1)
            order by created_at, id limit $3 offset $4";
        Ok(Page {
            entries: self.0.query(sql, &values, principal)?,
            total,
        })
    }

    /// Replaces what can change: name, address, status and permissions.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if it changed since it was read.
    pub fn update(&mut self, principal: &PrincipalRow) -> Result<()> {
        let values: [Value<'_>; 7] = [
            self.0.org()?,
            principal.id.as_str().into(),
            (&principal.name).into(),
            principal.email.as_ref().into(),
            (&principal.status).into(),
            (&principal.permissions).into(),
            principal.tag.into(),
        ];
        let sql = "update principal
            set name = $3, email = $4, status = $5, permissions = $6, tag = tag + 1
            where org = $1 and id = $2 and tag = $7";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Principal, [&principal.id])
    }
}

fn principal(row: &Row<'_>) -> Result<PrincipalRow> {
    Ok(PrincipalRow {
        id: row.parse(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        status: row.get(4)?,
        permissions: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
        created_by: row.get(7)?,
        tag: row.get(8)?,
    })
}

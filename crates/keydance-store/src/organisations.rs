//! Organisations, their keys, and the seal of the root key. Keys are kept as envelopes.

use keydance_core::id::{OrganisationId, TenantName};
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::Row;

/// An organisation: the boundary of trust.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name on the wire; the nameless organisation and the deployment have none.
    pub tenant: Option<TenantName>,
}

/// One generation of a key of an organisation, or of the deployment.
#[derive(Clone, Debug)]
pub struct OrganisationKeyRow {
    /// What it is for: `kek`, `index`, `log-sign`, `token`.
    pub purpose: String,
    /// Its generation, from 1.
    pub generation: u32,
    /// The id that envelopes under it carry, 16 bytes.
    pub key_id: Vec<u8>,
    /// The key, sealed under the root key.
    pub envelope: Vec<u8>,
}

/// How the root key is sealed.
#[derive(Clone, Debug)]
pub struct SealRow {
    /// The id of the seal, 16 bytes.
    pub id: Vec<u8>,
    /// The kind of seal: `file`.
    pub kind: String,
    /// Its generation, from 1.
    pub generation: u32,
    /// The id of the deployment, 24 hex digits.
    pub deployment: String,
    /// The id that envelopes under the root key carry, 16 bytes.
    pub root_key_id: Vec<u8>,
    /// The generation of the root key.
    pub root_generation: u32,
    /// The root key, sealed.
    pub envelope: Vec<u8>,
}

/// The door to organisations.
#[derive(Debug)]
pub struct Organisations<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to organisations.
    pub fn organisations(&mut self) -> Organisations<'_, 'c> {
        Organisations(self)
    }
}

impl Organisations<'_, '_> {
    /// Adds an organisation and enters it.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the tenant name is taken.
    pub fn insert(&mut self, organisation: &Organisation, now: Timestamp) -> Result<()> {
        self.0.enter(organisation.id)?;
        let values = [
            self.0.org()?,
            organisation.tenant.as_ref().map(ToString::to_string).into(),
            now.as_millis().into(),
        ];
        let sql = "insert into organisation (id, tenant, created_at) values ($1, $2, $3)";
        self.0.execute(sql, &values).map(drop)
    }

    /// Every organisation of this database, the deployment included.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self) -> Result<Vec<Organisation>> {
        self.0.enter_every()?;
        let sql = "select id, tenant from organisation order by created_at, id";
        self.0.query(sql, &[], organisation)
    }

    /// The organisation that was entered.
    ///
    /// # Errors
    /// Those of the database.
    pub fn entered(&mut self) -> Result<Option<Organisation>> {
        let org = self.0.org()?;
        self.0.find(
            "select id, tenant from organisation where id = $1",
            &[org],
            organisation,
        )
    }

    /// Adds a generation of a key of the organisation entered.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if that generation is there.
    pub fn insert_key(&mut self, key: &OrganisationKeyRow, now: Timestamp) -> Result<()> {
        let values = [
            self.0.org()?,
            (&key.purpose).into(),
            i64::from(key.generation).into(),
            (&key.key_id).into(),
            (&key.envelope).into(),
            now.as_millis().into(),
        ];
        let sql = "insert into organisation_key
            (org, purpose, generation, key_id, envelope, created_at) values ($1, $2, $3, $4, $5, $6)";
        self.0.execute(sql, &values).map(drop)
    }

    /// The keys of the organisation entered, newest generation first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn keys(&mut self) -> Result<Vec<OrganisationKeyRow>> {
        let org = self.0.org()?;
        let sql = "select purpose, generation, key_id, envelope from organisation_key
            where org = $1 order by purpose, generation desc";
        self.0.query(sql, &[org], |row| {
            Ok(OrganisationKeyRow {
                purpose: row.get(0)?,
                generation: generation(row, 1)?,
                key_id: row.get(2)?,
                envelope: row.get(3)?,
            })
        })
    }

    /// Adds the seal of the root key.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if it is there.
    pub fn insert_seal(&mut self, seal: &SealRow, now: Timestamp) -> Result<()> {
        let values = [
            (&seal.id).into(),
            (&seal.kind).into(),
            i64::from(seal.generation).into(),
            (&seal.deployment).into(),
            (&seal.root_key_id).into(),
            i64::from(seal.root_generation).into(),
            (&seal.envelope).into(),
            now.as_millis().into(),
        ];
        let sql = "insert into seal (id, kind, generation, deployment, root_key_id,
            root_generation, envelope, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.0.execute(sql, &values).map(drop)
    }

    /// The seal of the root key; none before the first start.
    ///
    /// # Errors
    /// Those of the database.
    pub fn seal(&mut self) -> Result<Option<SealRow>> {
        let sql = "select id, kind, generation, deployment, root_key_id, root_generation, envelope
            from seal order by generation desc limit 1";
        self.0.find(sql, &[], |row| {
            Ok(SealRow {
                id: row.get(0)?,
                kind: row.get(1)?,
                generation: generation(row, 2)?,
                deployment: row.get(3)?,
                root_key_id: row.get(4)?,
                root_generation: generation(row, 5)?,
                envelope: row.get(6)?,
            })
        })
    }

    /// The size of the log of every organisation, the deployment included.
    ///
    /// # Errors
    /// Those of the database.
    pub fn log_sizes(&mut self) -> Result<Vec<(OrganisationId, u64)>> {
        self.0.enter_every()?;
        let sql = "select id, log_size from organisation order by id";
        self.0.query(sql, &[], |row| {
            let size: i64 = row.get(1)?;
            let size = u64::try_from(size).map_err(|_| crate::Error::Corrupt { column: 1 })?;
            Ok((row.parse(0)?, size))
        })
    }
}

fn organisation(row: &Row<'_>) -> Result<Organisation> {
    Ok(Organisation {
        id: row.parse(0)?,
        tenant: row.parse_optional(1)?,
    })
}

fn generation(row: &Row<'_>, at: usize) -> Result<u32> {
    let number: i64 = row.get(at)?;
    u32::try_from(number).map_err(|_| crate::Error::Corrupt { column: at })
}

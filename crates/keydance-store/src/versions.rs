//! Versions of credentials: one immutable value each, sealed.

use keydance_core::environment::EnvironmentName;
use keydance_core::id::CredentialId;
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, Value, each};

/// A version as kept.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// The credential.
    pub credential: CredentialId,
    /// Its number, from 1, never used again.
    pub number: i64,
    /// The environment the value is for.
    pub environment: EnvironmentName,
    /// The word of its state.
    pub state: String,
    /// The value, sealed under the credential's key; none once destroyed.
    pub envelope: Option<Vec<u8>>,
    /// The generation of the credential's key that seals it.
    pub key_generation: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: String,
    /// How it came about: `created`, `updated`, `restored`.
    pub origin: String,
}

/// The door to versions.
#[derive(Debug)]
pub struct Versions<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to versions.
    pub fn versions(&mut self) -> Versions<'_, 'c> {
        Versions(self)
    }
}

/// A statement that reads whole versions.
macro_rules! select_version {
    ($rest:literal) => {
        concat!(
            "select v.credential, v.number, v.environment, v.state, v.envelope, v.key_gen, ",
            "v.created_at, v.created_by, v.origin ",
            $rest
        )
    };
}

impl Versions<'_, '_> {
    /// Adds one.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the number is taken or the environment has a
    /// current version already.
    pub fn insert(&mut self, version: &VersionRow) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&version.credential),
            version.number.into(),
            version.environment.as_str().into(),
            (&version.state).into(),
            version.envelope.as_ref().into(),
            version.key_generation.into(),
            version.created_at.as_millis().into(),
            (&version.created_by).into(),
            (&version.origin).into(),
        ];
        let sql = "insert into version (org, credential, number, environment, state, envelope,
            key_gen, created_at, created_by, origin)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        self.0.execute(sql, &values)?;
        self.0
            .touch(Table::Version, [&version.credential, &version.number])
    }

    /// All versions of a credential, oldest first, without their values.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, credential: CredentialId) -> Result<Vec<VersionRow>> {
        let values = [self.0.org()?, Value::text(&credential)];
        let sql = "select credential, number, environment, state, null, key_gen, created_at,
              created_by, origin
            from version where org = $1 and credential = $2 order by number";
        self.0.query(sql, &values, without_value)
    }

    /// One version.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, credential: CredentialId, number: i64) -> Result<Option<VersionRow>> {
        let values = [self.0.org()?, Value::text(&credential), number.into()];
        let sql = select_version!(
            "from version v where v.org = $1 and v.credential = $2 and v.number = $3"
        );
        self.0.find(sql, &values, version)
    }

    /// The current versions for these pairs of credential and environment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn current(
        &mut self,
        places: &[(CredentialId, &EnvironmentName)],
    ) -> Result<Vec<VersionRow>> {
        let places = each(
            places
                .iter()
                .map(|(id, name)| [id.to_string(), name.to_string()]),
        );
        let values = [self.0.org()?, places];
        let sql = select_version!(
            "from EACH($2) e cross join version v where v.org = $1 and v.credential = e.value->>0
             and v.environment = e.value->>1 and v.state = 'current'"
        );
        self.0.query(sql, &values, version)
    }

    /// The environments with a current version, and its state, for each of these credentials:
    /// every version that is not destroyed, without values.
    ///
    /// # Errors
    /// Those of the database.
    pub fn states(&mut self, ids: &[CredentialId]) -> Result<Vec<VersionRow>> {
        let values = [self.0.org()?, each(ids.iter().map(|id| [id.to_string()]))];
        let sql = "select v.credential, v.number, v.environment, v.state, null, v.key_gen,
              v.created_at, v.created_by, v.origin
            from EACH($2) e cross join version v where v.org = $1 and v.credential = e.value->>0
              and v.state <> 'destroyed'
            order by v.credential, v.number";
        self.0.query(sql, &values, without_value)
    }

    /// Moves a version from one state to another.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if it is not in that state any more.
    pub fn set_state(
        &mut self,
        credential: CredentialId,
        number: i64,
        from: &str,
        to: &str,
    ) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&credential),
            number.into(),
            from.into(),
            to.into(),
        ];
        let sql = "update version set state = $5
            where org = $1 and credential = $2 and number = $3 and state = $4";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Version, [&credential, &number])
    }

    /// Destroys the bytes of a version.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if there is none.
    pub fn destroy(&mut self, credential: CredentialId, number: i64) -> Result<()> {
        let values = [self.0.org()?, Value::text(&credential), number.into()];
        let sql = "update version set state = 'destroyed', envelope = null
            where org = $1 and credential = $2 and number = $3";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Version, [&credential, &number])
    }

    /// Destroys the bytes of every version of a credential.
    ///
    /// # Errors
    /// Those of the database.
    pub fn destroy_all(&mut self, credential: CredentialId) -> Result<()> {
        let values = [self.0.org()?, Value::text(&credential)];
        let sql = "update version set state = 'destroyed', envelope = null
            where org = $1 and credential = $2
            returning credential, cast(number as text)";
        self.0.execute_on(Table::Version, sql, &values).map(drop)
    }
}

fn version(row: &Row<'_>) -> Result<VersionRow> {
    Ok(VersionRow {
        envelope: row.get(4)?,
        ..without_value(row)?
    })
}

fn without_value(row: &Row<'_>) -> Result<VersionRow> {
    Ok(VersionRow {
        credential: row.parse(0)?,
        number: row.get(1)?,
        environment: row.parse(2)?,
        state: row.get(3)?,
        envelope: None,
        key_generation: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
        created_by: row.get(7)?,
        origin: row.get(8)?,
    })
}

//! Environments of an organisation.

use keydance_core::environment::EnvironmentName;
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::Value;

/// An environment as kept.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its name, which never changes.
    pub name: EnvironmentName,
    /// Since when values are shown to executions only, if they are.
    pub protected_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The door to environments.
#[derive(Debug)]
pub struct Environments<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to environments.
    pub fn environments(&mut self) -> Environments<'_, 'c> {
        Environments(self)
    }
}

impl Environments<'_, '_> {
    /// Adds one.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the name is taken.
    pub fn insert(&mut self, environment: &EnvironmentRow) -> Result<()> {
        let values = [
            self.0.org()?,
            environment.name.as_str().into(),
            environment.protected_at.map(Timestamp::as_millis).into(),
            environment.created_at.as_millis().into(),
        ];
        let sql = "insert into environment (org, name, protected_at, created_at)
            values ($1, $2, $3, $4)";
        self.0.execute(sql, &values)?;
        self.0.touch(Table::Environment, [&environment.name])
    }

    /// All of them, by name. An organisation has few.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self) -> Result<Vec<EnvironmentRow>> {
        let org = self.0.org()?;
        let sql = "select name, protected_at, created_at from environment
            where org = $1 order by name";
        self.0.query(sql, &[org], |row| {
            Ok(EnvironmentRow {
                name: row.parse(0)?,
                protected_at: row.get::<Option<i64>>(1)?.map(Timestamp::from_millis),
                created_at: Timestamp::from_millis(row.get(2)?),
            })
        })
    }

    /// The one with this name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, name: &EnvironmentName) -> Result<Option<EnvironmentRow>> {
        Ok(self
            .list()?
            .into_iter()
            .find(|environment| environment.name == *name))
    }

    /// Removes one nothing refers to.
    ///
    /// # Errors
    /// [`Error::Referenced`](crate::Error::Referenced) if there are or were values for it.
    pub fn delete(&mut self, name: &EnvironmentName) -> Result<u64> {
        let values: [Value<'_>; 2] = [self.0.org()?, name.as_str().into()];
        let sql = "delete from environment where org = $1 and name = $2 returning name";
        self.0.execute_on(Table::Environment, sql, &values)
    }
}

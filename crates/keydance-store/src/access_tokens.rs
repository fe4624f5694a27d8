//! Access tokens. Only keyed hashes of them are kept; they are found by their id.

use keydance_core::id::{ExecutionId, OrganisationId};
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, Value, each};

/// An access token as kept.
#[derive(Clone, Debug)]
pub struct AccessTokenRow {
    /// 12 base62 characters.
    pub id: String,
    /// The organisation it opens.
    pub organisation: OrganisationId,
    /// `p` person, `m` machine identity, `x` execution, `e` enrolment.
    pub kind: String,
    /// The principal it stands for; for an execution whoever started it, or nobody.
    pub principal: String,
    /// The execution it opens.
    pub execution: Option<ExecutionId>,
    /// What its owner calls it.
    pub name: String,
    /// Words of permissions, separated by blanks.
    pub permissions: String,
    /// The credentials it is limited to, separated by blanks.
    pub credentials: Option<String>,
    /// The environments it is limited to, separated by blanks.
    pub environments: Option<String>,
    /// The keyed hash, 32 bytes.
    pub digest: Vec<u8>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Why it was ended.
    pub ended_reason: Option<String>,
    /// The token it was issued with; it does not outlive it.
    pub parent: Option<String>,
}

/// The door to access tokens.
#[derive(Debug)]
pub struct AccessTokens<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to access tokens.
    pub fn access_tokens(&mut self) -> AccessTokens<'_, 'c> {
        AccessTokens(self)
    }
}

impl AccessTokens<'_, '_> {
    /// Adds one to the organisation entered.
    ///
    /// # Errors
    /// [`Error::Exists`](crate::Error::Exists) if the id is in use.
    pub fn insert(&mut self, token: &AccessTokenRow) -> Result<()> {
        let values = [
            (&token.id).into(),
            self.0.org()?,
            (&token.kind).into(),
            (&token.principal).into(),
            token.execution.map(|id| id.to_string()).into(),
            (&token.name).into(),
            (&token.permissions).into(),
            token.credentials.as_ref().into(),
            token.environments.as_ref().into(),
            (&token.digest).into(),
            token.created_at.as_millis().into(),
            token.expires_at.as_millis().into(),
            token.parent.as_ref().into(),
        ];
        let sql = "insert into access_token (id, org, kind, principal, execution, name,
            permissions, credentials, environments, digest, created_at, expires_at, parent)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        self.0.execute(sql, &values)?;
        self.0.touch(Table::AccessToken, [&token.id])
    }

    /// The tokens with these ids, of whatever organisation. Needs no organisation entered.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, ids: &[&str]) -> Result<Vec<AccessTokenRow>> {
        self.0.show_tokens(&ids.join(" "))?;
        let values = [each(ids.iter().map(|id| [*id]))];
        let sql = "select t.id, t.org, t.kind, t.principal, t.execution, t.name, t.permissions,
            t.credentials, t.environments, t.digest, t.created_at, t.expires_at, t.ended_at,
            t.ended_reason, t.parent
            from EACH($1) e cross join access_token t where t.id = e.value->>0";
        self.0.query(sql, &values, access_token)
    }

    /// The tokens a principal has had, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, principal: &str, page: PageRequest) -> Result<Page<AccessTokenRow>> {
        let counted = [self.0.org()?, principal.into()];
        let count = "select count(*) from access_token
            where org = $1 and principal = $2 and kind in ('p', 'm')";
        let total = self.0.find(count, &counted, |row| row.get(0))?.unwrap_or(0);
        let values = [
            self.0.org()?,
            principal.into(),
            page.size.into(),
            page.offset().into(),
        ];
        let sql = "select id, org, kind, principal, execution, name, permissions, credentials,
            environments, digest, created_at, expires_at, ended_at, ended_reason, parent
            from access_token where org = $1 and principal = $2 and kind in ('p', 'm')
            order by created_at, id limit $3 offset $4";
        Ok(Page {
            entries: self.0.query(sql, &values, access_token)?,
            total,
        })
    }

    /// Whether a principal has a token of one of these kinds that works.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_live(&mut self, principal: &str, kind: &str, now: Timestamp) -> Result<bool> {
        let values = [
            self.0.org()?,
            principal.into(),
            kind.into(),
            now.as_millis().into(),
        ];
        let sql = "select 1 from access_token where org = $1 and principal = $2 and kind = $3
            and ended_at is null and expires_at > $4 limit 1";
        Ok(self.0.find(sql, &values, |_| Ok(()))?.is_some())
    }

    /// Ends a token and those issued with it. Says how many were ended.
    ///
    /// # Errors
    /// Those of the database.
    pub fn end(&mut self, id: &str, reason: &str, now: Timestamp) -> Result<u64> {
        let values = [
            self.0.org()?,
            id.into(),
            reason.into(),
            now.as_millis().into(),
        ];
        let sql = "with recursive family(id) as (
              select id from access_token where org = $1 and id = $2
              union select t.id from access_token t join family f on t.parent = f.id where t.org = $1)
            update access_token set ended_at = $4, ended_reason = $3
            where org = $1 and id in (select id from family) and ended_at is null
            returning id";
        self.0.execute_on(Table::AccessToken, sql, &values)
    }

    /// Ends every token of a principal of these kinds.
    ///
    /// # Errors
    /// Those of the database.
    pub fn end_of_principal(
        &mut self,
        principal: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let values = [
            self.0.org()?,
            principal.into(),
            reason.into(),
            now.as_millis().into(),
        ];
        let sql = "update access_token set ended_at = $4, ended_reason = $3
            where org = $1 and principal = $2 and kind in ('p', 'm', 'e') and ended_at is null
            returning id";
        self.0.execute_on(Table::AccessToken, sql, &values)
    }

    /// Ends the tokens of executions.
    ///
    /// # Errors
    /// Those of the database.
    pub fn end_of_executions(
        &mut self,
        executions: &[ExecutionId],
        reason: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let values: [Value<'_>; 4] = [
            self.0.org()?,
            each(executions.iter().map(|id| [id.to_string()])),
            reason.into(),
            now.as_millis().into(),
        ];
        let sql = "update access_token set ended_at = $4, ended_reason = $3 where org = $1
            and execution in (select e.value->>0 from EACH($2) e) and ended_at is null
            returning id";
        self.0.execute_on(Table::AccessToken, sql, &values)
    }

    /// Moves the end of the live tokens of an execution.
    ///
    /// # Errors
    /// Those of the database.
    pub fn extend_execution(&mut self, execution: ExecutionId, until: Timestamp) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&execution),
            until.as_millis().into(),
        ];
        let sql = "update access_token set expires_at = $3
            where org = $1 and execution = $2 and ended_at is null returning id";
        self.0
            .execute_on(Table::AccessToken, sql, &values)
            .map(drop)
    }
}

fn access_token(row: &Row<'_>) -> Result<AccessTokenRow> {
    Ok(AccessTokenRow {
        id: row.get(0)?,
        organisation: row.parse(1)?,
        kind: row.get(2)?,
        principal: row.get(3)?,
        execution: row.parse_optional(4)?,
        name: row.get(5)?,
        permissions: row.get(6)?,
        credentials: row.get(7)?,
        environments: row.get(8)?,
        digest: row.get(9)?,
        created_at: Timestamp::from_millis(row.get(10)?),
        expires_at: Timestamp::from_millis(row.get(11)?),
        ended_at: row.get::<Option<i64>>(12)?.map(Timestamp::from_millis),
        ended_reason: row.get(13)?,
        parent: row.get(14)?,
    })
}

//! Executions of flows, and what was handed out to them.

use std::collections::BTreeSet;

use keydance_core::environment::EnvironmentName;
use keydance_core::id::{CredentialId, ExecutionId, FlowId};
use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::tx::Tx;
use crate::value::{Row, Value, each};

/// An execution as kept.
#[derive(Clone, Debug)]
pub struct ExecutionRow {
    /// Its id.
    pub id: ExecutionId,
    /// The flow.
    pub flow: FlowId,
    /// The revision of the flow that runs.
    pub revision: i64,
    /// The digest of that revision.
    pub digest: String,
    /// The environment whose values it gets.
    pub environment: EnvironmentName,
    /// `manual`, `schedule` or `webhook`.
    pub trigger: String,
    /// The principal it runs for; nobody when the owners act.
    pub started_by: Option<String>,
    /// The principal that asked for it.
    pub created_by: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The latest moment to which it can be renewed.
    pub max_until: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Why it was ended.
    pub ended_reason: Option<String>,
}

/// A credential an execution may fetch, and where the flow references it.
#[derive(Clone, Debug)]
pub struct ExecutionCredentialRow {
    /// The execution.
    pub execution: ExecutionId,
    /// The credential.
    pub credential: CredentialId,
    /// The places in the document, as a JSON list.
    pub paths: String,
}

/// A version given out, to be kept for "has ever had access".
#[derive(Clone, Debug)]
pub struct HandOutRow {
    /// The execution it went to; none when a person read it.
    pub execution: Option<ExecutionId>,
    /// Whom it is put down to.
    pub principal: String,
    /// The credential.
    pub credential: CredentialId,
    /// The version.
    pub version: i64,
}

/// The door to executions.
#[derive(Debug)]
pub struct Executions<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to executions.
    pub fn executions(&mut self) -> Executions<'_, 'c> {
        Executions(self)
    }
}

/// A statement that reads whole executions.
macro_rules! select_execution {
    ($rest:literal) => {
        concat!(
            "select x.id, x.flow, x.revision, x.digest, x.environment, x.trigger_kind, ",
            "x.started_by, x.created_by, x.created_at, x.expires_at, x.max_until, x.ended_at, ",
            "x.ended_reason ",
            $rest
        )
    };
}

impl Executions<'_, '_> {
    /// Adds one and the credentials it may fetch.
    ///
    /// # Errors
    /// Those of the database.
    pub fn insert(
        &mut self,
        execution: &ExecutionRow,
        credentials: &[ExecutionCredentialRow],
    ) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&execution.id),
            Value::text(&execution.flow),
            execution.revision.into(),
            (&execution.digest).into(),
            execution.environment.as_str().into(),
            (&execution.trigger).into(),
            execution.started_by.as_ref().into(),
            (&execution.created_by).into(),
            execution.created_at.as_millis().into(),
            execution.expires_at.as_millis().into(),
            execution.max_until.as_millis().into(),
        ];
        let sql = "insert into execution (org, id, flow, revision, digest, environment,
              trigger_kind, started_by, created_by, created_at, expires_at, max_until)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        self.0.execute(sql, &values)?;
        let org = self.0.org()?;
        let rows: Vec<Vec<Value<'_>>> = credentials
            .iter()
            .map(|row| {
                let (execution, credential) =
                    (Value::text(&row.execution), Value::text(&row.credential));
                vec![org.clone(), execution, credential, (&row.paths).into()]
            })
            .collect();
        let sql = "insert into execution_credential (org, execution, credential, paths)
            values ($1, $2, $3, $4)";
        self.0.insert_many(sql, &rows)
    }

    /// Those with these ids; unknown ids are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find_all(&mut self, ids: &[ExecutionId]) -> Result<Vec<ExecutionRow>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = select_execution!(
            "from EACH($2) e cross join execution x where x.org = $1 and x.id = e.value->>0"
        );
        self.0.query(sql, &values, execution)
    }

    /// What these executions may fetch.
    ///
    /// # Errors
    /// Those of the database.
    pub fn credentials(&mut self, ids: &[ExecutionId]) -> Result<Vec<ExecutionCredentialRow>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = "select c.execution, c.credential, c.paths
            from EACH($2) e cross join execution_credential c
            where c.org = $1 and c.execution = e.value->>0 order by c.execution, c.credential";
        self.0.query(sql, &values, |row| {
            Ok(ExecutionCredentialRow {
                execution: row.parse(0)?,
                credential: row.parse(1)?,
                paths: row.get(2)?,
            })
        })
    }

    /// A page of the executions of a flow, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, flow: FlowId, page: PageRequest) -> Result<Page<ExecutionRow>> {
        let mut values = vec![self.0.org()?, Value::text(&flow)];
        let count = "select count(*) from execution where org = $1 and flow = $2";
        let total = self.0.find(count, &values, |row| row.get(0))?.unwrap_or(0);
        values.extend([page.size.into(), page.offset().into()]);
        let sql = select_execution!(
            "from execution x where x.org = $1 and x.flow = $2
             order by x.created_at, x.id limit $3 offset $4"
        );
        Ok(Page {
            entries: self.0.query(sql, &values, execution)?,
            total,
        })
    }

    /// The executions of a flow that run.
    ///
    /// # Errors
    /// Those of the database.
    pub fn running_of_flow(&mut self, flow: FlowId, now: Timestamp) -> Result<Vec<ExecutionId>> {
        let values = [self.0.org()?, Value::text(&flow), now.as_millis().into()];
        let sql = "select id from execution where org = $1 and flow = $2 and ended_at is null
            and expires_at > $3 order by id";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// The executions that run for any of these principals.
    ///
    /// # Errors
    /// Those of the database.
    pub fn running_for(&mut self, ids: &[&str], now: Timestamp) -> Result<Vec<ExecutionRow>> {
        let values = [
            self.0.org()?,
            each(ids.iter().map(|id| [*id])),
            now.as_millis().into(),
        ];
        let sql = select_execution!(
            "from EACH($2) e cross join execution x where x.org = $1 and x.started_by = e.value->>0
             and x.ended_at is null and x.expires_at > $3 order by x.id"
        );
        self.0.query(sql, &values, execution)
    }

    /// Moves the end of an execution.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if it was ended.
    pub fn extend(&mut self, id: ExecutionId, until: Timestamp) -> Result<()> {
        let values = [self.0.org()?, Value::text(&id), until.as_millis().into()];
        let sql = "update execution set expires_at = $3
            where org = $1 and id = $2 and ended_at is null";
        self.0.change(sql, &values)
    }

    /// Ends executions, their tokens and their leases. Gives those that had not ended before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn end(
        &mut self,
        ids: &[ExecutionId],
        reason: &str,
        now: Timestamp,
    ) -> Result<BTreeSet<ExecutionId>> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let values = [
            self.0.org()?,
            each_id(ids),
            now.as_millis().into(),
            reason.into(),
        ];
        let sql = "update execution set ended_at = $3, ended_reason = $4
            where org = $1 and id in (select e.value->>0 from EACH($2) e) and ended_at is null
            returning id";
        let ended = self.0.query(sql, &values, |row| row.parse(0))?;
        self.0.access_tokens().end_of_executions(ids, reason, now)?;
        let leases = [self.0.org()?, each_id(ids), now.as_millis().into()];
        let sql = "update lease set ended_at = $3 where org = $1
            and execution in (select e.value->>0 from EACH($2) e) and ended_at is null";
        self.0.execute(sql, &leases)?;
        Ok(ended.into_iter().collect())
    }

    /// Keeps what is given out, for as long as there is history.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hand_out(&mut self, rows: &[HandOutRow], now: Timestamp) -> Result<()> {
        let org = self.0.org()?;
        let leases: Vec<Vec<Value<'_>>> = rows
            .iter()
            .filter_map(|row| {
                let execution = row.execution.as_ref()?;
                let (execution, credential) =
                    (Value::text(execution), Value::text(&row.credential));
                let (principal, at) = ((&row.principal).into(), now.as_millis().into());
                Some(vec![
                    org.clone(),
                    execution,
                    credential,
                    row.version.into(),
                    principal,
                    at,
                ])
            })
            .collect();
        self.0.insert_many(
            "insert into lease (org, execution, credential, version, principal, since)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            &leases,
        )?;
        let exposures: Vec<Vec<Value<'_>>> = rows
            .iter()
            .map(|row| {
                let level = if row.execution.is_some() {
                    "injected"
                } else {
                    "revealed"
                };
                let (principal, credential) =
                    ((&row.principal).into(), Value::text(&row.credential));
                let at = now.as_millis().into();
                vec![
                    org.clone(),
                    principal,
                    credential,
                    row.version.into(),
                    level.into(),
                    at,
                ]
            })
            .collect();
        self.0.insert_many(
            "insert into exposure (org, principal, credential, version, level, since)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            &exposures,
        )
    }

    /// The executions that still hold a version of a credential.
    ///
    /// # Errors
    /// Those of the database.
    pub fn holding(&mut self, credential: CredentialId) -> Result<Vec<ExecutionId>> {
        let values = [self.0.org()?, Value::text(&credential)];
        let sql = "select distinct execution from lease
            where org = $1 and credential = $2 and ended_at is null order by execution";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// Those for whom executions run.
    ///
    /// # Errors
    /// Those of the database.
    pub fn starters(&mut self, now: Timestamp) -> Result<Vec<String>> {
        let values = [self.0.org()?, now.as_millis().into()];
        let sql = "select distinct started_by from execution
            where org = $1 and started_by is not null and ended_at is null and expires_at > $2
            order by started_by";
        self.0.query(sql, &values, |row| row.get(0))
    }
}

fn each_id(ids: &[ExecutionId]) -> Value<'static> {
    each(ids.iter().map(|id| [id.to_string()]))
}

fn execution(row: &Row<'_>) -> Result<ExecutionRow> {
    Ok(ExecutionRow {
        id: row.parse(0)?,
        flow: row.parse(1)?,
        revision: row.get(2)?,
        digest: row.get(3)?,
        environment: row.parse(4)?,
        trigger: row.get(5)?,
        started_by: row.get(6)?,
        created_by: row.get(7)?,
        created_at: Timestamp::from_millis(row.get(8)?),
        expires_at: Timestamp::from_millis(row.get(9)?),
        max_until: Timestamp::from_millis(row.get(10)?),
        ended_at: row.get::<Option<i64>>(11)?.map(Timestamp::from_millis),
        ended_reason: row.get(12)?,
    })
}

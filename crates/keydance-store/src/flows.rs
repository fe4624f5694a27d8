//! Flows, who owns them and what they reference. Owners and references are edges: rows the database
//! itself keeps consistent with who owns the credentials.

use keydance_core::id::{CredentialId, FlowId};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::time::Timestamp;

use crate::error::{Error, Result};
use crate::page::{Page, PageRequest};
use crate::recorded::Table;
use crate::tx::Tx;
use crate::value::{Row, Value, each};

/// A flow as kept.
#[derive(Clone, Debug)]
pub struct FlowRow {
    /// Its id.
    pub id: FlowId,
    /// What people call it.
    pub name: Option<String>,
    /// The document, as JSON.
    pub document: String,
    /// Counts the changes of owners, graph and settings, from 1.
    pub revision: i64,
    /// `sha256:` and the digest of owners, graph and settings, in hex.
    pub digest: String,
    /// Whether its owners want it to run.
    pub enabled: bool,
    /// Why it may not run, if it may not.
    pub blocked: Option<Blocked>,
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

/// Why and since when a flow may not run.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// The word of the reason.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// The credentials it is about, as a JSON list.
    pub references: String,
}

/// The door to flows.
#[derive(Debug)]
pub struct Flows<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to flows.
    pub fn flows(&mut self) -> Flows<'_, 'c> {
        Flows(self)
    }
}

/// A statement that reads whole flows.
macro_rules! select_flow {
    ($rest:literal) => {
        concat!(
            "select f.id, f.name, f.document, f.revision, f.digest, f.enabled_at, ",
            "f.blocked_reason, f.blocked_since, f.blocked_references, f.created_at, ",
            "f.created_by, f.updated_at, f.deleted_at, f.tag ",
            $rest
        )
    };
}

impl Flows<'_, '_> {
    /// Adds one, without owners and references.
    ///
    /// # Errors
    /// [`Error::Exists`] if the id is or was in use.
    pub fn insert(&mut self, flow: &FlowRow) -> Result<()> {
        let values = self.values(flow)?;
        let sql = "insert into flow (org, id, name, document, revision, digest, state, enabled_at,
              blocked_reason, blocked_since, blocked_references, updated_at, deleted_at,
              created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        self.0.execute(sql, &values)?;
        self.0.touch(Table::Flow, [&flow.id])
    }

    /// Replaces everything but id and creation.
    ///
    /// # Errors
    /// [`Error::Changed`] if it changed since it was read.
    pub fn update(&mut self, flow: &FlowRow) -> Result<()> {
        let mut values = self.values(flow)?;
        values.truncate(13);
        values.push(flow.tag.into());
        let sql =
            "update flow set name = $3, document = $4, revision = $5, digest = $6, state = $7,
              enabled_at = $8, blocked_reason = $9, blocked_since = $10, blocked_references = $11,
              updated_at = $12, deleted_at = $13, tag = tag + 1
            where org = $1 and id = $2 and tag = $14";
        self.0.change(sql, &values)?;
        self.0.touch(Table::Flow, [&flow.id])
    }

    fn values<'v>(&self, flow: &'v FlowRow) -> Result<Vec<Value<'v>>> {
        let state = match (&flow.blocked, flow.enabled) {
            (Some(_), _) => "blocked",
            (None, true) => "enabled",
            (None, false) => "disabled",
        };
        let blocked = flow.blocked.as_ref();
        Ok(vec![
            self.0.org()?,
            Value::text(&flow.id),
            flow.name.as_ref().into(),
            (&flow.document).into(),
            flow.revision.into(),
            (&flow.digest).into(),
            state.into(),
            flow.enabled.then_some(flow.updated_at.as_millis()).into(),
            blocked.map(|blocked| &blocked.reason).into(),
            blocked.map(|blocked| blocked.since.as_millis()).into(),
            blocked.map(|blocked| &blocked.references).into(),
            flow.updated_at.as_millis().into(),
            flow.deleted_at.map(Timestamp::as_millis).into(),
            flow.created_at.as_millis().into(),
            (&flow.created_by).into(),
        ])
    }

    /// The one with this id, deleted or not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, id: FlowId) -> Result<Option<FlowRow>> {
        Ok(self.find_all(&[id])?.pop())
    }

    /// The one with this id, locked: whoever changes its edges comes after this transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub fn lock(&mut self, id: FlowId) -> Result<Option<FlowRow>> {
        let values = [self.0.org()?, Value::text(&id)];
        let sql = select_flow!("from flow f where f.org = $1 and f.id = $2 FOR LOCK");
        self.0.find(sql, &values, flow)
    }

    /// Those with these ids; unknown ids are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find_all(&mut self, ids: &[FlowId]) -> Result<Vec<FlowRow>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = select_flow!(
            "from EACH($2) e cross join flow f where f.org = $1 and f.id = e.value->>0"
        );
        self.0.query(sql, &values, flow)
    }

    /// A page of the flows any of these owners owns, oldest first, deleted ones left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&mut self, visible_to: &[Owner], page: PageRequest) -> Result<Page<FlowRow>> {
        let owners = each(
            visible_to
                .iter()
                .map(|owner| [owner.kind.to_row(), owner.id.clone()]),
        );
        let mut values = vec![self.0.org()?, owners];
        let count = "select count(*) from flow f where f.org = $1 and f.deleted_at is null
            and f.id in (select o.flow from EACH($2) e cross join flow_owner o where o.org = $1
              and o.owner_type = e.value->>0 and o.owner_id = e.value->>1 and o.live = 1)";
        let total = self.0.find(count, &values, |row| row.get(0))?.unwrap_or(0);
        values.extend([page.size.into(), page.offset().into()]);
        let sql = select_flow!(
            "from flow f where f.org = $1 and f.deleted_at is null
             and f.id in (select o.flow from EACH($2) e cross join flow_owner o where o.org = $1
               and o.owner_type = e.value->>0 and o.owner_id = e.value->>1 and o.live = 1)
             order by f.created_at, f.id limit $3 offset $4"
        );
        Ok(Page {
            entries: self.0.query(sql, &values, flow)?,
            total,
        })
    }

    /// The live owners of these flows, each in the order they were added.
    ///
    /// # Errors
    /// Those of the database.
    pub fn owners(&mut self, ids: &[FlowId]) -> Result<Vec<(FlowId, Owner)>> {
        let values = [self.0.org()?, each_id(ids)];
        let sql = "select o.flow, o.owner_type, o.owner_id from EACH($2) e cross join flow_owner o
            where o.org = $1 and o.flow = e.value->>0 and o.live = 1
            order by o.flow, o.since, o.position";
        self.0.query(sql, &values, |row| {
            let kind = OwnerKind::from_row(&row.get::<String>(1)?);
            Ok((
                row.parse(0)?,
                Owner {
                    kind,
                    id: row.get(2)?,
                },
            ))
        })
    }

    /// The live references of a flow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn references(&mut self, id: FlowId) -> Result<Vec<CredentialId>> {
        let values = [self.0.org()?, Value::text(&id)];
        let sql = "select credential from flow_ref where org = $1 and flow = $2 and live = 1
            order by credential";
        self.0.query(sql, &values, |row| row.parse(0))
    }

    /// Makes owners and references of a flow those given: closes what is not wanted any more and
    /// opens what is new, in the order in which the database accepts it.
    ///
    /// # Errors
    /// [`Error::Conflict`] if a credential lost an owner meanwhile, so that the use case is
    /// started over and decides on what is true now.
    pub fn set_edges(
        &mut self,
        id: FlowId,
        owners: &[Owner],
        references: &[CredentialId],
        now: Timestamp,
    ) -> Result<()> {
        let owned: Vec<Owner> = self
            .owners(&[id])?
            .into_iter()
            .map(|(_, owner)| owner)
            .collect();
        let referenced = self.references(id)?;
        let dropped: Vec<_> = referenced
            .iter()
            .filter(|credential| !references.contains(credential))
            .copied()
            .collect();
        self.close_references(id, &dropped, now)?;
        for (owner, position) in owners.iter().zip(0..) {
            if !owned.contains(owner) {
                let opened = self.open_owner(id, owner, position, now);
                self.0.start_over_if_referenced(opened)?;
            }
        }
        for owner in owned.iter().filter(|owner| !owners.contains(owner)) {
            self.close_owner(id, owner, now)?;
        }
        for credential in references
            .iter()
            .filter(|credential| !referenced.contains(credential))
        {
            let opened = self.open_reference(id, *credential, now);
            self.0.start_over_if_referenced(opened)?;
        }
        Ok(())
    }

    /// Closes references of a flow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn close_references(
        &mut self,
        id: FlowId,
        credentials: &[CredentialId],
        now: Timestamp,
    ) -> Result<()> {
        for credential in credentials {
            let values = [
                self.0.org()?,
                Value::text(&id),
                Value::text(credential),
                now.as_millis().into(),
            ];
            let sql = "update flow_ref set live = null, until = $4
                where org = $1 and flow = $2 and credential = $3 and live = 1
                returning flow, credential, cast(since as text)";
            self.0.execute_on(Table::FlowReference, sql, &values)?;
        }
        Ok(())
    }

    fn open_owner(
        &mut self,
        id: FlowId,
        owner: &Owner,
        position: i64,
        now: Timestamp,
    ) -> Result<u64> {
        let values = [
            self.0.org()?,
            Value::text(&id),
            owner.kind.to_row().into(),
            (&owner.id).into(),
            position.into(),
            now.as_millis().into(),
        ];
        let sql = "insert into flow_owner (org, flow, owner_type, owner_id, position, since)
            select $1, $2, $3, $4, cast($5 as bigint), coalesce((select max(o.since) + 1
              from flow_owner o where o.org = $1 and o.flow = $2 and o.owner_type = $3
              and o.owner_id = $4 and o.since >= cast($6 as bigint)), cast($6 as bigint))
            returning flow, owner_type, owner_id, cast(since as text)";
        self.0.execute_on(Table::FlowOwner, sql, &values)
    }

    fn close_owner(&mut self, id: FlowId, owner: &Owner, now: Timestamp) -> Result<()> {
        let values = [
            self.0.org()?,
            Value::text(&id),
            owner.kind.to_row().into(),
            (&owner.id).into(),
            now.as_millis().into(),
        ];
        let sql = "update flow_owner set live = null, until = $5
            where org = $1 and flow = $2 and owner_type = $3 and owner_id = $4 and live = 1
            returning flow, owner_type, owner_id, cast(since as text)";
        self.0.change_on(Table::FlowOwner, sql, &values)
    }

    fn open_reference(
        &mut self,
        id: FlowId,
        credential: CredentialId,
        now: Timestamp,
    ) -> Result<u64> {
        let values = [
            self.0.org()?,
            Value::text(&id),
            Value::text(&credential),
            now.as_millis().into(),
        ];
        let sql = "insert into flow_ref (org, flow, credential, since)
            select $1, $2, $3, coalesce((select max(r.since) + 1 from flow_ref r
              where r.org = $1 and r.flow = $2 and r.credential = $3
              and r.since >= cast($4 as bigint)), cast($4 as bigint))
            returning flow, credential, cast(since as text)";
        self.0.execute_on(Table::FlowReference, sql, &values)
    }
}

impl Tx<'_> {
    /// A refused edge means that what was decided on is no longer true.
    fn start_over_if_referenced<T>(&mut self, result: Result<T>) -> Result<T> {
        match result {
            Err(Error::Referenced) => self.start_over(),
            other => other,
        }
    }
}

fn each_id(ids: &[FlowId]) -> Value<'static> {
    each(ids.iter().map(|id| [id.to_string()]))
}

fn flow(row: &Row<'_>) -> Result<FlowRow> {
    let blocked = match row.get::<Option<String>>(6)? {
        None => None,
        Some(reason) => Some(Blocked {
            reason,
            since: Timestamp::from_millis(row.get(7)?),
            references: row.get(8)?,
        }),
    };
    Ok(FlowRow {
        id: row.parse(0)?,
        name: row.get(1)?,
        document: row.get(2)?,
        revision: row.get(3)?,
        digest: row.get(4)?,
        enabled: row.get::<Option<i64>>(5)?.is_some(),
        blocked,
        created_at: Timestamp::from_millis(row.get(9)?),
        created_by: row.get(10)?,
        updated_at: Timestamp::from_millis(row.get(11)?),
        deleted_at: row.get::<Option<i64>>(12)?.map(Timestamp::from_millis),
        tag: row.get(13)?,
    })
}

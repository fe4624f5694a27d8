//! One transaction, as a use case sees it.

use std::collections::BTreeMap;

use keydance_core::event::Event;
use keydance_core::id::OrganisationId;

use crate::dialect::Connection;
use crate::error::{Error, Result};
use crate::recorded::RowKey;
use crate::value::{Row, Value};

/// A transaction on the primary. What it records is appended to the audit log before the commit.
pub struct Tx<'c> {
    connection: &'c mut Connection,
    /// The organisation that the use case entered.
    entered: Option<OrganisationId>,
    /// The organisation whose rows the connection shows, perhaps since an earlier use case.
    shown: Option<OrganisationId>,
    epochs: BTreeMap<OrganisationId, i64>,
    staged: Staged,
    conflict: bool,
    /// Why a statement of the use case failed.
    failure: Option<Error>,
}

/// What use cases leave for the end of the transaction.
#[derive(Default)]
pub(crate) struct Staged {
    /// Events of changes: gone if the use case fails.
    changes: Vec<Change>,
    /// Rows that the use case changed.
    touched: Vec<(OrganisationId, RowKey)>,
    /// Events of refusals: kept although the use case fails.
    refusals: Vec<Event>,
    /// Organisations whose access was narrowed.
    closings: Vec<OrganisationId>,
}

/// An event, and the rows it is to speak of.
pub(crate) struct Change {
    pub(crate) event: Event,
    pub(crate) rows: Vec<RowKey>,
}

/// How far [`Staged`] had got when a use case began.
pub(crate) struct Mark {
    changes: usize,
    closings: usize,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut Connection) -> Self {
        Self {
            connection,
            entered: None,
            shown: None,
            epochs: BTreeMap::new(),
            staged: Staged::default(),
            conflict: false,
            failure: None,
        }
    }

    /// Enters an organisation: from here on its rows are the ones to be seen.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database cannot be asked.
    pub fn enter(&mut self, organisation: OrganisationId) -> Result<()> {
        if self.shown != Some(organisation) {
            let shown = self.connection.enter(&organisation.to_string());
            self.watch(shown)?;
            self.shown = Some(organisation);
        }
        self.entered = Some(organisation);
        Ok(())
    }

    /// The organisation entered, as the value most statements begin with.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if none was entered: nothing is read across organisations.
    pub(crate) fn org(&self) -> Result<Value<'static>> {
        let entered = self.organisation()?;
        Ok(Value::text(&entered))
    }

    pub(crate) fn organisation(&self) -> Result<OrganisationId> {
        self.entered
            .ok_or_else(|| Error::Unavailable("no organisation was entered".to_owned()))
    }

    /// The epoch of the organisation entered. It moves whenever access is narrowed; if it moves
    /// before this transaction commits, the transaction is started over.
    ///
    /// It has moved already for whoever shares the transaction with a use case that narrows access
    /// and came before: nobody acts on rights that end in the same commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database cannot be asked.
    pub fn epoch(&mut self) -> Result<i64> {
        let organisation = self.organisation()?;
        let narrowed = self.staged.closings.contains(&organisation);
        Ok(self.epoch_at_start(organisation)? + i64::from(narrowed))
    }

    fn epoch_at_start(&mut self, organisation: OrganisationId) -> Result<i64> {
        if let Some(epoch) = self.epochs.get(&organisation) {
            return Ok(*epoch);
        }
        let id = self.org()?;
        let epoch = self
            .find(
                "select epoch from organisation where id = $1",
                &[id],
                |row| row.get(0),
            )?
            .ok_or_else(|| Error::Unavailable("the organisation is gone".to_owned()))?;
        self.epochs.insert(organisation, epoch);
        Ok(epoch)
    }

    /// Records a change. The event is appended if the use case succeeds.
    pub fn record(&mut self, event: Event) {
        let rows = Vec::new();
        self.staged.changes.push(Change { event, rows });
    }

    pub(crate) fn stage_row(&mut self, organisation: OrganisationId, row: RowKey) {
        self.staged.touched.push((organisation, row));
    }

    /// Records a refusal. The event is appended although the use case fails.
    pub fn record_refusal(&mut self, event: Event) {
        self.staged.refusals.push(event);
    }

    /// Says that this use case narrows somebody's access: the organisation's epoch moves.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if no organisation was entered.
    pub fn narrow_access(&mut self) -> Result<()> {
        let organisation = self.organisation()?;
        self.staged.closings.push(organisation);
        Ok(())
    }

    /// Enters no organisation, but sees the list of all of them.
    pub(crate) fn enter_every(&mut self) -> Result<()> {
        (self.entered, self.shown) = (None, None);
        let shown = self.connection.enter("every");
        self.watch(shown)
    }

    /// Shows the rows of the access tokens with these ids, whatever organisation they belong to.
    pub(crate) fn show_tokens(&mut self, ids: &str) -> Result<()> {
        let shown = self.connection.show_tokens(ids);
        self.watch(shown)
    }

    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let found = self.connection.query(sql, values, map);
        self.watch(found)
    }

    /// The first row of an answer, if there is one.
    pub(crate) fn find<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, values, map)?.into_iter().next())
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let changed = self.connection.execute(sql, values);
        self.watch(changed)
    }

    /// Changes exactly one row, or says that it changed meanwhile.
    pub(crate) fn change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        match self.execute(sql, values)? {
            1 => Ok(()),
            _ => Err(Error::Changed),
        }
    }

    pub(crate) fn insert_many(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        let inserted = self.connection.insert_many(sql, rows);
        self.watch(inserted)
    }

    /// Asks questions that do not depend on one another's answers: PostgreSQL gets all of them before
    /// it answers the first.
    ///
    /// There `ask` runs twice: first every answer is empty, and whatever it returns is dropped; then
    /// the same questions have their answers. So it must change nothing but what it returns. A
    /// question that was not asked the first time is asked alone.
    ///
    /// # Errors
    /// Those of `ask`, and of the database.
    pub fn gather<T, E: From<Error>>(
        &mut self,
        mut ask: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.connection.start_gathering() {
            return ask(self);
        }
        drop(ask(self));
        let sent = self.connection.send_gathered();
        let answered = self.watch(sent).map_err(E::from).and_then(|()| ask(self));
        self.connection.end_gathering();
        answered
    }

    /// Says that this transaction rests on something that is no longer true.
    pub(crate) fn start_over<T>(&mut self) -> Result<T> {
        self.conflict = true;
        Err(Error::Conflict)
    }

    /// Starts over if something is not as this transaction read it: somebody else was faster.
    ///
    /// # Errors
    /// [`Error::Conflict`] in that case, else what the result holds.
    pub fn or_start_over<T>(&mut self, result: Result<T>) -> Result<T> {
        match result {
            Err(Error::Changed | Error::Exists | Error::Referenced) => self.start_over(),
            other => other,
        }
    }

    /// Begins a part of the transaction that can be undone alone, and that has entered nothing yet.
    pub(crate) fn mark(&mut self) -> Result<Mark> {
        (self.entered, self.failure) = (None, None);
        let marked = self.connection.command_later("savepoint use_case");
        self.watch(marked)?;
        Ok(Mark {
            changes: self.staged.changes.len(),
            closings: self.staged.closings.len(),
        })
    }

    /// Ends that part: its last event speaks of the rows it changed.
    pub(crate) fn keep(&mut self, mark: &Mark) -> Result<()> {
        let changes = self.staged.changes.get_mut(mark.changes..);
        let changes = changes.unwrap_or_default();
        for (organisation, row) in self.staged.touched.drain(..) {
            let mut own = changes.iter_mut().rev();
            let last = own.find(|change| change.event.organisation() == organisation);
            // Whoever changes a row and records nothing is found by the comparison with the log.
            if let Some(change) = last {
                change.rows.push(row);
            }
        }
        self.release()
    }

    fn release(&mut self) -> Result<()> {
        let kept = self.connection.command_later("release savepoint use_case");
        self.watch(kept)
    }

    /// Undoes what was done since the mark; refusals stay.
    pub(crate) fn undo(&mut self, mark: &Mark) -> Result<()> {
        self.staged.changes.truncate(mark.changes);
        self.staged.closings.truncate(mark.closings);
        self.staged.touched.clear();
        (self.entered, self.shown) = (None, None);
        // What went out late and failed is part of what is undone.
        drop(self.connection.settle());
        let undone = self.connection.command("rollback to savepoint use_case");
        self.watch(undone)?;
        self.release()
    }

    /// What is left to append, and the epochs the use cases relied on.
    pub(crate) fn take_staged(&mut self) -> StagedByOrganisation {
        let staged = std::mem::take(&mut self.staged);
        let mut all = StagedByOrganisation::new();
        let refusal = |event| Change {
            event,
            rows: Vec::new(),
        };
        let refusals = staged.refusals.into_iter().map(refusal);
        for change in staged.changes.into_iter().chain(refusals) {
            let organisation = change.event.organisation();
            all.entry(organisation).or_default().changes.push(change);
        }
        for organisation in staged.closings {
            all.entry(organisation).or_default().closings += 1;
        }
        for (organisation, epoch) in &self.epochs {
            if let Some(entry) = all.get_mut(organisation) {
                entry.epoch = Some(*epoch);
            }
        }
        all
    }

    /// Why a statement failed since the mark. Whoever ignores that must not succeed: PostgreSQL has
    /// given the transaction up by then, SQLite has not.
    pub(crate) fn failure(&mut self) -> Result<()> {
        let settled = self.connection.settle();
        self.watch(settled)?;
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Whether a statement failed because another transaction got in the way.
    pub(crate) fn met_conflict(&self) -> bool {
        self.conflict
    }

    fn watch<T>(&mut self, result: Result<T>) -> Result<T> {
        match &result {
            Ok(_) | Err(Error::Corrupt { .. }) => {}
            Err(error) => {
                self.conflict |= *error == Error::Conflict;
                self.failure = Some(error.clone());
            }
        }
        result
    }
}

/// What is to be appended, by organisation, in the order in which logs are locked.
pub(crate) type StagedByOrganisation = BTreeMap<OrganisationId, StagedFor>;

/// What one organisation's log gets.
#[derive(Default)]
pub(crate) struct StagedFor {
    pub(crate) changes: Vec<Change>,
    pub(crate) closings: i64,
    /// The epoch that decisions were based on, if any were made.
    pub(crate) epoch: Option<i64>,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("entered", &self.entered)
            .finish_non_exhaustive()
    }
}

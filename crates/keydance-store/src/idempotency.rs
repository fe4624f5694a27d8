//! Answers remembered for requests that carry an `Idempotency-Key`. They hold no value: the
//! fingerprint of the request is keyed, the answer is the one without values.

use keydance_core::time::Timestamp;

use crate::error::Result;
use crate::tx::Tx;

/// A remembered answer.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Keyed hash of method, path and body of the request, 16 bytes.
    pub fingerprint: Vec<u8>,
    /// The body of the answer, without values.
    pub answer: String,
}

/// The door to remembered answers.
#[derive(Debug)]
pub struct Idempotency<'t, 'c>(&'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to remembered answers.
    pub fn idempotency(&mut self) -> Idempotency<'_, 'c> {
        Idempotency(self)
    }
}

impl Idempotency<'_, '_> {
    /// What was answered to this caller under this key since `oldest`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(
        &mut self,
        caller: &str,
        key: &str,
        oldest: Timestamp,
    ) -> Result<Option<Remembered>> {
        let values = [
            self.0.org()?,
            caller.into(),
            key.into(),
            oldest.as_millis().into(),
        ];
        let sql = "select fingerprint, answer from idempotency
            where org = $1 and caller = $2 and key = $3 and created_at >= $4";
        self.0.find(sql, &values, |row| {
            Ok(Remembered {
                fingerprint: row.get(0)?,
                answer: row.get(1)?,
            })
        })
    }

    /// Remembers an answer and forgets those older than `oldest`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn insert(
        &mut self,
        caller: &str,
        key: &str,
        remembered: &Remembered,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<()> {
        let old = [self.0.org()?, oldest.as_millis().into()];
        self.0.execute(
            "delete from idempotency where org = $1 and created_at < $2",
            &old,
        )?;
        let values = [
            self.0.org()?,
            caller.into(),
            key.into(),
            (&remembered.fingerprint).into(),
            (&remembered.answer).into(),
            now.as_millis().into(),
        ];
        let sql = "insert into idempotency (org, caller, key, fingerprint, answer, created_at)
            values ($1, $2, $3, $4, $5, $6)";
        self.0.execute(sql, &values).map(drop)
    }
}

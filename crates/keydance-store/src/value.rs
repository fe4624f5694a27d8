//! Values that go into statements and come out of rows.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A value bound to a placeholder: integers, text and bytes are all both databases need.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

impl<'a> Value<'a> {
    /// The canonical text of an id, a time-free name, or anything else that has one.
    pub(crate) fn text(value: &impl Display) -> Self {
        Value::Text(Cow::Owned(value.to_string()))
    }

    /// The same value, borrowing nothing.
    pub(crate) fn to_owned(&self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Int(number) => Value::Int(*number),
            Value::Text(text) => Value::Text(Cow::Owned(text.clone().into_owned())),
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.clone().into_owned())),
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of an answer, of either database.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// Column `at` as a type a column can hold.
    pub(crate) fn get<T: FromColumn>(&self, at: usize) -> Result<T> {
        T::from_column(self, at)
    }

    /// Column `at` as text that `T` reads: an id, a name, a state.
    pub(crate) fn parse<T: FromStr>(&self, at: usize) -> Result<T> {
        self.get::<String>(at)?
            .parse()
            .map_err(|_| Error::Corrupt { column: at })
    }

    /// The same for a column that may be null.
    pub(crate) fn parse_optional<T: FromStr>(&self, at: usize) -> Result<Option<T>> {
        let Some(text) = self.get::<Option<String>>(at)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| Error::Corrupt { column: at })
    }
}

/// A type that a column can hold.
pub(crate) trait FromColumn: Sized {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self>;
}

/// Both drivers read these types themselves.
macro_rules! column {
    ($($kind:ty),*) => {$(
        impl FromColumn for $kind {
            fn from_column(row: &Row<'_>, at: usize) -> Result<Self> {
                let corrupt = Error::Corrupt { column: at };
                match row {
                    Row::Sqlite(row) => row.get(at).map_err(|_| corrupt),
                    Row::Postgres(row) => row.try_get(at).map_err(|_| corrupt),
                }
            }
        }
    )*};
}

column!(
    i64,
    Option<i64>,
    String,
    Option<String>,
    Vec<u8>,
    Option<Vec<u8>>
);

/// A list of lists for `EACH`, from rows of text.
pub(crate) fn each<R, C>(rows: impl IntoIterator<Item = R>) -> Value<'static>
where
    R: IntoIterator<Item = C>,
    C: Into<serde_json::Value>,
{
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().map(Into::into).collect());
    Value::from(serde_json::Value::Array(rows.collect()).to_string())
}

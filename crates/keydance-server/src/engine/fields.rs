//! Fields that the bodies of several requests have.

use keydance_core::environment::EnvironmentName;
use keydance_core::name::Name;
use keydance_core::permission::Permissions;
use keydance_core::principal::Email;
use keydance_core::problem::{NOT_A_LIST, NOT_TEXT, REQUIRED};
use serde_json::{Map, Value};

use super::{Code, Error, Result, random_id};

/// The fields of a request.
pub type Fields = Map<String, Value>;

/// Text, if it is there.
pub(crate) fn text<'f>(fields: &'f Fields, field: &'static str) -> Result<Option<&'f str>> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid_field(field, NOT_TEXT)),
    }
}

/// A name or a reason, if it is there.
pub(crate) fn optional_name(fields: &Fields, field: &'static str) -> Result<Option<Name>> {
    let name = text(fields, field)?.map(|text| Name::try_from(text.to_owned()));
    let wrong = "must be 1 to 256 characters, no control characters";
    name.transpose()
        .map_err(|_| Error::invalid_field(field, wrong))
}

/// A name or a reason.
pub fn name(fields: &Fields, field: &'static str) -> Result<Name> {
    optional_name(fields, field)?.ok_or_else(|| Error::invalid_field(field, REQUIRED))
}

/// An e-mail address, if it is there and not empty.
pub(crate) fn email(fields: &Fields) -> Result<Option<Email>> {
    let given = text(fields, "email")?.filter(|text| !text.is_empty());
    let email = given.map(str::parse).transpose();
    email.map_err(|_| Error::invalid_field("email", "must be an e-mail address"))
}

/// The id that is asked for, or a random one of 24 hex digits.
pub(crate) fn id<T: std::str::FromStr>(fields: &Fields) -> Result<T> {
    let wrong = "must be 1 to 256 characters, no control characters";
    let id = match text(fields, "id")? {
        Some(id) => id.to_owned(),
        None => keydance_core::id::CredentialId::new(random_id()?).to_string(),
    };
    id.parse().map_err(|_| Error::invalid_field("id", wrong))
}

/// Permissions, if they are there.
pub(crate) fn permissions(fields: &Fields) -> Result<Option<Permissions>> {
    let unknown = "names no permission";
    let words = words(fields, "permissions", unknown)?;
    Ok(words.map(|words| words.into_iter().collect()))
}

/// A list of words, if it is there.
pub(crate) fn words<T: std::str::FromStr>(
    fields: &Fields,
    field: &'static str,
    wrong: &'static str,
) -> Result<Option<Vec<T>>> {
    let list = match fields.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Error::invalid_field(field, NOT_A_LIST)),
    };
    let word = |(place, entry): (usize, &Value)| {
        let word = entry.as_str().and_then(|word| word.parse().ok());
        word.ok_or_else(|| Error::invalid_field(format!("{field}[{place}]"), wrong))
    };
    list.iter()
        .enumerate()
        .map(word)
        .collect::<Result<_>>()
        .map(Some)
}

/// Needs the thing to be changed to be there as it was when the caller read it, if the caller says
/// how that was.
pub(crate) fn ensure_unchanged(expected: Option<i64>, tag: impl Into<Option<i64>>) -> Result<()> {
    if expected.is_none() || expected == tag.into() {
        return Ok(());
    }
    Err(Error::changed())
}

/// The name of an environment; text of any other form names none.
pub(crate) fn environment_name(text: &str) -> Result<EnvironmentName> {
    let none = |_| Error::new(Code::UnknownEnvironment, "There is no such environment.");
    text.parse().map_err(none)
}

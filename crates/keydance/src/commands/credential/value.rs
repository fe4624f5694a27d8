//! The value of a credential as it is typed: open fields by flag, secrets by prompt or standard
//! input.

use std::str::FromStr;

use keydance_core::credential::{CredentialType, Field, FieldKind};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::terminal;

/// How a value is given.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Value")]
pub(crate) struct ValueArgs {
    /// A field that is no secret; may be repeated
    #[arg(long = "field", value_name = "NAME=TEXT")]
    fields: Vec<FieldArg>,
    /// Read a secret field from standard input: the one the type requires, or the one named
    // Behind an equals sign only: else it would take the name of the credential.
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    secret_from_stdin: Option<String>,
    /// Read fields from standard input, as a JSON object
    #[arg(long, conflicts_with = "secret_from_stdin")]
    value_from_stdin: bool,
}

/// A field as it is typed: `headerName=X-Api-Key`.
#[derive(Clone, Debug)]
pub(crate) struct FieldArg {
    name: String,
    text: String,
}

impl FromStr for FieldArg {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, text) = text.split_once('=').ok_or("a field is NAME=TEXT")?;
        let (name, text) = (name.to_owned(), text.to_owned());
        Ok(Self { name, text })
    }
}

/// Whether secrets that are required but not given are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// On a terminal.
    AskedFor,
    /// The value may be a part of one.
    LeftOut,
}

impl ValueArgs {
    /// Whether anything was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.secret_from_stdin.is_none() && !self.value_from_stdin
    }

    /// Whether the fields can be told apart by their names alone.
    pub(crate) fn names_its_fields(&self) -> bool {
        self.secret_from_stdin.as_deref() != Some("")
    }

    /// The fields for a credential of this type, or of any if the type is not known.
    ///
    /// # Errors
    /// A secret was given as an argument, a field is unknown, or standard input is not what it
    /// should be.
    pub(crate) fn read(
        &self,
        kind: Option<CredentialType>,
        missing: Missing,
    ) -> Result<Map<String, Value>, Failure> {
        let mut value = self.open_fields(kind)?;
        if self.value_from_stdin {
            value.extend(object_from_stdin()?);
        }
        if let Some(name) = &self.secret_from_stdin {
            let field = secret_field(kind, name)?;
            let secret = terminal::secret(field.name)?;
            value.insert(field.name.to_owned(), parsed(field, &secret)?);
        }
        if missing == Missing::AskedFor && terminal::is_there() {
            let fields = kind.into_iter().flat_map(CredentialType::fields);
            for field in fields.filter(|field| field.required) {
                if !value.contains_key(field.name) {
                    let text = terminal::secret(field.name)?;
                    value.insert(field.name.to_owned(), parsed(field, &text)?);
                }
            }
        }
        Ok(value)
    }

    fn open_fields(&self, kind: Option<CredentialType>) -> Result<Map<String, Value>, Failure> {
        let mut value = Map::new();
        for FieldArg { name, text } in &self.fields {
            let field = field(kind, name)?;
            // A user name is masked where it is stored, but it is no secret on the way there.
            if field.is_sensitive() && !is_user_name(field) {
                return Err(Failure::usage(format!(
                    "{name} is a secret, and arguments are visible to everybody on this machine"
                ))
                .hint(format!(
                    "give it on standard input: --secret-from-stdin={name}"
                )));
            }
            value.insert(name.clone(), parsed(field, text)?);
        }
        Ok(value)
    }
}

fn field(kind: Option<CredentialType>, name: &str) -> Result<&'static Field, Failure> {
    let mut fields = fields(kind);
    fields.find(|field| field.name == name).ok_or_else(|| {
        let what = kind.map_or("a credential", CredentialType::as_str);
        Failure::usage(format!("{what} has no field {name}"))
            .hint(format!("fields are {}", names(self::fields(kind))))
    })
}

fn fields(kind: Option<CredentialType>) -> impl Iterator<Item = &'static Field> {
    let kinds = CredentialType::EVERY.into_iter();
    let kinds = kinds.filter(move |known| kind.is_none_or(|kind| kind == *known));
    kinds.flat_map(CredentialType::fields)
}

fn names<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    let mut names: Vec<_> = fields.map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The field that a secret on standard input is for.
fn secret_field(kind: Option<CredentialType>, name: &str) -> Result<&'static Field, Failure> {
    if !name.is_empty() {
        return field(kind, name);
    }
    let secret = |field: &&Field| field.is_sensitive() && !is_user_name(field);
    let secrets: Vec<_> = fields(kind).filter(secret).collect();
    let required: Vec<_> = secrets
        .iter()
        .copied()
        .filter(|field| field.required)
        .collect();
    match (required.as_slice(), secrets.as_slice()) {
        ([only], _) | ([], [only]) => Ok(only),
        _ => Err(
            Failure::usage("which field is on standard input?").hint(format!(
                "name it, --secret-from-stdin=NAME: one of {}",
                names(secrets.into_iter())
            )),
        ),
    }
}

fn is_user_name(field: &Field) -> bool {
    field.name == "username"
}

fn parsed(field: &Field, text: &str) -> Result<Value, Failure> {
    if field.kind != FieldKind::Object {
        return Ok(text.into());
    }
    // The parser would quote what it could not read, which may be a secret.
    serde_json::from_str(text)
        .map_err(|_| Failure::usage(format!("{} is a JSON object", field.name)))
}

fn object_from_stdin() -> Result<Map<String, Value>, Failure> {
    let text = terminal::from_stdin()?;
    serde_json::from_str(&text).map_err(|_| Failure::usage("standard input is no JSON object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_field(text: &str) -> ValueArgs {
        ValueArgs {
            fields: vec![text.parse().unwrap()],
            secret_from_stdin: None,
            value_from_stdin: false,
        }
    }

    #[test]
    fn a_secret_is_never_an_argument() {
        for kind in CredentialType::EVERY {
            for field in kind.fields().iter().filter(|field| field.is_sensitive()) {
                let given = with_field(&format!("{}=x", field.name)).open_fields(Some(kind));
                assert_eq!(
                    given.is_err(),
                    field.name != "username",
                    "{kind} {}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn open_fields_are_taken_and_unknown_ones_named() {
        let value = with_field("headerName=X=Y").open_fields(Some(CredentialType::ApiKey));
        assert_eq!(value.unwrap()["headerName"], "X=Y");
        let unknown = with_field("header=X").open_fields(Some(CredentialType::ApiKey));
        assert_eq!(
            unknown.unwrap_err().message(),
            "API_KEY has no field header"
        );
    }

    #[test]
    fn the_secret_on_standard_input_is_the_one_the_type_requires() {
        let found = |kind| secret_field(Some(kind), "").map(|field| field.name).ok();
        assert_eq!(found(CredentialType::ApiKey), Some("key"));
        assert_eq!(found(CredentialType::Simple), Some("passphrase"));
        assert_eq!(found(CredentialType::KeyPair), Some("privateKey"));
        assert_eq!(found(CredentialType::Mixed), Some("payload"));
        assert_eq!(found(CredentialType::OAuth1ThreeLegged), None);
        let named = secret_field(Some(CredentialType::KeyPair), "passphrase");
        assert_eq!(named.unwrap().name, "passphrase");
        assert_eq!(secret_field(None, "key").unwrap().name, "key");
        assert!(secret_field(None, "").is_err());
    }
}

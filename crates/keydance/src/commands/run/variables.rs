//! Which variable holds which field.

use std::collections::BTreeMap;
use std::str::FromStr;

use keydance_api::credential::HandedOut;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// `a3f09c51d27be84406c1f9d2=LEDGER`.
#[derive(Clone, Debug)]
pub(crate) struct PrefixArg {
    /// The id of a credential.
    pub(crate) id: String,
    prefix: String,
}

impl FromStr for PrefixArg {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, prefix) = text.split_once('=').ok_or("write ID=PREFIX")?;
        if prefix.is_empty() || snake(prefix) != prefix {
            return Err("a prefix is capitals, digits and _, and starts with a letter");
        }
        Ok(Self {
            id: id.to_lowercase(),
            prefix: prefix.to_owned(),
        })
    }
}

/// Variables with secrets; cannot be printed.
pub(crate) struct Variables(BTreeMap<String, Zeroizing<String>>);

impl Variables {
    /// One for each field.
    ///
    /// # Errors
    /// Two fields would have the same name, or a value cannot be in an environment.
    pub(crate) fn of(
        values: &[HandedOut],
        prefixes: &[PrefixArg],
        names: &BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let mut variables = Self(BTreeMap::new());
        for credential in values {
            let prefix = prefix(credential, prefixes, names);
            for (field, value) in &credential.value {
                let variable = format!("{prefix}_{}", snake(field));
                variables.add(&variable, value, &credential.id)?;
            }
        }
        Ok(variables)
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn add(&mut self, name: &str, value: &Value, id: &str) -> Result<(), Failure> {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let text = Zeroizing::new(text);
        if text.contains('\0') {
            return Err(Failure::usage(format!(
                "{name} would hold a NUL, which no variable can"
            )));
        }
        if self.0.insert(name.to_owned(), text).is_some() {
            return Err(
                Failure::usage(format!("two fields would be {name}")).hint(format!(
                    "give one of them a prefix of its own: --map {id}=PREFIX"
                )),
            );
        }
        Ok(())
    }
}

fn prefix(
    credential: &HandedOut,
    prefixes: &[PrefixArg],
    names: &BTreeMap<String, String>,
) -> String {
    let id = &credential.id;
    let mapped = prefixes.iter().find(|mapped| mapped.id == *id);
    let mapped = mapped.map(|mapped| mapped.prefix.clone());
    let named = || {
        names
            .get(id)
            .map(|name| snake(name))
            .filter(|name| !name.is_empty())
    };
    let plain = || format!("CREDENTIAL_{}", id.to_uppercase());
    mapped.or_else(named).unwrap_or_else(plain)
}

/// `headerName` → `HEADER_NAME`, `Ledger API` → `LEDGER_API`: capitals, digits and single
/// underscores, starting with a letter. Empty if there is no letter to start with.
fn snake(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for c in text.chars() {
        let starts_word = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if (starts_word || !c.is_ascii_alphanumeric()) && !name.ends_with('_') {
            name.push('_');
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_uppercase());
        }
        before = c;
    }
    let starts = |c: char| c.is_ascii_uppercase();
    let start = name.find(starts).unwrap_or(name.len());
    name.split_off(start).trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "a3f09c51d27be84406c1f9d2";

    fn handed_out(id: &str, value: &Value) -> HandedOut {
        let document = json!({
            "_id": id, "type": "API_KEY", "__t": "S_API_KEY", "value": value,
            "environment": "default", "version": 1,
        });
        serde_json::from_value(document).unwrap()
    }

    fn names(name: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(ID.to_owned(), name.to_owned())])
    }

    #[test]
    fn variables_are_the_name_and_the_field_in_capitals() {
        let value = json!({"key": "sesame", "headerName": "X", "inputFields": {"a": 1}});
        let value = [handed_out(ID, &value)];
        let variables = Variables::of(&value, &[], &names("Ledger API (new)")).unwrap();
        let expected = [
            ("LEDGER_API_NEW_HEADER_NAME", "X"),
            ("LEDGER_API_NEW_INPUT_FIELDS", "{\"a\":1}"),
            ("LEDGER_API_NEW_KEY", "sesame"),
        ];
        assert_eq!(variables.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_prefix_that_was_given_beats_the_name_and_the_id_is_the_last_resort() {
        let value = [handed_out(ID, &json!({"key": "k"}))];
        let first = |prefixes: &[PrefixArg], names: &BTreeMap<_, _>| {
            let variables = Variables::of(&value, prefixes, names).unwrap();
            variables.iter().next().unwrap().0.to_owned()
        };
        let given = format!("{ID}=PAY").parse().unwrap();
        assert_eq!(first(&[given], &names("Ledger")), "PAY_KEY");
        let plain = "CREDENTIAL_A3F09C51D27BE84406C1F9D2_KEY";
        assert_eq!(first(&[], &BTreeMap::new()), plain);
        assert_eq!(first(&[], &names("密鑰")), plain);
    }

    #[test]
    fn two_fields_never_share_a_variable() {
        let other = "b3f09c51d27be84406c1f9d2";
        let values = [ID, other].map(|id| handed_out(id, &json!({"key": "k"})));
        let mut names = names("Ledger API");
        names.insert(other.to_owned(), "ledger-api".to_owned());
        let error = Variables::of(&values, &[], &names).err().unwrap();
        assert_eq!(error.message(), "two fields would be LEDGER_API_KEY");
        let given = format!("{other}=OTHER").parse().unwrap();
        assert!(Variables::of(&values, &[given], &names).is_ok());
    }

    #[test]
    fn a_prefix_is_a_name_that_shells_know() {
        for text in ["x", "x=", "x=lower", "x=1A", "x=A-B", "x=_A"] {
            assert!(text.parse::<PrefixArg>().is_err(), "{text}");
        }
    }
}

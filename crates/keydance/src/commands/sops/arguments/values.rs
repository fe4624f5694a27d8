//! What flags were given, in the types that commands want.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::super::failure::Failure;
use super::super::flags::Flag;
use super::Arguments;
use super::typed::{Value, truth};

impl Arguments<'_> {
    /// Whether a switch was typed, and not as `=false`.
    pub(crate) fn switch(&self, flag: &Flag) -> bool {
        matches!(self.last(flag), Some(Value::Switch(true)))
    }

    /// A switch that the environment may set as well.
    ///
    /// # Errors
    /// The variable says neither yes nor no.
    pub(crate) fn switch_or(&self, flag: &Flag, default: bool) -> Result<bool, Failure> {
        if let Some(Value::Switch(on)) = self.last(flag) {
            return Ok(*on);
        }
        let variable = flag.variable.filter(|each| self.environment.is_set(*each));
        let Some(variable) = variable else {
            return Ok(default);
        };
        // Set to nothing is no, as in sops.
        let text = self
            .environment
            .get(variable)
            .unwrap_or(OsStr::new("false"));
        truth(text).ok_or_else(|| {
            let name = variable.name();
            Failure::other(format!("{name} is neither true nor false"))
        })
    }

    /// The value of a flag, or of its variable. An empty one is none.
    ///
    /// # Errors
    /// It is no text.
    pub(crate) fn text(&self, flag: &Flag) -> Result<Option<String>, Failure> {
        self.value(flag).map(|value| text(flag, value)).transpose()
    }

    /// The value of a flag as a path.
    pub(crate) fn path(&self, flag: &Flag) -> Option<PathBuf> {
        self.value(flag).map(PathBuf::from)
    }

    /// The value of a flag, taken apart at its commas.
    ///
    /// # Errors
    /// It is no text.
    pub(crate) fn list(&self, flag: &Flag) -> Result<Vec<String>, Failure> {
        Ok(split(&self.text(flag)?.unwrap_or_default()))
    }

    /// Every value of a flag that may be repeated, or those of its variable.
    ///
    /// # Errors
    /// One is no text.
    pub(crate) fn texts(&self, flag: &Flag) -> Result<Vec<String>, Failure> {
        let given = self.given.iter().filter(|given| given.is(flag));
        let values = given.filter_map(|given| match &given.value {
            Value::Text(value) => Some(text(flag, value)),
            Value::Switch(_) => None,
        });
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        if values.is_empty() {
            return self.list(flag);
        }
        Ok(values)
    }

    /// The value of a flag as a number.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn number(&self, flag: &Flag) -> Result<Option<u32>, Failure> {
        let Some(text) = self.text(flag)? else {
            return Ok(None);
        };
        let number = text.parse().map(Some);
        number.map_err(|_| Failure::other(format!("--{} takes a whole number", flag.name)))
    }

    fn value(&self, flag: &Flag) -> Option<&OsStr> {
        let value = match self.last(flag) {
            Some(Value::Text(value)) => Some(value.as_os_str()),
            _ => self.environment.get(flag.variable?),
        };
        value.filter(|value| !value.is_empty())
    }

    fn last(&self, flag: &Flag) -> Option<&Value> {
        let given = self.given.iter().rev();
        let mut given = given.filter(|given| given.is(flag));
        given.next().map(|given| &given.value)
    }
}

fn text(flag: &Flag, value: &OsStr) -> Result<String, Failure> {
    let text = value.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::other(format!("the value of --{} is no text", flag.name)))
}

/// The parts between commas, without blanks around them and without empty ones.
fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

use super::fields::Fields;
use super::{ConfigError, Warning};
use crate::format::{Format, WriteOptions};

/// The widest indentation of JSON, in spaces.
const MAX_JSON_INDENT: usize = 1000;

/// How files are laid out, in the numbers that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stores {
    /// Spaces per level in YAML; 0 stands for 4.
    pub yaml_indent: i64,
    /// Spaces per level in JSON; -1 stands for a tab.
    pub json_indent: i64,
    /// Spaces per level in the JSON around binary files; -1 stands for a tab.
    pub json_binary_indent: i64,
}

/// An indentation that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndentError {
    /// Less than a tab, or too wide.
    #[error("the indentation of JSON must be from -1 to {MAX_JSON_INDENT}")]
    Json,
    /// Less than nothing.
    #[error("the indentation of YAML must not be negative")]
    Yaml,
}

impl Stores {
    pub(super) fn read(
        mut fields: Fields<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let default = Self::default();
        let mut indent = |store, default| {
            let Some(mut fields) = fields.map(store, store)? else {
                return Ok(default);
            };
            let indent = fields.number("indent")?.unwrap_or(default);
            fields.finish(warnings);
            Ok::<_, ConfigError>(indent)
        };
        let stores = Self {
            yaml_indent: indent("yaml", default.yaml_indent)?,
            json_indent: indent("json", default.json_indent)?,
            json_binary_indent: indent("json_binary", default.json_binary_indent)?,
        };
        fields.ignore("dotenv");
        fields.ignore("ini");
        fields.finish(warnings);
        Ok(stores)
    }

    /// The same indentation everywhere, as the flag `--indent` demands it.
    #[must_use]
    pub fn uniform(indent: i64) -> Self {
        Self {
            yaml_indent: indent,
            json_indent: indent,
            json_binary_indent: indent,
        }
    }

    /// How to write a file of this format.
    pub fn write_options(self, format: Format) -> Result<WriteOptions, IndentError> {
        let default = WriteOptions::default();
        Ok(match format {
            Format::Binary => WriteOptions {
                json_indent: json(self.json_binary_indent)?,
                ..default
            },
            Format::Json => WriteOptions {
                json_indent: json(self.json_indent)?,
                ..default
            },
            Format::Yaml => WriteOptions {
                yaml_indent: yaml(self.yaml_indent)?,
                ..default
            },
            Format::Dotenv | Format::Ini => default,
        })
    }
}

impl Default for Stores {
    fn default() -> Self {
        Self {
            yaml_indent: 0,
            json_indent: -1,
            json_binary_indent: -1,
        }
    }
}

fn json(indent: i64) -> Result<Option<usize>, IndentError> {
    if indent == -1 {
        return Ok(None);
    }
    let spaces = usize::try_from(indent)
        .ok()
        .filter(|spaces| *spaces <= MAX_JSON_INDENT);
    spaces.map(Some).ok_or(IndentError::Json)
}

/// go-yaml takes what it cannot write for 2.
fn yaml(indent: i64) -> Result<usize, IndentError> {
    match usize::try_from(indent) {
        Ok(0) => Ok(WriteOptions::default().yaml_indent),
        Ok(spaces @ 2..=9) => Ok(spaces),
        Ok(_) => Ok(2),
        Err(_) => Err(IndentError::Yaml),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml_indent(indent: i64) -> Result<usize, IndentError> {
        Stores::uniform(indent)
            .write_options(Format::Yaml)
            .map(|options| options.yaml_indent)
    }

    fn json_indent(indent: i64) -> Result<Option<usize>, IndentError> {
        Stores::uniform(indent)
            .write_options(Format::Json)
            .map(|options| options.json_indent)
    }

    #[test]
    fn yaml_is_indented_by_two_to_nine_spaces() {
        for (indent, spaces) in [(0, 4), (1, 2), (2, 2), (9, 9), (10, 2), (i64::MAX, 2)] {
            assert_eq!(yaml_indent(indent), Ok(spaces), "{indent}");
        }
        assert_eq!(yaml_indent(-1), Err(IndentError::Yaml));
    }

    #[test]
    fn json_is_indented_by_a_tab_or_spaces() {
        for (indent, spaces) in [(-1, None), (0, Some(0)), (1, Some(1)), (12, Some(12))] {
            assert_eq!(json_indent(indent), Ok(spaces), "{indent}");
        }
        for indent in [-2, 1001, i64::MAX, i64::MIN] {
            assert_eq!(json_indent(indent), Err(IndentError::Json), "{indent}");
        }
    }

    #[test]
    fn each_format_has_its_own_indentation() {
        let stores = Stores {
            yaml_indent: 3,
            json_indent: 5,
            json_binary_indent: 7,
        };
        let options = |format| stores.write_options(format).unwrap();
        assert_eq!(options(Format::Yaml).yaml_indent, 3);
        assert_eq!(options(Format::Json).json_indent, Some(5));
        assert_eq!(options(Format::Binary).json_indent, Some(7));
        assert_eq!(options(Format::Ini), WriteOptions::default());
        let negative = Stores {
            yaml_indent: -1,
            ..stores
        };
        assert!(
            negative.write_options(Format::Json).is_ok(),
            "the others do not matter"
        );
    }
}

//! What a file that is not there yet begins with.

use keydance_sops::format::{Format, ReadError, ReadOptions};
use keydance_sops::tree::Tree;

/// The example for a format.
///
/// # Errors
/// None; every example is read in the tests.
pub(super) fn tree(format: Format) -> Result<Tree, ReadError> {
    let text = match format {
        Format::Binary => BINARY,
        Format::Dotenv => DOTENV,
        Format::Ini => INI,
        Format::Json => JSON,
        Format::Yaml => YAML,
    };
    format.read_plain(text.as_bytes(), &ReadOptions::default())
}

const YAML: &str = "\
# Every value here is encrypted when you save and leave. Keys stay readable.
greeting: Change this file as you like!
database:
    # Comments are encrypted too.
    user: app
    password: change-me
ports:
    - 8080
    - 8443
ratio: 0.5
enabled: true
";

const JSON: &str = r#"{
  "greeting": "Change this file as you like! Every value is encrypted when you save and leave.",
  "database": {"user": "app", "password": "change-me"},
  "ports": [8080, 8443],
  "ratio": 0.5,
  "enabled": true
}"#;

const DOTENV: &str = "\
# Every value here is encrypted when you save and leave. Names stay readable.
GREETING=Change this file as you like!
DATABASE_PASSWORD=change-me
";

const INI: &str = "\
[database]
; Every value here is encrypted when you save and leave. Keys stay readable.
user = app
password = change-me
";

const BINARY: &str =
    "Change this file as you like! All of it is encrypted when you save and leave.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_an_example() {
        use Format::{Binary, Dotenv, Ini, Json, Yaml};
        for format in [Binary, Dotenv, Ini, Json, Yaml] {
            assert!(tree(format).is_ok(), "{format:?}");
        }
    }
}

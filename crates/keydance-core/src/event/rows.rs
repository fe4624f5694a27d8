//! What the log says about rows of the database, so that whoever edits one by hand is found.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

/// What a row holds after the event that changed it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RowDigest {
    /// The table.
    pub table: Cow<'static, str>,
    /// The columns of its key, as text.
    pub key: Vec<String>,
    /// SHA-256 of its columns; none if the row is gone.
    #[serde(default, deserialize_with = "hex")]
    pub digest: Option<[u8; 32]>,
}

/// The rows that the body of an event speaks of.
///
/// # Errors
/// If it is not the body of an event.
pub fn recorded_rows(body: &str) -> Result<Vec<RowDigest>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        rows: Vec<RowDigest>,
    }
    serde_json::from_str::<Body>(body).map(|body| body.rows)
}

fn hex<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[u8; 32]>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let digest = bytes(&text).ok_or_else(|| serde::de::Error::custom("not a digest"))?;
    Ok(Some(digest))
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16)?).ok();
    let byte = |pair: &[u8; 2]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes.filter(|_| rest.is_empty())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sixty_four_hex_digits() {
        let row = |digest: &str| {
            recorded_rows(&format!(
                r#"{{"rows":[{{"digest":"{digest}","key":["a"],"table":"flow"}}]}}"#
            ))
        };
        let read = row(&"0f".repeat(32)).unwrap();
        assert_eq!(read[0].digest, Some([0x0f; 32]));
        for wrong in ["", "0", &"0".repeat(63), &"g0".repeat(32), &"00".repeat(33)] {
            assert!(row(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_event_without_rows_speaks_of_none() {
        assert_eq!(recorded_rows(r#"{"seq":1}"#).unwrap(), []);
        assert!(recorded_rows("[1]").is_err());
    }
}

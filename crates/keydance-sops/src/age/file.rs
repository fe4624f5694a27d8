//! An age file around one data key: the `enc` of an age recipient.
//!
//! Read by the `age` crate, but written here: that crate adds a stanza of random name and length to
//! every header, and `enc` is a file of exactly one recipient, always of the same length.

use std::cell::Cell;
use std::io::Read as _;

use age::armor::ArmoredReader;
use age::secrecy::ExposeSecret as _;
use age::{DecryptError, Decryptor};
use age_core::primitives::hkdf;
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use keydance_crypto::random;
use zeroize::Zeroizing;

use crate::key_service::KeyError;

pub use age_core::format::{FileKey, Stanza};

/// The longest `enc` that is read, in bytes: room for hundreds of stanzas, of which one is enough.
///
/// The `age` crate parses a header anew for each of its lines.
pub const LIMIT: usize = 64 * 1024;

const COLUMNS: usize = 64;
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----\n";
const END: &str = "-----END AGE ENCRYPTED FILE-----\n";

/// The nonce of a payload's only chunk: counter 0, and the mark of the last one.
const ONLY_CHUNK: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// Writes an armored age file that holds `data_key`, in lines of 64 columns and with a line break
/// at its end. `wrap` makes the stanzas for a new file key.
///
/// `data_key` is shorter than a chunk of 64 KiB, by far.
pub fn seal(
    data_key: &[u8],
    wrap: impl FnOnce(&FileKey) -> Result<Vec<Stanza>, KeyError>,
) -> Result<String, KeyError> {
    let file_key = FileKey::try_init_with_mut(|bytes| random::fill(bytes)).map_err(no_random)?;
    let mut file = header(&file_key, &wrap(&file_key)?).into_bytes();
    let nonce = random::bytes::<16>().map_err(no_random)?;
    file.extend_from_slice(nonce.as_slice());
    file.extend(payload(&file_key, nonce.as_slice(), data_key)?);
    Ok(armored(&file))
}

/// Opens an age file, armored or not. `unwrap` finds the file key in its stanzas.
///
/// Blanks around the file and around its lines do not matter.
pub fn open(
    enc: &str,
    unwrap: impl Fn(&[Stanza]) -> Result<FileKey, KeyError>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if enc.len() > LIMIT {
        return Err(KeyError::Malformed(
            "too long for an age file with a data key",
        ));
    }
    let lines: Vec<&str> = enc.trim().lines().map(str::trim).collect();
    let plain = lines.join("\n");
    let decryptor =
        Decryptor::new_buffered(ArmoredReader::new(plain.as_bytes())).map_err(unreadable)?;
    let joint = Joint {
        unwrap,
        refusal: Cell::new(None),
    };
    let mut reader = decryptor
        .decrypt(std::iter::once(&joint as &dyn age::Identity))
        .map_err(|error| joint.refusal.take().unwrap_or_else(|| unreadable(error)))?;
    // Room for any data key or share, so that growing leaves no copies behind.
    let mut data_key = Zeroizing::new(Vec::with_capacity(1024));
    reader
        .read_to_end(&mut data_key)
        .map_err(|_| KeyError::Malformed("an age file whose payload was changed or cut off"))?;
    Ok(data_key)
}

/// Writes a stanza as it stands in a header and in the plugin protocol: a line of name and
/// arguments, then the body in base64 without padding, ended by a line of less than 64 columns.
pub fn write_stanza(out: &mut String, stanza: &Stanza) {
    out.push_str("-> ");
    out.push_str(&stanza.tag);
    for argument in &stanza.args {
        out.push(' ');
        out.push_str(argument);
    }
    out.push('\n');
    let body = Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(&stanza.body));
    let rest = write_full_lines(&body, out);
    out.push_str(rest);
    out.push('\n');
}

fn header(file_key: &FileKey, stanzas: &[Stanza]) -> String {
    let mut header = String::from("age-encryption.org/v1\n");
    for stanza in stanzas {
        write_stanza(&mut header, stanza);
    }
    header.push_str("---");
    let key = Zeroizing::new(hkdf(&[], b"header", file_key.expose_secret()));
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()),
        header.as_bytes(),
    );
    header.push(' ');
    BASE64_STANDARD_NO_PAD.encode_string(mac, &mut header);
    header.push('\n');
    header
}

fn payload(file_key: &FileKey, nonce: &[u8], data_key: &[u8]) -> Result<Vec<u8>, KeyError> {
    let too_long = |_| KeyError::Failed("the data key cannot be sealed".to_owned());
    let key = Zeroizing::new(hkdf(nonce, b"payload", file_key.expose_secret()));
    let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_slice()).map_err(too_long)?;
    let mut payload =
        Vec::with_capacity(data_key.len().saturating_add(CHACHA20_POLY1305.tag_len()));
    payload.extend_from_slice(data_key);
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::from(&ONLY_CHUNK), Aad::empty(), &mut payload)
        .map_err(too_long)?;
    Ok(payload)
}

fn armored(file: &[u8]) -> String {
    let mut armored = String::from(BEGIN);
    let encoded = BASE64_STANDARD.encode(file);
    let rest = write_full_lines(&encoded, &mut armored);
    if !rest.is_empty() {
        armored.push_str(rest);
        armored.push('\n');
    }
    armored.push_str(END);
    armored
}

/// Writes all lines of 64 columns, and gives what is left.
fn write_full_lines<'a>(mut text: &'a str, out: &mut String) -> &'a str {
    while let Some((line, rest)) = text.split_at_checked(COLUMNS) {
        out.push_str(line);
        out.push('\n');
        text = rest;
    }
    text
}

/// Lets a closure be asked for the file key, and keeps its own reason if it has none.
struct Joint<F> {
    unwrap: F,
    refusal: Cell<Option<KeyError>>,
}

impl<F: Fn(&[Stanza]) -> Result<FileKey, KeyError>> age::Identity for Joint<F> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        match (self.unwrap)(stanzas) {
            Ok(file_key) => Some(Ok(file_key)),
            Err(refusal) => {
                self.refusal.set(Some(refusal));
                None
            }
        }
    }
}

/// Not by the texts of the `age` crate: the first of them would load its translations.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn unreadable(error: DecryptError) -> KeyError {
    KeyError::Malformed(match error {
        DecryptError::InvalidMac => "an age file whose header was changed",
        DecryptError::UnknownFormat => "an age file of an unknown version",
        _ => "not a whole age file",
    })
}

fn no_random(error: random::RandomError) -> KeyError {
    KeyError::Failed(error.to_string())
}

#[cfg(test)]
mod tests;

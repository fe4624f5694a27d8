//! Access tokens `kd_<kind>_<id>_<secret>_<check>` and what is stored of them (contract
//! "security", 2.10).

use core::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::base62;
use crate::digest;
use crate::list::{List, ListError};
use crate::random::{self, RandomError};
use crate::secret::Key32;

/// Who an access token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A new machine, once.
    Enrolment,
    /// One execution of a flow.
    Execution,
    /// A machine identity.
    Machine,
    /// A person.
    Person,
}

impl TokenKind {
    /// Its letter in the token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "e",
            Self::Execution => "x",
            Self::Machine => "m",
            Self::Person => "p",
        }
    }

    fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'e' => Some(Self::Enrolment),
            b'm' => Some(Self::Machine),
            b'p' => Some(Self::Person),
            b'x' => Some(Self::Execution),
            _ => None,
        }
    }
}

/// Not an access token. Says no more, as the text may be a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an access token")]
pub struct TokenParseError;

/// An access token as its bearer holds it.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct AccessToken {
    kind: TokenKind,
    id: String,
    secret: Zeroizing<[u8; 32]>,
}

impl AccessToken {
    /// A new random one.
    pub fn generate(kind: TokenKind) -> Result<Self, RandomError> {
        let id = base62::random::<12>()?.map(char::from).iter().collect();
        Ok(Self {
            kind,
            id,
            secret: random::bytes()?,
        })
    }

    /// Reads a token in its exact spelling.
    pub fn parse(text: &str) -> Result<Self, TokenParseError> {
        let text: &[u8; LENGTH] = text.as_bytes().try_into().map_err(|_| TokenParseError)?;
        Self::split(text).ok_or(TokenParseError)
    }

    fn split(text: &[u8; LENGTH]) -> Option<Self> {
        let (body, [b'_', check @ ..]) = text.split_last_chunk::<7>()? else {
            return None;
        };
        if base62::digits::<6>(crc32fast::hash(body).into()) != *check {
            return None;
        }
        let ([b'k', b'd', b'_', letter, b'_'], rest) = body.split_first_chunk::<5>()? else {
            return None;
        };
        let (id, rest) = rest.split_first_chunk::<12>()?;
        let (b"_", secret) = rest.split_first_chunk::<1>()? else {
            return None;
        };
        let id = id
            .iter()
            .map(|digit| base62::from_digit(*digit).map(|_| char::from(*digit)));
        Some(Self {
            kind: TokenKind::from_letter(*letter)?,
            id: id.collect::<Option<String>>()?,
            secret: Zeroizing::new(base62::decode_32(secret.try_into().ok()?)?),
        })
    }

    /// Who it speaks for.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The 12 base-62 digits by which its record is found; not secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The token itself, to be shown once to its bearer.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(base62::encode_32(&self.secret));
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.extend(["kd_", self.kind.as_str(), "_", self.id(), "_"]);
        text.extend(secret.iter().map(|digit| char::from(*digit)));
        let check = base62::digits::<6>(crc32fast::hash(text.as_bytes()).into());
        text.push('_');
        text.extend(check.map(char::from));
        text
    }

    /// What is stored of it, bound to its principal; `key` is the deployment's of purpose `token`.
    ///
    /// Where no record has this id, compute one all the same and compare it with 32 zero bytes, so
    /// that an unknown id costs as much as a wrong secret.
    ///
    /// # Errors
    /// Organisation and principal have at most 65,535 bytes.
    pub fn record(
        &self,
        key: &Key32,
        organisation: &str,
        principal: &str,
    ) -> Result<TokenRecord, ListError> {
        let list = List::new()
            .with(1, self.kind.as_str().as_bytes())?
            .with(2, self.id.as_bytes())?
            .with(3, organisation.as_bytes())?
            .with(4, principal.as_bytes())?
            .with(5, self.secret.as_slice())?;
        let tag = digest::hmac_sha256(key.expose(), [b"keydance/token/1", list.as_bytes()]);
        Ok(TokenRecord(tag))
    }
}

/// The stored, keyed hash of an access token.
#[derive(Clone, Copy)]
pub struct TokenRecord([u8; 32]);

impl TokenRecord {
    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this is the stored record, in constant time.
    #[must_use]
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenRecord(…)")
    }
}

/// `kd_` kind `_` id `_` secret `_` check.
const LENGTH: usize = 3 + 1 + 1 + 12 + 1 + 43 + 1 + 6;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "kd_m_4fzyo82mvyr1_UTJ58rYrgZIquWVfkfbxYLgUC62ZqGtExHZJdPsKoCF_23NYMj";
    const ORGANISATION: &str = "5f0c3a9e1b7d4426880e2f61";
    const RECORD: &str = "84e7b9e69e20ccf5a3b3581dcb818aa02b4a1e0280b59a2f553e99dd78c89679";

    fn token_key() -> Key32 {
        Key32::copy_of(&core::array::from_fn(|i| i as u8))
    }

    #[test]
    fn the_known_answer_holds() {
        let token = AccessToken::parse(TOKEN).unwrap();
        assert_eq!(
            (token.kind(), token.id()),
            (TokenKind::Machine, "4fzyo82mvyr1")
        );
        assert_eq!(*token.secret, core::array::from_fn(|i| 0x80 | i as u8));
        assert_eq!(token.expose().as_str(), TOKEN);
        let record = token
            .record(&token_key(), ORGANISATION, "ci-deploy")
            .unwrap();
        let hex: String = record
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, RECORD);
        assert!(record.matches(record.as_bytes()));
    }

    #[test]
    fn a_record_moved_to_another_principal_does_not_match() {
        let token = AccessToken::parse(TOKEN).unwrap();
        let stored = token
            .record(&token_key(), ORGANISATION, "ci-deploy")
            .unwrap();
        for (organisation, principal) in [
            (ORGANISATION, "ci-test"),
            ("", "ci-deploy"),
            ("5f0c3a9e1b7d4426880e2f61c", "i-deploy"),
        ] {
            let other = token.record(&token_key(), organisation, principal).unwrap();
            assert!(!other.matches(stored.as_bytes()));
        }
        assert!(!stored.matches(&stored.as_bytes()[..31]));
        assert!(!stored.matches(b""));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for position in 0..TOKEN.len() {
            for replacement in [b'0', b'z', b'_', b' ', b'-', b'K'] {
                let mut text = TOKEN.to_owned().into_bytes();
                if text[position] != replacement {
                    text[position] = replacement;
                    let text = String::from_utf8(text).unwrap();
                    assert!(AccessToken::parse(&text).is_err(), "{text}");
                }
            }
        }
        for text in [
            format!("{TOKEN} "),
            format!(" {TOKEN}"),
            String::new(),
            TOKEN.to_uppercase(),
        ] {
            assert!(AccessToken::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_kind_that_does_not_exist_is_refused_with_a_right_check() {
        for letter in ["w", "s", "P", "0"] {
            let body = format!("kd_{letter}{}", &TOKEN[4..61]);
            let check = base62::digits::<6>(crc32fast::hash(body.as_bytes()).into());
            let text = format!("{body}_{}", String::from_utf8(check.to_vec()).unwrap());
            assert_eq!(text.len(), LENGTH);
            assert!(AccessToken::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_generated_token_parses_to_itself() {
        use TokenKind::{Enrolment, Execution, Machine, Person};
        for kind in [Enrolment, Execution, Machine, Person] {
            let token = AccessToken::generate(kind).unwrap();
            let read = AccessToken::parse(&token.expose()).unwrap();
            assert_eq!((read.kind(), read.id()), (kind, token.id()));
            assert_eq!(*read.secret, *token.secret);
        }
    }
}

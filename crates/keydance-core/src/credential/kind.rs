//! The types of credentials and their fields (contract 3.1).

use std::fmt;
use std::str::FromStr;

/// What a credential is for; decides which fields its value has. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialType {
    /// A key sent with each call, and the header it goes into.
    ApiKey,
    /// A key pair with what belongs to it.
    KeyPair,
    /// Any text, usually JSON.
    Mixed,
    /// OAuth 1 tokens of a person.
    OAuth1ThreeLegged,
    /// OAuth 1 without a person.
    OAuth1TwoLegged,
    /// OAuth 2 tokens of a person.
    OAuth2AuthorizationCode,
    /// OAuth 2 tokens of the auth client itself.
    OAuth2ClientCredentials,
    /// A session obtained by logging in with input fields.
    SessionAuth,
    /// A user name and a passphrase.
    Simple,
}

/// One field of a value.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire; components read it by this name.
    pub name: &'static str,
    /// Whether it must be there and not empty.
    pub required: bool,
    /// What it holds.
    pub kind: FieldKind,
    /// Who may see it.
    pub sensitivity: Sensitivity,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A date and time, or nothing if unknown.
    Date,
    /// A JSON object.
    Object,
    /// Text.
    Text,
}

/// How a field is shown to those who may not see it in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// As it is: it is no secret.
    Open,
    /// In clear when read, masked in the stored view.
    MaskedWhenStored,
    /// All but the last four characters as stars.
    Partial,
    /// As three stars, whatever it holds.
    Constant,
}

impl CredentialType {
    /// Every type.
    pub const EVERY: [Self; 9] = [
        Self::ApiKey,
        Self::KeyPair,
        Self::Mixed,
        Self::OAuth1ThreeLegged,
        Self::OAuth1TwoLegged,
        Self::OAuth2AuthorizationCode,
        Self::OAuth2ClientCredentials,
        Self::SessionAuth,
        Self::Simple,
    ];

    /// The word of the wire, without the `S_` of [`discriminator`](Self::discriminator).
    pub fn as_str(self) -> &'static str {
        self.discriminator().trim_start_matches("S_")
    }

    /// `__t` of the document.
    pub fn discriminator(self) -> &'static str {
        match self {
            Self::ApiKey => "S_API_KEY",
            Self::KeyPair => "S_KEY_PAIR",
            Self::Mixed => "S_MIXED",
            Self::OAuth1ThreeLegged => "S_OA1_THREE_LEGGED",
            Self::OAuth1TwoLegged => "S_OA1_TWO_LEGGED",
            Self::OAuth2AuthorizationCode => "S_OA2_AUTHORIZATION_CODE",
            Self::OAuth2ClientCredentials => "S_OA2_CLIENT_CREDENTIALS",
            Self::SessionAuth => "S_SESSION_AUTH",
            Self::Simple => "S_SIMPLE",
        }
    }

    /// The fields of its value, in the order they are written.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::ApiKey => API_KEY,
            Self::KeyPair => KEY_PAIR,
            Self::Mixed => MIXED,
            Self::OAuth1ThreeLegged => OAUTH1_THREE_LEGGED,
            Self::OAuth1TwoLegged => OAUTH1_TWO_LEGGED,
            Self::OAuth2AuthorizationCode => OAUTH2_AUTHORIZATION_CODE,
            Self::OAuth2ClientCredentials => OAUTH2_CLIENT_CREDENTIALS,
            Self::SessionAuth => SESSION_AUTH,
            Self::Simple => SIMPLE,
        }
    }
}

impl Field {
    const fn text(name: &'static str) -> Self {
        Self {
            name,
            required: false,
            kind: FieldKind::Text,
            sensitivity: Sensitivity::Open,
        }
    }

    const fn date(name: &'static str) -> Self {
        Self {
            kind: FieldKind::Date,
            ..Self::text(name)
        }
    }

    const fn object(name: &'static str) -> Self {
        Self {
            kind: FieldKind::Object,
            ..Self::text(name)
        }
    }

    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    const fn shown(self, sensitivity: Sensitivity) -> Self {
        Self {
            sensitivity,
            ..self
        }
    }

    /// Whether it is masked in any view.
    pub fn is_sensitive(&self) -> bool {
        self.sensitivity != Sensitivity::Open
    }
}

/// No type has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such type of credential")]
pub struct TypeError;

impl FromStr for CredentialType {
    type Err = TypeError;
    fn from_str(word: &str) -> Result<Self, TypeError> {
        Self::EVERY
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(TypeError)
    }
}

impl fmt::Display for CredentialType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

use Sensitivity::{Constant, MaskedWhenStored, Partial};

const SIMPLE: &[Field] = &[
    Field::text("username").required().shown(MaskedWhenStored),
    Field::text("passphrase").required().shown(Constant),
];
const MIXED: &[Field] = &[Field::text("payload").required().shown(Partial)];
const API_KEY: &[Field] = &[
    Field::text("key").required().shown(Partial),
    Field::text("headerName"),
];
const SESSION_AUTH: &[Field] = &[
    Field::text("authClientId").required(),
    Field::object("inputFields").shown(Constant),
    Field::text("accessToken").shown(Partial),
    Field::date("expires"),
];
const OAUTH1_TWO_LEGGED: &[Field] = &[Field::text("expiresAt")];
const OAUTH1_THREE_LEGGED: &[Field] = &[
    Field::text("authClientId").required(),
    Field::text("accessToken").required().shown(Partial),
    Field::text("accessTokenSecret").required().shown(Partial),
    Field::text("scope"),
    Field::date("expires"),
    Field::text("externalId"),
];
const OAUTH2_AUTHORIZATION_CODE: &[Field] = &[
    Field::text("authClientId").required(),
    Field::text("accessToken").required().shown(Partial),
    Field::text("refreshToken").shown(Partial),
    Field::date("expires"),
    Field::text("scope"),
    Field::text("externalId"),
];
const OAUTH2_CLIENT_CREDENTIALS: &[Field] = &[
    Field::text("authClientId").required(),
    Field::text("scope"),
    Field::text("accessToken").shown(Partial),
    Field::date("expires"),
];
const KEY_PAIR: &[Field] = &[
    Field::text("privateKey").required().shown(Constant),
    Field::text("publicKey"),
    Field::text("certificate"),
    Field::text("passphrase").shown(Constant),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_round_trip() {
        for kind in CredentialType::EVERY {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("S_SIMPLE".parse::<CredentialType>(), Err(TypeError));
        assert_eq!("simple".parse::<CredentialType>(), Err(TypeError));
    }

    #[test]
    fn no_refresh_token_is_anything_but_sensitive_text() {
        let fields = CredentialType::EVERY.iter().flat_map(|kind| kind.fields());
        for field in fields.filter(|field| field.name.ends_with("Token")) {
            assert_eq!(
                (field.kind, field.sensitivity),
                (FieldKind::Text, Partial),
                "{}",
                field.name
            );
        }
    }
}

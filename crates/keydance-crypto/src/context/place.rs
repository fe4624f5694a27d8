//! The places of the four kinds of envelope, and the words they are told by.

/// What an envelope carries and under which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A payload under a credential key.
    Payload = 1,
    /// A credential key under a key-encryption key.
    CredentialKey = 2,
    /// A key-encryption or service key under the root key.
    OrganisationKey = 3,
    /// The root key under a seal key.
    RootKey = 4,
}

/// Whose secret a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectType {
    /// A credential.
    Credential,
    /// A login provider's client secret.
    IdentityProvider,
    /// A client at an OAuth provider.
    OauthClient,
    /// An OAuth flow that has begun.
    OauthFlow,
    /// A person's second factor.
    SecondFactor,
    /// The signing secret of a webhook.
    Webhook,
    /// An answer kept for a single unwrapping.
    WrappedAnswer,
}

impl ObjectType {
    /// Its text in the context.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::IdentityProvider => "identity-provider",
            Self::OauthClient => "oauth-client",
            Self::OauthFlow => "oauth-flow",
            Self::SecondFactor => "second-factor",
            Self::Webhook => "webhook",
            Self::WrappedAnswer => "wrapped-answer",
        }
    }
}

/// What kind of owner a wrap of a credential key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnerType {
    /// A group.
    Group,
    /// A whole organisation.
    Organisation,
    /// A person.
    Person,
    /// Nobody: objects of the service itself. No flow can have this owner.
    System,
}

impl OwnerType {
    /// Its text in the context.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Organisation => "organisation",
            Self::Person => "person",
            Self::System => "system",
        }
    }
}

/// What a key under the root key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Blind indexes and fingerprints.
    Index,
    /// Wrapping credential keys.
    Kek,
    /// Signing the event log.
    LogSign,
    /// Authenticating rows.
    RowMac,
    /// Records of access tokens; of the deployment only.
    Token,
}

impl Purpose {
    /// Its text in the context.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Kek => "kek",
            Self::LogSign => "log-sign",
            Self::RowMac => "row-mac",
            Self::Token => "token",
        }
    }
}

/// Where a payload sits (kind 01).
#[derive(Debug, Clone, Copy)]
pub struct PayloadPlace<'a> {
    /// The organisation's id; empty for the whole deployment.
    pub organisation: &'a str,
    /// Whose secret it is.
    pub object_type: ObjectType,
    /// The object's id.
    pub object_id: &'a str,
    /// The object's version; 0 where it has none.
    pub version: u64,
    /// The environment's name; empty if the payload is for all of them.
    pub environment: &'a str,
    /// Which part: `secret`, `metadata`, `tokens-17`, `chunk-000017`, `last-000018`.
    pub part: &'a str,
}

/// Where a wrap of a credential key sits (kind 02).
#[derive(Debug, Clone, Copy)]
pub struct CredentialKeyPlace<'a> {
    /// The organisation's id; empty for the whole deployment.
    pub organisation: &'a str,
    /// The credential's id.
    pub credential: &'a str,
    /// The kind of owner this wrap is for.
    pub owner_type: OwnerType,
    /// The owner's id, byte for byte.
    pub owner_id: &'a str,
    /// The generation of the credential key.
    pub generation: u32,
}

/// Where a key-encryption or service key sits (kind 03).
#[derive(Debug, Clone, Copy)]
pub struct OrganisationKeyPlace<'a> {
    /// The organisation's id; empty for the whole deployment.
    pub organisation: &'a str,
    /// What the key is for.
    pub purpose: Purpose,
    /// The generation of the key.
    pub generation: u32,
}

/// Where a sealed root key sits (kind 04).
#[derive(Debug, Clone, Copy)]
pub struct RootKeyPlace<'a> {
    /// The deployment's id.
    pub deployment: &'a str,
    /// The seal's type: `file`, `passphrase`, …
    pub seal_type: &'a str,
    /// The seal's parameters as a list of the same form; empty for a file seal.
    pub parameters: &'a [u8],
    /// The generation of the root key.
    pub generation: u32,
}

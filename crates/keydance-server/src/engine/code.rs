//! The stable words for what went wrong.

/// Declares the codes with their words on the wire.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A stable word for programs: one for each way a request can fail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is.
            pub const EVERY: &'static [Self] = &[$(Self::$name,)*];

            /// The word of the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

codes! {
    /// Something with that name or id is there already.
    AlreadyExists = "already_exists",
    /// A credential type needs an auth client that does not exist.
    AuthClientNotFound = "auth_client_not_found",
    /// The authorization header is no bearer token.
    AuthMalformed = "auth_malformed",
    /// There is no authorization header.
    AuthMissing = "auth_missing",
    /// Nothing may leave because its audit record could not be written.
    AuditUnavailable = "audit_unavailable",
    /// The body is no acceptable JSON.
    BadJson = "bad_json",
    /// A flow still references the credential.
    CredentialInUse = "credential_in_use",
    /// The credential has no value in that environment.
    EnvironmentValueMissing = "environment_value_missing",
    /// The flow may not run.
    FlowBlocked = "flow_blocked",
    /// The flow guard says no.
    FlowGuardDenied = "flow_guard_denied",
    /// The flow has open executions.
    FlowHasExecutions = "flow_has_executions",
    /// The same idempotency key came with another request.
    IdempotencyMismatch = "idempotency_mismatch",
    /// Something is wrong here.
    Internal = "internal",
    /// Somebody has to own it.
    LastOwner = "last_owner",
    /// A masked value came back as a new one.
    MaskedValue = "masked_value",
    /// The path has no such method.
    MethodNotAllowed = "method_not_allowed",
    /// The caller lacks a permission.
    MissingPermission = "missing_permission",
    /// The caller owns it only through a group or the organisation.
    NoPersonalOwnership = "no_personal_ownership",
    /// There is no such thing.
    NotFound = "not_found",
    /// It is there, but not the caller's.
    NotOwner = "not_owner",
    /// A flow still needs this owner.
    OwnerInUse = "owner_in_use",
    /// Nobody like that can own it.
    OwnerNotAllowed = "owner_not_allowed",
    /// It changed since it was read.
    PreconditionFailed = "precondition_failed",
    /// Too many calls.
    RateLimited = "rate_limited",
    /// A flow names a credential by something that is no id.
    ReferenceNotAnId = "reference_not_an_id",
    /// The root key is not there.
    Sealed = "sealed",
    /// The access token does not reach that far.
    TokenScope = "token_scope",
    /// The access token is unknown, expired, ended, or of somebody who is not active.
    TokenInvalid = "token_invalid",
    /// The body is too large.
    TooLarge = "too_large",
    /// A type, once given, stays.
    TypeImmutable = "type_immutable",
    /// Not now; the same request may work in a moment.
    Unavailable = "unavailable",
    /// There is no such environment.
    UnknownEnvironment = "unknown_environment",
    /// There is no such type of credential.
    UnknownType = "unknown_type",
    /// The body is not JSON.
    UnsupportedMediaType = "unsupported_media_type",
    /// Fields of the request do not hold what they must.
    ValidationFailed = "validation_failed",
    /// The version is in another state.
    VersionState = "version_state",
}

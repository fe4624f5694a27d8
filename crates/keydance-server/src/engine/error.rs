//! Why the engine did not do what was asked.

use std::fmt;

use keydance_core::credential::{ValueError, VersionError};
use keydance_core::environment::EnvironmentName;
use keydance_core::owners::OwnersError;
use keydance_core::problem::Problem;
use serde::Serialize;
use serde_json::{Value, json};

use super::Code;
use crate::limiter::TooOften;

/// A refusal or a failure: a word for programs, a sentence for people, and what exactly is wrong.
/// Neither ever holds a secret.
#[derive(Clone, Debug)]
pub struct Error {
    code: Code,
    message: String,
    details: Vec<Value>,
    retry_after: Option<u64>,
    cause: Option<String>,
}

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with its sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// With what exactly is wrong, one entry each.
    #[must_use]
    pub fn with_details<T: Serialize>(mut self, details: impl IntoIterator<Item = T>) -> Self {
        self.details = details.into_iter().map(|detail| json!(detail)).collect();
        self
    }

    /// Something is wrong here, not with the request. The cause goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let cause = Some(cause.to_string());
        Self {
            cause,
            ..Self::new(Code::Internal, "Something went wrong on our side.")
        }
    }

    /// Fields of the request do not hold what they must.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        let message = match problems.as_slice() {
            [only] => format!("{}: {}", only.path, only.problem),
            _ => "Several fields do not hold what they must.".to_owned(),
        };
        Self::new(Code::ValidationFailed, message).with_details(problems)
    }

    /// One field of the request does not hold what it must.
    pub fn invalid_field(path: impl Into<String>, problem: &'static str) -> Self {
        Self::invalid(vec![Problem::new(path, problem)])
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// It is not as the caller read it any more.
    pub fn changed() -> Self {
        let message = "It changed meanwhile; read it again.";
        Self::new(Code::PreconditionFailed, message)
    }

    /// There is no environment of that name.
    pub fn unknown_environment(name: &EnvironmentName) -> Self {
        let message = format!("There is no environment {name}.");
        Self::new(Code::UnknownEnvironment, message)
    }

    /// The credential has no value in the environment.
    pub fn no_value() -> Self {
        let message = "The credential has no value in this environment.";
        Self::new(Code::EnvironmentValueMissing, message)
    }

    /// The access token is narrower than what is asked for.
    pub fn beyond_token() -> Self {
        let message = "The access token is limited to other credentials or environments.";
        Self::new(Code::TokenScope, message)
    }

    /// The guard has ended the execution.
    pub fn flow_was_blocked() -> Self {
        let message = "The flow was blocked; its executions ended.";
        Self::new(Code::FlowBlocked, message)
    }

    /// The caller lacks a permission.
    pub fn missing_permission(permission: impl fmt::Display) -> Self {
        Self::new(Code::MissingPermission, "MISSING_PERMISSION")
            .with_details([json!({ "permission": permission.to_string() })])
    }

    /// The word for programs.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What exactly is wrong.
    pub fn details(&self) -> &[Value] {
        &self.details
    }

    /// After how many seconds the same request may work.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// What the log says about it, beyond the sentence.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl From<keydance_store::Error> for Error {
    fn from(error: keydance_store::Error) -> Self {
        use keydance_store::Error as Store;
        let cause = Some(error.to_string());
        let (code, message) = match error {
            Store::Exists => (Code::AlreadyExists, "It exists already."),
            Store::Changed => {
                return Self {
                    cause,
                    ..Self::changed()
                };
            }
            Store::Referenced | Store::Corrupt { .. } => {
                (Code::Internal, "Something went wrong on our side.")
            }
            Store::Unknown => (
                Code::AuditUnavailable,
                "The audit record could not be confirmed.",
            ),
            Store::RolledBack => (
                Code::Unavailable,
                "The database shows less history than before.",
            ),
            Store::Conflict | Store::Unavailable(_) => {
                (Code::Unavailable, "The database cannot be used now.")
            }
        };
        let retry_after = (code == Code::Unavailable).then_some(1);
        Self {
            cause,
            retry_after,
            ..Self::new(code, message)
        }
    }
}

impl From<TooOften> for Error {
    fn from(too_often: TooOften) -> Self {
        let retry_after = Some(too_often.0);
        Self {
            retry_after,
            ..Self::new(Code::RateLimited, "Too many calls.")
        }
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        match error {
            ValueError::Invalid(problems) => Self::invalid(problems),
            ValueError::Masked(path) => {
                let problem = Problem::new(path, "looks like a mask, not like a value");
                Self::new(Code::MaskedValue, "A masked value cannot be stored.")
                    .with_details([problem])
            }
            ValueError::TooLarge => Self::new(Code::TooLarge, "A value holds at most 512 KiB."),
        }
    }
}

impl From<OwnersError> for Error {
    fn from(error: OwnersError) -> Self {
        match error {
            OwnersError::Invalid(problems) => Self::invalid(problems),
            OwnersError::Nobody => Self::new(
                Code::LastOwner,
                "At least one person, group or organisation must own it.",
            ),
            OwnersError::NotAllowed => Self::new(Code::OwnerNotAllowed, "Owners is not valid"),
            OwnersError::TypeUnknown => Self::new(
                Code::OwnerNotAllowed,
                "A flow is owned by USER, GROUP or TENANT entries only.",
            ),
        }
    }
}

impl From<VersionError> for Error {
    fn from(error: VersionError) -> Self {
        Self::new(
            Code::VersionState,
            format!("The version is {}.", error.0.as_str()),
        )
    }
}

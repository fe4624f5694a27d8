//! The words for what is done.

use std::fmt;
use std::str::FromStr;

/// Declares the actions with their words on the wire.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What was done, or tried.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action there is.
            pub const EVERY: &'static [Self] = &[$(Self::$name,)*];

            /// The word of the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

actions! {
    /// Something was asked for that the caller may not do.
    AccessDenied = "access.denied",
    /// A credential was made.
    CredentialCreated = "credential.created",
    /// A credential was deleted.
    CredentialDeleted = "credential.deleted",
    /// The values of a deleted credential were destroyed.
    CredentialDestroyed = "credential.destroyed",
    /// A secret was given to an execution.
    CredentialHandedOut = "credential.handed_out",
    /// A secret was to be opened and did not open: somebody moved or changed a row.
    CredentialNotOpened = "credential.not_opened",
    /// An owner was added.
    CredentialOwnerAdded = "credential.owner_added",
    /// An owner was removed.
    CredentialOwnerRemoved = "credential.owner_removed",
    /// A secret was shown in clear to an owner.
    CredentialRevealed = "credential.revealed",
    /// A deleted credential was brought back.
    CredentialUndeleted = "credential.undeleted",
    /// Name, domain or bindings were changed.
    CredentialUpdated = "credential.updated",
    /// A secret was used without being shown.
    CredentialUsed = "credential.used",
    /// A version was made.
    CredentialVersionCreated = "credential.version_created",
    /// The bytes of a version were destroyed.
    CredentialVersionDestroyed = "credential.version_destroyed",
    /// A version is not handed out any more.
    CredentialVersionDisabled = "credential.version_disabled",
    /// A disabled version came back.
    CredentialVersionEnabled = "credential.version_enabled",
    /// A pending version became the current one.
    CredentialVersionPromoted = "credential.version_promoted",
    /// An earlier value became a new version.
    CredentialVersionRestored = "credential.version_restored",
    /// The server was started.
    DeploymentStarted = "deployment.started",
    /// An environment was made.
    EnvironmentCreated = "environment.created",
    /// An environment was deleted.
    EnvironmentDeleted = "environment.deleted",
    /// The protection of an environment was changed.
    EnvironmentUpdated = "environment.updated",
    /// An execution ended.
    ExecutionEnded = "execution.ended",
    /// An execution lives on.
    ExecutionRenewed = "execution.renewed",
    /// An execution was started.
    ExecutionStarted = "execution.started",
    /// A flow starts nothing any more.
    FlowBlocked = "flow.blocked",
    /// A flow was made.
    FlowCreated = "flow.created",
    /// A flow was deleted.
    FlowDeleted = "flow.deleted",
    /// The rule did not hold for a flow.
    FlowDenied = "flow.denied",
    /// A blocked flow passed the rule again.
    FlowUnblocked = "flow.unblocked",
    /// A flow was changed.
    FlowUpdated = "flow.updated",
    /// A group was made.
    GroupCreated = "group.created",
    /// A group was deleted.
    GroupDeleted = "group.deleted",
    /// Somebody came into a group.
    GroupMemberAdded = "group.member_added",
    /// Somebody left a group.
    GroupMemberRemoved = "group.member_removed",
    /// A group was renamed.
    GroupUpdated = "group.updated",
    /// A machine identity was closed.
    MachineIdentityClosed = "machine_identity.closed",
    /// A machine identity was made.
    MachineIdentityCreated = "machine_identity.created",
    /// A machine identity was changed.
    MachineIdentityUpdated = "machine_identity.updated",
    /// An organisation was made.
    OrganisationCreated = "organisation.created",
    /// A person was made.
    PersonCreated = "person.created",
    /// A person used an enrolment code.
    PersonEnrolled = "person.enrolled",
    /// An enrolment code was used again.
    PersonEnrolmentReused = "person.enrolment_reused",
    /// A person was given an enrolment code.
    PersonEnrolmentStarted = "person.enrolment_started",
    /// A person is held off.
    PersonFrozen = "person.frozen",
    /// A person was let back in.
    PersonUnfrozen = "person.unfrozen",
    /// Name, e-mail or permissions of a person were changed.
    PersonUpdated = "person.updated",
    /// Somebody showed no valid token.
    SignInFailed = "sign_in.failed",
    /// An access token was issued.
    TokenIssued = "token.issued",
    /// An access token was revoked.
    TokenRevoked = "token.revoked",
}

/// No action has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such action")]
pub struct ActionError;

impl FromStr for Action {
    type Err = ActionError;
    fn from_str(word: &str) -> Result<Self, ActionError> {
        let mut every = Self::EVERY.iter().copied();
        every
            .find(|action| action.as_str() == word)
            .ok_or(ActionError)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

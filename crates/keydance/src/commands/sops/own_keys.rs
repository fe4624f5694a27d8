//! The keys of whoever calls, for commands that are none of `sops`.

use keydance_sops::policy::Policy;
use keydance_sops::services::KeyServices;

use super::allowed;
use super::environment::{Environment, Variable};
use super::failure::Failure;
use super::opening::with_local;

/// What is needed to find them.
pub(crate) struct OwnKeys {
    environment: Environment,
    policy: Policy,
}

impl OwnKeys {
    /// Those that `keydance sops` would find, but for the command that prints identities: that may
    /// be the one which is running.
    ///
    /// # Errors
    /// What the environment allows makes no sense.
    pub(crate) fn new() -> Result<Self, Failure> {
        let environment = Environment::of_process().without(Variable::AgeKeyCommand);
        let policy = allowed::policy(&environment)?;
        Ok(Self {
            environment,
            policy,
        })
    }

    /// As a key service. No identity is read before one is needed.
    pub(crate) fn services(&self) -> KeyServices<'_> {
        with_local(KeyServices::new(self.policy.clone()), &self.environment)
    }
}

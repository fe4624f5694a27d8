//! Whether a credential may leave: the one place where that is decided (security contract 5.1).
//!
//! Two questions are answered, each by one pure function over facts read in one transaction:
//! [`decide_flow`] for everything a flow does, [`decide_read`] for owners who read by id. Both answer
//! with an [`Allowed`] that nobody else can make, and a plaintext is opened only against one, so a
//! forgotten check does not compile. What is unknown or missing denies.

pub mod denied;
pub mod facts;
mod flow;
mod read;

pub use denied::{Denied, ReadDenied, Reason, Violation};
pub use facts::{
    Actor, CredentialFacts, ExecutionFacts, FlowQuestion, FlowState, Operation, ReadQuestion,
    Standing, StoredFlow, Which,
};
pub use flow::decide_flow;
pub use read::decide_read;

use crate::credential::View;
use crate::environment::EnvironmentName;
use crate::id::CredentialId;
use crate::owner::Owner;

/// The proof that a decision was made and allows it. Made here only; it can be neither copied nor
/// stored.
///
/// ```compile_fail,E0451
/// use keydance_core::credential::View;
/// use keydance_core::decision::Allowed;
/// let forged = Allowed { opens: None, view: View::Raw, owners: Vec::new() };
/// ```
#[derive(Debug)]
pub struct Allowed {
    opens: Option<(CredentialId, EnvironmentName)>,
    view: View,
    owners: Vec<Owner>,
}

impl Allowed {
    /// Whether it is about this credential in this environment. What persists or starts a flow
    /// opens nothing.
    pub fn opens(&self, credential: CredentialId, environment: &EnvironmentName) -> bool {
        self.opens
            .as_ref()
            .is_some_and(|(id, name)| *id == credential && name == environment)
    }

    /// How much may be shown.
    pub fn view(&self) -> View {
        self.view
    }

    /// The owner rows it rests on, whose wraps must open: every owner of the flow, or the one
    /// through which the caller is an owner of the credential.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }
}

#[cfg(test)]
mod tests;

//! Deleting a credential, or leaving it to its other owners (contract 4.5).

use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;

use super::owned::Owned;
use super::owners::Force;
use crate::engine::fields::ensure_unchanged;
use crate::engine::{Code, Engine, Error, Result, Session, UseCase};

/// How much is to be deleted.
#[derive(Clone, Copy, Debug)]
pub struct Deletion {
    /// The credential itself, however many owners it has.
    pub entire: bool,
    /// Whether flows are in the way.
    pub force: Force,
    /// The tag the credential must have.
    pub if_match: Option<i64>,
}

/// What a deletion came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The credential is gone.
    Deleted,
    /// The caller is no owner any more.
    OwnerRemoved,
}

impl Effect {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::OwnerRemoved => "owner-removed",
        }
    }
}

impl Engine {
    /// Deletes a credential that the caller alone owns, or that is to go entirely; otherwise removes
    /// the caller's own entry.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `no_personal_ownership`, `last_owner`, `owner_in_use`,
    /// `credential_in_use`, `precondition_failed`, and those of the store.
    pub async fn delete_credential(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        deletion: Deletion,
    ) -> Result<Effect> {
        self.write(session, move |use_case| {
            let mut owned = use_case.owned_whole(id)?;
            ensure_unchanged(deletion.if_match, owned.row.tag)?;
            if deletion.entire || owned.owners.len() == 1 {
                use_case.delete_whole(&mut owned, deletion.force)?;
                return Ok(Effect::Deleted);
            }
            let own = Owner::person(use_case.subject());
            if !owned.owners().contains(&own) {
                return Err(Error::new(
                    Code::NoPersonalOwnership,
                    "You own it only through a group or the organisation.",
                ));
            }
            use_case.remove_owner(&mut owned, &own, deletion.force)?;
            Ok(Effect::OwnerRemoved)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn delete_whole(&mut self, owned: &mut Owned, force: Force) -> Result<()> {
        let flows = self.tx.credentials().flows_referencing(owned.row.id)?;
        if force == Force::No && !flows.is_empty() {
            return Err(self.in_use(Code::CredentialInUse, &flows)?);
        }
        self.closing().delete(&mut owned.row)
    }
}

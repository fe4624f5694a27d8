//! The owners of a credential: adding, removing, replacing.

use keydance_api::credential::Credential;
use keydance_core::event::{Action, Event};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_core::owners::{self, MAX_OWNERS};

use super::owned::{Owned, save};
use crate::engine::fields::ensure_unchanged;
use crate::engine::idempotency::{Answer, Once};
use crate::engine::{Code, Engine, Error, Result, Session, UseCase};

/// Whether flows may be in the way of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// They are blocked in the same transaction.
    Blocking,
    /// They are: the change is refused.
    No,
}

impl Engine {
    /// Adds an owner behind the others; one that is there already changes nothing.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `owner_not_allowed`, `validation_failed`, and those of the store.
    pub async fn add_owner(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        owner: Owner,
        once: Option<Once>,
    ) -> Result<Answer<Credential>> {
        self.write_once(session, once, move |use_case| {
            let mut owned = use_case.owned_whole(id)?;
            if !owned.owners().contains(&owner) {
                use_case.open_owners(&owned, std::slice::from_ref(&owner))?;
                save(use_case.tx, &mut owned.row, use_case.now)?;
            }
            use_case.stored_document(owned)
        })
        .await
    }

    /// Removes an owner; one that is not there changes nothing.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `last_owner`, `owner_in_use`, `precondition_failed`, and those of
    /// the store.
    pub async fn remove_owner(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        removal: Removal,
    ) -> Result<Credential> {
        self.write(session, move |use_case| {
            let mut owned = use_case.owned_whole(id)?;
            ensure_unchanged(removal.if_match, owned.row.tag)?;
            if owned.owners().contains(&removal.owner) {
                use_case.remove_owner(&mut owned, &removal.owner, removal.force)?;
            }
            use_case.stored_document(owned)
        })
        .await
    }
}

/// An owner to be removed.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The owner.
    pub owner: Owner,
    /// Whether flows that need it are in the way.
    pub force: Force,
    /// The tag the credential must have.
    pub if_match: Option<i64>,
}

impl UseCase<'_, '_> {
    /// Removes an owner that is there, and keeps the credential.
    pub(super) fn remove_owner(
        &mut self,
        owned: &mut Owned,
        owner: &Owner,
        force: Force,
    ) -> Result<()> {
        let mut left = owned.owners();
        left.retain(|known| known != owner);
        owners::ensure_somebody(&left)?;
        self.close_owners(owned, std::slice::from_ref(owner), force)?;
        save(self.tx, &mut owned.row, self.now)
    }

    /// Makes the owners those given, all of them checked. Says whether anything changed.
    pub(super) fn replace_owners(&mut self, owned: &Owned, wanted: &[Owner]) -> Result<bool> {
        let before = owned.owners();
        let missing_in = |list: &[Owner], owners: &[Owner]| -> Vec<Owner> {
            let missing = owners.iter().filter(|owner| !list.contains(owner));
            missing.cloned().collect()
        };
        let (added, removed) = (missing_in(&before, wanted), missing_in(wanted, &before));
        self.open_owners(owned, &added)?;
        self.close_owners(owned, &removed, Force::No)?;
        Ok(!added.is_empty() || !removed.is_empty())
    }

    /// Gives the key of the credential to new owners.
    fn open_owners(&mut self, owned: &Owned, added: &[Owner]) -> Result<()> {
        if added.is_empty() {
            return Ok(());
        }
        if owned.owners.len() + added.len() > MAX_OWNERS {
            return Err(Error::invalid_field("owners", "at most 100 owners"));
        }
        self.ensure_groups(added)?;
        let (key, keys, by) = (self.key(owned)?, self.keys()?, self.subject());
        for row in key.wraps(&keys, added)? {
            let opened = self.tx.credentials().add_owner(&row, &by, self.now);
            self.tx.or_start_over(opened)?;
            let (context, actor) = (self.context(), self.actor());
            let event = Event::new(context, Action::CredentialOwnerAdded, actor, owned.object());
            self.tx
                .record(event.owner_rows(std::slice::from_ref(&row.owner)));
        }
        Ok(())
    }

    fn close_owners(&mut self, owned: &Owned, removed: &[Owner], force: Force) -> Result<()> {
        let id = owned.row.id;
        for owner in removed {
            let flows = self.tx.credentials().flows_needing_owner(id, owner)?;
            if force == Force::No && !flows.is_empty() {
                return Err(self.in_use(Code::OwnerInUse, &flows)?);
            }
        }
        for owner in removed {
            self.closing().remove_owner(id, owner)?;
        }
        Ok(())
    }
}

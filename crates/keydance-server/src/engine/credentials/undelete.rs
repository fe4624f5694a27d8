//! Bringing a deleted credential back, for an owner who is named (contract 4.5).

use keydance_api::credential::Credential;
use keydance_core::event::{Action, Event};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_core::owners;
use keydance_core::permission::Permission;
use keydance_store::credentials::CredentialOwnerRow;

use super::owned::{Owned, object, save};
use crate::engine::idempotency::{Answer, Once};
use crate::engine::sealing::CredentialKey;
use crate::engine::{Engine, Error, Result, Session, UseCase};

impl Engine {
    /// Brings back a credential whose values are not destroyed yet. It then belongs to the owner
    /// named and nobody else: those of before may have lost it for good reason. The value is left
    /// out of the answer if the caller is not that owner.
    ///
    /// # Errors
    /// `missing_permission`, `token_scope`, `not_found`, `owner_not_allowed`, and those of the
    /// store.
    pub async fn undelete_credential(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        owner: Owner,
        once: Option<Once>,
    ) -> Result<Answer<Credential>> {
        self.write_once(session, once, move |use_case| {
            use_case.require_at_large(Permission::Undelete)?;
            let id = id.ok_or_else(|| Error::not_found("credential"))?;
            use_case.require_unlimited(&object(id))?;
            use_case.undelete(id, &owner)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn undelete(&mut self, id: CredentialId, owner: &Owner) -> Result<Credential> {
        let row = self.tx.credentials().find(id)?;
        let row = row.filter(|row| row.state == "deleted");
        let mut row = row.ok_or_else(|| Error::not_found("deleted credential"))?;
        owners::ensure_somebody(std::slice::from_ref(owner))?;
        self.ensure_groups(std::slice::from_ref(owner))?;
        "usable".clone_into(&mut row.state);
        row.deleted_at = None;
        save(self.tx, &mut row, self.now)?;
        self.tx.credentials().set_known(id, true)?;
        let before = self.tx.credentials().owners(&[id])?;
        self.hand_over(id, &row.key_id, &before, owner)?;
        let event = Event::new(
            self.context(),
            Action::CredentialUndeleted,
            self.actor(),
            object(id),
        );
        self.tx
            .record(event.owner_rows(std::slice::from_ref(owner)));
        let owned = Owned {
            kind: row.kind.parse().map_err(Error::internal)?,
            owners: self.tx.credentials().owners(&[id])?,
            row,
        };
        self.stored_document(owned)
    }

    /// Gives the key of a credential from its owners to another one.
    fn hand_over(
        &mut self,
        id: CredentialId,
        key_id: &[u8],
        before: &[CredentialOwnerRow],
        owner: &Owner,
    ) -> Result<()> {
        let organisation = self.session.caller.identity.organisation;
        let (keys, by, now) = (self.keys()?, self.subject(), self.now);
        let wrapped: Vec<_> = before.iter().filter(|row| row.wrap.is_some()).collect();
        let key = CredentialKey::open(&keys, organisation, id, key_id, &wrapped);
        let key = key.map_err(|cause| self.not_opened(self.unopened(id), cause))?;
        if !before.iter().any(|row| row.owner == *owner) {
            for row in key.wraps(&keys, std::slice::from_ref(owner))? {
                self.tx.credentials().add_owner(&row, &by, now)?;
            }
        }
        for row in before.iter().filter(|row| row.owner != *owner) {
            self.tx
                .credentials()
                .close_owner(id, &row.owner, &by, now)?;
        }
        Ok(())
    }
}

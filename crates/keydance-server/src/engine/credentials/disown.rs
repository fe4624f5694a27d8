//! Taking everything away from one owner: bulk delete (contract 4.5).

use keydance_core::event::{Actor, Context, Object, ObjectKind};
use keydance_core::id::OrganisationId;
use keydance_core::owner::Owner;
use keydance_core::owners;
use keydance_core::permission::Permission;
use keydance_store::Tx;

use super::closing::Closing;
use super::owned::save;
use crate::engine::{Engine, Result, Session, UseCase};

impl Engine {
    /// Removes every entry of an owner; a credential that is left to nobody is deleted, and flows
    /// that needed the entry are blocked. In the caller's organisation, or in all of them if it is
    /// the nameless one.
    ///
    /// # Errors
    /// `missing_permission`, `token_scope`, and those of the store.
    pub async fn disown(&self, session: &Session, owner: Owner) -> Result<()> {
        self.write(session, move |use_case| {
            use_case.require_at_large(Permission::DeleteAny)?;
            use_case.require_unlimited(&Object::new(ObjectKind::Resource, "credentials"))?;
            for organisation in use_case.organisations_reached()? {
                use_case.tx.enter(organisation)?;
                let context = Context {
                    organisation,
                    ..use_case.context()
                };
                disown(use_case.tx, &owner, &context, &use_case.actor())?;
            }
            Ok(())
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn organisations_reached(&mut self) -> Result<Vec<OrganisationId>> {
        let own = &self.session.caller.identity;
        if own.tenant.is_some() {
            return Ok(vec![own.organisation]);
        }
        let all = self.tx.organisations().list()?.into_iter();
        Ok(all
            .map(|organisation| organisation.id)
            .filter(|id| *id != OrganisationId::DEPLOYMENT)
            .collect())
    }
}

/// Removes every entry of an owner in the organisation entered.
pub(crate) fn disown(
    tx: &mut Tx<'_>,
    owner: &Owner,
    context: &Context,
    actor: &Actor,
) -> Result<()> {
    let ids = tx.credentials().owned_by(owner)?;
    for mut row in tx.credentials().find_all(&ids)? {
        let rows = tx.credentials().owners(&[row.id])?;
        let left = rows.into_iter().map(|row| row.owner);
        let left: Vec<Owner> = left.filter(|known| known != owner).collect();
        let mut closing = Closing {
            tx: &mut *tx,
            context: context.clone(),
            actor: actor.clone(),
        };
        if owners::ensure_somebody(&left).is_err() {
            closing.delete(&mut row)?;
        } else {
            closing.remove_owner(row.id, owner)?;
            save(tx, &mut row, context.at)?;
        }
    }
    Ok(())
}

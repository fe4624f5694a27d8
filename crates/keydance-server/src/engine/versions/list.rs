//! The versions of a credential, without their values.

use keydance_api::credential::Version;
use keydance_core::id::CredentialId;

use super::document;
use crate::engine::{Engine, Result, Session};

impl Engine {
    /// Lists the versions of a credential, oldest first, those destroyed too.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, and those of the store.
    pub async fn list_versions(
        &self,
        session: &Session,
        id: Option<CredentialId>,
    ) -> Result<Vec<Version>> {
        self.read(session, move |use_case| {
            let owned = use_case.owned(id)?;
            let limits = &use_case.session.caller.limits;
            let versions = use_case.tx.versions().list(owned.row.id)?.into_iter();
            let visible = versions.filter(|version| limits.admit_environment(&version.environment));
            Ok(visible.map(|version| document(&version)).collect())
        })
        .await
    }
}

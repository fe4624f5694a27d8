//! Reading one version, in use or not.

use super::Place;
use crate::engine::read::Opened;
use crate::engine::{Engine, Result, Session};

impl Engine {
    /// Reads one version: masked, or in clear with the permission to, which is a hand-out.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `token_scope`, `version_state` if it is destroyed, and those of the
    /// store. Nothing is opened before the audit record is committed.
    pub async fn read_version(&self, session: &Session, place: Place) -> Result<Opened> {
        let sealed = self
            .write(session, move |use_case| {
                let (owned, version, allowed) = use_case.own_version(place)?;
                if allowed.view().is_clear() {
                    use_case.reveal(&version, &allowed)?;
                }
                use_case.sealed(owned, allowed, version)
            })
            .await?;
        let value = self.open(&sealed).await?;
        Ok(sealed.shown(&value))
    }
}

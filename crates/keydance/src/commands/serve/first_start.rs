//! What the first start leaves behind: an organisation, and the access token of its administrator.

use std::path::PathBuf;

use keydance_core::id::TenantName;
use keydance_server::Clock;
use keydance_server::engine::Code;
use keydance_server::start::{self, NewOrganisation};

use crate::commands::deployment::{Deployment, engine, token_file};
use crate::config::Config;
use crate::failure::Failure;

/// Makes the first organisation if there is none yet, and says where its administrator's token is.
///
/// # Errors
/// Those of the database and of the data folder.
pub(crate) async fn complete(
    config: &Config,
    deployment: &Deployment,
) -> Result<Option<PathBuf>, Failure> {
    if !deployment.organisations().await?.is_empty() {
        return Ok(None);
    }
    let path = config.data_dir.join("admin.token");
    let new = NewOrganisation::first(tenant(config)?).map_err(|error| engine(&error))?;
    let Deployment { store, keyring } = deployment;
    let (now, keep) = (Clock::System.now(), token_file(path.clone()));
    match start::create_organisation(store, keyring, new, now, keep).await {
        Ok(_) => Ok(Some(path)),
        // Another replica was first.
        Err(error) if error.code() == Code::AlreadyExists => Ok(None),
        Err(error) => Err(engine(&error)),
    }
}

/// The name of the first organisation.
///
/// # Errors
/// It is no name.
pub(crate) fn tenant(config: &Config) -> Result<TenantName, Failure> {
    let name = config.organisation.name.parse();
    name.map_err(|error| Failure::usage(format!("organisation.name: {error}")))
}

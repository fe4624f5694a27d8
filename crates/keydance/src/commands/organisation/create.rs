//! `keydance organisation create`.

use std::path::PathBuf;

use keydance_core::id::{PrincipalId, TenantName};
use keydance_core::permission::{Permission, Permissions};
use keydance_server::Clock;
use keydance_server::engine::Error;
use keydance_server::start::{self, NewOrganisation};
use serde::{Serialize, Serializer};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::commands::Context;
use crate::commands::deployment::{Deployment, engine, token_file};
use crate::config::ConfigArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{Page, Render};

/// Make an organisation with its administrator
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name
    #[arg(required_unless_present = "nameless", conflicts_with = "nameless")]
    name: Option<TenantName>,
    /// The nameless organisation, of platform services without a tenant
    #[arg(long)]
    nameless: bool,
    /// The id of the person who administers it
    #[arg(long, value_name = "ID")]
    admin: PrincipalId,
    /// What the administrator may do; may be repeated [default: as after a first start]
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<Permission>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Makes it; the token goes into a file, or into the JSON.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let config = args.config.load(&context.environment, &[])?;
    keydance_crypto::process::harden().map_err(Failure::unexpected)?;
    let runtime = Runtime::new().map_err(Failure::unexpected)?;
    let deployment = Deployment::open(&config, &runtime)?;
    let organisation = args.name.as_ref().map_or("nameless", TenantName::as_str);
    let file = format!("{organisation}-{}.token", args.admin);
    let file = config.data_dir.join(file);
    // Whoever asked for JSON asked for the token, and keeps it.
    let token = if context.global.json {
        runtime.block_on(create(args, &deployment, |_| Ok(())))?
    } else {
        runtime.block_on(create(args, &deployment, token_file(file.clone())))?
    };
    Ok(Output::new(&Made {
        tenant: args.name.as_ref().map(ToString::to_string),
        admin: args.admin.to_string(),
        token,
        file,
    }))
}

async fn create(
    args: &Args,
    deployment: &Deployment,
    keep: impl FnMut(&str) -> Result<(), Error> + Send + 'static,
) -> Result<Zeroizing<String>, Failure> {
    let Deployment { store, keyring } = deployment;
    let new = NewOrganisation {
        tenant: args.name.clone(),
        admin: args.admin.clone(),
        permissions: permissions(args),
    };
    let made = start::create_organisation(store, keyring, new, Clock::System.now(), keep).await;
    made.map_err(|error| engine(&error))
}

fn permissions(args: &Args) -> Permissions {
    if args.permissions.is_empty() {
        return start::first_permissions();
    }
    args.permissions.iter().copied().collect()
}

/// An organisation that was just made.
#[derive(Serialize)]
struct Made {
    tenant: Option<String>,
    admin: String,
    #[serde(serialize_with = "shown")]
    token: Zeroizing<String>,
    #[serde(skip)]
    file: PathBuf,
}

fn shown<S: Serializer>(token: &Zeroizing<String>, into: S) -> Result<S::Ok, S::Error> {
    into.serialize_str(token)
}

impl Render for Made {
    fn render(&self, page: &mut Page) {
        let name = self
            .tenant
            .as_deref()
            .unwrap_or("the nameless organisation");
        let (admin, file) = (&self.admin, self.file.display());
        page.line(format!(
            "made {name}; the access token of {admin} is in {file}"
        ));
    }
}

//! The first start, and every start after it: unsealing, and making what is not there yet.

use std::path::Path;

use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind};
use keydance_core::id::{CredentialId, OrganisationId, PrincipalId, TenantName};
use keydance_core::permission::{Permission, PermissionKind, Permissions};
use keydance_core::time::Timestamp;
use keydance_crypto::context::{Context as Place, RootKeyPlace};
use keydance_crypto::envelope;
use keydance_crypto::hierarchy::{KeyRef, NewKey};
use keydance_crypto::seal::file;
use keydance_crypto::secret::Key32;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::environments::EnvironmentRow;
use keydance_store::organisations::{Organisation, OrganisationKeyRow, SealRow};
use keydance_store::principals::PrincipalRow;
use keydance_store::{Store, Tx};
use zeroize::Zeroizing;

use crate::engine::{Code, Error, Result, random_id};
use crate::keyring::Keyring;

/// How long the access token of a new administrator lives, in seconds: 90 days.
const ADMIN_TOKEN_TTL: i64 = 90 * 24 * 3600;

/// An organisation to be made, with the person or machine identity that administers it.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Its name on the wire; none for the nameless organisation of platform services.
    pub tenant: Option<TenantName>,
    /// The id of its administrator.
    pub admin: PrincipalId,
    /// What the administrator may do.
    pub permissions: Permissions,
}

/// The access token of a new administrator, shown once.
pub type AdminToken = Zeroizing<String>;

impl NewOrganisation {
    /// What the first start makes.
    ///
    /// # Errors
    /// None; the ids are fixed.
    pub fn first(tenant: TenantName) -> Result<Self> {
        Ok(Self {
            tenant: Some(tenant),
            admin: "admin".parse().map_err(Error::internal)?,
            permissions: first_permissions(),
        })
    }
}

/// What the first administrator may do: everything common, and what platform services need.
pub fn first_permissions() -> Permissions {
    let common = Permission::EVERY.iter().copied();
    let common = common.filter(|permission| permission.kind() == PermissionKind::Common);
    let more = [
        Permission::FlowsCheck,
        Permission::FlowsRegister,
        Permission::TokenIntrospect,
    ];
    common.chain(more).collect()
}

/// Unseals the root key with the key file. On the very first start the file, the root key and the
/// keys of the deployment are made; says whether this was it.
///
/// # Errors
/// The key file is missing, readable by others, or not the one this database was sealed with.
pub async fn unseal(store: &Store, key_file: &Path, now: Timestamp) -> Result<(Keyring, bool)> {
    let seal = store
        .read(|tx: &mut Tx<'_>| Ok::<_, Error>(tx.organisations().seal()?))
        .await?;
    if let Some(seal) = seal {
        let key = file::load(key_file).map_err(sealed)?;
        return Ok((open(&seal, &key)?, false));
    }
    let key = if key_file.exists() {
        file::load(key_file)
    } else {
        file::create(key_file)
    };
    let (seal, keyring) = first_seal(&key.map_err(sealed)?)?;
    let keys = keyring.new_keys(OrganisationId::DEPLOYMENT)?;
    store
        .write(move |tx: &mut Tx<'_>| {
            let deployment = Organisation {
                id: OrganisationId::DEPLOYMENT,
                tenant: None,
            };
            tx.organisations().insert_seal(&seal, now)?;
            tx.organisations().insert(&deployment, now)?;
            for key in &keys {
                tx.organisations().insert_key(key, now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok((keyring, true))
}

/// Writes down, in the log of the deployment, that the server was started.
///
/// # Errors
/// Those of the store: a server that cannot write does not start.
pub async fn announce(store: &Store, keyring: &Keyring, now: Timestamp) -> Result<()> {
    let object = Object::new(ObjectKind::Deployment, keyring.deployment());
    let actor = Actor::system("keydance");
    let context = context(OrganisationId::DEPLOYMENT, now);
    let event = Event::new(context, Action::DeploymentStarted, actor, object)
        .detail("version", env!("CARGO_PKG_VERSION"));
    store
        .write(move |tx: &mut Tx<'_>| {
            tx.record(event.clone());
            Ok::<_, Error>(())
        })
        .await
}

fn sealed(cause: impl std::fmt::Display) -> Error {
    Error::new(
        Code::Sealed,
        format!("The root key cannot be unsealed: {cause}."),
    )
}

fn first_seal(key: &Key32) -> Result<(SealRow, Keyring)> {
    let deployment = CredentialId::new(random_id()?).to_string();
    let NewKey {
        reference: root_reference,
        key: root,
    } = NewKey::first().map_err(Error::internal)?;
    let seal_id = *keydance_crypto::random::bytes::<16>().map_err(Error::internal)?;
    let reference = KeyRef {
        id: seal_id,
        generation: 1,
    };
    let place = root_place(&deployment, root_reference.generation)?;
    let envelope = envelope::seal_key(key, reference, &place, &root).map_err(Error::internal)?;
    let row = SealRow {
        id: seal_id.to_vec(),
        kind: "file".to_owned(),
        generation: 1,
        deployment: deployment.clone(),
        root_key_id: root_reference.id.to_vec(),
        root_generation: root_reference.generation,
        envelope,
    };
    Ok((row, Keyring::new(root, root_reference, deployment)?))
}

fn open(seal: &SealRow, key: &Key32) -> Result<Keyring> {
    let id = <[u8; 16]>::try_from(seal.id.as_slice()).map_err(Error::internal)?;
    let root_id = <[u8; 16]>::try_from(seal.root_key_id.as_slice()).map_err(Error::internal)?;
    let place = root_place(&seal.deployment, seal.root_generation)?;
    let reference = KeyRef {
        id,
        generation: seal.generation,
    };
    let root = envelope::open_key(key, reference, &place, &seal.envelope)
        .map_err(|_| sealed("the key file is not the one this database was sealed with"))?;
    let root_reference = KeyRef {
        id: root_id,
        generation: seal.root_generation,
    };
    Keyring::new(root, root_reference, seal.deployment.clone())
}

fn root_place(deployment: &str, generation: u32) -> Result<Place> {
    let place = RootKeyPlace {
        deployment,
        seal_type: "file",
        parameters: &[],
        generation,
    };
    Place::root_key(&place).map_err(Error::internal)
}

/// Makes an organisation with its keys, its default environment and its administrator, and issues
/// the administrator's first access token. `keep` is handed the token as the last thing before the
/// commit, perhaps more than once: so wherever this is cut off, no organisation is there without
/// whoever made it having its token.
///
/// # Errors
/// `already_exists` if the tenant name is taken, and those of `keep`; nothing is made then.
pub async fn create_organisation(
    store: &Store,
    keyring: &Keyring,
    new: NewOrganisation,
    now: Timestamp,
    mut keep: impl FnMut(&str) -> Result<()> + Send + 'static,
) -> Result<AdminToken> {
    let id = OrganisationId::new(random_id()?);
    let keys = keyring.new_keys(id)?;
    let token = AccessToken::generate(TokenKind::Person).map_err(Error::internal)?;
    let deployment = store
        .read(|tx: &mut Tx<'_>| {
            tx.enter(OrganisationId::DEPLOYMENT)?;
            Ok::<_, Error>(tx.organisations().keys()?)
        })
        .await?;
    let row = token_row(&token, &keyring.token_key(&deployment)?, id, &new, now)?;
    let shown = token.expose();
    store
        .write(move |tx: &mut Tx<'_>| {
            insert_organisation(tx, id, &new, &keys, now)?;
            tx.access_tokens().insert(&row)?;
            tx.record(created(id, &new, now));
            tx.record(issued(&row));
            keep(&token.expose())
        })
        .await?;
    Ok(shown)
}

fn insert_organisation(
    tx: &mut Tx<'_>,
    id: OrganisationId,
    new: &NewOrganisation,
    keys: &[OrganisationKeyRow],
    now: Timestamp,
) -> Result<()> {
    let tenant = new.tenant.clone();
    tx.organisations()
        .insert(&Organisation { id, tenant }, now)?;
    for key in keys {
        tx.organisations().insert_key(key, now)?;
    }
    tx.environments().insert(&EnvironmentRow {
        name: EnvironmentName::default(),
        protected_at: None,
        created_at: now,
    })?;
    Ok(tx.principals().insert(&administrator(new, now))?)
}

fn administrator(new: &NewOrganisation, now: Timestamp) -> PrincipalRow {
    PrincipalRow {
        id: new.admin.clone(),
        kind: "person".to_owned(),
        name: new.admin.to_string(),
        email: None,
        status: "active".to_owned(),
        permissions: new.permissions.to_string(),
        created_at: now,
        created_by: "keydance".to_owned(),
        tag: 0,
    }
}

fn token_row(
    token: &AccessToken,
    key: &Key32,
    organisation: OrganisationId,
    new: &NewOrganisation,
    now: Timestamp,
) -> Result<AccessTokenRow> {
    let record = token.record(key, &organisation.context(), new.admin.as_str());
    Ok(AccessTokenRow {
        id: token.id().to_owned(),
        organisation,
        kind: token.kind().as_str().to_owned(),
        principal: new.admin.to_string(),
        execution: None,
        name: "first token".to_owned(),
        permissions: new.permissions.to_string(),
        credentials: None,
        environments: None,
        digest: record.map_err(Error::internal)?.as_bytes().to_vec(),
        created_at: now,
        expires_at: now.plus_seconds(ADMIN_TOKEN_TTL),
        ended_at: None,
        ended_reason: None,
        parent: None,
    })
}

fn created(id: OrganisationId, new: &NewOrganisation, now: Timestamp) -> Event {
    let object = Object::new(ObjectKind::Organisation, id.to_string());
    Event::new(
        context(OrganisationId::DEPLOYMENT, now),
        Action::OrganisationCreated,
        Actor::system("keydance"),
        object,
    )
    .detail("administrator", new.admin.as_str())
}

fn issued(token: &AccessTokenRow) -> Event {
    Event::new(
        context(token.organisation, token.created_at),
        Action::TokenIssued,
        Actor::system("keydance"),
        Object::new(ObjectKind::Token, token.id.as_str()),
    )
    .detail("principal", token.principal.as_str())
    .detail("permissions", token.permissions.as_str())
    .detail("expiresAt", token.expires_at.to_string())
}

/// What events of a start have in common.
fn context(organisation: OrganisationId, at: Timestamp) -> Context {
    Context {
        organisation,
        at,
        request_id: "start".to_owned(),
        source: None,
    }
}

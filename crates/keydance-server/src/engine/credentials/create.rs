//! A new credential, with its first version and its owners.

use std::sync::Arc;

use keydance_api::credential::Credential;
use keydance_core::credential::{BoundTo, CredentialType, Value, View};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::id::CredentialId;
use keydance_core::name::Name;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::owners;
use keydance_core::problem::{NOT_TEXT, Problem, REQUIRED};
use keydance_core::time::Timestamp;
use keydance_crypto::digest;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::versions::VersionRow;
use serde_json::{Map, Value as Json};

use super::document::{Parts as Document, describe};
use crate::engine::fields::environment_name;
use crate::engine::idempotency::{Answer, Once};
use crate::engine::sealing::CredentialKey;
use crate::engine::session::open_groups;
use crate::engine::{Code, Engine, Error, Result, Session, UseCase, random_id};

/// A credential to be created, read from a request.
#[expect(
    missing_debug_implementations,
    reason = "it holds a secret, which cannot be formatted"
)]
pub struct NewCredential {
    name: Name,
    kind: CredentialType,
    value: Value,
    owners: Vec<Owner>,
    domain: Option<String>,
    environment: EnvironmentName,
    bound_to: BoundTo,
}

/// Everything about it that can be prepared before the transaction.
struct Sealed {
    credential: CredentialRow,
    owners: Vec<CredentialOwnerRow>,
    version: VersionRow,
}

impl Engine {
    /// Creates a credential owned by the caller and whoever the caller names.
    ///
    /// # Errors
    /// Fields that do not hold what they must, an unknown environment, and those of the store.
    pub async fn create_credential(
        &self,
        session: &Session,
        new: NewCredential,
        once: Option<Once>,
    ) -> Result<Answer<Credential>> {
        let keys = self.keys(session).await?;
        let sealed = new.seal(session, &keys, self.now())?;
        let new = Arc::new(new);
        self.write_once(session, once, move |use_case| {
            use_case.require_room(&new.environment)?;
            use_case.ensure_environment(&new.environment)?;
            use_case.ensure_groups(&new.owners)?;
            use_case.insert_credential(&sealed)?;
            Ok(new.document(use_case, &sealed))
        })
        .await
    }
}

impl NewCredential {
    /// Reads the body of a request; the caller is the first owner.
    ///
    /// # Errors
    /// Every field that does not hold what it must.
    pub fn parse(mut body: Map<String, Json>, session: &Session) -> Result<Self> {
        let name = name(&body)?;
        let kind = kind(&body)?;
        let value = body.remove("value").unwrap_or(Json::Null);
        Ok(Self {
            name,
            kind,
            value: new_value(kind, value)?,
            owners: owners::of_new(body.get("owners"), &session.caller.identity)?,
            domain: domain(&body)?,
            environment: environment(&body)?,
            bound_to: bound_to(&body)?,
        })
    }

    fn seal(
        &self,
        session: &Session,
        keys: &crate::keyring::OrganisationKeys,
        now: Timestamp,
    ) -> Result<Sealed> {
        let id = CredentialId::new(random_id()?);
        let key = CredentialKey::new(session.caller.identity.organisation, id)?;
        let by = session.caller.identity.subject.to_string();
        let version = VersionRow {
            credential: id,
            number: 1,
            environment: self.environment.clone(),
            state: "current".to_owned(),
            envelope: Some(key.seal(1, &self.environment, &self.value)?),
            key_generation: 1,
            created_at: now,
            created_by: by.clone(),
            origin: "created".to_owned(),
        };
        let credential = CredentialRow {
            id,
            name: self.name.to_string(),
            kind: self.kind.as_str().to_owned(),
            domain: self.domain.clone(),
            bound_to: bound_to_row(&self.bound_to),
            key_id: key.id().to_vec(),
            key_generation: 1,
            state: "usable".to_owned(),
            last_version: 1,
            created_at: now,
            created_by: by,
            updated_at: now,
            deleted_at: None,
            tag: 0,
        };
        Ok(Sealed {
            credential,
            owners: key.wraps(keys, &self.owners)?,
            version,
        })
    }

    fn document(&self, use_case: &UseCase<'_, '_>, sealed: &Sealed) -> Credential {
        describe(&Document {
            credential: &sealed.credential,
            owners: &self.owners,
            version: &sealed.version,
            environments: vec![self.environment.to_string()],
            tenant: use_case.session.caller.identity.tenant.as_ref(),
            value: &self.value,
            view: View::Stored,
        })
    }
}

impl UseCase<'_, '_> {
    /// An access token for some credentials makes no others, and one for some environments puts
    /// values into these only.
    fn require_room(&mut self, environment: &EnvironmentName) -> Result<()> {
        let limits = &self.session.caller.limits;
        if limits.credentials.is_none() && limits.admit_environment(environment) {
            return Ok(());
        }
        let object = Object::new(ObjectKind::Resource, "credentials");
        Err(self.refused(&object, Error::beyond_token()))
    }

    fn insert_credential(&mut self, sealed: &Sealed) -> Result<()> {
        self.tx
            .credentials()
            .insert(&sealed.credential, &sealed.owners)?;
        self.tx.versions().insert(&sealed.version)?;
        let owners: Vec<Owner> = sealed.owners.iter().map(|row| row.owner.clone()).collect();
        let id = sealed.credential.id;
        let envelope = sealed.version.envelope.as_deref().unwrap_or_default();
        let object = Object::new(ObjectKind::Credential, id.to_string());
        let event = Event::new(
            self.context(),
            Action::CredentialCreated,
            self.actor(),
            object,
        )
        .version(1)
        .environment(sealed.version.environment.clone())
        .owner_rows(&owners)
        .envelope(digest::sha256(envelope))
        .detail("type", sealed.credential.kind.as_str());
        self.tx.record(event);
        Ok(())
    }

    /// Needs an environment of the caller's organisation.
    pub(crate) fn ensure_environment(&mut self, name: &EnvironmentName) -> Result<()> {
        let is_default = *name == EnvironmentName::default();
        if is_default || self.tx.environments().find(name)?.is_some() {
            return Ok(());
        }
        Err(Error::unknown_environment(name))
    }

    /// Needs every group among the owners to be one of the caller's organisation, and open.
    pub(crate) fn ensure_groups(&mut self, owners: &[Owner]) -> Result<()> {
        let open = open_groups(self.tx, owners.iter())?;
        let mut groups = owners.iter().filter(|owner| owner.kind == OwnerKind::Group);
        if groups.all(|group| open.contains(&group.id)) {
            return Ok(());
        }
        Err(Error::new(Code::OwnerNotAllowed, "Owners is not valid"))
    }
}

/// A value that is given as a whole.
pub(crate) fn new_value(kind: CredentialType, given: Json) -> Result<Value> {
    let value = Value::create(kind, given)?;
    if value.auth_client_id().is_some() {
        return Err(Error::new(
            Code::AuthClientNotFound,
            "There is no such auth client.",
        ));
    }
    Ok(value)
}

pub(super) fn name(body: &Map<String, Json>) -> Result<Name> {
    let given = match body.get("name") {
        None | Some(Json::Null) => return Err(Error::invalid_field("name", REQUIRED)),
        Some(Json::String(text)) => text.clone(),
        Some(_) => return Err(Error::invalid_field("name", NOT_TEXT)),
    };
    Name::try_from(given).map_err(|_| {
        Error::invalid_field("name", "must be 1 to 256 characters, no control characters")
    })
}

fn kind(body: &Map<String, Json>) -> Result<CredentialType> {
    let unknown = || Error::new(Code::UnknownType, "There is no such type of credential.");
    match body.get("type") {
        None | Some(Json::Null) => Err(Error::invalid_field("type", REQUIRED)),
        Some(Json::String(word)) => word.parse().map_err(|_| unknown()),
        Some(_) => Err(unknown()),
    }
}

pub(super) fn domain(body: &Map<String, Json>) -> Result<Option<String>> {
    match body.get("domain") {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.chars().count() <= 256 => Ok(Some(text.clone())),
        Some(_) => Err(Error::invalid_field(
            "domain",
            "must be text of at most 256 characters",
        )),
    }
}

/// The environment a request is about; `default` if it does not say.
pub(crate) fn environment(body: &Map<String, Json>) -> Result<EnvironmentName> {
    match body.get("environment") {
        None | Some(Json::Null) => Ok(EnvironmentName::default()),
        Some(Json::String(text)) => environment_name(text),
        Some(_) => Err(Error::invalid_field("environment", NOT_TEXT)),
    }
}

pub(super) fn bound_to(body: &Map<String, Json>) -> Result<BoundTo> {
    let given = body.get("boundTo").unwrap_or(&Json::Null);
    BoundTo::parse(given).map_err(|problems: Vec<Problem>| Error::invalid(problems))
}

/// The same, as a row keeps it; nothing if unbound.
pub(super) fn bound_to_row(bound_to: &BoundTo) -> Option<String> {
    (!bound_to.is_unbound()).then(|| serde_json::json!(bound_to).to_string())
}

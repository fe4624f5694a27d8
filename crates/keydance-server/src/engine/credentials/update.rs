//! Changing a credential: its fields, its owners, and the value of one environment (contract 2.6).

use std::sync::Arc;

use keydance_api::credential::Credential;
use keydance_core::credential::{BoundTo, Patch, VersionState};
use keydance_core::decision::Allowed;
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event};
use keydance_core::flow::FlowDocument;
use keydance_core::id::CredentialId;
use keydance_core::name::Name;
use keydance_core::owner::Owner;
use keydance_core::owners;
use keydance_store::flows::FlowRow;
use keydance_store::versions::VersionRow;
use serde_json::{Map, Value as Json};

use super::changed::Changed;
use super::create::{bound_to, bound_to_row, domain, environment, name, new_value};
use super::owned::{Asked, Owned, save};
use crate::engine::fields::ensure_unchanged;
use crate::engine::read::bound_to as stored_bound_to;
use crate::engine::versions::NewVersion;
use crate::engine::{Code, Engine, Error, Result, Session, UseCase};

/// What is to change of a credential, read from a request.
#[expect(
    missing_debug_implementations,
    reason = "it holds a secret, which cannot be formatted"
)]
pub struct CredentialPatch {
    name: Option<Name>,
    kind: Option<Json>,
    domain: Option<Option<String>>,
    bound_to: Option<BoundTo>,
    owners: Option<Vec<Owner>>,
    environment: Option<EnvironmentName>,
    value: Option<Json>,
}

impl CredentialPatch {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// Every field that does not hold what it must.
    pub fn parse(mut body: Map<String, Json>, session: &Session) -> Result<Self> {
        let is_given = |field: &str| body.contains_key(field);
        let owners = body.get("owners");
        let owners = owners.map(|given| owners::replacing(given, &session.caller.identity));
        Ok(Self {
            name: is_given("name").then(|| name(&body)).transpose()?,
            domain: is_given("domain").then(|| domain(&body)).transpose()?,
            bound_to: is_given("boundTo").then(|| bound_to(&body)).transpose()?,
            owners: owners.transpose()?,
            environment: is_given("environment")
                .then(|| environment(&body))
                .transpose()?,
            kind: body.remove("type"),
            value: body.remove("value"),
        })
    }
}

impl Engine {
    /// Changes a credential; what changes nothing leaves everything as it is. The answer is in clear
    /// for who may see it so, which makes it a hand-out.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `type_immutable`, `masked_value`, `validation_failed`,
    /// `owner_not_allowed`, `last_owner`, `owner_in_use`, `credential_in_use`,
    /// `environment_value_missing`, `version_state`, `precondition_failed`, and those of the store.
    pub async fn update_credential(
        &self,
        session: &Session,
        id: Option<CredentialId>,
        patch: CredentialPatch,
        if_match: Option<i64>,
    ) -> Result<Credential> {
        let patch = Arc::new(patch);
        let changed = self
            .write(session, move |use_case| {
                let owned = use_case.owned(id)?;
                ensure_unchanged(if_match, owned.row.tag)?;
                use_case.update_credential(owned, &patch)
            })
            .await?;
        let value = self.open(&changed.sealed).await?;
        Ok(changed.shown(&value))
    }
}

impl UseCase<'_, '_> {
    fn update_credential(&mut self, mut owned: Owned, patch: &CredentialPatch) -> Result<Changed> {
        ensure_kind(&owned, patch.kind.as_ref())?;
        if patch.owners.is_some() || patch.bound_to.is_some() {
            self.ensure_every_environment(&owned)?;
        }
        let (allowed, version, mut is_changed) = self.patch_value(&mut owned, patch)?;
        is_changed |= self.patch_fields(&mut owned, patch)?;
        if let Some(wanted) = &patch.owners {
            is_changed |= self.replace_owners(&owned, wanted)?;
        }
        if is_changed {
            save(self.tx, &mut owned.row, self.now)?;
        }
        if allowed.view().is_clear() {
            self.reveal(&version, &allowed)?;
        }
        self.changed(owned, allowed, version)
    }

    /// The version to be shown, a new one if the value changes; whether it does; and the proof that
    /// the caller may see it.
    fn patch_value(
        &mut self,
        owned: &mut Owned,
        patch: &CredentialPatch,
    ) -> Result<(Allowed, VersionRow, bool)> {
        if patch.value.is_none() && patch.environment.is_none() {
            let version = self.shown_version(owned.row.id)?;
            let allowed = self.allow(owned, &Asked::version(&version)?)?;
            return Ok((allowed, version, false));
        }
        let environment = patch.environment.clone().unwrap_or_default();
        let state = self.newest_state(owned, &environment)?;
        let Some(given) = &patch.value else {
            let allowed = self.allow(owned, &Asked::current(&environment, state))?;
            return Ok((allowed, self.current(owned, &environment)?, false));
        };
        if state.is_none() {
            return self.first_value(owned, &environment, given);
        }
        let allowed = self.allow(owned, &Asked::current(&environment, state))?;
        let current = self.current(owned, &environment)?;
        let key = self.key(owned)?;
        let value = self.open_value(&key, owned, &current, &allowed)?;
        let Patch::Changed(value) = value.patch(given.clone())? else {
            return Ok((allowed, current, false));
        };
        let version = self.add_version(owned, &key, &NewVersion::updated(&environment), &value)?;
        Ok((allowed, version, true))
    }

    /// The first value of a credential in an environment.
    fn first_value(
        &mut self,
        owned: &mut Owned,
        environment: &EnvironmentName,
        given: &Json,
    ) -> Result<(Allowed, VersionRow, bool)> {
        // It will be the current one as soon as it is there.
        let asked = Asked::current(environment, Some(VersionState::Current));
        let allowed = self.allow(owned, &asked)?;
        let value = new_value(owned.kind, given.clone())?;
        let key = self.key(owned)?;
        let version = self.add_version(owned, &key, &NewVersion::updated(environment), &value)?;
        Ok((allowed, version, true))
    }

    fn patch_fields(&mut self, owned: &mut Owned, patch: &CredentialPatch) -> Result<bool> {
        let mut changed = Vec::new();
        if let Some(name) = patch.name.as_ref().map(ToString::to_string)
            && name != owned.row.name
        {
            owned.row.name = name;
            changed.push("name");
        }
        if let Some(domain) = &patch.domain
            && *domain != owned.row.domain
        {
            owned.row.domain.clone_from(domain);
            changed.push("domain");
        }
        if let Some(bound_to) = &patch.bound_to
            && *bound_to != stored_bound_to(&owned.row)?
        {
            self.ensure_admitted(owned, bound_to)?;
            owned.row.bound_to = bound_to_row(bound_to);
            self.tx.narrow_access()?;
            changed.push("boundTo");
        }
        if changed.is_empty() {
            return Ok(false);
        }
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::CredentialUpdated, actor, owned.object());
        self.tx.record(event.detail("changed", changed.join(" ")));
        Ok(true)
    }

    /// Needs every flow that uses the credential to be one that still may.
    fn ensure_admitted(&mut self, owned: &Owned, bound_to: &BoundTo) -> Result<()> {
        let id = owned.row.id;
        let flows = self.tx.credentials().flows_referencing(id)?;
        let flows = self.tx.flows().find_all(&flows)?.into_iter();
        let refused = flows.filter(|flow| !admits_flow(bound_to, flow, id));
        let mut refused: Vec<_> = refused.map(|flow| flow.id).collect();
        refused.sort_unstable();
        if refused.is_empty() {
            return Ok(());
        }
        Err(self.in_use(Code::CredentialInUse, &refused)?)
    }
}

/// Whether a flow may go on using the credential; one that cannot be read may not.
fn admits_flow(bound_to: &BoundTo, flow: &FlowRow, id: CredentialId) -> bool {
    let document = serde_json::from_str(&flow.document).map(FlowDocument::restore);
    let Ok(Ok(document)) = document else {
        return bound_to.is_unbound();
    };
    let own = document
        .references()
        .iter()
        .filter(|reference| reference.credential == id);
    own.into_iter().all(|reference| {
        let (component, destination) = (&reference.component_id, &reference.destination);
        bound_to
            .admits(component.as_deref(), destination.as_deref())
            .is_ok()
    })
}

fn ensure_kind(owned: &Owned, given: Option<&Json>) -> Result<()> {
    match given {
        None | Some(Json::Null) => Ok(()),
        Some(Json::String(word)) if word.parse() == Ok(owned.kind) => Ok(()),
        Some(_) => Err(Error::new(
            Code::TypeImmutable,
            "The type of a credential never changes.",
        )),
    }
}

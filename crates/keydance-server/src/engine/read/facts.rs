//! What is known in the transaction of a read: everything a decision needs, loaded with one
//! statement for each kind of row, however many reads wait.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use keydance_core::caller::Caller;
use keydance_core::credential::{BoundTo, VersionState};
use keydance_core::decision::CredentialFacts;
use keydance_core::environment::EnvironmentName;
use keydance_core::id::{CredentialId, ExecutionId, FlowId, OrganisationId};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::environments::EnvironmentRow;
use keydance_store::executions::{ExecutionCredentialRow, ExecutionRow};
use keydance_store::flows::FlowRow;
use keydance_store::versions::VersionRow;

use super::Asked;
use crate::engine::session::{People, callers, open_groups};
use crate::engine::{Error, Parts, Result};
use crate::keyring::OrganisationKeys;

/// A credential and a place to look for its value.
pub(super) type Place = (CredentialId, EnvironmentName);

/// The rows of one organisation that the reads are about.
pub(super) struct Facts {
    pub(super) organisation: OrganisationId,
    pub(super) keys: Arc<OrganisationKeys>,
    pub(super) people: People,
    pub(super) open_groups: BTreeSet<String>,
    pub(super) callers: HashMap<String, Result<Caller>>,
    pub(super) executions: HashMap<ExecutionId, ExecutionRow>,
    pub(super) listed: HashMap<ExecutionId, Vec<ExecutionCredentialRow>>,
    pub(super) flows: HashMap<FlowId, FlowRow>,
    pub(super) flow_owners: HashMap<FlowId, Vec<Owner>>,
    pub(super) credentials: HashMap<CredentialId, CredentialRow>,
    pub(super) owners: HashMap<CredentialId, Vec<CredentialOwnerRow>>,
    pub(super) current: HashMap<Place, VersionRow>,
    /// All versions that are not destroyed, of the credentials read by their owners and of those
    /// without a current one where it is looked for.
    pub(super) versions: HashMap<CredentialId, Vec<VersionRow>>,
    /// What the owners ask for that is a credential of another organisation.
    pub(super) elsewhere: BTreeSet<CredentialId>,
    pub(super) environments: Vec<EnvironmentRow>,
}

impl Facts {
    pub(super) fn load(
        parts: &Parts,
        tx: &mut Tx<'_>,
        asked: &[Asked<'_>],
        now: Timestamp,
    ) -> Result<Self> {
        let Some(organisation) = asked.first().map(|one| one.token.organisation) else {
            return Err(Error::internal("nothing was asked"));
        };
        let keys = parts.keyring.organisation(tx, organisation)?;
        let credential_ids = unique(asked.iter().filter_map(|one| one.request.credential));
        let by_owners = asked.iter().filter(|one| !one.is_execution());
        let owner_read = unique(by_owners.filter_map(|one| one.request.credential));
        // Three rounds: what the requests name, what the executions name, what the flows name.
        let (executions, credentials, owners, mut versions, environments) = tx.gather(|tx| {
            Ok::<_, Error>((
                executions(tx, asked)?,
                credentials(tx, &credential_ids)?,
                owner_rows(tx, &credential_ids)?,
                versions(tx, &owner_read)?,
                environments(tx, &owner_read)?,
            ))
        })?;
        tx.epoch()?;
        let flow_ids: Vec<FlowId> = unique(executions.values().map(|execution| execution.flow));
        let places = places(asked, &executions);
        let (flows, flow_owners, listed, current, elsewhere) = tx.gather(|tx| {
            Ok::<_, Error>((
                flows(tx, &flow_ids)?,
                flow_owners(tx, &flow_ids)?,
                listed(tx, &executions)?,
                current(tx, &places)?,
                elsewhere(tx, &owner_read, &credentials)?,
            ))
        })?;
        let empty = places.iter().filter(|place| !current.contains_key(*place));
        let empty = unique(
            empty
                .map(|(id, _)| *id)
                .filter(|id| !versions.contains_key(id)),
        );
        let (open_groups, people, callers, of_empty) = tx.gather(|tx| {
            Ok::<_, Error>((
                open_groups(tx, flow_owners.values().flatten())?,
                people(tx, asked, flow_owners.values().flatten(), now)?,
                callers_of(tx, asked, now)?,
                self::versions(tx, &empty)?,
            ))
        })?;
        versions.extend(of_empty);
        Ok(Self {
            organisation,
            keys,
            people,
            open_groups,
            callers,
            executions,
            listed,
            flows,
            flow_owners,
            credentials,
            owners,
            current,
            versions,
            elsewhere,
            environments,
        })
    }

    /// What the decision has to know of a credential, for one environment.
    pub(super) fn credential(
        &self,
        id: CredentialId,
        environment: &EnvironmentName,
    ) -> Result<Option<CredentialFacts>> {
        let Some(row) = self.credentials.get(&id).filter(|row| is_live(row)) else {
            return Ok(None);
        };
        let version = if self.current.contains_key(&(id, environment.clone())) {
            Some(VersionState::Current)
        } else {
            let versions = self.versions.get(&id).map_or(&[][..], Vec::as_slice);
            newest(versions, environment)
        };
        let owners = self.owners.get(&id).map_or(&[][..], Vec::as_slice);
        Ok(Some(CredentialFacts {
            organisation: self.organisation,
            owners: owners.iter().map(|row| row.owner.clone()).collect(),
            usable: row.state == "usable",
            bound_to: bound_to(row)?,
            version,
        }))
    }
}

fn is_live(row: &CredentialRow) -> bool {
    matches!(row.state.as_str(), "usable" | "suspended")
}

/// What a credential may be used with, from its row.
pub(crate) fn bound_to(row: &CredentialRow) -> Result<BoundTo> {
    let Some(text) = &row.bound_to else {
        return Ok(BoundTo::default());
    };
    let json = serde_json::from_str(text).map_err(Error::internal)?;
    BoundTo::parse(&json).map_err(|_| Error::internal("boundTo of a row cannot be read"))
}

/// The state of the newest version for an environment, by rows in the order of their numbers.
pub(crate) fn newest(rows: &[VersionRow], environment: &EnvironmentName) -> Option<VersionState> {
    let mut own = rows.iter().filter(|row| row.environment == *environment);
    own.next_back().and_then(|row| row.state.parse().ok())
}

fn unique<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

fn grouped<K: std::hash::Hash + Eq, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn executions(tx: &mut Tx<'_>, asked: &[Asked<'_>]) -> Result<HashMap<ExecutionId, ExecutionRow>> {
    let ids = unique(asked.iter().filter_map(|one| one.token.execution));
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(tx
        .executions()
        .find_all(&ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect())
}

fn listed(
    tx: &mut Tx<'_>,
    executions: &HashMap<ExecutionId, ExecutionRow>,
) -> Result<HashMap<ExecutionId, Vec<ExecutionCredentialRow>>> {
    let ids = unique(executions.keys().copied());
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.executions().credentials(&ids)?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.execution, row)).collect(),
    ))
}

fn flow_owners(tx: &mut Tx<'_>, ids: &[FlowId]) -> Result<HashMap<FlowId, Vec<Owner>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(grouped(tx.flows().owners(ids)?))
}

/// Those of the organisation, if anybody reads as an owner and may name one.
fn environments(tx: &mut Tx<'_>, owner_read: &[CredentialId]) -> Result<Vec<EnvironmentRow>> {
    if owner_read.is_empty() {
        return Ok(Vec::new());
    }
    Ok(tx.environments().list()?)
}

fn flows(tx: &mut Tx<'_>, ids: &[FlowId]) -> Result<HashMap<FlowId, FlowRow>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(tx
        .flows()
        .find_all(ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect())
}

/// Those who started executions, and the persons among the owners of flows without a starter.
fn people<'a>(
    tx: &mut Tx<'_>,
    asked: &[Asked<'_>],
    owners: impl Iterator<Item = &'a Owner>,
    now: Timestamp,
) -> Result<People> {
    let starters = asked
        .iter()
        .filter(|one| one.is_execution())
        .map(|one| &one.token.principal);
    let starters = starters.filter(|id| !id.is_empty()).map(String::as_str);
    let persons = owners.filter(|owner| owner.kind == OwnerKind::Person);
    let ids = unique(starters.chain(persons.map(|owner| owner.id.as_str())));
    People::load(tx, &ids, now)
}

fn callers_of(
    tx: &mut Tx<'_>,
    asked: &[Asked<'_>],
    now: Timestamp,
) -> Result<HashMap<String, Result<Caller>>> {
    let tokens: Vec<_> = asked
        .iter()
        .filter(|one| !one.is_execution())
        .map(|one| one.token)
        .collect();
    if tokens.is_empty() {
        return Ok(HashMap::new());
    }
    let callers = callers(tx, &tokens, now)?;
    Ok(tokens
        .iter()
        .map(|token| token.id.clone())
        .zip(callers)
        .collect())
}

fn credentials(
    tx: &mut Tx<'_>,
    ids: &[CredentialId],
) -> Result<HashMap<CredentialId, CredentialRow>> {
    Ok(tx
        .credentials()
        .find_all(ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect())
}

fn owner_rows(
    tx: &mut Tx<'_>,
    ids: &[CredentialId],
) -> Result<HashMap<CredentialId, Vec<CredentialOwnerRow>>> {
    let rows = tx.credentials().owners(ids)?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.credential, row)).collect(),
    ))
}

/// Every place that is asked for.
fn places(asked: &[Asked<'_>], executions: &HashMap<ExecutionId, ExecutionRow>) -> BTreeSet<Place> {
    let place = |one: &Asked<'_>| {
        let execution = one.token.execution.and_then(|id| executions.get(&id));
        let own = execution.map(|execution| execution.environment.clone());
        let environment = own
            .or_else(|| one.environment().cloned())
            .unwrap_or_default();
        Some((one.request.credential?, environment))
    };
    asked.iter().filter_map(place).collect()
}

/// The current version at each of these places.
fn current(tx: &mut Tx<'_>, places: &BTreeSet<Place>) -> Result<HashMap<Place, VersionRow>> {
    let places: Vec<_> = places
        .iter()
        .map(|(id, environment)| (*id, environment))
        .collect();
    let rows = tx.versions().current(&places)?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.credential, row.environment.clone()), row))
        .collect())
}

fn versions(
    tx: &mut Tx<'_>,
    ids: &[CredentialId],
) -> Result<HashMap<CredentialId, Vec<VersionRow>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.versions().states(ids)?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.credential, row)).collect(),
    ))
}

/// The ids of credentials of other organisations among these.
fn elsewhere(
    tx: &mut Tx<'_>,
    ids: &[CredentialId],
    own: &HashMap<CredentialId, CredentialRow>,
) -> Result<BTreeSet<CredentialId>> {
    let unknown = ids.iter().filter(|id| !own.get(*id).is_some_and(is_live));
    let unknown: Vec<CredentialId> = unknown.copied().collect();
    if unknown.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(tx.credentials().exist_anywhere(&unknown)?)
}

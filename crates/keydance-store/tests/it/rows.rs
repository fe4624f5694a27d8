//! Rows that are valid as they are, for tests to vary.

use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind};
use keydance_core::id::{CredentialId, ExecutionId, FlowId, OrganisationId};
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::environments::EnvironmentRow;
use keydance_store::executions::ExecutionRow;
use keydance_store::flows::FlowRow;
use keydance_store::groups::{GroupRow, MembershipRow};
use keydance_store::page::PageRequest;
use keydance_store::principals::PrincipalRow;
use keydance_store::versions::VersionRow;

use crate::world::Result;

pub(crate) const ALL: PageRequest = PageRequest {
    number: 1,
    size: 100,
};

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

pub(crate) fn org(n: u8) -> OrganisationId {
    OrganisationId::new([n; 12])
}

pub(crate) fn credential_id(n: u8) -> CredentialId {
    CredentialId::new([n; 12])
}

pub(crate) fn flow_id(n: u8) -> FlowId {
    FlowId::new([n; 12])
}

pub(crate) fn execution_id(n: u8) -> ExecutionId {
    ExecutionId::new([n; 12])
}

pub(crate) fn environment(name: &str) -> EnvironmentName {
    name.parse().unwrap()
}

pub(crate) fn environment_row(name: &str) -> EnvironmentRow {
    EnvironmentRow {
        name: environment(name),
        protected_at: None,
        created_at: at(0),
    }
}

pub(crate) fn principal(id: &str) -> PrincipalRow {
    PrincipalRow {
        id: id.parse().unwrap(),
        kind: "person".to_owned(),
        name: id.to_uppercase(),
        email: Some(format!("{id}@example.org")),
        status: "active".to_owned(),
        permissions: "credentials:read flows:read".to_owned(),
        created_at: at(0),
        created_by: "root".to_owned(),
        tag: 0,
    }
}

pub(crate) fn group(id: &str) -> GroupRow {
    let name = id.to_uppercase();
    GroupRow {
        id: id.to_owned(),
        name,
        created_at: at(0),
        closed_at: None,
        tag: 0,
    }
}

/// A membership from 10 ms on; `group:…` is a group, anything else a person.
pub(crate) fn membership(group: &str, member: &str) -> MembershipRow {
    let (member_type, member) = match member.strip_prefix("group:") {
        Some(inner) => ("group", inner),
        None => ("person", member),
    };
    MembershipRow {
        group: group.to_owned(),
        member_type: member_type.to_owned(),
        member: member.to_owned(),
        since: at(10),
        until: None,
        by: "root".to_owned(),
        reason: "asked".to_owned(),
    }
}

pub(crate) fn credential(n: u8) -> CredentialRow {
    CredentialRow {
        id: credential_id(n),
        name: format!("Credential {n}"),
        kind: "api_key".to_owned(),
        domain: Some("ledger".to_owned()),
        bound_to: None,
        key_id: vec![n; 16],
        key_generation: 1,
        state: "usable".to_owned(),
        last_version: 1,
        created_at: at(n.into()),
        created_by: "ana".to_owned(),
        updated_at: at(n.into()),
        deleted_at: None,
        tag: 0,
    }
}

pub(crate) fn owned(n: u8, owner: &Owner) -> CredentialOwnerRow {
    let wrap = owner.is_recognised().then(|| vec![n, 0xff, 0]);
    CredentialOwnerRow {
        credential: credential_id(n),
        owner: owner.clone(),
        wrap,
    }
}

/// Adds credential `n` with these owners.
pub(crate) fn add_credential(tx: &mut Tx<'_>, n: u8, owners: &[Owner]) -> Result<()> {
    let owners: Vec<_> = owners.iter().map(|owner| owned(n, owner)).collect();
    tx.credentials().insert(&credential(n), &owners)
}

pub(crate) fn version(n: u8, number: i64, state: &str) -> VersionRow {
    VersionRow {
        credential: credential_id(n),
        number,
        environment: EnvironmentName::default(),
        state: state.to_owned(),
        envelope: Some(vec![0, 1, 2, number as u8]),
        key_generation: 1,
        created_at: at(number),
        created_by: "ana".to_owned(),
        origin: "created".to_owned(),
    }
}

pub(crate) fn flow(n: u8) -> FlowRow {
    FlowRow {
        id: flow_id(n),
        name: Some(format!("Flow {n}")),
        document: "{}".to_owned(),
        revision: 1,
        digest: "sha256:00".to_owned(),
        enabled: true,
        blocked: None,
        created_at: at(n.into()),
        created_by: "ana".to_owned(),
        updated_at: at(n.into()),
        deleted_at: None,
        tag: 0,
    }
}

/// Adds flow `n` with these owners, which references these credentials.
pub(crate) fn add_flow(tx: &mut Tx<'_>, n: u8, owners: &[Owner], credentials: &[u8]) -> Result<()> {
    let credentials: Vec<_> = credentials.iter().map(|n| credential_id(*n)).collect();
    tx.flows().insert(&flow(n))?;
    tx.flows()
        .set_edges(flow_id(n), owners, &credentials, at(n.into()))
}

/// An execution of flow 1 in the default environment.
pub(crate) fn execution(n: u8) -> ExecutionRow {
    ExecutionRow {
        id: execution_id(n),
        flow: flow_id(1),
        revision: 1,
        digest: "sha256:00".to_owned(),
        environment: EnvironmentName::default(),
        trigger: "manual".to_owned(),
        started_by: Some("ana".to_owned()),
        created_by: "ana".to_owned(),
        created_at: at(n.into()),
        expires_at: at(1000),
        max_until: at(9000),
        ended_at: None,
        ended_reason: None,
    }
}

pub(crate) fn token(id: &str, organisation: OrganisationId) -> AccessTokenRow {
    AccessTokenRow {
        id: id.to_owned(),
        organisation,
        kind: "p".to_owned(),
        principal: "ana".to_owned(),
        execution: None,
        name: format!("token {id}"),
        permissions: "credentials:read".to_owned(),
        credentials: None,
        environments: Some("default".to_owned()),
        digest: vec![7; 32],
        created_at: at(0),
        expires_at: at(1000),
        ended_at: None,
        ended_reason: None,
        parent: None,
    }
}

/// `actor` did `action` to credential `object`.
pub(crate) fn event(
    organisation: OrganisationId,
    action: Action,
    actor: &str,
    object: u8,
) -> Event {
    let context = Context {
        organisation,
        at: at(object.into()),
        request_id: "c1f0b7".to_owned(),
        source: None,
    };
    let object = Object::new(ObjectKind::Credential, credential_id(object).to_string());
    Event::new(context, action, Actor::principal(actor), object)
}

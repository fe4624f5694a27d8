//! The table: for each operation how it is called, and what each caller gets.

use serde_json::{Value, json};

use super::Caller;
use super::scene::Scene;
use crate::acceptance::cast::fresh;
use crate::acceptance::papers::{api_key, flow};

/// One operation.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) operation: &'static str,
    /// How it is called so that nothing but the caller can be wrong.
    pub(crate) call: fn(&Scene) -> Call<'_>,
    /// The statuses in the order of [`Caller::COLUMNS`].
    expected: [u16; 6],
}

/// What a request is made of, besides method, path and caller.
pub(crate) struct Call<'s> {
    /// The variable parts of the path.
    pub(crate) place: Vec<&'s str>,
    /// With its question mark.
    pub(crate) query: String,
    pub(crate) body: Option<Value>,
}

impl Row {
    /// The status that a caller gets.
    pub(crate) fn expected(&self, caller: Caller) -> u16 {
        let columns = Caller::COLUMNS.into_iter().zip(self.expected);
        let found = columns.into_iter().find(|(column, _)| *column == caller);
        found.map_or(401, |(_, status)| status)
    }

    /// One of the organisation who succeeds: the owner if it may.
    pub(crate) fn allowed(&self) -> Caller {
        let order = [Caller::Owner, Caller::Administrator, Caller::Execution];
        let found = order
            .into_iter()
            .find(|caller| self.expected(*caller) < 300);
        found.expect("somebody may call it")
    }
}

const fn row(operation: &'static str, call: fn(&Scene) -> Call<'_>, expected: [u16; 6]) -> Row {
    Row {
        operation,
        call,
        expected,
    }
}

fn at<'s>(place: &[&'s str]) -> Call<'s> {
    Call {
        place: place.to_vec(),
        query: String::new(),
        body: None,
    }
}

impl Call<'_> {
    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    fn asking(self, query: String) -> Self {
        Self { query, ..self }
    }
}

// what several rows have in common: nobody, owner, colleague, stranger, execution, administrator
const EVERYBODY: [u16; 6] = [200, 200, 200, 200, 403, 200];
const OWNER: [u16; 6] = [403, 200, 403, 403, 403, 403];
const EXECUTION: [u16; 6] = [403, 403, 403, 403, 200, 403];
const READERS: [u16; 6] = [403, 200, 200, 200, 403, 200];
const FLOW_OWNER: [u16; 6] = [403, 200, 403, 404, 403, 200];
const FLOW_OWNER_ENDS: [u16; 6] = [403, 204, 403, 404, 403, 204];
const FLOW_ACTOR: [u16; 6] = [403, 200, 403, 404, 403, 403];
const MANAGER: [u16; 6] = [403, 403, 403, 404, 403, 200];
const MANAGER_CLOSES: [u16; 6] = [403, 403, 403, 404, 403, 204];
const MANAGER_MAKES: [u16; 6] = [403, 403, 403, 201, 403, 201];
const MANAGER_GIVES: [u16; 6] = [403, 403, 403, 404, 403, 201];
const OF_ORGANISATION: [u16; 6] = [200, 200, 200, 404, 403, 200];

pub(crate) const ROWS: &[Row] = &[
    // credentials
    row("listCredentials", |_| at(&[]), EVERYBODY),
    row(
        "createCredential",
        |_| at(&[]).with(api_key("created-key-0001")),
        EVERYBODY,
    ),
    row(
        "deleteCredentialsOf",
        |s| at(&[]).asking(format!("?userId={}", s.owner)),
        [403, 403, 403, 403, 403, 200],
    ),
    row(
        "readCredential",
        |s| at(&[&s.credential]),
        [403, 200, 403, 403, 200, 403],
    ),
    row(
        "updateCredential",
        |s| at(&[&s.credential]).with(json!({"name": fresh("renamed")})),
        OWNER,
    ),
    row(
        "deleteCredential",
        |s| at(&[&s.loose]).asking("?entire=true".to_owned()),
        [403, 204, 403, 403, 403, 403],
    ),
    row(
        "undeleteCredential",
        |s| at(&[&s.deleted]).with(json!({"owner": {"id": s.owner}})),
        MANAGER,
    ),
    row(
        "addOwner",
        |s| at(&[&s.credential]).with(json!({"id": "somebody"})),
        OWNER,
    ),
    row(
        "removeOwner",
        |s| at(&[&s.loose]).asking("?id=somebody".to_owned()),
        OWNER,
    ),
    row("listVersions", |s| at(&[&s.loose]), OWNER),
    row(
        "createVersion",
        |s| at(&[&s.loose]).with(json!({"value": {"key": "versions-key-001"}})),
        [403, 201, 403, 403, 403, 403],
    ),
    row("readVersion", |s| at(&[&s.loose, "2"]), OWNER),
    row("promoteVersion", |s| at(&[&s.loose, "4"]), OWNER),
    row("restoreVersion", |s| at(&[&s.loose, "2"]), OWNER),
    row("disableVersion", |s| at(&[&s.loose, "3"]), OWNER),
    row("enableVersion", |s| at(&[&s.loose, "1"]), OWNER),
    row("destroyVersion", |s| at(&[&s.loose, "2"]), OWNER),
    // environments
    row("listEnvironments", |_| at(&[]), EVERYBODY),
    row(
        "createEnvironment",
        |_| at(&[]).with(json!({"name": fresh("made")})),
        MANAGER_MAKES,
    ),
    row(
        "deleteEnvironment",
        |s| at(&[&s.environment]),
        MANAGER_CLOSES,
    ),
    // flows
    row("listFlows", |_| at(&[]), READERS),
    row(
        "createFlow",
        |s| at(&[]).with(flow(&[person(&s.owner)], &[&s.credential])),
        [403, 201, 403, 403, 403, 403],
    ),
    row(
        "checkFlows",
        |s| at(&[]).with(check(s)),
        [403, 200, 403, 200, 403, 200],
    ),
    row("readFlow", |s| at(&[&s.flow]), FLOW_OWNER),
    row(
        "putFlow",
        |s| at(&[&s.flow]).with(flow(&[person(&s.owner)], &[&s.credential])),
        OWNER,
    ),
    row(
        "patchFlow",
        |s| at(&[&s.flow]).with(json!({"name": fresh("renamed")})),
        FLOW_ACTOR,
    ),
    row("deleteFlow", |s| at(&[&s.flow]), FLOW_OWNER_ENDS),
    row("recheckFlow", |s| at(&[&s.flow]), FLOW_ACTOR),
    row("blockFlow", |s| at(&[&s.flow]), FLOW_OWNER),
    // executions
    row(
        "startExecution",
        |s| at(&[&s.flow]).with(json!({})),
        [403, 201, 403, 404, 403, 403],
    ),
    row("endExecutions", |s| at(&[&s.flow]), FLOW_OWNER_ENDS),
    row(
        "listExecutions",
        |s| at(&[]).asking(format!("?flow={}", s.flow)),
        FLOW_OWNER,
    ),
    row("readExecution", |s| at(&[&s.execution]), FLOW_OWNER),
    row("endExecution", |s| at(&[&s.execution]), FLOW_OWNER_ENDS),
    row(
        "renewExecution",
        |s| at(&[&s.execution]).with(json!({})),
        FLOW_OWNER,
    ),
    row(
        "listExecutionCredentials",
        |s| at(&[&s.execution]),
        EXECUTION,
    ),
    row(
        "handOutCredential",
        |s| at(&[&s.execution, &s.credential]),
        EXECUTION,
    ),
    // groups
    row("listGroups", |_| at(&[]), EVERYBODY),
    row(
        "createGroup",
        |_| at(&[]).with(json!({"name": "made"})),
        MANAGER_MAKES,
    ),
    row("readGroup", |s| at(&[&s.group]), OF_ORGANISATION),
    row(
        "renameGroup",
        |s| at(&[&s.group]).with(json!({"name": "renamed"})),
        MANAGER,
    ),
    row("closeGroup", |s| at(&[&s.group]), MANAGER_CLOSES),
    row("listGroupMembers", |s| at(&[&s.group]), OF_ORGANISATION),
    row(
        "addGroupMember",
        |s| at(&[&s.group, "USER", &s.person]).with(json!({"reason": "a test"})),
        MANAGER,
    ),
    row(
        "removeGroupMember",
        |s| at(&[&s.group, "USER", &s.member]),
        MANAGER_CLOSES,
    ),
    // persons
    row("listPersons", |_| at(&[]), EVERYBODY),
    row(
        "createPerson",
        |_| at(&[]).with(json!({"name": "made", "permissions": []})),
        MANAGER_MAKES,
    ),
    row("readPerson", |s| at(&[&s.person]), OF_ORGANISATION),
    row(
        "changePerson",
        |s| at(&[&s.person]).with(json!({"name": "renamed"})),
        MANAGER,
    ),
    row("freezePerson", |s| at(&[&s.person]), MANAGER),
    row("unfreezePerson", |s| at(&[&s.frozen]), MANAGER),
    row(
        "startEnrolment",
        |s| at(&[&s.person]).with(json!({})),
        MANAGER_GIVES,
    ),
    row("enrol", |s| at(&[]).with(json!({"code": s.code})), [201; 6]),
    // machine identities
    row("listMachineIdentities", |_| at(&[]), EVERYBODY),
    row(
        "createMachineIdentity",
        |_| at(&[]).with(json!({"name": "made", "kind": "service", "permissions": []})),
        MANAGER_MAKES,
    ),
    row(
        "changeMachineIdentity",
        |s| at(&[&s.machine]).with(json!({"name": "renamed"})),
        MANAGER,
    ),
    row(
        "closeMachineIdentity",
        |s| at(&[&s.machine]),
        MANAGER_CLOSES,
    ),
    row(
        "issueMachineToken",
        |s| at(&[&s.machine]).with(json!({"name": "made", "permissions": []})),
        MANAGER_GIVES,
    ),
    // access tokens
    row("listTokens", |_| at(&[]), EVERYBODY),
    row(
        "issueToken",
        |_| at(&[]).with(json!({"name": "made", "permissions": []})),
        [201, 201, 201, 201, 403, 201],
    ),
    row(
        "revokeToken",
        |s| at(&[&s.token]),
        [403, 204, 403, 404, 403, 204],
    ),
    row(
        "introspectToken",
        |s| at(&[]).with(json!({"token": s.execution_token})),
        [403, 403, 403, 404, 403, 200],
    ),
    row("me", |_| at(&[]), EVERYBODY),
    // the audit log
    row("listEvents", |_| at(&[]), EVERYBODY),
    row("readCheckpoint", |_| at(&[]), EVERYBODY),
    row(
        "proveEvent",
        |s| at(&[&s.event]),
        [404, 200, 404, 404, 403, 200],
    ),
    row(
        "proveGrowth",
        |_| at(&[]).asking("?from=1".to_owned()),
        EVERYBODY,
    ),
];

fn person(id: &str) -> Value {
    json!({"id": id, "type": "USER"})
}

fn check(scene: &Scene) -> Value {
    let owner = person(&scene.owner);
    let flow = flow(std::slice::from_ref(&owner), &[&scene.credential]);
    json!({"data": [{"operation": "persist", "actor": owner, "flow": flow}]})
}

//! Everything a route can be called with, and those who call.

use keydance_testkit::{Identity, Organisation};
use serde_json::json;

use super::Caller;
use crate::acceptance::cast::{Cast, fresh};
use crate::acceptance::papers::{api_key, create, flow, id_of, owned, start, store, text};

/// Those who call, besides an execution.
pub(crate) struct People {
    nobody: Identity,
    pub(crate) owner: Identity,
    colleague: Identity,
    stranger: Identity,
    administrator: Identity,
    ended: String,
}

/// Things of the owner and of the organisation.
pub(crate) struct Scene {
    /// The id of the owner.
    pub(crate) owner: String,
    /// A credential that the flow references.
    pub(crate) credential: String,
    /// A credential that nothing references, with `somebody` as another owner; its versions 1 to 4 are disabled, retiring, current
    /// and pending.
    pub(crate) loose: String,
    /// A deleted credential.
    pub(crate) deleted: String,
    /// An environment that nothing uses.
    pub(crate) environment: String,
    /// A flow of the owner.
    pub(crate) flow: String,
    /// An execution of it.
    pub(crate) execution: String,
    /// Its token.
    pub(crate) execution_token: String,
    /// A group that owns nothing.
    pub(crate) group: String,
    /// Somebody who is in it.
    pub(crate) member: String,
    /// A person who may nothing and has no token.
    pub(crate) person: String,
    /// A frozen person.
    pub(crate) frozen: String,
    /// An enrolment code of a person.
    pub(crate) code: String,
    /// A machine identity.
    pub(crate) machine: String,
    /// The id of a token of the owner.
    pub(crate) token: String,
    /// The number of an event about the owner's flow.
    pub(crate) event: String,
}

impl People {
    #[track_caller]
    pub(crate) fn gather(cast: &Cast<'_>) -> Self {
        let body = json!({"name": "ended", "permissions": []});
        let ended = cast
            .ana
            .post("/tokens")
            .json(&body)
            .send()
            .expect_status(201)
            .data();
        let path = format!("/tokens/{}", id_of(&ended));
        cast.ana.delete(&path).send().expect_status(204);
        Self {
            nobody: cast.person_with("nobody", &[]),
            owner: cast.person("owner"),
            colleague: cast.person("colleague"),
            stranger: Organisation::first(cast.server).admin,
            administrator: cast.root.clone(),
            ended: text(&ended, "/token").to_owned(),
        }
    }

    /// The token that a caller shows.
    pub(crate) fn token<'t>(&'t self, scene: &'t Scene, caller: Caller) -> Option<&'t str> {
        Some(match caller {
            Caller::Anonymous => return None,
            Caller::Invalid => "kd_p_never",
            Caller::Ended => &self.ended,
            Caller::Nobody => &self.nobody.token,
            Caller::Owner => &self.owner.token,
            Caller::Colleague => &self.colleague.token,
            Caller::Stranger => &self.stranger.token,
            Caller::Execution => &scene.execution_token,
            Caller::Administrator => &self.administrator.token,
        })
    }
}

impl Scene {
    #[track_caller]
    pub(crate) fn set(cast: &Cast<'_>, people: &People) -> Self {
        let (owner, root) = (&people.owner, &people.administrator);
        let credential = create(owner, &api_key("scene-key-000001"));
        let flow = store(owner, &flow(&[owner.owner()], &[&credential]));
        let execution = start(owner, &flow, &json!({}));
        let event = cast.events(&format!("object={flow}"))[0]["seq"].to_string();
        let (person, member, frozen) = (fresh("person"), fresh("member"), fresh("frozen"));
        for id in [&person, &member, &frozen] {
            let body = json!({"id": id, "name": id, "permissions": []});
            root.post("/persons").json(&body).send().expect_status(201);
        }
        root.post(&format!("/persons/{frozen}/freeze"))
            .send()
            .expect_status(200);
        let group = cast.one.group(&fresh("group"), &[]);
        let path = format!("/groups/{group}/members/USER/{member}");
        root.put(&path)
            .json(&json!({"reason": "a test"}))
            .send()
            .expect_status(200);
        let code = root
            .post(&format!("/persons/{member}/enrolment"))
            .json(&json!({}))
            .send();
        let body = json!({"name": "node", "kind": "node", "permissions": []});
        let machine = root
            .post("/machine-identities")
            .json(&body)
            .send()
            .expect_status(201);
        let body = json!({"name": "spare", "permissions": []});
        let token = owner.post("/tokens").json(&body).send().expect_status(201);
        Self {
            owner: owner.id.clone(),
            loose: four_versions(owner),
            deleted: deleted(owner),
            environment: cast.environment("scene", false),
            execution: id_of(&execution),
            execution_token: text(&execution, "/token").to_owned(),
            code: text(&code.expect_status(201).data(), "/code").to_owned(),
            machine: id_of(&machine.data()),
            token: id_of(&token.data()),
            credential,
            flow,
            group,
            member,
            person,
            event,
            frozen,
        }
    }
}

fn four_versions(owner: &Identity) -> String {
    let somebody = json!({"id": "somebody", "type": "USER"});
    let id = create(owner, &owned(api_key("loose-key-000001"), &[somebody]));
    let path = format!("/credentials/{id}/versions");
    for (number, state) in [(2, "current"), (3, "current"), (4, "pending")] {
        let body = json!({"value": {"key": format!("loose-key-00000{number}")}, "state": state});
        owner.post(&path).json(&body).send().expect_status(201);
    }
    owner
        .post(&format!("{path}/1/disable"))
        .send()
        .expect_status(200);
    id
}

fn deleted(owner: &Identity) -> String {
    let id = create(owner, &api_key("deleted-key-0001"));
    owner
        .delete(&format!("/credentials/{id}"))
        .send()
        .expect_status(204);
    id
}

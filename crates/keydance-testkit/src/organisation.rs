//! People to act as: an organisation and those in it, made over HTTP.

use std::ops::Deref;
use std::process::Command;

use serde_json::{Value, json};

use crate::{Client, Server};

/// Someone who calls, with a token. Paths of its requests are below
/// `/api/v1`: `ana.get("/credentials")`.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The principal id, as it stands in owner entries.
    pub id: String,
    /// The access token.
    pub token: String,
    client: Client,
}

impl Identity {
    /// Whoever has this token, at this server.
    pub fn new(server: &Server, id: &str, token: &str) -> Self {
        let client = server.client().under("/api/v1", token);
        Self {
            id: id.to_owned(),
            token: token.to_owned(),
            client,
        }
    }

    /// `{"id", "type": "USER"}`: persons and machine identities alike.
    pub fn owner(&self) -> Value {
        json!({"id": self.id, "type": "USER"})
    }
}

impl Deref for Identity {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// An organisation with its administrator, at one server.
#[derive(Debug)]
pub struct Organisation<'a> {
    /// The administrator.
    pub admin: Identity,
    /// The organisation's id, as it stands in owner entries of type `TENANT`.
    pub id: String,
    server: &'a Server,
}

impl<'a> Organisation<'a> {
    /// The organisation that the first start of the server made.
    #[track_caller]
    pub fn first(server: &'a Server) -> Self {
        Self::of(
            server,
            Identity::new(server, "admin", &server.admin_token()),
        )
    }

    /// The organisation of an administrator who is there already.
    #[track_caller]
    pub fn of(server: &'a Server, admin: Identity) -> Self {
        let me = admin.get("/me").send().expect_status(200).data();
        Self {
            admin,
            id: text(&me, "tenant"),
            server,
        }
    }

    /// A further organisation, made by the operator's command. Its
    /// administrator has exactly these permissions; none at all means those of
    /// the first administrator.
    #[track_caller]
    pub fn create(server: &'a Server, name: &str, admin: &str, permissions: &[&str]) -> Self {
        let mut command = server.command(["organisation", "create", name, "--admin", admin]);
        for permission in permissions {
            command.args(["--permission", permission]);
        }
        let made = run(command.arg("--json"));
        let admin = Identity::new(server, &text(&made, "admin"), &text(&made, "token"));
        Self {
            admin,
            id: text(&made, "tenant"),
            server,
        }
    }

    /// `{"id", "type": "TENANT"}`.
    pub fn owner(&self) -> Value {
        json!({"id": self.id, "type": "TENANT"})
    }

    /// A person of this id, enrolled, with the permissions of every new
    /// person.
    #[track_caller]
    pub fn person(&self, id: &str) -> Identity {
        self.enrolled(&json!({"id": id, "name": id, "email": format!("{id}@example.org")}))
    }

    /// A person with exactly these permissions.
    #[track_caller]
    pub fn person_with(&self, id: &str, permissions: &[&str]) -> Identity {
        let email = format!("{id}@example.org");
        self.enrolled(&json!({"id": id, "name": id, "email": email, "permissions": permissions}))
    }

    /// A group, by its id, with these members.
    #[track_caller]
    pub fn group(&self, name: &str, members: &[&Identity]) -> String {
        let group = self
            .admin
            .post("/groups")
            .json(&json!({"name": name}))
            .send();
        let group = text(&group.expect_status(201).data(), "id");
        for member in members {
            self.join(&group, member);
        }
        group
    }

    /// Opens a membership.
    #[track_caller]
    pub fn join(&self, group: &str, member: &Identity) {
        let path = format!("/groups/{group}/members/USER/{}", member.id);
        let answer = self
            .admin
            .put(&path)
            .json(&json!({"reason": "a test"}))
            .send();
        assert!(
            matches!(answer.status, 200 | 201 | 204),
            "{}",
            answer.text()
        );
    }

    /// Ends a membership.
    #[track_caller]
    pub fn leave(&self, group: &str, member: &Identity) {
        let path = format!("/groups/{group}/members/USER/{}", member.id);
        let answer = self.admin.delete(&path).send();
        assert!(matches!(answer.status, 200 | 204), "{}", answer.text());
    }

    /// A machine identity of kind `service`, `node` or `pipeline`, with a
    /// token of these permissions.
    #[track_caller]
    pub fn machine(&self, name: &str, kind: &str, permissions: &[&str]) -> Identity {
        let body = json!({"name": name, "kind": kind});
        let made = self
            .admin
            .post("/machine-identities")
            .json(&body)
            .send()
            .expect_status(201);
        let id = text(&made.data(), "id");
        let path = format!("/machine-identities/{id}/tokens");
        let body = json!({"name": "test", "permissions": permissions, "expiresIn": "12h"});
        let token = self.admin.post(&path).json(&body).send().expect_status(201);
        Identity::new(self.server, &id, &text(&token.data(), "token"))
    }

    #[track_caller]
    fn enrolled(&self, person: &Value) -> Identity {
        let made = self
            .admin
            .post("/persons")
            .json(person)
            .send()
            .expect_status(201);
        let id = text(&made.data(), "id");
        let path = format!("/persons/{id}/enrolment");
        let code = self
            .admin
            .post(&path)
            .json(&json!({}))
            .send()
            .expect_status(201);
        let body = json!({"code": text(&code.data(), "code"), "name": "test"});
        let token = self
            .admin
            .post("/enrol")
            .anonymous()
            .json(&body)
            .send()
            .expect_status(201);
        Identity::new(self.server, &id, &text(&token.data(), "token"))
    }
}

#[track_caller]
fn run(command: &mut Command) -> Value {
    let output = command.output().expect("the command starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} ended with {}: {complaint}",
        output.status
    );
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

#[track_caller]
fn text(document: &Value, field: &str) -> String {
    match document[field].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no text under {field:?} in {document}"),
    }
}

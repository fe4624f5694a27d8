//! Every use of a secret, right and wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};

use keydance_testkit::{Identity, Organisation, Request, Server};
use serde_json::{Value, json};

use super::evidence::Evidence;
use crate::crash::random::Random;

/// The secrets used so far, each of them once.
#[derive(Debug)]
pub(super) struct Usage {
    random: Random,
    pub(super) canaries: Vec<String>,
    /// What a credential is called.
    pub(super) name: String,
}

impl Usage {
    pub(super) fn new(mut random: Random) -> Self {
        Self {
            name: format!("kdvisible{}", random.id()),
            random,
            canaries: Vec::new(),
        }
    }

    fn canary(&mut self) -> String {
        // The last four characters may be shown.
        let canary = format!("kdcanary{}/+=ü", self.random.id());
        self.canaries.push(canary.clone());
        format!("{canary}....")
    }

    /// Over HTTP.
    pub(super) fn everything(&mut self, organisation: &Organisation<'_>, evidence: &mut Evidence) {
        let (ana, ben) = (organisation.person("ana"), organisation.person("ben"));
        let id = self.rightly(&ana, evidence);
        self.wrongly(&ana, &ben, &id, evidence);
        for token in [&ana.token, &ben.token, &organisation.admin.token] {
            self.canaries.push(secret_of(token));
        }
        let log = organisation
            .admin
            .get("/audit?page%5Bsize%5D=1000")
            .send()
            .expect_status(200);
        evidence.keep_answer("the audit log", &log);
    }

    fn rightly(&mut self, ana: &Identity, evidence: &mut Evidence) -> String {
        let mut id = String::new();
        for (kind, field) in [
            ("SIMPLE", "passphrase"),
            ("MIXED", "payload"),
            ("KEY_PAIR", "privateKey"),
            ("API_KEY", "key"),
        ] {
            let mut value = json!({});
            if kind == "SIMPLE" {
                value["username"] = json!("ana");
            }
            value[field] = json!(format!("first line\n{}", self.canary()));
            let body = json!({"name": self.name, "type": kind, "value": value});
            let made = ana
                .post("/credentials")
                .json(&body)
                .header("Idempotency-Key", kind)
                .send();
            evidence.keep_answer("a created credential", &made);
            let made = made.expect_status(200).data();
            id = text(&made["_id"]);
            let path = format!("/credentials/{id}");
            let patch = json!({"value": {field: self.canary()}});
            let patched = ana.patch(&path).json(&patch).send().expect_status(200);
            assert!(
                shows(&patched.data(), self.canaries.last()),
                "with readRaw it is shown"
            );
        }
        let value = json!({"value": {"key": self.canary()}, "state": "current"});
        let version = ana
            .post(&format!("/credentials/{id}/versions"))
            .json(&value)
            .send();
        evidence.keep_answer("a created version", &version.expect_status(201));
        self.hand_out(ana, &id);
        id
    }

    fn hand_out(&mut self, ana: &Identity, id: &str) {
        let newest = self.canaries.last().cloned();
        let flow = json!({"name": "f", "graph": {"edges": [], "nodes": [
            {"id": "a", "componentId": id, "function": "f", "credentials_id": id}]}});
        let flow = ana
            .post("/flows")
            .json(&flow)
            .send()
            .expect_status(201)
            .data();
        let path = format!("/flows/{}/executions", text(&flow["id"]));
        let run = ana
            .post(&path)
            .json(&json!({}))
            .send()
            .expect_status(201)
            .data();
        let (run, token) = (text(&run["id"]), text(&run["token"]));
        let path = format!("/executions/{run}/credentials/{id}");
        let handed = ana
            .get(&path)
            .bearer(&token)
            .send()
            .expect_status(200)
            .data();
        assert!(shows(&handed, newest.as_ref()), "{handed}");
        let read = ana
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        assert!(shows(&read, newest.as_ref()), "{read}");
        self.canaries.push(secret_of(&token));
    }

    fn wrongly(&mut self, ana: &Identity, ben: &Identity, id: &str, evidence: &mut Evidence) {
        let canary = self.canary();
        let own = format!("/credentials/{id}");
        let requests = [
            forbidden(ben, &own, &canary),
            misshapen(ana, ben, &own, &canary),
            malformed(ana, &own, &canary),
            elsewhere(ana, &own, id, &canary),
            unauthenticated(ana, &canary),
        ];
        for (nth, request) in requests.into_iter().flatten().enumerate() {
            refuse(nth, request, evidence);
        }
    }

    /// By the command line, which is looked at while it works.
    pub(super) fn by_command_line(&mut self, server: &Server, evidence: &mut Evidence) {
        let token_file = server.home().data().join("admin.token");
        let command = |arguments: &[&'static str]| -> Command {
            let mut command = server.command(arguments.iter().copied());
            command.env("KEYDANCE_TOKEN_FILE", &token_file);
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            command
        };
        let create = [
            "credential",
            "create",
            "by-hand",
            "--type",
            "API_KEY",
            "--secret-from-stdin",
        ];
        let get = ["credential", "get", "by-hand"];
        let set = ["credential", "set", "by-hand", "--secret-from-stdin"];
        for arguments in [&create[..], &set[..]] {
            let mut child = command(arguments).spawn().expect("the command starts");
            evidence.keep_process("the command", child.id());
            let mut stdin = child.stdin.take().expect("standard input is a pipe");
            stdin
                .write_all(self.canary().as_bytes())
                .expect("the command reads");
            drop(stdin);
            let output = child.wait_with_output().expect("the command ends");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{arguments:?}: {said}");
            evidence.keep("what the command says", output.stderr);
        }
        let newest = self.canaries.last().cloned().unwrap_or_default();
        let output = command(&get).output().expect("the command starts");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains(&newest), "{shown}");
        evidence.keep("what the command says beside", output.stderr);
        let output = command(&["audit", "export"])
            .output()
            .expect("the command starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.stdout.len() > 1000, "the export holds the log");
        evidence.keep("the exported log", output.stdout);
    }
}

fn forbidden<'a>(ben: &'a Identity, own: &str, canary: &str) -> Vec<Request<'a>> {
    let value = json!({"value": {"key": canary}});
    vec![
        ben.patch(own).json(&value),
        ben.post(&format!("{own}/versions")).json(&value),
        ben.post(&format!("{own}/owners"))
            .json(&json!({"id": "ben", "value": canary})),
    ]
}

/// JSON, but not what belongs there.
fn misshapen<'a>(
    ana: &'a Identity,
    ben: &'a Identity,
    own: &str,
    canary: &str,
) -> Vec<Request<'a>> {
    let new = |kind: &str, value: Value| {
        let body = json!({"name": "n", "type": kind, "value": value});
        ben.post("/credentials").json(&body)
    };
    let changed = |body: Value| ana.patch(own).json(&body);
    let owners =
        json!({"name": "n", "type": "API_KEY", "value": {"key": canary}, "owners": canary});
    vec![
        new(canary, json!({})),
        new("MIXED", json!({"payload": {"inside": canary}})),
        new("SIMPLE", json!({"passphrase": canary})),
        new("API_KEY", json!({"key": [canary]})),
        ben.post("/credentials")
            .json(&json!({"name": {"x": canary}, "type": "API_KEY"})),
        ben.post("/credentials").json(&owners),
        changed(json!({"type": canary})),
        changed(json!({"value": {"key": canary}, "boundTo": canary})),
        changed(json!({"value": {"key": canary}, "environment": canary})),
        changed(json!({"value": {"key": canary}})).header("If-Match", "\"999\""),
    ]
}

/// Not even JSON.
fn malformed<'a>(ana: &'a Identity, own: &str, canary: &str) -> Vec<Request<'a>> {
    let sent = |bytes: Vec<u8>| ana.patch(own).body("application/json", bytes);
    vec![
        sent(format!("{{\"value\":{{\"key\":\"{canary}\"").into_bytes()),
        sent(format!("{{\"key\":1,\"key\":\"{canary}\"}}").into_bytes()),
        sent(format!("{canary}: not JSON").into_bytes()),
        sent([canary.as_bytes(), b"\xff\xfe"].concat()),
        ana.patch(own).body("text/plain", canary),
    ]
}

/// Where secrets do not belong.
fn elsewhere<'a>(ana: &'a Identity, own: &str, id: &str, canary: &str) -> Vec<Request<'a>> {
    let node = |reference: &str| {
        json!({"graph": {"edges": [], "nodes": [
            {"id": "a", "componentId": id, "function": "f", "credentials_id": reference}]}})
    };
    let mut hmac = node(id);
    hmac["flowSettings"] = json!({"webhooks": {"hmacAuthSecret": canary}});
    let check = json!({"data": [{"ref": "r", "operation": canary, "flow": node(canary)}]});
    let token = json!({"name": "t", "permissions": [canary], "expiresIn": canary});
    let value = json!({"value": {"key": canary}});
    vec![
        ana.put(own).json(&value),
        ana.post("/nothing").json(&value),
        ana.post("/flows").json(&node(canary)),
        ana.post("/flows").json(&hmac),
        ana.post("/flows/check").json(&check),
        ana.post("/tokens").json(&token),
        ana.post("/enrol")
            .anonymous()
            .json(&json!({"code": canary})),
        ana.post("/enrol")
            .anonymous()
            .json(&json!({"code": format!("kd_e_{canary}")})),
    ]
}

fn unauthenticated<'a>(ana: &'a Identity, canary: &str) -> Vec<Request<'a>> {
    let request = || {
        ana.post("/credentials")
            .json(&json!({"value": {"key": canary}}))
    };
    let header = plain(canary);
    vec![
        request().anonymous(),
        request().bearer(&header),
        request().bearer(&format!("kd_p_{header}")),
        request().anonymous().header("Authorization", &header),
        request()
            .anonymous()
            .header("Authorization", &format!("Basic {header}")),
    ]
}

fn refuse(nth: usize, request: Request<'_>, evidence: &mut Evidence) {
    let answer = request.send();
    let refused = matches!(answer.status, 400..500);
    assert!(
        refused,
        "request {nth} was answered {}: {}",
        answer.status,
        answer.text()
    );
    evidence.keep_answer(&format!("the answer to wrong request {nth}"), &answer);
}

/// The part of a token that nobody but its owner knows.
fn secret_of(token: &str) -> String {
    let secret = token.split('_').nth(3).unwrap_or_default();
    assert_eq!(secret.len(), 43, "a token has a secret");
    secret.to_owned()
}

/// As far as it may stand in a header.
fn plain(canary: &str) -> String {
    canary.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn shows(data: &Value, canary: Option<&String>) -> bool {
    canary.is_some_and(|canary| data["value"].to_string().contains(canary))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

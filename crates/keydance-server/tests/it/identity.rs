//! Groups, persons, machine identities, access tokens and enrolment.

use axum::body::Body;
use axum::http::Request;
use keydance_core::id::OrganisationId;
use keydance_core::owner::Owner;
use serde_json::{Value, json};

use crate::app2::TestApp;

const OPS_BEN: &str = "/groups/ops/members/USER/ben";

async fn group(app: &TestApp, id: &str) {
    let body = json!({ "id": id, "name": id });
    app.post(&app.ana, "/groups", body).await.expect(201);
}

async fn join(app: &TestApp, path: &str) {
    let body = json!({ "reason": "on call" });
    app.put(&app.ana, path, body).await.expect(200);
}

async fn enrolment(app: &TestApp, id: &str, body: Value) -> Value {
    let path = format!("/persons/{id}/enrolment");
    let started = app.post(&app.ana, &path, body).await.expect(201);
    json!({ "code": started["code"] })
}

fn token_of(answer: &Value) -> String {
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_seen_by_everybody_and_changed_by_who_may() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!([])).await;
    let made = app
        .post(&app.ana, "/groups", json!({ "name": "Ops" }))
        .await;
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 24);
    let path = format!("/groups/{id}");
    let seen = app.get(&ben, &path).await.expect(200);
    assert_eq!(seen, json!({ "id": id, "name": "Ops", "external": false }));
    let change = json!({ "name": "Operations" });
    let refused = app.patch(&ben, &path, change.clone()).await;
    refused.refused(403, "missing_permission");
    app.patch(&app.ana, &path, change).await.expect(200);
    app.get(&app.cleo, &path).await.refused(404, "not_found");
    let denials = app.events(&app.ana, "access.denied").await;
    assert_eq!(denials[0]["actor"]["id"], "ben");
    assert_eq!(denials[0]["object"], json!({ "id": id, "type": "group" }));
    app.delete(&app.ana, &path).await.expect(204);
    app.get(&app.ana, &path).await.refused(404, "not_found");
    let again = json!({ "id": id, "name": "Ops" });
    let reused = app.post(&app.ana, "/groups", again).await;
    reused.refused(409, "already_exists");
}

#[tokio::test]
async fn a_stale_tag_changes_nothing() {
    let app = TestApp::new().await;
    group(&app, "ops").await;
    for (tag, status) in [("\"0\"", 200), ("\"0\"", 412), ("\"1\"", 200)] {
        let request = Request::patch("/api/v1/groups/ops")
            .header("authorization", format!("Bearer {}", app.ana))
            .header("content-type", "application/json")
            .header("if-match", tag)
            .body(Body::from(json!({ "name": "Ops" }).to_string()))
            .unwrap();
        assert_eq!(app.request(request).await.status, status);
    }
}

#[tokio::test]
async fn groups_within_groups_make_members_and_never_a_circle() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!([])).await;
    group(&app, "ops").await;
    group(&app, "all").await;
    join(&app, OPS_BEN).await;
    join(&app, "/groups/all/members/GROUP/ops").await;
    let me = app.get(&ben, "/me").await.expect(200);
    assert_eq!(me["groups"], json!(["all", "ops"]));
    assert_eq!(me["tenant"], "t-one");
    let reason = json!({ "reason": "why not" });
    for path in [
        "/groups/ops/members/GROUP/all",
        "/groups/ops/members/GROUP/ops",
    ] {
        let circle = app.put(&app.ana, path, reason.clone()).await;
        circle.refused(400, "validation_failed");
    }
    app.delete(&app.ana, "/groups/ops").await.expect(204);
    let me = app.get(&ben, "/me").await.expect(200);
    assert_eq!(me["groups"], json!([]));
}

#[tokio::test]
async fn members_are_told_for_any_moment() {
    let app = TestApp::new().await;
    app.person("ben", json!([])).await;
    group(&app, "ops").await;
    let until = app.now().plus_seconds(3600).to_string();
    let body = json!({ "reason": "on call", "until": until });
    let joined = app.put(&app.ana, OPS_BEN, body).await.expect(200);
    assert_eq!(joined["member"], json!({ "id": "ben", "type": "USER" }));
    assert_eq!(joined["until"], until);
    let then = app.now().to_string();
    app.pass(60);
    app.delete(&app.ana, OPS_BEN).await.expect(204);
    app.delete(&app.ana, OPS_BEN)
        .await
        .refused(404, "not_found");
    let now = app.get(&app.ana, "/groups/ops/members").await.expect(200);
    assert_eq!(now, json!([]));
    let path = format!("/groups/ops/members?at={then}");
    let before = app.get(&app.ana, &path).await.expect(200);
    assert_eq!(before[0]["by"], "ana");
    assert_eq!(before[0]["until"], app.now().to_string());
    app.pass(1);
    join(&app, OPS_BEN).await;
    for path in [
        "/groups/ops/members/USER/nobody",
        "/groups/ops/members/TENANT/t-one",
    ] {
        let unknown = app.put(&app.ana, path, json!({ "reason": "x" })).await;
        unknown.refused(404, "not_found");
    }
}

#[tokio::test]
async fn who_leaves_the_owning_group_loses_running_executions() {
    let app = TestApp::new().await;
    app.person("ben", json!([])).await;
    group(&app, "ops").await;
    group(&app, "all").await;
    join(&app, OPS_BEN).await;
    join(&app, "/groups/all/members/GROUP/ops").await;
    let own = app.execution("ben", &[Owner::person("ben")]).await;
    let through = app.execution("ben", &[Owner::group("all")]).await;
    let direct = app.execution("ben", &[Owner::group("ops")]).await;
    app.delete(&app.ana, "/groups/all/members/GROUP/ops")
        .await
        .expect(204);
    assert_eq!(app.ended(through).await.as_deref(), Some("starter_lost"));
    assert_eq!(app.ended(direct).await, None);
    app.delete(&app.ana, OPS_BEN).await.expect(204);
    assert_eq!(app.ended(direct).await.as_deref(), Some("starter_lost"));
    assert_eq!(app.ended(own).await, None);
    assert_eq!(app.events(&app.ana, "execution.ended").await.len(), 2);
    app.delete(&app.ana, "/groups/ops")
        .await
        .refused(409, "owner_in_use");
}

#[tokio::test]
async fn nobody_gives_or_takes_what_he_does_not_hold() {
    let app = TestApp::new().await;
    let all = json!({ "name": "Zoe", "permissions": ["all"] });
    let beyond = app.post(&app.ana, "/persons", all).await;
    beyond.refused(403, "missing_permission");
    let manager = app.person("mia", json!(["persons.manage"])).await;
    let plain = app
        .post(&manager, "/persons", json!({ "name": "Zoe" }))
        .await;
    assert_eq!(plain.expect(201)["permissions"], json!([]));
    let less = json!({ "permissions": [] });
    let taken = app.patch(&manager, "/persons/ana", less).await;
    taken.refused(403, "missing_permission");
    let taken_over = app.post(
        &manager,
        "/persons/ana/enrolment",
        json!({ "reset": true, "reason": "mine now" }),
    );
    taken_over.await.refused(403, "missing_permission");
}

#[tokio::test]
async fn a_person_is_made_with_the_usual_permissions_and_changed() {
    let app = TestApp::new().await;
    let body = json!({ "name": "Ben", "email": "ben@example.org" });
    let made = app.post(&app.ana, "/persons", body).await.expect(201);
    let usual = [
        "secrets.secret.readRaw",
        "flows.read",
        "flows.write",
        "flows.control",
    ];
    assert_eq!(made["permissions"], json!(usual));
    let path = format!("/persons/{}", made["id"].as_str().unwrap());
    let change = json!({ "name": "Benjamin", "email": null });
    let changed = app.patch(&app.ana, &path, change).await.expect(200);
    assert_eq!(changed["name"], "Benjamin");
    assert_eq!(changed.get("email"), None);
    let wrong = app.patch(&app.ana, &path, json!({ "email": "ben" })).await;
    wrong.refused(400, "validation_failed");
    let listed = app.get(&app.ana, "/persons?page[size]=1").await;
    assert_eq!(listed.body["meta"]["total"], 2);
    let twice = json!({ "id": "ana", "name": "Another" });
    let reused = app.post(&app.ana, "/persons", twice).await;
    reused.refused(409, "already_exists");
}

#[tokio::test]
async fn a_permission_taken_away_is_gone_from_every_token() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!(["groups.manage"])).await;
    let body = json!({ "name": "Ops" });
    app.post(&ben, "/groups", body.clone()).await.expect(201);
    let none = json!({ "permissions": [] });
    app.patch(&app.ana, "/persons/ben", none).await.expect(200);
    app.post(&ben, "/groups", body)
        .await
        .refused(403, "missing_permission");
}

#[tokio::test]
async fn freezing_ends_tokens_and_executions_at_the_next_request() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!(["flows.read"])).await;
    let body = json!({ "name": "ci", "permissions": [] });
    let child = token_of(&app.post(&ben, "/tokens", body).await.expect(201));
    let running = app.execution("ben", &[Owner::person("ben")]).await;
    let frozen = app
        .post(&app.ana, "/persons/ben/freeze", json!({}))
        .await
        .expect(200);
    assert_eq!(frozen["status"], "frozen");
    for token in [&ben, &child] {
        app.get(token, "/me").await.refused(401, "token_invalid");
    }
    assert_eq!(app.ended(running).await.as_deref(), Some("starter_lost"));
    let enrol = app
        .post(&app.ana, "/persons/ben/enrolment", json!({}))
        .await;
    enrol.refused(400, "validation_failed");
    let back = app
        .post(&app.ana, "/persons/ben/unfreeze", json!({}))
        .await
        .expect(200);
    assert_eq!(back["status"], "active");
    app.get(&ben, "/me").await.refused(401, "token_invalid");
    let ben = app.enrolled("ben").await;
    app.get(&ben, "/me").await.expect(200);
    let event = &app.events(&app.ana, "person.frozen").await[0];
    assert_eq!(
        event["details"],
        json!({ "endedExecutions": 1, "endedTokens": 2 })
    );
}

#[tokio::test]
async fn a_code_used_twice_ends_what_the_first_use_got() {
    let app = TestApp::new().await;
    let body = json!({ "id": "ben", "name": "Ben" });
    app.post(&app.ana, "/persons", body).await.expect(201);
    let code = enrolment(&app, "ben", json!({})).await;
    let first = app.post("", "/enrol", code.clone()).await.expect(201);
    assert_eq!(first["person"], "ben");
    let ben = token_of(&first);
    let body = json!({ "name": "child", "permissions": [] });
    let child = token_of(&app.post(&ben, "/tokens", body).await.expect(201));
    app.pass(2 * 24 * 3600);
    let second = app.post("", "/enrol", code).await;
    second.refused(401, "token_invalid");
    app.get(&ben, "/me").await.refused(401, "token_invalid");
    app.get(&child, "/me").await.refused(401, "token_invalid");
    let event = &app.events(&app.ana, "person.enrolment_reused").await[0];
    assert_eq!(event["outcome"], "denied");
    assert_eq!(event["source"], "192.0.2.7");
    assert_eq!(event["object"]["id"], "ben");
}

#[tokio::test]
async fn of_two_uses_of_a_code_at_once_neither_is_left_with_a_token() {
    let app = TestApp::new().await;
    let body = json!({ "id": "ben", "name": "Ben" });
    app.post(&app.ana, "/persons", body).await.expect(201);
    let code = enrolment(&app, "ben", json!({})).await;
    let (one, two) = tokio::join!(
        app.post("", "/enrol", code.clone()),
        app.post("", "/enrol", code)
    );
    let won: Vec<_> = [one, two].into_iter().filter(|a| a.status == 201).collect();
    assert_eq!(won.len(), 1);
    let token = won[0].body["data"]["token"].as_str().unwrap();
    app.get(token, "/me").await.refused(401, "token_invalid");
    assert_eq!(
        app.events(&app.ana, "person.enrolment_reused").await.len(),
        1
    );
}

#[tokio::test]
async fn an_enrolment_of_who_has_a_token_is_a_reset_with_a_reason() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!([])).await;
    let path = "/persons/ben/enrolment";
    let refused = app.post(&app.ana, path, json!({})).await;
    refused.refused(409, "already_exists");
    let silent = app.post(&app.ana, path, json!({ "reset": true })).await;
    silent.refused(400, "validation_failed");
    let reset = json!({ "reset": true, "reason": "laptop lost" });
    let old = enrolment(&app, "ben", reset).await;
    app.get(&ben, "/me").await.refused(401, "token_invalid");
    let new = enrolment(&app, "ben", json!({})).await;
    app.post("", "/enrol", old)
        .await
        .refused(401, "token_invalid");
    app.post("", "/enrol", new).await.expect(201);
    let reset = json!({ "reset": true, "reason": "laptop lost" });
    let code = enrolment(&app, "ben", reset).await;
    let told = app.post("", "/enrol", code).await.expect(201);
    assert!(told["notice"].as_str().unwrap().contains("laptop lost"));
}

#[tokio::test]
async fn a_code_is_no_access_token_and_ends_after_a_day() {
    let app = TestApp::new().await;
    let body = json!({ "id": "ben", "name": "Ben" });
    app.post(&app.ana, "/persons", body).await.expect(201);
    let code = enrolment(&app, "ben", json!({})).await;
    app.get(code["code"].as_str().unwrap(), "/me")
        .await
        .refused(401, "token_invalid");
    let token = json!({ "code": app.ana });
    app.post("", "/enrol", token)
        .await
        .refused(401, "token_invalid");
    app.pass(24 * 3600);
    app.post("", "/enrol", code)
        .await
        .refused(401, "token_invalid");
}

#[tokio::test]
async fn failed_enrolments_are_limited_and_written_down_once_a_minute() {
    let app = TestApp::new().await;
    for _ in 0..20 {
        app.post("", "/enrol", json!({ "code": "kd_e_x" }))
            .await
            .refused(401, "token_invalid");
    }
    let limited = app.post("", "/enrol", json!({ "code": "kd_e_x" })).await;
    limited.refused(429, "rate_limited");
    app.engine.record_sign_in_failures().await.unwrap();
    assert!(failures(&app).await.is_empty());
    app.pass(60);
    app.engine.record_sign_in_failures().await.unwrap();
    app.engine.record_last_sign_in_failures().await.unwrap();
    let events = failures(&app).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["details"]["count"], 21);
    assert_eq!(events[0]["source"], "192.0.2.7");
}

async fn failures(app: &TestApp) -> Vec<Value> {
    let bodies = app.stored_events(OrganisationId::DEPLOYMENT).await;
    let events = bodies
        .iter()
        .map(|body| serde_json::from_str::<Value>(body).unwrap());
    events
        .filter(|event| event["action"] == "sign_in.failed")
        .collect()
}

#[tokio::test]
async fn a_token_ends_with_its_parent_and_with_its_time() {
    let app = TestApp::new().await;
    let issue = |by: String, ttl: &'static str| {
        let app = &app;
        async move {
            let body = json!({ "name": ttl, "permissions": ["flows.read"], "expiresIn": ttl });
            app.post(&by, "/tokens", body).await.expect(201)
        }
    };
    let parent = issue(app.ana.clone(), "1h").await;
    let child = issue(token_of(&parent), "90d").await;
    assert_eq!(child["expiresAt"], parent["expiresAt"]);
    let path = format!("/tokens/{}", parent["id"].as_str().unwrap());
    app.delete(&app.cleo, &path).await.refused(404, "not_found");
    app.delete(&app.ana, &path).await.expect(204);
    app.get(&token_of(&child), "/me")
        .await
        .refused(401, "token_invalid");
    let listed = app.get(&app.ana, "/tokens").await;
    assert_eq!(listed.body["meta"]["total"], 3);
    assert!(!listed.text.contains("kd_p_"));
    let short = token_of(&issue(app.ana.clone(), "45s").await);
    app.get(&short, "/me").await.expect(200);
    app.pass(45);
    app.get(&short, "/me").await.refused(401, "token_invalid");
}

#[tokio::test]
async fn a_revoked_family_stays_revoked_after_a_restart_and_whatever_the_clock_says() {
    let mut app = TestApp::new().await;
    let body = json!({ "name": "a", "permissions": [] });
    let parent = app
        .post(&app.ana, "/tokens", body.clone())
        .await
        .expect(201);
    let child = token_of(
        &app.post(&token_of(&parent), "/tokens", body)
            .await
            .expect(201),
    );
    let path = format!("/tokens/{}", parent["id"].as_str().unwrap());
    app.delete(&app.ana, &path).await.expect(204);
    for seconds in [24 * 3600, -2 * 24 * 3600] {
        app.pass(seconds);
        app.restart().await;
        for token in [&token_of(&parent), &child] {
            app.get(token, "/me").await.refused(401, "token_invalid");
        }
    }
}

#[tokio::test]
async fn a_token_never_reaches_further_than_the_one_it_is_issued_with() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!(["flows.read"])).await;
    let more = json!({ "name": "a", "permissions": ["flows.write"] });
    app.post(&ben, "/tokens", more)
        .await
        .refused(403, "missing_permission");
    let narrow = json!({ "name": "a", "permissions": [], "environments": ["staging"] });
    let narrow = app.post(&ben, "/tokens", narrow).await.expect(201);
    let wide = json!({ "name": "b", "permissions": [], "environments": ["default"] });
    app.post(&token_of(&narrow), "/tokens", wide)
        .await
        .refused(403, "token_scope");
    let same = json!({ "name": "b", "permissions": [] });
    let same = app
        .post(&token_of(&narrow), "/tokens", same)
        .await
        .expect(201);
    assert_eq!(same["environments"], json!(["staging"]));
    for ttl in ["91d", "0s", "soon"] {
        let body = json!({ "name": "b", "permissions": [], "expiresIn": ttl });
        app.post(&ben, "/tokens", body)
            .await
            .refused(400, "validation_failed");
    }
    let body = json!({ "name": "b", "permissions": ["fly"] });
    app.post(&ben, "/tokens", body)
        .await
        .refused(400, "validation_failed");
}

#[tokio::test]
async fn a_machine_identity_gets_tokens_within_its_permissions_until_it_is_closed() {
    let app = TestApp::new().await;
    let body =
        json!({ "id": "ci", "name": "CI", "kind": "pipeline", "permissions": ["flows.control"] });
    let made = app
        .post(&app.ana, "/machine-identities", body)
        .await
        .expect(201);
    assert_eq!(made["createdBy"], "ana");
    let path = "/machine-identities/ci/tokens";
    let beyond = json!({ "name": "t", "permissions": ["flows.read"] });
    app.post(&app.ana, path, beyond)
        .await
        .refused(400, "validation_failed");
    let body = json!({ "name": "t", "permissions": ["flows.control"], "expiresIn": "1h" });
    let token = app.post(&app.ana, path, body).await.expect(201);
    let token = token_of(&token);
    assert!(token.starts_with("kd_m_"));
    let me = app.get(&token, "/me").await.expect(200);
    assert_eq!((&me["id"], &me["kind"]), (&json!("ci"), &json!("machine")));
    group(&app, "ops").await;
    join(&app, "/groups/ops/members/USER/ci").await;
    app.delete(&app.ana, "/machine-identities/ci")
        .await
        .expect(204);
    app.get(&token, "/me").await.refused(401, "token_invalid");
    app.delete(&app.ana, "/machine-identities/ci")
        .await
        .refused(404, "not_found");
    let body = json!({ "id": "ci", "name": "CI", "kind": "robot" });
    let wrong = app.post(&app.ana, "/machine-identities", body).await;
    wrong.refused(400, "validation_failed");
    app.get(&app.ana, "/persons/ci")
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn introspection_answers_as_the_asking_service_expects() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!(["flows.read"])).await;
    let ask = json!({ "token": ben });
    let account = app.post(&app.ana, "/tokens/introspect", ask.clone()).await;
    assert_eq!(account.status, 200);
    assert_eq!(account.body["_id"], "ben");
    assert_eq!(account.body["tenant"], "t-one");
    assert_eq!(account.body["permissions"], json!(["flows.read"]));
    app.post(&ben, "/tokens/introspect", ask.clone())
        .await
        .refused(403, "missing_permission");
    app.post(&app.cleo, "/tokens/introspect", ask)
        .await
        .refused(404, "not_found");
    let form = |token: &str| {
        Request::post("/api/v1/tokens/introspect")
            .header("authorization", format!("Bearer {}", app.ana))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!(
                "token_type_hint=access_token&token={token}"
            )))
            .unwrap()
    };
    let known = app.request(form(&ben)).await;
    assert_eq!(known.body["active"], true);
    assert_eq!(known.body["sub"], "ben");
    assert_eq!(known.body["claims"]["tenant"], "t-one");
    assert!(known.body["exp"].as_i64().unwrap() > app.now().as_millis() / 1000);
    let unknown = app.request(form("kd_p_x")).await;
    assert_eq!(unknown.body, json!({ "active": false }));
}

#[tokio::test]
async fn a_token_is_shown_once_also_to_who_asks_again() {
    let app = TestApp::new().await;
    let ask = || {
        Request::post("/api/v1/tokens")
            .header("authorization", format!("Bearer {}", app.ana))
            .header("content-type", "application/json")
            .header("idempotency-key", "k1")
            .body(Body::from(
                json!({ "name": "a", "permissions": [] }).to_string(),
            ))
            .unwrap()
    };
    let first = app.request(ask()).await.expect(201);
    let again = app.request(ask()).await.expect(201);
    assert_eq!(first["id"], again["id"]);
    assert_eq!(again.get("token"), None);
}

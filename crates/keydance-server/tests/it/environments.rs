//! Environments, and values in them (acceptance 22; contract 10.1).

use serde_json::json;

use crate::app::TestApp;

const MANAGER: &str = "environments.manage secrets.secret.readRaw";

#[tokio::test]
async fn one_id_has_a_value_in_each_environment() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", MANAGER).await;
    for name in ["staging", "production"] {
        ana.post("/environments", json!({ "name": name }))
            .await
            .expect(201);
    }
    let path = format!(
        "/credentials/{}",
        ana.create_key("default-key-42", json!({})).await
    );
    let incomplete = json!({ "environment": "staging", "value": { "headerName": "X" } });
    ana.patch(&path, incomplete)
        .await
        .refused(400, "validation_failed");
    let staging = json!({ "environment": "staging", "value": { "key": "staging-key-42" } });
    let made = ana.patch(&path, staging).await.expect(200).data();
    assert_eq!(
        (&made["version"], &made["environment"]),
        (&json!(2), &json!("staging"))
    );
    assert_eq!(made["environments"], json!(["default", "staging"]));
    for (query, key) in [
        ("", "default-key-42"),
        ("?environment=default", "default-key-42"),
        ("?environment=staging", "staging-key-42"),
    ] {
        let read = ana.get(&format!("{path}{query}")).await.expect(200).data();
        assert_eq!(read["value"]["key"], key);
    }
    let third = ana.get(&format!("{path}?environment=production")).await;
    third.refused(409, "environment_value_missing");
    let named = json!({ "environment": "production", "name": "x" });
    ana.patch(&path, named)
        .await
        .refused(409, "environment_value_missing");
}

#[tokio::test]
async fn environments_are_made_and_unused_ones_removed() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", MANAGER).await;
    let ben = app.person(Some("t-one"), "ben", "").await;
    let body = json!({ "name": "prod", "protected": true });
    ben.post("/environments", body.clone())
        .await
        .refused(403, "missing_permission");
    let made = ana
        .post("/environments", body.clone())
        .await
        .expect(201)
        .data();
    assert_eq!(
        (&made["name"], &made["protected"]),
        (&json!("prod"), &json!(true))
    );
    ana.post("/environments", body)
        .await
        .refused(409, "already_exists");
    for name in [json!("Prod"), json!("1st"), json!(null), json!(7)] {
        let body = json!({ "name": name });
        ana.post("/environments", body)
            .await
            .refused(400, "validation_failed");
    }
    let list = ben.get("/environments").await.expect(200).json();
    assert_eq!(list["data"][0]["name"], "default");
    assert_eq!(
        (&list["data"][1]["name"], &list["meta"]["total"]),
        (&json!("prod"), &json!(2))
    );

    ben.delete("/environments/prod")
        .await
        .refused(403, "missing_permission");
    ana.delete("/environments/prod").await.expect(204);
    ana.delete("/environments/prod")
        .await
        .refused(404, "not_found");
    ana.delete("/environments/default")
        .await
        .refused(409, "credential_in_use");
    ana.post("/environments", json!({ "name": "staging" }))
        .await
        .expect(201);
    ana.create_key("staging-key-42", json!({ "environment": "staging" }))
        .await;
    ana.delete("/environments/staging")
        .await
        .refused(409, "credential_in_use");
    let events = app.events(Some("t-one"), "prod").await;
    assert_eq!(
        events,
        ["environment.created allowed", "environment.deleted allowed"]
    );
}

#[tokio::test]
async fn values_of_a_protected_environment_are_masked_for_everybody() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", MANAGER).await;
    let body = json!({ "name": "prod", "protected": true });
    ana.post("/environments", body).await.expect(201);
    let id = ana
        .create_key("secret-key-42", json!({ "environment": "prod" }))
        .await;
    let path = format!("/credentials/{id}");
    let read = ana
        .get(&format!("{path}?environment=prod"))
        .await
        .expect(200)
        .data();
    assert_eq!(read["value"]["key"], "*********y-42");
    let patch = json!({ "environment": "prod", "value": { "headerName": "X" } });
    let changed = ana.patch(&path, patch).await.expect(200).data();
    assert_eq!(changed["value"]["key"], "*********y-42");
    let version = ana
        .get(&format!("{path}/versions/1"))
        .await
        .expect(200)
        .data();
    assert_eq!(version["value"]["key"], "*********y-42");
}

#[tokio::test]
async fn a_limited_token_stays_in_its_environments() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", MANAGER).await;
    ana.post("/environments", json!({ "name": "staging" }))
        .await
        .expect(201);
    let id = ana.create_key("default-key-42", json!({})).await;
    let path = format!("/credentials/{id}");
    let limited = app
        .limited_person(Some("t-one"), "ana", MANAGER, Some("staging"))
        .await;
    limited.get(&path).await.refused(403, "token_scope");
    let here = json!({ "value": { "headerName": "X" } });
    limited.patch(&path, here).await.refused(403, "token_scope");
    let there = json!({ "environment": "staging", "value": { "key": "staging-key-42" } });
    limited.patch(&path, there).await.expect(200);
    let owners = json!({ "environment": "staging", "owners": [{ "id": "ana" }, { "id": "ben" }] });
    limited
        .patch(&path, owners)
        .await
        .refused(403, "token_scope");
    limited.delete(&path).await.refused(403, "token_scope");
    let add = json!({ "id": "ben" });
    limited
        .post(&format!("{path}/owners"), add)
        .await
        .refused(403, "token_scope");
    limited
        .post(&format!("{path}/versions/1/disable"), json!({}))
        .await
        .refused(403, "token_scope");
    let list = limited
        .get(&format!("{path}/versions"))
        .await
        .expect(200)
        .data();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

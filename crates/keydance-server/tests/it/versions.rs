//! The versions of a credential (acceptance 22; contract 10.2).

use serde_json::{Value as Json, json};

use crate::app::{Client, TestApp};

const RAW: &str = "tenant.all secrets.secret.readRaw";

async fn key(client: &Client<'_>, path: &str) -> Json {
    client.get(path).await.expect(200).data()["value"]["key"].clone()
}

async fn states(client: &Client<'_>, path: &str) -> Vec<String> {
    let list = client
        .get(&format!("{path}/versions"))
        .await
        .expect(200)
        .data();
    let list = list.as_array().unwrap().clone();
    list.iter()
        .map(|one| one["state"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_change_is_a_version_and_an_earlier_one_can_come_back() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", RAW).await;
    let id = ana.create_key("first-key-42", json!({})).await;
    let path = format!("/credentials/{id}");
    ana.patch(&path, json!({ "value": { "key": "second-key-42" } }))
        .await
        .expect(200);
    assert_eq!(states(&ana, &path).await, ["retiring", "current"]);
    let third = ana
        .post(&format!("{path}/versions/1/restore"), json!({}))
        .await
        .expect(200)
        .data();
    assert_eq!(third["version"], 3);
    assert_eq!(third["origin"], "restored");
    assert_eq!(key(&ana, &path).await, "first-key-42");
    assert_eq!(
        states(&ana, &path).await,
        ["retiring", "retiring", "current"]
    );
    ana.post(&format!("{path}/versions/3/restore"), json!({}))
        .await
        .refused(409, "version_state");

    ana.post(&format!("{path}/versions/3/disable"), json!({}))
        .await
        .expect(200);
    ana.get(&path).await.refused(409, "version_state");
    ana.patch(&path, json!({ "value": { "key": "x" } }))
        .await
        .refused(409, "version_state");
    let enabled = ana
        .post(&format!("{path}/versions/3/enable"), json!({}))
        .await
        .expect(200);
    assert_eq!(enabled.data()["state"], "current");
    assert_eq!(key(&ana, &path).await, "first-key-42");
}

#[tokio::test]
async fn a_pending_version_waits_until_it_is_promoted() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", RAW).await;
    let path = format!(
        "/credentials/{}",
        ana.create_key("first-key-42", json!({})).await
    );
    let versions = format!("{path}/versions");
    let pending = json!({ "value": { "key": "second-key-42" }, "state": "pending" });
    let made = ana.post(&versions, pending).await.expect(201).data();
    assert_eq!(
        (&made["version"], &made["state"]),
        (&json!(2), &json!("pending"))
    );
    assert!(made.get("value").is_none());
    assert_eq!(key(&ana, &path).await, "first-key-42");
    assert_eq!(key(&ana, &format!("{versions}/2")).await, "second-key-42");
    ana.post(&format!("{versions}/2/promote"), json!({}))
        .await
        .expect(200);
    ana.post(&format!("{versions}/2/promote"), json!({}))
        .await
        .refused(409, "version_state");
    assert_eq!(key(&ana, &path).await, "second-key-42");
    assert_eq!(states(&ana, &path).await, ["retiring", "current"]);
    for body in [
        json!({ "value": {} }),
        json!({ "value": { "key": "k" }, "state": "retiring" }),
        json!({}),
    ] {
        ana.post(&versions, body)
            .await
            .refused(400, "validation_failed");
    }
    let masked = json!({ "value": { "key": "********y-42" } });
    ana.post(&versions, masked)
        .await
        .refused(400, "masked_value");
    ana.get(&format!("{versions}/9"))
        .await
        .refused(404, "not_found");
    ana.get(&format!("{versions}/two"))
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn a_destroyed_version_is_never_seen_again() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", RAW).await;
    let id = ana.create_key("first-key-42", json!({})).await;
    let path = format!("/credentials/{id}");
    let versions = format!("{path}/versions");
    ana.post(&format!("{versions}/1/destroy"), json!({}))
        .await
        .refused(409, "version_state");
    ana.post(&versions, json!({ "value": { "key": "second-key-42" } }))
        .await
        .expect(201);
    assert_eq!(key(&ana, &format!("{versions}/1")).await, "first-key-42");
    ana.post(&format!("{versions}/1/destroy"), json!({}))
        .await
        .expect(200);
    for step in ["restore", "enable", "disable", "promote", "destroy"] {
        let path = format!("{versions}/1/{step}");
        ana.post(&path, json!({}))
            .await
            .refused(409, "version_state");
    }
    ana.get(&format!("{versions}/1"))
        .await
        .refused(409, "version_state");
    assert_eq!(states(&ana, &path).await, ["destroyed", "current"]);
    // A credential without any value still has owners, and can get a value again.
    ana.post(&format!("{versions}/2/disable"), json!({}))
        .await
        .expect(200);
    ana.post(&format!("{versions}/2/destroy"), json!({}))
        .await
        .expect(200);
    let shared = ana
        .post(&format!("{path}/owners"), json!({ "id": "zoe" }))
        .await
        .expect(200)
        .data();
    assert_eq!(
        (&shared["value"], &shared["versionState"]),
        (&json!({}), &json!("destroyed"))
    );
    ana.get(&path)
        .await
        .refused(409, "environment_value_missing");
    ana.patch(&path, json!({ "value": { "key": "third-key-42" } }))
        .await
        .expect(200);
    assert_eq!(key(&ana, &path).await, "third-key-42");
    let events = app.events(Some("t-one"), &id).await;
    let destroyed = events
        .iter()
        .filter(|event| event.contains("version_destroyed"));
    assert_eq!(destroyed.count(), 2);
}

#[tokio::test]
async fn a_version_is_shown_like_the_credential_and_to_owners_only() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let raw = app.person(Some("t-one"), "ana", RAW).await;
    let ben = app.person(Some("t-one"), "ben", RAW).await;
    let id = ana.create_key("first-key-42", json!({})).await;
    let versions = format!("/credentials/{id}/versions");
    assert_eq!(key(&ana, &format!("{versions}/1")).await, "********y-42");
    assert_eq!(key(&raw, &format!("{versions}/1")).await, "first-key-42");
    ben.get(&versions).await.refused(403, "not_owner");
    ben.get(&format!("{versions}/1"))
        .await
        .refused(403, "not_owner");
    ben.post(&format!("{versions}/1/disable"), json!({}))
        .await
        .refused(403, "not_owner");
    ben.post(&versions, json!({ "value": { "key": "k" } }))
        .await
        .refused(403, "not_owner");
    let events = app.events(Some("t-one"), &id).await;
    assert_eq!(events[1], "credential.revealed allowed");
    assert_eq!(events[2..], ["access.denied denied"; 4]);
}

#[tokio::test]
async fn old_versions_are_let_go() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", RAW).await;
    let path = format!(
        "/credentials/{}",
        ana.create_key("key-number-0", json!({})).await
    );
    for n in 1..10 {
        ana.patch(
            &path,
            json!({ "value": { "key": format!("key-number-{n}") } }),
        )
        .await
        .expect(200);
    }
    app.pass_days(91);
    assert!(!states(&ana, &path).await.contains(&"destroyed".to_owned()));
    ana.patch(&path, json!({ "value": { "key": "key-number-10" } }))
        .await
        .expect(200);
    let list = ana
        .get(&format!("{path}/versions?page[size]=20"))
        .await
        .expect(200)
        .data();
    let gone = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "destroyed");
    assert_eq!(
        gone.map(|one| &one["version"]).collect::<Vec<_>>(),
        [&json!(1)]
    );
}

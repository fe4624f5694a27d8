//! Changing credentials, and what cannot be changed (acceptance 14 and 19 to 21).

use axum::http::Method;
use serde_json::{Value as Json, json};

use crate::app::TestApp;

const RAW: &str = "tenant.all secrets.secret.readRaw";

fn simple() -> Json {
    json!({ "name": "login", "type": "SIMPLE",
        "value": { "username": "ana@example.org", "passphrase": "correct horse" } })
}

#[tokio::test]
async fn a_patch_changes_what_it_says() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let id = ana.create(simple()).await;
    let path = format!("/credentials/{id}");
    let changed = ana
        .patch(&path, json!({ "name": "other", "domain": "finance" }))
        .await
        .expect(200);
    assert_eq!(changed.header("etag"), "\"1\"");
    let changed = changed.data();
    assert_eq!(
        (&changed["_id"], &changed["name"]),
        (&json!(id), &json!("other"))
    );
    assert_eq!(changed["domain"], "finance");
    assert_eq!(
        (&changed["version"], &changed["__v"]),
        (&json!(1), &json!(1))
    );
    assert_ne!(
        changed["value"]["username"], "ana@example.org",
        "the stored view"
    );

    let raw = app.person(Some("t-one"), "ana", RAW).await;
    let body = json!({ "data": { "name": "third", "domain": null, "value": { "passphrase": "battery staple", "colour": "red" } } });
    let changed = raw.patch(&path, body).await.expect(200).data();
    let value = json!({ "username": "ana@example.org", "passphrase": "battery staple" });
    assert_eq!(changed["value"], value);
    assert_eq!(
        (&changed["version"], &changed["__v"]),
        (&json!(2), &json!(2))
    );
    assert!(changed.get("domain").is_none());
    assert_eq!(raw.get(&path).await.expect(200).data()["value"], value);
    let events = app.events(Some("t-one"), &id).await;
    let expected = [
        "credential.created allowed",
        "credential.updated allowed",
        "credential.version_created allowed",
        "credential.updated allowed",
        "credential.revealed allowed",
        "credential.revealed allowed",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_patch_that_makes_no_sense_changes_nothing() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let path = format!("/credentials/{}", ana.create(simple()).await);
    let before = ana.get(&path).await.expect(200).text;
    for (body, status, code) in [
        (
            json!({ "value": { "passphrase": "" } }),
            400,
            "validation_failed",
        ),
        (
            json!({ "value": { "username": null } }),
            400,
            "validation_failed",
        ),
        (json!({ "value": null }), 400, "validation_failed"),
        (
            json!({ "value": { "passphrase": "******word" } }),
            400,
            "masked_value",
        ),
        (json!({ "type": "API_KEY" }), 400, "type_immutable"),
        (json!({ "name": "" }), 400, "validation_failed"),
        (
            json!({ "environment": "nowhere" }),
            400,
            "unknown_environment",
        ),
        (json!({ "owners": [] }), 409, "last_owner"),
        (
            json!({ "owners": [{ "id": "t-two", "type": "TENANT" }] }),
            400,
            "owner_not_allowed",
        ),
    ] {
        ana.patch(&path, body).await.refused(status, code);
    }
    for body in [
        json!({}),
        json!({ "type": "SIMPLE", "name": "login" }),
        json!({ "value": { "colour": "red" } }),
        json!({ "value": { "passphrase": "correct horse" } }),
    ] {
        let same = ana.patch(&path, body).await.expect(200).data();
        assert_eq!((&same["version"], &same["__v"]), (&json!(1), &json!(0)));
    }
    assert_eq!(ana.get(&path).await.expect(200).text, before);
}

#[tokio::test]
async fn a_change_of_something_older_is_refused() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let path = format!("/credentials/{}", ana.create(simple()).await);
    let send = |method: Method, tag: &'static str, body: Option<Json>| {
        let (ana, path) = (&ana, path.as_str());
        async move { ana.send(method, path, &[("if-match", tag)], body).await }
    };
    let rename = |name: &str| Some(json!({ "name": name }));
    send(Method::PATCH, "\"0\"", rename("b")).await.expect(200);
    send(Method::PATCH, "\"0\"", rename("c"))
        .await
        .refused(412, "precondition_failed");
    send(Method::DELETE, "\"0\"", None)
        .await
        .refused(412, "precondition_failed");
    assert_eq!(ana.get(&path).await.expect(200).header("etag"), "\"1\"");
    send(Method::PATCH, "*", rename("d")).await.expect(200);
    send(Method::DELETE, "\"2\"", None).await.expect(204);
}

#[tokio::test]
async fn what_belongs_to_the_server_cannot_be_given() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", RAW).await;
    let sly = json!({
        "_id": "0c9d4e1b7a2f36d85be9f104", "__t": "S_MIXED", "__v": 99, "tenant": "t-two",
        "createdAt": "2001-01-01T00:00:00.000Z", "updatedAt": "2001-01-01T00:00:00.000Z",
        "lockedAt": "2001-01-01T00:00:00.000Z", "currentError": "x", "encryptedFields": ["key"],
        "mixedProperties": {}, "version": 7, "versionState": "destroyed", "environments": ["prod"],
    });
    let id = ana.create_key("abcdefghijkl", sly.clone()).await;
    assert_ne!(id, "0c9d4e1b7a2f36d85be9f104");
    let path = format!("/credentials/{id}");
    let made = ana.get(&path).await.expect(200).data();
    assert_eq!(
        (&made["tenant"], &made["version"]),
        (&json!("t-one"), &json!(1))
    );
    assert_eq!(
        (&made["__t"], &made["__v"]),
        (&json!("S_API_KEY"), &json!(0))
    );
    assert_eq!(made["versionState"], "current");
    assert_eq!(made["environments"], json!(["default"]));
    for absent in ["lockedAt", "currentError", "mixedProperties"] {
        assert!(made.get(absent).is_none());
    }
    ana.patch(&path, sly).await.expect(200);
    assert_eq!(ana.get(&path).await.expect(200).data(), made);
}

/// A value of every type that needs no auth client.
fn values() -> [(&'static str, Json); 5] {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n";
    [
        (
            "SIMPLE",
            json!({ "username": "ana@example.org", "passphrase": "correct horse" }),
        ),
        ("MIXED", json!({ "payload": "line one\nline two" })),
        (
            "API_KEY",
            json!({ "key": "sesame-420", "headerName": "X-Api-Key" }),
        ),
        ("OA1_TWO_LEGGED", json!({ "expiresAt": "soon" })),
        (
            "KEY_PAIR",
            json!({ "privateKey": pem, "publicKey": "pub", "passphrase": "short" }),
        ),
    ]
}

#[tokio::test]
async fn every_type_comes_back_as_it_was_given_and_survives_its_own_masks() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let raw = app.person(Some("t-one"), "ana", RAW).await;
    for (kind, value) in values() {
        let id = ana
            .create(json!({ "name": kind, "type": kind, "value": value }))
            .await;
        let path = format!("/credentials/{id}");
        let masked = ana.get(&path).await.expect(200).data()["value"].clone();
        let stored = ana
            .patch(&path, json!({ "value": masked }))
            .await
            .expect(200)
            .data();
        ana.patch(&path, json!({ "value": stored["value"] }))
            .await
            .expect(200);
        let read = raw.get(&path).await.expect(200).data();
        assert_eq!(read["value"], value, "{kind}");
        assert_eq!(read["version"], 1, "{kind}");
        assert_eq!(
            masked.as_object().unwrap().len(),
            value.as_object().unwrap().len()
        );
    }
}

#[tokio::test]
async fn a_binding_that_a_running_flow_breaks_is_refused() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "flows.read").await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let own = keydance_core::owner::Owner::person("ana");
    let (flow, _) = app.flow(1, &[own], &[&id]).await;
    let path = format!("/credentials/{id}");
    let bind = |component: &str| json!({ "boundTo": { "componentIds": [component] } });
    let refused = ana
        .patch(&path, bind("other"))
        .await
        .refused(409, "credential_in_use");
    let details = json!([{ "flowId": flow.to_string() }, { "total": 1 }]);
    assert_eq!(refused.json()["details"], details);
    let bound = ana.patch(&path, bind("fetch")).await.expect(200).data();
    assert_eq!(bound["boundTo"]["componentIds"], json!(["fetch"]));
    assert_eq!(bound["version"], 1);
}

#[tokio::test]
async fn a_repeated_request_takes_effect_once() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{id}/versions");
    let body = json!({ "value": { "key": "second-key-42" } });
    for _ in 0..2 {
        let headers = [("idempotency-key", "once")];
        let made = ana
            .send(Method::POST, &path, &headers, Some(body.clone()))
            .await;
        assert_eq!(made.expect(201).data()["version"], 2);
    }
    assert_eq!(
        ana.get(&path)
            .await
            .expect(200)
            .data()
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

//! Creating, listing and reading credentials (acceptance 5 to 13).

use serde_json::{Value as Json, json};

use crate::app::TestApp;

const RAW: &str = "tenant.all secrets.secret.readRaw";

fn simple() -> Json {
    json!({ "name": "login", "type": "SIMPLE",
        "value": { "username": "ana@example.org", "passphrase": "correct horse" } })
}

#[tokio::test]
async fn a_fresh_list_is_an_empty_page() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let list = ana.get("/credentials").await.expect(200).json();
    let meta = json!({ "page": 1, "perPage": 10, "total": 0, "totalPages": 1 });
    assert_eq!(list, json!({ "data": [], "meta": meta }));
}

#[tokio::test]
async fn what_is_no_credential_is_refused() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let cases = [
        (
            json!({ "name": "x", "type": "CARD", "value": {} }),
            "unknown_type",
        ),
        (
            json!({ "type": "API_KEY", "value": { "key": "k" } }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "value": { "key": "k" } }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "API_KEY" }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "API_KEY", "value": {} }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "SIMPLE", "value": { "username": "u" } }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "SIMPLE", "value": { "passphrase": "p" } }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "MIXED", "value": { "payload": {} } }),
            "validation_failed",
        ),
        (
            json!({ "name": "x", "type": "API_KEY", "value": { "key": "***" } }),
            "masked_value",
        ),
        (
            json!({ "name": "x", "type": "OA2_AUTHORIZATION_CODE", "owners": [{ "id": "zoe", "type": "USER" }],
            "value": { "authClientId": "0c9d4e1b7a2f36d85be9f104", "accessToken": "t" } }),
            "auth_client_not_found",
        ),
    ];
    for (body, code) in cases {
        ana.post("/credentials", body).await.refused(400, code);
    }
}

#[tokio::test]
async fn bodies_come_bare_or_wrapped() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    ana.post("/credentials", simple()).await.expect(200);
    for body in [
        simple(),
        json!({ "name": "k", "type": "API_KEY", "value": { "key": "abc" } }),
        json!({ "name": "m", "type": "MIXED", "value": { "payload": "{}" } }),
    ] {
        ana.post("/secrets/", json!({ "data": body }))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn tenant_all_does_not_unmask() {
    let app = TestApp::start().await;
    let payload = r#"{"host":"db.example.org"}"#;
    let mixed = json!({ "name": "db", "type": "MIXED", "value": { "payload": payload } });
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let id = ana.create(mixed.clone()).await;
    let read = ana
        .get(&format!("/credentials/{id}"))
        .await
        .expect(200)
        .data();
    let mask = format!("{}rg\"}}", "*".repeat(payload.len() - 4));
    assert_eq!(read["value"]["payload"], json!(mask));

    let cleo = app
        .person(Some("t-two"), "cleo", "secrets.secret.readRaw")
        .await;
    let id = cleo.create(mixed).await;
    let read = cleo
        .get(&format!("/credentials/{id}"))
        .await
        .expect(200)
        .data();
    assert_eq!(read["value"]["payload"], json!(payload));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    for _ in 0..12 {
        ana.create_key("abc", json!({})).await;
    }
    let cases = [
        ("", 10, (1, 10, 12, 2)),
        ("?page[number]=2&page[size]=2", 2, (2, 2, 12, 6)),
        ("?page[number]=10&page[size]=100", 0, (10, 100, 12, 1)),
        ("?page[number]=0&page[size]=100", 12, (1, 100, 12, 1)),
        ("?page[size]=5000", 12, (1, 100, 12, 1)),
        ("?page[number]=-1&page[size]=-5", 10, (1, 10, 12, 2)),
    ];
    for (query, count, (page, size, total, pages)) in cases {
        let list = ana
            .get(&format!("/credentials{query}"))
            .await
            .expect(200)
            .json();
        let meta = json!({ "page": page, "perPage": size, "total": total, "totalPages": pages });
        assert_eq!(list["meta"], meta, "{query}");
        let entries = list["data"].as_array().unwrap().clone();
        assert_eq!(entries.len(), count, "{query}");
        assert!(
            entries
                .iter()
                .all(|entry| entry["owners"][0]["id"] == "ana")
        );
    }
}

#[tokio::test]
async fn a_walk_gives_all_in_the_order_of_creation_and_leaves_no_filter_out_in_silence() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(ana.create_key("abc", json!({})).await);
        app.pass_days(1);
    }
    let mut seen = vec![made[0].clone()];
    while let Some(last) = seen.last() {
        let path = format!("/credentials?page[size]=3&sort=createdAt&page[after]={last}");
        let list = ana.get(&path).await.expect(200).json();
        let entries = list["data"].as_array().unwrap();
        if entries.is_empty() {
            break;
        }
        let ids = entries.iter().map(|entry| entry["_id"].as_str().unwrap());
        seen.extend(ids.map(str::to_owned));
    }
    assert_eq!(seen, made);
    for more in [
        "filter[name]=x",
        "filter[owner]=me",
        "sort=-createdAt",
        "sort=name",
    ] {
        let path = format!("/credentials?{more}&page[after]={}", made[0]);
        ana.get(&path).await.refused(400, "validation_failed");
    }
}

#[tokio::test]
async fn no_credential_belongs_to_an_auth_client_yet() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    ana.create_key("abc", json!({})).await;
    for query in ["", "filter[type]=API_KEY&"] {
        let path = format!("/credentials?{query}filter[authClientId]=API_KEY&page[size]=5");
        let list = ana.get(&path).await.expect(200).json();
        let meta = json!({ "page": 1, "perPage": 5, "total": 0, "totalPages": 1 });
        assert_eq!(list, json!({ "data": [], "meta": meta }));
    }
}

#[tokio::test]
async fn unknown_and_malformed_ids_are_not_found() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    for id in ["0c9d4e1b7a2f36d85be9f104", "nothing", "123"] {
        let path = format!("/credentials/{id}");
        app.anybody().get(&path).await.refused(401, "auth_missing");
        ana.get(&path).await.refused(404, "not_found");
        ana.patch(&path, json!({ "name": "x" }))
            .await
            .refused(404, "not_found");
        ana.delete(&path).await.refused(404, "not_found");
        ana.get(&format!("{path}/versions"))
            .await
            .refused(404, "not_found");
    }
}

#[tokio::test]
async fn reads_that_wait_together_are_each_told_what_is_true_of_their_own() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "all").await;
    let cleo = app.person(Some("t-two"), "cleo", "").await;
    let staging = json!({ "name": "staging" });
    ana.post("/environments", staging).await.expect(201);
    let own = ana.create_key("abcdefghijkl", json!({})).await;
    let disabled = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{disabled}/versions/1/disable");
    ana.post(&path, json!({})).await.expect(200);
    let deleted = ana.create_key("abcdefghijkl", json!({})).await;
    ana.delete(&format!("/credentials/{deleted}"))
        .await
        .expect(204);
    let foreign = cleo.create_key("abcdefghijkl", json!({})).await;
    let read = |id: &str| {
        let (ana, path) = (&ana, format!("/credentials/{id}"));
        async move { ana.get(&path).await }
    };
    let unknown = "0c9d4e1b7a2f36d85be9f104";
    let elsewhere = format!("{own}?environment=staging");
    let (own, elsewhere, disabled, deleted, foreign, unknown) = tokio::join!(
        read(&own),
        read(&elsewhere),
        read(&disabled),
        read(&deleted),
        read(&foreign),
        read(unknown),
    );
    own.expect(200);
    elsewhere.refused(409, "environment_value_missing");
    disabled.refused(409, "version_state");
    deleted.refused(404, "not_found");
    foreign.refused(403, "not_owner");
    unknown.refused(404, "not_found");
}

#[tokio::test]
async fn colleagues_share_what_the_tenant_owns_and_strangers_do_not() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let ben = app.person(Some("t-one"), "ben", "").await;
    let cleo = app
        .person(Some("t-two"), "cleo", "secrets.secret.readRaw")
        .await;
    let root = app.person(Some("t-one"), "root", "all").await;
    let shared = json!({ "owners": [{ "id": "t-one", "type": "tenant" }] });
    let id = ana.create_key("abcdefghijkl", shared).await;
    let path = format!("/credentials/{id}");
    assert_eq!(ben.get(&path).await.expect(200).data()["name"], "ledger");
    let list = ben.get("/credentials").await.expect(200).data();
    assert_eq!(list[0]["_id"], json!(id));
    cleo.get(&path).await.refused(403, "not_owner");
    cleo.patch(&path, json!({ "name": "mine" }))
        .await
        .refused(403, "not_owner");
    cleo.delete(&path).await.refused(403, "not_owner");
    assert_eq!(
        app.events(Some("t-two"), &id).await,
        ["access.denied denied"; 3]
    );
    let private = ana.create_key("abcdefghijkl", json!({})).await;
    let private = format!("/credentials/{private}");
    root.get(&private).await.refused(403, "not_owner");
    root.patch(&private, json!({}))
        .await
        .refused(403, "not_owner");
}

#[tokio::test]
async fn a_passphrase_is_shown_to_who_may_see_it() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let raw = app.person(Some("t-one"), "ana", RAW).await;
    for creator in [&ana, &raw] {
        let created = creator
            .post("/credentials", simple())
            .await
            .expect(200)
            .data();
        assert_eq!(
            created["encryptedFields"],
            json!(["passphrase", "username"])
        );
        assert_ne!(created["value"]["username"], "ana@example.org");
        assert_eq!(created["value"]["passphrase"], "***");
        let path = format!("/credentials/{}", created["_id"].as_str().unwrap());
        let masked = ana.get(&path).await.expect(200).data();
        assert_eq!(
            masked["value"],
            json!({ "username": "ana@example.org", "passphrase": "***" })
        );
        assert_eq!(masked["encryptedFields"], json!([]));
        let shown = raw.get(&path).await.expect(200).data();
        assert_eq!(shown["value"]["passphrase"], "correct horse");
    }
}

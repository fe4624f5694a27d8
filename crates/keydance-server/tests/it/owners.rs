//! Who owns a credential, and how that changes (acceptance 16, 18 and 50).

use keydance_core::owner::Owner;
use serde_json::json;

use crate::app::{Answer, TestApp};

fn owners(answer: &Answer) -> Vec<String> {
    let owners = answer.data()["owners"].as_array().unwrap().clone();
    let word = |owner: &serde_json::Value, name: &str| owner[name].as_str().unwrap().to_owned();
    owners
        .iter()
        .map(|owner| format!("{}:{}", word(owner, "type"), word(owner, "id")))
        .collect()
}

#[tokio::test]
async fn owners_come_and_go() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{id}");
    let team = json!({ "data": { "id": "x", "type": "TEAM" } });
    for _ in 0..2 {
        let added = ana
            .post(&format!("{path}/owners"), team.clone())
            .await
            .expect(200);
        assert_eq!(owners(&added), ["USER:ana", "TEAM:x"]);
        assert_eq!(added.header("etag"), "\"1\"");
        assert_eq!(added.data()["encryptedFields"], json!(["key"]));
    }
    let extra = json!({ "owners": [{ "id": "x", "type": "TEAM" }] });
    let id = ana.create_key("abcdefghijkl", extra).await;
    let path = format!("/credentials/{id}");
    assert_eq!(owners(&ana.get(&path).await), ["USER:ana", "TEAM:x"]);
    for _ in 0..2 {
        let removed = ana
            .delete(&format!("{path}/owners?id=x&type=TEAM"))
            .await
            .expect(200);
        assert_eq!(owners(&removed), ["USER:ana"]);
    }
    ana.post(&format!("{path}/owners"), json!({}))
        .await
        .refused(400, "validation_failed");
    ana.delete(&format!("{path}/owners"))
        .await
        .refused(400, "validation_failed");
    let foreign = json!({ "id": "t-two", "type": "Tenant" });
    ana.post(&format!("{path}/owners"), foreign)
        .await
        .refused(400, "owner_not_allowed");
    let unknown = json!({ "id": "ops", "type": "GROUP" });
    ana.post(&format!("{path}/owners"), unknown)
        .await
        .refused(400, "owner_not_allowed");
    ana.delete(&format!("{path}/owners?id=ana"))
        .await
        .refused(409, "last_owner");
}

#[tokio::test]
async fn a_new_owner_opens_the_value_and_one_who_left_does_not() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let ben = app
        .person(Some("t-one"), "ben", "secrets.secret.readRaw")
        .await;
    let path = format!(
        "/credentials/{}",
        ana.create_key("abcdefghijkl", json!({})).await
    );
    ben.get(&path).await.refused(403, "not_owner");
    ana.post(&format!("{path}/owners"), json!({ "id": "ben" }))
        .await
        .expect(200);
    assert_eq!(
        ben.get(&path).await.expect(200).data()["value"]["key"],
        "abcdefghijkl"
    );
    // Whoever removes himself still gets the answer.
    let left = ana
        .delete(&format!("{path}/owners?id=ana"))
        .await
        .expect(200);
    assert_eq!(owners(&left), ["USER:ben"]);
    assert_eq!(left.data()["value"]["key"], "********ijkl");
    ana.get(&path).await.refused(403, "not_owner");
    assert_eq!(
        ben.get(&path).await.expect(200).data()["value"]["key"],
        "abcdefghijkl"
    );
}

#[tokio::test]
async fn a_patch_replaces_the_owners() {
    let app = TestApp::start().await;
    let ana = app
        .person(Some("t-one"), "ana", "tenant.all secrets.secret.readRaw")
        .await;
    let ben = app
        .person(Some("t-one"), "ben", "secrets.secret.readRaw")
        .await;
    let path = format!(
        "/credentials/{}",
        ana.create_key("abcdefghijkl", json!({})).await
    );
    let list = json!([{ "id": "ben" }, { "id": "t-one", "type": "TENANT" }]);
    let changed = ana.patch(
        &path,
        json!({ "owners": list, "value": { "key": "mnopqrstuvwx" } }),
    );
    let changed = changed.await.expect(200);
    assert_eq!(owners(&changed), ["USER:ben", "TENANT:t-one"]);
    assert_eq!(changed.data()["value"]["key"], "mnopqrstuvwx");
    assert_eq!(
        ben.get(&path).await.expect(200).data()["value"]["key"],
        "mnopqrstuvwx"
    );
    let same = ben
        .patch(&path, json!({ "owners": list }))
        .await
        .expect(200);
    assert_eq!(same.header("etag"), "\"1\"");
}

#[tokio::test]
async fn an_owner_a_flow_needs_stays_unless_forced() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "flows.read").await;
    let ben = app.person(Some("t-one"), "ben", "").await;
    let both = [Owner::person("ana"), Owner::person("ben")];
    let shared = json!({ "owners": [{ "id": "ben" }] });
    let id = ana.create_key("abcdefghijkl", shared).await;
    let path = format!("/credentials/{id}");
    let (flow, execution) = app.flow(1, &both, &[&id]).await;
    execution.get(&path).await.expect(200);

    let seen = ana
        .delete(&format!("{path}/owners?id=ben"))
        .await
        .refused(409, "owner_in_use");
    let details = json!([{ "flowId": flow.to_string() }, { "total": 1 }]);
    assert_eq!(seen.json()["details"], details);
    let unseen = ben.delete(&path).await.refused(409, "owner_in_use");
    assert_eq!(
        unseen.json()["details"],
        json!([{ "total": 1 }]),
        "ben may not see flows"
    );
    let list = json!({ "owners": [{ "id": "ana" }] });
    ana.patch(&path, list).await.refused(409, "owner_in_use");
    execution.get(&path).await.expect(200);

    let removed = ana
        .delete(&format!("{path}/owners?id=ben&force=true"))
        .await
        .expect(200);
    assert_eq!(owners(&removed), ["USER:ana"]);
    let blocked = app.find_flow(flow).await.blocked.unwrap();
    assert_eq!(blocked.reason, "credential_owner_removed");
    execution.get(&path).await.refused(403, "flow_blocked");
    // The execution has the id of its flow here.
    assert_eq!(
        app.events(Some("t-one"), &flow.to_string()).await,
        ["execution.ended allowed", "flow.blocked allowed"]
    );
}

#[tokio::test]
async fn bulk_delete_takes_everything_personal_and_nothing_else() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let svc = app.person(None, "svc", "secrets.secret.deleteAny").await;
    let own = ana.create_key("abcdefghijkl", json!({})).await;
    let tenant = json!({ "owners": [{ "id": "t-one", "type": "TENANT" }] });
    let shared = ana.create_key("abcdefghijkl", tenant).await;
    let (flow, _) = app.flow(1, &[Owner::person("ana")], &[&own, &shared]).await;

    let all = "/credentials?userId=ana&type=USER";
    let refused = ana.delete(all).await.refused(403, "missing_permission");
    assert_eq!(refused.json()["message"], "MISSING_PERMISSION");
    svc.delete("/credentials")
        .await
        .refused(400, "validation_failed");
    let done = svc.delete(all).await.expect(200);
    assert_eq!(done.text, "OK");

    let mine = ana
        .get("/credentials?filter[owner]=me")
        .await
        .expect(200)
        .data();
    assert_eq!(mine, json!([]));
    ana.get(&format!("/credentials/{own}"))
        .await
        .refused(404, "not_found");
    let left = ana.get(&format!("/secrets/{shared}")).await.expect(200);
    assert_eq!(owners(&left), ["TENANT:t-one"]);
    assert_eq!(
        ana.get("/credentials")
            .await
            .expect(200)
            .data()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(app.find_flow(flow).await.blocked.is_some());
}

#[tokio::test]
async fn bulk_delete_of_a_tenant_stays_in_it() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "").await;
    let cleo = app.person(Some("t-two"), "ana", "").await;
    let svc = app
        .person(Some("t-one"), "svc", "secrets.secret.deleteAny")
        .await;
    let (here, there) = (
        ana.create_key("abcdefghijkl", json!({})).await,
        cleo.create_key("abcdefghijkl", json!({})).await,
    );
    svc.delete("/credentials?userId=ana").await.expect(200);
    ana.get(&format!("/credentials/{here}"))
        .await
        .refused(404, "not_found");
    cleo.get(&format!("/credentials/{there}")).await.expect(200);
}

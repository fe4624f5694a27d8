//! Deleting credentials, bringing them back, and their end (acceptance 15; contract 4.5).

use keydance_core::owner::Owner;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn what_is_deleted_is_gone_at_once() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "tenant.all").await;
    let ben = app.person(Some("t-one"), "ben", "tenant.all").await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{id}");
    let deleted = ana.delete(&path).await.expect(204);
    assert_eq!(deleted.header("x-keydance-effect"), "deleted");
    ana.get(&path).await.refused(404, "not_found");
    ben.get(&path).await.refused(404, "not_found");
    ana.patch(&path, json!({ "name": "x" }))
        .await
        .refused(404, "not_found");
    ana.delete(&path).await.refused(404, "not_found");
    assert_eq!(ana.get("/credentials").await.expect(200).data(), json!([]));
}

#[tokio::test]
async fn with_other_owners_only_the_own_entry_goes() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "").await;
    let ben = app.person(Some("t-one"), "ben", "").await;
    let shared = json!({ "owners": [{ "id": "t-one", "type": "TENANT" }, { "id": "zoe" }] });
    let path = format!(
        "/credentials/{}",
        ana.create_key("abcdefghijkl", shared).await
    );
    ben.delete(&path)
        .await
        .refused(409, "no_personal_ownership");
    let left = ana.delete(&path).await.expect(204);
    assert_eq!(left.header("x-keydance-effect"), "owner-removed");
    assert_eq!(
        ana.get(&path).await.expect(200).data()["owners"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let gone = ben.delete(&format!("{path}?entire=true")).await.expect(204);
    assert_eq!(gone.header("x-keydance-effect"), "deleted");
    ana.get(&path).await.refused(404, "not_found");

    let inert = json!({ "owners": [{ "id": "x", "type": "TEAM" }] });
    let path = format!(
        "/credentials/{}",
        ana.create_key("abcdefghijkl", inert).await
    );
    ana.delete(&path).await.refused(409, "last_owner");
}

#[tokio::test]
async fn what_a_flow_uses_stays_unless_forced() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "flows.read").await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{id}");
    let (flow, execution) = app.flow(1, &[Owner::person("ana")], &[&id]).await;
    execution.get(&path).await.expect(200);
    let refused = ana.delete(&path).await.refused(409, "credential_in_use");
    let details = json!([{ "flowId": flow.to_string() }, { "total": 1 }]);
    assert_eq!(refused.json()["details"], details);
    ana.delete(&format!("{path}?force=true")).await.expect(204);
    let blocked = app.find_flow(flow).await.blocked.unwrap();
    assert_eq!(blocked.reason, "credential_deleted");
    execution.get(&path).await.refused(403, "flow_blocked");
}

#[tokio::test]
async fn a_deleted_credential_comes_back_to_the_owner_that_is_named() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "").await;
    let zoe = app
        .person(Some("t-one"), "zoe", "secrets.secret.readRaw")
        .await;
    let admin = app
        .person(Some("t-one"), "eve", "secrets.secret.undelete")
        .await;
    let other = app
        .person(Some("t-two"), "cleo", "secrets.secret.undelete")
        .await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    let path = format!("/credentials/{id}");
    let (to_zoe, undelete) = (
        json!({ "owner": { "id": "zoe" } }),
        format!("{path}/undelete"),
    );
    admin
        .post(&undelete, to_zoe.clone())
        .await
        .refused(404, "not_found");
    ana.delete(&path).await.expect(204);
    ana.post(&undelete, to_zoe.clone())
        .await
        .refused(403, "missing_permission");
    other
        .post(&undelete, to_zoe.clone())
        .await
        .refused(404, "not_found");
    let nobody = json!({ "owner": { "id": "x", "type": "TEAM" } });
    admin
        .post(&undelete, nobody)
        .await
        .refused(409, "last_owner");
    admin
        .post(&undelete, json!({}))
        .await
        .refused(400, "validation_failed");

    let back = admin.post(&undelete, to_zoe).await.expect(200).data();
    assert_eq!(back["owners"], json!([{ "id": "zoe", "type": "USER" }]));
    assert_eq!(back["value"], json!({}), "not for who brings it back");
    assert_eq!(
        zoe.get(&path).await.expect(200).data()["value"]["key"],
        "abcdefghijkl"
    );
    ana.get(&path).await.refused(403, "not_owner");
}

#[tokio::test]
async fn deleted_values_are_destroyed_when_their_time_is_over() {
    let app = TestApp::start().await;
    let ana = app.person(Some("t-one"), "ana", "").await;
    let admin = app
        .person(Some("t-one"), "eve", "secrets.secret.undelete")
        .await;
    let kept = ana.create_key("abcdefghijkl", json!({})).await;
    let id = ana.create_key("abcdefghijkl", json!({})).await;
    ana.delete(&format!("/credentials/{id}")).await.expect(204);
    app.pass_days(30);
    assert_eq!(app.engine.destroy_expired().await.unwrap(), 0);
    app.pass_days(1);
    assert_eq!(app.engine.destroy_expired().await.unwrap(), 1);
    assert_eq!(app.engine.destroy_expired().await.unwrap(), 0);
    let undelete = format!("/credentials/{id}/undelete");
    let body = json!({ "owner": { "id": "ana" } });
    admin.post(&undelete, body).await.refused(404, "not_found");
    ana.get(&format!("/credentials/{kept}")).await.expect(200);
    let events = app.events(Some("t-one"), &id).await;
    assert_eq!(events.last().unwrap(), "credential.destroyed allowed");
    let organisation = app.organisation(Some("t-one")).await;
    let row = app.write(move |tx| {
        tx.enter(organisation)?;
        tx.versions().find(id.parse().unwrap(), 1)
    });
    assert!(row.await.unwrap().envelope.is_none());
}

//! The audit log as callers see it, its proofs, and the jobs that sign it.

use keydance_core::id::OrganisationId;
use keydance_core::owner::Owner;
use keydance_crypto::checkpoint::LogVerifier;
use keydance_crypto::merkle::{leaf_hash, verify_consistency, verify_inclusion};
use keydance_server::engine::audit::Checkpointed;
use keydance_server::jobs;
use keydance_store::Tx;
use serde_json::{Value, json};

use crate::app2::TestApp;

fn hash(text: &Value) -> [u8; 32] {
    let text = text.as_str().unwrap();
    std::array::from_fn(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap())
}

fn hashes(list: &Value) -> Vec<[u8; 32]> {
    list.as_array().unwrap().iter().map(hash).collect()
}

async fn make_groups(app: &TestApp, count: usize) {
    for _ in 0..count {
        let body = json!({ "name": "g" });
        app.post(&app.ana, "/groups", body).await.expect(201);
    }
}

#[tokio::test]
async fn every_event_is_proved_to_be_under_the_signed_head() {
    let app = TestApp::new().await;
    make_groups(&app, 5).await;
    let checkpoint = app.get(&app.ana, "/audit/checkpoint").await.expect(200);
    let verifier: LogVerifier = checkpoint["verifier"].as_str().unwrap().parse().unwrap();
    let head = verifier
        .verify(checkpoint["note"].as_str().unwrap())
        .unwrap();
    assert_eq!(head.size, 6);
    let bodies = app.stored_events(app.organisation("t-one").await).await;
    let page = app.get(&app.ana, "/audit?page[size]=1000").await;
    let written = format!("{{\"data\":[{}],\"meta\":{{}}}}", bodies.join(","));
    assert_eq!(page.text, written);
    for (seq, body) in (0..).zip(&bodies) {
        let proof = app
            .get(&app.ana, &format!("/audit/{seq}/proof?size=6"))
            .await
            .expect(200);
        let leaf = leaf_hash(body.as_bytes());
        assert_eq!(hash(&proof["leaf"]), leaf);
        verify_inclusion(&leaf, seq, 6, &hashes(&proof["hashes"]), &head.root).unwrap();
    }
    let again = app.get(&app.ana, "/audit/checkpoint").await.expect(200);
    assert_eq!(again, checkpoint);
}

#[tokio::test]
async fn a_later_head_is_proved_to_continue_an_earlier_one() {
    let app = TestApp::new().await;
    let mut heads = Vec::new();
    for count in [3, 4] {
        make_groups(&app, count).await;
        let checkpoint = app.get(&app.ana, "/audit/checkpoint").await.expect(200);
        let verifier: LogVerifier = checkpoint["verifier"].as_str().unwrap().parse().unwrap();
        heads.push(
            verifier
                .verify(checkpoint["note"].as_str().unwrap())
                .unwrap(),
        );
    }
    let proof = app
        .get(&app.ana, "/audit/consistency?from=4&to=8")
        .await
        .expect(200);
    let (old, new) = ((4, &heads[0].root), (8, &heads[1].root));
    verify_consistency(old, new, &hashes(&proof["hashes"])).unwrap();
    for query in [
        "from=9",
        "from=4&to=3",
        "from=1&to=9",
        "to=3",
        "from=x",
        "from=-1",
    ] {
        let wrong = app
            .get(&app.ana, &format!("/audit/consistency?{query}"))
            .await;
        wrong.refused(400, "validation_failed");
    }
    app.get(&app.ana, "/audit/8/proof")
        .await
        .refused(404, "not_found");
    app.get(&app.ana, "/audit/x/proof")
        .await
        .refused(404, "not_found");
    app.get(&app.ana, "/audit/3/proof?size=3")
        .await
        .refused(400, "validation_failed");
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let app = TestApp::new().await;
    make_groups(&app, 5).await;
    let mut seen = Vec::new();
    let mut path = "/audit?page[size]=2".to_owned();
    loop {
        let page = app.get(&app.ana, &path).await;
        seen.extend(page.body["data"].as_array().unwrap().clone());
        let Some(after) = page.body["meta"]["after"].as_u64() else {
            break;
        };
        path = format!("/audit?page[size]=2&page[after]={after}");
    }
    let whole = app.get(&app.ana, "/audit").await.expect(200);
    assert_eq!(json!(seen), whole);
}

#[tokio::test]
async fn without_the_permission_one_sees_what_one_did_and_what_one_owns() {
    let app = TestApp::new().await;
    let ben = app.person("ben", json!([])).await;
    let credential = json!({
        "name": "k", "type": "API_KEY", "value": { "key": "abcdefgh" },
        "owners": [{ "id": "ben", "type": "USER" }],
    });
    app.post(&app.ana, "/credentials", credential)
        .await
        .expect(200);
    make_groups(&app, 1).await;
    let seen = app.get(&ben, "/audit").await.expect(200);
    let seen: Vec<_> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].clone())
        .collect();
    assert_eq!(seen, ["person.enrolled", "credential.created"]);
    let all = app.get(&app.ana, "/audit").await.expect(200);
    let of = |action: &str| {
        let mut events = all.as_array().unwrap().iter();
        events.find(|event| event["action"] == action).unwrap()["seq"]
            .as_u64()
            .unwrap()
    };
    let (own, foreign) = (of("credential.created"), of("group.created"));
    app.get(&ben, &format!("/audit/{own}/proof"))
        .await
        .expect(200);
    app.get(&ben, &format!("/audit/{foreign}/proof"))
        .await
        .refused(404, "not_found");
    let others = app.get(&app.cleo, "/audit").await.expect(200);
    assert_eq!(others.as_array().unwrap().len(), 1);
    assert_eq!(others[0]["details"]["principal"], "cleo");
}

#[tokio::test]
async fn events_are_found_by_what_is_known_of_them() {
    let app = TestApp::new().await;
    app.person("ben", json!([])).await;
    make_groups(&app, 1).await;
    let later = app.now().plus_seconds(1).to_string();
    app.pass(60);
    let running = app.execution("ben", &[Owner::person("ben")]).await;
    app.post(&app.ana, "/persons/ben/freeze", json!({}))
        .await
        .expect(200);
    for (query, count) in [
        ("action=group.created".to_owned(), 1),
        ("actor=ana&object=ben".to_owned(), 3),
        (format!("from={later}"), 2),
        (format!("to={later}&outcome=allowed"), 5),
        (format!("flow={running}"), 1),
        ("outcome=denied".to_owned(), 0),
    ] {
        let found = app
            .get(&app.ana, &format!("/audit?{query}"))
            .await
            .expect(200);
        assert_eq!(found.as_array().unwrap().len(), count, "{query}: {found}");
    }
    for query in ["action=x", "outcome=x", "from=x", "page[after]=x"] {
        let wrong = app.get(&app.ana, &format!("/audit?{query}")).await;
        wrong.refused(400, "validation_failed");
    }
}

#[tokio::test]
async fn logs_that_grew_are_signed_the_deployments_too() {
    let app = TestApp::new().await;
    make_groups(&app, 1).await;
    let mut known = Checkpointed::default();
    app.engine.checkpoint_grown(&mut known, 3).await.unwrap();
    assert_eq!(newest(&app, app.organisation("t-one").await).await, None);
    assert_eq!(newest(&app, OrganisationId::DEPLOYMENT).await, Some(3));
    app.engine.checkpoint_grown(&mut known, 1).await.unwrap();
    assert_eq!(newest(&app, app.organisation("t-one").await).await, Some(2));
    assert_eq!(newest(&app, app.organisation("t-two").await).await, Some(1));
}

#[tokio::test]
async fn what_is_not_signed_when_the_server_stops_is_signed_then() {
    let app = TestApp::new().await;
    make_groups(&app, 1).await;
    jobs::run(std::sync::Arc::clone(&app.engine), async {}).await;
    assert_eq!(newest(&app, app.organisation("t-one").await).await, Some(2));
}

async fn newest(app: &TestApp, organisation: OrganisationId) -> Option<u64> {
    let kept = app.store.read(move |tx: &mut Tx<'_>| {
        tx.enter(organisation)?;
        tx.log().checkpoint()
    });
    kept.await.unwrap().map(|kept| kept.size)
}

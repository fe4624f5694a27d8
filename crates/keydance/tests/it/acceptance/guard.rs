//! Lines 41 to 43 and 48: a flow is stored only if each of its owners owns each credential it uses.

use keydance_testkit::Identity;
use serde_json::{Value, json};

use super::cast::{Cast, play};
use super::papers::{UNKNOWN, api_key, create, flow, owned, store};

// Line 41.
#[test]
fn a_colleague_cannot_point_a_shared_flow_at_a_private_credential() {
    play(|cast| {
        let (ana, ben) = (cast.person("ana"), cast.person("ben"));
        let (shared, private, path) = shared_flow(cast, &ana, &ben);
        let before = ben.get(&path).send().expect_status(200).data();
        let owners = [ana.owner(), ben.owner()];
        // Who owns the credential is told who does not; whoever does not is told what an unknown
        // credential tells.
        let (told, not_told) = (json!([ben.owner()]), json!(owners));
        for (who, missing) in [(&ben, not_told), (&ana, told)] {
            let change = json!({"graph": flow(&owners, &[&shared, &private])["graph"]});
            let denied = who
                .patch(&path)
                .json(&change)
                .send()
                .expect_error(403, "flow_guard_denied");
            assert_eq!(
                denied["details"],
                json!([{"path": "graph.nodes[1].credentials_id", "credentialId": private,
                        "reason": "not_owned_by_flow_owner", "missingOwners": missing}])
            );
        }
        assert_eq!(ben.get(&path).send().expect_status(200).data(), before);
    });
}

// Line 41.
#[test]
fn the_check_says_what_storing_would_say() {
    play(|cast| {
        let (ana, ben) = (cast.person("ana"), cast.person("ben"));
        let (shared, private, _) = shared_flow(cast, &ana, &ben);
        let owners = [ana.owner(), ben.owner()];
        let (told, not_told) = (json!([ben.owner()]), json!(owners));
        for (who, missing) in [(&ana, told), (&ben, not_told)] {
            let item = json!({"ref": "r1", "operation": "persist", "actor": who.owner(),
                              "flow": flow(&owners, &[&shared, &private])});
            let verdict = who
                .post("/flows/check")
                .json(&json!({"data": [item]}))
                .send();
            let verdict = verdict.expect_status(200).data()[0].take();
            assert_eq!(verdict["allowed"], false);
            assert_eq!(verdict["violations"][0]["missingOwners"], missing);
            let stored = who.post("/flows").json(&item["flow"]).send();
            let denied = stored.expect_error(403, "flow_guard_denied");
            assert_eq!(denied["details"], verdict["violations"]);
        }
    });
}

// Line 41.
#[test]
fn what_was_refused_is_stored_nowhere_and_written_down() {
    play(|cast| {
        let (ana, ben) = (cast.person("ana"), cast.person("ben"));
        let private = create(&ana, &api_key("private-key-0001"));
        let document = flow(&[ben.owner()], &[&private]);
        let request = ben
            .post("/flows")
            .header("X-Request-Id", &ben.id)
            .json(&document);
        request.send().expect_error(403, "flow_guard_denied");
        let list = ben
            .get("/flows?page[size]=100")
            .send()
            .expect_status(200)
            .text();
        assert!(!list.contains(&ben.id), "{list}");
        let denied = cast.events(&format!("actor={}&outcome=denied", ben.id));
        let own = denied
            .iter()
            .find(|event| event["requestId"] == ben.id.as_str());
        assert_eq!(
            own.map(|event| &event["action"]),
            Some(&json!("flow.denied")),
            "{denied:?}"
        );
    });
}

// Line 42.
#[test]
fn a_flow_of_the_organisation_needs_credentials_of_the_organisation() {
    play(|cast| {
        let ana = cast.person("ana");
        let id = create(&ana, &api_key("private-key-0002"));
        let tenant = cast.one.owner();
        for owners in [vec![tenant.clone()], vec![ana.owner(), tenant.clone()]] {
            let denied = ana.post("/flows").json(&flow(&owners, &[&id])).send();
            let denied = denied.expect_error(403, "flow_guard_denied");
            assert_eq!(
                denied["details"][0]["missingOwners"],
                json!([tenant]),
                "{denied}"
            );
        }
        ana.post(&format!("/credentials/{id}/owners"))
            .json(&tenant)
            .send()
            .expect_status(200);
        store(&ana, &flow(&[ana.owner(), tenant.clone()], &[&id]));
        store(&ana, &flow(&[tenant], &[&id]));
    });
}

// Line 43.
#[test]
fn absent_foreign_and_a_colleagues_credential_are_denied_with_the_same_bytes() {
    play(|cast| {
        let kim = cast.person("kim");
        let colleague = create(&cast.ana, &api_key("colleagues-key-1"));
        let foreign = create(&cast.cleo, &api_key("foreigners-key-1"));
        let deleted = create(&kim, &api_key("deleted-key-0002"));
        kim.delete(&format!("/credentials/{deleted}"))
            .send()
            .expect_status(204);
        let said = |id: &str| {
            let document = flow(&[kim.owner()], &[id]);
            let answer = kim
                .post("/flows")
                .header("X-Request-Id", "same")
                .json(&document)
                .send();
            answer.clone().expect_error(403, "flow_guard_denied");
            let item = json!({"operation": "persist", "actor": kim.owner(), "flow": document});
            let check = kim
                .post("/flows/check")
                .json(&json!({"data": [item]}))
                .send();
            let check = check.expect_status(200).data()[0]["violations"].to_string();
            (answer.text().replace(id, "ID"), check.replace(id, "ID"))
        };
        let expected = said(UNKNOWN);
        for id in [colleague, foreign, deleted] {
            assert_eq!(said(&id), expected);
        }
    });
}

// Line 48.
#[test]
fn webhook_secrets_and_applications_are_checked_like_nodes() {
    play(|cast| {
        let kim = cast.person("kim");
        let (own, other) = (
            create(&kim, &api_key("own-key-00000001")),
            create(&cast.ana, &api_key("anas-key-0000001")),
        );
        for (place, path) in places() {
            let stored = kim
                .post("/flows")
                .json(&placed(&kim, place, &json!(own)))
                .send();
            stored.expect_status(201);
            let denied = kim
                .post("/flows")
                .json(&placed(&kim, place, &json!(other)))
                .send();
            let denied = denied.expect_error(403, "flow_guard_denied");
            assert_eq!(denied["details"][0]["path"], path, "{denied}");
            assert_eq!(denied["details"][0]["credentialId"], other.as_str());
        }
    });
}

// Line 48.
#[test]
fn a_reference_is_an_id_and_nothing_else() {
    play(|cast| {
        let kim = cast.person("kim");
        for (place, path) in places() {
            let no_ids = [
                json!("Ledger API"),
                json!("$[steps.fetch.id]"),
                json!(""),
                json!({"id": UNKNOWN}),
                json!(7),
                json!(true),
                json!([UNKNOWN]),
            ];
            for no_id in no_ids {
                let refused = kim.post("/flows").json(&placed(&kim, place, &no_id)).send();
                let refused = refused.expect_error(400, "reference_not_an_id");
                assert_eq!(refused["details"][0]["path"], path, "{refused}");
            }
            kim.post("/flows")
                .json(&placed(&kim, place, &Value::Null))
                .send()
                .expect_status(201);
        }
    });
}

// Contract 10.4.
#[test]
fn the_owners_of_a_flow_are_known_and_of_the_own_organisation() {
    play(|cast| {
        let kim = cast.person("kim");
        let refused = |owners: Value| {
            let mut document = flow(&[], &[]);
            document["owners"] = owners;
            kim.post("/flows").json(&document).send()
        };
        refused(json!([{"id": kim.id, "type": "ROBOT"}])).expect_error(400, "owner_not_allowed");
        refused(json!([kim.owner(), {"id": "t-two", "type": "tenant"}]))
            .expect_error(400, "owner_not_allowed");
        let denied = refused(json!([cast.ana.owner()])).expect_error(403, "flow_guard_denied");
        assert_eq!(denied["details"][0]["reason"], "actor_not_flow_owner");
        let own = refused(json!([{"id": kim.id, "type": "user"}]))
            .expect_status(201)
            .data();
        assert_eq!(own["owners"], json!([kim.owner()]));
        assert_eq!(
            refused(json!(null)).expect_status(201).data()["owners"],
            json!([kim.owner()])
        );
    });
}

// Contract 10.4.
#[test]
fn a_credential_is_used_only_by_what_it_is_bound_to() {
    play(|cast| {
        let kim = cast.person("kim");
        let mut credential = api_key("bound-key-000001");
        credential["boundTo"] =
            json!({"componentIds": ["component"], "destinations": ["https://api.example.org"]});
        let id = create(&kim, &credential);
        let mut document = flow(&[kim.owner()], &[&id]);
        let reason = |document: &Value| {
            let denied = kim
                .post("/flows")
                .json(document)
                .send()
                .expect_error(403, "flow_guard_denied");
            denied["details"][0]["reason"].clone()
        };
        assert_eq!(reason(&document), "not_bound_to_destination");
        document["graph"]["nodes"][0]["nodeSettings"] =
            json!({"destination": "https://evil.example.org/"});
        assert_eq!(reason(&document), "not_bound_to_destination");
        document["graph"]["nodes"][0]["nodeSettings"] =
            json!({"destination": "https://api.example.org/v1"});
        document["graph"]["nodes"][0]["componentId"] = json!("other");
        assert_eq!(reason(&document), "not_bound_to_component");
        document["graph"]["nodes"][0]["componentId"] = json!("component");
        store(&kim, &document);
    });
}

/// A flow of both that uses a credential of both, and a private credential of the first.
fn shared_flow(_: &Cast<'_>, ana: &Identity, ben: &Identity) -> (String, String, String) {
    let shared = create(ana, &owned(api_key("shared-key-00002"), &[ben.owner()]));
    let private = create(ana, &api_key("private-key-0003"));
    let id = store(ana, &flow(&[ana.owner(), ben.owner()], &[&shared]));
    (shared, private, format!("/flows/{id}"))
}

/// Where a flow names a credential outside of its nodes, and inside.
fn places() -> [(&'static str, &'static str); 4] {
    [
        (
            "/flowSettings/webhooks",
            "flowSettings.webhooks.hmacAuthSecret",
        ),
        ("/applications/0", "applications[0].secretId"),
        (
            "/flowSettings/applications/0",
            "flowSettings.applications[0].secretId",
        ),
        ("/graph/nodes/0", "graph.nodes[0].credentials_id"),
    ]
}

/// A flow that names a credential at this place.
fn placed(who: &Identity, place: &str, reference: &Value) -> Value {
    let mut document = flow(&[who.owner()], &[]);
    document["applications"] = json!([{"applicationName": "crm"}]);
    document["flowSettings"] =
        json!({"webhooks": {"requireWebhookAuth": true}, "applications": [{}]});
    let (_, field) = places()
        .into_iter()
        .find(|(known, _)| *known == place)
        .expect("a place");
    let field = field.rsplit('.').next().expect("a field");
    document.pointer_mut(place).expect("an object")[field] = reference.clone();
    document
}

//! Lines 45 and 50: ownership that ends while flows rest on it.

use serde_json::json;

use super::cast::{fresh, play};
use super::papers::{api_key, create, flow, owned, start, store, text};

// Line 50.
#[test]
fn an_owner_whom_a_flow_needs_is_not_removed() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &owned(api_key("needed-key-00001"), &[lee.owner()]));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let path = format!("/credentials/{id}");
        let owners = format!("{path}/owners?id={}", kim.id);
        let refused = kim.delete(&owners).send().expect_error(409, "owner_in_use");
        assert!(
            refused["details"].to_string().contains(&flow_id),
            "{refused}"
        );
        let hidden = lee.delete(&owners).send().expect_error(409, "owner_in_use");
        assert!(
            !hidden["details"].to_string().contains(&flow_id),
            "{hidden}"
        );
        kim.delete(&path).send().expect_error(409, "owner_in_use");
        let change = json!({"owners": [lee.owner()]});
        kim.patch(&path)
            .json(&change)
            .send()
            .expect_error(409, "owner_in_use");
        kim.delete(&format!("{path}/owners?id={}", lee.id))
            .send()
            .expect_status(200);
        let guard = kim
            .get(&format!("/flows/{flow_id}"))
            .send()
            .expect_status(200)
            .data()["guard"]
            .take();
        assert_eq!(guard["state"], "ok");
    });
}

// Line 50.
#[test]
fn a_credential_that_a_flow_references_is_not_deleted() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("in-use-key-00001"));
        let flow_path = format!("/flows/{}", store(&kim, &flow(&[kim.owner()], &[&id])));
        let path = format!("/credentials/{id}");
        kim.delete(&path)
            .send()
            .expect_error(409, "credential_in_use");
        kim.delete(&format!("{path}?entire=true"))
            .send()
            .expect_error(409, "credential_in_use");
        kim.get(&path).send().expect_status(200);
        kim.delete(&format!("{path}?force=true"))
            .send()
            .expect_status(204);
        kim.get(&path).send().expect_error(404, "not_found");
        let guard = kim.get(&flow_path).send().expect_status(200).data()["guard"].take();
        assert_eq!(
            (&guard["state"], &guard["reason"]),
            (&json!("blocked"), &json!("credential_deleted"))
        );
        assert_eq!(guard["references"], json!([id]));
        let again = kim.post(&format!("{flow_path}/recheck")).send();
        again.expect_error(403, "flow_guard_denied");
    });
}

// Line 45.
#[test]
fn an_owner_removed_by_force_ends_what_runs_and_everybody_can_see_it() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &owned(api_key("revoked-key-0001"), &[lee.owner()]));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let execution = start(&kim, &flow_id, &json!({}));
        let token = cast.bearer(text(&execution, "/token"));
        let reads = [
            format!("/credentials/{id}"),
            format!("/executions/{}/credentials/{id}", text(&execution, "/id")),
        ];
        for path in &reads {
            let value = token.get(path).send().expect_status(200).data();
            assert_eq!(value["value"]["key"], "revoked-key-0001");
        }
        let owners = format!("/credentials/{id}/owners?id={}&force=true", kim.id);
        lee.delete(&owners).send().expect_status(200);
        for path in &reads {
            let refused = token.get(path).send();
            assert!(
                !refused.text().contains("revoked-key"),
                "{}",
                refused.text()
            );
            refused.expect_error(403, "flow_blocked");
        }
        let guard = kim
            .get(&format!("/flows/{flow_id}"))
            .send()
            .expect_status(200)
            .data()["guard"]
            .take();
        assert_eq!(guard["reason"], "credential_owner_removed");
        let blocked = cast.events(&format!("flow={flow_id}&action=flow.blocked"));
        assert_eq!(
            blocked[0]["details"]["reason"], "credential_owner_removed",
            "{blocked:?}"
        );
        let removed = cast.events(&format!("object={id}&action=credential.owner_removed"));
        assert_eq!(removed[0]["details"]["heldBy"], 1, "{removed:?}");
        kim.post(&format!("/flows/{flow_id}/recheck"))
            .send()
            .expect_error(403, "flow_guard_denied");
        lee.post(&format!("/credentials/{id}/owners"))
            .json(&kim.owner())
            .send()
            .expect_status(200);
        kim.post(&format!("/flows/{flow_id}/recheck"))
            .send()
            .expect_status(200);
        token
            .get(&reads[0])
            .send()
            .expect_error(403, "flow_blocked");
        start(&kim, &flow_id, &json!({}));
    });
}

// Line 45.
#[test]
fn a_version_that_is_disabled_is_not_handed_out_any_more() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("disabled-key-001"));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let token = cast.bearer(text(&start(&kim, &flow_id, &json!({})), "/token"));
        let read = || token.get(&format!("/credentials/{id}")).send();
        read().expect_status(200);
        kim.post(&format!("/credentials/{id}/versions/1/disable"))
            .send()
            .expect_status(200);
        let refused = read();
        assert!(matches!(refused.status, 403 | 409), "{}", refused.text());
        kim.post(&format!("/credentials/{id}/versions/1/enable"))
            .send()
            .expect_status(200);
        assert_eq!(
            read().expect_status(200).data()["value"]["key"],
            "disabled-key-001"
        );
    });
}

// Contract 10.6.
#[test]
fn a_running_flow_gets_the_value_that_is_current_when_it_asks() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("first-value-0001"));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let token = cast.bearer(text(&start(&kim, &flow_id, &json!({})), "/token"));
        let path = format!("/credentials/{id}");
        token.get(&path).send().expect_status(200);
        kim.patch(&path)
            .json(&json!({"value": {"key": "second-value-001"}}))
            .send()
            .expect_status(200);
        let value = token.get(&path).send().expect_status(200).data();
        assert_eq!(
            (&value["value"]["key"], &value["version"]),
            (&json!("second-value-001"), &json!(2))
        );
    });
}

// Security 5.1.
#[test]
fn an_execution_ends_with_the_standing_of_who_started_it() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let group = cast.one.group(&fresh("crew"), &[&kim, &lee]);
        let team = json!({"id": group, "type": "GROUP"});
        let id = create(
            &kim,
            &owned(api_key("standing-key-001"), std::slice::from_ref(&team)),
        );
        let flow_id = store(&kim, &flow(&[team], &[&id]));
        let run = |who| cast.bearer(text(&start(who, &flow_id, &json!({})), "/token"));
        let read =
            |token: &keydance_testkit::Identity| token.get(&format!("/credentials/{id}")).send();
        let (of_kim, of_lee) = (run(&kim), run(&lee));
        read(&of_kim).expect_status(200);
        read(&of_lee).expect_status(200);
        cast.one.leave(&group, &lee);
        read(&of_lee).expect_error(401, "token_invalid");
        read(&of_kim).expect_status(200);
        cast.root
            .post(&format!("/persons/{}/freeze", kim.id))
            .send()
            .expect_status(200);
        read(&of_kim).expect_error(401, "token_invalid");
        kim.get("/me").send().expect_error(401, "token_invalid");
    });
}

// Contract 2.6, security 5.1.
#[test]
fn a_binding_that_would_shut_a_flow_out_is_refused() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("binding-key-0001"));
        store(&kim, &flow(&[kim.owner()], &[&id]));
        let bind = |component: &str| {
            let change = json!({"boundTo": {"componentIds": [component]}});
            kim.patch(&format!("/credentials/{id}"))
                .json(&change)
                .send()
        };
        bind("other").expect_error(409, "credential_in_use");
        let bound = bind("component").expect_status(200).data();
        assert_eq!(
            bound["boundTo"],
            json!({"componentIds": ["component"], "destinations": []})
        );
    });
}

// Contract 10.4.
#[test]
fn a_deleted_flow_holds_nobody_up() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("let-go-key-00001"));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let token = cast.bearer(text(&start(&kim, &flow_id, &json!({})), "/token"));
        kim.delete(&format!("/flows/{flow_id}"))
            .send()
            .expect_status(204);
        kim.get(&format!("/flows/{flow_id}"))
            .send()
            .expect_error(404, "not_found");
        token
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_error(401, "token_invalid");
        kim.delete(&format!("/credentials/{id}"))
            .send()
            .expect_status(204);
    });
}

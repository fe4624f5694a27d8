//! Line 49: what keeps a flow from starting, and for whom it starts.

use serde_json::json;

use super::cast::{fresh, play};
use super::papers::{api_key, create, flow, id_of, owned, start, store, text};

// Line 49.
#[test]
fn a_blocked_flow_does_not_start() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("blocked-key-0001"));
        let path = format!("/flows/{}", store(&kim, &flow(&[kim.owner()], &[&id])));
        let blocked = kim
            .post(&format!("{path}/block"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(
            (&blocked["guard"]["state"], &blocked["guard"]["reason"]),
            (&json!("blocked"), &json!("manual"))
        );
        let start = || {
            kim.post(&format!("{path}/executions"))
                .json(&json!({}))
                .send()
        };
        start().expect_error(403, "flow_blocked");
        let free = kim
            .post(&format!("{path}/recheck"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(free["guard"]["state"], "ok");
        start().expect_status(201);
    });
}

// Line 49.
#[test]
fn an_environment_without_a_value_is_no_place_to_start() {
    play(|cast| {
        let kim = cast.person("kim");
        let place = cast.environment("staging", false);
        let id = create(&kim, &api_key("placed-key-00001"));
        let path = format!(
            "/flows/{}/executions",
            store(&kim, &flow(&[kim.owner()], &[&id]))
        );
        let start = |body| kim.post(&path).json(&body).send();
        start(json!({"environment": place})).expect_error(409, "environment_value_missing");
        start(json!({"environment": "nowhere"})).expect_error(400, "unknown_environment");
        start(json!({})).expect_status(201);
        kim.post(&format!("/credentials/{id}/versions/1/disable"))
            .send()
            .expect_status(200);
        start(json!({})).expect_error(409, "version_state");
    });
}

// Line 49.
#[test]
fn an_actor_who_may_not_run_the_flow_does_not_start_it() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &api_key("actors-key-00002"));
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let path = format!("/flows/{flow}/executions");
        lee.post(&path)
            .json(&json!({}))
            .send()
            .expect_error(403, "flow_guard_denied");
        cast.ben
            .post(&path)
            .json(&json!({}))
            .send()
            .expect_error(403, "missing_permission");
        let register = cast.person_with("register", &["flows.register"]);
        for (who, status) in [(&lee, 403), (&kim, 201)] {
            let body = json!({"startedBy": who.owner()});
            register
                .post(&path)
                .json(&body)
                .send()
                .expect_status(status);
        }
        register
            .post(&path)
            .json(&json!({}))
            .send()
            .expect_error(403, "flow_guard_denied");
    });
}

// Line 49.
#[test]
fn started_by_is_not_heard_from_who_does_not_register_flows() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &owned(api_key("actors-key-00003"), &[lee.owner()]));
        let flow = store(&kim, &flow(&[kim.owner(), lee.owner()], &[&id]));
        let execution = start(&kim, &flow, &json!({"startedBy": lee.owner()}));
        let shown = kim
            .get(&format!("/executions/{}", id_of(&execution)))
            .send();
        assert_eq!(shown.expect_status(200).data()["startedBy"], kim.owner());
        let path = format!("/flows/{flow}/executions");
        let body = json!({"startedBy": kim.owner()});
        cast.root.post(&path).json(&body).send().expect_status(201);
        let stranger = cast.person("mia");
        stranger
            .post(&path)
            .json(&body)
            .send()
            .expect_error(403, "flow_guard_denied");
    });
}

// Contract 10.6.
#[test]
fn a_schedule_runs_for_the_owners_as_long_as_each_of_them_is_there() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let group = cast.one.group(&fresh("crew"), &[&kim]);
        let owners = [
            kim.owner(),
            lee.owner(),
            json!({"id": group, "type": "GROUP"}),
        ];
        let id = create(&kim, &owned(api_key("schedule-key-001"), &owners[1..]));
        let flow = store(&kim, &flow(&owners, &[&id]));
        let orchestrator = cast.person_with("orchestrator", &["flows.register"]);
        let path = format!("/flows/{flow}/executions");
        for trigger in ["schedule", "webhook"] {
            let execution = start(&orchestrator, &flow, &json!({"trigger": trigger}));
            let shown = kim
                .get(&format!("/executions/{}", id_of(&execution)))
                .send()
                .expect_status(200)
                .data();
            assert!(shown.get("startedBy").is_none(), "{shown}");
            let token = cast.bearer(text(&execution, "/token"));
            let value = token
                .get(&format!("/credentials/{id}"))
                .send()
                .expect_status(200)
                .data();
            assert_eq!(value["value"]["key"], "schedule-key-001");
        }
        let stranger = cast.person("mia");
        let refused = stranger
            .post(&path)
            .json(&json!({"trigger": "schedule"}))
            .send();
        refused.expect_error(403, "flow_guard_denied");
        let running = start(&orchestrator, &flow, &json!({"trigger": "schedule"}));
        cast.root
            .post(&format!("/persons/{}/freeze", lee.id))
            .send()
            .expect_status(200);
        let refused = orchestrator
            .post(&path)
            .json(&json!({"trigger": "schedule"}))
            .send();
        refused.expect_error(403, "flow_guard_denied");
        let token = cast.bearer(text(&running, "/token"));
        let refused = token.get(&format!("/credentials/{id}")).send();
        assert!(matches!(refused.status, 401 | 403), "{}", refused.text());
        kim.post(&path)
            .json(&json!({"trigger": "whenever"}))
            .send()
            .expect_error(400, "validation_failed");
    });
}

// Contract 10.6.
#[test]
fn a_revision_that_is_not_the_current_one_does_not_start() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("revision-key-001"));
        let document = flow(&[kim.owner()], &[&id]);
        let flow_id = store(&kim, &document);
        let path = format!("/flows/{flow_id}");
        let change = json!({"graph": flow(&[], &[&id, &id])["graph"]});
        let changed = kim
            .patch(&path)
            .json(&change)
            .send()
            .expect_status(200)
            .data();
        assert_eq!(changed["revision"], 2);
        let start = |revision: u32| {
            kim.post(&format!("{path}/executions"))
                .json(&json!({"revision": revision}))
                .send()
        };
        start(1).expect_error(412, "precondition_failed");
        let started = start(2).expect_status(201).data();
        assert_eq!(
            (&started["revision"], &started["digest"]),
            (&json!(2), &changed["digest"])
        );
    });
}

// Contract 10.4.
#[test]
fn a_flow_with_open_executions_changes_only_when_they_end() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("open-flow-key-01"));
        let flow_id = store(&kim, &flow(&[kim.owner()], &[&id]));
        let path = format!("/flows/{flow_id}");
        let execution = start(&kim, &flow_id, &json!({}));
        let token = cast.bearer(text(&execution, "/token"));
        let read = || token.get(&format!("/credentials/{id}")).send();
        let change = json!({"graph": flow(&[], &[&id, &id])["graph"]});
        kim.patch(&path)
            .json(&change)
            .send()
            .expect_error(409, "flow_has_executions");
        kim.patch(&path)
            .json(&json!({"name": "Only a name"}))
            .send()
            .expect_status(200);
        read().expect_status(200);
        kim.patch(&format!("{path}?endExecutions=true"))
            .json(&change)
            .send()
            .expect_status(200);
        read().expect_error(401, "token_invalid");
        let next = start(&kim, &flow_id, &json!({}));
        kim.patch(&path)
            .json(&json!({"enabled": false}))
            .send()
            .expect_status(200);
        cast.bearer(text(&next, "/token"))
            .get("/me")
            .send()
            .expect_error(401, "token_invalid");
        kim.post(&format!("{path}/executions"))
            .json(&json!({}))
            .send()
            .expect_error(403, "flow_blocked");
    });
}

//! Line 44: what an execution token opens, and for how long.

use keydance_testkit::Identity;
use serde_json::{Value, json};

use super::cast::{Cast, play};
use super::general::until_refused;
use super::papers::{UNKNOWN, api_key, create, flow, id_of, simple, start, store, text};

// Line 44.
#[test]
fn an_execution_token_reads_its_own_credentials_under_three_paths() {
    play(|cast| {
        let run = Run::of(cast);
        let execution = id_of(&run.execution);
        for path in [
            format!("/executions/{execution}/credentials/{}", run.own),
            format!("/credentials/{}", run.own),
            format!("/secrets/{}", run.own),
        ] {
            let value = run.token.get(&path).send().expect_status(200).data();
            assert_eq!(value["value"], api_key("execution-key-01")["value"]);
            assert_eq!(
                (&value["_id"], &value["type"]),
                (&json!(run.own), &json!("API_KEY"))
            );
            assert_eq!(
                (&value["environment"], &value["version"]),
                (&json!("default"), &json!(1))
            );
        }
        let list = run
            .token
            .get(&format!("/executions/{execution}/credentials"))
            .send();
        let list = list.expect_status(200).data();
        assert_eq!(list, run.execution["credentials"]);
        assert_eq!(
            list,
            json!([{"_id": run.own, "type": "API_KEY", "__t": "S_API_KEY", "paths": ["graph.nodes[0].credentials_id"]}])
        );
    });
}

// Line 44.
#[test]
fn every_other_id_is_refused_with_the_same_bytes_whether_it_exists_or_not() {
    play(|cast| {
        let run = Run::of(cast);
        let other = create(&run.kim, &simple("of the starter"));
        let foreign = create(&cast.cleo, &simple("of another organisation"));
        let execution = id_of(&run.execution);
        let said = |path: String| {
            let answer = run.token.get(&path).header("X-Request-Id", "same").send();
            answer.clone().expect_error(403, "token_scope");
            answer.text()
        };
        let expected = said(format!("/credentials/{UNKNOWN}"));
        for id in [&other, &foreign, UNKNOWN, "no-id"] {
            assert_eq!(said(format!("/credentials/{id}")), expected);
            assert_eq!(said(format!("/secrets/{id}")), expected);
            assert_eq!(
                said(format!("/executions/{execution}/credentials/{id}")),
                expected
            );
        }
        said(format!("/executions/{UNKNOWN}/credentials/{}", run.own));
        said(format!("/executions/{UNKNOWN}/credentials"));
        let second = start(&run.kim, &run.flow, &json!({}));
        said(format!(
            "/executions/{}/credentials/{}",
            id_of(&second),
            run.own
        ));
        said(format!("/executions/{}/credentials", id_of(&second)));
    });
}

// Line 44.
#[test]
fn an_execution_token_cannot_renew_itself_or_do_anything_else() {
    play(|cast| {
        let run = Run::of(cast);
        let execution = id_of(&run.execution);
        let refused = [
            run.token.post(&format!("/executions/{execution}/renew")),
            run.token.delete(&format!("/executions/{execution}")),
            run.token.get(&format!("/executions/{execution}")),
            run.token.get("/credentials"),
            run.token.get("/me"),
            run.token.get("/audit"),
            run.token.get(&format!("/credentials/{}/versions", run.own)),
        ];
        for request in refused {
            request.send().expect_error(403, "token_scope");
        }
        for who in [&run.kim, &cast.root] {
            let path = format!("/executions/{execution}/credentials/{}", run.own);
            who.get(&path).send().expect_error(403, "token_scope");
        }
    });
}

// Line 44.
#[test]
fn an_ended_execution_opens_nothing() {
    play(|cast| {
        let run = Run::of(cast);
        let execution = format!("/executions/{}", id_of(&run.execution));
        run.read().expect_status(200);
        run.kim.delete(&execution).send().expect_status(204);
        run.read().expect_error(401, "token_invalid");
        run.token
            .get(&format!("{execution}/credentials"))
            .send()
            .expect_error(401, "token_invalid");
        let shown = run.kim.get(&execution).send().expect_status(200).data();
        assert_eq!(
            (&shown["state"], &shown["endedReason"]),
            (&json!("ended"), &json!("stopped"))
        );
        run.kim.delete(&execution).send().expect_status(204);
        run.kim
            .post(&format!("{execution}/renew"))
            .send()
            .expect_error(412, "precondition_failed");
        let two = [
            start(&run.kim, &run.flow, &json!({})),
            start(&run.kim, &run.flow, &json!({})),
        ];
        run.kim
            .delete(&format!("/flows/{}/executions", run.flow))
            .send()
            .expect_status(204);
        for execution in two {
            let token = cast.bearer(text(&execution, "/token"));
            token
                .get(&format!("/credentials/{}", run.own))
                .send()
                .expect_error(401, "token_invalid");
        }
    });
}

// Line 44.
#[test]
fn an_execution_ends_by_itself_when_its_time_is_over() {
    play(|cast| {
        let run = Run::of(cast);
        let short = start(&run.kim, &run.flow, &json!({"maxLifetimeSeconds": 1}));
        let token = cast.bearer(text(&short, "/token"));
        until_refused_with(&token, 401).expect_error(401, "token_invalid");
        token
            .get(&format!("/credentials/{}", run.own))
            .send()
            .expect_error(401, "token_invalid");
        let path = format!("/executions/{}", id_of(&short));
        let shown = run.kim.get(&path).send().expect_status(200).data();
        assert_eq!(
            (&shown["state"], &shown["endedReason"]),
            (&json!("ended"), &json!("expired"))
        );
        run.kim
            .post(&format!("{path}/renew"))
            .send()
            .expect_error(412, "precondition_failed");
        for wrong in [json!(0), json!(-1), json!("1"), json!(1.5)] {
            let body = json!({"maxLifetimeSeconds": wrong});
            let refused = run
                .kim
                .post(&format!("/flows/{}/executions", run.flow))
                .json(&body)
                .send();
            refused.expect_error(400, "validation_failed");
        }
    });
}

// Contract 10.6.
#[test]
fn a_renewed_execution_keeps_its_token_unless_another_is_asked_for() {
    play(|cast| {
        let run = Run::of(cast);
        let path = format!("/executions/{}/renew", id_of(&run.execution));
        let renewed = run.kim.post(&path).send().expect_status(200).data();
        assert!(renewed.get("token").is_none(), "{renewed}");
        assert!(text(&renewed, "/expiresAt") >= text(&run.execution, "/expiresAt"));
        run.read().expect_status(200);
        let rotated = run
            .kim
            .post(&path)
            .json(&json!({"rotate": true}))
            .send()
            .expect_status(200)
            .data();
        run.read().expect_error(401, "token_invalid");
        let token = cast.bearer(text(&rotated, "/token"));
        token
            .get(&format!("/credentials/{}", run.own))
            .send()
            .expect_status(200);
        let stranger = cast.person("mia");
        stranger.post(&path).send().expect_error(403, "not_owner");
        cast.ben
            .post(&path)
            .send()
            .expect_error(403, "missing_permission");
    });
}

// Contract 10.10: what reaches beyond the limits of an access token is not done with it.
#[test]
fn a_token_for_one_credential_ends_blocks_and_makes_nothing_else() {
    play(|cast| {
        let run = Run::of(cast);
        let (execution, flow) = (id_of(&run.execution), text(&run.execution, "/flowId"));
        let limits = json!({
            "name": "narrow",
            "permissions": ["flows.control", "flows.write"],
            "credentials": ["0123456789abcdef01234567"],
            "environments": ["default"],
        });
        let issued = run.kim.post("/tokens").json(&limits).send();
        let narrow = cast.bearer(text(&issued.expect_status(201).data(), "/token"));
        let refused = [
            narrow.delete(&format!("/executions/{execution}")),
            narrow.delete(&format!("/flows/{flow}/executions")),
            narrow
                .post(&format!("/flows/{flow}/block"))
                .json(&json!({})),
            narrow.delete(&format!("/flows/{flow}")),
            narrow
                .post("/credentials")
                .json(&api_key("beyond-the-limits1")),
        ];
        for request in refused {
            request.send().expect_error(403, "token_scope");
        }
        run.kim
            .get(&format!("/flows/{flow}"))
            .send()
            .expect_status(200);
    });
}

// Contract 10.6 and 10.10: going on takes what starting takes.
#[test]
fn a_token_that_could_not_start_an_execution_cannot_renew_it() {
    play(|cast| {
        let run = Run::of(cast);
        let path = format!("/executions/{}/renew", id_of(&run.execution));
        let limits = [
            (json!({"permissions": []}), "missing_permission"),
            (
                json!({"credentials": ["0123456789abcdef01234567"]}),
                "token_scope",
            ),
            (json!({"environments": ["elsewhere"]}), "token_scope"),
        ];
        for (mut limits, code) in limits {
            limits["name"] = json!("narrow");
            if limits.get("permissions").is_none() {
                limits["permissions"] = json!(["flows.control"]);
            }
            let issued = run.kim.post("/tokens").json(&limits).send();
            let narrow = cast.bearer(text(&issued.expect_status(201).data(), "/token"));
            for body in [json!({}), json!({"rotate": true})] {
                narrow
                    .post(&path)
                    .json(&body)
                    .send()
                    .expect_error(403, code);
            }
        }
        run.read().expect_status(200);
    });
}

// Line 44, contract 10.6.
#[test]
fn every_hand_out_is_written_down_with_flow_execution_version_and_step() {
    play(|cast| {
        let run = Run::of(cast);
        let path = format!("/credentials/{}", run.own);
        let request = run.token.get(&path).header("X-Keydance-Step", "step0");
        request
            .header("X-Request-Id", &run.own)
            .send()
            .expect_status(200);
        let events = cast.events(&format!("object={}&action=credential.handed_out", run.own));
        assert_eq!(events.len(), 1, "{events:?}");
        let event = &events[0];
        assert_eq!(event["actor"]["type"], "EXECUTION");
        assert_eq!(event["actor"]["id"], id_of(&run.execution).as_str());
        assert_eq!(
            event["actor"]["onBehalfOf"],
            json!({"id": run.kim.id, "type": "USER"})
        );
        assert_eq!(
            (&event["flowId"], &event["version"]),
            (&json!(run.flow), &json!(1))
        );
        assert_eq!(
            (&event["environment"], &event["step"]),
            (&json!("default"), &json!("step0"))
        );
        assert_eq!(
            (&event["requestId"], &event["outcome"]),
            (&json!(run.own), &json!("allowed"))
        );
        assert!(!events[0].to_string().contains("execution-key-01"));
    });
}

// Contract 10.12.
#[test]
fn the_end_of_each_execution_is_written_down_whatever_ends_it() {
    play(|cast| {
        for (cause, reason) in [
            ("block", "flow_blocked"),
            ("change", "flow_changed"),
            ("delete", "flow_deleted"),
            ("end", "stopped"),
            ("freeze", "starter_lost"),
        ] {
            let run = Run::of(cast);
            start(&run.kim, &run.flow, &json!({}));
            let path = format!("/flows/{}", run.flow);
            let graph = &flow(&[], &[&run.own, &run.own])["graph"];
            let ended = match cause {
                "block" => run.kim.post(&format!("{path}/block")),
                "change" => run
                    .kim
                    .patch(&format!("{path}?endExecutions=true"))
                    .json(&json!({"graph": graph})),
                "delete" => run.kim.delete(&path),
                "end" => run.kim.delete(&format!("{path}/executions")),
                _ => cast.root.post(&format!("/persons/{}/freeze", run.kim.id)),
            };
            assert!(ended.send().status < 300, "{cause}");
            let events = cast.events(&format!("flow={}&action=execution.ended", run.flow));
            let reasons: Vec<_> = events.iter().map(|it| &it["details"]["reason"]).collect();
            assert_eq!(reasons, [reason; 2], "{cause}");
        }
    });
}

#[test]
fn a_run_of_the_owners_acts_for_nobody_also_when_the_guard_has_ended_it() {
    play(|cast| {
        let run = Run::of(cast);
        let scheduled = start(&run.kim, &run.flow, &json!({"trigger": "schedule"}));
        let token = cast.bearer(text(&scheduled, "/token"));
        let path = format!("/credentials/{}", run.own);
        token.get(&path).send().expect_status(200);
        let block = run.kim.post(&format!("/flows/{}/block", run.flow));
        block.send().expect_status(200);
        token.get(&path).send().expect_error(403, "flow_blocked");
        let events = cast.events(&format!("object={}&action=credential.handed_out", run.own));
        let outcomes: Vec<_> = events.iter().map(|event| &event["outcome"]).collect();
        assert_eq!(outcomes, ["allowed", "denied"]);
        for event in &events {
            let actor = json!({"id": id_of(&scheduled), "type": "EXECUTION"});
            assert_eq!(event["actor"], actor);
        }
    });
}

// Contract 10.7.
#[test]
fn a_payload_is_handed_out_as_the_text_it_is() {
    play(|cast| {
        let kim = cast.person("kim");
        let payload = json!({"host": "db.example.org", "password": "open sesame"}).to_string();
        let id = create(
            &kim,
            &json!({"name": "m", "type": "MIXED", "value": {"payload": payload}}),
        );
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let execution = start(&kim, &flow, &json!({}));
        let token = cast.bearer(text(&execution, "/token"));
        let answer = token
            .get(&format!("/secrets/{id}"))
            .header("Accept", "application/json")
            .send();
        let data = answer.expect_status(200).data();
        assert_eq!(
            (&data["type"], &data["value"]["payload"]),
            (&json!("MIXED"), &json!(payload))
        );
    });
}

/// A flow of somebody new, running.
struct Run {
    kim: Identity,
    own: String,
    flow: String,
    execution: Value,
    token: Identity,
}

impl Run {
    fn of(cast: &Cast<'_>) -> Self {
        let kim = cast.person("kim");
        let own = create(&kim, &api_key("execution-key-01"));
        let flow = store(&kim, &flow(&[kim.owner()], &[&own]));
        let execution = start(&kim, &flow, &json!({}));
        let token = cast.bearer(text(&execution, "/token"));
        Self {
            kim,
            own,
            flow,
            execution,
            token,
        }
    }

    fn read(&self) -> keydance_testkit::Answer {
        self.token.get(&format!("/credentials/{}", self.own)).send()
    }
}

/// Asks until the answer has this status.
fn until_refused_with(token: &Identity, status: u16) -> keydance_testkit::Answer {
    // to an execution token /me is closed from the beginning: 403, then 401
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < 30 {
        let answer = token.get("/me").send();
        if answer.status == status {
            return answer;
        }
    }
    until_refused(token)
}

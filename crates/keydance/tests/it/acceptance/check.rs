//! The stateless check (contract 10.5), and flows that somebody else keeps (10.4).

use serde_json::{Value, json};

use super::cast::play;
use super::papers::{UNKNOWN, api_key, create, flow, store};

#[test]
fn only_the_actor_or_who_checks_for_others_may_check() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let proxy = cast.person_with("proxy", &["flows.check"]);
        let id = create(&kim, &api_key("checked-key-0002"));
        let item = json!({"ref": "a", "operation": "persist", "actor": kim.owner(), "flow": flow(&[kim.owner()], &[&id])});
        let body = json!({"data": [item, item]});
        lee.post("/flows/check")
            .json(&body)
            .send()
            .expect_error(403, "missing_permission");
        for who in [&kim, &proxy] {
            let answer = who
                .post("/flows/check")
                .json(&body)
                .send()
                .expect_status(200)
                .json();
            assert_eq!(answer["data"][1]["ref"], "a");
            assert_eq!(answer["data"][1]["allowed"], true, "{answer}");
            assert!(
                answer["data"][1]["digest"]
                    .as_str()
                    .is_some_and(|digest| digest.starts_with("sha256:"))
            );
            assert!(answer["meta"]["epoch"].is_number() && answer["meta"]["checkedAt"].is_string());
        }
    });
}

#[test]
fn what_is_no_flow_is_a_violation_and_no_error() {
    play(|cast| {
        let kim = cast.person("kim");
        let flows = [
            json!(null),
            json!({}),
            json!([]),
            json!({"graph": {"nodes": []}}),
            json!({"graph": 7}),
            json!({"graph": {"nodes": [{"id": "a", "credentials_id": "Ledger"}]}}),
        ];
        let item =
            |flow: &Value| json!({"operation": "execute", "actor": kim.owner(), "flow": flow});
        let items: Vec<_> = flows.iter().map(item).collect();
        let answer = kim
            .post("/flows/check")
            .json(&json!({"data": items}))
            .send();
        let verdicts = answer.expect_status(200).data();
        for verdict in verdicts.as_array().expect("a list") {
            assert_eq!(verdict["allowed"], false, "{verdict}");
            assert!(
                verdict["violations"]
                    .as_array()
                    .is_some_and(|all| !all.is_empty()),
                "{verdict}"
            );
        }
        assert_eq!(
            verdicts[5]["violations"][0]["path"],
            "graph.nodes[0].credentials_id"
        );
    });
}

#[test]
fn a_check_of_a_run_looks_at_values_and_at_the_state_of_the_flow() {
    play(|cast| {
        let kim = cast.person("kim");
        let place = cast.environment("staging", false);
        let id = create(&kim, &api_key("checked-key-0003"));
        let mut document = flow(&[kim.owner()], &[&id]);
        let verdict = |document: &Value, environment: &str| {
            let item = json!({"operation": "execute", "environment": environment, "actor": kim.owner(), "flow": document});
            let answer = kim
                .post("/flows/check")
                .json(&json!({"data": [item]}))
                .send();
            answer.expect_status(200).data()[0].take()
        };
        assert_eq!(verdict(&document, "default")["allowed"], true);
        assert_eq!(
            verdict(&document, &place)["violations"][0]["reason"],
            "environment_value_missing"
        );
        let stored = store(&kim, &document);
        document["id"] = json!(stored);
        kim.post(&format!("/flows/{stored}/block"))
            .send()
            .expect_status(200);
        let blocked = verdict(&document, "default");
        assert_eq!(blocked["allowed"], false);
        assert_eq!(blocked["violations"][0]["reason"], "flow_blocked");
    });
}

#[test]
fn a_check_and_storing_agree_about_who_owns_the_new_version_only() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&lee, &api_key("checked-key-0004"));
        let mut document = flow(
            &[kim.owner()],
            &[&create(&kim, &api_key("checked-key-0005"))],
        );
        let stored = store(&kim, &document);
        document = flow(&[lee.owner()], &[&id]);
        document["id"] = json!(stored);
        let item = json!({"operation": "persist", "actor": lee.owner(), "flow": document});
        let check = lee
            .post("/flows/check")
            .json(&json!({"data": [item]}))
            .send();
        let verdict = check.expect_status(200).data()[0].take();
        assert_eq!(verdict["allowed"], false);
        let put = lee.put(&format!("/flows/{stored}")).json(&document).send();
        let denied = put.expect_error(403, "flow_guard_denied");
        for violation in [&verdict["violations"][0], &denied["details"][0]] {
            assert_eq!(violation["reason"], "actor_not_flow_owner");
        }
    });
}

#[test]
fn a_repository_stores_flows_under_its_own_ids_for_its_users() {
    play(|cast| {
        let kim = cast.person("kim");
        let repository = cast.person_with("repository", &["flows.register"]);
        let id = create(&kim, &api_key("repository-key-1"));
        let path = format!("/flows/{}", create(&kim, &api_key("only-for-an-id-1")));
        let document = flow(&[], &[&id]);
        let actor = format!("USER:{}", kim.id);
        let put = |document: &Value| {
            repository
                .put(&path)
                .header("X-Keydance-Actor", &actor)
                .json(document)
                .send()
        };
        let stored = put(&document).expect_status(201).data();
        assert_eq!(
            (&stored["revision"], &stored["owners"]),
            (&json!(1), &json!([kim.owner()]))
        );
        assert_eq!(put(&document).expect_status(200).data()["revision"], 1);
        let own = repository.put(&path).json(&document).send();
        own.expect_error(403, "flow_guard_denied");
        kim.delete(&path).send().expect_status(204);
        put(&document).expect_error(409, "already_exists");
    });
}

#[test]
fn an_actor_is_heard_only_from_who_registers_flows() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &api_key("actors-key-00001"));
        let document = flow(&[kim.owner()], &[&id]);
        let actor = format!("USER:{}", kim.id);
        let as_kim = lee
            .post("/flows")
            .header("X-Keydance-Actor", &actor)
            .json(&document)
            .send();
        let denied = as_kim.expect_error(403, "flow_guard_denied");
        assert_eq!(denied["details"][0]["reason"], "actor_not_flow_owner");
        let register = cast.person_with("register", &["flows.register"]);
        let post = |actor: &str| {
            register
                .post("/flows")
                .header("X-Keydance-Actor", actor)
                .json(&document)
                .send()
        };
        post(&actor).expect_status(201);
        post(&format!("USER:{}", lee.id)).expect_error(403, "flow_guard_denied");
        post("USER:nobody-at-all").expect_error(403, "flow_guard_denied");
        for malformed in ["USER:", "GROUP:x", &kim.id] {
            post(malformed).expect_error(400, "validation_failed");
        }
        let events = cast.events(&format!("actor={}&action=flow.created", register.id));
        assert_eq!(
            events[0]["actor"]["onBehalfOf"]["id"],
            kim.id.as_str(),
            "{events:?}"
        );
    });
}

#[test]
fn a_check_takes_a_hundred_flows_and_no_more() {
    play(|cast| {
        let kim = cast.person("kim");
        let item = json!({"operation": "persist", "actor": kim.owner(), "flow": flow(&[kim.owner()], &[UNKNOWN])});
        let check = |count: usize| {
            kim.post("/flows/check")
                .json(&json!({"data": vec![&item; count]}))
                .send()
        };
        assert_eq!(
            check(100)
                .expect_status(200)
                .data()
                .as_array()
                .map(Vec::len),
            Some(100)
        );
        check(101).expect_error(400, "validation_failed");
        kim.post("/flows/check")
            .json(&json!({"data": {}}))
            .send()
            .expect_error(400, "validation_failed");
        kim.post("/flows/check")
            .json(&json!({"data": [{"operation": "delete", "actor": kim.owner()}]}))
            .send()
            .expect_error(400, "validation_failed");
    });
}

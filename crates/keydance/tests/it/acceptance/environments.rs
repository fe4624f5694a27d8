//! Line 22: one credential, one value in each environment.

use serde_json::json;

use super::cast::{fresh, play};
use super::papers::{api_key, create, flow, id_of, start, store, text};

// Line 22.
#[test]
fn each_environment_has_its_own_value_and_none_falls_back() {
    play(|cast| {
        let kim = cast.person("kim");
        let (staging, empty) = (
            cast.environment("staging", false),
            cast.environment("empty", false),
        );
        let id = create(&kim, &api_key("default-value-01"));
        let path = format!("/credentials/{id}");
        let change = json!({"environment": staging, "value": {"key": "staging-value-01"}});
        kim.patch(&path).json(&change).send().expect_status(200);
        let read = |query: &str| kim.get(&format!("{path}{query}")).send();
        let default = read("").expect_status(200).data();
        assert_eq!(default["value"]["key"], "default-value-01");
        assert_eq!(default["environment"], "default");
        assert_eq!(default["environments"], json!(["default", staging]));
        let other = read(&format!("?environment={staging}"))
            .expect_status(200)
            .data();
        assert_eq!(
            (&other["value"]["key"], &other["version"]),
            (&json!("staging-value-01"), &json!(2))
        );
        read(&format!("?environment={empty}")).expect_error(409, "environment_value_missing");
        read("?environment=nowhere").expect_error(400, "unknown_environment");
    });
}

// Line 22, contract 10.6.
#[test]
fn the_same_flow_runs_in_staging_and_in_production_with_the_value_of_each() {
    play(|cast| {
        let kim = cast.person("kim");
        let places = [
            cast.environment("staging", false),
            cast.environment("production", true),
        ];
        let id = create(&kim, &api_key("default-value-02"));
        for place in &places {
            let change =
                json!({"environment": place, "value": {"key": format!("value-of-{place}")}});
            kim.patch(&format!("/credentials/{id}"))
                .json(&change)
                .send()
                .expect_status(200);
        }
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        for place in &places {
            let execution = start(&kim, &flow, &json!({"environment": place}));
            assert_eq!(execution["environment"], place.as_str());
            let path = format!("/executions/{}/credentials/{id}", id_of(&execution));
            let token = cast.bearer(text(&execution, "/token"));
            let value = token.get(&path).send().expect_status(200).data();
            assert_eq!(value["value"]["key"], format!("value-of-{place}").as_str());
            assert_eq!(value["environment"], place.as_str());
            let elsewhere = format!("{path}?environment=default");
            token
                .get(&elsewhere)
                .send()
                .expect_error(403, "token_scope");
        }
    });
}

// Contract 10.1.
#[test]
fn in_a_protected_environment_only_executions_see_the_value() {
    play(|cast| {
        let kim = cast.person("kim");
        let place = cast.environment("guarded", true);
        let id = create(&kim, &api_key("open-value-00001"));
        let path = format!("/credentials/{id}");
        let change = json!({"environment": place, "value": {"key": "guarded-value-01"}});
        let changed = kim.patch(&path).json(&change).send().expect_status(200);
        assert!(
            !changed.text().contains("guarded-value-01"),
            "{}",
            changed.text()
        );
        let read = kim
            .get(&format!("{path}?environment={place}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(read["value"]["key"], "************e-01");
        let version = kim
            .get(&format!("{path}/versions/2"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(version["value"]["key"], "************e-01");
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let execution = start(&kim, &flow, &json!({"environment": place}));
        let token = cast.bearer(text(&execution, "/token"));
        let value = token.get(&path).send().expect_status(200).data();
        assert_eq!(value["value"]["key"], "guarded-value-01");
    });
}

// Contract 10.1.
#[test]
fn an_environment_is_made_once_by_who_manages_them() {
    play(|cast| {
        let kim = cast.person("kim");
        let name = fresh("qa");
        let body = json!({"name": name});
        kim.post("/environments")
            .json(&body)
            .send()
            .expect_error(403, "missing_permission");
        let made = cast
            .ana
            .post("/environments")
            .json(&body)
            .send()
            .expect_status(201)
            .data();
        assert_eq!(
            (&made["name"], &made["protected"]),
            (&json!(name), &json!(false))
        );
        cast.ana
            .post("/environments")
            .json(&body)
            .send()
            .expect_error(409, "already_exists");
        let list = kim
            .get("/environments?page[size]=100")
            .send()
            .expect_status(200)
            .data();
        let names: Vec<_> = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert!(
            names.contains(&json!("default")) && names.contains(&json!(name)),
            "{names:?}"
        );
    });
}

// Contract 10.1.
#[test]
fn an_environment_stays_while_it_has_values() {
    play(|cast| {
        let name = cast.environment("qa", false);
        let mut credential = api_key("value-in-qa-0001");
        credential["environment"] = json!(name);
        create(&cast.ana, &credential);
        let path = format!("/environments/{name}");
        let refused = cast.ana.delete(&path).send();
        assert_eq!(refused.status, 409, "{}", refused.text());
        let unused = cast.environment("unused", false);
        cast.ana
            .delete(&format!("/environments/{unused}"))
            .send()
            .expect_status(204);
        cast.ana
            .delete(&format!("/environments/{unused}"))
            .send()
            .expect_error(404, "not_found");
        assert_eq!(cast.ana.delete("/environments/default").send().status, 409);
    });
}

// Contract 10.1.
#[test]
fn the_name_of_an_environment_is_a_short_plain_word() {
    play(|cast| {
        for name in [
            "",
            "Upper",
            "1st",
            "a b",
            "-a",
            "a_b",
            "abcdefghijabcdefghijabcdefghijabc",
        ] {
            let made = cast
                .ana
                .post("/environments")
                .json(&json!({"name": name}))
                .send();
            made.expect_error(400, "validation_failed");
        }
    });
}

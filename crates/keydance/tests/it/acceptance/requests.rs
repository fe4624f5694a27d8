//! Contract 2.1: what headers mean on every route.

use serde_json::json;

use super::cast::{fresh, play};
use super::papers::{api_key, create, flow, start, store};

#[test]
fn a_request_id_comes_back_in_the_header_the_error_and_the_event() {
    play(|cast| {
        let id = fresh("Trace.1_2");
        let made = cast
            .ana
            .post("/credentials")
            .header("X-Request-Id", &id)
            .json(&api_key("traced-key-00001"));
        let made = made.send().expect_status(200);
        assert_eq!(made.header("X-Request-Id"), Some(id.as_str()));
        let object = made.data()["_id"].as_str().expect("an id").to_owned();
        let events = cast.events(&format!("object={object}"));
        assert!(!events.is_empty() && events.iter().all(|event| event["requestId"] == id.as_str()));
        let refused = cast.ana.get("/nothing").header("X-Request-Id", &id).send();
        assert_eq!(refused.header("X-Request-Id"), Some(id.as_str()));
        assert_eq!(
            refused.expect_error(404, "not_found")["requestId"],
            id.as_str()
        );
        for malformed in ["", "a b", "<script>", &"x".repeat(65)] {
            let answer = cast
                .ana
                .get("/nothing")
                .header("X-Request-Id", malformed)
                .send();
            let given = answer.header("X-Request-Id").expect("an id").to_owned();
            assert!(!given.is_empty() && given != malformed, "{given}");
            assert_eq!(answer.json()["requestId"], given.as_str());
        }
    });
}

#[test]
fn what_is_refused_to_whoever_only_reads_is_written_down_under_its_own_id() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &api_key("refused-key-0001"));
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        for (object, path) in [
            (&flow, format!("/flows/{flow}")),
            (&flow, format!("/executions?flow={flow}")),
            (&id, format!("/credentials/{id}")),
            (&id, format!("/credentials/{id}/versions")),
        ] {
            let denials = || {
                let query = format!("object={object}&action=access.denied&actor={}", lee.id);
                cast.events(&query).len()
            };
            let before = denials();
            lee.get(&path).send().expect_error(403, "not_owner");
            assert_eq!(denials(), before + 1, "{path}");
        }
    });
}

#[test]
fn the_same_idempotency_key_creates_once() {
    play(|cast| {
        let kim = cast.person("kim");
        let post = |key: &str, body| {
            kim.post("/credentials")
                .header("Idempotency-Key", key)
                .json(&body)
                .send()
        };
        let first = post("once", api_key("idempotent-key-1"))
            .expect_status(200)
            .data();
        let again = post("once", api_key("idempotent-key-1")).expect_status(200);
        assert_eq!(again.data()["_id"], first["_id"]);
        assert!(again.data().get("value").is_none(), "{}", again.text());
        post("once", api_key("idempotent-key-2")).expect_error(409, "idempotency_mismatch");
        let other = post("twice", api_key("idempotent-key-1"))
            .expect_status(200)
            .data();
        assert_ne!(other["_id"], first["_id"]);
        let lee = cast.person("lee");
        let lees = lee
            .post("/credentials")
            .header("Idempotency-Key", "once")
            .json(&api_key("idempotent-key-1"));
        assert_ne!(lees.send().expect_status(200).data()["_id"], first["_id"]);
        post("", api_key("k")).expect_error(400, "validation_failed");
        post(&"k".repeat(65), api_key("k")).expect_error(400, "validation_failed");
        let list = kim
            .get("/credentials?filter[owner]=me")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(list["meta"]["total"], 2);
    });
}

#[test]
fn the_same_idempotency_key_stores_one_flow() {
    play(|cast| {
        let kim = cast.person("kim");
        let mut document = flow(&[kim.owner()], &[]);
        // Fields of its own are kept as given, whatever they are called.
        document["value"] = json!({"of": "the order"});
        document["code"] = json!("EUR");
        let post = || {
            kim.post("/flows")
                .header("Idempotency-Key", "flow")
                .json(&document)
                .send()
                .expect_status(201)
                .data()
        };
        let stored = post();
        assert_eq!(stored["code"], "EUR");
        assert_eq!(post(), stored);
    });
}

#[test]
fn the_same_idempotency_key_starts_one_execution_and_shows_its_token_once() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("idempotent-key-3"));
        let path = format!(
            "/flows/{}/executions",
            store(&kim, &flow(&[kim.owner()], &[&id]))
        );
        let start = || {
            kim.post(&path)
                .header("Idempotency-Key", "run")
                .json(&json!({}))
                .send()
                .expect_status(201)
                .data()
        };
        let started = start();
        let again = start();
        assert_eq!(again["id"], started["id"]);
        assert!(
            again.get("token").is_none_or(|token| token == ""),
            "{again}"
        );
    });
}

#[test]
fn a_change_of_what_changed_meanwhile_is_refused() {
    play(|cast| {
        let id = create(&cast.ana, &api_key("tagged-key-00001"));
        let path = format!("/credentials/{id}");
        let read = cast.ana.get(&path).send().expect_status(200);
        let tag = read.header("ETag").expect("a tag").to_owned();
        assert_eq!(tag, format!("\"{}\"", read.data()["__v"]));
        let patch = |tag: &str, name: &str| {
            cast.ana
                .patch(&path)
                .header("If-Match", tag)
                .json(&json!({"name": name}))
                .send()
        };
        let changed = patch(&tag, "First").expect_status(200);
        let next = changed.header("ETag").expect("a tag").to_owned();
        assert_ne!(next, tag);
        let refused = patch(&tag, "Second").expect_error(412, "precondition_failed");
        assert_eq!(refused["message"], "It changed meanwhile; read it again.");
        patch("\"nonsense\"", "Second").expect_error(412, "precondition_failed");
        cast.ana
            .delete(&path)
            .header("If-Match", &tag)
            .send()
            .expect_error(412, "precondition_failed");
        let owners = format!("{path}/owners?id=nobody");
        cast.ana
            .delete(&owners)
            .header("If-Match", &tag)
            .send()
            .expect_error(412, "precondition_failed");
        assert_eq!(
            cast.ana.get(&path).send().expect_status(200).data()["name"],
            "First"
        );
        cast.ana
            .delete(&path)
            .header("If-Match", &next)
            .send()
            .expect_status(204);
    });
}

#[test]
fn a_flow_that_changed_meanwhile_is_not_overwritten() {
    play(|cast| {
        let kim = cast.person("kim");
        let document = flow(&[kim.owner()], &[]);
        let path = format!("/flows/{}", store(&kim, &document));
        let read = kim.get(&path).send().expect_status(200);
        let tag = read.header("ETag").expect("a tag").to_owned();
        kim.patch(&path)
            .header("If-Match", &tag)
            .json(&json!({"name": "First"}))
            .send()
            .expect_status(200);
        let late = kim
            .put(&path)
            .header("If-Match", &tag)
            .json(&document)
            .send();
        late.expect_error(412, "precondition_failed");
        kim.delete(&path)
            .header("If-Match", &tag)
            .send()
            .expect_error(412, "precondition_failed");
        assert_eq!(
            kim.get(&path).send().expect_status(200).data()["name"],
            "First"
        );
    });
}

#[test]
fn only_json_is_read() {
    play(|cast| {
        let body = api_key("typed-key-000001").to_string();
        let post = |kind: &str| {
            cast.ana
                .post("/credentials")
                .body(kind, body.clone())
                .send()
        };
        post("application/json; charset=utf-8").expect_status(200);
        post("Application/JSON").expect_status(200);
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
            "multipart/form-data",
        ] {
            post(kind).expect_error(415, "unsupported_media_type");
        }
    });
}

#[test]
fn health_and_readiness_need_no_token_and_say_little() {
    play(|cast| {
        let client = cast.server.client();
        for path in ["/healthcheck", "/livez"] {
            assert_eq!(client.get(path).send().expect_status(200).text(), "OK");
        }
        let ready = client.get("/readyz").send().expect_status(200).json();
        for check in ["database", "seal", "migrations"] {
            assert!(ready["checks"].get(check).is_some(), "{ready}");
        }
        assert!(ready["warnings"].is_array(), "{ready}");
        let document = client.get("/openapi.json").send().expect_status(200).json();
        assert!(document["paths"]["/api/v1/secrets/{id}"].is_object());
    });
}

#[test]
fn what_a_token_stands_for_is_told_to_who_may_ask() {
    play(|cast| {
        let kim = cast.person("kim");
        let asker = cast.person_with("asker", &["iam.token.introspect"]);
        let ask = |token: &str| {
            asker
                .post("/tokens/introspect")
                .json(&json!({"token": token}))
                .send()
        };
        let account = ask(&kim.token).expect_status(200).json();
        assert_eq!(
            (&account["_id"], &account["tenant"]),
            (&json!(kim.id), &json!(cast.one.id))
        );
        ask("kd_nonsense").expect_error(404, "not_found");
        ask(&cast.cleo.token).expect_error(404, "not_found");
        let id = create(&kim, &api_key("introspect-key-1"));
        let flow = store(&kim, &flow(&[kim.owner()], &[&id]));
        let execution = start(&kim, &flow, &json!({}));
        let token = execution["token"].as_str().expect("a token");
        let form = format!("token={token}");
        let claims = asker
            .post("/tokens/introspect")
            .body("application/x-www-form-urlencoded", form);
        let claims = claims.send().expect_status(200).json();
        assert_eq!(
            (&claims["active"], &claims["sub"]),
            (&json!(true), &json!(kim.id))
        );
        assert_eq!(claims["claims"]["flowId"], flow.as_str(), "{claims}");
        assert_eq!(claims["claims"]["permissions"], json!([]));
        kim.post("/tokens/introspect")
            .json(&json!({"token": "x"}))
            .send()
            .expect_error(403, "missing_permission");
    });
}

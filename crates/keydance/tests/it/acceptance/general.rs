//! Lines 1 to 4: the root, who is let in, the alias, caches.

use keydance_testkit::Identity;
use serde_json::{Value, json};

use super::cast::{fresh, play};
use super::papers::{UNKNOWN, api_key, create};

// Line 1.
#[test]
fn the_root_says_its_version_and_nothing_else() {
    play(|cast| {
        let root = cast.server.client().get("/").send().expect_status(200);
        let data = root.data();
        assert!(data["version"].is_string(), "{data}");
        assert_eq!(data.as_object().expect("an object").len(), 1, "{data}");
        let health = cast.server.client().get("/healthcheck").send();
        assert_eq!(health.expect_status(200).text(), "OK");
    });
}

// Line 1.
#[test]
fn an_unknown_path_is_an_error_like_any_other() {
    play(|cast| {
        for path in [
            "/nothing",
            "/api/v1",
            "/api/v1/nothing",
            "/api/v1/credentials/a/b/c",
        ] {
            let answer = cast
                .server
                .client()
                .get(path)
                .bearer(&cast.ana.token)
                .send();
            let error = answer.expect_error(404, "not_found");
            assert!(
                error["message"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
            assert!(
                error["requestId"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
    });
}

// Line 2.
#[test]
fn whoever_shows_no_valid_token_is_not_let_in() {
    play(|cast| {
        let path = "/credentials";
        let with = |header: &str| {
            let request = cast.ana.get(path).anonymous();
            request.header("Authorization", header).send()
        };
        let missing = cast.ana.get(path).anonymous().send();
        let said = missing.clone().expect_error(401, "auth_missing");
        assert_eq!(said["message"], "Missing authorization header.");
        assert_eq!(missing.header("WWW-Authenticate"), Some("Bearer"));
        with("Bearer").expect_error(401, "auth_malformed");
        with(&format!("Basic {}", cast.ana.token)).expect_error(401, "auth_malformed");
        with("Bearer nonsense").expect_error(401, "token_invalid");
        with(&format!("Bearer {}", other_secret(&cast.ana.token)))
            .expect_error(401, "token_invalid");
        with(&format!("bEARER {}", cast.ana.token)).expect_status(200);
    });
}

// Line 2.
#[test]
fn an_expired_token_is_no_token() {
    play(|cast| {
        let body = json!({"name": "short", "permissions": [], "expiresIn": "1s"});
        let short = cast.token(&cast.ana, &body);
        short.get("/me").send().expect_status(200);
        until_refused(&short).expect_error(401, "token_invalid");
        short
            .get(&format!("/credentials/{UNKNOWN}"))
            .send()
            .expect_error(401, "token_invalid");
    });
}

// Line 2.
#[test]
fn a_revoked_token_is_no_token_from_the_next_request_on() {
    play(|cast| {
        let body = json!({"name": "revoked", "permissions": []});
        let made = cast
            .ana
            .post("/tokens")
            .json(&body)
            .send()
            .expect_status(201)
            .data();
        let token = made["token"].as_str().expect("a token").to_owned();
        let path = format!("/tokens/{}", made["id"].as_str().expect("an id"));
        cast.bearer(&token).get("/me").send().expect_status(200);
        cast.ana.delete(&path).send().expect_status(204);
        cast.bearer(&token)
            .get("/me")
            .send()
            .expect_error(401, "token_invalid");
    });
}

// Line 2.
#[test]
fn a_body_is_not_looked_at_before_the_token_is() {
    play(|cast| {
        let post = || {
            cast.ana
                .post("/credentials")
                .body("application/json", "{not json")
        };
        post().anonymous().send().expect_error(401, "auth_missing");
        post()
            .bearer("nonsense")
            .send()
            .expect_error(401, "token_invalid");
        post().send().expect_error(400, "bad_json");
    });
}

// Line 2.
#[test]
fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    play(|cast| {
        let path = format!("/credentials/{UNKNOWN}");
        let answer = cast.ana.put(&path).json(&json!({})).send();
        let allow = answer.header("Allow").expect("Allow").to_owned();
        answer.expect_error(405, "method_not_allowed");
        for method in ["GET", "PATCH", "DELETE"] {
            assert!(allow.contains(method), "{allow}");
        }
    });
}

// Line 3.
#[test]
fn secrets_is_another_word_for_credentials_with_or_without_a_slash_behind() {
    play(|cast| {
        let ida = cast.person("ida");
        let id = create(&ida, &api_key("alias-key-0001"));
        for path in [
            "",
            &format!("/{id}"),
            &format!("/{UNKNOWN}"),
            &format!("/{id}/versions"),
        ] {
            let spellings = ["credentials", "secrets"].map(|word| format!("/{word}{path}"));
            let answers = spellings
                .iter()
                .flat_map(|path| [path.clone(), format!("{path}/")]);
            let answers: Vec<_> = answers.map(|path| answer(&ida, &path)).collect();
            assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
        }
        let query = "?page[size]=1&filter[type]=API_KEY&view=full";
        assert_eq!(
            answer(&ida, &format!("/secrets/{query}")),
            answer(&ida, &format!("/credentials{query}"))
        );
    });
}

// Line 3.
#[test]
fn what_is_made_under_one_name_is_there_under_the_other() {
    play(|cast| {
        let made = cast
            .ana
            .post("/secrets/")
            .json(&api_key("alias-key-0002"))
            .send();
        let id = made.expect_status(200).data()["_id"].take();
        let id = id.as_str().expect("an id");
        let change = json!({"name": fresh("renamed")});
        cast.ana
            .patch(&format!("/secrets/{id}/"))
            .json(&change)
            .send()
            .expect_status(200);
        let read = cast
            .ana
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200);
        assert_eq!(read.data()["name"], change["name"]);
        cast.ana
            .delete(&format!("/secrets/{id}"))
            .send()
            .expect_status(204);
        cast.ana
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_error(404, "not_found");
    });
}

// Line 4.
#[test]
fn nothing_under_the_base_path_is_kept_by_a_cache() {
    play(|cast| {
        let id = create(&cast.ana, &api_key("uncached-key-01"));
        let path = format!("/credentials/{id}");
        let read = cast.ana.get(&path).send().expect_status(200);
        let tag = read.header("ETag").expect("a tag").to_owned();
        for answer in [
            read,
            cast.ana.get("/nothing").send(),
            cast.ana.get("/me").anonymous().send(),
        ] {
            let control = answer.header("Cache-Control").expect("Cache-Control");
            assert!(control.contains("no-store"), "{control}");
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
            assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
        }
        let again = cast.ana.get(&path).header("If-None-Match", &tag).send();
        assert_eq!(again.expect_status(200).data()["_id"], id.as_str());
        cast.ana
            .get(&path)
            .header("If-None-Match", "*")
            .send()
            .expect_status(200);
    });
}

/// Asks until the answer is no success any more: the wait is over when time has passed at the
/// server.
pub(super) fn until_refused(who: &Identity) -> keydance_testkit::Answer {
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < 30 {
        let answer = who.get("/me").send();
        if answer.status != 200 {
            return answer;
        }
    }
    panic!("still let in after 30 s");
}

/// Status and body, without what differs from request to request.
fn answer(who: &Identity, path: &str) -> (u16, Value) {
    let answer = who.get(path).header("X-Request-Id", "same").send();
    (answer.status, answer.json())
}

/// The same token with another secret: its last character is another one.
fn other_secret(token: &str) -> String {
    let mut other = token.to_owned();
    let last = other.pop();
    other.push(if last == Some('a') { 'b' } else { 'a' });
    other
}

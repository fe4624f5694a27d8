//! Contract 11.1 and security 8: what is too large is refused, and refused early.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::cast::play;
use super::papers::{api_key, create, flow, owned};

#[test]
fn a_value_holds_half_a_mebibyte_and_no_more() {
    play(|cast| {
        let kim = cast.person("kim");
        let body = |length: usize| json!({"name": "Large", "type": "MIXED", "value": {"payload": "x".repeat(length)}});
        let id = create(&kim, &body(512 * 1024));
        let read = kim
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(
            read["value"]["payload"].as_str().map(str::len),
            Some(512 * 1024)
        );
        let refused = kim.post("/credentials").json(&body(512 * 1024 + 1)).send();
        refused.expect_error(413, "too_large");
        let change = json!({"value": {"payload": "y".repeat(512 * 1024 + 1)}});
        kim.patch(&format!("/credentials/{id}"))
            .json(&change)
            .send()
            .expect_error(413, "too_large");
        let list = kim
            .get("/credentials?filter[owner]=me")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(list["meta"]["total"], 1);
    });
}

#[test]
fn a_body_over_a_mebibyte_is_refused_before_it_is_read() {
    play(|cast| {
        let head = format!(
            "POST /api/v1/credentials HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n{{",
            cast.ana.token
        );
        // nothing of the body follows: a server that waits for it never answers
        let answer = talk(cast.server.url().as_str(), head.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(
            answer.contains("\"too_large\"") && answer.contains("requestId"),
            "{answer}"
        );
        let chunked = "POST /api/v1/credentials HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n";
        let anonymous = talk(cast.server.url().as_str(), chunked.as_bytes());
        assert!(anonymous.starts_with("HTTP/1.1 413"), "{anonymous}");
    });
}

#[test]
fn a_body_without_a_length_is_cut_off_at_a_mebibyte() {
    play(|cast| {
        let mut request = format!(
            "POST /api/v1/credentials HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
            cast.ana.token
        )
        .into_bytes();
        request.extend(vec![b' '; 0x10_0001]);
        let answer = talk(cast.server.url().as_str(), &request);
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    });
}

#[test]
fn a_hundred_owners_are_enough() {
    play(|cast| {
        let kim = cast.person("kim");
        let others = |count: usize| -> Vec<Value> {
            (0..count)
                .map(|n| json!({"id": format!("other-{n}"), "type": "USER"}))
                .collect()
        };
        let id = create(&kim, &owned(api_key("many-owners-0001"), &others(99)));
        let path = format!("/credentials/{id}");
        let one_more = json!({"id": "one-more", "type": "USER"});
        let refused = kim.post(&format!("{path}/owners")).json(&one_more).send();
        refused.expect_error(400, "validation_failed");
        for count in [100, 101] {
            let body = owned(api_key("many-owners-0002"), &others(count));
            kim.post("/credentials")
                .json(&body)
                .send()
                .expect_error(400, "validation_failed");
        }
        let change = json!({"owners": others(101)});
        kim.patch(&path)
            .json(&change)
            .send()
            .expect_error(400, "validation_failed");
        let refused = kim.post("/flows").json(&flow(&others(101), &[])).send();
        refused.expect_error(400, "validation_failed");
    });
}

#[test]
fn a_graph_has_a_thousand_nodes_at_most() {
    play(|cast| {
        let kim = cast.person("kim");
        let graph = |count: usize| {
            let nodes: Vec<Value> = (0..count).map(|n| json!({"id": format!("n{n}")})).collect();
            json!({"owners": [kim.owner()], "graph": {"nodes": nodes}})
        };
        kim.post("/flows")
            .json(&graph(1000))
            .send()
            .expect_status(201);
        let refused = kim
            .post("/flows")
            .json(&graph(1001))
            .send()
            .expect_error(400, "validation_failed");
        assert_eq!(refused["details"][0]["path"], "graph.nodes");
        kim.post("/flows")
            .json(&graph(0))
            .send()
            .expect_error(400, "validation_failed");
        let twice = json!({"graph": {"nodes": [{"id": "a"}, {"id": "a"}]}});
        kim.post("/flows")
            .json(&twice)
            .send()
            .expect_error(400, "validation_failed");
    });
}

#[test]
fn json_is_sixty_four_deep_at_most_and_names_nothing_twice() {
    play(|cast| {
        let nested = |depth: usize| {
            let deep = format!("{}0{}", "[".repeat(depth), "]".repeat(depth));
            let body = format!(
                "{{\"name\":\"Deep\",\"type\":\"SIMPLE\",\"value\":{{\"username\":\"u\",\"passphrase\":\"p\"}},\"x\":{deep}}}"
            );
            cast.ana
                .post("/credentials")
                .body("application/json", body)
                .send()
        };
        nested(63).expect_status(200);
        nested(64).expect_error(400, "bad_json");
        nested(100_000).expect_error(400, "bad_json");
        for twice in [
            r#"{"name":"a","name":"b","type":"SIMPLE","value":{"username":"u","passphrase":"p"}}"#,
            r#"{"name":"a","type":"SIMPLE","value":{"username":"u","passphrase":"p","passphrase":"q"}}"#,
            r#"{"name":"a","type":"SIMPLE","value":{"username":"u","passphrase":"p","pass\u0070hrase":"q"}}"#,
        ] {
            let refused = cast
                .ana
                .post("/credentials")
                .body("application/json", twice)
                .send();
            refused.expect_error(400, "bad_json");
        }
    });
}

#[test]
fn names_and_domains_have_an_end() {
    play(|cast| {
        let with = |field: &str, text: String| {
            let mut body = api_key("named-key-000001");
            body[field] = json!(text);
            cast.ana.post("/credentials").json(&body).send()
        };
        with("name", "ü".repeat(256)).expect_status(200);
        with("name", "ü".repeat(257)).expect_error(400, "validation_failed");
        with("name", "a\nb".to_owned()).expect_error(400, "validation_failed");
        with("domain", "d".repeat(256)).expect_status(200);
        with("domain", "d".repeat(257)).expect_error(400, "validation_failed");
    });
}

#[test]
fn header_blocks_have_an_end() {
    play(|cast| {
        let many: String = (0..101).fold(String::new(), |all, n| all + &format!("X-H{n}: 1\r\n"));
        let request = format!("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
        let answer = talk(cast.server.url().as_str(), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        let long = format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n",
            "x".repeat(70_000)
        );
        let answer = talk(cast.server.url().as_str(), long.as_bytes());
        assert!(
            answer.starts_with("HTTP/1.1 4") || answer.is_empty(),
            "{answer}"
        );
        cast.ana.get("/me").send().expect_status(200);
    });
}

/// Sends these bytes and reads what comes back until the server closes or says no more.
pub(crate) fn talk(url: &str, request: &[u8]) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a timeout");
    // the server may answer and close before it has read everything
    let sent = stream.write_all(request);
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..count]);
        if is_whole(&answer) {
            break;
        }
    }
    drop(sent);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Whether a header block and as many bytes as it announces are there.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.to_ascii_lowercase();
    let length = length
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

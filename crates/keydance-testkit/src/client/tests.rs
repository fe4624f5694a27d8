use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use serde_json::json;

use super::*;

/// Answers each request on one connection with its own head and body, told
/// apart by the number of the connection.
fn mirror() -> Client {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (nth, stream) in listener.incoming().enumerate() {
            reflect(nth, &stream.unwrap());
        }
    });
    Client::new(format!("http://127.0.0.1:{port}"))
}

fn reflect(nth: usize, mut stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    while let Some((head, length)) = read_head(&mut reader) {
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let seen = [head.as_bytes(), &body].concat();
        let answer = format!(
            "HTTP/1.1 418 Teapot\r\nX-Connection: {nth}\r\nContent-Length: {}\r\n\r\n",
            seen.len()
        );
        stream
            .write_all(&[answer.as_bytes(), &seen].concat())
            .unwrap();
    }
}

fn read_head(reader: &mut BufReader<&TcpStream>) -> Option<(String, usize)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |text| text.parse().unwrap());
    Some((head, length))
}

#[test]
fn method_path_token_and_json_reach_the_server() {
    let client = mirror().under("/api/v1", "kd_a_1");
    let answer = client
        .patch("/credentials/1?x=y")
        .json(&json!({"name": "new"}))
        .send();
    let text = answer.expect_status(418).text();
    assert!(
        text.starts_with("patch /api/v1/credentials/1?x=y http/1.1\r\n"),
        "{text}"
    );
    assert!(text.contains("authorization: bearer kd_a_1\r\n"), "{text}");
    assert!(
        text.contains("content-type: application/json\r\n"),
        "{text}"
    );
    assert!(text.ends_with("\r\n\r\n{\"name\":\"new\"}"), "{text}");
}

#[test]
fn a_request_may_bring_another_token_or_none() {
    let client = mirror().under("", "own");
    assert!(
        client
            .get("/")
            .bearer("other")
            .send()
            .text()
            .contains(": bearer other\r\n")
    );
    assert!(
        !client
            .get("/")
            .anonymous()
            .send()
            .text()
            .contains("authorization")
    );
}

#[test]
fn bytes_are_sent_as_they_are_with_any_method() {
    let client = mirror();
    for method in ["BREW", "DELETE", "GET", "POST"] {
        let answer = client
            .request(method, "/")
            .body("text/plain", [0xff, 0x00, 0xfe])
            .send();
        assert!(
            answer.body.ends_with(&[0xff, 0x00, 0xfe]),
            "{method}: {}",
            answer.text()
        );
    }
}

#[test]
fn a_read_has_no_body() {
    let text = mirror().get("/").send().text();
    assert!(
        !text.contains("content-length") && !text.contains("transfer-encoding"),
        "{text}"
    );
}

#[test]
fn one_connection_serves_many_requests() {
    let client = mirror();
    for _ in 0..3 {
        assert_eq!(client.get("/").send().header("x-connection"), Some("0"));
        assert_eq!(client.post("/").send().header("x-connection"), Some("0"));
    }
}

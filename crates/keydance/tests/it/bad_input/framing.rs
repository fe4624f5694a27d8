//! Bytes on the wire that are no proper HTTP.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};

use crate::acceptance::cast::play;
use crate::acceptance::limits::talk;
use crate::acceptance::papers::api_key;

#[test]
fn what_is_no_http_is_refused_and_the_server_goes_on() {
    let garbage: &[&[u8]] = &[
        b"\r\n\r\n\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /api/v1/me\r\n\r\n",
        b"GET /api/v1/me HTTP/9.9\r\nHost: x\r\n\r\n",
        b"G\0T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /api/v1/enrol HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nxyz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    play(|cast| {
        for bytes in garbage {
            let answer = talk(cast.server.url().as_str(), bytes);
            let shown = String::from_utf8_lossy(bytes);
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
                "{shown}: {answer}"
            );
        }
        cast.server
            .client()
            .get("/healthcheck")
            .send()
            .expect_status(200);
    });
}

#[test]
fn a_body_that_ends_too_early_creates_nothing() {
    play(|cast| {
        let kim = cast.person("kim");
        let body = api_key("cut-off-key-0001").to_string();
        let head = |framing: String| {
            format!(
                "POST /api/v1/credentials HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\n{framing}\r\n\r\n",
                kim.token
            )
        };
        let requests = [
            head(format!("Content-Length: {}", body.len() + 1)) + &body,
            head("Transfer-Encoding: chunked".to_owned())
                + &format!("{:x}\r\n{body}\r\n", body.len()),
        ];
        for request in requests {
            let address = cast.server.url();
            let stream = TcpStream::connect(address.trim_start_matches("http://"));
            let mut stream = stream.expect("the server listens");
            stream.write_all(request.as_bytes()).expect("it reads");
            stream
                .shutdown(Shutdown::Both)
                .expect("a connection can be closed");
        }
        // a whole request behind them, so that they have been seen
        let list = kim
            .get("/credentials?filter[owner]=me")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(list["meta"]["total"], 0);
    });
}

#[test]
fn two_lengths_never_hide_a_second_request() {
    play(|cast| {
        let smuggled = "POST /api/v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\
             Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n0\r\n\r\n\
             GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n";
        let answer = talk(cast.server.url().as_str(), smuggled.as_bytes());
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
        assert!(!answer.contains("auth_missing"), "{answer}");
    });
}

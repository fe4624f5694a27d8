//! Bytes that are no acceptable JSON, JSON that is no object, and JSON that is strange.

use serde_json::{Value, json};

use super::target::{aim, throw};

#[test]
fn bytes_that_are_no_acceptable_json_are_refused_by_every_route_with_a_body() {
    aim(|target, route, row| {
        let Some(valid) = target.body(row) else {
            return;
        };
        let valid = valid.to_string();
        let (open, rest) = valid.split_at(1);
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        let mut bodies: Vec<Vec<u8>> = vec![
            b"{".to_vec(),
            b"\0".to_vec(),
            b"not json".to_vec(),
            b"[]".to_vec(),
            b"\"text\"".to_vec(),
            b"7".to_vec(),
            b"null".to_vec(),
            b"{\"a\":NaN}".to_vec(),
            b"{\"a\":1e999}".to_vec(),
            b"{\"a\":01}".to_vec(),
            b"{\"a\":\"\\ud800\"}".to_vec(),
            b"{\"a\":\"\\x\"}".to_vec(),
            b"{'a':1}".to_vec(),
            b"{\"a\":1,}".to_vec(),
            b"\xEF\xBB\xBF{}".to_vec(),
        ];
        bodies.push(valid.as_bytes()[..valid.len() - 1].to_vec());
        bodies.push(format!("{valid}{valid}").into_bytes());
        bodies.push(format!("{valid}x").into_bytes());
        bodies.push(format!("{open}\"a\":1,\"a\":1,{rest}").into_bytes());
        bodies.push(format!("{open}\"a\":{deep},{rest}").into_bytes());
        bodies.push([open.as_bytes(), b"\"a\":\"\xFF\xFE\",", rest.as_bytes()].concat());
        bodies.push([open.as_bytes(), b"\"a\":\"\xC0\x80\",", rest.as_bytes()].concat());
        bodies.push([open.as_bytes(), b"\"a\":\"\0\",", rest.as_bytes()].concat());
        let many: Vec<u32> = (0..50_001).collect();
        bodies.push(format!("{open}\"a\":{},{rest}", json!(many)).into_bytes());
        for bytes in bodies {
            let shown = String::from_utf8_lossy(&bytes)
                .chars()
                .take(60)
                .collect::<String>();
            let answer = target
                .request(route, row, None)
                .body("application/json", bytes)
                .send();
            target.refused(&format!("{} {shown}", route.operation), &answer);
        }
    });
}

#[test]
fn a_body_of_another_kind_is_refused_by_every_route_with_a_body() {
    aim(|target, route, row| {
        let Some(valid) = target.body(row) else {
            return;
        };
        for kind in [
            "text/plain",
            "application/xml",
            "application/json-seq",
            "multipart/form-data",
        ] {
            let answer = target
                .request(route, row, None)
                .body(kind, valid.to_string())
                .send();
            let what = format!("{} as {kind}", route.operation);
            target.refused(&what, &answer);
            if answer.status != 415 {
                target.refused(
                    &format!("not 415: {what}"),
                    &keydance_testkit::Answer {
                        status: 0,
                        ..answer
                    },
                );
            }
        }
    });
}

#[test]
fn nothing_that_is_json_makes_the_server_fail() {
    throw(|target, route, row| {
        let Some(valid) = target.body(row) else {
            return;
        };
        for name in valid.as_object().expect("an object").keys() {
            for strange in strange_values() {
                let mut body = valid.clone();
                body[name] = strange.clone();
                let shown: String = strange.to_string().chars().take(40).collect();
                let answer = target.request(route, row, None).json(&body).send();
                target.survived(&format!("{} {name} = {shown}", route.operation), &answer);
            }
        }
        for body in [
            json!({}),
            json!({"data": null}),
            json!({"data": {}}),
            json!({"data": []}),
            json!({"data": {"data": {}}}),
        ] {
            let answer = target.request(route, row, None).json(&body).send();
            target.survived(&format!("{} {body}", route.operation), &answer);
        }
    });
}

fn strange_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!(" "),
        json!("\0"),
        json!("a\u{0}b"),
        json!("\u{202e}\u{feff}"),
        json!("'; drop table credential; --"),
        json!("x".repeat(100_000)),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!({"": ""}),
        json!({"id": "\0", "type": "\0"}),
        json!([{"id": "", "type": ""}]),
        json!([{"id": "a\0b", "type": "USER"}]),
        json!({"key": "a\0b", "username": "\0", "passphrase": "\0"}),
        json!({"nodes": [{"id": "a\0b", "componentId": {}, "nodeSettings": []}]}),
    ]
}

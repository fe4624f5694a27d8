//! Ids that are none, queries and headers that make no sense.

use super::target::{aim, throw};

#[test]
fn an_id_that_nothing_has_is_refused_wherever_it_stands() {
    let odd = [
        "0123456789abcdef01234567",
        "x",
        "0",
        "-1",
        "null",
        "%00",
        "%ff%fe",
        "%2e%2e",
        "..%2f..",
        "a%2Fb",
        "a%5Cb",
        "%20",
        "%0d%0aX-Evil:%201",
        "%F0%9F%94%91",
        "%3Cscript%3E",
        "'%20or%20'1'='1",
        "%zz",
        "*",
    ];
    let long = "a".repeat(5000);
    aim(|target, route, row| {
        // who is put into a group need not be known here, nor the id a foreign repository gives
        if matches!(route.operation, "addGroupMember" | "putFlow") {
            return;
        }
        let call = (row.call)(&target.scene);
        let place: Vec<String> = call.place.iter().map(|part| (*part).to_owned()).collect();
        for at in 0..place.len() {
            for id in odd.iter().copied().chain([long.as_str()]) {
                let mut place: Vec<&str> = place.iter().map(String::as_str).collect();
                place[at] = id;
                let request = target.request(route, row, Some(&place));
                let answer = match target.body(row) {
                    Some(body) => request.json(&body).send(),
                    None => request.send(),
                };
                let shown: String = id.chars().take(40).collect();
                target.refused(&format!("{} {shown}", route.operation), &answer);
            }
        }
    });
}

#[test]
fn no_query_makes_the_server_fail() {
    let odd = [
        "",
        "%00",
        "%ff",
        "x",
        "-1",
        "99999999999999999999",
        "1e9",
        "%F0%9F%94%91",
        "'%20or%201=1--",
        "2026-13-01T00:00:00Z",
    ];
    throw(|target, route, row| {
        if route.method != "GET" {
            return;
        }
        let names = [
            "page[number]",
            "page[size]",
            "page[after]",
            "sort",
            "view",
            "at",
            "from",
            "to",
            "size",
        ];
        for name in route.query.iter().copied().chain(names) {
            for value in odd {
                let query = format!(
                    "{}{name}={value}",
                    if route.query.is_empty() { "" } else { "x=y&" }
                );
                let answer = target.asking(route, row, &query);
                target.survived(&format!("{}?{query}", route.operation), &answer);
            }
        }
        let junk = [
            "&&&===",
            "%",
            "a=%zz",
            "filter[[]]=x",
            "page=1",
            "page[]=1",
            "page[number]=1&page[number]=2",
        ];
        for query in junk {
            let answer = target.asking(route, row, query);
            target.survived(&format!("{}?{query}", route.operation), &answer);
        }
    });
}

#[test]
fn no_header_makes_the_server_fail() {
    let long = "x".repeat(8000);
    throw(|target, route, row| {
        let names = [
            "If-Match",
            "Idempotency-Key",
            "X-Keydance-Actor",
            "X-Keydance-Step",
            "X-Request-Id",
            "x-auth-type",
            "Accept",
            "If-None-Match",
            "Range",
            "Expect",
        ];
        for name in names {
            for value in [
                "",
                "\"",
                "W/\"1\"",
                "*",
                "\"99999999999999999999\"",
                "USER:",
                "\t",
                "é",
                &long,
            ] {
                let request = target.request(route, row, None).header(name, value);
                let answer = match target.body(row) {
                    Some(body) => request.json(&body).try_send(),
                    None => request.try_send(),
                };
                // the client itself refuses some of these
                let Ok(answer) = answer else { continue };
                let shown: String = value.chars().take(20).collect();
                target.survived(&format!("{} {name}: {shown}", route.operation), &answer);
            }
        }
    });
}

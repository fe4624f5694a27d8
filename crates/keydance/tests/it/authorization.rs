//! Who may call what: every route of the router, every kind of caller; and that each change and each
//! refusal is written down.

#![expect(
    clippy::expect_used,
    reason = "what goes wrong here fails the test that asked for it"
)]

pub(crate) mod scene;
pub(crate) mod table;

use std::collections::{BTreeMap, BTreeSet};

use keydance_server::http::{Access, Route, routes};
use keydance_testkit::{Answer, Client, Identity};
use serde_json::Value;

use crate::acceptance::cast::{Cast, fresh, play};
use crate::audit::assert_as_logged;
use scene::{People, Scene};
use table::{ROWS, Row};

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let operations: BTreeSet<_> = routes().iter().map(|route| route.operation).collect();
    let rows: BTreeSet<_> = ROWS.iter().map(|row| row.operation).collect();
    assert_eq!(operations, rows);
    assert_eq!(
        (routes().len(), ROWS.len()),
        (operations.len(), rows.len()),
        "one row each"
    );
}

#[test]
fn a_route_that_changes_something_says_which_event_it_leaves() {
    // what these do is answer a question
    let questions = ["checkFlows", "introspectToken"];
    let silent = routes()
        .into_iter()
        .filter(|route| is_change(route) && route.records.is_none());
    let silent: BTreeSet<_> = silent.map(|route| route.operation).collect();
    assert_eq!(silent, BTreeSet::from(questions));
}

#[test]
fn each_caller_gets_from_each_route_what_the_table_says() {
    play(|cast| {
        let people = People::gather(cast);
        let mut scene = Scene::set(cast, &people);
        let mut wrong = Vec::new();
        for (route, row) in table() {
            for (caller, expected) in callers(&route, &row) {
                let answer = call(
                    cast,
                    &people,
                    &scene,
                    (&route, &row),
                    caller,
                    &fresh("matrix"),
                );
                if answer.status != expected {
                    let (name, text) = (route.operation, answer.text());
                    wrong.push(format!(
                        "{name} as {caller:?}: {} for {expected}: {text}",
                        answer.status
                    ));
                }
                if is_change(&route) && answer.status < 300 {
                    scene = Scene::set(cast, &people);
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn whoever_is_nobody_gets_nothing_but_that_and_a_hint() {
    play(|cast| {
        let people = People::gather(cast);
        let scene = Scene::set(cast, &people);
        for (route, row) in table() {
            if route.access == Access::Public {
                continue;
            }
            let codes = [
                (Caller::Anonymous, "auth_missing"),
                (Caller::Invalid, "token_invalid"),
                (Caller::Ended, "token_invalid"),
            ];
            for (caller, code) in codes {
                let answer = call(
                    cast,
                    &people,
                    &scene,
                    (&route, &row),
                    caller,
                    &fresh("nobody"),
                );
                answer.expect_error(401, code);
            }
        }
    });
}

#[test]
fn every_change_and_every_hand_out_leaves_its_event_and_the_rows_it_says() {
    play(|cast| {
        let cast = &cast.apart();
        let people = People::gather(cast);
        for (route, row) in table() {
            let Some(action) = route.records else {
                continue;
            };
            let caller = row.allowed();
            let scene = Scene::set(cast, &people);
            let (name, request) = (route.operation, fresh("leaves"));
            let after = head(&cast.root);
            let answer = call(cast, &people, &scene, (&route, &row), caller, &request);
            assert!(answer.status < 300, "{name}: {}", answer.text());
            let events = cast.events(&format!("page[after]={after}"));
            let own = events
                .iter()
                .filter(|event| event["requestId"] == request.as_str());
            let own: Vec<_> = own
                .map(|event| (&event["action"], &event["outcome"]))
                .collect();
            let expected = (&Value::from(action.as_str()), &Value::from("allowed"));
            assert!(own.contains(&expected), "{name} left {own:?}");
        }
        assert_as_logged(cast.server, &cast.one.id);
    });
}

#[test]
fn every_refusal_is_written_down() {
    play(|cast| {
        let people = People::gather(cast);
        let scene = Scene::set(cast, &people);
        let after = head(&cast.root);
        let mut refused = BTreeMap::new();
        for (route, row) in table() {
            for caller in [Caller::Nobody, Caller::Colleague, Caller::Execution] {
                if row.expected(caller) != 403 {
                    continue;
                }
                let request = fresh("refused");
                let answer = call(cast, &people, &scene, (&route, &row), caller, &request);
                let code = answer.expect_status(403).json()["code"].to_string();
                refused.insert(
                    request,
                    format!("{} as {caller:?}: {code}", route.operation),
                );
            }
        }
        let events = cast.events(&format!("page[after]={after}&outcome=denied"));
        for event in events {
            refused.remove(event["requestId"].as_str().expect("an id"));
        }
        assert!(refused.is_empty(), "{refused:#?}");
    });
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Without a token.
    Anonymous,
    /// With a token that never was.
    Invalid,
    /// With a token that was revoked.
    Ended,
    /// A person of the organisation without any permission.
    Nobody,
    /// The owner of everything the routes are called with.
    Owner,
    /// Somebody like the owner, who owns nothing of it.
    Colleague,
    /// The administrator of another organisation.
    Stranger,
    /// An execution of the owner's flow.
    Execution,
    /// The administrator of the organisation.
    Administrator,
}

impl Caller {
    /// Those of the columns of the table.
    const COLUMNS: [Self; 6] = [
        Self::Nobody,
        Self::Owner,
        Self::Colleague,
        Self::Stranger,
        Self::Execution,
        Self::Administrator,
    ];
}

/// The routes with their rows.
pub(crate) fn table() -> Vec<(Route, Row)> {
    let routes = routes().into_iter();
    let row = |route: &Route| {
        ROWS.iter()
            .find(|row| row.operation == route.operation)
            .copied()
    };
    routes
        .filter_map(|route| row(&route).map(|row| (route, row)))
        .collect()
}

fn callers(route: &Route, row: &Row) -> Vec<(Caller, u16)> {
    let unknown = if route.access == Access::Public {
        row.expected(Caller::Nobody)
    } else {
        401
    };
    let unknown =
        [Caller::Anonymous, Caller::Invalid, Caller::Ended].map(|caller| (caller, unknown));
    let known = Caller::COLUMNS.map(|caller| (caller, row.expected(caller)));
    unknown.into_iter().chain(known).collect()
}

fn call(
    cast: &Cast<'_>,
    people: &People,
    scene: &Scene,
    (route, row): (&Route, &Row),
    caller: Caller,
    request_id: &str,
) -> Answer {
    let call = (row.call)(scene);
    let path = format!("/api/v1{}{}", filled(route.path, &call.place), call.query);
    let client: &Client = cast.server.client();
    let mut request = client
        .request(route.method.as_str(), &path)
        .header("X-Request-Id", request_id);
    if let Some(token) = people.token(scene, caller) {
        request = request.bearer(token);
    }
    match &call.body {
        Some(body) => request.json(body).send(),
        None => request.send(),
    }
}

/// The path with its variable parts filled in, in order.
pub(crate) fn filled(path: &str, place: &[&str]) -> String {
    let mut values = place.iter();
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(_) => *values.next().expect("a value for each variable part"),
        None => part,
    });
    let filled = parts.collect::<Vec<_>>().join("/");
    assert!(
        values.next().is_none(),
        "more values than variable parts: {path}"
    );
    filled
}

pub(crate) fn is_change(route: &Route) -> bool {
    !matches!(route.method.as_str(), "GET" | "HEAD")
}

/// The number of the newest event.
pub(crate) fn head(who: &Identity) -> u64 {
    let size = who
        .get("/audit/checkpoint")
        .send()
        .expect_status(200)
        .data()["size"]
        .as_u64();
    size.expect("a size").saturating_sub(1)
}

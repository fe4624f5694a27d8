//! What is no proper request is refused with an error like any other, and changes nothing.

#![expect(
    clippy::expect_used,
    reason = "what goes wrong here fails the test that asked for it"
)]

mod bodies;
mod framing;
mod ids;
mod mistypes;
mod target;

use keydance_testkit::Answer;

/// What is wrong with a refusal, if something is: it has a status of the client's fault, a message,
/// a code and the id of the request.
fn flaw(answer: &Answer) -> Option<String> {
    let is_refusal = (400..500).contains(&answer.status);
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let says = |field: &str| body[field].as_str().is_some_and(|text| !text.is_empty());
    if is_refusal && says("message") && says("code") && says("requestId") {
        return None;
    }
    let text: String = answer.text().chars().take(300).collect();
    Some(format!("{} {text}", answer.status))
}

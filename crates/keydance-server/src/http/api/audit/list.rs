//! `GET /audit`: events, oldest first, each byte for byte as it was hashed.

use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Response};
use keydance_api::audit::{Cursor, Event};
use keydance_core::event::{Action, Outcome as Ending};
use keydance_core::id::FlowId;
use keydance_store::log::EventFilter;

use crate::engine::Error;
use crate::engine::audit::Events;
use crate::http::App;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;

/// Events on a page at most.
const MAX_SIZE: i64 = 1000;

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/audit", "listEvents", handler)
        .summary(
            "Lists events: all with audit.read, else the caller's own and those about what it owns",
        )
        .query(&[
            "from",
            "to",
            "actor",
            "action",
            "object",
            "flow",
            "outcome",
            "page[after]",
            "page[size]",
        ])
        .answers_list::<Event>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    let filter = filter(&query)?;
    let after = query.number("page[after]")?;
    let size = query.page_within(MAX_SIZE).size;
    let events = app.list_events(&session, filter, after, size).await?;
    written(&events)
}

fn filter(query: &Query) -> Result<EventFilter, Error> {
    let action = query.get("action").map(str::parse::<Action>).transpose();
    let action = action.map_err(|_| Error::invalid_field("action", "names no action"))?;
    let outcome = query.get("outcome");
    let endings = [Ending::Allowed, Ending::Denied, Ending::Failed];
    if outcome.is_some_and(|word| endings.iter().all(|ending| ending.as_str() != word)) {
        let problem = "must be allowed, denied or failed";
        return Err(Error::invalid_field("outcome", problem));
    }
    let text = |name| query.get(name).map(str::to_owned);
    let flow = query.get("flow").map(|text| {
        let id = text.parse::<FlowId>();
        id.map_or_else(|_| text.to_owned(), |id| id.to_string())
    });
    Ok(EventFilter {
        from: query.time("from")?,
        to: query.time("to")?,
        actor: text("actor"),
        action: action.map(|action| action.as_str().to_owned()),
        object: text("object"),
        flow,
        outcome: outcome.map(str::to_owned),
        visible_to: None,
    })
}

/// The bodies go out as they are: whoever reads them can hash them.
fn written(events: &Events) -> Outcome<Response> {
    let meta = serde_json::to_string(&Cursor {
        after: events.after,
    });
    let meta = meta.map_err(Error::internal)?;
    let body = format!("{{\"data\":[{}],\"meta\":{meta}}}", events.bodies.join(","));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod update;

// Who owns it, and how it goes away.
pub(crate) mod add_owner;
pub(crate) mod delete;
pub(crate) mod delete_any;
pub(crate) mod remove_owner;
pub(crate) mod undelete;

// What it held and holds.
pub(crate) mod versions;

use axum::response::Response;
use keydance_api::credential::Credential;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::problem::REQUIRED;

use crate::engine::Error;
use crate::engine::credentials::Force;
use crate::engine::idempotency::Answer;
use crate::http::answer;
use crate::http::paging::Query;

/// The owner a query names by `type` and the parameter for its id.
fn owner(query: &Query, id: &'static str) -> Result<Owner, Error> {
    let given = query.get(id).filter(|id| !id.is_empty());
    Ok(Owner {
        kind: OwnerKind::from_wire(query.get("type").unwrap_or("USER")),
        id: given
            .ok_or_else(|| Error::invalid_field(id, REQUIRED))?
            .to_owned(),
    })
}

/// Whether flows are in the way of what a request asks for.
fn force(query: &Query) -> Force {
    if query.is_on("force") {
        Force::Blocking
    } else {
        Force::No
    }
}

/// A changed credential; the tag comes with it if it is not the answer of an earlier request.
fn changed(answer: Answer<Credential>) -> Response {
    match answer {
        Answer::Fresh(document) => {
            let tag = document.tag;
            answer::tagged(document, tag)
        }
        Answer::Repeated(document) => answer::data(document),
    }
}

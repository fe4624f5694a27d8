//! `GET /credentials`: what the caller owns, personally, through a group or the organisation.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use keydance_api::credential::CredentialEntry;
use keydance_core::owner::{Owner, OwnerKind};
use keydance_store::credentials::{CredentialFilter, CredentialOrder};
use serde_json::json;

use crate::engine::credentials::ListRequest;
use crate::engine::{Error, Session};
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

const FILTERS: &[&str] = &["type", "name", "owner", "authClientId", "environment"];

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/credentials", "listCredentials", handler)
        .summary("Lists the credentials the caller owns, also through groups and the organisation")
        .query(&[
            "page[number]",
            "page[size]",
            "page[after]",
            "sort",
            "view",
            "filter[type]",
            "filter[name]",
            "filter[owner]",
            "filter[authClientId]",
            "filter[environment]",
        ])
        .answers_list::<CredentialEntry>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    let request = request(&session, &query)?;
    let page = request.page;
    // No auth client exists yet, so no credential has one.
    if query.filter("authClientId").is_some() {
        return Ok(answer::page(Vec::<CredentialEntry>::new(), 0, page));
    }
    let listing = app.list_credentials(&session, request).await?;
    Ok(match listing.total {
        Some(total) => answer::page(listing.entries, total, page),
        None => {
            let after = listing.entries.last().map(|entry| entry.id.clone());
            Json(json!({ "data": listing.entries, "meta": { "perPage": page.size, "after": after } }))
                .into_response()
        }
    })
}

fn request(session: &Session, query: &Query) -> Result<ListRequest, Error> {
    query.only_filters(FILTERS)?;
    let after = query.get("page[after]").map(str::parse).transpose();
    let filter = CredentialFilter {
        visible_to: Vec::new(),
        owned_by: query
            .filter("owner")
            .map(|owner| owner_filter(session, owner))
            .transpose()?,
        kind: query.filter("type").map(str::to_owned),
        name_part: query
            .filter("name")
            .map(str::to_lowercase)
            .filter(|part| !part.is_empty()),
        environment: query.filter("environment").map(str::to_owned),
    };
    let after = after.map_err(|_| Error::not_found("credential"))?;
    let order = order(query.get("sort"))?;
    let is_filtered = FILTERS.iter().any(|name| query.filter(name).is_some());
    if after.is_some() && (is_filtered || order != CredentialOrder::CreatedUp) {
        let problem = "walks the whole list as it was created: leave sort and filter out";
        return Err(Error::invalid_field("page[after]", problem));
    }
    Ok(ListRequest {
        filter,
        order,
        page: query.page(),
        after,
        full: query.get("view") == Some("full"),
    })
}

fn owner_filter(session: &Session, text: &str) -> Result<Vec<Owner>, Error> {
    if text == "me" {
        return Ok(vec![Owner::person(
            session.caller.identity.subject.as_str(),
        )]);
    }
    let unknown = || {
        Error::invalid_field(
            "filter[owner]",
            "must be me, USER:id, GROUP:id or TENANT:id",
        )
    };
    let (word, id) = text.split_once(':').ok_or_else(unknown)?;
    let kind = OwnerKind::from_wire(word);
    if matches!(kind, OwnerKind::Other(_)) {
        return Err(unknown());
    }
    Ok(vec![Owner {
        kind,
        id: id.to_owned(),
    }])
}

fn order(sort: Option<&str>) -> Result<CredentialOrder, Error> {
    Ok(match sort {
        None | Some("createdAt") => CredentialOrder::CreatedUp,
        Some("-createdAt") => CredentialOrder::CreatedDown,
        Some("name") => CredentialOrder::NameUp,
        Some("-name") => CredentialOrder::NameDown,
        Some("updatedAt") => CredentialOrder::UpdatedUp,
        Some("-updatedAt") => CredentialOrder::UpdatedDown,
        Some(_) => {
            let problem = "must be createdAt, updatedAt or name, with - in front for backwards";
            return Err(Error::invalid_field("sort", problem));
        }
    })
}

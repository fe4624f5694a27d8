//! `POST /enrol`: turns an enrolment code into the person's access token, once.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::{Enrolled, EnrolmentCode};
use keydance_core::event::Action;

use crate::engine::enrolment::Redemption;
use crate::engine::{Code, Error};
use crate::http::body::Body;
use crate::http::caller::{Anonymous, counted_from};
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/enrol", "enrol", handler)
        .summary("Turns an enrolment code into an access token, once")
        .access(Access::Public)
        .records(Action::PersonEnrolled)
        .body::<EnrolmentCode>()
        .status(201)
        .answers::<Enrolled>()
        .codes(&[Code::TokenInvalid])
}

async fn handler(
    State(app): State<App>,
    Anonymous(context): Anonymous,
    body: Body,
) -> Outcome<Response> {
    let address = context.source.as_deref().and_then(|text| text.parse().ok());
    let refused = |error: Error| counted_from(&app, address, error);
    let redemption = Redemption::parse(&body.fields, context).map_err(refused)?;
    let enrolled = app.enrol(redemption).await.map_err(refused)?;
    Ok(answer::created(enrolled))
}

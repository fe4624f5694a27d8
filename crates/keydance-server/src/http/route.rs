//! The table of routes: one entry for each, which also feeds the OpenAPI document and the tests that
//! look at every route.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use keydance_core::event::Action;
use keydance_core::permission::Permission;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::App;
use crate::engine::Code;

/// One method of one path.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below the API base, with `{name}` for its variable parts.
    pub path: &'static str,
    /// The name of the operation.
    pub operation: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The action its audit record carries, if it changes or reveals something.
    pub records: Option<Action>,
    /// The parameters of its query.
    pub query: &'static [&'static str],
    /// The body it takes.
    pub body: Option<BodyDoc>,
    /// The status of success.
    pub status: u16,
    /// The document it answers with, and whether that is a list.
    pub answer: Option<AnswerDoc>,
    /// What else can come of it, besides what every route can answer.
    pub codes: &'static [Code],
    pub(crate) handler: MethodRouter<App>,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A person or machine identity.
    Caller,
    /// A person or machine identity with a permission.
    Permission(Permission),
    /// A person or machine identity, or an execution token for what is its own.
    CallerOrExecution,
    /// An execution token, for what is its own.
    Execution,
}

/// The body of a request, as the OpenAPI document shows it.
#[derive(Clone)]
pub struct BodyDoc {
    /// The name of the schema.
    pub name: String,
    /// The schema and those it refers to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// The document of an answer, as the OpenAPI document shows it.
#[derive(Clone)]
pub struct AnswerDoc {
    /// The name of the schema.
    pub name: String,
    /// The schema and those it refers to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    /// Whether the answer is a list of these.
    pub is_list: bool,
}

impl Route {
    /// A route that is called by persons and machine identities and answers 200.
    pub(crate) fn new<H, T>(
        method: Method,
        path: &'static str,
        operation: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        // Every method of the table is one the filter knows.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            method,
            path,
            operation,
            summary: "",
            access: Access::Caller,
            records: None,
            query: &[],
            body: None,
            status: 200,
            answer: None,
            codes: &[],
            handler: on(filter, handler),
        }
    }

    pub(crate) fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    pub(crate) fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    pub(crate) fn records(self, action: Action) -> Self {
        Self {
            records: Some(action),
            ..self
        }
    }

    pub(crate) fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    pub(crate) fn body<T: ToSchema>(self) -> Self {
        let body = BodyDoc {
            name: T::name().into_owned(),
            schemas: schemas::<T>(),
        };
        Self {
            body: Some(body),
            ..self
        }
    }

    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn answers<T: ToSchema>(self) -> Self {
        Self {
            answer: Some(answer::<T>(false)),
            ..self
        }
    }

    pub(crate) fn answers_list<T: ToSchema>(self) -> Self {
        Self {
            answer: Some(answer::<T>(true)),
            ..self
        }
    }

    pub(crate) fn codes(self, codes: &'static [Code]) -> Self {
        Self { codes, ..self }
    }
}

fn answer<T: ToSchema>(is_list: bool) -> AnswerDoc {
    AnswerDoc {
        name: T::name().into_owned(),
        schemas: schemas::<T>(),
        is_list,
    }
}

fn schemas<T: ToSchema + PartialSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl std::fmt::Debug for BodyDoc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl std::fmt::Debug for AnswerDoc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

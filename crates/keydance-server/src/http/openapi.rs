//! The OpenAPI document, from the table of routes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::problem::status;
use super::route::{Access, Route};
use super::router::routes;
use crate::engine::Code;

/// What every route can answer besides success.
const EVERYWHERE: &[Code] = &[
    Code::BadJson,
    Code::ValidationFailed,
    Code::NotFound,
    Code::TooLarge,
    Code::RateLimited,
    Code::Internal,
    Code::AuditUnavailable,
    Code::Sealed,
    Code::Unavailable,
];

/// What every route can answer to those who do not say who they are.
const UNAUTHENTICATED: &[Code] = &[Code::AuthMissing, Code::AuthMalformed, Code::TokenInvalid];

/// The OpenAPI 3.1 document of the face under `api_base`.
pub fn document(api_base: &str) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    schemas.insert("Problem".to_owned(), schema_of::<keydance_api::Problem>());
    schemas.insert("Meta".to_owned(), schema_of::<keydance_api::Meta>());
    for route in routes() {
        collect_schemas(&route, &mut schemas);
        let alias = route
            .path
            .strip_prefix("/credentials")
            .map(|rest| format!("/secrets{rest}"));
        for (path, is_alias) in [(Some(route.path.to_owned()), false), (alias, true)] {
            let Some(path) = path else { continue };
            let operation = operation(&route, is_alias);
            let method = route.method.as_str().to_ascii_lowercase();
            paths
                .entry(format!("{api_base}{path}"))
                .or_default()
                .insert(method, operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keydance credential service",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn collect_schemas(route: &Route, schemas: &mut BTreeMap<String, Value>) {
    let bodies = route.body.iter().flat_map(|body| &body.schemas);
    let answers = route.answer.iter().flat_map(|answer| &answer.schemas);
    for (name, schema) in bodies.chain(answers) {
        schemas.insert(name.clone(), json!(schema));
    }
}

fn schema_of<T: utoipa::PartialSchema>() -> Value {
    json!(T::schema())
}

fn operation(route: &Route, is_alias: bool) -> Value {
    let suffix = if is_alias { "Alias" } else { "" };
    let mut operation = json!({
        "operationId": format!("{}{suffix}", route.operation),
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if route.access != Access::Public {
        operation["security"] = json!([{ "bearer": [] }]);
    }
    if let Some(body) = &route.body {
        let schema = json!({ "$ref": format!("#/components/schemas/{}", body.name) });
        operation["requestBody"] = json!({
            "content": { "application/json": { "schema": { "anyOf": [
                schema,
                { "type": "object", "required": ["data"], "properties": { "data": schema } },
            ] } } },
        });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        )
    });
    let in_query = route
        .query
        .iter()
        .map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    in_path.chain(in_query).collect()
}

fn responses(route: &Route) -> BTreeMap<String, Value> {
    let mut responses = BTreeMap::new();
    responses.insert(route.status.to_string(), success(route));
    let everywhere = EVERYWHERE.iter().chain(route.codes);
    let hidden = if route.access == Access::Public {
        &[]
    } else {
        UNAUTHENTICATED
    };
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in everywhere.chain(hidden).chain(refusals(route)) {
        by_status
            .entry(status(*code).as_u16())
            .or_default()
            .push(code.as_str());
    }
    for (status, mut codes) in by_status {
        codes.sort_unstable();
        codes.dedup();
        let body = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        let response = json!({
            "description": codes.join(", "),
            "content": { "application/json": body },
        });
        responses.insert(status.to_string(), response);
    }
    responses
}

/// What a route answers to those who may not call it, and to bodies of another type.
fn refusals(route: &Route) -> impl Iterator<Item = &'static Code> {
    let scope: &[Code] = if route.access == Access::Public {
        &[]
    } else {
        &[Code::TokenScope]
    };
    let permission: &[Code] = match route.access {
        Access::Permission(_) => &[Code::MissingPermission],
        _ => &[],
    };
    let media: &[Code] = if route.body.is_some() {
        &[Code::UnsupportedMediaType]
    } else {
        &[]
    };
    scope.iter().chain(permission).chain(media)
}

fn success(route: &Route) -> Value {
    let Some(answer) = &route.answer else {
        return json!({ "description": "done" });
    };
    let one = json!({ "$ref": format!("#/components/schemas/{}", answer.name) });
    let schema = if answer.is_list {
        json!({ "type": "object", "required": ["data", "meta"], "properties": {
            "data": { "type": "array", "items": one },
            "meta": { "type": "object" } } })
    } else {
        json!({ "type": "object", "required": ["data"], "properties": { "data": one } })
    };
    json!({
        "description": route.summary,
        "content": { "application/json": { "schema": schema } },
    })
}

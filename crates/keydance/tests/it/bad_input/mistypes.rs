//! Wrong types in every field of every body, from the API description.

use keydance_server::http::document;
use serde_json::{Map, Value, json};

use super::target::aim;

#[test]
fn a_field_of_another_type_is_refused_wherever_it_stands() {
    let description = document("/api/v1");
    aim(|target, route, row| {
        let Some(valid) = target.body(row) else {
            return;
        };
        for (path, schema) in fields(&description, route.operation) {
            for wrong in wrong_values(&description, &schema) {
                let mut body = valid.clone();
                set(&mut body, &path, &wrong);
                let what = format!("{} {path} = {wrong}", route.operation);
                let answer = target.request(route, row, None).json(&body).send();
                target.refused(&what, &answer);
                // the wrapper changes nothing
                if route.operation != "checkFlows" {
                    let wrapped = json!({"data": body});
                    let answer = target.request(route, row, None).json(&wrapped).send();
                    target.refused(&format!("wrapped {what}"), &answer);
                }
            }
        }
    });
}

#[test]
fn the_description_knows_the_fields_of_every_body() {
    let description = document("/api/v1");
    let with_body = keydance_server::http::routes()
        .into_iter()
        .filter(|route| route.body.is_some());
    for route in with_body {
        assert!(
            !fields(&description, route.operation).is_empty(),
            "{}",
            route.operation
        );
    }
}

/// The fields of a body with their schemas.
fn fields(description: &Value, operation: &str) -> Vec<(String, Value)> {
    let operations = description["paths"].as_object().expect("paths").values();
    let operations = operations.flat_map(|path| path.as_object().expect("methods").values());
    let found = operations
        .into_iter()
        .find(|known| known["operationId"] == operation);
    let schema = found
        .map(|found| &found["requestBody"]["content"]["application/json"]["schema"]["anyOf"][0]);
    let schema = schema
        .map(|schema| resolved(description, schema))
        .unwrap_or_default();
    let properties = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    properties.into_iter().collect()
}

/// What a schema does not allow.
fn wrong_values(description: &Value, schema: &Value) -> Vec<Value> {
    let schema = resolved(description, &some(schema));
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = kinds
        .iter()
        .filter_map(Value::as_str)
        .find(|kind| *kind != "null");
    match kind {
        Some("string") => vec![json!(7), json!(true), json!([]), json!({}), json!(["a"])],
        Some("integer") => vec![json!("7"), json!(1.5), json!(true), json!([]), json!({})],
        Some("boolean") => vec![json!("true"), json!(1), json!([]), json!({})],
        Some("array") => {
            let mut wrong = vec![json!("a"), json!(7), json!(true), json!({})];
            wrong.extend(
                wrong_values(description, &schema["items"])
                    .into_iter()
                    .map(|one| json!([one])),
            );
            wrong
        }
        Some("object") => vec![json!("a"), json!(7), json!(true), json!([])],
        _ => Vec::new(),
    }
}

/// The schema of what an optional field holds.
fn some(schema: &Value) -> Value {
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let held = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    held.unwrap_or(schema).clone()
}

fn resolved(description: &Value, schema: &Value) -> Value {
    let Some(reference) = schema["$ref"].as_str() else {
        return schema.clone();
    };
    let name = reference.rsplit('/').next().expect("a name");
    description["components"]["schemas"][name].clone()
}

fn set(body: &mut Value, field: &str, value: &Value) {
    let empty = Map::new();
    if !body.is_object() {
        *body = Value::Object(empty);
    }
    body[field] = value.clone();
}

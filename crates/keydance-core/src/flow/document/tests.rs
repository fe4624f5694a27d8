use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::caller::tests::identity;

const A: &str = "a3f09c51d27be84406c1f9d2";
const B: &str = "7be21d0f95c3a46b8810e5f7";

fn parse(document: Json) -> Result<FlowDocument, FlowError> {
    FlowDocument::parse(document, &identity("ana", &[]))
}

fn with(field: &str, value: Json) -> Json {
    let mut document = json!({"graph": {"nodes": [{"id": "fetch"}]}});
    document[field] = value;
    document
}

fn nodes(nodes: Json) -> Json {
    with("graph", Json::from_iter([("nodes", nodes)]))
}

fn problem(document: Json) -> (String, &'static str) {
    match parse(document) {
        Err(FlowError::Invalid(mut problems)) => {
            let Problem { path, problem } = problems.remove(0);
            (path, problem)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn references_are_found_at_exactly_the_four_places() {
    let document = json!({
        "graph": {"nodes": [
            {"id": "a", "componentId": "c1", "credentials_id": A.to_uppercase(),
             "nodeSettings": {"destination": "https://x.org", "credentials_id": B}, "secretId": B},
            {"id": "b", "credentials_id": null, "fields": {"credentials_id": B}},
        ], "credentials_id": B},
        "flowSettings": {"webhooks": {"hmacAuthSecret": B, "secretId": A},
            "applications": [{"secretId": A}], "hmacAuthSecret": A},
        "applications": [{"secretId": null}, {"secretId": B}], "credentials_id": A,
    });
    let flow = parse(document).unwrap();
    let found: Vec<_> = flow
        .references()
        .iter()
        .map(|r| (r.path.as_str(), r.credential.to_string()))
        .collect();
    let expected = [
        ("graph.nodes[0].credentials_id", A),
        ("flowSettings.webhooks.hmacAuthSecret", B),
        ("applications[1].secretId", B),
        ("flowSettings.applications[0].secretId", A),
    ];
    assert_eq!(found, expected.map(|(path, id)| (path, id.to_owned())));
    assert_eq!(flow.references()[0].component_id.as_deref(), Some("c1"));
    assert_eq!(
        flow.references()[0].destination.as_deref(),
        Some("https://x.org")
    );
    assert_eq!(flow.references()[1].component_id, None);
}

#[test]
fn anything_but_an_id_where_a_credential_is_named_is_refused() {
    for wrong in [
        json!(""),
        json!("my key"),
        json!("{{secret}}"),
        json!({"_id": A}),
        json!(7),
        json!([A]),
    ] {
        for (document, path) in [
            (
                nodes(json!([{"id": "a", "credentials_id": wrong}])),
                "graph.nodes[0].credentials_id",
            ),
            (
                with(
                    "flowSettings",
                    json!({"webhooks": {"hmacAuthSecret": wrong}}),
                ),
                "flowSettings.webhooks.hmacAuthSecret",
            ),
            (
                with("applications", json!([{"secretId": wrong}])),
                "applications[0].secretId",
            ),
        ] {
            assert_eq!(
                parse(document),
                Err(FlowError::ReferenceNotAnId(path.to_owned()))
            );
        }
    }
}

#[test]
fn parts_of_another_form_hide_no_reference() {
    for (document, path) in [
        (with("graph", json!([])), "graph"),
        (nodes(json!({"0": {"id": "a"}})), "graph.nodes"),
        (nodes(json!([[]])), "graph.nodes[0]"),
        (
            with("flowSettings", json!([{"webhooks": {}}])),
            "flowSettings",
        ),
        (
            with("flowSettings", json!({"webhooks": [{"hmacAuthSecret": A}]})),
            "flowSettings.webhooks",
        ),
        (with("applications", json!({"secretId": A})), "applications"),
        (
            with("flowSettings", json!({"applications": [1]})),
            "flowSettings.applications[0]",
        ),
    ] {
        assert_eq!(problem(document).0, path);
    }
}

#[test]
fn a_graph_has_1_to_1000_nodes_with_ids_of_their_own() {
    for empty in [json!([]), Json::Null] {
        assert_eq!(problem(nodes(empty)), ("graph.nodes".to_owned(), REQUIRED));
    }
    assert_eq!(problem(json!({})), ("graph.nodes".to_owned(), REQUIRED));
    let twice = json!([{"id": "a"}, {"id": "a"}]);
    assert_eq!(
        problem(nodes(twice)),
        ("graph.nodes[1].id".to_owned(), "used twice")
    );
    assert_eq!(
        problem(nodes(json!([{}]))),
        ("graph.nodes[0].id".to_owned(), REQUIRED)
    );
    let many = |count| Json::from_iter((0..count).map(|n| json!({"id": n.to_string()})));
    assert!(parse(nodes(many(1000))).is_ok());
    assert_eq!(problem(nodes(many(1001))).0, "graph.nodes");
}

#[test]
fn what_the_server_says_is_dropped_and_all_else_is_kept_as_given() {
    let mut document = with("name", json!("Orders to ledger"));
    document["owners"] = json!([{"id": "ana", "type": "user"}]);
    document["custom"] = json!({"x": [1.5, null]});
    let mut sent = document.clone();
    for name in SERVER_OWNED {
        sent[name] = json!("mine");
    }
    let flow = parse(sent).unwrap();
    document["owners"] = json!([{"id": "ana", "type": "USER"}]);
    document["enabled"] = json!(true);
    assert_eq!(Json::Object(flow.fields().clone()), document);
    assert_eq!(flow.name(), Some("Orders to ledger"));
}

#[test]
fn owners_are_normalised_and_refused_like_the_contract_says() {
    assert_eq!(
        parse(with("owners", json!([]))).unwrap().owners(),
        [Owner::person("ana")]
    );
    let other = with("owners", json!([{"id": "t-two", "type": "TENANT"}]));
    assert_eq!(
        parse(other),
        Err(FlowError::Owners(OwnersError::NotAllowed))
    );
    let unknown = with("owners", json!([{"id": "x", "type": "team"}]));
    assert_eq!(
        parse(unknown.clone()),
        Err(FlowError::Owners(OwnersError::TypeUnknown))
    );
    assert!(FlowDocument::restore(unknown).is_err());
    assert_eq!(
        FlowDocument::restore(with("owners", json!([]))),
        Err(FlowError::Owners(OwnersError::Nobody))
    );
}

#[test]
fn a_stored_flow_is_read_back_the_same() {
    let flow = parse(with("owners", json!([{"id": "ana", "type": "user"}]))).unwrap();
    assert_eq!(
        FlowDocument::restore(Json::Object(flow.fields().clone())),
        Ok(flow)
    );
}

#[test]
fn the_digest_is_of_owners_graph_and_settings_only() {
    let input = |document| String::from_utf8(parse(document).unwrap().digest_input()).unwrap();
    let plain = input(with("name", json!("a")));
    assert_eq!(
        plain,
        r#"{"graph":{"nodes":[{"id":"fetch"}]},"owners":[{"id":"ana","type":"USER"}]}"#
    );
    assert_eq!(input(with("name", json!("b"))), plain);
    assert_eq!(
        input(with("owners", json!([{"type": "User", "id": "ana"}]))),
        plain
    );
    assert_ne!(input(with("flowSettings", json!({}))), plain);
}

#[test]
fn a_patch_replaces_top_level_fields_whole() {
    let stored = parse(with("flowSettings", json!({"a": 1}))).unwrap();
    let change = json!({"flowSettings": {"b": 2}, "enabled": false, "name": "n", "owners": null});
    let merged = patch(stored.fields().clone(), change.as_object().unwrap().clone());
    let flow = FlowDocument::parse(merged, &identity("ben", &[])).unwrap();
    assert_eq!(flow.fields()["flowSettings"], json!({"b": 2}));
    assert_eq!((flow.is_enabled(), flow.name()), (false, Some("n")));
    assert_eq!(flow.owners(), [Owner::person("ben")]);
}

proptest! {
    #[test]
    fn an_id_anywhere_else_opens_nothing(path in prop::collection::vec("[a-z]{1,12}", 1..4)) {
        prop_assume!(path[0] != "graph" && path[0] != "owners" && path[0] != "name" && path[0] != "enabled");
        let value = path.iter().skip(1).rev().fold(json!(A), |inner, name| json!({ name: inner }));
        if let Ok(flow) = parse(with(&path[0], value)) {
            prop_assert!(flow.references().is_empty());
        }
    }
}

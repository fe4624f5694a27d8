//! Contract 11.5: the API description that is committed is the one the routes give.

use std::path::Path;

use keydance_server::http::document;

#[test]
fn the_committed_openapi_document_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let pretty = serde_json::to_string_pretty(&document("/api/v1")).expect("JSON");
    let generated = format!("{pretty}\n");
    if std::env::var_os("KEYDANCE_UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&path, &generated).expect("docs/reference can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "write it anew: KEYDANCE_UPDATE=1 cargo test -p keydance openapi"
    );
}

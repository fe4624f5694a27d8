use super::*;

#[test]
fn this_house_keeps_its_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let findings = findings(&root.canonicalize().unwrap());
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

fn manifest(name: &str, used: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\n[dependencies]\n{used}.workspace = true\nserde = \"1\"\n"
    )
}

#[test]
fn a_crate_may_use_only_what_is_below_it() {
    let refused = |name, used| forbidden_dependencies(&manifest(name, used));
    assert!(refused("keydance-core", "keydance-crypto").len() == 1);
    assert!(refused("keydance-crypto", "keydance-core").len() == 1);
    assert!(refused("keydance-api", "keydance-store").len() == 1);
    assert!(refused("keydance-server", "keydance").len() == 1);
    assert!(refused("keydance-store", "keydance-core").is_empty());
    assert!(refused("keydance", "keydance-server").is_empty());
}

#[test]
fn only_tests_use_this_crate() {
    let shipped = forbidden_dependencies(&manifest("keydance", "keydance-testkit"));
    assert_eq!(shipped, ["keydance may not depend on keydance-testkit"]);
    let tested = manifest("keydance", "keydance-testkit").replace("[dep", "[dev-dep");
    assert!(forbidden_dependencies(&tested).is_empty());
}

#[test]
fn a_drawer_is_found_by_its_name() {
    assert_eq!(piles(Path::new("crates/x/src/util.rs"), "").len(), 1);
    assert_eq!(piles(Path::new("crates/x/src/utility.rs"), "").len(), 0);
}

#[test]
fn faces_are_shorter_than_other_files() {
    let found = |path, lines| piles(Path::new(path), &"\n".repeat(lines)).len();
    assert_eq!(found("crates/x/src/http/api/me.rs", 300), 0);
    assert_eq!(found("crates/x/src/http/api/me.rs", 301), 1);
    assert_eq!(found("crates/x/src/commands/run.rs", 301), 1);
    assert_eq!(found("crates/x/src/engine.rs", 600), 0);
    assert_eq!(found("crates/x/tests/it/http/engine.rs", 601), 1);
}

#[test]
fn a_sprawling_function_is_found_wherever_it_stands() {
    let body = "        step();\n".repeat(59);
    let short = format!("impl It {{\n    pub(crate) async fn run(self) {{\n{body}    }}\n}}\n");
    let long = short.replacen("step();\n", "step();\n        step();\n", 1);
    let path = Path::new("crates/x/src/it.rs");
    assert_eq!(
        piles(path, &short),
        ["crates/x/src/it.rs: fn run has 61 lines, over 60"]
    );
    assert_eq!(piles(path, &long).len(), 1);
    assert!(
        piles(
            path,
            &short.replace("        step();\n        step();\n", "")
        )
        .is_empty()
    );
    assert!(piles(path, &long.replace("fn run(", "fn runs(")).is_empty());
}

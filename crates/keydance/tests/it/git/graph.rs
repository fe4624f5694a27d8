//! `graph`: who reaches what, at a time and between two.

use super::desk::Desk;

/// Alice's organisation, before and after Bob was in it.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.git(&["tag", "before"]);
    desk.join("bob", "admins");
    desk.git(&["tag", "with-bob"]);
    let leave = ["leave", "bob", "--apply", "--reason", "last day"];
    desk.done("alice", &leave);
    desk
}

#[test]
fn a_graph_is_of_now_or_of_any_commit() {
    let desk = desk();
    let graph = |arguments: &[&str]| desk.done("alice", &[&["graph"], arguments].concat()).stdout;
    let now = graph(&[]);
    assert!(now.starts_with("flowchart LR\n"), "{now}");
    assert!(
        now.contains("\"alice\"") && !now.contains("\"bob\""),
        "{now}"
    );
    assert!(graph(&["--at", "with-bob"]).contains("\"bob\""));
    let picture = graph(&["--svg", "--at", "with-bob"]);
    assert!(
        picture.starts_with("<svg ") && picture.ends_with("</svg>\n"),
        "{picture}"
    );
    assert!(picture.contains(">bob</text>"));
    let nowhere = desk
        .keydance("alice", &["graph", "--at", "nowhere"])
        .code(4);
    assert!(nowhere.stderr.contains("nowhere"), "{}", nowhere.stderr);
    let early = desk
        .keydance("alice", &["graph", "--at", "1999-01-01"])
        .code(4);
    assert!(early.stderr.contains("no commit"), "{}", early.stderr);
}

#[test]
fn a_difference_of_two_commits_says_who_came_and_went() {
    let desk = desk();
    let graph = |arguments: &[&str]| {
        let told = desk
            .done("alice", &[&["graph", "--json"], arguments].concat())
            .json();
        let edges = told["data"]["edges"].as_array().unwrap().iter();
        let edge = |edge: &serde_json::Value| {
            let part = |name: &str| edge[name].as_str().unwrap().to_owned();
            format!("{} {} {}", part("change"), part("from"), part("to"))
        };
        edges.map(edge).collect::<Vec<_>>()
    };
    let came = graph(&["--between", "before..with-bob"]);
    assert!(came.contains(&"added bob @admins".to_owned()), "{came:?}");
    assert!(came.contains(&"kept alice @admins".to_owned()), "{came:?}");
    let went = graph(&["bob", "--between", "with-bob..HEAD"]);
    assert!(went.contains(&"removed bob @admins".to_owned()), "{went:?}");
    assert!(
        went.iter().all(|edge| edge.starts_with("removed")),
        "{went:?}"
    );
    let path = graph(&["secrets/a.yaml"]);
    assert!(path.contains(&"kept alice @admins".to_owned()), "{path:?}");
    desk.keydance("alice", &["graph", "carol"]).code(4);
    desk.keydance("alice", &["graph", "--between", "before"])
        .code(2);
}

use super::*;
use crate::roster::parse_time;

/// Alice leaves in March, and Bob joins; operations are part of payments.
const ROSTER: &str = r#"keydance: 1
organisation: acme
environments: [production]
governance: ops
people:
  alice:
    from: 2026-01-01
    until: 2026-03-01
    devices: {laptop: {recipient: age1alice, from: 2026-01-01}}
  bob:
    from: 2026-02-01
    devices: {laptop: {recipient: age1bob, from: 2026-02-01}}
  carol:
    from: 2026-01-01
    devices: {laptop: {recipient: age1carol, from: 2026-01-01}}
groups:
  ops:
    members: {carol: {from: 2026-01-01}}
    admins: [carol]
    generation: 1
    recipient: age1ops
  payments:
    members:
      alice: {from: 2026-01-01, until: 2026-03-01}
      bob: {from: 2026-02-01}
      "@ops": {from: 2026-01-01}
    admins: [carol]
    generation: 2
    recipient: age1payments
paths:
  - match: secrets/payments/**
    environment: production
    readers: [payments]
"#;

fn roster(text: &str) -> Roster {
    Roster::parse(text.as_bytes()).unwrap()
}

fn reach(day: &str) -> Reach {
    let roster = roster(ROSTER);
    Reach::at(&roster, &roster, parse_time(day).unwrap())
}

fn told(graph: &Graph) -> Vec<String> {
    let name = |at: usize| graph.nodes[at].end.to_string();
    let edges = graph.edges.iter();
    edges
        .map(|edge| {
            format!(
                "{} {} → {}",
                edge.change.word(),
                name(edge.from),
                name(edge.to)
            )
        })
        .collect()
}

#[test]
fn a_graph_says_who_reaches_what_through_which_group() {
    let edges = told(&Graph::new(&reach("2026-01-15")));
    assert_eq!(
        edges,
        [
            "kept @ops → @payments",
            "kept @payments → secrets/payments/**",
            "kept alice → @payments",
            "kept carol → @ops",
        ]
    );
}

#[test]
fn a_difference_says_who_came_and_who_went() {
    let graph = Graph::between(&reach("2026-01-15"), &reach("2026-04-01"));
    let changed = told(&graph)
        .into_iter()
        .filter(|edge| !edge.starts_with("kept"));
    assert_eq!(
        changed.collect::<Vec<_>>(),
        ["removed alice → @payments", "added bob → @payments"]
    );
    let payments = graph
        .nodes
        .iter()
        .find(|node| node.end.to_string() == "@payments");
    assert_eq!(payments.unwrap().change, Change::Kept);
}

#[test]
fn a_new_generation_is_told_where_the_group_is() {
    let (new, old) = (
        roster(ROSTER),
        roster(&ROSTER.replace("generation: 2", "generation: 1")),
    );
    let at = parse_time("2026-02-15").unwrap();
    let graph = Graph::between(&Reach::at(&new, &old, at), &Reach::at(&new, &new, at));
    let notes: Vec<&str> = graph
        .nodes
        .iter()
        .filter_map(|node| node.note.as_deref())
        .collect();
    assert_eq!(
        notes,
        ["generation 1", "generation 1 → generation 2", "production"]
    );
}

#[test]
fn the_ways_through_one_end_are_a_part_of_all() {
    let all = reach("2026-02-15");
    let end = |text: &str| End::Principal(text.parse().unwrap());
    let through = |end: &End| told(&Graph::new(&all.through(end)));
    assert_eq!(
        through(&end("carol")),
        [
            "kept @ops → @payments",
            "kept @payments → secrets/payments/**",
            "kept carol → @ops",
        ]
    );
    assert_eq!(through(&end("@ops")), through(&end("carol")));
    assert_eq!(
        through(&End::Path("secrets/payments/**".to_owned())).len(),
        5
    );
    assert!(through(&end("nobody")).is_empty());
}

#[test]
fn mermaid_gets_names_as_text() {
    let graph = Graph::between(&reach("2026-01-15"), &reach("2026-04-01"));
    let text = graph.mermaid();
    let expected = r##"flowchart LR
  n0(["@ops<br/><small>generation 1</small>"])
  n1(["@payments<br/><small>generation 2</small>"])
  n2("alice")
  n3("bob")
  n4("carol")
  n5["secrets/payments/#42;#42;<br/><small>production</small>"]
  n0 --> n1
  n1 --> n5
  n2 -.-> n1
  n3 --> n1
  n4 --> n0
  classDef added stroke:#1a7f37,stroke-width:2px
  class n3 added
  linkStyle 3 stroke:#1a7f37,stroke-width:2px
  classDef removed stroke:#cf222e,stroke-dasharray:4
  class n2 removed
  linkStyle 2 stroke:#cf222e,stroke-dasharray:4
"##;
    assert_eq!(text, expected);
}

#[test]
fn a_picture_shows_everything_and_obeys_nothing() {
    let hostile = ROSTER.replace("secrets/payments/**", "a<script>&/**");
    let roster = roster(&hostile);
    let reach = Reach::at(&roster, &roster, parse_time("2026-02-15").unwrap());
    let picture = Graph::new(&reach).svg("acme <b>");
    assert!(picture.contains("<title>acme &lt;b&gt;</title>"));
    assert!(
        picture.contains(">a&lt;script&gt;&amp;/**</text>"),
        "{picture}"
    );
    for name in ["alice", "bob", "carol", "@ops", "@payments"] {
        assert!(picture.contains(&format!(">{name}</text>")), "{name}");
    }
    assert_eq!(picture.matches("<path class=\"edge\"").count(), 5);
}

#[test]
fn a_graph_of_nothing_is_a_picture_too() {
    let graph = Graph::new(&Reach::default());
    assert!(graph.svg("nothing").contains("</svg>"));
    assert_eq!(graph.mermaid(), "flowchart LR\n");
}

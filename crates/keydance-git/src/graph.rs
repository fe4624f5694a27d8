//! Who reads what by a roster, as a picture: people and machines on the left, the groups they are
//! in, and the paths that these read on the right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::roster::{MAX_NESTING, Principal, Roster};

/// The picture of a roster at a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// What is shown, and in which column from the left.
    nodes: Vec<(String, usize)>,
    /// From whom to where, by position among the nodes.
    edges: BTreeSet<(usize, usize)>,
}

impl Graph {
    /// Of whoever is there at a point in time.
    #[must_use]
    pub fn new(roster: &Roster, at: Timestamp) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            edges: BTreeSet::new(),
        };
        let mut numbers: BTreeMap<Principal, usize> = BTreeMap::new();
        for (name, group) in &roster.groups {
            let into = Principal::Group(name.clone());
            let into = graph.principal(&into, &mut numbers);
            for member in group
                .members_at(at)
                .filter(|member| roster.is_there(member, at))
            {
                let from = graph.principal(member, &mut numbers);
                graph.edges.insert((from, into));
            }
        }
        graph.arrange();
        let last = graph.nodes.iter().map(|(_, column)| *column).max();
        let last = last.map_or(0, |column| column + 1);
        for rule in &roster.paths {
            graph.nodes.push((rule.glob.to_string(), last));
            let path = graph.nodes.len() - 1;
            let readers = roster.readers_by(rule).into_iter();
            let readers = readers.filter_map(|name| numbers.get(&Principal::Group(name.clone())));
            graph.edges.extend(readers.map(|group| (*group, path)));
        }
        graph
    }

    fn principal(&mut self, who: &Principal, numbers: &mut BTreeMap<Principal, usize>) -> usize {
        let next = self.nodes.len();
        let number = *numbers.entry(who.clone()).or_insert(next);
        if number == next {
            let is_group = matches!(who, Principal::Group(_));
            self.nodes.push((who.to_string(), usize::from(is_group)));
        }
        number
    }

    /// Moves every group to the right of its members.
    fn arrange(&mut self) {
        for _ in 0..=MAX_NESTING {
            for (from, into) in &self.edges {
                self.nodes[*into].1 = self.nodes[*into].1.max(self.nodes[*from].1 + 1);
            }
        }
    }

    /// As Mermaid, which forges show as a picture.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (at, (label, _)) in self.nodes.iter().enumerate() {
            let label = escaped(label);
            // Writing to a string does not fail.
            let _ = writeln!(text, "    n{at}[\"{label}\"]");
        }
        for (from, into) in &self.edges {
            let _ = writeln!(text, "    n{from} --> n{into}");
        }
        text
    }

    /// As SVG, for a browser.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut heights = Vec::new();
        let places: Vec<(usize, usize)> = self
            .nodes
            .iter()
            .map(|(_, column)| {
                heights.resize(heights.len().max(column + 1), 0);
                heights[*column] += 1;
                (
                    MARGIN + column * (WIDTH + GAP),
                    MARGIN + (heights[*column] - 1) * ROW,
                )
            })
            .collect();
        let width = 2 * MARGIN + heights.len() * (WIDTH + GAP);
        let height = 2 * MARGIN + heights.iter().max().unwrap_or(&0) * ROW;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"13\">\n"
        );
        for (from, into) in &self.edges {
            let ((left, top), (right, bottom)) = (places[*from], places[*into]);
            let (x1, y1, y2) = (left + WIDTH, top + HEIGHT / 2, bottom + HEIGHT / 2);
            let _ = writeln!(
                text,
                "<path d=\"M{x1} {y1}C{} {y1} {} {y2} {right} {y2}\" fill=\"none\" stroke=\"#888\"/>",
                x1 + GAP / 2,
                right.saturating_sub(GAP / 2)
            );
        }
        for ((label, _), (x, y)) in self.nodes.iter().zip(&places) {
            let (label, inside, base) = (escaped(label), x + 8, y + 18);
            let _ = writeln!(
                text,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"4\" \
                 fill=\"#f4f4f8\" stroke=\"#446\"/><text x=\"{inside}\" y=\"{base}\">{label}</text>"
            );
        }
        text + "</svg>\n"
    }
}

// Of a picture, in pixels.
const MARGIN: usize = 16;
const WIDTH: usize = 220;
const HEIGHT: usize = 28;
const GAP: usize = 80;
const ROW: usize = 40;

/// The text as both formats take it: without what would end a label.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::parse_time;

    const ROSTER: &str = r#"keydance: 1
organisation: acme
environments: [e]
protected: [refs/heads/main]
governance: outer
people:
  alice: {from: 2026-01-05, devices: {laptop: {recipient: age1alice, from: 2026-01-05}}}
  bob: {from: 2026-01-05, until: 2026-02-01, devices: {desk: {recipient: age1bob, from: 2026-01-05, until: 2026-02-01}}}
groups:
  inner: {members: {alice: {from: 2026-01-05}, bob: {from: 2026-01-05, until: 2026-02-01}}, admins: [alice], generation: 1, recipient: age1inner}
  outer: {members: {"@inner": {from: 2026-01-05}}, admins: [alice], generation: 1, recipient: age1outer}
paths:
  - {match: "a/<b>/**", environment: e, readers: [outer]}
"#;

    fn graph(at: &str) -> Graph {
        let roster = Roster::parse(ROSTER.as_bytes()).unwrap();
        Graph::new(&roster, parse_time(at).unwrap())
    }

    #[test]
    fn a_picture_shows_who_is_there_in_which_group_and_what_it_reads() {
        let expected = "flowchart LR\n    n0[\"@inner\"]\n    n1[\"alice\"]\n    n2[\"@outer\"]\n    \
            n3[\"a/&lt;b&gt;/**\"]\n    n0 --> n2\n    n1 --> n0\n    n2 --> n3\n";
        assert_eq!(graph("2026-03-01").to_mermaid(), expected);
        assert!(graph("2026-01-10").to_mermaid().contains("[\"bob\"]"));
        let columns: Vec<usize> = graph("2026-03-01")
            .nodes
            .iter()
            .map(|(_, it)| *it)
            .collect();
        assert_eq!(columns, [1, 0, 2, 3]);
    }

    #[test]
    fn a_picture_is_the_same_each_time_and_holds_no_markup_of_others() {
        let svg = graph("2026-03-01").to_svg();
        assert_eq!(svg, graph("2026-03-01").to_svg());
        assert_eq!(svg.matches("<rect").count(), 4);
        assert_eq!(svg.matches("<path").count(), 3);
        assert!(svg.contains("a/&lt;b&gt;/**") && !svg.contains("<b>"));
    }
}

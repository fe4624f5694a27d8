//! A graph in Mermaid's words, which many places show as a picture.

use std::fmt;

use super::{Change, Edge, End, Graph, Node};
use crate::roster::Principal;

/// A flowchart.
#[derive(Debug)]
pub(super) struct Mermaid<'g>(pub(super) &'g Graph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "flowchart LR")?;
        for (at, node) in self.0.nodes.iter().enumerate() {
            write_node(f, at, node)?;
        }
        for edge in &self.0.edges {
            write_edge(f, *edge)?;
        }
        self.write_changes(f)
    }
}

impl Mermaid<'_> {
    fn write_changes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = [
            (Change::Added, "stroke:#1a7f37,stroke-width:2px"),
            (Change::Removed, "stroke:#cf222e,stroke-dasharray:4"),
        ];
        for (change, style) in changes {
            let nodes = self.0.nodes.iter().enumerate();
            let nodes = nodes.filter(|(_, node)| node.change == change);
            let nodes: Vec<String> = nodes.map(|(at, _)| format!("n{at}")).collect();
            let edges = self.0.edges.iter().enumerate();
            let edges = edges.filter(|(_, edge)| edge.change == change);
            let edges: Vec<String> = edges.map(|(at, _)| at.to_string()).collect();
            if !nodes.is_empty() {
                writeln!(f, "  classDef {} {style}", change.word())?;
                writeln!(f, "  class {} {}", nodes.join(","), change.word())?;
            }
            if !edges.is_empty() {
                writeln!(f, "  linkStyle {} {style}", edges.join(","))?;
            }
        }
        Ok(())
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, at: usize, node: &Node) -> fmt::Result {
    let (open, close) = match &node.end {
        End::Path(_) => ("[", "]"),
        End::Principal(Principal::Group(_)) => ("([", "])"),
        End::Principal(_) => ("(", ")"),
    };
    write!(f, "  n{at}{open}\"{}", Label(&node.end.to_string()))?;
    if let Some(note) = &node.note {
        write!(f, "<br/><small>{}</small>", Label(note))?;
    }
    writeln!(f, "\"{close}")
}

fn write_edge(f: &mut fmt::Formatter<'_>, edge: Edge) -> fmt::Result {
    let arrow = match edge.change {
        Change::Added | Change::Kept => "-->",
        Change::Removed => "-.->",
    };
    writeln!(f, "  n{} {arrow} n{}", edge.from, edge.to)
}

/// A text between double quotes. Whatever could end it, or be markup, becomes an entity.
struct Label<'t>(&'t str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '"' | '#' | '&' | '<' | '>' | '`' | '*' | '_' | '\\' => {
                    write!(f, "#{};", u32::from(c))?;
                }
                _ if c.is_control() => write!(f, "{}", c.escape_unicode())?,
                _ => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

//! A graph as a picture that stands alone: no script, no fonts or images from elsewhere.

use std::fmt;

use super::layout::{Layout, Point, Shape};
use super::{Change, End, Graph, Node};
use crate::roster::Principal;

/// A picture. Lengths are pixels.
#[derive(Debug)]
pub(super) struct Svg<'g> {
    graph: &'g Graph,
    title: &'g str,
    layout: Layout,
    /// The left edge and the width of each column.
    columns: Vec<(f64, f64)>,
}

/// A letter of the font, all of which are equally wide.
const LETTER: f64 = 7.8;
/// Between text and the frame around it.
const PADDING: f64 = 10.0;
/// A node, and from one to the next.
const NODE_HEIGHT: f64 = 38.0;
const ROW_HEIGHT: f64 = 54.0;
/// Between columns, where the edges bend.
const GAP: f64 = 90.0;
/// Around everything.
const MARGIN: f64 = 24.0;

/// Readable on a light and a dark ground, and without colours: dashes and widths say the same.
const STYLE: &str = "\
svg{color-scheme:light dark;background:#fff;color:#1f2328}\
text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:currentColor}\
.note{font-size:10px;opacity:.7}\
rect{fill:#f6f8fa;stroke:#8c959f}\
.group rect{fill:#ddf4ff}.path rect{fill:#fff8c5}\
path{fill:none;stroke:#8c959f;stroke-width:1.2}\
.added{stroke:#1a7f37;stroke-width:2.5}.added rect{stroke:#1a7f37;stroke-width:2.5}\
.removed{stroke:#cf222e;stroke-dasharray:5 4}.removed rect{stroke:#cf222e;stroke-dasharray:5 4}\
g.added,g.removed{stroke:none}\
@media(prefers-color-scheme:dark){svg{background:#0d1117;color:#e6edf3}\
rect{fill:#161b22}.group rect{fill:#0c2d6b}.path rect{fill:#3b2300}}";

impl<'g> Svg<'g> {
    pub(super) fn new(graph: &'g Graph, title: &'g str) -> Self {
        let ends = || graph.nodes.iter().map(|node| &node.end);
        let least: Vec<usize> = ends().map(least_column).collect();
        let is_last: Vec<bool> = ends().map(|end| matches!(end, End::Path(_))).collect();
        let edges: Vec<_> = graph
            .edges
            .iter()
            .map(|edge| (edge.from, edge.to))
            .collect();
        let layout = Layout::new(Shape {
            least: &least,
            is_last: &is_last,
            edges: &edges,
        });
        let columns = columns(graph, &layout);
        Self {
            graph,
            title,
            layout,
            columns,
        }
    }

    fn left(&self, point: Point) -> f64 {
        self.columns[point.column].0
    }

    fn right(&self, point: Point) -> f64 {
        let (left, width) = self.columns[point.column];
        left + width
    }

    /// The curve of an edge: level where it leaves and arrives, and across the columns it passes.
    fn write_route(&self, f: &mut fmt::Formatter<'_>, route: &[Point]) -> fmt::Result {
        let [first, .., last] = route else {
            return Ok(());
        };
        write!(f, "M{:.1} {:.1}", self.right(*first), level(*first))?;
        let mut from = *first;
        for to in &route[1..] {
            let (start, end) = (self.right(from), self.left(*to));
            let middle = f64::midpoint(start, end);
            let (above, below) = (level(from), level(*to));
            write!(
                f,
                "C{middle:.1} {above:.1} {middle:.1} {below:.1} {end:.1} {below:.1}"
            )?;
            if to != last {
                write!(f, "H{:.1}", self.right(*to))?;
            }
            from = *to;
        }
        Ok(())
    }

    fn write_node(&self, f: &mut fmt::Formatter<'_>, node: &Node, point: Point) -> fmt::Result {
        let (left, width) = self.columns[point.column];
        let middle = level(point);
        let kind = kind(&node.end);
        write!(f, "<g class=\"{kind}{}\">", class(node.change))?;
        let top = middle - NODE_HEIGHT / 2.0;
        let round = if kind == "path" {
            2.0
        } else {
            NODE_HEIGHT / 2.0
        };
        write!(
            f,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{NODE_HEIGHT}\" \
             rx=\"{round}\"/>"
        )?;
        let text = left + 2.0 * PADDING;
        let line = if node.note.is_some() {
            middle - 1.0
        } else {
            middle + 4.5
        };
        write!(
            f,
            "<text x=\"{text:.1}\" y=\"{line:.1}\">{}</text>",
            Text(&node.end.to_string())
        )?;
        if let Some(note) = &node.note {
            let line = middle + 12.0;
            write!(
                f,
                "<text class=\"note\" x=\"{text:.1}\" y=\"{line:.1}\">{}</text>",
                Text(note)
            )?;
        }
        writeln!(f, "</g>")
    }
}

impl fmt::Display for Svg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .columns
            .last()
            .map_or(0.0, |(left, width)| left + width)
            + MARGIN;
        let height = self.layout.depth * ROW_HEIGHT + NODE_HEIGHT + 2.0 * MARGIN;
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">"
        )?;
        writeln!(f, "<title>{}</title>", Text(self.title))?;
        writeln!(f, "<style>{STYLE}</style>")?;
        for (edge, route) in self.graph.edges.iter().zip(&self.layout.routes) {
            write!(f, "<path class=\"edge{}\" d=\"", class(edge.change))?;
            self.write_route(f, route)?;
            writeln!(f, "\"/>")?;
        }
        for (node, point) in self.graph.nodes.iter().zip(&self.layout.nodes) {
            self.write_node(f, node, *point)?;
        }
        writeln!(f, "</svg>")
    }
}

fn least_column(end: &End) -> usize {
    match end {
        End::Principal(Principal::Machine(_) | Principal::Person(_)) => 0,
        End::Principal(Principal::Group(_)) => 1,
        End::Path(_) => 2,
    }
}

fn kind(end: &End) -> &'static str {
    match end {
        End::Principal(Principal::Group(_)) => "group",
        End::Principal(Principal::Machine(_)) => "machine",
        End::Principal(Principal::Person(_)) => "person",
        End::Path(_) => "path",
    }
}

fn class(change: Change) -> &'static str {
    match change {
        Change::Added => " added",
        Change::Kept => "",
        Change::Removed => " removed",
    }
}

fn columns(graph: &Graph, layout: &Layout) -> Vec<(f64, f64)> {
    let mut widths = vec![0.0_f64; layout.columns];
    for (node, point) in graph.nodes.iter().zip(&layout.nodes) {
        let note = node.note.as_ref().map_or(0, |note| note.chars().count());
        let letters = node.end.to_string().chars().count().max(note * 10 / 13 + 1);
        let width = letters as f64 * LETTER + 4.0 * PADDING;
        widths[point.column] = widths[point.column].max(width);
    }
    let mut left = MARGIN;
    let column = |width: f64| {
        let column = (left, width);
        left += width + GAP;
        column
    };
    widths.into_iter().map(column).collect()
}

fn level(point: Point) -> f64 {
    MARGIN + NODE_HEIGHT / 2.0 + point.height * ROW_HEIGHT
}

/// A text between tags.
struct Text<'t>(&'t str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                _ if c.is_control() => write!(f, "{}", c.escape_unicode())?,
                _ => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

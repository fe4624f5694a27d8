//! Where to draw a graph: nodes in columns, edges from left to right.
//!
//! The classic way in three steps: a column for each node, then the order within the columns that
//! crosses few edges, then heights that make edges straight. All three are linear in the edges, but
//! for sorting. An edge across several columns passes through a point in each of them.

mod columns;
mod heights;
mod order;

/// What is laid out: nodes are numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'s> {
    /// The column that each node is in or right of.
    pub(super) least: &'s [usize],
    /// Whether each node belongs to the last column.
    pub(super) is_last: &'s [bool],
    /// From and to.
    pub(super) edges: &'s [(usize, usize)],
}

/// Where a node is, or where an edge passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) column: usize,
    /// Downwards, 1 for each node.
    pub(super) height: f64,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// For each node.
    pub(super) nodes: Vec<Point>,
    /// For each edge, from its left end to its right end.
    pub(super) routes: Vec<Vec<Point>>,
    /// How many columns there are.
    pub(super) columns: usize,
    /// The greatest height.
    pub(super) depth: f64,
}

/// The graph with a point for each column that an edge passes: then every edge joins neighbours.
#[derive(Debug)]
struct Proper {
    /// The points of each column, nodes first.
    columns: Vec<Vec<usize>>,
    /// The neighbours of each point in the column before and in the one behind.
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
    /// The points of each edge, from left to right.
    routes: Vec<Vec<usize>>,
    /// The points below this are nodes.
    nodes: usize,
}

impl Layout {
    pub(super) fn new(shape: Shape<'_>) -> Self {
        let column = columns::columns(shape);
        let mut proper = Proper::new(&column, shape.edges);
        order::arrange(&mut proper);
        let heights = heights::heights(&proper);
        let mut points = vec![Point::default(); heights.len()];
        for (column, within) in proper.columns.iter().enumerate() {
            for &point in within {
                let height = heights[point];
                points[point] = Point { column, height };
            }
        }
        let route = |route: &Vec<usize>| route.iter().map(|&point| points[point]).collect();
        let routes = proper.routes.iter().map(route).collect();
        points.truncate(proper.nodes);
        Self {
            nodes: points,
            routes,
            columns: proper.columns.len(),
            depth: heights.into_iter().fold(0.0, f64::max),
        }
    }
}

impl Proper {
    fn new(column: &[usize], edges: &[(usize, usize)]) -> Self {
        let count = column.iter().max().map_or(0, |last| last + 1);
        let mut proper = Self {
            columns: vec![Vec::new(); count],
            before: vec![Vec::new(); column.len()],
            behind: vec![Vec::new(); column.len()],
            routes: Vec::with_capacity(edges.len()),
            nodes: column.len(),
        };
        for (node, &column) in column.iter().enumerate() {
            proper.columns[column].push(node);
        }
        for &(from, to) in edges {
            // An edge of a cycle leads to the left; it is drawn the same way.
            let (left, right) = if column[from] <= column[to] {
                (from, to)
            } else {
                (to, from)
            };
            let mut route = vec![left];
            for passed in column[left] + 1..column[right] {
                route.push(proper.point(passed));
            }
            route.push(right);
            if column[left] < column[right] {
                proper.join(&route);
            }
            proper.routes.push(route);
        }
        proper
    }

    fn point(&mut self, column: usize) -> usize {
        let point = self.before.len();
        self.before.push(Vec::new());
        self.behind.push(Vec::new());
        self.columns[column].push(point);
        point
    }

    fn join(&mut self, route: &[usize]) {
        for pair in route.windows(2) {
            self.behind[pair[0]].push(pair[1]);
            self.before[pair[1]].push(pair[0]);
        }
    }
}

#[cfg(test)]
mod tests;

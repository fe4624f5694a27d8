use proptest::prelude::*;

use super::*;

fn lay_out(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    Layout::new(Shape {
        least: &vec![0; nodes],
        is_last: &vec![false; nodes],
        edges,
    })
}

#[test]
fn nothing_takes_no_place() {
    let layout = lay_out(0, &[]);
    assert_eq!((layout.columns, layout.nodes.len()), (0, 0));
}

#[test]
fn a_chain_is_a_straight_line() {
    let layout = lay_out(3, &[(0, 1), (1, 2), (0, 2)]);
    let columns: Vec<usize> = layout.nodes.iter().map(|point| point.column).collect();
    assert_eq!(columns, [0, 1, 2]);
    assert_eq!(layout.routes[2].len(), 3);
}

#[test]
fn crossings_that_need_not_be_are_not_there() {
    // 0 → 5, 1 → 4, 2 → 3: in the order of their numbers all would cross.
    let layout = lay_out(6, &[(0, 5), (1, 4), (2, 3)]);
    for route in &layout.routes {
        assert!(
            (route[0].height - route[1].height).abs() < 1e-9,
            "{route:?}"
        );
    }
}

#[test]
fn a_cycle_is_cut_and_drawn() {
    let layout = lay_out(3, &[(0, 1), (1, 0), (1, 2)]);
    assert_eq!(layout.columns, 3);
    assert_eq!(layout.routes[0], layout.routes[1]);
}

proptest! {
    #[test]
    fn nodes_stand_apart_and_edges_pass_each_column_once(
        nodes in 1_usize..30,
        pairs in prop::collection::vec((0_usize..30, 0_usize..30), 0..60),
    ) {
        let edges: Vec<_> = pairs
            .into_iter()
            .map(|(a, b)| (a % nodes, b % nodes))
            .filter(|(a, b)| a != b)
            .collect();
        let layout = lay_out(nodes, &edges);
        for (at, a) in layout.nodes.iter().enumerate() {
            for b in &layout.nodes[at + 1..] {
                let distance = (a.height - b.height).abs();
                prop_assert!(a.column != b.column || distance > 1.0 - 1e-9);
            }
        }
        for ((from, to), route) in edges.iter().zip(&layout.routes) {
            let (a, b) = (layout.nodes[*from].column, layout.nodes[*to].column);
            let columns: Vec<usize> = route.iter().map(|point| point.column).collect();
            if a == b {
                prop_assert_eq!(columns, [a, a]);
            } else {
                prop_assert_eq!(columns, (a.min(b)..=a.max(b)).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn an_edge_leads_to_the_right_where_there_is_no_cycle(
        nodes in 2_usize..30,
        pairs in prop::collection::vec((0_usize..30, 0_usize..30), 0..60),
    ) {
        let edges: Vec<_> = pairs
            .into_iter()
            .map(|(a, b)| (a % nodes, b % nodes))
            .filter(|(a, b)| a < b)
            .collect();
        let layout = lay_out(nodes, &edges);
        for (from, to) in edges {
            prop_assert!(layout.nodes[from].column < layout.nodes[to].column);
        }
    }
}

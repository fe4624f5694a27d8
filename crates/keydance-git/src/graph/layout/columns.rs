//! The column of each node: one behind all that lead to it.

use super::Shape;

/// Cycles, which two times together can make, are cut at the first node that is left.
pub(super) fn columns(shape: Shape<'_>) -> Vec<usize> {
    let mut column = shape.least.to_vec();
    let mut next = vec![Vec::new(); column.len()];
    let mut waits_for = vec![0_usize; column.len()];
    for &(from, to) in shape.edges {
        next[from].push(to);
        waits_for[to] += 1;
    }
    let mut is_done = vec![false; column.len()];
    for first in roots(&waits_for).chain(0..column.len()) {
        let mut ready = vec![first];
        while let Some(node) = ready.pop() {
            if std::mem::replace(&mut is_done[node], true) {
                continue;
            }
            for &to in next[node].iter().filter(|to| !is_done[**to]) {
                column[to] = column[to].max(column[node] + 1);
                waits_for[to] -= 1;
                if waits_for[to] == 0 {
                    ready.push(to);
                }
            }
        }
    }
    let last = column.iter().copied().max().unwrap_or(0);
    let lasts = column.iter_mut().zip(shape.is_last);
    lasts
        .filter(|(_, is_last)| **is_last)
        .for_each(|(column, _)| *column = last);
    column
}

fn roots(waits_for: &[usize]) -> impl Iterator<Item = usize> + use<> {
    let roots = waits_for
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0);
    roots.map(|(node, _)| node).collect::<Vec<_>>().into_iter()
}

//! The order within the columns: everything near the middle of what it is joined to.

use super::Proper;

/// More sweeps change hardly anything.
const SWEEPS: usize = 8;

pub(super) fn arrange(proper: &mut Proper) {
    let mut place = vec![0.0; proper.before.len()];
    for column in &proper.columns {
        note(&mut place, column);
    }
    for sweep in 0..SWEEPS {
        let is_forward = sweep % 2 == 0;
        let neighbours = if is_forward {
            &proper.before
        } else {
            &proper.behind
        };
        let count = proper.columns.len();
        for step in 1..count {
            let column = if is_forward { step } else { count - 1 - step };
            let column = &mut proper.columns[column];
            for &point in column.iter() {
                if let Some(middle) = middle(&neighbours[point], &place) {
                    place[point] = middle;
                }
            }
            column.sort_by(|a, b| place[*a].total_cmp(&place[*b]));
            note(&mut place, column);
        }
    }
}

/// The mean of some places.
pub(super) fn middle(points: &[usize], place: &[f64]) -> Option<f64> {
    let sum: f64 = points.iter().map(|&point| place[point]).sum();
    (!points.is_empty()).then(|| sum / points.len() as f64)
}

fn note(place: &mut [f64], column: &[usize]) {
    for (at, &point) in column.iter().enumerate() {
        place[point] = at as f64;
    }
}

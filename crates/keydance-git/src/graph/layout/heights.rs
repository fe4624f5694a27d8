//! The height of each point: as near to the middle of its neighbours as the distances allow.

use super::Proper;
use super::order::middle;

/// Both ways, twice.
const SWEEPS: usize = 4;

/// Edges may pass closer to one another than nodes stand.
const NARROW: f64 = 0.4;

/// From 0 downwards.
pub(super) fn heights(proper: &Proper) -> Vec<f64> {
    let mut heights = vec![0.0; proper.before.len()];
    for column in &proper.columns {
        let offsets = offsets(proper, column);
        for (&point, offset) in column.iter().zip(offsets) {
            heights[point] = offset;
        }
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
            settle(proper, &proper.columns[column], neighbours, &mut heights);
        }
    }
    let top = heights.iter().copied().reduce(f64::min).unwrap_or(0.0);
    heights.iter_mut().for_each(|height| *height -= top);
    heights
}

/// Heights with the least sum of squared distances from where each point would best be, the order
/// and the distances being kept: without the offsets, an isotonic regression.
fn settle(proper: &Proper, column: &[usize], neighbours: &[Vec<usize>], heights: &mut [f64]) {
    let offsets = offsets(proper, column);
    let wished = column.iter().zip(&offsets).map(|(&point, offset)| {
        let wished = middle(&neighbours[point], heights);
        wished.unwrap_or(heights[point]) - offset
    });
    let risen = rising(wished.collect());
    for ((&point, offset), height) in column.iter().zip(offsets).zip(risen) {
        heights[point] = height + offset;
    }
}

/// How far below the first point of its column each one is at least.
fn offsets(proper: &Proper, column: &[usize]) -> Vec<f64> {
    let size = |point: usize| if point < proper.nodes { 1.0 } else { NARROW };
    let mut at = 0.0;
    let mut before: Option<usize> = None;
    let offset = |&point: &usize| {
        at += before.map_or(0.0, |before| f64::midpoint(size(before), size(point)));
        before = Some(point);
        at
    };
    column.iter().map(offset).collect()
}

/// The nearest numbers that do not fall: neighbours that fall are pooled to their mean.
fn rising(wished: Vec<f64>) -> impl Iterator<Item = f64> {
    let mut pools: Vec<(f64, usize)> = Vec::with_capacity(wished.len());
    for number in wished {
        let (mut mean, mut count) = (number, 1);
        while let Some(&(before, size)) = pools.last().filter(|(before, _)| *before > mean) {
            pools.pop();
            mean = (mean * count as f64 + before * size as f64) / (count + size) as f64;
            count += size;
        }
        pools.push((mean, count));
    }
    pools
        .into_iter()
        .flat_map(|(mean, count)| std::iter::repeat_n(mean, count))
}

//! Lists as aligned columns.

use keydance_api::Meta;
use serde::Deserialize;

use super::{HEADING, Page, QUIET, Render, printable, styled};

/// A value that is a row of a table.
pub(crate) trait Row {
    /// The headings.
    const COLUMNS: &'static [&'static str];

    /// A cell for each heading.
    fn cells(&self) -> Vec<String>;
}

impl<T: Row> Render for [T] {
    fn render(&self, page: &mut Page) {
        let rows: Vec<Vec<String>> = self.iter().map(|row| plain(row.cells())).collect();
        let mut widths: Vec<usize> = T::COLUMNS.iter().map(|it| it.chars().count()).collect();
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let head: Vec<_> = T::COLUMNS
            .iter()
            .map(|column| column.to_uppercase())
            .collect();
        page.text(&styled(HEADING, aligned(&head, &widths)));
        for row in &rows {
            page.text(&aligned(row, &widths));
        }
    }
}

/// A list of the wire, with or without pages.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing<T> {
    data: Vec<T>,
    meta: Option<Meta>,
}

impl<T: Row> Render for Listing<T> {
    fn render(&self, page: &mut Page) {
        self.data.as_slice().render(page);
        if let Some(meta) = &self.meta {
            meta.render(page);
        }
    }
}

impl Render for Meta {
    fn render(&self, page: &mut Page) {
        let Self {
            page: number,
            total,
            total_pages,
            ..
        } = self;
        if *total_pages > 1 {
            let place = format!("page {number} of {total_pages}, {total} in all");
            page.text(&styled(QUIET, place));
        }
    }
}

/// Cells are one line each.
fn plain(cells: Vec<String>) -> Vec<String> {
    let cell = |cell: String| printable(&cell).replace('\n', " ");
    cells.into_iter().map(cell).collect()
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| {
        let missing = width.saturating_sub(cell.chars().count());
        format!("{cell}{}", " ".repeat(missing))
    });
    let line = padded.collect::<Vec<_>>().join("  ");
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Colour(&'static str, &'static str);

    impl Row for Colour {
        const COLUMNS: &'static [&'static str] = &["name", "why"];
        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_owned()]
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut page = Page::default();
        let colours = [
            Colour("red", "stop"),
            Colour("grün", "go\non"),
            Colour("yellow", ""),
        ];
        colours.as_slice().render(&mut page);
        let plain = anstream::adapter::strip_str(page.as_str()).to_string();
        assert_eq!(plain, "NAME    WHY\nred     stop\ngrün    go on\nyellow\n");
    }
}

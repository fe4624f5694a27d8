//! The promises of the documentation, and whether the tests that hold them are there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::house;

/// Names in the promises of `root` that are no test of the workspace.
pub fn unheld(root: &Path) -> Vec<String> {
    let promises = house::read(&root.join("docs/promises.md"));
    let tests = tests(root);
    named(&promises)
        .into_iter()
        .filter(|name| !tests.contains(name))
        .collect()
}

/// The names between backticks in the last cell of each row.
fn named(markdown: &str) -> Vec<String> {
    let rows = markdown.lines().filter(|line| line.starts_with('|'));
    rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned))
        .collect()
}

/// The names of all functions under `#[test]` or a test attribute of a runtime.
fn tests(root: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in house::entries(&root.join("crates")) {
        for path in house::sources(&folder) {
            let text = house::read(&path);
            let parts = text
                .split("test]\n")
                .chain(text.split("test(flavor = \"multi_thread\")]\n"));
            for part in parts.skip(1) {
                let name = part
                    .split_once("fn ")
                    .and_then(|(_, rest)| rest.split('(').next());
                names.extend(name.map(str::to_owned));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_is_held_by_a_test_that_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert_eq!(unheld(&root), Vec::<String>::new());
    }

    #[test]
    fn a_name_that_is_no_test_is_found() {
        assert_eq!(
            named("| a | `b_c`, `d` |\n| x | y |\ntext `z`"),
            ["b_c", "d"]
        );
    }
}

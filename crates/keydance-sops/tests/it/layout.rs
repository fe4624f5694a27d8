//! YAML as people write it: comments in many columns, empty lines, another indentation.

use keydance_sops::format::Format;

use crate::differential::Pair;

/// Comments that belong to one block or another by their column and the empty lines around them.
const COMMENTS: [&str; 20] = [
    "t:\n    a: 1\n    # one\n    # two\n",
    "t:\n    a: 1\n    # one\n    # two\nz: 1\n",
    "t:\n    a: 1\n\n    # one\nz: 1\n",
    "t:\n    a: 1\n\n    # one\n",
    "t:\n    a: 1\n\n    # one\n# two\n",
    "t:\n    a: 1\n    # one\n\n    # two\n",
    "t:\n    a: 1\n    # one\n\n    # two\nz: 1\n",
    "t:\n    a: 1\n    # one\n    # two\n\n    # three\nz: 1\n",
    "t:\n    a:\n      b: 1\n      # one\n\n      # two\n    c: 1\n",
    "t:\n    a: 1\n  # one\n\n# two\nz: 1\n",
    "u:\n  t:\n    a: 1\n  # one\n\n  # two\nz: 1\n",
    "t:\n    a: []\n    # one\n\n    # two\n",
    "t:\n    - a\n\n    # one\n",
    "t:\n    - a\n    # one\n\n    # two\n",
    "t:\n    a:\n        - x\n    # one\nz: 1\n",
    "t:\n    a:\n        - x\n        # zero\n    # one\nz: 1\n",
    "t:\n    a:\n        - x\n    # one\n    b: 1\nz: 1\n",
    "t:\n    a:\n        - x\n    # one\n\n    # two\nz: 1\n",
    "# first\n\n# second\na: 1 # inline\n\n# above\nb:\n  # inside\n  c: 1\n\n# end\n",
    "a:\n- 1\n# between\n- 2 # inline\n# end\nb: {c: 1, d: [1, 2]}\n",
];

#[test]
fn comments_stand_where_stock_has_them() {
    for (text, seed) in COMMENTS.into_iter().zip(0..) {
        let pair = Pair::new(Format::Yaml, seed);
        assert_eq!(pair.compare(text.as_bytes()), Ok(()), "{text}");
    }
}

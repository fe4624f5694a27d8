//! Which container a comment belongs to, and where in it.

use super::*;

#[test]
fn a_comment_above_an_entry_belongs_to_its_container() {
    all_sketch(&[
        (
            "# c\na: 1\n\n# d\n\n# e\nb: 2\n",
            "{#c, a: 1, #d, #e, b: 2}",
        ),
        ("a:\n  b: 1\n# c\n\nd: 2\n", "{a: {b: 1}, #c, d: 2}"),
        ("a:\n  b: 1\n  # c\n  d: 2\n", "{a: {b: 1, #c, d: 2}}"),
        ("a:\n  b: 1\n# c\n  d: 2\n", "{a: {b: 1, #c, d: 2}}"),
        (
            "a:\n  b:\n    c: 1\n  # x\n  d: 2\n",
            "{a: {b: {c: 1}, #x, d: 2}}",
        ),
        (
            "a:\n  b:\n    c: 1\n# x\n  d: 2\n",
            "{a: {b: {c: 1}, #x, d: 2}}",
        ),
        ("l:\n  - 1\n  # c\n  - 2\n", "{l: [1, #c, 2]}"),
        ("l:\n- 1\n# c\nm: 1\n", "{l: [1], #c, m: 1}"),
        (
            "l:\n  - a: 1\n  # c\n  - a: 2\n",
            "{l: [{a: 1}, #c, {a: 2}]}",
        ),
    ]);
}

#[test]
fn a_comment_deeper_than_the_next_entry_belongs_to_the_block_that_ended() {
    all_sketch(&[
        ("a:\n  b: 1\n  # c\nd: 2\n", "{a: {b: 1, #c}, d: 2}"),
        ("a:\n  b: 1\n     # c\nd: 2\n", "{a: {b: 1, #c}, d: 2}"),
        ("a:\n  b: 1\n # c\nd: 2\n", "{a: {b: 1, #c}, d: 2}"),
        (
            "a:\n  b:\n    c: 1\n  # x\nd: 2\n",
            "{a: {b: {c: 1, #x}}, d: 2}",
        ),
        (
            "a:\n  b:\n    c: 1\n    # x\n  d: 2\n",
            "{a: {b: {c: 1, #x}, d: 2}}",
        ),
        ("l:\n  - 1\n  # c\nm: 1\n", "{l: [1, #c], m: 1}"),
        ("l:\n- 1\n  # c\nm: 1\n", "{l: [1, #c], m: 1}"),
        (
            "l:\n  - a: 1\n    # c\n  - a: 2\n",
            "{l: [{a: 1, #c}, {a: 2}]}",
        ),
    ]);
}

#[test]
fn a_comment_moved_to_the_left_or_set_apart_belongs_to_the_block_in_its_column() {
    all_sketch(&[
        (
            "a:\n  b:\n    c: 1\n    # x\n  # y\nd: 2\n",
            "{a: {b: {c: 1, #x}, #y}, d: 2}",
        ),
        (
            "a:\n  b:\n    c: 1\n    # x\n  # y\n# z\nd: 2\n",
            "{a: {b: {c: 1, #x}, #y}, #z, d: 2}",
        ),
        (
            "a:\n  b:\n    c: 1\n  # x\n\n# y\nd: 2\n",
            "{a: {b: {c: 1}, #x}, #y, d: 2}",
        ),
        (
            "a:\n  b:\n    c: 1\n  # x\n# y\nd: 2\n",
            "{a: {b: {c: 1, #x}}, #y, d: 2}",
        ),
    ]);
}

#[test]
fn a_comment_above_the_first_entry_of_a_block_belongs_to_the_block() {
    all_sketch(&[
        ("a:\n  # c\n  b: 1\n", "{a: {#c, b: 1}}"),
        ("a:\n# c\n\n  b: 1\n", "{a: {#c, b: 1}}"),
        ("a:\n      # c\n  - 1\n", "{a: [#c, 1]}"),
        ("a:\n# c\n- 1\n", "{a: [#c, 1]}"),
        ("l:\n  - # c\n    a: 1\n", "{l: [{#c, a: 1}]}"),
        ("l:\n  -\n    # c\n    a: 1\n", "{l: [{#c, a: 1}]}"),
        (
            "l:\n  # b\n  - # c\n    # d\n    a: 1\n",
            "{l: [#b, {#c, #d, a: 1}]}",
        ),
        (
            "l:\n  - 1\n  # b\n  - # c\n    - 2\n",
            "{l: [1, #b, [#c, 2]]}",
        ),
        ("l:\n  - &x # c\n    a: 1\n", "{l: [{#c, a: 1}]}"),
        ("a:\n  # c\n  [1]\n", "{a: [#c, 1]}"),
    ]);
}

#[test]
fn a_comment_at_the_end_belongs_to_the_block_in_its_column() {
    all_sketch(&[
        ("a: 1\n# c\n", "{a: 1, #c}"),
        ("a:\n  b: 1\n\n# c", "{a: {b: 1}, #c}"),
        ("a:\n  b:\n    c: 1\n  # x\n", "{a: {b: {c: 1}, #x}}"),
        (
            "a:\n  b:\n    c: 1\n    # x\n  # y\n# z\n",
            "{a: {b: {c: 1, #x}, #y}, #z}",
        ),
        ("a:\n  b:\n    c: 1\n      # x\n", "{a: {b: {c: 1, #x}}}"),
        ("l:\n- 1\n# c\n", "{l: [1], #c}"),
        ("a: 1\n# c\n---\nb: 1\n# d\n", "{a: 1, #c} --- {b: 1, #d}"),
        ("a: 1\n...\n# c\n---\nb: 1\n", "{a: 1} --- {#c, b: 1}"),
        ("a: 1\n...\n# c\n", "{a: 1, #c}"),
        ("---\n# c\n", "{#c}"),
        ("{}\n# c\n", "{#c}"),
    ]);
}

#[test]
fn a_comment_behind_a_scalar_is_inline() {
    all_sketch(&[
        ("a: 1 # c\n", "{=c, a: 1}"),
        ("# b\na: 1 # c\n# d\n", "{#b, =c, a: 1, #d}"),
        ("a: 'x' # c\nb: \"y\" # d\n", "{=c, a: x, =d, b: y}"),
        ("a: | # c\n  x\n# d\nb: 1\n", r"{=c, a: x\n, #d, b: 1}"),
        ("a: x\n  y # c\n", "{=c, a: x y}"),
        (
            "l:\n  - 1 # c\n  - 2\n  - b: 3 # d\n",
            "{l: [=c, 1, 2, {=d, b: 3}]}",
        ),
        ("a: &x 1 # c\nb: *x # d\n", "{=c, a: 1, =d, b: 1}"),
        ("a: ENC[x] #ENC[y]\n", "{=ENC[y], a: ENC[x]}"),
    ]);
}

#[test]
fn a_comment_beside_a_key_stands_before_its_entry() {
    all_sketch(&[
        ("a: # c\n  b: 1\n", "{#c, a: {b: 1}}"),
        ("a: # c\n  # d\n  - 1\n", "{#c, a: [#d, 1]}"),
        ("a: # c\n  1\n", "{#c, a: 1}"),
        ("a: # c\nb: 1\n", "{#c, a: null, b: 1}"),
        ("a: {} # c\nb: [1] # d\n", "{#c, a: {}, #d, b: [1]}"),
        ("a: &x # c\n  b: 1\n", "{#c, a: {b: 1}}"),
        ("? a # c\n: # d\n  b\n", "{#c, #d, a: b}"),
        ("? a\n:   # c\n    - b\n", "{#c, a: [b]}"),
    ]);
}

#[test]
fn a_comment_below_a_key_without_value_belongs_to_the_container_of_the_key() {
    all_sketch(&[
        ("a:\n  # c\nb: 1\n", "{a: null, #c, b: 1}"),
        ("x:\n  a:\n    # c\nb: 1\n", "{x: {a: null, #c}, b: 1}"),
        ("a:\n# c\n", "{a: null, #c}"),
        ("l:\n  -\n  # c\n  - 1\n", "{l: [null, #c, 1]}"),
    ]);
}

#[test]
fn a_comment_in_a_flow_collection_stays_in_it() {
    all_sketch(&[
        (
            "l: [1, # c\n  2 # d\n  # e\n  , 3 # f\n  # g\n  ]\n",
            "{l: [=c, 1, =d, 2, #e, =f, 3, #g]}",
        ),
        (
            "m: { # c\n  a: # d\n    1, # e\n  # f\n  b: 2 }\n",
            "{m: {#c, #d, =e, a: 1, #f, b: 2}}",
        ),
        ("k: {\n    # c\n}\n", "{k: {#c}}"),
    ]);
}

#[test]
fn the_text_of_a_comment_is_everything_behind_the_mark() {
    let tree = read(b"#  a \t\n#\n##\na: 1\n").unwrap();
    let texts: Vec<_> = tree.documents[0].entries[..3]
        .iter()
        .map(|entry| match entry {
            Entry::Comment(comment) => comment.text.expose(),
            Entry::Pair(..) => panic!("a comment"),
        })
        .collect();
    assert_eq!(texts, [b"  a \t".as_slice(), b"", b"#"]);
}

use super::*;
use crate::edit::{set, unset};
use crate::path::TreePath;
use crate::tree::Text as Secret;

mod layouts;

/// A file after a change of its tree; nothing if it has to be written anew.
fn patched(source: &str, change: impl FnOnce(&mut Tree)) -> Option<String> {
    let mut tree = crate::format::yaml::read(source.as_bytes()).unwrap();
    change(&mut tree);
    written(source, &tree, None)
}

fn written(source: &str, tree: &Tree, metadata: Option<&Map>) -> Option<String> {
    let wanted = Wanted { tree, metadata };
    let bytes = patch(source.as_bytes(), &wanted, &WriteOptions::default())?;
    Some(String::from_utf8(bytes).unwrap())
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

/// A file after a value was set.
fn with(source: &str, at: &str, value: impl Into<Value>) -> String {
    let value = value.into();
    patched(source, |tree| {
        let _changed = set(tree, &path(at), value).unwrap();
    })
    .unwrap()
}

/// A file after a value was taken away.
fn without(source: &str, at: &str) -> String {
    patched(source, |tree| unset(tree, &path(at)).unwrap()).unwrap()
}

const STYLED: &str = "\
# first

a:   one   # beside
b:

  c: 'two'
  d: \"three\"
l:
- x
-   y

m: { p: 1, q: [2, 3] }
";

#[test]
fn a_scalar_is_replaced_where_it_stands_in_the_quotes_it_has() {
    assert_eq!(
        with(STYLED, r#"["a"]"#, "new"),
        STYLED.replace("one", "new")
    );
    assert_eq!(
        with(STYLED, r#"["b"]["c"]"#, "it's"),
        STYLED.replace("two", "it''s")
    );
    assert_eq!(
        with(STYLED, r#"["b"]["d"]"#, "\t"),
        STYLED.replace("three", "\\t")
    );
    assert_eq!(
        with(STYLED, r#"["b"]["d"]"#, 4),
        STYLED.replace("\"three\"", "4")
    );
    assert_eq!(
        with(STYLED, r#"["l"][1]"#, "5"),
        STYLED.replace("  y", "  \"5\"")
    );
    assert_eq!(
        with(STYLED, r#"["m"]["q"][0]"#, "a,b"),
        STYLED.replace('2', "\"a,b\"")
    );
    assert_eq!(
        with(STYLED, r#"["a"]"#, "x\ny"),
        STYLED.replace("one", "\"x\\ny\"")
    );
}

#[test]
fn a_string_of_several_lines_comes_and_goes() {
    let block = "a: |\n  x\n  y\n\nb: >-  # c\n  folded\n  text\nc: 1\n";
    assert_eq!(
        with(block, r#"["a"]"#, "z"),
        "a: z\n\nb: >-  # c\n  folded\n  text\nc: 1\n"
    );
    assert_eq!(
        with(block, r#"["b"]"#, "z"),
        "a: |\n  x\n  y\n\nb: z  # c\nc: 1\n"
    );
    assert_eq!(
        with(block, r#"["c"]"#, "p\nq\n"),
        block.replace("c: 1\n", "c: |\n    p\n    q\n")
    );
    assert_eq!(
        with("l:\n  - a: 1", r#"["l"][0]["a"]"#, " x\n"),
        "l:\n  - a: |2\n       x\n"
    );
}

#[test]
fn a_new_entry_stands_behind_its_neighbour_and_like_it() {
    assert_eq!(
        with(STYLED, r#"["b"]["e"]"#, "new"),
        STYLED.replace("\"three\"\n", "\"three\"\n  e: new\n")
    );
    assert_eq!(
        with(STYLED, r#"["l"][2]"#, "z"),
        STYLED.replace("  y\n", "  y\n- z\n")
    );
    assert_eq!(
        with(STYLED, r#"["m"]["r"]"#, "a}"),
        STYLED.replace("] }", "], r: \"a}\" }")
    );
    let deep = STYLED.to_owned() + "n:\n  o:\n  - p: 1\n";
    let value = |text: &str| {
        let tree = crate::format::yaml::read(text.as_bytes()).unwrap();
        Value::Map(tree.documents.into_iter().next().unwrap())
    };
    assert_eq!(with(STYLED, r#"["n"]"#, value("o: [{p: 1}]")), deep);
    assert_eq!(
        with("a: {}\n", r#"["a"]"#, value("b: {c: d}")),
        "a:\n    b:\n        c: d\n"
    );
    assert_eq!(
        with(
            "- a: 1\n".replace('-', "l:\n-").as_str(),
            r#"["l"][0]["b"]"#,
            2
        ),
        "l:\n- a: 1\n  b: 2\n"
    );
}

#[test]
fn an_entry_that_is_gone_takes_its_lines_with_it() {
    assert_eq!(
        without(STYLED, r#"["a"]"#),
        STYLED.replace("a:   one   # beside\n", "")
    );
    assert_eq!(without(STYLED, r#"["l"][0]"#), STYLED.replace("- x\n", ""));
    assert_eq!(
        without(STYLED, r#"["m"]["p"]"#),
        STYLED.replace("p: 1, ", "")
    );
    assert_eq!(
        without(STYLED, r#"["m"]["q"]"#),
        STYLED.replace(", q: [2, 3]", "")
    );
    assert_eq!(
        without(STYLED, r#"["m"]["q"][1]"#),
        STYLED.replace(", 3", "")
    );
    assert_eq!(
        without("l:\n  - a: 1\n    b: 2\n", r#"["l"][0]["a"]"#),
        "l:\n  - b: 2\n"
    );
    assert_eq!(
        without("l:\n  - - 1\n    - 2\n", r#"["l"][0][0]"#),
        "l:\n  - - 2\n"
    );
    assert_eq!(
        without("m:\n  a: 1\nb: 2\n", r#"["m"]["a"]"#),
        "m: {}\nb: 2\n"
    );
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_a_missing_line_end_are_no_obstacle() {
    let source = "\u{feff}a: x # c\r\nb:\r\n  c: y\r\n";
    assert_eq!(with(source, r#"["b"]["c"]"#, "z"), source.replace('y', "z"));
    assert_eq!(
        with(source, r#"["b"]["d"]"#, "z"),
        source.to_owned() + "  d: z\r\n"
    );
    assert_eq!(with("a: 1\nb: 2", r#"["c"]"#, 3), "a: 1\nb: 2\nc: 3\n");
}

#[test]
fn a_tag_goes_with_the_value_it_fits_and_an_anchor_stays() {
    assert_eq!(
        with("a: &x !!int 5\nb: 1\n", r#"["a"]"#, "y"),
        "a: &x y\nb: 1\n"
    );
    let aliased = "a: &x one\nb: *x\n";
    assert_eq!(with(aliased, r#"["b"]"#, "y"), "a: &x one\nb: y\n");
    assert_eq!(with(aliased, r#"["a"]"#, "y"), "a: &x y\nb: one\n");
}

#[test]
fn what_is_null_gets_its_value_behind_the_colon() {
    assert_eq!(with("a: # c\nb: ~\n", r#"["a"]"#, 1), "a: 1 # c\nb: ~\n");
    assert_eq!(with("a:\nb: ~\n", r#"["b"]"#, "x"), "a:\nb: x\n");
}

#[test]
fn metadata_are_added_changed_and_taken_away() {
    let mut metadata = Map::default();
    metadata.push("mac", "m");
    let plain = "# c\na: {b: 1}\n\nd:\n  e: 1 # f\n\n";
    let tree = crate::format::yaml::read(plain.as_bytes()).unwrap();
    let sealed = written(plain, &tree, Some(&metadata)).unwrap();
    assert_eq!(
        sealed,
        "# c\na: {b: 1}\n\nd:\n  e: 1 # f\nsops:\n  mac: m\n\n"
    );
    metadata.push("version", "3");
    let changed = written(&sealed, &tree, Some(&metadata)).unwrap();
    assert_eq!(
        changed,
        sealed.replace("mac: m\n", "mac: m\n  version: \"3\"\n")
    );
    assert_eq!(written(&changed, &tree, None).unwrap(), plain);
    let mut other = Map::default();
    other.push("version", "3");
    other.push("mac", "m");
    let reordered = written(&changed, &tree, Some(&other)).unwrap();
    assert_eq!(
        reordered,
        sealed.replace("mac: m\n", "version: \"3\"\n  mac: m\n")
    );
}

#[test]
fn every_document_keeps_its_layout() {
    let source = "a: 'x'\nsops: {mac: m}\n---\nb: [1,\n 2]\nsops:\n  mac: m\n...\n";
    let mut tree = crate::format::yaml::read(source.as_bytes()).unwrap();
    for document in &mut tree.documents {
        document.entries.pop();
    }
    let mut metadata = Map::default();
    metadata.push("mac", "n");
    assert_eq!(
        written(source, &tree, Some(&metadata)).unwrap(),
        source.replace(" m", " n")
    );
}

#[test]
fn a_comment_changes_in_its_place() {
    let comment = |tree: &mut Tree, text: &str| {
        let Entry::Comment(comment) = &mut tree.documents[0].entries[0] else {
            panic!("no comment")
        };
        comment.text = Secret::from(text);
    };
    let source = "# c\n\na: 1\n";
    assert_eq!(
        patched(source, |tree| comment(tree, " d")).unwrap(),
        "# d\n\na: 1\n"
    );
    assert_eq!(
        patched("a: 1  # c\n", |tree| comment(tree, " d")).unwrap(),
        "a: 1  # d\n"
    );
    let removed = patched(source, |tree| drop(tree.documents[0].entries.remove(0)));
    assert_eq!(removed.unwrap(), "\na: 1\n");
    let beside = |tree: &mut Tree| {
        let comment = crate::tree::Comment::inline(" new");
        tree.documents[0].entries.insert(1, Entry::Comment(comment));
    };
    assert_eq!(patched(source, beside).unwrap(), "# c\n\na: 1 # new\n");
}

#[test]
fn what_cannot_be_done_in_the_text_is_not_done() {
    let swap = |tree: &mut Tree| tree.documents[0].entries.swap(0, 1);
    assert_eq!(patched("a: 1\nb: 2\n", swap), None);
    assert_eq!(patched("a: 1\n", |tree| tree.documents.clear()), None);
    assert_eq!(patched("a: 'x\u{2028}  y'\n", |_| ()), None);
}

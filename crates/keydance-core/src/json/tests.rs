use proptest::prelude::*;
use serde_json::json;

use super::*;

fn fault(text: &str) -> JsonFault {
    parse(text.as_bytes()).unwrap_err().fault
}

#[test]
fn a_name_used_twice_is_refused_at_any_depth_and_in_any_spelling() {
    for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
        assert_eq!(fault(text), JsonFault::DuplicateName, "{text}");
    }
    assert!(parse(br#"[{"a":1},{"a":1}]"#).is_ok());
}

#[test]
fn sixty_four_levels_are_read_and_one_more_is_not() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(64).as_bytes()).is_ok());
    assert_eq!(fault(&nested(65)), JsonFault::TooDeep);
    assert_eq!(fault(&"{\"a\":".repeat(10_000)), JsonFault::TooDeep);
}

#[test]
fn fifty_thousand_values_are_read_and_one_more_is_not() {
    let list = |len: usize| format!("[{}0]", "0,".repeat(len - 1));
    assert!(parse(list(49_999).as_bytes()).is_ok());
    assert_eq!(fault(&list(50_000)), JsonFault::TooMany);
}

#[test]
fn only_one_whole_finite_utf8_value_is_json() {
    for text in [
        "",
        "{",
        "1 2",
        "{}x",
        "NaN",
        "1e400",
        "'a'",
        "[1,]",
        "\u{feff}{}",
        "\"\\ud800\"",
        "01",
    ] {
        assert_eq!(fault(text), JsonFault::Syntax, "{text}");
    }
    assert_eq!(parse(b"\"\xff\"").unwrap_err().fault, JsonFault::Syntax);
}

#[test]
fn an_error_says_where_and_nothing_of_the_content() {
    let error = parse(b"{\"key\": \"sesame\",\n \"key\": 2}").unwrap_err();
    assert_eq!((error.line, error.fault), (2, JsonFault::DuplicateName));
    let text = parse(b"{\"key\": sesame}").unwrap_err().to_string();
    assert_eq!(text, "not valid JSON at line 1, column 9");
}

#[test]
fn the_wrapper_is_taken_off_only_if_it_holds_an_object() {
    assert_eq!(data(json!({"data": {"a": 1}, "x": 2})), json!({"a": 1}));
    assert_eq!(data(json!({"data": [1]})), json!({"data": [1]}));
    assert_eq!(data_list(json!({"data": [1]})), json!([1]));
    assert_eq!(data(json!([1])), json!([1]));
}

#[test]
fn the_canonical_form_sorts_by_utf16_and_writes_doubles() {
    let value = json!({"\u{20ac}": 1.0, "\u{1f600}": 1e21, "a\n": [true, null], "A": "\u{7f}/"});
    assert_eq!(
        String::from_utf8(canonical(&value)).unwrap(),
        "{\"A\":\"\u{7f}/\",\"a\\n\":[true,null],\"\u{20ac}\":1,\"\u{1f600}\":1e+21}"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_writes_is_read_back(value in any_json()) {
        let text = serde_json::to_vec(&value).unwrap();
        prop_assert_eq!(parse(&text).unwrap(), value);
    }

    #[test]
    fn text_is_escaped_as_in_the_canonical_form(text in "[\u{0}-\u{ff}€😀]{0,40}") {
        let mut written = Vec::new();
        write_text(&mut written, &text);
        prop_assert!(written.len() <= text_len(&text));
        prop_assert_eq!(written, canonical(&Value::from(text)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ignored = parse(&bytes);
    }
}

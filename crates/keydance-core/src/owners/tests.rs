use serde_json::json;

use super::*;
use crate::caller::tests::{caller, identity};

fn ana() -> Identity {
    identity("ana", &[])
}

#[test]
fn the_creator_comes_first_and_nobody_comes_twice() {
    let given = json!([
        {"id": "t-one", "type": "tenant"}, {"id": "ana", "type": "user"}, {"id": "x", "type": "team"},
        {"id": "t-one", "type": "TENANT"}, {"id": "x", "type": "Team"}
    ]);
    let owners = of_new(Some(&given), &ana()).unwrap();
    let shown: Vec<_> = owners.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["USER:ana", "TENANT:t-one", "team:x", "Team:x"]);
    assert_eq!(of_new(None, &ana()).unwrap(), [Owner::person("ana")]);
}

#[test]
fn a_replaced_list_is_taken_as_it_is_but_never_without_somebody_we_know() {
    let ben = json!([{"id": "ben"}]);
    assert_eq!(replacing(&ben, &ana()).unwrap(), [Owner::person("ben")]);
    for nobody in [json!([]), json!(null), json!([{"id": "x", "type": "team"}])] {
        assert_eq!(replacing(&nobody, &ana()), Err(OwnersError::Nobody));
    }
}

#[test]
fn another_organisation_is_refused_everywhere_in_any_spelling() {
    let other = json!({"id": "t-two", "type": "tenant"});
    let list = json!([{"id": "ana", "type": "USER"}, other]);
    assert_eq!(of_new(Some(&list), &ana()), Err(OwnersError::NotAllowed));
    assert_eq!(replacing(&list, &ana()), Err(OwnersError::NotAllowed));
    assert_eq!(of_flow(Some(&list), &ana()), Err(OwnersError::NotAllowed));
    assert_eq!(entry(&other, &ana()), Err(OwnersError::NotAllowed));
    let nameless = Identity {
        tenant: None,
        ..ana()
    };
    let own = json!({"id": "t-one", "type": "TENANT"});
    assert_eq!(entry(&own, &nameless), Err(OwnersError::NotAllowed));
}

#[test]
fn a_flow_without_owners_is_the_actors_and_has_no_unknown_types() {
    for none in [None, Some(json!([])), Some(json!(null))] {
        assert_eq!(
            of_flow(none.as_ref(), &ana()).unwrap(),
            [Owner::person("ana")]
        );
    }
    let unknown = json!([{"id": "ana", "type": "user"}, {"id": "x", "type": "team"}]);
    assert_eq!(
        of_flow(Some(&unknown), &ana()),
        Err(OwnersError::TypeUnknown)
    );
}

#[test]
fn every_malformed_entry_is_named() {
    let given = json!([{"id": 1}, {"type": "USER"}, "ana", {"id": ""}, {"id": "a\u{0}"}, {"id": "a", "type": {}}]);
    let Err(OwnersError::Invalid(problems)) = of_new(Some(&given), &ana()) else {
        panic!("accepted");
    };
    let paths: Vec<_> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "owners[0].id",
            "owners[1].id",
            "owners[2].id",
            "owners[3].id",
            "owners[4].id",
            "owners[5].type"
        ]
    );
}

#[test]
fn there_are_at_most_a_hundred_owners() {
    let many = |count| Json::from_iter((0..count).map(|n| json!({"id": format!("p{n}")})));
    assert_eq!(replacing(&many(100), &ana()).unwrap().len(), 100);
    assert!(replacing(&many(101), &ana()).is_err());
    assert!(of_new(Some(&many(100)), &ana()).is_err());
}

#[test]
fn an_owner_is_who_one_entry_names_by_type_and_id() {
    let owners = [
        Owner::group("ana"),
        Owner::person("ben"),
        Owner::group("ops"),
    ];
    assert!(!owns(&owners, &caller("ana", &[], "all tenant.all")));
    assert_eq!(
        ownership(&owners, &caller("cleo", &["ops"], "")),
        Some(&owners[2])
    );
}

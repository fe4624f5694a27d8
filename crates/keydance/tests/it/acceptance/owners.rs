//! Lines 11 and 16: who owns a credential, and who can be made an owner.

use serde_json::{Value, json};

use super::cast::{fresh, play};
use super::papers::{api_key, create, owned};

// Line 16.
#[test]
fn owners_come_and_go() {
    play(|cast| {
        let id = create(&cast.ana, &api_key("owned-key-00001"));
        let path = format!("/credentials/{id}/owners");
        let extra = json!({"id": "x-1", "type": "MADE_UP"});
        let added = cast.ana.post(&path).json(&json!({"data": extra})).send();
        assert_eq!(
            added.expect_status(200).data()["owners"],
            json!([cast.ana.owner(), extra])
        );
        let again = cast
            .ana
            .post(&path)
            .json(&extra)
            .send()
            .expect_status(200)
            .data();
        assert_eq!(again["owners"].as_array().map(Vec::len), Some(2));
        let gone = cast
            .ana
            .delete(&format!("{path}?id=x-1&type=MADE_UP"))
            .send();
        assert_eq!(
            gone.expect_status(200).data()["owners"],
            json!([cast.ana.owner()])
        );
        let absent = cast
            .ana
            .delete(&format!("{path}?id=nobody"))
            .send()
            .expect_status(200);
        assert_eq!(absent.data()["owners"], json!([cast.ana.owner()]));
        cast.ana
            .post(&path)
            .json(&json!({}))
            .send()
            .expect_error(400, "validation_failed");
        cast.ana
            .delete(&path)
            .send()
            .expect_error(400, "validation_failed");
    });
}

// Line 16.
#[test]
fn an_entry_of_a_made_up_type_is_shown_and_opens_nothing() {
    play(|cast| {
        let extra = json!({"id": "ben", "type": "made_up"});
        let id = create(
            &cast.ana,
            &owned(api_key("made-up-00000001"), std::slice::from_ref(&extra)),
        );
        let path = format!("/credentials/{id}");
        let read = cast.ana.get(&path).send().expect_status(200).data();
        assert_eq!(read["owners"], json!([cast.ana.owner(), extra]));
        cast.ben.get(&path).send().expect_error(403, "not_owner");
    });
}

// Line 16.
#[test]
fn another_organisation_cannot_be_made_an_owner() {
    play(|cast| {
        let id = create(&cast.ana, &api_key("foreign-key-0001"));
        let path = format!("/credentials/{id}");
        for kind in ["TENANT", "tenant", "Tenant"] {
            let foreign = json!({"id": "t-two", "type": kind});
            let made = cast
                .ana
                .post("/credentials")
                .json(&owned(api_key("f-0001"), std::slice::from_ref(&foreign)));
            made.send().expect_error(400, "owner_not_allowed");
            let change = json!({"owners": [cast.ana.owner(), foreign]});
            cast.ana
                .patch(&path)
                .json(&change)
                .send()
                .expect_error(400, "owner_not_allowed");
            let added = cast
                .ana
                .post(&format!("{path}/owners"))
                .json(&foreign)
                .send();
            added.expect_error(400, "owner_not_allowed");
            let nameless = cast
                .svc
                .post("/credentials")
                .json(&owned(api_key("s-0001"), &[foreign]));
            nameless.send().expect_error(400, "owner_not_allowed");
        }
        let read = cast.ana.get(&path).send().expect_status(200).data();
        assert_eq!(read["owners"], json!([cast.ana.owner()]));
    });
}

// Line 16.
#[test]
fn the_last_owner_stays() {
    play(|cast| {
        let extra = json!({"id": "x-2", "type": "MADE_UP"});
        let id = create(
            &cast.ana,
            &owned(api_key("last-owner-0001"), std::slice::from_ref(&extra)),
        );
        let path = format!("/credentials/{id}");
        let gone = cast.ana.delete(&format!("{path}/owners?id=ana")).send();
        gone.expect_error(409, "last_owner");
        for owners in [json!([]), json!([extra])] {
            let change = cast
                .ana
                .patch(&path)
                .json(&json!({"owners": owners}))
                .send();
            change.expect_error(409, "last_owner");
        }
        cast.ana.get(&path).send().expect_status(200);
    });
}

// Contract 4.3.
#[test]
fn a_change_replaces_the_owners_and_whoever_is_left_out_is_out() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(&kim, &api_key("replaced-key-001"));
        let path = format!("/credentials/{id}");
        let twice = json!({"owners": [{"id": lee.id, "type": "user"}, lee.owner()]});
        kim.patch(&path).json(&twice).send().expect_status(200);
        kim.get(&path).send().expect_error(403, "not_owner");
        let read = lee.get(&path).send().expect_status(200).data();
        assert_eq!(read["owners"], json!([lee.owner()]));
        assert_eq!(read["value"]["key"], "replaced-key-001");
    });
}

// Contract 4.2.
#[test]
fn a_group_owns_through_those_who_are_in_it_now() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let group = cast.one.group(&fresh("team"), &[&lee]);
        let id = create(
            &kim,
            &owned(
                api_key("group-key-000001"),
                &[json!({"id": group, "type": "group"})],
            ),
        );
        let path = format!("/credentials/{id}");
        let read = lee.get(&path).send().expect_status(200).data();
        assert_eq!(read["owners"][1], json!({"id": group, "type": "GROUP"}));
        let list = lee
            .get(&format!("/credentials?filter[owner]=GROUP:{group}"))
            .send()
            .expect_status(200)
            .json();
        assert_eq!(list["meta"]["total"], 1);
        cast.one.leave(&group, &lee);
        lee.get(&path).send().expect_error(403, "not_owner");
        cast.one.join(&group, &lee);
        lee.get(&path).send().expect_status(200);
        cast.ana
            .delete(&format!("/groups/{group}"))
            .send()
            .expect_error(409, "owner_in_use");
    });
}

// Contract 4.3.
#[test]
fn a_group_that_is_not_there_cannot_be_made_an_owner() {
    play(|cast| {
        let foreign = json!({"id": fresh("no-group"), "type": "GROUP"});
        let made = cast
            .ana
            .post("/credentials")
            .json(&owned(api_key("g-0001"), &[foreign]));
        made.send().expect_error(400, "owner_not_allowed");
    });
}

// Contract 4.2.
#[test]
fn an_entry_for_somebody_of_another_organisation_opens_nothing() {
    play(|cast| {
        let id = create(
            &cast.ana,
            &owned(api_key("inert-key-000001"), &[cast.cleo.owner()]),
        );
        let path = format!("/credentials/{id}");
        cast.cleo.get(&path).send().expect_error(403, "not_owner");
        let list = cast
            .cleo
            .get("/credentials?page[size]=100")
            .send()
            .expect_status(200)
            .data();
        let has = |entry: &Value| entry["_id"] == id.as_str();
        assert!(!list.as_array().expect("a list").iter().any(has));
    });
}

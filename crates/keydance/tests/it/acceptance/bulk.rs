//! Lines 17 and 18: taking everything away from one owner.

use serde_json::json;

use super::cast::play;
use super::papers::{api_key, create, flow, owned, store};

// Line 17, by the route: the event `iam.user.deleted` comes with events.
#[test]
fn what_a_person_owned_alone_goes_and_what_others_own_too_stays() {
    play(|cast| {
        let (kim, x) = (cast.person("kim"), cast.person("x"));
        let shared = create(&kim, &owned(api_key("bulk-shared-0001"), &[x.owner()]));
        let alone = create(&x, &api_key("bulk-alone-00001"));
        cast.svc
            .delete(&format!("/credentials?userId={}", x.id))
            .send()
            .expect_status(200);
        let read = kim
            .get(&format!("/credentials/{shared}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(read["owners"], json!([kim.owner()]));
        x.get(&format!("/credentials/{shared}"))
            .send()
            .expect_error(403, "not_owner");
        x.get(&format!("/credentials/{alone}"))
            .send()
            .expect_error(404, "not_found");
    });
}

// Line 18.
#[test]
fn bulk_delete_needs_its_permission() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("bulk-refused-001"));
        let path = format!("/credentials?userId={}&type=USER", kim.id);
        let refused = cast
            .ana
            .delete(&path)
            .send()
            .expect_error(403, "missing_permission");
        assert_eq!(refused["message"], "MISSING_PERMISSION");
        cast.svc
            .delete("/credentials")
            .send()
            .expect_error(400, "validation_failed");
        cast.svc
            .delete("/credentials?type=USER")
            .send()
            .expect_error(400, "validation_failed");
        kim.get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200);
    });
}

// Line 18.
#[test]
fn after_a_bulk_delete_only_what_the_organisation_owns_is_left() {
    play(|cast| {
        let kim = cast.person("kim");
        create(&kim, &api_key("bulk-own-0000001"));
        let tenants = create(
            &kim,
            &owned(api_key("bulk-tenant-0001"), &[cast.one.owner()]),
        );
        let done = cast
            .svc
            .delete(&format!("/credentials?userId={}&type=USER", kim.id))
            .send();
        assert_eq!(done.expect_status(200).text(), "OK");
        let own = kim
            .get("/credentials?filter[owner]=me")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(own["meta"]["total"], 0);
        let read = kim
            .get(&format!("/credentials/{tenants}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(read["owners"], json!([cast.one.owner()]));
        let list = kim
            .get("/credentials?page[size]=100&sort=-createdAt")
            .send()
            .expect_status(200)
            .data();
        let list = list.as_array().expect("a list");
        assert!(list.iter().any(|entry| entry["_id"] == tenants.as_str()));
    });
}

// Contract 4.5.
#[test]
fn bulk_delete_blocks_the_flows_that_needed_the_owner() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(
            &kim,
            &owned(api_key("bulk-flow-000001"), &[cast.one.owner()]),
        );
        let path = format!("/flows/{}", store(&kim, &flow(&[kim.owner()], &[&id])));
        cast.svc
            .delete(&format!("/credentials?userId={}", kim.id))
            .send()
            .expect_status(200);
        let guard = kim.get(&path).send().expect_status(200).data()["guard"].take();
        assert_eq!(guard["state"], "blocked");
        assert_eq!(guard["reason"], "credential_owner_removed");
        kim.post(&format!("{path}/executions"))
            .json(&json!({}))
            .send()
            .expect_error(403, "flow_blocked");
    });
}

// Contract 4.4: in the caller's organisation if it has one.
#[test]
fn bulk_delete_with_an_organisation_stays_within_it() {
    play(|cast| {
        let id = create(&cast.cleo, &api_key("bulk-other-00001"));
        let done = cast
            .root
            .delete("/credentials?userId=cleo")
            .send()
            .expect_status(200);
        assert_eq!(done.text(), "OK");
        cast.cleo
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200);
    });
}

//! Lines 5 and 9: lists, pages, filters.

use keydance_testkit::{Identity, Organisation};
use serde_json::{Value, json};

use super::cast::{fresh, play};
use super::papers::{api_key, create, owned, simple};

// Line 5.
#[test]
fn the_list_of_somebody_new_is_one_empty_page() {
    play(|cast| {
        // of an organisation where nothing is everybody's
        let new = Organisation::create(cast.server, &fresh("t-new"), "kim", &["tenant.all"]);
        let answer = new
            .admin
            .get("/credentials")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(answer["data"], json!([]));
        assert_eq!(answer["meta"], meta(1, 10, 0, 1));
    });
}

// Line 9.
#[test]
fn twelve_credentials_fill_two_pages() {
    play(|cast| {
        let kim = twelve(cast);
        let first = page(&kim, "");
        assert_eq!(first["meta"], meta(1, 10, 12, 2));
        let entries = first["data"].as_array().expect("a list");
        assert_eq!(entries.len(), 10);
        for entry in entries {
            assert_eq!(entry["owners"][0], kim.owner());
        }
        let second = page(&kim, "page[number]=2");
        assert_eq!(second["data"].as_array().map(Vec::len), Some(2));
    });
}

// Line 9.
#[test]
fn pages_are_clamped_and_nonsense_is_the_default() {
    play(|cast| {
        let kim = twelve(cast);
        let cases = [
            ("page[number]=2&page[size]=2", meta(2, 2, 12, 6), 2),
            ("page[number]=10&page[size]=100", meta(10, 100, 12, 1), 0),
            ("page[number]=0&page[size]=100", meta(1, 100, 12, 1), 12),
            ("page[size]=5000", meta(1, 100, 12, 1), 12),
            ("page[number]=-1&page[size]=-5", meta(1, 10, 12, 2), 10),
            ("page[number]=x&page[size]=y", meta(1, 10, 12, 2), 10),
            (
                "page[number]=99999999999999999999&page[size]=1e2",
                meta(1, 10, 12, 2),
                10,
            ),
            (
                "page%5Bnumber%5D=2&page%5Bsize%5D=11",
                meta(2, 11, 12, 2),
                1,
            ),
        ];
        for (query, expected, count) in cases {
            let answer = page(&kim, query);
            assert_eq!(answer["meta"], expected, "{query}");
            assert_eq!(
                answer["data"].as_array().map(Vec::len),
                Some(count),
                "{query}"
            );
        }
    });
}

#[test]
fn entries_come_oldest_first_unless_another_order_is_asked_for() {
    play(|cast| {
        let kim = twelve(cast);
        let names = |query: &str| -> Vec<String> {
            let answer = page(&kim, &format!("page[size]=100&{query}"));
            let entries = answer["data"].as_array().expect("a list").clone();
            let name = |entry: Value| entry["name"].as_str().expect("a name").to_owned();
            entries.into_iter().map(name).collect()
        };
        let made: Vec<String> = (0..12).map(|n| format!("Number {n:02}")).collect();
        let back: Vec<String> = made.iter().rev().cloned().collect();
        assert_eq!(names(""), made);
        assert_eq!(names("sort=createdAt"), made);
        assert_eq!(names("sort=-createdAt"), back);
        assert_eq!(names("sort=name"), made);
        assert_eq!(names("sort=-name"), back);
        kim.get("/credentials?sort=secret")
            .send()
            .expect_error(400, "validation_failed");
    });
}

#[test]
fn an_entry_has_exactly_its_keys_and_no_value() {
    play(|cast| {
        let kim = cast.person("kim");
        create(&kim, &api_key("entry-key-00001"));
        let keys = |query: &str| -> Vec<String> {
            let entry = page(&kim, query)["data"][0].take();
            let mut keys: Vec<_> = entry
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(""), ["__t", "_id", "name", "owners", "type"]);
        let full = [
            "__t",
            "__v",
            "_id",
            "access",
            "createdAt",
            "environments",
            "lastUsedAt",
            "name",
            "owners",
            "tenant",
            "type",
            "updatedAt",
            "version",
            "versionState",
        ];
        let shown = keys("view=full");
        // lastUsedAt is absent as long as it was not used
        assert!(
            shown.iter().all(|key| full.contains(&key.as_str())),
            "{shown:?}"
        );
        assert!(shown.len() >= full.len() - 1, "{shown:?}");
    });
}

#[test]
fn filters_narrow_the_list_and_unknown_ones_are_refused() {
    play(|cast| {
        let kim = cast.person("kim");
        let group = cast.one.group(&fresh("team"), &[&kim]);
        create(&kim, &simple("a-passphrase"));
        create(&kim, &owned(api_key("filter-key-001"), &[cast.one.owner()]));
        let team = json!({"id": group, "type": "GROUP"});
        let mut grouped = owned(api_key("filter-key-002"), &[team]);
        grouped["name"] = json!("Team LEDGER 100%");
        create(&kim, &grouped);
        let count = |filter: &str| page(&kim, filter)["meta"]["total"].clone();
        assert_eq!(count("filter[type]=SIMPLE"), 1);
        assert_eq!(count("filter[name]=ledger&filter[owner]=me"), 2);
        assert_eq!(count("filter[name]=%25"), 1);
        assert_eq!(count("filter[name]=_edger"), 0);
        assert_eq!(count("filter[owner]=me"), 3);
        assert_eq!(count(&format!("filter[owner]=USER:{}", kim.id)), 3);
        assert_eq!(count(&format!("filter[owner]=GROUP:{group}")), 1);
        assert_eq!(count("filter[owner]=me&filter[environment]=default"), 3);
        assert_eq!(count("filter[owner]=me&filter[environment]=nowhere"), 0);
        for query in [
            "filter[secret]=x",
            "filter[]=x",
            "filter=x",
            "filter[owner]=all",
        ] {
            kim.get(&format!("/credentials?{query}"))
                .send()
                .expect_error(400, "validation_failed");
        }
    });
}

#[test]
fn a_list_holds_nothing_of_others_whatever_is_filtered() {
    play(|cast| {
        let kim = cast.person("kim");
        create(&cast.cleo, &api_key("cleos-key-00001"));
        for filter in [
            "USER:cleo",
            "TENANT:t-two",
            "USER:ana",
            &format!("TENANT:{}x", cast.one.id),
        ] {
            let answer = page(&kim, &format!("filter[owner]={filter}"));
            assert_eq!(answer["meta"]["total"], 0, "{filter}");
        }
    });
}

/// Somebody with twelve credentials of their own.
fn twelve(cast: &super::cast::Cast<'_>) -> Identity {
    let kim = cast.person("kim");
    for n in 0..12 {
        let mut credential = api_key("one-of-twelve-01");
        credential["name"] = json!(format!("Number {n:02}"));
        create(&kim, &credential);
    }
    kim
}

#[track_caller]
fn page(who: &Identity, query: &str) -> Value {
    // credentials of the organisation that other tests made are everybody's
    let own = if query.contains("filter[owner]") {
        ""
    } else {
        "&filter[owner]=me"
    };
    let path = format!("/credentials?{query}{own}");
    who.get(&path).send().expect_status(200).json()
}

fn meta(page: u32, per_page: u32, total: u32, total_pages: u32) -> Value {
    json!({"page": page, "perPage": per_page, "total": total, "totalPages": total_pages})
}

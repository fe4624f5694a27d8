//! How people name things: by id, or by a name that only one thing has.

use std::str::FromStr;

use keydance_api::credential::Owner;
use keydance_api::{List, Meta};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Client;
use crate::failure::Failure;

/// Entries on a page when everything is read.
const PAGE: i64 = 100;

/// An owner as it is typed: `USER:ana`, `GROUP:…`, `TENANT:main`.
#[derive(Clone, Debug)]
pub(crate) struct OwnerArg(pub(crate) Owner);

impl FromStr for OwnerArg {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').ok_or("an owner is TYPE:ID")?;
        let kind = kind.to_uppercase();
        if !["GROUP", "TENANT", "USER"].contains(&kind.as_str()) || id.is_empty() {
            return Err("an owner is USER:id, GROUP:id or TENANT:organisation");
        }
        let id = id.to_owned();
        Ok(Self(Owner { id, kind }))
    }
}

/// The id of a credential, given its id or its name.
///
/// # Errors
/// None or several have that name.
pub(crate) fn credential(client: &Client, reference: &str) -> Result<String, Failure> {
    if is_id(reference) {
        return Ok(reference.to_lowercase());
    }
    let filter = [("filter[name]", reference)];
    only(
        reference,
        "credential",
        named(client, "/credentials", &filter, reference)?,
    )
}

/// The id of a flow, given its id or its name.
///
/// # Errors
/// None or several have that name.
pub(crate) fn flow(client: &Client, reference: &str) -> Result<String, Failure> {
    if is_id(reference) {
        return Ok(reference.to_lowercase());
    }
    only(reference, "flow", named(client, "/flows", &[], reference)?)
}

/// The id of a group, given its id or its name with `@` before it.
///
/// # Errors
/// None or several have that name.
pub(crate) fn group(client: &Client, reference: &str) -> Result<String, Failure> {
    match reference.strip_prefix('@') {
        Some(name) => only(name, "group", named(client, "/groups", &[], name)?),
        None => Ok(reference.to_owned()),
    }
}

/// Every entry of a list, page by page.
///
/// # Errors
/// Those of the server.
pub(crate) fn every<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    filters: &[(&str, &str)],
) -> Result<Vec<T>, Failure> {
    let mut entries = Vec::new();
    for number in 1.. {
        let mut request = client.get(path);
        for (name, value) in filters {
            request = request.query(name, Some(value));
        }
        let request = request.query("page[number]", Some(number));
        let page: List<T> = request.query("page[size]", Some(PAGE)).send()?.value;
        entries.extend(page.data);
        let Meta { total_pages, .. } = page.meta;
        if number >= total_pages {
            break;
        }
    }
    Ok(entries)
}

/// Whether a text is an id of credentials, flows and executions.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn named(
    client: &Client,
    path: &str,
    filters: &[(&str, &str)],
    name: &str,
) -> Result<Vec<String>, Failure> {
    let entries: Vec<Value> = every(client, path, filters)?;
    let named = entries.iter().filter(|entry| entry["name"] == name);
    let id = |entry: &Value| {
        entry["_id"]
            .as_str()
            .or(entry["id"].as_str())
            .map(str::to_owned)
    };
    Ok(named.filter_map(id).collect())
}

fn only(name: &str, what: &str, ids: Vec<String>) -> Result<String, Failure> {
    match <[String; 1]>::try_from(ids) {
        Ok([id]) => Ok(id),
        Err(ids) if ids.is_empty() => Err(Failure::refused_as_unknown(what, name)),
        Err(ids) => Err(Failure::usage(format!("several have the name {name}"))
            .hint(format!("name one by its id: {}", ids.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn owners_are_typed_with_their_type() {
        let owner = "tenant:main".parse::<OwnerArg>().unwrap().0;
        assert_eq!((owner.kind.as_str(), owner.id.as_str()), ("TENANT", "main"));
        let owner = "USER:a:b".parse::<OwnerArg>().unwrap().0;
        assert_eq!(owner.id, "a:b");
        for text in ["ana", "USER:", "ROBOT:x", ":x"] {
            assert!(text.parse::<OwnerArg>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_must_mean_one_thing() {
        let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
        assert_eq!(only("n", "flow", ids(&["1"])).unwrap(), "1");
        let none = only("n", "flow", ids(&[])).unwrap_err();
        assert_eq!(none.kind(), Kind::NotFound);
        let several = only("n", "flow", ids(&["1", "2"])).unwrap_err();
        assert_eq!(several.kind(), Kind::Usage);
    }
}

//! The wrapper around every successful answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One document.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Data<T> {
    /// The document.
    pub data: T,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct List<T> {
    /// The entries of this page.
    pub data: Vec<T>,
    /// Where this page stands.
    pub meta: Meta,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// Its number, from 1.
    pub page: i64,
    /// Entries on a page.
    pub per_page: i64,
    /// Entries on all pages.
    pub total: i64,
    /// Pages, at least 1.
    pub total_pages: i64,
}

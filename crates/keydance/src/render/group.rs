//! Groups and who is in them.

use keydance_api::group::{Group, Membership};

use super::credential::owner;
use super::{Record, Row};

impl Row for Group {
    const COLUMNS: &'static [&'static str] = &["id", "name", "maintained by"];
    fn cells(&self) -> Vec<String> {
        let by = if self.external {
            "identity provider"
        } else {
            "us"
        };
        vec![self.id.clone(), self.name.clone(), by.to_owned()]
    }
}

impl Record for Group {
    fn parts(&self) -> Vec<(&'static str, String)> {
        Self::COLUMNS.iter().copied().zip(self.cells()).collect()
    }
}

impl Row for Membership {
    const COLUMNS: &'static [&'static str] = &["member", "from", "until", "by", "reason"];
    fn cells(&self) -> Vec<String> {
        vec![
            owner(&self.member),
            self.from.clone(),
            self.until.clone().unwrap_or_default(),
            self.by.clone(),
            self.reason.clone(),
        ]
    }
}

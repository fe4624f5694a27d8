//! Access tokens.

use keydance_api::token::AccessToken;

use super::{Record, Row};

impl Row for AccessToken {
    const COLUMNS: &'static [&'static str] =
        &["id", "name", "permissions", "created", "ends", "ended"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.permissions.join(", "),
            self.created_at.clone(),
            self.expires_at.clone(),
            self.ended_at.clone().unwrap_or_default(),
        ]
    }
}

impl Record for AccessToken {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let list = |words: &Option<Vec<String>>| words.clone().unwrap_or_default().join(", ");
        vec![
            ("id", self.id.clone()),
            ("name", self.name.clone()),
            ("token", self.token.clone().unwrap_or_default()),
            ("permissions", self.permissions.join(", ")),
            ("credentials", list(&self.credentials)),
            ("environments", list(&self.environments)),
            ("ends", self.expires_at.clone()),
        ]
    }
}

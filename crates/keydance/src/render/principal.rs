//! Persons, machine identities, and who is asking.

use keydance_api::principal::{Enrolment, MachineIdentity, Me, Person};

use super::{Record, Row};

impl Record for Me {
    fn parts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("id", self.id.clone()),
            ("kind", self.kind.clone()),
            ("organisation", self.tenant.clone().unwrap_or_default()),
            ("groups", self.groups.join(", ")),
            ("permissions", self.permissions.join("\n")),
        ]
    }
}

impl Row for Person {
    const COLUMNS: &'static [&'static str] = &["id", "name", "email", "status", "groups"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.email.clone().unwrap_or_default(),
            self.status.clone(),
            self.groups.join(", "),
        ]
    }
}

impl Record for Person {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let parts = Self::COLUMNS.iter().copied().zip(self.cells());
        parts
            .chain([("permissions", self.permissions.join("\n"))])
            .collect()
    }
}

impl Row for MachineIdentity {
    const COLUMNS: &'static [&'static str] = &["id", "name", "kind", "status", "added by"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.kind.clone(),
            self.status.clone(),
            self.created_by.clone(),
        ]
    }
}

impl Record for MachineIdentity {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let parts = Self::COLUMNS.iter().copied().zip(self.cells());
        parts
            .chain([("permissions", self.permissions.join("\n"))])
            .collect()
    }
}

impl Record for Enrolment {
    fn parts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("code", self.code.clone()),
            ("ends", self.expires_at.clone()),
            (
                "next",
                "give it to them; they type it into `keydance login`".to_owned(),
            ),
        ]
    }
}

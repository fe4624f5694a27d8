//! How it is told who can open what.

use keydance_git::exposure::{Access, Way};
use serde::Serialize;

use super::report::{Coverage, level, told};
use crate::render::{Page, Render, Row};

/// Who can open files.
#[derive(Serialize)]
pub(crate) struct Grants {
    pub(crate) data: Vec<Grant>,
    pub(crate) meta: Coverage,
}

/// Somebody can open a file.
#[derive(Serialize)]
pub(crate) struct Grant {
    principal: String,
    path: String,
    level: &'static str,
    way: Vec<Way>,
}

impl Grant {
    /// With all ways, or only the shortest.
    pub(crate) fn new(access: Access, all_ways: bool) -> Self {
        let Access {
            principal,
            path,
            level: how,
            mut way,
        } = access;
        if !all_ways {
            way.truncate(1);
        }
        Self {
            principal,
            path,
            level: level(how),
            way,
        }
    }
}

impl Row for Grant {
    const COLUMNS: &'static [&'static str] = &["principal", "level", "file", "why"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.principal.clone(),
            self.level.to_owned(),
            self.path.clone(),
            told(&self.way),
        ]
    }
}

impl Render for Grants {
    fn render(&self, page: &mut Page) {
        self.data.as_slice().render(page);
        self.meta.render(page);
    }
}

//! Lists of credentials: by page in several orders, or walked from one to the next.

use std::collections::BTreeSet;

use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;

use super::{CredentialRow, Credentials, credential};
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::value::{Value, each};

/// What a list of credentials is to hold.
#[derive(Clone, Debug, Default)]
pub struct CredentialFilter {
    /// Owners, any of which must own it: those the caller acts as.
    pub visible_to: Vec<Owner>,
    /// Owners, any of which must own it, too.
    pub owned_by: Option<Vec<Owner>>,
    /// The word of the type.
    pub kind: Option<String>,
    /// A part of the name, in lower case.
    pub name_part: Option<String>,
    /// An environment with a value.
    pub environment: Option<String>,
}

/// The order of a list of credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialOrder {
    /// Oldest first.
    #[default]
    CreatedUp,
    /// Newest first.
    CreatedDown,
    /// By name.
    NameUp,
    /// By name, backwards.
    NameDown,
    /// Least recently changed first.
    UpdatedUp,
    /// Most recently changed first.
    UpdatedDown,
}

/// Which credentials a list is about: `$2` who sees them, `$3` to `$6` the filters.
macro_rules! listed {
    () => {
        "from credential c where c.org = $1 and c.state in ('usable', 'suspended')
        and c.id in (select o.credential from EACH($2) e cross join credential_owner o
          where o.org = $1 and o.owner_type = e.value->>0 and o.owner_id = e.value->>1 and o.live = 1)
        and (cast($3 as text) is null or c.id in (select o.credential
          from EACH($3) e cross join credential_owner o where o.org = $1
          and o.owner_type = e.value->>0 and o.owner_id = e.value->>1 and o.live = 1))
        and (cast($4 as text) is null or c.type = $4)
        and (cast($5 as text) is null or replace(lower(c.name), cast($5 as text), '') <> lower(c.name))
        and (cast($6 as text) is null or exists (select 1 from version v where v.org = $1
          and v.credential = c.id and v.environment = $6 and v.state = 'current'))"
    };
}

/// A page of such a list in one order.
macro_rules! list_by {
    ($order:literal) => {
        concat!(
            "select c.id, c.name, c.type, c.domain, c.bound_to, c.key_id, c.key_gen, c.state, ",
            "c.last_version, c.created_at, c.created_by, c.updated_at, c.deleted_at, c.tag ",
            listed!(),
            " order by ",
            $order,
            " limit $7 offset $8"
        )
    };
}

const COUNT: &str = concat!("select count(*) ", listed!());

impl Credentials<'_, '_> {
    /// A page of the credentials that pass a filter, deleted ones left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(
        &mut self,
        filter: &CredentialFilter,
        order: CredentialOrder,
        page: PageRequest,
    ) -> Result<Page<CredentialRow>> {
        let mut values = vec![
            self.0.org()?,
            each_owner(&filter.visible_to),
            filter
                .owned_by
                .as_deref()
                .map(each_owner)
                .unwrap_or(Value::Null),
            filter.kind.as_ref().into(),
            filter.name_part.as_ref().into(),
            filter.environment.as_ref().into(),
        ];
        let total = self.0.find(COUNT, &values, |row| row.get(0))?.unwrap_or(0);
        values.extend([page.size.into(), page.offset().into()]);
        let sql = match order {
            CredentialOrder::CreatedUp => list_by!("c.created_at, c.id"),
            CredentialOrder::CreatedDown => list_by!("c.created_at desc, c.id desc"),
            CredentialOrder::NameUp => list_by!("c.name, c.id"),
            CredentialOrder::NameDown => list_by!("c.name desc, c.id desc"),
            CredentialOrder::UpdatedUp => list_by!("c.updated_at, c.id"),
            CredentialOrder::UpdatedDown => list_by!("c.updated_at desc, c.id desc"),
        };
        Ok(Page {
            entries: self.0.query(sql, &values, credential)?,
            total,
        })
    }

    /// The credentials that any of these owners owns, deleted ones left out, in the order of creation
    /// after one of them.
    ///
    /// The cost does not grow with the length of the list: one statement for each owner, of whom a
    /// caller has few, reads no more of an index than it gives; one for all would sort whatever is
    /// left.
    ///
    /// # Errors
    /// Those of the database.
    pub fn walk(
        &mut self,
        visible_to: &[Owner],
        (at, id): (Timestamp, CredentialId),
        count: i64,
    ) -> Result<Vec<CredentialRow>> {
        let mut places = BTreeSet::new();
        for owner in visible_to {
            let values = [
                self.0.org()?,
                owner.kind.to_row().into(),
                (&owner.id).into(),
                at.as_millis().into(),
                Value::text(&id),
                count.into(),
            ];
            let sql = "select o.credential_at, o.credential from credential_owner o
                where o.org = $1 and o.owner_type = $2 and o.owner_id = $3 and o.live = 1
                  and (o.credential_at, o.credential) > ($4, $5)
                  and exists (select 1 from credential c where c.org = $1 and c.id = o.credential
                    and c.state in ('usable', 'suspended'))
                order by o.credential_at, o.credential limit $6";
            let found = self.0.query(sql, &values, |row| {
                Ok((row.get::<i64>(0)?, row.parse::<CredentialId>(1)?))
            })?;
            places.extend(found);
        }
        let count = usize::try_from(count).unwrap_or(0);
        let ids: Vec<_> = places.into_iter().take(count).map(|(_, id)| id).collect();
        let mut found = self.find_all(&ids)?;
        found.sort_by_key(|credential| (credential.created_at, credential.id));
        Ok(found)
    }
}

fn each_owner(owners: &[Owner]) -> Value<'static> {
    each(
        owners
            .iter()
            .map(|owner| [owner.kind.to_row(), owner.id.clone()]),
    )
}

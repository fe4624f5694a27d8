//! The credentials a caller sees.

use std::collections::BTreeMap;

use keydance_api::credential::{CredentialEntry, CredentialEntryMore};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_store::credentials::{CredentialFilter, CredentialOrder, CredentialRow};
use keydance_store::page::PageRequest;

use super::document::entry;
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// Which credentials are wanted, in which order, and how much of them.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The filters of the request; who sees them is filled in here.
    pub filter: CredentialFilter,
    /// The order.
    pub order: CredentialOrder,
    /// The page, if it was asked for by number.
    pub page: PageRequest,
    /// The credential after which to go on, if the list is walked: the whole of it, in the order of
    /// creation.
    pub after: Option<CredentialId>,
    /// Whether entries are to hold more.
    pub full: bool,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Its entries.
    pub entries: Vec<CredentialEntry>,
    /// The length of the whole list; unknown when it is walked.
    pub total: Option<i64>,
}

impl Engine {
    /// Lists what the caller owns personally, through a group, or through the organisation.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_credentials(
        &self,
        session: &Session,
        request: ListRequest,
    ) -> Result<Listing> {
        self.read(session, move |use_case| {
            use_case.list_credentials(request.clone())
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn list_credentials(&mut self, mut request: ListRequest) -> Result<Listing> {
        let visible_to: Vec<Owner> = self.session.caller.identity.owners().collect();
        let mut credentials = self.tx.credentials();
        let (rows, total) = match request.after {
            None => {
                request.filter.visible_to = visible_to;
                let page = credentials.list(&request.filter, request.order, request.page)?;
                (page.entries, Some(page.total))
            }
            Some(id) => {
                let last = credentials.find(id)?;
                let last = last.ok_or_else(|| Error::not_found("credential"))?;
                let after = (last.created_at, id);
                let rows = credentials.walk(&visible_to, after, request.page.size)?;
                (rows, None)
            }
        };
        let ids: Vec<CredentialId> = rows.iter().map(|row| row.id).collect();
        let owners = self.owners_of(&ids)?;
        let mut more = if request.full {
            self.more_of(&rows)?
        } else {
            BTreeMap::new()
        };
        let entries = rows
            .iter()
            .map(|row| {
                let owners = owners.get(&row.id).map_or(&[][..], Vec::as_slice);
                entry(row, owners, more.remove(&row.id))
            })
            .collect();
        Ok(Listing { entries, total })
    }

    /// The live owners of each of these credentials.
    pub(crate) fn owners_of(
        &mut self,
        ids: &[CredentialId],
    ) -> Result<BTreeMap<CredentialId, Vec<Owner>>> {
        let mut owners: BTreeMap<CredentialId, Vec<Owner>> = BTreeMap::new();
        for row in self.tx.credentials().owners(ids)? {
            owners.entry(row.credential).or_default().push(row.owner);
        }
        Ok(owners)
    }

    fn more_of(
        &mut self,
        rows: &[CredentialRow],
    ) -> Result<BTreeMap<CredentialId, CredentialEntryMore>> {
        let ids: Vec<CredentialId> = rows.iter().map(|row| row.id).collect();
        let versions = self.tx.versions().states(&ids)?;
        let tenant = self
            .session
            .caller
            .identity
            .tenant
            .as_ref()
            .map(ToString::to_string);
        let more = |row: &CredentialRow| {
            let own = versions
                .iter()
                .filter(|version| version.credential == row.id);
            let newest = own.clone().next_back();
            let current = own.filter(|version| version.state == "current");
            CredentialEntryMore {
                created_at: row.created_at.to_string(),
                updated_at: row.updated_at.to_string(),
                tag: row.tag,
                tenant: tenant.clone(),
                environments: current
                    .map(|version| version.environment.to_string())
                    .collect(),
                version: row.last_version,
                version_state: newest
                    .map_or("destroyed".to_owned(), |version| version.state.clone()),
                access: "owner".to_owned(),
            }
        };
        Ok(rows.iter().map(|row| (row.id, more(row))).collect())
    }
}

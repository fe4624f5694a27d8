//! What the guard has to know of the credentials a flow references.

use std::collections::{BTreeSet, HashMap};

use keydance_core::credential::VersionState;
use keydance_core::decision::CredentialFacts;
use keydance_core::environment::EnvironmentName;
use keydance_core::flow::Reference;
use keydance_core::id::CredentialId;
use keydance_store::versions::VersionRow;

use crate::engine::read::{bound_to, newest};
use crate::engine::{Result, UseCase};

/// The facts about every referenced credential, with one statement for each kind of row: for one
/// environment, or, to persist, for whichever has a value.
pub(crate) fn credential_facts(
    use_case: &mut UseCase<'_, '_>,
    references: &[Reference],
    environment: Option<&EnvironmentName>,
) -> Result<HashMap<CredentialId, CredentialFacts>> {
    let ids: BTreeSet<CredentialId> = references
        .iter()
        .map(|reference| reference.credential)
        .collect();
    let ids: Vec<CredentialId> = ids.into_iter().collect();
    let organisation = use_case.session.caller.identity.organisation;
    let rows = use_case.tx.credentials().find_all(&ids)?;
    let mut owners = use_case.owners_of(&ids)?;
    let versions = use_case.tx.versions().states(&ids)?;
    let mut facts = HashMap::with_capacity(rows.len());
    for row in rows {
        if !matches!(row.state.as_str(), "usable" | "suspended") {
            continue;
        }
        let own: Vec<VersionRow> = versions
            .iter()
            .filter(|version| version.credential == row.id)
            .cloned()
            .collect();
        let known = CredentialFacts {
            organisation,
            owners: owners.remove(&row.id).unwrap_or_default(),
            usable: row.state == "usable",
            bound_to: bound_to(&row)?,
            version: version(&own, environment),
        };
        facts.insert(row.id, known);
    }
    Ok(facts)
}

fn version(rows: &[VersionRow], environment: Option<&EnvironmentName>) -> Option<VersionState> {
    let current = VersionState::Current;
    let is_here = |row: &&VersionRow| environment.is_none_or(|name| row.environment == *name);
    if rows
        .iter()
        .filter(is_here)
        .any(|row| row.state == current.as_str())
    {
        return Some(current);
    }
    match environment {
        Some(name) => newest(rows, name),
        None => rows.last().and_then(|row| row.state.parse().ok()),
    }
}

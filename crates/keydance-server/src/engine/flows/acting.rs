//! Who acts on a flow: the caller, or whoever a flow repository or orchestrator speaks for.

use keydance_core::caller::Identity;
use keydance_core::decision::{Actor, Standing};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_core::permission::Permission;

use crate::engine::session::{People, open_groups};
use crate::engine::{Error, Result, UseCase};

/// On whose behalf a request says it comes. Heard only from callers with `flows.register`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ActingFor {
    /// The caller itself.
    #[default]
    Caller,
    /// The principal with this id.
    Principal(String),
}

/// Who acts, and whether it still counts.
#[derive(Clone, Debug)]
pub(crate) struct Acting {
    pub(crate) identity: Identity,
    pub(crate) standing: Standing,
}

impl Acting {
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor::Principal(&self.identity, self.standing)
    }
}

impl UseCase<'_, '_> {
    /// Who acts. A caller without `flows.register` always acts for itself.
    pub(crate) fn acting(&mut self, on_behalf: &ActingFor) -> Result<Acting> {
        let caller = &self.session.caller;
        match on_behalf {
            ActingFor::Principal(id) if caller.permissions.allow(Permission::FlowsRegister) => {
                self.principal_acting(id)
            }
            ActingFor::Caller | ActingFor::Principal(_) => Ok(Acting {
                identity: caller.identity.clone(),
                standing: Standing::Active,
            }),
        }
    }

    /// The principal with this id as an actor; one nobody knows does not count.
    pub(crate) fn principal_acting(&mut self, id: &str) -> Result<Acting> {
        let people = People::load(self.tx, &[id], self.now)?;
        let caller = &self.session.caller.identity;
        let unknown = Identity {
            organisation: caller.organisation,
            tenant: None,
            subject: id
                .parse()
                .map_err(|_| Error::invalid_field("actor.id", "must be 1 to 256 characters"))?,
            groups: std::collections::BTreeSet::new(),
        };
        Ok(Acting {
            identity: people.identity(id).unwrap_or(unknown),
            standing: people.standing(id),
        })
    }

    /// How each of these owners stands, for flows that run without a starter.
    pub(crate) fn standings(&mut self, owners: &[Owner]) -> Result<Vec<Standing>> {
        let persons = owners
            .iter()
            .filter(|owner| owner.kind == OwnerKind::Person);
        let ids: Vec<&str> = persons.map(|owner| owner.id.as_str()).collect();
        let people = People::load(self.tx, &ids, self.now)?;
        let open = open_groups(self.tx, owners.iter())?;
        let standing = |owner| people.owner_standing(owner, &open);
        Ok(owners.iter().map(standing).collect())
    }
}

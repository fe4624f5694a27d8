//! Who is asking.

use std::collections::BTreeSet;

use crate::environment::EnvironmentName;
use crate::id::{
    CredentialId, ExecutionId, FlowId, GroupId, OrganisationId, PrincipalId, TenantName,
};
use crate::owner::{Owner, OwnerKind};
use crate::permission::Permissions;
use crate::principal::PrincipalKind;

/// A principal of an organisation, with everything that makes an owner of it: what counts when
/// somebody acts, for himself or through another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The boundary of everything it may touch.
    pub organisation: OrganisationId,
    /// The organisation's name on the wire; none for the nameless organisation.
    pub tenant: Option<TenantName>,
    /// The principal.
    pub subject: PrincipalId,
    /// The groups it is an active member of, directly or through others
    /// ([`group::closure`](crate::group::closure)).
    pub groups: BTreeSet<GroupId>,
}

/// The authenticated caller of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is; of an execution token, who started the execution.
    pub identity: Identity,
    /// By what right it speaks.
    pub kind: CallerKind,
    /// What it may do beyond owning things.
    pub permissions: Permissions,
    /// The organisation's epoch the identity was read at.
    pub epoch: i64,
    /// What its access token is limited to.
    pub limits: Limits,
}

/// By what right a caller speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// An execution token: it opens the credentials of its execution and nothing else.
    Execution {
        /// The execution.
        execution: ExecutionId,
        /// Its flow.
        flow: FlowId,
    },
    /// A person or machine identity, by an access token or session of its own.
    Principal(PrincipalKind),
}

/// What an access token is limited to; none is everything its principal may (contract 10.10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Only these credentials.
    pub credentials: Option<BTreeSet<CredentialId>>,
    /// Only these environments.
    pub environments: Option<BTreeSet<EnvironmentName>>,
}

impl Identity {
    /// Whether it counts as `owner` in its organisation (contract 4.2).
    pub fn is(&self, owner: &Owner) -> bool {
        match owner.kind {
            OwnerKind::Person => self.subject.as_str() == owner.id,
            OwnerKind::Group => self.groups.contains(owner.id.as_str()),
            OwnerKind::Organisation => self.is_tenant(&owner.id),
            OwnerKind::Other(_) => false,
        }
    }

    /// Whether its organisation is known on the wire by that name.
    pub fn is_tenant(&self, name: &str) -> bool {
        self.tenant.as_ref().is_some_and(|own| own.as_str() == name)
    }

    /// Every owner it counts as: itself, its groups, its organisation.
    pub fn owners(&self) -> impl Iterator<Item = Owner> + '_ {
        let groups = self.groups.iter().map(|id| Owner::group(id.as_str()));
        let organisation = self
            .tenant
            .iter()
            .map(|name| Owner::organisation(name.as_str()));
        std::iter::once(Owner::person(self.subject.as_str()))
            .chain(groups)
            .chain(organisation)
    }
}

impl Caller {
    /// Whether the caller itself counts as `owner`. An execution token is nobody: its starter's
    /// rights never stand in for it.
    pub fn is(&self, owner: &Owner) -> bool {
        !self.is_execution() && self.identity.is(owner)
    }

    /// Whether this is an execution token.
    pub fn is_execution(&self) -> bool {
        matches!(self.kind, CallerKind::Execution { .. })
    }
}

impl Limits {
    /// Whether they leave room for this credential.
    pub fn admit_credential(&self, id: CredentialId) -> bool {
        self.credentials
            .as_ref()
            .is_none_or(|ids| ids.contains(&id))
    }

    /// Whether they leave room for this environment.
    pub fn admit_environment(&self, name: &EnvironmentName) -> bool {
        self.environments
            .as_ref()
            .is_none_or(|names| names.contains(name))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The person `id` of tenant `t-one`, in `groups`.
    pub(crate) fn identity(id: &str, groups: &[&str]) -> Identity {
        Identity {
            organisation: OrganisationId::new([1; 12]),
            tenant: Some("t-one".parse().unwrap()),
            subject: id.parse().unwrap(),
            groups: groups.iter().map(|id| id.parse().unwrap()).collect(),
        }
    }

    /// The same as a caller with `permissions`.
    pub(crate) fn caller(id: &str, groups: &[&str], permissions: &str) -> Caller {
        Caller {
            identity: identity(id, groups),
            kind: CallerKind::Principal(PrincipalKind::Person),
            permissions: Permissions::parse(permissions).unwrap(),
            epoch: 1,
            limits: Limits::default(),
        }
    }

    #[test]
    fn type_and_id_must_both_match() {
        let ana = identity("ana", &["ops"]);
        for owner in [
            Owner::person("ana"),
            Owner::group("ops"),
            Owner::organisation("t-one"),
        ] {
            assert!(ana.is(&owner), "{owner}");
        }
        let other = Owner {
            kind: OwnerKind::Other("team".to_owned()),
            id: "ana".to_owned(),
        };
        for owner in [
            Owner::group("ana"),
            Owner::person("ops"),
            Owner::organisation("ana"),
            other,
        ] {
            assert!(!ana.is(&owner), "{owner}");
        }
    }

    #[test]
    fn an_identity_is_every_owner_it_names() {
        let ana = identity("ana", &["ops", "dev"]);
        assert!(ana.owners().all(|owner| ana.is(&owner)));
        assert_eq!(ana.owners().count(), 4);
    }

    #[test]
    fn an_execution_token_owns_nothing() {
        let mut caller = caller("ana", &["ops"], "all");
        caller.kind = CallerKind::Execution {
            execution: ExecutionId::new([7; 12]),
            flow: FlowId::new([8; 12]),
        };
        assert!(!caller.is(&Owner::person("ana")));
    }
}

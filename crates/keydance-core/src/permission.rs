//! What an account or a local access token may do beyond owning things.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// One permission by its word on the wire.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $kind:ident;)*) => {
        /// A permission, as granted to an account or an access token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            /// Every permission there is.
            pub const EVERY: &'static [Self] = &[$(Self::$name,)*];

            /// The word of the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Whether `tenant.all` implies it, or only the operator gives it by name.
            pub fn kind(self) -> PermissionKind {
                match self { $(Self::$name => PermissionKind::$kind,)* }
            }
        }
    };
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionKind {
    /// Within one organisation; implied by `tenant.all`.
    Common,
    /// Beyond it; never implied by `tenant.all`.
    Restricted,
}

permissions! {
    /// Every permission.
    All = "all", Restricted;
    /// Every common permission.
    TenantAll = "tenant.all", Common;
    /// The raw view of what one may read.
    ReadRaw = "secrets.secret.readRaw", Common;
    /// Bulk delete of credentials by owner.
    DeleteAny = "secrets.secret.deleteAny", Restricted;
    /// Bringing a deleted credential back.
    Undelete = "secrets.secret.undelete", Common;
    /// Seeing flows and executions.
    FlowsRead = "flows.read", Common;
    /// Creating and changing flows.
    FlowsWrite = "flows.write", Common;
    /// Starting, renewing and ending executions.
    FlowsControl = "flows.control", Common;
    /// Checking flows for others.
    FlowsCheck = "flows.check", Restricted;
    /// Registering and starting flows on behalf of an actor.
    FlowsRegister = "flows.register", Restricted;
    /// Asking the access graph about others.
    AccessRead = "access.read", Common;
    /// Reading the whole audit log of the organisation.
    AuditRead = "audit.read", Common;
    /// Changing groups and their members.
    GroupsManage = "groups.manage", Common;
    /// Changing persons and enrolling them.
    PersonsManage = "persons.manage", Common;
    /// Changing machine identities and giving them access tokens.
    MachinesManage = "machines.manage", Common;
    /// Changing environments.
    EnvironmentsManage = "environments.manage", Common;
    /// Asking what an access token stands for.
    TokenIntrospect = "iam.token.introspect", Restricted;
}

/// No permission has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such permission")]
pub struct PermissionError;

impl FromStr for Permission {
    type Err = PermissionError;
    fn from_str(word: &str) -> Result<Self, PermissionError> {
        Self::EVERY
            .iter()
            .copied()
            .find(|p| p.as_str() == word)
            .ok_or(PermissionError)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The permissions of one caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Whether `required` is given: by name, by `all`, or, if it is common, by `tenant.all`.
    pub fn allow(&self, required: Permission) -> bool {
        self.0.contains(&Permission::All)
            || self.0.contains(&required)
            || (required.kind() == PermissionKind::Common
                && self.0.contains(&Permission::TenantAll))
    }

    /// Whether values may be shown in clear. Stricter than [`allow`](Self::allow): `tenant.all` does
    /// not unmask.
    pub fn allow_raw(&self) -> bool {
        self.0.contains(&Permission::ReadRaw) || self.0.contains(&Permission::All)
    }

    /// Whether everything in `wanted` could be given on by who holds these.
    pub fn cover(&self, wanted: &Self) -> bool {
        wanted.0.iter().all(|p| match p {
            Permission::ReadRaw => self.allow_raw(),
            other => self.allow(*other),
        })
    }

    /// What both sides hold: an access token never exceeds its principal.
    pub fn within(&self, limit: &Self) -> Self {
        Self(
            self.0
                .iter()
                .copied()
                .filter(|p| limit.cover(&Self::from_iter([*p])))
                .collect(),
        )
    }

    /// Reads the words of a row or a request, separated by blanks.
    ///
    /// # Errors
    /// The first word that names no permission.
    pub fn parse(words: &str) -> Result<Self, PermissionError> {
        words
            .split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The permissions in the order of their declaration.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, permission) in self.0.iter().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            write!(f, "{gap}{permission}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(words: &str) -> Permissions {
        Permissions::parse(words).unwrap()
    }

    #[test]
    fn tenant_all_gives_what_is_common_and_does_not_unmask() {
        let ana = holding("tenant.all");
        assert!(ana.allow(Permission::FlowsWrite));
        assert!(!ana.allow(Permission::DeleteAny));
        assert!(!ana.allow_raw());
    }

    #[test]
    fn nobody_gives_on_what_he_does_not_hold() {
        assert!(!holding("tenant.all").cover(&holding("secrets.secret.readRaw")));
        assert!(!holding("tenant.all").cover(&holding("all")));
        assert!(holding("all").cover(&holding("flows.check secrets.secret.readRaw")));
    }

    #[test]
    fn words_survive_a_round_trip() {
        for &permission in Permission::EVERY {
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
        assert_eq!(holding("flows.read all").to_string(), "all flows.read");
    }
}

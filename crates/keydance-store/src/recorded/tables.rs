//! The tables whose rows the log vouches for, and how to read them.

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Bytes,
    Number,
    Text,
}

/// A table whose rows the log vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Access tokens: of principals, executions and enrolments.
    AccessToken,
    /// Credentials.
    Credential,
    /// Who owns which credential, from when to when.
    CredentialOwner,
    /// Environments.
    Environment,
    /// Flows.
    Flow,
    /// Who owns which flow, from when to when.
    FlowOwner,
    /// Which flow references which credential, from when to when.
    FlowReference,
    /// Groups.
    Group,
    /// Who is in which group, from when to when.
    Membership,
    /// Persons and machine identities.
    Principal,
    /// Versions of credentials and the envelopes of their values.
    Version,
}

/// How a table is read: its columns in the order of the answer, the key first.
struct Shape {
    name: &'static str,
    key_columns: usize,
    columns: &'static [Column],
    by_key: &'static str,
    after: &'static str,
}

/// The key as columns and as the texts of an entry, and the other columns.
macro_rules! shape {
    ($name:literal, $key_columns:literal, $key:literal = $texts:literal, $shown:literal, $others:literal, $columns:expr) => {
        Shape {
            name: $name,
            key_columns: $key_columns,
            columns: $columns,
            by_key: concat!(
                "select ",
                $shown,
                ", ",
                $others,
                " from EACH($2) e cross join ",
                $name,
                " t where t.org = $1 and (",
                $key,
                ") = (",
                $texts,
                ")"
            ),
            after: concat!(
                "select ",
                $shown,
                ", ",
                $others,
                " from EACH($2) e cross join ",
                $name,
                " t where t.org = $1 and (",
                $key,
                ") > (",
                $texts,
                ") order by ",
                $key,
                " limit $3"
            ),
        }
    };
}

use Column::{Bytes, Number, Text};

const ACCESS_TOKEN: Shape = shape!(
    "access_token",
    1,
    "t.id" = "e.value->>0",
    "t.id",
    "t.kind, t.principal, t.execution, t.name, t.permissions, t.credentials, t.environments, t.digest, t.created_at, t.expires_at, t.ended_at, t.ended_reason, t.parent",
    &[
        Text, Text, Text, Text, Text, Text, Text, Bytes, Number, Number, Number, Text, Text
    ]
);
const CREDENTIAL: Shape = shape!(
    "credential",
    1,
    "t.id" = "e.value->>0",
    "t.id",
    "t.name, t.type, t.domain, t.bound_to, t.key_id, t.key_gen, t.state, t.last_version, t.created_at, t.created_by, t.updated_at, t.deleted_at",
    &[
        Text, Text, Text, Text, Bytes, Number, Text, Number, Number, Text, Number, Number
    ]
);
const CREDENTIAL_OWNER: Shape = shape!(
    "credential_owner",
    4,
    "t.credential, t.owner_type, t.owner_id, t.since" =
        "e.value->>0, e.value->>1, e.value->>2, cast(e.value->>3 as bigint)",
    "t.credential, t.owner_type, t.owner_id, cast(t.since as text)",
    "t.wrap, t.position, t.until, t.opened_by, t.closed_by",
    &[Bytes, Number, Number, Text, Text]
);
const ENVIRONMENT: Shape = shape!(
    "environment",
    1,
    "t.name" = "e.value->>0",
    "t.name",
    "t.protected_at, t.created_at",
    &[Number, Number]
);
const FLOW: Shape = shape!(
    "flow",
    1,
    "t.id" = "e.value->>0",
    "t.id",
    "t.name, t.document, t.revision, t.digest, t.state, t.enabled_at, t.blocked_reason, t.blocked_since, t.blocked_references, t.created_at, t.created_by, t.updated_at, t.deleted_at",
    &[
        Text, Text, Number, Text, Text, Number, Text, Number, Text, Number, Text, Number, Number
    ]
);
const FLOW_OWNER: Shape = shape!(
    "flow_owner",
    4,
    "t.flow, t.owner_type, t.owner_id, t.since" =
        "e.value->>0, e.value->>1, e.value->>2, cast(e.value->>3 as bigint)",
    "t.flow, t.owner_type, t.owner_id, cast(t.since as text)",
    "t.position, t.until",
    &[Number, Number]
);
const FLOW_REFERENCE: Shape = shape!(
    "flow_ref",
    3,
    "t.flow, t.credential, t.since" = "e.value->>0, e.value->>1, cast(e.value->>2 as bigint)",
    "t.flow, t.credential, cast(t.since as text)",
    "t.until",
    &[Number]
);
const GROUP: Shape = shape!(
    "membership_group",
    1,
    "t.id" = "e.value->>0",
    "t.id",
    "t.name, t.created_at, t.closed_at",
    &[Text, Number, Number]
);
const MEMBERSHIP: Shape = shape!(
    "membership",
    4,
    "t.group_id, t.member_type, t.member_id, t.since" =
        "e.value->>0, e.value->>1, e.value->>2, cast(e.value->>3 as bigint)",
    "t.group_id, t.member_type, t.member_id, cast(t.since as text)",
    "t.until, t.opened_by, t.closed_by, t.reason",
    &[Number, Text, Text, Text]
);
const PRINCIPAL: Shape = shape!(
    "principal",
    1,
    "t.id" = "e.value->>0",
    "t.id",
    "t.kind, t.name, t.email, t.status, t.permissions, t.created_at, t.created_by",
    &[Text, Text, Text, Text, Text, Number, Text]
);
const VERSION: Shape = shape!(
    "version",
    2,
    "t.credential, t.number" = "e.value->>0, cast(e.value->>1 as bigint)",
    "t.credential, cast(t.number as text)",
    "t.environment, t.state, t.envelope, t.key_gen, t.created_at, t.created_by, t.origin",
    &[Text, Text, Bytes, Number, Number, Text, Text]
);

impl Table {
    /// Every table.
    pub const EVERY: [Self; 11] = [
        Self::AccessToken,
        Self::Credential,
        Self::CredentialOwner,
        Self::Environment,
        Self::Flow,
        Self::FlowOwner,
        Self::FlowReference,
        Self::Group,
        Self::Membership,
        Self::Principal,
        Self::Version,
    ];

    /// Its name in the database and in the log.
    pub fn name(self) -> &'static str {
        self.shape().name
    }

    /// How many columns its key has besides the organisation.
    pub(super) fn key_columns(self) -> usize {
        self.shape().key_columns
    }

    /// The columns behind those of the key.
    pub(super) fn columns(self) -> &'static [Column] {
        self.shape().columns
    }

    /// Reads the rows with the keys of `EACH($2)`.
    pub(super) fn by_key(self) -> &'static str {
        self.shape().by_key
    }

    /// Reads `$3` rows behind the key that is the one entry of `EACH($2)`.
    pub(super) fn after(self) -> &'static str {
        self.shape().after
    }

    /// A key before every row's.
    pub(super) fn before_all(self) -> Vec<String> {
        // A number begins with a digit or a sign; no column of text holds less than nothing.
        let first = |at| {
            if self.is_number(at) {
                i64::MIN.to_string()
            } else {
                String::new()
            }
        };
        (0..self.key_columns()).map(first).collect()
    }

    /// Whether a column of the key is a number: when an interval begins, or a version's.
    fn is_number(self, at: usize) -> bool {
        let last = at + 1 == self.key_columns();
        last && self.key_columns() > 1
    }

    const fn shape(self) -> &'static Shape {
        match self {
            Self::AccessToken => &ACCESS_TOKEN,
            Self::Credential => &CREDENTIAL,
            Self::CredentialOwner => &CREDENTIAL_OWNER,
            Self::Environment => &ENVIRONMENT,
            Self::Flow => &FLOW,
            Self::FlowOwner => &FLOW_OWNER,
            Self::FlowReference => &FLOW_REFERENCE,
            Self::Group => &GROUP,
            Self::Membership => &MEMBERSHIP,
            Self::Principal => &PRINCIPAL,
            Self::Version => &VERSION,
        }
    }
}

//! Credentials: their types, the secrets of a version, and the ways these are shown.

pub mod bound_to;
pub mod destination;
pub mod kind;
pub mod mask;
pub mod value;
pub mod version;
pub mod view;

pub use bound_to::{BoundTo, NotBound};
pub use kind::{CredentialType, Field, FieldKind, Sensitivity};
pub use value::{Patch, Value, ValueError};
pub use version::{VersionError, VersionState};
pub use view::View;

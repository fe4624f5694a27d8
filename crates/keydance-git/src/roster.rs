//! The roster `keydance.yaml`: people, devices, machine identities, groups and paths.

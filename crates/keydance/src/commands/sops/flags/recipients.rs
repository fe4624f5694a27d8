//! Flags that name recipients.

use super::super::environment::Variable;
use super::Flag;

// Those of a file that is made.
pub(crate) const KMS: Flag = Flag::value("kms", "ARN,…", "AWS KMS keys")
    .or("k")
    .from(Variable::KmsKeys);
pub(crate) const AWS_PROFILE: Flag =
    Flag::value("aws-profile", "NAME", "The AWS profile of the AWS KMS keys");
pub(crate) const GCP_KMS: Flag =
    Flag::value("gcp-kms", "ID,…", "GCP KMS keys").from(Variable::GcpKeys);
pub(crate) const HCKMS: Flag =
    Flag::value("hckms", "REGION:ID,…", "Huawei Cloud KMS keys").from(Variable::HuaweiKeys);
pub(crate) const AZURE_KV: Flag =
    Flag::value("azure-kv", "URL,…", "Azure Key Vault keys").from(Variable::AzureKeys);
pub(crate) const HC_VAULT: Flag =
    Flag::value("hc-vault-transit", "URI,…", "Vault transit keys").from(Variable::VaultKeys);
pub(crate) const PGP: Flag = Flag::value("pgp", "FINGERPRINT,…", "PGP keys")
    .or("p")
    .from(Variable::PgpKeys);
pub(crate) const AGE: Flag = Flag::value("age", "RECIPIENT,…", "age recipients")
    .or("a")
    .from(Variable::AgeRecipients);
pub(crate) const ENCRYPTION_CONTEXT: Flag = Flag::value(
    "encryption-context",
    "KEY:VALUE,…",
    "The encryption context of AWS KMS keys",
);
pub(crate) const THRESHOLD: Flag = Flag::value(
    "shamir-secret-sharing-threshold",
    "N",
    "Groups of recipients that it takes to open the file",
);

// The recipients of a new group: each flag may be repeated, and no variable has a default.
pub(crate) const GROUP_KMS: Flag = Flag::values("kms", "ARN", "An AWS KMS key");
pub(crate) const GROUP_GCP_KMS: Flag = Flag::values("gcp-kms", "ID", "A GCP KMS key");
pub(crate) const GROUP_HCKMS: Flag = Flag::values("hckms", "REGION:ID", "A Huawei Cloud KMS key");
pub(crate) const GROUP_AZURE_KV: Flag = Flag::values("azure-kv", "URL", "An Azure Key Vault key");
pub(crate) const GROUP_HC_VAULT: Flag =
    Flag::values("hc-vault-transit", "URI", "A Vault transit key");
pub(crate) const GROUP_PGP: Flag = Flag::values("pgp", "FINGERPRINT", "A PGP key");
pub(crate) const GROUP_AGE: Flag = Flag::values("age", "RECIPIENT", "An age recipient");

// Recipients that `rotate` adds and removes.
pub(crate) const ADD_KMS: Flag = Flag::value("add-kms", "ARN,…", "Add AWS KMS keys");
pub(crate) const RM_KMS: Flag = Flag::value("rm-kms", "ARN,…", "Remove AWS KMS keys");
pub(crate) const ADD_GCP_KMS: Flag = Flag::value("add-gcp-kms", "ID,…", "Add GCP KMS keys");
pub(crate) const RM_GCP_KMS: Flag = Flag::value("rm-gcp-kms", "ID,…", "Remove GCP KMS keys");
pub(crate) const ADD_HCKMS: Flag =
    Flag::value("add-hckms", "REGION:ID,…", "Add Huawei Cloud KMS keys");
pub(crate) const RM_HCKMS: Flag =
    Flag::value("rm-hckms", "REGION:ID,…", "Remove Huawei Cloud KMS keys");
pub(crate) const ADD_AZURE_KV: Flag =
    Flag::value("add-azure-kv", "URL,…", "Add Azure Key Vault keys");
pub(crate) const RM_AZURE_KV: Flag =
    Flag::value("rm-azure-kv", "URL,…", "Remove Azure Key Vault keys");
pub(crate) const ADD_HC_VAULT: Flag =
    Flag::value("add-hc-vault-transit", "URI,…", "Add Vault transit keys");
pub(crate) const RM_HC_VAULT: Flag =
    Flag::value("rm-hc-vault-transit", "URI,…", "Remove Vault transit keys");
pub(crate) const ADD_PGP: Flag = Flag::value("add-pgp", "FINGERPRINT,…", "Add PGP keys");
pub(crate) const RM_PGP: Flag = Flag::value("rm-pgp", "FINGERPRINT,…", "Remove PGP keys");
pub(crate) const ADD_AGE: Flag = Flag::value("add-age", "RECIPIENT,…", "Add age recipients");
pub(crate) const RM_AGE: Flag = Flag::value("rm-age", "RECIPIENT,…", "Remove age recipients");

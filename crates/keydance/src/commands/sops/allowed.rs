//! Which key services, profiles and keys the files that are opened may name.

use std::path::Path;

use keydance_sops::policy::{Allow, Policy};

use super::environment::{Environment, Variable};
use super::failure::{Failure, warn};

/// All of them, unless the environment says otherwise. Where it says something of Vault servers in
/// both ways, the file counts.
///
/// # Errors
/// What it says makes no sense: nothing is allowed by mistake.
pub(super) fn policy(environment: &Environment) -> Result<Policy, Failure> {
    if let Some(path) = environment.get(Variable::Allow) {
        return read(Path::new(path));
    }
    let mut policy = Policy::allow_all();
    if let Some(list) = environment.get(Variable::VaultAllowList) {
        let list = list.to_str().and_then(Allow::parse);
        policy.hc_vault = list.ok_or_else(|| {
            let name = Variable::VaultAllowList.name();
            Failure::other(format!("{name} is neither all nor none nor addresses"))
                .hint("an address is https://HOST[:PORT][/PATH]; commas stand between several")
        })?;
    }
    Ok(policy)
}

fn read(path: &Path) -> Result<Policy, Failure> {
    let about = |error: &dyn std::fmt::Display| {
        Failure::other(format!(
            "{}: {}: {error}",
            Variable::Allow.name(),
            path.display()
        ))
    };
    let bytes = std::fs::read(path).map_err(|error| about(&error))?;
    let (policy, warnings) = Policy::parse(&bytes).map_err(|error| about(&error))?;
    for warning in warnings {
        warn(&format!("{}: {warning}", path.display()));
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_everything_is_allowed() {
        let policy = policy(&Environment::default()).unwrap_or_else(|_| panic!("refused"));
        assert_eq!(policy.hc_vault, Allow::Any);
        assert_eq!(policy.kms, Allow::Any);
    }

    #[test]
    fn a_list_of_vault_servers_is_heeded_and_one_that_makes_no_sense_refused() {
        let of = |text| policy(&Environment::from([(Variable::VaultAllowList, text)]));
        assert!(
            matches!(of("none").map(|policy| policy.hc_vault), Ok(Allow::Only(list)) if list.is_empty())
        );
        assert!(
            matches!(of("https://a/v1,https://b").map(|policy| policy.hc_vault), Ok(Allow::Only(list)) if list.len() == 2)
        );
        assert!(of("everything").is_err());
    }

    #[test]
    fn a_file_that_cannot_be_read_allows_nothing() {
        assert!(
            policy(&Environment::from([(
                Variable::Allow,
                "/nowhere/allow.yaml"
            )]))
            .is_err()
        );
    }
}

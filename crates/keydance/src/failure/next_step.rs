//! For each refusal of the server: what exactly is wrong, and what the caller can do next.

use keydance_api::Problem;
use serde_json::Value;

/// What to do about a refusal.
pub(crate) fn of(problem: &Problem) -> Vec<String> {
    if problem.code == "flow_guard_denied" {
        return problem.details.iter().flat_map(for_violation).collect();
    }
    let hint = match problem.code.as_str() {
        "auth_missing" | "auth_malformed" | "token_invalid" => {
            "log in with `keydance login`, or name a file with a valid token in KEYDANCE_TOKEN_FILE"
        }
        "not_owner" => {
            "one of its owners can make you one: keydance credential transfer ID --add-owner \
             USER:YOUR-ID (`keydance whoami` shows yours)"
        }
        "missing_permission" => {
            "ask who administers your organisation; `keydance whoami` shows what you may do"
        }
        "token_scope" => {
            "this token opens less than its owner may; use one of your own (`keydance login`)"
        }
        "flow_blocked" => {
            "see why with `keydance flow show ID`, mend it, then `keydance flow recheck ID`"
        }
        "credential_in_use" | "owner_in_use" => {
            "detach it from those flows first, or repeat with --force, which blocks them"
        }
        "last_owner" => "add another owner first: keydance credential transfer ID --add-owner …",
        "no_personal_ownership" => {
            "you own it through a group or the organisation only; --entire deletes it for everybody"
        }
        "flow_has_executions" => "repeat with --end-executions to end them",
        "environment_value_missing" => {
            "give it a value there: keydance credential set ID --environment NAME"
        }
        "unknown_environment" => "`keydance environment list` shows those there are",
        "version_state" => "`keydance credential versions ID` shows the state of each",
        "precondition_failed" => "read it again and repeat",
        "masked_value" => "give the real value; what is shown is only a mask of it",
        "already_exists" => "choose another name, or change what is there",
        "owner_not_allowed" => "owners are written USER:id, GROUP:id or TENANT:your-organisation",
        "reference_not_an_id" => "flows name credentials by id: keydance credential list",
        "sealed" => "the server has no root key; its operator must mend that",
        "rate_limited" | "unavailable" | "audit_unavailable" => "wait a moment and repeat",
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}

/// What exactly is wrong, a line each.
pub(crate) fn details(problem: &Problem) -> Vec<String> {
    // A single problem is the message itself.
    let repeated = problem.details.len() == 1 && problem.code == "validation_failed";
    let details = problem.details.iter().filter(|_| !repeated);
    details.map(line).collect()
}

fn line(detail: &Value) -> String {
    let text = |key: &str| detail[key].as_str().unwrap_or_default().to_owned();
    if let Some(permission) = detail["permission"].as_str() {
        return format!("needs the permission {permission}");
    }
    if let Some(flow) = detail["flowId"].as_str() {
        return format!("flow {flow}");
    }
    if let Some(reason) = detail["reason"].as_str() {
        return violation(detail, reason);
    }
    match (text("path"), text("problem")) {
        (path, problem) if !path.is_empty() => format!("{path}: {problem}"),
        _ => detail.to_string(),
    }
}

/// A violation of the flow guard as a sentence.
pub(crate) fn violation(detail: &Value, reason: &str) -> String {
    let path = detail["path"].as_str().unwrap_or("flow");
    let credential = detail["credentialId"].as_str().unwrap_or("the credential");
    let owners = missing_owners(detail).join(", ");
    let sentence = match reason {
        "not_owned_by_flow_owner" => format!("{owners} does not own credential {credential}"),
        "actor_not_flow_owner" => "you are not an owner of this flow".to_owned(),
        "no_owner" => "the flow has no owner".to_owned(),
        "owner_type_unknown" => "an owner is neither USER, GROUP nor TENANT".to_owned(),
        "grant_expired" => format!("the grant on credential {credential} has ended"),
        "version_not_usable" => format!("credential {credential} has no usable version"),
        "environment_value_missing" => format!("credential {credential} has no value there"),
        "not_bound_to_component" => {
            format!("credential {credential} may not be used with this component")
        }
        "not_bound_to_destination" => {
            format!("credential {credential} may not be used with this destination")
        }
        // What a check says of a flow that its own rule would allow.
        "flow_blocked" => "it is blocked or disabled".to_owned(),
        "token_scope" => "the token used does not reach that far".to_owned(),
        other => other.to_owned(),
    };
    format!("{path}: {sentence}")
}

/// The command that would mend a violation.
pub(crate) fn for_violation(detail: &Value) -> Vec<String> {
    let credential = detail["credentialId"].as_str().unwrap_or("ID");
    match detail["reason"].as_str() {
        Some("not_owned_by_flow_owner") => {
            let add = missing_owners(detail)
                .iter()
                .map(|owner| format!(" --add-owner {owner}"))
                .collect::<String>();
            vec![format!(
                "an owner of the credential can mend this: keydance credential transfer {credential}{add}"
            )]
        }
        Some("environment_value_missing") => vec![format!(
            "give it a value: keydance credential set {credential} --environment NAME"
        )],
        Some("version_not_usable") => {
            vec![format!(
                "see why: keydance credential versions {credential}"
            )]
        }
        Some("actor_not_flow_owner") => {
            vec!["an owner of the flow must do this, or add you as one".to_owned()]
        }
        Some("no_owner" | "owner_type_unknown") => {
            vec!["name its owners in the document, each of type USER, GROUP or TENANT".to_owned()]
        }
        Some("not_bound_to_component" | "not_bound_to_destination") => vec![format!(
            "an owner of the credential says where it may be used: keydance credential set \
             {credential} --bind-component ID --bind-destination ORIGIN"
        )],
        _ => Vec::new(),
    }
}

fn missing_owners(detail: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let owners = detail["missingOwners"].as_array().into_iter().flatten();
    owners
        .map(|owner| format!("{}:{}", text(&owner["type"]), text(&owner["id"])))
        .collect()
}

#[cfg(test)]
mod tests {
    use keydance_core::decision::Reason;
    use keydance_server::engine::Code;
    use keydance_server::http::status;
    use serde_json::json;

    use super::*;

    fn problem(code: &str, details: &Value) -> Problem {
        let body = json!({"message": "No.", "code": code, "requestId": "r", "details": details});
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn a_refusal_of_the_flow_guard_names_who_lacks_what_and_the_command_that_mends_it() {
        let details = json!([{
            "path": "graph.nodes[0].credentials_id",
            "credentialId": "a3f09c51d27be84406c1f9d2",
            "reason": "not_owned_by_flow_owner",
            "missingOwners": [{"id": "main", "type": "TENANT"}, {"id": "ben", "type": "USER"}],
        }]);
        let problem = problem("flow_guard_denied", &details);
        assert_eq!(
            super::details(&problem),
            [
                "graph.nodes[0].credentials_id: TENANT:main, USER:ben does not own credential \
              a3f09c51d27be84406c1f9d2"
            ]
        );
        assert_eq!(
            of(&problem),
            [
                "an owner of the credential can mend this: keydance credential transfer \
              a3f09c51d27be84406c1f9d2 --add-owner TENANT:main --add-owner USER:ben"
            ]
        );
    }

    #[test]
    fn every_denial_has_a_next_step() {
        let is_denial = |code: &Code| matches!(status(*code).as_u16(), 401 | 403);
        let mut denials = Code::EVERY.iter().copied().filter(is_denial);
        assert!(denials.clone().count() >= 8);
        let violation = json!([{ "reason": Reason::NotOwnedByFlowOwner.as_str() }]);
        let without = denials.find(|code| of(&problem(code.as_str(), &violation)).is_empty());
        assert_eq!(without, None);
    }

    #[test]
    fn every_violation_has_a_next_step() {
        for reason in [
            Reason::ActorNotFlowOwner,
            Reason::EnvironmentValueMissing,
            Reason::NoOwner,
            Reason::NotBoundToComponent,
            Reason::NotBoundToDestination,
            Reason::NotOwnedByFlowOwner,
            Reason::OwnerTypeUnknown,
            Reason::VersionNotUsable,
        ] {
            let steps = for_violation(&json!({ "reason": reason.as_str() }));
            assert!(!steps.is_empty(), "{reason:?}");
        }
    }

    #[test]
    fn details_are_lines() {
        let details = json!([
            {"reason": "flow_blocked"},
            {"path": "value.key", "problem": "required"},
            {"permission": "flows.write"},
            {"flowId": "c0ffee00aa11bb22cc33dd44"},
        ]);
        let problem = problem("validation_failed", &details);
        assert_eq!(
            super::details(&problem),
            [
                "flow: it is blocked or disabled",
                "value.key: required",
                "needs the permission flows.write",
                "flow c0ffee00aa11bb22cc33dd44"
            ]
        );
    }
}

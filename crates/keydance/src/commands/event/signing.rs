//! Signing what an event changes, in a clone that trusts a roster.

use keydance_git::event::{Change, ChangeKind, Checkout, Plan};
use keydance_git::roster::ROSTER_FILE;
use keydance_git::signature::{
    Approval, Approved, Digest, Draft, DraftError, Program, Trust, approve, approved_roster,
    path_of,
};

use super::{now, program};
use crate::commands::Context;
use crate::commands::device::enrol::{public_half, signing_key};
use crate::failure::{Failure, Kind};

/// Signs the roster, and the files that were signed before, with the key of this device. What it may
/// not sign, or not alone, is noted: somebody else has to.
///
/// # Errors
/// The roster that the event began with is a proposal. Nothing is made of what nobody approved.
pub(super) fn sign(context: &Context, checkout: &Checkout, plan: &mut Plan) -> Result<(), Failure> {
    let (git, root) = (program(context, "git")?, checkout.root());
    let trust = Trust::of(&git, root).map_err(Failure::unexpected)?;
    let Some(trusted) = trust.roster().map_err(Failure::unexpected)? else {
        return Ok(());
    };
    let verifying = trust.folder().join("verifying");
    let ssh_keygen = Program::new(program(context, "ssh-keygen")?, verifying);
    let approved = approved_roster(&git, root, trusted, &ssh_keygen).map_err(Failure::usage)?;
    refuse_proposal(checkout, &approved)?;
    let Ok(key) = signing_key(context, None) else {
        let note = "there is no key to sign with: `keydance sign` signs what changed";
        plan.notes.push(note.to_owned());
        return Ok(());
    };
    let public = public_half(&key)?;
    let read = |path: &str| checkout.read(path).map_err(Failure::unexpected);
    let mut signatures = Vec::new();
    for (path, change) in &plan.changes {
        if path != ROSTER_FILE && read(&path_of(path))?.is_none() {
            continue;
        }
        let content = (path.as_str(), change.content.as_slice());
        let in_force = Some(approved.text.clone());
        let draft = match Draft::of_content(&git, root, content, &public, now(), in_force) {
            Ok(draft) => draft,
            Err(error @ (DraftError::NoWriter(_) | DraftError::UnknownKey)) => {
                plan.notes.push(format!("{path} is not signed: {error}"));
                continue;
            }
            Err(error) => return Err(Failure::unexpected(format!("{path}: {error}"))),
        };
        let armored = ssh_keygen.sign(&draft.statement().text(), &key);
        let signed = draft.signed(armored.map_err(Failure::unexpected)?);
        if path == ROSTER_FILE {
            let approval = approve(&approved, &change.content, Some(&signed), &ssh_keygen);
            plan.notes.extend(missing(&approval));
        }
        signatures.push((path_of(path), signed));
    }
    let kind = ChangeKind::Generated;
    let signed = signatures.into_iter();
    plan.changes
        .extend(signed.map(|(path, content)| (path, Change { kind, content })));
    Ok(())
}

fn refuse_proposal(checkout: &Checkout, approved: &Approved) -> Result<(), Failure> {
    let text = checkout.read(ROSTER_FILE).map_err(Failure::unexpected)?;
    match text {
        Some(text) if Digest::of(&text) != approved.current => {
            let message = format!("{ROSTER_FILE} is a proposal that nobody has approved");
            Err(Failure::new(Kind::Incomplete, message).hint(format!(
                "an admin of every group it concerns signs it: `keydance sign {ROSTER_FILE}`, then \
                 commit"
            )))
        }
        _ => Ok(()),
    }
}

/// Who else has to agree.
fn missing(approval: &Approval) -> Option<String> {
    let problem = match approval {
        Approval::Approved => return None,
        Approval::Flawed(flaw) => flaw.to_string(),
        Approval::Missing(groups) => {
            let groups: Vec<String> = groups.iter().map(|name| format!("@{name}")).collect();
            format!("an admin of {} must sign it too", groups.join(", "))
        }
    };
    Some(format!("the roster is a proposal: {problem}"))
}

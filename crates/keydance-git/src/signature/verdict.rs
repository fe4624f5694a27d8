//! Whether the signature over one file holds, for whoever is about to open it.
//!
//! A check of the whole repository compares with the commits before each signature; here it is the
//! rosters that were approved which count, and nothing of a file's own history is asked.

use std::collections::{BTreeSet, HashMap};

use keydance_sops::metadata::Metadata;

use super::rights::{holder_of, may_write};
use super::{Digest, Program, SignatureError, Signed, Signer, claimed_key};
use crate::roster::{Principal, Roster};

/// What is known of a file besides its signature.
#[derive(Clone, Copy)]
#[expect(
    missing_debug_implementations,
    reason = "what a file holds may be secret"
)]
pub struct Facts<'f> {
    /// Where it is, from the top of the repository.
    pub path: &'f str,
    /// What is in it.
    pub bytes: &'f [u8],
    /// Who can open it.
    pub metadata: &'f Metadata,
    /// The approved rosters, by digest.
    pub rosters: &'f HashMap<Digest, Roster>,
    /// The one in force.
    pub roster: &'f Roster,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// Writers are missing who agree.
    #[error("{have} of {need} approvals are there")]
    Approvals {
        /// How many are there.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// Nobody's key, or a signature over something else.
    #[error("a signature does not hold: {0}")]
    BadSignature(String),
    /// The file of signatures is none.
    #[error("the signature cannot be read: {0}")]
    Malformed(SignatureError),
    /// Whoever signed may not write the file.
    #[error("{0} signed it and may not write it")]
    NotAWriter(Signer),
    /// It was signed when other bytes were in the file.
    #[error("the file was changed since it was signed")]
    OtherBytes,
    /// It is over another file.
    #[error("the signature is for {0}")]
    OtherPath(String),
    /// The file has other recipients than were signed.
    #[error("others can open the file than when it was signed")]
    OtherRecipients,
    /// It was signed under a roster that was not approved, or is not in force any more.
    #[error("it was signed under a roster that was not approved")]
    Roster,
    /// There is no signature.
    #[error("it is not signed")]
    Unsigned,
    /// The author's signature is not there.
    #[error("the signature of {0}, its author, is not there")]
    WrongSigner(Signer),
}

/// Judges the signature over a file, and gives its version.
///
/// # Errors
///
/// What is wrong with it.
pub fn judge(facts: Facts<'_>, signature: Option<&[u8]>, program: &Program) -> Result<u64, Flaw> {
    let signed = Signed::parse(signature.ok_or(Flaw::Unsigned)?).map_err(Flaw::Malformed)?;
    let statement = &signed.statement;
    if statement.path != facts.path {
        return Err(Flaw::OtherPath(statement.path.clone()));
    }
    if statement.sha256 != Digest::of(facts.bytes) {
        return Err(Flaw::OtherBytes);
    }
    if statement.recipients != Digest::of_recipients(Some(facts.metadata)) {
        return Err(Flaw::OtherRecipients);
    }
    let then = facts.rosters.get(&statement.roster).ok_or(Flaw::Roster)?;
    let signers = signers(&signed, [then, facts.roster], program)?;
    if !signers.contains(&statement.signer) {
        return Err(Flaw::WrongSigner(statement.signer.clone()));
    }
    let at = statement.signed_at;
    if let Some(other) = signers
        .iter()
        .find(|one| !may_write(then, facts.path, one, at))
    {
        return Err(Flaw::NotAWriter(other.clone()));
    }
    let author = statement.signer.principal();
    let people: BTreeSet<Principal> = signers.iter().map(Signer::principal).collect();
    let have = people.iter().filter(|one| **one != author).count();
    let need = then.rule_of(facts.path).map_or(0, |rule| rule.approvals);
    let need = usize::try_from(need).unwrap_or(usize::MAX);
    match have < need {
        true => Err(Flaw::Approvals { have, need }),
        false => Ok(statement.version),
    }
}

/// Who made the signatures, each of which holds: keys that were in use at the time in both rosters,
/// so that one which was closed since signs nothing more.
pub(super) fn signers(
    signed: &Signed,
    rosters: [&Roster; 2],
    program: &Program,
) -> Result<BTreeSet<Signer>, Flaw> {
    let at = signed.statement.signed_at;
    let text = signed.statement.text();
    let bad = |problem: String| Flaw::BadSignature(problem);
    let signer = |signature: &String| {
        let claimed = claimed_key(signature).unwrap_or_default();
        let [then, now] = rosters.map(|roster| holder_of(roster, &claimed, at));
        let found = then.filter(|then| now.as_ref() == Some(then));
        let (signer, key) = found.ok_or_else(|| bad("no open device has the key".to_owned()))?;
        let verified = program.verify(&text, signature, key);
        verified.map_err(|error| bad(error.to_string()))?;
        Ok(signer)
    };
    signed.signatures.iter().map(signer).collect()
}

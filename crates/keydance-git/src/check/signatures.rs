//! Whether files are signed by those who may write them, and not by an older hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::finding::{Code, Finding, Severity};
use super::listing::{Introduced, Listing};
use super::seen::Seen;
use crate::event::GitError;
use crate::roster::{Integrity, ROSTER_FILE, Roster};
use crate::signature::rights::{holder_of, may_write};
use crate::signature::{Digest, Program, Signed, Signer, Statement, claimed_key, path_of};

/// What a file is: the digest of its bytes, and of who can open it.
pub(super) type Facts = BTreeMap<String, (Digest, Digest)>;

/// The signatures of a repository, and what it takes to judge them.
pub(super) struct Signatures<'s> {
    pub(super) listing: &'s Listing,
    pub(super) program: &'s Program,
    pub(super) roster: &'s Roster,
    pub(super) now: Timestamp,
}

/// A file of signatures, and the state of the repository it was added to.
struct Added {
    bytes: Vec<u8>,
    at: Timestamp,
    /// The commits before.
    parents: Vec<String>,
}

/// What there was before a signature: the roster, and the signatures of that file.
struct Before {
    roster: Option<Roster>,
    roster_digest: Option<Digest>,
    signatures: Vec<Vec<u8>>,
    /// Whether there is a commit before at all.
    is_known: bool,
}

impl Signatures<'_> {
    /// What is wrong with the signatures of these files.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub(super) fn check(
        &self,
        facts: &Facts,
        files: &BTreeMap<String, Vec<u8>>,
        seen: &mut Seen,
    ) -> Result<Vec<Finding>, GitError> {
        let Some(severity) = severity(self.roster.integrity) else {
            return Ok(Vec::new());
        };
        let added = self.added(files)?;
        let mut before = self.before(&added)?;
        let mut findings = Vec::new();
        for (path, facts) in facts {
            let Some(added) = added.get(path) else {
                let code = if path == ROSTER_FILE {
                    Code::RosterUnapproved
                } else {
                    Code::Unsigned
                };
                findings.push(code.at(path, "it has no signature").rated(severity));
                continue;
            };
            let before = before.remove(path).unwrap_or_else(Before::nothing);
            let judged = self.judge(path, *facts, added, &before);
            match judged {
                Err((code, message)) => {
                    let code = match path == ROSTER_FILE {
                        true => Code::RosterUnapproved,
                        false => code,
                    };
                    findings.push(code.at(path, message).rated(severity));
                }
                Ok(version) => findings.extend(seen.note(path, version)),
            }
        }
        Ok(findings)
    }

    /// When each file of signatures was added, by the path of what is signed.
    fn added(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<BTreeMap<String, Added>, GitError> {
        let head = self.listing.head()?;
        let introduced = match &head {
            Some(_) => self.listing.introduced()?,
            None => HashMap::new(),
        };
        let names: Vec<String> = files.keys().map(|path| format!("HEAD:{path}")).collect();
        let committed = match &head {
            Some(_) => self.listing.objects(&names)?,
            None => vec![None; names.len()],
        };
        let mut added = BTreeMap::new();
        for ((place, bytes), committed) in files.iter().zip(committed) {
            let Some(path) = signed_path(place) else {
                continue;
            };
            let is_committed = committed.as_ref() == Some(bytes);
            let (at, parents) = match introduced.get(place).filter(|_| is_committed) {
                Some(Introduced { at, parents }) => (*at, parents.clone()),
                None => (self.now, head.clone().into_iter().collect()),
            };
            let bytes = bytes.clone();
            added.insert(path.to_owned(), Added { bytes, at, parents });
        }
        Ok(added)
    }

    fn before(
        &self,
        added: &BTreeMap<String, Added>,
    ) -> Result<BTreeMap<String, Before>, GitError> {
        let parents: BTreeSet<&String> = added.values().flat_map(|it| &it.parents).collect();
        let parents: Vec<&String> = parents.into_iter().collect();
        let names = parents
            .iter()
            .map(|parent| format!("{parent}:{ROSTER_FILE}"));
        let rosters = self.listing.objects(&names.collect::<Vec<_>>())?;
        let rosters: HashMap<&String, Vec<u8>> = parents
            .into_iter()
            .zip(rosters)
            .filter_map(|(parent, text)| Some((parent, text?)))
            .collect();
        let mut names = Vec::new();
        for (path, added) in added {
            let place = path_of(path);
            names.extend(
                added
                    .parents
                    .iter()
                    .map(|parent| format!("{parent}:{place}")),
            );
        }
        let mut signatures = self.listing.objects(&names)?.into_iter();
        let before = added.iter().map(|(path, added)| {
            let text = added.parents.first().and_then(|it| rosters.get(it));
            let before = Before {
                roster: text.and_then(|text| Roster::parse(text).ok()),
                roster_digest: text.map(|text| Digest::of(text)),
                signatures: signatures
                    .by_ref()
                    .take(added.parents.len())
                    .flatten()
                    .collect(),
                is_known: !added.parents.is_empty(),
            };
            (path.clone(), before)
        });
        Ok(before.collect())
    }

    /// The version of a file whose signatures are valid, or why they are not.
    fn judge(
        &self,
        path: &str,
        (bytes, recipients): (Digest, Digest),
        added: &Added,
        before: &Before,
    ) -> Result<u64, (Code, String)> {
        let bad = |problem: &str| (Code::BadSignature, problem.to_owned());
        let signed = Signed::parse(&added.bytes);
        let signed = signed.map_err(|error| bad(&error.to_string()))?;
        let statement = &signed.statement;
        if statement.path != path {
            return Err(bad("the signature is for another path"));
        }
        if statement.sha256 != bytes {
            return Err(bad("the file was changed since it was signed"));
        }
        if statement.recipients != recipients {
            return Err(bad("others can open the file than when it was signed"));
        }
        if before
            .roster_digest
            .is_some_and(|it| it != statement.roster)
        {
            return Err(bad(
                "it was signed under another roster than the one before it",
            ));
        }
        before.check_version(statement).map_err(bad)?;
        let roster = before.roster.as_ref().unwrap_or(self.roster);
        let authors = self.authors(roster, path, &signed, added.at)?;
        let needed = roster.rule_of(path).map_or(0, |rule| rule.approvals);
        if !authors.contains(&statement.signer) {
            return Err(bad("the signature of its author is not there"));
        }
        // Several devices of one person are one approval.
        let people: BTreeSet<_> = authors.iter().map(Signer::principal).collect();
        match people.len() > needed as usize {
            true => Ok(statement.version),
            false => Err(bad(
                "it is not approved by as many writers as its path needs",
            )),
        }
    }

    /// Whoever has signed, each verified, and a writer of the path then.
    fn authors(
        &self,
        roster: &Roster,
        path: &str,
        signed: &Signed,
        at: Timestamp,
    ) -> Result<BTreeSet<Signer>, (Code, String)> {
        let text = signed.statement.text();
        let wrong = |problem: String| (Code::WrongSigner, problem);
        let mut authors = BTreeSet::new();
        for signature in &signed.signatures {
            let claimed = claimed_key(signature).unwrap_or_default();
            let found = holder_of(roster, &claimed, at);
            let (signer, key) = found
                .ok_or_else(|| wrong("it is signed by a key that no open device has".into()))?;
            let verified = self.program.verify(&text, signature, key);
            verified.map_err(|error| (Code::BadSignature, error.to_string()))?;
            if !may_write(roster, path, &signer, at) {
                return Err(wrong(format!("{signer} signed it and may not write it")));
            }
            authors.insert(signer);
        }
        Ok(authors)
    }
}

impl Before {
    fn nothing() -> Self {
        Self {
            roster: None,
            roster_digest: None,
            signatures: Vec::new(),
            is_known: false,
        }
    }

    /// Whether a statement follows what was signed before. Where no commit is before, as in a
    /// shallow clone, nothing is known of that.
    fn check_version(&self, statement: &Statement) -> Result<(), &'static str> {
        if !self.is_known {
            return Ok(());
        }
        let earlier = self
            .signatures
            .iter()
            .filter_map(|it| Signed::parse(it).ok());
        let highest = earlier.map(|it| it.statement.version).max().unwrap_or(0);
        let digests: BTreeSet<Digest> = self.signatures.iter().map(|it| Digest::of(it)).collect();
        let named: BTreeSet<Digest> = statement.previous.iter().copied().collect();
        if named != digests {
            return Err("it does not follow the signature before it");
        }
        match statement.version == highest.saturating_add(1) {
            true => Ok(()),
            false => Err("its version is not one more than that of the signature before it"),
        }
    }
}

/// How bad it is not to be signed; nothing where nobody asks.
fn severity(integrity: Integrity) -> Option<Severity> {
    match integrity {
        Integrity::Off => None,
        Integrity::Strict => Some(Severity::Error),
        Integrity::Warn => Some(Severity::Warning),
    }
}

fn signed_path(place: &str) -> Option<&str> {
    let path = place.strip_prefix(crate::signature::SIGNATURES_FOLDER)?;
    path.strip_prefix('/')?.strip_suffix(".sig")
}

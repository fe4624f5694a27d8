//! The moment that a graph shows.

use jiff::Timestamp;
use keydance_git::graph::{End, Reach};
use keydance_git::repository::Repository;
use keydance_git::roster::{Principal, Roster, parse_time};

use crate::commands::event;
use crate::commands::exposed::{commit, roster};
use crate::failure::{Failure, Kind};

/// The rosters of a moment.
pub(super) struct Scene {
    /// Who was in which group, by what is known of it.
    newest: Roster,
    /// Which groups read which files.
    then: Roster,
    pub(super) at: Timestamp,
}

impl Scene {
    /// Now.
    ///
    /// # Errors
    /// There is no roster.
    pub(super) fn now(repository: &Repository) -> Result<Self, Failure> {
        let newest = roster(repository, commit(repository, "HEAD")?)?;
        let (then, at) = (newest.clone(), event::now());
        Ok(Self { newest, then, at })
    }

    /// At a time, or as a commit knew it.
    ///
    /// # Errors
    /// There was no commit or roster.
    pub(super) fn at(repository: &Repository, text: &str) -> Result<Self, Failure> {
        if let Some(at) = parse_time(text) {
            let head = commit(repository, "HEAD")?;
            let then = repository.commit_at(head, at.as_second());
            let then = then.map_err(Failure::unexpected)?.ok_or_else(|| {
                Failure::new(Kind::NotFound, format!("there was no commit at {text}"))
                    .hint("choose a later time")
            })?;
            let (newest, then) = (roster(repository, head)?, roster(repository, then)?);
            return Ok(Self { newest, then, at });
        }
        let commit = commit(repository, text)?;
        let at = repository.time_of(commit).map_err(Failure::unexpected)?;
        let newest = roster(repository, commit)?;
        Ok(Self {
            then: newest.clone(),
            newest,
            // A roster knows parts of a second, a commit does not: what it holds was true by the end.
            at: Timestamp::new(at, 999_999_999).map_err(Failure::unexpected)?,
        })
    }

    /// What the organisation is called.
    pub(super) fn name(&self) -> &str {
        self.newest.organisation.as_str()
    }

    /// Who reached what.
    pub(super) fn reach(&self) -> Reach {
        Reach::at(&self.newest, &self.then, self.at)
    }

    /// What a name means; what is none may be a path from the top of the repository.
    pub(super) fn end(&self, name: &str) -> Option<End> {
        let principal = name.parse().ok().filter(|it| self.knows(it));
        let rule = || self.then.rule_of(name);
        let path = || rule().map(|rule| End::Path(rule.glob.as_str().to_owned()));
        principal.map(End::Principal).or_else(path)
    }

    fn knows(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Group(name) => self.newest.groups.contains_key(name),
            Principal::Machine(name) => self.newest.machines.contains_key(name),
            Principal::Person(name) => self.newest.people.contains_key(name),
        }
    }
}

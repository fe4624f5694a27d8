//! The repository as it was: a file of a commit, and the commit of a time.

use super::{Contents, ObjectId, Repository, RepositoryError};

impl Repository {
    /// The content of a file in a commit; nothing if there is none, or it is too large.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn file(
        &self,
        commit: ObjectId,
        path: &str,
        max_len: usize,
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.named(&format!("{commit}:{path}"), max_len)
    }

    /// When a commit was made, by what it says of itself: seconds since 1970.
    ///
    /// # Errors
    ///
    /// If there is no such commit.
    pub fn time_of(&self, commit: ObjectId) -> Result<i64, RepositoryError> {
        let commit = commit.to_string();
        let told = self.run("rev-list", &["--no-walk", "--timestamp", &commit])?;
        let time = told.split(|byte| *byte == b' ').next();
        let time = time.and_then(|time| str::from_utf8(time).ok()?.parse().ok());
        time.ok_or(RepositoryError::Malformed("rev-list"))
    }

    /// The last commit up to a time, in seconds since 1970, among a commit, its first parent, the
    /// first parent of that and so on; nothing if all are younger.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn commit_at(&self, tip: ObjectId, time: i64) -> Result<Option<ObjectId>, RepositoryError> {
        let (time, tip) = (format!("--min-age={time}"), tip.to_string());
        let asked = ["--first-parent", "--max-count=1", &time, &tip];
        Ok(ObjectId::parse(self.run("rev-list", &asked)?.trim_ascii()))
    }

    /// The content of what a revision and path name.
    pub(super) fn named(
        &self,
        name: &str,
        max_len: usize,
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        let asked = ["--verify", "--quiet", "--end-of-options", name];
        let told = self.run_or_none("rev-parse", &asked)?.unwrap_or_default();
        let id = ObjectId::parse(told.trim_ascii());
        let mut found = None;
        self.contents(id.as_slice(), max_len, |_, content| {
            if let Contents::Bytes(bytes) = content {
                found = Some(bytes.to_vec());
            }
            Ok::<_, RepositoryError>(())
        })?;
        Ok(found)
    }
}

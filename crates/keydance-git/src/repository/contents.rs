//! The content of many blobs, one after another.

use std::io::{self, Read as _};

use super::{Answers, ObjectId, Repository, RepositoryError};

/// What came of asking for one blob.
#[derive(Debug)]
pub enum Contents<'b> {
    /// What is in it.
    Bytes(&'b [u8]),
    /// It is not in this repository.
    Missing,
    /// It has more bytes than are read.
    TooLarge,
}

impl Repository {
    /// Reads blobs in the order of their ids; none is held longer than the reader has it.
    ///
    /// # Errors
    ///
    /// If git breaks off, or the reader fails.
    pub fn contents<E: From<RepositoryError> + Send>(
        &self,
        ids: &[ObjectId],
        max_len: usize,
        mut read: impl FnMut(usize, Contents<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if ids.is_empty() {
            return Ok(());
        }
        self.ask(
            "cat-file",
            &["--batch", "--buffer"],
            |input| ids.iter().try_for_each(|id| writeln!(input, "{id}")),
            |answers| {
                let mut bytes = Vec::new();
                for at in 0..ids.len() {
                    let content = answers.content(max_len, &mut bytes)?;
                    read(at, content)?;
                }
                Ok(())
            },
        )
    }
}

impl Answers {
    fn content<'b>(
        &mut self,
        max_len: usize,
        bytes: &'b mut Vec<u8>,
    ) -> Result<Contents<'b>, RepositoryError> {
        let malformed = RepositoryError::Malformed(self.subcommand);
        let mut line = Vec::new();
        let Some(line) = self.until(b'\n', &mut line)? else {
            return Err(malformed);
        };
        let line = String::from_utf8_lossy(line);
        let mut words = line.split(' ').skip(1);
        let (kind, size) = (words.next(), words.next());
        let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else {
            let is_missing = kind == Some("missing");
            return is_missing.then_some(Contents::Missing).ok_or(malformed);
        };
        if size > max_len as u64 {
            io::copy(&mut (&mut self.output).take(size + 1), &mut io::sink())?;
            return Ok(Contents::TooLarge);
        }
        bytes.clear();
        (&mut self.output).take(size + 1).read_to_end(bytes)?;
        match bytes.split_last() {
            Some((b'\n', content)) if content.len() as u64 == size => Ok(Contents::Bytes(content)),
            _ => Err(malformed),
        }
    }
}

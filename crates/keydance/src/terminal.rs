//! Asking whoever typed the command.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};

/// Bytes of a secret that are read at most; the server takes no longer ones.
const LIMIT: u64 = 1 << 20;

/// Whether there is a person to ask.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal()
}

/// A secret: typed without being shown, or all of standard input.
///
/// # Errors
/// There is nothing to read, or no text.
pub(crate) fn secret(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if is_there() {
        let typed =
            rpassword::prompt_password(format!("{prompt}: ")).map_err(Failure::unexpected)?;
        return Ok(Zeroizing::new(typed));
    }
    from_stdin()
}

/// All of standard input. The line break at the end of a single line is no part of it; longer texts,
/// such as keys in PEM, are taken as they are.
///
/// # Errors
/// It is no text, or too long.
pub(crate) fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = io::stdin().lock().take(LIMIT + 1).read_to_string(&mut text);
    match read {
        Ok(count) if count as u64 > LIMIT => {
            Err(Failure::usage("standard input is longer than 1 MiB"))
        }
        Ok(_) => Ok(without_line_end(text)),
        Err(_) => Err(Failure::usage("standard input is no text")),
    }
}

fn without_line_end(mut text: Zeroizing<String>) -> Zeroizing<String> {
    let line = text.trim_end_matches('\n').trim_end_matches('\r').len();
    if !text.get(..line).unwrap_or_default().contains('\n') {
        text.truncate(line);
    }
    text
}

/// Asks before something that cannot be taken back. Away from a terminal only `--yes` is an answer.
///
/// # Errors
/// Nobody agreed.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let undecided = Failure::new(Kind::Incomplete, format!("not done: {question}"));
    if !is_there() {
        return Err(undecided.hint("repeat with --yes to go ahead"));
    }
    let mut answer = String::new();
    let asked = write!(io::stderr(), "{question} [y/N] ")
        .and_then(|()| io::stdin().lock().read_line(&mut answer));
    asked.map_err(Failure::unexpected)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(undecided),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_line_loses_its_line_end() {
        let cut = |text: &str| without_line_end(Zeroizing::new(text.to_owned())).to_string();
        assert_eq!(cut("sesame\n"), "sesame");
        assert_eq!(cut("sesame\r\n"), "sesame");
        assert_eq!(cut("sesame "), "sesame ");
        assert_eq!(cut("a\nb\n"), "a\nb\n");
    }
}

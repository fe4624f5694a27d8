//! How plugins of age and protected identities reach whoever sits at the terminal, if anybody does.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};

use keydance_connect::keys::age_plugin::PluginPrompts;
use keydance_sops::age::Question;
use zeroize::Zeroizing;

use crate::render::printable;

/// The terminal of this process, whatever its input and output are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal;

/// Asks for a passphrase.
pub(super) fn passphrase(question: &Question<'_>) -> Option<Zeroizing<String>> {
    hidden(&format!("Passphrase for {}: ", question.place))
}

impl PluginPrompts for Terminal {
    fn message(&self, plugin: &str, text: &str) -> bool {
        let shown = |mut terminal: File| writeln!(terminal, "{}", said(plugin, text));
        open().and_then(shown).is_ok()
    }

    fn confirm(&self, plugin: &str, text: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let text = said(plugin, text);
        let Some(no) = no else {
            ask(&format!("{text} [Enter: {}] ", printable(yes)))?;
            return Some(true);
        };
        let question = format!("{text} [1: {}, 2: {}] ", printable(yes), printable(no));
        match ask(&question)?.trim() {
            "1" => Some(true),
            "2" => Some(false),
            _ => None,
        }
    }

    fn value(&self, plugin: &str, text: &str) -> Option<String> {
        ask(&format!("{}: ", said(plugin, text)))
    }

    fn secret(&self, plugin: &str, text: &str) -> Option<Zeroizing<String>> {
        hidden(&format!("{}: ", said(plugin, text)))
    }
}

/// What is typed is not shown. There is no other place to ask than a terminal.
fn hidden(question: &str) -> Option<Zeroizing<String>> {
    open().ok()?;
    rpassword::prompt_password(printable(question))
        .ok()
        .map(Zeroizing::new)
}

fn ask(question: &str) -> Option<String> {
    let mut terminal = open().ok()?;
    write!(terminal, "{question}").ok()?;
    let mut line = String::new();
    let length = BufReader::new(terminal).read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn said(plugin: &str, text: &str) -> String {
    printable(&format!("age-plugin-{plugin}: {text}"))
}

fn open() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

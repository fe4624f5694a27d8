use zeroize::Zeroizing;

/// How a plugin reaches the person who runs us. Its words are plain text of one line.
///
/// `None` tells the plugin that there is no answer.
pub trait PluginPrompts: Send + Sync {
    /// Shows a message, for example to touch a key. Whether it could be shown.
    fn message(&self, plugin: &str, text: &str) -> bool;

    /// Asks a question with one or two answers; `true` for the first.
    fn confirm(&self, plugin: &str, text: &str, yes: &str, no: Option<&str>) -> Option<bool>;

    /// Asks for a value that may be seen.
    fn value(&self, plugin: &str, text: &str) -> Option<String>;

    /// Asks for a secret, for example a PIN.
    fn secret(&self, plugin: &str, text: &str) -> Option<Zeroizing<String>>;
}

/// Nobody is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPrompts;

impl PluginPrompts for NoPrompts {
    fn message(&self, _: &str, _: &str) -> bool {
        false
    }

    fn confirm(&self, _: &str, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn value(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn secret(&self, _: &str, _: &str) -> Option<Zeroizing<String>> {
        None
    }
}

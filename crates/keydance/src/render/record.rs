//! One thing as lines of label and text; and what has no more to it than a sentence.

use keydance_api::Data;
use serde::Serialize;
use serde_json::Value;

use super::{HEADING, Page, Render, printable, styled};

/// A value with labelled parts.
pub(crate) trait Record {
    /// Label and text, in the order they are shown. Empty texts are left out.
    fn parts(&self) -> Vec<(&'static str, String)>;
}

impl<T: Record> Render for Data<T> {
    fn render(&self, page: &mut Page) {
        let parts = self.data.parts();
        let width = parts
            .iter()
            .map(|(label, _)| label.len())
            .max()
            .unwrap_or(0);
        let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
        for (label, text) in parts {
            let label = styled(HEADING, format_args!("{label:width$}"));
            let indent = " ".repeat(width + 2);
            let text = printable(&text).replace('\n', &format!("\n{indent}"));
            page.text(&format!("{label}  {text}"));
        }
    }
}

/// A sentence about what was done, with the data of the answer.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Say {
    data: Value,
    #[serde(skip)]
    sentence: String,
}

impl Say {
    /// Says so; `data` is what `--json` prints.
    pub(crate) fn new(sentence: impl Into<String>, data: impl Into<Value>) -> Self {
        Self {
            data: data.into(),
            sentence: sentence.into(),
        }
    }

    /// Says so, about an answer without a body.
    pub(crate) fn done(sentence: impl Into<String>) -> Self {
        Self::new(sentence, serde_json::Map::new())
    }
}

impl Render for Say {
    fn render(&self, page: &mut Page) {
        page.line(&self.sentence);
    }
}

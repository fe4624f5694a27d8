//! Which page of a list.

use crate::client::Request;

/// Which page of a list
#[derive(Debug, clap::Args)]
pub(crate) struct PageArgs {
    /// The number of the page
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// Entries on a page
    #[arg(long, value_name = "N")]
    size: Option<u32>,
}

impl PageArgs {
    /// Asks for that page.
    pub(crate) fn add_to<'a>(&self, request: Request<'a>) -> Request<'a> {
        request
            .query("page[number]", self.page)
            .query("page[size]", self.size)
    }
}

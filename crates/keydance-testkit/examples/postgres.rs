//! Starts a private PostgreSQL for one run of tests or benchmarks, prints the
//! administrator's URL, and ends it when standard input closes.

use std::io::{Read as _, Write as _};

use keydance_testkit::postgres::Cluster;

fn main() -> std::io::Result<()> {
    let cluster = Cluster::start();
    writeln!(std::io::stdout(), "{}", cluster.admin_url())?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(cluster);
    Ok(())
}

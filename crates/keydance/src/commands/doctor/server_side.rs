//! What only the machine of the server knows: its files, swap, and the limit of core dumps.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use keydance_store::{Location, Weakness};
use rustix::process::{Resource, getrlimit};

use super::Finding;
use super::client_side::private;
use crate::config::Config;
use crate::failure::Failure;

/// Looks at the deployment of this configuration.
pub(super) fn findings(config: &Config) -> Result<Vec<Finding>, Failure> {
    let key = config.key_file();
    let mut findings = vec![private("data folder", &config.data_dir)];
    findings.push(match key.exists() {
        true => private("key file", &key),
        false => Finding::wrong("key file", format!("{} is not there", key.display())),
    });
    let location = config.location()?;
    findings.push(places(&key, &location));
    findings.extend(database(&location));
    let token = config.data_dir.join("admin.token");
    if token.exists() {
        findings.push(private("first token", &token));
        let advice = format!(
            "once everybody is enrolled, revoke it and delete {}",
            token.display()
        );
        findings.push(Finding::warning("first token", advice));
    }
    findings.push(core_dumps());
    findings.push(swap());
    Ok(findings)
}

/// A copy of the database must not come with the key that opens it.
fn places(key: &Path, location: &Location) -> Finding {
    let apart = "the key file is apart from the database";
    let Location::Sqlite(database) = location else {
        return Finding::ok("key file", apart);
    };
    if key.parent() == database.parent() {
        let advice = "the key file lies beside the database: leave it out of backups, or move it \
                      and set seal.key_file";
        return Finding::warning("key file", advice);
    }
    Finding::ok("key file", apart)
}

/// What only the database can tell of itself.
fn database(location: &Location) -> Vec<Finding> {
    let weaknesses = match location.weaknesses() {
        Ok(weaknesses) => weaknesses,
        Err(error) => return vec![Finding::wrong("database", error.to_string())],
    };
    if weaknesses.is_empty() {
        return vec![Finding::ok("database", "nothing weakens it")];
    }
    let warning = |weakness| Finding::warning("database", advice(&weakness));
    weaknesses.into_iter().map(warning).collect()
}

fn advice(weakness: &Weakness) -> String {
    match weakness {
        Weakness::BypassesRowSecurity => "the account bypasses row-level security, which keeps \
             organisations apart: ALTER ROLE … NOBYPASSRLS"
            .to_owned(),
        Weakness::Encoding(encoding) => format!(
            "text is kept as {encoding}, which does not have every letter: make the database anew \
             with ENCODING 'UTF8'"
        ),
        Weakness::Superuser => "the account is a superuser, whom row-level security, which keeps \
             organisations apart, does not hold: use one of its own, NOSUPERUSER NOBYPASSRLS"
            .to_owned(),
    }
}

fn core_dumps() -> Finding {
    // The server sets its own limit to 0; the shell's matters for everything else.
    match getrlimit(Resource::Core).current {
        Some(0) => Finding::ok("core dumps", "off"),
        _ => Finding::ok(
            "core dumps",
            "on for others; `serve` switches them off for itself",
        ),
    }
}

fn swap() -> Finding {
    let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
    // The first line is a heading.
    if swaps.lines().count() > 1 {
        let advice = "on: values on their way through memory may reach a disk; encrypt it, or set \
                      MemorySwapMax=0 for the service";
        return Finding::warning("swap", advice);
    }
    Finding::ok("swap", "off")
}

/// Whether group or others have any permission.
pub(super) fn others_may_read(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

//! Starts `keydance` for a script: `server BINARY sqlite|postgres [KEY=VALUE]…`
//! with settings by their keys. Prints one line of JSON once the server is
//! ready, and ends it when standard input closes.
//!
//! `readyAfterMs` is what a restart takes: the first start also creates the
//! root key, the database and the administrator.

use std::io::{Read as _, Write as _};
use std::time::Instant;

use keydance_testkit::{Backend, Options, Server};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let binary = arguments.next().ok_or("which binary?")?;
    let backend = match arguments.next().as_deref() {
        Some("postgres") => Backend::Postgres,
        Some("sqlite") => Backend::Sqlite,
        _ => return Err("which database: postgres or sqlite?".into()),
    };
    let mut options = Options::new(std::path::absolute(binary)?, backend);
    for setting in arguments {
        let (key, value) = setting.split_once('=').ok_or("a setting is KEY=VALUE")?;
        options = options.set(key, value);
    }
    let mut server = Server::start(&options);
    server.terminate();
    let started = Instant::now();
    server.restart();
    let about = json!({
        "url": server.url(),
        "token": server.admin_token(),
        "processId": server.process_id(),
        "readyAfterMs": started.elapsed().as_millis(),
        "dataFolder": server.home().data(),
    });
    writeln!(std::io::stdout(), "{about}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(server);
    Ok(())
}

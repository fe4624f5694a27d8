//! `keyservice`: wraps and unwraps data keys for other processes.

use std::process::ExitCode;

use super::failure::Failure;
use super::request::KeyService as Request;
use super::session::Session;

#[cfg(feature = "keyservice")]
mod prompting;

/// Runs the command.
///
/// # Errors
/// The address cannot be listened on, or is open to others without anybody having said so.
#[cfg(feature = "keyservice")]
pub(super) fn run(session: &Session, request: &Request) -> Result<ExitCode, Failure> {
    use std::io::Write as _;

    use keydance_connect::key_service::serve;

    use super::request::Services;
    use prompting::Prompting;

    let own = Services {
        local: true,
        remote: Vec::new(),
    };
    let services = session.key_services(&own);
    let listening = listen(request)?;
    // Nobody is left to tell when standard error is gone.
    drop(writeln!(std::io::stderr(), "Listening on {listening}"));
    let served = if request.prompt {
        serve(listening, &Prompting::new(services)?, 1)
    } else {
        serve(listening, &services, CALLS_AT_ONCE)
    };
    served.map_err(|error| Failure::other(format!("no longer listening: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// Says that this build has none.
///
/// # Errors
/// Always.
#[cfg(not(feature = "keyservice"))]
pub(super) fn run(_: &Session, _: &Request) -> Result<ExitCode, Failure> {
    Err(Failure::other(
        "this program was built without key services",
    ))
}

/// How many calls are answered at a time: most of each is waiting for somebody else.
#[cfg(feature = "keyservice")]
const CALLS_AT_ONCE: usize = 8;

/// Whoever reaches a key service can use all of its keys, so only this machine reaches it.
#[cfg(feature = "keyservice")]
fn listen(request: &Request) -> Result<keydance_connect::key_service::Listening, Failure> {
    use std::net::ToSocketAddrs as _;

    use keydance_connect::key_service::Listening;

    use super::request::Listen;

    match &request.listen {
        Listen::Unix(path) => Listening::unix(path)
            .map_err(|error| Failure::other(format!("{}: {error}", path.display()))),
        Listen::Tcp(address) => {
            let failed = |error| Failure::other(format!("{address}: {error}"));
            let found: Vec<_> = address.to_socket_addrs().map_err(failed)?.collect();
            if !request.insecure && found.iter().any(|each| !each.ip().is_loopback()) {
                return Err(Failure::other(format!(
                    "{address} is open to other machines, and a key service asks nobody who they \
                     are"
                ))
                .hint(
                    "listen on 127.0.0.1, or say --insecure-listen if the network is yours alone",
                ));
            }
            Listening::tcp(&found).map_err(failed)
        }
    }
}

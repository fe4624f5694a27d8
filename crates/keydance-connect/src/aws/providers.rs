//! Whoever hands out credentials: the container, the machine, a program.

use std::process::Command;
use std::time::Duration;

use keydance_sops::key_service::KeyError;
use ureq::http::{Request, Uri};
use zeroize::Zeroizing;

use super::calls::Calls;
use super::credentials::{Credentials, Written};
use crate::http::unsendable;
use crate::process::printed;

/// Where containers of ECS ask.
const ECS: &str = "http://169.254.170.2";
/// Where machines of EC2 ask.
const EC2: &str = "http://169.254.169.254";
/// Where the credentials of a machine are below that.
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// How long a program may take: somebody may be logging in.
const PROGRAM_PATIENCE: Duration = Duration::from_secs(60);

/// Those of the container, if this is one.
pub(crate) fn container(calls: &Calls) -> Result<Option<Credentials>, KeyError> {
    let settings = &calls.settings;
    let relative = settings.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let uri = match relative.map(|path| format!("{ECS}{path}")) {
        Some(uri) => uri,
        None => match settings.text("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            Some(uri) if is_near(&uri) => uri,
            Some(_) => {
                return Err(KeyError::Failed(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this machine"
                        .to_owned(),
                ));
            }
            None => return Ok(None),
        },
    };
    let token = match settings.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => {
            let token =
                std::fs::read_to_string(&path).map(|text| Zeroizing::new(text.trim().to_owned()));
            Some(token.map_err(|error| KeyError::Failed(format!("{}: {error}", path.display())))?)
        }
        None => settings
            .text("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            .map(Zeroizing::new),
    };
    let mut request = Request::get(uri);
    if let Some(token) = token {
        request = request.header("authorization", token.as_str());
    }
    let answer = calls
        .near
        .send(request.body(&[][..]).map_err(unsendable)?)?;
    if !answer.is_success() {
        return Err(answer.refusal(None));
    }
    answer.json::<Written>().map(|written| Some(written.into()))
}

/// Whether a token may go there: encrypted, or to this machine, a container's host or pod.
fn is_near(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<Uri>() else {
        return false;
    };
    let near = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.170.2",
        "169.254.170.23",
        "[fd00:ec2::23]",
    ];
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => uri.host().is_some_and(|host| near.contains(&host)),
        _ => false,
    }
}

/// Those of the machine, if it has a role. Only the second version of the protocol is spoken.
pub(crate) fn instance(calls: &Calls) -> Result<Option<Credentials>, KeyError> {
    let settings = &calls.settings;
    let disabled = settings.text("AWS_EC2_METADATA_DISABLED");
    if disabled.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let server = settings.text("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let server = server.as_deref().unwrap_or(EC2).trim_end_matches('/');
    let request = Request::put(format!("{server}/latest/api/token"))
        .header("x-aws-ec2-metadata-token-ttl-seconds", "300")
        .body(&[][..]);
    let answer = calls.near.send(request.map_err(unsendable)?)?;
    if !answer.is_success() {
        return Err(answer.refusal(None));
    }
    let token = Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned());
    let get = |path: &str| {
        let request = Request::get(format!("{server}{ROLES}{path}"))
            .header("x-aws-ec2-metadata-token", token.as_str())
            .body(&[][..]);
        let answer = calls.near.send(request.map_err(unsendable)?)?;
        if answer.is_success() {
            Ok(answer)
        } else {
            Err(answer.refusal(None))
        }
    };
    let roles = get("")?;
    let roles = String::from_utf8_lossy(&roles.body);
    let Some(role) = roles.lines().next() else {
        return Ok(None);
    };
    get(role.trim())?
        .json::<Written>()
        .map(|written| Some(written.into()))
}

/// Those that a command prints. As AWS's own tools do, a shell runs it.
pub(crate) fn process(command: &str) -> Result<Credentials, KeyError> {
    let failed = |problem: String| KeyError::Failed(format!("credential_process: {problem}"));
    let mut shell = Command::new("/bin/sh");
    let output = printed(shell.arg("-c").arg(command), PROGRAM_PATIENCE).map_err(failed)?;
    let written = serde_json::from_slice::<Written>(&output);
    written
        .map(Credentials::from)
        .map_err(|_| failed("it wrote something else than credentials".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_containers_stay_near() {
        for near in [
            "https://far.example/x",
            "http://127.0.0.1:80/x",
            "http://169.254.170.23/v1",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "http://far.example/x",
            "http://127.0.0.1.far.example/",
            "ftp://localhost/",
            "x",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }

    #[test]
    fn a_program_may_print_credentials() {
        let credentials =
            process(r#"echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"}'"#).unwrap();
        assert_eq!(credentials.access_key_id, "A");
        assert!(credentials.session_token.is_none());
        let refusal = process("echo no >&2; exit 1").err().unwrap();
        assert_eq!(
            refusal,
            KeyError::Failed("credential_process: no".to_owned())
        );
        assert!(process("echo secret").is_err());
    }
}

use std::io::Write as _;

use clap::Parser as _;
use tempfile::NamedTempFile;

use super::*;

fn load(
    file: &str,
    environment: impl Into<Environment>,
    flags: &[&str],
) -> Result<Config, ConfigError> {
    let mut path = NamedTempFile::new().unwrap();
    path.write_all(file.as_bytes()).unwrap();
    let path = path.path().to_str().unwrap();
    let arguments = ["x", "--config", path]
        .into_iter()
        .chain(flags.iter().copied());
    Flags::parse_from(arguments)
        .config
        .load(&environment.into(), &[])
}

#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    config: ConfigArgs,
}

fn refusal(file: &str) -> String {
    let error = load(file, [], &[]).unwrap_err().to_string();
    // The name of the temporary file is different each time.
    error.split_once([',', ':']).unwrap().1.trim().to_owned()
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let file =
        "data_dir = 'f'\n[http]\nport = 1\nmax_page_size = 50\n[limits]\naccount_token = 5\n";
    let environment = [("KEYDANCE_HTTP_PORT", "2"), ("KEYDANCE_DATA_DIR", "e")];
    let config = load(
        file,
        environment,
        &["--data-dir", "d", "--set", "log.format=json"],
    )
    .unwrap();
    assert_eq!(config.http.port, 2);
    assert_eq!(config.http.max_page_size, 50);
    assert_eq!(config.limits.account_token, 5);
    assert_eq!(config.data_dir, PathBuf::from("d"));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.http.default_page_size, 30);
}

#[test]
fn variables_of_the_open_integration_hub_count_when_ours_are_not_set() {
    let theirs = [
        ("PORT", "3007"),
        ("BODY_PARSER_LIMIT", "5mb"),
        ("PAGINATION_PAGE_SIZE", "20"),
    ];
    let config = load("", theirs, &[]).unwrap();
    assert_eq!(config.http.port, 3007);
    assert_eq!(config.http.body_limit.to_string(), "5MiB");
    assert_eq!(config.http.default_page_size, 20);
    let both = [("PORT", "3007"), ("KEYDANCE_HTTP_PORT", "9002")];
    assert_eq!(load("", both, &[]).unwrap().http.port, 9002);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_what_was_meant() {
    let cases = [
        (
            "[http]\naddress = '::1'\nprot = 1\n",
            "line 3: there is no setting http.prot; did you mean http.port?",
        ),
        (
            "[htpp]\nport = 1\n",
            "line 1: there is no setting htpp; did you mean http?",
        ),
        (
            "port = 1\n",
            "line 1: there is no setting port; did you mean http.port?",
        ),
        (
            "http = 1\n",
            "line 1: there is no setting http; did you mean http?",
        ),
        ("[colours]\n", "line 1: there is no setting colours"),
    ];
    for (file, sentence) in cases {
        assert_eq!(refusal(file), sentence);
    }
}

#[test]
fn a_value_that_does_not_fit_is_shown_where_it_stands() {
    assert!(refusal("[http]\nport = 'x'\n").contains("line 2"));
    assert!(refusal("[http]\nport = \n").contains("line 2"));
    let error = load("", [("KEYDANCE_HTTP_PORT", "x")], &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("KEYDANCE_HTTP_PORT: invalid type"),
        "{error}"
    );
    let error = load("", [], &["--set", "log.format=xml"]).unwrap_err();
    assert!(error.to_string().contains("xml"), "{error}");
}

#[test]
fn a_password_is_taken_from_the_environment_only() {
    let url = "postgres://ana:sesame@db/k";
    let in_file = format!("[database]\nurl = '{url}'\n");
    assert!(matches!(
        load(&in_file, [], &[]),
        Err(ConfigError::PasswordInUrl { .. })
    ));
    for flags in [
        ["--database-url", url].as_slice(),
        &["--set", &format!("database.url={url}")],
    ] {
        let error = load("", [], flags).unwrap_err();
        assert!(!error.to_string().contains("sesame"));
        assert!(error.hint().unwrap().contains("database.url_file"));
    }
    let config = load("", [("KEYDANCE_DATABASE_URL", url)], &[]).unwrap();
    assert_eq!(config.database.url.as_deref(), Some(url));
    assert!(
        !toml::to_string(&config.redacted())
            .unwrap()
            .contains("sesame")
    );
}

#[test]
fn switches_that_turn_protection_off_are_refused() {
    for switch in ["CRYPTO_DISABLED", "DEBUG_MODE"] {
        assert!(matches!(
            load("", [(switch, "true")], &[]),
            Err(ConfigError::Forbidden(_))
        ));
        assert!(load("", [(switch, "false")], &[]).is_ok());
    }
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let environment = [
        ("KEYDANCE_HTTP_PROT", "1"),
        ("KEYDANCE_TOKEN", "kd"),
        ("PATH", "/bin"),
    ];
    let found = misspelt(&environment.into());
    let expected = (
        "KEYDANCE_HTTP_PROT".to_owned(),
        "KEYDANCE_HTTP_PORT".to_owned(),
    );
    assert_eq!(found, [expected]);
}

#[test]
fn every_setting_is_listed_and_nothing_else() {
    for key in keys() {
        let listed = match key.path {
            "database.url" | "database.url_file" | "seal.key_file" => true,
            path => {
                let shown = toml::Value::try_from(Config::default()).unwrap();
                path.split('.')
                    .try_fold(&shown, |at, part| at.get(part))
                    .is_some()
            }
        };
        assert!(listed, "{}", key.path);
        assert!(!key.about.is_empty());
    }
    let shown = toml::Table::try_from(Config::default()).unwrap();
    for (section, value) in shown {
        let inner = value.as_table().cloned().unwrap_or_default();
        for path in inner.keys().map(|key| format!("{section}.{key}")) {
            assert!(keys().any(|key| key.path == path), "{path}");
        }
    }
}

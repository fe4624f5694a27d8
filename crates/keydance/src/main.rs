//! The binary.
fn main() {
    let rt = tokio::runtime::Runtime::new().unwrap();
    rt.block_on(async {
        let data = std::path::PathBuf::from(
            std::env::var("KEYDANCE_DATA_DIR").unwrap_or("keydance-data".into()),
        );
        std::fs::create_dir_all(&data).unwrap();
        let location = match std::env::var("KEYDANCE_DATABASE_URL") {
            Ok(u) => keydance_store::Location::Postgres(u),
            _ => keydance_store::Location::Sqlite(data.join("keydance.db")),
        };
        let store = keydance_store::Store::open(&location, 4).unwrap();
        let clock = keydance_server::Clock::System;
        let (keyring, first) =
            keydance_server::start::unseal(&store, &data.join("root.key"), clock.now())
                .await
                .unwrap();
        if first {
            let new =
                keydance_server::start::NewOrganisation::first("main".parse().unwrap()).unwrap();
            let token =
                keydance_server::start::create_organisation(&store, &keyring, new, clock.now())
                    .await
                    .unwrap();
            std::fs::write(data.join("admin.token"), token.as_bytes()).unwrap();
        }
        let mut settings = keydance_server::Settings::default();
        settings.limit_account_token = 0;
        settings.limit_execution_token = 0;
        let engine = std::sync::Arc::new(
            keydance_server::Engine::new(store, keyring, settings, clock)
                .await
                .unwrap(),
        );
        let port = std::env::var("KEYDANCE_HTTP_PORT").unwrap_or("9001".into());
        let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
            .await
            .unwrap();
        keydance_server::http::serve(listener, &engine, async {
            tokio::signal::ctrl_c().await.unwrap();
        })
        .await
        .unwrap();
    });
}

use super::*;

#[test]
fn a_database_belongs_to_a_role_without_special_rights() {
    let database = Database::create();
    let rights = database.sql(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole \
         FROM pg_roles WHERE rolname = current_user",
    );
    assert_eq!(rights.as_deref(), Ok("f|f|f|f"));
    let owner = database.sql(
        "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database \
         WHERE datname = current_database()",
    );
    assert_eq!(owner.as_deref(), Ok("t"));
}

#[test]
fn the_cluster_is_durable_and_asks_for_scram() {
    let database = Database::create();
    let setting = |name| database.sql(&format!("SHOW {name}"));
    assert_eq!(setting("fsync").as_deref(), Ok("on"));
    assert_eq!(setting("synchronous_commit").as_deref(), Ok("on"));
    assert_eq!(setting("full_page_writes").as_deref(), Ok("on"));
    let wrong = database.url().replacen("@127", "x@127", 1);
    let said = try_psql(&wrong, "SELECT 1").unwrap_err();
    assert!(said.contains("password authentication failed"), "{said}");
}

#[test]
fn two_databases_do_not_see_each_other() {
    let (one, other) = (Database::create(), Database::create());
    one.sql("CREATE TABLE mark (n BIGINT); INSERT INTO mark VALUES (7)")
        .unwrap();
    assert_eq!(one.sql("SELECT n FROM mark").as_deref(), Ok("7"));
    assert!(
        other
            .sql("SELECT n FROM mark")
            .unwrap_err()
            .contains("does not exist")
    );
    assert!(String::from_utf8_lossy(&one.dump()).contains("CREATE TABLE public.mark"));
}

#[test]
fn a_dropped_database_is_gone_with_its_role() {
    let database = Database::create();
    let (admin, name) = (database.admin, database.name.clone());
    drop(database);
    let left = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{name}'");
    assert_eq!(psql(admin, &left), "0");
}

#[test]
fn a_dropped_cluster_takes_its_server_and_folder_along() {
    let cluster = Cluster::start();
    let folder = PathBuf::from(psql(cluster.admin_url(), "SHOW data_directory"));
    let url = cluster.admin_url().to_owned();
    assert!(folder.exists());
    drop(cluster);
    assert!(!folder.exists());
    assert!(try_psql(&url, "SELECT 1").is_err());
}

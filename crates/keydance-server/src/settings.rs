//! What the operator decides, as far as the engine and the HTTP face care.

/// Settings of a running service. The configuration file, the environment and flags end here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The path under which the API lives.
    pub api_base: String,
    /// Entries on a page if the caller does not say.
    pub default_page_size: i64,
    /// Entries on a page at most.
    pub max_page_size: i64,
    /// Bytes of a request body at most.
    pub body_limit: usize,
    /// Seconds an execution can be kept alive by renewing it.
    pub execution_max_lifetime: i64,
    /// Seconds until a deleted credential's values are destroyed.
    pub retention_deleted: i64,
    /// Calls per second of one access token of a principal; 0 is no limit.
    pub limit_account_token: u32,
    /// Calls per second of one execution token; 0 is no limit.
    pub limit_execution_token: u32,
    /// Failed authentications per minute from one address; 0 is no limit.
    pub limit_failed_authentication: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_base: "/api/v1".to_owned(),
            default_page_size: 30,
            max_page_size: 100,
            body_limit: 1 << 20,
            execution_max_lifetime: 30 * 24 * 3600,
            retention_deleted: 30 * 24 * 3600,
            limit_account_token: 100,
            limit_execution_token: 1000,
            limit_failed_authentication: 20,
        }
    }
}

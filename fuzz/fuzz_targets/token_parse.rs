//! A text that parses as an access token is the only spelling of that token.
#![no_main]

use keydance_crypto::token::AccessToken;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(token) = AccessToken::parse(text) {
        assert_eq!(token.expose().as_str(), text);
    }
});

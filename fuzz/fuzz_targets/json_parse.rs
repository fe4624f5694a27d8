//! What the strict parser accepts, an ordinary one accepts too, and the canonical form of it is stable.
#![no_main]

use keydance_core::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = json::parse(bytes) {
        let plain: serde_json::Value = serde_json::from_slice(bytes).expect("strict is stricter");
        assert_eq!(value, plain);
        let canonical = json::canonical(&value);
        let again = json::parse(&canonical).expect("the canonical form is JSON");
        assert_eq!(json::canonical(&again), canonical);
    }
});

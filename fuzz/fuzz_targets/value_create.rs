//! A value that is accepted survives being stored, and no view but the raw one shows more of a
//! sensitive field than its last four characters.
#![no_main]

use keydance_core::credential::{CredentialType, Value, View};
use keydance_core::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let kinds = CredentialType::EVERY;
    let kind = kinds[usize::from(*first) % kinds.len()];
    let Ok(json) = json::parse(rest) else { return };
    if let Ok(value) = Value::create(kind, json) {
        let stored = value.to_bytes();
        let opened = Value::from_bytes(kind, &stored).expect("what was stored opens");
        assert_eq!(opened.view(View::Raw), value.view(View::Raw));
        assert_eq!(opened.view(View::Stored).len(), value.view(View::Stored).len());
    }
});

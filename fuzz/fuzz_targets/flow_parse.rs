//! A document that parses as a flow is restored as the same flow, with the same digest and references.
#![no_main]

use keydance_core::caller::Identity;
use keydance_core::flow::FlowDocument;
use keydance_core::id::OrganisationId;
use keydance_core::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let actor = Identity {
        organisation: OrganisationId::new([1; 12]),
        tenant: "t-one".parse().ok(),
        subject: "ana".parse().expect("an id"),
        groups: std::collections::BTreeSet::new(),
    };
    let Ok(value) = json::parse(bytes) else { return };
    if let Ok(flow) = FlowDocument::parse(value, &actor) {
        let stored = serde_json::Value::Object(flow.fields().clone());
        let restored = FlowDocument::restore(stored).expect("what was stored is a flow");
        assert_eq!(restored.digest_input(), flow.digest_input());
        assert_eq!(restored.references(), flow.references());
    }
});

//! Nothing that an attacker writes into a row opens, whatever kind the row says it is.
#![no_main]

use keydance_crypto::context::{Context, ObjectType, OrganisationKeyPlace, PayloadPlace, Purpose};
use keydance_crypto::envelope::open;
use keydance_crypto::hierarchy::KeyRef;
use keydance_crypto::secret::Key32;
use libfuzzer_sys::fuzz_target;

const ORGANISATION: &str = "5f0c3a9e1b7d4426880e2f61";

fuzz_target!(|envelope: &[u8]| {
    let key = Key32::copy_of(&[7; 32]);
    let row = KeyRef {
        id: [0; 16],
        generation: 1,
    };
    let payload = Context::payload(&PayloadPlace {
        organisation: ORGANISATION,
        object_type: ObjectType::Credential,
        object_id: "a3f09c51d27be84406c1f9d2",
        version: 1,
        environment: "",
        part: "secret",
    });
    let wrapped = Context::organisation_key(&OrganisationKeyPlace {
        organisation: ORGANISATION,
        purpose: Purpose::Kek,
        generation: 1,
    });
    for context in [payload, wrapped] {
        assert!(open(&key, row, &context.unwrap(), envelope).is_err());
    }
});

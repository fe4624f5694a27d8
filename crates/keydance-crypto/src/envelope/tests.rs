//! The known answers of the contract (2.5) and everything it says must be refused.

use proptest::prelude::*;

use super::*;
use crate::context::{
    CredentialKeyPlace, ObjectType, OrganisationKeyPlace, OwnerType, PayloadPlace, Purpose,
    RootKeyPlace,
};

mod known;

use known::{
    KEK, Known, OTHER, PAYLOAD, PLAINTEXT, WRAP, all, argon2id, bytes, hex, kek, key, payload,
    root, root_place, wrap,
};

#[test]
fn the_known_contexts_hold() {
    for known in all() {
        assert_eq!(known.context.as_bytes(), hex(known.context_hex));
    }
}

#[test]
fn the_known_envelopes_are_sealed_and_open() {
    for known in all() {
        let random = (&bytes(known.salt), &bytes(known.iv));
        let Known {
            key,
            reference,
            context,
            plaintext,
            ..
        } = &known;
        let sealed = seal_with(key, *reference, context, plaintext, random).unwrap();
        assert_eq!(sealed, known.envelope());
        assert_eq!(
            open(key, *reference, context, &sealed).unwrap().expose(),
            plaintext
        );
    }
}

#[test]
fn the_known_envelopes_open_as_a_chain_from_the_seal_to_the_payload() {
    let mut key = root().key;
    for known in [root(), kek(), wrap()] {
        key = open_key(&key, known.reference, &known.context, &known.envelope()).unwrap();
    }
    let known = payload();
    let opened = open(&key, known.reference, &known.context, &known.envelope()).unwrap();
    assert_eq!(opened.expose(), PLAINTEXT);
}

#[test]
fn gcm_alone_would_open_the_two_key_envelope_under_another_key() {
    let two_keys = hex(
        "4b44453101010101303132333435363738393a3b3c3d3e3f0000000200000050c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e10033a98d17b60a05194c98e6a7164a7e79a2e145f410fbbff7e636fcfff864eb16b4e4e5e6e7e8e9eaebecedeeefae186086f01e2268d23771cbafc932fe0a9a3dbd8de04d76a36c60315335cdede13e9c640bc79370764aae779905b9bc3e1f4ea51b48e4c3f07cb1c682b9163c8c1eaca3b38ebfcb074b6847e5356d5b",
    );
    let known = payload();
    let opened = open(&known.key, known.reference, &known.context, &two_keys).unwrap();
    assert!(opened.expose().starts_with(b"role=read-only;;"));

    let other = key(0xb0);
    let refused = open(&other, known.reference, &known.context, &two_keys)
        .err()
        .unwrap();
    assert_eq!(refused.refusal(), Refusal::Commitment);

    let parts = Parts::split(&two_keys).unwrap();
    let derived = derive(&other, parts.salt, parts.header, &known.context).unwrap();
    let shown = parts.decrypt(&derived, &known.context).unwrap();
    assert!(
        shown
            .expose()
            .windows(16)
            .any(|text| text == b"role=superuser;;")
    );
}

#[test]
fn every_single_bit_flip_is_refused_with_its_reason() {
    let mut flips = 0;
    for known in all() {
        for bit in 0..known.envelope().len() * 8 {
            let mut envelope = known.envelope();
            envelope[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..4 => Refusal::Magic,
                4 => Refusal::Format,
                5 => Refusal::Suite,
                6 => Refusal::Kind,
                7 => Refusal::Flags,
                8..24 => Refusal::KeyId,
                24..28 => Refusal::Generation,
                28..32 => Refusal::Length,
                32..96 => Refusal::Commitment,
                _ => Refusal::Ciphertext,
            };
            assert_eq!(known.refusal(&envelope), Some(expected), "bit {bit}");
            flips += 1;
        }
    }
    assert_eq!(flips, 5248);
}

#[test]
fn every_truncation_and_every_appended_byte_is_refused() {
    for known in all() {
        let envelope = known.envelope();
        for length in 0..envelope.len() {
            assert_eq!(known.refusal(&envelope[..length]), Some(Refusal::Length));
        }
        for more in [1, 16, 1024] {
            let mut longer = envelope.clone();
            longer.resize(envelope.len() + more, 0);
            assert_eq!(known.refusal(&longer), Some(Refusal::Length));
            // The same with a header that admits it.
            let sealed = u32::try_from(longer.len() - PREFIX).unwrap();
            longer[28..32].copy_from_slice(&sealed.to_be_bytes());
            assert!(known.refusal(&longer).is_some());
        }
    }
}

#[test]
fn every_single_bit_change_of_the_context_is_refused() {
    for known in all() {
        for bit in 0..known.context.as_bytes().len() * 8 {
            let mut context = known.context.as_bytes().to_vec();
            context[bit / 8] ^= 1 << (bit % 8);
            let context = Context::dangerous_from_bytes(known.context.kind(), &context);
            let refused = known.refusal_at(&context, &known.envelope());
            assert_eq!(refused, Some(Refusal::Commitment), "bit {bit}");
        }
    }
}

#[test]
fn every_single_bit_change_of_the_key_is_refused() {
    for known in all() {
        for bit in 0..256 {
            let mut changed = *known.key.expose();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = Key32::copy_of(&changed);
            let refused = open(&changed, known.reference, &known.context, &known.envelope());
            assert_eq!(
                refused.err().unwrap().refusal(),
                Refusal::Commitment,
                "bit {bit}"
            );
        }
    }
}

#[test]
fn every_other_kind_is_refused() {
    for known in all() {
        for other in (0..=255).filter(|kind| *kind != known.context.kind() as u8) {
            let mut envelope = known.envelope();
            envelope[6] = other;
            assert_eq!(known.refusal(&envelope), Some(Refusal::Kind));
        }
        for other in all()
            .iter()
            .filter(|other| other.context.kind() != known.context.kind())
        {
            assert!(
                known
                    .refusal_at(&other.context, &known.envelope())
                    .is_some()
            );
        }
    }
}

#[test]
fn another_key_id_or_generation_in_the_row_is_refused() {
    for known in all() {
        let KeyRef { id, generation } = known.reference;
        let rows = [
            (
                KeyRef {
                    id: bytes(0x50),
                    generation,
                },
                Refusal::KeyId,
            ),
            (
                KeyRef {
                    id,
                    generation: generation + 1,
                },
                Refusal::Generation,
            ),
            (
                KeyRef {
                    id,
                    generation: generation - 1,
                },
                Refusal::Generation,
            ),
        ];
        for (row, expected) in rows {
            let refused = open(&known.key, row, &known.context, &known.envelope())
                .err()
                .unwrap();
            assert_eq!(refused.refusal(), expected);
        }
    }
}

#[test]
fn a_payload_moved_to_another_place_is_refused() {
    let known = payload();
    let places = [
        PayloadPlace {
            organisation: OTHER,
            ..PAYLOAD
        },
        PayloadPlace {
            organisation: "",
            ..PAYLOAD
        },
        PayloadPlace {
            object_type: ObjectType::Webhook,
            ..PAYLOAD
        },
        PayloadPlace {
            object_id: OTHER,
            ..PAYLOAD
        },
        PayloadPlace {
            version: 1,
            ..PAYLOAD
        },
        PayloadPlace {
            environment: "production",
            ..PAYLOAD
        },
        PayloadPlace {
            environment: "",
            ..PAYLOAD
        },
        PayloadPlace {
            part: "metadata",
            ..PAYLOAD
        },
        // A byte moved between neighbouring fields.
        PayloadPlace {
            environment: "stagings",
            part: "ecret",
            ..PAYLOAD
        },
    ];
    for place in places {
        let context = Context::payload(&place).unwrap();
        let refused = known.refusal_at(&context, &known.envelope());
        assert_eq!(refused, Some(Refusal::Commitment), "{place:?}");
    }
}

#[test]
fn a_wrap_moved_to_another_place_is_refused() {
    let known = wrap();
    let places = [
        CredentialKeyPlace {
            organisation: OTHER,
            ..WRAP
        },
        CredentialKeyPlace {
            credential: OTHER,
            ..WRAP
        },
        CredentialKeyPlace {
            owner_type: OwnerType::Person,
            ..WRAP
        },
        CredentialKeyPlace {
            owner_id: "team-payment",
            ..WRAP
        },
        CredentialKeyPlace {
            generation: 1,
            ..WRAP
        },
    ];
    for place in places {
        let context = Context::credential_key(&place).unwrap();
        let refused = known.refusal_at(&context, &known.envelope());
        assert_eq!(refused, Some(Refusal::Commitment), "{place:?}");
    }
}

#[test]
fn an_organisation_key_moved_to_another_place_is_refused() {
    let known = kek();
    let places = [
        OrganisationKeyPlace {
            organisation: OTHER,
            ..KEK
        },
        OrganisationKeyPlace {
            purpose: Purpose::Index,
            ..KEK
        },
        OrganisationKeyPlace {
            generation: 2,
            ..KEK
        },
    ];
    for place in places {
        let context = Context::organisation_key(&place).unwrap();
        let refused = known.refusal_at(&context, &known.envelope());
        assert_eq!(refused, Some(Refusal::Commitment), "{place:?}");
    }
}

#[test]
fn a_root_key_moved_to_another_place_is_refused() {
    let known = root();
    let (parameters, weaker) = (argon2id(65_536), argon2id(47_104));
    let place = root_place(&parameters);
    let places = [
        RootKeyPlace {
            deployment: OTHER,
            ..place
        },
        RootKeyPlace {
            seal_type: "file",
            ..place
        },
        RootKeyPlace {
            parameters: &weaker,
            ..place
        },
        RootKeyPlace {
            generation: 2,
            ..place
        },
    ];
    for place in places {
        let context = Context::root_key(&place).unwrap();
        let refused = known.refusal_at(&context, &known.envelope());
        assert_eq!(refused, Some(Refusal::Commitment), "{place:?}");
    }
}

#[test]
fn a_payload_with_more_padding_than_needed_is_refused() {
    let known = payload();
    let header = header(Kind::Payload, known.reference, 128 + TAG).unwrap();
    let derived = derive(&known.key, &[0; 32], &header, &known.context).unwrap();
    let mut envelope = [header.as_slice(), &[0; 32], derived.commitment.as_slice()].concat();
    let aad = [envelope.as_slice(), known.context.as_bytes()].concat();
    let mut sealed = [&[0x80][..], &[0; 127]].concat();
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    derived
        .cipher
        .seal_in_place_append_tag(nonce, Aad::from(aad), &mut sealed)
        .unwrap();
    envelope.extend([0; 12]);
    envelope.extend(sealed);
    assert_eq!(known.refusal(&envelope), Some(Refusal::Padding));
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let (known, wrap) = (payload(), wrap());
    let sealed = |known: &Known, plaintext: &[u8]| {
        seal(&known.key, known.reference, &known.context, plaintext).err()
    };
    assert_eq!(
        sealed(&known, &vec![0; MAX_PLAINTEXT + 1]),
        Some(SealError::TooLong)
    );
    assert_eq!(sealed(&known, &vec![0; MAX_PLAINTEXT]), None);
    assert_eq!(sealed(&wrap, &[0; 31]), Some(SealError::NotAKey));
    let refused = seal_key(&known.key, known.reference, &known.context, &known.key);
    assert_eq!(refused, Err(SealError::NotAKey));
    let reference = KeyRef {
        generation: 0,
        ..known.reference
    };
    assert_eq!(
        seal(&known.key, reference, &known.context, b""),
        Err(SealError::Generation)
    );
}

#[test]
fn one_plaintext_sealed_twice_gives_different_envelopes() {
    let Known {
        key,
        reference,
        context,
        ..
    } = payload();
    let first = seal(&key, reference, &context, PLAINTEXT).unwrap();
    let second = seal(&key, reference, &context, PLAINTEXT).unwrap();
    assert!(first[32..64] != second[32..64] && first[96..108] != second[96..108]);
}

proptest! {
    #[test]
    fn what_is_sealed_opens(plaintext in prop::collection::vec(any::<u8>(), 0..3000)) {
        let Known { key, reference, context, .. } = payload();
        let envelope = seal(&key, reference, &context, &plaintext).unwrap();
        let opened = open(&key, reference, &context, &envelope).unwrap();
        prop_assert_eq!(opened.expose(), plaintext.as_slice());
    }

    #[test]
    fn noise_does_not_open(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(payload().refusal(&noise).is_some());
    }
}

//! The envelopes, contexts and keys of the contract (2.5).

use crate::context::{
    Context, CredentialKeyPlace, ObjectType, OrganisationKeyPlace, OwnerType, PayloadPlace,
    Purpose, RootKeyPlace,
};
use crate::envelope::{OpenError, Refusal, open};
use crate::hierarchy::KeyRef;
use crate::list::List;
use crate::secret::Key32;

const DEPLOYMENT: &str = "00112233445566778899aabb";
pub(super) const ORGANISATION: &str = "5f0c3a9e1b7d4426880e2f61";
pub(super) const CREDENTIAL: &str = "a3f09c51d27be84406c1f9d2";
pub(super) const OTHER: &str = "5f0c3a9e1b7d4426880e2f62";
pub(super) const PLAINTEXT: &[u8] = br#"{"password":"correct horse"}"#;

pub(super) const PAYLOAD: PayloadPlace<'_> = PayloadPlace {
    organisation: ORGANISATION,
    object_type: ObjectType::Credential,
    object_id: CREDENTIAL,
    version: 2,
    environment: "staging",
    part: "secret",
};
pub(super) const WRAP: CredentialKeyPlace<'_> = CredentialKeyPlace {
    organisation: ORGANISATION,
    credential: CREDENTIAL,
    owner_type: OwnerType::Group,
    owner_id: "team-payments",
    generation: 2,
};
pub(super) const KEK: OrganisationKeyPlace<'_> = OrganisationKeyPlace {
    organisation: ORGANISATION,
    purpose: Purpose::Kek,
    generation: 3,
};

/// `first..=last` as the contract writes it: consecutive bytes.
pub(super) fn bytes<const N: usize>(first: u8) -> [u8; N] {
    core::array::from_fn(|i| first + i as u8)
}

pub(super) fn key(first: u8) -> Key32 {
    Key32::copy_of(&bytes(first))
}

pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).unwrap() as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// One envelope of the contract and all that belongs to it.
pub(super) struct Known {
    pub(super) context: Context,
    pub(super) context_hex: &'static str,
    pub(super) key: Key32,
    pub(super) reference: KeyRef,
    pub(super) salt: u8,
    pub(super) iv: u8,
    pub(super) plaintext: Vec<u8>,
    pub(super) envelope_hex: &'static str,
}

impl Known {
    pub(super) fn envelope(&self) -> Vec<u8> {
        hex(self.envelope_hex)
    }

    pub(super) fn refusal(&self, envelope: &[u8]) -> Option<Refusal> {
        self.refusal_at(&self.context, envelope)
    }

    pub(super) fn refusal_at(&self, context: &Context, envelope: &[u8]) -> Option<Refusal> {
        open(&self.key, self.reference, context, envelope)
            .err()
            .map(OpenError::refusal)
    }
}

pub(super) fn kek() -> Known {
    Known {
        context: Context::organisation_key(&KEK).unwrap(),
        context_hex: "0100183566306333613965316237643434323638383065326636310200076f72672d6b65790600036b656b09000400000003",
        key: key(0x00),
        reference: KeyRef {
            id: bytes(0x10),
            generation: 1,
        },
        salt: 0xc0,
        iv: 0xe0,
        plaintext: bytes::<32>(0x80).to_vec(),
        envelope_hex: "4b44453101010300101112131415161718191a1b1c1d1e1f0000000100000030c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf34cc21e9bc57458f0be925afd635d0669805b7bb569df0f7ee81f17ed96b0724e0e1e2e3e4e5e6e7e8e9eaebe293ee09c897b19b5656bf054d1df25845ea26741491e34b3a32c3117e69d9e59196f5f0da583a7cb9924b9ae2f83c58",
    }
}

pub(super) fn wrap() -> Known {
    Known {
        context: Context::credential_key(&WRAP).unwrap(),
        context_hex: "01001835663063336139653162376434343236383830653266363102000e63726564656e7469616c2d6b657903001861336630396335316432376265383434303663316639643207000567726f757008000d7465616d2d7061796d656e747309000400000002",
        key: key(0x80),
        reference: KeyRef {
            id: bytes(0x20),
            generation: 3,
        },
        salt: 0xc1,
        iv: 0xe1,
        plaintext: bytes::<32>(0xa0).to_vec(),
        envelope_hex: "4b44453101010200202122232425262728292a2b2c2d2e2f0000000300000030c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0bfb692a86555bb0af1b3689ef0cceefb903f1e0563d76834a6b182d433ab2ea5e1e2e3e4e5e6e7e8e9eaebec2e4bace46fd5c47e971effd0cf2d63371e0921fc1a74c5f8311479b1ae93609b460c2b9aba559e29654b6f092e453113",
    }
}

pub(super) fn payload() -> Known {
    Known {
        context: Context::payload(&PAYLOAD).unwrap(),
        context_hex: "01001835663063336139653162376434343236383830653266363102000a63726564656e7469616c030018613366303963353164323762653834343036633166396432040008000000000000000205000773746167696e67060006736563726574",
        key: key(0xa0),
        reference: KeyRef {
            id: bytes(0x30),
            generation: 2,
        },
        salt: 0xc2,
        iv: 0xe2,
        plaintext: PLAINTEXT.to_vec(),
        envelope_hex: "4b44453101010101303132333435363738393a3b3c3d3e3f0000000200000050c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1b9766ca3cacc0c9447c415e9f1c030cd8c5ea30cb57cb5891e5d8cd61c7e4ab4e2e3e4e5e6e7e8e9eaebeced098957a25349c97f8520d6f617a637e784568e2517e67ac1579294c315b2181781a8dfea4bf30236b5912b4279f4b7c01ac5405f2f1fc1b6c7a56e50cdc9e4f76806c8b26c815f3fd571a52cfccd84ce",
    }
}

/// The seal's parameters: `1` name, `2` memory in KiB, `3` passes, `4` lanes, `5` salt.
pub(super) fn argon2id(memory: u32) -> Vec<u8> {
    let list = List::new().with(1, b"argon2id").unwrap();
    let list = list
        .with(2, &memory.to_be_bytes())
        .unwrap()
        .with(3, &[0, 0, 0, 3])
        .unwrap();
    let list = list
        .with(4, &[0, 0, 0, 1])
        .unwrap()
        .with(5, &bytes::<16>(0x70))
        .unwrap();
    list.as_bytes().to_vec()
}

pub(super) fn root_place(parameters: &[u8]) -> RootKeyPlace<'_> {
    RootKeyPlace {
        deployment: DEPLOYMENT,
        seal_type: "passphrase",
        parameters,
        generation: 1,
    }
}

pub(super) fn root() -> Known {
    // Argon2id of the contract's passphrase.
    let seal_key = hex("986e7f0670a5b93bf5c7af2451ab9d914df8b7ff240aa63952523a7557bfc209");
    Known {
        context: Context::root_key(&root_place(&argon2id(65_536))).unwrap(),
        context_hex: "010000020008726f6f742d6b657903001830303131323233333434353536363737383839396161626206000a70617373706872617365090004000000010a00330100086172676f6e326964020004000100000300040000000304000400000001050010707172737475767778797a7b7c7d7e7f",
        key: Key32::copy_of(seal_key.as_slice().try_into().unwrap()),
        reference: KeyRef {
            id: bytes(0x40),
            generation: 1,
        },
        salt: 0xc3,
        iv: 0xe3,
        plaintext: bytes::<32>(0x00).to_vec(),
        envelope_hex: "4b44453101010400404142434445464748494a4b4c4d4e4f0000000100000030c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2a4aa66cdf4d4eab72084b4acf9488b4e04cda9513d49e04ec420ed3bb96743d4e3e4e5e6e7e8e9eaebecedee8de61e70d93e4fca8c17267ddb41be8b9acb0c078aa5e2adda46ebbbd771cc66dc6c6097227be1205feb0783d53df1a7",
    }
}

pub(super) fn all() -> [Known; 4] {
    [kek(), wrap(), payload(), root()]
}

//! AES-256-GCM with an IV of any length, for reading what other implementations wrote.

use aes::Aes256;
use aes::cipher::{
    BlockCipherEncrypt as _, InnerIvInit as _, StreamCipher as _, StreamCipherCoreWrapper,
};
use ctr::CtrCore;
use ctr::flavors::Ctr32BE;
use ghash::universal_hash::UniversalHash as _;
use ghash::{Block, GHash};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use super::{Refused, Tag};

/// One key, ready to decrypt under any IV.
pub(super) struct AnyIv {
    aes: Aes256,
    ghash: GHash,
}

impl AnyIv {
    pub(super) fn new(aes: Aes256) -> Self {
        let mut subkey = ghash::Key::default();
        aes.encrypt_block(&mut subkey);
        let ghash = GHash::new(&subkey);
        subkey.zeroize();
        Self { aes, ghash }
    }

    /// GCM-AD of SP 800-38D, §7.2: decrypts `buffer` if the tag is right, or leaves it as it is.
    pub(super) fn open(
        &self,
        iv: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Refused> {
        let counter = CtrCore::<_, Ctr32BE>::inner_iv_init(&self.aes, &self.first_counter(iv));
        let mut stream = StreamCipherCoreWrapper::from_core(counter);
        let mut expected = self.hash(aad, buffer);
        stream
            .try_apply_keystream(&mut expected)
            .map_err(|_| Refused)?;
        if !bool::from(expected.as_slice().ct_eq(tag)) {
            return Err(Refused);
        }
        stream.try_apply_keystream(buffer).map_err(|_| Refused)
    }

    /// J0 of §7.1: an IV of 96 bits and a counter of one, or the hash of any other IV.
    fn first_counter(&self, iv: &[u8]) -> Block {
        if iv.len() != 12 {
            return self.hash(&[], iv);
        }
        iv.iter().chain(&[0, 0, 0, 1]).copied().collect()
    }

    /// GHASH of both, each padded to whole blocks, and their lengths in bits.
    fn hash(&self, first: &[u8], second: &[u8]) -> Block {
        let mut ghash = self.ghash.clone();
        ghash.update_padded(first);
        ghash.update_padded(second);
        ghash.update(&[((bits(first) << 64) | bits(second)).to_be_bytes().into()]);
        ghash.finalize()
    }
}

/// No slice is so long that this saturates.
fn bits(bytes: &[u8]) -> u128 {
    u128::try_from(bytes.len())
        .unwrap_or(u128::MAX)
        .saturating_mul(8)
}

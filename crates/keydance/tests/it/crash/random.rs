//! Chance that can be had again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

/// SplitMix64: enough to vary a test, good for nothing else.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// From the seed in `KEYDANCE_TEST_SEED`, or else a fresh one. It is printed, and shown when the
    /// story fails.
    #[expect(
        clippy::disallowed_methods,
        clippy::print_stdout,
        reason = "how somebody repeats a story that failed"
    )]
    pub(crate) fn seeded(story: &str) -> Self {
        let given = std::env::var("KEYDANCE_TEST_SEED").ok();
        let seed = given
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| RandomState::new().hash_one(story));
        println!("{story}: KEYDANCE_TEST_SEED={seed}");
        Self(seed)
    }

    /// Another one, on its own from here.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// A number below `bound`, which is small.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number from `low` to below `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low)
    }

    /// Whether something of this chance happens.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// An id as credentials and flows have it: 24 hex digits.
    pub(crate) fn id(&mut self) -> String {
        format!("{:016x}{:08x}", self.next(), self.next() >> 32)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

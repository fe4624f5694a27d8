//! Masks: what is shown of a secret to those who may not see it (contract 3.2).

/// The mask that tells nothing, not even a length.
pub const CONSTANT: &str = "***";

/// How many characters of a long secret stay readable.
const SHOWN: usize = 4;
/// Shorter secrets become stars altogether.
const LONG: usize = 10;

/// Stars for each character of `secret` but the last four; only stars below ten characters.
pub fn partial(secret: &str) -> String {
    let (stars, shown) = split(secret);
    let mut mask = "*".repeat(stars);
    mask.push_str(shown);
    mask
}

/// Whether `mask` is the partial mask of `secret`.
pub fn is_partial_of(mask: &str, secret: &str) -> bool {
    let (stars, shown) = split(secret);
    mask.strip_suffix(shown)
        .is_some_and(|rest| rest.len() == stars && rest.bytes().all(|b| b == b'*'))
}

/// Whether a submitted text looks like a mask: only stars, or at least six and exactly four more
/// characters. Such a text never becomes a secret.
pub fn is_mask_shaped(text: &str) -> bool {
    let (stars, _) = split(text);
    stars > 0 && text.bytes().take(stars).all(|b| b == b'*')
}

/// How many characters to hide, and the end to show.
fn split(text: &str) -> (usize, &str) {
    let length = text.chars().count();
    if length < LONG {
        return (length, "");
    }
    let end = text.char_indices().rev().nth(SHOWN.saturating_sub(1));
    let shown = end.and_then(|(at, _)| text.get(at..)).unwrap_or_default();
    (length.saturating_sub(SHOWN), shown)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_secrets_are_only_stars_and_long_ones_show_four_characters() {
        for (secret, mask) in [
            ("", ""),
            ("a", "*"),
            ("sesame-42", "*********"),
            ("sesame-420", "******-420"),
            ("ääääääääää", "******ääää"),
            ("line\nline\nend", "*********\nend"),
        ] {
            assert_eq!(partial(secret), mask);
        }
    }

    #[test]
    fn mask_shaped_is_only_stars_or_six_stars_and_four_more() {
        for text in [
            "*",
            "***",
            "*******",
            "******abcd",
            "******a***",
            "*******äöü\n",
        ] {
            assert!(is_mask_shaped(text), "{text}");
        }
        for text in [
            "",
            "a",
            "*a",
            "*****abcd",
            "******abc",
            "*****abcde",
            "******abcde",
        ] {
            assert!(!is_mask_shaped(text), "{text}");
        }
    }

    fn secret() -> impl Strategy<Value = String> {
        prop::collection::vec(prop_oneof![any::<char>(), Just('*'), Just('\n')], 0..40)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_mask_keeps_the_length_and_shows_at_most_the_last_four(secret in secret()) {
            let mask = partial(&secret);
            let shown = if secret.chars().count() < 10 { 0 } else { 4 };
            let pairs: Vec<_> = mask.chars().rev().zip(secret.chars().rev()).collect();
            prop_assert_eq!(mask.chars().count(), secret.chars().count());
            prop_assert!(pairs.iter().take(shown).all(|(m, s)| m == s));
            prop_assert!(pairs.iter().skip(shown).all(|(m, _)| *m == '*'));
        }

        #[test]
        fn every_mask_is_mask_shaped_and_known_as_the_mask_of_its_secret(secret in secret()) {
            let mask = partial(&secret);
            prop_assert_eq!(is_mask_shaped(&mask), !secret.is_empty());
            prop_assert!(is_partial_of(&mask, &secret));
        }

        #[test]
        fn a_mask_belongs_to_no_secret_that_ends_otherwise(a in secret(), b in secret()) {
            prop_assert_eq!(is_partial_of(&partial(&a), &b), partial(&a) == partial(&b));
        }
    }
}

//! The ways to write a secret down.

/// What to look for.
#[derive(Debug)]
pub(super) struct Needles(Vec<(&'static str, Vec<u8>)>);

impl Needles {
    /// Every spelling of these.
    pub(super) fn of(canaries: &[String]) -> Self {
        Self(
            canaries
                .iter()
                .flat_map(|canary| spellings(canary))
                .collect(),
        )
    }

    pub(super) fn every(&self) -> &[(&'static str, Vec<u8>)] {
        &self.0
    }
}

fn spellings(canary: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = canary.as_bytes();
    let hex = |upper: bool| -> String {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        digits
            .map(|pair| if upper { pair.to_uppercase() } else { pair })
            .collect()
    };
    let wide = |order: fn(u16) -> [u8; 2]| canary.encode_utf16().flat_map(order).collect();
    let percent = bytes
        .iter()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<String>();
    let mut all = vec![
        // Its first half is the same in JSON, in a URL and in a form.
        ("plain", bytes[..20].to_vec()),
        ("hex", hex(false).into_bytes()),
        ("upper-case hex", hex(true).into_bytes()),
        ("percent", percent.into_bytes()),
        ("UTF-16, little end first", wide(u16::to_le_bytes)),
        ("UTF-16, big end first", wide(u16::to_be_bytes)),
        ("reversed", bytes.iter().rev().copied().collect()),
    ];
    for skipped in 0..3 {
        // Inside a longer text base64 looks different at each of three places; the characters that
        // also depend on what follows are left away.
        let whole = &bytes[skipped..];
        let text = base64(&whole[..whole.len() / 3 * 3]);
        all.push(("base64", text.clone().into_bytes()));
        all.push((
            "base64 for URLs",
            text.replace('+', "-").replace('/', "_").into_bytes(),
        ));
    }
    all
}

pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(three);
        for nth in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * nth)) as usize & 63];
            text.push(if nth <= group.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

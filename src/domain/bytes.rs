//! Looking for a byte in long texts: what escaping and transfer encodings spend their time on.

/// Bytes looked at in one step; small enough that a hit near the start costs little.
const STEP: usize = 32;

/// Where the first byte that is `wanted` stands. A step without a hit has no branch inside, so the
/// compiler makes vector instructions of it.
pub fn position(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (steps, _) = bytes.as_chunks::<STEP>();
    let clean = |step: &&[u8; STEP]| !step.iter().fold(false, |hit, byte| hit | wanted(*byte));
    let passed = steps.iter().take_while(clean).count() * STEP;
    let found = bytes[passed..].iter().position(|byte| wanted(*byte))?;
    Some(passed + found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_first_wherever_it_stands(bytes in proptest::collection::vec(0_u8..40, 0..150)) {
            let wanted = |byte: u8| byte < 2;
            let plainly = bytes.iter().position(|byte| wanted(*byte));
            prop_assert_eq!(position(&bytes, wanted), plainly);
        }
    }
}

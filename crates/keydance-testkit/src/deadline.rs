//! Waiting for something that can only be asked about.

use std::time::{Duration, Instant};

const BETWEEN: Duration = Duration::from_millis(2);

/// Asks until the answer is there. `None` once `limit` has passed.
pub(crate) fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if started.elapsed() > limit {
            return None;
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process tells nobody that it is ready"
)]
fn pause() {
    std::thread::sleep(BETWEEN);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_late_is_taken() {
        let mut asked = 0;
        let answer = poll(Duration::from_secs(60), || {
            asked += 1;
            (asked == 3).then_some("here")
        });
        assert_eq!(answer, Some("here"));
    }

    #[test]
    fn waiting_ends_at_the_limit() {
        assert_eq!(poll(Duration::from_millis(1), || None::<()>), None);
    }
}

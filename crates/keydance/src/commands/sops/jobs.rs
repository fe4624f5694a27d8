//! Work on many files: several at a time, told in order.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
use super::options::Options;

/// How many files are worked on at a time, and whether the first failure ends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jobs {
    count: NonZeroUsize,
    fail_fast: bool,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) done: usize,
    pub(crate) failed: usize,
    /// Not begun, because another one had failed.
    pub(crate) left: usize,
}

impl Jobs {
    /// As it was asked for; four for each core if nothing was said, since most of them wait for the
    /// disk or for somebody who holds a key.
    pub(crate) fn of(options: &Options) -> Self {
        let cores = || {
            let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            cores.saturating_mul(WAITING)
        };
        Self {
            count: options.jobs.unwrap_or_else(cores),
            fail_fast: options.fail_fast,
        }
    }

    /// Works on every file. `told` hears of each in the order of the files, as soon as those before
    /// it are done.
    pub(crate) fn run<T: Send>(
        self,
        files: &[PathBuf],
        work: impl Fn(&Path) -> Result<T, Failure> + Sync,
        mut told: impl FnMut(&Path, Result<T, Failure>),
    ) -> Summary {
        let mut summary = Summary {
            left: files.len(),
            ..Summary::default()
        };
        let progress = progress(files.len());
        let mut tell = |index: usize, result: Result<T, Failure>| {
            summary.left -= 1;
            match &result {
                Ok(_) => summary.done += 1,
                Err(_) => summary.failed += 1,
            }
            progress.suspend(|| told(&files[index], result));
            progress.inc(1);
        };
        let queue = Queue {
            files,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        };
        let (sender, results) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.count.get().min(files.len()) {
                let (queue, work, sender) = (&queue, &work, sender.clone());
                scope.spawn(move || queue.work(work, &sender, self.fail_fast));
            }
            drop(sender);
            in_order(results, &mut tell);
        });
        progress.finish_and_clear();
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, failed, left } = self;
        write!(f, "{done} done")?;
        if *failed > 0 {
            write!(f, ", {failed} failed")?;
        }
        if *left > 0 {
            write!(f, ", {left} not begun")?;
        }
        Ok(())
    }
}

/// Files that wait for somebody to work on them.
struct Queue<'a> {
    files: &'a [PathBuf],
    next: AtomicUsize,
    stop: AtomicBool,
}

impl Queue<'_> {
    fn work<T>(
        &self,
        work: &impl Fn(&Path) -> Result<T, Failure>,
        results: &Sender<(usize, Result<T, Failure>)>,
        fail_fast: bool,
    ) {
        while !self.stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(index) else {
                return;
            };
            let result = work(file);
            if fail_fast && result.is_err() {
                self.stop.store(true, Ordering::Relaxed);
            }
            if results.send((index, result)).is_err() {
                return;
            }
        }
    }
}

/// Passes results on in the order of their numbers, which begin at 0 and have no gaps.
fn in_order<T>(results: impl IntoIterator<Item = (usize, T)>, mut tell: impl FnMut(usize, T)) {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (index, result) in results {
        early.insert(index, result);
        while let Some(result) = early.remove(&next) {
            tell(next, result);
            next += 1;
        }
    }
}

/// A bar where a person looks on and there is more than one file.
fn progress(count: usize) -> ProgressBar {
    if count < 2 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:30} {pos}/{len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Files at a time for each core.
const WAITING: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn jobs(count: usize, fail_fast: bool) -> Jobs {
        let count = NonZeroUsize::new(count).unwrap();
        Jobs { count, fail_fast }
    }

    fn files(count: usize) -> Vec<PathBuf> {
        (0..count)
            .map(|number| PathBuf::from(number.to_string()))
            .collect()
    }

    fn number(file: &Path) -> usize {
        file.to_str().unwrap().parse().unwrap()
    }

    #[test]
    fn results_are_told_in_the_order_of_the_files() {
        let files = files(100);
        let mut told = Vec::new();
        let summary = jobs(8, false).run(
            &files,
            |file| match number(file) {
                odd if odd % 2 == 1 => Err(Failure::other("odd")),
                even => Ok(even),
            },
            |file, result| told.push((number(file), result.is_ok())),
        );
        let expected: Vec<_> = (0..100).map(|number| (number, number % 2 == 0)).collect();
        assert_eq!(told, expected);
        assert_eq!(
            summary,
            Summary {
                done: 50,
                failed: 50,
                left: 0
            }
        );
        assert_eq!(summary.to_string(), "50 done, 50 failed");
    }

    #[test]
    fn as_many_files_as_asked_for_are_worked_on_at_a_time() {
        // Nobody passes before all four are there.
        let barrier = Barrier::new(4);
        let meet = |_: &Path| {
            barrier.wait();
            Ok(())
        };
        let summary = jobs(4, false).run(&files(8), meet, |_, _| {});
        assert_eq!(summary.done, 8);
    }

    #[test]
    fn after_a_failure_no_further_file_is_begun_if_that_is_asked_for() {
        let fails = |file: &Path| match number(file) {
            3 => Err(Failure::other("three")),
            _ => Ok(()),
        };
        let summary = jobs(1, true).run(&files(10), fails, |_, _| {});
        assert_eq!(
            summary,
            Summary {
                done: 3,
                failed: 1,
                left: 6
            }
        );
        assert_eq!(summary.to_string(), "3 done, 1 failed, 6 not begun");
    }

    #[test]
    fn nothing_to_do_is_done() {
        let summary = jobs(4, false).run(&[], |_| Ok(()), |_, _| {});
        assert_eq!(summary, Summary::default());
    }
}

mod parts;
mod pool;
mod split;
mod timeline;

use std::fmt;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use self::parts::{End, Parts};
pub use self::split::Split;
use self::timeline::Recorder;
pub use self::timeline::Timeline;
use crate::{ThreadsError, gemm::prepare_gemm};

/// How many threads share the work, and how work is split among them.
///
/// Work is cut into panels of columns. What comes out for a column depends neither on who
/// computes it nor on the columns beside it, so the **bits of a result never depend on the number
/// of threads**.
///
/// ```
/// use densely_tensor::{Mat, Threads, column_mut};
///
/// let mut x = Mat::<f32>::zeros(3, 10);
/// let threads = Threads::new(2)?;
/// threads.panels(x.as_mut(), 4, |first, mut panel| {
///     for j in 0..panel.ncols() {
///         column_mut(panel.as_mut(), j).fill((first + j) as f32);
///     }
/// });
/// assert_eq!(x, Mat::from_fn(3, 10, |_, j| j as f32));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Threads {
    workers: Workers,
}

#[derive(Clone)]
enum Workers {
    /// The calling thread alone.
    Single,
    Pool(Arc<ThreadPool>),
    /// The calling thread, in the place of several.
    Recorded(Arc<Recorder>),
}

impl Threads {
    /// The calling thread alone.
    #[must_use]
    pub fn single() -> Self {
        Self { workers: Workers::Single }
    }

    /// The most threads there may be: more than there are processors in a machine, and few
    /// enough for any system.
    pub const MOST: usize = 1024;

    /// A pool of `count` threads; 0 means one for each processor, up to [`MOST`](Self::MOST).
    ///
    /// # Errors
    /// If these are more than [`MOST`](Self::MOST), or the operating system refuses to start
    /// a thread.
    pub fn new(count: usize) -> Result<Self, ThreadsError> {
        let count = match count {
            0 => std::thread::available_parallelism().map_or(1, usize::from).min(Self::MOST),
            count => count,
        };
        if count > Self::MOST {
            return Err(ThreadsError::TooMany { count, most: Self::MOST });
        }
        if count == 1 {
            return Ok(Self::single());
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|i| format!("densely-{i}"))
            .build()?;
        pool.broadcast(|_| prepare_gemm());
        Ok(Self { workers: Workers::Pool(Arc::new(pool)) })
    }

    /// Does `work` on the calling thread as if it were `count` threads, and says what its time is made of.
    ///
    /// # Panics
    /// If `count` is zero.
    pub fn timeline<R>(count: usize, work: impl FnOnce(&Self) -> R) -> (R, Timeline) {
        assert!(count > 0, "Threads::timeline: no thread");
        let recorder = Arc::new(Recorder::new(count));
        let result = work(&Self { workers: Workers::Recorded(Arc::clone(&recorder)) });
        (result, recorder.finish())
    }

    /// The number of threads.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.workers {
            Workers::Single => 1,
            Workers::Pool(pool) => pool.current_num_threads(),
            Workers::Recorded(recorder) => recorder.count(),
        }
    }

    /// Runs `work` on the pool, where splitting it costs least.
    ///
    /// Every call of [`panels`](Self::panels) enters the pool by itself; a loop of
    /// many short calls should run inside one `install`, which saves a wake-up, and
    /// the occasional allocation that queueing it takes, at each call.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.workers {
            Workers::Single | Workers::Recorded(_) => work(),
            Workers::Pool(pool) => once(work, |work| pool::enter(pool, work)),
        }
    }

    /// Runs `work`, where what it gives to rayon by itself is shared among these threads, not
    /// among those of the whole process.
    ///
    /// # Errors
    /// If there is no pool yet, and the operating system refuses to start its thread.
    pub(crate) fn with_rayon<R: Send>(
        &self,
        work: impl FnOnce() -> R + Send,
    ) -> Result<R, ThreadPoolBuildError> {
        match &self.workers {
            Workers::Single | Workers::Recorded(_) => {
                Ok(ThreadPoolBuilder::new().num_threads(1).build()?.install(work))
            }
            Workers::Pool(pool) => Ok(pool.install(work)),
        }
    }

    /// Runs `work` as [`install`](Self::install) does, while up to `helpers` of the other
    /// threads look out for parts of it, instead of falling asleep whenever there are none.
    ///
    /// Waking a thread takes as long as a small training step. Use it for work of
    /// less than about a second, most of which is in [`panels`](Self::panels).
    pub fn attend<R: Send>(&self, helpers: usize, work: impl FnOnce() -> R + Send) -> R {
        match &self.workers {
            Workers::Single | Workers::Recorded(_) => work(),
            Workers::Pool(pool) => once(work, |work| pool::attend(pool, helpers, work)),
        }
    }

    /// Does both, on two threads if there are.
    pub fn join(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        once(left, |left| {
            once(right, |right| match &self.workers {
                Workers::Single => {
                    left();
                    right();
                }
                Workers::Recorded(recorder) => recorder.join(left, right),
                Workers::Pool(pool) => pool::join(pool, left, right),
            });
        });
    }

    /// Does `work` on these threads while `here` runs on the calling one, which may be none of them: to read, say, what is to
    /// be worked on next.
    ///
    /// ```
    /// use densely_tensor::Threads;
    ///
    /// let mut sum = 0;
    /// let next = Threads::new(2)?.beside(|| sum = (1..=4).sum(), || 5);
    /// assert_eq!((sum, next), (10, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn beside<R>(&self, work: impl FnOnce() + Send, here: impl FnOnce() -> R) -> R {
        match &self.workers {
            Workers::Single | Workers::Recorded(_) => {
                work();
                here()
            }
            Workers::Pool(pool) => pool.in_place_scope(|scope| {
                scope.spawn(|_| work());
                here()
            }),
        }
    }

    /// Cuts `work` into panels of `width` columns (the last may be narrower) and
    /// calls `body(first_column, panel)` for each, on any thread, in any order.
    ///
    /// # Panics
    /// If `width` is zero, or if `body` panics.
    pub fn panels<W: Split>(&self, work: W, width: usize, body: impl Fn(usize, W) + Sync) {
        assert!(width > 0, "Threads::panels: the width must be positive");
        if work.columns() <= width {
            if work.columns() > 0 {
                body(0, work);
            }
            return;
        }
        let count = work.columns().div_ceil(width);
        let parts = Parts::new(work, width, &body);
        match &self.workers {
            Workers::Single => while parts.work_on(End::Front) {},
            Workers::Recorded(recorder) => recorder.panels(&mut || parts.work_on(End::Front)),
            Workers::Pool(pool) => pool::share(pool, count, &|end| parts.work_on(end)),
        }
    }

    /// `work(0)`, `work(1)`, ... up to `count` of them, in this order, whoever computed them:
    /// for pieces of work that are long and know nothing of each other.
    ///
    /// ```
    /// use densely_tensor::Threads;
    ///
    /// assert_eq!(Threads::new(2)?.map(4, |i| i * i), [0, 1, 4, 9]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// If `work` panics, or there is no memory for so many results.
    pub fn map<R: Send>(&self, count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
        self.map_each(vec![(); count], |index, ()| work(index))
    }

    /// The same of pieces of work that each take something over: `work(i, items[i])`.
    ///
    /// ```
    /// use densely_tensor::Threads;
    ///
    /// let words = vec!["a".to_owned(), "b".to_owned()];
    /// let numbered = Threads::single().map_each(words, |i, word| word + &i.to_string());
    /// assert_eq!(numbered, ["a0", "b1"]);
    /// ```
    ///
    /// # Panics
    /// As [`map`](Self::map).
    pub fn map_each<W: Send, R: Send>(
        &self,
        items: Vec<W>,
        work: impl Fn(usize, W) -> R + Sync,
    ) -> Vec<R> {
        if self.count() == 1 {
            return items.into_iter().enumerate().map(|(index, item)| work(index, item)).collect();
        }
        let mut items: Vec<Option<W>> = items.into_iter().map(Some).collect();
        let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let panels = (items.as_mut_slice(), results.as_mut_slice());
        self.panels(panels, 1, |index, (items, results)| {
            results[0] = items[0].take().map(|item| work(index, item));
        });
        results.into_iter().map(|result| result.expect("each panel is visited")).collect()
    }
}

/// What `work` gives, which `run` calls as a function of no type of its own: what is behind it is compiled once.
fn once<R: Send>(
    work: impl FnOnce() -> R + Send,
    run: impl FnOnce(&mut (dyn FnMut() + Send)),
) -> R {
    let (mut work, mut result) = (Some(work), None);
    run(&mut || result = work.take().map(|work| work()));
    result.expect("what is to be run is run")
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Threads").field(&self.count()).finish()
    }
}

impl Default for Threads {
    /// [`Threads::single`].
    fn default() -> Self {
        Self::single()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::Mutex;

    use faer::Mat;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn panels_are_the_same_at_any_number_of_threads(
            columns in 0_usize..50, width in 1_usize..20, count in 1_usize..4,
        ) {
            let mut marks = vec![0_usize; columns];
            let x = Mat::<f32>::from_fn(2, columns, |_, j| j as f32);
            let cuts = Mutex::new(Vec::new());
            Threads::new(count).unwrap().panels(
                (marks.as_mut_slice(), x.as_ref()), width,
                |first, (marks, x)| {
                    for (j, mark) in marks.iter_mut().enumerate() {
                        assert_eq!(x[(0, j)], (first + j) as f32);
                        *mark += 1;
                    }
                    cuts.lock().unwrap().push((first, marks.len()));
                },
            );
            prop_assert!(marks.iter().all(|&m| m == 1));
            let mut cuts = cuts.into_inner().unwrap();
            cuts.sort_unstable();
            let expected: Vec<_> = (0..columns).step_by(width)
                .map(|first| (first, width.min(columns - first))).collect();
            prop_assert_eq!(cuts, expected);
        }
    }

    #[test]
    fn helpers_do_parts_of_the_work_and_end_with_it() {
        for (count, helpers) in [(1, 3), (2, 0), (2, 1), (4, 9)] {
            let threads = Threads::new(count).unwrap();
            for columns in 0..100 {
                let mut marks = vec![0; columns];
                let sum = threads.attend(helpers, || {
                    threads.panels(marks.as_mut_slice(), 3, |first, marks| {
                        marks.iter_mut().enumerate().for_each(|(j, mark)| *mark = first + j);
                    });
                    marks.iter().sum::<usize>()
                });
                assert_eq!(sum, (0..columns).sum());
            }
            let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
                threads.attend(helpers, || panic!("work"));
            }));
            assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"work"));
        }
    }

    #[test]
    fn the_parts_of_an_array_are_cut_at_the_same_column() {
        let (mut a, mut b) = ([0; 100], [0; 100]);
        let parts = [a.as_mut_slice(), b.as_mut_slice()];
        Threads::new(2).unwrap().panels(parts, 7, |first, [a, b]| {
            for j in 0..a.len() {
                (a[j], b[j]) = (first + j, 2 * (first + j));
            }
        });
        assert_eq!(a, std::array::from_fn(|j| j));
        assert_eq!(b, std::array::from_fn(|j| 2 * j));
        let empty: [&[u8]; 0] = [];
        assert_eq!(empty.columns(), 0);
    }

    #[test]
    fn rayon_has_no_other_threads() {
        for threads in [Threads::single(), Threads::new(2).unwrap(), Threads::new(5).unwrap()] {
            assert_eq!(threads.with_rayon(rayon::current_num_threads).unwrap(), threads.count());
        }
    }

    #[test]
    fn zero_threads_means_one_for_each_processor() {
        assert!(Threads::new(0).unwrap().count() >= 1);
        assert_eq!(Threads::new(3).unwrap().count(), 3);
        assert_eq!(Threads::single().count(), 1);
    }

    #[test]
    fn more_threads_than_any_machine_has_are_refused() {
        for count in [Threads::MOST + 1, 100_000, usize::MAX] {
            let error = Threads::new(count).unwrap_err().to_string();
            assert_eq!(error, format!("{count} threads are more than the 1024 there may be"));
        }
    }
}

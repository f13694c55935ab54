use std::cell::{Cell, RefCell};
use std::fmt::Debug;

use densely_tensor::Mat;
use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config as ProptestConfig, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};

use crate::failure::Shape;
use crate::{Check, Config, Failure, Mistake, Report};

/// What a check comes to.
pub(crate) type Verdict = Result<(), Box<Failure>>;

/// The share of entries that may lie at a kink.
const KINKS: f64 = 0.05;

/// One run of checks: goes through the cases, shrinks what fails, and keeps the report.
pub(crate) struct Session {
    config: Config,
    report: RefCell<Report>,
    /// While a failure is shrunk, nothing is recorded.
    silent: Cell<bool>,
    entries: Cell<u64>,
    kinks: Cell<u64>,
}

impl Session {
    pub(crate) fn new(subject: &str, config: Config) -> Self {
        Self {
            config,
            report: RefCell::new(Report::new(subject)),
            silent: Cell::new(false),
            entries: Cell::new(0),
            kinks: Cell::new(0),
        }
    }

    /// Runs `check` on random cases. A case that fails is shrunk to a smallest one that
    /// fails the same check.
    pub(crate) fn cases<C: Debug>(
        &self,
        cases: u32,
        strategy: &impl Strategy<Value = C>,
        check: impl Fn(&C) -> Verdict,
    ) -> Verdict {
        let config = ProptestConfig {
            cases,
            failure_persistence: None,
            max_shrink_iters: 4096,
            ..ProptestConfig::default()
        };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.config.seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let last: RefCell<Option<Box<Failure>>> = RefCell::new(None);
        let outcome = TestRunner::new_with_rng(config, rng).run(strategy, |case| {
            if !self.silent.get() {
                self.report.borrow_mut().count_case();
            }
            let Err(failure) = check(&case) else { return Ok(()) };
            let mut last = last.borrow_mut();
            if last.as_ref().is_some_and(|last| last.check != failure.check) {
                return Ok(());
            }
            self.silent.set(true);
            let reason = failure.check.name();
            *last = Some(failure);
            Err(TestCaseError::fail(reason))
        });
        match (outcome, last.into_inner()) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(failure)) => Err(failure),
            // The code under test panicked: let it do so where the caller sees it.
            (Err(TestError::Fail(_, case)), None) => check(&case),
            (Err(TestError::Abort(reason)), None) => panic!("no cases could be made: {reason}"),
        }
    }

    /// The report, if there were not too many kinks.
    pub(crate) fn finish(self) -> Result<Report, Box<Failure>> {
        let (kinks, entries) = (self.kinks.get() as f64, self.entries.get() as f64);
        if entries >= 100.0 {
            let share = kinks / entries;
            self.judge(&[]).number(Check::Smoothness, "kinks", share, 0.0, share, KINKS)?;
        }
        Ok(self.report.into_inner())
    }

    /// Counts an entry that was checked by differences, and whether it was at a kink.
    pub(crate) fn count_entry(&self, kink: bool) {
        if !self.silent.get() {
            self.entries.set(self.entries.get() + 1);
            self.kinks.set(self.kinks.get() + u64::from(kink));
        }
    }

    pub(crate) fn judge(&self, shapes: &[(&str, (usize, usize))]) -> Judge<'_> {
        let shape = |&(name, (rows, columns)): &(&str, (usize, usize))| Shape {
            name: name.to_owned(),
            rows,
            columns,
        };
        Judge { session: self, shapes: shapes.iter().map(shape).collect() }
    }
}

/// Judges the numbers of one case.
pub(crate) struct Judge<'a> {
    session: &'a Session,
    shapes: Vec<Shape>,
}

/// Two matrices that should agree: to `tolerance`, relative to `scale`, by norm.
pub(crate) struct Pair<'a> {
    pub(crate) target: &'a str,
    pub(crate) actual: &'a Mat<f64>,
    pub(crate) expected: &'a Mat<f64>,
    pub(crate) scale: f64,
    pub(crate) tolerance: f64,
}

impl Judge<'_> {
    pub(crate) fn session(&self) -> &Session {
        self.session
    }

    /// `error ≤ tolerance`; a NaN is not.
    pub(crate) fn number(
        &self,
        check: Check,
        target: &str,
        actual: f64,
        expected: f64,
        error: f64,
        tolerance: f64,
    ) -> Verdict {
        let numbers = Numbers { actual, expected, error, tolerance };
        self.verdict(check, target, None, numbers, || None)
    }

    /// `‖actual − expected‖ ≤ tolerance · scale`, by the Euclidean norm of all entries.
    pub(crate) fn norm(
        &self,
        check: Check,
        pair: &Pair<'_>,
        guess: impl FnOnce() -> Option<Mistake>,
    ) -> Verdict {
        let &Pair { target, actual, expected, scale, tolerance } = pair;
        let difference = (actual - expected).norm_l2();
        let error = if difference == 0.0 { 0.0 } else { difference / scale };
        let entry = (error.is_nan() || error > tolerance).then(|| furthest(actual, expected));
        let at = |m: &Mat<f64>| entry.map_or(0.0, |entry| m[entry]);
        let numbers = Numbers { actual: at(actual), expected: at(expected), error, tolerance };
        self.verdict(check, target, entry, numbers, guess)
    }

    /// The same numbers: where bits count.
    pub(crate) fn same(
        &self,
        check: Check,
        target: &str,
        actual: &Mat<f64>,
        expected: &Mat<f64>,
    ) -> Verdict {
        let differs =
            |&(i, j): &(usize, usize)| actual[(i, j)].to_bits() != expected[(i, j)].to_bits();
        let entry = entries(actual).find(differs);
        let at = |m: &Mat<f64>| entry.map_or(0.0, |entry| m[entry]);
        let (actual, expected) = (at(actual), at(expected));
        let error = if entry.is_some() { f64::INFINITY } else { 0.0 };
        let numbers = Numbers { actual, expected, error, tolerance: 0.0 };
        self.verdict(check, target, entry, numbers, || None)
    }

    pub(crate) fn verdict(
        &self,
        check: Check,
        target: &str,
        entry: Option<(usize, usize)>,
        numbers: Numbers,
        guess: impl FnOnce() -> Option<Mistake>,
    ) -> Verdict {
        let Numbers { actual, expected, error, tolerance } = numbers;
        let session = self.session;
        if !session.silent.get() {
            session.report.borrow_mut().record(check, target, error, tolerance);
        }
        if error <= tolerance {
            return Ok(());
        }
        let report = session.report.borrow().clone();
        Err(Box::new(Failure {
            subject: report.subject().to_owned(),
            check,
            target: target.to_owned(),
            entry,
            actual,
            expected,
            error,
            tolerance,
            shapes: self.shapes.clone(),
            guess: guess(),
            seed: session.config.seed,
            report,
        }))
    }
}

/// A value, what it should be, and how far apart they are and may be.
#[derive(Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) actual: f64,
    pub(crate) expected: f64,
    pub(crate) error: f64,
    pub(crate) tolerance: f64,
}

/// Every row and column.
pub(crate) fn entries(m: &Mat<f64>) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (rows, columns) = (m.nrows(), m.ncols());
    (0..columns).flat_map(move |j| (0..rows).map(move |i| (i, j)))
}

/// The entry that is furthest off; a NaN is further than all others.
fn furthest(a: &Mat<f64>, b: &Mat<f64>) -> (usize, usize) {
    let distance = |&(i, j): &(usize, usize)| {
        let distance = (a[(i, j)] - b[(i, j)]).abs();
        if distance.is_nan() { f64::INFINITY } else { distance }
    };
    entries(a).max_by(|p, q| distance(p).total_cmp(&distance(q))).unwrap_or((0, 0))
}

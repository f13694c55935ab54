use std::fmt;

use densely_layers::{Layer, Linear, Sequential};
use densely_optim::{Entry, OptimError, Optimizer, OptimizerState, Rule};
use densely_tensor::{Initializer, Mat, Threads};
use proptest::prelude::*;

use crate::mistake::{alike, inner_product, of_matrix};
use crate::session::{Judge, Pair, Session, Verdict, entries};
use crate::several_threads::several_threads;
use crate::values::{normal, stream};
use crate::{Check, Config, Draw, Failure, Mistake, Report};

/// How far a step may be from its rule, relative to the parameters and their changes.
const EXACT: f64 = 1e-13;

type RuleOf<'a, O> = Box<dyn Fn(&O, &mut Entry) + 'a>;

/// The proof that an optimiser follows its rule, with options;
/// [`optimizer`](crate::optimizer()) is the short form.
///
/// Steps on networks of random sizes with random gradients are compared with the same, written
/// for one number at a time.
///
/// | checks | what is compared |
/// |---|---|
/// | repeats, threads | the same bits from an equal optimiser, and with several threads |
/// | resumes | the same bits from one that goes on from what another [remembered](densely_optim::OptimizerState), unless it does not say |
/// | gradients | those before and after a step: the same |
/// | learning rate | what was set, and what is said |
/// | rule | the parameters after each step, and those of the rule, to 1e-13 |
///
/// ```
/// use densely_gradcheck::{Config, OptimizerCheck};
/// use densely_optim::Sgd;
///
/// let momentum = || Sgd::new(0.1).momentum(0.9).weight_decay(0.01);
/// let check = OptimizerCheck::new(momentum, |entry| {
///     let decay = if entry.decay { 0.01 } else { 0.0 };
///     let velocity = &mut entry.state[0];
///     *velocity = 0.9 * *velocity + entry.gradient + decay * entry.value;
///     entry.value -= 0.1 * *velocity;
/// });
/// check.config(Config { cases: 100, seed: 1 }).run()?;
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub struct OptimizerCheck<'a, O> {
    build: Box<dyn Fn(&Draw) -> O + 'a>,
    rule: RuleOf<'a, O>,
    config: Config,
}

impl<'a, O: Optimizer<f64> + 'a> OptimizerCheck<'a, O> {
    /// Of the optimiser that `build` makes, against `rule`.
    #[must_use]
    pub fn new(build: impl Fn() -> O + 'a, rule: impl Fn(&mut Entry) + 'a) -> Self {
        let (build, rule) =
            (Box::new(move |_: &Draw| build()), Box::new(move |_: &O, e: &mut _| rule(e)));
        Self { build, rule, config: Config::default() }
    }

    /// Of the optimisers that `build` makes, one for each case, against the [`Rule`] of each.
    #[must_use]
    pub fn family(build: impl Fn(&Draw) -> O + 'a) -> Self
    where
        O: Rule,
    {
        Self { build: Box::new(build), rule: Box::new(O::entry), config: Config::default() }
    }

    /// How many cases, and which.
    #[must_use]
    pub fn config(self, config: Config) -> Self {
        Self { config, ..self }
    }

    /// Goes through the cases.
    ///
    /// # Errors
    /// The first mistake that is found, in its smallest case.
    ///
    /// # Panics
    /// If the optimiser does, or cannot make a step.
    pub fn run(self) -> Result<Report, Box<Failure>> {
        let Self { build, rule, config } = self;
        let name = std::any::type_name::<O>().split('<').next().unwrap_or_default();
        let session = Session::new(name.rsplit("::").next().unwrap_or(name), config);
        let single = Threads::single();
        session.cases(config.cases, &cases(), |case| {
            let build = || build(&Draw::new(case.columns, case.rows, case.seed));
            let own = build();
            follow(case, &build, &|entry| rule(&own, entry), &single, &session)
        })?;
        for seed in (0..4).map(|draw| config.seed.wrapping_add(draw)) {
            threads(&|| build(&Draw::new(1, 1, seed)), &session, seed)?;
        }
        learning_rate(&mut build(&Draw::new(1, 1, config.seed)), &session.judge(&[]))?;
        session.finish()
    }
}

impl<O> fmt::Debug for OptimizerCheck<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptimizerCheck").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The same bits with several threads, on a network so large that they share the work.
fn threads<O: Optimizer<f64>>(build: &impl Fn() -> O, session: &Session, seed: u64) -> Verdict {
    let large = Case { rows: 300, columns: 400, steps: 2, seed };
    let run = |threads: &Threads| {
        let (mut network, mut optimizer) = (large.network(), build());
        for step in 1..=large.steps {
            large.set_gradients(&mut network, step);
            make_step(&mut optimizer, &mut network, threads);
        }
        values(&network)
    };
    let expected = run(&Threads::single());
    for threads in several_threads() {
        for (actual, expected) in run(&threads).iter().zip(&expected) {
            session.judge(&[]).same(Check::Threads, "parameters", actual, expected)?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
struct Case {
    rows: usize,
    columns: usize,
    steps: u32,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    (2_usize..20, 1_usize..20, 1_u32..7, any::<u64>().no_shrink())
        .prop_map(|(rows, columns, steps, seed)| Case { rows, columns, steps, seed })
}

impl Case {
    /// Two layers, so that there are parameters of every kind and several of each.
    fn network(&self) -> Sequential<f64> {
        let mut stream = stream(self.seed, 0, 0);
        let mut linear = |inputs, outputs| {
            Linear::new(inputs, outputs, Initializer::Zeros, &mut stream)
                .expect("the sizes are positive")
        };
        let (first, second) = (linear(self.columns, self.rows), linear(self.rows, 2));
        let network = Sequential::new(self.columns).and_then(|n| n.with(first)?.with(second));
        let mut network = network.expect("the layers fit");
        let mut which = 1;
        network.visit_params_mut(&mut |param| {
            param.value = normal(self.seed, which, param.value.shape(), 1.0);
            which += 1;
        });
        network
    }

    fn set_gradients(&self, network: &mut Sequential<f64>, step: u32) {
        let mut which = 100 * step;
        network.visit_params_mut(&mut |param| {
            param.grad = normal(self.seed, which, param.grad.shape(), 1.0);
            which += 1;
        });
    }
}

fn values(network: &Sequential<f64>) -> Vec<Mat<f64>> {
    let mut values = Vec::new();
    network.visit_params(&mut |param| values.push(param.value.clone()));
    values
}

fn gradients(network: &Sequential<f64>) -> Vec<Mat<f64>> {
    let mut gradients = Vec::new();
    network.visit_params(&mut |param| gradients.push(param.grad.clone()));
    gradients
}

fn make_step(optimizer: &mut dyn Optimizer<f64>, network: &mut Sequential<f64>, threads: &Threads) {
    if let Err(error) = optimizer.step(network, threads) {
        panic!("the optimiser cannot make a step: {error}");
    }
}

/// A new optimiser that goes on from what this one remembers, if it says that.
fn resumed<O: Optimizer<f64>>(
    optimizer: &O,
    build: &impl Fn() -> O,
    network: &Sequential<f64>,
) -> Option<O> {
    let state = match OptimizerState::of(optimizer, network) {
        Err(OptimError::StateUnknown { .. }) => return None,
        state => state,
    };
    let mut resumed = build();
    let restored = state.and_then(|state| state.restore(&mut resumed, network));
    if let Err(error) = restored {
        panic!("what the optimiser remembers cannot be stored: {error}");
    }
    Some(resumed)
}

fn follow<O: Optimizer<f64>>(
    case: &Case,
    build: &impl Fn() -> O,
    rule: &impl Fn(&mut Entry),
    threads: &Threads,
    session: &Session,
) -> Verdict {
    let (mut network, mut twin) = (case.network(), case.network());
    let (mut optimizer, mut other) = (build(), build());
    let mut reference = Vec::new();
    network.visit_params(&mut |param| {
        let new = |i, j| Entry::new(param.value[(i, j)], param.decay);
        reference.push(Mat::from_fn(param.value.nrows(), param.value.ncols(), new));
    });
    let names: Vec<String> =
        (1..=2).flat_map(|l| [format!("weight {l}"), format!("bias {l}")]).collect();
    let shapes: Vec<_> =
        names.iter().map(String::as_str).zip(reference.iter().map(Mat::shape)).collect();
    let judge = &session.judge(&shapes);
    for step in 1..=case.steps {
        case.set_gradients(&mut network, step);
        case.set_gradients(&mut twin, step);
        let (before, given) = (values(&network), gradients(&network));
        let resumed = resumed(&optimizer, build, &network);
        make_step(&mut optimizer, &mut network, threads);
        make_step(&mut other, &mut twin, threads);
        let after = values(&network);
        let stored = resumed.map(|mut resumed| {
            let mut network = case.network();
            let mut before = before.iter();
            network.visit_params_mut(&mut |param| {
                param.value.clone_from(before.next().expect("a value for each"));
            });
            case.set_gradients(&mut network, step);
            make_step(&mut resumed, &mut network, threads);
            values(&network)
        });
        for (index, name) in names.iter().enumerate() {
            if let Some(stored) = &stored {
                judge.same(Check::Resumes, name, &stored[index], &after[index])?;
            }
            judge.same(Check::Repeats, name, &values(&twin)[index], &after[index])?;
            judge.same(Check::Gradients, name, &gradients(&network)[index], &given[index])?;
            let entries_of = &mut reference[index];
            for at in entries(&given[index]) {
                let entry = &mut entries_of[at];
                (entry.gradient, entry.step) = (given[index][at], step as i32);
                rule(entry);
            }
            let shape = after[index].shape();
            let expected = &Mat::from_fn(shape.0, shape.1, |i, j| entries_of[(i, j)].value);
            let actual = &after[index];
            let scale = expected.norm_l2() + before[index].norm_l2();
            let pair = Pair { target: name, actual, expected, scale, tolerance: EXACT };
            judge.norm(Check::Rule, &pair, || guess(actual, expected, &before[index], step))?;
        }
    }
    Ok(())
}

/// What a wrong step looks like: its change beside that of the rule.
fn guess(actual: &Mat<f64>, expected: &Mat<f64>, before: &Mat<f64>, step: u32) -> Option<Mistake> {
    if step > 1 {
        return Some(Mistake::State);
    }
    of_matrix(&(actual - before), &(expected - before), 1).or_else(|| {
        let excess = actual - expected;
        let rate = inner_product(&excess, before) / before.squared_norm_l2();
        alike(&excess, &(rate * before)).then_some(Mistake::Decay(rate))
    })
}

fn learning_rate(optimizer: &mut dyn Optimizer<f64>, judge: &Judge<'_>) -> Verdict {
    let rate = 0.5 * optimizer.learning_rate();
    optimizer.set_learning_rate(rate);
    let actual = optimizer.learning_rate();
    let error = if actual == rate { 0.0 } else { f64::INFINITY };
    judge.number(Check::LearningRate, "optimiser", actual, rate, error, 0.0)
}

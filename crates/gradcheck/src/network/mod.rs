mod objective;
mod tail;

use std::fmt;

use densely_layers::Sequential;
use densely_loss::{Loss, LossError, TargetKind, Targets};
use densely_tensor::Mat;
use objective::Objective;
use tail::Tail;

use crate::layer::case::{Case, X};
use crate::layer::pass::{Batch, Way, forward, pass};
use crate::layer::subject::{Subject, targets_of};
use crate::layer::{gradients, structure};
use crate::session::{Session, Verdict};
use crate::several_threads::several_threads;
use crate::values::{normal, stream};
use crate::{Check, Config, Failure, Report};

/// Examples in a batch.
const EXAMPLES: usize = 4;
/// What targets of a case are drawn for.
const TARGETS: u32 = 20;

/// The proof of the gradients of a whole network, with the parameters that it has and the
/// loss that judges it.
///
/// A case is a batch of normal inputs and random targets. The gradient of the mean loss, as
/// the network computes it in a training pass, is compared with differences of that loss: for
/// each parameter, and for what goes into each layer and into the loss. Of a large matrix,
/// 64 entries are checked in each case. Beside these there are the properties that
/// [`LayerCheck`](crate::LayerCheck) looks at: overwritten buffers, columns, linearity, sums
/// over examples, a random direction, threads.
///
/// The report is one for each layer, in order, one for the loss, and one for the network as
/// a whole, each on its own. A wrong gradient of an input makes those of all layers before
/// wrong, too: the mistake is in the **last** layer that is reported.
///
/// Kinks may be anywhere in a network: the share of entries that were at one, and could be
/// compared with the slopes around them only, is in the report, and does not fail.
///
/// ```
/// use densely_gradcheck::{Config, NetworkCheck};
/// use densely_layers::{Linear, Sequential, Tanh};
/// use densely_loss::SoftmaxCrossEntropy;
/// use densely_tensor::mat;
///
/// let network = Sequential::new(2)?
///     .with(Tanh)?
///     .with(Linear::from_parts(mat![[0.5, -1.0], [2.0, 0.1]], mat![[0.3], [0.0]])?)?;
/// let loss = SoftmaxCrossEntropy::new();
/// let check = NetworkCheck::new(&network, &loss)?;
/// let outcomes = check.config(Config { cases: 4, seed: 0 }).run();
/// let reports = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let subjects: Vec<_> = reports.iter().map(|report| report.subject()).collect();
/// assert_eq!(subjects, ["0 tanh", "1 linear(2)", "softmax", "network"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NetworkCheck<'a> {
    network: &'a Sequential<f64>,
    loss: &'a dyn Loss<f64>,
    config: Config,
}

impl<'a> NetworkCheck<'a> {
    /// Of this network, which stays as it is, and this loss.
    ///
    /// # Errors
    /// If the loss cannot be computed from the outputs of the network.
    pub fn new(network: &'a Sequential<f64>, loss: &'a dyn Loss<f64>) -> Result<Self, LossError> {
        let outputs = network.width();
        let drawn = Drawn::new(loss, outputs, 0);
        loss.check(outputs, EXAMPLES, drawn.targets(loss))?;
        Ok(Self { network, loss, config: Config::default() })
    }

    /// How many batches, and which.
    #[must_use]
    pub fn config(self, config: Config) -> Self {
        Self { config, ..self }
    }

    /// Goes through the batches. What is found in a layer does not keep the others from being
    /// checked.
    ///
    /// # Panics
    /// If a layer or the loss does.
    #[must_use]
    pub fn run(self) -> Vec<Result<Report, Box<Failure>>> {
        let Self { network, loss, config } = self;
        let stages = network.stages().iter().enumerate();
        let mut names: Vec<_> =
            stages.map(|(index, stage)| format!("{index} {}", stage.layer().kind())).collect();
        names.extend([loss.name().to_owned(), "network".to_owned()]);
        let mut parts: Vec<_> = names.iter().map(|name| Part::new(name, config)).collect();
        for number in 0..config.cases {
            let case = Case {
                inputs: network.in_features(),
                outputs: 1,
                n: EXAMPLES,
                spread: 1.0,
                seed: config.seed.wrapping_add(u64::from(number) << 32),
            };
            let drawn = Drawn::new(loss, network.width(), case.seed);
            let targets = drawn.targets(loss);
            parts.iter().for_each(|part| part.session.count_case());
            inputs(network, loss, targets, &case, &mut parts);
            parameters(network, loss, targets, &case, &mut parts);
        }
        parts.into_iter().map(Part::finish).collect()
    }
}

impl fmt::Debug for NetworkCheck<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkCheck")
            .field("network", &self.network)
            .field("loss", &self.loss)
            .field("config", &self.config)
            .finish()
    }
}

/// Random targets of a batch.
struct Drawn {
    labels: Vec<usize>,
    values: Mat<f64>,
}

impl Drawn {
    fn new(loss: &dyn Loss<f64>, outputs: usize, seed: u64) -> Self {
        let classes = loss.classes(outputs).max(1);
        let label = |j| stream(seed, TARGETS, j).below(classes);
        let values = normal(seed, TARGETS + 1, (outputs, EXAMPLES), 1.0);
        let sizes = |x: &Mat<f64>| Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].abs());
        Self {
            labels: (0..EXAMPLES).map(label).collect(),
            values: if loss.log_link() { sizes(&values) } else { values },
        }
    }

    fn targets(&self, loss: &dyn Loss<f64>) -> Targets<'_, f64> {
        match loss.target_kind() {
            TargetKind::Labels => Targets::Labels(&self.labels),
            TargetKind::Values => Targets::Values(self.values.as_ref()),
        }
    }
}

/// A layer, the loss or the whole, and the first mistake that was found in it.
struct Part {
    session: Session,
    failure: Option<Box<Failure>>,
}

impl Part {
    fn new(name: &str, config: Config) -> Self {
        Self { session: Session::new(name, config), failure: None }
    }

    fn take(&mut self, verdict: Verdict) {
        if let (Err(failure), None) = (verdict, &self.failure) {
            self.failure = Some(failure);
        }
    }

    fn finish(self) -> Result<Report, Box<Failure>> {
        let report = self.session.finish_with_any_kinks();
        match self.failure {
            None => Ok(report),
            Some(failure) => Err(Box::new(Failure { report, ..*failure })),
        }
    }
}

/// The cotangent that makes the sum of the losses their mean.
fn mean() -> Mat<f64> {
    Mat::full(1, EXAMPLES, 1.0 / EXAMPLES as f64)
}

/// The gradient of what goes into each layer, and into the loss.
fn inputs(
    network: &Sequential<f64>,
    loss: &dyn Loss<f64>,
    targets: Targets<'_, f64>,
    case: &Case,
    parts: &mut [Part],
) {
    let (stages, outputs) = (network.stages(), network.width());
    let mut x = case.values(X, (case.inputs, case.n), case.spread);
    for first in 0..=stages.len() {
        let tail = Tail { stages: &stages[first..], first };
        let mut objective = Objective { network: tail, outputs, loss, targets };
        let mut subject = Subject::new(&mut objective, x.clone(), mean(), case.at());
        let (part, shape) = (&mut parts[first], x.shape());
        let name = if first == stages.len() { "scores" } else { "input" };
        let judge = part.session.judge(&[("x", shape)]);
        let verdict = gradients::differences_of(&mut subject, 0, name, case, &judge);
        part.take(verdict);
        if let Some(stage) = stages.get(first) {
            let at = case.at().inside(first);
            x = forward(stage.layer(), x.as_ref(), stage.out_features(), at);
        }
    }
}

/// The gradient of each parameter, and what holds for the network as a whole.
fn parameters(
    network: &Sequential<f64>,
    loss: &dyn Loss<f64>,
    targets: Targets<'_, f64>,
    case: &Case,
    parts: &mut [Part],
) {
    let names: Vec<_> = network.stages().iter().map(|stage| targets_of(stage.layer())).collect();
    let outputs = network.width();
    let x = case.values(X, (case.inputs, case.n), case.spread);
    let mut objective = Objective { network: network.clone(), outputs, loss, targets };
    let mut subject = Subject::new(&mut objective, x, mean(), case.at());
    let mut target = 0;
    for (index, names) in names.iter().enumerate() {
        for name in &names[1..] {
            target += 1;
            subject.targets[target] = format!("{index}.{name}");
            let shape = subject.base.gradients[target].shape();
            let part = &mut parts[index];
            let judge = part.session.judge(&[("x", subject.x.shape()), (name, shape)]);
            let verdict = gradients::differences_of(&mut subject, target, name, case, &judge);
            part.take(verdict);
        }
    }
    let part = &mut parts[names.len() + 1];
    let verdict = whole(&mut subject, case, &part.session);
    part.take(verdict);
}

fn whole(subject: &mut Subject<'_>, case: &Case, session: &Session) -> Verdict {
    let judge = &session.judge(&[("x", subject.x.shape())]);
    structure::pure(subject, judge)?;
    structure::examples_and_cotangents(subject, judge)?;
    gradients::adjoint(subject, case, judge)?;
    for threads in several_threads() {
        let batch = Batch { x: subject.x.as_ref(), dy: subject.dy.as_ref(), at: subject.at };
        let several = pass(subject.layer, batch, f64::NAN, Way::Input, &threads);
        subject.same(judge, Check::Threads, &several)?;
    }
    Ok(())
}

pub(crate) mod case;
pub(crate) mod gradients;
pub(crate) mod pass;
mod single;
pub(crate) mod structure;
pub(crate) mod subject;
mod ties;

use std::fmt;

use case::{Case, DY, X, accepted, cases};
use densely_layers::Layer;
use densely_tensor::{Mat, Threads};
use pass::{Batch, Way, pass};
use subject::Subject;

use crate::session::{Judge, Session, Verdict};
use crate::several_threads::several_threads;
use crate::{Check, Config, Draw, Dual, Failure, Reference, Report};

type Build<'a, L> = Box<dyn Fn(&Draw) -> L + 'a>;
type Function<L> = fn(&L, &[Mat<Dual>], &[Dual]) -> Vec<Dual>;

/// The proof of a layer's gradients, with options; [`layer`](crate::layer) is the short form.
///
/// Every case builds a layer, fills its parameters with normal values, and passes random
/// examples and cotangents through it. The oracles:
///
/// | checks | what is compared |
/// |---|---|
/// | repeats, overwrites | the same bits from every call, whatever the buffers held |
/// | modes | inference and training, which compute the same |
/// | columns, additivity | a batch and its examples, one by one or in parts |
/// | zero cotangent, linearity | gradients of `0`, and of `a dy + dy'` |
/// | tape, threads | the same bits without `dx`, and with several threads |
/// | dual numbers | output and gradients, and those of a [`Reference`], norm-wise to 1e-14 |
/// | differences, adjoint | gradients, and differences of the layer itself, norm-wise to 1e-8 |
/// | subgradient | at kinks and ties: the slopes on both sides |
/// | single precision | `f32` and `f64` |
/// | not a number | a NaN in an example, and its outputs |
///
/// ```
/// use densely_gradcheck::LayerCheck;
/// use densely_layers::Maxout;
///
/// let report = LayerCheck::new(|draw| Maxout::new(draw.outputs).unwrap())
///     .single(|draw| Maxout::new(draw.outputs).unwrap())
///     .dual_numbers()
///     .run()?;
/// assert_eq!(report.subject(), "maxout");
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub struct LayerCheck<'a, L> {
    build: Build<'a, L>,
    single: Option<Build<'a, Box<dyn Layer<f32> + 'a>>>,
    function: Option<Function<L>>,
    name: Option<String>,
    random: bool,
    ties: bool,
    keep_parameters: bool,
    config: Config,
}

impl<'a, L: Layer<f64> + 'a> LayerCheck<'a, L> {
    /// Of the layers that `build` makes.
    #[must_use]
    pub fn new(build: impl Fn(&Draw) -> L + 'a) -> Self {
        Self {
            build: Box::new(build),
            single: None,
            function: None,
            name: None,
            random: false,
            ties: true,
            keep_parameters: false,
            config: Config::default(),
        }
    }

    /// Compares it with the same layer in `f32`.
    #[must_use]
    pub fn single<S: Layer<f32> + 'a>(self, build: impl Fn(&Draw) -> S + 'a) -> Self {
        let build = move |draw: &Draw| -> Box<dyn Layer<f32> + 'a> { Box::new(build(draw)) };
        Self { single: Some(Box::new(build)), ..self }
    }

    /// Compares the layer with its [`Reference`] on dual numbers.
    #[must_use]
    pub fn dual_numbers(self) -> Self
    where
        L: Reference,
    {
        Self { function: Some(L::output::<Dual>), ..self }
    }

    /// Names it in the report; by default it is the layer's kind.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// For layers that draw random numbers in training, such as dropout: training and
    /// inference may differ, and a NaN may be dropped.
    #[must_use]
    pub fn random(self) -> Self {
        Self { random: true, ..self }
    }

    /// For networks, in which several kinks may meet at one input: leaves out what is
    /// checked at exact ties.
    #[must_use]
    pub fn without_ties(self) -> Self {
        Self { ties: false, ..self }
    }

    /// Leaves the parameters as they were built.
    #[must_use]
    pub fn keep_parameters(self) -> Self {
        Self { keep_parameters: true, ..self }
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
    /// If the layer does.
    pub fn run(self) -> Result<Report, Box<Failure>> {
        let kind = (self.build)(&Draw::new(3, 2, 0)).kind().name().to_owned();
        let session = Session::new(self.name.as_deref().unwrap_or(&kind), self.config);
        session.cases(self.config.cases, &cases(), |case| self.case(case, &session))?;
        self.threads(&session)?;
        session.finish()
    }

    /// A layer with parameters, and its numbers of inputs and outputs.
    fn layer(&self, case: &Case, judge: &Judge<'_>) -> Result<(L, (usize, usize)), Box<Failure>> {
        let mut layer = (self.build)(&case.draw());
        let shape = accepted(&layer, case.inputs);
        let error = if shape.is_some() { 0.0 } else { f64::INFINITY };
        judge.number(Check::Shapes, "input", 0.0, case.inputs as f64, error, 0.0)?;
        case.fill(&mut layer, self.keep_parameters);
        Ok((layer, shape.unwrap_or_default()))
    }

    fn case(&self, case: &Case, session: &Session) -> Verdict {
        let (mut layer, (inputs, outputs)) = self.layer(case, &session.judge(&[]))?;
        let x = case.values(X, (inputs, case.n), case.spread);
        let dy = case.values(DY, (outputs, case.n), 1.0);
        let subject = &mut Subject::new(&mut layer, x, dy, case.at());
        let parameters = subject.parameters();
        let mut shapes = vec![("x", subject.x.shape()), ("y", subject.base.y.shape())];
        let names = subject.targets[1..].to_vec();
        shapes.extend(names.iter().map(String::as_str).zip(parameters.iter().map(Mat::shape)));
        let judge = &session.judge(&shapes);

        structure::pure(subject, judge)?;
        if !self.random {
            structure::modes(subject, judge)?;
        }
        structure::examples_and_cotangents(subject, judge)?;
        if let Some(function) = self.function {
            // Its options are those of the layer; the values of the parameters are given.
            let twin = (self.build)(&case.draw());
            let function = |parameters: &[Mat<Dual>], x: &[Dual]| function(&twin, parameters, x);
            gradients::dual_numbers(subject, case, &function, judge)?;
        }
        gradients::differences(subject, case, judge)?;
        gradients::adjoint(subject, case, judge)?;
        if let Some(single) = &self.single {
            single::precision(subject, &mut *single(&case.draw()), judge)?;
        }
        if !self.random {
            structure::not_a_number(subject, judge)?;
        }
        if self.ties {
            ties::subgradient(&mut layer, case, (inputs, outputs), judge)?;
        }
        Ok(())
    }

    /// The same bits with several threads, which share the work on large layers only.
    fn threads(&self, session: &Session) -> Verdict {
        let case = Case { inputs: 300, outputs: 100, n: 64, spread: 1.0, seed: self.config.seed };
        let judge = &session.judge(&[]);
        let (mut layer, (inputs, outputs)) = self.layer(&case, judge)?;
        let x = case.values(X, (inputs, case.n), case.spread);
        let dy = case.values(DY, (outputs, case.n), 1.0);
        let batch = Batch { x: x.as_ref(), dy: dy.as_ref(), at: case.at() };
        let mut run = |threads: &Threads| pass(&mut layer, batch, f64::NAN, Way::Input, threads);
        let single = run(&Threads::single());
        for threads in several_threads() {
            let several = run(&threads);
            for (several, single) in several.gradients.iter().zip(&single.gradients) {
                judge.same(Check::Threads, "all", several, single)?;
            }
        }
        Ok(())
    }
}

impl<L> fmt::Debug for LayerCheck<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerCheck")
            .field("name", &self.name)
            .field("single", &self.single.is_some())
            .field("dual_numbers", &self.function.is_some())
            .field("random", &self.random)
            .field("ties", &self.ties)
            .field("keep_parameters", &self.keep_parameters)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

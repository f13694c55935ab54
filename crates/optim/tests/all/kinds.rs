//! Optimisers and schedules say what they are, and come back from it.

use densely_optim::{
    Adam, AdamW, CosineDecay, Described, Kind, KindError, Opt, OptimError, Optimizer,
    OptimizerKinds, Options, Parameters, Penalty, Plateau, Range, RmsProp, Schedule, ScheduleKinds,
    Sgd, Spec, Value,
};
use densely_tensor::Threads;

fn known() -> OptimizerKinds<f64> {
    OptimizerKinds::new()
}

fn kind_of(optimizer: &dyn Optimizer<f64>) -> String {
    optimizer.kind().to_string()
}

#[test]
fn a_kind_and_its_optimiser_are_each_other_s_inverse() {
    for name in [
        "sgd",
        "sgd(0.1, 0, nesterov)",
        "sgd(weight-decay=0, l1=0.01, decoupled-decay=0.2)",
        "adam",
        "adam(0.01, 0.8, 0.99, 1e-5)",
        "adamw(weight-decay=0.2, l1=0.1, l2=0.3)",
        "rmsprop(decay=0.9, momentum=0.5, centered)",
        "adagrad(initial-sum=0.1)",
        "clip-norm(5, adam(0.1))",
        "max-norm(3, clip-value(0.5, sgd))",
    ] {
        let optimizer = known().get(name).unwrap();
        assert_eq!(kind_of(&*optimizer), name);
    }
    let adam = known().get("adam(momentum=0.5)").unwrap();
    assert_eq!(kind_of(&*adam), "adam(beta1=0.5)");
}

#[test]
fn constructors_begin_with_the_plain_equation() {
    for (optimizer, kind) in [
        (&Sgd::<f64>::new(0.01) as &dyn Optimizer<f64>, "sgd(momentum=0, weight-decay=0)"),
        (&Adam::new(0.003), "adam(weight-decay=0)"),
        (&AdamW::new(0.001), "adamw"),
        (&RmsProp::new(0.001).penalty(Penalty::none().l1(0.1)), "rmsprop(weight-decay=0, l1=0.1)"),
        (&Sgd::new(0.01).momentum(0.9).weight_decay(0.0015).clip_norm(1.0), "clip-norm(1, sgd)"),
    ] {
        assert_eq!(kind_of(optimizer), kind);
    }
}

/// What a schedule changes is what is said.
#[test]
fn the_rate_is_the_one_of_now() {
    let mut adam = Adam::<f64>::new(0.003).weight_decay(0.0015);
    adam.set_learning_rate(0.5);
    assert_eq!(kind_of(&adam), "adam(0.5)");
}

#[test]
fn what_is_not_known_is_said_with_what_is() {
    let message = |kind: &str| known().get(kind).unwrap_err().to_string();
    let unknown = "unknown optimiser \"adan\" (did you mean adam?): choose one of sgd, adam, ";
    assert!(message("adan").starts_with(unknown), "{}", message("adan"));
    assert!(message("clip-norm(1, adan)").starts_with(unknown));
    assert_eq!(message("clip-norm(1)"), "clip-norm needs its optimizer: it takes limit, optimizer");
    assert_eq!(
        message("clip-norm(0, sgd)"),
        "the limit of clip-norm must be a number above 0, got 0"
    );
    let takes = "learning-rate, epsilon, initial-sum, weight-decay, l1, decoupled-decay";
    assert_eq!(
        message("adagrad(momentum=0.5)"),
        format!("adagrad has no option `momentum`: it takes {takes}")
    );
    let schedule = |kind: &str| ScheduleKinds::new().get(kind).err().unwrap().to_string();
    assert_eq!(schedule("warm-up(1, cosin)"), {
        let names = "constant, step, exponential, cosine, one-cycle, warm-up";
        format!("unknown schedule \"cosin\" (did you mean cosine?): choose one of {names}")
    });
}

#[test]
fn a_kind_and_its_schedule_are_each_other_s_inverse() {
    let known = ScheduleKinds::new();
    for name in [
        "constant",
        "step",
        "step(7.5)",
        "step(factor=0.5)",
        "exponential(0.5)",
        "cosine(0.1)",
        "one-cycle(0.2, 0.1, 0.01)",
        "warm-up(2, cosine, 0.5)",
        "warm-up(2, step(10, 0.5))",
    ] {
        let schedule = known.get(name).unwrap();
        assert_eq!(schedule.kind().to_string(), name);
        schedule.check().unwrap();
    }
    let names = |kind: &str| known.get(kind).unwrap().kind().to_string();
    assert_eq!(names("step:7.5:0.5"), "step(7.5, 0.5)");
    assert_eq!(CosineDecay::new().warm_up(2.0).kind(), "warm-up(2, cosine)".into());
    let plateau = Plateau::from_kind(&"plateau:3:0.1".into()).unwrap();
    assert_eq!(plateau, Plateau::new(0.1, 3));
    assert_eq!(Kind::from(plateau.floor(0.25)).to_string(), "plateau(3, 0.1, floor=0.25)");
}

/// A closure cannot be told from another, and is not stored.
#[test]
fn a_function_is_a_schedule_without_a_name() {
    let linear = |t: f64, end: f64| 1.0 - t / end;
    assert!(!linear.kind().is_whole());
}

/// Steps of one size, by the sign of the gradient.
#[derive(Debug)]
struct SignDescent {
    rate: f64,
}

impl Optimizer<f64> for SignDescent {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<f64>,
        _threads: &Threads,
    ) -> Result<(), OptimError> {
        parameters.each_mut(&mut |param| {
            for j in 0..param.value.ncols() {
                for i in 0..param.value.nrows() {
                    param.value[(i, j)] -= self.rate * param.grad[(i, j)].signum();
                }
            }
        });
        Ok(())
    }
    fn kind(&self) -> Kind {
        self.described()
    }
    fn learning_rate(&self) -> f64 {
        self.rate
    }
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.rate = learning_rate;
    }
}

impl Described for SignDescent {
    const SPEC: Spec = Spec::new("sign-descent", "steps of one size").options(&[Opt::number(
        "learning-rate",
        Range::POSITIVE,
    )
    .default_number(0.01)]);

    fn from_options(options: &Options) -> Self {
        Self { rate: options.number("learning-rate") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.rate.into()]
    }
}

#[test]
fn an_optimiser_of_one_s_own_has_a_name_once_it_is_registered() {
    assert!(matches!(known().get("sign-descent"), Err(KindError::Unknown { .. })));
    let mut mine = known().with::<SignDescent>().get("clip-norm(1, sign-descent(0.5))").unwrap();
    assert_eq!(kind_of(&*mine), "clip-norm(1, sign-descent(0.5))");
    let mut layer = crate::common::layer::<f64>(2, 3);
    crate::common::set_gradients(&mut layer, |_, _| 0.1);
    let before = layer.weight().value[(1, 2)];
    mine.step(&mut layer, &Threads::single()).unwrap();
    assert_eq!(layer.weight().value[(1, 2)], before - 0.5);
}

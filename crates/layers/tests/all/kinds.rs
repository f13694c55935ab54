//! Every layer says what it is, and comes back from what it says.

use densely_layers::{
    Activation, Described, Dropout, Elu, InputNoise, Kind, KindError, Layer, LayerKind, LayerKinds,
    LeakyRelu, Linear, Maxout, Options, PRelu, Param, ParamPlan, Relu, Role, Selu, Sequential,
    Spec, Tanh,
};
use densely_tensor::{Initializer, Mat, MatMut, MatRef, Real, Scalar, ShapeError};
use proptest::prelude::*;

/// The kind of the layer that a text stands for, with so many inputs.
fn made(text: &str, inputs: usize) -> String {
    let known = LayerKinds::<f64>::new();
    known.get(text).unwrap().layer(inputs).unwrap().kind().to_string()
}

#[test]
fn every_kind_comes_back() {
    for (text, kind) in [
        ("relu", "relu"),
        ("leaky-relu(0.01)", "leaky-relu"),
        ("leaky-relu:-1e300", "leaky-relu(-1e300)"),
        ("elu(alpha=1)", "elu"),
        ("maxout(3)", "maxout(3)"),
        ("prelu", "prelu"),
        ("prelu(shared)", "shared-prelu"),
        ("prelu(shared=false)", "prelu"),
        ("linear(7)", "linear(7)"),
        ("dropout(0.5)", "dropout(0.5)"),
        ("input-noise(0)", "input-noise(0)"),
    ] {
        assert_eq!(made(text, 6), kind);
        assert_eq!(made(kind, 6), kind);
    }
    for name in LayerKinds::<f64>::new().activation_names() {
        assert_eq!(made(name, 6), name);
    }
}

#[test]
fn activations_are_those_that_may_follow_weights() {
    let known = LayerKinds::<f32>::new();
    let others: Vec<_> = known.specs().map(Spec::name).collect();
    let others: Vec<_> =
        others.into_iter().filter(|name| known.activation(*name).is_err()).collect();
    assert_eq!(others, ["scale-shift", "linear", "dropout", "input-noise"]);
    let error = known.activation("linear(3)").unwrap_err();
    assert!(error.to_string().starts_with("unknown activation \"linear\": choose one of relu, "));
    let error = known.get("rellu").unwrap_err();
    let KindError::Unknown { family, name, choices, .. } = error else { panic!("{error}") };
    assert_eq!((family, name.as_str()), ("layer", "rellu"));
    assert!(choices.contains("prelu, shared-prelu, maxout, scale-shift, linear"), "{choices}");
}

/// What is planned is what is made.
#[test]
fn plans_hold() {
    let known = LayerKinds::<f64>::new();
    for text in ["linear(7)", "prelu", "shared-prelu", "maxout(3)", "tanh", "dropout(0.1)"] {
        let layer = known.get(text).unwrap();
        let (plan, layer) = (layer.plan(6).unwrap(), layer.layer(6).unwrap());
        let mut parameters = Vec::new();
        layer.visit_params(&mut |param| {
            parameters.push(ParamPlan::new(param.role, param.value.nrows(), param.value.ncols()));
        });
        assert_eq!((plan.outputs, plan.parameters), (layer.out_features(6).unwrap(), parameters));
    }
    let wide = known.get(Kind::new("linear").with(usize::MAX)).unwrap();
    assert_eq!(wide.plan(6).unwrap().parameters[0], ParamPlan::new(Role::Weight, usize::MAX, 6));
    assert!(matches!(wide.layer(6), Err(ShapeError::Memory { .. })));
    let maxout = known.get("maxout(4)").unwrap();
    assert!(matches!(maxout.plan(6), Err(ShapeError::Count { expected: 4, actual: 6, .. })));
    assert_eq!(maxout.inputs_per_output(), 4);
}

#[test]
fn initialisers_suit_what_follows() {
    let suited = |layer: &dyn Layer<f64>| layer.suited_initializer();
    for text in ["relu", "leaky-relu", "elu", "gelu", "gelu-tanh", "silu", "softplus", "relu6"] {
        let known = LayerKinds::new();
        let layer = known.get(text).unwrap().layer(3).unwrap();
        assert_eq!(suited(&*layer), Initializer::HeNormal, "{text}");
    }
    for text in ["tanh", "hard-tanh", "sigmoid", "identity"] {
        let known = LayerKinds::new();
        let layer = known.get(text).unwrap().layer(3).unwrap();
        assert_eq!(suited(&*layer), Initializer::XavierNormal, "{text}");
    }
    assert_eq!(suited(&Selu), Initializer::LecunNormal);
    assert_eq!(suited(&Maxout::new(2).unwrap()), Initializer::LecunNormal);
    assert_eq!(suited(&PRelu::shared(0.25)), Initializer::HeNormal);
}

proptest! {
    #[test]
    fn options_come_back(value in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
        let leaky = LeakyRelu::new(value);
        prop_assert_eq!(LeakyRelu::from_kind(&Kind::from(leaky)), Ok(leaky));
        let elu = Elu::new(value);
        prop_assert_eq!(Elu::from_kind(&Kind::from(elu)), Ok(elu));
        let noise = InputNoise::new(value.abs()).unwrap();
        prop_assert_eq!(InputNoise::from_kind(&Kind::from(noise)), Ok(noise));
    }

    #[test]
    fn probabilities_come_back(value in 0.0..1.0_f64) {
        let dropout = Dropout::new(value).unwrap();
        prop_assert_eq!(Dropout::from_kind(&Kind::from(dropout)), Ok(dropout));
    }
}

/// x, multiplied by a number that is learned.
#[derive(Debug, Clone)]
struct Scaled<T> {
    scale: Param<T>,
}

impl<T: Scalar> LayerKind<T> for Scaled<T> {
    const SPEC: Spec = Spec::new("scaled", "x times a number that is learned");

    fn from_options(_options: &Options, _inputs: usize) -> Result<Self, ShapeError> {
        Ok(Self { scale: Param::scale(Mat::full(1, 1, T::ONE)) })
    }
}

impl<T: Scalar> Layer<T> for Scaled<T> {
    fn kind(&self) -> Kind {
        Self::SPEC.kind(&[])
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        for j in 0..x.ncols() {
            for i in 0..x.nrows() {
                y[(i, j)] = self.scale.value[(0, 0)] * x[(i, j)];
            }
        }
    }

    fn backward_input(
        &self,
        _x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        self.forward(dy, dx, tape);
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        visit(&self.scale);
    }
}

#[derive(Debug, Clone)]
struct Isru;

impl Activation for Isru {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (x * x + R::ONE).sqrt()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let d = (x * x + R::ONE).sqrt();
        R::ONE / (d * d * d)
    }
}

impl Described for Isru {
    const SPEC: Spec = Spec::new("isru", "x / sqrt(1 + x²)");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

#[test]
fn layers_of_ones_own_are_known_once_they_are_registered() {
    let known = LayerKinds::<f32>::new();
    assert!(matches!(known.get(Isru), Err(KindError::Unknown { .. })));
    let known = known.with::<Isru>().with::<Scaled<f32>>();
    let layer = known.get("scaled").unwrap();
    assert_eq!(layer.plan(3).unwrap().parameters, [ParamPlan::new(Role::Scale, 1, 1)]);
    assert_eq!(layer.layer(3).unwrap().kind(), Kind::new("scaled"));
    let isru = known.activation(Isru).unwrap().layer(3).unwrap();
    assert_eq!(isru.kind(), Kind::new("isru"));
    // It is flat far out on both sides.
    assert_eq!(isru.suited_initializer(), Initializer::XavierNormal);
}

#[test]
#[should_panic(expected = "there is a layer of the name relu already")]
fn a_name_stands_for_one_kind() {
    #[derive(Debug, Clone)]
    struct Other;
    impl Activation for Other {
        fn f<R: Real>(&self, x: R) -> R {
            x
        }
        fn df<R: Real>(&self, _x: R, _y: R) -> R {
            R::ONE
        }
    }
    impl Described for Other {
        const SPEC: Spec = Spec::new("relu", "no rectifier");
        fn from_options(_options: &Options) -> Self {
            Self
        }
    }
    let _ = LayerKinds::<f32>::new().with::<Other>();
}

/// A container is not known by its name; what is in it is.
#[test]
fn a_network_is_the_list_of_its_layers() {
    let linear = || Linear::from_parts(Mat::<f64>::zeros(3, 3), Mat::zeros(3, 1)).unwrap();
    let inner = Sequential::new(3).unwrap().with(linear()).unwrap().with(Relu).unwrap();
    let network = Sequential::new(3).unwrap().with(linear()).unwrap().with(Tanh).unwrap();
    assert_eq!(network.kinds(), Kind::list("linear(3), tanh").unwrap());
    assert!(!network.with(inner).unwrap().kinds()[2].is_whole());
}

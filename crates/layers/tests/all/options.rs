//! What layers say of themselves: the options that were set, and what they learn.

use densely_layers::{
    Activation, Dropout, Elu, InputNoise, Kind, Layer, LeakyRelu, Linear, Maxout, PRelu, Param,
    Relu, Sequential, parameter_count,
};
use densely_tensor::{Mat, Scalar, ShapeError, mat};

#[test]
fn options_are_those_that_were_set() {
    assert_eq!((Elu::default().alpha(), Elu::new(0.3).alpha()), (1.0, 0.3));
    assert_eq!((LeakyRelu::default().slope(), LeakyRelu::new(0.3).slope()), (0.01, 0.3));
    assert_eq!(Maxout::new(3).map(|maxout| maxout.pieces()), Ok(3));
    assert_eq!(Dropout::new(0.3).unwrap().drop_probability(), 0.3);
    assert_eq!(InputNoise::new(0.3).unwrap().standard_deviation(), 0.3);
    let (shared, per_unit) = (PRelu::shared(0.3), PRelu::<f64>::per_unit(4).unwrap());
    assert!(shared.is_shared() && !per_unit.is_shared());
    assert_eq!(shared.slope().value, mat![[0.3]]);
    assert_eq!(per_unit.slope().value, Mat::full(4, 1, 0.25));
}

#[test]
fn parameters_are_counted_and_say_whether_they_decay() {
    let value = || Mat::<f64>::zeros(3, 2);
    for (param, decays) in [
        (Param::weight(value()).named("w"), true),
        (Param::weight(value()).named("w").decays(false), false),
        (Param::bias(value()).named("w"), false),
        (Param::shift(value()).named("w"), false),
    ] {
        assert_eq!(
            (param.name, param.len(), param.is_empty(), param.decay),
            ("w", 6, false, decays)
        );
        assert_eq!((param.grad.nrows(), param.grad.ncols()), (3, 2));
    }
    assert!(Param::slope(Mat::<f64>::zeros(0, 5)).is_empty());
    let linear = Linear::from_parts(value(), Mat::zeros(3, 1)).unwrap();
    assert_eq!(parameter_count(&linear), 9);
    assert_eq!(parameter_count::<f64>(&Relu), 0);
}

#[test]
fn a_network_knows_the_widths_of_its_layers() -> Result<(), ShapeError> {
    let linear =
        |rows, columns| Linear::from_parts(Mat::<f64>::zeros(rows, columns), Mat::zeros(rows, 1));
    let network =
        Sequential::new(2)?.with(linear(6, 2)?)?.with(Maxout::new(3)?)?.with(linear(5, 2)?)?;
    assert_eq!((network.in_features(), network.width()), (2, 5));
    let widths = network.stages().iter().map(|stage| (stage.in_features(), stage.out_features()));
    assert_eq!(widths.collect::<Vec<_>>(), [(2, 6), (6, 2), (2, 5)]);
    let kinds: Vec<_> = network.stages().iter().map(|stage| stage.layer().kind()).collect();
    assert_eq!(kinds, Kind::list("linear(6), maxout(3), linear(5)").unwrap());
    let odd = Layer::<f64>::out_features(&Maxout::new(3)?, 7);
    assert!(matches!(odd, Err(ShapeError::Count { expected: 6, actual: 7, .. })), "{odd:?}");
    Ok(())
}

/// Noise is added to as many outputs as there are inputs, and only dropout has to remember
/// what it did.
#[test]
fn noise_keeps_the_number_of_features() -> Result<(), Box<dyn std::error::Error>> {
    let layers: [(Box<dyn Layer<f64>>, usize); 3] = [
        (Box::new(Dropout::new(0.5)?), 7),
        (Box::new(InputNoise::new(0.5)?), 0),
        (Box::new(Relu), 0),
    ];
    for (layer, tape_rows) in layers {
        assert_eq!((layer.out_features(7)?, layer.tape_rows(7)), (7, tape_rows), "{layer:?}");
    }
    Ok(())
}

/// Outputs, gradients and tapes of hidden layers start at cache lines: 8 values of `f64`, 16
/// of `f32`. The last layer has none.
#[test]
fn a_tape_is_made_of_whole_cache_lines() -> Result<(), Box<dyn std::error::Error>> {
    fn rows<T: Scalar>() -> Result<usize, Box<dyn std::error::Error>> {
        let network = Sequential::<T>::new(3)?.with(Dropout::new(0.5)?)?.with(Relu)?;
        Ok(network.tape_rows(3))
    }
    assert_eq!((rows::<f64>()?, rows::<f32>()?), (3 * 8, 3 * 16));
    Ok(())
}

/// At 0, between the slopes 1 and α: α, as the definition says.
#[test]
fn the_kink_of_elu_belongs_to_its_left_side() {
    let elu = Elu::new(0.3);
    assert_eq!((elu.df(0.0, elu.f(0.0)), elu.df(1e-300, elu.f(1e-300))), (0.3, 1.0));
}

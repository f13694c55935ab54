//! What layers say of themselves: the options that were set, and what they learn.

use densely_layers::{
    Dropout, Elu, InputNoise, Layer, LeakyRelu, Linear, Maxout, PRelu, Param, Relu, Sequential,
    parameter_count,
};
use densely_tensor::{Mat, ShapeError, mat};

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
    for (param, decays) in
        [(Param::decayed("w", value()), true), (Param::undecayed("w", value()), false)]
    {
        assert_eq!(
            (param.name, param.len(), param.is_empty(), param.decay),
            ("w", 6, false, decays)
        );
        assert_eq!((param.grad.nrows(), param.grad.ncols()), (3, 2));
    }
    assert!(Param::decayed("w", Mat::<f64>::zeros(0, 5)).is_empty());
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
    assert_eq!(kinds, ["Linear", "Maxout", "Linear"]);
    assert!(Layer::<f64>::out_features(&Maxout::new(3)?, 7).is_err());
    Ok(())
}

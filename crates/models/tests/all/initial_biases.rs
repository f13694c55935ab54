//! Hidden biases that are drawn.

use densely_layers::{Layer, Role, ScaleShift};
use densely_models::{Mlp, Model};

/// The entries of each parameter of a role, in order.
fn of_role(model: &mut Model<f64>, role: Role) -> Vec<Vec<f64>> {
    let mut found = Vec::new();
    model.network_mut().visit_params(&mut |param| {
        if param.role == role {
            let entries = (0..param.value.ncols()).flat_map(|j| param.value.col(j).iter());
            found.push(entries.copied().collect());
        }
    });
    found
}

#[test]
fn they_lie_within_two_over_the_inputs_and_those_of_the_last_layer_stay() {
    let mut model = Mlp::regressor(2, 3).hidden([500, 40]).seed(5).build::<f64>().unwrap();
    let weights = of_role(&mut model, Role::Weight);
    model.draw_hidden_biases(5);
    assert_eq!(of_role(&mut model, Role::Weight), weights);
    let biases = of_role(&mut model, Role::Bias);
    for (biases, bound) in biases.iter().zip([1.0, 2.0 / 500.0]) {
        let squares = biases.iter().map(|b| b * b / (bound * bound)).sum::<f64>();
        let n = biases.len() as f64;
        assert!(biases.iter().all(|b| b.abs() <= bound), "{biases:?}");
        // Uniform: the mean square is 1/3, and its variance 4/45 over the number.
        assert!((squares / n - 1.0 / 3.0).abs() < 5.0 * (4.0 / 45.0 / n).sqrt(), "{squares}");
        assert!(
            biases.iter().any(|b| *b > 0.5 * bound) && biases.iter().any(|b| *b < -0.5 * bound)
        );
    }
    assert_eq!(biases[2], [0.0; 3]);
}

#[test]
fn a_seed_has_its_own_and_layers_differ() {
    let drawn = |seed| {
        let mut model = Mlp::classifier(8, 2).hidden([8, 8]).build::<f64>().unwrap();
        model.draw_hidden_biases(seed);
        of_role(&mut model, Role::Bias)
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert_ne!(drawn(1)[0], drawn(1)[1]);
}

#[test]
fn units_of_one_feature_bend_in_different_places() {
    let mut model = Mlp::regressor(1, 1).hidden([64]).build::<f64>().unwrap();
    model.initialize_for_tables(0);
    let (weights, biases) = (of_role(&mut model, Role::Weight), of_role(&mut model, Role::Bias));
    let bends = weights[0].iter().zip(&biases[0]).map(|(w, b)| -b / w);
    let near = bends.clone().filter(|bend| bend.abs() < 0.1).count();
    let within = bends.filter(|bend| bend.abs() < 3.0).count();
    assert!(near < 16 && within > 48, "{near} near the mean, {within} where examples are");
}

#[test]
fn a_shift_is_no_bias() {
    let mut model = Mlp::regressor(4, 1).hidden([6]).build::<f64>().unwrap();
    model.network_mut().push(ScaleShift::new(1).unwrap()).unwrap();
    model.draw_hidden_biases(0);
    assert_eq!(of_role(&mut model, Role::Shift), [[0.0]]);
    assert_eq!(of_role(&mut model, Role::Bias)[1], [0.0]);
}

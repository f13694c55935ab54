use densely_tensor::{Initializer, Key, Mat, Purpose, Stream};
use proptest::prelude::*;

use super::*;
use crate::{Dropout, Identity, Kind, LeakyRelu, Linear, Maxout, Relu, Tanh};

fn stream(seed: u64) -> Stream {
    Stream::new(seed, Purpose::Other, Key::default())
}

fn random(rows: usize, columns: usize, stream: &mut Stream) -> Mat<f64> {
    Mat::from_fn(rows, columns, |_, _| stream.normal())
}

fn linear(inputs: usize, outputs: usize, stream: &mut Stream) -> Linear<f64> {
    let (weight, bias) = (random(outputs, inputs, stream), random(outputs, 1, stream));
    Linear::from_parts(weight, bias).unwrap()
}

/// Tanh layers of the given widths, the last one linear.
fn tanh_network(widths: &[usize], stream: &mut Stream) -> Sequential<f64> {
    let mut network = Sequential::new(widths[0]).unwrap();
    for (i, pair) in widths.windows(2).enumerate() {
        network.push(linear(pair[0], pair[1], stream)).unwrap();
        if i + 2 < widths.len() {
            network.push(Tanh).unwrap();
        }
    }
    network
}

/// Output and gradients of one training pass: `y`, `dx`, and each parameter's `grad`.
fn pass(
    network: &mut Sequential<f64>,
    x: &Mat<f64>,
    dy: &Mat<f64>,
) -> (Mat<f64>, Mat<f64>, Vec<Mat<f64>>) {
    let n = x.ncols();
    let mut tape = Mat::from_fn(network.tape_rows(x.nrows()), n, |_, _| f64::NAN);
    let (mut y, mut dx) = (Mat::zeros(network.width(), n), Mat::zeros(x.nrows(), n));
    network.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
    network.backward_input(x.as_ref(), y.as_ref(), dy.as_ref(), dx.as_mut(), tape.as_mut());
    network.backward_params(x.as_ref(), dy.as_ref(), tape.as_ref(), &Threads::single());
    let mut grads = Vec::new();
    network.visit_params(&mut |param| grads.push(param.grad.clone()));
    (y, dx, grads)
}

/// `<dy, network(x)>`, whose gradients are those of a backward pass with `dy`.
fn inner_product(network: &Sequential<f64>, x: &Mat<f64>, dy: &Mat<f64>) -> f64 {
    let mut tape = Mat::zeros(network.tape_rows(x.nrows()), x.ncols());
    let mut y = Mat::zeros(network.width(), x.ncols());
    network.forward(x.as_ref(), y.as_mut(), tape.as_mut());
    (y.transpose() * dy).diagonal().column_vector().sum()
}

const STEP: f64 = 1e-5;

/// `(f(h) - f(-h)) / 2h`.
fn central_difference(mut f: impl FnMut(f64) -> f64) -> f64 {
    (f(STEP) - f(-STEP)) / (2.0 * STEP)
}

/// Adds `h` to entry `(i, j)` of the parameter at `index`.
fn nudge(network: &mut Sequential<f64>, index: usize, (i, j): (usize, usize), h: f64) {
    let mut visited = 0;
    network.visit_params_mut(&mut |param| {
        if visited == index {
            param.value[(i, j)] += h;
        }
        visited += 1;
    });
}

/// Whether a gradient agrees with differences of a sum, norm-wise: to 1e-8, but for the
/// rounding errors of the sum, which the differences divide by the step. They are as large
/// as its terms, however small the gradient (of a saturated tanh) may be.
fn agrees(gradient: &Mat<f64>, numeric: &Mat<f64>, terms: f64) -> bool {
    let entries = (gradient.nrows() * gradient.ncols()) as f64;
    let rounding = 4.0 * f64::EPSILON * terms / STEP * entries.sqrt();
    (gradient - numeric).norm_l2() <= 1e-8 * (gradient.norm_l2() + numeric.norm_l2()) + rounding
}

proptest! {
    /// Every gradient of a network of random size agrees with central differences of
    /// its forward pass, norm-wise, for the input and for each parameter on its own.
    #[test]
    fn gradients_agree_with_central_differences(
        widths in prop::collection::vec(1_usize..7, 2..5), n in 2_usize..5, seed: u64,
    ) {
        let mut stream = stream(seed);
        let mut network = tanh_network(&widths, &mut stream);
        let x = random(widths[0], n, &mut stream);
        let dy = random(network.width(), n, &mut stream);
        let (y, dx, grads) = pass(&mut network, &x, &dy);
        let terms: f64 = (0..n).flat_map(|j| (0..y.nrows()).map(move |i| (i, j)))
            .map(|at| (y[at] * dy[at]).abs()).sum();

        let numeric = Mat::from_fn(x.nrows(), n, |i, j| central_difference(|h| {
            let mut x = x.clone();
            x[(i, j)] += h;
            inner_product(&network, &x, &dy)
        }));
        prop_assert!(agrees(&dx, &numeric, terms), "dx: {dx:?} {numeric:?}");

        for (index, grad) in grads.iter().enumerate() {
            let numeric = Mat::from_fn(grad.nrows(), grad.ncols(), |i, j| central_difference(|h| {
                nudge(&mut network, index, (i, j), h);
                let value = inner_product(&network, &x, &dy);
                nudge(&mut network, index, (i, j), -h);
                value
            }));
            prop_assert!(agrees(grad, &numeric, terms), "parameter {index}: {grad:?} {numeric:?}");
        }
    }

    /// Maxout passes gradients to the layer before it, and is the ReLU of a linear layer
    /// if one of its two pieces is zero.
    #[test]
    fn maxout_generalises_relu(n in 1_usize..6, seed: u64) {
        let mut draws = stream(seed);
        let (weight, bias) = (random(5, 3, &mut draws), random(5, 1, &mut draws));
        let with_zeros = |m: &Mat<f64>| {
            Mat::from_fn(10, m.ncols(), |i, j| if i < 5 { 0.0 } else { m[(i - 5, j)] })
        };
        let linear = |weight, bias| Linear::from_parts(weight, bias).unwrap();
        let mut maxout = Sequential::new(3).unwrap()
            .with(linear(with_zeros(&weight), with_zeros(&bias))).unwrap()
            .with(Maxout::new(2).unwrap()).unwrap();
        let mut relu = Sequential::new(3).unwrap()
            .with(linear(weight, bias)).unwrap().with(Relu).unwrap();
        let (x, dy) = (random(3, n, &mut draws), random(5, n, &mut draws));
        let (y, dx, grads) = pass(&mut maxout, &x, &dy);
        let (relu_y, relu_dx, relu_grads) = pass(&mut relu, &x, &dy);
        prop_assert_eq!(y, relu_y);
        prop_assert!((dx - relu_dx).norm_max() < 1e-12);
        for (grad, relu_grad) in grads.iter().zip(relu_grads) {
            prop_assert!((grad.subrows(5, 5) - relu_grad).norm_max() < 1e-12);
        }
    }

    /// Nesting changes neither results nor gradients, to the bit.
    #[test]
    fn a_nested_network_is_the_flat_one(n in 1_usize..6, seed: u64) {
        let mut draws = stream(seed);
        let layers: Vec<_> = [(3, 5), (5, 4), (4, 2)].map(|(i, o)| linear(i, o, &mut draws)).into();
        let mut flat = Sequential::new(3).unwrap();
        for layer in &layers {
            flat.push(layer.clone()).unwrap();
            flat.push(LeakyRelu::new(0.1)).unwrap();
        }
        let [a, b, c]: [Linear<f64>; 3] = layers.try_into().unwrap();
        let leaky = || LeakyRelu::new(0.1);
        let inner = Sequential::new(5).unwrap().with(b).unwrap().with(leaky()).unwrap();
        let middle = Sequential::new(5).unwrap().with(leaky()).unwrap().with(inner).unwrap();
        let empty = Sequential::new(4).unwrap();
        let mut nested = Sequential::new(3).unwrap()
            .with(a).unwrap().with(middle).unwrap().with(empty).unwrap()
            .with(c).unwrap().with(leaky()).unwrap();
        let (x, dy) = (random(3, n, &mut draws), random(2, n, &mut draws));
        prop_assert_eq!(pass(&mut flat, &x, &dy), pass(&mut nested, &x, &dy));
    }

    /// Without `dx`, and with layers before the first parameter, gradients are the same.
    #[test]
    fn gradients_without_the_inputs_gradient(n in 1_usize..6, seed: u64) {
        let mut draws = stream(seed);
        let mut network = Sequential::new(3).unwrap()
            .with(Tanh).unwrap().with(Relu).unwrap()
            .with(linear(3, 4, &mut draws)).unwrap().with(Tanh).unwrap()
            .with(linear(4, 2, &mut draws)).unwrap();
        let (x, dy) = (random(3, n, &mut draws), random(2, n, &mut draws));
        let (y, _, grads) = pass(&mut network, &x, &dy);
        let mut tape = Mat::from_fn(network.tape_rows(3), n, |_, _| f64::NAN);
        let mut y_again = y.clone();
        network.forward_train(x.as_ref(), y_again.as_mut(), tape.as_mut(), At::default());
        network.backward_tape(x.as_ref(), y.as_ref(), dy.as_ref(), tape.as_mut());
        network.visit_params_mut(&mut |param| param.grad.fill(f64::NAN));
        network.backward_params(x.as_ref(), dy.as_ref(), tape.as_ref(), &Threads::single());
        let mut again = Vec::new();
        network.visit_params(&mut |param| again.push(param.grad.clone()));
        prop_assert_eq!(grads, again);
    }

    /// A large gradient is cut into panels, narrower ones for many threads; that does not change its bits.
    #[test]
    fn threads_do_not_change_the_bits_of_a_gradient(
        count in 2_usize..4, many in 4_usize..70, n in 1_usize..600,
        inputs in 200_usize..400, outputs in 1_usize..300,
    ) {
        let mut draws = stream(1);
        let (x, dy) = (random(inputs, n, &mut draws), random(outputs, n, &mut draws));
        let mut layer = linear(inputs, outputs, &mut draws);
        let mut grads = |threads: &Threads| {
            layer.backward_params(x.as_ref(), dy.as_ref(), Mat::new().as_ref(), threads);
            (layer.weight().grad.clone(), layer.bias().grad.clone())
        };
        let one = grads(&Threads::single());
        prop_assert_eq!(&grads(&Threads::new(count).unwrap()), &one);
        prop_assert_eq!(&Threads::timeline(many, grads).0, &one);
    }
}

/// Small integers: every product and sum is exact.
#[test]
fn linear_by_hand() {
    use densely_tensor::mat;
    let layer =
        Linear::from_parts(mat![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], mat![[1.0], [0.0], [-1.0]]);
    let mut network = Sequential::new(2).unwrap().with(layer.unwrap()).unwrap();
    let (x, dy) = (mat![[1.0, -1.0], [2.0, 0.0]], mat![[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]);
    let (y, dx, grads) = pass(&mut network, &x, &dy);
    assert_eq!(y, mat![[6.0, 0.0], [11.0, -3.0], [16.0, -6.0]]);
    assert_eq!(dx, mat![[6.0, 11.0], [8.0, 14.0]]);
    assert_eq!(grads[0], mat![[1.0, 2.0], [-2.0, 0.0], [0.0, 2.0]]);
    assert_eq!(grads[1], mat![[1.0], [2.0], [2.0]]);
}

/// Many examples and outputs, for which products are made otherwise: small integers, too.
#[test]
fn a_large_gradient_is_the_sum_over_the_examples_at_any_number_of_threads() {
    let (outputs, n) = (512, 256);
    let entry = |i: usize, j: usize| ((i * 7 + j * 13 + i * j) % 11) as f64 - 5.0;
    for inputs in [384, 391] {
        let (x, dy) = (Mat::from_fn(inputs, n, entry), Mat::from_fn(outputs, n, entry));
        let expected = &dy * x.transpose();
        let mut layer = linear(inputs, outputs, &mut stream(0));
        for threads in [Threads::single(), Threads::new(2).unwrap(), Threads::new(3).unwrap()] {
            layer.backward_params(x.as_ref(), dy.as_ref(), Mat::new().as_ref(), &threads);
            assert_eq!(layer.weight().grad, expected, "{inputs} inputs");
        }
    }
}

#[test]
fn a_layer_that_does_not_fit_is_named_and_not_added() {
    let mut draws = stream(0);
    let mut network = Sequential::new(3).unwrap();
    network.push(linear(3, 4, &mut draws)).unwrap();
    let error = network.push(linear(3, 4, &mut draws)).unwrap_err();
    assert_eq!(error.to_string(), "layer 1 (linear): Linear: expected 3 inputs, got 4");
    assert_eq!((network.stages().len(), network.width()), (1, 4));
    let inputs = network.out_features(2).unwrap_err().to_string();
    assert_eq!(inputs, "Sequential: expected 3 inputs, got 2");
    let none = Sequential::<f32>::new(0).unwrap_err().to_string();
    assert_eq!(none, "Sequential: the number of inputs must not be zero");
    let mut sizes = |inputs, outputs| {
        let linear = Linear::<f32>::new(inputs, outputs, Initializer::Zeros, &mut draws);
        linear.unwrap_err().to_string()
    };
    assert_eq!(sizes(0, 1), "Linear: the number of inputs must not be zero");
    assert_eq!(sizes(1, 0), "Linear: the number of outputs must not be zero");
    let bias = |rows, columns| {
        let linear = Linear::from_parts(Mat::<f32>::zeros(2, 3), Mat::zeros(rows, columns));
        linear.unwrap_err().to_string()
    };
    assert_eq!(bias(3, 1), "Linear: expected 2 rows of the bias, got 3");
    assert_eq!(bias(2, 2), "Linear: expected 1 columns of the bias, got 2");
}

#[test]
fn layers_chosen_at_run_time() {
    let mut network = Sequential::<f32>::new(2).unwrap();
    for layer in [Box::new(Identity) as Box<dyn Layer<f32>>, Box::new(Tanh)] {
        network.push_boxed(layer).unwrap();
    }
    let kinds: Vec<_> = network.stages().iter().map(|stage| stage.layer().kind()).collect();
    assert_eq!(kinds, [Kind::new("identity"), Kind::new("tanh")]);
}

/// What is shown is what the layers compute when they are called one by one.
#[test]
fn an_inspection_shows_what_went_through_each_layer() {
    let mut stream = stream(11);
    let (first, last) = (linear(3, 4, &mut stream), linear(4, 2, &mut stream));
    let network = Sequential::new(3)
        .and_then(|network| network.with(Identity)?.with(first.clone())?.with(Tanh))
        .and_then(|network| network.with(last.clone()))
        .unwrap();
    let (x, dy) = (random(3, 5, &mut stream), random(2, 5, &mut stream));
    let mut tape = Mat::from_fn(network.tape_rows(3), 5, |_, _| f64::NAN);
    let mut y = Mat::zeros(2, 5);
    network.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
    network.backward_tape(x.as_ref(), y.as_ref(), dy.as_ref(), tape.as_mut());

    let forward = |layer: &dyn Layer<f64>, x: &Mat<f64>, rows: usize| {
        let mut y = Mat::zeros(rows, 5);
        layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
        y
    };
    let linear = forward(&first, &x, 4);
    let hidden = forward(&Tanh, &linear, 4);
    let (mut d_hidden, mut d_linear) = (Mat::zeros(4, 5), Mat::zeros(4, 5));
    let mut none = Mat::new();
    last.backward_input(hidden.as_ref(), y.as_ref(), dy.as_ref(), d_hidden.as_mut(), none.as_mut());
    Tanh.backward_input(
        linear.as_ref(),
        hidden.as_ref(),
        d_hidden.as_ref(),
        d_linear.as_mut(),
        none.as_mut(),
    );
    let expected = [
        ("identity", &x, &x, None),
        ("linear(4)", &x, &linear, Some(&d_linear)),
        ("tanh", &linear, &hidden, Some(&d_hidden)),
        ("linear(2)", &hidden, &y, Some(&dy)),
    ];
    let mut seen = 0;
    let (x, y, dy) = (x.as_ref(), y.as_ref(), dy.as_ref());
    network.inspect(x, y, dy, tape.as_ref(), &mut |passed| {
        let (kind, x, y, dy) = expected[passed.index];
        assert_eq!((passed.index, passed.stage.layer().kind()), (seen, kind.parse().unwrap()));
        assert_eq!((passed.x, passed.y), (x.as_ref(), y.as_ref()), "{kind}");
        assert_eq!(passed.dy, dy.map(Mat::as_ref), "{kind}");
        seen += 1;
    });
    assert_eq!(seen, 4);
}

/// Equal layers at different places of a network draw different noise.
#[test]
fn layers_draw_by_their_place() {
    let dropout = || Dropout::new(0.5).unwrap();
    let network = Sequential::new(6)
        .and_then(|network| network.with(dropout())?.with(dropout())?.with(dropout()))
        .unwrap();
    let at = At { seed: 3, step: 1, ..At::default() };
    let mut expected = Mat::<f64>::full(6, 4, 1.0);
    for index in 0..3 {
        let (x, mut mask) = (expected.clone(), Mat::zeros(6, 4));
        dropout().forward_train(x.as_ref(), expected.as_mut(), mask.as_mut(), at.inside(index));
    }
    let (x, mut y) = (Mat::full(6, 4, 1.0), Mat::zeros(6, 4));
    let mut tape = Mat::zeros(network.tape_rows(6), 4);
    network.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at);
    assert_eq!(y, expected);
}

//! The forward pass of a network of three layers, in three lines: with matrices alone, and by
//! the library.
//!
//! `cargo run --release -p densely --example feed_forward`

use densely::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stream = |layer| Stream::new(1, Purpose::Weights, Key { layer, ..Key::default() });
    let weights = |layer, out_features, in_features| -> Mat<f64> {
        Initializer::XavierNormal.matrix(out_features, in_features, &mut stream(layer))
    };
    // The network 3-4-4-1 and one example.
    let (w1, b1) = (weights(0, 4, 3), Mat::full(4, 1, 0.1));
    let (w2, b2) = (weights(1, 4, 4), Mat::full(4, 1, -0.2));
    let (w3, b3) = (weights(2, 1, 4), Mat::full(1, 1, 0.3));
    let x = mat![[0.5], [-1.0], [2.0]];

    let f = |z: Mat<f64>| Mat::from_fn(z.nrows(), z.ncols(), |i, j| Sigmoid.f(z[(i, j)]));
    let h1 = f(&w1 * &x + &b1);
    let h2 = f(&w2 * &h1 + &b2);
    let out = &w3 * &h2 + &b3;
    println!("h1 {:?}\nh2 {:?}\nout {:?}", h1.col(0), h2.col(0), out[(0, 0)]);

    // The same as a network, which takes any number of examples, one a column.
    let network = Sequential::new(3)?
        .with(Linear::from_parts(w1, b1)?)?
        .with(Sigmoid)?
        .with(Linear::from_parts(w2, b2)?)?
        .with(Sigmoid)?
        .with(Linear::from_parts(w3, b3)?)?;
    let model = Model::new(network, MeanSquaredError);
    let scores = model.scores(x.as_ref(), &Threads::single())?;
    println!("as a network of {} parameters: {:?}", model.parameters(), scores[(0, 0)]);
    assert!((scores[(0, 0)] - out[(0, 0)]).abs() < 1e-15, "the same but for rounding");
    Ok(())
}

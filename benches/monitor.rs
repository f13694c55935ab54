//! What monitors add to the time of a fit: pairs of runs, with and without, in turn. As by default,
//! there are a penalty and a limit of the gradient, whose pull monitors look at, too.
//!
//! `cargo bench -p densely --bench monitor`

use std::time::Instant;

use densely::layers::Layer;
use densely::prelude::*;

/// Name, widths of the layers with inputs and outputs, examples in a batch, epochs of 32
/// steps (one that is shorter is not looked at each time), and pairs of runs.
const NETWORKS: [(&str, &[usize], usize, usize, usize); 2] =
    [("digits", &[64, 64, 10], 32, 20, 101), ("mnist", &[784, 512, 256, 10], 256, 1, 11)];

/// The activation, and which share of the hidden units is dead from the beginning, so that
/// there is something to count in every step.
const CASES: [(&str, f64); 4] = [("relu", 0.0), ("relu", 0.2), ("sigmoid", 0.0), ("gelu", 0.2)];

fn main() {
    println!("network  activation  dead  threads  without (µs a step)  with monitors");
    for (name, widths, batch_size, epochs, rounds) in NETWORKS {
        let [inputs, hidden @ .., classes] = widths else { continue };
        let (n, steps) = (32 * batch_size, 32 * epochs);
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let x = Mat::<f32>::from_fn(*inputs, n, |_, _| stream.normal());
        let labels = (0..n).map(|_| stream.below(*classes)).collect();
        let data = Dataset::classification(x, labels, *classes).expect("finite data");
        for (activation, dead) in CASES {
            let mlp = Mlp::classifier(*inputs, *classes).hidden(hidden).activation(activation);
            for count in [1, 2] {
                let threads = Threads::new(count).expect("threads can be started");
                let run = |monitor: bool| {
                    let mut model = mlp.build().expect("positive widths");
                    kill(&mut model, *classes, dead);
                    let sgd = Sgd::new(1e-3).momentum(0.9).weight_decay(1e-4).clip_norm(5.0);
                    let trainer = Trainer::new(sgd)
                        .epochs(epochs)
                        .batch_size(batch_size)
                        .monitor(monitor)
                        .threads(threads.clone());
                    let started = Instant::now();
                    trainer.fit(&mut model, &data).expect("data that fit");
                    started.elapsed().as_secs_f64() * 1e6 / steps as f64
                };
                let pairs: Vec<_> = (0..rounds).map(|_| (run(false), run(true))).collect();
                let without = median(pairs.iter().map(|pair| pair.0));
                let more = 100.0 * (median(pairs.iter().map(|pair| pair.1 / pair.0)) - 1.0);
                println!(
                    "{name:7}  {activation:10}  {:3.0} %  {count:7}  {without:19.1}  {more:+11.1} %",
                    100.0 * dead
                );
            }
        }
    }
}

/// Gives this share of the hidden units a bias that no input outweighs.
fn kill(model: &mut Model<f32>, classes: usize, dead: f64) {
    model.network_mut().visit_params_mut(&mut |param| {
        let units = param.value.nrows();
        if param.name == "bias" && units != classes {
            (0..(dead * units as f64) as usize).for_each(|unit| param.value[(unit, 0)] = -1e3);
        }
    });
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! The results that papers published for fully-connected networks on MNIST, trained again:
//! `cargo run --release --manifest-path benches/results/Cargo.toml -- FOLDER NETWORK SEED [EPOCHS]`.
//!
//! All 60,000 training images are learned from, for a number of epochs that is fixed before; the
//! 10,000 test images are looked at once, after the last. Pixels are between 0 and 1.

mod images;
mod recipe;

use std::env;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use densely::prelude::*;

use recipe::Recipe;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (folder, name, seed, epochs) = match &*arguments {
        [folder, name, seed] => (folder, name, seed, None),
        [folder, name, seed, epochs] => (folder, name, seed, Some(epochs.parse()?)),
        _ => {
            let names = recipe::ALL.map(|recipe| recipe.name).join(", ");
            return Err(format!("expected FOLDER NETWORK SEED [EPOCHS]; networks: {names}").into());
        }
    };
    let known = recipe::ALL.iter().find(|recipe| recipe.name == name);
    let recipe = known.ok_or_else(|| format!("no network is called {name}"))?;
    run(Path::new(folder), recipe, seed.parse()?, epochs.unwrap_or(recipe.epochs))
}

fn run(folder: &Path, recipe: &Recipe, seed: u64, epochs: usize) -> Result<(), Box<dyn Error>> {
    let train = images::read(folder, "train")?;
    let test = images::read(folder, "t10k")?;
    let mut model = recipe.model(seed)?;
    println!("{}: {} parameters, {epochs} epochs, seed {seed}", recipe.name, model.parameters());
    let threads = Threads::new(available_parallelism()?.get())?;
    let begun = Instant::now();
    let trainer = recipe.trainer().epochs(epochs).seed(seed).threads(threads);
    let watched = trainer.monitor(false).on_epoch(|epoch, _| {
        if epoch.epoch % 10 == 0 {
            println!("epoch {:3}: loss {:.5}", epoch.epoch, epoch.train_loss);
        }
        ControlFlow::Continue(())
    });
    watched.fit(&mut model, &train)?;
    let seconds = begun.elapsed().as_secs_f64();
    let evaluation = model.evaluate(&test)?;
    println!(
        "{} seed {seed}: {:.2} % of the test images wrong; {:.0} s, {:.2} s an epoch",
        recipe.name,
        100.0 * (1.0 - evaluation.score()),
        seconds,
        seconds / epochs as f64,
    );
    Ok(())
}

//! What hidden units are for: three classes on a spiral, told apart by a linear classifier
//! and by a network, drawn as an SVG.
//!
//! `cargo run --release -p densely --example decision_regions -- docs/decision_regions.svg`
//!
//! The data are those of CS231n, "Putting it together: Minimal Neural Network Case Study".

use std::f64::consts::PI;

use densely::prelude::*;
use plotters::prelude::*;

const CLASSES: usize = 3;
const PER_CLASS: usize = 100;
/// Half the side of the square that is drawn.
const SIDE: f64 = 1.15;
/// Cells in a row of the picture.
const CELLS: usize = 120;
/// Okabe and Ito's colours, which everybody can tell apart.
const COLORS: [RGBColor; CLASSES] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(0, 158, 115)];

/// Arms that turn by four radians while they leave the centre, a little blurred.
fn spiral() -> Result<Dataset<f64>, Box<dyn std::error::Error>> {
    let mut blur = Stream::new(1, Purpose::Other, Key::default());
    let labels: Vec<usize> = (0..CLASSES * PER_CLASS).map(|j| j / PER_CLASS).collect();
    let mut x = Mat::zeros(2, labels.len());
    for (j, &class) in labels.iter().enumerate() {
        let radius = (j % PER_CLASS) as f64 / (PER_CLASS - 1) as f64;
        let turn = 4.0 * radius + 2.0 * PI * class as f64 / CLASSES as f64;
        let angle = turn + 0.2 * blur.normal::<f64>();
        (x[(0, j)], x[(1, j)]) = (radius * angle.sin(), radius * angle.cos());
    }
    Ok(Dataset::classification(x, labels, CLASSES)?)
}

fn train(spec: &Mlp, data: &Dataset<f32>) -> Result<Model<f32>, Box<dyn std::error::Error>> {
    let mut model = spec.build()?;
    let optimizer = Sgd::new(0.05).momentum(0.9).weight_decay(1e-4);
    Trainer::new(optimizer).epochs(300).fit(&mut model, data)?;
    Ok(model)
}

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw(
    panel: &Panel<'_>,
    caption: &str,
    model: &Model<f32>,
    data: &Dataset<f32>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut chart = ChartBuilder::on(panel)
        .caption(caption, ("sans-serif", 20))
        .margin(12)
        .build_cartesian_2d(-SIDE..SIDE, -SIDE..SIDE)?;
    let step = 2.0 * SIDE / CELLS as f64;
    let center = |cell: usize| -SIDE + (cell as f64 + 0.5) * step;
    let grid = Mat::from_fn(2, CELLS * CELLS, |i, j| {
        center(if i == 0 { j % CELLS } else { j / CELLS }) as f32
    });
    let classes = model.classify(grid.as_ref(), &Threads::single())?;
    // A rectangle for each run of cells of one class.
    for (row, classes) in classes.chunks(CELLS).enumerate() {
        let mut first = 0;
        for run in classes.chunk_by(|a, b| a == b) {
            let (left, bottom) = (center(first) - step / 2.0, center(row) - step / 2.0);
            let corners = [(left, bottom), (left + run.len() as f64 * step, bottom + step)];
            let color = COLORS[run[0]].mix(0.25);
            chart.draw_series([Rectangle::new(corners, color.filled())])?;
            first += run.len();
        }
    }
    let labels = data.labels().into_iter().flatten();
    chart.draw_series(labels.enumerate().map(|(j, &class)| {
        let at = (f64::from(data.x()[(0, j)]), f64::from(data.x()[(1, j)]));
        Circle::new(at, 3, COLORS[class].filled())
    }))?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = spiral()?.cast::<f32>()?;
    let linear = train(&LinearClassifier::softmax(2, CLASSES).into(), &data)?;
    let network = train(&Mlp::classifier(2, CLASSES).hidden([32, 32]), &data)?;
    let scores = (linear.evaluate(&data)?.score(), network.evaluate(&data)?.score());
    println!("linear classifier {:.0} %, network {:.0} %", 100.0 * scores.0, 100.0 * scores.1);
    assert!(scores.0 < 0.7 && scores.1 > 0.95, "a line cannot follow a spiral, a network can");

    if let Some(path) = std::env::args().nth(1) {
        let root = SVGBackend::new(&path, (840, 450)).into_drawing_area();
        root.fill(&WHITE)?;
        let (left, right) = root.split_horizontally(420);
        let caption = |name: &str, score: f64| format!("{name}: {:.0} % right", 100.0 * score);
        draw(&left, &caption("Linear classifier", scores.0), &linear, &data)?;
        draw(&right, &caption("Two hidden layers of 32", scores.1), &network, &data)?;
        root.present()?;
    }
    Ok(())
}

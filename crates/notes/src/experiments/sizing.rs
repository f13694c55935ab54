use densely::prelude::*;
use densely_picture::{Axis, BLUE, GRAY, GREEN, ORANGE, Panel, Picture, Swatch};

use crate::figures::Figures;
use crate::outcome::Outcome;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "sizing",
    title: "The size of a network",
    section: section::ARCHITECTURES,
    claim: "The network 3-4-2 has 6 neurons, the inputs not counted, 20 weights and 6 biases: 26 \
            parameters. 3-4-4-1 has 9 neurons, 32 weights and 9 biases: 41.",
    method: "Both networks are built, and the entries of their parameters are counted.",
    run,
};

fn run(_: &Lab) -> Result<Outcome, NotesError> {
    let networks = [
        ("3-4-2", Mlp::classifier(3, 2).hidden([4]), [6, 20, 6, 26]),
        ("3-4-4-1", Mlp::regressor(3, 1).hidden([4, 4]), [9, 32, 9, 41]),
    ];
    let mut figures = Figures::new(["network", "neurons", "weights", "biases", "parameters"]);
    let mut picture = Picture::new("26 and 41 learnable parameters", (330.0, 230.0))
        .legend(Swatch::Dot, ORANGE, "input")
        .legend(Swatch::Dot, BLUE, "hidden neuron")
        .legend(Swatch::Dot, GREEN, "output neuron")
        .legend(Swatch::Line, GRAY, "weight");
    let mut statements = Vec::new();
    for (name, spec, claimed) in networks {
        let model = spec.build::<f32>()?;
        let (mut weights, mut biases) = (0, 0);
        model.network().visit_params(&mut |param| match param.role {
            Role::Weight => weights += param.len(),
            _ => biases += param.len(),
        });
        let neurons = spec.hidden_widths().iter().sum::<usize>() + spec.outputs();
        let counted = [neurons, weights, biases, model.parameters()];
        let parameters = claimed[3];
        statements.push(Statement::exact(
            format!("{name} has {} neurons and {parameters} parameters", claimed[0]),
            counted == claimed,
        ));
        let [neurons, weights, biases, parameters] = counted.map(Into::into);
        figures.row([name.into(), neurons, weights, biases, parameters]);
        picture = picture.panel(diagram(name, &spec));
    }
    Outcome::new(
        statements,
        "An N-layer network has N weight matrices; the input is no layer. A bias \
                  belongs to each neuron, so there are as many biases as neurons.",
        figures,
        &picture,
    )
}

/// A dot for each neuron, a line for each weight.
fn diagram(name: &str, spec: &Mlp) -> Panel {
    let widths: Vec<usize> = [spec.inputs()]
        .into_iter()
        .chain(spec.hidden_widths().iter().copied())
        .chain([spec.outputs()])
        .collect();
    let last = widths.len() - 1;
    let at = |layer: usize, i: usize| (layer as f64, i as f64 - (widths[layer] as f64 - 1.0) / 2.0);
    let (x, y) = (Axis::bare("", -0.4, last as f64 + 0.4), Axis::bare("", -2.0, 2.0));
    let mut panel = Panel::new(format!("{name}: {last} layers"), x, y);
    for layer in 1..=last {
        for (i, j) in (0..widths[layer]).flat_map(|i| (0..widths[layer - 1]).map(move |j| (i, j))) {
            panel = panel.line(GRAY, [at(layer - 1, j), at(layer, i)]);
        }
    }
    for (layer, &width) in widths.iter().enumerate() {
        let color = match layer {
            0 => ORANGE,
            _ if layer == last => GREEN,
            _ => BLUE,
        };
        panel = panel.dots(color, 13.0, (0..width).map(|i| at(layer, i)));
    }
    panel
}

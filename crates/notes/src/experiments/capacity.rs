use densely::prelude::*;
use densely_picture::{CLASSES, Panel, Picture, Swatch, tint};

use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences, factors};
use crate::toy::{self, TEST, TRAIN, VALIDATION};
use crate::trained::{self, Training};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "capacity",
    title: "More neurons, more complicated boundaries",
    section: section::SIZES,
    claim: "More hidden neurons allow more complicated boundaries. That is good where the data are \
            complicated, and bad where it is the noise that is fitted.",
    method: "Networks of one hidden layer of 3, 6 and 20 tanh neurons learn 80 points of two moons that \
             overlap, without regularisation, and are tested on 2,000 others.",
    run,
};

/// Half the side of the square that is drawn.
pub(super) const SIDE: f64 = 2.5;
pub(super) const CELLS: usize = 150;
pub(super) const TRAINING: Training =
    Training { learning_rate: 0.03, weight_decay: 0.0, epochs: 1500, batch_size: 80 };

/// Numbers of neurons too small to overfit as much as 20 do.
pub(super) const SMALL: [usize; 5] = [2, 3, 4, 6, 10];

/// A network of one hidden layer of so many neurons.
pub(super) fn network(units: usize) -> Mlp {
    Mlp::classifier(2, 2).hidden([units]).activation("tanh")
}

/// A network on two moons: how good it is, and what it says where.
pub(super) struct Fit {
    pub(super) train: f64,
    /// On 500 points that settings are chosen by.
    pub(super) validation: f64,
    pub(super) test: f64,
    pub(super) weights: f64,
    pub(super) regions: Vec<usize>,
    pub(super) data: Dataset<f32>,
}

impl Fit {
    pub(super) fn new(spec: &Mlp, training: Training, seed: u64) -> Result<Self, NotesError> {
        let data = toy::two_moons(80, 0.35, seed, TRAIN)?;
        let validation = toy::two_moons(500, 0.35, seed, VALIDATION)?;
        let test = toy::two_moons(2000, 0.35, seed, TEST)?;
        let model = trained::train(spec, &data, training, seed)?;
        Ok(Self {
            train: trained::accuracy(&model, &data)?,
            validation: trained::accuracy(&model, &validation)?,
            test: trained::accuracy(&model, &test)?,
            weights: trained::weight_norm(model.network()),
            regions: trained::regions(&model, SIDE, CELLS)?,
            data,
        })
    }

    /// Cells with another class to their right or above: the length of the boundary.
    pub(super) fn boundary(&self) -> f64 {
        let cells = &self.regions;
        let across =
            (0..cells.len()).filter(|i| i % CELLS != CELLS - 1 && cells[*i] != cells[i + 1]);
        let up = (0..cells.len() - CELLS).filter(|&i| cells[i] != cells[i + CELLS]);
        (across.count() + up.count()) as f64 * 2.0 * SIDE / CELLS as f64
    }

    pub(super) fn panel(&self, title: impl Into<String>) -> Panel {
        let colors = self.regions.iter().map(|&class| tint(CLASSES[class], 0.28)).collect();
        let panel = Panel::square(title, SIDE).cells(CELLS, colors);
        scatter(panel, &self.data)
    }
}

/// The examples of `data`, coloured by class.
pub(super) fn scatter(mut panel: Panel, data: &Dataset<f32>) -> Panel {
    let (x, labels) = (data.x(), data.labels().unwrap_or_default());
    for (class, color) in CLASSES.into_iter().enumerate() {
        let of_class = (0..x.ncols()).filter(|&j| labels[j] == class);
        let points = of_class.map(|j| (f64::from(x[(0, j)]), f64::from(x[(1, j)])));
        panel = panel.dots(color, 3.5, points);
    }
    panel
}

/// The spread of one quantity of several fits.
pub(super) fn spread(fits: &[Fit], quantity: impl Fn(&Fit) -> f64) -> Spread {
    Spread::of(fits.iter().map(quantity))
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let sizes = [3, 6, 20];
    let fits = lab.repeat(&sizes, |&units, seed| Fit::new(&network(units), TRAINING, seed))?;
    let mut figures = Figures::new([
        "hidden neurons",
        "right in training",
        "right in test",
        "length of the boundary",
    ]);
    let mut picture = Picture::new("More neurons, more complicated regions", (250.0, 250.0))
        .legend(Swatch::Dot, CLASSES[0], "class 0")
        .legend(Swatch::Dot, CLASSES[1], "class 1");
    for (units, fits) in sizes.into_iter().zip(&fits) {
        let (train, test) = (spread(fits, |fit| fit.train), spread(fits, |fit| fit.test));
        let boundary = spread(fits, Fit::boundary);
        figures.row([units.into(), Figure::Shares(train), Figure::Shares(test), boundary.into()]);
        picture = picture.panel(fits[0].panel(format!("{units} hidden neurons")));
    }
    let more = |i: usize, than: usize| {
        let text = format!(
            "{} neurons learn more of the training points than {}, by",
            sizes[i], sizes[than]
        );
        let differences = differences(&fits[i], &fits[than], |fit| fit.train);
        Statement::above(text, Unit::Share, 0.0, differences)
    };
    let longer = |i: usize, than: usize| {
        let text = format!(
            "the boundary of {} is longer than that of {}, by a factor of",
            sizes[i], sizes[than]
        );
        let factors = factors(&fits[i], &fits[than], Fit::boundary);
        Statement::above(text, Unit::Factor, 1.0, factors)
    };
    let median = |i: usize, quantity: fn(&Fit) -> f64| spread(&fits[i], quantity).median;
    Outcome::new(
        [
            more(1, 0),
            longer(1, 0),
            more(2, 1),
            longer(2, 1),
            Statement::above(
                "on new points, 20 neurons have fewer right than 3, by",
                Unit::Share,
                0.0,
                differences(&fits[0], &fits[2], |fit| fit.test),
            ),
        ],
        format!(
            "3 neurons learn {} of the training points, 20 learn {}, along a boundary that is {:.1} times as \
             long. On new points it is the other way round: 20 neurons have {}, 3 have {}.",
            percent(median(0, |fit| fit.train)),
            percent(median(2, |fit| fit.train)),
            median(2, Fit::boundary) / median(0, Fit::boundary),
            percent(median(2, |fit| fit.test)),
            percent(median(0, |fit| fit.test)),
        ),
        figures,
        &picture,
    )
}

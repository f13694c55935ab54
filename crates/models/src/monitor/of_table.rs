//! What a table tells that its numbers no longer do once they are prepared.

use densely_data::{Place, Target};
use densely_table::StandIn;
use densely_tensor::MatRef;

use super::losses::SOME;
use super::{Diagnosis, Finding, Part};

/// Targets from which on it can be said that they are skewed.
const TARGETS: usize = 30;

/// Targets are skewed from this skewness on, 2 being that of an exponential distribution, and logarithms are not
/// below that one.
const SKEWED: f64 = 2.0;
const EVEN: f64 = 1.0;

impl Diagnosis {
    /// The same, and which columns of the rows that were learnt from or judged by have a [number that may stand for gaps](StandIn): where the network
    /// learns less for it, as another finding or `costs` says, or where it drowns the others of its column. Other findings of these
    /// columns, and what follows, are left out.
    ///
    /// ```
    /// use densely_models::Diagnosis;
    /// use densely_table::{Column, Rows, StandIn, Table};
    ///
    /// let depth = (0..60).map(|row| if row % 20 == 7 { -1e34 } else { f64::from(row % 31) });
    /// let table = Table::from_columns(vec![Column::numbers("depth", depth.collect())])?;
    /// let found = StandIn::find(&Rows::all(&table), 0);
    /// let diagnosis = Diagnosis::default().with_stand_ins(found, |_| false);
    /// assert!(diagnosis.to_string().starts_with("column `depth` is -1e34 in 3 of 60 rows"));
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn with_stand_ins(
        mut self,
        found: impl IntoIterator<Item = StandIn>,
        costs: impl Fn(&StandIn) -> bool,
    ) -> Self {
        let found: Vec<StandIn> = found.into_iter().collect();
        let is_told = |one: &StandIn| self.findings.iter().any(|of| is_of(of, &one.column));
        let (is_costly, is_told) = (found.iter().any(&costs), found.iter().any(is_told));
        let some_cost = is_costly || is_told;
        let found: Vec<StandIn> = found.into_iter().filter(|one| one.drowns || some_cost).collect();
        if found.is_empty() {
            return self;
        }
        let is_named = |finding: &Finding| found.iter().any(|one| is_of(finding, &one.column));
        let is_pressed = |finding: &Finding| {
            use Finding::{SqueezedFeature, SqueezedTarget};
            matches!(finding, SqueezedFeature { .. } | SqueezedTarget { .. }) && is_named(finding)
        };
        let drowns = found.iter().any(|one| one.drowns);
        let decides = drowns || is_costly || self.findings.iter().any(is_pressed);
        let follows = |finding: &Finding| is_named(finding) || (decides && may_follow(finding));
        let first = self.findings.iter().position(follows).unwrap_or(self.findings.len());
        let part = self.findings.iter().find_map(|finding| part_of(finding, found[0].place));
        let part = part.unwrap_or(Part::Training);
        self.findings.retain(|finding| !follows(finding));
        self.findings.insert(first, Finding::StandIns { found, part });
        self
    }

    /// The same, and whether real targets, as they were before they were prepared, are skewed where their logarithms are not,
    /// and this share of their variance is left by what was learnt, or single ones are in the way. `others` are those that
    /// are not learnt from: their logarithms are needed, too.
    #[must_use]
    pub fn with_raw_targets<'a>(
        mut self,
        raw: &Target<f64>,
        others: impl IntoIterator<Item = &'a Target<f64>>,
        left: f64,
    ) -> Self {
        if !(has_logarithms(raw) && others.into_iter().all(has_logarithms)) {
            return self.without_logarithms();
        }
        let is_single = |finding: &Finding| {
            use Finding::{DominatingExample, OutlyingTarget, SqueezedTarget};
            matches!(
                finding,
                DominatingExample { .. } | OutlyingTarget { .. } | SqueezedTarget { .. }
            )
        };
        let costs = left > SOME || self.findings.iter().any(is_single);
        let Some(skewed) = skewed(raw).filter(|_| costs) else { return self };
        let first = self.findings.iter().position(is_single).unwrap_or(self.findings.len());
        self.findings.retain(|finding| !is_single(finding));
        self.findings.insert(first, skewed);
        self
    }

    /// The same where logarithms of targets cannot be learnt, or are.
    #[must_use]
    pub fn without_logarithms(mut self) -> Self {
        for finding in &mut self.findings {
            if let Finding::SqueezedTarget { logarithms, .. } = finding {
                *logarithms = false;
            }
        }
        self
    }
}

/// Whether all numbers are above 0.
fn has_logarithms(raw: &Target<f64>) -> bool {
    let of = |values: MatRef<'_, f64>| {
        (0..values.ncols()).all(|j| (0..values.nrows()).all(|k| values[(k, j)] > 0.0))
    };
    raw.values().is_none_or(of)
}

/// Which data a finding says that this example is in.
fn part_of(finding: &Finding, example: Place) -> Option<Part> {
    use Finding::{DominatingExample, OutlyingFeature, OutlyingTarget};
    match *finding {
        DominatingExample { place, part, .. }
        | OutlyingFeature { place, part, .. }
        | OutlyingTarget { place, part, .. } => (place == example).then_some(part),
        _ => None,
    }
}

/// Whether a finding is about the values of this column.
fn is_of(finding: &Finding, column: &str) -> bool {
    use Finding::{
        LoneValue, OutlyingFeature, OutlyingTarget, Sentinel, SqueezedFeature, SqueezedTarget,
    };
    match finding {
        Sentinel { feature, .. }
        | SqueezedFeature { feature, .. }
        | LoneValue { feature, .. }
        | OutlyingFeature { feature, .. } => feature == column,
        SqueezedTarget { target, .. } | OutlyingTarget { target, .. } => target == column,
        _ => false,
    }
}

/// What is seen, or blamed, where a column says little but whether it has that number.
fn may_follow(finding: &Finding) -> bool {
    use Finding::{
        DominatingExample, LinearNetwork, NoCause, NothingCarriesOver, WorseThanConstant,
        WorseThanMean, WorseThanMostFrequent,
    };
    matches!(
        finding,
        DominatingExample { .. }
            | LinearNetwork
            | NoCause
            | NothingCarriesOver { .. }
            | WorseThanConstant { .. }
            | WorseThanMean { .. }
            | WorseThanMostFrequent { .. }
    )
}

/// The first real target that is skewed, and whose logarithms are not.
fn skewed(raw: &Target<f64>) -> Option<Finding> {
    let values = raw.values()?;
    let n = values.ncols();
    (0..values.nrows()).filter(|_| n >= TARGETS).find_map(|k| {
        let own = || (0..n).map(|j| values[(k, j)]);
        if own().any(|value| value <= 0.0) {
            return None;
        }
        let largest = own().fold(0.0, f64::max);
        let of_values = skewness(&own().map(|value| value / largest));
        let of_logarithms = skewness(&own().map(f64::ln));
        (of_values > SKEWED && of_logarithms.abs() < EVEN).then(|| Finding::SkewedTarget {
            target: raw.names()[k].clone(),
            skewness: of_values,
            of_logarithms,
        })
    })
}

/// The third moment about the mean, over the standard deviation to the third.
fn skewness(values: &(impl Iterator<Item = f64> + Clone)) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let moment = |power: i32| values.clone().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    moment(3) / moment(2).powf(1.5)
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream};

    use super::*;

    fn normal() -> Vec<f64> {
        let mut stream = Stream::new(5, Purpose::Other, Key::default());
        (0..400).map(|_| stream.normal()).collect()
    }

    fn targets(value: impl Fn(f64) -> f64) -> Target<f64> {
        let all = normal();
        let values = Mat::from_fn(1, all.len(), |_, j| value(all[j]));
        Target::Values { values, names: vec!["price".to_owned()] }
    }

    #[test]
    fn prices_are_skewed_and_their_logarithms_are_not() {
        let prices = targets(|x| 1e5 * x.exp());
        let told = Diagnosis::default().with_raw_targets(&prices, [&prices], 0.3).findings;
        let [Finding::SkewedTarget { target, skewness, of_logarithms }] = &told[..] else {
            panic!("{told:?}")
        };
        assert!(target == "price" && *skewness > 3.0 && of_logarithms.abs() < 0.3, "{told:?}");
        let [text] = [told[0].to_string()];
        assert!(text.ends_with("learn these (--target-transform log)"), "{text}");
    }

    #[test]
    fn what_is_learnt_well_or_is_even_or_has_no_logarithm_is_not_told() {
        let told = |value: fn(f64) -> f64, left: f64| {
            Diagnosis::default().with_raw_targets(&targets(value), [], left).findings
        };
        assert_eq!(told(|x| 1e5 * x.exp(), 0.05), []);
        assert_eq!(told(|x| 100.0 + x, 0.9), []);
        assert_eq!(told(|x| x.exp() - 1e-9_f64.max(0.5), 0.9), []);
        // One that is far out makes no other skewed.
        assert_eq!(told(|x| if x > 2.7 { 1e9 } else { 10.0 + x }, 0.9), []);
    }

    #[test]
    fn single_ones_are_not_to_be_removed_where_logarithms_suit() {
        let prices = targets(|x| 1e5 * x.exp());
        let alone = Finding::SqueezedTarget {
            target: "price".to_owned(),
            place: Place::Example(3),
            deviations: 18.0,
            outliers: 1,
            logarithms: true,
        };
        let seen = Diagnosis { findings: vec![alone, Finding::NoCause] };
        // Not even of those that are not learnt from.
        let zero = targets(|x| if x > 2.0 { 0.0 } else { 1e5 * x.exp() });
        let text = seen.clone().with_raw_targets(&prices, [&zero], 0.3).to_string();
        assert!(text.contains("hides the others: correct or remove it\n"), "{text}");
        let told = seen.with_raw_targets(&prices, [], 0.01).findings;
        assert!(matches!(told[..], [Finding::SkewedTarget { .. }, Finding::NoCause]), "{told:?}");
    }
}

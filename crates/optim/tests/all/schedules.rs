//! Schedules: their formulas, their ends, and their options.

use std::f64::consts::PI;

use densely_optim::{
    ConstantRate, CosineDecay, ExponentialDecay, OneCycle, Plateau, Schedule, StepDecay,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn factors_are_their_formulas(
        end in 1.0..300.0, share in 0.0..0.9999, decay in 0.01..1.0, every in 0.1..50.0,
        floor in 0.0..1.0, rise in 0.01..0.9,
    ) {
        let time = share * end;
        let close = |schedule: &dyn Schedule, expected: f64| {
            let actual = schedule.factor(time, end);
            // Powers of small numbers differ in as many bits as their exponent is large.
            let close = (actual - expected).abs() <= 1e-13 * expected + 1e-15;
            prop_assert!(close && actual.is_finite(), "{actual} {expected}");
            prop_assert!(schedule.check().is_ok());
            Ok(())
        };
        close(&ConstantRate, 1.0)?;
        close(&StepDecay::new(every, decay), decay.powf((time / every).floor()))?;
        close(&ExponentialDecay::new(decay), decay.powf(time))?;
        let cosine = |from: f64, to: f64, x: f64| to + (from - to) * (1.0 + (PI * x).cos()) / 2.0;
        close(&CosineDecay::new().floor(floor), cosine(1.0, floor, share))?;
        let cycle = OneCycle::new().rise(rise).between(decay, 0.01);
        let expected = if time < rise * end {
            cosine(decay, 1.0, time / (rise * end))
        } else {
            cosine(1.0, 0.01, (time - rise * end) / (end - rise * end))
        };
        close(&cycle, expected)?;
        let warmed = ExponentialDecay::new(decay).warm_up(every).from(0.25);
        let expected = if time < every {
            0.25 + 0.75 * time / every
        } else {
            decay.powf(time - every)
        };
        close(&warmed, expected)?;
    }

    /// Anything else would not be a learning rate.
    #[test]
    fn factors_are_positive_before_the_end(
        steps in 1_u32..400, length in 0.0..20.0, end in 1_u32..20,
    ) {
        let schedules: [Box<dyn Schedule>; 6] = [
            Box::new(CosineDecay::new()),
            Box::new(CosineDecay::new().warm_up(length)),
            Box::new(OneCycle::new()),
            Box::new(OneCycle::new().rise(0.0)),
            Box::new(ConstantRate.warm_up(length)),
            Box::new(StepDecay::new(1.0, 0.5).warm_up(length).warm_up(length)),
        ];
        let end = f64::from(end);
        for schedule in schedules {
            for step in 0..steps {
                let factor = schedule.factor(end * f64::from(step) / f64::from(steps), end);
                prop_assert!(factor > 0.0 && factor <= 1.0, "{factor}");
            }
        }
    }
}

#[test]
fn a_schedule_may_be_warmed_up_for_longer_than_the_training_takes() {
    let schedule = CosineDecay::new().warm_up(10.0);
    for (time, expected) in [(0.0, 0.01), (2.5, 0.2575), (4.9, 0.4951)] {
        assert!((schedule.factor(time, 5.0) - expected).abs() < 1e-15);
    }
}

#[test]
fn known_values_of_the_cosine() {
    let cosine = CosineDecay::new();
    assert!((cosine.factor(1.0, 4.0) - 0.853_553_390_593_273_8).abs() < 1e-15);
    assert_eq!(cosine.floor(0.25).factor(9.0, 4.0), 0.25);
}

#[test]
fn functions_and_boxes_are_schedules() {
    let linear = |t: f64, end: f64| 0.5 - t / end;
    assert_eq!(Schedule::factor(&linear, 1.0, 4.0), 0.25);
    let boxed: [Box<dyn Schedule>; 2] =
        [Box::new(linear), Box::new(ExponentialDecay::new(f64::NAN))];
    assert_eq!(boxed[0].factor(1.0, 4.0), 0.25);
    assert_eq!(Schedule::factor(&boxed[0], 1.0, 4.0), 0.25);
    assert!(Schedule::check(&boxed[0]).is_ok());
    let message = Schedule::check(&boxed[1]).unwrap_err().to_string();
    assert!(message.starts_with("the factor of exponential must be"), "{message}");
}

#[test]
fn what_follows_a_warm_up_takes_the_time_that_is_left() {
    let warmed = CosineDecay::new().warm_up(2.0);
    assert_eq!([2.0, 4.0, 6.0].map(|time| warmed.factor(time, 6.0)), [1.0, 0.5, 0.0]);
    assert_eq!(CosineDecay::new().warm_up(0.0).factor(0.0, 6.0), 1.0);
}

#[test]
fn a_training_of_no_length_is_at_its_end() {
    assert_eq!(CosineDecay::new().floor(0.25).factor(0.0, 0.0), 0.25);
}

#[test]
fn options_out_of_range() {
    let refuses = |option: &str, schedule: &dyn Schedule| {
        let message = schedule.check().unwrap_err().to_string();
        assert!(message.starts_with(&format!("the {option} must be a ")), "{message}");
    };
    let plateau = |option: &str, plateau: Plateau| {
        let message = plateau.check().unwrap_err().to_string();
        assert!(message.starts_with(&format!("the {option} of plateau must be a ")), "{message}");
    };
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        refuses("every of step", &StepDecay::new(bad, 0.1));
        refuses("factor of step", &StepDecay::new(1.0, bad));
        refuses("factor of exponential", &ExponentialDecay::new(bad));
        refuses("start of one-cycle", &OneCycle::new().between(bad, 0.1));
        refuses("end of one-cycle", &OneCycle::new().between(0.1, bad));
        refuses("start of warm-up", &ConstantRate.warm_up(1.0).from(bad));
        refuses("factor of exponential", &ExponentialDecay::new(bad).warm_up(1.0));
        plateau("factor", Plateau::new(bad, 3));
    }
    for bad in [f64::NAN, -0.1, 1.5] {
        refuses("floor of cosine", &CosineDecay::new().floor(bad));
        refuses("rise of one-cycle", &OneCycle::new().rise(bad));
        plateau("floor", Plateau::new(0.5, 3).floor(bad));
        plateau("threshold", Plateau::new(0.5, 3).threshold(bad));
    }
    for bad in [f64::NAN, -0.1, f64::INFINITY] {
        refuses("length of warm-up", &ConstantRate.warm_up(bad));
    }
    plateau("patience", Plateau::new(0.5, 0));
    assert!(Plateau::new(0.5, 1).check().is_ok());
}

#[test]
fn a_plateau_is_what_does_not_fall_by_the_threshold() {
    // Falling, but by less than a tenth each time, counted from the lowest that counted.
    let mut plateau = Plateau::new(0.1, 3).threshold(0.1);
    let factors = [1.0, 0.95, 0.91, 0.89, 0.85, 0.82, 0.81].map(|loss| plateau.observe(loss));
    assert_eq!(factors, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1]);
    // A share of the lowest, not of one.
    let mut plateau = Plateau::new(0.5, 1).threshold(0.1);
    assert_eq!([10.0, 9.5].map(|loss| plateau.observe(loss)), [1.0, 0.5]);
    // What is as low is not lower.
    let mut plateau = Plateau::new(0.5, 1).threshold(0.0);
    assert_eq!([2.0, 2.0].map(|loss| plateau.observe(loss)), [1.0, 0.5]);
    // Of a negative loss too, lower is better.
    let mut plateau = Plateau::new(0.5, 1).threshold(0.1);
    assert_eq!([-1.0, -1.05, -1.2].map(|loss| plateau.observe(loss)), [1.0, 0.5, 0.5]);
}

#[test]
fn a_plateau_stops_at_its_floor_and_counts_a_nan() {
    let mut plateau = Plateau::new(0.1, 1).floor(0.05);
    let factors = [1.0, f64::NAN, f64::INFINITY, 2.0].map(|loss| plateau.observe(loss));
    assert_eq!(factors, [1.0, 0.1, 0.05, 0.05]);
    assert_eq!(plateau.factor(), 0.05);
}

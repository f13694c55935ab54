use std::str::FromStr;

/// What there is to choose from.
const CHOICES: &str = "constant, step[:EPOCHS[:FACTOR]], exponential[:FACTOR], cosine, one-cycle, \
                       plateau[:EPOCHS[:FACTOR]]";

/// How the learning rate changes: a name, and what its formula needs after colons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ScheduleArg {
    Constant,
    Step { every: f64, factor: f64 },
    Exponential { factor: f64 },
    Cosine,
    OneCycle,
    Plateau { patience: usize, factor: f64 },
}

impl FromStr for ScheduleArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("expected one of {CHOICES}");
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let mut number = |default: f64| match parts.next() {
            None => Ok(default),
            Some(part) => match part.parse::<f64>() {
                Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
                _ => Err(format!("\"{part}\" is no number above 0; {}", unknown())),
            },
        };
        let schedule = match name {
            "constant" => Self::Constant,
            "step" => Self::Step { every: number(30.0)?, factor: factor(number(0.1)?)? },
            "exponential" => Self::Exponential { factor: factor(number(0.95)?)? },
            "cosine" => Self::Cosine,
            "one-cycle" => Self::OneCycle,
            "plateau" => {
                let epochs = number(5.0)?;
                if epochs.fract() != 0.0 {
                    return Err(format!("\"{epochs}\" is no whole number of epochs, at least 1"));
                }
                Self::Plateau { patience: epochs as usize, factor: factor(number(0.5)?)? }
            }
            _ => return Err(unknown()),
        };
        match parts.next() {
            None => Ok(schedule),
            Some(_) => Err(format!("{name} does not take so many values; {}", unknown())),
        }
    }
}

/// A factor by which a rate falls.
fn factor(value: f64) -> Result<f64, String> {
    if value <= 1.0 {
        Ok(value)
    } else {
        Err(format!("the factor {value} is above 1: it must be above 0 and at most 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_numbers() {
        use ScheduleArg::{Constant, Cosine, Exponential, OneCycle, Plateau, Step};
        for (text, schedule) in [
            ("constant", Constant),
            ("step", Step { every: 30.0, factor: 0.1 }),
            ("step:7.5", Step { every: 7.5, factor: 0.1 }),
            ("step:7.5:1", Step { every: 7.5, factor: 1.0 }),
            ("exponential", Exponential { factor: 0.95 }),
            ("exponential:0.5", Exponential { factor: 0.5 }),
            ("cosine", Cosine),
            ("one-cycle", OneCycle),
            ("plateau", Plateau { patience: 5, factor: 0.5 }),
            ("plateau:3:0.1", Plateau { patience: 3, factor: 0.1 }),
        ] {
            assert_eq!(text.parse(), Ok(schedule), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "Cosine",
            "cosine:1",
            "constant:",
            "step:0",
            "step:-1",
            "step:1:1.5",
            "step:1:1:1",
            "step:nan",
            "exponential:2",
            "exponential:x",
            "plateau:2.5",
            "plateau:0",
            "one-cycle:1",
        ] {
            assert!(text.parse::<ScheduleArg>().is_err(), "{text}");
        }
    }
}

use crate::kind::Argument;
use crate::{Kind, KindError, Opt, OptionError, Options, Value, nearest, shortened};

/// What a kind is called, what it is in a line, and its options.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spec {
    name: &'static str,
    about: &'static str,
    options: &'static [Opt],
    /// Another name, and the flag that it sets.
    also: Option<(&'static str, &'static str)>,
}

impl Spec {
    /// A kind without options.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, options: &[], also: None }
    }

    /// With these options, in this order. Those without a default come first.
    #[must_use]
    pub const fn options(self, options: &'static [Opt]) -> Self {
        Self { options, ..self }
    }

    /// With another name for the kind with an option set, as `squared-svm` for `svm(squared)`.
    #[must_use]
    pub const fn also(self, name: &'static str, flag: &'static str) -> Self {
        Self { also: Some((name, flag)), ..self }
    }

    /// Its name: lower case, words joined by hyphens.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in a line.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        self.about
    }

    /// Its options.
    #[must_use]
    pub const fn opts(&self) -> &'static [Opt] {
        self.options
    }

    /// Its name, and the other one if there is one.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [Some(self.name), self.also.map(|(name, _)| name)].into_iter().flatten()
    }

    /// How it is written with all its options, those that have a default with that.
    ///
    /// ```
    /// use densely_parts::{Opt, Range, Spec};
    ///
    /// const SVM: Spec = Spec::new("svm", "margins").options(&[
    ///     Opt::number("margin", Range::NOT_NEGATIVE).default_number(1.0),
    ///     Opt::numbers("weights", Range::POSITIVE),
    ///     Opt::flag("squared"),
    /// ]);
    /// assert_eq!(SVM.usage(), "svm(margin=1, weights=[...], squared)");
    /// ```
    #[must_use]
    pub fn usage(&self) -> String {
        let options: Vec<_> = self.options.iter().map(Opt::usage).collect();
        match options.is_empty() {
            true => self.name.to_owned(),
            false => format!("{}({})", self.name, options.join(", ")),
        }
    }

    /// The options of a kind of this name.
    ///
    /// # Errors
    /// [`KindError::Option`] for a value out of range, [`KindError::Arguments`] for options
    /// that it does not have, or has to have.
    pub fn read(&self, kind: &Kind) -> Result<Options, KindError> {
        let mut values = vec![None; self.options.len()];
        let also = self.also.filter(|(name, _)| *name == kind.name());
        let name = also.map_or(self.name, |(name, _)| name);
        let by_name = also.map(|(_, flag)| {
            let position = self.options.iter().position(|opt| opt.name() == flag);
            position.expect("the flag is an option")
        });
        if let Some(position) = by_name {
            values[position] = Some(Value::Flag(true));
        }
        let arguments = |problem| self.arguments(name, by_name, problem);
        let set = |place: &mut Option<Value>, position: usize, value| match place.replace(value) {
            None => Ok(()),
            Some(_) if by_name == Some(position) => {
                Err(arguments(format!("is {} by its name", self.options[position].name())))
            }
            Some(_) => Err(arguments(format!("has its {} twice", self.options[position].name()))),
        };
        for Argument { option, value } in kind.arguments() {
            let bare = option.is_none() && value.arguments().is_empty();
            let flag = |opt: &Opt| bare && opt.is_flag() && opt.name() == value.name();
            let position = match (option, self.options.iter().position(flag)) {
                (Some(option), _) => self.options.iter().position(|opt| opt.is_called(option)),
                (None, Some(position)) => {
                    set(&mut values[position], position, Value::Flag(true))?;
                    continue;
                }
                (None, None) if bare && self.is_mistyped(value.name()) => None,
                (None, None) => values.iter().position(Option::is_none),
            };
            let unknown = || match option.as_deref().unwrap_or(value.name()) {
                word if bare && self.options.iter().any(|opt| opt.is_called(word)) => {
                    format!("has `{word}` without a value, as `{word}=...`")
                }
                word if option.is_some() || self.is_mistyped(word) => {
                    let like = nearest(word, self.options.iter().map(Opt::name));
                    let like = like.map(|like| format!(" (did you mean `{like}`?)"));
                    format!("has no option `{}`{}", shortened(word), like.unwrap_or_default())
                }
                _ => format!("has no place for `{}`", shortened(&value.to_string())),
            };
            let position = position.ok_or_else(|| arguments(unknown()))?;
            let opt = &self.options[position];
            let read = opt.read(value).ok_or_else(|| match opt.is_flag() {
                false => self.out_of_range(name, opt, opt.refused(value)).into(),
                true => {
                    let (flag, value) = (opt.name(), shortened(&value.to_string()));
                    arguments(format!("can be `{flag}`, true or false, and not `{value}`"))
                }
            })?;
            set(&mut values[position], position, read)?;
        }
        let values = values.into_iter().zip(self.options).map(|(value, opt)| {
            let missing = || arguments(format!("needs its {}", opt.name()));
            value.or_else(|| opt.default()).ok_or_else(missing)
        });
        Ok(Options::new(self.options, values.collect::<Result<_, _>>()?))
    }

    /// Whether a word stands where an option's name was meant: it is like one, and no value.
    fn is_mistyped(&self, word: &str) -> bool {
        let is_value = word.parse::<f64>().is_ok() || word.parse::<bool>().is_ok();
        !is_value && nearest(word, self.options.iter().map(Opt::name)).is_some()
    }

    /// The kind with these values of its options, in their order. It says those that are not as
    /// by default.
    ///
    /// # Panics
    /// If there are not as many values as options.
    #[must_use]
    pub fn kind(&self, values: &[Value]) -> Kind {
        assert_eq!(values.len(), self.options.len(), "options of {}", self.name);
        let values = || self.options.iter().zip(values);
        let set = |flag: &str| {
            values().any(|(opt, value)| opt.name() == flag && *value == Value::Flag(true))
        };
        let also = self.also.filter(|(_, flag)| set(flag));
        let mut kind = Kind::new(also.map_or(self.name, |(name, _)| name));
        let mut in_order = true;
        for (opt, value) in values() {
            kind = match value {
                _ if also.is_some_and(|(_, flag)| flag == opt.name()) => {
                    in_order = false;
                    continue;
                }
                value if opt.default().as_ref() == Some(value) => {
                    in_order = false;
                    continue;
                }
                Value::Flag(true) => kind.with(opt.name()),
                value if in_order => kind.with(value),
                value => kind.with_option(opt.name(), value),
            };
        }
        kind
    }

    /// Whether the options have values in their ranges.
    ///
    /// # Errors
    /// [`OptionError`] for the first that does not.
    ///
    /// # Panics
    /// If there are not as many values as options.
    pub fn check(&self, values: &[Value]) -> Result<(), OptionError> {
        assert_eq!(values.len(), self.options.len(), "options of {}", self.name);
        let mut options = self.options.iter().zip(values);
        match options.find(|(opt, value)| !opt.allows(value)) {
            None => Ok(()),
            Some((opt, value)) => Err(self.out_of_range(self.name, opt, value.to_string())),
        }
    }

    /// Options by uniform draws between two numbers, each from where it mostly is; by default if
    /// that is not known, and now and then anyhow.
    ///
    /// # Panics
    /// If an option has neither a default nor typical values.
    pub fn draw(&self, mut uniform: impl FnMut(f64, f64) -> f64) -> Options {
        let value = |opt: &Opt| opt.draw(&mut uniform).expect("it is known what it may be");
        Options::new(self.options, self.options.iter().map(value).collect())
    }

    fn out_of_range(&self, kind: &'static str, opt: &Opt, value: String) -> OptionError {
        OptionError { kind, option: opt.name(), expected: opt.expected(), value }
    }

    /// `by_name` is the option that the name sets.
    fn arguments(&self, kind: &'static str, by_name: Option<usize>, problem: String) -> KindError {
        let options = self.options.iter().enumerate();
        let others = options.filter(|&(index, _)| Some(index) != by_name);
        let names: Vec<_> = others.map(|(_, opt)| opt.name()).collect();
        let takes = match names.as_slice() {
            [] => "it takes no options".to_owned(),
            names => format!("it takes {}", names.join(", ")),
        };
        KindError::Arguments { kind, problem, takes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Range;

    const MIN_MAX: Spec = Spec::new("min-max", "to a range").options(&[
        Opt::number("lower", Range::FINITE).default_number(0.0),
        Opt::number("upper", Range::FINITE).default_number(1.0),
    ]);
    const SVM: Spec = Spec::new("svm", "margins")
        .options(&[
            Opt::count("classes", 2),
            Opt::number("margin", Range::POSITIVE).default_number(1.0),
            Opt::flag("squared"),
        ])
        .also("squared-svm", "squared");

    fn read(spec: Spec, text: &str) -> Vec<Value> {
        spec.read(&text.parse().unwrap()).unwrap().values().to_vec()
    }

    fn error(spec: Spec, text: &str) -> String {
        spec.read(&text.parse().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn options_are_told_by_place_and_by_name() {
        use Value::{Count, Flag, Number};
        assert_eq!(read(MIN_MAX, "min-max"), [Number(0.0), Number(1.0)]);
        assert_eq!(read(MIN_MAX, "min-max:-1"), [Number(-1.0), Number(1.0)]);
        assert_eq!(read(MIN_MAX, "min-max(upper=2)"), [Number(0.0), Number(2.0)]);
        assert_eq!(read(MIN_MAX, "min-max(upper=2, 1)"), [Number(1.0), Number(2.0)]);
        let squared = [Count(3), Number(0.5), Flag(true)];
        const W: &[Opt] = &[Opt::numbers("w", Range::POSITIVE)];
        let weights = Spec::new("softmax", "").options(W);
        assert_eq!(read(weights, "softmax(w=list(1, 2))"), [Value::Numbers(vec![1.0, 2.0])]);
        assert_eq!(weights.kind(&[vec![1.0, 0.5].into()]).to_string(), "softmax(list(1, 0.5))");
        assert_eq!(
            error(weights, "softmax(list(1, 0))"),
            "the w of softmax must be list(...), each a number above 0, got list(1, 0)"
        );
        assert_eq!(read(SVM, "svm(3, 0.5, true)"), squared);
        assert_eq!(read(SVM, "svm(squared, 3, 0.5)"), squared);
        assert_eq!(read(SVM, "squared-svm:3:0.5"), squared);
    }

    #[test]
    fn a_part_is_all_a_count_or_a_share() {
        use Value::{All, Count, Share};
        let pca = Spec::new("pca", "").options(const { &[Opt::part("components")] });
        for (text, value, printed) in [
            ("pca", All, "pca"),
            ("pca(all)", All, "pca"),
            ("pca:7", Count(7), "pca(7)"),
            ("pca(1)", Count(1), "pca(1)"),
            ("pca(1.0)", Share(1.0), "pca(1.0)"),
            ("pca(components=0.95)", Share(0.95), "pca(0.95)"),
            ("pca(1e-9)", Share(1e-9), "pca(1e-9)"),
        ] {
            let values = [value];
            assert_eq!(read(pca, text), values, "{text}");
            assert_eq!(pca.kind(&values).to_string(), printed);
            assert_eq!(read(pca, printed), read(pca, text));
        }
        for value in ["0", "0.0", "-1", "1.5", "nan", "inf", "some"] {
            let expected = "the components of pca must be all, a whole number of at least 1, or a \
                            share with a point, above 0 and at most 1.0";
            assert_eq!(error(pca, &format!("pca({value})")), format!("{expected}, got {value}"));
        }
    }

    #[test]
    fn a_kind_says_what_is_not_as_by_default() {
        let printed = |spec: Spec, text| spec.kind(&read(spec, text)).to_string();
        for (text, expected) in [
            ("min-max", "min-max"),
            ("min-max(0, 1)", "min-max"),
            ("min-max(-1, 1)", "min-max(-1)"),
            ("min-max(0, 2)", "min-max(upper=2)"),
        ] {
            assert_eq!(printed(MIN_MAX, text), expected);
            assert_eq!(read(MIN_MAX, expected), read(MIN_MAX, text));
        }
        assert_eq!(printed(SVM, "svm(3, squared)"), "squared-svm(3)");
        assert_eq!(read(SVM, "svm(3, squared)"), read(SVM, "squared-svm(3)"));
        assert_eq!(printed(SVM, "svm(3, 0.5, squared=true)"), "squared-svm(3, 0.5)");
    }

    #[test]
    fn errors_say_what_the_kind_takes() {
        assert_eq!(error(SVM, "svm"), "svm needs its classes: it takes classes, margin, squared");
        for (text, expected) in [
            ("svm(1)", "the classes of svm must be a whole number of at least 2, got 1"),
            ("svm(2, 0)", "the margin of svm must be a number above 0, got 0"),
            ("svm(2, nan)", "the margin of svm must be a number above 0, got nan"),
            ("svm(2, 1(2))", "the margin of svm must be a number above 0, got 1(2)"),
        ] {
            assert_eq!(error(SVM, text), expected);
        }
        let takes = "it takes lower, upper";
        for (text, problem) in [
            ("min-max(0, 1, 2)", "has no place for `2`"),
            ("min-max(middle=2)", "has no option `middle`"),
            ("min-max(lower=2, lower=1)", "has its lower twice"),
            ("min-max(0, upper)", "has `upper` without a value, as `upper=...`"),
        ] {
            assert_eq!(error(MIN_MAX, text), format!("min-max {problem}: {takes}"));
        }
        for (text, problem) in [
            ("svm(2, squard)", "svm has no option `squard` (did you mean `squared`?)"),
            ("svm(2, Squared)", "svm has no option `Squared` (did you mean `squared`?)"),
            ("svm(2, marign=1)", "svm has no option `marign` (did you mean `margin`?)"),
            ("svm(2, 1, 2)", "svm can be `squared`, true or false, and not `2`"),
            ("svm(2, squared=yes)", "svm can be `squared`, true or false, and not `yes`"),
        ] {
            assert_eq!(error(SVM, text), format!("{problem}: it takes classes, margin, squared"));
        }
        for text in ["squared-svm(2, squared)", "squared-svm(2, squared=false)"] {
            let problem = "squared-svm is squared by its name: it takes classes, margin";
            assert_eq!(error(SVM, text), problem);
        }
        let margin = "the margin of squared-svm must be a number above 0, got -1";
        assert_eq!(error(SVM, "squared-svm(2, -1)"), margin);
        for (text, got) in [
            (
                "svm(99999999999999999999)",
                "99999999999999999999, which is more than 18446744073709551615",
            ),
            ("svm(2, 1e-400)", "1e-400, which is 0 in f64"),
            ("svm(2, 1e400)", "1e400, which is infinite in f64"),
            ("svm(2, 0e5)", "0e5"),
            ("svm(2, inf)", "inf"),
            ("svm(2.5)", "2.5"),
        ] {
            let error = error(SVM, text);
            assert!(error.ends_with(&format!(", got {got}")), "{error}");
        }
        let long = error(SVM, &format!("svm(2, {})", "x".repeat(6_000_000)));
        assert!(long.len() < 200, "{}", long.len());
        let plain = Spec::new("relu", "");
        assert_eq!(error(plain, "relu(1)"), "relu has no place for `1`: it takes no options");
        let range = MIN_MAX.check(&[f64::NAN.into(), 1.0.into()]).unwrap_err();
        assert_eq!(range.to_string(), "the lower of min-max must be a finite number, got NaN");
    }
}
